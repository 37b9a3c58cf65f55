"""The response under other prices, rates, values and demand; and cells that were never there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.response import ModelSettings, ResponseModel
from optimizer.response.adjust import Shift, shifted, without_history
from optimizer.response.demand import LONGEST_AHEAD
from optimizer.response.goal import fit_goal
from tests.worlds import WorldSpec, simulate

CELLS, WEEKS = 5, 4
PLAIN = Shift(np.ones(CELLS), np.ones(CELLS), 1.0, np.zeros(LONGEST_AHEAD))


@pytest.fixture(scope="module")
def panel():
    panel = simulate(3, WorldSpec(cells=CELLS, weeks=60)).panel()
    return replace(panel, outcomes={**panel.outcomes, "clicks": 9.0 * panel.outcomes["conversions"]})


@pytest.fixture(scope="module")
def model():
    return ResponseModel(ModelSettings(draws=40))


@pytest.fixture(scope="module")
def fitted(panel, model):
    return model.fit(panel, "conversions")


@pytest.fixture(scope="module")
def spend(panel):
    return np.repeat(1.3 * panel.recent_spend[:, None], WEEKS, axis=1)


def expected(response, spend, name):
    return response.forecast(spend)[name].expected


def test_a_price_reads_the_curve_at_less_money(fitted, spend):
    price = np.array([1.25, 1.0, 0.8, 1.0, 2.0])
    dear = shifted(fitted, replace(PLAIN, price=price))
    cheap_today = fitted.with_today(fitted.future.today / price)
    for name in ("conversions", "revenue"):
        one, other = dear.forecast(spend)[name], cheap_today.forecast(spend / price[:, None])[name]
        np.testing.assert_allclose(one.expected, other.expected, rtol=1e-12)
        np.testing.assert_allclose(one.observed, other.observed, rtol=1e-12)
        np.testing.assert_allclose(one.after, other.after, rtol=1e-12)
    upper = 3 * spend[:, 0]
    curves, others = dear.curves(upper, WEEKS, "revenue"), cheap_today.curves(upper / price, WEEKS, "revenue")
    grid = np.linspace(0, 1, 7) * upper[:, None]
    np.testing.assert_allclose(curves.value(grid), others.value(grid / price[:, None]), rtol=1e-9)
    np.testing.assert_allclose(curves.slope(grid), others.slope(grid / price[:, None]) / price[:, None], rtol=1e-9)
    bands, low = dear.bands(upper, "revenue"), cheap_today.bands(upper / price, "revenue")
    np.testing.assert_allclose(bands.mean, low.mean, rtol=1e-12)
    weekly, draws = dear.weekly(WEEKS, "revenue"), cheap_today.weekly(WEEKS, "revenue")
    np.testing.assert_allclose(weekly.value(spend), draws.value(spend / price[:, None]), rtol=1e-9)
    assert dear.evidence is fitted.evidence


def test_what_was_carried_over_was_bought_at_the_old_price(fitted, spend):
    dear = shifted(fitted, replace(PLAIN, price=np.full(CELLS, 3.0)))
    np.testing.assert_array_equal(dear.future.carry_in, fitted.future.carry_in)


@pytest.mark.parametrize("rate", [0.5, 1.2])
def test_a_rate_moves_conversions_and_revenue_alike(fitted, spend, rate):
    factors = np.array([rate, 1.0, 1.0, rate, 1.0])
    more = shifted(fitted, replace(PLAIN, rate=factors))
    for name in ("conversions", "revenue"):
        np.testing.assert_allclose(
            expected(more, spend, name), expected(fitted, spend, name) * factors[:, None], rtol=1e-9
        )
    grid = spend[:, :1] * np.linspace(0, 1, 5)
    curves, plain = (one.curves(spend[:, 0], WEEKS, "revenue") for one in (more, fitted))
    np.testing.assert_allclose(curves.value(grid), plain.value(grid) * factors[:, None], rtol=1e-9)


def test_a_value_moves_revenue_alone(fitted, spend):
    more = shifted(fitted, replace(PLAIN, worth=1.4))
    np.testing.assert_array_equal(expected(more, spend, "conversions"), expected(fitted, spend, "conversions"))
    one, other = more.forecast(spend)["revenue"], fitted.forecast(spend)["revenue"]
    np.testing.assert_allclose(one.expected, 1.4 * other.expected, rtol=1e-9)
    np.testing.assert_allclose(one.observed, 1.4 * other.observed, rtol=1e-9)


def test_a_promotion_moves_its_week_alone(fitted, spend):
    demand = np.zeros(LONGEST_AHEAD)
    demand[1] = np.log(1.5)
    more = shifted(fitted, replace(PLAIN, demand=demand))
    for name in ("conversions", "revenue"):
        np.testing.assert_allclose(
            expected(more, spend, name), expected(fitted, spend, name) * np.array([1, 1.5, 1, 1]), rtol=1e-9
        )


def test_other_outcomes_do_not_follow_the_rate_or_the_value(panel, model, spend):
    clicks = model.fit(panel, "clicks")
    moved = shifted(clicks, replace(PLAIN, rate=np.full(CELLS, 2.0), worth=3.0))
    np.testing.assert_array_equal(expected(moved, spend, "clicks"), expected(clicks, spend, "clicks"))
    dear = shifted(clicks, replace(PLAIN, price=np.full(CELLS, 2.0)))
    assert (expected(dear, spend, "clicks") < expected(clicks, spend, "clicks")).mean() > 0.9


def test_revenue_that_was_fitted_by_itself_is_scaled_with_its_noise(panel, model, spend):
    alone = model.fit(replace(panel, outcomes={"revenue": panel.outcomes["revenue"]}), "revenue")
    more = shifted(alone, replace(PLAIN, rate=np.full(CELLS, 1.25), worth=0.8))
    np.testing.assert_allclose(expected(more, spend, "revenue"), expected(alone, spend, "revenue"), rtol=1e-9)
    worth = shifted(alone, replace(PLAIN, worth=2.0))
    np.testing.assert_allclose(
        worth.forecast(spend)["revenue"].observed, 2.0 * alone.forecast(spend)["revenue"].observed, rtol=1e-9
    )


def test_a_goal_is_the_sum_of_its_shifted_parts(panel, model, spend):
    goal = fit_goal(model, panel, {"conversions": 10.0, "clicks": 0.5})
    moved = shifted(goal, replace(PLAIN, rate=np.full(CELLS, 1.3), price=np.full(CELLS, 1.1)))
    told = moved.forecast(spend)
    np.testing.assert_allclose(
        told["value"].expected, 10 * told["conversions"].expected + 0.5 * told["clicks"].expected, rtol=1e-12
    )
    parts = {part.outcome: part for part in moved.parts}
    np.testing.assert_allclose(
        told["conversions"].expected, expected(shifted(parts["conversions"], PLAIN), spend, "conversions"), rtol=1e-12
    )


def test_nothing_changes_under_no_shift(fitted, spend):
    same = shifted(fitted, PLAIN)
    for name in ("conversions", "revenue"):
        np.testing.assert_array_equal(expected(same, spend, name), expected(fitted, spend, name))


def test_a_cell_that_was_never_there_brings_nothing_without_spend(fitted, spend):
    new = np.array([False, False, True, False, False])
    inert = replace(fitted.future.draws, inert=np.ones_like(fitted.future.draws.inert))
    for one in (fitted, replace(fitted, future=replace(fitted.future, draws=inert))):
        made = without_history(one, new)
        made = replace(made, future=replace(made.future, carry_in=np.where(new, 0.0, made.future.carry_in)))
        made = made.with_today(np.where(new, 0.0, made.future.today))
        idle = np.where(new[:, None], 0.0, spend)
        told = made.forecast(idle)
        for outcome in told.values():
            assert (outcome.expected[:, 2] == 0).all()
            assert (outcome.observed[:, 2] == 0).all()
            assert (outcome.after[:, 2] == 0).all()
        np.testing.assert_array_equal(
            np.delete(told["conversions"].expected, 2, axis=1),
            np.delete(one.forecast(idle)["conversions"].expected, 2, axis=1),
        )
    assert expected(without_history(fitted, new), spend, "conversions")[:, 2].mean() > 0


def test_what_a_new_cell_sells_is_worth_what_its_network_does(fitted, panel):
    networks = np.array([cell.network for cell in panel.cells])
    value = fitted.unit_value
    for cell in range(CELLS):
        new = np.arange(CELLS) == cell
        made = without_history(fitted, new).unit_value
        own = (networks == networks[cell]) & ~new
        others = own if own.sum() >= 2 else ~new
        assert made.mean[cell] == pytest.approx(value.mean[others].mean())
        np.testing.assert_array_equal(made.mean[~new], value.mean[~new])
        assert made.variance[cell] >= value.mean[others].var(ddof=1)
