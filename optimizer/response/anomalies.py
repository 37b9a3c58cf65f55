"""What went wrong in the record, and what changed for good: outages, outliers, breaks.

All three are judged against a fit of the joint model: single weeks that no noise explains and runs of weeks with spend
but nothing counted are left out as evidence; lasting changes of one cell's effect are tested at every week by their
Bayes factor and given a coordinate of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.cell_rows import Batch, climb
from optimizer.response.joint import BREAK_SD, Factor, JointModel, State, Terms
from optimizer.response.prepare import FitData

OUTLIER_Z = 6.0
DEAD_SHARE = 0.03  # of what was expected; less than that while money was spent means that tracking failed
DEAD_Z = 5.5
PLENTY = 20.0  # units in a usual week, of which not one being reported is no accident
LONGEST_OUTLIER = 2  # weeks
BREAK_EDGE = 4  # weeks with spend that a break needs on either side
REDATE, REDATE_STEPS = 3, 4  # weeks either side in which a break's date is looked for, and steps of the search
BREAK_ODDS = 2.5  # log posterior odds at which a break is believed
WEEKS_BETWEEN_BREAKS = 260.0  # of one cell: a lasting break about every five years


Flags = tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True)
class Break:
    """A lasting change of a cell's effect: cell index, first week of the new level, log change expected."""

    cell: int
    week: int
    log_change: float


def standard_residuals(outcome: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Residuals of negative binomial counts on the scale that makes their variance 1; near normal for any size.

    Source: Anscombe (1948), the transformation of Poisson, binomial and negative-binomial data.

    Examples
    --------
    >>> standard_residuals(np.array([0.0, 100.0]), np.array([100.0, 100.0]), np.array(0.03)).round(1).tolist()
    [-14.0, 0.0]
    """
    root = np.sqrt(dispersion)
    stable = [np.arcsinh(root * np.sqrt(count + 0.375)) for count in (outcome, mean)]
    return np.asarray(2.0 * (stable[0] - stable[1]) / root)


def find_faults(reported: NDArray[np.bool_], outcome: Floats, mean: Floats, dispersion: Floats) -> Flags:
    """Weeks to leave out.

    Parameters
    ----------
    reported : bool array, shape (C, T)
        Where a row exists.
    outcome, mean : float array, shape (C, T)
        Seen and fitted.
    dispersion : float array, shape (C, 1)

    Returns
    -------
    outage, outlier : bool array, shape (C, T)
    """
    usual = np.minimum(dispersion, np.median(dispersion))  # one absurd week must not excuse itself by its cell's noise
    residual = np.where(reported, standard_residuals(outcome, mean, usual), 0.0)
    dead = reported & (outcome <= DEAD_SHARE * mean) & (residual < -DEAD_Z)
    strange = reported & ~dead & (np.abs(residual) > OUTLIER_Z)
    outlier = np.zeros_like(strange)
    for cell in np.flatnonzero(strange.any(axis=1)):
        for begin, stop in runs(strange[cell]):
            if stop - begin <= LONGEST_OUTLIER and stop < strange.shape[1]:
                outlier[cell, begin:stop] = True
    return dead, outlier


def silent_weeks(data: FitData) -> NDArray[np.bool_]:
    """(T,) weeks in which money was spent and no cell reported anything, where a usual week has plenty.

    Left in, they would pass for late reporting if they are the newest, or for a fall of demand.
    """
    total = data.outcome.sum(axis=0)
    reported = data.observed.any(axis=0) & ((data.spend > 0) & data.observed).any(axis=0)
    usual = np.median(total[reported]) if reported.any() else 0.0
    return np.asarray(reported & (total == 0) & (usual >= PLENTY))


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and stop of each run of True.

    Examples
    --------
    >>> runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def scan_breaks(model: JointModel, terms: Terms, common: Floats, factor: Factor) -> list[Break]:
    """The most likely new break of every cell in which one is believed.

    For each cell and week the log Bayes factor of a step in drift at that week, the cell's other coordinates free to
    adjust (score test with a normal prior on the step).
    """
    data = model.data
    mean = np.exp(terms.log_mean + common)
    slack = 1.0 + model.prior.dispersion[:, None] * mean
    weight = np.where(data.observed, mean / slack, 0.0)
    score = np.where(data.observed, (data.outcome - mean) / slack, 0.0)
    share, design = terms.share, terms.design(model.layout.steps, model.break_steps)
    weeks = data.weeks
    breakable = breakable_weeks(model)
    before = -np.tril(np.ones((weeks, weeks)), -1)  # column tau: -1 for weeks before tau
    found = []
    odds = -np.log(WEEKS_BETWEEN_BREAKS)
    for cell in range(len(data.cells)):
        column = before * share[cell][:, None]
        gradient = column.T @ score[cell]
        cross = column.T @ (weight[cell][:, None] * design[cell])
        explained = np.einsum("kn,nm,km->k", cross, factor.inverse[cell], cross)
        information = weight[cell] @ column**2 - explained
        information = np.maximum(information, 1e-9)
        factor_log = -0.5 * np.log1p(information * BREAK_SD**2) + 0.5 * gradient**2 / (information + BREAK_SD**-2.0)
        factor_log[~breakable[cell]] = -np.inf
        taken = model.prior.breaks[cell]
        for week in taken[taken >= 0]:
            factor_log[max(week - BREAK_EDGE, 0) : week + BREAK_EDGE + 1] = -np.inf
        best = int(np.argmax(factor_log))
        if factor_log[best] + odds > BREAK_ODDS:
            found.append(Break(cell, best, float(gradient[best] / (information[best] + BREAK_SD**-2.0))))
    return found


def breakable_weeks(model: JointModel) -> NDArray[np.bool_]:
    """(C, T) weeks at which a break may begin: with enough weeks of evidence on either side."""
    data = model.data
    seen = np.cumsum(data.observed & (data.spend > 0), axis=1)
    earlier = np.pad(seen[:, :-1], ((0, 0), (1, 0)))
    return np.asarray((earlier >= BREAK_EDGE) & (seen[:, -1:] - earlier >= BREAK_EDGE))


def redate_breaks(model: JointModel, state: State) -> NDArray[np.intp]:
    """(C, S) first weeks of the breaks found so far, each moved to the date near it with the highest evidence.

    The scan tests a step against curves that do not know of it yet, so its date can be off by a week or two; a wrong
    week on the wrong side of a break pulls its size towards 0.
    """
    breaks, breakable = model.prior.breaks.copy(), breakable_weeks(model)
    shifts = np.arange(-REDATE, REDATE + 1)
    for slot in range(breaks.shape[1]):
        cells = np.flatnonzero(breaks[:, slot] >= 0)
        if not len(cells):
            continue
        rows = np.repeat(cells, len(shifts))
        dates = breaks[rows]
        moved = np.clip(dates[:, slot] + np.tile(shifts, len(cells)), 0, model.data.weeks - 1)
        dates[:, slot] = np.where(breakable[rows, moved], moved, dates[:, slot])
        found = climb(
            model, state, Batch(rows, np.zeros(len(rows), dtype=bool), state.cells[rows], dates), REDATE_STEPS
        )
        best = found.evidence.reshape(len(cells), -1).argmax(axis=1)
        breaks[cells, slot] = dates.reshape(len(cells), len(shifts), -1)[np.arange(len(cells)), best, slot]
    return breaks
