"""Rules that cannot be kept together are named, with what would mend them; nonsense is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, solve
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
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves

CELLS = tuple(Cell(n, t) for n in ("instagram", "tiktok") for t in ("reel", "video"))
CURVES = Curves.from_slopes(CELLS, [0.0, 20_000.0], [[4.0, 0.0], [2.0, 0.0], [3.0, 0.0], [1.0, 0.0]], np.zeros(4))
INSTAGRAM = GroupLimit((0, 1), minimum=8_000.0, label="minimum of instagram")
TIKTOK = GroupLimit((2, 3), minimum=4_000.0, label="minimum of tiktok")


def problem(*rules: Rule, **changes: object) -> Problem:
    bounds = Bounds(np.zeros(4), np.full(4, np.inf))
    return replace(Problem(CURVES, 10_000.0, bounds, np.array([4e3, 3e3, 2e3, 1e3]), rules=rules), **changes)


def clash(*rules: Rule, **changes: object) -> str:
    with pytest.raises(InfeasibleError) as caught:
        solve(problem(*rules, **changes))
    return str(caught.value)


def test_two_minimums_above_the_budget() -> None:
    innocent = (Diversification((0, 1, 2, 3), 0.9), CountLimit(tuple((c,) for c in range(4)), at_most=3))
    assert clash(innocent[0], INSTAGRAM, innocent[1], TIKTOK) == (
        "budget 10,000.00 a week, to be spent in full; minimum of instagram 8,000.00 + minimum of tiktok 4,000.00; "
        "raise the budget to 12,000.00, or lower one of them by 2,000.00."
    )


def test_the_repairs_repair() -> None:
    for budget in (12_000.0, 12_500.0):
        assert solve(problem(INSTAGRAM, TIKTOK, budget=budget)).spend.sum() == pytest.approx(budget)
    assert solve(problem(replace(INSTAGRAM, minimum=6_000.0), TIKTOK)).spend[2:].sum() == pytest.approx(4_000.0)
    clash(replace(INSTAGRAM, minimum=6_001.0), TIKTOK)


def test_a_lock_against_a_maximum_leaves_the_budget_out() -> None:
    assert clash(Lock(0, 500.0, "lock of reels"), GroupLimit((0, 1), maximum=300.0, label="maximum of instagram")) == (
        "lock of reels 500.00 + maximum of instagram 300.00; relax lock of reels by 200.00, "
        "or raise maximum of instagram by 200.00."
    )


def test_a_bound_of_a_cell_can_be_part_of_it() -> None:
    words = clash(Lock(0, 500.0, "lock of reels"), bounds=Bounds(np.array([600.0, 0, 0, 0]), np.full(4, np.inf)))
    assert "minimum of instagram/reel 600.00" in words
    assert "lower the minimum of instagram/reel by 100.00" in words
    assert "budget" not in words


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((Steps((0, 1, 2, 3), 3_000.0, "steps of 3,000"),), ["budget 10,000.00", "raise the budget to 12,000.00",
          "lower the budget to 9,000.00", "drop steps of 3,000"]),
        ((ChangeLimit((0, 1, 2, 3), share=0.1, label="change"), Lock(3, 0.0, "lock")), ["change at most 0.1",
          "relax one of them by 900.00"]),
        ((Diversification((0, 1, 2, 3), 0.2, "largest share"),), ["largest share 0.2"]),
        ((ExplorationShare((3,), 0.3, "exploration"), GroupLimit((3,), maximum=1_000.0, label="maximum of d")),
         ["lower exploration by 2,000.00", "raise maximum of d by 2,000.00"]),
        ((CountLimit(((0,), (1,)), at_least=2, smallest=100.0, label="both"), Lock(1, 0.0, "lock")),
         ["both at least 2", "lower both by 1", "relax lock by 100.00"]),
        ((NothingOrAtLeast((0,), 900.0, label="smallest"), Lock(0, 400.0, "lock")), ["drop smallest",
          "relax lock by 400.00"]),
        ((Tied((0, 1), (1.0, 1.0), "tie"), Lock(0, 400.0, "lock"), Lock(1, 300.0, "other")), ["drop tie",
          "relax lock by 100.00"]),
        ((RatioFloor((0,), CURVES, 3.9, label="return"), Lock(0, 4_000.0, "lock")), ["return", "lock 4,000.00"]),
    ],
)  # fmt: skip
def test_every_kind_of_rule_is_named(rules: tuple[Rule, ...], words: list[str]) -> None:
    said = clash(*rules)
    for part in words:
        assert part in said, said


def test_what_is_named_clashes_and_nothing_less_does() -> None:
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(25):
        rules: list[Rule] = []
        for k in range(6):
            own = tuple(int(c) for c in rng.choice(4, size=2, replace=False))
            amount = float(rng.integers(1, 9)) * 1_000
            side = {"minimum": amount} if rng.random() < 0.5 else {"maximum": amount}
            rules.append(GroupLimit(own, **side, label=f"rule{k}"))
        try:
            solve(problem(*rules, price_rules=False))
        except InfeasibleError as error:
            found += 1
            head = str(error).split("; raise")[0].split("; lower")[0]
            named = [r for r in rules if f"{r.label} " in head]
            with_budget = "budget" in head
            loose = {"spend_all": True} if with_budget else {"budget": 1e4}
            with pytest.raises(InfeasibleError):
                solve(problem(*named, price_rules=False, **loose))
            for left_out in named:
                solve(problem(*(r for r in named if r is not left_out), price_rules=False))
    assert found > 3


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (GroupLimit((0,), minimum=5.0, maximum=4.0), "minimum 5.00 above its maximum 4.00"),
        (GroupLimit((0,), minimum=-5.0), "minimum of limit of a group is -5; it must be a number of 0 or more"),
        (GroupLimit((0,), maximum_share=1.5), "maximum_share of limit of a group is 1.5; a share lies between 0 and 1"),
        (GroupLimit((0,)), "sets no limit"),
        (GroupLimit((), minimum=1.0), "speaks of no cell"),
        (GroupLimit((7,), minimum=1.0), "speaks of cell 7; there are cells 0 to 3"),
        (GroupLimit((1, 1), minimum=1.0), "names instagram/video twice"),
        (Lock(0, float("nan")), "the amount of lock is nan"),
        (NothingOrAtLeast((0,), 0.0), "must be a number above 0"),
        (NothingOrAtLeast((0,), 5.0, stay=(1.0, 2.0)), "has 2 amounts that may stay"),
        (CountLimit(((0,), (1,)), at_least=3, smallest=1.0), "there are only 2 to choose from"),
        (CountLimit(((0,), (1,)), at_least=2, at_most=1, smallest=1.0), "at least 2 and at most 1"),
        (CountLimit(((0,), (1,)), at_least=1), "smallest amount that counts of number in use is 0"),
        (CountLimit(((0,), ()), at_most=1), "has a member without cells"),
        (Diversification((0,), -0.1), "the share of diversification is -0.1"),
        (ChangeLimit((0,)), "change limit sets no limit"),
        (ChangeLimit((0,), share=-0.2), "the share of change limit is -0.2"),
        (Steps((0,), 0.0), "the step of steps of money is 0"),
        (FixedCost((0,), -1.0), "the cost of fixed cost is -1"),
        (RatioFloor((0,), CURVES, 0.0), "outcome per unit of money of return is 0"),
        (ExplorationShare((0,), 2.0), "the share of exploration share is 2"),
        (Tied((0, 1), (1.0,)), "tied cells has 1 weights"),
        (Tied((0, 1), (1.0, 0.0)), "a weight of tied cells is 0"),
    ],
)
def test_nonsense_is_refused(rule: Rule, words: str) -> None:
    with pytest.raises(InputError, match=words):
        solve(problem(rule))
