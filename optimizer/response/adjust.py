"""What if: the same response under other prices, conversion rates, values or demand, draw by draw.

Everything downstream (curves, weekly worth, forecasts, bands) is made from the draws, so a change made there holds in
all of them alike, and plans under different changes can be compared on common draws. What the history taught, the
evidence of each cell and the range of spend it tried, stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.forecast import Future
from optimizer.response.goal import GoalResponse
from optimizer.response.model import FittedResponse
from optimizer.response.unit_value import UnitValue

FOLLOWS_RATE = ("conversions", "revenue")
"""Fitted outcomes that a higher conversion rate raises; clicks and the like come before it."""
FEWEST = 2  # cells that can tell a spread


@dataclass(frozen=True, eq=False)
class Shift:
    """Factors on what the fit found; 1 changes nothing.

    Attributes
    ----------
    price : float array, shape (C,)
        Of the price of media: the curve is read at spend / price, in the plan's weeks and after. What is carried over
        from before was bought at the old price.
    rate : float array, shape (C,)
        Of the conversion rate: conversions, and revenue with them.
    worth : float
        Of the revenue of a conversion.
    demand : float array, shape (LONGEST_AHEAD,)
        Added to log demand, week by week from the plan's first.
    """

    price: Floats
    rate: Floats
    worth: float
    demand: Floats


def shifted(response: FittedResponse | GoalResponse, shift: Shift) -> FittedResponse | GoalResponse:
    """The response under a shift.

    Parameters
    ----------
    response : FittedResponse or GoalResponse
        The worths of a goal are not touched: they say what units are worth to the advertiser.
    shift : Shift
    """
    if isinstance(response, GoalResponse):
        return replace(response, parts=tuple(_shifted(part, shift) for part in response.parts))
    return _shifted(response, shift)


def _shifted(response: FittedResponse, shift: Shift) -> FittedResponse:
    future, value = response.future, response.unit_value
    rate = shift.rate if response.outcome in FOLLOWS_RATE else np.ones_like(shift.rate)
    # revenue that was fitted by itself has no unit value: its amounts, and their noise, are scaled
    worth = shift.worth if response.outcome == "revenue" else 1.0
    if value is not None:
        value = _revalued(value, future, rate, shift.worth)
    draws = replace(
        future.draws, level=future.draws.level + np.log(rate * worth), demand=future.draws.demand + shift.demand
    )
    future = replace(future, draws=draws, reference=future.reference * shift.price, unit=future.unit * worth)
    return replace(response, future=future, unit_value=value)


def _revalued(value: UnitValue, future: Future, rate: Floats, worth: float) -> UnitValue:
    """The value of a unit times `worth`, whatever number of units there will be.

    The mean of a ratio depends on how many units are behind it; that more units come in must not change what one is
    worth, so the difference is taken back.
    """
    usual = np.exp(future.draws.level).mean(axis=0)
    before, after = (
        0.5 * np.minimum(value.noise + value.noise_per_unit / np.maximum(units, 1.0), 1.0)
        for units in (usual, usual * rate)
    )
    return replace(value, mean=value.mean + np.log(worth) + before - after)


def without_history(response: FittedResponse, cells: NDArray[np.bool_]) -> FittedResponse:
    """The response with some cells (C,) that were never there: they bring nothing unless money is spent on them.

    Such a cell has no posts: it has no organic outcome, and in draws where spend does nothing on it, it brings nothing.
    What a unit of its outcome is worth is taken from the other cells of its network, or from all where there are fewer
    than two of them, with their spread.
    """
    future, value = response.future, response.unit_value
    draws = replace(
        future.draws,
        level=np.where(future.draws.inert & cells, -np.inf, future.draws.level),
        organic=np.where(cells, -np.inf, future.draws.organic),
    )
    if value is not None:
        networks = np.array([cell.network for cell in response.panel.cells])
        value = _pooled(value, networks, cells)
    return replace(response, future=replace(future, draws=draws), unit_value=value)


def _pooled(value: UnitValue, networks: NDArray[np.str_], cells: NDArray[np.bool_]) -> UnitValue:
    """The value of a unit with that of some cells taken from others."""
    mean, variance = value.mean.copy(), value.variance.copy()
    known = ~cells & np.isfinite(mean)
    for cell in np.flatnonzero(cells):
        own = known & (networks == networks[cell])
        others = own if own.sum() >= FEWEST else known
        if others.sum() >= FEWEST:
            mean[cell] = mean[others].mean()
            variance[cell] = mean[others].var(ddof=1) + variance[others].mean()
    return replace(value, mean=mean, variance=variance)
