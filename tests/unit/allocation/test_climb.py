"""Local improvement: exact within the stretches, over their borders where that pays, never downhill."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.allocation import Bounds
from optimizer.allocation.climb import Stretches, climb
from optimizer.allocation.envelope import AnyResponse
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves


def stretches(curves: Curves) -> Stretches:
    whole = Bounds(curves.knots[:, 0], curves.knots[:, -1])
    return Stretches.of(AnyResponse.of(curves, whole))


def cells(count: int) -> list[Cell]:
    return [Cell("n", str(i)) for i in range(count)]


def test_stretches_end_where_the_slope_rises() -> None:
    # Convex to 10, concave to 30; then the slope jumps up from 0 to 1 and falls again.
    curves = Curves(tuple(cells(1)), [[0, 10, 20, 30, 40]], [[0, 4, 2, 1]], [[4, 2, 0, 0.5]], [0])
    found = stretches(curves)
    assert found.low.tolist() == [[0, 10, 10, 30]]
    assert found.high.tolist() == [[0, 30, 30, 40]]


def test_within_a_stretch_the_marginal_values_meet() -> None:
    curves = Curves.from_slopes(cells(2), [0.0, 10.0, 40.0], [[0, 4, 0], [0, 3, 0]], [0, 0])
    spend, value = climb(stretches(curves), 50.0, np.array([38.0, 12.0]), 1.0)
    assert curves.slope(spend)[0] == pytest.approx(curves.slope(spend)[1])
    assert spend.sum() == pytest.approx(50.0)
    assert value == pytest.approx(float(curves.value(spend).sum()))
    assert value > float(curves.value(np.array([38.0, 12.0])).sum())


def test_a_border_is_crossed_where_more_money_is_wanted_there() -> None:
    # Cell 0 stands at the corner at 10 after which its line is the steepest of all.
    curves = Curves.from_points(cells(2), [[0, 10, 20], [0, 20, 40]], [[0, 5, 105], [0, 40, 60]])
    spend, value = climb(stretches(curves), 30.0, np.array([10.0, 20.0]), 1.0)
    assert spend == pytest.approx([20, 10])
    assert value == pytest.approx(125.0)


def test_a_best_split_stays_where_it_is() -> None:
    curves = Curves.from_points(cells(2), [[0, 90, 100]] * 2, [[0, 0, 50], [0, 0, 60]])
    spend, value = climb(stretches(curves), 100.0, np.array([0.0, 100.0]), 0.5)
    assert spend.tolist() == [0, 100]
    assert value == 60.0
