"""Panel: what was spent and what it brought, as arrays of cells x weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.history.schema import BY_NAME, CELL_COLUMNS, OUTCOMES
from optimizer.history.weeks import monday

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.history.history import History

Floats = NDArray[np.float64]

RECENT_WEEKS = 12
"""Complete weeks whose mean is today's split."""

LONG_GAP = 2
"""Weeks without a row that may be a hole in the data; a longer gap means that the campaign was not running."""


class Cell(NamedTuple):
    """One place money can go: a content type on a network, for one audience where cells are split by it."""

    network: str
    content_type: str
    audience: str = ""

    @property
    def label(self) -> str:
        """Name for people: ``instagram/reel`` or ``instagram/reel/parents``."""
        return "/".join(part for part in self if part)


@dataclass(frozen=True)
class Panel:
    """The history of one advertiser on a common calendar.

    Attributes
    ----------
    cells : tuple of Cell
        C cells, sorted.
    weeks : array of datetime64[D], shape (T,)
        Mondays of the complete weeks, consecutive.
    spend : float array, shape (C, T)
        Account currency per week; NaN where no row was reported ("not observed"), 0 where the row says 0.
    outcomes : mapping of str to float array, shape (C, T)
        Counts or money per week, by column name; NaN where not observed.
    currency : str
        ISO 4217 code, or "" where the file names none.
    source_sha256 : str
        Hash of the bytes the history was read from.
    """

    cells: tuple[Cell, ...]
    weeks: NDArray[np.datetime64]
    spend: Floats
    outcomes: Mapping[str, Floats] = field(repr=False)
    currency: str = ""
    source_sha256: str = ""

    @property
    def recent_spend(self) -> Floats:
        """(C,) today's split: mean weekly spend of the last 12 complete weeks, 0 where nothing is known of them.

        Weeks without a row stay out of the mean, but those of a gap of more than 2 count as 0 (see `pauses`), unless
        no cell has a row in them: then the export is not whole, which says nothing of a cell.
        """
        exported = np.isfinite(self.spend).any(axis=0)
        spend = np.where(pauses(self.spend) & exported, 0.0, self.spend)[:, -RECENT_WEEKS:]
        seen = np.isfinite(spend)
        return np.asarray(np.nansum(spend, axis=1) / np.maximum(seen.sum(axis=1), 1), dtype=np.float64)

    def until(self, weeks: int) -> Panel:
        """The same cells as they stood after the first `weeks` weeks, 1 to T; cells begun later are in it, unseen."""
        if not 1 <= weeks <= len(self.weeks):
            raise ValueError(f"weeks is {weeks}; the panel has 1 to {len(self.weeks)}")
        outcomes = {name: values[:, :weeks] for name, values in self.outcomes.items()}
        return replace(self, weeks=self.weeks[:weeks], spend=self.spend[:, :weeks], outcomes=outcomes)


def pauses(spend: Floats) -> NDArray[np.bool_]:
    """(C, T) weeks in which a cell that had begun was not running: it has no row in more than 2 in a row.

    Exports list what was delivered, so a campaign that is switched off has no rows rather than rows of 0.

    Parameters
    ----------
    spend : float array, shape (C, T)
        NaN where no row was reported.

    Examples
    --------
    >>> pauses(np.array([[np.nan, 5.0, np.nan, np.nan, 7.0, np.nan, np.nan, np.nan]]))
    array([[False, False, False, False, False,  True,  True,  True]])
    """
    missing = ~np.isfinite(spend)
    paused = np.zeros_like(missing)
    for row, out in zip(missing, paused, strict=True):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        for begin, stop in zip(edges[::2], edges[1::2], strict=True):
            out[begin:stop] = begin > 0 and stop - begin > LONG_GAP
    return paused


def fill_gaps(spend: Floats) -> Floats:
    """(C, T) spend with unobserved weeks filled: short gaps by a line, pauses and weeks before the first row by 0.

    Examples
    --------
    >>> fill_gaps(np.array([[np.nan, 5.0, np.nan, 7.0, np.nan, np.nan, np.nan]]))
    array([[0., 5., 6., 7., 0., 0., 0.]])
    """
    seen = np.isfinite(spend)
    weeks, off = np.arange(spend.shape[1]), pauses(spend)
    filled = np.zeros_like(spend)
    for row, known, out in zip(spend, seen, filled, strict=True):
        if known.any():
            out[:] = np.interp(weeks, weeks[known], row[known])
    begun = np.maximum.accumulate(seen, axis=1)
    return np.asarray(np.where(begun & ~off, filled, 0.0))


def build_panel(history: History, by_audience: bool = False) -> Panel:
    """Sum the rows of a history to cells x complete weeks.

    A week of a cell is the sum of its rows. Exports by day list the days with delivery, so a day without a row adds
    nothing, but a week without any row is not observed (NaN). If a row of the week leaves an outcome empty, the sum of
    that outcome would be too low, so the week is not observed for it. Reach is the one column that is never summed: it
    is there for weeks made of a single row.

    Parameters
    ----------
    history : History
    by_audience : bool
        Split cells by audience too, where the history names audiences.

    Returns
    -------
    Panel
        Outcomes that no cell and week has are not in it.
    """
    panel = sum_to_panel(history.table, history.weeks, by_audience)
    return Panel(panel.cells, panel.weeks, panel.spend, panel.outcomes, history.currency, history.sha256)


def sum_to_panel(table: pd.DataFrame, weeks: NDArray[np.datetime64], by_audience: bool = False) -> Panel:
    """The sums behind `build_panel`, from a table with canonical columns and the Mondays to keep."""
    names = [*CELL_COLUMNS, *(["audience"] if by_audience and "audience" in table else [])]
    groups = table.groupby(names, sort=True)
    cells = tuple(Cell(*map(str, key)) for key in groups.size().index.to_list())
    cell = groups.ngroup().to_numpy()
    week = (monday(table["date"].to_numpy()) - weeks[0]).astype(np.int64) // 7
    inside = (week >= 0) & (week < len(weeks))
    shape = (len(cells), len(weeks))
    place = np.ravel_multi_index((cell[inside], week[inside]), shape)
    size = shape[0] * shape[1]
    rows = np.bincount(place, minlength=size)

    def summed(name: str) -> Floats:
        values = table[name].to_numpy(dtype=np.float64)[inside]
        empty = np.isnan(values)
        total = np.bincount(place, np.where(empty, 0.0, values), size)
        whole = (rows > 0) & (np.bincount(place, empty, size) == 0)
        if not BY_NAME[name].additive:
            whole &= rows == 1
        return np.where(whole, total, np.nan).reshape(shape)

    outcomes = {name: summed(name) for name in OUTCOMES if name in table}
    outcomes = {name: values for name, values in outcomes.items() if np.isfinite(values).any()}
    return Panel(cells, weeks, summed("spend"), outcomes)
