"""What allocation refuses, answers and calls its rules can be said in another language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, solve
from optimizer.allocation.certificate import check_split
from optimizer.allocation.describe import sentence
from optimizer.allocation.feasibility import check_sums, fit_to_bounds
from optimizer.allocation.frontier import frontier, ladder
from optimizer.allocation.nearby import near_best
from optimizer.allocation.returns import spend_at_cpa, spend_at_marginal_roas, spend_at_roas
from optimizer.allocation.risk import Kind, Risk, efficient_line, solve_risk
from optimizer.allocation.rules import (
    ChangeLimit,
    CountLimit,
    Diversification,
    ExplorationShare,
    FixedCost,
    GroupLimit,
    Lock,
    NothingOrAtLeast,
    RatioFloor,
    Rule,
    Steps,
    Tied,
)
from optimizer.allocation.targets import _out_of_reach, least_spend
from optimizer.allocation.week_words import clash
from optimizer.allocation.weeks import ChangeLimits, WeekBudgets, WeeklyProblem, solve_weeks
from optimizer.history.panel import Cell, Floats
from optimizer.language.catalogue import speaker
from optimizer.language.message import Message
from optimizer.response.curves import Curves
from tests.sayings import faults, patterns_in, patterns_of_room, said_by
from tests.weekly import response_of

NEVER = {
    "a split misses the rule '{rule}' by {share} of the budget.",
    "a split worth {value} stands above its proven bound {bound}.",
    "no split that keeps the rules was found in {seconds} seconds.",
    "a split that keeps the rules was found, but only within the solver's tolerances.",
    "the solver ended with {status}.",
    "the search for a feasible path ended with: {words}",
    "no split that keeps the rules was found, although one exists.",
    "the solver finds no split that keeps the rules, although one exists.",
    "no plan within the bounds and rules was found that has {asked}; at best it could be {best}.",
}
"""What no test can bring up: promises of the program's own, and a search that ends before its anchor."""
DATA = ["maximum_share", "minimum_share", "at_least", "at_most", "cost_of_money", "nan", "summer sale", "reels only"]
CELLS = tuple(Cell(n, t) for n in ("instagram", "tiktok") for t in ("reel", "video"))
CURVES = Curves.from_slopes(CELLS, [0.0, 20_000.0], [[4.0, 0.0], [2.0, 0.0], [3.0, 0.0], [1.0, 0.0]], np.zeros(4))
FREE = Bounds(np.zeros(4), np.full(4, np.inf))
ALL = (0, 1, 2, 3)
SALE = GroupLimit((0, 1), minimum=8_000.0, label="summer sale")


# Splits -------------------------------------------------------------------------------------------------------------


def problem(*rules: Rule, **changes: object) -> Problem:
    return replace(Problem(CURVES, 10_000.0, FREE, np.array([4e3, 3e3, 2e3, 1e3]), rules=rules), **changes)  # type: ignore[arg-type]


def ask(*rules: Rule, **changes: object) -> Callable[[], object]:
    return lambda: solve(problem(*rules, **changes))


def bounds(lower: object, upper: object) -> dict[str, object]:
    return {"bounds": Bounds(np.broadcast_to(lower, 4) * 1.0, np.broadcast_to(upper, 4) * 1.0)}  # type: ignore[arg-type]


def locks(*amounts: float) -> list[Rule]:
    return [Lock(cell, amount) for cell, amount in enumerate(amounts)]


WIDE = Curves.from_slopes([Cell("n", str(k)) for k in range(9)], [0.0, 9_000.0], [[4.0, 0.0]] * 9, np.zeros(9))
MANY = Problem(WIDE, 10_000.0, Bounds(np.zeros(9), np.full(9, np.inf)), np.ones(9), rules=tuple(locks(*[2e3] * 9)))

CLASHES: dict[str, Callable[[], object]] = {
    "two minimums": ask(SALE, GroupLimit((2, 3), minimum=4_000.0)),
    "too little allowed": ask(GroupLimit((0, 1), maximum=3_000.0), GroupLimit((2, 3), maximum=4_000.0)),
    "shares": ask(GroupLimit((0, 1), minimum_share=0.6), GroupLimit((2, 3), minimum_share=0.25, maximum_share=0.5),
                  GroupLimit((2,), minimum=4_500.0, maximum=6_000.0)),
    "money that may be left": ask(SALE, GroupLimit((0,), minimum=9_000.0), GroupLimit((2,), minimum=2_000.0),
                                  spend_all=False),
    "lock and maximum": ask(Lock(0, 500.0), GroupLimit((0, 1), maximum=300.0)),
    "lock and minimum of a cell": ask(Lock(0, 500.0), **bounds([600.0, 0.0, 0.0, 0.0], np.inf)),
    "maximums of cells": ask(SALE, **bounds(0.0, [1_000.0, 1_000.0, 1e4, 1e4])),
    "steps": ask(Steps(ALL, 3_000.0)),
    "changes": ask(ChangeLimit(ALL, share=0.1), Lock(3, 0.0)),
    "changes in money": ask(ChangeLimit(ALL, share=0.1, money=250.0), Lock(3, 0.0)),
    "changes in money alone": ask(ChangeLimit(ALL, money=0.004), Lock(3, 0.0)),
    "largest share": ask(Diversification(ALL, 0.2)),
    "exploration": ask(ExplorationShare((3,), 0.3), GroupLimit((3,), maximum=1_000.0)),
    "counts": ask(CountLimit(((0,), (1,)), at_least=2, at_most=2, smallest=100.0), Lock(1, 0.0)),
    "a count alone": ask(CountLimit(((0,), (1,)), at_most=1), *locks(400.0, 400.0)),
    "smallest amount": ask(NothingOrAtLeast((0,), 900.0), Lock(0, 400.0)),
    "proportion": ask(Tied((0, 1), (1.0, 1.0)), *locks(400.0, 300.0)),
    "ROAS": ask(RatioFloor.roas((0,), CURVES, 3.9), Lock(0, 4_000.0)),
    "ROI": ask(RatioFloor.roi((0,), CURVES, 2.9), Lock(0, 4_000.0)),
    "CPA": ask(RatioFloor.cpa((0,), CURVES, 0.26), Lock(0, 4_000.0)),
    "return": ask(RatioFloor((0,), CURVES, 3.9), Lock(0, 4_000.0)),
    "many": lambda: solve(MANY),
    "two clashes": ask(Lock(0, 500.0), GroupLimit((0,), maximum=300.0), Lock(1, 500.0), GroupLimit((1,), maximum=3.0)),
    "minimums of cells": ask(**bounds(4_000.0, 9_000.0)),
    "maximums below the budget": ask(**bounds(0.0, 1_000.0)),
    "no maximum at all": ask(**bounds(0.0, 0.0)),
    "cells without names": lambda: check_sums(10.0, Bounds(np.array([8.0, 4.0]), np.array([9.0, 9.0]))),
    "past the curves": ask(**bounds([2.5e4, 0.0, 0.0, 0.0], np.inf), budget=4e4),
}  # fmt: skip

NONSENSE: dict[str, Callable[[], object]] = {
    f"{type(rule).__name__} {number}": ask(rule)
    for number, rule in enumerate((
        GroupLimit((0,), minimum=5.0, maximum=4.0), GroupLimit((0,), minimum=-5.0), GroupLimit((0,), maximum=-5e6),
        GroupLimit((0,), maximum_share=1.5), GroupLimit((0,)), GroupLimit((), minimum=1.0, label="reels only"),
        GroupLimit((7,), minimum=1.0), GroupLimit((1, 1), minimum=1.0), Lock(0, float("nan")),
        NothingOrAtLeast((0,), 0.0), NothingOrAtLeast((0,), 5.0, stay=(1.0, 2.0)),
        NothingOrAtLeast((0,), 5.0, stay=(-1.0,)), CountLimit(((0,), (1,)), at_least=3, smallest=1.0),
        CountLimit(((0,), (1,)), at_least=2, at_most=1, smallest=1.0), CountLimit(((0,), (1,)), at_least=1),
        CountLimit(((0,), (1,)), at_most=1.5), CountLimit(((0,), ()), at_most=1), Diversification((0,), -0.1),  # type: ignore[arg-type]
        ChangeLimit((0,)), ChangeLimit((0,), share=-0.2), ChangeLimit((0,), money=-0.2),
        ChangeLimit((0,), share=0.2, always=-1.0), ChangeLimit((0,), share=0.2, reference=()),
        ChangeLimit((0,), share=0.2, reference=(-1.0,)), Steps((0,), 0.0), FixedCost((0,), -1.0),
        RatioFloor((0,), CURVES, 0.0), RatioFloor((0,), CURVES, 1.0, weeks=0.0), RatioFloor((0,), WIDE, 1.0),
        ExplorationShare((0,), 2.0), Tied((0, 1), (1.0,)), Tied((0, 1), (1.0, 0.0)),
    ))
} | {
    "budget 0": ask(budget=0.0), "budget missing": ask(budget=float("nan")), "budget infinite": ask(budget=np.inf),
    "tolerance": ask(tolerance=-1.0), "seconds": ask(seconds=float("nan")), "cost of money": ask(cost_of_money=-0.5),
    "today": ask(baseline=np.array([1.0, -1.0, 0.0, 0.0])), "today's shape": ask(baseline=np.ones(2)),
    "minimum missing": ask(**bounds([0.0, np.nan, 0.0, 0.0], 1.0)),
    "maximum missing": ask(**bounds(0.0, [0.0, np.nan, 0.0, 0.0])),
    "crossed bounds": ask(**bounds([0.0, 5.0, 0.0, 0.0], 1.0)),
    "nobody's spend": lambda: fit_to_bounds(np.array([np.nan, 1.0]), 40.0, Bounds(np.zeros(2), np.full(2, 60.0))),
    "overspent": lambda: check_split(problem(), FREE, np.full(4, 3e3)),
    "out of bounds": lambda: check_split(problem(), FREE, np.array([1.1e4, -1e3, 0.0, 0.0])),
}  # fmt: skip


# Reverse questions --------------------------------------------------------------------------------------------------

TWO = (Cell("linkedin", "image"), Cell("x", "link"))
LINES = Curves.from_points(TWO, [[0, 100]] * 2, [[0, 400], [0, 200]])
HALF = GroupLimit((0,), maximum_share=0.5, label="reels only")
PLAIN = Problem(LINES, 80.0, Bounds(np.zeros(2), np.full(2, 100.0)), np.ones(2))
HALVED = replace(PLAIN, rules=(HALF,))
BENT = replace(PLAIN, curves=Curves.from_slopes(TWO, [0.0, 100.0], [[4.0, 0.0], [2.0, 0.0]], np.zeros(2)))
FLOOR = replace(PLAIN, bounds=Bounds(np.array([30.0, 0.0]), np.full(2, 100.0)))


def unproven(asked: Problem) -> Callable[[], object]:
    """An outcome between what the best plan brings and what is proven."""

    def refuse() -> object:
        plan = solve(asked)
        loose = replace(plan, certificate=replace(plan.certificate, bound=2.0 * plan.certificate.value))
        raise _out_of_reach(asked, 1.5 * plan.certificate.value, 80.0, loose)

    return refuse


REVERSE: dict[str, Callable[[], object]] = {
    "outcome missing": lambda: least_spend(PLAIN, float("nan")),
    "no weeks": lambda: spend_at_roas(PLAIN, 1.0, weeks=0),
    "outcome out of reach": lambda: least_spend(PLAIN, 601.0),
    "outcome out of reach of rules": lambda: least_spend(HALVED, 601.0),
    "outcome unproven": unproven(PLAIN),
    "outcome unproven under rules": unproven(HALVED),
    "no budget at all": lambda: least_spend(replace(PLAIN, rules=(Lock(0, 9.0), Lock(0, 5.0))), 10.0),
    "marginal ROAS": lambda: spend_at_marginal_roas(BENT, 4.5),
    "marginal ROAS above minimums": lambda: spend_at_marginal_roas(FLOOR, 4.5),
    "marginal ROAS under rules": lambda: spend_at_marginal_roas(HALVED, 3.5),
    "marginal ROAS 0": lambda: spend_at_marginal_roas(PLAIN, 0.0),
    "ROAS": lambda: spend_at_roas(BENT, 4.5),
    "ROAS at a spend": lambda: spend_at_roas(PLAIN, 4.5),
    "ROAS under rules": lambda: spend_at_roas(HALVED, 3.1),
    "ROAS missing": lambda: spend_at_roas(PLAIN, float("nan")),
    "CPA": lambda: spend_at_cpa(BENT, 0.2, weeks=3),
    "CPA at a spend": lambda: spend_at_cpa(PLAIN, 0.2),
    "CPA negative": lambda: spend_at_cpa(PLAIN, -1.0),
    "CPA without end": lambda: spend_at_cpa(PLAIN, 1e-320),
    "no spending": lambda: spend_at_roas(replace(PLAIN, bounds=Bounds(np.zeros(2), np.zeros(2))), 1.0),
    "no budgets": lambda: frontier(PLAIN, []),
    "no step": lambda: ladder(PLAIN, 0.0),
    "share of the gain": lambda: near_best(PLAIN, 1.5),
    "unspent": lambda: near_best(replace(PLAIN, spend_all=False)),
}
ANSWERS: dict[str, Callable[[], object]] = {
    "outcome": lambda: least_spend(HALVED, 240.0, weeks=2).sentence,
    "outcome of the minimums": lambda: least_spend(FLOOR, 100.0).sentence,
    "marginal ROAS": lambda: spend_at_marginal_roas(BENT, 1.0).sentence,
    "marginal ROAS without end": lambda: spend_at_marginal_roas(PLAIN, 1.0).sentence,
    "marginal ROAS under rules": lambda: spend_at_marginal_roas(HALVED, 2.5).sentence,
    "ROAS": lambda: spend_at_roas(BENT, 2.0, weeks=1).sentence,
    "ROAS under rules": lambda: spend_at_roas(HALVED, 3.0).sentence,
    "CPA": lambda: spend_at_cpa(BENT, 0.4).sentence,
}


# Weeks --------------------------------------------------------------------------------------------------------------


def weekly() -> WeeklyProblem:
    """Three concave cells, five weeks, one budget for all weeks, changes of at most 20 %."""
    response = response_of(np.random.default_rng(1), (3, 5, 20), "concave")
    today = np.repeat(response.today[:, None], 5, axis=1)
    limits = ChangeLimits(np.full(3, 0.2), np.full(3, np.inf), response.today)
    return WeeklyProblem(response, WeekBudgets.free(float(today.sum()), 5), 0.0 * today, 3.0 * today, today, limits)


def spoiled(array: Floats, value: float) -> Floats:
    changed = array.copy()
    changed[1, 2] = value
    return changed


def split(change: Callable[[WeeklyProblem], dict[str, object]]) -> Callable[[], object]:
    return lambda: solve_weeks(replace(weekly(), **change(weekly())))  # type: ignore[arg-type]


def sums(*factors: float) -> Callable[[WeeklyProblem], dict[str, object]]:
    """Budgets of the weeks as shares of today's."""
    return lambda p: {"budgets": WeekBudgets.fixed(p.baseline.sum(axis=0) * np.array(factors))}


def risky(risk: Risk) -> Callable[[], object]:
    return lambda: solve_risk(weekly(), risk)


EARLY = np.array([[1.5], [0.0], [0.0]])
WEEKLY: dict[str, Callable[[], object]] = {
    "minimum missing": split(lambda p: {"lower": spoiled(p.lower, np.nan)}),
    "maximum below 0": split(lambda p: {"upper": spoiled(p.upper, -1.0)}),
    "shape": split(lambda p: {"baseline": p.baseline[:, :2]}),
    "crossed": split(lambda p: {"lower": spoiled(p.lower, 1e9)}),
    "budget below 0": split(lambda p: {"budgets": WeekBudgets.free(-1.0, 5)}),
    "weeks of budgets": split(lambda p: {"budgets": WeekBudgets.free(100.0, 4)}),
    "share below 0": split(lambda p: {"limits": ChangeLimits(np.full(3, -0.1), np.full(3, np.inf))}),
    "money below 0": split(lambda p: {"limits": ChangeLimits(np.full(3, np.inf), np.full(3, -2.0))}),
    "spend before": split(lambda p: {"limits": ChangeLimits(np.full(3, 0.2), np.full(3, np.inf), np.full(3, -1.0))}),
    "tolerance": split(lambda p: {"tolerance": 2.0}),
    "seconds": split(lambda p: {"seconds": -1.0}),
    "maximums": split(lambda p: {"limits": None} | sums(4.0, 4.0, 4.0, 4.0, 4.0)(p)),
    "minimums": split(lambda p: {"limits": None, "lower": 0.5 * p.baseline, "budgets": WeekBudgets.free(1.0, 5)}),
    "minimums of some weeks": split(lambda p: {"limits": None, "lower": 0.5 * p.baseline,
                                               "budgets": WeekBudgets.periods([0, 0, 1, 1, 1], [1.0, 1e3])}),
    "maximums with changes": split(sums(1.0, 1.5, 1.5, 1.5, 1.5)),
    "minimums with changes": split(sums(1.0, 0.5, 0.5, 0.5, 0.5)),
    "changes": split(sums(1.2, 0.8, 1.0, 1.0, 1.0)),
    "one cell": split(lambda p: {"lower": p.lower + EARLY * p.baseline * (np.arange(5) == 0)}),
    "every week": split(lambda p: {"constant": True, "limits": None} | sums(1.0, 2.0, 1.0, 1.0, 1.0)(p)),
    "one cell in every week": split(lambda p: {
        "constant": True, "limits": None, "lower": p.baseline * (np.arange(5) == 0),
        "upper": p.baseline * np.where(np.arange(5) == 1, 0.5, 3.0)}),
    "no repair": lambda: (_ for _ in ()).throw(clash(None, None)),
    "CVaR": risky(Risk(Kind.CVAR, 1.5)),
    "quantile": risky(Risk(Kind.QUANTILE, 1.0)),
    "probability": risky(Risk(Kind.PROBABILITY, target=float("nan"))),
    "line": lambda: efficient_line(weekly(), points=1),
}  # fmt: skip
REFUSED = {
    **{f"clash: {name}": one for name, one in CLASHES.items()},
    **{f"nonsense: {name}": one for name, one in NONSENSE.items()},
    **{f"reverse: {name}": one for name, one in REVERSE.items()},
    **{f"weekly: {name}": one for name, one in WEEKLY.items()},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_can_be_translated(name: str) -> None:
    assert faults(said_by(REFUSED[name]), DATA) == []


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_can_be_translated(name: str) -> None:
    said = ANSWERS[name]()
    assert isinstance(said, Message)
    assert faults(said, DATA) == []


def test_labels_of_rules_can_be_translated_and_those_of_the_user_stay() -> None:
    rules = (Diversification(ALL, 0.9), Steps(ALL, 100.0), SALE, RatioFloor.roi(ALL, CURVES, 0.5))
    labels = [state.label for state in solve(problem(*rules)).certificate.rules]
    assert [type(label) is str for label in labels] == [False, False, True, False]
    told = [speaker("vi").tell(label) for label in labels]
    assert told == ["mức đa dạng hóa", "bước tiền", "summer sale", "ROI tối thiểu 50%"]


def test_a_clash_in_vietnamese() -> None:
    told = speaker("vi").tell(said_by(CLASHES["two minimums"])).replace("\u00a0", " ")
    assert told == (
        "ngân sách 10.000,00 mỗi tuần, phải chi hết; summer sale ít nhất 8.000,00 + "
        "giới hạn của nhóm ít nhất 4.000,00; tăng ngân sách lên 12.000,00, hoặc giảm một trong số đó đi 2.000,00."
    )
    told = speaker("vi").tell(said_by(CLASHES["maximums of cells"])).replace("\u00a0", " ")
    reel = speaker("vi").place(CELLS[0]).replace("\u00a0", " ")
    assert f"tăng mức tối đa của {reel} thêm 6.000,00" in told


# The catalogue ------------------------------------------------------------------------------------------------------


def test_every_sentence_of_the_room_is_said_here(root: Path) -> None:
    """So that none of them escapes the checks above."""
    said = [*(said_by(one) for one in REFUSED.values()), *(one() for one in ANSWERS.values())]
    said += [rule.label for rule in (FixedCost((0,), 1.0), NothingOrAtLeast((0,), 1.0))]
    said.append(sentence(["a", "b"], [], budget=False))
    reached = {pattern for one in said for pattern in patterns_in(one)}
    assert sorted(patterns_of_room(root / "optimizer" / "allocation") - reached - NEVER) == []
    assert NEVER & reached == set()
