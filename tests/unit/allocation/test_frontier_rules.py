"""Frontier, ladder, reverse questions and near-best plans where rules hold, by hand; and what they refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem
from optimizer.allocation.frontier import budget_range, frontier, ladder
from optimizer.allocation.nearby import near_best
from optimizer.allocation.returns import spend_at_cpa, spend_at_marginal_roas, spend_at_roas
from optimizer.allocation.rules import FixedCost, GroupLimit, NothingOrAtLeast
from optimizer.allocation.targets import least_spend
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves

CELLS = [Cell("a", "x"), Cell("b", "x")]
HALF = GroupLimit((0,), maximum_share=0.5, label="a at most half")


@pytest.fixture
def halved() -> Problem:
    """4 a unit on a, 2 on b, and at most half of the money on a: 3 a unit."""
    curves = Curves.from_points(CELLS, [[0, 100]] * 2, [[0, 400], [0, 200]])
    return Problem(curves, 80.0, Bounds(np.zeros(2), np.full(2, 100.0)), np.ones(2), rules=(HALF,))


def test_the_frontier_keeps_the_rule(halved: Problem) -> None:
    line = frontier(halved, [100.0, 50.0])
    assert line.values == pytest.approx([150, 300])
    assert line.spend[1] == pytest.approx([50, 50])


def test_rungs_keep_the_rule_and_end_where_it_allows_no_plan(halved: Problem) -> None:
    up, *_ = ladder(halved, 20.0, rungs=1)
    assert up.change == pytest.approx([10, 10])
    assert up.gain == pytest.approx(60)
    assert up.per_unit == pytest.approx(3)
    either = NothingOrAtLeast((0, 1), 60.0)
    rungs = ladder(replace(halved, budget=70.0, rules=(either,)), 20.0, rungs=3)
    # 110 are too much for one cell and too little for two; 50 are too little for one.
    assert [rung.end for rung in rungs] == [90.0]


def test_reverse_questions_keep_the_rule(halved: Problem) -> None:
    answer = least_spend(halved, 240.0, weeks=2)
    assert answer.spend == pytest.approx(80, rel=1e-5)
    assert answer.limit == pytest.approx(80, rel=1e-4)
    assert answer.total_spend == pytest.approx(160, rel=1e-5)
    assert "(160.00 over 2 weeks)" in answer.sentence
    assert spend_at_marginal_roas(halved, 2.5).spend == pytest.approx(200)
    assert spend_at_roas(halved, 3.0).spend == pytest.approx(200, rel=1e-5)
    assert spend_at_cpa(halved, 0.5).spend == pytest.approx(200, rel=1e-5)


def test_what_the_rule_forbids_is_out_of_reach(halved: Problem) -> None:
    with pytest.raises(InfeasibleError, match=r"^no budget within the bounds and rules brings 601.00; the most is 600"):
        least_spend(halved, 601.0)
    with pytest.raises(InfeasibleError, match=r"has a marginal ROAS of 3\.50"):
        spend_at_marginal_roas(halved, 3.5)
    with pytest.raises(InfeasibleError, match=r"has a ROAS of 3\.10"):
        spend_at_roas(halved, 3.1)


def test_near_best_plans_keep_the_rule(halved: Problem) -> None:
    found = near_best(replace(halved, baseline=np.array([1.0, 4.0])), 0.25)
    # Half of the money on a would gain 24 x 2; a quarter less moves a quarter less.
    assert found.moved == (0, 1)
    assert found.allocation.spend[0] <= 0.5 * 80 + 1e-9
    assert found.given_away == pytest.approx(0.25, abs=0.01)
    assert found.money_moved == pytest.approx(18, rel=0.02)


def test_a_saved_fixed_cost_counts_as_gain() -> None:
    # All curves alike: the only gain is to leave a and so to save its 50; its money goes to one other cell.
    cells = [Cell(name, "x") for name in "abc"]
    curves = Curves.from_points(cells, [[0, 100]] * 3, [[0, 100]] * 3)
    problem = Problem(curves, 60.0, Bounds(np.zeros(3), np.full(3, 100.0)), np.ones(3), rules=(FixedCost((0,), 50.0),))
    found = near_best(problem)
    assert found.allocation.spend[0] == pytest.approx(0, abs=1e-6)
    assert (len(found.moved), found.fewest, found.given_away) == (2, 2, pytest.approx(0, abs=1e-6))


def test_near_best_plans_need_a_budget_that_is_spent(halved: Problem) -> None:
    with pytest.raises(InputError, match="the budget may be left unspent"):
        near_best(replace(halved, spend_all=False))


def test_a_jump_over_a_threshold_is_said() -> None:
    # Alone 100 are best on a; with 200 the threshold of b is worth passing, and a gives all it has.
    curves = Curves.from_points(CELLS, [[0, 100, 200], [0, 190, 200]], [[0, 100, 110], [0, 0, 500]])
    problem = Problem(curves, 100.0, Bounds(np.zeros(2), np.full(2, 200.0)), np.ones(2))
    (up, *_) = ladder(problem, 100.0, rungs=1)
    assert up.change == pytest.approx([-100, 200])
    assert up.rearranged == pytest.approx(100)
    assert up.gain == pytest.approx(400)
    assert up.gain_in_place == pytest.approx(10)
    assert up.proven[0] <= up.gain <= up.proven[1]


def test_the_last_step_each_way_ends_where_the_bounds_end() -> None:
    curves = Curves.from_points(CELLS, [[0, 100]] * 2, [[0, 400], [0, 200]])
    problem = Problem(curves, 80.0, Bounds(np.array([0.0, 10.0]), np.full(2, 100.0)), np.ones(2))
    ends = [rung.end for rung in ladder(problem, 50.0, rungs=9)]
    assert ends == [130, 180, 200, 30, 10]
    free = replace(problem, bounds=Bounds(np.zeros(2), np.full(2, 100.0)))
    assert ladder(free, 50.0)[-1].end == 0
    assert ladder(free, 50.0)[-1].gain == pytest.approx(-120)
    assert budget_range(problem) == (10.0, 200.0)


@pytest.mark.parametrize("step", [0.0, -1.0, np.nan, np.inf])
def test_a_step_must_be_above_0(halved: Problem, step: float) -> None:
    with pytest.raises(InputError, match="the step is"):
        ladder(halved, step)


@pytest.mark.parametrize(
    ("budgets", "error", "words"),
    [
        ([], InputError, "no budget is given"),
        ([50.0, -1.0], InputError, "the budget is -1.00; it must be above 0"),
        ([50.0, np.nan], InputError, "the budget is nan"),
        ([50.0, 201.0], InfeasibleError, "lower the budget to 200.00"),
    ],
)
def test_budgets_that_cannot_be(halved: Problem, budgets: list[float], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        frontier(replace(halved, rules=()), budgets)


@pytest.mark.parametrize("target", [0.0, -1.0, np.nan, np.inf])
def test_targets_must_be_above_0(halved: Problem, target: float) -> None:
    for ask in (spend_at_roas, spend_at_cpa, spend_at_marginal_roas):
        with pytest.raises(InputError, match="asked for is"):
            ask(halved, target)
    with pytest.raises(InputError, match="weeks is 0"):
        spend_at_roas(halved, 1.0, weeks=0)


def test_an_outcome_that_the_minimums_bring_needs_no_more() -> None:
    curves = Curves.from_points(CELLS, [[0, 100]] * 2, [[0, 400], [0, 200]])
    problem = Problem(curves, 1.0, Bounds(np.array([30.0, 0.0]), np.full(2, 100.0)), np.ones(2))
    answer = least_spend(problem, 100.0)
    assert (answer.spend, answer.limit, answer.value) == (30.0, 30.0, 120.0)
    assert answer.sentence == "the smallest budget, 30.00 a week, already brings 120.00."
    with pytest.raises(InfeasibleError, match=r"the first money above the minimums brings at most 4\.00"):
        spend_at_marginal_roas(problem, 4.5)


def test_bounds_without_any_room_are_refused() -> None:
    curves = Curves.from_points(CELLS, [[0, 100]] * 2, [[0, 400], [0, 200]])
    problem = Problem(curves, 1.0, Bounds(np.zeros(2), np.zeros(2)), np.ones(2))
    with pytest.raises(InfeasibleError, match="the bounds allow no spending at all"):
        spend_at_roas(problem, 1.0)
