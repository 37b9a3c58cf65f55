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
        """(C,) today's split: mean weekly spend of the last 12 complete weeks where observed, 0 without any."""
        last = self.spend[:, -RECENT_WEEKS:]
        seen = np.isfinite(last)
        return np.asarray(np.nansum(last, axis=1) / np.maximum(seen.sum(axis=1), 1), dtype=np.float64)

    def until(self, weeks: int) -> Panel:
        """The same cells as they stood after the first `weeks` weeks, 1 to T; cells begun later are in it, unseen."""
        if not 1 <= weeks <= len(self.weeks):
            raise ValueError(f"weeks is {weeks}; the panel has 1 to {len(self.weeks)}")
        outcomes = {name: values[:, :weeks] for name, values in self.outcomes.items()}
        return replace(self, weeks=self.weeks[:weeks], spend=self.spend[:, :weeks], outcomes=outcomes)


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
