"""Books: booked revenue by fiscal period or day, as a CSV file holds it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.language.message import Message, number, say
from optimizer.planning.plain_values import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

PERIOD, DAY, REVENUE, CURRENCY, NETWORK = "period", "date", "revenue", "currency", "network"
COLUMNS = (PERIOD, DAY, REVENUE, CURRENCY, NETWORK)
MOST_LINES = 100_000
MOST = 1e15  # account currency


@dataclass(frozen=True)
class Entry:
    """One line of the books.

    Attributes
    ----------
    row : int
        Line of the file as an editor counts it.
    period : str
        Name of a fiscal period; "" where a day is given.
    day : date or None
    network : str
        "" where the books do not tell networks apart.
    amount : float
        Revenue without VAT, 0 or more.
    """

    row: int
    period: str
    day: dt.date | None
    network: str
    amount: float


@dataclass(frozen=True)
class Books:
    """Booked revenue.

    Attributes
    ----------
    file : str
    entries : tuple of Entry
    currency : str
        ISO 4217, or "" where the file names none.
    unread : tuple of str
        Columns that were not read.
    """

    file: str
    entries: tuple[Entry, ...]
    currency: str
    unread: tuple[str, ...] = ()


def read_books(source: str | Path | bytes, name: str = "") -> Books:
    r"""Read booked revenue: a CSV with the columns period or date, revenue, and where known currency and network.

    Parameters
    ----------
    source : str, Path or bytes
    name : str
        Name for messages, for uploads.

    Raises
    ------
    InputError
        The file cannot be read, a column is missing, or a value is not allowed; one sentence with row and column.

    Examples
    --------
    >>> read_books(b"period,revenue,currency\n2026-10,1200.50,EUR\n", "books.csv").entries[0].amount
    1200.5
    """
    from optimizer.history.read import read_bytes
    from optimizer.history.text import decode

    data, file = read_bytes(source, name)
    text, _ = decode(data, file)
    header, lines = _lines(text, file)
    at = {column: header.index(column) for column in COLUMNS if column in header}
    _check_header(header, at, file)
    if not lines:
        raise InputError.at(say("there is no line below the header"), file=file, fix=say("give booked revenue"))

    def column(name: str) -> list[str]:
        place = at.get(name)
        return ["" if place is None or place >= len(line) else line[place].strip() for _, line in lines]

    rows = np.array([row for row, _ in lines], dtype=np.int64)
    days = _days(column(DAY), rows, file) if DAY in at else [None] * len(lines)
    periods = _filled(column(PERIOD), rows, file, PERIOD) if PERIOD in at else [""] * len(lines)
    networks = _filled(column(NETWORK), rows, file, NETWORK) if NETWORK in at else [""] * len(lines)
    amounts = _amounts(column(REVENUE), rows, file, text)
    entries = tuple(
        Entry(int(row), " ".join(period.split()).upper(), day, network.lower(), amount)
        for row, period, day, network, amount in zip(rows, periods, days, networks, amounts, strict=True)
    )
    unread = tuple(name for name in header if name and name not in COLUMNS)
    return Books(file, entries, _currency(column(CURRENCY), rows, file), unread)


def _lines(text: str, file: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header in small letters, and the lines below that are not empty, each with its row."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), skipinitialspace=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for line in reader:
            if any(field.strip() for field in line):
                found.append((reader.line_num, line))
            if len(found) > MOST_LINES:
                problem = say("the books have more than {most} lines", most=number(MOST_LINES))
                raise InputError.at(problem, file=file, fix=say("sum them up by period"))
    except csv.Error as problem:
        reason = say("this is no CSV ({reason})", reason=str(problem))
        raise InputError.at(reason, file=file, row=reader.line_num, fix=_wanted()) from None
    return [name.strip().lower() for name in found[0][1]], found[1:]


def _check_header(header: Sequence[str], at: dict[str, int], file: str) -> None:
    twice = next((name for name in COLUMNS if header.count(name) > 1), "")
    if twice:
        raise InputError.at(say("the column {name} is there twice", name=twice), file=file, fix=say("keep one of them"))
    if REVENUE not in at or not {PERIOD, DAY} & set(at):
        problem = say("the header is {header}", header=shown(", ".join(header)))
        raise InputError.at(problem, file=file, row=1, fix=_wanted())
    if {PERIOD, DAY} <= set(at):
        problem = say("the books have both a period and a date")
        raise InputError.at(problem, file=file, row=1, fix=say("keep one of the two columns"))


def _wanted() -> Message:
    return say("give the columns period or date, and revenue, and where they are known currency and network")


def _filled(values: list[str], rows: NDArray[np.int64], file: str, column: str) -> list[str]:
    for row, value in zip(rows, values, strict=True):
        if not value:
            raise InputError.at(say("this is empty"), file=file, row=int(row), column=column, fix=say("fill it in"))
    return values


def _days(values: list[str], rows: NDArray[np.int64], file: str) -> list[dt.date | None]:
    from optimizer.history.dates import read_days

    read = read_days(np.array(values, dtype=object), rows, file, DAY).day
    for row, value, day in zip(rows, values, read, strict=True):
        if np.isnat(day):
            problem = say("date is {value}", value=shown(value))
            fix = say("write a day such as 2026-11-30")
            raise InputError.at(problem, file=file, row=int(row), column=DAY, fix=fix)
    return [day.item() for day in read]


def _amounts(values: list[str], rows: NDArray[np.int64], file: str, text: str) -> list[float]:
    from optimizer.history.numerals import decide_mark, to_numbers

    column = np.array(values, dtype=object)
    mark = decide_mark([column], "," if ";" in text.splitlines()[0] else ".")
    if mark.value and mark.reason:  # 1.234 may be a thousand and more, or one and a bit
        row = int(rows[mark.position])
        problem = say("revenue is {value}, which has two meanings", value=shown(mark.value))
        fix = say("write amounts without marks between thousands, and with two digits after the decimal mark")
        raise InputError.at(problem, file=file, row=row, column=REVENUE, fix=fix)
    amounts, _ = to_numbers(column, mark.mark)
    for row, value, amount in zip(rows, values, amounts, strict=True):
        if not math.isfinite(amount) or not 0.0 <= amount <= MOST:
            problem = say("booked revenue is {value}", value=shown(value))
            fix = say("it must be a number, 0 or more, with returns taken off")
            raise InputError.at(problem, file=file, row=int(row), column=REVENUE, fix=fix)
    return [float(amount) for amount in amounts]


def _currency(values: list[str], rows: NDArray[np.int64], file: str) -> str:
    """The one currency of the books."""
    named = [(int(row), value.upper()) for row, value in zip(rows, values, strict=True) if value]
    for row, code in named:
        if not re.fullmatch("[A-Z]{3}", code):
            problem = say("currency is {value}", value=shown(code))
            fix = say("write the three letters of ISO 4217, such as EUR")
            raise InputError.at(problem, file=file, row=row, column=CURRENCY, fix=fix)
        if code != named[0][1]:
            problem = say("currency is {code}, and {other} above it", code=code, other=named[0][1])
            fix = say("give the books in one currency")
            raise InputError.at(problem, file=file, row=row, column=CURRENCY, fix=fix)
    return named[0][1] if named else ""
