"""Programme: columns and rows of a linear programme in which some columns must be whole numbers.

The first columns are the weekly spends of the cells; what follows are the pieces they are made of and the decisions.
Every row knows which rule it stands for, so that duals become prices of rules and slack becomes a repair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from optimizer.allocation.pieces import Region, segments

Terms: TypeAlias = list[tuple[int, float]]  # column and coefficient
NOBODY = -2  # owner of rows that only tie columns together
BUDGET = -1  # owner of the row of the budget; rules own rows by their place


@dataclass(frozen=True)
class Row:
    """``low <= terms <= high``; one of the two may be infinite."""

    terms: Terms
    low: float
    high: float
    owner: int


@dataclass
class Expression:
    """A sum of columns and a constant."""

    terms: Terms = field(default_factory=list)
    constant: float = 0.0


@dataclass
class Programme:
    """Columns and rows to be maximised over.

    Attributes
    ----------
    lower, upper, objective : list of float
        Per column.
    integer : list of bool
    rows : list of Row
    constant : float
        Added to the objective.
    fixed : float
        The part of it that comes from fixed costs which nothing avoids.
    slack : dict of int to int
        Column by which the rows of an owner may be missed.
    use : list of Expression
        Per cell 1 where it is in use, 0 where not.
    region_columns : list of list of int
        Per cell the columns that say which region it is in; empty where there is only one.
    pieces : dict of int to terms
        The segments of the region that such a column stands for.
    """

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    objective: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    constant: float = 0.0
    fixed: float = 0.0
    slack: dict[int, int] = field(default_factory=dict)
    use: list[Expression] = field(default_factory=list)
    region_columns: list[list[int]] = field(default_factory=list)
    pieces: dict[int, Terms] = field(default_factory=dict)

    def column(self, lower: float, upper: float, objective: float = 0.0, *, integer: bool = False) -> int:
        """Add a column; returns its place."""
        self.lower.append(float(lower))
        self.upper.append(float(upper))
        self.objective.append(float(objective))
        self.integer.append(integer)
        return len(self.lower) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float, high: float, owner: int = NOBODY) -> None:
        """Add a row, as two where both its limits are finite and differ; an owner with slack may miss it."""
        own = [(k, float(a)) for k, a in terms if a]
        spare = self.slack.get(owner)
        if spare is not None or low < high:
            if low > -np.inf:
                self.rows.append(Row([*own, (spare, 1.0)] if spare is not None else own, float(low), np.inf, owner))
            if high < np.inf:
                self.rows.append(Row([*own, (spare, -1.0)] if spare is not None else own, -np.inf, float(high), owner))
        else:
            self.rows.append(Row(own, float(low), float(high), owner))

    def at_most(self, expression: Expression, high: float, owner: int = NOBODY) -> None:
        """Add ``expression <= high``."""
        self.row(_joined(expression.terms), -np.inf, high - expression.constant, owner)

    def add_cells(self, regions: list[list[Region]], *, spare: float = 0.0) -> None:
        """Add the cells, each made of its regions, with the goal's lines as objective.

        Parameters
        ----------
        regions : list of list of Region
            Per cell, at least one.
        spare : float
            Objective per unit of every cell's spend, added to that of the lines.
        """
        for own in regions:
            low, high = min(r.low for r in own), max(r.high for r in own)
            self.column(low, high, spare)
        for cell, own in enumerate(regions):
            if len(own) == 1:
                self.region_columns.append([])
                self.use.append(Expression([], 0.0 if own[0].off else 1.0))
                self.row([(cell, -1.0), *self._add_region(own[0], None)], -own[0].low, -own[0].low)
                continue
            chosen = [self.column(0.0, 1.0, integer=True) for _ in own]
            self.region_columns.append(chosen)
            self.row([(z, 1.0) for z in chosen], 1.0, 1.0)
            used = [(z, 1.0) for z, r in zip(chosen, own, strict=True) if not r.off]
            self.use.append(Expression(used) if len(used) < len(own) else Expression([], 1.0))
            parts: Terms = [(cell, -1.0)]
            for z, region in zip(chosen, own, strict=True):
                self.pieces[z] = self._add_region(region, z)
                parts += [(z, region.low), *self.pieces[z]]
            self.row(parts, 0.0, 0.0)

    def _add_region(self, region: Region, chosen: int | None) -> Terms:
        """Add the segments of one region, and give them back; a cell has one region only if `chosen` is None."""
        width = region.high - region.low
        if not region.lines or not region.lines[0]:
            base, widths, slopes = 0.0, np.array([width]), np.zeros(1)
        else:
            base, widths, slopes = segments(region.lines[0], region.low, region.high)
        if chosen is None:
            self.constant += base
        else:
            self.objective[chosen] += base
        terms: Terms = []
        if width <= 0.0:
            return terms
        for part, slope in zip(widths.tolist(), slopes.tolist(), strict=True):
            piece = self.column(0.0, part, slope)
            terms.append((piece, 1.0))
            if chosen is not None:
                self.row([(piece, 1.0), (chosen, -part)], -np.inf, 0.0)
        return terms

    def below_lines(self, cells: Iterable[int], regions: list[list[Region]], function: int) -> Terms:
        """Columns, one per region of the cells, that stay below the lines of a function; their sum is at most it."""
        result: Terms = []
        for cell in cells:
            for number, region in enumerate(regions[cell]):
                chosen = self.region_columns[cell][number] if self.region_columns[cell] else None
                result.append((self._below(cell, region, chosen, function), 1.0))
        return result

    def _below(self, cell: int, region: Region, chosen: int | None, function: int) -> int:
        """A column below each line of a function: ``slope * spend + height`` while the region is chosen, else 0."""
        column = self.column(-np.inf, np.inf)
        spend = [(cell, 1.0)] if chosen is None else [(chosen, region.low), *self.pieces[chosen]]
        for slope, height in region.lines[function]:
            terms: Terms = [(column, 1.0), *((k, -slope * a) for k, a in spend)]
            if chosen is None:
                self.row(terms, -np.inf, height)
            else:
                self.row(_joined([*terms, (chosen, -height)]), -np.inf, 0.0)
        return column


def _joined(terms: Terms) -> Terms:
    """The same sum with each column named once."""
    total: dict[int, float] = {}
    for column, factor in terms:
        total[column] = total.get(column, 0.0) + factor
    return list(total.items())
