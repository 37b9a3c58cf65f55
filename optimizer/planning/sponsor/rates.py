"""Rates of posts, shrunk towards their network and content type by as much as the list itself calls for.

Of `y` out of `n`, post by post:

    y[i] ~ Binomial(n[i], p[i]),  logit p[i] = X[i] b + u[i],  u[i] ~ Normal(0, sigma^2 + extra[i])

or, for results of money, ``y[i] ~ Poisson(n[i] exp(X[i] b + u[i]))``. `b` has a Normal prior; groups of it (networks,
content types, places) share a spread. The post's own effect `u` is integrated out by adaptive Gauss-Hermite quadrature
(Liu and Pierce, 1994), `b` is the mode of what remains (Newton's method), and the spreads climb their likelihood by
expectation maximisation with a weak scaled-inverse-chi-squared prior, so that none collapses to zero in a short list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import expit, logsumexp

from optimizer.history.panel import Floats

NODES = 15
ROUNDS = 80
OVER_RELAXED = 1.6  # steps of expectation maximisation are short; this much longer ones still climb
TOLERANCE = 1e-3
LARGEST_STEP = 2.0  # of Newton's method, on the log scale
SMALLEST = 1e-4  # of a variance
BINOMIAL, POISSON = "binomial", "poisson"


@dataclass(frozen=True)
class Group:
    """Coefficients that share a spread.

    Attributes
    ----------
    columns : tuple of int
        Of the design.
    spread : float
        What is thought of their standard deviation before any data, log scale.
    weight : float
        Of that thought, in coefficients.
    """

    columns: tuple[int, ...]
    spread: float = 0.3
    weight: float = 3.0


@dataclass(frozen=True)
class RateData:
    """What a rate is fitted to; N posts, P coefficients.

    Attributes
    ----------
    count, of : float array, shape (N,)
        `of` is 0 where nothing was observed.
    design : float array, shape (N, P)
    mean, spread : float array, shape (P,)
        Prior of the coefficients; the spread of grouped ones is learned.
    groups : sequence of Group
    own : Group
        Prior of the spread between posts; its columns are not used.
    extra : float array, shape (N,)
        Variance of a post's effect that is known beforehand.
    family : "binomial" or "poisson"
    """

    count: Floats
    of: Floats
    design: Floats
    mean: Floats
    spread: Floats
    groups: Sequence[Group]
    own: Group
    extra: Floats
    family: str = BINOMIAL


@dataclass(frozen=True)
class RateFit:
    """What was learned of a rate.

    Attributes
    ----------
    data : RateData
    coefficients : float array, shape (P,)
    covariance : float array, shape (P, P)
    sigma : float
        Standard deviation between posts of one place.
    effect, variance : float array, shape (N,)
        Of each post's own effect, given the coefficients.
    lean : float array, shape (N,)
        By how much a post's effect falls when its expected rate rises by one: near 1 for what was seen often.
    seen : int
        Posts with anything observed.
    """

    data: RateData = field(repr=False)
    coefficients: Floats
    covariance: Floats = field(repr=False)
    sigma: float
    effect: Floats = field(repr=False)
    variance: Floats = field(repr=False)
    lean: Floats = field(repr=False)
    seen: int

    def effects(self, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
        """Draws of coefficients (S, P), and the mean of each post's effect under each of them (S, N)."""
        root = np.linalg.cholesky(self.covariance + 1e-12 * np.eye(len(self.covariance)))
        moved = rng.standard_normal((draws, len(root))) @ root.T
        return self.coefficients + moved, self.effect - self.lean * (moved @ self.data.design.T)


@dataclass(frozen=True)
class _Seen:
    """Posts' effects under given coefficients and spread."""

    pull: Floats  # (N,) derivative of the log likelihood by the linear predictor
    curve: Floats  # (N,) minus its second derivative
    effect: Floats
    variance: Floats
    lean: Floats


def fit_rate(data: RateData) -> RateFit:
    """Learn coefficients, spreads and each post's own effect."""
    b, sigma2 = _start(data), data.own.spread**2
    spread2 = np.asarray(data.spread, dtype=float) ** 2
    for group in data.groups:
        spread2[list(group.columns)] = group.spread**2
    seen = data.of > 0
    for _ in range(ROUNDS):
        for _ in range(3):  # the mode moves little once the spreads do
            b, covariance, at, moved = _newton(data, b, spread2, sigma2)
            if moved < TOLERANCE:
                break
        before = np.append(np.log(spread2), np.log(sigma2))
        for group in data.groups:
            k = list(group.columns)
            found = float((b[k] ** 2).sum() + np.diag(covariance)[k].sum())
            spread2[k] = _climbed(spread2[k[0]] if k else 1.0, found, len(k), group)
        # the coefficients are not known exactly either: what they leave open is part of each post's effect
        level = at.lean**2 * ((data.design @ covariance) * data.design).sum(axis=1)
        own = np.maximum(at.effect**2 + at.variance + level - data.extra, 0.0)
        sigma2 = _climbed(sigma2, float(own[seen].sum()), int(seen.sum()), data.own)
        if np.abs(np.append(np.log(spread2), np.log(sigma2)) - before).max() < TOLERANCE:
            break
    b, covariance, at, _ = _newton(data, b, spread2, sigma2)
    return RateFit(data, b, covariance, float(np.sqrt(sigma2)), at.effect, at.variance, at.lean, int(seen.sum()))


def without(data: RateData) -> RateData:
    """The same data with nothing observed: what is left is the prior."""
    return replace(data, count=np.zeros_like(data.count), of=np.zeros_like(data.of))


def _start(data: RateData) -> Floats:
    """Coefficients to begin from: the overall rate on the first, the intercept."""
    b = np.array(data.mean, dtype=float)
    total, of = float(data.count.sum()) + 0.5, float(data.of.sum()) + 1.0
    b[0] = np.log(total / of) if data.family == POISSON else np.log(total / max(of - total, 0.5))
    return b


def _climbed(now: float, found: float, count: int, prior: Group) -> float:
    """The next variance, of squares that sum to `found`."""
    aim = (found + prior.weight * prior.spread**2) / (count + prior.weight)
    return max(float(now * (aim / now) ** OVER_RELAXED), SMALLEST)


def _newton(data: RateData, b: Floats, spread2: Floats, sigma2: float) -> tuple[Floats, Floats, _Seen, float]:
    """One step towards the mode: coefficients, their covariance, the posts under them, and how far it went."""
    at = _look(data, data.design @ b, sigma2)
    precision = (data.design * at.curve[:, None]).T @ data.design + np.diag(1.0 / spread2)
    covariance: Floats = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    step = covariance @ (data.design.T @ at.pull - (b - data.mean) / spread2)
    return b + np.clip(step, -LARGEST_STEP, LARGEST_STEP), covariance, at, float(np.abs(step).max())


def _look(data: RateData, eta: Floats, sigma2: float) -> _Seen:
    """Every post's effect, integrated around its mode."""
    y, n, prior = data.count, data.of, sigma2 + data.extra
    u = np.zeros_like(eta)
    for _ in range(30):
        mean, var = _moments(data, eta + u)
        step = (y - mean - u / prior) / (var + 1.0 / prior)
        u = u + np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max(initial=0.0) < TOLERANCE / 10:
            break
    width = 1.0 / np.sqrt(_moments(data, eta + u)[1] + 1.0 / prior)
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)
    points = u[:, None] + np.sqrt(2.0) * width[:, None] * nodes
    theta = eta[:, None] + points
    fall = n[:, None] * (np.logaddexp(0.0, theta) if data.family == BINOMIAL else np.exp(np.minimum(theta, 700.0)))
    height = y[:, None] * theta - fall - 0.5 * points**2 / prior[:, None] + nodes**2 + np.log(weights)
    share = np.exp(height - logsumexp(height, axis=1, keepdims=True))
    mean, var = _moments(data, theta, n[:, None])
    off = y[:, None] - mean
    pull = (share * off).sum(axis=1)
    curve = (share * var).sum(axis=1) - ((share * off**2).sum(axis=1) - pull**2)
    effect = (share * points).sum(axis=1)
    variance = np.maximum((share * points**2).sum(axis=1) - effect**2, 1e-12)
    return _Seen(pull, np.maximum(curve, 0.0), effect, variance, np.clip(1.0 - variance / prior, 0.0, 1.0))


def _moments(data: RateData, theta: Floats, of: Floats | None = None) -> tuple[Floats, Floats]:
    """Mean and variance of counts at a linear predictor."""
    n = data.of if of is None else of
    if data.family == POISSON:
        mean = n * np.exp(np.minimum(theta, 700.0))
        return mean, mean
    p = expit(theta)
    return n * p, n * p * (1.0 - p)
