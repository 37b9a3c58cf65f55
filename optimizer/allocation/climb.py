"""Local improvement on the true curves: within stretches where every curve is concave the best split is exact.

Each cell's curve is cut into stretches: the longest runs of segments on which its slope never rises. At a best split
at most one cell stands inside a stretch that bends the other way; all others stand in concave ones, at one marginal
value. So a split is improved by solving for the stretches its cells stand in, and by letting cells that end at a
stretch's border step over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.concave import find_price
from optimizer.allocation.envelope import AnyResponse, ConcaveResponse
from optimizer.allocation.feasibility import settle
from optimizer.allocation.problem import Bounds
from optimizer.history.panel import Floats
from optimizer.response.curves import ROUNDING, count_below

ROUNDS = 6  # borders crossed in a row; each round is worth more than the one before, most need two
BETTER = 1e-13  # relative: less is rounding


@dataclass(frozen=True)
class Stretches:
    """Where each curve is concave.

    Attributes
    ----------
    cut : AnyResponse
        The curves between their bounds.
    low, high : float array, shape (C, K - 1)
        Per segment the range of the concave stretch it lies in; equal where the segment bends the other way.
    """

    cut: AnyResponse
    low: Floats
    high: Floats

    @classmethod
    def of(cls, cut: AnyResponse) -> Stretches:
        """Find the stretches of curves that were cut to their bounds."""
        slack = 1.0 + ROUNDING
        convex = cut.end > cut.start * slack
        breaks = convex[:, 1:] | convex[:, :-1] | (cut.start[:, 1:] > cut.end[:, :-1] * slack)
        count, pieces = convex.shape
        opens = np.concatenate([np.ones((count, 1), dtype=np.bool_), breaks], axis=1)
        closes = np.concatenate([breaks, np.ones((count, 1), dtype=np.bool_)], axis=1)
        index = np.arange(pieces)
        first = np.maximum.accumulate(np.where(opens, index, 0), axis=1)
        last = np.minimum.accumulate(np.where(closes, index, pieces)[:, ::-1], axis=1)[:, ::-1]
        low = np.take_along_axis(cut.knots, first, 1)
        high = np.take_along_axis(cut.knots, last + 1, 1)
        return cls(cut, low, np.where(convex, low, high))

    def around(self, spend: Floats, price: float) -> Bounds:
        """The stretch each cell may move in; at a border the one that a price of money makes it want."""
        right, left = self._segment(spend, left=False), self._segment(spend, left=True)
        rows = np.arange(len(spend))
        up = self.cut.start[rows, right] > price
        segment = np.where(up, right, left)
        low, high = self.low[rows, segment], self.high[rows, segment]
        inside = (low < high) & (low <= spend) & (spend <= high)
        return Bounds(np.where(inside, low, spend), np.where(inside, high, spend))

    def _segment(self, spend: Floats, *, left: bool) -> NDArray[np.intp]:
        knots = self.cut.knots
        found = count_below(knots, spend[:, None], equal=not left)[:, 0] - 1
        return np.clip(found, 0, knots.shape[1] - 2)


def best_within(cut: AnyResponse, budget: float, bounds: Bounds) -> tuple[Floats, float] | None:
    """Best split and its price where all curves are concave between `bounds`; None if these cannot hold the budget."""
    if float(bounds.lower.sum()) > budget or float(bounds.upper.sum()) < budget:
        return None
    part = ConcaveResponse.of_cut(cut.cut(bounds.lower, bounds.upper))
    found = find_price(part, budget)
    return settle(found.spend, budget, bounds), found.price


def climb(stretches: Stretches, budget: float, spend: Floats, price: float) -> tuple[Floats, float]:
    """Improve a split that spends the budget until no cell wants to leave its stretch; returns it with its value."""
    value = float(stretches.cut.value_at(spend).sum())
    for _ in range(ROUNDS):
        found = best_within(stretches.cut, budget, stretches.around(spend, price))
        if found is None:
            break
        better = float(stretches.cut.value_at(found[0]).sum())
        if better <= value + BETTER * abs(value):
            break
        (spend, price), value = found, better
    return spend, value
