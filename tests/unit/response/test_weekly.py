"""Worth of weekly spend paths, per draw."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.response import FittedResponse

WEEKS = 5


@pytest.fixture(scope="module")
def path(fitted: FittedResponse) -> np.ndarray:
    """Spend that differs from week to week."""
    today = fitted.future.today
    return today[:, None] * np.random.default_rng(0).uniform(0.2, 2.0, (len(today), WEEKS))


@pytest.mark.parametrize("goal", ["conversions", "revenue"])
def test_worth_is_the_difference_to_the_forecast_draw_by_draw(
    fitted: FittedResponse, path: np.ndarray, goal: str
) -> None:
    some, none = (fitted.forecast(spend)[goal] for spend in (path, 0.0 * path))
    gain = (some.expected - none.expected).sum(axis=2) + some.after - none.after
    assert fitted.weekly(WEEKS, goal).value(path) == pytest.approx(gain, rel=1e-6, abs=1e-6 * np.abs(gain).max())


def test_the_gradient_is_that_of_finite_differences(fitted: FittedResponse, path: np.ndarray) -> None:
    weekly = fitted.weekly(WEEKS, "conversions")
    weights = np.random.default_rng(1).dirichlet(np.ones(weekly.draws))
    for share in (None, weights):
        gradient = weekly.gradient(path, share)
        for week in range(WEEKS):
            step = np.zeros_like(path)
            step[:, week] = 1e-4 * path[:, week]
            change = weekly.value(path + step) - weekly.value(path - step)
            mean = np.full(weekly.draws, 1.0 / weekly.draws) if share is None else share
            numeric = (mean @ change) / (2.0 * step[:, week])
            assert gradient[:, week] == pytest.approx(numeric, rel=1e-4)


def test_constant_spend_is_a_path_like_any_other(fitted: FittedResponse) -> None:
    weekly, today = fitted.weekly(WEEKS, "revenue"), fitted.future.today
    value, slope = weekly.constant(today[:, None])
    path = np.repeat(today[:, None], WEEKS, axis=1)
    assert value[:, 0] == pytest.approx(weekly.value(path).mean(axis=0), rel=1e-9)
    assert slope[:, 0] == pytest.approx(weekly.gradient(path).sum(axis=1), rel=1e-6)
