"""Learning of the spreads: how alike cells are, how noisy weeks are, how fast effects drift.

Around the joint mode each spread climbs its marginal likelihood (Laplace approximation) by Fisher scoring on its
logarithm, with a log-normal prior that keeps it from collapsing to 0.
Source: Chung et al. (2013) on priors that avoid the boundary; Rue, Martino and Chopin (2009).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.history.panel import Floats
from optimizer.response.joint import FIXED, HALF, LEVEL, ORGANIC, SLOPE, Factor, JointModel, Prior, State
from optimizer.response.settings import Scale

LONGEST_STEP = 1.0  # of a log variance in one round
MOST_DISPERSION, LEAST_DISPERSION = 2.0, 1e-4
SLOPE_WEIGHT = 8.0  # cells' worth of evidence behind a log slope of 0
CELL_WEIGHT = 25.0  # weeks of evidence behind the common dispersion when a cell's own is judged


def relearned_sd(sd: float, mean: Floats, covariance: Floats, scale: Scale) -> float:
    """Standard deviation shared by coordinates, one Fisher scoring step up its approximate marginal likelihood.

    Parameters
    ----------
    sd : float
        The present one, under which the posterior was found.
    mean : float array, shape (B, k)
        Posterior mean of the coordinates, measured from their prior mean.
    covariance : float array, shape (B, k, k)
        Posterior covariance within each group of k.
    scale : Scale
        Log-normal prior of the standard deviation.

    Examples
    --------
    >>> known = np.full((50, 1), 2.0)
    >>> round(relearned_sd(1.8, known, np.zeros((50, 1, 1)), Scale(1.0, 10.0)), 1)
    2.0
    """
    variance = sd**2
    unexplained = np.eye(mean.shape[1]) - covariance / variance
    gradient = 0.5 * ((mean**2).sum() / variance - np.trace(unexplained, axis1=1, axis2=2).sum())
    fisher = 0.5 * (unexplained**2).sum()
    precision = (2.0 * scale.log_spread) ** -2.0
    step = (gradient - precision * 2.0 * np.log(sd / scale.sd)) / (fisher + precision)
    return float(sd * np.exp(0.5 * np.clip(step, -LONGEST_STEP, LONGEST_STEP)))


def learn_prior(model: JointModel, state: State, factor: Factor, mean: Floats, held: bool = False) -> Prior:
    """Update of all spreads given the mode, its curvature and the fitted means (C, T); if held, of the noise alone."""
    prior = replace(model.prior, dispersion=learn_dispersion(model, state, factor, mean))
    return prior if held else _learn_spreads(model, state, factor, prior)


def _learn_spreads(model: JointModel, state: State, factor: Factor, prior: Prior) -> Prior:
    """Spreads between cells, drift and sizes of demand."""
    layout, settings = model.layout, model.settings
    gap = state.cells - model.cell_mean(state.shared)
    variance = _gap_variance(model, factor)
    cell_sd = prior.cell_sd.copy()
    learned = {LEVEL: settings.cell, ORGANIC: settings.organic, HALF: settings.half, SLOPE: settings.slope}
    for index, scale in learned.items():
        cell_sd[index] = relearned_sd(cell_sd[index], gap[:, index, None], variance[:, index, None, None], scale)
    turns = slice(FIXED, FIXED + layout.steps.shape[1])
    used = model.data.tried
    unit = np.sqrt(settings.knot_weeks)
    steps = state.cells[used, turns] / unit
    spread = factor.cell_covariance(turns)[used] / unit**2
    drift_sd = relearned_sd(prior.drift_sd, steps, spread, settings.drift) if used.any() else prior.drift_sd
    pooled = state.shared[layout.pooled][:, None]
    pooled_variance = np.diagonal(factor.covariance)[layout.pooled][:, None, None]
    networks, contents = layout.networks, layout.contents
    net, kind = slice(1, 1 + networks), slice(1 + networks, 1 + networks + contents)
    slope_mean = float((state.cells[:, SLOPE].sum()) / (len(state.cells) + SLOPE_WEIGHT))
    weeks = layout.weeks
    return replace(
        prior,
        cell_sd=cell_sd,
        network_sd=relearned_sd(prior.network_sd, pooled[net], pooled_variance[net], settings.network),
        content_sd=relearned_sd(prior.content_sd, pooled[kind], pooled_variance[kind], settings.content),
        drift_sd=drift_sd,
        slope_mean=slope_mean,
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
    shared_df = _shared_freedom(model, factor)
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
    return np.asarray(np.clip(common * ratio, LEAST_DISPERSION, MOST_DISPERSION))


def _shared_freedom(model: JointModel, factor: Factor) -> float:
    """Degrees of freedom that the shared weekly coordinates take from the data."""
    weeks = model.layout.weeks
    precision = np.linalg.inv(factor.covariance[:weeks, :weeks]) - model.demand_precision
    return float(np.clip(np.einsum("ij,ji->", factor.covariance[:weeks, :weeks], precision), 0.0, weeks))
