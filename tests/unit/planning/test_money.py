from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.allocation.problem import Bounds
from optimizer.errors import InternalError
from optimizer.planning.money import money_decimals, weekly_amounts


@st.composite
def questions(draw):
    """A split within bounds that sums to the weekly budget, which is a whole number of cents over all weeks."""
    cells, weeks = draw(st.integers(1, 12)), draw(st.integers(1, 9))
    shares = np.array(draw(st.lists(st.floats(0.001, 1.0), min_size=cells, max_size=cells)))
    cents = draw(st.integers(cells * weeks * 100, 10_000_000))
    split = shares / shares.sum() * cents / 100 / weeks
    lower = np.floor(split * draw(st.sampled_from([0.0, 0.5, 0.999])) * 100) / 100
    upper = np.ceil(split * draw(st.sampled_from([1.001, 2.0, 50.0])) * 100) / 100
    return split, cents / 100, weeks, Bounds(lower, upper)


@given(questions())
def test_amounts_add_up_keep_bounds_and_stay_near(question):
    split, budget, weeks, bounds = question
    amounts = weekly_amounts(split, budget, weeks, bounds, 2)
    cents = np.rint(amounts * 100).astype(int)
    assert np.allclose(amounts * 100, cents, atol=1e-6)
    assert cents.sum() == round(budget * 100)
    per_week = cents.sum(axis=0)
    assert per_week.max() - per_week.min() <= 1
    assert (amounts >= bounds.lower[:, None] - 1e-9).all()
    assert (amounts <= bounds.upper[:, None] + 1e-9).all()
    assert np.abs(amounts - split[:, None]).max() <= 0.02 + 1e-9


def test_weeks_are_equal_where_the_budget_divides():
    split = np.array([10.004, 20.003, 69.993])
    amounts = weekly_amounts(split, 400.0, 4, Bounds(np.zeros(3), np.full(3, 100.0)), 2)
    assert (amounts == amounts[:, :1]).all()
    assert amounts[:, 0].tolist() == [10.01, 20.0, 69.99]  # the cent left over goes to the largest remainder


def test_a_lock_between_two_cents_is_kept_to_the_cent():
    bounds = Bounds(np.array([33.333, 0.0]), np.array([33.333, 100.0]))
    amounts = weekly_amounts(np.array([33.333, 66.667]), 100.0, 1, bounds, 2)
    assert amounts[:, 0].tolist() == [33.33, 66.67]


def test_minimums_between_cents_that_fill_the_budget_still_fit():
    third = np.full(3, 100 / 3)
    amounts = weekly_amounts(third, 100.0, 1, Bounds(third, np.full(3, 100.0)), 2)
    assert amounts.sum() == pytest.approx(100.0, abs=1e-12)
    assert (amounts >= third[:, None] - 0.01).all()


def test_bounds_that_cannot_hold_the_week_are_an_internal_error():
    with pytest.raises(InternalError, match="do not fit"):
        weekly_amounts(np.array([5.0]), 10.0, 1, Bounds(np.zeros(1), np.array([5.0])), 2)


@pytest.mark.parametrize(
    ("budget", "currency", "decimals"),
    [(40_000.0, "EUR", 2), (40_000.5, "JPY", 2), (40_000.0, "JPY", 0), (4.0, "EUR", 3), (0.004, "", 6)],
)
def test_steps_suit_the_money(budget, currency, decimals):
    assert money_decimals(budget, 4, 5, currency) == decimals
