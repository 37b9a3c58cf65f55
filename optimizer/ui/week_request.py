"""What is asked of a week: the question of the visit, the selections of the page, the network rules and the memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from optimizer.history.panel import Panel
from optimizer.planning.asked import Asked
from optimizer.planning.rebalance.request import MOST_CHANGE, MOST_EXPLORED, RebalanceRequest
from optimizer.planning.rebalance.week_memory import WeekMemory
from optimizer.planning.request import RulesText
from optimizer.planning.wording import PROFIT

CHANGE, EXPLORE, TOUCH = "week.change", "week.explore", "week.touch"
NETWORK_RULES_NAME = "network_rules.toml"
USUAL_CHANGE = 0.3
YES = "yes"


@dataclass(frozen=True)
class WeekQuestion:
    """What is asked on the page beyond the question of the visit.

    Attributes
    ----------
    max_change : float
        Largest change of a place, as a share of what it gets now.
    explore : float
        Share of the budget that may go where knowing more is worth most.
    touch : bool
        Whether places may be changed that learn or wait by the network rules.
    rules : str
        Network rules, as a text that fits the history; "" for none.
    """

    max_change: float = USUAL_CHANGE
    explore: float = 0.0
    touch: bool = False
    rules: str = ""

    @classmethod
    def read(cls, asked: Asked, chosen: Mapping[str, object], rules: str) -> WeekQuestion:
        """From the selections of a view, which may come from a link and hold anything.

        Without a selection the largest step of the page Plan is the largest change, where one is set.
        """
        usual = USUAL_CHANGE if asked.largest_step is None else min(asked.largest_step, MOST_CHANGE)
        return cls(
            _share(chosen.get(CHANGE), usual, MOST_CHANGE),
            _share(chosen.get(EXPLORE), 0.0, MOST_EXPLORED),
            chosen.get(TOUCH) == YES,
            rules,
        )

    def to_json(self) -> dict[str, object]:
        """Plain values, to be kept with what was accepted."""
        return {
            "max_change": self.max_change,
            "explore": self.explore,
            "touch_learning": self.touch,
            "network_rules": self.rules,
        }

    def request(self, asked: Asked, panel: Panel, memory: WeekMemory) -> RebalanceRequest:
        """The week as a request about a panel: amounts that a person fixed stand above all else.

        A week's budget is spent in full, and of what is spent in full profit is largest where revenue is.

        Raises
        ------
        InputError
            As for `Asked.request`.
        """
        asked.request(panel)  # refuses locks of places that are gone
        usual = week_of(replace(asked, locks={})).request(panel)
        return RebalanceRequest(
            budget=usual.budget,
            current=usual.current,
            max_change=self.max_change,
            explore=self.explore,
            bounds=usual.bounds,
            rules=RulesText(asked.rules) if asked.rules.strip() else None,
            settings=usual.settings,
            network_rules=RulesText(self.rules, NETWORK_RULES_NAME) if self.rules.strip() else None,
            goal=usual.goal,
            seed=usual.seed,
            by_audience=usual.by_audience,
            touch_learning=self.touch,
            largest_share=usual.largest_share,
            fixed=dict(asked.locks),
            memory=memory or None,
        )


def week_of(asked: Asked) -> Asked:
    """The question as one about a single week."""
    goal = "revenue" if asked.goal == PROFIT else asked.goal
    return replace(asked, budget=asked.budget / asked.weeks, weeks=1, goal=goal)


def _share(value: object, usual: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return usual
    return float(value) if 0.0 <= value <= most else usual
