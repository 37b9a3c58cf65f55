"""Best response: the spend of each cell that earns most at a given price of money, and what it earns.

For a curve f on [lower, upper] and a price p, the surplus is ``max f(x) - f(lower) - p * x``. As a function of p it
is the conjugate of f, and the same as the conjugate of f's upper concave envelope: all that the envelope can say
is said by it, exactly, without building the hull. Two ways lead to it. Where a curve is concave, one binary search
over its slopes finds the spend. Anywhere else each segment is asked: its maximum lies at a knot, or inside a concave
segment where the slope meets the price.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Bounds
from optimizer.history.panel import Floats
from optimizer.response.curves import Curves, count_below, level_padding, slopes_fall

BLOCK = 1 << 16  # numbers handled at a time, so that what lies between two steps stays in the processor's cache


class Response(Protocol):
    """Anything that answers a price of money with spend."""

    @property
    def bounds(self) -> Bounds:
        """Smallest and largest spend, each (C,)."""

    @property
    def top_price(self) -> float:
        """A price at which every cell stays at its minimum."""

    def at(self, price: float) -> tuple[Floats, Floats]:
        """(C,) best spend (the smallest, if several) and (C,) surplus at a price >= 0."""


@dataclass(frozen=True)
class ConcaveResponse:
    """Best response of curves whose slope never rises; nothing is copied, so a hundred thousand cells are no burden.

    Attributes
    ----------
    knots, value : float array, shape (C, K)
    start, fall : float array, shape (C, K - 1)
        Slope at the start of each segment, and minus the slope at its end (ascending along a row).
    bounds : Bounds
    ends : float array, shape (C, 2)
        Value at the lower and at the upper bound.
    """

    knots: Floats
    value: Floats
    start: Floats
    fall: Floats
    bounds: Bounds
    ends: Floats

    @classmethod
    def of(cls, curves: Curves, bounds: Bounds) -> ConcaveResponse:
        """Take whole curves that are concave; rises within rounding are levelled."""
        start, end = level_padding(curves.knots, curves.start, curves.end)
        ends = curves.value(np.stack([bounds.lower, bounds.upper], axis=1))
        return cls(curves.knots, curves.knot_values, start, _ascending(-end), bounds, ends)

    @classmethod
    def of_cut(cls, cut: AnyResponse) -> ConcaveResponse:
        """Take curves that are concave between the bounds they were cut to."""
        ends = cut.value[:, [0, -1]]
        return cls(cut.knots, cut.value, cut.start, _ascending(-cut.end), cut.bounds, ends)

    @cached_property
    def top_price(self) -> float:
        """A price at which every cell stays at its minimum."""
        return float(self.start.max())

    def at(self, price: float) -> tuple[Floats, Floats]:
        """(C,) best spend and (C,) surplus at a price."""
        count, pieces = self.start.shape
        k = count_below(self.fall, np.full((count, 1), -price))[:, 0]
        past = k == pieces
        segment = np.minimum(k, pieces - 1)
        at = np.arange(count) * pieces + segment
        knot = at + np.arange(count)  # rows of knots and values are one longer
        begin, start, fall = self.knots.take(knot), self.start.take(at), self.fall.take(at)
        width = self.knots.take(knot + 1) - begin
        excess = start - price
        inside = (excess > 0.0) & ~past
        share = np.where(inside, np.minimum(excess / np.where(inside, start + fall, 1.0), 1.0), past)
        spend = begin + share * width
        gain = self.value.take(knot) + width * share * (start - 0.5 * (start + fall) * share)
        lower, upper = self.bounds.lower, self.bounds.upper
        gain = np.where(spend <= lower, self.ends[:, 0], np.where(spend >= upper, self.ends[:, 1], gain))
        spend = np.clip(spend, lower, upper)
        return spend, gain - self.ends[:, 0] - price * spend


@dataclass(frozen=True)
class AnyResponse:
    """Best response of curves of any shape, cut to their bounds.

    Attributes
    ----------
    knots, value : float array, shape (C, K)
        Spend (clipped to the bounds, so that knots outside repeat) and value above that of the lower bound.
    start, end : float array, shape (C, K - 1)
        Slope at both ends of a segment; segments of no width carry their neighbour's.
    """

    knots: Floats
    value: Floats
    start: Floats
    end: Floats

    @classmethod
    def of(cls, curves: Curves, bounds: Bounds, rows: NDArray[np.intp] | None = None) -> AnyResponse:
        """Cut the curves (of some rows) to [lower, upper], which must lie in the range of the knots."""
        pick = slice(None) if rows is None else rows
        whole = cls(curves.knots[pick], curves.knot_values[pick], curves.start[pick], curves.end[pick])
        return whole.cut(bounds.lower[pick], bounds.upper[pick])

    @property
    def bounds(self) -> Bounds:
        """Smallest and largest spend, each (C,)."""
        return Bounds(self.knots[:, 0], self.knots[:, -1])

    @cached_property
    def top_price(self) -> float:
        """A price at which every cell stays at its minimum."""
        return float(max(self.start.max(), self.end.max()))

    @cached_property
    def concave(self) -> NDArray[np.bool_]:
        """(C,) whether the slope never rises between the bounds, rounding aside."""
        return slopes_fall(self.start, self.end)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> AnyResponse:
        """Some of the curves."""
        return AnyResponse(self.knots[rows], self.value[rows], self.start[rows], self.end[rows])

    def cut(self, lower: Floats, upper: Floats) -> AnyResponse:
        """The same curves on a narrower range."""
        low, high = lower[:, None], upper[:, None]
        knots = np.clip(self.knots, low, high)
        width = np.diff(self.knots, axis=1)
        bend = (self.end - self.start) / np.where(width > 0.0, width, 1.0)
        left, right = knots[:, :-1], knots[:, 1:]
        wide = right > left
        start = np.where(wide, self.start + bend * (left - self.knots[:, :-1]), 0.0)
        end = np.where(wide, self.end - bend * (self.knots[:, 1:] - right), 0.0)
        start, end = level_padding(knots, np.maximum(start, 0.0), np.maximum(end, 0.0))
        steps = 0.5 * (start + end) * (right - left)
        value = np.concatenate([np.zeros_like(low), np.cumsum(steps, axis=1)], axis=1)
        return AnyResponse(knots, value, start, end)

    def with_row(self, row: int, lower: float, upper: float) -> AnyResponse:
        """The same curves with one row cut further; its value counts from its own lower bound."""
        mine = (self.knots, self.value, self.start, self.end)
        one = AnyResponse(*(a[row : row + 1] for a in mine)).cut(np.array([lower]), np.array([upper]))
        changed = [a.copy() for a in mine]
        for whole, part in zip(changed, (one.knots, one.value, one.start, one.end), strict=True):
            whole[row] = part[0]
        return AnyResponse(*changed)

    def at(self, price: float) -> tuple[Floats, Floats]:
        """(C,) best spend and (C,) surplus at a price."""
        count, length = self.knots.shape
        spend, surplus = np.empty(count), np.empty(count)
        step = max(BLOCK // length, 1)
        for first in range(0, count, step):
            block = slice(first, first + step)
            spend[block], surplus[block] = self._at(price, block)
        return spend, surplus

    def _at(self, price: float, block: slice) -> tuple[Floats, Floats]:
        knots, start, end = self.knots[block], self.start[block], self.end[block]
        at_knots = self.value[block] - price * knots
        best = np.argmax(at_knots, axis=1)[:, None]
        spend, surplus = np.take_along_axis(knots, best, 1)[:, 0], np.take_along_axis(at_knots, best, 1)[:, 0]
        # Concave segments whose slope passes the price have their maximum inside; mostly one a row, so pick these.
        row, k = np.nonzero((start > price) & (end < price))
        first, last = start[row, k], end[row, k]
        offset = (knots[row, k + 1] - knots[row, k]) * (first - price) / (first - last)
        inside = at_knots[row, k] + 0.5 * offset * (first - price)
        order = np.argsort(inside, kind="stable")
        order = order[inside[order] > surplus[row[order]]]
        rows = row[order]  # where a row comes twice the last, so the largest, is kept
        surplus[rows], spend[rows] = inside[order], (knots[row, k] + offset)[order]
        return spend, surplus


@dataclass(frozen=True)
class MixedResponse:
    """Concave cells answer by binary search, the others by asking each segment.

    Attributes
    ----------
    concave : ConcaveResponse
    other : AnyResponse
    is_concave : bool array, shape (C,)
    """

    concave: ConcaveResponse
    other: AnyResponse
    is_concave: NDArray[np.bool_]

    @cached_property
    def bounds(self) -> Bounds:
        """Smallest and largest spend, each (C,)."""
        lower, upper = np.empty(len(self.is_concave)), np.empty(len(self.is_concave))
        for part, rows in ((self.concave.bounds, self.is_concave), (self.other.bounds, ~self.is_concave)):
            lower[rows], upper[rows] = part.lower, part.upper
        return Bounds(lower, upper)

    @property
    def top_price(self) -> float:
        """A price at which every cell stays at its minimum."""
        return max(self.concave.top_price, self.other.top_price)

    def at(self, price: float) -> tuple[Floats, Floats]:
        """(C,) best spend and (C,) surplus at a price."""
        spend, surplus = np.empty(len(self.is_concave)), np.empty(len(self.is_concave))
        spend[self.is_concave], surplus[self.is_concave] = self.concave.at(price)
        spend[~self.is_concave], surplus[~self.is_concave] = self.other.at(price)
        return spend, surplus


def respond(curves: Curves, bounds: Bounds) -> Response:
    """Choose for each cell the quickest exact answer its shape allows."""
    concave = curves.concave
    if concave.all():
        return ConcaveResponse.of(curves, bounds)
    return split(AnyResponse.of(curves, bounds))


def split(cut: AnyResponse) -> Response:
    """Part curves that were cut to their bounds into concave ones and others."""
    if cut.concave.all():
        return ConcaveResponse.of_cut(cut)
    if not cut.concave.any():
        return cut
    return MixedResponse(ConcaveResponse.of_cut(cut.take(cut.concave)), cut.take(~cut.concave), cut.concave)


def _ascending(rows: Floats) -> Floats:
    return np.maximum.accumulate(rows, axis=1) if (rows[:, 1:] < rows[:, :-1]).any() else rows
