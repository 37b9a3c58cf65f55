"""Curves: value and slope belong together, constructors keep what they promise, bad curves are named."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves, count_below, level_padding

ONE, TWO = [Cell("instagram", "reel")], [Cell("instagram", "reel"), Cell("tiktok", "video")]


def test_value_is_the_integral_of_the_slope() -> None:
    curves = Curves.from_slopes(TWO, [[0, 10, 40], [5, 10, 20]], [[4, 2, 0], [0, 3, 1]], [100, 7])
    assert curves.value(np.array([10.0, 10.0])) == pytest.approx([100 + 30, 7 + 7.5])
    assert curves.value(np.array([40.0, 20.0])) == pytest.approx([100 + 30 + 30, 7 + 7.5 + 20])
    x = np.array([[3.0, 11.0, 39.0], [6.0, 9.9, 15.0]])
    step = 1e-5
    assert (curves.value(x + step) - curves.value(x - step)) / (2 * step) == pytest.approx(curves.slope(x), rel=1e-8)


def test_one_sided_slopes_at_a_corner_and_at_the_ends() -> None:
    curves = Curves.from_points(ONE, [[0, 10, 30]], [[0, 50, 70]])
    x = np.array([[0.0, 10.0, 30.0]])
    assert curves.slope(x).tolist() == [[5, 1, 1]]
    assert curves.slope_left(x).tolist() == [[5, 5, 1]]


def test_cells_with_different_numbers_of_points() -> None:
    curves = Curves.from_points(TWO, [[0, 10], [0, 10, 20, 40]], [[0, 5], [1, 2, 4, 4]])
    assert curves.value(np.array([[0, 4, 10], [10, 15, 40]])) == pytest.approx(np.array([[0, 2, 5], [2, 3, 4]]))
    assert curves.slope(np.array([10.0, 40.0])).tolist() == [0.5, 0.0]
    assert curves.slope_left(np.array([10.0, 40.0])).tolist() == [0.5, 0.0]
    assert curves.concave.tolist() == [True, False]


def test_padding_in_the_middle_is_a_jump_of_slope_only() -> None:
    curves = Curves(tuple(ONE), [[0, 10, 10, 20]], [[2, 99, 1]], [[2, 99, 1]], [0])
    assert curves.value(np.array([[10.0, 20.0]])).tolist() == [[20, 30]]
    assert curves.slope(np.array([[9.0, 10.0]])).tolist() == [[2, 1]]
    assert curves.slope_left(np.array([10.0])).tolist() == [2]
    assert curves.concave.tolist() == [True]


@pytest.mark.parametrize("power", [0.5, 1.0, 1.7, 3.0])
def test_from_values_is_exact_at_knots_and_near_between(power: float) -> None:
    x = np.linspace(0, 100, 33)
    u = lambda s: (s / 40) ** power / (1 + (s / 40) ** power)  # noqa: E731
    with np.errstate(divide="ignore"):
        slope = power * (x / 40) ** (power - 1) / 40 / (1 + (x / 40) ** power) ** 2
    slope[0] = {0.5: 10.0, 1.0: 1 / 40}.get(power, 0.0)
    curves = Curves.from_values(ONE, x, [1e6 * u(x)], [1e6 * slope])
    assert curves.value(x[None]) == pytest.approx(1e6 * u(x)[None], abs=1e-6)
    fine = np.linspace(x[1], 100, 500)[None]
    assert curves.value(fine) == pytest.approx(1e6 * u(fine), abs=1e6 * 5e-4)
    assert (curves.start >= 0).all()
    assert (curves.end >= 0).all()
    assert curves.concave[0] == (power <= 1.0)


def test_from_values_keeps_concave_data_concave_whatever_the_slopes() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        x = np.cumsum(rng.exponential(size=(3, 12)), axis=1)
        mean = np.sort(rng.exponential(size=(3, 11)), axis=1)[:, ::-1]
        mean[:, 4] = mean[:, 5]
        value = np.concatenate([np.zeros((3, 1)), np.cumsum(mean * np.diff(x, axis=1), axis=1)], axis=1)
        curves = Curves.from_values([Cell("n", str(i)) for i in range(3)], x, value, rng.exponential(size=(3, 12)))
        assert curves.concave.all()
        assert curves.value(x) == pytest.approx(value, rel=1e-12, abs=1e-12)


def test_from_values_never_falls_and_is_exact_on_any_rising_data() -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        x = np.cumsum(rng.exponential(size=(2, 9)), axis=1)
        value = np.cumsum(rng.exponential(size=(2, 9)) * (rng.random((2, 9)) < 0.6), axis=1)
        curves = Curves.from_values(TWO, x, value, rng.exponential(3, size=(2, 9)))
        assert curves.value(x) == pytest.approx(value, rel=1e-12, abs=1e-12)
        fine = np.linspace(x[:, 0], x[:, -1], 400, axis=1)
        assert (np.diff(curves.value(fine), axis=1) >= -1e-12).all()


def test_scaled_changes_units_only() -> None:
    curves = Curves.from_slopes(ONE, [0, 10], [[4, 2]], [3])
    other = curves.scaled(money=100.0, value=1e-3)
    assert other.value(np.array([500.0])) == pytest.approx(curves.value(np.array([5.0])) * 1e-3)
    assert other.slope(np.array([500.0])) == pytest.approx(curves.slope(np.array([5.0])) * 1e-5)


def test_count_below_is_searchsorted_on_every_row() -> None:
    rng = np.random.default_rng(7)
    for length in (1, 2, 3, 7, 8, 9, 33):
        rows = np.sort(rng.integers(0, 10, (20, length)), axis=1).astype(float)
        x = rng.integers(-1, 11, (20, 4)).astype(float)
        for equal, side in ((False, "left"), (True, "right")):
            expected = [np.searchsorted(r, q, side=side) for r, q in zip(rows, x, strict=True)]
            assert (count_below(rows, x, equal=equal) == np.array(expected)).all()


def test_level_padding_carries_the_slope_before_it_or_the_first() -> None:
    knots = np.array([[0.0, 0.0, 1.0, 1.0, 2.0]])
    start, end = level_padding(knots, np.array([[9.0, 5.0, 9.0, 2.0]]), np.array([[9.0, 4.0, 9.0, 1.0]]))
    assert start.tolist() == [[5, 5, 4, 2]]
    assert end.tolist() == [[5, 4, 4, 1]]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Curves.from_points(ONE, [[0, 10, 20]], [[0, 5, 4]]), "instagram/reel falls between spend 10 and 20"),
        (lambda: Curves.from_points(ONE, [[0]], [[0]]), "instagram/reel has 1 spends and 1 values; at least two"),
        (lambda: Curves.from_points(ONE, [[]], [[]]), "at least two points"),
        (lambda: Curves.from_points(ONE, [[0, 10, 10]], [[0, 5, 6]]), "spend 10 after 10; spend must rise"),
        (lambda: Curves.from_points(ONE, [[0, np.nan]], [[0, 5]]), "missing or infinite"),
        (lambda: Curves.from_points(ONE, [[-1, 10]], [[0, 5]]), "starts at spend -1; spend must be 0 or more"),
        (lambda: Curves.from_points([], [], []), "there are no curves"),
        (lambda: Curves.from_slopes(TWO, [0, 1], [[1, 1], [1, -1]], [0, 0]), "tiktok/video falls between"),
        (lambda: Curves.from_slopes(TWO, [1, 0], [[1, 1], [1, 1]], [0, 0]), "goes back"),
        (lambda: Curves.from_slopes(TWO, [0, 1], [[1, 1], [1, np.inf]], [0, 0]), "tiktok/video holds a number"),
        (lambda: Curves.from_slopes(TWO, [0, 1], [[1, 1]], [0, 0]), "knots have the shape"),
        (lambda: Curves.from_slopes(ONE, [0, 1], [[1, 1]], [0, 0]), "base has the shape"),
        (lambda: Curves.from_values(ONE, [0, 1, 2], [[0, 2, 1]], [[1, 1, 1]]), "falls between spend 1 and 2"),
        (lambda: Curves.from_values(ONE, [0, 1], [[0, np.nan]], [[1, 1]]), "missing or infinite"),
        (lambda: Curves.from_values(ONE, [0, 1], [[0, 1]], [[1, 1, 1]]), "shapes"),
    ],
)
def test_bad_curves_are_named(make: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()  # type: ignore[operator]


def test_spend_outside_what_is_known_is_an_error_and_rounding_is_not() -> None:
    curves = Curves.from_slopes(TWO, [0, 100], [[2, 2], [1, 1]], [0, 0])
    with pytest.raises(InputError, match="tiktok/video is 101; its curve is known from 0 to 100"):
        curves.value(np.array([5.0, 101.0]))
    with pytest.raises(InputError, match="is nan"):
        curves.slope(np.array([5.0, np.nan]))
    with pytest.raises(InputError, match="for 2 cells"):
        curves.value(np.array([5.0]))
    assert curves.value(np.array([100.0 + 1e-9, 0.0])).tolist() == [200, 0]
