"""Ledger: the rows of a history summed to weeks by network, content type, audience or landing page, for any measure.

What was not reported is not 0. A ratio is made of the rows that hold both its numerator and its denominator; a total
of a week is there only if each cell that reports the column at all reported it in every row of the week.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.history.measures import OF_WHOLE, PER_ROW, PER_WEEK, Measure
from optimizer.history.schema import CELL_COLUMNS
from optimizer.history.weeks import Dates, monday
from optimizer.language.message import place, say

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.history.history import History

Floats = NDArray[np.float64]
Group = tuple[str, ...]
"""A group's names, one per column of its breakdown."""

MIDWEEK = np.timedelta64(3, "D")


class Breakdown(Enum):
    """What groups are told apart by; the value is the columns."""

    ALL = ()
    NETWORK = ("network",)
    CONTENT_TYPE = ("content_type",)
    CELL = CELL_COLUMNS
    AUDIENCE = ("audience",)
    LANDING_PAGE = ("landing_page",)


class Grain(Enum):
    """How weeks are put together for a table; a month holds the weeks whose Thursday is in it."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Selection:
    """Which part of a history is looked at; empty means all of it.

    Attributes
    ----------
    networks, content_types : tuple of str
        Names to keep.
    weeks : int
        Newest complete weeks to keep; 0 keeps all.
    without : tuple of (Breakdown, Group)
        Groups to leave out.
    """

    networks: tuple[str, ...] = ()
    content_types: tuple[str, ...] = ()
    weeks: int = 0
    without: tuple[tuple[Breakdown, Group], ...] = ()


@dataclass(frozen=True)
class Weekly:
    """A measure by group and week.

    Attributes
    ----------
    measure : Measure
    breakdown : Breakdown
    groups : tuple of Group
        G groups, sorted; only such as were observed in some week.
    weeks : array of datetime64[D], shape (T,)
        Mondays of complete weeks, consecutive.
    numerator, denominator : float array, shape (G, T)
        Sums of the rows; NaN where the group was not observed in the week.
    """

    measure: Measure
    breakdown: Breakdown
    groups: tuple[Group, ...]
    weeks: Dates
    numerator: Floats = field(repr=False)
    denominator: Floats = field(repr=False)

    @property
    def value(self) -> Floats:
        """(G, T) the measure; NaN where it was not observed or there is nothing to divide by."""
        return _ratio(self.numerator, self.denominator, self.measure.per)

    def over(self, weeks: int) -> Floats:
        """(G,) the measure over the newest so many weeks; NaN where it was not observed in any of them."""
        numerator, denominator = self.numerator[:, -weeks:], self.denominator[:, -weeks:]
        seen = np.isfinite(numerator).any(axis=1)
        total = np.where(seen, np.nansum(denominator, axis=1), np.nan)
        return _ratio(np.nansum(numerator, axis=1), total, self.measure.per)

    def frame(self, grain: Grain = Grain.WEEK) -> pd.DataFrame:
        """One row per period and group: period (its first day), group, numerator, denominator, value.

        Weeks in which a group was not observed have empty cells, and so have months without any observed week. The
        total of a month is the mean of its weeks, so that a month of five weeks does not look better than one of four.
        """
        import pandas as pd

        months = (self.weeks + MIDWEEK).astype("datetime64[M]").astype("datetime64[D]")
        of_week = self.weeks if grain is Grain.WEEK else months
        periods, place_of = np.unique(of_week, return_inverse=True)
        numerator, denominator = (_summed(part, place_of, len(periods)) for part in (self.numerator, self.denominator))
        count = len(self.groups)
        names = [group_text(self.breakdown, one) for one in self.groups]
        return pd.DataFrame(
            {
                "period": np.tile(periods.astype("datetime64[s]"), count),
                "group": np.repeat(np.array(names, dtype=object), len(periods)),
                "numerator": numerator.ravel(),
                "denominator": denominator.ravel(),
                "value": _ratio(numerator, denominator, self.measure.per).ravel(),
            }
        )


def group_text(breakdown: Breakdown, group: Group) -> str:
    """Name of a group as it stands in a sentence.

    Examples
    --------
    >>> group_text(Breakdown.CELL, ("tiktok", "video")), group_text(Breakdown.AUDIENCE, ("",))
    ('tiktok/video', 'not named')
    """
    if breakdown is Breakdown.ALL:
        return say("all posts")
    if not any(group):
        return say("not named")
    if breakdown in (Breakdown.NETWORK, Breakdown.CELL):
        return place(group)
    return place(("", *group)) if breakdown is Breakdown.CONTENT_TYPE else group[0]


class Ledger:
    """The rows of a history in complete weeks, ready to be summed for one measure after another.

    Parameters
    ----------
    history : History
    selection : Selection
    """

    def __init__(self, history: History, selection: Selection | None = None) -> None:
        self.history = history
        self.selection = selection or Selection()
        self.weeks = history.weeks[-self.selection.weeks :]
        week = (monday(history.table["date"].to_numpy()) - self.weeks[0]).astype(np.int64) // 7
        inside = (week >= 0) & (week < len(self.weeks)) & self._selected(history.table)
        self._table = history.table[inside]
        self._week = week[inside]
        self._codes: dict[Breakdown, tuple[NDArray[np.int64], tuple[Group, ...]]] = {}

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """What groups can be told apart by: such as have at least two groups."""
        held = [b for b in Breakdown if all(name in self._table for name in b.value)]
        return tuple(b for b in held if b is Breakdown.ALL or len(self._groups(b)[1]) > 1)

    def weekly(self, measure: Measure, breakdown: Breakdown = Breakdown.ALL) -> Weekly:
        """Sum a measure by group and week.

        Raises
        ------
        KeyError
            The history lacks a column of the measure or of the breakdown; see `missing_columns`.
        """
        codes, groups = self._groups(breakdown)
        shape = (len(groups), len(self.weeks))
        spot = np.ravel_multi_index((codes, self._week), shape) if len(codes) else codes
        if measure.denominator in (PER_WEEK, OF_WHOLE):
            numerator, denominator = self._totals(measure, spot, shape)
        else:
            numerator, denominator = self._pairs(measure, spot, shape)
        seen = np.asarray(np.isfinite(numerator).any(axis=1))
        kept = tuple(group for group, is_seen in zip(groups, seen, strict=True) if is_seen)
        return Weekly(measure, breakdown, kept, self.weeks, numerator[seen], denominator[seen])

    def _selected(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        chosen = np.ones(len(table), dtype=bool)
        for column, names in zip(CELL_COLUMNS, (self.selection.networks, self.selection.content_types), strict=True):
            if names:
                chosen &= table[column].isin(names).to_numpy()
        for breakdown, group in self.selection.without:
            out = np.ones(len(table), dtype=bool)
            for column, name in zip(breakdown.value, group, strict=True):
                out &= (table[column] == name).to_numpy()
            chosen &= ~out
        return chosen

    def _groups(self, breakdown: Breakdown) -> tuple[NDArray[np.int64], tuple[Group, ...]]:
        """Code of each row, and the groups in the order of the codes."""
        if breakdown not in self._codes:
            if breakdown is Breakdown.ALL:
                self._codes[breakdown] = np.zeros(len(self._table), dtype=np.int64), ((),)
            else:
                grouped = self._table.groupby(list(breakdown.value), sort=True)
                groups = tuple(tuple(map(str, key)) for key in grouped.size().index.to_frame().to_numpy())
                self._codes[breakdown] = grouped.ngroup().to_numpy(dtype=np.int64), groups
        return self._codes[breakdown]

    def _column(self, name: str) -> Floats:
        return np.asarray(self._table[name].to_numpy(dtype=np.float64), dtype=np.float64)

    def _reporting(self, values: Floats, any_at_all: bool) -> NDArray[np.bool_]:
        """Rows of cells that ever report the column, or that ever have any of it."""
        cells, groups = self._groups(Breakdown.CELL)
        does = np.nan_to_num(values) > 0 if any_at_all else np.isfinite(values)
        return np.asarray(np.bincount(cells, does, len(groups))[cells] > 0)

    def _totals(self, measure: Measure, spot: NDArray[np.int64], shape: tuple[int, int]) -> tuple[Floats, Floats]:
        """Numerator of whole weeks, over the weeks or over that of all groups."""
        values = self._column(measure.numerator)
        reports = self._reporting(values, measure.where_any)
        empty = reports & np.isnan(values)
        size = shape[0] * shape[1]
        rows, holes = (np.bincount(spot, mask, size).reshape(shape) for mask in (reports, empty))
        summed = np.bincount(spot, np.where(reports & ~empty, values, 0.0), size).reshape(shape)
        if measure.denominator == PER_WEEK:
            seen = (rows > 0) & (holes == 0)
            return np.where(seen, summed, np.nan), np.where(seen, 1.0, np.nan)
        seen = (rows > 0) & (holes.sum(axis=0) == 0)
        return np.where(seen, summed, np.nan), np.where(seen, summed.sum(axis=0), np.nan)

    def _pairs(self, measure: Measure, spot: NDArray[np.int64], shape: tuple[int, int]) -> tuple[Floats, Floats]:
        """Numerator and denominator of the rows that hold both."""
        values = self._column(measure.numerator)
        if measure.denominator == PER_ROW:
            under, use = np.ones_like(values), np.nan_to_num(values) > 0
        else:
            under = self._column(measure.denominator)
            use = np.isfinite(values) & np.isfinite(under)
        if measure.where_any:
            use &= self._reporting(values, True)
        size = shape[0] * shape[1]
        seen = np.bincount(spot, use, size) > 0
        sums = (np.bincount(spot, np.where(use, part, 0.0), size) for part in (values, under))
        numerator, denominator = (np.where(seen, part, np.nan).reshape(shape) for part in sums)
        return numerator, denominator


def weekly(
    history: History, measure: Measure, breakdown: Breakdown = Breakdown.ALL, selection: Selection | None = None
) -> Weekly:
    """A measure of a history by group and week; for several measures keep one `Ledger`."""
    return Ledger(history, selection).weekly(measure, breakdown)


def tidy_table(
    history: History,
    measure: Measure,
    breakdown: Breakdown = Breakdown.ALL,
    selection: Selection | None = None,
    grain: Grain = Grain.WEEK,
) -> pd.DataFrame:
    """One row per period and group: period, group, numerator, denominator, value; see `Weekly.frame`."""
    return weekly(history, measure, breakdown, selection).frame(grain)


def _summed(values: Floats, place_of: NDArray[np.int64], count: int) -> Floats:
    """(G, count) sums of what was observed; NaN where nothing was."""
    seen: Floats = np.zeros((len(values), count))
    total = np.zeros_like(seen)
    for row, (sums, known) in enumerate(zip(total, seen, strict=True)):
        finite = np.isfinite(values[row])
        sums += np.bincount(place_of, np.where(finite, values[row], 0.0), count)
        known += np.bincount(place_of, finite, count)
    return np.asarray(np.where(seen > 0, total, np.nan))


def _ratio(numerator: Floats, denominator: Floats, per: float) -> Floats:
    """Numerator over denominator, NaN where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = per * numerator / denominator
    return np.asarray(np.where(np.nan_to_num(denominator) > 0, value, np.nan), dtype=np.float64)
