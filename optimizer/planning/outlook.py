"""What a plan and today's split will bring: draws of every outcome, their totals and the intervals of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.history.panel import Floats
from optimizer.planning.fit import MAIN_OUTCOMES
from optimizer.planning.plan import CellForecast, Interval, TotalDraws
from optimizer.planning.wording import PROFIT

if TYPE_CHECKING:
    from optimizer.planning.economics import Economics
    from optimizer.planning.fit import Response
    from optimizer.response.forecast import OutcomeDraws

INTERVAL = (5.0, 95.0)  # percent; the ends of a 90 % interval


class Outlook(NamedTuple):
    """Draws of the plan and of today's split, per outcome.

    Attributes
    ----------
    plan, baseline : mapping of outcome to OutcomeDraws
        Profit is that before costs that no cell bears alone.
    shared : tuple of float
        Those costs over the plan's weeks, with the plan and with today's split; they come off the totals of profit.
    """

    plan: Mapping[str, OutcomeDraws]
    baseline: Mapping[str, OutcomeDraws]
    shared: tuple[float, float] = (0.0, 0.0)

    def cost(self, name: str) -> tuple[float, float]:
        """What comes off the totals of an outcome."""
        return self.shared if name == PROFIT else (0.0, 0.0)


class Totals(NamedTuple):
    """An outlook summed over cells and weeks, per outcome; see `Plan`."""

    total: Mapping[str, Interval]
    baseline: Mapping[str, Interval]
    gain: Mapping[str, Interval]
    after: Mapping[str, Interval]
    draws: Mapping[str, TotalDraws]


def look_ahead(models: Sequence[Response], spend: Floats, baseline: Floats, economics: Economics) -> Outlook:
    """Draws of every outcome; the first model that forecasts an outcome tells it.

    Parameters
    ----------
    models : sequence of FittedResponse or GoalResponse
    spend, baseline : float array, shape (C, H)
        Weekly spend of the plan and of today's split.
    economics : Economics
        With a margin profit is told too, where revenue is.
    """
    plan: dict[str, OutcomeDraws] = {}
    before: dict[str, OutcomeDraws] = {}
    for model in models:
        one, other = model.forecast(spend), model.forecast(baseline)
        plan |= {name: draws for name, draws in one.items() if name not in plan}
        before |= {name: draws for name, draws in other.items() if name not in before}
    order = sorted(plan, key=lambda name: MAIN_OUTCOMES.index(name) if name in MAIN_OUTCOMES else len(MAIN_OUTCOMES))
    told, told_before = {name: plan[name] for name in order}, {name: before[name] for name in order}
    if economics.margin is None or "revenue" not in told:
        return Outlook(told, told_before)
    told[PROFIT] = economics.profit(told["revenue"], spend)
    told_before[PROFIT] = economics.profit(told_before["revenue"], baseline)
    cells = models[0].panel.cells
    return Outlook(told, told_before, (economics.shared_cost(cells, spend), economics.shared_cost(cells, baseline)))


def total_draws(outlook: Outlook, name: str) -> TotalDraws:
    """One outcome over all cells and weeks."""
    plan, before, cost = outlook.plan[name], outlook.baseline[name], outlook.cost(name)
    return TotalDraws(
        plan.expected.sum(axis=(1, 2)) - cost[0],
        before.expected.sum(axis=(1, 2)) - cost[1],
        plan.after.sum(axis=1) - before.after.sum(axis=1),
    )


def loses(outlook: Outlook, goal: str, saved: float = 0.0) -> bool:
    """Whether the plan is forecast to be worth less than today's split, the weeks after included.

    The curves that a split is chosen by stay level where outcomes of negative worth outgrow the others; the forecast
    falls there. Elsewhere the two agree, and this holds a promise that must not rest on that.

    Parameters
    ----------
    outlook : Outlook
    goal : str
    saved : float
        Fixed costs that today's split has and the plan has not, goal units.
    """
    draws = total_draws(outlook._replace(shared=(0.0, 0.0)), goal)
    return bool((draws.plan - draws.baseline).mean() + draws.after.mean() + saved < 0)


def sum_up(outlook: Outlook) -> Totals:
    """Total, baseline, gain and carry-over after, per outcome."""
    total: dict[str, Interval] = {}
    baseline: dict[str, Interval] = {}
    gain: dict[str, Interval] = {}
    after: dict[str, Interval] = {}
    draws: dict[str, TotalDraws] = {}
    for name, plan in outlook.plan.items():
        before = outlook.baseline[name]
        one, cost = total_draws(outlook, name), outlook.cost(name)
        draws[name] = one
        total[name] = interval(float(one.plan.mean()), plan.observed.sum(axis=(1, 2)) - cost[0])
        baseline[name] = interval(float(one.baseline.mean()), before.observed.sum(axis=(1, 2)) - cost[1])
        gain[name] = interval(float(one.plan.mean() - one.baseline.mean()), one.plan - one.baseline)
        after[name] = interval(float(one.after.mean()), one.after)
    return Totals(total, baseline, gain, after, draws)


def interval(mean: float, draws: Floats) -> Interval:
    """The ends hold the mean: counts far below one have quantiles of 0 and 0."""
    low, high = np.percentile(draws, INTERVAL)
    return Interval(mean, min(float(low), mean), max(float(high), mean))


def by_cell(draws: OutcomeDraws) -> CellForecast:
    """Mean and ends per cell and week."""
    mean = draws.expected.mean(axis=0)
    low, high = np.percentile(draws.observed, INTERVAL, axis=0)
    return CellForecast(mean, np.minimum(low, mean), np.maximum(high, mean))
