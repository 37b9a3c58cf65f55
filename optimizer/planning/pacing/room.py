"""What the next daily budgets may be: bounds, largest change, what networks ask for, and what later weeks can reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.history.findings import Finding
from optimizer.planning.goal import choose_goal
from optimizer.planning.network_rules import NetworkRules, read_network_rules
from optimizer.planning.pacing.days import DAYS_PER_WEEK
from optimizer.planning.question import Question, in_currency, settle
from optimizer.planning.rebalance.limits import Hold, Limits, check_floors, entered, limits_of, maximum_places, widened
from optimizer.planning.room import asked_bounds, default_bounds
from optimizer.planning.studio import panel_of
from optimizer.planning.wording import PROFIT

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.pacing.pace import PaceRequest, Pacing

LEAST = 1e-9  # of what is spent now: a budget of nothing at all cannot be asked for


@dataclass(frozen=True, eq=False)
class Room:
    """What the next week allows.

    Attributes
    ----------
    question : Question
        Of one week; its `today` is what is set now.
    asked : Bounds
        Weekly, as the user gave them, floors of networks not in them.
    network : NetworkRules
    limits : Limits
    budget : float
        Weekly money nearest to what is needed that the limits hold.
    max_change : float
    findings : list of Finding
    """

    question: Question
    asked: Bounds
    network: NetworkRules
    limits: Limits
    budget: float
    max_change: float
    findings: list[Finding]

    def reach(self, days: int) -> tuple[float, float]:
        """Least and most money that so many days can spend, where budgets change once a week by what is allowed.

        Smallest budgets hold, but not the gaps below them; what is held now may move a week later.
        """
        share = np.minimum(self.network.share, self.max_change)
        low, high = self.limits.bounds.lower, self.limits.bounds.upper
        free = np.array([hold in (Hold.FREE, Hold.LEARNING, Hold.WAITING) for hold in self.limits.hold])
        floor = np.where(low > 0.0, np.minimum(self.network.floor, low), 0.0)
        bottom, top = np.maximum(self.question.bounds.lower, floor), np.maximum(self.question.bounds.upper, high)
        least = most = 0.0
        left = days
        while left > 0:
            held = min(left, DAYS_PER_WEEK)
            least += float(low.sum()) * held / DAYS_PER_WEEK
            most += float(high.sum()) * held / DAYS_PER_WEEK
            low = np.where(free, np.maximum(bottom, np.maximum(1.0 - share, 0.0) * low), low)
            high = np.where(free, np.minimum(top, (1.0 + share) * high), high)
            left -= held
        return least, most


def room_of(history: History, request: PaceRequest, pacing: Pacing, weekly: float) -> Room:
    """Settle what the next week allows.

    Parameters
    ----------
    history : History
    request : PaceRequest
        With `current` as an array.
    pacing : Pacing
    weekly : float
        Money a week that would land the period, 0 or more.

    Raises
    ------
    InputError
        A file cannot be used, or a floor is above a maximum.
    InfeasibleError
        The maximums hold nothing.
    """
    settings = request.of_week(1.0).read_settings()
    panel = in_currency(panel_of(history, request.by_audience), settings)
    now = np.asarray(request.current, dtype=np.float64)
    usual = panel.recent_spend if panel.recent_spend.sum() > 0.0 else now
    plain = request.of_week(max(weekly, 1.0))
    asked, notes = asked_bounds(panel, plain, default_bounds(usual))
    if request.bounds is None:  # what is spent now is never out of reach of limits that nobody gave
        asked = Bounds(asked.lower, np.maximum(asked.upper, now))
    goal = None if choose_goal(panel, request.goal, settings) == PROFIT else request.goal
    held = float(np.clip(weekly, asked.lower.sum(), asked.upper.sum()))
    held = max(held, LEAST * float(now.sum()))
    question = settle(panel, replace(request.of_week(held), goal=goal, bounds=asked))
    network = NetworkRules.none(len(panel.cells))
    if request.network_rules is not None:
        network = read_network_rules(request.network_rules, panel.cells, panel.currency)
        check_floors(question, network, panel, maximum_places(request.bounds, panel.cells))
        if request.bounds is None:  # a cell may enter at its floor where nobody but the program set its maximum
            question = replace(question, bounds=entered(question.bounds, network))
    limits = limits_of(panel, question, network, request.max_change, touch=False)
    budget = float(np.clip(weekly, limits.bounds.lower.sum(), limits.bounds.upper.sum()))
    limits = replace(limits, bounds=widened(limits, budget)) if budget > 0.0 else limits
    question = replace(question, budget=budget)
    return Room(question, asked, network, limits, budget, request.max_change, list(notes))
