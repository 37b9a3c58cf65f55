"""From a panel to the arrays the fit works on: relative spend with its gaps filled, outcomes with a mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats, Panel, fill_gaps
from optimizer.language.message import join, say

MONEY = frozenset({"revenue"})  # outcomes that are amounts, whose noise has no natural unit
FEWEST_PAIRS = 24


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
        Outcome per week in `unit`s; 0 where not observed.
    unit : float
        What counts as one event of the outcome: 1 for counts, an amount for money.
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
    unit: float
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
    filled = fill_gaps(panel.spend)
    reference = _reference(panel)
    observed = np.isfinite(values) & np.isfinite(panel.spend)
    unit = noise_unit(values) if outcome in MONEY else 1.0
    _, network = np.unique([cell.network for cell in panel.cells], return_inverse=True)
    _, content = np.unique([cell.content_type for cell in panel.cells], return_inverse=True)
    return FitData(
        cells=panel.cells,
        name=outcome,
        mondays=panel.weeks,
        reference=reference,
        spend=filled / reference[:, None],
        outcome=np.where(observed, np.nan_to_num(values), 0.0) / unit,
        unit=unit,
        observed=observed,
        network=network,
        content=content,
        tried=np.asarray((filled > 0).any(axis=1)),
    )


def no_outcome(panel: Panel, outcome: str) -> InputError:
    """The error for an outcome that the history lacks.

    Examples
    --------
    >>> str(no_outcome(Panel((), np.array([]), np.zeros((0, 0)), {"reach": np.zeros((0, 0))}), "likes"))
    "the history has no outcome 'likes'; outcomes in it: reach."
    """
    known = sorted(panel.outcomes)
    advice = say("outcomes in it: {outcomes}", outcomes=join(", ", known)) if known else say("outcomes in it: none")
    return InputError.at(say("the history has no outcome {outcome}", outcome=repr(outcome)), fix=advice)


def noise_unit(values: Floats) -> float:
    """Amount of money that behaves like one event: the part of weekly variance that grows with the mean.

    From differences of neighbouring weeks (D) at their mean (M): D / M is a constant, the unit, plus a share of M.

    Parameters
    ----------
    values : float array, shape (C, T)
        NaN where not observed.

    Examples
    --------
    >>> sales = np.random.default_rng(0).poisson(np.linspace(5, 200, 20)[:, None], (20, 100))
    >>> 30 < noise_unit(40.0 * sales) < 50
    True
    """
    middle = 0.5 * (values[:, 1:] + values[:, :-1]).ravel()
    square = 0.5 * ((values[:, 1:] - values[:, :-1]) ** 2).ravel()
    used = np.isfinite(middle) & (middle > 0)
    if used.sum() < FEWEST_PAIRS:
        positive = values[np.nan_to_num(values) > 0]
        return float(np.median(positive)) / 10.0 if len(positive) else 1.0
    bins = np.array_split(np.argsort(middle[used]), min(10, used.sum() // 8))
    centre = np.array([np.mean(middle[used][part]) for part in bins])
    # half squared differences of normals have a median of 0.455 variances; a mean would follow single odd weeks
    variance = np.array([np.median(square[used][part]) / 0.455 for part in bins])
    design = np.stack([np.ones_like(centre), centre], axis=1) / centre[:, None]
    unit = float(np.linalg.lstsq(design, variance / centre**2, rcond=None)[0][0])
    typical = float(np.median(centre))
    return float(np.clip(unit, 1e-3 * typical, 0.2 * typical))


def _reference(panel: Panel) -> Floats:
    """(C,) mean of each cell's positive spend in its last year; untried cells take half of the others' median."""
    last = panel.spend[:, -52:]
    reference = np.zeros(len(panel.cells))
    for cell, row in enumerate(last):
        paid = row[np.isfinite(row) & (row > 0)]
        if not len(paid):
            paid = panel.spend[cell][np.nan_to_num(panel.spend[cell]) > 0]
        reference[cell] = np.mean(paid) if len(paid) else 0.0
    known = reference[reference > 0]
    usual = float(np.median(known)) * 0.5 if len(known) else 1.0
    return np.where(reference > 0, reference, usual)
