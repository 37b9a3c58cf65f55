"""Learning of the spreads: how alike cells are, how noisy weeks are, how fast effects drift.

Expectation-maximisation around the joint mode: each spread becomes the root of the expected mean square under the
posterior, shrunk towards its default by the default's weight, so that it never collapses to 0.
Source: Dempster, Laird and Rubin (1977); Gelman (2006) on weak priors for spreads.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.history.panel import Floats
from optimizer.response.joint import DECAY, FIXED, HALF, LEVEL, ORGANIC, SLOPE, Factor, JointModel, Prior, State
from optimizer.response.settings import ModelSettings, Scale

MOST_DISPERSION, LEAST_DISPERSION = 2.0, 1e-4
CELL_WEIGHT = 25.0  # weeks of evidence behind the common dispersion when a cell's own is judged


def shrunk(squares: Floats, scale: Scale) -> float:
    """Learned standard deviation from expected squares and a default with its weight.

    Examples
    --------
    >>> round(shrunk(np.array([4.0, 4.0]), Scale(1.0, 2.0)), 3)
    1.581
    """
    return float(np.sqrt((squares.sum() + scale.weight * scale.sd**2) / (squares.size + scale.weight)))


def learn_prior(model: JointModel, state: State, factor: Factor, mean: Floats, settings: ModelSettings) -> Prior:
    """One update of all spreads given the mode, its curvature and the fitted means (C, T)."""
    prior, layout = model.prior, model.layout
    gap = state.cells - model.cell_mean(state.shared)
    variance = _gap_variance(model, factor)
    squares = gap[:, :FIXED] ** 2 + variance
    cell_sd = prior.cell_sd.copy()
    for index, scale in ((LEVEL, settings.cell), (ORGANIC, settings.organic), (HALF, settings.half), (SLOPE, settings.slope)):
        cell_sd[index] = shrunk(squares[:, index], scale)
    cell_sd[DECAY] = settings.decay_cell
    turns = slice(FIXED, FIXED + layout.steps.shape[1])
    used = model.data.tried
    increments = (state.cells[used, turns] ** 2 + factor.cell_variance()[used, turns]) / settings.knot_weeks
    pooled = state.shared[layout.pooled] ** 2 + np.diagonal(factor.covariance)[layout.pooled]
    networks, contents = layout.networks, layout.contents
    slope_mean = float((state.cells[:, SLOPE].sum()) / (len(state.cells) + settings.slope.weight))
    weeks = layout.weeks
    return replace(
        prior,
        cell_sd=cell_sd,
        network_sd=shrunk(pooled[1 : 1 + networks], settings.network),
        content_sd=shrunk(pooled[1 + networks : 1 + networks + contents], settings.content),
        drift_sd=shrunk(increments, settings.drift),
        slope_mean=slope_mean,
        dispersion=learn_dispersion(model, state, factor, mean),
        demand=prior.demand.relearned(state.shared[:weeks], factor.covariance[:weeks, :weeks]),
    )


def _gap_variance(model: JointModel, factor: Factor) -> Floats:
    """(C, FIXED) posterior variance of the distance of a cell's coordinates from their pooled mean."""
    link = model.layout.link
    border = factor.border[:, :FIXED].copy()
    border[:, :, model.layout.pooled] += link
    own = np.diagonal(factor.inverse, axis1=1, axis2=2)[:, :FIXED]
    return np.asarray(own + np.einsum("cip,cip->ci", border @ factor.covariance, border))


def learn_dispersion(model: JointModel, state: State, factor: Factor, mean: Floats) -> Floats:
    """(C,) phi for which Pearson's statistic equals its degrees of freedom; cells shrunk towards the common value.

    Parameters
    ----------
    mean : float array, shape (C, T)
        Fitted mean of every cell and week.
    """
    data = model.data
    weight = np.where(data.observed, mean / (1.0 + model.prior.dispersion[:, None] * mean), 0.0)
    design = model.terms(state.cells).design(model.layout.steps, model.break_steps)
    information = (design * weight[..., None]).transpose(0, 2, 1) @ design
    spent = np.einsum("cmn,cmn->c", information, factor.inverse)
    shared_df = layout_freedom(model, factor, weight)
    seen = data.observed.sum(axis=1)
    free = np.maximum(seen - spent, 0.2 * seen)
    total = max(free.sum() - shared_df, 0.3 * free.sum())
    error = np.where(data.observed, (data.outcome - mean) ** 2, 0.0)

    def excess(phi: float) -> float:
        return float((error / (mean + phi * mean**2)).sum() - total)

    low, high = LEAST_DISPERSION, MOST_DISPERSION
    if excess(low) <= 0:
        common = low
    elif excess(high) >= 0:
        common = high
    else:
        for _ in range(40):
            middle = np.sqrt(low * high)
            low, high = (middle, high) if excess(middle) > 0 else (low, middle)
        common = float(np.sqrt(low * high))
    free = free * total / max(free.sum(), 1e-9)
    pearson = (error / (mean + common * mean**2)).sum(axis=1)
    ratio = (CELL_WEIGHT + pearson) / (CELL_WEIGHT + free)
    return np.clip(common * ratio, LEAST_DISPERSION, MOST_DISPERSION)


def layout_freedom(model: JointModel, factor: Factor, weight: Floats) -> float:
    """Degrees of freedom that the shared weekly coordinates take from the data."""
    weeks = model.layout.weeks
    precision = np.linalg.inv(factor.covariance[:weeks, :weeks]) - model.demand_precision
    return float(np.clip(np.einsum("ij,ji->", factor.covariance[:weeks, :weeks], precision), 0.0, weeks))
