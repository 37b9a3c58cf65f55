"""Climb to the best path of an objective on draws, with the bound that its slopes prove on the way.

Each step solves the quadratic model at the path over all rules and goes as far towards its best path as pays. Where
the objective is concave, its tangent at any path bounds all others: ``f(y) <= f(x) + g (y - x)``, and the largest right
side over the rules is bounded by weak duality with the prices of the model (Polytope.best).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimizer.allocation.interior import Model, Solved, best_of_model
from optimizer.allocation.paths import Paths
from optimizer.allocation.polytope import Polytope
from optimizer.history.panel import Floats

STEPS = 60
ENOUGH = 1e-4  # a step must gain this share of what its slope promises
HALVINGS = 30
LEVEL = 1e-11  # relative gain of a step below which a climb is over
STALE = 3  # such steps in a row
SIGNIFICANT = 1e-6  # draws whose weight moves less than this share of the largest are left out of the coupling
BEND = 1e-9  # curvature at least taken downwards, of the largest: a model without any has no single best path


@dataclass(frozen=True, eq=False)
class Look:
    """An objective at a path.

    Attributes
    ----------
    value : float
        What is climbed.
    tangent : float
        Value of the concave function whose slope is `gradient`, at this path; it is never below what is aimed for.
    gradient, curvature, directions
        As in `Model`.
    """

    value: float
    tangent: float
    gradient: Floats
    curvature: Floats
    directions: Floats | None = None


class Objective(Protocol):
    """What is climbed: a concave function of the draws' values, on paths."""

    def value(self, spend: Floats) -> float:
        """Value of a path (C, K)."""

    def look(self, spend: Floats) -> Look:
        """Value, slopes and curvature of a path."""


@dataclass(frozen=True, eq=False)
class Mean:
    """Weighted mean over the draws; weights (S,) sum to 1."""

    paths: Paths
    weights: Floats

    def value(self, spend: Floats) -> float:
        """Value of a path (C, K)."""
        return float(self.weights @ self.paths.total(spend))

    def look(self, spend: Floats) -> Look:
        """Value, slopes and curvature of a path."""
        point = self.paths.at(spend)
        value = float(self.weights @ point.total)
        return Look(value, value, point.gradient(self.weights), point.curvature(self.weights))


@dataclass(frozen=True, eq=False)
class Tail:
    """Mean and CVaR mixed, with the corner of CVaR rounded.

    ``mix * mean + (1 - mix) * max over t of (t - E soft(t - V) / level)`` with the soft positive part
    ``soft(x) = width log(1 + exp(x / width))``; with width 0 it is exact (Rockafellar and Uryasev, 2000). The weights
    of its slope are weights of an exact tail, so its tangents bound the exact one.

    Attributes
    ----------
    paths : Paths
    level : float
        Share of the draws in the tail, in (0, 1].
    width : float
        Rounding, goal units, > 0.
    mix : float
        Weight of the mean, in [0, 1].
    """

    paths: Paths
    level: float
    width: float
    mix: float = 0.0

    def value(self, spend: Floats) -> float:
        """Value of a path (C, K)."""
        return self._of(self.paths.total(spend))[0]

    def look(self, spend: Floats) -> Look:
        """Value, slopes and curvature of a path."""
        point = self.paths.at(spend)
        value, weights, bends = self._of(point.total)
        each = point.draw_gradients()
        directions = None
        if bends.sum() > 0.0:
            middle = np.tensordot(bends / bends.sum(), each, axes=1)
            some = bends > SIGNIFICANT * bends.max()
            directions = np.sqrt((1.0 - self.mix) * bends[some])[:, None, None] * (each[some] - middle)
        gradient = np.tensordot(weights, each, axes=1)
        return Look(value, float(weights @ point.total), gradient, point.curvature(weights), directions)

    def _of(self, total: Floats) -> tuple[float, Floats, Floats]:
        """Value, weights (S,) of its slope, and how fast they move with a draw's value (S,)."""
        share = self.level * len(total)
        if share >= len(total):
            even = np.full(len(total), 1.0 / len(total))
            return float(total.mean()), even, np.zeros_like(even)
        far = 40.0 * self.width
        low, high = float(total.min()) - far, float(total.max()) + far
        for _ in range(100):
            t = 0.5 * (low + high)
            if float(_logistic((t - total) / self.width).sum()) < share:
                low = t
            else:
                high = t
        part = _logistic((t - total) / self.width)
        weights = part / part.sum()
        tail = t - float((self.width * np.logaddexp(0.0, (t - total) / self.width)).sum()) / share
        mixed = self.mix / len(total) + (1.0 - self.mix) * weights
        return (
            self.mix * float(total.mean()) + (1.0 - self.mix) * tail,
            mixed,
            part * (1.0 - part) / (self.width * share),
        )


def _logistic(x: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


@dataclass(frozen=True, eq=False)
class Climbed:
    """Where a climb ended: path (C, K), value, smallest bound seen, and the path and prices that prove it."""

    spend: Floats
    value: float
    bound: float
    at: Floats
    solved: Solved


def climb(
    objective: Objective, polytope: Polytope, start: Floats, *, enough: float, deadline: float, until: float = np.inf
) -> Climbed:
    """Climb from a path that keeps the rules.

    Parameters
    ----------
    objective : Objective
        The bound holds where it is concave.
    polytope : Polytope
    start : float array, shape (C, K)
    enough : float
        Relative gap between bound and value at which to stop.
    deadline : float
        time.monotonic() at which to stop.
    until : float
        Value at which to stop, reached or proven out of reach.
    """
    spend, look = start, objective.look(start)
    solved = solve_model(look, polytope, spend)
    bound, at, proof = _tangent(look, polytope, spend, solved), spend, solved
    stale = 0
    for _ in range(STEPS):
        if bound - look.value <= enough * max(abs(bound), 1e-300) or stale >= STALE or time.monotonic() > deadline:
            break
        if look.value >= until or bound < until < np.inf:
            break
        step = solved.spend - spend
        reached = _search(objective, look, spend, step)
        if reached is None:
            break
        spend, before = reached, look.value
        look = objective.look(spend)
        stale = stale + 1 if look.value - before <= LEVEL * abs(look.value) else 0
        for prices in (solved, None):
            if prices is None:
                solved = prices = solve_model(look, polytope, spend)
            here = _tangent(look, polytope, spend, prices)
            if here < bound:
                bound, at, proof = here, spend, prices
    return Climbed(spend, look.value, bound, at, proof)


def solve_model(look: Look, polytope: Polytope, spend: Floats) -> Solved:
    """Best path, and prices, of the quadratic model at a path; where it bends upwards it is taken as straight."""
    values, vectors = np.linalg.eigh(look.curvature)
    largest = max(float(np.abs(values).max(initial=0.0)), 1e-300)
    bent = np.minimum(values, -BEND * largest)
    curvature = np.einsum("cij,cj,ckj->cik", vectors, bent, vectors)
    return best_of_model(polytope, Model(spend, look.gradient, curvature, look.directions))


def _tangent(look: Look, polytope: Polytope, spend: Floats, prices: Solved) -> float:
    """Bound of the tangent at a path over all paths."""
    rest = look.tangent - float((look.gradient * spend).sum())
    return rest + polytope.best(look.gradient, prices.prices, prices.row_prices)


def _search(objective: Objective, look: Look, spend: Floats, step: Floats) -> Floats | None:
    """The farthest of the halved steps that gains enough."""
    promised = float((look.gradient * step).sum())
    if promised <= 0.0:
        return None
    far = 1.0
    for _ in range(HALVINGS):
        tried = spend + far * step
        if objective.value(tried) >= look.value + ENOUGH * far * promised:
            return np.asarray(tried)
        far *= 0.5
    return None
