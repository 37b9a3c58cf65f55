"""What was spent day by day: which days are known, which are zero, and which nobody has reported.

Exports list days with delivery. A day without rows is nothing delivered where that is usual for its weekday, or where
the network has been silent for long while others report; else the day is not known. It is then counted at what was
spent in the days before it, and said so, never as zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Cell, Floats
from optimizer.history.weeks import Frequency, monday

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.history.history import History

RECENT = 7  # days whose mean is what is spent a day now
LONG = {"daily": 7, "weekly": 14}  # days of silence while others report, after which a network is paused
LOOKED = 8  # same weekdays that say whether a day without rows is usual
USUAL = 0.5  # share of them with rows, from which on a day without rows is a hole
DAYS_PER_WEEK = 7

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Gap:
    """Days without rows.

    Attributes
    ----------
    networks : tuple of str
        Whose; all of the history's where nobody has rows.
    first, last : date
        Both without rows.
    kind : "missing", "late" or "paused"
        Late days are the newest ones; paused ones count as nothing spent.
    everybody : bool
        Whether no network has rows.
    """

    networks: tuple[str, ...]
    first: dt.date
    last: dt.date
    kind: str
    everybody: bool = False


@dataclass(frozen=True, eq=False)
class Days:
    """Spend of each cell on each day.

    Attributes
    ----------
    cells : tuple of Cell
        C cells.
    first : date
        Day of the first column.
    spend : float array, shape (C, D)
        Account currency; NaN where not known, 0 where nothing was delivered.
    filled : float array, shape (C, D)
        The same with unknown days at the mean of the 7 known days before them (after them where none are before).
    begins : date
        First day that any row speaks of.
    ends : date
        Last one.
    frequency : "daily" or "weekly"
        Of the rows; weekly ones are spread over their seven days.
    reported : bool array, shape (D,)
        Days of which anybody has rows.
    paused : tuple of Gap
        Networks that are silent at the end for so long that nothing is spent.
    """

    cells: tuple[Cell, ...]
    first: dt.date
    spend: Floats
    filled: Floats
    begins: dt.date
    ends: dt.date
    frequency: Frequency
    reported: Mask
    paused: tuple[Gap, ...] = ()

    @property
    def known(self) -> Mask:
        """(C, D) days that are known."""
        return np.isfinite(self.spend)

    @property
    def recent(self) -> Floats:
        """(C,) what is spent a day now: mean of the last 7 days that are known."""
        return np.array([_last_mean(row, RECENT) for row in self.spend])

    def at(self, day: dt.date) -> int:
        """Column of a day."""
        return (day - self.first).days

    def day(self, column: int) -> dt.date:
        """Day of a column."""
        return self.first + dt.timedelta(days=int(column))

    def gaps(self, first: dt.date, until: dt.date) -> tuple[Gap, ...]:
        """Days from `first` to before `until` that are not known, those of several networks at once together."""
        begin, end = max(self.at(first), 0), max(self.at(until), 0)
        networks = network_names(self.cells)
        unknown = {name: ~self.known[own][0, begin:end] for name, own in _own(self.cells).items()}
        found: dict[tuple[int, int], list[str]] = {}
        for name in networks:
            for start, stop in runs(unknown[name]):
                found.setdefault((start + begin, stop + begin), []).append(name)
        gaps = []
        for (start, stop), names in sorted(found.items()):
            late = stop == self.spend.shape[1]
            everybody = len(names) > 1 and not self.reported[start:stop].any()
            kind = "late" if late else "missing"
            gaps.append(Gap(tuple(names), self.day(start), self.day(stop - 1), kind, everybody))
        return tuple(gaps)


def network_names(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Names of the networks, sorted."""
    return tuple(sorted({cell.network for cell in cells}))


def span(history: History) -> tuple[dt.date, dt.date]:
    """First and last day that the rows of a history speak of, whole weeks where they are weekly."""
    days = history.table["date"].to_numpy().astype("datetime64[D]")
    if history.frequency == "weekly":
        days = monday(days)
    first, last = days.min().astype(object), days.max().astype(object)
    return first, last + dt.timedelta(days=6 if history.frequency == "weekly" else 0)


def daily_spend(history: History, cells: tuple[Cell, ...], from_day: dt.date, until: dt.date) -> Days:
    """Spend by day of all rows before a day.

    Parameters
    ----------
    history : History
    cells : tuple of Cell
        Of its panel, split by audience or not.
    from_day : date
        A day that must be covered, whether rows speak of it or not.
    until : date
        The day after the last column; some row must be before it.

    Returns
    -------
    Days
    """
    begins, last = span(history)
    ends = min(last, until - dt.timedelta(days=1))
    first = min(begins, from_day)
    width = (until - first).days
    spend, rows = _sums(history, cells, first, width)
    unknown, paused = np.zeros((len(cells), width), dtype=np.bool_), []
    networks = _own(cells)
    present = {name: np.asarray(rows[own].any(axis=0), dtype=np.bool_) for name, own in networks.items()}
    anybody = np.asarray(np.any(list(present.values()), axis=0), dtype=np.bool_)
    long = LONG[history.frequency]
    for name, own in networks.items():
        hole, silent = _holes(present[name], anybody, long)
        unknown[own] = hole
        if silent is not None:
            days = [first + dt.timedelta(days=int(day)) for day in (silent, width - 1)]
            paused.append(Gap((name,), days[0], days[1], "paused"))
    known = np.where(unknown, np.nan, spend)
    filled = np.array([_filled(row) for row in known]).reshape(known.shape)
    return Days(cells, first, known, filled, begins, ends, history.frequency, anybody, tuple(paused))


def runs(mask: Mask) -> Iterator[tuple[int, int]]:
    """First and one past the last place of each run of True.

    Examples
    --------
    >>> list(runs(np.array([True, True, False, True])))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    yield from ((int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True))


def _own(cells: Sequence[Cell]) -> dict[str, list[int]]:
    """Cells of each network, by index."""
    return {name: [c for c, cell in enumerate(cells) if cell.network == name] for name in network_names(cells)}


def _sums(history: History, cells: tuple[Cell, ...], first: dt.date, width: int) -> tuple[Floats, Mask]:
    """(C, D) money of the rows of each day, and whether there is any row; rows on or after the end stay out."""
    table = history.table
    audiences = any(cell.audience for cell in cells) and "audience" in table
    third = table["audience"] if audiences else [""] * len(table)
    keys = list(zip(table["network"], table["content_type"], third, strict=True))
    place = {tuple(cell): c for c, cell in enumerate(cells)}
    row_cell = np.array([place[key] for key in keys], dtype=np.int64)
    days = table["date"].to_numpy().astype("datetime64[D]")
    money = table["spend"].to_numpy(dtype=np.float64)
    if history.frequency == "weekly":
        offsets = np.arange(DAYS_PER_WEEK)
        days = (monday(days)[:, None] + offsets.astype("timedelta64[D]")).ravel()
        row_cell, money = np.repeat(row_cell, DAYS_PER_WEEK), np.repeat(money / DAYS_PER_WEEK, DAYS_PER_WEEK)
    column = (days - np.datetime64(first)).astype(np.int64)
    inside = (column >= 0) & (column < width)
    spend, rows = np.zeros((len(cells), width)), np.zeros((len(cells), width), dtype=np.bool_)
    np.add.at(spend, (row_cell[inside], column[inside]), money[inside])
    rows[row_cell[inside], column[inside]] = True
    return spend, rows


def _holes(present: Mask, anybody: Mask, long: int) -> tuple[Mask, int | None]:
    """(D,) days of a network that are not known; and since when it is paused, if it is.

    Parameters
    ----------
    present, anybody : bool array, shape (D,)
        Whether the network, and whether any network, has rows.
    long : int
        Days of silence while others report that are a pause.
    """
    holes, silent = np.zeros_like(present), None
    if not present.any():
        return holes, silent
    begun, opened = int(np.argmax(present)), int(np.argmax(anybody))
    for start, stop in runs(~present):
        if start < begun:  # before its first row: not there yet, unless the whole history begins later
            holes[start : min(stop, opened)] = begun - opened < long
            continue
        if int(anybody[start:stop].sum()) > long:
            silent = start if stop == len(present) else silent
            continue
        days = np.arange(start, stop)
        holes[days] = [_expected(present, start, stop, int(day)) for day in days]
    return holes, silent


def _expected(present: Mask, start: int, stop: int, day: int) -> bool:
    """Whether rows are usual on such a weekday, by the same weekdays before the gap; after it where none are before."""
    before = np.arange(day, -1, -DAYS_PER_WEEK)
    before = before[(before < start) & (before >= int(np.argmax(present)))][:LOOKED]
    if not len(before):
        after = np.arange(day, len(present), DAYS_PER_WEEK)
        before = after[after >= stop][:LOOKED]
    return bool(not len(before) or present[before].mean() >= USUAL)


def _last_mean(row: Floats, count: int) -> float:
    known = row[np.isfinite(row)][-count:]
    return float(known.mean()) if len(known) else 0.0


def _filled(row: Floats) -> Floats:
    """A row with unknown days at the mean of the 7 known days before, or after where none are before."""
    out = row.copy()
    for start, stop in runs(~np.isfinite(row)):
        before, after = row[:start], row[stop:]
        after = after[np.isfinite(after)]
        known = np.isfinite(before).any()
        out[start:stop] = _last_mean(before, RECENT) if known else float(after[:RECENT].mean()) if len(after) else 0.0
    return out
