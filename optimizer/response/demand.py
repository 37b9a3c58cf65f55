"""Demand: what moves all cells together, whatever is spent.

The logarithm of demand is a Gaussian process over weeks with additive parts: a trend, a smooth and a sharp yearly
season, a slow wander, and one independent shock per week. How large each part is, the fit learns. The forecast is the
process carried forward, so a year that was seen only once or not at all widens it by itself.
Source: Rasmussen and Williams (2006), chapters 2 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Floats

YEAR = 52.1775  # weeks
SMOOTH_SEASON, SHARP_SEASON = 1.0, 0.18  # length scales on the yearly circle: months, and weeks around a feast
WANDER_WEEKS = 10.0
PARTS = ("trend", "season", "peaks", "wander", "shock")
PRIOR_SD = np.array([0.2, 0.12, 0.06, 0.03, 0.02])  # of log demand, before anything is learned
LOG_VARIANCE_SD = np.array([1.0, 1.5, 1.5, 1.5, 1.5])  # how far the logarithm of the learned variance may be from that
LONGEST_STEP = 1.0


def kernels(first: Floats, second: Floats) -> Floats:
    """Covariance of each part at size 1, shape (P, len(first), len(second)); arguments in weeks."""
    gap = first[:, None] - second[None, :]
    circle = np.sin(np.pi * gap / YEAR) ** 2
    return np.stack(
        [
            first[:, None] * second[None, :] / YEAR**2,
            np.exp(-2.0 * circle / SMOOTH_SEASON**2),
            np.exp(-2.0 * circle / SHARP_SEASON**2),
            np.exp(-np.abs(gap) / WANDER_WEEKS),
            (np.abs(gap) < 0.5).astype(float),
        ]
    )


@dataclass(frozen=True)
class Demand:
    """The prior of log demand over T weeks.

    Attributes
    ----------
    time : float array, shape (T,)
        Weeks, 0 at the newest, negative before.
    variances : float array, shape (P,)
        Size of each part.
    parts : float array, shape (P, T, T)
        Kernels at size 1.
    """

    time: Floats
    variances: Floats
    parts: Floats

    @classmethod
    def start(cls, weeks: int) -> Demand:
        """Prior sizes over that many weeks."""
        time = np.arange(weeks, dtype=float) - (weeks - 1)
        return cls(time, PRIOR_SD**2, kernels(time, time))

    @property
    def covariance(self) -> Floats:
        """(T, T) prior covariance."""
        return np.asarray(np.tensordot(self.variances, self.parts, axes=1) + 1e-8 * np.eye(len(self.time)))

    def relearned(self, mean: Floats, covariance: Floats) -> Demand:
        """Sizes of the parts, one Fisher scoring step up their approximate marginal likelihood.

        Parameters
        ----------
        mean, covariance : float array, shape (T,), (T, T)
            Posterior of log demand under the present sizes.
        """
        precision = np.linalg.inv(self.covariance)
        alpha = precision @ mean
        unexplained = precision - precision @ covariance @ precision
        reach = unexplained @ self.parts  # (P, T, T)
        squares = np.einsum("i,pij,j->p", alpha, self.parts, alpha)
        gradient = 0.5 * self.variances * (squares - np.trace(reach, axis1=1, axis2=2))
        fisher = 0.5 * np.einsum("p,q,pij,qji->pq", self.variances, self.variances, reach, reach, optimize=True)
        prior = np.diag(LOG_VARIANCE_SD**-2.0)
        gap = np.log(self.variances) - 2.0 * np.log(PRIOR_SD)
        step = np.linalg.solve(fisher + prior, gradient - prior @ gap)
        return Demand(self.time, self.variances * np.exp(np.clip(step, -LONGEST_STEP, LONGEST_STEP)), self.parts)

    def ahead(self, horizon: int) -> tuple[Floats, Floats]:
        """How log demand goes on: (weights (horizon, T), covariance (horizon, horizon)) given the past's values."""
        future = np.arange(1.0, horizon + 1.0)
        cross = np.tensordot(self.variances, kernels(future, self.time), axes=1)
        weights = np.linalg.solve(self.covariance, cross.T).T
        own = np.tensordot(self.variances, kernels(future, future), axes=1)
        left = own - weights @ cross.T
        return np.asarray(weights), np.asarray(0.5 * (left + left.T) + 1e-10 * np.eye(horizon))
