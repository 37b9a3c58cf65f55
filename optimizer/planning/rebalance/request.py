"""RebalanceRequest: what is asked of next week's budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.errors import InputError
from optimizer.history.panel import Floats
from optimizer.language.message import figure, say
from optimizer.planning.plain_values import amount_of
from optimizer.planning.request import CellLimits, PlanRequest, RulesText

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from optimizer.history.history import History
    from optimizer.planning.rebalance.week_memory import WeekMemory
    from optimizer.planning.settings import Settings

MOST_CHANGE = 10.0
MOST_EXPLORED = 0.5


@dataclass(frozen=True)
class RebalanceRequest:
    """What is asked of next week's budgets.

    Attributes
    ----------
    budget : float
        Money for the week, account currency, above 0; spent in full.
    current : path, float array (C,) or None
        What is set now, weekly money per cell; None for the mean of the last 12 complete weeks.
    max_change : float
        Largest change of a cell within a week, as a share of what it gets now, 0 to 10.
    explore : float
        Share of the budget, 0 to 0.5, that may go where knowing more is worth most.
    bounds, rules, settings, goal, seed, draws, by_audience, earlier, today
        As for `optimizer.planning.request.PlanRequest`; the goal may not be profit.
    network_rules : path, RulesText or None
        What networks ask for, see `optimizer.planning.network_rules`.
    touch_learning : bool
        Whether cells may be changed that learn or wait by those rules.
    largest_share : float or None
        No cell gets more than this share of the budget, above 0 and up to 1; one that does is brought down by the
        largest change.
    fixed : mapping of label to float
        Cells that get exactly this much, whatever else is asked; the rest is chosen around them.
    memory : WeekMemory or None
        What earlier weeks left behind: tests that run and moves that were turned down.

    Raises
    ------
    InputError
        A value is outside what is allowed.

    Examples
    --------
    >>> RebalanceRequest(budget=9000, max_change=-0.3)
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: largest change is -0.3; it must be a number from 0 to 10.
    """

    budget: float
    current: str | Path | Floats | None = None
    max_change: float = 0.3
    explore: float = 0.0
    bounds: str | Path | Bounds | CellLimits | None = None
    rules: str | Path | RulesText | None = None
    settings: str | Path | Settings | None = None
    network_rules: str | Path | RulesText | None = None
    goal: str | None = None
    seed: int = 0
    draws: int = 200
    by_audience: bool = False
    earlier: Sequence[str | Path | History] = ()
    touch_learning: bool = False
    today: dt.date | None = None
    largest_share: float | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    memory: WeekMemory | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.budget < np.inf:
            fix = say("it must be above 0: the money for one week")
            raise InputError.at(say("budget is {budget}", budget=figure(self.budget, "g")), fix=fix)
        amount_of(self.budget, say("budget"), above=True)
        amount_of(self.max_change, say("largest change"), 0.0, MOST_CHANGE)
        amount_of(self.explore, say("share to explore with"), 0.0, MOST_EXPLORED)
        if self.largest_share is not None:
            amount_of(self.largest_share, say("largest share"), 0.0, 1.0, above=True)
        for label, amount in self.fixed.items():
            amount_of(amount, say("fixed amount of {cell}", cell=label))

    def of_week(self) -> PlanRequest:
        """The same as a question about one week."""
        return PlanRequest(
            budget=self.budget,
            weeks=1,
            goal=self.goal,
            bounds=self.bounds,
            current=self.current,
            seed=self.seed,
            draws=self.draws,
            by_audience=self.by_audience,
            settings=self.settings,
            rules=self.rules,
            earlier=self.earlier,
            today=self.today,
        )
