"""Value of spend paths draw by draw, with slopes and curvature; and the concave envelopes that bound it.

Carried-over spend is linear in the path, so a draw's value is a sum over weeks of one-dimensional heights of it. Where
a height bends upwards it is replaced, for the bound, by the lowest concave line above it on the range that the bounds
of the path leave. A path has one variable per cell and week, or one per cell where every week gets the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats
from optimizer.response.weekly import TAIL_WEEKS, WeeklyPart, WeeklyResponse

Draws = NDArray[np.intp]  # places of draws

HALVINGS = 45  # of the range in which a tangent point lies
CERTAIN = 1e-9  # relative: a tangent is raised by this share of its rise, so that it lies above the height for sure


@dataclass(frozen=True, eq=False)
class _Lines:
    """Straight pieces of envelopes: height `level + steep * state` between `low` and `high`, each (S, C, W)."""

    low: Floats
    high: Floats
    level: Floats
    steep: Floats


@dataclass(frozen=True, eq=False)
class _Outcome:
    """One part of the response: worth of each week (S, C, W), carried-over spend without the plan (S, C, W)."""

    part: WeeklyPart
    worth: Floats
    idle: Floats
    lines: _Lines | None = None

    def terms(self, state: Floats) -> tuple[Floats, Floats, Floats]:
        """Height, slope and curvature at carried-over spend (S, C, W)."""
        height, steep, bend = self.part.bent_height(state)
        if self.lines is not None:
            on = (state > self.lines.low) & (state < self.lines.high)
            height = np.where(on, self.lines.level + self.lines.steep * state, height)
            steep, bend = np.where(on, self.lines.steep, steep), np.where(on, 0.0, bend)
        return height, steep, bend


@dataclass(frozen=True, eq=False)
class Point:
    """Values at one path, with what the derivatives need.

    Attributes
    ----------
    total : float array, shape (S,)
        Value per draw.
    first, second : tuple of float array, shape (S, C, W)
        Per outcome, derivatives of value by carried-over spend.
    paths : Paths
    """

    total: Floats
    first: tuple[Floats, ...]
    second: tuple[Floats, ...]
    paths: Paths

    def draw_gradients(self) -> Floats:
        """(S, C, K) derivative of each draw's value."""
        grown = sum(
            _sent_on(o.part.decay, slopes, self.paths.weeks)
            for o, slopes in zip(self.paths.outcomes, self.first, strict=True)
        )
        return np.asarray(self.paths.projected(grown / self.paths.reference[:, None]))

    def gradient(self, weights: Floats) -> Floats:
        """(C, K) derivative of the weighted sum over draws; weights (S,)."""
        return np.asarray(np.tensordot(weights, self.draw_gradients(), axes=1))

    def curvature(self, weights: Floats) -> Floats:
        """(C, K, K) second derivatives within each cell of the weighted sum over draws; none across cells."""
        weeks = self.paths.weeks
        blocks = np.zeros((len(self.paths.reference), weeks, weeks))
        for outcome, bends in zip(self.paths.outcomes, self.second, strict=True):
            decay = outcome.part.decay
            kept = _kept(decay * decay, bends, weeks)
            share = weights[:, None] * (1.0 - decay) ** 2
            for lag in range(weeks):
                row = np.einsum("sc,scm->cm", share, kept[..., lag:])
                later = np.arange(lag, weeks)
                blocks[:, later, later - lag] += row
                if lag:
                    blocks[:, later - lag, later] += row
                share = share * decay
        blocks /= (self.paths.reference**2)[:, None, None]
        if self.paths.constant:
            return np.asarray(blocks.sum(axis=(1, 2))[:, None, None])
        return blocks


@dataclass(frozen=True, eq=False)
class Paths:
    """The response prepared for many paths: what the plan does not change is worked out once.

    Attributes
    ----------
    outcomes : tuple of _Outcome
    reference : float array, shape (C,)
        Money that counts as 1.
    weeks : int
        H, weeks of the plan; W = H + 8.
    constant : bool
        Whether a path has one variable per cell (K = 1) instead of one per week (K = H).
    """

    outcomes: tuple[_Outcome, ...]
    reference: Floats
    weeks: int
    constant: bool

    @classmethod
    def of(cls, response: WeeklyResponse, *, constant: bool = False, money: float = 1.0) -> Paths:
        """Prepare a response, with `money` as the unit of spend."""
        outcomes = []
        for part in response.parts:
            idle, state = [], part.carry_in
            for week in range(response.weeks + TAIL_WEEKS):
                after = 0.0 if week < response.weeks else response.today / response.reference
                state = (1.0 - part.decay) * after + part.decay * state
                idle.append(state)
            worth = part.worth[..., None] * part.demand[:, None, :]
            outcomes.append(_Outcome(part, worth, np.stack(idle, axis=2)))
        return cls(tuple(outcomes), response.reference / money, response.weeks, constant)

    def only(self, draws: Draws) -> Paths:
        """Leave out all draws but some."""
        return replace(self, outcomes=tuple(_outcome_of(o, draws) for o in self.outcomes))

    def at(self, spend: Floats) -> Point:
        """Value and derivatives at a path (C, K)."""
        total, first, second = np.zeros(self.outcomes[0].worth.shape[0]), [], []
        for outcome in self.outcomes:
            height, steep, bend = outcome.terms(self._state(outcome, spend))
            rest = outcome.part.height(outcome.idle)[0]
            total = total + np.einsum("scw,scw->s", outcome.worth, height - rest)
            first.append(outcome.worth * steep)
            second.append(outcome.worth * bend)
        return Point(total, tuple(first), tuple(second), self)

    def total(self, spend: Floats) -> Floats:
        """(S,) value per draw of a path (C, K)."""
        return self.at(spend).total

    def split_total(self, spend: Floats) -> tuple[Floats, Floats]:
        """(S,) value per draw of a path, apart for what spend adds and what it costs (worth above and below 0)."""
        adds, costs = np.zeros(self.outcomes[0].worth.shape[0]), np.zeros(self.outcomes[0].worth.shape[0])
        for outcome in self.outcomes:
            gained = outcome.terms(self._state(outcome, spend))[0] - outcome.part.height(outcome.idle)[0]
            adds = adds + np.einsum("scw,scw->s", np.maximum(outcome.worth, 0.0), gained)
            costs = costs + np.einsum("scw,scw->s", np.minimum(outcome.worth, 0.0), gained)
        return adds, costs

    def projected(self, weekly: Floats) -> Floats:
        """Sum derivatives (..., H) over the weeks that share a variable."""
        return weekly.sum(axis=-1, keepdims=True) if self.constant else weekly

    def full(self, spend: Floats) -> Floats:
        """(C, H) of a path (C, K)."""
        return np.repeat(spend, self.weeks, axis=1) if self.constant else spend

    def concave_within(self, lower: Floats, upper: Floats) -> bool:
        """Whether the value of each draw is concave for all paths between two (C, K)."""
        return not any(self._bent(o, self._state(o, lower), self._state(o, upper)).any() for o in self.outcomes)

    def enveloped(self, lower: Floats, upper: Floats) -> Paths:
        """The lowest concave heights above these, for paths between two (C, K)."""
        outcomes = []
        for outcome in self.outcomes:
            low, high = self._state(outcome, lower), self._state(outcome, upper)
            lines = _lines(outcome, low, high, self._bent(outcome, low, high))
            outcomes.append(replace(outcome, lines=lines))
        return replace(self, outcomes=tuple(outcomes))

    def _bent(self, outcome: _Outcome, low: Floats, high: Floats) -> Floats:
        """Where worth times height bends upwards somewhere between two states (S, C, W)."""
        turn = outcome.part.inflection[..., None]
        wide = (high > low) & (outcome.worth != 0.0)
        return np.asarray(wide & np.where(outcome.worth > 0.0, low < turn, high > turn))

    def _state(self, outcome: _Outcome, spend: Floats) -> Floats:
        """(S, C, W) carried-over relative spend of a path."""
        decay = outcome.part.decay
        relative = self.full(spend) / self.reference[:, None]
        added = np.zeros_like(decay)
        state = outcome.idle.copy()
        for week in range(state.shape[2]):
            added = decay * added
            if week < self.weeks:
                added = added + (1.0 - decay) * relative[:, week]
            state[..., week] += added
        return state


def _outcome_of(outcome: _Outcome, draws: Draws) -> _Outcome:
    part = outcome.part
    some = WeeklyPart(
        part.half[draws], part.slope[draws], part.decay[draws], part.carry_in[draws], part.worth[draws],
        part.demand[draws],
    )  # fmt: skip
    lines = outcome.lines
    if lines is not None:
        lines = _Lines(lines.low[draws], lines.high[draws], lines.level[draws], lines.steep[draws])
    return _Outcome(some, outcome.worth[draws], outcome.idle[draws], lines)


def _sent_on(decay: Floats, slopes: Floats, weeks: int) -> Floats:
    """(S, C, H) what one relative unit spent in a week brings in that week and, carried over, in all later ones."""
    return _kept(decay, slopes, weeks) * (1.0 - decay)[..., None]


def _kept(decay: Floats, weekly: Floats, weeks: int) -> Floats:
    """(S, C, H) of (S, C, W): each week's number plus what is carried into it from later ones."""
    later = np.zeros_like(decay)
    kept = np.empty((*decay.shape, weeks))
    for week in range(weekly.shape[2] - 1, -1, -1):
        later = weekly[..., week] + decay * later
        if week < weeks:
            kept[..., week] = later
    return kept


def _lines(outcome: _Outcome, low: Floats, high: Floats, bent: Floats) -> _Lines:
    """Tangents from the end where worth times height bends upwards to the point where it lies on the height again."""
    gains = outcome.worth > 0.0
    anchor, far = np.where(gains, low, high), np.where(gains, high, low)
    turn = np.clip(outcome.part.inflection[..., None], low, high)
    base = outcome.part.height(anchor)[0]
    near, off = turn, far  # the tangent point lies between
    for _ in range(HALVINGS):
        middle = 0.5 * (near + off)
        height, steep = outcome.part.height(middle)
        before = (steep - (height - base) / np.where(middle == anchor, 1.0, middle - anchor)) > 0.0
        near, off = np.where(before, middle, near), np.where(before, off, middle)
    touch = np.where(bent, off, anchor)
    width = touch - anchor
    rise = outcome.part.height(touch)[0] - base
    steep = rise / np.where(width == 0.0, 1.0, width)
    level = base - steep * anchor + np.where(gains, 1.0, -1.0) * CERTAIN * np.abs(rise)
    return _Lines(np.where(bent, np.minimum(anchor, touch), np.inf), np.maximum(anchor, touch), level, steep)
