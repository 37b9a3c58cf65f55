"""Best path of a concave quadratic model over a polytope: a primal-dual interior point method.

The model's curvature couples the weeks of a cell (blocks of K x K) and, where risk is at stake, all cells through a
few directions; so a step costs C small factorizations and one of the size of totals and directions together.
Source: Mehrotra (1992), On the implementation of a primal-dual interior point method.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.polytope import Polytope
from optimizer.history.panel import Floats

STEPS = 60
CLOSE = 1e-9  # complementarity and error of the slopes, of the scaled problem, at which the model counts as solved
FLOOR = 1e-11  # complementarity below which rounding takes over
BACK = 0.995  # share of the way to the nearest bound that a step may go
ROOM = 1e-15  # of the scale of money: rounding may put a variable on its bound
FIXED = 1e-11  # of the scale of money: variables with less room are left where they are
LOOSE = 1e-9  # of the scale of money: change limits are this much wider inside, so that ties have an interior
LEAST = 1e-15  # added to the scaled blocks before they are inverted
DAMP = 1e-11  # added to the curvature of the scaled problem


@dataclass(frozen=True, eq=False)
class Model:
    """Gain of a step d (C, K) from `origin`: ``gradient d + d curvature d / 2 - |directions d|^2 / 2``.

    Attributes
    ----------
    origin, gradient : float array, shape (C, K)
    curvature : float array, shape (C, K, K)
        Negative semidefinite.
    directions : float array, shape (D, C, K), optional
    """

    origin: Floats
    gradient: Floats
    curvature: Floats
    directions: Floats | None = None


@dataclass(frozen=True, eq=False)
class Solved:
    """Best path (C, K), prices of the totals (M,) and of the change limits (C, R), >= 0."""

    spend: Floats
    prices: Floats
    row_prices: Floats


@dataclass
class _State:
    """Path, slack of the change limits, and the multipliers of all that can bind."""

    x: Floats
    s: Floats
    p: Floats
    low: Floats
    high: Floats
    y: Floats


class _Method:
    """One run; money and gains are scaled to about one."""

    def __init__(self, polytope: Polytope, model: Model) -> None:
        self.set, self.money = polytope, max(float(np.abs(polytope.totals).mean()) / polytope.lower.size, 1e-300)
        self.gain = max(float(np.median(np.abs(model.gradient))) * self.money, 1e-300)
        unit = self.money
        self.lower, self.upper = polytope.lower / unit, polytope.upper / unit
        self.free = self.upper - self.lower > FIXED
        self.origin = model.origin / unit
        self.gradient = model.gradient * unit / self.gain
        self.blocks = -model.curvature * (unit * unit / self.gain)
        count = polytope.lower.shape[1]
        self.blocks[:, np.arange(count), np.arange(count)] += DAMP
        directions = model.directions
        self.tied = np.zeros((0, *self.lower.shape)) if directions is None else directions * (unit / np.sqrt(self.gain))
        self.limit = np.isfinite(polytope.most)
        self.most = np.where(self.limit, polytope.most / unit, 0.0) + LOOSE
        self.totals = polytope.totals / unit
        self.known = 1.0 + float(np.abs(self.totals).max(initial=0.0))

    def start(self) -> _State:
        width = np.where(self.free, self.upper - self.lower, 1.0)
        edge = np.minimum(0.1 * width, 0.05)
        x = np.clip(self.origin, self.lower + edge, self.upper - edge)
        x = np.where(self.free, x, self.lower)
        s = np.maximum(self.most - self.set.change(x), 0.05)
        return _State(
            x,
            s,
            np.zeros(len(self.totals)),
            np.where(self.free, 0.1 / np.maximum(x - self.lower, 1e-3), 0.0),
            np.where(self.free, 0.1 / np.maximum(self.upper - x, 1e-3), 0.0),
            np.where(self.limit, 0.1 / s, 0.0),
        )

    def run(self) -> Solved:
        state = self.start()
        best, score = state, np.inf
        for _ in range(STEPS):
            self._residuals(state)
            settled = self.off <= self.known * CLOSE
            if settled and max(self.mean, self.worst) < score:
                best, score = state, max(self.mean, self.worst)
            if settled and (score <= CLOSE or self.mean <= FLOOR):
                break
            try:
                self._factor(state)
                guess = self._direction(state, 0.0, None)
            except np.linalg.LinAlgError:  # nothing is left to gain but rounding
                break
            reach = self._reach(state, guess, 1.0)
            after = self._complementarity(self._moved(state, guess, reach))
            centre = self.mean * (after / self.mean) ** 3 if self.mean > 0.0 else 0.0
            step = self._direction(state, centre, guess)
            reach = self._reach(state, step, BACK)
            if reach[0] < 1e-12:
                break
            state = self._moved(state, step, reach)
        rate = self.gain / self.money
        state = best if np.isfinite(score) else state
        return Solved(state.x * self.money, state.p * rate, state.y * rate)

    def _residuals(self, state: _State) -> None:
        offset = state.x - self.origin
        bend = np.einsum("cij,cj->ci", self.blocks, offset)
        if len(self.tied):
            bend += np.tensordot(np.tensordot(self.tied, offset, axes=2), self.tied, axes=1)
        slope = self.gradient - bend - self.set.sums @ state.p - np.einsum("crk,cr->ck", self.set.rows, state.y)
        self.dual = np.where(self.free, slope + state.low - state.high, 0.0)
        self.missing = self.totals - state.x.sum(axis=0) @ self.set.sums
        self.over = np.where(self.limit, self.most - state.s - self.set.change(state.x), 0.0)
        self.mean = self._complementarity(state)
        self.worst = float(np.abs(self.dual).max(initial=0.0)) / (1.0 + float(np.abs(self.gradient).max(initial=0.0)))
        self.off = max(float(np.abs(self.missing).max(initial=0.0)), float(np.abs(self.over).max(initial=0.0)))

    def _complementarity(self, state: _State) -> float:
        count = 2 * int(self.free.sum()) + int(self.limit.sum())
        total = (state.low * (state.x - self.lower))[self.free].sum() + (state.high * (self.upper - state.x))[
            self.free
        ].sum()
        return float(total + (state.y * state.s)[self.limit].sum()) / max(count, 1)

    def _factor(self, state: _State) -> None:
        self.to_low = np.where(self.free, np.maximum(state.x - self.lower, ROOM), 1.0)
        self.to_high = np.where(self.free, np.maximum(self.upper - state.x, ROOM), 1.0)
        self.stiff = np.where(self.limit, state.y / state.s, 0.0)
        matrix = self.blocks + np.einsum("crk,cr,crl->ckl", self.set.rows, self.stiff, self.set.rows)
        count = matrix.shape[1]
        diagonal = np.where(self.free, state.low / self.to_low + state.high / self.to_high, 0.0)
        matrix[:, np.arange(count), np.arange(count)] += diagonal
        both = self.free[:, :, None] & self.free[:, None, :]
        matrix = np.where(both, matrix, np.eye(count))
        scale = 1.0 / np.sqrt(np.maximum(matrix[:, np.arange(count), np.arange(count)], 1e-300))
        scaled = matrix * scale[:, :, None] * scale[:, None, :]
        scaled[:, np.arange(count), np.arange(count)] += LEAST
        inverse = np.linalg.inv(scaled) * scale[:, :, None] * scale[:, None, :]
        self.matrix, self.inverse = np.where(both, matrix, 0.0), np.where(both, inverse, 0.0)
        sums, tied = self.set.sums, self.tied
        self.by_sum = self._unblocked(np.broadcast_to(sums, (len(matrix), *sums.shape)) * self.free[:, :, None])
        self.by_tie = self._unblocked(np.moveaxis(tied, 0, 2) * self.free[:, :, None])
        top = np.einsum("km,ckn->mn", sums, self.by_sum)
        side = np.einsum("km,ckd->md", sums, self.by_tie)
        corner = np.tensordot(tied, self.by_tie, axes=([1, 2], [0, 1])) + np.eye(len(tied))
        self.schur = np.block([[top, side], [side.T, corner]])
        size = np.maximum(np.diag(self.schur), 1e-300)
        self.schur_scale = 1.0 / np.sqrt(size)
        self.schur = self.schur * self.schur_scale[:, None] * self.schur_scale[None]
        self.schur[np.diag_indices_from(self.schur)] += 1e-14

    def _unblocked(self, right: Floats) -> Floats:
        """Solve the blocks for right sides (C, K, N), twice refined: near the end they are all but singular."""
        found = self.inverse @ right
        for _ in range(2):
            found = found + self.inverse @ (right - self.matrix @ found)
        return np.asarray(found)

    def _direction(self, state: _State, centre: float, guess: _State | None) -> _State:
        """Newton step towards complementarity `centre`, with the second-order part of a guessed step."""
        more = (0.0, 0.0, 0.0) if guess is None else (guess.x * guess.low, -guess.x * guess.high, guess.s * guess.y)
        aim_low = np.where(self.free, (centre - more[0]) / self.to_low - state.low, 0.0)
        aim_high = np.where(self.free, (centre - more[1]) / self.to_high - state.high, 0.0)
        aim_row = np.where(self.limit, (centre - more[2]) / state.s - state.y, 0.0)
        row = aim_row - self.stiff * self.over
        right = self.dual + aim_low - aim_high - np.einsum("crk,cr->ck", self.set.rows, row)
        right = np.where(self.free, right, 0.0)
        first = self._unblocked(right[:, :, None])[:, :, 0]
        sums = self.set.sums
        need = np.concatenate([first.sum(axis=0) @ sums - self.missing, np.tensordot(self.tied, first, axes=2)])
        found = self.schur_scale * np.linalg.solve(self.schur, self.schur_scale * need)
        prices, ties = found[: len(self.totals)], found[len(self.totals) :]
        x = first - self.by_sum @ prices - self.by_tie @ ties
        s = np.where(self.limit, self.over - self.set.change(x), 0.0)
        y = np.where(self.limit, aim_row - self.stiff * s, 0.0)
        low = np.where(self.free, aim_low - state.low / self.to_low * x, 0.0)
        high = np.where(self.free, aim_high + state.high / self.to_high * x, 0.0)
        return _State(x, s, prices, low, high, y)

    def _reach(self, state: _State, step: _State, back: float) -> tuple[float, float]:
        """How far the path and the multipliers may go, at most 1 each."""
        path = [(state.x - self.lower, step.x, self.free), (self.upper - state.x, -step.x, self.free)]
        path.append((state.s, step.s, self.limit))
        prices = [(state.low, step.low, self.free), (state.high, step.high, self.free), (state.y, step.y, self.limit)]
        return _longest(path, back), _longest(prices, back)

    def _moved(self, state: _State, step: _State, reach: tuple[float, float]) -> _State:
        far, dual = reach
        return _State(
            state.x + far * step.x,
            state.s + far * step.s,
            state.p + dual * step.p,
            state.low + dual * step.low,
            state.high + dual * step.high,
            state.y + dual * step.y,
        )


def _longest(pairs: list[tuple[Floats, Floats, NDArray[np.bool_]]], back: float) -> float:
    longest = 1.0
    for room, step, counts in pairs:
        falls = counts & (step < 0.0)
        if falls.any():
            longest = min(longest, back * float((room[falls] / -step[falls]).min()))
    return longest


def best_of_model(polytope: Polytope, model: Model) -> Solved:
    """Solve a quadratic model over a polytope with at least one path.

    Parameters
    ----------
    polytope : Polytope
    model : Model

    Returns
    -------
    Solved
        Its path keeps the bounds strictly, the totals and change limits up to rounding.

    Examples
    --------
    >>> one = np.ones((1, 2))
    >>> none = Polytope(0 * one, 9 * one, np.ones((2, 1)), np.array([6.0]), np.zeros((1, 0, 2)), np.zeros((1, 0)))
    >>> best_of_model(none, Model(0 * one, np.array([[4.0, 2.0]]), -np.eye(2)[None])).spend.round(6)
    array([[4., 2.]])
    """
    return _Method(polytope, model).run()
