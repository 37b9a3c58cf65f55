"""Fitting what a plan needs: the goal, and conversions and revenue, which every summary holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np

from optimizer.planning.wording import VALUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.history.panel import Panel
    from optimizer.planning.question import Question
    from optimizer.planning.request import PlanRequest
    from optimizer.response.goal import GoalResponse
    from optimizer.response.model import FittedResponse

    Response: TypeAlias = Union[FittedResponse, GoalResponse]  # noqa: UP007 - both names exist for type checkers alone

MAIN_OUTCOMES = ("conversions", "revenue")


def fit_responses(
    panel: Panel, question: Question, request: PlanRequest, earlier: Sequence[Panel] = ()
) -> list[Response]:
    """Fit what forecasts the goal, then conversions and revenue where that does not.

    Revenue comes with conversions, as conversions times their value, unless no conversion was ever reported.

    Returns
    -------
    list of FittedResponse or GoalResponse
        The first one tells the goal.
    """
    from optimizer.response.goal import fit_goal
    from optimizer.response.model import ResponseModel
    from optimizer.response.settings import ModelSettings

    model = ResponseModel(ModelSettings(seed=request.seed, draws=request.draws, country=question.country))
    first: Response
    if question.goal == VALUE:
        first = fit_goal(model, panel, question.worths, earlier)
    else:
        first = model.fit(panel, fitted_outcome(panel, question.goal), earlier)
    fitted = [first]
    told = set(first.outcomes)
    for name in MAIN_OUTCOMES:
        if name in panel.outcomes and name not in told:
            fitted.append(model.fit(panel, fitted_outcome(panel, name), earlier))
            told |= set(fitted[-1].outcomes)
    return fitted


def fitted_outcome(panel: Panel, goal: str) -> str:
    """The outcome whose fit tells a goal: conversions for revenue where there are any, else the goal itself."""
    counted = "conversions" in panel.outcomes and np.nansum(panel.outcomes["conversions"]) > 0
    return "conversions" if goal == "revenue" and counted else goal
