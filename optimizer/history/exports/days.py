"""Days: the days of an export in whatever language, and the range and time of writing that stand above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.dates import Days, read_days
from optimizer.history.exports.aliases import languages
from optimizer.history.exports.cells import Coded
from optimizer.history.findings import Finding, Severity
from optimizer.language.message import say

BY_DAY = say("export the report again with the breakdown by day")

Day = np.datetime64
Dates = NDArray[np.datetime64]

_TIME = r"(?:[T,\s]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:UTC|GMT)?)?"
_LOCAL = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})" + _TIME)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:\.|º|er|st|nd|rd|th)?\s+(?:de\s+)?([^\W\d_]+)\.?\s+(?:de\s+)?(\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_YEAR_SIGNS = re.compile(r"(\d{4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")
_RANGE = re.compile(r"(.*\d.*?)(?:\s+(?:-|–|—|~|to|bis|a|au|al|t/m)\s+|\s*[~–—]\s*)(.*\d.*)")
_WRITTEN = ("generat", "erstellt", "created", "exported", "gegenereerd", "aangemaakt", "généré", "generado", "gerado")


@dataclass(frozen=True)
class Above:
    """What the lines above a header say.

    Attributes
    ----------
    first, last : datetime64[D]
        The range of the report; NaT where it is not said.
    written : datetime64[D]
        When it was made; NaT where it is not said.
    """

    first: Day
    last: Day
    written: Day

    @property
    def days(self) -> int:
        """How many days the report covers; 0 where it is not said."""
        return 0 if np.isnat(self.first) else int((self.last - self.first).astype(np.int64)) + 1


@dataclass(frozen=True)
class Reading:
    """How dates are to be read.

    Attributes
    ----------
    file, column : str
        For messages.
    order : str
        "mdy", "dmy" or "ymd": how the language of the headers orders dates, where no date settles it.
    above : Above
    line : callable
        Line of the file of a row, for messages.
    """

    file: str
    column: str
    order: str
    above: Above
    line: Callable[[int], int]


def read_above(lines: Sequence[tuple[int, tuple[str, ...]]]) -> Above:
    """Find the report's range and the time it was made in the lines above its header.

    Examples
    --------
    >>> read_above([(1, ("Campaign report",)), (2, ("August 1", "2026 - August 31", "2026"))]).days
    31
    """
    dates: list[Day] = []
    written: list[Day] = []
    for _, cells in lines:
        text = ", ".join(cells)
        found = find_days(text)
        (written if any(word in text.lower() for word in _WRITTEN) else dates).extend(found)
    nothing = np.datetime64("NaT", "D")
    return Above(min(dates, default=nothing), max(dates, default=nothing), max(written, default=nothing))


def find_days(text: str) -> list[Day]:
    """Every day that a text names in a way that has one meaning."""
    found = []
    for pattern in (_ISO, _COMPACT):
        found += [_made(*map(int, groups)) for groups in pattern.findall(text)]
    found += [_made(int(year), _month(name), int(day)) for day, name, year in _DAY_FIRST.findall(text)]
    found += [_made(int(year), _month(name), int(day)) for name, day, year in _MONTH_FIRST.findall(text)]
    return [day for day in found if day is not None]


def _made(year: int, month: int, day: int) -> Day | None:
    try:
        return np.datetime64(f"{year:04}-{month:02}-{day:02}", "D")
    except ValueError:
        return None


def _month(name: str) -> int:
    """Number of a month by its name in any language, whole or short; 0 for other words."""
    plain = _plain(name)
    return next((number for start, number in _months() if plain.startswith(start)), 0) if len(plain) > 2 else 0


@cache
def _months() -> tuple[tuple[str, int], ...]:
    found = {_plain(name): number + 1 for one in languages().values() for number, name in enumerate(one.months)}
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _plain(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))


def read_dates(column: Coded, how: Reading, findings: list[Finding]) -> Days:
    """The days of a column, row by row; NaT where a cell holds none.

    Raises
    ------
    InputError
        A cell holds a range of days, or day and month cannot be told apart.
    """
    texts = [_iso_of(value) for value in column.values]
    for place, (value, text) in enumerate(zip(column.values, texts, strict=True)):
        if isinstance(value, str) and text is value and _is_range(value):
            problem = say("'{value}' is a range of days, and what happened on each of them is not said", value=value)
            row = how.line(int(np.flatnonzero(column.codes == place)[0]))
            raise InputError.at(problem, file=how.file, row=row, column=how.column, fix=BY_DAY)
    texts = _settled(texts, how, findings)
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    try:
        days = read_days(values, np.zeros(len(values), dtype=np.int64), how.file, how.column)
    except InputError:
        # Lines are looked up only where something is to be said of them: in large files that takes a while.
        rows = np.array([how.line(int(np.flatnonzero(column.codes == place)[0])) for place in range(len(values))])
        days = read_days(values, rows, how.file, how.column)
    return Days(days.day[column.codes], days.stamp[column.codes])


def _iso_of(value: object) -> object:
    """A date with the name of a month as ISO 8601 writes it; anything else as it is."""
    if not isinstance(value, str):
        return value
    text = re.sub(_TIME + "$", "", value) if ":" in value else value
    for pattern, order in ((_DAY_FIRST, (2, 1, 0)), (_MONTH_FIRST, (2, 0, 1)), (_YEAR_SIGNS, (0, 1, 2))):
        if match := pattern.fullmatch(text.strip()):
            year, month, day = (match.groups()[place] for place in order)
            number = int(month) if month.isdigit() else _month(month)
            made = _made(int(year), number, int(day))
            return value if made is None else str(made)
    if match := _LOCAL.fullmatch(value):
        return match[2].join(match.group(1, 3, 4))
    return value


def _is_range(text: str) -> bool:
    match = _RANGE.fullmatch(text)
    return match is not None and all(_dated(part) for part in match.groups())


def _dated(text: str) -> bool:
    return bool(find_days(text)) or bool(re.search(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", text))


def _settled(texts: Sequence[object], how: Reading, findings: list[Finding]) -> list[object]:
    """Dates such as 3/4/2026 in the one order they can have, where the file itself does not settle it.

    By the range above the header, else by how the language of the headers writes dates, which is then a finding.
    """
    local = [match for text in texts if isinstance(text, str) and (match := _LOCAL.fullmatch(text))]
    if not local or any(max(int(match[1]), int(match[3])) > 12 for match in local):
        return list(texts)
    open_ones = [match for match in local if match[1] != match[3]]
    order = how.order if how.order in ("mdy", "dmy") else ""
    if how.above.days and open_ones:
        inside = {one: all(_within(match, one, how.above) for match in open_ones) for one in ("mdy", "dmy")}
        if inside["mdy"] != inside["dmy"]:
            return [_ordered(text, "mdy" if inside["mdy"] else "dmy") for text in texts]
    if not open_ones or not order:
        return list(texts)
    first = open_ones[0]
    problem = say("'{date}' can be day/month or month/day, and no date of the file settles which", date=first.string)
    fix = (
        say("it was read as month/day, as the language of the headers writes dates")
        if order == "mdy"
        else say("it was read as day/month, as the language of the headers writes dates")
    )
    findings.append(Finding("date-order", Severity.WARNING, problem, fix, how.file, how.column))
    return [_ordered(text, order) for text in texts]


def _within(match: re.Match[str], order: str, above: Above) -> bool:
    made = _read(match, order)
    return made is not None and bool(above.first <= made <= above.last)


def _read(match: re.Match[str], order: str) -> Day | None:
    month, day = (match[1], match[3]) if order == "mdy" else (match[3], match[1])
    return _made(int(match[4]), int(month), int(day))


def _ordered(text: object, order: str) -> object:
    match = _LOCAL.fullmatch(text) if isinstance(text, str) else None
    made = _read(match, order) if match else None
    return text if made is None else str(made)


def spans(starts: Days, ends: Days, timed: bool) -> NDArray[np.int64]:
    """(N,) days that each row covers, by its first and its last moment; rows without the one or the other count as 1.

    Parameters
    ----------
    starts, ends : Days
    timed : bool
        Ends carry a time of day; one at midnight then closes the day before.
    """
    known = ~(np.isnat(starts.day) | np.isnat(ends.day))
    last = ends.day.copy()
    if timed:
        midnight = known & (ends.stamp == ends.day.astype("datetime64[s]")) & (ends.stamp > starts.stamp)
        last[midnight] -= np.timedelta64(1, "D")
    return np.where(known, (last - starts.day).astype("timedelta64[D]").astype(np.int64), 0) + 1
