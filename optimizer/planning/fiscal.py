"""Fiscal calendars: months, and years of 52 or 53 whole weeks cut into quarters of 4-4-5, 4-5-4 or 5-4-4 weeks.

Weeks of the program run from Monday to Sunday and periods may begin on any day, so money planned by the week is shared
among periods day by day, a seventh each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.language.message import Message, say
from optimizer.language.message import day as told
from optimizer.planning.plain_values import shown

if TYPE_CHECKING:
    import numpy as np

    from optimizer.history.panel import Floats

MONTH = "month"
QUARTERS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
CALENDARS = (MONTH, *QUARTERS)
NEAREST, LAST = "nearest", "last"
YEAR_RULES = (NEAREST, LAST)
DAYS = 7
HALF_WEEK = 3
LONG_YEAR = 53 * DAYS  # days


@dataclass(frozen=True, order=True)
class Period:
    """A fiscal period: a calendar month, or 4, 5 or (where a year has 53 weeks) 5 or 6 whole weeks.

    Attributes
    ----------
    first, last : date
        Both within the period.
    name : str
        "2026-11" for a month; "FY2027 P02" otherwise, the year being the calendar year that holds most of its days.
    """

    first: dt.date
    last: dt.date
    name: str

    @property
    def days(self) -> int:
        """Days, both ends counted."""
        return (self.last - self.first).days + 1

    def contains(self, day: dt.date) -> bool:
        """Whether a day is within the period."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class FiscalCalendar:
    """How the year is cut into periods.

    Attributes
    ----------
    kind : str
        "month", "4-4-5", "4-5-4" or "5-4-4".
    year_start : date or None
        First day of any one fiscal year; needed for all but months. Its weekday begins every week and year.
    year_rule : "nearest" or "last"
        Which of its weekdays begins a year: the one nearest to the first day of a month, as retail calendars and ISO
        weeks have it, or the last one that still leaves the first of that month within the year's first week. The
        month is the one whose first day is nearest to `year_start`. The last period takes the 53rd week.

    Raises
    ------
    InputError
        The kind or the rule is not known, the first day of the year is missing, or no year of this rule begins on it.

    Examples
    --------
    >>> FiscalCalendar().period_of(dt.date(2026, 11, 23)).name
    '2026-11'
    >>> retail = FiscalCalendar("4-5-4", dt.date(2026, 2, 1))
    >>> retail.period_of(dt.date(2026, 11, 23))
    Period(first=datetime.date(2026, 11, 1), last=datetime.date(2026, 11, 28), name='FY2026 P10')
    """

    kind: str = MONTH
    year_start: dt.date | None = None
    year_rule: str = NEAREST

    def __post_init__(self) -> None:
        wrong = self._wrong()
        if wrong is not None:
            raise InputError.at(wrong[0], fix=wrong[1])

    @classmethod
    def checked(cls, kind: str, year_start: dt.date | None, year_rule: str) -> tuple[Message, Message] | None:
        """What is wrong with such a calendar and what to do; None where nothing is."""
        unchecked = object.__new__(cls)
        for name, value in (("kind", kind), ("year_start", year_start), ("year_rule", year_rule)):
            object.__setattr__(unchecked, name, value)
        return unchecked._wrong()

    def _wrong(self) -> tuple[Message, Message] | None:
        for value, known, what in (
            (self.kind, CALENDARS, say("calendar is {value}", value=shown(self.kind))),
            (self.year_rule, YEAR_RULES, say("year_rule is {value}", value=shown(self.year_rule))),
        ):
            if value not in known:
                return what, say("it must be one of {known}", known=", ".join(known))
        if self.kind == MONTH:
            return None
        if self.year_start is None:
            problem = say("a calendar of {kind} weeks needs the first day of a fiscal year", kind=self.kind)
            return problem, say("write year_start = 2027-01-04 or so")
        expected = self._start(self._anchor.year)
        if expected == self.year_start:
            return None
        problem = say(
            "no fiscal year begins on {day} by the rule {rule}", day=told(self.year_start), rule=self.year_rule
        )
        return problem, say("that year begins on {day}; change year_start or year_rule", day=told(expected))

    def period_of(self, day: dt.date) -> Period:
        """The period that holds a day."""
        if self.kind == MONTH:
            return _month(day)
        return next(one for one in self._year_periods(self._year_of(day)) if one.contains(day))

    def periods(self, first: dt.date, last: dt.date) -> tuple[Period, ...]:
        """All periods that hold a day from `first` to `last`, in order."""
        found = [self.period_of(first)]
        while found[-1].last < last:
            found.append(self.period_of(found[-1].last + dt.timedelta(days=1)))
        return tuple(found)

    def named(self, name: str) -> Period:
        """The period of a name such as "2026-11" or "FY2027 P02".

        Raises
        ------
        InputError
            It is no name of a period of this calendar.
        """
        wanted = " ".join(name.split()).upper()
        for guess in self._guesses(wanted):
            period = self.period_of(guess)
            if period.name == wanted:
                return period
        example = self.period_of(dt.date(2026, 11, 15)).name
        fix = say("write a period such as {example}", example=example)
        raise InputError.at(say("period {name} is not known", name=shown(name)), fix=fix)

    def _guesses(self, name: str) -> Iterable[dt.date]:
        """Days that a period of this name could hold."""
        year = name[2:6] if name.startswith("FY") else name[:4]
        if not (year.isascii() and year.isdigit()) or not 1900 <= int(year) <= 9000:
            return []
        first = dt.date(int(year) - 1, 1, 1)
        return [first + dt.timedelta(weeks=k) for k in range(3 * 53)]

    # Years of whole weeks ---------------------------------------------------------------------------------------------

    @property
    def _anchor(self) -> dt.date:
        """The first of the month nearest to the known start of a year."""
        start = self._known_start
        ahead = _first_of_next_month(start)
        return ahead if (ahead - start).days < (start - start.replace(day=1)).days else start.replace(day=1)

    @property
    def _known_start(self) -> dt.date:
        if self.year_start is None:  # checked when the record is made
            raise AssertionError(self.kind)
        return self.year_start

    def _start(self, year: int) -> dt.date:
        """First day of the fiscal year around the anchoring month's first day in a calendar year."""
        first = dt.date(year, self._anchor.month, 1)
        back = (first.weekday() - self._known_start.weekday()) % DAYS  # days from the last such weekday
        nearest_is_next = self.year_rule == NEAREST and back > HALF_WEEK
        return first + dt.timedelta(days=DAYS - back if nearest_is_next else -back)

    def _year_of(self, day: dt.date) -> int:
        """Calendar year whose anchoring month begins the fiscal year of a day."""
        year = day.year + 1
        while self._start(year) > day:
            year -= 1
        return year

    def _year_periods(self, year: int) -> tuple[Period, ...]:
        start, after = self._start(year), self._start(year + 1)
        middle = start + dt.timedelta(days=(after - start).days // 2)
        lengths = list(QUARTERS[self.kind] * 4)
        lengths[-1] += (after - start).days == LONG_YEAR
        found, first = [], start
        for number, weeks in enumerate(lengths, start=1):
            last = first + dt.timedelta(days=weeks * DAYS - 1)
            found.append(Period(first, last, f"FY{middle.year} P{number:02d}"))
            first = last + dt.timedelta(days=1)
        return tuple(found)


def day_shares(weeks: np.ndarray, periods: Sequence[Period]) -> Floats:
    """(P, W) share of each week's days that each period holds.

    Parameters
    ----------
    weeks : datetime64[D] array, shape (W,)
        Mondays.
    periods : sequence of Period
        P periods.

    Examples
    --------
    >>> import numpy as np
    >>> november, december = FiscalCalendar().periods(dt.date(2026, 11, 30), dt.date(2026, 12, 6))
    >>> (day_shares(np.array(["2026-11-30"], dtype="datetime64[D]"), [november, december]) * 7).round().tolist()
    [[1.0], [6.0]]
    """
    import numpy as np

    starts = np.asarray(weeks, dtype="datetime64[D]").astype(np.int64)
    first = np.array([np.datetime64(one.first) for one in periods], dtype="datetime64[D]").astype(np.int64)[:, None]
    last = np.array([np.datetime64(one.last) for one in periods], dtype="datetime64[D]").astype(np.int64)[:, None]
    days = np.minimum(starts + DAYS - 1, last) - np.maximum(starts, first) + 1
    return np.asarray(np.clip(days, 0, DAYS) / DAYS, dtype=np.float64)


def _month(day: dt.date) -> Period:
    first = day.replace(day=1)
    return Period(first, _first_of_next_month(day) - dt.timedelta(days=1), f"{first:%Y-%m}")


def _first_of_next_month(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
