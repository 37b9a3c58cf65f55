"""ResponseModel: from a panel to everything downstream asks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.errors import InputError
from optimizer.history.findings import Finding
from optimizer.history.panel import Floats, Panel
from optimizer.language.message import join, say
from optimizer.response.carryover import carried
from optimizer.response.curves import Curves
from optimizer.response.evidence import DETECTABLE, Evidence, fit_findings, judge
from optimizer.response.fitting import Conditions, Spreads, fit_joint
from optimizer.response.forecast import Future, OutcomeDraws
from optimizer.response.posterior import Draws, draw, paired_normals
from optimizer.response.prepare import FitData, no_outcome, prepare
from optimizer.response.reporting import UNKNOWN, learn_reporting
from optimizer.response.settings import ModelSettings
from optimizer.response.shapes import ShapeShares, fit_shapes
from optimizer.response.unit_value import UnitValue, learn_unit_value
from optimizer.response.weekly import WeeklyPart, WeeklyResponse

MEMORY = 60  # weeks of spend that carry-over can reach back over


@dataclass(frozen=True)
class Learned:
    """What a fit learned about an advertiser's cells and weeks in general, apart from the cells themselves."""

    spreads: Spreads
    shares: ShapeShares


@dataclass(frozen=True)
class Bands:
    """Curves as charts show them, weekly steady state in an average week of the plan, each (C, G)."""

    spend: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class FittedResponse:
    """What spend does, as far as the history tells, with draws of what it does not tell.

    Attributes
    ----------
    panel : Panel
    outcome : str
        The count that was fitted.
    evidence : tuple of Evidence
        One per cell.
    findings : tuple of Finding
    response_odds : float
        Log Bayes factor of "spend does something" over "it does nothing", summed over cells.
    future : Future
        Draws and the state they start from.
    unit_value : UnitValue or None
        Revenue per unit of the outcome, where the panel has revenue.
    seed : int
    learned : Learned
        What was learned about cells and weeks in general.
    """

    panel: Panel
    outcome: str
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    response_odds: float
    future: Future = field(repr=False)
    unit_value: UnitValue | None = field(repr=False)
    seed: int
    learned: Learned = field(repr=False)

    @property
    def responsive(self) -> bool:
        """Whether the history shows any response to spend at all."""
        return self.response_odds > DETECTABLE

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that can be forecast and be the goal."""
        return (self.outcome,) if self.unit_value is None else (self.outcome, "revenue")

    def with_today(self, today: Floats) -> FittedResponse:
        """The same response with another split as today's: weekly money (C,), spent after a plan's weeks."""
        return replace(self, future=replace(self.future, today=np.asarray(today, dtype=float)))

    def worth(self, goal: str) -> Floats:
        """(S, C) worth in goal units of one unit of the fitted outcome."""
        draws = self.future.draws
        if goal == self.outcome:
            return np.ones_like(draws.level)
        if goal not in self.outcomes or self.unit_value is None:
            problem = say("goal {goal} cannot be planned for", goal=repr(goal))
            raise InputError.at(problem, fix=say("choose one of {goals}", goals=join(", ", self.outcomes)))
        rng = np.random.default_rng([self.seed, 3])
        usual = np.exp(draws.level).mean(axis=0)
        return self.unit_value.draws(paired_normals(rng, len(draws.level), len(usual) + 1), usual)

    def curves(self, upper: Floats, weeks: int, goal: str) -> Curves:
        """Expected incremental goal of constant weekly spend.

        Parameters
        ----------
        upper : float array, shape (C,)
            Largest weekly spend asked about.
        weeks : int
            Weeks of the plan.
        goal : str
            One of `outcomes`.

        Returns
        -------
        Curves
            Goal units over the plan's weeks and the 8 after.
        """
        knots = self.knots(upper)
        return self.through(knots, *self.weekly(weeks, goal).constant(knots))

    def knots(self, upper: Floats) -> Floats:
        """(C, K) weekly spend at which curves up to `upper` (C,) are worked out."""
        return self.future.knots(np.maximum(upper, 1e-9 * self.future.reference))

    def through(self, knots: Floats, value: Floats, slope: Floats) -> Curves:
        """Curves through what `WeeklyResponse.constant` says of the knots."""
        return Curves.from_values(self.panel.cells, knots, value, slope)

    def weekly(self, weeks: int, goal: str) -> WeeklyResponse:
        """Worth of weekly spend per draw, where weeks or risk matter; `curves` is its summary for constant spend."""
        return self.weekly_of(weeks, (self.future.part(weeks, self.worth(goal)),))

    def weekly_of(self, weeks: int, parts: tuple[WeeklyPart, ...]) -> WeeklyResponse:
        """The worth of weekly spend over the given outcomes of these cells."""
        return WeeklyResponse(self.panel.cells, weeks, self.future.reference, self.future.today, parts)

    def forecast(self, spend: Floats) -> dict[str, OutcomeDraws]:
        """Outcomes per draw when weekly spend (C, H) is made; draws are common between calls."""
        horizon = spend.shape[1]
        expected = self.future.expected(spend)
        observed = self.future.observed(expected[..., :horizon], self.seed)
        after = expected[..., horizon:].sum(axis=2)
        out = {self.outcome: OutcomeDraws(expected[..., :horizon], observed, after)}
        if self.unit_value is not None:
            worth = self.worth("revenue")
            out["revenue"] = OutcomeDraws(
                expected[..., :horizon] * worth[..., None],
                observed
                * worth[..., None]
                * self.unit_value.path_noise(observed, np.random.default_rng([self.seed, 4])),
                after * worth,
            )
        return out

    def bands(self, upper: Floats, goal: str, points: int = 41) -> Bands:
        """Goal per week on steady weekly spend, with 90 % ends, in the first week ahead."""
        return percentile_bands(*self.weekly_values(upper, self.worth(goal), points))

    def weekly_values(self, upper: Floats, worth: Floats, points: int) -> tuple[Floats, Floats]:
        """Steady weekly spend (C, G) up to `upper`, and what it is worth in the first week ahead per draw (S, C, G).

        Parameters
        ----------
        worth : float array, shape (S, C)
            Per unit of the fitted outcome.
        """
        spend = np.maximum(upper, 1e-9 * self.future.reference)[:, None] * np.linspace(0.0, 1.0, points)
        draws = self.future.draws
        relative = spend / self.future.reference[:, None]
        height = self.future.height(np.broadcast_to(relative, (*draws.level.shape, points)))
        height = np.where(draws.inert[..., None], 0.0, height)
        week = np.exp(draws.level + draws.demand[:, :1])
        return spend, (week * worth)[..., None] * height


def percentile_bands(spend: Floats, values: Floats) -> Bands:
    """Mean and 90 % ends over the draws (S, C, G)."""
    low, high = np.quantile(values, [0.05, 0.95], axis=0)
    return Bands(spend, values.mean(axis=0), low, high)


class ResponseModel:
    """One joint model of all cells of a panel; see joint.py for its equations."""

    def __init__(self, settings: ModelSettings | None = None) -> None:
        self.settings = settings or ModelSettings()

    def fit(
        self,
        panel: Panel,
        outcome: str = "conversions",
        earlier: Sequence[Panel] = (),
        held: Learned | None = None,
    ) -> FittedResponse:
        """Learn what spend does to one outcome.

        Parameters
        ----------
        panel : Panel
        outcome : str
            A column of the panel.
        earlier : sequence of Panel
            Earlier exports of the same history, from which late reporting is learned.
        held : Learned, optional
            What an earlier fit learned about cells and weeks in general; held instead of learned anew, to tell what
            new data changed from what new spreads changed.

        Raises
        ------
        InputError
            The panel lacks the outcome.
        """
        if outcome not in panel.outcomes:
            raise no_outcome(panel, outcome)
        data = prepare(panel, outcome)
        reporting = learn_reporting(panel, earlier, outcome) if earlier else UNKNOWN
        fit = fit_joint(data, self.settings, Conditions(reporting, held.spreads if held else None))
        shapes = fit_shapes(fit, held.shares if held else None)
        draws = draw(fit, shapes, self.settings)
        odds = shapes.response_odds(data.tried)
        future = Future(
            draws=draws,
            reference=data.reference,
            carry_in=_carry_in(data, draws),
            today=panel.recent_spend,
            dispersion=fit.model.prior.dispersion,
            drift_sd=fit.model.prior.drift_sd,
            unit=data.unit,
        )
        money = panel.outcomes.get("revenue") if outcome == "conversions" else None
        return FittedResponse(
            panel=panel,
            outcome=outcome,
            evidence=judge(panel, fit, draws),
            findings=fit_findings(panel, fit, draws, odds),
            response_odds=odds,
            future=future,
            unit_value=None if money is None else learn_unit_value(panel.outcomes[outcome], money),
            seed=self.settings.seed,
            learned=Learned(fit.spreads, shapes.shares),
        )


def _carry_in(data: FitData, draws: Draws) -> Floats:
    """(S, C) carried-over relative spend of the newest week."""
    recent = data.spend[:, -MEMORY:]
    return carried(np.broadcast_to(recent, (*draws.decay.shape, recent.shape[1])), draws.decay)[..., -1]
