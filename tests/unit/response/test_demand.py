"""Demand as a Gaussian process: its kernels, its forecast and the learning of its sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.response.demand import LOG_VARIANCE_SD, PARTS, PRIOR_SD, YEAR, Demand, feast_days


def weeks(count: int, first: str = "2024-01-01") -> np.ndarray:
    return np.datetime64(first, "D") + 7 * np.arange(count)


def part(demand: Demand, name: str) -> np.ndarray:
    return demand.kernels[PARTS.index(name)]


def sized(demand: Demand, **sd: float) -> Demand:
    """Demand with other sizes; parts not named are next to nothing."""
    return replace(demand, variances=np.array([sd.get(name, 1e-4) ** 2 for name in PARTS]))


@given(st.integers(1, 140), st.sampled_from(["", "DE"]))
def test_every_part_is_a_covariance(count: int, country: str) -> None:
    demand = Demand.start(weeks(count), country)
    for kernel in demand.kernels:
        assert np.array_equal(kernel, kernel.T)
        assert np.linalg.eigvalsh(kernel).min() > -1e-8 * max(1.0, np.abs(kernel).max())


def test_the_season_comes_back_after_a_year_and_the_wander_does_not() -> None:
    demand = Demand.start(weeks(104))
    year = round(YEAR)
    for name in ("season", "peaks"):
        assert part(demand, name)[0, year] > 0.95
        assert part(demand, name)[0, year // 2] < 0.2
    assert part(demand, "wander")[0, year] < 0.01
    assert part(demand, "wander")[0, 2] > 0.7


def test_the_forecast_is_the_conditional_of_the_joint_normal() -> None:
    past, horizon = 30, 9
    demand = Demand.start(weeks(past), "DE")
    whole = np.tensordot(demand.variances, demand.kernels, axes=1)[: past + horizon, : past + horizon]
    precision = np.linalg.inv(whole + 1e-8 * np.eye(past + horizon))
    own = np.linalg.inv(precision[past:, past:])
    weights, covariance = demand.ahead(horizon)
    assert weights == pytest.approx(-own @ precision[past:, :past], abs=1e-4)
    assert covariance == pytest.approx(own, abs=1e-6)


def test_a_season_seen_twice_is_forecast_and_one_never_seen_widens_the_forecast() -> None:
    wave = 0.2 * np.sin(2.0 * np.pi * np.arange(130) / YEAR)
    long, short = Demand.start(weeks(104)), Demand.start(weeks(8))
    weights, known = long.ahead(26)
    assert weights @ wave[:104] == pytest.approx(wave[104:], abs=0.05)
    _, unknown = short.ahead(26)
    assert np.diagonal(unknown)[20] > 3.0 * np.diagonal(known)[20]
    assert np.diagonal(unknown)[20] > 2.0 * np.diagonal(unknown)[0]


def test_sizes_stay_where_nothing_was_seen() -> None:
    demand = Demand.start(weeks(40))
    again = demand.relearned(np.zeros(40), demand.covariance)
    assert again.variances == pytest.approx(demand.variances, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "sd"), [("shock", 0.15), ("wander", 0.2), ("season", 0.5), ("shock", 0.004), ("season", 0.03)]
)
def test_sizes_move_towards_the_truth_on_simulated_demand(name: str, sd: float) -> None:
    start = Demand.start(weeks(156))
    usual = {"trend": 0.02, "season": 0.1, "peaks": 0.02, "wander": 0.02, "shock": 0.015}
    root = np.linalg.cholesky(sized(start, **(usual | {name: sd})).covariance)
    index, found = PARTS.index(name), []
    for seed in range(6):
        path = root @ np.random.default_rng(seed).standard_normal(156)
        demand = start
        for _ in range(10):
            demand = demand.relearned(path, 1e-9 * np.eye(156))
        found.append(0.5 * np.log(demand.variances[index]))
    begin = 0.5 * np.log(start.variances[index])
    assert abs(np.mean(found) - np.log(sd)) < 0.6 * abs(begin - np.log(sd))


def test_learning_ends_at_the_top_of_the_marginal_likelihood() -> None:
    count = 104
    demand = Demand.start(weeks(count), "DE")
    root = np.linalg.cholesky(demand.covariance)
    path = 1.3 * root @ np.random.default_rng(4).standard_normal(count)

    def marginal(log_variances: np.ndarray) -> float:
        covariance = replace(demand, variances=np.exp(log_variances)).covariance
        far = (log_variances - 2.0 * np.log(PRIOR_SD)) / LOG_VARIANCE_SD
        _, logdet = np.linalg.slogdet(covariance)
        return float(-0.5 * path @ np.linalg.solve(covariance, path) - 0.5 * logdet - 0.5 * (far**2).sum())

    learned = demand
    for _ in range(60):
        learned = learned.relearned(path, np.zeros((count, count)))
    at = np.log(learned.variances)
    for index in range(len(PARTS)):
        step = 1e-3 * np.eye(len(PARTS))[index]
        assert (marginal(at + step) - marginal(at - step)) / 2e-3 == pytest.approx(0.0, abs=0.02)
    assert marginal(at) > marginal(np.log(demand.variances))


def test_holidays_are_counted_in_their_weeks_under_their_names() -> None:
    days = feast_days(weeks(105, "2024-12-23"), "DE")
    assert days[0].sum() == 2.0  # 25 and 26 December 2024
    assert days[1].sum() == 1.0  # New Year
    same = days[0] @ days.T
    assert np.flatnonzero(same[2:] > 0).tolist() == [50, 102]  # Christmas a year later, and the year after
    assert feast_days(weeks(10), "").shape == (10, 0)


def test_a_country_without_a_calendar_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="'XX'"):
        feast_days(weeks(10), "XX")
