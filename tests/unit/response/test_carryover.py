"""Geometric carry-over and its derivative."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optimizer.response.carryover import carried, carried_with_derivative

spends = arrays(np.float64, 9, elements=st.floats(0.0, 1e4))
decays = st.floats(0.0, 0.95)


def by_definition(spend: np.ndarray, decay: float) -> np.ndarray:
    """Weighted sums, the first week counting as if it had always been so."""
    out = np.zeros(len(spend))
    for t in range(len(spend)):
        out[t] = sum((1 - decay) * decay**lag * spend[t - lag] for lag in range(t)) + decay**t * spend[0]
    return out


@given(spends, decays)
def test_it_is_the_weighted_sum_of_the_weeks_so_far(spend: np.ndarray, decay: float) -> None:
    assert carried(spend, np.array(decay)) == pytest.approx(by_definition(spend, decay), rel=1e-9, abs=1e-9)


@given(st.floats(0.0, 1e6), decays)
def test_constant_spend_carries_to_itself(spend: float, decay: float) -> None:
    assert carried(np.full(7, spend), np.array(decay)) == pytest.approx(np.full(7, spend), rel=1e-12)


def test_a_single_week_of_money_is_spread_but_not_lost() -> None:
    spend = np.zeros(200)
    spend[1] = 10.0
    out = carried(spend, np.array(0.7))
    assert out[1:4] == pytest.approx([3.0, 2.1, 1.47])
    assert out.sum() == pytest.approx(10.0)


@given(spends, spends, decays)
def test_more_spend_never_carries_less(spend: np.ndarray, more: np.ndarray, decay: float) -> None:
    assert (carried(spend + more, np.array(decay)) >= carried(spend, np.array(decay)) - 1e-6).all()


@given(spends, st.floats(0.01, 0.95))
def test_derivative_is_that_of_finite_differences(spend: np.ndarray, decay: float) -> None:
    step = 1e-6
    value, by_decay = carried_with_derivative(spend, np.array(decay))
    numeric = (carried(spend, np.array(decay + step)) - carried(spend, np.array(decay - step))) / (2.0 * step)
    assert value == pytest.approx(carried(spend, np.array(decay)))
    assert by_decay == pytest.approx(numeric, rel=1e-4, abs=1e-4 * max(1.0, spend.max()))


def test_draws_of_the_rate_are_broadcast_over_the_cells_spend() -> None:
    spend = np.array([[4.0, 0.0, 8.0], [1.0, 2.0, 3.0]])
    decay = np.array([[0.0, 0.5], [0.25, 0.9], [0.6, 0.1]])
    out = carried(np.broadcast_to(spend, (3, 2, 3)), decay)
    for draw in range(3):
        for cell in range(2):
            assert out[draw, cell] == pytest.approx(by_definition(spend[cell], decay[draw, cell]))
