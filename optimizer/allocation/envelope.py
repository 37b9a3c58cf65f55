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
        pieces = self.start.shape[1]
        k = self._first_at_most(price)
        past = k == pieces
        at = self._origin + np.minimum(k, pieces - 1)
        knot = at + self._rows  # rows of knots and values are one longer
        begin, start, fall = self.knots.take(knot), self.start.take(at), self.fall.take(at)
        width = self.knots.take(knot + 1) - begin
        excess = start - price
        inside = (excess > 0.0) & ~past
        share = np.where(inside, np.minimum(excess / np.where(inside, start + fall, 1.0), 1.0), past)
        spend = begin + share * width
        gain = self.value.take(knot) + width * share * (start - 0.5 * (start + fall) * share)
        lower, upper = self.bounds.lower, self.bounds.upper
        gain = np.where(spend <= lower, self.ends[:, 0], np.where(spend >= upper, self.ends[:, 1], gain))
        spend = np.maximum(np.minimum(spend, upper), lower)
        return spend, gain - self.ends[:, 0] - price * spend

    def sample(self, count: int) -> ConcaveResponse:
        """About `count` of the cells, evenly spaced."""
        pick = slice(None, None, max(len(self.start) // count, 1))
        bounds = Bounds(self.bounds.lower[pick], self.bounds.upper[pick])
        start, fall = np.ascontiguousarray(self.start[pick]), np.ascontiguousarray(self.fall[pick])
        knots, value = np.ascontiguousarray(self.knots[pick]), np.ascontiguousarray(self.value[pick])
        return ConcaveResponse(knots, value, start, fall, bounds, self.ends[pick])

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        return np.arange(len(self.start))

    @cached_property
    def _origin(self) -> NDArray[np.intp]:
        return np.asarray(self._rows * self.start.shape[1], dtype=np.intp)

    def _first_at_most(self, price: float) -> NDArray[np.intp]:
        """(C,) first segment at whose end the slope is at most the price: a binary search on all rows at once."""
        flat, length = self.fall.ravel(), self.fall.shape[1]
        found = self._origin.copy()
        while length > 1:
            half = length >> 1
            found += half * (flat.take(found + (half - 1)) < -price)
            length -= half
        found += flat.take(found) < -price
        return np.asarray(found - self._origin, dtype=np.intp)


@dataclass(frozen=True)
class AnyResponse:
    """Best response of curves of any shape, cut to their bounds.

    Attributes
    ----------
    knots, value : float array, shape (C, K)
        Spend (clipped to the bounds, so that knots outside repeat) and value above that of the lower bound
        (`whole`: all the spend a curve is known for, and its full value).
    start, end : float array, shape (C, K - 1)
        Slope at both ends of a segment; segments of no width carry their neighbour's.
    """

    knots: Floats
    value: Floats
    start: Floats
    end: Floats

    @classmethod
    def of(cls, curves: Curves, bounds: Bounds) -> AnyResponse:
        """Cut the curves to [lower, upper], which must lie in the range of the knots."""
        return cls.whole(curves).cut(bounds.lower, bounds.upper)

    @classmethod
    def whole(cls, curves: Curves) -> AnyResponse:
        """Curves as they are, without bounds of their own and without copying anything."""
        return cls(curves.knots, curves.knot_values, curves.start, curves.end)

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

    def narrowed(self, rows: NDArray[np.intp], lower: Floats, upper: Floats) -> AnyResponse:
        """The same curves with some rows cut further; the value of these counts from their own lower bounds."""
        mine = (self.knots, self.value, self.start, self.end)
        some = self.take(rows).cut(lower, upper)
        changed = [a.copy() for a in mine]
        for whole, part in zip(changed, (some.knots, some.value, some.start, some.end), strict=True):
            whole[rows] = part
        return AnyResponse(*changed)

    def value_at(self, spend: Floats) -> Floats:
        """(C,) value of each cell's spend, counted as `value` is."""
        rows = np.arange(len(spend))
        k = np.clip(count_below(self.knots, spend[:, None])[:, 0] - 1, 0, self.start.shape[1] - 1)
        offset = spend - self.knots[rows, k]
        width = self.knots[rows, k + 1] - self.knots[rows, k]
        start = self.start[rows, k]
        bend = (self.end[rows, k] - start) / np.where(width > 0.0, width, 1.0)
        return np.asarray(self.value[rows, k] + offset * (start + 0.5 * bend * offset), dtype=np.float64)

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


def twins(cut: AnyResponse) -> tuple[NDArray[np.intp], ...]:
    """Groups of two or more cells whose curves between their bounds are the same to the last bit, in their order.

    Cells of one group can change places without changing anything, so that it is enough to look at plans in which
    the spend within a group falls from the first to the last.
    """
    seen: dict[bytes, list[int]] = {}
    rows = np.concatenate([cut.knots, cut.value, cut.start, cut.end], axis=1)
    for index, row in enumerate(rows):
        seen.setdefault(row.tobytes(), []).append(index)
    return tuple(np.array(group) for group in seen.values() if len(group) > 1)


def halves(bounds: Bounds, cell: int, at: float, groups: tuple[NDArray[np.intp], ...]) -> tuple[Bounds, Bounds]:
    """Cut the plans in two: the cell spends at most `at`, or at least `at`; its twins after, or before, it follow."""
    group = next((g for g in groups if cell in g), np.array([cell]))
    place = int(np.flatnonzero(group == cell)[0])
    later, earlier = group[place:], group[: place + 1]
    lower, upper = bounds.lower.copy(), bounds.upper.copy()
    upper[later] = np.minimum(upper[later], np.maximum(at, lower[later]))
    lower[earlier] = np.maximum(lower[earlier], np.minimum(at, bounds.upper[earlier]))
    return Bounds(bounds.lower, upper), Bounds(lower, bounds.upper)
