"""Reconciliation: revenue that the networks credit to their ads, against revenue in the books, by fiscal period.

Both are of the same days. Networks go on crediting revenue to days of the newest weeks, so what is attributed to those
is told apart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.finance.books import Books, Entry
from optimizer.finance.definitions import ratio
from optimizer.history.panel import Floats
from optimizer.history.weeks import monday
from optimizer.language.message import day as told
from optimizer.language.message import say
from optimizer.planning.money import CENTS, WHOLE_CURRENCIES
from optimizer.planning.plain_values import meant
from optimizer.response.reporting import AGES

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.fiscal import FiscalCalendar, Period

WEEK = 7  # days
LATE_DAYS = AGES * WEEK  # before the end of a history that networks may still credit revenue to


@dataclass(frozen=True)
class Reconciled:
    """One period, of one network or of all.

    Attributes
    ----------
    period : str
        Name of the fiscal period; "" for all of them.
    network : str
        "" for all.
    first, last : date
        Days that are compared, both ends counted.
    booked, attributed : float
        Account currency.
    late_days : int
        Of the days compared, those of the newest weeks of the history, to which networks may still credit revenue.
    late : float
        What of `attributed` is of those days.
    """

    period: str
    network: str
    first: dt.date
    last: dt.date
    booked: float
    attributed: float
    late_days: int
    late: float

    @property
    def difference(self) -> float:
        """Attributed less booked, account currency."""
        return self.attributed - self.booked

    @property
    def ratio(self) -> float:
        """Attributed over booked; NaN where nothing was booked."""
        return ratio(self.attributed, self.booked)


@dataclass(frozen=True)
class Reconciliation:
    """Attributed against booked revenue.

    Attributes
    ----------
    rows : tuple of Reconciled
        By period, then network.
    total : Reconciled
    currency : str
    decimals : int
        Of amounts.
    shared_out : bool
        Whether weekly figures of the history were shared among their days, a seventh each.
    unread : tuple of str
        Columns of the books that were not read.
    """

    rows: tuple[Reconciled, ...]
    total: Reconciled
    currency: str
    decimals: int
    shared_out: bool
    unread: tuple[str, ...] = ()


def reconcile(history: History, calendar: FiscalCalendar, books: Books) -> Reconciliation:
    """Hold what the networks claim against what was booked.

    Parameters
    ----------
    history : History
        With revenue.
    calendar : FiscalCalendar
        Whose periods are compared, and whose names the books use.
    books : Books

    Raises
    ------
    InputError
        The history has no revenue; or the books are in another currency, name a period or network that is not known,
        reach past the days of the history, or book something twice.
    """
    if "revenue" not in history.outcomes:
        problem = say("there is no attributed revenue to hold against the books")
        raise InputError.at(problem, file=history.file, fix=say("give a history with a column revenue"))
    claimed = _Claimed.of(history)
    _check_currency(history, books)
    _check_networks(claimed, books)
    parts: dict[tuple[Period, str], list[Entry]] = {}
    for entry, period in zip(books.entries, _periods(claimed, calendar, books), strict=True):
        parts.setdefault((period, entry.network), []).append(entry)
    decimals = 0 if history.currency in WHOLE_CURRENCIES else CENTS
    spans = _spans(books)
    rows = tuple(
        _row(claimed, (period, network), parts[period, network], spans, decimals)
        for period, network in sorted(parts, key=lambda key: (key[0].first, key[1]))
    )
    return Reconciliation(
        rows, _total(rows, decimals), history.currency, decimals, history.frequency == "weekly", books.unread
    )


@dataclass(frozen=True, eq=False)
class _Claimed:
    """Attributed revenue by network and day.

    Attributes
    ----------
    first, last : date
        Days that the history covers.
    revenue : mapping of network to float array, shape (D,)
    """

    first: dt.date
    last: dt.date
    revenue: Mapping[str, Floats]

    @classmethod
    def of(cls, history: History) -> _Claimed:
        """Sum a history by day; a weekly row is shared among its days."""
        days = history.table["date"].to_numpy().astype("datetime64[D]")
        weekly = history.frequency == "weekly"
        length = WEEK if weekly else 1
        days = monday(days) if weekly else days
        first, last = days.min(), days.max() + np.timedelta64(length - 1, "D")
        places = (days - first).astype(np.int64)
        amounts = np.nan_to_num(history.table["revenue"].to_numpy(dtype=np.float64)) / length
        networks = history.table["network"].to_numpy(dtype=object)
        revenue = {}
        for name in sorted(set(networks)):
            own = networks == name
            by_day = np.zeros(int((last - first).astype(int)) + 1)
            for later in range(length):
                np.add.at(by_day, places[own] + later, amounts[own])
            revenue[str(name)] = by_day
        return cls(first.item(), last.item(), revenue)

    def between(self, first: dt.date, last: dt.date, network: str) -> float:
        """Revenue from one day to another, of one network or ("") of all."""
        days = slice(max((first - self.first).days, 0), max((last - self.first).days + 1, 0))
        return math.fsum(float(one[days].sum()) for name, one in self.revenue.items() if network in ("", name))


def _check_currency(history: History, books: Books) -> None:
    if books.currency and history.currency and books.currency != history.currency:
        problem = say(
            "the books are in {theirs} and the history is in {own}", theirs=books.currency, own=history.currency
        )
        fix = say("give booked revenue in {own}", own=history.currency)
        raise InputError.at(problem, file=books.file, column="currency", fix=fix)


def _check_networks(claimed: _Claimed, books: Books) -> None:
    known = list(claimed.revenue)
    for entry in books.entries:
        if entry.network and entry.network not in known:
            problem = say("the history has no network {name}", name=entry.network)
            fix = meant(entry.network, known)
            raise InputError.at(problem, file=books.file, row=entry.row, column="network", fix=fix)


def _periods(claimed: _Claimed, calendar: FiscalCalendar, books: Books) -> list[Period]:
    """The period of each entry; each is within the days of the history, and none is booked twice."""
    seen: dict[tuple[object, str], int] = {}
    found = []
    for entry in books.entries:
        what: str
        if entry.day is not None:
            period, column, what = calendar.period_of(entry.day), "date", told(entry.day)
            first = last = entry.day
        else:
            period, column = _named(calendar, books, entry), "period"
            first, last, what = period.first, period.last, period.name
        key = (entry.day or period.name, entry.network)
        if key in seen:
            problem = say("{what} is booked in row {other} already", what=what, other=str(seen[key]))
            fix = say("keep one line for it, or name the network of each")
            raise InputError.at(problem, file=books.file, row=entry.row, column=column, fix=fix)
        seen[key] = entry.row
        if last > claimed.last:
            problem = say("{what} is not closed: the history ends on {last}", what=what, last=told(claimed.last))
            fix = say("leave it out until the history covers it")
            raise InputError.at(problem, file=books.file, row=entry.row, column=column, fix=fix)
        if first < claimed.first:
            problem = say("{what} is not covered: the history begins on {first}", what=what, first=told(claimed.first))
            raise InputError.at(problem, file=books.file, row=entry.row, column=column, fix=say("leave it out"))
        found.append(period)
    return found


def _named(calendar: FiscalCalendar, books: Books, entry: Entry) -> Period:
    """The period of a name, told with its file and row where there is none."""
    try:
        return calendar.named(entry.period)
    except InputError:
        problem = say("period {name} is not known to the calendar {kind}", name=entry.period, kind=calendar.kind)
        fix = say("write a period such as {example}", example=calendar.period_of(dt.date(2026, 11, 15)).name)
        raise InputError.at(problem, file=books.file, row=entry.row, column="period", fix=fix) from None


def _spans(books: Books) -> tuple[dt.date, dt.date] | None:
    """First and last day that the books name; None where they name periods."""
    days = [entry.day for entry in books.entries if entry.day is not None]
    return (min(days), max(days)) if days else None


def _row(
    claimed: _Claimed,
    where: tuple[Period, str],
    entries: Sequence[Entry],
    span: tuple[dt.date, dt.date] | None,
    decimals: int,
) -> Reconciled:
    """One period of one network, or of all."""
    period, network = where
    first, last = period.first, period.last
    if span is not None:  # books by day: a day between the first and the last without a line is one without sales
        first, last = max(first, span[0]), min(last, span[1])
    newest = max(first, claimed.last - dt.timedelta(days=LATE_DAYS - 1))
    late_days = max((last - newest).days + 1, 0)
    return Reconciled(
        period.name,
        network,
        first,
        last,
        round(math.fsum(entry.amount for entry in entries), decimals),
        round(claimed.between(first, last, network), decimals),
        late_days,
        round(claimed.between(newest, last, network), decimals) if late_days else 0.0,
    )


def _total(rows: Sequence[Reconciled], decimals: int) -> Reconciled:
    """All rows together."""
    late = {row.period: row.late_days for row in rows}
    booked, attributed, of_late = (
        round(math.fsum(getattr(row, name) for row in rows), decimals) for name in ("booked", "attributed", "late")
    )
    first, last = min(row.first for row in rows), max(row.last for row in rows)
    return Reconciled("", "", first, last, booked, attributed, sum(late.values()), of_late)
