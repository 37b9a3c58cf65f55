"""Curves: expected value and marginal value on weekly spend, one per cell; all that allocation sees.

A curve is piecewise quadratic: between two knots its slope runs in a straight line from `start` to `end`.
That one form holds smooth curves (slopes meet at the knots), straight lines between given points
(start == end in each segment), concave, convex and S-shaped ones; value, slope, the inverse of the slope and
the concave envelope are exact on it, so nothing downstream carries an error of approximation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import number, place, say
from optimizer.response.curve_errors import amount_shown, falling, not_finite

OUTSIDE = 1e-9  # spend past a curve's ends by less than this share of its range is rounding, not a question
ROUNDING = 1e-9  # values may fall, and slopes rise, by this share and still count as level


@dataclass(frozen=True, eq=False)
class Curves:
    """Value of a constant weekly spend per cell.

    Attributes
    ----------
    cells : tuple of Cell
        C cells.
    knots : float array, shape (C, K)
        Weekly spend, account currency, ascending along a row; equal neighbours make a segment of no width
        (padding where cells have different numbers of knots). The first knot is 0 or the smallest spend known;
        nothing is known past the last, so it caps what a cell may get.
    start, end : float array, shape (C, K - 1)
        Marginal value just right of a segment's first knot and just left of its last; >= 0.
    base : float array, shape (C,)
        Value at the first knot.

    Raises
    ------
    InputError
        Shapes that do not fit, numbers that are not finite, knots that go back or are negative, falling curves.

    Examples
    --------
    >>> curves = Curves.from_slopes([Cell("tiktok", "video")], [[0.0, 10.0, 20.0]], [[4.0, 2.0, 0.0]], [100.0])
    >>> curves.value(np.array([10.0])), curves.slope(np.array([15.0]))
    (array([130.]), array([1.]))
    """

    cells: tuple[Cell, ...]
    knots: Floats = field(repr=False)
    start: Floats = field(repr=False)
    end: Floats = field(repr=False)
    base: Floats = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("knots", "start", "end", "base"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=np.float64))
        _check_shapes(self)
        _check_numbers(self)

    @classmethod
    def from_slopes(cls, cells: Sequence[Cell], knots: object, slopes: object, base: object) -> Curves:
        """Make smooth curves from the marginal value at each knot, straight in between.

        Parameters
        ----------
        cells : sequence of Cell
            C cells.
        knots : float array, shape (C, K) or (K,)
            Weekly spend, ascending; one row serves all cells.
        slopes : float array, shape (C, K)
            Marginal value at each knot, >= 0.
        base : float array, shape (C,)
            Value at the first knot.
        """
        slope = np.asarray(slopes, dtype=np.float64)
        knot = np.asarray(knots, dtype=np.float64)
        knot = np.broadcast_to(knot, slope.shape) if knot.ndim == 1 else knot
        return cls(tuple(cells), knot, slope[:, :-1], slope[:, 1:], np.asarray(base, dtype=np.float64))

    @classmethod
    def from_points(cls, cells: Sequence[Cell], spend: Sequence[object], value: Sequence[object]) -> Curves:
        """Make curves of straight lines between given points, as many per cell as there are.

        Parameters
        ----------
        cells : sequence of Cell
            C cells.
        spend, value : sequence of float arrays, one per cell
            At least two points each; spend strictly ascending, value never falling.

        Examples
        --------
        >>> curves = Curves.from_points([Cell("x", "image")], [[0, 10, 30]], [[0, 50, 70]])
        >>> curves.value(np.array([20.0]))
        array([60.])
        """
        points = [_points_of(cell, s, v) for cell, s, v in zip(cells, spend, value, strict=True)]
        width = max((len(s) for s, _ in points), default=2)
        knots = np.array([np.pad(s, (0, width - len(s)), mode="edge") for s, _ in points]).reshape(-1, width)
        slopes = np.zeros((len(points), width - 1))
        for row, (s, v) in enumerate(points):
            slopes[row, : len(s) - 1] = np.maximum(np.diff(v), 0.0) / np.diff(s)
        return cls(tuple(cells), knots, slopes, slopes, np.array([v[0] for _, v in points]))

    @classmethod
    def from_values(cls, cells: Sequence[Cell], knots: object, values: object, slopes: object) -> Curves:
        """Make curves that hold given values at the knots exactly and given slopes as nearly as the shape allows.

        Each interval gets one knot more, placed so that rising data give rising curves and concave (convex) data
        give concave (convex) ones. Where data and slopes contradict each other the values win.

        Parameters
        ----------
        cells : sequence of Cell
            C cells.
        knots : float array, shape (C, K) or (K,)
            Weekly spend, ascending.
        values : float array, shape (C, K)
            Value at each knot, never falling by more than rounding.
        slopes : float array, shape (C, K)
            Marginal value at each knot, >= 0.

        References
        ----------
        Schumaker, L. (1983), On shape preserving quadratic spline interpolation.

        Examples
        --------
        >>> curves = Curves.from_values([Cell("x", "image")], [[0.0, 1.0, 4.0]], [[0.0, 1.0, 2.0]], [[2.0, 0.5, 0.25]])
        >>> curves.value(np.array([[0.0, 1.0, 4.0]])).round(12).tolist(), curves.concave.tolist()
        ([[0.0, 1.0, 2.0]], [True])
        """
        value = np.asarray(values, dtype=np.float64)
        knot = np.asarray(knots, dtype=np.float64)
        knot = np.ascontiguousarray(np.broadcast_to(knot, value.shape) if knot.ndim == 1 else knot)
        slope = np.asarray(slopes, dtype=np.float64)
        _check_values(cells, knot, value, slope)
        return cls(tuple(cells), *_spline(knot, value, slope), value[:, 0])

    @cached_property
    def knot_values(self) -> Floats:
        """(C, K) value at each knot."""
        steps = 0.5 * (self.start + self.end) * np.diff(self.knots, axis=1)
        return np.cumsum(np.concatenate([self.base[:, None], steps], axis=1), axis=1)

    @cached_property
    def concave(self) -> NDArray[np.bool_]:
        """(C,) whether the marginal value never rises, rounding aside."""
        return slopes_fall(*level_padding(self.knots, self.start, self.end))

    def value(self, spend: Floats) -> Floats:
        """(C,) or (C, N) value at weekly spend of the same shape, inside the knots' range; else InputError."""
        k, x = self._locate(spend)
        rows = np.arange(len(self.cells))[:, None]
        offset = x - self.knots[rows, k]
        width = self.knots[rows, k + 1] - self.knots[rows, k]
        start = self.start[rows, k]
        bend = (self.end[rows, k] - start) / np.where(width > 0.0, width, 1.0)
        result = self.knot_values[rows, k] + offset * (start + 0.5 * bend * offset)
        return np.asarray(result.reshape(np.shape(spend)), dtype=np.float64)

    def slope(self, spend: Floats) -> Floats:
        """(C,) or (C, N) marginal value per unit of spend (right derivative; at the last knot the left one)."""
        return self._slope(spend, left=False)

    def slope_left(self, spend: Floats) -> Floats:
        """(C,) or (C, N) marginal value of the last unit spent (left derivative; at the first knot the right one)."""
        return self._slope(spend, left=True)

    def scaled(self, money: float = 1.0, value: float = 1.0) -> Curves:
        """Return the same curves in other units: spend times `money`, value times `value`; both > 0."""
        rate = value / money
        return Curves(self.cells, self.knots * money, self.start * rate, self.end * rate, self.base * value)

    def _slope(self, spend: Floats, *, left: bool) -> Floats:
        k, x = self._locate(spend, left=left)
        rows = np.arange(len(self.cells))[:, None]
        width = self.knots[rows, k + 1] - self.knots[rows, k]
        share = np.where(width > 0.0, (x - self.knots[rows, k]) / np.where(width > 0.0, width, 1.0), 1.0)
        result = self.start[rows, k] * (1.0 - share) + self.end[rows, k] * share
        return np.asarray(result.reshape(np.shape(spend)), dtype=np.float64)

    def _locate(self, spend: Floats, *, left: bool = False) -> tuple[NDArray[np.intp], Floats]:
        """Segment of each spend, and the spend, both (C, N): the segment right of a knot, or left of it."""
        x = np.asarray(spend, dtype=np.float64)
        if x.shape[:1] != (len(self.cells),) or x.ndim > 2:
            problem = say("spend of shape {shape} for {count} cells", shape=str(x.shape), count=number(len(self.cells)))
            raise InputError.at(problem, fix=say("give one row per cell"))
        x = x.reshape(len(self.cells), -1)
        first, last = self.knots[:, :1], self.knots[:, -1:]
        near = OUTSIDE * np.maximum(np.abs(last), np.abs(first))
        bad = ~((x >= first - near) & (x <= last + near))
        if bad.any():
            row, col = (int(i) for i in np.argwhere(bad)[0])
            problem = say("spend of {cell} is {spend}", cell=place(self.cells[row]), spend=amount_shown(x[row, col]))
            low, high = amount_shown(first[row, 0]), amount_shown(last[row, 0])
            raise InputError.at(problem, fix=say("its curve is known from {low} to {high}", low=low, high=high))
        x = np.clip(x, first, last)
        below = count_below(self.knots, x)
        if left:
            k = np.maximum(below, np.maximum(count_below(self.knots, first, equal=True), 1)) - 1
        else:
            k = np.where(x >= last, below, count_below(self.knots, x, equal=True)) - 1
        return np.clip(k, 0, self.knots.shape[1] - 2), x


def count_below(rows: Floats, x: Floats, *, equal: bool = False) -> NDArray[np.intp]:
    """Count the entries of each ascending row (C, K) that are below x (C, N); with `equal`, below or at it.

    Binary search on all rows at once: NumPy's own works on one row only.
    """
    count, length = rows.shape
    flat = rows.ravel()
    found = np.broadcast_to((np.arange(count) * length)[:, None], x.shape).copy()
    origin = found[:, :1].copy() if x.shape[1] else found
    while length > 1:
        half = length >> 1
        entry = flat[found + (half - 1)]
        found += half * ((entry <= x) if equal else (entry < x))
        length -= half
    entry = flat[found]
    found += (entry <= x) if equal else (entry < x)
    return np.asarray(found - origin, dtype=np.intp)


def slopes_fall(start: Floats, end: Floats) -> NDArray[np.bool_]:
    """(C,) whether the slope of each row's segments never rises by more than rounding."""
    slack = 1.0 + ROUNDING
    within = (end <= start * slack).all(axis=1)
    return np.asarray(within & (start[:, 1:] <= end[:, :-1] * slack).all(axis=1), dtype=np.bool_)


def level_padding(knots: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Give segments of no width the slope of the segment before them (behind them, at the front of a row)."""
    wide = knots[:, 1:] > knots[:, :-1]
    if wide.all():
        return start, end
    index = np.where(wide, np.arange(wide.shape[1]), -1)
    before = np.maximum.accumulate(index, axis=1)
    first = np.argmax(wide, axis=1)[:, None]
    rows = np.arange(len(knots))[:, None]
    fill = np.where(before >= 0, end[rows, np.maximum(before, 0)], start[rows, first])
    fill = np.where(np.any(wide, axis=1, keepdims=True), fill, 0.0)
    return np.where(wide, start, fill), np.where(wide, end, fill)


def _check_shapes(curves: Curves) -> None:
    cells, knots = len(curves.cells), curves.knots
    if cells == 0:
        raise InputError.at(say("there are no curves"), fix=say("at least one cell is needed"))
    if knots.ndim != 2 or knots.shape[0] != cells or knots.shape[1] < 2:
        problem = say("knots have the shape {shape}", shape=str(knots.shape))
        raise InputError.at(problem, fix=say("({cells}, 2 or more) is needed", cells=number(cells)))
    segments = (cells, knots.shape[1] - 1)
    for name, array, shape in (
        ("start", curves.start, segments),
        ("end", curves.end, segments),
        ("base", curves.base, segments[:1]),
    ):
        if array.shape != shape:
            problem = say("{array} has the shape {shape}", array=name, shape=str(array.shape))
            raise InputError.at(problem, fix=say("{shape} is needed", shape=str(shape)))


def _check_numbers(curves: Curves) -> None:
    for name in ("knots", "start", "end", "base"):
        array = getattr(curves, name)
        if not np.isfinite(array).all():
            row = int(np.argwhere(~np.isfinite(array))[0][0])
            raise not_finite(curves.cells[row], name)
    if (curves.knots[:, 0] < 0.0).any():
        row = int(np.argmax(curves.knots[:, 0] < 0.0))
        cell, start = place(curves.cells[row]), amount_shown(curves.knots[row, 0])
        problem = say("the curve of {cell} starts at spend {spend}", cell=cell, spend=start)
        raise InputError.at(problem, fix=say("spend must be 0 or more"))
    back = (curves.knots[:, 1:] < curves.knots[:, :-1]).any(axis=1)
    if back.any():
        problem = say("the curve of {cell} has spend that goes back", cell=place(curves.cells[int(np.argmax(back))]))
        raise InputError.at(problem, fix=say("sort its points by spend"))
    falls = (curves.start < 0.0) | (curves.end < 0.0)
    if falls.any():
        row, k = (int(i) for i in np.argwhere(falls)[0])
        raise falling(curves.cells[row], curves.knots[row, k], curves.knots[row, k + 1])


def _points_of(cell: Cell, spend: object, value: object) -> tuple[Floats, Floats]:
    s, v = np.asarray(spend, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if s.ndim != 1 or s.shape != v.shape or len(s) < 2:
        spends, values = number(s.size), number(v.size)
        problem = say(
            "the curve of {cell} has {spends} spends and {values} values",
            cell=place(cell),
            spends=spends,
            values=values,
        )
        raise InputError.at(problem, fix=say("at least two points are needed"))
    if not (np.isfinite(s).all() and np.isfinite(v).all()):
        raise not_finite(cell)
    if (np.diff(s) <= 0.0).any():
        at = int(np.argmax(np.diff(s) <= 0.0))
        after, before = amount_shown(s[at + 1]), amount_shown(s[at])
        problem = say(
            "the curve of {cell} has spend {spend} after {before}", cell=place(cell), spend=after, before=before
        )
        raise InputError.at(problem, fix=say("spend must rise"))
    _check_values([cell], s[None], v[None], np.zeros((1, len(s))))
    return s, v


def _check_values(cells: Sequence[Cell], knots: Floats, values: Floats, slopes: Floats) -> None:
    if not knots.shape == values.shape == slopes.shape or knots.ndim != 2 or len(cells) != len(knots):
        problem = say(
            "knots, values and slopes have the shapes {knots}, {values} and {slopes}",
            knots=str(knots.shape),
            values=str(values.shape),
            slopes=str(slopes.shape),
        )
        raise InputError.at(problem, fix=say("all three must be (cells, knots)"))
    bad = ~(np.isfinite(knots) & np.isfinite(values) & np.isfinite(slopes)).all(axis=1)
    if bad.any():
        raise not_finite(cells[int(np.argmax(bad))])
    falls = np.diff(values, axis=1) < -ROUNDING * np.abs(values).max(axis=1, keepdims=True)
    if falls.any():
        row, k = (int(i) for i in np.argwhere(falls)[0])
        raise falling(cells[row], knots[row, k], knots[row, k + 1])


def _spline(knots: Floats, values: Floats, slopes: Floats) -> tuple[Floats, Floats, Floats]:
    """Knots (C, 2K - 1), start and end (C, 2K - 2) of the shape-preserving quadratic spline (Schumaker, 1983)."""
    width = np.diff(knots, axis=1)
    wide = width > 0.0
    mean = np.maximum(np.diff(values, axis=1), 0.0) / np.where(wide, width, 1.0)
    mean = level_padding(knots, mean, mean)[0]
    slope = _slopes_kept_in_shape(np.maximum(slopes, 0.0), mean)
    left, right = slope[:, :-1], slope[:, 1:]
    rise, drop = left - mean, right - mean
    # One bend inside the interval: the slopes stand on both sides of the mean; the middle slope lies between them.
    one_bend = rise * drop < 0.0
    spread = np.where(one_bend, right - left, 1.0)
    near_left = np.abs(drop) < np.abs(rise)
    share = np.where(near_left, drop / spread, 1.0 + rise / spread)
    # Two bends: both slopes on one side of the mean; keep the middle slope >= 0 by capping them at twice the mean.
    shaped = _monotone_neighbours(mean)
    straight = ~one_bend & (shaped | (mean == 0.0))
    left = np.where(one_bend, left, np.where(straight, mean, np.minimum(left, 2.0 * mean)))
    right = np.where(one_bend, right, np.where(straight, mean, np.minimum(right, 2.0 * mean)))
    share = np.where(one_bend, np.clip(share, 0.0, 1.0), 0.5)
    middle = np.maximum(2.0 * mean - share * left - (1.0 - share) * right, 0.0)
    middle = np.where(one_bend, np.clip(middle, np.minimum(left, right), np.maximum(left, right)), middle)
    inner = np.clip(knots[:, :-1] + share * width, knots[:, :-1], knots[:, 1:])
    return _interleave(knots, inner), _pairs(left, middle), _pairs(middle, right)


def _slopes_kept_in_shape(slopes: Floats, mean: Floats) -> Floats:
    """Between two mean slopes where the data bend one way; elsewhere as given."""
    shaped = _monotone_neighbours(mean)
    inside = np.clip(slopes[:, 1:-1], np.minimum(mean[:, :-1], mean[:, 1:]), np.maximum(mean[:, :-1], mean[:, 1:]))
    kept = slopes.copy()
    both = shaped[:, :-1] & shaped[:, 1:]
    kept[:, 1:-1] = np.where(both, inside, slopes[:, 1:-1])
    if mean.shape[1] > 1:
        concave_first = mean[:, 0] >= mean[:, 1]
        first = np.where(concave_first, np.maximum(slopes[:, 0], mean[:, 0]), np.minimum(slopes[:, 0], mean[:, 0]))
        kept[:, 0] = np.where(shaped[:, 0], first, slopes[:, 0])
        concave_last = mean[:, -2] >= mean[:, -1]
        last = np.where(concave_last, np.minimum(slopes[:, -1], mean[:, -1]), np.maximum(slopes[:, -1], mean[:, -1]))
        kept[:, -1] = np.where(shaped[:, -1], last, slopes[:, -1])
    return kept


def _monotone_neighbours(mean: Floats) -> NDArray[np.bool_]:
    """(C, K - 1) whether the mean slopes of an interval and its two neighbours only fall or only rise."""
    padded = np.concatenate([mean[:, :1], mean, mean[:, -1:]], axis=1)
    change = np.diff(padded, axis=1)
    level = np.abs(change) <= ROUNDING * np.maximum(padded[:, 1:], padded[:, :-1])
    sign = np.where(level, 0.0, np.sign(change))
    return np.asarray(sign[:, :-1] * sign[:, 1:] >= 0.0, dtype=np.bool_)


def _interleave(outer: Floats, inner: Floats) -> Floats:
    result = np.empty((outer.shape[0], outer.shape[1] + inner.shape[1]))
    result[:, 0::2], result[:, 1::2] = outer, inner
    return result


def _pairs(first: Floats, second: Floats) -> Floats:
    return np.stack([first, second], axis=2).reshape(first.shape[0], -1)
