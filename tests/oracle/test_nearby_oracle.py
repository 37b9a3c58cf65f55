"""Near-best plans against trying every set of cells, and against a linear programme for the size of the moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from optimizer.allocation import Bounds, Problem, solve
from optimizer.allocation.nearby import near_best
from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves

MakeProblem = Callable[..., Problem]


def fewest_by_trying(problem: Problem, needed: float) -> int:
    """Moved cells of the smallest set whose best plan is worth enough, by trying every set."""
    today = solve(problem).baseline
    known = np.minimum(problem.bounds.upper, problem.curves.knots[:, -1])
    for count in range(len(today) + 1):
        for chosen in combinations(range(len(today)), count):
            free = np.isin(np.arange(len(today)), chosen)
            bounds = Bounds(np.where(free, problem.bounds.lower, today), np.where(free, known, today))
            if solve(replace(problem, bounds=bounds, baseline=today)).certificate.bound >= needed:
                return count
    raise AssertionError


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("give_away", [0.0, 0.05, 0.3])
def test_few_moves_as_trying_every_set_finds(seed: int, give_away: float, make_problem: MakeProblem) -> None:
    problem = replace(make_problem(seed, (2, 5)), tolerance=1e-9)
    found = near_best(problem, give_away)
    best = solve(problem)
    value, gain = found.allocation.certificate.value, best.certificate.value - best.baseline_value
    needed = best.certificate.value - give_away * gain
    scale = abs(best.certificate.value)
    assert value >= needed - 2e-12 * scale
    assert found.given_away <= give_away + 1e-6 or gain < 1e-9 * scale
    assert found.allocation.certificate.bound >= best.certificate.value * (1 - 1e-12)
    assert found.allocation.spend.sum() == pytest.approx(problem.budget, rel=1e-12)
    assert (found.allocation.spend >= problem.bounds.lower).all()
    assert (found.allocation.spend <= problem.bounds.upper).all()
    change = np.abs(found.allocation.spend - best.baseline)
    assert tuple(np.flatnonzero(change > 1e-9 * problem.budget)) == found.moved
    assert found.money_moved == pytest.approx(change.sum() / 2)
    assert found.least_money_moved <= found.money_moved
    if gain > 1e-6 * scale:
        # By how much a plan may fall short is not told to the last digit, so the truth is taken from both sides.
        assert found.fewest <= fewest_by_trying(problem, needed)
        assert found.proven_fewest
        assert len(found.moved) >= fewest_by_trying(problem, needed - 1e-8 * scale)


@pytest.mark.parametrize("seed", range(1, 30, 6))
def test_on_concave_curves_the_moves_are_proven_smallest(seed: int, make_problem: MakeProblem) -> None:
    problem = make_problem(seed, (5, 40))
    found = near_best(problem, 0.1)
    assert found.money_moved > 0
    assert found.least_money_moved >= found.money_moved * (1 - 1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_smallest_moves_on_straight_lines_are_those_of_a_linear_programme(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 6
    slope, most = rng.uniform(1, 5, count), rng.uniform(50, 100, count)
    cells = [Cell("n", str(i)) for i in range(count)]
    curves = Curves.from_points(cells, [[0, m] for m in most], [[0, m * s] for m, s in zip(most, slope, strict=True)])
    today = most * rng.uniform(0.2, 0.8, count)
    problem = Problem(curves, float(today.sum()), Bounds(np.zeros(count), most), today)
    found = near_best(problem, 0.2)
    best = solve(problem)
    needed = best.certificate.value - 0.2 * (best.certificate.value - best.baseline_value)
    free = np.isin(np.arange(count), found.moved)
    limits = [(0, (most - today)[c] * free[c]) for c in range(count)] + [(0, today[c] * free[c]) for c in range(count)]
    answer = linprog(
        np.r_[np.ones(count), np.zeros(count)],
        A_ub=[np.r_[-slope, slope]], b_ub=[float(slope @ today) - needed],
        A_eq=[np.r_[np.ones(count), -np.ones(count)]], b_eq=[0], bounds=limits,
    )  # fmt: skip
    assert found.money_moved == pytest.approx(answer.fun, rel=1e-6)
    assert found.least_money_moved == pytest.approx(answer.fun, rel=1e-4)


def test_where_nothing_is_to_be_gained_nothing_moves() -> None:
    curves = Curves.from_points([Cell("n", "a"), Cell("n", "b")], [[0, 10]] * 2, [[0, 10]] * 2)
    found = near_best(Problem(curves, 10.0, Bounds(np.zeros(2), np.full(2, 10.0)), np.array([3.0, 7.0])))
    assert (found.moved, found.fewest, found.money_moved, found.given_away) == ((), 0, 0.0, 0.0)


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_a_share_is_from_0_to_1(share: float, make_problem: MakeProblem) -> None:
    with pytest.raises(InputError, match=r"give away is .*; it must be from 0 to 1"):
        near_best(make_problem(1), share)
