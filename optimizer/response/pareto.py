"""Pareto smoothing: how far draws can be trusted to stand for another distribution, and weights that make them do so.

The largest importance ratios are replaced by the quantiles of a generalised Pareto distribution fitted to them; its
shape k says how heavy their tail is. Up to 0.7 the weighted draws are reliable, above they are not.
Source: Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling; Zhang and Stephens (2009).
"""

from __future__ import annotations

import numpy as np

from optimizer.history.panel import Floats

FEWEST_TAIL = 5
PRIOR_K, PRIOR_WEIGHT = 0.5, 10.0  # weak prior of the shape, in draws


def pareto_smoothed(log_ratios: Floats) -> tuple[Floats, float]:
    """Smoothed weights (S,), summing to 1, and the tail's shape k, from log importance ratios (S,).

    k is -inf where the ratios are (nearly) all the same.

    Examples
    --------
    >>> weights, k = pareto_smoothed(np.zeros(100))
    >>> weights.sum().round(6).item(), k
    (1.0, -inf)
    """
    logs = log_ratios - log_ratios.max()
    count = len(logs)
    tail = int(min(0.2 * count, 3.0 * np.sqrt(count)))
    order = np.argsort(logs)
    weights = np.exp(logs)
    if tail < FEWEST_TAIL or np.ptp(logs) < 1e-9:
        return weights / weights.sum(), -np.inf
    cutoff = weights[order[-tail - 1]]
    excess = weights[order[-tail:]] - cutoff
    shape, scale = fit_pareto(excess)
    if np.isfinite(shape):
        middle = (np.arange(tail) + 0.5) / tail
        smooth = (
            scale * np.expm1(-shape * np.log1p(-middle)) / shape if abs(shape) > 1e-9 else -scale * np.log1p(-middle)
        )
        weights[order[-tail:]] = np.minimum(cutoff + smooth, 1.0)
    return weights / weights.sum(), shape


def fit_pareto(excess: Floats) -> tuple[float, float]:
    """Shape k and scale of a generalised Pareto distribution from ascending values (n,) above a threshold."""
    count = len(excess)
    if excess[-1] <= 0 or excess[0] == excess[-1]:
        return -np.inf, 0.0
    quartile = max(excess[int(count / 4 + 0.5) - 1], 1e-300)
    points = 30 + int(np.sqrt(count))
    theta = 1.0 / excess[-1] + (1.0 - np.sqrt(points / (np.arange(1, points + 1) - 0.5))) / (3.0 * quartile)
    shapes = np.log1p(-theta[:, None] * excess).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = count * (np.log(-theta / shapes) - shapes - 1.0)
    likelihood = np.where(np.isfinite(likelihood), likelihood, -np.inf)
    weights = np.exp(likelihood - likelihood.max())
    best = float((weights * theta).sum() / weights.sum())
    shape = float(np.log1p(-best * excess).mean())
    scale = -shape / best
    return (count * shape + PRIOR_WEIGHT * PRIOR_K) / (count + PRIOR_WEIGHT), scale
