"""The Hill curve relative to its height at the usual spend, and its derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.response.saturation import hill_terms, log_sigmoid, relative_hill

log_x = st.floats(-6.0, 3.0)
log_half = st.floats(-2.5, 3.5)
log_slope = st.floats(-0.7, 1.2)


def arrays(*values: float) -> list[np.ndarray]:
    return [np.array(v) for v in values]


def test_michaelis_menten_is_the_slope_of_one() -> None:
    x = np.array([0.0, 0.25, 1.0, 3.0, 50.0])
    assert relative_hill(x, *arrays(0.0, 0.0)) == pytest.approx(2.0 * x / (1.0 + x), abs=1e-12)


def test_a_far_half_saturation_makes_a_power_of_spend() -> None:
    x = np.array([0.1, 0.5, 2.0, 4.0])
    for slope in (0.5, 1.0):
        assert relative_hill(x, *arrays(40.0, np.log(slope))) == pytest.approx(x**slope, rel=1e-8)


def test_a_slope_above_one_has_a_threshold_and_below_one_none() -> None:
    x = np.linspace(0.0, 0.6, 13)
    bend = np.diff(relative_hill(x, *arrays(0.0, np.log(3.0))), 2)
    assert (bend > 0).all()
    x = np.linspace(0.0, 5.0, 60)
    for slope in (0.4, 0.8, 1.0):
        assert (np.diff(relative_hill(x, *arrays(-0.5, np.log(slope))), 2) < 1e-12).all()


@given(st.lists(st.floats(0.0, 100.0), min_size=2, max_size=8), log_half, log_slope)
def test_more_money_never_brings_less(spend: list[float], half: float, slope: float) -> None:
    value = relative_hill(np.sort(spend), *arrays(half, slope))
    assert (value >= 0).all()
    assert (np.diff(value) >= -1e-12 * value.max(initial=1.0)).all()


@given(log_half, log_slope)
def test_it_is_zero_without_spend_and_one_at_the_usual_spend(half: float, slope: float) -> None:
    assert relative_hill(np.array([0.0, 1.0]), *arrays(half, slope)) == pytest.approx([0.0, 1.0], abs=1e-12)


@given(log_x, log_half, log_slope)
def test_the_logarithm_agrees_with_the_value(x: float, half: float, slope: float) -> None:
    terms = hill_terms(*arrays(x, half, slope))
    assert np.exp(terms.log_value) == pytest.approx(relative_hill(np.exp(np.array(x)), *arrays(half, slope)), rel=1e-9)


@given(log_x, log_half, log_slope)
def test_derivatives_are_those_of_finite_differences(x: float, half: float, slope: float) -> None:
    at, step = np.array([x, half, slope]), 1e-5
    terms = hill_terms(*at)
    for index, analytic in enumerate((terms.by_log_x, terms.by_log_half, terms.by_log_slope)):
        up, down = at.copy(), at.copy()
        up[index] += step
        down[index] -= step
        numeric = (hill_terms(*up).log_value - hill_terms(*down).log_value) / (2.0 * step)
        assert analytic == pytest.approx(numeric, rel=1e-5, abs=1e-6)


def test_the_sigmoid_neither_overflows_nor_loses_small_values() -> None:
    values = log_sigmoid(np.array([-1e4, -40.0, 0.0, 40.0, 1e4]))
    assert values == pytest.approx([-1e4, -40.0, -np.log(2.0), -np.exp(-40.0), 0.0], rel=1e-12)
