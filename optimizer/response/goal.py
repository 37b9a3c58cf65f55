"""A goal of several outcomes, each with a worth per unit: a follower 0.50, a conversion 42, a negative reaction -1.

One fit per outcome; the goal's curves and forecasts are their weighted sums, draw by draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Floats, Panel
from optimizer.language.message import say
from optimizer.response.curves import Curves
from optimizer.response.evidence import Evidence
from optimizer.response.forecast import OutcomeDraws
from optimizer.response.model import Bands, FittedResponse, ResponseModel, percentile_bands
from optimizer.response.weekly import WeeklyResponse

GOAL = "value"  # name of the weighted sum among the outcomes


@dataclass(frozen=True)
class GoalResponse:
    """What spend does to a weighted sum of outcomes; answers what `FittedResponse` answers.

    Attributes
    ----------
    parts : tuple of FittedResponse
        One per outcome that was fitted.
    worths : mapping of str to float
        Goal units per unit of each outcome; may be negative.
    """

    parts: tuple[FittedResponse, ...]
    worths: Mapping[str, float]

    @property
    def panel(self) -> Panel:
        """The history behind all parts."""
        return self.parts[0].panel

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that can be forecast; the weighted sum first."""
        return (GOAL, *(name for part in self.parts for name in part.outcomes))

    @property
    def responsive(self) -> bool:
        """Whether any outcome of the goal follows spend."""
        return any(part.responsive for part in self.parts)

    @property
    def main(self) -> FittedResponse:
        """The part that moves the goal most: worth times outcome, over the history."""
        sizes = [self._size(part) for part in self.parts]
        return self.parts[int(np.argmax(sizes))]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Evidence per cell, from the outcome that moves the goal most."""
        return self.main.evidence

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of the main part, and of the others whether they respond; a silent one alone is but a note."""
        main = self.main
        found = [f for part in self.parts for f in part.findings if part is main or f.rule == "no-response"]
        if self.responsive:
            found = [replace(f, severity=Severity.NOTE) if f.rule == "no-response" else f for f in found]
        return tuple(dict.fromkeys(found))

    def _size(self, part: FittedResponse) -> float:
        return sum(
            abs(self.worths.get(name, 0.0)) * float(np.nansum(part.panel.outcomes[name])) for name in part.outcomes
        )

    def with_today(self, today: Floats) -> GoalResponse:
        """The same response with another split as today's, weekly money (C,)."""
        return replace(self, parts=tuple(part.with_today(today) for part in self.parts))

    def _part_worth(self, part: FittedResponse, goal: str) -> Floats:
        """(S, C) goal units per unit of a part's fitted outcome; 0 in the sum for one that does not follow spend."""
        if goal == GOAL and not part.responsive:
            return np.zeros_like(part.future.draws.level)
        if goal != GOAL:
            return part.worth(goal) if goal in part.outcomes else np.zeros_like(part.future.draws.level)
        return np.asarray(sum(self.worths.get(name, 0.0) * part.worth(name) for name in part.outcomes))

    def curves(self, upper: Floats, weeks: int, goal: str = GOAL) -> Curves:
        """Expected incremental goal of constant weekly spend; see `FittedResponse.curves`.

        Where outcomes of negative worth make the sum fall with more spend, the curve stays level instead: money that
        does harm is worth no more than money left out.
        """
        knots = self.knots(upper)
        return self.through(knots, *self.weekly(weeks, goal).constant(knots))

    def knots(self, upper: Floats) -> Floats:
        """(C, K) weekly spend at which curves up to `upper` (C,) are worked out."""
        return self.parts[0].knots(upper)

    def through(self, knots: Floats, value: Floats, slope: Floats) -> Curves:
        """Curves through what `WeeklyResponse.constant` says of the knots, level where it falls."""
        level = np.maximum.accumulate(value, axis=1)
        return Curves.from_values(self.panel.cells, knots, level, np.where(value >= level, np.maximum(slope, 0.0), 0.0))

    def weekly(self, weeks: int, goal: str = GOAL) -> WeeklyResponse:
        """Worth of weekly spend per draw; see `FittedResponse.weekly`."""
        parts = tuple(part.future.part(weeks, self._part_worth(part, goal)) for part in self.parts)
        return self.parts[0].weekly_of(weeks, parts)

    def forecast(self, spend: Floats) -> dict[str, OutcomeDraws]:
        """Outcomes per draw when weekly spend (C, H) is made, and their weighted sum.

        An outcome that does not follow spend is the same under every plan: what today's split would bring.
        """
        each: dict[str, OutcomeDraws] = {}
        for part in self.parts:
            same = np.broadcast_to(part.future.today[:, None], spend.shape)
            each |= part.forecast(spend if part.responsive else same)
        total = OutcomeDraws(
            *(
                np.asarray(sum(worth * getattr(each[name], field) for name, worth in self.worths.items()))
                for field in ("expected", "observed", "after")
            )
        )
        return {GOAL: total, **each}

    def bands(self, upper: Floats, goal: str = GOAL, points: int = 41) -> Bands:
        """Goal per week on steady weekly spend, with 90 % ends."""
        values = [part.weekly_values(upper, self._part_worth(part, goal), points) for part in self.parts]
        return percentile_bands(values[0][0], np.asarray(sum(value for _, value in values)))


def fit_goal(
    model: ResponseModel, panel: Panel, worths: Mapping[str, float], earlier: Sequence[Panel] = ()
) -> GoalResponse:
    """Fit every outcome that a goal names; revenue comes from conversions where both are known.

    Raises
    ------
    InputError
        An outcome that the history lacks, or no outcome with a worth.
    """
    named = [name for name, worth in worths.items() if worth]
    if not named:
        problem = say("the goal gives no outcome a worth")
        raise InputError.at(problem, fix=say("give at least one outcome a worth other than 0"))
    from_conversions = "revenue" in named and "conversions" in panel.outcomes
    fitted = dict.fromkeys("conversions" if name == "revenue" and from_conversions else name for name in named)
    parts = tuple(model.fit(panel, name, earlier) for name in fitted)
    return GoalResponse(parts, {name: float(worths[name]) for name in named})
