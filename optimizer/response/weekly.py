"""WeeklyResponse: what weekly spend is worth draw by draw; all that allocation sees where weeks or risk matter.

Curves are its summary for a constant weekly spend, averaged over the draws. Each draw has its own shape, carry-over,
carried-over spend at the start, and worth of every week; each part is one outcome of the goal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Cell, Floats
from optimizer.response.saturation import TINY, log_sigmoid

TAIL_WEEKS = 8  # weeks after a plan in which its carry-over counts; spend goes on as today in them
CHUNK_SIZE = 3_000_000  # numbers held at once


@dataclass(frozen=True, eq=False)
class WeeklyPart:
    """One outcome of the goal; S draws, C cells, W = H + 8 weeks.

    Attributes
    ----------
    half, slope, decay : float array, shape (S, C)
        Log half-saturation in units of the reference spend, slope, weekly carry-over rate.
    carry_in : float array, shape (S, C)
        Carried-over relative spend of the week before the plan.
    worth : float array, shape (S, C)
        Goal units per week of the reference spend in a week of usual demand; 0 where spend does nothing.
    demand : float array, shape (S, W)
        Demand of the weeks over the usual.
    """

    half: Floats
    slope: Floats
    decay: Floats
    carry_in: Floats
    worth: Floats
    demand: Floats

    def cells(self, part: slice | NDArray[np.intp]) -> WeeklyPart:
        """The same for some of the cells."""
        own = (self.half, self.slope, self.decay, self.carry_in, self.worth)
        half, slope, decay, carry_in, worth = (np.ascontiguousarray(values[:, part]) for values in own)
        return WeeklyPart(half, slope, decay, carry_in, worth, self.demand)

    def height(self, state: Floats) -> tuple[Floats, Floats]:
        """Height of the curves over that at the reference, and its derivative, at relative spend (S, C, ...)."""
        extra = (...,) + (None,) * (state.ndim - 2)
        slope, half = self.slope[extra], self.half[extra]
        safe = np.maximum(state, TINY)
        rise = slope * (np.log(safe) - half)
        value = np.exp(log_sigmoid(rise) - log_sigmoid(-slope * half))
        return value, value * slope / (1.0 + np.exp(np.minimum(rise, 50.0))) / safe

    def bent_height(self, state: Floats) -> tuple[Floats, Floats, Floats]:
        """Height as in `height`, with its first and second derivative."""
        extra = (...,) + (None,) * (state.ndim - 2)
        slope, half = self.slope[extra], self.half[extra]
        safe = np.maximum(state, TINY)
        rise = slope * (np.log(safe) - half)
        left = 1.0 / (1.0 + np.exp(np.minimum(rise, 50.0)))  # what is still missing to the full height, as a share
        value = np.exp(log_sigmoid(rise) - log_sigmoid(-slope * half))
        steep = value * slope * left / safe
        return value, steep, steep * (slope * (2.0 * left - 1.0) - 1.0) / safe

    @property
    def inflection(self) -> Floats:
        """(S, C) relative carried-over spend up to which the height bends upwards, from where on downwards.

        A height of slope up to 1 bends downwards everywhere but below the smallest spend that counts, where it is
        level.
        """
        share = np.maximum(0.5 - 0.5 / np.maximum(self.slope, TINY), 0.0)
        with np.errstate(divide="ignore"):
            turn = np.exp(self.half + np.log(share / (1.0 - share)) / np.maximum(self.slope, TINY))
        return np.asarray(np.maximum(turn, TINY))


@dataclass(frozen=True, eq=False)
class WeeklyResponse:
    """Worth of weekly spend paths, per draw.

    Attributes
    ----------
    cells : tuple of Cell
        C cells.
    weeks : int
        H, weeks of the plan.
    reference : float array, shape (C,)
        Money that counts as 1.
    today : float array, shape (C,)
        Weekly money spent in the 8 weeks after.
    parts : tuple of WeeklyPart
    """

    cells: tuple[Cell, ...]
    weeks: int
    reference: Floats
    today: Floats
    parts: tuple[WeeklyPart, ...]

    @property
    def draws(self) -> int:
        """S."""
        return int(self.parts[0].half.shape[0])

    def of(self, rows: slice | NDArray[np.intp]) -> WeeklyResponse:
        """The same of some of the cells."""
        return WeeklyResponse(
            tuple(self.cells[c] for c in np.arange(len(self.cells))[rows]),
            self.weeks,
            self.reference[rows],
            self.today[rows],
            tuple(part.cells(rows) for part in self.parts),
        )

    def value(self, spend: Floats) -> Floats:
        """(S, C) incremental goal of weekly spend (C, H): over the plan's weeks and 8 after, over spending nothing."""
        return np.asarray(self.value_by_week(spend).sum(axis=2))

    def value_by_week(self, spend: Floats) -> Floats:
        """(S, C, H + 8) the same, by the week in which it comes in."""
        total = np.zeros((self.draws, len(self.cells), self.weeks + TAIL_WEEKS))
        for part in self.parts:
            for week, (state, idle) in enumerate(self._states(part, spend[:, None])):
                gained = (part.height(state)[0] - part.height(idle)[0])[..., 0]
                total[..., week] += part.worth * part.demand[:, week, None] * gained
        return total

    def gradient(self, spend: Floats, weights: Floats | None = None) -> Floats:
        """(C, H) derivative by weekly money of the mean over the draws, weighted by `weights` (S,) summing to 1."""
        share = np.full(self.draws, 1.0 / self.draws) if weights is None else weights
        out = np.zeros((len(self.cells), self.weeks))
        for part in self.parts:
            slopes = [
                part.worth * part.demand[:, week, None] * part.height(state)[1][..., 0]
                for week, (state, _) in enumerate(self._states(part, spend[:, None]))
            ]
            later = np.zeros_like(part.decay)
            for week in range(self.weeks + TAIL_WEEKS - 1, -1, -1):
                # what one unit carried in a week brings: in that week, and what is left of it in the next
                later = slopes[week] + part.decay * later
                if week < self.weeks:
                    out[:, week] += share @ ((1.0 - part.decay) * later)
        return np.asarray(out / self.reference[:, None])

    def constant(self, spend: Floats) -> tuple[Floats, Floats]:
        """Mean value and slope of constant weekly spends.

        Parameters
        ----------
        spend : float array, shape (C, K)
            Money per week, the same in each of the plan's weeks.

        Returns
        -------
        value, slope : float array, shape (C, K)
            Slope per unit of weekly money.
        """
        cells, points = spend.shape
        value, slope = np.zeros((cells, points)), np.zeros((cells, points))
        per = max(1, CHUNK_SIZE // (self.draws * points))
        for begin in range(0, cells, per):
            rows = slice(begin, begin + per)
            value[rows], slope[rows] = self.of(rows)._constant(spend[rows])
        return value, slope

    def constant_draws(self, spend: Floats) -> tuple[Floats, Floats]:
        """Value and slope of constant weekly spends (C, K) per draw, each (S, C, K); `constant` is their mean."""
        shape = (self.draws, *spend.shape)
        value, slope = np.zeros(shape), np.zeros(shape)
        for gained, steep in self._by_week(spend):
            value += gained
            slope += steep
        return value, slope / self.reference[:, None]

    def _constant(self, spend: Floats) -> tuple[Floats, Floats]:
        """`constant` for cells few enough to be held at once."""
        value, slope = np.zeros_like(spend), np.zeros_like(spend)
        for gained, steep in self._by_week(spend):
            value += gained.mean(axis=0)
            slope += steep.mean(axis=0)
        return value, slope / self.reference[:, None]

    def _by_week(self, spend: Floats) -> Iterator[tuple[Floats, Floats]]:
        """What constant weekly spends (C, K) bring in a week, and its slope by relative spend, each (S, C, K)."""
        path = np.broadcast_to(spend[..., None], (*spend.shape, self.weeks))
        for part in self.parts:
            push = np.zeros((*part.decay.shape, 1))
            for week, (state, idle) in enumerate(self._states(part, path)):
                decay = part.decay[..., None]
                push = (1.0 - decay) * (week < self.weeks) + decay * push
                worth = (part.worth * part.demand[:, week, None])[..., None]
                height, steep = part.height(state)
                yield worth * (height - part.height(idle)[0]), worth * steep * push

    def _states(self, part: WeeklyPart, paths: Floats) -> Iterator[tuple[Floats, Floats]]:
        """Carried-over relative spend (S, C, K) by week, with the paths' spend (C, K, H) and without any (K = 1)."""
        decay, idle = part.decay[..., None], part.carry_in[..., None]
        state = np.broadcast_to(idle, (*part.decay.shape, paths.shape[1]))
        relative, after = paths / self.reference[:, None, None], (self.today / self.reference)[:, None]
        for week in range(self.weeks + TAIL_WEEKS):
            planned = week < self.weeks
            state = (1.0 - decay) * (relative[..., week] if planned else after) + decay * state
            idle = (1.0 - decay) * (0.0 if planned else after) + decay * idle
            yield state, idle
