"""Revenue per conversion: a level that drifts, seen through noise."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.response.unit_value import BETWEEN_SD, UnitValue, learn_unit_value

RNG = np.random.default_rng(0)


def simulated(value: np.ndarray, weeks: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    units = rng.poisson(60.0, (len(value), weeks)).astype(float)
    return units, units * value[:, None] * np.exp(noise * rng.standard_normal(units.shape))


def expected(value: UnitValue, units: float = 60.0) -> np.ndarray:
    return value.draws(np.zeros((1, len(value.mean) + 1)), np.full(len(value.mean), units))[0]


def test_a_constant_value_is_recovered() -> None:
    truth = np.array([20.0, 50.0, 120.0])
    found = learn_unit_value(*simulated(truth, 80, 0.1))
    assert expected(found) == pytest.approx(truth, rel=0.05)
    assert found.noise == pytest.approx(0.01, rel=0.4)
    assert (np.sqrt(found.variance) < 0.05).all()


def test_the_newest_level_counts_where_values_drift() -> None:
    rng = np.random.default_rng(2)
    path = 40.0 * np.exp(np.cumsum(0.08 * rng.standard_normal((4, 100)), axis=1))
    units = np.full(path.shape, 500.0)
    found = learn_unit_value(units, units * path * np.exp(0.05 * rng.standard_normal(path.shape)))
    assert found.walk > 0
    last = np.log(path[:, -1])
    assert (np.abs(found.mean - last) < np.abs(np.log(path).mean(axis=1) - last)).mean() > 0.7
    assert found.mean == pytest.approx(last, abs=0.25)


def test_levels_are_those_of_the_dense_normal_conditional() -> None:
    units, money = simulated(np.array([30.0, 45.0]), 25, 0.2)
    money[0, 5:9] = np.nan
    found = learn_unit_value(units, money)
    seen = np.isfinite(money)
    centre = np.sum(np.where(seen, np.log(money / units) * units, 0.0)) / np.sum(np.where(seen, units, 0.0))
    for cell in range(2):
        at = np.flatnonzero(seen[cell])
        ages = np.minimum.outer(at + 1.0, at + 1.0)
        noise = np.diag(found.noise + found.noise_per_unit / units[cell, at])
        covariance = BETWEEN_SD**2 + found.walk * ages + noise
        cross = BETWEEN_SD**2 + found.walk * (at + 1.0)
        gain = np.linalg.solve(covariance, cross)
        level = centre + gain @ (np.log(money[cell, at] / units[cell, at]) - centre)
        assert found.mean[cell] == pytest.approx(level, abs=1e-3)
        variance = BETWEEN_SD**2 + 25 * found.walk - gain @ cross
        assert found.variance[cell] == pytest.approx(variance, rel=0.02)


def test_few_units_make_a_noisy_week() -> None:
    rng = np.random.default_rng(1)
    units = np.where(rng.random((6, 120)) < 0.5, 2.0, 400.0)
    money = units * 30.0 * np.exp(rng.standard_normal(units.shape) * np.sqrt(0.003 + 0.5 / units))
    found = learn_unit_value(units, money)
    assert found.noise_per_unit > 20.0 * found.noise
    assert (expected(found, 2.0) > expected(found, 400.0)).all()  # the mean of a wide log-normal


def test_a_cell_that_sold_nothing_takes_the_average_value_and_is_unsure() -> None:
    units, money = simulated(np.array([40.0, 44.0, 36.0]), 60, 0.1)
    units[2], money[2] = 0.0, 0.0
    found = learn_unit_value(units, money)
    assert np.exp(found.mean[2]) == pytest.approx(42.0, rel=0.05)
    assert np.sqrt(found.variance[2]) == pytest.approx(BETWEEN_SD, rel=0.1)
    assert found.variance[2] > 50.0 * found.variance[0]


def test_another_currency_scales_the_value_and_nothing_else() -> None:
    units, money = simulated(np.array([40.0, 90.0]), 60, 0.2)
    one, other = learn_unit_value(units, money), learn_unit_value(units, 25_000.0 * money)
    assert other.mean - one.mean == pytest.approx(np.full(2, np.log(25_000.0)))
    assert other.variance == pytest.approx(one.variance)
    assert other.noise == pytest.approx(one.noise)


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_without_any_revenue_a_unit_is_worth_nothing(nothing: float) -> None:
    found = learn_unit_value(np.full((2, 5), 3.0), np.full((2, 5), nothing))
    assert found.draws(RNG.standard_normal((4, 3)), np.ones(2)).tolist() == [[0.0, 0.0]] * 4


def test_draws_spread_as_far_as_the_level_is_unsure() -> None:
    found = UnitValue(np.log([10.0, 20.0]), np.array([0.04, 0.0]), 0.0, 0.0, 0.0)
    draws = found.draws(np.random.default_rng(0).standard_normal((4000, 3)), np.ones(2))
    assert np.log(draws[:, 0]).std() == pytest.approx(0.2, rel=0.05)
    assert draws[:, 1] == pytest.approx(np.full(4000, 20.0))


def test_weeks_in_which_nothing_was_paid_count() -> None:
    """Few of the conversions pay: a week's revenue is 0 more often than not, and the mean must know."""
    rng = np.random.default_rng(3)
    units = rng.poisson(3.0, (5, 104)).astype(float)
    money = 1000.0 * rng.binomial(units.astype(int), 0.1)
    found = expected(learn_unit_value(units, money), 3.0)
    assert found.mean() == pytest.approx(money.sum() / units.sum(), rel=0.15)


def test_values_that_fall_together_are_followed() -> None:
    rng = np.random.default_rng(4)
    units = np.full((8, 30), 400.0)
    path = 40.0 * np.exp(-0.05 * np.arange(30))
    found = learn_unit_value(units, units * path * np.exp(0.1 * rng.standard_normal(units.shape)))
    assert found.common_walk > 0.0
    assert expected(found, 400.0) == pytest.approx(np.full(8, path[-1]), rel=0.1)
    still = learn_unit_value(units, units * 40.0 * np.exp(0.1 * rng.standard_normal(units.shape)))
    assert still.common_walk == 0.0
