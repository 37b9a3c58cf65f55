"""Dates: one reading per file, decided from the file itself or not at all."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.numerals import missing
from optimizer.history.raw import Values, shown
from optimizer.language.message import Message, day, say

_TIME = r"(?:[T\s]+(\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_LOCAL = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _TIME)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_EXCEL_DAYS = range(36526, 73051)  # 2000-01-01 to 2100-01-01, counted by spreadsheets from 1899-12-30

WRITE_ISO = say("write dates as YYYY-MM-DD")


@dataclass(frozen=True)
class Days:
    """The dates of a file, row by row.

    Attributes
    ----------
    day : array of datetime64[D], shape (N,)
        NaT where the cell is missing or no date.
    stamp : array of datetime64[s], shape (N,)
        The same with the time of day, where the file gives one.
    """

    day: NDArray[np.datetime64]
    stamp: NDArray[np.datetime64]

    def keep(self, mask: NDArray[np.bool_]) -> Days:
        """The rows where `mask` holds."""
        return Days(self.day[mask], self.stamp[mask])


@dataclass(frozen=True)
class _Local:
    """A date such as 3/4/2026 before its reading is known."""

    first: int
    second: int
    year: int
    time: str
    dotted: bool


Parsed = dt.datetime | _Local | None


def read_days(values: Values, rows: NDArray[np.int64], file: str, column: str = "date") -> Days:
    """Read the date column.

    Parameters
    ----------
    values : array (N,)
        Texts, dates or spreadsheet day numbers.
    rows : int array (N,)
        Line of each, for messages.
    file, column : str
        For messages.

    Raises
    ------
    InputError
        All dates can be read as day/month as well as month/day, or some only as the one and some only as the other.
    """
    codes, unique = pd.factorize(pd.Series(values, dtype=object).to_numpy(dtype=object), use_na_sentinel=True)
    first_row = np.full(len(unique), -1, dtype=np.int64)
    known = codes >= 0
    first_row[codes[known][::-1]] = rows[known][::-1]
    parsed = [_parse(value) for value in unique]
    order = _Order(file, column, parsed, unique, first_row)
    order.refuse_swapped()
    day_first = order.day_first()
    stamps = np.array([_resolve(value, day_first) for value in parsed] + [np.datetime64("NaT")], dtype="datetime64[s]")
    stamp = stamps[codes]
    return Days(stamp.astype("datetime64[D]"), stamp)


def _parse(value: object) -> Parsed:
    """A date or time stamp, a date whose order is open, or None."""
    if isinstance(value, dt.datetime):
        return None if missing(value) else value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, np.datetime64):
        return _parse(pd.Timestamp(value).to_pydatetime())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    if not isinstance(value, str) or missing(value):
        return None
    return _parse_text(value.strip().strip("'"))


def _from_number(value: float) -> Parsed:
    if value in _EXCEL_DAYS:
        return dt.datetime(1899, 12, 30) + dt.timedelta(days=int(value))
    return _parse_text(str(int(value))) if float(value).is_integer() else None


def _parse_text(text: str) -> Parsed:
    if found := _ISO.fullmatch(text):
        year, _, month, day, time = found.groups()
        return _stamp(int(year), int(month), int(day), time)
    if found := _COMPACT.fullmatch(text):
        year, month, day = found.groups()
        return _stamp(int(year), int(month), int(day), "")
    if found := _LOCAL.fullmatch(text):
        first, mark, second, year, time = found.groups()
        return _Local(int(first), int(second), int(year), time or "", mark == ".")
    return None


def _stamp(year: int, month: int, day: int, time: str | None) -> dt.datetime | None:
    hour, minute, second = (int(part) for part in ((time or "0:0:0") + ":0").split(":")[:3])
    try:
        return dt.datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _resolve(value: Parsed, day_first: bool) -> np.datetime64:
    if isinstance(value, _Local):
        day, month = (value.first, value.second) if day_first or value.dotted else (value.second, value.first)
        value = _stamp(value.year, month, day, value.time)
    return np.datetime64("NaT", "s") if value is None else np.datetime64(value, "s")


def _readings(value: _Local) -> tuple[np.datetime64, np.datetime64] | None:
    """The date with the day first and with the month first; None where both are one day, or none."""
    by_day, by_month = (_resolve(value, day_first).astype("datetime64[D]") for day_first in (True, False))
    return None if np.isnat([by_day, by_month]).any() or by_day == by_month else (by_day, by_month)


@dataclass(frozen=True)
class _Order:
    """Decides whether a file writes the day or the month first."""

    file: str
    column: str
    parsed: list[Parsed]
    texts: Values
    rows: NDArray[np.int64]

    def _open(self) -> list[tuple[_Local, object, int]]:
        triples = zip(self.parsed, self.texts, self.rows, strict=True)
        local = [(value, text, int(row)) for value, text, row in triples if isinstance(value, _Local)]
        return [triple for triple in local if not triple[0].dotted]

    def day_first(self) -> bool:
        """Whether the day comes first, settled by any number above 12."""
        local = self._open()
        by_day = next(((text, row) for value, text, row in local if value.first > 12 >= value.second), None)
        by_month = next(((text, row) for value, text, row in local if value.second > 12 >= value.first), None)
        if by_day and by_month:
            raise InputError.at(
                say(
                    "'{date}' can only be month/day, but '{other}' in row {row} can only be day/month",
                    date=by_month[0],
                    other=by_day[0],
                    row=str(by_day[1]),
                ),
                file=self.file,
                row=by_month[1],
                column=self.column,
                fix=WRITE_ISO,
            )
        if by_day or by_month:
            return by_day is not None
        # 0/5/2026 and 13/32/2026 are no date in either reading; they are refused later, as what they are.
        doubtful = next(((both, text, row) for value, text, row in local if (both := _readings(value))), None)
        if doubtful:
            (by_day_first, by_month_first), text, row = doubtful
            raise InputError.at(
                say(
                    "'{date}' can be {by_day} (day first) or {by_month} (month first), and no date of the file settles"
                    " which",
                    date=text,
                    by_day=day(by_day_first),
                    by_month=day(by_month_first),
                ),
                file=self.file,
                row=row,
                column=self.column,
                fix=WRITE_ISO,
            )
        return True

    def refuse_swapped(self) -> None:
        """Refuse sheets where some dates are dates and others text.

        The program that opened the text then read the month as the day wherever it could; the true dates are lost.
        """
        typed = any(isinstance(value, (dt.date, np.datetime64)) for value in self.texts)
        local = self._open()
        if typed and local:
            _, text, row = local[0]
            raise InputError.at(
                say(
                    "'{date}' is text while other cells are dates, so day and month were probably swapped on the way",
                    date=text,
                ),
                file=self.file,
                row=row,
                column=self.column,
                fix=say("export again and write dates as YYYY-MM-DD"),
            )


def describe_bad(value: object) -> Message:
    """Say what is wrong with a cell that should hold a date."""
    if missing(value):
        return say("the date is missing")
    text = shown(value)
    if _SHORT_YEAR.fullmatch(text):
        return say("'{date}' has a year of two digits, which can be read in several ways", date=text)
    return say("'{date}' is not a date", date=text)
