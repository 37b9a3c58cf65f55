"""A workbook of plain tables: headers that stay in sight, numbers as numbers, and no text that runs as a formula."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputError
from optimizer.language.message import number, say
from optimizer.planning.export import harmless

if TYPE_CHECKING:
    from optimizer.language.catalogue import Speaker

MOST_ROWS = 1_048_575  # of a sheet, the header aside
LONGEST_TEXT = 32_767  # characters that a cell of a spreadsheet can hold
LONGEST_SHEET = 31
WIDEST, NARROWEST, WRAPPED = 48, 8, 64  # characters
MEASURED = 500  # rows that decide how wide a column is
DIGITS = 4  # significant ones that the largest number of a column shows at least
MOST_DECIMALS = 8
DAY = "yyyy-mm-dd"
# The same content gives the same bytes; when a file was saved is known to the file system.
CREATED = dt.datetime(2000, 1, 1)
FIRST_DAY = dt.date(1900, 3, 1)  # before it spreadsheets disagree on how days are counted


@dataclass(frozen=True)
class Shown:
    """A number with digits of its own after the point, beside others of its column.

    Attributes
    ----------
    value : float
        Missing where it is not finite.
    decimals : int
    """

    value: float
    decimals: int


Value = str | float | int | dt.date | Shown | None
"""A text or message, a number, a day, or nothing."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
        A message, or plain data.
    decimals : int
        Digits after the point of its numbers.
    percent : bool
        Its numbers are shares of 1.
    wrapped : bool
        Its texts are sentences, which take several lines.
    """

    title: str
    decimals: int = 0
    percent: bool = False
    wrapped: bool = False

    def number_format(self, decimals: int) -> str:
        """The spreadsheet's own description of how its numbers look."""
        digits = "." + "0" * decimals if decimals else ""
        return f"0{digits} %" if self.percent else f"#,##0{digits}"


class Book:
    """A workbook in the making.

    Parameters
    ----------
    speaker : Speaker
        Says titles and messages in the reader's language.
    """

    def __init__(self, speaker: Speaker) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        self._speaker = speaker
        self._content = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._content, {"in_memory": True})
        self._book.set_properties({"created": CREATED})
        self._formats: dict[tuple[str, bool], Any] = {}
        self._header = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._taken: set[str] = set()

    def sheet(
        self, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], below: Sequence[str] = ()
    ) -> None:
        """Add a sheet with one table, and sentences under it.

        Parameters
        ----------
        title : str
        columns : sequence of Column
        rows : iterable of sequence of Value
            Each as long as `columns`.
        below : sequence of str
            Sentences, one a line.

        Raises
        ------
        InputError
            A sheet cannot hold so many rows.
        """
        table = list(rows)
        if len(table) > MOST_ROWS:
            problem = say("a sheet can hold {most} rows, not {rows}", most=number(MOST_ROWS), rows=number(len(table)))
            raise InputError.at(problem, fix=say("choose less, or take the CSV"))
        page = self._book.add_worksheet(self._sheet_name(title))
        for place, column in enumerate(columns):
            page.write_string(0, place, self._text(column.title), self._header)
            page.set_column(place, place, self._width(column, [row[place] for row in table[:MEASURED]]))
        for line, row in enumerate(table, 1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                self._write(page, (line, place), value, column)
        for line, sentence in enumerate(below, len(table) + 2):
            page.write_string(line, 0, self._text(sentence))
        page.freeze_panes(1, 0)
        if table:
            page.autofilter(0, 0, len(table), len(columns) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)

    def finish(self) -> bytes:
        """The file's content; nothing can be added after it."""
        self._book.close()
        return self._content.getvalue()

    def _write(self, page: Any, place: tuple[int, int], value: Value, column: Column) -> None:
        decimals = column.decimals
        if isinstance(value, Shown):
            decimals, value = value.decimals, value.value
        if isinstance(value, dt.date) and value < FIRST_DAY:
            value = value.isoformat()
        if value is None or value == "":
            return
        if isinstance(value, str):
            page.write_string(*place, self._text(value), self._format("", column.wrapped))
        elif isinstance(value, dt.date):
            page.write_datetime(*place, value, self._format(DAY, False))
        elif math.isfinite(value):  # else the cell stays empty: a spreadsheet has no such number
            page.write_number(*place, value, self._format(column.number_format(decimals), False))

    def _format(self, number_format: str, wrapped: bool) -> Any:
        key = number_format, wrapped
        if key not in self._formats:
            made = {"valign": "top", "text_wrap": wrapped} | ({"num_format": number_format} if number_format else {})
            self._formats[key] = self._book.add_format(made)
        return self._formats[key]

    def _text(self, text: str) -> str:
        """What is written of a text: said in the reader's language, no formula, and no longer than a cell can hold."""
        said = harmless(self._speaker.tell(text))
        return said if len(said) <= LONGEST_TEXT else said[: LONGEST_TEXT - 1] + "…"

    def _width(self, column: Column, values: Sequence[Value]) -> int:
        """Width in characters that shows the title's longest word and most of what stands under it."""
        if column.wrapped:
            return WRAPPED
        words = max((len(word) for word in self._text(column.title).split()), default=0)
        longest = max((self._length(value, column) for value in values), default=0)
        return min(max(words + 3, longest + 2, NARROWEST), WIDEST)

    def _length(self, value: Value, column: Column) -> int:
        if isinstance(value, str):
            return len(self._speaker.tell(value))
        if value is None or isinstance(value, dt.date):
            return len(DAY)
        size, decimals = (value.value, value.decimals) if isinstance(value, Shown) else (value, column.decimals)
        return len(f"{size:,.{decimals}f}") if math.isfinite(size) else 0

    def _sheet_name(self, title: str) -> str:
        """A name that spreadsheets allow and no other sheet has."""
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", self._speaker.tell(title)).strip(" '") or "-"
        name, count = plain[:LONGEST_SHEET].strip(), 1
        while name.casefold() in self._taken:
            count += 1
            ending = f" ({count})"
            name = plain[: LONGEST_SHEET - len(ending)].strip() + ending
        self._taken.add(name.casefold())
        return name


def decimals_for(values: Iterable[float]) -> int:
    """Digits after the point with which the largest number shows four significant ones.

    Examples
    --------
    >>> decimals_for([95_000.0, 3.2]), decimals_for([31.4]), decimals_for([0.031]), decimals_for([0.0])
    (0, 2, 5, 0)
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest == 0:
        return 0
    return min(max(DIGITS - 1 - math.floor(math.log10(largest)), 0), MOST_DECIMALS)


def money_digits(amounts: Iterable[float], whole: bool = False) -> int:
    """Digits after the point with which every amount is shown in full: cents at least, unless money is whole.

    Examples
    --------
    >>> money_digits([12.5, 3.0]), money_digits([0.00125]), money_digits([4000.0], whole=True)
    (2, 5, 0)
    """
    told = list(amounts)
    least = 0 if whole else 2
    exact = (d for d in range(least, MOST_DECIMALS) if all(abs(round(one, d) - one) <= 1e-9 for one in told))
    return next(exact, MOST_DECIMALS)
