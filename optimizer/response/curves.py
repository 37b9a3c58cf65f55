"""Curves: expected value and marginal value on weekly spend, one per cell; all that allocation sees.

A curve is piecewise quadratic: between two knots its slope runs in a straight line from `start` to `end`.
That one form holds smooth curves (slopes meet at the knots), straight lines between given points
(start == end in each segment), concave, convex and S-shaped ones; value, slope, the inverse of the slope and
the concave envelope are exact on it, so nothing downstream carries an error of approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Cell, Floats


@dataclass(frozen=True)
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
    """

    cells: tuple[Cell, ...]
    knots: Floats
    start: Floats
    end: Floats
    base: Floats

    def value(self, spend: Floats) -> Floats:
        """(C,) or (C, N) value at weekly spend of the same shape, inside the knots' range."""
        raise NotImplementedError

    def slope(self, spend: Floats) -> Floats:
        """(C,) or (C, N) marginal value per unit of spend (right derivative; at the last knot the left one)."""
        raise NotImplementedError
