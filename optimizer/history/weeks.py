"""Weeks: Monday to Sunday, named by their Monday; which of them a history covers whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.language.message import Message, day, say

Dates = NDArray[np.datetime64]
Frequency = Literal["daily", "weekly"]

DAY = np.timedelta64(1, "D")
WEEK = np.timedelta64(7, "D")
FEWEST_WEEKS = 2
"""Complete weeks a history must have: with one there is no change of spend to learn from, with two there can be."""


def monday(days: Dates) -> Dates:
    """The Monday of each day's week.

    Examples
    --------
    >>> monday(np.array(["2026-03-01", "2026-03-02"], dtype="datetime64[D]")).astype(str).tolist()
    ['2026-02-23', '2026-03-02']
    """
    days = days.astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7  # day 0, 1970-01-01, was a Thursday
    return np.asarray(days - weekday.astype("timedelta64[D]"), dtype="datetime64[D]")


@dataclass(frozen=True)
class Span:
    """What part of the calendar a history covers.

    Attributes
    ----------
    frequency : "daily" or "weekly"
    first, last : datetime64[D]
        First and last date of the file.
    weeks : array of datetime64[D], shape (T,)
        Mondays from the first to the last complete week, consecutive. Weekly rows are complete weeks; of daily rows a
        week is complete if it lies wholly between `first` and `last`.
    """

    frequency: Frequency
    first: np.datetime64
    last: np.datetime64
    weeks: Dates

    @property
    def cut(self) -> tuple[np.datetime64, ...]:
        """Mondays of the first and last week where they are incomplete."""
        ends = np.unique(monday(np.array([self.first, self.last])))
        return tuple(end for end in ends if not self.weeks[0] <= end <= self.weeks[-1])


def span_of(days: Dates, series: NDArray[np.int64], file: str) -> Span:
    """Find out how often rows come and which weeks they cover.

    Parameters
    ----------
    days : array of datetime64[D], shape (N,)
    series : int array (N,)
        Which time series a row belongs to: rows of one cell and campaign share a number.
    file : str
        For messages.

    Raises
    ------
    InputError
        All rows have one date, stand further apart than a week, or cover fewer than 2 complete weeks.
    """
    first, last = days.min(), days.max()
    if first == last:
        raise InputError.at(
            say("every row has the date {day}, and a response cannot be learned from one day or week", day=day(first)),
            file=file,
            fix=say(
                "give {weeks} complete weeks at the least, by day or by week; from about 12 on, plans rest on evidence",
                weeks=FEWEST_WEEKS,
            ),
        )
    spacing = _spacing(days, series)
    if spacing > 7:
        raise InputError.at(
            say(
                "rows stand {days} days apart, and totals of more than a week cannot be split into weeks",
                days=spacing,
            ),
            file=file,
            fix=say("export the data by day or by week"),
        )
    frequency: Frequency = "weekly" if spacing == 7 else "daily"
    start, end = monday(np.array([first, last]))
    if frequency == "daily":
        start = start if start == first else start + WEEK
        end = end if end + 6 * DAY == last else end - WEEK
    weeks = np.arange(start, end + WEEK, WEEK) if end >= start else np.array([], dtype="datetime64[D]")
    seen = np.isin(weeks, monday(days)).sum()
    if seen < FEWEST_WEEKS:
        fix = say(
            "give {weeks} complete weeks at the least; from about 12 on, plans rest on evidence", weeks=FEWEST_WEEKS
        )
        raise InputError.at(_too_short(int(seen), first, last), file=file, fix=fix)
    return Span(frequency, first, last, weeks)


def _too_short(seen: int, first: np.datetime64, last: np.datetime64) -> Message:
    if seen == 0:
        return say(
            "the rows from {first} to {last} hold no complete week (Monday to Sunday), and a response cannot be learned"
            " from that",
            first=day(first),
            last=day(last),
        )
    return say(
        "the rows from {first} to {last} hold 1 complete week (Monday to Sunday), and a response cannot be learned"
        " from that",
        first=day(first),
        last=day(last),
    )


def _spacing(days: Dates, series: NDArray[np.int64]) -> int:
    """1 for daily rows, 7 for weekly ones, else how many days stand between the totals.

    The commonest step of up to a week within a series decides, so that gaps do not. Steps beyond a week are totals of
    longer periods only if no two dates of the file are closer, or if nearly a month is usual within a series.
    """
    numbers = days.astype(np.int64)
    pairs = np.unique(np.stack([series, numbers]), axis=1)
    steps = np.diff(pairs[1])[np.diff(pairs[0]) == 0]
    of_file = np.diff(np.unique(numbers)).astype(np.int64)
    if of_file.size == 0:
        return 1
    usual = int(np.median(steps)) if steps.size else 0
    short = steps[steps <= 7]
    if of_file.min() > 7 or (short.size == 0 and usual >= 28):
        return usual or int(np.median(of_file))
    if short.size == 0:
        return 7 if (of_file % 7 == 0).all() else 1
    return 7 if np.bincount(short).argmax() == 7 else 1
