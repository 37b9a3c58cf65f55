"""Fits of single cells in batches: each row one cell with its shape given and what cells share held.

The same search serves the shapes of every cell, the dating of breaks, and the weighing of draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.joint import HALF, SLOPE, JointModel, State, Terms, before_breaks, cell_terms, log_likelihood

LONGEST_STEP = 1.5


@dataclass(frozen=True)
class Climbed:
    """Rows at their modes.

    coordinates (B, n), log evidence (B,), precision (B, m, m) of the free coordinates, and the information that each
    week holds on them, (B, m, T).
    """

    coordinates: Floats
    evidence: Floats
    precision: Floats
    weekly: Floats | None


@dataclass(frozen=True)
class Batch:
    """Fits of single cells, B rows.

    Attributes
    ----------
    cell : int array, shape (B,)
        Which cell each row is.
    inert : bool array, shape (B,)
        Rows in which spend does nothing.
    start : float array, shape (B, n)
        Coordinates to start from; half-saturation and slope stay as they are.
    breaks : int array, shape (B, S), optional
        First weeks of breaks where they differ from the model's.
    """

    cell: NDArray[np.intp]
    inert: NDArray[np.bool_]
    start: Floats
    breaks: NDArray[np.intp] | None = None


def free_coordinates(count: int) -> NDArray[np.intp]:
    """All but half-saturation and slope, which a shape fixes."""
    return np.setdiff1d(np.arange(count), [HALF, SLOPE])


class Objective:
    """Log posterior of rows in their free coordinates, with what cells share held."""

    def __init__(self, model: JointModel, shared: Floats, batch: Batch) -> None:
        cell, data = batch.cell, model.data
        self.steps = model.layout.steps
        self.breaks = model.break_steps[cell] if batch.breaks is None else before_breaks(batch.breaks, data.weeks)
        self.spend = np.where(batch.inert[:, None], 1.0, data.spend[cell])  # constant spend explains nothing
        self.outcome, self.observed = data.outcome[cell], data.observed[cell]
        self.dispersion = model.prior.dispersion[cell, None]
        self.common = model.common(shared)
        self.free = free_coordinates(batch.start.shape[1])
        self.centre = model.cell_mean(shared)[cell][:, self.free]
        self.precision = model.cell_precision[cell][:, self.free]

    def value(self, at: Floats) -> tuple[Floats, Terms]:
        """Log posterior (B,) and the terms behind it."""
        terms = cell_terms(at, self.spend, self.steps, self.breaks)
        weekly = log_likelihood(self.outcome, terms.log_mean + self.common, self.dispersion)
        fitted = np.where(self.observed, weekly, 0.0)
        gap = at[:, self.free] - self.centre
        return fitted.sum(axis=1) - 0.5 * (self.precision * gap**2).sum(axis=1), terms

    def slopes(self, at: Floats, terms: Terms) -> tuple[Floats, Floats, Floats]:
        """Gradient (B, m), precision (B, m, m), and information by week (B, T).

        Drift columns are a common matrix scaled by the paid share, so their blocks are plain matrix products.
        """
        mean = np.exp(terms.log_mean + self.common)
        slack = 1.0 + self.dispersion * mean
        weight = np.where(self.observed, mean / slack, 0.0)
        score = np.where(self.observed, (self.outcome - mean) / slack, 0.0)
        few = np.concatenate([terms.fixed[..., :HALF], -terms.share[..., None] * self.breaks], axis=-1)  # (B, T, 3 + S)
        turns, lead, some = self.steps.shape[1], HALF, few.shape[2]
        size = some + turns
        drift = slice(lead, lead + turns)
        kept = np.r_[0:lead, lead + turns : size]
        block = np.empty((len(at), size, size))
        weighted = few * weight[..., None]
        block[np.ix_(np.arange(len(at)), kept, kept)] = weighted.transpose(0, 2, 1) @ few
        pairs = (self.steps[:, :, None] * self.steps[:, None, :]).reshape(len(self.steps), -1)
        block[:, drift, drift] = ((weight * terms.share**2) @ pairs).reshape(-1, turns, turns)
        mixed = -(weighted * terms.share[..., None]).transpose(0, 2, 1) @ self.steps
        block[:, kept, drift] = mixed
        block[:, drift, kept] = mixed.transpose(0, 2, 1)
        index = np.arange(size)
        block[:, index, index] += self.precision
        gradient = np.empty((len(at), size))
        gradient[:, kept] = (score[:, None, :] @ few)[:, 0]
        gradient[:, drift] = -(score * terms.share) @ self.steps
        return gradient - self.precision * (at[:, self.free] - self.centre), block, weight


def climb(model: JointModel, state: State, batch: Batch, steps: int, weekly: bool = False) -> Climbed:
    """Mode of every row with its shape and the shared coordinates fixed, by damped Fisher scoring."""
    goal = Objective(model, state.shared, batch)
    at = batch.start.copy()
    value, terms = goal.value(at)
    trust = np.ones(len(at))
    for _ in range(steps):
        gradient, block, _ = goal.slopes(at, terms)
        step = np.linalg.solve(block, gradient[..., None])[..., 0]
        size = trust * np.minimum(1.0, LONGEST_STEP / np.maximum(np.abs(step[:, :HALF]).max(axis=1), 1e-9))
        tried = at.copy()
        tried[:, goal.free] += size[:, None] * step
        tried_value, tried_terms = goal.value(tried)
        better = tried_value >= value
        trust = np.where(better, 1.0, 0.3 * trust)
        at = np.where(better[:, None], tried, at)
        value = np.where(better, tried_value, value)
        terms = Terms(
            np.where(better[:, None], tried_terms.log_mean, terms.log_mean),
            np.where(better[:, None, None], tried_terms.fixed, terms.fixed),
            np.where(better[:, None], tried_terms.share, terms.share),
        )
    _, block, weight = goal.slopes(at, terms)
    _, logdet = np.linalg.slogdet(block)
    evidence = value - 0.5 * logdet + 0.5 * np.log(goal.precision).sum(axis=1)
    by_week = None
    if weekly:
        by_week = (terms.design(goal.steps, goal.breaks)[..., goal.free] * weight[..., None]).transpose(0, 2, 1)
    return Climbed(at, evidence, block, by_week)
