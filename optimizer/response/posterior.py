"""Draws of all curves together: what is known and how surely, in one record that forecasts are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InternalError
from optimizer.history.panel import Floats
from optimizer.language.message import say
from optimizer.response.cell_rows import Batch, Objective, climb, free_coordinates
from optimizer.response.demand import LONGEST_AHEAD
from optimizer.response.fitting import JointFit
from optimizer.response.joint import DECAY, FIXED, LEVEL, ORGANIC
from optimizer.response.pareto import pareto_smoothed
from optimizer.response.settings import ModelSettings
from optimizer.response.shapes import ShapeFits

FREEDOM = 5.0  # of the Student t that proposes; its tails cover what a normal around the mode would miss
CHUNK = 400  # cell-shapes whose curvature is held at once


@dataclass(frozen=True)
class Draws:
    """S draws of everything a forecast needs; C cells.

    Attributes
    ----------
    level, organic, half, slope : float array, shape (S, C)
        Log outcome of the usual spend in a usual week, log organic outcome over that, log half-saturation over the
        usual spend, log slope; as of the newest week.
    decay : float array, shape (S, C)
        Weekly carry-over rate.
    inert : bool array, shape (S, C)
        Draws in which spend does nothing on the cell.
    demand : float array, shape (S, LONGEST_AHEAD)
        Log demand of the weeks to come.
    pareto_k : float array, shape (C,)
        How far the normal approximation behind a cell's draws is from its posterior; above 0.7 it is doubtful.
    """

    level: Floats
    organic: Floats
    half: Floats
    slope: Floats
    decay: Floats
    inert: NDArray[np.bool_]
    demand: Floats
    pareto_k: Floats


def draw(fit: JointFit, shapes: ShapeFits, settings: ModelSettings) -> Draws:
    """Draw shared coordinates, then every cell's shape by its weight, then its coordinates given both.

    Cell coordinates come from a normal approximation around the mode of each shape. How far that is from the true
    posterior is measured draw by draw (Pareto k of the importance ratios), and draws are resampled by those ratios.
    """
    rng = np.random.default_rng([settings.seed, 1])
    count, cells = settings.draws, len(fit.data.cells)
    layout = fit.model.layout
    root = np.linalg.cholesky(fit.factor.covariance + 1e-12 * np.eye(layout.size))
    shared = paired_normals(rng, count, layout.size) @ root.T
    weights, left = fit.model.prior.demand.ahead(LONGEST_AHEAD)
    past = fit.state.shared[: layout.weeks] + shared[:, : layout.weeks]
    ahead = past @ weights.T + paired_normals(rng, count, LONGEST_AHEAD) @ np.linalg.cholesky(left).T
    shift = SharedShift(fit.model.common(shared), shared[:, layout.pooled])
    picks, lead, pareto = draw_cells(fit, shapes, shift, rng)
    rows = np.arange(cells)
    return Draws(
        level=lead[..., LEVEL] + np.log(fit.data.unit),
        organic=lead[..., ORGANIC],
        half=shapes.half[rows, picks],
        slope=shapes.slope[rows, picks],
        decay=1.0 / (1.0 + np.exp(-lead[..., DECAY])),
        inert=picks == shapes.half.shape[1] - 1,
        demand=ahead,
        pareto_k=pareto,
    )


def paired_normals(rng: np.random.Generator, count: int, size: int) -> Floats:
    """(count, size) standard normals in opposite pairs, so that their mean is 0 exactly."""
    half = rng.standard_normal(((count + 1) // 2, size))
    return np.concatenate([half, -half])[:count]


def systematic(rng: np.random.Generator, weights: Floats, count: int) -> NDArray[np.intp]:
    """Indices drawn by weight with as little chance as possible: every index appears its share of times, to within one.

    Examples
    --------
    >>> sorted(systematic(np.random.default_rng(0), np.array([0.25, 0.75]), 4).tolist())
    [0, 1, 1, 1]
    """
    edges = np.cumsum(weights)
    picks = np.searchsorted(edges / edges[-1], (np.arange(count) + rng.random()) / count)
    return rng.permutation(np.minimum(picks, len(weights) - 1))


@dataclass(frozen=True)
class SharedShift:
    """How far each draw's shared coordinates are from their mode: common by week (S, T), pooled (S, M)."""

    common: Floats
    pooled: Floats


def draw_cells(
    fit: JointFit, shapes: ShapeFits, shift: SharedShift, rng: np.random.Generator
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Shape (S, C), coordinates (S, C, 3: level, organic, decay logit) and Pareto k (C,) of all cells.

    Draws of these three are made around the joint mode of what is shared, weighed against the true posterior there
    (the drift steps, which are near normal, following by their conditional mean), resampled, and then moved along with
    each draw's shared coordinates.
    """
    count, cells = len(shift.common), len(fit.data.cells)
    picks = np.stack([systematic(rng, weights, count) for weights in shapes.weights], axis=1)
    lead, ratios, moves = np.empty((count, cells, 3)), np.empty((count, cells)), np.empty((count, cells), dtype=np.intp)
    along: list[tuple[Floats, Floats]] = []
    for group in shape_groups(fit, shapes, picks):
        wide = paired_normals(rng, len(group.members), 3)
        wide *= np.sqrt(FREEDOM / rng.chisquare(FREEDOM, len(wide)))[:, None]
        away = np.einsum("rij,rj->ri", group.roots[group.row], wide)
        lead[group.members, group.cell] = group.modes[group.row] + away[:, :3]
        density = -0.5 * (FREEDOM + 3.0) * np.log1p((wide**2).sum(axis=1) / FREEDOM)
        ratios[group.members, group.cell] = group.log_ratio(away) - density
        moves[group.members, group.cell] = len(along) + group.row
        along += list(zip(group.by_week, group.pull, strict=True))
    smoothed, pareto = zip(*(pareto_smoothed(ratios[:, c]) for c in range(cells)), strict=True)
    for cell in range(cells):
        kept = systematic(rng, smoothed[cell], count)
        picks[:, cell], lead[:, cell], moves[:, cell] = picks[kept, cell], lead[kept, cell], moves[kept, cell]
        for move in np.unique(moves[:, cell]):
            mine = moves[:, cell] == move
            by_week, pull = along[move]
            lead[mine, cell] += shift.pooled[mine] @ pull.T - shift.common[mine] @ by_week.T
    return picks, lead, np.array(pareto)


@dataclass(frozen=True)
class ShapeGroup:
    """Cell-shapes that were picked, R of them, with the draws that picked them, m of those.

    Attributes
    ----------
    members, cell, row : int array, shape (m,)
        Draw, cell and which of the R cell-shapes it is.
    modes : float array, shape (R, 3)
        Level, organic and decay at the mode.
    roots : float array, shape (R, k, 3)
        Displacement of all free coordinates per standard normal of these three.
    by_week, pull : float array, shape (R, 3, T), (R, 3, M)
        How the first coordinates move with what is shared.
    log_ratio : callable
        Log posterior at the modes plus displacements (m, k), less that at the modes.
    """

    members: NDArray[np.intp]
    cell: NDArray[np.intp]
    row: NDArray[np.intp]
    modes: Floats
    roots: Floats
    by_week: Floats
    pull: Floats
    log_ratio: Callable[[Floats], Floats]


def shape_groups(fit: JointFit, shapes: ShapeFits, picks: NDArray[np.intp]) -> Iterator[ShapeGroup]:
    """The picked cell-shapes in portions of limited size."""
    model, last = fit.model, shapes.half.shape[1] - 1
    free = free_coordinates(shapes.coordinates.shape[2])
    leading = int((free < FIXED).sum())
    count, cells = picks.shape
    flat = (np.arange(cells) * (last + 1) + picks).ravel()  # draw-major
    found, row = np.unique(flat, return_inverse=True)
    for begin in range(0, len(found), CHUNK):
        cell, shape = np.divmod(found[begin : begin + CHUNK], last + 1)
        at = climb(model, fit.state, Batch(cell, shape == last, shapes.coordinates[cell, shape]), 0, weekly=True)
        if at.weekly is None:
            raise InternalError(say("climb(weekly=True) returned no weekly information"))
        inverse = np.linalg.inv(at.precision)
        members, cell_of = np.divmod(np.flatnonzero((row >= begin) & (row < begin + CHUNK)), cells)
        which = row.reshape(count, cells)[members, cell_of] - begin
        prior = model.cell_precision[cell][:, free[:leading], None] * model.layout.link[cell][:, free[:leading]]
        yield ShapeGroup(
            members=members,
            cell=cell_of,
            row=which,
            modes=at.coordinates[:, :3],
            roots=inverse[:, :, :3] @ np.linalg.inv(np.linalg.cholesky(inverse[:, :3, :3])).transpose(0, 2, 1),
            by_week=inverse[:, :3] @ at.weekly,
            pull=inverse[:, :3, :leading] @ prior,
            log_ratio=_log_ratio(fit, Batch(cell[which], (shape == last)[which], at.coordinates[which])),
        )


def _log_ratio(fit: JointFit, batch: Batch) -> Callable[[Floats], Floats]:
    """Log posterior of rows moved by displacements of their free coordinates, less that where they stand."""

    def ratio(away: Floats) -> Floats:
        goal = Objective(fit.model, fit.state.shared, batch)
        moved = batch.start.copy()
        moved[:, goal.free] += away
        return goal.value(moved)[0] - goal.value(batch.start)[0]

    return ratio
