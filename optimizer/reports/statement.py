"""A statement with its answers as a workbook of plain tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.finance.definitions import definition
from optimizer.finance.statement_files import rows_of
from optimizer.finance.words import (
    ALL,
    CONTENT_TYPE,
    NETWORK,
    PERIOD,
    cuts_of,
    headline,
    hurdle_sentence,
    shared,
    swing_name,
)
from optimizer.language.catalogue import network_name
from optimizer.language.message import capital, say
from optimizer.reports.book import Book, Column, Shown, Value

if TYPE_CHECKING:
    from optimizer.finance.figures import Figure
    from optimizer.finance.record import Record
    from optimizer.finance.words import Cut
    from optimizer.language.catalogue import Speaker

RATIO_DIGITS, SHARE_DIGITS, UNIT_DIGITS = 4, 2, 4


def statement_xlsx(record: Record, speaker: Speaker, hurdle: float = 0.0) -> bytes:
    """A statement as a workbook: the whole, its periods, networks and content types, answers and sensitivity.

    Parameters
    ----------
    record : Record
    speaker : Speaker
        Says titles and sentences in the reader's language; numbers are numbers.
    hurdle : float
        Hurdle rate, for the sentence that tells whether it is beaten.

    Returns
    -------
    bytes
        An XLSX file; the same record in the same language gives the same bytes.
    """
    book = Book(speaker)
    titles = {
        ALL: say("Statement"),
        PERIOD: say("By period"),
        NETWORK: say("By network"),
        CONTENT_TYPE: say("By content type"),
    }
    below = {ALL: [headline(record), hurdle_sentence(record, hurdle), _reading()]}
    for kind, title in titles.items():
        rows = [row for cut in cuts_of(record.statement) if cut.kind == kind for row in _cut_rows(record, cut, speaker)]
        book.sheet(title, _columns(record, kind, titles[kind]), rows, [one for one in below.get(kind, ()) if one])
    _answers(book, record, speaker)
    _swings(book, record)
    return book.finish()


def _reading() -> str:
    return say(
        "P10 and P90 are of the plan: 8 of 10 results lie between them. Costs are negative. Amounts are without VAT."
    )


def _columns(record: Record, kind: str, title: str) -> list[Column]:
    amounts = (say("Today's split"), say("Plan"), say("Difference"), "P10", "P90")
    part = [] if kind == ALL else [Column(title)]
    return [
        *part,
        Column(say("Line")),
        *(Column(name, record.decimals) for name in amounts),
        Column(say("Currency")),
        Column(say("Definition"), wrapped=True),
    ]


def _cut_rows(record: Record, cut: Cut, speaker: Speaker) -> list[list[Value]]:
    name: list[Value] = [] if cut.kind == ALL else [cut_name(cut, speaker)]
    return [
        [
            *name,
            definition(line).name,
            *(amount + 0.0 for amount in amounts),
            record.currency,
            definition(line).formula,
        ]
        for line, amounts in rows_of(record, cut).items()
    ]


def cut_name(cut: Cut, speaker: Speaker) -> str:
    """A cut as people write it."""
    if cut.network is not None:
        return network_name(cut.network) if cut.network else speaker.tell(capital(shared()))
    if cut.content_type is not None:
        return speaker.content(cut.content_type) if cut.content_type else speaker.tell(capital(shared()))
    return speaker.tell(cut.name)


def _answers(book: Book, record: Record, speaker: Speaker) -> None:
    columns = [
        Column(say("Answer")),
        Column(say("Network")),
        Column(say("Content type")),
        Column(say("Value")),
        Column(say("90 % interval from")),
        Column(say("90 % interval to")),
        Column(say("Unit")),
        Column(say("Definition"), wrapped=True),
    ]
    rows: list[list[Value]] = [
        [
            definition(one.key).name,
            network_name(one.network) if one.network else "",
            speaker.content(one.content_type),
            *_ends(one, record.decimals),
            _unit(definition(one.key).unit, record.currency),
            definition(one.key).formula,
        ]
        for one in record.answers
    ]
    book.sheet(say("Answers"), columns, rows)


def _ends(one: Figure, decimals: int) -> list[Value]:
    unit = definition(one.key).unit
    digits = {"money": max(decimals, SHARE_DIGITS), "share": UNIT_DIGITS, "months": SHARE_DIGITS}.get(
        unit, RATIO_DIGITS
    )
    return [Shown(value, digits) for value in (one.value, one.low, one.high)]


def _unit(unit: str, currency: str) -> str:
    names = {
        "money": currency,
        "share": say("share of 1"),
        "months": say("months"),
        "ratio": say("money per money"),
    }
    return names.get(unit, unit)


def _swings(book: Book, record: Record) -> None:
    columns = [
        Column(say("Input")),
        Column(say("Low: times its value"), UNIT_DIGITS),
        Column(say("High: times its value"), UNIT_DIGITS),
        Column(say("Marketing contribution at low, difference"), record.decimals),
        Column(say("Marketing contribution at high, difference"), record.decimals),
        Column(say("Currency")),
    ]
    rows: list[list[Value]] = [
        [capital(swing_name(one)), one.low_input, one.high_input, one.low, one.high, record.currency]
        for one in record.swings
    ]
    book.sheet(say("Sensitivity"), columns, rows, [say("The split and its money stay as planned.")])
