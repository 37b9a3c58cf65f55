"""A week's decision: next week's budgets around what a person fixed, and what the fixing costs.

Budgets chosen around fixed amounts are compared with today's split moved to keep those amounts, by which their worth
says nothing of what the amounts themselves do. Here both, with and without them, are held against the same split.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError, InternalError
from optimizer.language.message import say
from optimizer.planning.outlook import interval
from optimizer.planning.plain_values import meant
from optimizer.planning.plan import Interval
from optimizer.planning.rebalance.rebalance import Rebalance, RebalanceRequest, rebalance_in

if TYPE_CHECKING:
    from optimizer.planning.assemble import Progress
    from optimizer.planning.studio import Studio


@dataclass(frozen=True, eq=False)
class WeekDecision:
    """Next week's budgets with what a person fixed in them.

    Attributes
    ----------
    found : Rebalance
        Its worth and chance are held against the split that `free` is held against.
    free : Rebalance or None
        The same with nothing fixed: `found` itself where nothing is, None where next week cannot hold the budget.
    brings : tuple of Interval, one per cell
        Goal that the cell's change from what is set now adds or gives up, if it is kept for `found.kept` weeks.
    cost : Interval or None
        Goal that fixing costs, if the budgets are kept for so long: `free` less `found`, draw by draw. None where
        there is no `free`.
    """

    found: Rebalance
    free: Rebalance | None
    brings: tuple[Interval, ...]
    cost: Interval | None


def decide_week(found: Rebalance, free: Rebalance | None) -> WeekDecision:
    """Hold budgets around fixed amounts against those without.

    Parameters
    ----------
    found : Rebalance
    free : Rebalance or None
        Of the same studio and question, with nothing fixed; `found` itself where nothing is.

    Raises
    ------
    InternalError
        The two are not of the same week, cells and goal.
    """
    added = found.value.split - found.value.now
    brings = tuple(interval(float(of_cell.mean()), of_cell) for of_cell in added.T)
    if free is None:
        return WeekDecision(found, None, brings, None)
    one, other = found.plan, free.plan
    if (one.cells, one.goal) != (other.cells, other.goal) or not np.array_equal(one.weeks, other.weeks):
        raise InternalError("budgets of different weeks, cells or goals cannot be held against each other")
    lost = free.value.split.sum(axis=1) - found.value.split.sum(axis=1)
    cost = interval(float(lost.mean()), lost)
    if found is free:
        return WeekDecision(found, free, brings, cost)
    gain = found.value.split.sum(axis=1) - free.value.reference.sum(axis=1)
    held = replace(found, worth=interval(float(gain.mean()), gain), chance=float((gain > 0.0).mean()))
    return WeekDecision(held, free, brings, cost)


def leave_as_today(
    studio: Studio, request: RebalanceRequest, left: Mapping[str, str], progress: Progress | None = None
) -> WeekDecision:
    """Next week's budgets with some cells left as they are.

    Parameters
    ----------
    studio : Studio
    request : RebalanceRequest
    left : mapping of label to str
        The cells, with the reason.
    progress : callable (str, float) -> None, optional

    Raises
    ------
    InputError
        One is no cell of the history.
    InfeasibleError
        Next week cannot hold the budget around them.
    """
    free = rebalance_in(studio, request, progress)
    labels = [cell.label for cell in free.plan.cells]
    for name in left:
        if name not in labels:
            raise InputError.at(say("{name} is no cell of the history", name=name), fix=meant(name, labels))
    if not left:
        return decide_week(free, free)
    fixed = {label: float(free.current[labels.index(label)]) for label in left}
    return decide_week(rebalance_in(studio, replace(request, fixed={**request.fixed, **fixed}), progress), free)
