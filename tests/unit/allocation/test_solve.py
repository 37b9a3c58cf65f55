"""Splits whose best is known by hand, from every road the solver can take."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, Status, solve
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves


def cells(count: int) -> list[Cell]:
    return [Cell("network", f"type{i}") for i in range(count)]


def free(curves: Curves, budget: float, today: object = 1.0) -> Problem:
    count = len(curves.cells)
    return Problem(curves, budget, Bounds(np.zeros(count), np.full(count, np.inf)), np.ones(count) * today)


def test_two_parabolas_meet_at_one_marginal_value() -> None:
    curves = Curves.from_slopes(cells(2), [0.0, 100.0], [[4, 0], [2, 0]], [10, 20])
    result = solve(free(curves, 90.0))
    assert result.spend == pytest.approx([190 / 3, 80 / 3])
    assert result.certificate.price == pytest.approx(4 - 0.04 * 190 / 3)
    assert result.certificate.marginal == pytest.approx([result.certificate.price] * 2)
    assert result.baseline.tolist() == [45, 45]
    assert result.certificate.gap < 1e-14


def test_bounds_bind_and_have_a_price() -> None:
    curves = Curves.from_slopes(cells(3), [0.0, 100.0], [[4, 4], [3, 0], [1, 1]], [0, 0, 0])
    bounds = Bounds(np.array([0.0, 0.0, 30.0]), np.array([40.0, 100.0, 100.0]))
    proof = solve(Problem(curves, 120.0, bounds, np.ones(3))).certificate
    assert (proof.at_lower, proof.at_upper) == ((2,), (0,))
    assert proof.price == pytest.approx(1.5)
    assert proof.bound_prices == pytest.approx([2.5, 0, 0.5])


def test_a_bound_price_is_what_moving_the_bound_brings() -> None:
    curves = Curves.from_slopes(cells(3), [0.0, 100.0], [[4, 2], [3, 0], [1, 0]], [0, 0, 0])
    bounds = Bounds(np.array([0.0, 0.0, 30.0]), np.array([40.0, 100.0, 100.0]))
    first = Problem(curves, 120.0, bounds, np.ones(3))
    before, step = solve(first).certificate, 1e-4
    for cell, wider in ((0, np.array([[0, 0, 0], [step, 0, 0]])), (2, np.array([[0, 0, -step], [0, 0, 0]]))):
        moved = replace(first, bounds=Bounds(bounds.lower + wider[0], bounds.upper + wider[1]))
        assert (solve(moved).certificate.value - before.value) / step == pytest.approx(
            before.bound_prices[cell], rel=1e-3
        )
    richer = solve(replace(first, budget=120.0 + step)).certificate
    assert (richer.value - before.value) / step == pytest.approx(before.price, rel=1e-3)


def test_straight_lines_fill_from_the_steepest() -> None:
    curves = Curves.from_points(cells(3), [[0, 10]] * 3, [[0, 10], [0, 30], [0, 20]])
    assert solve(free(curves, 15.0)).spend == pytest.approx([0, 10, 5])


def test_where_nothing_is_to_be_gained_nothing_moves() -> None:
    curves = Curves.from_points(cells(3), [[0, 100]] * 3, [[0, 50]] * 3)
    result = solve(free(curves, 60.0, np.array([1.0, 2.0, 3.0])))
    assert result.spend.tolist() == result.baseline.tolist() == [10, 20, 30]
    assert result.certificate.status is Status.OPTIMAL


def test_money_beyond_saturation_is_still_spent() -> None:
    curves = Curves.from_slopes(cells(2), [[0, 10, 100], [0, 10, 100]], [[1, 0, 0], [2, 0, 0]], [0, 0])
    result = solve(free(curves, 150.0))
    assert result.spend.sum() == pytest.approx(150.0)
    assert result.certificate.value == pytest.approx(15.0)
    assert result.certificate.price == 0.0


def test_a_threshold_is_passed_by_one_cell_and_not_half_by_two() -> None:
    curves = Curves.from_points(cells(2), [[0, 90, 100], [0, 90, 100]], [[0, 0, 50], [0, 0, 60]])
    result = solve(free(curves, 100.0))
    assert result.spend == pytest.approx([0, 100])
    assert result.certificate.value == pytest.approx(60.0)
    assert result.certificate.status is Status.OPTIMAL


def test_one_cell_may_stand_where_its_curve_bends_up() -> None:
    # With 8 to spend all of it goes up x**2, past the marginal value of the other curve.
    curves = Curves.from_slopes(cells(2), [0.0, 10.0], [[0, 20], [6, 0]], [0, 0])
    result = solve(free(curves, 8.0))
    assert result.spend == pytest.approx([8, 0], abs=1e-6)
    assert result.certificate.value == pytest.approx(64.0)


def test_twins_are_told_apart_by_today_only() -> None:
    curves = Curves.from_points(cells(12), [[0, 95, 100, 200]] * 12, [[0, 1, 50, 53]] * 12)
    today = np.arange(12.0)
    result = solve(free(curves, 430.0, today))
    assert result.certificate.gap < 1e-9
    assert np.flatnonzero(result.spend > 90).tolist() == [8, 9, 10, 11]
    assert result.certificate.value == pytest.approx(200 + 0.9)


def test_a_hundred_twins_are_proven_at_once() -> None:
    curves = Curves.from_points(cells(100), [[0, 95, 100, 200]] * 100, [[0, 1, 50, 53]] * 100)
    assert solve(free(curves, 4_321.0)).certificate.gap < 1e-9


def test_a_minimum_that_skips_the_convex_part_makes_the_problem_concave() -> None:
    curves = Curves.from_slopes(cells(2), [0.0, 10.0, 30.0], [[0, 4, 0], [3, 2, 0]], [0, 0])
    bounds = Bounds(np.array([12.0, 0.0]), np.array([30.0, 30.0]))
    result = solve(Problem(curves, 25.0, bounds, np.ones(2)))
    assert result.certificate.gap < 1e-14
    # Slopes 4 - 0.2 (x - 10) and 2 - 0.1 (25 - x - 10) meet at x = 16 + 11 / 30... the marginal values say so:
    assert result.certificate.marginal == pytest.approx([result.certificate.price] * 2)


def test_no_time_gives_the_best_so_far_with_its_honest_gap() -> None:
    rng = np.random.default_rng(3)
    spend = [[0, 0.95 * w, w, 2 * w] for w in rng.uniform(10, 100, 30)]
    value = [[0, 0.01 * s[2], s[2] * g, s[2] * g * 1.05] for s, g in zip(spend, rng.uniform(0.8, 1.2, 30), strict=True)]
    problem = free(Curves.from_points(cells(30), spend, value), 601.0)
    hurried = solve(replace(problem, seconds=0.0, tolerance=1e-7))
    patient = solve(replace(problem, seconds=20.0, tolerance=1e-4))
    assert hurried.certificate.status is Status.FEASIBLE
    assert hurried.certificate.gap > 1e-7
    assert patient.certificate.status is Status.OPTIMAL
    assert hurried.baseline_value <= hurried.certificate.value <= patient.certificate.value * (1 + 1e-12)
    assert hurried.certificate.bound >= patient.certificate.value


def test_money_that_can_bring_nothing_is_spent_and_proven() -> None:
    curves = Curves.from_points(cells(2), [[0, 0.5, 1]] * 2, [[0, 0, 3]] * 2)
    result = solve(Problem(curves, 0.4, Bounds(np.zeros(2), np.array([0.6, 0.55])), np.ones(2)))
    assert result.spend.sum() == pytest.approx(0.4)
    assert result.certificate.value == 0.0
    assert result.certificate.gap == 0.0
    assert result.certificate.status is Status.OPTIMAL


def test_one_cell_gets_everything() -> None:
    curves = Curves.from_slopes(cells(1), [0.0, 10.0], [[3, 1]], [0])
    result = solve(free(curves, 7.0))
    assert result.spend.tolist() == [7.0]
    assert result.certificate.gap < 1e-14


def test_a_thousand_cells_take_milliseconds() -> None:
    rng = np.random.default_rng(0)
    x = np.linspace(0, 1, 65)[None] ** 2 * rng.uniform(50, 500, (1000, 1))
    half = rng.uniform(10, 100, (1000, 1))
    curves = Curves.from_values(cells(1000), x, x / (x + half), half / (x + half) ** 2)
    problem = Problem(curves, 60_000.0, Bounds(np.zeros(1000), np.full(1000, np.inf)), rng.uniform(0, 1, 1000))
    solve(problem)
    best = min(_seconds(problem) for _ in range(5))
    assert best < 0.1  # measured: 0.006; the rest is room for busy machines


def _seconds(problem: Problem) -> float:
    began = time.perf_counter()
    assert solve(problem).certificate.gap < 1e-12
    return time.perf_counter() - began
