"""What a plan says can be said in another language: reasons, warnings, headline, proof, findings, progress."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from optimizer import Plan, PlanRequest, load_history, make_plan
from optimizer.history import build_panel
from optimizer.history.schema import COLUMNS, OUTCOMES
from optimizer.language.catalogue import NBSP, speaker
from optimizer.language.message import Written, join, say
from optimizer.planning.console import outcome_lines, plain_text
from optimizer.planning.describe import describe_history
from optimizer.planning.headline import headline, proof
from optimizer.planning.plan import Interval
from optimizer.planning.settings import Settings
from optimizer.planning.wording import MONEY_OUTCOMES, Wording, number, outcome_name, quantity, signed
from tests.messages import check, check_vietnamese, messages_in, patterns_of, untranslated, words_of
from tests.unit.conftest import HISTORY_HEADER, history_rows

RULES = """
[groups.video]
content_type = "video"
[[limit]]
network = "instagram"
maximum_share = 0.5
[[limit]]
cells = ["facebook/image", "instagram/story"]
minimum = 100
[[lock]]
cell = "instagram/story"
[[nothing_or_at_least]]
amount = 200
today_may_stay = true
[[in_use]]
at_least = 2
smallest = 1
[[in_use]]
of = "content_types"
at_most = 2
smallest = 1
[[diversification]]
share = 0.6
[[change]]
group = "video"
share = 0.5
[[steps]]
cell = "facebook/image"
step = 10
[[production_cost]]
network = "tiktok"
cost = 20
[[return]]
roas_at_least = 1.5
[[return]]
cpa_at_most = 90
network = ["instagram", "tiktok"]
[[exploration]]
cell = "facebook/image"
share = 0.05
[[tied]]
cells = ["instagram/reel", "tiktok/video"]
"""


# What is said -------------------------------------------------------------------------------------------------------


def told(plan: Plan) -> Iterator[str]:
    """Every sentence of a plan."""
    for move in plan.moves:
        yield from (move.reason, move.warning, move.evidence_reason)
    yield from (headline(plan), proof(plan), *outcome_lines(plan))
    for finding in plan.findings:
        yield from (finding.problem, finding.fix, finding.text)
    yield from (state.label for state in plan.allocation.certificate.rules)


def own_words(plan: Plan, *more: object) -> set[str]:
    """Words that are the user's: names of cells, columns and files, and what options are called."""
    cells = " ".join(cell.label for cell in plan.cells)
    columns = " ".join(column.name for column in COLUMNS)
    return words_of(f"{cells} {columns} {plan.currency} {' '.join(map(str, more))}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files to ask odd questions with."""
    made = tmp_path_factory.mktemp("asked")
    rows = history_rows()
    files = {
        "history.csv": rows,
        "silent.csv": [[*row[:4], "7", "280", "EUR"] for row in rows],
        "gone.csv": [[*row[:3], row[3] if index < 60 else "0", *row[4:]] for index, row in enumerate(rows)],
    }
    for name, lines in files.items():
        made.joinpath(name).write_text("\n".join([HISTORY_HEADER, *map(",".join, lines)]), encoding="utf-8")
    bounds = "facebook,image,700,700\ninstagram,reel,0,900\ninstagram,story,400,\n"
    made.joinpath("bounds.csv").write_text(f"network,content_type,min_spend,max_spend\n{bounds}", encoding="utf-8")
    current = "facebook,image,0\ninstagram,reel,2500\ninstagram,story,0\n"
    made.joinpath("current.csv").write_text(f"network,content_type,spend\n{current}", encoding="utf-8")
    made.joinpath("rules.toml").write_text(RULES, encoding="utf-8")
    return made


ASKED: dict[str, dict[str, object]] = {
    "plain": {},
    "little": {"budget": 40.0, "weeks": 1},
    "much": {"budget": 30_000.0},
    "bounds": {"bounds": "bounds.csv"},
    "current": {"current": "current.csv"},
    "rules": {"rules": "rules.toml"},
    "conversions": {"goal": "conversions", "weeks": 1, "budget": 3000.0},
    "value": {"settings": Settings(outcomes={"conversions": 30, "revenue": 0.3})},
    "no response": {"history": "silent.csv"},
    "by audience": {"by_audience": True},
}


@pytest.fixture(scope="module", params=ASKED)
def plan(request: pytest.FixtureRequest, folder: Path) -> Plan:
    """A small history, and an odd question each."""
    asked = {"budget": 12_000.0, "weeks": 4, "draws": 40, **ASKED[request.param]}
    history = load_history(folder / str(asked.pop("history", "history.csv")))
    files = ("bounds", "current", "rules")
    return make_plan(history, PlanRequest(**{k: folder / v if k in files else v for k, v in asked.items()}))


@pytest.fixture(scope="module")
def of_sample(sample_history: Path) -> Plan:
    return make_plan(load_history(sample_history), PlanRequest(budget=100_000.0, weeks=4, draws=60))


def turned(plan: Plan) -> Iterator[Plan]:
    """The plan with other verdicts."""
    yield replace(plan, responsive=False)
    yield replace(plan, moves=tuple(replace(move, plan=move.today) for move in plan.moves))
    for gain in (Interval(-50.0, -80.0, -20.0), Interval(50.0, -20.0, 120.0), Interval(1234.5, 200.0, 2300.0)):
        for weeks in (1, 4):
            yield replace(plan, gain={plan.goal: gain}, weeks=plan.weeks[:weeks])


# Plans --------------------------------------------------------------------------------------------------------------


def test_what_a_plan_says_can_be_translated(plan: Plan, folder: Path) -> None:
    said = list(told(plan))
    assert len(said) > 3 * len(plan.moves)
    check(said, own_words(plan, folder, "history silent bounds current csv settings"))


def test_what_a_plan_says_is_vietnamese_in_vietnamese(plan: Plan) -> None:
    check_vietnamese([move.reason for move in plan.moves])
    check_vietnamese([move.warning for move in plan.moves])
    check_vietnamese([headline(plan), proof(plan), *outcome_lines(plan)])


def test_the_sample_plan_can_be_translated(of_sample: Plan, sample_history: Path) -> None:
    check(list(told(of_sample)), own_words(of_sample, sample_history))
    check_vietnamese([one for move in of_sample.moves for one in (move.reason, move.warning)])
    check_vietnamese([headline(of_sample), proof(of_sample)])


def test_every_verdict_can_be_translated(of_sample: Plan) -> None:
    plans = list(turned(of_sample))
    assert len({headline(one).pattern for one in plans}) == 5  # one and many weeks share a pattern
    for one in plans:
        check([headline(one), proof(one)], own_words(one))
        check_vietnamese([headline(one), proof(one)])


def test_the_odd_questions_bring_up_what_reasons_can_say(folder: Path, root: Path) -> None:
    """A reason that no plan here gives would go unchecked above."""
    said = set()
    for one in explained():
        said |= {message.pattern for message in messages_in(one)}
    patterns = {pattern[0] for pattern in patterns_of(root / "optimizer" / "planning" / "explain.py")}
    assert sorted(patterns - said) == []


@cache
def explained() -> tuple[str, ...]:
    """Reasons and warnings of cells in every position."""
    from optimizer.allocation.problem import Bounds
    from optimizer.history.panel import Cell
    from optimizer.planning.explain import Returns, Split, explain_moves

    @dataclasses.dataclass(frozen=True)
    class Known:
        label: str = "strong"
        reason: str = ""
        tried: tuple[float, float] = (400.0, 1200.0)

    cells = [Cell("instagram", f"kind_{index}") for index in range(4)]
    found: list[str] = []
    for today, plan, upper, lower in (
        ([1000, 1000, 500, 0], [1600, 400, 500, 0], 9000.0, 0.0),
        ([1000, 1000, 500, 300], [1300, 0, 500, 1000], 1300.0, 0.0),
        ([1000, 1000, 500, 300], [1400, 600, 500, 300], 9000.0, 500.0),
        ([500] * 4, [500] * 4, 500.0, 500.0),
        ([3, 1, 8, 1], [1, 4, 8, 0], 9000.0, 0.0),
        ([500] * 4, [500] * 4, 900.0, 500.0),
    ):
        for returns in ([3.1, 1.4, 2.0, 0.2], [1.0, 2.0, 1.5, 1.6], [1.2, 1.2, 1.2, 1.2]):
            for goal, responsive, tried in (
                ("revenue", True, (400.0, 1200.0)),
                ("conversions", True, (0.0, 0.0)),
                ("value", False, (400.0, 1200.0)),
            ):
                at = np.array(returns)
                split = Split(
                    np.array(today, float), np.array(plan, float), Bounds(np.full(4, lower), np.full(4, upper))
                )
                words = Wording(goal, "EUR", 100.0, responsive=responsive)
                evidence = [Known(tried=tried)] * 4
                moves = explain_moves(cells, split, Returns(at, at, at, at, at), evidence, words)
                found += [said for move in moves for said in (move.reason, move.warning)]
    return tuple(found)


def test_reasons_of_cells_in_every_position_can_be_translated() -> None:
    check(list(explained()), words_of("instagram kind"))
    check_vietnamese(list(explained()))


def test_a_reason_in_vietnamese_word_for_word(of_sample: Plan) -> None:
    up = max(of_sample.moves, key=lambda move: move.change)
    said = speaker("vi").tell(up.reason)
    assert said.endswith("ở những nơi bị rút bớt tiền.") or "Giữ ở mức tối đa" in said
    amount = re.search(r"bring EUR ([\d,.]+) here", up.reason)
    assert amount is not None
    swapped = amount[1].translate(str.maketrans(",.", ".,"))
    assert f"mang lại {swapped}{NBSP}EUR tại đây" in said


def test_the_command_line_prints_what_it_always_did(of_sample: Plan) -> None:
    text = plain_text(of_sample)
    assert isinstance(text, str)
    assert all(str(one) in text for one in (headline(of_sample), proof(of_sample), *outcome_lines(of_sample)))


def test_progress_is_told_in_messages(folder: Path) -> None:
    seen: list[str] = []
    request = PlanRequest(budget=4000.0, weeks=1, draws=20)
    make_plan(load_history(folder / "history.csv"), request, lambda what, _share: seen.append(what))
    assert len(set(seen)) > 4
    check(seen, set())
    check_vietnamese(seen)


@pytest.mark.parametrize("name", ["history.csv", "silent.csv", "gone.csv"])
def test_what_a_history_holds_can_be_translated(folder: Path, name: str) -> None:
    history = load_history(folder / name)
    said = describe_history(history, build_panel(history))
    check([said], words_of(f"{folder} {name}"))


# Figures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [*OUTCOMES, "value", "profit"])
def test_every_outcome_has_a_name_in_both_languages(outcome: str) -> None:
    for single in (False, True):
        name = outcome_name(outcome, single)
        assert untranslated(name) == []
        assert name.pattern
    assert outcome_name(outcome) == outcome.replace("_", " ")
    amount = quantity(1234.5, outcome, "EUR")
    written = f"1.234{NBSP}EUR" if outcome in MONEY_OUTCOMES else "1.234"
    assert speaker("vi").tell(amount).startswith(written)
    one = quantity(1.0, outcome, "")
    assert one.startswith("1 ")
    assert not (outcome in OUTCOMES and outcome not in MONEY_OUTCOMES and one.endswith("s"))


@pytest.mark.parametrize("value", [0.0, 1e-7, 0.0421, 0.999, 1.0, 9.996, 31.416, 99.94, 99.96, 1234.5, 2.5e7])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_figures_remember_what_they_say(value: float, sign: float) -> None:
    for one in (number(sign * value), signed(sign * value), signed(sign * value, "EUR")):
        assert isinstance(one, Written)
        digits = one.replace("EUR ", "").replace(",", "").replace("+", "")
        assert float(digits) == pytest.approx(one.value, rel=6e-3, abs=0.0)
        abroad = speaker("vi").tell(one).replace(f"{NBSP}EUR", "").replace("\u2212", "-").replace("+", "")
        assert abroad.replace(".", "").replace(",", ".") == digits  # the same digits in either language


def test_english_words_put_in_as_plain_text_are_found() -> None:
    """The check itself can fail."""
    with pytest.raises(AssertionError):
        check(["no move is worth making"], set())
    with pytest.raises(AssertionError):
        check([say("{why}.", why="about as much as elsewhere")], set())
    with pytest.raises(AssertionError):
        check([say("a pattern that no catalogue holds")], set())
    with pytest.raises(AssertionError):
        check_vietnamese([join(", ", [say("{why}.", why="EUR 1,234.5")])])
