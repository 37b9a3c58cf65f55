"""Pages of the live workbook: styles, cells with formulas and their values, names, and how a page prints."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.language.message import say
from optimizer.planning.export import harmless
from optimizer.reports.book import CREATED, DAY, FIRST_DAY, LONGEST_SHEET, LONGEST_TEXT

if TYPE_CHECKING:
    from optimizer.language.catalogue import Speaker

INK, MUTED, LINE = "#1F2937", "#6B7280", "#C9D1DB"
NAVY, TINT, BAND = "#17375E", "#E8EEF6", "#F5F7FA"
INPUT_INK, INPUT_FILL = "#1D4ED8", "#FFF8DC"
WARN_INK, WARN_FILL, FINE_INK, FINE_FILL = "#8A3B00", "#FDE9D9", "#14532D", "#E6F4EA"
FONT = "Arial"
A4 = 9
LINE_HEIGHT, HEAD_HEIGHT = 12, 14  # points
BOLD = 1.12  # a bold character against a usual one

_USUAL = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
_STYLES: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "font_color": NAVY},
    "section": {"bold": True, "font_size": 11, "font_color": NAVY, "bottom": 2, "bottom_color": NAVY},
    "note": {"font_color": MUTED, "font_size": 9},
    "help": {"font_color": MUTED, "font_size": 9, "text_wrap": True, "indent": 1, "bottom": 4, "bottom_color": LINE},
    "total_help": {"font_color": MUTED, "font_size": 9, "text_wrap": True, "indent": 1, "top": 1, "bottom": 1,
        "bg_color": TINT},
    "right": {"bottom": 4, "bottom_color": LINE, "font_color": MUTED, "align": "right"},
    "aside": {"bottom": 4, "bottom_color": LINE, "font_color": MUTED, "indent": 1},
    "beside": {"font_color": MUTED, "indent": 1},
    "day": {"bottom": 4, "bottom_color": LINE, "align": "left"},
    "head_aside": {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "text_wrap": True, "indent": 1},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "text_wrap": True},
    "head_right": {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "text_wrap": True, "align": "right"},
    "text": {"bottom": 4, "bottom_color": LINE},
    "wrap": {"bottom": 4, "bottom_color": LINE, "text_wrap": True, "valign": "top", "align": "left"},
    "fact": {"bottom": 4, "bottom_color": LINE},
    "live": {"bottom": 4, "bottom_color": LINE},
    "muted": {"bottom": 4, "bottom_color": LINE, "font_color": MUTED},
    "total": {"bold": True, "top": 1, "bottom": 1, "bg_color": TINT},
    "block": {"bold": True, "bg_color": BAND, "bottom": 1, "bottom_color": LINE},
    "input": {
        "font_color": INPUT_INK, "bg_color": INPUT_FILL, "border": 1, "border_color": LINE, "locked": False,
    },
    "plain": {"font_size": 11},
    "decision": {"font_size": 11, "text_wrap": True},
    "big": {"bold": True, "font_size": 14, "font_color": NAVY},
    "state": {"bold": True, "font_size": 11, "border": 1, "border_color": LINE, "text_wrap": True, "indent": 1},
    "warn": {"font_color": WARN_INK, "bg_color": WARN_FILL},
    "fine": {"font_color": FINE_INK, "bg_color": FINE_FILL},
    "link": {"font_color": INPUT_INK, "underline": 1, "bottom": 4, "bottom_color": LINE},
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A cell of a page, counted from 0."""

    sheet: str
    row: int
    column: int

    @property
    def here(self) -> str:
        """Its address within its own page, such as $B$4."""
        return f"${column_letters(self.column)}${self.row + 1}"

    @property
    def full(self) -> str:
        """Its address from any page."""
        return f"{quoted(self.sheet)}!{self.here}"


class LiveBook:
    """A workbook whose pages are told in one language.

    Parameters
    ----------
    speaker : Speaker
    currency : str
    decimals : int
        Of money.
    """

    def __init__(self, speaker: Speaker, currency: str, decimals: int) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        self.speaker, self.currency, self.decimals = speaker, currency, decimals
        self._content = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._content, {"in_memory": True, "default_format_properties": dict(_USUAL)})
        self.book.set_properties({"created": CREATED})
        self.book.set_calc_mode("auto")
        self._formats: dict[tuple[str, str], Any] = {}
        self._names: dict[str, Place] = {}
        digits = "." + "0" * decimals if decimals else ""
        self.money = f"#,##0{digits}"
        self.small_money = f"#,##0.{'0' * max(decimals, 2)}"

    def page(self, title: str, colour: str = NAVY) -> Page:
        """Add a page, with a name that spreadsheets allow."""
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", self.tell(title)).strip(" '")
        sheet = self.book.add_worksheet(plain[:LONGEST_SHEET])
        sheet.set_tab_color(colour)
        sheet.hide_gridlines(2)
        return Page(self, sheet)

    def name(self, wanted: str, place: Place) -> str:
        """Give a cell a name that formulas and people use; the name as it was given.

        What spreadsheets do not allow in names becomes an underscore; a name that is taken gets a number.
        """
        plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted)
        name, count = plain, 1
        taken = {one.casefold() for one in self._names}
        while name.casefold() in taken:
            count += 1
            name = f"{plain}_{count}"
        self._names[name] = place
        self.book.define_name(name, f"={place.full}")
        return name

    def style(self, kind: str, number: str = "") -> Any:
        """A format; each is made once."""
        key = kind, number
        if key not in self._formats:
            made = {**_USUAL, **_STYLES[kind], **({"num_format": number} if number else {})}
            self._formats[key] = self.book.add_format(made)
        return self._formats[key]

    def tell(self, text: object) -> str:
        """A text in the reader's language, and no longer than a cell can hold."""
        said = self.speaker.tell(text)
        return said if len(said) <= LONGEST_TEXT else said[: LONGEST_TEXT - 1] + "…"

    def quote(self, text: object) -> str:
        """A text within a formula."""
        return '"' + self.tell(text).replace('"', '""') + '"'

    def finish(self) -> bytes:
        """The file's content; nothing can be added after it."""
        self.book.close()
        return self._content.getvalue()


class Page:
    """One page; rows and columns are counted from 0."""

    def __init__(self, book: LiveBook, sheet: Any) -> None:
        self.book, self.sheet = book, sheet
        self.title: str = sheet.get_name()
        self.widths: tuple[float, ...] = ()

    def at(self, row: int, column: int) -> Place:
        """A cell of this page."""
        return Place(self.title, row, column)

    def span(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """The address of a rectangle from any page."""
        return f"{quoted(self.title)}!{self.at(*first).here}:{self.at(*last).here}"

    def text(self, row: int, column: int, value: object, kind: str = "text") -> None:
        """Write a text; one that a spreadsheet would run stays text."""
        said = self.book.tell(value)
        self.sheet.write_string(row, column, harmless(said), self.book.style(kind))

    def wrapped(self, row: int, column: int, value: object, width: float, kind: str = "help") -> None:
        """Write a sentence over as many lines as it needs, and make its row high enough for them."""
        said = self.book.tell(value)
        self.text(row, column, said, kind)
        lines = math.ceil(len(said) / width)
        if lines > 1:
            self.sheet.set_row(row, LINE_HEIGHT * lines + 4)

    def number(self, row: int, column: int, value: float, number: str, kind: str = "fact") -> None:
        """Write a number; the cell stays empty where there is none."""
        if math.isfinite(value):
            self.sheet.write_number(row, column, value + 0.0, self.book.style(kind, number))
        else:
            self.sheet.write_blank(row, column, None, self.book.style(kind))

    def day(self, row: int, column: int, value: dt.date | None, kind: str = "day") -> None:
        """Write a day."""
        if value is None:
            self.sheet.write_blank(row, column, None, self.book.style(kind))
        elif value < FIRST_DAY:
            self.text(row, column, value.isoformat(), kind)
        else:
            self.sheet.write_datetime(row, column, value, self.book.style(kind, DAY))

    def formula(
        self, place: tuple[int, int], text: str, value: float | str, number: str = "", kind: str = "live"
    ) -> None:
        """Write a formula with what it comes to, for readers that do not calculate."""
        shown = value + 0.0 if isinstance(value, float | int) else value
        self.sheet.write_formula(*place, f"={text}", self.book.style(kind, number), shown)

    def heads(self, row: int, titles: Sequence[object], left: int = 1) -> None:
        """A row of titles, the first so many over texts and the others over numbers; as high as they need."""
        lines = 1
        for column, title in enumerate(titles):
            self.text(row, column, title, "head" if column < left else "head_right")
            if column < len(self.widths):
                lines = max(lines, _lines(self.book.tell(title), self.widths[column]))
        self.sheet.set_row(row, HEAD_HEIGHT * lines + 4)

    def columns(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns, in characters."""
        self.widths = tuple(widths)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def begin(self, title: object, lines: Iterable[object], widths: Sequence[float]) -> int:
        """Title and sentences under it, and the widths of the columns; the row after them."""
        self.columns(widths)
        self.text(0, 0, title, "title")
        self.sheet.set_row(0, 26)
        row = 1
        for line in lines:
            self.text(row, 0, line, "note")
            row += 1
        return row + 1

    def section(self, row: int, title: object, columns: int) -> int:
        """A title within the page, underlined over so many columns; the row after it."""
        for column in range(columns):
            self.sheet.write_blank(row, column, None, self.book.style("section"))
        self.text(row, 0, title, "section")
        self.sheet.set_row(row, 20)
        return row + 1

    def prints(
        self, pages: tuple[int, int] = (1, 0), repeat: tuple[int, int] | None = None, freeze: tuple[int, int] = (0, 0)
    ) -> None:
        """How it prints, and what stays in sight; `pages` are so many across and down, 0 for as many as it takes."""
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.fit_to_pages(*pages)
        page = self.book.tell(say("Page {page} of {pages}", page="&P", pages="&N"))
        self.sheet.set_footer(f"&L&8&A&R&8{page}")
        if repeat is not None:
            self.sheet.repeat_rows(*repeat)
        if any(freeze):
            self.sheet.freeze_panes(*freeze)

    def flag(self, first: tuple[int, int], last: tuple[int, int], criteria: str, kind: str) -> None:
        """Colour cells where a formula holds; they say it in words too."""
        rule = {"type": "formula", "criteria": f"={criteria}", "format": self._tint(kind)}
        self.sheet.conditional_format(*first, *last, rule)

    def _tint(self, kind: str) -> Any:
        key = kind, "tint"
        if key not in self.book._formats:
            self.book._formats[key] = self.book.book.add_format(dict(_STYLES[kind]))
        return self.book._formats[key]


def _lines(title: str, width: float) -> int:
    """Lines that a bold title takes, broken between words.

    Examples
    --------
    >>> _lines("Marginal ROAS to stop at", 13), _lines("Plan", 8)
    (3, 1)
    """
    lines, used = 1, 0.0
    for word in title.split():
        size = BOLD * len(word)
        if used and used + BOLD + size > width:
            lines, used = lines + 1, size
        else:
            used += size + (BOLD if used else 0.0)
    return lines


def quoted(sheet: str) -> str:
    """A page's name as formulas write it.

    Examples
    --------
    >>> quoted("Inputs"), quoted("Dan's")
    ("'Inputs'", "'Dan''s'")
    """
    return "'" + sheet.replace("'", "''") + "'"


def column_letters(column: int) -> str:
    """Letters of a column counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
