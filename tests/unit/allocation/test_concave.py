"""The dual search on every kind of answer: smooth, with corners, flat, sampled, hinted."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.allocation import Bounds
from optimizer.allocation.concave import MANY, find_price
from optimizer.allocation.envelope import AnyResponse, ConcaveResponse, MixedResponse, respond
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves


def smooth(count: int, scale: float = 1.0, seed: int = 0) -> tuple[Curves, Bounds]:
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, 17)[None] ** 2 * rng.uniform(50, 500, (count, 1)) * scale
    half = rng.uniform(10, 100, (count, 1)) * scale
    curves = Curves.from_values([Cell("n", str(i)) for i in range(count)], x, x / (x + half), half / (x + half) ** 2)
    most = curves.knots[:, -1]
    return curves, Bounds(most * rng.uniform(0, 0.1, count), most * rng.uniform(0.3, 1, count))


@pytest.mark.parametrize("share", [0.0, 1e-9, 0.01, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_strong_duality_on_concave_curves(share: float, scale: float) -> None:
    curves, bounds = smooth(40, scale)
    budget = float(bounds.lower.sum() + share * (bounds.upper - bounds.lower).sum())
    found = find_price(respond(curves, bounds), budget)
    value = float((curves.value(found.spend) - curves.value(bounds.lower)).sum())
    assert found.spend.sum() == pytest.approx(budget, rel=1e-12)
    assert value == pytest.approx(found.bound, rel=1e-12, abs=1e-12)
    assert found.steps < 60


def test_the_binary_search_and_the_question_to_each_segment_agree() -> None:
    curves, bounds = smooth(30)
    quick, sure = ConcaveResponse.of(curves, bounds), AnyResponse.of(curves, bounds)
    for price in np.geomspace(1e-6, 1.0, 60):
        assert quick.at(price)[0] == pytest.approx(sure.at(price)[0], abs=1e-7)
        assert quick.at(price)[1] == pytest.approx(sure.at(price)[1], abs=1e-13)


def test_corners_are_met_exactly() -> None:
    curves = Curves.from_points(
        [Cell("n", str(i)) for i in range(3)], [[0, 5, 10]] * 3, [[0, 5, 7], [0, 4, 5], [0, 3, 4]]
    )
    found = find_price(respond(curves, Bounds(np.zeros(3), np.full(3, 10.0))), 12.0)
    assert found.price == pytest.approx(0.6, rel=1e-14)
    assert found.spend == pytest.approx([5, 5, 2])
    assert found.bound == pytest.approx(10.2)


def test_a_hint_near_or_far_changes_the_steps_and_not_the_answer() -> None:
    curves, bounds = smooth(40)
    response = respond(curves, bounds)
    plain = find_price(response, 3_000.0)
    for hint in (plain.price * 1.001, plain.price * 30, plain.price / 1e4, 0.0, 1e9, 1e-300):
        hinted = find_price(response, 3_000.0, hint)
        assert hinted.price == pytest.approx(plain.price, rel=1e-9)
        assert hinted.bound == pytest.approx(plain.bound, rel=1e-12)
    assert find_price(response, 3_000.0, plain.price * 1.001).steps < plain.steps


def test_many_cells_start_from_a_sample() -> None:
    curves, bounds = smooth(MANY + 1)
    budget = float(0.4 * bounds.lower.sum() + 0.6 * bounds.upper.sum())
    found = find_price(respond(curves, bounds), budget)
    value = float((curves.value(found.spend) - curves.value(bounds.lower)).sum())
    assert value == pytest.approx(found.bound, rel=1e-12)
    assert found.steps < 12


def test_cells_answer_in_their_own_way_and_in_their_own_order() -> None:
    curves = Curves.from_slopes(
        [Cell("n", str(i)) for i in range(3)], [0.0, 10.0, 20.0], [[0, 4, 0], [3, 2, 0], [0, 5, 0]], [0, 0, 0]
    )
    bounds = Bounds(np.zeros(3), np.full(3, 20.0))
    mixed = respond(curves, bounds)
    assert isinstance(mixed, MixedResponse)
    assert mixed.is_concave.tolist() == [False, True, False]
    alone = AnyResponse.of(curves, bounds)
    for price in (0.0, 0.5, 1.9, 2.1, 9.0):
        assert mixed.at(price)[0] == pytest.approx(alone.at(price)[0])
        assert mixed.at(price)[1] == pytest.approx(alone.at(price)[1])
