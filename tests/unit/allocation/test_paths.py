"""Values of spend paths: equal to the response's own, with right derivatives; envelopes concave and above."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation.paths import Paths
from optimizer.response.weekly import WeeklyPart, WeeklyResponse
from tests.weekly import response_of


@pytest.fixture(params=["concave", "mixed", "s_shaped", "two outcomes"])
def response(request: pytest.FixtureRequest) -> WeeklyResponse:
    rng = np.random.default_rng(3)
    if request.param != "two outcomes":
        return response_of(rng, (3, 4, 5), request.param)
    first = response_of(rng, (3, 4, 5), "mixed")
    harm = replace(first.parts[0], worth=-0.4 * first.parts[0].worth, slope=first.parts[0].slope + 0.5)
    return replace(first, parts=(first.parts[0], harm))


@pytest.fixture
def path(response: WeeklyResponse) -> np.ndarray:
    return response.today[:, None] * np.random.default_rng(4).uniform(0.1, 2.0, (3, 4))


def test_values_are_those_of_the_response(response: WeeklyResponse, path: np.ndarray) -> None:
    for money in (1.0, 37.0):
        total = Paths.of(response, money=money).total(path / money)
        assert total == pytest.approx(response.value(path).sum(axis=1), rel=1e-10)


def test_parts_that_gain_and_cost_add_up(response: WeeklyResponse, path: np.ndarray) -> None:
    gains, costs = Paths.of(response).split_total(path)
    assert (gains >= 0).all()
    assert (costs <= 0).all()
    assert gains + costs == pytest.approx(response.value(path).sum(axis=1), rel=1e-10)


def test_gradients_are_those_of_the_response(response: WeeklyResponse, path: np.ndarray) -> None:
    weights = np.random.default_rng(0).dirichlet(np.ones(5))
    point = Paths.of(response).at(path)
    assert point.gradient(weights) == pytest.approx(response.gradient(path, weights), rel=1e-9)
    each = point.draw_gradients()
    for draw in range(5):
        assert each[draw] == pytest.approx(response.gradient(path, np.eye(5)[draw]), rel=1e-9)


@pytest.mark.parametrize("constant", [False, True])
def test_curvature_is_that_of_finite_differences(response: WeeklyResponse, path: np.ndarray, constant: bool) -> None:
    weights = np.random.default_rng(1).dirichlet(np.ones(5))
    paths = Paths.of(response, constant=constant)
    path = path[:, :1] if constant else path
    blocks = paths.at(path).curvature(weights)
    for k in range(path.shape[1]):
        step = np.zeros_like(path)
        step[:, k] = 1e-5 * response.today
        change = paths.at(path + step).gradient(weights) - paths.at(path - step).gradient(weights)
        slope = change / (2.0 * step[:, k : k + 1])
        assert blocks[:, :, k] == pytest.approx(slope, rel=1e-5, abs=1e-5 * np.abs(blocks).max())


def test_envelopes_lie_above_and_bend_downwards(response: WeeklyResponse) -> None:
    rng = np.random.default_rng(5)
    paths, top = Paths.of(response), 3.0 * np.repeat(response.today[:, None], 4, axis=1)
    low = 0.05 * top * rng.integers(0, 2, top.shape)
    above = paths.enveloped(low, top)
    for _ in range(60):
        a, b = (low + rng.uniform(0.0, 1.0, top.shape) ** 2 * (top - low) for _ in range(2))
        share = rng.uniform()
        middle = share * a + (1 - share) * b
        assert (above.total(a) >= paths.total(a) - 1e-12 * np.abs(paths.total(top))).all()
        mixed = share * above.total(a) + (1 - share) * above.total(b)
        assert (above.total(middle) >= mixed - 1e-7 * np.abs(mixed)).all()


def test_envelopes_touch_at_the_ends(response: WeeklyResponse) -> None:
    paths, top = Paths.of(response), 3.0 * np.repeat(response.today[:, None], 4, axis=1)
    above = paths.enveloped(0.2 * top, top)
    for end in (0.2 * top, top):
        assert above.total(end) == pytest.approx(paths.total(end), rel=1e-6)


def test_what_counts_as_concave() -> None:
    rng = np.random.default_rng(6)
    for shape, concave in (("concave", True), ("s_shaped", False)):
        response = response_of(rng, (3, 4, 5), shape)
        top = np.repeat(response.today[:, None], 4, axis=1)
        paths = Paths.of(response)
        assert paths.concave_within(0.0 * top, top) is concave
        assert paths.concave_within(top, top)


def test_less_than_nothing_left_over_of_a_cell_without_a_past() -> None:
    """Carry-in of 0: the height is level below the smallest spend that counts, so it bends upwards there."""
    part = response_of(np.random.default_rng(7), (1, 2, 1), "concave").parts[0]
    part = WeeklyPart(part.half, part.slope, part.decay, 0.0 * part.carry_in, part.worth, part.demand)
    response = replace(response_of(np.random.default_rng(7), (1, 2, 1), "concave"), parts=(part,))
    paths, top = Paths.of(response), np.full((1, 2), 50.0)
    above = paths.enveloped(0.0 * top, top)
    assert not paths.concave_within(0.0 * top, top)
    for share in (0.0, 1e-10, 1e-8, 1e-3, 0.5):
        assert (above.total(share * top) >= paths.total(share * top)).all()


def test_some_draws_are_the_response_of_those_draws(response: WeeklyResponse, path: np.ndarray) -> None:
    paths = Paths.of(response)
    some = np.array([4, 1])
    top = 2.0 * path
    for each in (paths, paths.enveloped(0.0 * top, top)):
        assert each.only(some).total(path) == pytest.approx(each.total(path)[some], rel=1e-12)
