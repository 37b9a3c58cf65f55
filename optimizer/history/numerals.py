"""Numbers as people write them: the decimal mark is decided once per file, then held to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.history.raw import Values
from optimizer.language.message import say

MISSING = frozenset({"", "-", "--", "---", "—", "–", "n/a", "na", "nan", "null", "none", "#n/a", "(not set)"})

MOST = 1e15
"""A figure of an export or a list of posts that is larger is a mistake: no currency has so small a unit."""
_MARKS = re.compile(r"[.,]")
_SPACES = re.compile(r"(?<=\d)[\s'’\u00a0\u202f](?=\d{3}(?!\d))")
_MONEY_SIGN = re.compile(r"^(?:[$€£¥₹]|[A-Z]{3}(?=[\s\d]))\s*|\s*(?:[$€£¥₹]|(?<=[\s\d])[A-Z]{3})$")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?"),
}
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class DecimalMark:
    """The mark before decimals, and what decided it.

    Attributes
    ----------
    mark : str
        "." or ",".
    reason : str
        Why it was assumed, where no number settles it; else "".
    value : str
        The number that settled it, or one that reads as two different numbers; "" if no number has a mark.
    column, position : int
        Which of the columns and rows that number stands in; -1 without one.
    """

    mark: str
    reason: str = ""
    value: str = ""
    column: int = -1
    position: int = -1


def missing(value: object) -> bool:
    """Whether a cell stands for "not reported": empty, a dash, n/a and their like.

    Examples
    --------
    >>> missing("--"), missing(None), missing(float("nan")), missing("0")
    (True, True, True, False)
    """
    if isinstance(value, str):
        return value.strip().lower() in MISSING
    return value is None or value != value or value is pd.NaT


def mark_of(text: str) -> str:
    """The decimal mark a number reveals: "." or ",", "?" if it could be either, "" if it has neither.

    Examples
    --------
    >>> [mark_of(text) for text in ("1,234.5", "1.234,5", "0.5", "12,50", "1.234.567", "1.234", "1234")]
    ['.', ',', '.', ',', ',', '?', '']
    """
    marks = _MARKS.findall(text)
    if not marks:
        return ""
    last = str(marks[-1])
    other = "," if last == "." else "."
    if other in marks:
        return last if marks.count(last) == 1 else ""
    if len(marks) > 1:
        return other
    before, after = text.split(last)
    before = before.lstrip("+-")
    if len(after) != 3 or not 1 <= len(before) <= 3 or before.startswith("0"):
        return last
    return "?"


def decide_mark(columns: Iterable[Values], hint: str, whole: Collection[int] = ()) -> DecimalMark:
    """Decide the decimal mark of a file from the first number that settles it.

    Where none does, ``1.234`` in a column of whole counts is a thousand and more; else `hint` holds.

    Parameters
    ----------
    columns : iterable of array
        The numeric columns as read.
    hint : str
        Mark to assume where no number settles it: "," for files delimited by semicolons, else ".".
    whole : collection of int
        Which of the columns hold whole counts, such as impressions.
    """
    doubtful: dict[int, tuple[str, int]] = {}
    for column, values in enumerate(columns):
        if not _has_marks(values):
            continue
        for position, value in enumerate(values):
            if not isinstance(value, str):
                continue
            text = tidy_numeral(value)
            found = mark_of(text)
            if found == "?":
                doubtful.setdefault(column, (text, position))
            elif found and parse(text, found) is not None:
                return DecimalMark(found, "", value.strip(), column, position)
    if not doubtful:
        return DecimalMark(hint)
    for column, (text, position) in doubtful.items():
        if column in whole:
            return DecimalMark("," if "." in text else ".", say("counts are whole numbers"), text, column, position)
    column, (text, position) = next(iter(doubtful.items()))
    reason = (
        say("usual in files with semicolons between fields")
        if hint == ","
        else say("usual in files with commas or tabs between fields")
    )
    return DecimalMark(hint, reason, text, column, position)


def _has_marks(values: Values) -> bool:
    # One scan of the joined text spares whole columns of plain integers the look at each value.
    if values.dtype != object:
        return False
    try:
        joined = "".join(values)
    except TypeError:
        return True
    return "." in joined or "," in joined


def tidy_numeral(text: str) -> str:
    """Strip what may stand around and between the digits: spaces, apostrophes, currency signs.

    Examples
    --------
    >>> tidy_numeral(" € 1 234,50 "), tidy_numeral("1'234.50 USD")
    ('1234,50', '1234.50')
    """
    text = _MONEY_SIGN.sub("", text.strip()).replace("\u2212", "-")
    return _SPACES.sub("", text)


def parse(text: str, mark: str) -> float | None:
    """One number, or None if the text is none under this decimal mark.

    Examples
    --------
    >>> parse("1.234,5", ","), parse("1.234,5", "."), parse("1,234", "."), parse("2e3", ".")
    (1234.5, None, 1234.0, 2000.0)
    """
    text = tidy_numeral(text)
    if _GROUPED[mark].fullmatch(text):
        text = text.replace("," if mark == "." else ".", "")
    elif mark == "," and "." in text:
        return None
    if mark == ",":
        text = text.replace(",", ".")
    if text.lower().lstrip("+-") in ("inf", "infinity", "∞"):
        return -np.inf if text.startswith("-") else np.inf
    return float(text) if _PLAIN.fullmatch(text) else None


def to_numbers(values: Values, mark: str) -> tuple[NDArray[np.float64], Mapping[int, object]]:
    """Parse a column.

    Returns
    -------
    (numbers, NaN where missing or not a number; the cells that are neither, by position)
    """
    if values.dtype != object:
        return values.astype(np.float64), {}
    numbers = pd.to_numeric(pd.Series(_plain(values, mark), dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    numbers = numbers.copy()
    bad: dict[int, object] = {}
    seen: dict[str, float | None] = {}
    for position in np.flatnonzero(~np.isfinite(numbers)):
        value = values[position]
        if missing(value):
            continue
        if not isinstance(value, str):
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                bad[int(position)] = value
            continue
        if value not in seen:
            seen[value] = parse(value, mark)
        number = seen[value]
        if number is None:
            bad[int(position)] = value
        else:
            numbers[position] = number
    return numbers, bad


def _plain(values: Values, mark: str) -> Any:
    """The column with decimal points; numbers with both marks are left for `parse`."""
    if mark == ".":
        return values
    if not all(isinstance(value, str) for value in values):
        return [_swap(value) if isinstance(value, str) else value for value in values]
    return _swap("\0".join(values)).split("\0")


def _swap(text: str) -> str:
    return text.translate({ord("."): "~", ord(","): "."})
