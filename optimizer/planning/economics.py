"""Economics of a plan: margin, team and production, and the profit they leave of revenue.

profit = margin x revenue - media - agency's share of media - production - team, tools and agency, for the weeks of the
plan. Production arises once per plan and content type, as soon as anything is spent on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.allocation.rules import FixedCost
from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, say
from optimizer.planning.plain_values import meant
from optimizer.planning.wording import PROFIT, VALUE, outcome_name

if TYPE_CHECKING:
    from optimizer.planning.change import Change
    from optimizer.planning.settings import Settings
    from optimizer.response.forecast import OutcomeDraws

WEEKS_PER_MONTH = 365.2425 / 12 / 7


@dataclass(frozen=True)
class Economics:
    """What of revenue is left, and what comes off it.

    Attributes
    ----------
    margin : float or None
        Contribution margin of one unit of revenue; None where it is not known, and with it profit.
    team : float
        Team, tools and agency, account currency over the plan's weeks.
    production : mapping of content type to float
        Account currency per plan, as soon as the content type is used; above 0.
    media_rate : float
        What one unit of media spend costs with what an agency takes on top, 1 or more.
    """

    margin: float | None = None
    team: float = 0.0
    production: Mapping[str, float] = field(default_factory=dict)
    media_rate: float = 1.0

    def production_cost(self, cells: Sequence[Cell], spend: Floats) -> float:
        """What the content types cost that get any of a spend (C, H)."""
        used = {cell.content_type for cell, row in zip(cells, spend, strict=True) if (row > 0).any()}
        return sum((cost for name, cost in self.production.items() if name in used), 0.0)

    def rules(self, cells: Sequence[Cell], goal: str) -> tuple[FixedCost, ...]:
        """Production as fixed costs in units of the goal.

        Raises
        ------
        InputError
            The goal cannot be weighed against money.
        """
        if not self.production:
            return ()
        rate = self._goal_per_money(goal)
        return tuple(
            FixedCost(own, cost * rate, say("production of {content_type}", content_type=name))
            for name, cost in self.production.items()
            if (own := tuple(c for c, cell in enumerate(cells) if cell.content_type == name))
        )

    def _goal_per_money(self, goal: str) -> float:
        """Goal units that weigh as much as one unit of account currency."""
        if goal in (PROFIT, VALUE):
            return 1.0
        if goal != "revenue":
            problem = say("production costs are money and the goal is {goal}", goal=outcome_name(goal))
            fix = say("plan for profit, revenue or value, or leave the production costs out")
            raise InputError.at(problem, fix=fix)
        if self.margin is None:
            problem = say("production costs are weighed against the margin of revenue, which is not known")
            raise InputError.at(problem, fix=say("write margin = 0.4 or so in --settings FILE"))
        return 1.0 / self.margin

    def profit(self, revenue: OutcomeDraws, spend: Floats) -> OutcomeDraws:
        """Profit per draw, cell and week before production and team, which no cell bears alone.

        The weeks after a plan spend as today whatever the plan is, so that their media are left out: differences of
        plans do not change.
        """
        from optimizer.response.forecast import OutcomeDraws

        margin = 0.0 if self.margin is None else self.margin
        return OutcomeDraws(
            margin * revenue.expected - self.media_rate * spend,
            margin * revenue.observed - self.media_rate * spend,
            margin * revenue.after,
        )

    def shared_cost(self, cells: Sequence[Cell], spend: Floats) -> float:
        """Production, team, tools and agency of a spend (C, H)."""
        return self.team + self.production_cost(cells, spend)


def economics_of(settings: Settings | None, change: Change, weeks: int, cells: Sequence[Cell]) -> Economics:
    """Margin and costs of a plan from the settings, with what a scenario adds.

    Raises
    ------
    InputError
        A production cost of a content type that the history does not have, or a team's cost without a margin.
    """
    margin = None if settings is None else settings.margin
    monthly = 0.0 if settings is None else settings.fixed_per_month
    kinds = {cell.content_type for cell in cells}
    production = settings.production_costs if settings is not None else {}
    for name in production:
        if name not in kinds:
            where = say("{file}, key {key}", file=settings.file, key=f"production.{name}")  # type: ignore[union-attr]
            problem = say("the history has no content type {name}", name=name)
            raise InputError.at(problem, file=where, fix=meant(name, sorted(kinds)))
    for name, cost in change.production_cost.items():
        production[name] = production.get(name, 0.0) + cost
    if change.team_cost and margin is None:
        raise InputError.at(_needs_margin(), fix=say("write margin = 0.4 or so in --settings FILE"))
    team = monthly * weeks / WEEKS_PER_MONTH + change.team_cost
    rate = 1.0 if settings is None else 1.0 + settings.finance.agency_share
    return Economics(margin, team, {name: cost for name, cost in production.items() if cost > 0}, rate)


def _needs_margin() -> Message:
    return say("team cost comes off profit, and profit needs the margin of revenue, which is not known")
