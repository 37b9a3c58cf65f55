"""What spend will bring: expected and observed outcomes of dated weeks, and curves of constant weekly spend.

Every figure about the future comes from here, from the same draws and the same response function, so that a plan's
totals, its curves and its gain agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Floats
from optimizer.response.posterior import Draws
from optimizer.response.saturation import TINY, log_sigmoid

TAIL_WEEKS = 8  # weeks after a plan in which its carry-over counts; spend goes on as today in them
KNOTS = 33
CHUNK_SIZE = 3_000_000  # numbers held at once while curves are averaged


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
        slope = np.exp(draws.slope)
        at_usual = log_sigmoid(-slope * draws.half)
        rise = slope[extra] * (np.log(np.maximum(carried, TINY)) - draws.half[extra])
        height = np.exp(log_sigmoid(rise) - at_usual[extra])
        return np.where(draws.inert[extra], 1.0, np.where(carried > TINY, height, 0.0))

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

    def constant_spend(self, spend: Floats, weeks: int, worth: Floats) -> tuple[Floats, Floats]:
        """Expected incremental worth of constant weekly spends, averaged over the draws.

        Parameters
        ----------
        spend : float array, shape (C, K)
            Money per week, the same in each of the weeks; today's split in the 8 weeks after.
        weeks : int
            H.
        worth : float array, shape (S, C)
            Worth of a unit of the outcome.

        Returns
        -------
        value, slope : float array, shape (C, K)
            Over all H + 8 weeks and over spending nothing in the plan's weeks; slope per unit of weekly money.
        """
        cells, points = spend.shape
        value, slope = np.empty((cells, points)), np.empty((cells, points))
        per = max(1, CHUNK_SIZE // (len(worth) * points))
        for begin in range(0, cells, per):
            part = slice(begin, begin + per)
            value[part], slope[part] = self._constant_part(part, spend[part], weeks, worth[:, part])
        return value, slope

    def _constant_part(self, part: slice, spend: Floats, weeks: int, worth: Floats) -> tuple[Floats, Floats]:
        """`constant_spend` for some of the cells."""
        draws = self.draws
        decay = draws.decay[:, part, None]
        power, half = np.exp(draws.slope[:, part, None]), draws.half[:, part, None]
        base = draws.level[:, part, None] - log_sigmoid(-power * half)
        live = np.where(draws.inert[:, part], 0.0, worth)[..., None]
        money = (spend / self.reference[part, None])[None]
        after = (self.today[part] / self.reference[part])[None, :, None]
        idle = self.carry_in[:, part, None]
        state = np.broadcast_to(idle, (*decay.shape[:2], spend.shape[1]))
        push = np.zeros_like(decay)
        value, slope = np.zeros_like(spend), np.zeros_like(spend)
        for week in range(weeks + TAIL_WEEKS):
            planned = week < weeks
            state = (1.0 - decay) * (money if planned else after) + decay * state
            idle = (1.0 - decay) * (0.0 if planned else after) + decay * idle
            push = (1.0 - decay) * planned + decay * push
            season = draws.demand[:, week, None, None]
            rise = power * (np.log(np.maximum(state, TINY)) - half)
            height = np.exp(base + season + log_sigmoid(rise))
            nothing = np.exp(base + season + log_sigmoid(power * (np.log(np.maximum(idle, TINY)) - half)))
            value += (live * (height - nothing)).mean(axis=0)
            by_state = height * power / (1.0 + np.exp(np.minimum(rise, 50.0))) / np.maximum(state, TINY)
            slope += (live * by_state * push).mean(axis=0)
        return value, slope / self.reference[part, None]
