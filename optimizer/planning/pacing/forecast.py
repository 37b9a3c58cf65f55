"""Where a period ends at the present pace, and how far that rule has missed in this account's own past.

The rule: what is spent, plus the days left times the mean of the last 7 days. Its interval comes from replaying it: on
every day of the last year it is asked for as many days as are left now, and what was spent in them is held against it.
The misses are counted as ratios, so that they are independent of the currency and never fall below what is spent.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.panel import Floats
from optimizer.planning.pacing.days import DAYS_PER_WEEK, RECENT, Mask

if TYPE_CHECKING:
    from optimizer.history.weeks import Frequency

LOOK_BACK = 364  # days of origins
FEWEST = 3  # windows without overlap, below which variation cannot be told
CHANCE = 0.95  # one end of a 90 % interval


def spread(spend: Floats, known: Mask, horizons: int, frequency: Frequency) -> Floats:
    """(H,) by what factor the spend of the next 1 to H days may miss the rule, up or down, at 90 %.

    Parameters
    ----------
    spend : float array, shape (D,)
        Total spend by day, up to today.
    known : bool array, shape (D,)
        Days that count.
    horizons : int
        Days ahead, H.
    frequency : "daily" or "weekly"
        Rows by week say nothing of days, so there the rule is asked for whole weeks, on Mondays.

    Returns
    -------
    float array, shape (H,)
        1 or more; NaN where the past is too short to tell: fewer than 3 windows of such a length.

    Examples
    --------
    >>> even = np.full(100, 50.0)
    >>> spread(even, np.ones(100, dtype=bool), 2, "daily").tolist()
    [1.0, 1.0]
    """
    factors = np.full(horizons, np.nan)
    weekly = frequency == "weekly"
    for days in range(1, horizons + 1):
        if weekly and days % DAYS_PER_WEEK != 1 and days > 1:
            factors[days - 1] = factors[days - 2]
            continue
        length = -(-days // DAYS_PER_WEEK) * DAYS_PER_WEEK if weekly else days
        factors[days - 1] = _factor(spend, known, length, DAYS_PER_WEEK if weekly else 1)
    return factors


def _factor(spend: Floats, known: Mask, length: int, step: int) -> float:
    """The factor for one number of days ahead, from origins that are `step` days apart."""
    width = len(spend)
    origins = np.arange(width - length, max(RECENT, width - length - LOOK_BACK) - 1, -step)
    if not len(origins):
        return math.nan
    total = np.concatenate([[0.0], np.cumsum(np.where(known, spend, 0.0))])
    counted = np.concatenate([[0], np.cumsum(known)])
    base = (total[origins] - total[origins - RECENT]) * (length / RECENT)
    after = total[origins + length] - total[origins]
    whole = counted[origins + length] - counted[origins - RECENT] == length + RECENT
    good = whole & (base > 0.0) & (after > 0.0)
    windows = ((int(good.sum()) - 1) * step + length) // length  # without overlap
    if windows < FEWEST:
        return math.nan
    from scipy.stats import t as student

    missed = np.log(after[good] / base[good])
    return math.exp(float(student.ppf(CHANCE, windows)) * math.sqrt(float((missed**2).mean())))
