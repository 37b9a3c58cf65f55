"""From a panel to the arrays the fit works on: relative spend with its gaps filled, outcomes with a mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Cell, Floats, Panel

LONG_GAP = 2  # weeks; a longer gap in the rows means that the campaign was not running


@dataclass(frozen=True)
class FitData:
    """What the fit sees; C cells, T weeks, N networks, K content types.

    Attributes
    ----------
    cells : tuple of Cell
    name : str
        The outcome.
    mondays : array of datetime64[D], shape (T,)
    reference : float array, shape (C,)
        Money that counts as 1 for a cell: its typical weekly spend.
    spend : float array, shape (C, T)
        Weekly spend over the reference, gaps filled.
    outcome : float array, shape (C, T)
        Outcome per week; 0 where not observed.
    observed : bool array, shape (C, T)
        Where the outcome counts as evidence.
    network, content : int array, shape (C,)
        Index of the cell's network and content type.
    tried : bool array, shape (C,)
        Whether money was ever spent on the cell.
    """

    cells: tuple[Cell, ...]
    name: str
    mondays: NDArray[np.datetime64]
    reference: Floats
    spend: Floats
    outcome: Floats
    observed: NDArray[np.bool_]
    network: NDArray[np.intp]
    content: NDArray[np.intp]
    tried: NDArray[np.bool_]

    @property
    def weeks(self) -> int:
        """Number of weeks T."""
        return int(self.spend.shape[1])


def prepare(panel: Panel, outcome: str) -> FitData:
    """Arrays for the fit of one outcome of the panel."""
    values = panel.outcomes[outcome]
    filled = np.stack([_fill(row) for row in panel.spend])
    reference = _reference(panel)
    observed = np.isfinite(values) & np.isfinite(panel.spend)
    _, network = np.unique([cell.network for cell in panel.cells], return_inverse=True)
    _, content = np.unique([cell.content_type for cell in panel.cells], return_inverse=True)
    return FitData(
        cells=panel.cells,
        name=outcome,
        mondays=panel.weeks,
        reference=reference,
        spend=filled / reference[:, None],
        outcome=np.where(observed, np.nan_to_num(values), 0.0),
        observed=observed,
        network=network,
        content=content,
        tried=np.asarray((filled > 0).any(axis=1)),
    )


def _fill(spend: Floats) -> Floats:
    """Spend with unobserved weeks filled: short gaps by a line, long ones and those before the first row by 0."""
    missing = ~np.isfinite(spend)
    if not missing.any() or missing.all():
        return np.nan_to_num(spend)
    index = np.arange(len(spend))
    line = np.interp(index, index[~missing], spend[~missing])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(int), [0]])))
    filled = np.where(missing, line, spend)
    for begin, stop in zip(edges[::2], edges[1::2], strict=True):
        if begin == 0 or stop - begin > LONG_GAP:
            filled[begin:stop] = 0.0
    return np.asarray(filled)


def _reference(panel: Panel) -> Floats:
    """(C,) median of each cell's positive spend in its last year; untried cells take half of the others' median."""
    last = panel.spend[:, -52:]
    reference = np.zeros(len(panel.cells))
    for cell, row in enumerate(last):
        paid = row[np.isfinite(row) & (row > 0)]
        if not len(paid):
            paid = panel.spend[cell][np.nan_to_num(panel.spend[cell]) > 0]
        reference[cell] = np.median(paid) if len(paid) else 0.0
    known = reference[reference > 0]
    usual = float(np.median(known)) * 0.5 if len(known) else 1.0
    return np.where(reference > 0, reference, usual)
