"""Forecasts and curves come from the same draws and the same function, so they agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.response import FittedResponse
from optimizer.response.forecast import TAIL_WEEKS, Future
from optimizer.response.saturation import relative_hill

WEEKS = 4


@pytest.fixture(scope="module")
def future(fitted: FittedResponse) -> Future:
    """With some draws in which two cells do nothing, whatever the fit says."""
    draws = fitted.future.draws
    inert = draws.inert.copy()
    inert[::7, :2] = True
    return replace(fitted.future, draws=replace(draws, inert=inert))


def constant(spend: np.ndarray) -> np.ndarray:
    return np.repeat(spend[:, None], WEEKS, axis=1)


def test_expected_outcomes_follow_the_equation_of_the_model(future: Future) -> None:
    rng = np.random.default_rng(0)
    spend = future.today[:, None] * rng.uniform(0.0, 2.0, (len(future.today), WEEKS))
    expected = future.expected(spend)
    draws = future.draws
    for s, c in ((0, 0), (5, 3), (7, 1), (11, 6)):
        state = future.carry_in[s, c]
        path = np.append(spend[c], np.repeat(future.today[c], TAIL_WEEKS)) / future.reference[c]
        for week, money in enumerate(path):
            state = (1.0 - draws.decay[s, c]) * money + draws.decay[s, c] * state
            hill = relative_hill(np.array(state), draws.half[s, c], draws.slope[s, c])
            paid = 1.0 if draws.inert[s, c] else float(hill)
            by_hand = np.exp(draws.level[s, c] + draws.demand[s, week]) * (np.exp(draws.organic[s, c]) + paid)
            assert expected[s, c, week] == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("goal", ["conversions", "revenue"])
def test_curves_are_the_difference_that_spend_makes_to_the_forecast(
    fitted: FittedResponse, future: Future, goal: str
) -> None:
    response = replace(fitted, future=future)
    worth = response.worth(goal)
    shares = np.array([0.0, 0.3, 1.0, 2.5])
    spend = future.today[:, None] * shares
    value, _ = response.weekly(WEEKS, goal).constant(spend)
    nothing = future.expected(constant(0.0 * future.today))
    for index, share in enumerate(shares):
        gain = (future.expected(constant(share * future.today)) - nothing).sum(axis=2)
        assert value[:, index] == pytest.approx((gain * worth).mean(axis=0), rel=1e-6, abs=1e-6)


def test_slopes_are_those_of_finite_differences(fitted: FittedResponse) -> None:
    weekly = fitted.weekly(WEEKS, "conversions")
    spend = fitted.future.today[:, None] * np.array([0.1, 0.5, 1.0, 3.0])
    _, slope = weekly.constant(spend)
    step = 1e-5 * fitted.future.today[:, None]
    numeric = (weekly.constant(spend + step)[0] - weekly.constant(spend - step)[0]) / (2.0 * step)
    assert slope == pytest.approx(numeric, rel=1e-5)


def test_the_records_curves_pass_through_these_values(fitted: FittedResponse) -> None:
    upper = 3.0 * fitted.future.today
    curves = fitted.curves(upper, WEEKS, "revenue")
    for share in (0.0, 0.37, 1.0, 2.2):
        at = share * fitted.future.today
        value, _ = fitted.weekly(WEEKS, "revenue").constant(at[:, None])
        assert curves.value(at) == pytest.approx(value[:, 0], rel=2e-3, abs=1e-6 * value.max())
    assert (np.diff(curves.value(upper[:, None] * np.linspace(0.0, 1.0, 50)), axis=1) >= -1e-9).all()


def test_a_cell_on_which_spend_does_nothing_is_worth_nothing(fitted: FittedResponse) -> None:
    draws = fitted.future.draws
    inert = draws.inert.copy()
    inert[:, 0] = True
    response = replace(fitted, future=replace(fitted.future, draws=replace(draws, inert=inert)))
    upper = 2.0 * fitted.future.today
    curves = response.curves(upper, WEEKS, "conversions")
    assert curves.value(upper)[0] == 0.0
    assert (curves.value(upper)[1:] > 0).all()
    assert (response.bands(upper, "conversions").high[0] == 0.0).all()


def test_the_same_seed_gives_the_same_forecast_and_the_same_noise_for_other_spend(fitted: FittedResponse) -> None:
    spend = constant(fitted.future.today)
    once, again = fitted.forecast(spend), fitted.forecast(spend.copy())
    for outcome in ("conversions", "revenue"):
        assert np.array_equal(once[outcome].expected, again[outcome].expected)
        assert np.array_equal(once[outcome].observed, again[outcome].observed)
        assert np.array_equal(once[outcome].after, again[outcome].after)
    more = fitted.forecast(1.05 * spend)
    noise = [f["revenue"].observed / np.maximum(f["revenue"].expected, 1e-9) for f in (once, more)]
    assert np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1] > 0.2


def test_what_will_be_seen_spreads_around_what_is_expected(fitted: FittedResponse) -> None:
    expected = np.repeat(fitted.future.expected(constant(fitted.future.today))[..., :WEEKS].mean(axis=0)[None], 2000, 0)
    seen = fitted.future.observed(expected, seed=1)
    assert seen.mean(axis=0) == pytest.approx(expected[0], rel=0.05)
    assert (seen == np.round(seen)).all()
    first, mean = seen[:, :, 0], expected[0, :, 0]
    assert first.var(axis=0) == pytest.approx(mean + fitted.future.dispersion * mean**2, rel=0.25)
    assert (seen[..., -1].std(axis=0) > 0.98 * first.std(axis=0) * expected[0, :, -1] / mean).mean() > 0.5


def test_an_expectation_of_nothing_is_observed_as_nothing(fitted: FittedResponse) -> None:
    assert (fitted.future.observed(np.zeros((3, len(fitted.future.today), 2)), seed=0) == 0).all()


def test_another_split_of_today_changes_the_weeks_after_alone(fitted: FittedResponse) -> None:
    spend = constant(fitted.future.today)
    other = fitted.with_today(2.0 * fitted.future.today)
    before, after = fitted.forecast(spend)["conversions"], other.forecast(spend)["conversions"]
    assert np.array_equal(before.expected, after.expected)
    assert (after.after.mean(axis=0) > before.after.mean(axis=0)).all()


def test_carry_over_reaches_into_the_weeks_after(fitted: FittedResponse) -> None:
    today = fitted.future.today
    some, none = (fitted.forecast(constant(share * today))["conversions"].after for share in (1.0, 0.0))
    assert ((some - none).mean(axis=0) > 0).all()


def test_bands_hold_the_mean_and_start_at_nothing(fitted: FittedResponse) -> None:
    bands = fitted.bands(2.0 * fitted.future.today, "revenue", points=9)
    assert bands.spend.shape == bands.mean.shape == (len(fitted.panel.cells), 9)
    assert bands.mean[:, 0] == pytest.approx(np.zeros(len(bands.mean)))
    assert ((bands.low <= bands.mean) & (bands.mean <= bands.high)).all()
    assert (np.diff(bands.mean, axis=1) >= 0).all()
