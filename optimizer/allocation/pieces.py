"""Straight lines above and below curves: the pieces of which a mixed-integer programme is made.

On a region [low, high] of a cell's spend the least of a few lines stands for the curve. *Outer* lines lie nowhere below
it: for a price p the line ``p x + max(f - p x)`` touches the concave envelope of the region, and the maximum is exact
on piecewise quadratic curves, so a bound found with such lines is a bound for the curves. *Inner* lines lie nowhere
above it where the curve bends one way: chords under a concave stretch, a tangent under a convex one; a plan found with
them is worth at least what they say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.envelope import AnyResponse
from optimizer.history.panel import Floats
from optimizer.response.curves import ROUNDING, Curves

SAMPLES, PIECES = 33, 9  # points looked at per region, and lines laid over it to begin with
TOUCHES = 40  # steps towards the line that touches the envelope at a given spend; each at least halves the interval
NEAR = 1e-12

Lines: TypeAlias = list[tuple[float, float]]  # slope and height at spend 0


class Interval(NamedTuple):
    """Allowed spend of a cell from `low` to `high`; `off` is the point 0 where being in use matters."""

    low: float
    high: float
    off: bool = False


@dataclass
class Region:
    """A part of a cell's allowed spend, with the lines that stand for each function on it.

    Attributes
    ----------
    cell : int
    low, high : float
    off : bool
        The cell is not in use here (and low = high = 0).
    lines : list of list of (slope, intercept)
        One list per function of the problem (the goal first, then one per ratio rule); empty for a point.
    """

    cell: int
    low: float
    high: float
    off: bool = False
    lines: list[Lines] = field(default_factory=list)


@dataclass(frozen=True)
class Function:
    """Curves of all cells in the units of the solver, with where they bend which way."""

    curves: Curves

    @cached_property
    def whole(self) -> AnyResponse:
        """The curves as they are."""
        return AnyResponse.whole(self.curves)

    @cached_property
    def concave_runs(self) -> tuple[Floats, Floats]:
        """(C, K - 1) per segment first and last spend of the longest stretch on which the slope never rises."""
        whole = self.whole
        return _runs(whole.knots, whole.start, whole.end, ~_bends_up(whole))

    @cached_property
    def convex_runs(self) -> tuple[Floats, Floats]:
        """(C, K - 1) the same for stretches on which the slope never falls."""
        whole = self.whole
        bends_down = whole.end < whole.start * (1.0 - ROUNDING)
        return _runs(whole.knots, -whole.start, -whole.end, ~bends_down)

    def value(self, cells: NDArray[np.intp], spend: Floats) -> Floats:
        """(N,) value of spend (N,) of some cells."""
        return self.whole.take(cells).value_at(spend)

    def stretch(self, cell: int, spend: float, *, left: bool = False) -> tuple[float, float, bool]:
        """First and last spend of the stretch around a spend, and whether it is concave; at a border right of it."""
        knots = self.whole.knots[cell]
        index = int(np.searchsorted(knots, spend, side="left" if left else "right")) - 1
        index = min(max(index, 0), len(knots) - 2)
        low, high = (float(side[cell, index]) for side in self.concave_runs)
        if low < high:
            return low, high, True
        low, high = (float(side[cell, index]) for side in self.convex_runs)
        return low, high, False

    def slope(self, cell: int, spend: float) -> float:
        """Marginal value of a cell's spend."""
        whole = self.whole
        k = min(max(int(np.searchsorted(whole.knots[cell], spend, side="right")) - 1, 0), whole.start.shape[1] - 1)
        width = whole.knots[cell, k + 1] - whole.knots[cell, k]
        share = (spend - whole.knots[cell, k]) / width if width > 0.0 else 0.0
        return float(whole.start[cell, k] * (1.0 - share) + whole.end[cell, k] * share)


def _bends_up(whole: AnyResponse) -> NDArray[np.bool_]:
    return np.asarray(whole.end > whole.start * (1.0 + ROUNDING), dtype=np.bool_)


def _runs(knots: Floats, start: Floats, end: Floats, fits: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """First and last spend of the longest run of fitting segments with slopes that never rise; equal where none."""
    slack = ROUNDING * np.abs(end[:, :-1])
    wide = np.diff(knots, axis=1) > 0.0
    # Segments of no width belong to every run; their slopes say nothing.
    joint = wide[:, 1:] & wide[:, :-1] & (start[:, 1:] > end[:, :-1] + slack)
    breaks = joint | ~fits[:, 1:] | ~fits[:, :-1]
    count, pieces = fits.shape
    opens = np.concatenate([np.ones((count, 1), dtype=np.bool_), breaks], axis=1)
    closes = np.concatenate([breaks, np.ones((count, 1), dtype=np.bool_)], axis=1)
    index = np.arange(pieces)
    first = np.maximum.accumulate(np.where(opens, index, 0), axis=1)
    last = np.minimum.accumulate(np.where(closes, index, pieces)[:, ::-1], axis=1)[:, ::-1]
    low, high = np.take_along_axis(knots, first, 1), np.take_along_axis(knots, last + 1, 1)
    return low, np.where(fits, high, low)


def respond(cut: AnyResponse, price: Floats) -> tuple[Floats, Floats]:
    """(N,) best spend and (N,) ``max f(x) - price x`` of N curves, each at a price of its own, of any sign."""
    at_knots = cut.value - price[:, None] * cut.knots
    best = np.argmax(at_knots, axis=1)
    rows = np.arange(len(best))
    spend, surplus = cut.knots[rows, best].copy(), at_knots[rows, best].copy()
    row, k = np.nonzero((cut.start > price[:, None]) & (cut.end < price[:, None]))
    first, last, level = cut.start[row, k], cut.end[row, k], price[row]
    offset = (cut.knots[row, k + 1] - cut.knots[row, k]) * (first - level) / (first - last)
    inside = at_knots[row, k] + 0.5 * offset * (first - level)
    order = np.argsort(inside, kind="stable")
    order = order[inside[order] > surplus[row[order]]]
    surplus[row[order]], spend[row[order]] = inside[order], (cut.knots[row, k] + offset)[order]
    return spend, surplus


def cover(function: Function, regions: list[Region]) -> list[Lines]:
    """Outer lines over regions of some width, placed where the envelope bends."""
    if not regions:
        return []
    _, low, high, cut, floor = _cut(function, regions)
    share = np.linspace(0.0, 1.0, SAMPLES) ** 1.5
    points = low[:, None] + (high - low)[:, None] * share
    values = np.stack([cut.value_at(points[:, k]) for k in range(SAMPLES)], axis=1)
    prices = [_prices(points[n], values[n]) for n in range(len(regions))]
    owner = np.repeat(np.arange(len(regions)), [len(p) for p in prices])
    price = np.concatenate(prices)
    surplus = respond(cut.take(owner), price)[1] + floor[owner]
    result: list[Lines] = [[] for _ in regions]
    for n, slope, height in zip(owner.tolist(), price.tolist(), surplus.tolist(), strict=True):
        result[n].append((slope, height))
    return result


def touch(function: Function, regions: list[Region], spend: Floats) -> tuple[Lines, Floats, Floats]:
    """Outer lines that touch the envelope at given spends (N,); and from where to where the envelope is straight there.

    The interval between two points of the envelope around the spend shrinks until the line through them is not
    exceeded by the curve; each line given back is one of the outer ones, however far this got.
    """
    _, low, high, cut, floor = _cut(function, regions)
    left, right = low.copy(), high.copy()
    at_left, at_right = cut.value[:, 0].copy(), cut.value[:, -1].copy()
    scale = NEAR * np.maximum(at_right, 1.0)
    price, surplus = np.zeros(len(low)), np.zeros(len(low))
    for _ in range(TOUCHES):
        width = right - left
        price = np.where(width > 0.0, (at_right - at_left) / np.where(width > 0.0, width, 1.0), price)
        found, surplus = respond(cut, price)
        better = (surplus > at_left - price * left + scale) & (found > left) & (found < right)
        if not better.any():
            break
        value = surplus + price * found
        before = better & (found <= spend)
        after = better & (found >= spend)
        left, at_left = np.where(before, found, left), np.where(before, value, at_left)
        right, at_right = np.where(after, found, right), np.where(after, value, at_right)
    surplus = respond(cut, price)[1]
    return list(zip(price.tolist(), (surplus + floor).tolist(), strict=True)), left, right


def inner_lines(function: Function, cell: int, points: Floats, *, concave: bool, at: float) -> Lines:
    """Lines nowhere above a curve between the first and last of some points, all in one stretch of it."""
    cells = np.full(len(points), cell)
    if not concave:
        slope = function.slope(cell, at)
        return [(slope, float(function.value(cells[:1], np.array([at]))[0]) - slope * at)]
    values = function.value(cells, points)
    slopes = np.diff(values) / np.diff(points)
    return list(zip(slopes.tolist(), (values[:-1] - slopes * points[:-1]).tolist(), strict=True))


def segments(lines: Lines, low: float, high: float) -> tuple[float, Floats, Floats]:
    """Value at `low`, widths and slopes of the least of some lines on [low, high], from the steepest on."""
    kept: list[tuple[float, float, float]] = []  # slope, height, from where on
    for slope, height in sorted(lines, key=lambda line: (-line[0], line[1])):
        if kept and kept[-1][0] == slope:
            continue
        begin = low
        while kept:
            begin = (height - kept[-1][1]) / (kept[-1][0] - slope)
            if begin > kept[-1][2]:
                break
            kept.pop()
            begin = low
        kept.append((slope, height, begin))
    while len(kept) > 1 and kept[-1][2] >= high:
        kept.pop()
    ends = [k[2] for k in kept[1:]] + [high]
    widths = np.array([end - k[2] for k, end in zip(kept, ends, strict=True)])
    return kept[0][0] * low + kept[0][1], widths, np.array([k[0] for k in kept])


def _cut(function: Function, regions: list[Region]) -> tuple[NDArray[np.intp], Floats, Floats, AnyResponse, Floats]:
    """Cells, ends and curves of some regions, and the value that these curves are counted from."""
    cells = np.array([r.cell for r in regions], dtype=np.intp)
    low, high = np.array([r.low for r in regions]), np.array([r.high for r in regions])
    some = function.whole.take(cells)
    return cells, low, high, some.cut(low, high), some.value_at(low)


def _prices(points: Floats, values: Floats) -> Floats:
    """Slopes of the sides of a polygon over sampled points, few where they bend little."""
    hull = [0]
    for k in range(1, len(points)):
        while len(hull) > 1:
            i, j = hull[-2], hull[-1]
            if (values[j] - values[i]) * (points[k] - points[i]) > (values[k] - values[i]) * (points[j] - points[i]):
                break
            hull.pop()
        hull.append(k)
    x, y = points[hull], values[hull]
    slopes = np.diff(y) / np.diff(x)
    if len(slopes) <= PIECES:
        return np.asarray(np.maximum(slopes, 0.0))
    # Sides are joined so that each covers a like part of the bend, half by its turn and half by its length.
    turn = np.concatenate([[0.0], np.abs(np.diff(slopes))])
    span = np.diff(x) / (x[-1] - x[0])
    measure = np.cumsum(np.sqrt(turn / max(float(turn.sum()), NEAR)) / len(turn) + span / len(turn))
    group = np.minimum((measure / measure[-1] * PIECES).astype(int), PIECES - 1)
    first = np.unique(group, return_index=True)[1]
    corners = np.append(first, len(x) - 1)
    return np.asarray(np.maximum(np.diff(y[corners]) / np.diff(x[corners]), 0.0))
