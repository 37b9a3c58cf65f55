"""Weekly money by period, in whole cents that add up: the same rounding as the statement's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.statement import Cents, shared_out
from optimizer.history.panel import Floats
from optimizer.planning.fiscal import day_shares

if TYPE_CHECKING:
    from optimizer.planning.fiscal import Period


def period_cents(weekly: Floats, weeks: Sequence[str], periods: Sequence[Period], decimals: int) -> Cents:
    """Weekly amounts of cells by period.

    Each cell's total is rounded once and shared among periods by its days, so that every cut adds up and whatever
    periods it is cut into, the total is the same.

    Parameters
    ----------
    weekly : float array, shape (C, H)
        Account currency.
    weeks : sequence of str
        Mondays, ISO.
    periods : sequence of Period
        P periods that hold all days of those weeks.
    decimals : int

    Returns
    -------
    int array, shape (P, C)

    Examples
    --------
    >>> import datetime as dt
    >>> from optimizer.planning.fiscal import FiscalCalendar
    >>> months = FiscalCalendar().periods(dt.date(2026, 11, 30), dt.date(2026, 12, 6))
    >>> period_cents(np.array([[1.0]]), ["2026-11-30"], months, 2).tolist()
    [[14], [86]]
    """
    shares = day_shares(np.array(weeks, dtype="datetime64[D]"), periods)
    parts = (np.maximum(weekly, 0.0) @ shares.T).T
    return shared_out(weekly.sum(axis=1), parts, 10.0**decimals)


def period_sums(weekly: Floats, weeks: Sequence[str], periods: Sequence[Period]) -> Floats:
    """(P, C) the same without rounding, for counts; NaN where a week is not known."""
    shares = day_shares(np.array(weeks, dtype="datetime64[D]"), periods)
    touched = (shares > 0.0).astype(np.float64)
    known = np.isfinite(weekly)
    missing = (~known).astype(np.float64) @ touched.T
    summed = np.where(known, weekly, 0.0) @ shares.T
    return np.asarray(np.where(missing > 0.0, np.nan, summed).T)
