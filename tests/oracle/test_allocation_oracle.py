"""The solver against an exact dynamic programme, and that programme against sums done by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, Status, solve
from optimizer.history.panel import Cell, Floats
from optimizer.response.curves import Curves

Oracle = Callable[[Problem, int], tuple[float, Floats] | None]
CELLS = [Cell("a", "x"), Cell("b", "x")]
GRIDS = {2: 240, 3: 120, 4: 120}


def two(spend: list[list[float]], value: list[list[float]], budget: float, **bounds: list[float]) -> Problem:
    lower, upper = np.array(bounds.get("lower", [0, 0]), float), np.array(bounds.get("upper", [9e9, 9e9]), float)
    return Problem(Curves.from_points(CELLS, spend, value), budget, Bounds(lower, upper), np.ones(2))


def test_oracle_by_hand_takes_the_steeper_line(oracle: Oracle) -> None:
    problem = two([[0, 10], [0, 10]], [[0, 30], [0, 20]], 12.0)
    assert oracle(problem, 12) == (34.0, pytest.approx([10, 2]))


def test_oracle_by_hand_passes_a_threshold_or_leaves_it(oracle: Oracle) -> None:
    value = [[0, 0, 100], [0, 11, 22]]
    assert oracle(two([[0, 9, 10], [0, 5, 10]], value, 10.0), 10) == (100.0, pytest.approx([10, 0]))
    assert oracle(two([[0, 9, 10], [0, 5, 10]], value, 9.0), 9)[0] == pytest.approx(19.8)


def test_oracle_by_hand_keeps_bounds_and_says_when_its_grid_cannot(oracle: Oracle) -> None:
    bounded = two([[0, 10], [0, 10]], [[0, 30], [0, 20]], 12.0, lower=[0, 4], upper=[7, 10])
    assert oracle(bounded, 8) == (31.0, pytest.approx([7, 5]))
    assert oracle(two([[0, 10], [0, 10]], [[0, 30], [0, 20]], 12.0, upper=[6.5, 5.5]), 12) is None


def test_oracle_agrees_with_trying_every_split(oracle: Oracle, make_problem: Callable[..., Problem]) -> None:
    for seed in range(12):
        problem = make_problem(seed, (2, 2))
        found = oracle(problem, 50)
        low, most = problem.bounds.lower, np.minimum(problem.bounds.upper, problem.curves.knots[:, -1])
        first = low[0] + (problem.budget - low.sum()) / 50 * np.arange(51)
        second = problem.budget - first
        fits = (first <= most[0]) & (second <= most[1])
        if found is None:
            assert not fits.any()
            continue
        grid = np.clip(np.stack([first, second]), low[:, None], most[:, None])
        assert found[0] == pytest.approx(problem.curves.value(grid).sum(axis=0)[fits].max(), rel=1e-9)


@pytest.mark.parametrize("seed", range(240))
def test_solver_stands_between_oracle_and_bound(
    seed: int, oracle: Oracle, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(seed)
    result = solve(problem)
    proof = result.certificate
    scale = abs(proof.bound)
    known = np.minimum(problem.bounds.upper, problem.curves.knots[:, -1])
    assert float(result.spend.sum()) == pytest.approx(problem.budget, rel=1e-12)
    assert (result.spend >= problem.bounds.lower).all()
    assert (result.spend <= known).all()
    assert proof.value == pytest.approx(float(problem.curves.value(result.spend).sum()), rel=1e-12)
    assert proof.value >= result.baseline_value
    assert proof.status is Status.OPTIMAL
    assert (proof.bound - proof.value) / scale == pytest.approx(proof.gap, abs=1e-13)
    best = oracle(problem, GRIDS.get(len(known), 60))
    if best is not None:
        assert best[0] <= proof.bound + 1e-12 * scale
        assert best[0] <= proof.value + 1e-6 * scale


@pytest.mark.parametrize("seed", range(0, 240, 5))
@pytest.mark.parametrize("factor", [1e-6, 1 / 3, 7.0, 1e8])
def test_other_money_gives_the_same_plan(seed: int, factor: float, make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(seed)
    bounds = Bounds(problem.bounds.lower * factor, problem.bounds.upper * factor)
    curves = problem.curves.scaled(money=factor)
    other = Problem(curves, problem.budget * factor, bounds, problem.baseline * factor)
    first, second = solve(problem), solve(other)
    assert second.certificate.value == pytest.approx(first.certificate.value, rel=1e-9)
    assert second.baseline / factor == pytest.approx(first.baseline, rel=1e-9, abs=1e-9 * problem.budget)
    assert second.spend / factor == pytest.approx(first.spend, rel=1e-5, abs=1e-5 * problem.budget)


@pytest.mark.parametrize("seed", range(1, 240, 6))
def test_other_units_of_value_give_the_same_plan(seed: int, make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(seed)
    first, second = solve(problem), solve(replace(problem, curves=problem.curves.scaled(value=1e7)))
    assert second.certificate.value == pytest.approx(first.certificate.value * 1e7, rel=1e-9)
    assert second.spend == pytest.approx(first.spend, rel=1e-5, abs=1e-5 * problem.budget)


@pytest.mark.parametrize("seed", range(1, 240, 6))
def test_concave_problems_are_exact(seed: int, make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(seed, (5, 50))
    assert problem.curves.concave.all()
    result = solve(problem)
    assert result.certificate.gap <= 1e-12
    known = np.minimum(problem.bounds.upper, problem.curves.knots[:, -1])
    inside = (result.spend > problem.bounds.lower * (1 + 1e-9)) & (result.spend < known * (1 - 1e-9))
    inside &= result.spend > 1e-9 * problem.budget
    if inside.any():
        assert result.certificate.marginal[inside] == pytest.approx(result.certificate.price, rel=1e-6)
