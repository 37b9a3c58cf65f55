"""Which shape each cell's curve has: the evidence for every shape on a grid, and how common shapes are.

The joint mode bets on one shape per cell. Here each cell is fitted again under every shape of a grid of
half-saturations and slopes, and under "spend does nothing", with what cells share held at the joint mode. The evidence
of each (Laplace) weighs it, so that straight, concave and threshold curves all stay in play where the data do not tell.
How common shapes are among this advertiser's cells is learned from the table of evidence alone.
Source: Rue, Martino and Chopin (2009), integrated nested Laplace approximations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.cell_rows import Batch, climb
from optimizer.response.fitting import JointFit
from optimizer.response.joint import HALF, SLOPE

COARSE_HALF = np.linspace(-2.5, 3.5, 9)  # log half-saturation over the usual spend
COARSE_SLOPE = np.log([0.5, 0.7, 1.0, 1.4, 2.0, 3.0])
FINE = np.linspace(-2.7, 2.7, 7)  # standard deviations around the mean in each direction of a finer grid
ENOUGH_SHAPES = 5.0  # effective number of shapes below which a cell's grid is made finer
FINEST = 3  # times a grid may be refined
STEEPEST = 4.5  # half * slope beyond this would grow without limit past the data
FIRST_STEPS, NEXT_STEPS = 5, 3
CHUNK = 1500  # cell-shapes handled at once; keeps the working set small


@dataclass(frozen=True)
class ShapeKind:
    """One kind of curve: its share among cells and the normal spread of log half-saturation and log slope within it."""

    share: float
    half_mean: float
    half_sd: float
    slope_mean: float
    slope_sd: float


KINDS = (
    ShapeKind(0.70, 0.2, 1.2, np.log(0.95), 0.22),  # straight to strongly saturating
    ShapeKind(0.25, 0.0, 0.6, np.log(2.0), 0.35),  # with a threshold
)
INERT_SHARE = 0.05
SHARE_WEIGHT, SPREAD_WEIGHT = 8.0, 6.0  # cells' worth of evidence behind the shares and within a kind


@dataclass(frozen=True)
class ShapeGrid:
    """Shapes under which each cell is fitted; G per cell, the last of which is "spend does nothing".

    Attributes
    ----------
    half, slope : float array, shape (C, G)
        Log half-saturation and log slope; 0 for the last.
    area : float array, shape (C,)
        Area of the (log half, log slope) plane that each shape stands for.
    start : float array, shape (C, G, n)
        Coordinates from which the fit of each shape begins.
    """

    half: Floats
    slope: Floats
    area: Floats
    start: Floats

    def part(self, cells: NDArray[np.intp]) -> ShapeGrid:
        """The grid of some of the cells."""
        return ShapeGrid(self.half[cells], self.slope[cells], self.area[cells], self.start[cells])


@dataclass(frozen=True)
class ShapeFits:
    """Every cell under every shape of its grid.

    Attributes
    ----------
    half, slope : float array, shape (C, G)
    evidence : float array, shape (C, G)
        Log marginal likelihood, shape prior excluded.
    weights : float array, shape (C, G)
        Posterior probability of each shape.
    shares : ShapeShares
        As learned or held.
    coordinates : float array, shape (C, G, n)
        Each fit's mode.
    response : float array, shape (C,)
        Log Bayes factor of "spend does something" over "it does nothing".
    """

    half: Floats
    slope: Floats
    evidence: Floats
    weights: Floats
    shares: ShapeShares
    coordinates: Floats
    response: Floats

    def response_odds(self, tried: NDArray[np.bool_]) -> float:
        """Log Bayes factor of "spend does something on some cells" over "on none".

        Every tried cell responds or not on its own, by the learned share of inert ones, so that one clear cell among
        many indifferent ones is heard.
        """
        share = self.shares.inert
        return float(np.logaddexp(np.log(share), np.log1p(-share) + self.response[tried]).sum())


@dataclass(frozen=True)
class ShapeShares:
    """How common the kinds of curves are among an advertiser's cells, and the share on which spend does nothing."""

    kinds: tuple[ShapeKind, ...]
    inert: float


def fit_shapes(fit: JointFit, held: ShapeShares | None = None) -> ShapeFits:
    """Fit every cell under every shape and weigh them, on grids as fine as each cell's data can tell apart.

    Parameters
    ----------
    fit : JointFit
    held : ShapeShares, optional
        How common kinds are, as an earlier fit learned it; learned from these cells if not given.
    """
    cells = np.arange(len(fit.data.cells))
    grid = coarse_grid(fit)
    coordinates, evidence = fit_grid(fit, cells, grid, FIRST_STEPS)
    weights = shape_weights(grid, evidence, KINDS, INERT_SHARE).sum(axis=1)
    todo, everything = cells, (grid, coordinates, evidence)
    for _ in range(FINEST):
        finer = finer_grid(grid, weights, coordinates)
        coordinates, evidence = fit_grid(fit, todo, finer, NEXT_STEPS)
        everything = _merged(everything, todo, (finer, coordinates, evidence))
        weights = shape_weights(finer, evidence, KINDS, INERT_SHARE).sum(axis=1)
        live = weights[:, :-1] / np.maximum(weights[:, :-1].sum(axis=1, keepdims=True), 1e-300)
        coarse = 1.0 / np.maximum((live**2).sum(axis=1), 1e-300) < ENOUGH_SHAPES
        if not coarse.any():
            break
        todo, grid = todo[coarse], finer.part(np.flatnonzero(coarse))
        weights, coordinates = weights[coarse], coordinates[coarse]
    grid, coordinates, evidence = everything
    shares = held or learn_kinds(grid, evidence, fit.data.tried)
    kinds, inert = shares.kinds, shares.inert
    weights = shape_weights(grid, evidence, kinds, inert).sum(axis=1)
    response = response_factor(grid, evidence, kinds)
    return ShapeFits(grid.half, grid.slope, evidence, weights, shares, coordinates, response)


def response_factor(grid: ShapeGrid, evidence: Floats, kinds: tuple[ShapeKind, ...]) -> Floats:
    """(C,) log Bayes factor of all shapes with an effect, averaged over their prior, against none."""
    prior = shape_prior(grid, kinds)[..., :-1].sum(axis=1)
    top = evidence[:, :-1].max(axis=1)
    averaged = (prior * np.exp(evidence[:, :-1] - top[:, None])).sum(axis=1) / sum(kind.share for kind in kinds)
    return np.asarray(top + np.log(np.maximum(averaged, 1e-300)) - evidence[:, -1])


def shape_prior(grid: ShapeGrid, kinds: tuple[ShapeKind, ...]) -> Floats:
    """(C, K, G) prior probability of every kind and shape; 0 for the inert shape."""
    prior = np.zeros((len(grid.half), len(kinds), grid.half.shape[1]))
    allowed = grid.half * np.exp(grid.slope) <= STEEPEST
    for index, kind in enumerate(kinds):
        half = (grid.half - kind.half_mean) / kind.half_sd
        slope = (grid.slope - kind.slope_mean) / kind.slope_sd
        density = np.exp(-0.5 * (half**2 + slope**2)) / (2.0 * np.pi * kind.half_sd * kind.slope_sd)
        prior[:, index] = kind.share * np.where(allowed, density, 0.0) * grid.area[:, None]
    prior[..., -1] = 0.0
    return prior


Fitted = tuple[ShapeGrid, Floats, Floats]


def _merged(old: Fitted, cells: NDArray[np.intp], new: Fitted) -> Fitted:
    """Replace the fits of some cells; the first replacement is of all, and may change the number of shapes."""
    if len(cells) == len(old[1]):
        return new
    grid, coordinates, evidence = (old[0], old[1].copy(), old[2].copy())
    fields = [part.copy() for part in (grid.half, grid.slope, grid.area, grid.start)]
    for field, fresh in zip(fields, (new[0].half, new[0].slope, new[0].area, new[0].start), strict=True):
        field[cells] = fresh
    coordinates[cells], evidence[cells] = new[1], new[2]
    return ShapeGrid(*fields), coordinates, evidence


def coarse_grid(fit: JointFit) -> ShapeGrid:
    """The same wide grid for all cells, starting from the joint mode."""
    half, slope = (part.ravel() for part in np.meshgrid(COARSE_HALF, COARSE_SLOPE, indexing="ij"))
    keep = half * np.exp(slope) <= STEEPEST
    half, slope = np.append(half[keep], 0.0), np.append(slope[keep], 0.0)
    cells = len(fit.data.cells)
    area = np.diff(COARSE_HALF).mean() * np.diff(COARSE_SLOPE).mean()
    start = np.repeat(fit.state.cells[:, None], len(half), axis=1)
    return ShapeGrid(np.tile(half, (cells, 1)), np.tile(slope, (cells, 1)), np.full(cells, area), start)


def finer_grid(grid: ShapeGrid, weights: Floats, coordinates: Floats) -> ShapeGrid:
    """Grids turned and scaled to where each cell's weight lies."""
    live = weights[:, :-1] + 1e-12
    live = live / live.sum(axis=1, keepdims=True)
    points = np.stack([grid.half[:, :-1], grid.slope[:, :-1]], axis=-1)  # (C, G, 2)
    mean = np.einsum("cg,cgi->ci", live, points)
    gap = points - mean[:, None]
    spread = np.einsum("cg,cgi,cgj->cij", live, gap, gap)
    # what lies between the old points is unknown: each stands for its own area
    aspect = np.maximum(np.ptp(points[..., 0], axis=1) / np.maximum(np.ptp(points[..., 1], axis=1), 1e-9), 1e-3)
    unit = grid.area / 12.0
    spread[:, 0, 0] += unit * aspect
    spread[:, 1, 1] += unit / aspect
    value, axes = np.linalg.eigh(spread)
    across, along = (part.ravel() for part in np.meshgrid(FINE, FINE, indexing="ij"))
    turned = np.stack([across, along], axis=-1)[None] * np.sqrt(value)[:, None, :]  # (C, F, 2)
    new = mean[:, None] + np.einsum("cfi,cji->cfj", turned, axes)
    area = np.sqrt(value[:, 0] * value[:, 1]) * (FINE[1] - FINE[0]) ** 2
    best = np.argmax(weights[:, :-1], axis=1)
    rows = np.arange(len(best))
    start = np.repeat(coordinates[rows, best][:, None], new.shape[1] + 1, axis=1)
    start[:, -1] = coordinates[:, -1]
    last = np.zeros((len(new), 1))
    return ShapeGrid(np.hstack([new[..., 0], last]), np.hstack([new[..., 1], last]), area, start)


def fit_grid(fit: JointFit, cells: NDArray[np.intp], grid: ShapeGrid, steps: int) -> tuple[Floats, Floats]:
    """Coordinates (C, G, n) and log evidence (C, G) of the given cells under their shapes."""
    shapes = grid.half.shape[1]
    coordinates, evidence = grid.start.copy(), np.empty(grid.half.shape)
    per = max(1, CHUNK // shapes)
    for begin in range(0, len(cells), per):
        part = slice(begin, begin + per)
        start = grid.start[part].reshape(-1, grid.start.shape[2]).copy()
        start[:, HALF], start[:, SLOPE] = grid.half[part].ravel(), grid.slope[part].ravel()
        inert = np.tile(np.arange(shapes) == shapes - 1, len(cells[part]))
        found = climb(fit.model, fit.state, Batch(np.repeat(cells[part], shapes), inert, start), steps)
        coordinates[part] = found.coordinates.reshape(coordinates[part].shape)
        evidence[part] = found.evidence.reshape(evidence[part].shape)
    return coordinates, evidence


def shape_weights(grid: ShapeGrid, evidence: Floats, kinds: tuple[ShapeKind, ...], inert_share: float) -> Floats:
    """(C, K + 1, G) posterior probability of every kind and shape of each cell; the last kind is inert."""
    likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    inert = np.zeros((len(evidence), 1, evidence.shape[1]))
    inert[:, 0, -1] = inert_share
    prior = np.concatenate([shape_prior(grid, kinds), inert], axis=1)
    joint = likelihood[:, None] * prior
    return np.asarray(joint / joint.sum(axis=(1, 2), keepdims=True))


def learn_kinds(grid: ShapeGrid, evidence: Floats, tried: NDArray[np.bool_], rounds: int = 25) -> ShapeShares:
    """How common the kinds of curves are among the cells that were tried, and where they lie."""
    kinds: tuple[ShapeKind, ...] = KINDS
    inert = INERT_SHARE
    base = np.array([kind.share for kind in KINDS] + [INERT_SHARE]) * SHARE_WEIGHT
    for _ in range(rounds if tried.any() else 0):
        joint = shape_weights(grid, evidence, kinds, inert)[tried]
        count = joint.sum(axis=(0, 2))
        shares = (count + base) / (count.sum() + SHARE_WEIGHT)
        kinds = tuple(
            _relearned(default, float(share), (grid.half[tried], grid.slope[tried]), joint[:, index])
            for index, (default, share) in enumerate(zip(KINDS, shares[:-1], strict=True))
        )
        inert = float(shares[-1])
    return ShapeShares(kinds, inert)


def _relearned(default: ShapeKind, share: float, points: tuple[Floats, Floats], mass: Floats) -> ShapeKind:
    """A kind with its centre and spread moved to the posterior mass on the grids, shrunk towards the default."""
    total = mass.sum() + SPREAD_WEIGHT
    centres, spreads = [], []
    means, sds = (default.half_mean, default.slope_mean), (default.half_sd, default.slope_sd)
    for values, mean, sd in zip(points, means, sds, strict=True):
        centre = ((mass * values).sum() + SPREAD_WEIGHT * mean) / total
        spread = ((mass * (values - centre) ** 2).sum() + SPREAD_WEIGHT * sd**2) / total
        centres.append(float(centre))
        spreads.append(float(np.sqrt(spread)))
    return ShapeKind(share, centres[0], spreads[0], centres[1], spreads[1])
