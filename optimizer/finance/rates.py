"""Rates of the currency of the books: what was budgeted and what it was, by fiscal period, as a CSV file holds it."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path

from optimizer.errors import InputError
from optimizer.finance.variance import Rates
from optimizer.language.message import Message, say
from optimizer.planning.plain_values import shown

PERIOD, CURRENCY, BUDGET, ACTUAL = COLUMNS = ("period", "currency", "budget_rate", "actual_rate")


def read_rates(source: str | Path | bytes, name: str = "") -> Rates:
    r"""Read rates: columns period, currency, budget_rate and actual_rate; a rate is what 1 of the plan's currency is.

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
    >>> read_rates(b"period,currency,budget_rate,actual_rate\n2026-10,USD,1.08,1.1\n", "rates.csv")
    Rates(currency='USD', budget=1.08, actual={'2026-10': 1.1})
    """
    from optimizer.history.read import read_bytes
    from optimizer.history.text import decode

    data, file = read_bytes(source, name) if isinstance(source, bytes) else read_bytes(source)
    text, _ = decode(data, file)
    lines = _lines(text, file)
    budgets: dict[float, int] = {}
    currencies: dict[str, int] = {}
    actual: dict[str, float] = {}
    for row, line in lines:
        period = " ".join(line[PERIOD].split()).upper()
        if not period or period in actual:
            problem = say("the period is empty") if not period else say("period {name} is there twice", name=period)
            raise InputError.at(problem, file=file, row=row, column=PERIOD, fix=say("give each period one line"))
        code = line[CURRENCY].upper()
        if not re.fullmatch("[A-Z]{3}", code):
            fix = say("write the three letters of ISO 4217, such as EUR")
            problem = say("currency is {value}", value=shown(line[CURRENCY]))
            raise InputError.at(problem, file=file, row=row, column=CURRENCY, fix=fix)
        actual[period] = _rate(line, ACTUAL, (file, row))
        budgets.setdefault(_rate(line, BUDGET, (file, row)), row)
        currencies.setdefault(code, row)
    for found, column in ((currencies, CURRENCY), (budgets, BUDGET)):
        if len(found) > 1:
            problem = say("{column} is not the same in all lines", column=column)
            fix = say("give one currency of the books and one budget rate")
            raise InputError.at(problem, file=file, row=list(found.values())[1], column=column, fix=fix)
    return Rates(next(iter(currencies)), next(iter(budgets)), actual)


def _lines(text: str, file: str) -> list[tuple[int, dict[str, str]]]:
    """Lines below the header that are not empty, by column, each with its row."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        found = [(reader.line_num, line) for line in reader if any(field.strip() for field in line)]
    except csv.Error as problem:
        reason = say("this is no CSV ({reason})", reason=str(problem))
        raise InputError.at(reason, file=file, row=reader.line_num, fix=_wanted()) from None
    header = [name.strip().lower() for name in found[0][1]] if found else []
    if any(header.count(name) != 1 for name in COLUMNS):
        problem_said = say("the header is {header}", header=shown(", ".join(header)))
        raise InputError.at(problem_said, file=file, row=1, fix=_wanted())
    if len(found) == 1:
        raise InputError.at(say("there is no line below the header"), file=file, fix=_wanted())
    places = {name: header.index(name) for name in COLUMNS}
    comma = delimiter == ";"
    return [
        (row, {name: _field(line, place, comma=comma and name in (BUDGET, ACTUAL)) for name, place in places.items()})
        for row, line in found[1:]
    ]


def _field(line: list[str], place: int, *, comma: bool) -> str:
    text = line[place].strip() if place < len(line) else ""
    return text.replace(",", ".") if comma else text


def _rate(line: dict[str, str], column: str, at: tuple[str, int]) -> float:
    text = line[column]
    try:
        rate = float(text) if "_" not in text else math.nan
    except ValueError:
        rate = math.nan
    if not (math.isfinite(rate) and rate > 0.0):
        problem = say("{column} is {value}", column=column, value=shown(text))
        fix = say("write a number above 0: what one unit of the plan's currency is in the books")
        raise InputError.at(problem, file=at[0], row=at[1], column=column, fix=fix)
    return rate


def _wanted() -> Message:
    return say("give the columns period, currency, budget_rate and actual_rate")
