"""Fitting what a plan needs: the goal, and conversions and revenue, which every summary holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np

from optimizer.planning.wording import PROFIT, VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.history.panel import Panel
    from optimizer.response.goal import GoalResponse
    from optimizer.response.model import FittedResponse
    from optimizer.response.settings import ModelSettings

    Response: TypeAlias = Union[FittedResponse, GoalResponse]  # noqa: UP007 - both names exist for type checkers alone

MAIN_OUTCOMES = ("conversions", "revenue")


def goal_parts(panel: Panel, goal: str, worths: Mapping[str, float]) -> tuple[str, ...]:
    """Outcomes whose fits together tell the goal, each once, in the order of its worths."""
    if goal != VALUE:
        return (fitted_outcome(panel, goal),)
    with_conversions = "revenue" in worths and "conversions" in panel.outcomes
    return tuple(dict.fromkeys("conversions" if name == "revenue" and with_conversions else name for name in worths))


def outcomes_to_fit(panel: Panel, goal: str, worths: Mapping[str, float]) -> tuple[str, ...]:
    """Outcomes to fit: what tells the goal, then conversions and revenue where that does not.

    Revenue comes with conversions, as conversions times their value, unless no conversion was ever reported.
    """
    fitted = list(goal_parts(panel, goal, worths))
    for name in MAIN_OUTCOMES:
        if name in panel.outcomes and name not in _told(panel, fitted):
            fitted.append(fitted_outcome(panel, name))
    return tuple(fitted)


def _told(panel: Panel, fitted: Sequence[str]) -> set[str]:
    """Outcomes that fits of these outcomes forecast."""
    with_revenue = "conversions" in fitted and "revenue" in panel.outcomes
    return {*fitted, "revenue"} if with_revenue else set(fitted)


def fitted_outcome(panel: Panel, goal: str) -> str:
    """The outcome whose fit tells a goal: conversions for revenue where there are any, else the goal itself.

    Profit is revenue at its margin, less what it costs.
    """
    name = "revenue" if goal == PROFIT else goal
    counted = "conversions" in panel.outcomes and np.nansum(panel.outcomes["conversions"]) > 0
    return "conversions" if name == "revenue" and counted else name


def goal_responses(
    panel: Panel, goal: str, worths: Mapping[str, float], fits: Mapping[str, FittedResponse]
) -> tuple[Response, ...]:
    """What a plan asks: the response that tells the goal first, then those that tell conversions and revenue.

    Parameters
    ----------
    panel : Panel
    goal : str
    worths : mapping of str to float
        What the goal `value` adds up; empty for another goal.
    fits : mapping of outcome to FittedResponse
        Of `outcomes_to_fit`, at least.
    """
    from optimizer.response.goal import GoalResponse

    own = goal_parts(panel, goal, worths)
    first: Response = fits[own[0]]
    if goal == VALUE:
        first = GoalResponse(tuple(fits[name] for name in own), {name: float(worth) for name, worth in worths.items()})
    return (first, *(fits[name] for name in outcomes_to_fit(panel, goal, worths)[len(own) :]))


def fit_outcomes(
    panel: Panel, outcomes: Sequence[str], settings: ModelSettings, earlier: Sequence[Panel] = ()
) -> dict[str, FittedResponse]:
    """Fit each outcome by itself."""
    from optimizer.response.model import ResponseModel

    model = ResponseModel(settings)
    return {name: model.fit(panel, name, earlier) for name in outcomes}
