"""What spend will bring: expected and observed outcomes of dated weeks, and curves of constant weekly spend.

Every figure about the future comes from here, from the same draws and the same response function, so that a plan's
totals, its curves and its gain agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Floats
from optimizer.response.posterior import Draws
from optimizer.response.saturation import relative_hill
from optimizer.response.weekly import TAIL_WEEKS, WeeklyPart

KNOTS = 33


@dataclass(frozen=True)
class OutcomeDraws:
    """One outcome under one spend path, per draw.

    Attributes
    ----------
    expected : float array, shape (S, C, H)
        Expected outcome of the plan's weeks, organic included.
    observed : float array, shape (S, C, H)
        What those weeks may show once fully reported: with outcome noise and drift to come.
    after : float array, shape (S, C)
        Expected outcome of the 8 weeks after, spend as today in them.
    """

    expected: Floats
    observed: Floats
    after: Floats


@dataclass(frozen=True)
class Future:
    """The state from which the future is drawn.

    Attributes
    ----------
    draws : Draws
    reference : float array, shape (C,)
        Money that counts as 1.
    carry_in : float array, shape (S, C)
        Carried-over relative spend of the newest week.
    today : float array, shape (C,)
        Today's split, money per week; what is spent after a plan.
    dispersion : float array, shape (C,)
    drift_sd : float
        Weekly step of log effect.
    unit : float
        Amount of the outcome that counts as one event in its noise.
    """

    draws: Draws
    reference: Floats
    carry_in: Floats
    today: Floats
    dispersion: Floats
    drift_sd: float
    unit: float = 1.0

    def expected(self, spend: Floats) -> Floats:
        """(S, C, H + 8) expected outcome of weekly spend (C, H), then today's split."""
        horizon = spend.shape[1] + TAIL_WEEKS
        after = np.repeat(self.today[:, None], TAIL_WEEKS, axis=1)
        path = np.concatenate([spend, after], axis=1) / self.reference[:, None]
        draws = self.draws
        state = self.carry_in
        carried = np.empty((*state.shape, horizon))
        for week in range(horizon):
            state = carried[..., week] = (1.0 - draws.decay) * path[:, week] + draws.decay * state
        paid = self.height(carried)
        return np.asarray(
            np.exp(draws.level[..., None] + draws.demand[:, None, :horizon]) * (np.exp(draws.organic)[..., None] + paid)
        )

    def height(self, carried: Floats) -> Floats:
        """Relative height of the curves at carried-over relative spend (S, C, ...); 1 where spend does nothing."""
        draws = self.draws
        extra = (...,) + (None,) * (carried.ndim - 2)
        return np.where(draws.inert[extra], 1.0, relative_hill(carried, draws.half[extra], draws.slope[extra]))

    def observed(self, expected: Floats, seed: int) -> Floats:
        """Expected outcomes (S, C, H) with drift to come and count noise; the same seed gives the same noise."""
        rng = np.random.default_rng([seed, 2])
        path = np.cumsum(self.drift_sd * rng.standard_normal(expected.shape), axis=2)
        mean = expected * np.exp(path) / self.unit
        shape = 1.0 / np.maximum(self.dispersion, 1e-6)[None, :, None]
        events = rng.poisson(np.minimum(rng.gamma(shape, mean / shape), 1e15)).astype(np.float64)
        return np.asarray(self.unit * events)

    def knots(self, upper: Floats) -> Floats:
        """(C, KNOTS) weekly spend from 0 to `upper`, denser near 0, where curves bend most."""
        return np.asarray(upper[:, None] * np.linspace(0.0, 1.0, KNOTS) ** 1.6)

    def part(self, weeks: int, worth: Floats) -> WeeklyPart:
        """What allocation sees of this outcome over that many weeks, at a worth per unit of (S, C)."""
        draws = self.draws
        return WeeklyPart(
            half=draws.half,
            slope=np.exp(draws.slope),
            decay=draws.decay,
            carry_in=self.carry_in,
            worth=np.where(draws.inert, 0.0, worth * np.exp(draws.level)),
            demand=np.exp(draws.demand[:, : weeks + TAIL_WEEKS]),
        )
