"""Bridge and period totals as workbooks of plain tables, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.finance.period_totals import FISCAL, PeriodTotals
from optimizer.finance.variance_files import CONTENT_TYPE, NETWORK, PERIOD, Part, bridge_parts, is_money
from optimizer.finance.variance_text import bridge_notes, bridge_sentence, step_definition
from optimizer.language.catalogue import network_name
from optimizer.language.message import Message, say
from optimizer.reports.book import Book, Column, Value
from optimizer.reports.words import outcome_title

if TYPE_CHECKING:
    from optimizer.finance.variance import Bridge
    from optimizer.language.catalogue import Speaker


def bridge_xlsx(bridge: Bridge, speaker: Speaker) -> bytes:
    """A bridge as a workbook: what each step brought or took in each part, and what the steps mean.

    Parameters
    ----------
    bridge : Bridge
    speaker : Speaker
        Says titles and sentences in the reader's language.
    """
    book = Book(speaker)
    cents = bridge.decimals
    columns = [
        Column(say("Part")),
        Column(say("Name")),
        Column(say("Planned revenue"), cents),
        *(Column(step_definition(step).name, cents) for step in bridge.steps),
        Column(say("Actual revenue"), cents),
        Column(say("Left over"), cents),
        Column(say("Currency")),
    ]
    rows = [_bridge_row(part, bridge.currency, speaker) for part in bridge_parts(bridge)]
    book.sheet(say("Bridge"), columns, rows, below=(bridge_sentence(bridge), *bridge_notes(bridge)))
    meanings = [[step_definition(step).name, step_definition(step).formula] for step in bridge.steps]
    book.sheet(say("Meaning of the steps"), [Column(say("Step")), Column(say("What it means"), wrapped=True)], meanings)
    return book.finish()


def part_kind(kind: str) -> Message:
    """What a part of a bridge is called."""
    return {
        PERIOD: say("Period"),
        NETWORK: say("Network"),
        CONTENT_TYPE: say("Content type"),
    }.get(kind) or say("All")


def part_name(part: Part, speaker: Speaker) -> str:
    """The name of a part as people write it."""
    if part.kind == NETWORK:
        return network_name(part.name)
    return speaker.content(part.name) if part.kind == CONTENT_TYPE else part.name


def _bridge_row(part: Part, currency: str, speaker: Speaker) -> list[Value]:
    leg = part.leg
    name = part_name(part, speaker)
    return [part_kind(part.kind), name, leg.plan, *leg.steps.values(), leg.actual, leg.residual, currency]


def totals_xlsx(totals: PeriodTotals, speaker: Speaker) -> bytes:
    """Period totals as a workbook: one sheet per calendar, and one by network.

    Parameters
    ----------
    totals : PeriodTotals
    speaker : Speaker
        Says titles in the reader's language.
    """
    book = Book(speaker)
    for calendar in totals.calendars:
        title = say("Fiscal periods") if calendar == FISCAL else say("Months")
        book.sheet(title, _total_columns(totals), _total_rows(totals, calendar, ("",)), below=_total_notes())
    if totals.networks:
        named = _total_rows(totals, totals.calendars[-1], totals.networks)
        book.sheet(say("By network"), _total_columns(totals), named)
    return book.finish()


def _total_columns(totals: PeriodTotals) -> list[Column]:
    columns = [
        Column(say("Period")), Column(say("From")), Column(say("To")), Column(say("Network")),
        Column(say("Days of the plan")), Column(say("Days that have come")),
    ]  # fmt: skip
    for name in totals.measures:
        digits = totals.decimals if is_money(name) else 1
        title = say("Spend") if name == "spend" else outcome_title(name)
        columns += [
            Column(say("{measure}: plan", measure=title), digits),
            Column(say("{measure}: actual", measure=title), digits),
            Column(say("{measure}: forecast", measure=title), digits),
        ]
    return [*columns, Column(say("Currency"))]


def _total_rows(totals: PeriodTotals, calendar: str, networks: tuple[str, ...]) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for network in networks:
        for row in totals.of(calendar, network):
            figures = [amount for name in totals.measures for amount in vars(row.amounts[name]).values()]
            named = network_name(network) if network else say("All")
            period = row.period
            days: list[Value] = [period.name, period.first, period.last, named, row.days, row.days_come]
            rows.append([*days, *figures, totals.currency])
    return rows


def _total_notes() -> tuple[Message, ...]:
    return (
        say("Revenue is what the networks credit to their ads."),
        say("Forecast: actuals where a week has come, grown by what is not reported yet, and the plan for the rest."),
    )
