"""What the live workbook computes, in Python: the facts its formulas start from, and what each of them comes to.

A cell's revenue on weekly spend s over the weeks of the plan is::

    idle + timing x (curve(s) - idle)

with idle = curve(0). Between its knots the curve is a cubic that rises where they rise (Fritsch and Carlson, 1980). It
is that of the same spend every week; timing is 1 where a plan spends so, and else what its own pattern of weeks brings
for that. Incremental revenue is that less idle, both in cents, times the network's factor. Everything follows the
statement: a cell's total is rounded once, periods share it by cumulative rounding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.statement import Cents, cents
from optimizer.finance.terms import Terms, terms_of
from optimizer.history.panel import Cell, Floats
from optimizer.planning.economics import WEEKS_PER_MONTH
from optimizer.planning.fiscal import day_shares
from optimizer.planning.settings import Settings, settings_of

if TYPE_CHECKING:
    from optimizer.finance.record import Record

PLAN, TODAY = "plan", "today"
SIDES = (PLAN, TODAY)
REVENUE = ("attributed_revenue", "not_incremental", "incremental_revenue")
SPENT = ("media", "production", "team", "tools", "agency")
DIGITS = 6  # significant ones of a value per conversion, so that what is read is what is reckoned with
FINE = 11  # significant digits of weekly spend beyond the first; spreadsheets have 15
HALF = 0.5  # of a cent: what rounding takes or gives at most
EDGE = 1e-4  # of a cent: how far from a rounding edge a figure must be to count as the same


@dataclass(frozen=True, eq=False)
class Model:
    """A record in the terms of its workbook; C cells, P periods, K knots, U units.

    Units are the cells, then one per content type for its production, then one for what no place bears.

    Attributes
    ----------
    record : Record
    terms : Terms
    settings : Settings
    production : mapping of content type to (float, float)
        Cost of one asset, and assets a plan needs; every content type of the plan.
    worth : float array, shape (C,)
        Revenue per conversion at the planned spend; NaN where there are no conversions.
    """

    record: Record
    terms: Terms
    settings: Settings
    production: Mapping[str, tuple[float, float]]
    worth: Floats
    _kept: dict[str, Floats] = field(default_factory=dict, repr=False)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Places of the plan."""
        return self.record.cells

    @property
    def scale(self) -> float:
        """Smallest units in one unit of the currency."""
        return float(10**self.record.decimals)

    @cached_property
    def networks(self) -> tuple[str, ...]:
        """Networks in order of their names."""
        return tuple(sorted({cell.network for cell in self.cells}))

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Content types in order of their names."""
        return tuple(sorted({cell.content_type for cell in self.cells}))

    @cached_property
    def units(self) -> tuple[Cell, ...]:
        """Who bears an amount."""
        return (*self.cells, *(Cell("", kind) for kind in self.kinds), Cell("", ""))

    @cached_property
    def costs(self) -> tuple[str, ...]:
        """Lines that are shares of revenue, in the order of the statement."""
        order = ("returns", "cost_of_goods", "variable_costs", "all_variable_costs")
        return tuple(name for name in order if name in self.terms.shares)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Every line of the statement, those that are 0 among them, since an input may bring them to life."""
        costs = list(self.costs)
        if "returns" in costs:
            costs.insert(1, "net_revenue")
        return (*REVENUE, *costs, "contribution", *SPENT, "marketing_contribution")

    @property
    def weeks(self) -> int:
        """Weeks of the plan."""
        return len(self.record.weeks)

    @property
    def months(self) -> float:
        """The same in months."""
        return self.weeks / WEEKS_PER_MONTH

    def spend(self, side: str) -> Floats:
        """(C,) spend over all weeks, without what adding in binary leaves behind."""
        weekly = self.record.spend if side == PLAN else self.record.baseline
        return np.asarray(np.round(weekly.sum(axis=1), self.record.decimals + 6) + 0.0)

    @cached_property
    def fine(self) -> int:
        """Digits after the point of weekly spend: few enough that every spreadsheet finds it among the knots."""
        largest = float(self.record.curves.spend.max())
        return max(FINE - math.floor(math.log10(largest)), 0) if largest > 0.0 else 0

    @cached_property
    def knots(self) -> Floats:
        """(C, K) weekly spend of the curves."""
        return rounded(self.record.curves.spend, self.fine)

    def weekly(self, spend: Floats) -> Floats:
        """(C,) spend a week, of what is spent over all weeks."""
        return rounded(spend / self.weeks, self.fine)

    def cents(self, side: str, line: str) -> Cents:
        """(P, U) a line of the record's statement; 0 where it does not have it."""
        statement = self.record.statement
        held = (statement.plan if side == PLAN else statement.baseline).get(line)
        whole = np.zeros((len(self.record.periods), len(self.units)), dtype=np.int64)
        if held is None:
            return whole
        for u, unit in enumerate(statement.units):
            whole[:, self.units.index(unit)] += held[:, u]
        return whole

    def amount(self, side: str, line: str) -> float:
        """A line over all periods and units, account currency."""
        return int(self.cents(side, line).sum()) / self.scale

    @cached_property
    def idle(self) -> Floats:
        """(C,) revenue of the plan's weeks without any spend."""
        return np.asarray(self.record.curves.revenue[:, 0])

    def segment(self, side: str) -> Floats:
        """(C,) knot below the weekly spend, counted from 1, and never the last."""
        return self.segment_of(self.spend(side))

    def segment_of(self, spend: Floats) -> Floats:
        """(C,) the same for any spend over all weeks."""
        found = zip(self.knots, self.weekly(spend), strict=True)
        below = np.array([np.searchsorted(x, s, side="right") for x, s in found])
        return np.asarray(np.clip(below, 1, self.knots.shape[1] - 1), dtype=np.float64)

    def fraction(self, side: str) -> Floats:
        """(C,) how far on the way to the next knot it is, up to 1."""
        return self.fraction_of(self.spend(side))

    def fraction_of(self, spend: Floats) -> Floats:
        """(C,) the same for any spend over all weeks."""
        rows, below = np.arange(len(self.cells)), self.segment_of(spend).astype(np.intp) - 1
        start, end = self.knots[rows, below], self.knots[rows, below + 1]
        return np.minimum((self.weekly(spend) - start) / (end - start), 1.0)

    def on_curve(self, side: str, values: Floats) -> Floats:
        """(C,) what the curve with these values (C, K) says at the weekly spend."""
        return self.on_curve_of(self.spend(side), values)

    def on_curve_of(self, spend: Floats, values: Floats) -> Floats:
        """(C,) the same for any spend over all weeks."""
        way, (start, end, leaving, arriving) = self.fraction_of(spend), self.ends_of(spend, values)
        rise = end - start
        bend = rise - leaving + (way - 1.0) * (leaving + arriving - rise - rise)
        return np.asarray(start + way * (leaving + way * bend))

    def ends_of(self, spend: Floats, values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """The curve at the knots on either side (C,), and its slopes there times the distance between them."""
        rows, below = np.arange(len(self.cells)), self.segment_of(spend).astype(np.intp) - 1
        wide = self.knots[rows, below + 1] - self.knots[rows, below]
        slopes = slopes_of(self.knots, values)
        return values[rows, below], values[rows, below + 1], slopes[rows, below] * wide, slopes[rows, below + 1] * wide

    @cached_property
    def slopes(self) -> Floats:
        """(C, K) slopes of revenue at the knots."""
        return slopes_of(self.knots, self.record.curves.revenue)

    def timing(self, side: str) -> Floats:
        """(C,) gain of a side's own pattern of weeks over that of the same spend every week; 1 where it is the same.

        It lies where it gives back the attributed revenue of the record to the cent; incremental revenue follows.
        """
        if side in self._kept:
            return self._kept[side]
        gain = self.on_curve(side, self.record.curves.revenue) - self.idle
        told = self.cents(side, REVENUE[0])[:, : len(self.cells)].sum(axis=0)
        found = np.ones(len(self.cells))
        for c in np.flatnonzero(gain > 0.0):
            # Revenue gained, in cents, of which the record has the rounding.
            mid, usual = float(told[c]) - float(self.idle[c]) * self.scale, float(gain[c]) * self.scale
            if abs(usual - mid) > HALF - EDGE:
                found[c] = mid / usual
        self._kept[side] = found
        return found

    @cached_property
    def days(self) -> Floats:
        """(P, H) share of each week's days in each period."""
        weeks = np.array(self.record.weeks, dtype="datetime64[D]")
        return np.asarray(day_shares(weeks, self.record.periods))

    def running(self, side: str, line: str) -> Floats:
        """(P, C) share of a cell's total that has come by the end of each period.

        Of spend as it is planned by the week; of revenue as the record's statement says it, by days where it says none.
        """
        by_days = np.repeat(np.cumsum(self.days.sum(axis=1) / self.weeks)[:, None], len(self.cells), axis=1)
        if line == "media":
            weekly = self.record.spend if side == PLAN else self.record.baseline
            come = np.cumsum(self.days @ np.maximum(weekly, 0.0).T, axis=0)
        else:
            come = np.cumsum(self.cents(side, line)[:, : len(self.cells)], axis=0).astype(np.float64)
        whole = come[-1]
        found = np.where(whole != 0.0, come / np.where(whole != 0.0, whole, 1.0), by_days)
        found[-1] = 1.0
        return np.asarray(found)

    def overhead_running(self) -> Floats:
        """(P,) share of the plan's days that have passed by the end of each period."""
        passed = np.cumsum(self.days.sum(axis=1))
        found = np.asarray(passed / passed[-1])
        found[-1] = 1.0
        return found


def model_of(record: Record) -> Model:
    """What a record's workbook reckons with.

    Raises
    ------
    InputError
        The settings of the record do not make a statement.
    """
    settings = settings_of(record.origin.settings, record.name)
    kinds = sorted({cell.content_type for cell in record.cells})
    return Model(
        record=record,
        terms=terms_of(settings, record.cells, with_revenue=True),
        settings=settings,
        production={
            kind: (float(settings.production.get(kind, 0.0)), float(settings.assets.get(kind, 1))) for kind in kinds
        },
        worth=_worth(record),
    )


def _worth(record: Record) -> Floats:
    """(C,) revenue per conversion at the planned spend, else at the largest of the curve, else NaN."""
    curves = record.curves
    found = np.full(len(record.cells), math.nan)
    if curves.conversions is None:
        return found
    for c, weekly in enumerate(record.spend.mean(axis=1)):
        nearest = int(np.argmin(np.abs(curves.spend[c] - weekly)))
        for knot in (nearest, -1):
            if curves.conversions[c, knot] > 0.0 and curves.revenue[c, knot] > 0.0:
                found[c] = float(f"{curves.revenue[c, knot] / curves.conversions[c, knot]:.{DIGITS}g}")
                break
    return found


def slopes_of(knots: Floats, values: Floats) -> Floats:
    """(C, K) slopes at the knots with which cubics between them neither overshoot nor turn.

    Examples
    --------
    >>> slopes_of(np.array([[0.0, 1.0, 2.0]]), np.array([[0.0, 2.0, 2.0]])).tolist()
    [[3.0, 0.0, 0.0]]
    """
    from scipy.interpolate import PchipInterpolator

    return np.stack([PchipInterpolator(x, y).derivative()(x) for x, y in zip(knots, values, strict=True)])


def rounded(amounts: Floats, decimals: int) -> Floats:
    """Amounts in whole smallest units of the currency, as spreadsheets round.

    Examples
    --------
    >>> rounded(np.array([0.125]), 2).tolist()
    [0.13]
    """
    scale = 10.0**decimals
    return np.asarray(cents(np.asarray(amounts, dtype=np.float64), scale) / scale)
