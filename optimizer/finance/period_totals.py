"""Period totals: plan, actual and forecast by calendar month and fiscal period, to the cent.

The plan is that of the record. The forecast is what is known today: actuals where a week has come, grown by what is not
reported yet, and the plan for the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.periods import period_cents, period_sums
from optimizer.finance.variance import told_weeks
from optimizer.history.panel import Floats
from optimizer.planning.fiscal import DAYS, MONTH, FiscalCalendar, Period, day_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.finance.actuals import Actuals
    from optimizer.finance.record import Record

FISCAL = "fiscal"
SPEND, REVENUE, CONVERSIONS = "spend", "revenue", "conversions"
MEASURES = (SPEND, REVENUE, CONVERSIONS)


@dataclass(frozen=True)
class Amount:
    """One measure in one period; NaN where not known.

    Attributes
    ----------
    plan, actual, forecast : float
        Money in the account currency, revenue as the networks credit it.
    """

    plan: float
    actual: float
    forecast: float


@dataclass(frozen=True)
class PeriodTotal:
    """One row.

    Attributes
    ----------
    calendar : "month" or "fiscal"
    period : Period
    network : str
        "" for all networks.
    days, days_come : int
        Days of the plan in the period, and those of them whose week has come.
    amounts : mapping of measure to Amount
        Spend, revenue, and conversions where the plan forecasts them.
    """

    calendar: str
    period: Period
    network: str
    days: int
    days_come: int
    amounts: Mapping[str, Amount]


@dataclass(frozen=True)
class PeriodTotals:
    """Totals of a record.

    Attributes
    ----------
    rows : tuple of PeriodTotal
        By calendar, network (all first) and time. Where fiscal periods are months, they stand once, as months.
    measures : tuple of str
    currency : str
    decimals : int
        Of money.
    """

    rows: tuple[PeriodTotal, ...]
    measures: tuple[str, ...]
    currency: str
    decimals: int

    def of(self, calendar: str, network: str = "") -> tuple[PeriodTotal, ...]:
        """Rows of one calendar for one network, in order of time."""
        return tuple(row for row in self.rows if row.calendar == calendar and row.network == network)

    @property
    def calendars(self) -> tuple[str, ...]:
        """Calendars that it is cut by."""
        return tuple(dict.fromkeys(row.calendar for row in self.rows))

    @property
    def networks(self) -> tuple[str, ...]:
        """Networks, without the row of all."""
        return tuple(dict.fromkeys(row.network for row in self.rows if row.network))


def period_totals(record: Record, actuals: Actuals | None = None) -> PeriodTotals:
    """Plan, actual and forecast of a record by month and fiscal period.

    Every cut adds up: a cell's total is rounded once and shared among the periods of a calendar by its days.

    Parameters
    ----------
    record : Record
    actuals : Actuals, optional
        What came of its weeks; None where nothing has.
    """
    measures = tuple(name for name in MEASURES if name == SPEND or name in record.forecasts)
    weekly = {name: _weekly(record, actuals, name) for name in measures}
    come = np.zeros(len(record.weeks)) if actuals is None else told_weeks(actuals).astype(np.float64)
    rows = []
    for calendar, periods in _calendars(record).items():
        shares = DAYS * day_shares(np.array(record.weeks, dtype="datetime64[D]"), periods)
        days, days_come = shares.sum(axis=1), shares @ come
        summed = {name: [_by_period(record, name, one, periods) for one in sides] for name, sides in weekly.items()}
        for network, cells in _networks(record):
            for p, period in enumerate(periods):
                amounts = {
                    name: Amount(*(_rounded(one[p, cells].sum(), record.decimals) for one in sides))
                    for name, sides in summed.items()
                }
                if not days_come[p]:
                    amounts = {name: Amount(one.plan, np.nan, one.plan) for name, one in amounts.items()}
                rows.append(PeriodTotal(calendar, period, network, round(days[p]), round(days_come[p]), amounts))
    return PeriodTotals(tuple(rows), measures, record.currency, record.decimals)


def _calendars(record: Record) -> dict[str, Sequence[Period]]:
    first, last = (dt.date.fromisoformat(record.weeks[h]) for h in (0, -1))
    months = FiscalCalendar(MONTH).periods(first, last + dt.timedelta(days=DAYS - 1))
    if tuple(months) == tuple(record.periods):
        return {MONTH: months}
    return {MONTH: months, FISCAL: record.periods}


def _networks(record: Record) -> list[tuple[str, NDArray[np.intp]]]:
    """All first, then each network, with the places of its cells."""
    names = sorted({cell.network for cell in record.cells})
    places = {name: [c for c, cell in enumerate(record.cells) if cell.network == name] for name in names}
    found = {"": list(range(len(record.cells))), **(places if len(names) > 1 else {})}
    return [(name, np.array(cells, dtype=np.intp)) for name, cells in found.items()]


def _weekly(record: Record, actuals: Actuals | None, measure: str) -> tuple[Floats, Floats, Floats]:
    """(C, H) each: plan, actual (0 where nothing has come) and forecast."""
    plan = record.spend if measure == SPEND else record.forecasts[measure].mean
    if actuals is None:
        return plan, np.zeros_like(plan), plan
    come = told_weeks(actuals)[None]
    unknown = np.full(plan.shape, np.nan)
    actual = actuals.spend if measure == SPEND else actuals.outcomes.get(measure, unknown)
    final = actual
    if measure != SPEND:
        reported = np.where(np.nan_to_num(actuals.reported) > 0.0, actuals.reported, np.nan)
        final = np.where(np.isfinite(reported), actual / reported, plan)
    return plan, np.where(come, actual, 0.0), np.where(come, final, plan)


def _by_period(record: Record, measure: str, weekly: Floats, periods: Sequence[Period]) -> Floats:
    """(P, C) money to the cent, counts as they are."""
    if measure == CONVERSIONS:
        return period_sums(weekly, record.weeks, periods)
    return period_cents(weekly, record.weeks, periods, record.decimals) / 10.0**record.decimals


def _rounded(amount: float, decimals: int) -> float:
    """A sum of cents without what adding in binary leaves behind."""
    return round(float(amount), max(decimals, 2))
