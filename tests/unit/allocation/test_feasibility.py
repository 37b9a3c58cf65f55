"""What cannot be done is said before solving, with the numbers and the smallest repair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, fit_to_bounds, solve
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves

CELLS = [Cell("instagram", "reel"), Cell("tiktok", "video"), Cell("x", "image")]
CURVES = Curves.from_slopes(CELLS, [0.0, 20_000.0], [[4, 0], [3, 0], [2, 0]], [0, 0, 0])


def problem(**changes: object) -> Problem:
    start = Problem(CURVES, 10_000.0, Bounds(np.zeros(3), np.full(3, 20_000.0)), np.ones(3))
    return replace(start, **changes)


def test_minimums_above_the_budget() -> None:
    bounds = Bounds(np.array([8_000.0, 4_000.0, 0.0]), np.full(3, 9_000.0))
    with pytest.raises(InfeasibleError) as caught:
        solve(problem(bounds=bounds))
    assert str(caught.value) == (
        "budget 10,000.00 a week; the minimums sum to 12,000.00 (largest: instagram/reel 8,000.00, "
        "tiktok/video 4,000.00); raise the budget to 12,000.00 or lower minimums by 2,000.00."
    )


def test_maximums_below_the_budget() -> None:
    bounds = Bounds(np.zeros(3), np.array([1_000.0, 2_000.0, 3_000.0]))
    with pytest.raises(InfeasibleError) as caught:
        solve(problem(bounds=bounds))
    assert str(caught.value) == (
        "budget 10,000.00 a week, to be spent in full; the maximums sum to 6,000.00 (largest: x/image 3,000.00, "
        "tiktok/video 2,000.00, instagram/reel 1,000.00); lower the budget to 6,000.00 or raise maximums by 4,000.00."
    )


def test_a_repair_that_is_named_works() -> None:
    tight = Bounds(np.array([8_000.0, 4_000.0, 0.0]), np.full(3, 9_000.0))
    assert solve(problem(bounds=tight, budget=12_000.0)).spend.tolist() == [8_000, 4_000, 0]
    small = Bounds(np.zeros(3), np.array([1_000.0, 2_000.0, 3_000.0]))
    assert solve(problem(bounds=small, budget=6_000.0)).spend.tolist() == [1_000, 2_000, 3_000]


def test_curves_known_to_less_than_a_minimum() -> None:
    bounds = Bounds(np.array([0.0, 25_000.0, 0.0]), np.full(3, 30_000.0))
    with pytest.raises(InfeasibleError, match=r"tiktok/video may spend 25,000\.00 to 30,000\.00 a week, but its curve"):
        solve(problem(bounds=bounds, budget=40_000.0))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget": 0.0}, "the budget is 0.00; it must be above 0"),
        ({"budget": -5.0}, "the budget is -5.00"),
        ({"budget": float("nan")}, "the budget is nan"),
        ({"budget": float("inf")}, "the budget is inf"),
        ({"tolerance": -1.0}, "tolerance is -1.0"),
        ({"seconds": float("nan")}, "seconds is nan"),
        ({"baseline": np.array([1.0, -1.0, 0.0])}, "today's spend of tiktok/video is -1.00; it must be 0 or more"),
        ({"baseline": np.ones(2)}, r"today's spend has the shape \(2,\)"),
        ({"bounds": Bounds(np.array([0, np.nan, 0]), np.ones(3))}, "the minimum of tiktok/video is nan"),
        ({"bounds": Bounds(np.array([0, -1.0, 0]), np.ones(3))}, "the minimum of tiktok/video is -1.00"),
        ({"bounds": Bounds(np.zeros(3), np.array([1, np.nan, 1]))}, "the maximum of tiktok/video is nan"),
        ({"bounds": Bounds(np.array([0, 5.0, 0]), np.ones(3))}, "tiktok/video is 5.00 and its maximum 1.00"),
        ({"bounds": Bounds(np.zeros(2), np.ones(2))}, r"the minimum has the shape \(2,\); one number for each of 3"),
    ],
)
def test_bad_numbers(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        solve(problem(**changes))


def test_fit_to_bounds_is_proportional_where_it_can_be() -> None:
    bounds = Bounds(np.array([0.0, 0.0, 40.0]), np.array([10.0, np.inf, np.inf]))
    assert fit_to_bounds(np.array([2.0, 3.0, 1.0]), 80.0, bounds) == pytest.approx([10, 30, 40])
    free = Bounds(np.zeros(3), np.full(3, np.inf))
    assert fit_to_bounds(np.array([2.0, 3.0, 5.0]), 1.0, free) == pytest.approx([0.2, 0.3, 0.5])


def test_fit_to_bounds_leaves_unused_cells_unused_until_they_are_needed() -> None:
    bounds = Bounds(np.array([0.0, 0.0, 5.0]), np.array([10.0, 50.0, 50.0]))
    weights = np.array([1.0, 0.0, 0.0])
    assert fit_to_bounds(weights, 12.0, bounds) == pytest.approx([7, 0, 5])
    assert fit_to_bounds(weights, 40.0, bounds) == pytest.approx([10, 15, 15])
    assert fit_to_bounds(np.zeros(3), 40.0, bounds) == pytest.approx([10, 15, 15])


def test_fit_to_bounds_says_what_clashes() -> None:
    with pytest.raises(InfeasibleError, match=r"largest: cell 2 30\.00, cell 1 20\.00"):
        fit_to_bounds(np.ones(2), 40.0, Bounds(np.array([20.0, 30.0]), np.full(2, 60.0)))
    with pytest.raises(InputError, match="today's spend of cell 1 is nan"):
        fit_to_bounds(np.array([np.nan, 1.0]), 40.0, Bounds(np.zeros(2), np.full(2, 60.0)))
