"""Attributed against booked revenue in words and as a template to fill in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from optimizer.finance.reconcile import Reconciled, Reconciliation
from optimizer.planning.fiscal import FiscalCalendar
from optimizer.ui.finance_view import Line
from optimizer.ui.format import day, money, network_name, percent
from optimizer.ui.language import _, n_, speaker

SHOWN_PERIODS = 3  # in the template


@dataclass(frozen=True)
class BooksTable:
    """A reconciliation as a table, and the sentence above it."""

    sentence: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def books_table(found: Reconciliation) -> BooksTable:
    """What the networks claim beside what was booked."""
    by_network = any(row.network for row in found.rows)
    header = (
        _("Period"),
        _("Days"),
        _("Attributed"),
        _("Booked"),
        _("Attributed less booked"),
        _("Attributed / booked"),
    )
    lines = [_line(row, found, by_network) for row in found.rows]
    if len(found.rows) > 1:
        lines.append(_line(found.total, found, by_network, total=True))
    return BooksTable(_sentence(found), header, tuple(lines), tuple(_notes(found)))


def _line(row: Reconciled, found: Reconciliation, by_network: bool, total: bool = False) -> Line:
    name = row.period or _("All")
    if by_network and row.network:
        name = _("{period}, {network}", period=name, network=network_name(row.network))
    digits = found.decimals
    values = (
        _("{first} to {last}", first=day(row.first), last=day(row.last)),
        speaker().number(row.attributed, digits),
        speaker().number(row.booked, digits),
        speaker().number(row.difference + 0.0, digits, sign=True),
        speaker().number(row.ratio, 3) if row.ratio == row.ratio else _("none"),
    )
    return Line(name, "", values, total)


def _sentence(found: Reconciliation) -> str:
    whole = found.total
    claimed, booked = (money(amount, found.currency) for amount in (whole.attributed, whole.booked))
    if whole.booked <= 0.0:
        return _("The networks claim {claimed}, and nothing was booked.", claimed=claimed)
    share = percent(whole.attributed / whole.booked)
    if whole.attributed > whole.booked:
        return _(
            "The networks claim {claimed} of {booked} booked, {share}: more than there was. They count some revenue "
            "twice, or such as is not in these books.",
            claimed=claimed,
            booked=booked,
            share=share,
        )
    return _(
        "The networks claim {claimed} of {booked} booked, {share}; the rest came without them.",
        claimed=claimed,
        booked=booked,
        share=share,
    )


def _notes(found: Reconciliation) -> list[str]:
    notes = []
    if found.total.late_days:
        notes.append(
            n_(
                "{count} day is of the newest weeks, to which networks may still credit revenue: {late} of what they "
                "claim is of it and may rise.",
                "{count} days are of the newest weeks, to which networks may still credit revenue: {late} of what they "
                "claim is of them and may rise.",
                found.total.late_days,
                late=money(found.total.late, found.currency),
            )
        )
    if found.shared_out:
        notes.append(_("The history is by week: a week that lies in two periods is shared among its days alike."))
    if found.unread:
        notes.append(_("Not read: {columns}.", columns=", ".join(found.unread)))
    return notes


def books_frame(found: Reconciliation) -> pd.DataFrame:
    """The same as data."""
    rows = [
        (row.period, row.network, row.first, row.last, row.attributed, row.booked, row.difference, row.ratio,
         row.late_days, row.late, found.currency)
        for row in found.rows
    ]  # fmt: skip
    names = ("period", "network", "first", "last", "attributed", "booked", "difference", "ratio", "late_days", "late")
    return pd.DataFrame(rows, columns=[*names, "currency"])


def books_template(calendar: FiscalCalendar, currency: str, last: dt.date) -> bytes:
    """A CSV to fill in: the newest periods that the history covers to their end."""
    period = calendar.period_of(last)
    if period.last > last:
        period = calendar.period_of(period.first - dt.timedelta(days=1))
    found = [period]
    while len(found) < SHOWN_PERIODS:
        found.append(calendar.period_of(found[-1].first - dt.timedelta(days=1)))
    lines = [f"{one.name},,{currency}" for one in reversed(found)]
    return "\r\n".join(["period,revenue,currency", *lines, ""]).encode()
