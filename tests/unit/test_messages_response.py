"""What a fit and a backtest find out can be said in another language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.history.findings import Finding
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.catalogue import speaker
from optimizer.language.message import Message, join, say
from optimizer.response import FittedResponse, ModelSettings, ResponseModel
from optimizer.response.backtest import BacktestSpec, backtest
from optimizer.response.curves import Curves
from optimizer.response.demand import feast_days
from optimizer.response.evidence import fit_findings, outcome_named
from optimizer.response.fitting import fit_joint
from optimizer.response.goal import fit_goal
from optimizer.response.prepare import prepare
from tests.panels import changed, scaled, with_break, without_newest
from tests.sayings import faults, patterns_in, patterns_of_room, said_by
from tests.worlds import WorldSpec, simulate

NEVER = {"climb(weekly=True) returned no weekly information"}
"""What no test can bring up: a promise of the program's own."""
CELLS = [Cell("linkedin", "image"), Cell("tiktok", "video", "young parents")]
PLACE = ("linkedin", "document")
SMALL = WorldSpec(cells=5)


# Fits ---------------------------------------------------------------------------------------------------------------


def damaged() -> Panel:
    """A break each way, an outage, an outlier, a silent week, late weeks, a cell never tried."""
    world = simulate(0)
    panel = with_break(world, 1, 30, -0.7)
    more = with_break(world, 3, 35, 1.5)

    def add(spend: Floats, outcomes: dict[str, Floats]) -> None:
        for name, values in outcomes.items():
            values[3] = more.outcomes[name][3]
            values[7, 40:43] = 0.0
            values[4, 60] *= 40.0
            values[:, 50] = 0.0
            values[0] = np.nan
        spend[0] = np.nan

    return without_newest(changed(panel, add), (0.3, 0.6))


def hardly_varied() -> Panel:
    return simulate(1, replace(SMALL, variation=0.0, follow=0.0)).panel()


def placebo() -> Panel:
    """Outcomes in another order than spend."""

    def shuffle(_: Floats, outcomes: dict[str, Floats]) -> None:
        order = np.random.default_rng(8).permutation(outcomes["conversions"].shape[1])
        for values in outcomes.values():
            values[:] = values[:, order]

    return changed(simulate(2, SMALL).panel(), shuffle)


def short() -> Panel:
    return simulate(3, replace(SMALL, weeks=30)).panel()


def nothing_came() -> Panel:
    return scaled(simulate(4, replace(SMALL, weeks=60)).panel(), slice(None), slice(None), 0.0)


def usual() -> Panel:
    return simulate(5, SMALL).panel()


WORLDS = {one.__name__: one for one in (usual, damaged, hardly_varied, placebo, short, nothing_came)}


@pytest.fixture(scope="module")
def fits() -> dict[str, FittedResponse]:
    return {name: ResponseModel().fit(make(), "conversions") for name, make in WORLDS.items()}


@pytest.fixture(scope="module")
def findings(fits: dict[str, FittedResponse]) -> tuple[Finding, ...]:
    """Everything found in all fits, and what those cannot bring up on purpose."""
    found = [one for fit in fits.values() for one in fit.findings]
    fit = fits["damaged"]
    doubtful = replace(fit.future.draws, pareto_k=np.linspace(0.5, 1.2, len(fit.panel.cells)))
    joint = fit_joint(prepare(fit.panel, "conversions"), ModelSettings())
    return tuple(found) + fit_findings(fit.panel, joint, doubtful, 100.0)


@pytest.mark.parametrize("world", WORLDS)
def test_evidence_of_every_cell_can_be_translated(fits: dict[str, FittedResponse], world: str) -> None:
    reasons = [evidence.reason for evidence in fits[world].evidence]
    assert all(isinstance(reason, Message) for reason in reasons)
    assert [found for reason in reasons if (found := faults(reason))] == []


def test_findings_can_be_translated(findings: tuple[Finding, ...]) -> None:
    kinds = {"break", "outage", "outlier", "late-data", "approximation", "short-season", "no-response"}
    assert {one.rule for one in findings} == kinds
    for finding in findings:
        assert isinstance(finding.problem, Message)
        assert isinstance(finding.fix, Message)
        assert faults(finding.text) == []


def test_a_finding_in_vietnamese(findings: tuple[Finding, ...]) -> None:
    vietnamese = speaker("vi")
    told = [vietnamese.tell(one.text) for one in findings if one.rule in ("outlier", "break")]
    week = vietnamese.day("2025-02-24")
    strange = f"báo cáo một con số mà biến động ngẫu nhiên không giải thích được trong tuần {week}; "
    assert any(one.startswith(f"{vietnamese.place(PLACE)} ") and strange in one for one in told), told
    assert any(" mất khoảng " in one and one.endswith("; kế hoạch tính theo mức mới.") for one in told), told


def test_outcomes_are_named_in_the_language() -> None:
    named = [outcome_named(name) for name in NAMES]
    assert named == list(NAMES)
    assert [found for one in named if (found := faults(one))] == []
    assert not isinstance(outcome_named("likes"), Message)


# Refusals -----------------------------------------------------------------------------------------------------------


def points(spend: list[float], value: list[float]) -> Callable[[], object]:
    return lambda: Curves.from_points(CELLS[:1], [spend], [value])


def made(knots: object, start: object, end: object = None) -> Callable[[], object]:
    base = np.zeros(len(CELLS))
    return lambda: Curves(tuple(CELLS), knots, start, start if end is None else end, base)  # type: ignore[arg-type]


GOOD = Curves.from_slopes(CELLS, [0.0, 2_500.5], [[2.0, 0.0]] * 2, [0.0, 0.0])
STEP = [[0.0, 1.0]] * 2
REFUSED: dict[str, Callable[[], object]] = {
    "no curves": lambda: Curves((), np.zeros((0, 2)), np.zeros((0, 1)), np.zeros((0, 1)), np.zeros(0)),
    "one knot": made([[0.0]] * 2, np.zeros((2, 0))),
    "slopes of another shape": made(STEP, [[1.0, 1.0]] * 2),
    "infinite slope": made(STEP, [[1.0], [np.inf]]),
    "negative spend": made([[-0.25, 1.0]] * 2, [[1.0]] * 2),
    "spend that goes back": made([[0.0, 3.0, 2.0]] * 2, [[1.0, 1.0]] * 2),
    "falling": made(STEP, [[1.0], [-1.0]]),
    "one point": points([0.0], [1.0]),
    "missing point": points([0.0, np.nan], [1.0, 2.0]),
    "the same spend twice": points([0.0, 5.0, 5.0], [1.0, 2.0, 3.0]),
    "falling points": points([0.0, 12_345.678], [2.0, 1.0]),
    "values of another shape": lambda: Curves.from_values(CELLS, STEP, [[0.0] * 3] * 2, STEP),
    "values that are missing": lambda: Curves.from_values(CELLS, STEP, [[0.0, np.nan]] * 2, STEP),
    "spend of another shape": lambda: GOOD.value(np.zeros(3)),
    "spend past the end": lambda: GOOD.value(np.array([0.0, 3e6])),
    "spend that is missing": lambda: GOOD.value(np.array([0.0, np.nan])),
    "no such country": lambda: feast_days(np.array(["2025-12-22"], dtype="datetime64[D]"), "XQ"),
    "no such outcome": lambda: ResponseModel().fit(usual(), "likes"),
    "no outcome at all": lambda: ResponseModel().fit(replace(usual(), outcomes={}), "likes"),
    "a goal without worth": lambda: fit_goal(ResponseModel(), usual(), {"conversions": 0.0}),
    "too short to test": lambda: backtest(short().until(9)),
    "too short for what is in": lambda: backtest(without_newest(usual(), (0.2, 0.5)), BacktestSpec(horizon=98)),
    "early origin": lambda: backtest(short(), BacktestSpec(origins=(5,))),
    "no origin": lambda: backtest(short(), BacktestSpec(origins=())),
    "no week ahead": lambda: backtest(short(), BacktestSpec(horizon=0)),
    "nothing came to compare with": lambda: backtest(unseen(), BacktestSpec(horizon=1, origins=(28,))),
}  # fmt: skip
DATA = ["young parents", "likes", "XQ", "knots", "start", "end", "base", "conversions", "revenue", "nan"]
NAMES = ("conversions", "revenue", "impressions", "reach", "clicks", "engagements", "video_views", "sessions",
         "bounces", "followers_gained", "repeat_conversions", "negative_feedback")  # fmt: skip


def unseen() -> Panel:
    """Nothing is known of the outcome in the 29th week."""

    def hide(_: Floats, outcomes: dict[str, Floats]) -> None:
        for one in outcomes.values():
            one[:, 28] = np.nan

    return changed(short(), hide)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_can_be_translated(name: str) -> None:
    assert faults(said_by(REFUSED[name]), DATA) == []


def test_a_goal_that_was_not_fitted_is_refused(fits: dict[str, FittedResponse]) -> None:
    assert faults(said_by(lambda: fits["usual"].worth("likes")), DATA) == []


def test_progress_can_be_translated() -> None:
    told: list[str] = []
    backtest(short(), BacktestSpec(horizon=1, origins=(28,)), lambda what, _: told.append(what))
    assert told == ["Looking for late data", "Forecasting after week 28 of 30", "Done"]
    assert all(isinstance(one, Message) for one in told)
    assert [found for one in told if (found := faults(one))] == []


# The catalogue ------------------------------------------------------------------------------------------------------


def test_every_sentence_of_the_room_is_said_here(
    root: Path, fits: dict[str, FittedResponse], findings: tuple[Finding, ...]
) -> None:
    """So that none of them escapes the checks above."""
    said: list[object] = [one.text for one in findings]
    said += [one.reason for fit in fits.values() for one in fit.evidence]
    said += [said_by(ask) for ask in REFUSED.values()] + [said_by(lambda: fits["usual"].worth("likes"))]
    said += [outcome_named(name) for name in NAMES]
    backtest(short(), BacktestSpec(horizon=1, origins=(28,)), lambda what, _: said.append(what))
    reached = {pattern for one in said for pattern in patterns_in(one)}
    assert sorted(patterns_of_room(root / "optimizer" / "response") - reached - NEVER) == []


def test_the_check_can_fail() -> None:
    assert faults("spend is high") == ["not a message: spend is high", "plain words: spend is high"]
    said = join("; ", [say("it must be 1 or more"), "left out", say("sort its points by spend")])
    assert faults(said) == ["plain words: left out"]
    assert faults(say("{cell} ({k})", cell="my cell", k="5"), ["my cell"]) == ["said as in English: my cell (5)"]
    assert faults(say("nobody translated {this}", this="5")) == ["no translation: nobody translated {this}"]
