"""What a plan's weeks bring in money, draw by draw: attributed, incremental, and what would have come anyway.

The draws are those of the plan's own forecast, so that its revenue and the statement's are the same figure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.terms import Terms, terms_of
from optimizer.history.panel import Cell, Floats
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.fiscal import DAYS, Period, day_shares
from optimizer.planning.ground import pose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.planning.fit import Response
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio
    from optimizer.response.forecast import OutcomeDraws


@dataclass(frozen=True, eq=False)
class Brought:
    """What one spend path brings; S draws, C cells, H weeks.

    Attributes
    ----------
    spend : float array, shape (C, H)
        Account currency per week.
    revenue, conversions : OutcomeDraws
        Attributed; conversions are None where the history has none.
    """

    spend: Floats
    revenue: OutcomeDraws
    conversions: OutcomeDraws | None


@dataclass(frozen=True, eq=False)
class MoneyForecast:
    """The plan and today's split in money, on common draws.

    Attributes
    ----------
    cells : tuple of Cell
    weeks : array of datetime64[D], shape (H,)
    periods : tuple of Period
        Fiscal periods that hold a day of the plan.
    currency : str
    decimals : int
        Of the smallest amount that is written.
    terms : Terms
    plan, baseline, idle : Brought
        The plan, today's split scaled to its budget, and nothing spent at all.
    factors : float array, shape (S, C)
        Incrementality.
    """

    cells: tuple[Cell, ...]
    weeks: NDArray[np.datetime64]
    periods: tuple[Period, ...]
    currency: str
    decimals: int
    terms: Terms
    plan: Brought
    baseline: Brought
    idle: Brought
    factors: Floats = field(repr=False)

    @property
    def shares(self) -> Floats:
        """(P, H) share of each week's days in each period."""
        return day_shares(self.weeks, self.periods)

    def incremental(self, brought: Brought) -> Floats:
        """(S, C, H) expected incremental revenue per draw: over spending nothing, times incrementality."""
        return np.asarray(self.factors[..., None] * (brought.revenue.expected - self.idle.revenue.expected))

    def incremental_observed(self, brought: Brought) -> Floats:
        """(S, C, H) the same with the noise and drift that those weeks will show."""
        return np.asarray(self.incremental(brought) + brought.revenue.observed - brought.revenue.expected)

    def mean_incremental(self, brought: Brought) -> Floats:
        """(C, H) its mean, at the mean factor: factors are not known together with the response."""
        gained = brought.revenue.expected.mean(axis=0) - self.idle.revenue.expected.mean(axis=0)
        return np.asarray(self.terms.factor[:, None] * gained)


def forecast_money(studio: Studio, request: PlanRequest, plan: Plan, change: Change = NO_CHANGE) -> MoneyForecast:
    """The money behind a plan.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
        What the plan answers, with its settings.
    plan : Plan
        Of `optimizer.planning.studio.answer`.
    change : Change
        That the plan was made under.

    Raises
    ------
    InputError
        The settings lack what a statement needs, or name what the history does not have.
    """
    settings = request.read_settings()
    request = replace(request, settings=settings)
    with_revenue = "revenue" in studio.panel.outcomes
    terms = terms_of(settings, plan.cells, with_revenue)
    question, responses = pose(studio, request, change)
    first, last = _day(plan.weeks[0]), _day(plan.weeks[-1] + np.timedelta64(DAYS - 1, "D"))

    def brought(spend: Floats) -> Brought:
        return brought_by(responses, spend, terms.value_per_conversion)

    made = brought(plan.spend)
    return MoneyForecast(
        cells=plan.cells,
        weeks=plan.weeks,
        periods=terms.calendar.periods(first, last),
        currency=plan.currency,
        decimals=question.decimals,
        terms=terms,
        plan=made,
        baseline=brought(plan.baseline),
        idle=brought(np.zeros_like(plan.spend)),
        factors=terms.factor_draws(plan.cells, len(made.revenue.expected), request.seed),
    )


def brought_by(responses: Sequence[Response], spend: Floats, worth: float | None) -> Brought:
    """What a spend path brings; the first response that forecasts an outcome tells it.

    Parameters
    ----------
    responses : sequence of FittedResponse or GoalResponse
    spend : float array, shape (C, H)
        Account currency per week.
    worth : float or None
        What makes revenue of a conversion in a history without revenue.
    """
    told: dict[str, OutcomeDraws] = {}
    for response in responses:
        told |= {name: draws for name, draws in response.forecast(spend).items() if name not in told}
    conversions = told.get("conversions")
    return Brought(spend, told["revenue"] if worth is None else _valued(told, worth), conversions)


def _valued(told: Mapping[str, OutcomeDraws], worth: float) -> OutcomeDraws:
    """Conversions at what one is worth."""
    one = told["conversions"]
    return replace(one, expected=worth * one.expected, observed=worth * one.observed, after=worth * one.after)


def _day(day: np.datetime64) -> dt.date:
    return dt.date.fromisoformat(str(day.astype("datetime64[D]")))
