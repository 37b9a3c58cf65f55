"""Draws of all curves together: what is known and how surely, in one record that forecasts are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.fitting import JointFit
from optimizer.response.joint import DECAY, FIXED, LEVEL, ORGANIC
from optimizer.response.settings import ModelSettings
from optimizer.response.shapes import Batch, ShapeFits, climb, free_coordinates

LONGEST_AHEAD = 64  # weeks past the history for which demand is drawn
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
    """

    level: Floats
    organic: Floats
    half: Floats
    slope: Floats
    decay: Floats
    inert: NDArray[np.bool_]
    demand: Floats


def draw(fit: JointFit, shapes: ShapeFits, settings: ModelSettings) -> Draws:
    """Draw shared coordinates, then every cell's shape by its weight, then its coordinates given both."""
    rng = np.random.default_rng([settings.seed, 1])
    count, cells = settings.draws, len(fit.data.cells)
    layout = fit.model.layout
    root = np.linalg.cholesky(fit.factor.covariance + 1e-12 * np.eye(layout.size))
    shared = paired_normals(rng, count, layout.size) @ root.T
    common, pooled = _common_shift(shared, layout.weeks, layout.lags), shared[:, layout.pooled]
    picks = np.stack([systematic(rng, weights, count) for weights in shapes.weights], axis=1)
    normal = paired_normals(rng, count, cells * 3).reshape(count, cells, 3)
    lead = _lead_coordinates(fit, shapes, picks, common, pooled, normal)
    rows = np.arange(cells)
    weights, left = fit.model.prior.demand.ahead(LONGEST_AHEAD)
    past = fit.state.shared[: layout.weeks] + shared[:, : layout.weeks]
    ahead = past @ weights.T + paired_normals(rng, count, LONGEST_AHEAD) @ np.linalg.cholesky(left).T
    return Draws(
        level=lead[..., LEVEL],
        organic=lead[..., ORGANIC],
        half=shapes.half[rows, picks],
        slope=shapes.slope[rows, picks],
        decay=1.0 / (1.0 + np.exp(-lead[..., DECAY])),
        inert=picks == shapes.half.shape[1] - 1,
        demand=ahead,
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


def _common_shift(shared: Floats, weeks: int, lags: int) -> Floats:
    """(S, T) shift of log demand plus share reported in each draw."""
    common = shared[:, :weeks].copy()
    if lags:
        common[:, -lags:] += shared[:, weeks : weeks + lags][:, ::-1]
    return common


def _lead_coordinates(
    fit: JointFit, shapes: ShapeFits, picks: NDArray[np.intp], common: Floats, pooled: Floats, normal: Floats
) -> Floats:
    """(S, C, 3) level, organic and decay logit of every draw, given its shape and its shared coordinates."""
    model = fit.model
    count, cells = picks.shape
    free = free_coordinates(shapes.coordinates.shape[2])
    link = model.layout.link[:, free[free < FIXED]]
    lead = np.empty((count, cells, 3))
    rows = np.unique(np.stack([np.tile(np.arange(cells), (count, 1)).ravel(), picks.ravel()], axis=1), axis=0)
    last = shapes.half.shape[1] - 1
    for begin in range(0, len(rows), CHUNK):
        cell, shape = rows[begin : begin + CHUNK].T
        found = climb(fit, Batch(cell, shape == last, shapes.coordinates[cell, shape]), 0, weekly=True)
        if found.weekly is None:
            raise AssertionError("climb(weekly=True) returns the weekly information")
        inverse = np.linalg.inv(found.precision)
        roots = np.linalg.cholesky(inverse[:, :3, :3])
        by_week = inverse[:, :3] @ found.weekly  # (R, 3, T)
        leading = model.cell_precision[cell][:, free[: link.shape[1]], None]
        pull = inverse[:, :3, : link.shape[1]] @ (leading * link[cell])
        for row, (c, g) in enumerate(zip(cell, shape, strict=True)):
            mine = np.flatnonzero(picks[:, c] == g)
            shift = pooled[mine] @ pull[row].T - common[mine] @ by_week[row].T
            lead[mine, c] = found.coordinates[row, free[:3]] + shift + normal[mine, c] @ roots[row].T
    return lead
