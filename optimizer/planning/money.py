"""Amounts as they can be booked: whole cents that still add up to the budget and keep the bounds."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Bounds
from optimizer.errors import InternalError
from optimizer.history.panel import Floats
from optimizer.language.message import number, say

# ISO 4217 currencies without minor units in use.
WHOLE_CURRENCIES = frozenset(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    )
)
CENTS = 2
STEPS_PER_CELL = 100


def money_decimals(budget: float, weeks: int, cells: int, currency: str = "") -> int:
    """Decimals of the smallest amount a plan writes.

    Cents; whole units in currencies that have no cents. Where money is counted in a large unit (thousands, say), so
    that a cell's weekly spend would be fewer than 100 steps, finer steps are used, so that rounding never decides the
    split.

    Examples
    --------
    >>> money_decimals(28562.0, 4, 30), money_decimals(4e6, 4, 10, "JPY"), money_decimals(2.0, 4, 10)
    (2, 0, 4)
    """
    mean = budget / weeks / max(cells, 1)
    whole = currency in WHOLE_CURRENCIES and budget == int(budget)
    needed = math.ceil(math.log10(STEPS_PER_CELL / mean) - 1e-9) if mean > 0 else 0
    return max(0 if whole else CENTS, needed)


def weekly_amounts(split: Floats, budget: float, weeks: int, bounds: Bounds, decimals: int) -> Floats:
    """Round a constant weekly split to amounts of money that add up.

    Each week gets the same amounts where the budget divides evenly; else the first weeks get one step more. Within a
    week the steps left over go to the largest remainders (Hamilton's method), never past a bound that lies on the
    grid; a bound between two steps is kept to within one step.

    Parameters
    ----------
    split : float array, shape (C,)
        Weekly spend; sums to budget / weeks.
    budget : float
        Money over all weeks; rounded to the step.
    weeks : int
    bounds : Bounds
    decimals : int
        Of one step, see `money_decimals`.

    Returns
    -------
    float array, shape (C, weeks)

    Raises
    ------
    InternalError
        The bounds cannot hold the week's total.

    Examples
    --------
    >>> bounds = Bounds(np.zeros(3), np.full(3, 50.0))
    >>> weekly_amounts(np.array([50.0, 25.0, 25.0]), 200.01, 2, bounds, 2)
    array([[50.  , 50.  ],
           [25.01, 25.  ],
           [25.  , 25.  ]])
    """
    scale = 10.0**decimals
    total = round(budget * scale)
    quotas = [total // weeks + (week < total % weeks) for week in range(weeks)]
    rounded = {
        quota: _round_week(split * scale, quota, bounds.lower * scale, bounds.upper * scale) for quota in set(quotas)
    }
    return np.asarray(np.stack([rounded[quota] for quota in quotas], axis=1) / scale, dtype=np.float64)


def _round_week(wanted: Floats, quota: int, lower: Floats, upper: Floats) -> NDArray[np.int64]:
    """Whole steps (C,) near `wanted` that sum to the quota; all arguments in steps."""
    low, high = np.ceil(lower - 1e-6), np.floor(upper + 1e-6)
    locked = low > high  # both bounds lie between the same two steps
    low = np.where(locked, np.rint(lower), low)
    high = np.where(locked, low, high)
    if low.sum() > quota:
        low = np.floor(lower)
    if high.sum() < quota:
        high = np.ceil(upper)
    if not low.sum() <= quota <= high.sum():
        least, most = number(float(low.sum())), number(float(high.sum()))
        problem = say(
            "amounts of {quota} steps a week do not fit bounds of {least} to {most}",
            quota=quota,
            least=least,
            most=most,
        )
        raise InternalError(problem)
    amounts = np.clip(np.floor(wanted + 1e-6), low, high)
    remainder = wanted - amounts
    while left := int(quota - amounts.sum()):
        step = 1 if left > 0 else -1
        room = (amounts < high) if left > 0 else (amounts > low)
        order = np.argsort(np.where(room, -step * remainder, np.inf), kind="stable")[: min(abs(left), int(room.sum()))]
        amounts[order] += step
        remainder[order] -= step
    return amounts.astype(np.int64)
