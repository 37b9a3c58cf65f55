"""Question: a request settled against a panel, with nothing left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import figure, say
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.economics import Economics, economics_of
from optimizer.planning.goal import choose_goal, goal_findings, goal_worths
from optimizer.planning.money import money_decimals
from optimizer.planning.request import MEAN, PlanRequest, read_current
from optimizer.planning.room import (
    asked_bounds,
    check_room,
    checked_array,
    closed_bounds,
    default_bounds,
    given_cells,
    switched,
)
from optimizer.planning.wording import PROFIT

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.settings import Settings


@dataclass(frozen=True, eq=False)
class Question:
    """A request settled against a panel: every array in the order of its cells.

    Attributes
    ----------
    budget : float
        Money over all weeks, rounded to the smallest amount that is written.
    weeks : int
    decimals : int
        Of the smallest amount that is written.
    bounds : Bounds
        As they hold: defaults filled in, no limit given as the weekly budget.
    today : float array, shape (C,)
        Today's weekly spend, not yet scaled to the budget.
    goal : str
    findings : tuple of Finding
        What was assumed.
    worths : mapping of str to float
        Worth per unit of each outcome that the goal `value` adds up; empty for another goal.
    country : str
        ISO 3166 code whose public holidays may move demand; "" for none.
    economics : Economics
        Margin and costs.
    """

    budget: float
    weeks: int
    decimals: int
    bounds: Bounds
    today: Floats
    goal: str
    findings: tuple[Finding, ...]
    worths: Mapping[str, float] = field(default_factory=dict)
    country: str = ""
    economics: Economics = field(default_factory=Economics)

    @property
    def spend_all(self) -> bool:
        """Whether the budget is spent in full; for profit it is the most that may be spent."""
        return self.goal != PROFIT

    @property
    def cost_of_money(self) -> float:
        """Goal units lost per unit of weekly money: for profit what it costs in all weeks, else nothing."""
        return self.weeks * self.economics.media_rate if self.goal == PROFIT else 0.0

    @property
    def margin(self) -> float:
        """Contribution margin of revenue; 1 where none is given."""
        return 1.0 if self.economics.margin is None else self.economics.margin

    @property
    def weekly(self) -> float:
        """Budget per week."""
        return self.budget / self.weeks


def settle(panel: Panel, request: PlanRequest, change: Change = NO_CHANGE, added: Sequence[Cell] = ()) -> Question:
    """Fill in what the request leaves open, and refuse what no plan can satisfy.

    Parameters
    ----------
    panel : Panel
        With the added cells.
    request : PlanRequest
    change : Change
        What a scenario switches on and off, and what it costs.
    added : sequence of Cell
        Cells of the panel without history; they get nothing unless the change adds them.

    Raises
    ------
    InputError
        A file names unknown cells or impossible amounts, the goal or an outcome it adds up is not in the history, or
        nothing was spent lately and no current split is given.
    InfeasibleError
        The minimums add up to more than the budget, or the maximums to less.
    """
    settings = request.read_settings()
    goal = choose_goal(panel, request.goal, settings)
    worths = goal_worths(panel, goal, settings)
    findings = goal_findings(goal, worths)
    if "conversions" in worths and change.worth:
        worths = {**worths, "conversions": worths["conversions"] * (1.0 + change.worth)}
    today, notes = _today(panel, request)
    findings += notes
    usual = panel.recent_spend if panel.recent_spend.sum() > 0 else today
    default = default_bounds(usual)
    bounds, notes = asked_bounds(panel, request, default)
    findings += notes
    bounds = switched(panel.cells, bounds, change, added)
    check_room(panel, request, bounds, spend_all=goal != PROFIT)
    closed = len(set(added) - set(change.added_cells))
    decimals = money_decimals(request.budget, request.weeks, len(panel.cells) - closed, panel.currency)
    budget = round(request.budget, decimals)
    bounds = closed_bounds(bounds, budget / request.weeks, spend_all=goal != PROFIT)
    return Question(
        budget,
        request.weeks,
        decimals,
        bounds,
        today,
        goal,
        tuple(findings),
        worths,
        settings.country if settings is not None else "",
        economics_of(settings, change, request.weeks, panel.cells),
    )


def in_currency(panel: Panel, settings: Settings | None) -> Panel:
    """The panel with the settings' currency where its history names none.

    Raises
    ------
    InputError
        The history names another currency.
    """
    if settings is None or not settings.currency or settings.currency == panel.currency:
        return panel
    if panel.currency:
        problem = say(
            "currency is {named}, but the history is in {currency}", named=settings.currency, currency=panel.currency
        )
        fix = say("name the history's or take the line out; amounts are not converted")
        where = say("{file}, key {key}", file=settings.file, key="currency")
        raise InputError.at(problem, file=where, fix=fix)
    return replace(panel, currency=settings.currency)


def of_history(history: History, panel: Panel, by_audience: bool) -> tuple[Finding, ...]:
    """Findings of a history that hold for this panel of it.

    Its currency may be named by the settings, and it may have no audiences to split cells by.
    """
    found = [finding for finding in history.findings if not (finding.rule == "no-currency" and panel.currency)]
    if by_audience and not any(cell.audience for cell in panel.cells):
        fix = say("so --by-audience splits nothing; add a column audience, or leave the option out")
        found.append(Finding("no-audience", Severity.NOTE, say("no row names an audience"), fix, file=history.file))
    return worst_first(found)


def _today(panel: Panel, request: PlanRequest) -> tuple[Floats, list[Finding]]:
    """(C,) today's weekly spend before scaling."""
    given = request.current
    if given is None:
        if not panel.recent_spend.sum() > 0:
            raise InputError.at(
                say("nothing was spent in the last 12 complete weeks, so there is no split of today to start from"),
                fix=say("give today's weekly spend per cell (--current FILE)"),
            )
        return panel.recent_spend, []
    if not isinstance(given, str | Path):
        amounts = checked_array(given, panel, "current")
        if not 0 < amounts.sum() < np.inf:
            problem = say("current sums to {amount}", amount=figure(float(amounts.sum()), "g"))
            raise InputError.at(problem, fix=say("give today's weekly spend per cell"))
        return amounts, []
    spend = read_current(given, panel.cells)
    unnamed = np.isnan(spend)
    if not unnamed.any():
        return spend, []
    finding = Finding(
        rule="current-incomplete",
        severity=Severity.WARNING,
        problem=say("today's spend is given for {which}", which=given_cells(panel.cells, unnamed)),
        fix=say("those count as 0"),
        file=str(given),
    )
    return np.where(unnamed, 0.0, spend), [finding]


def request_settings(panel: Panel, request: PlanRequest, question: Question) -> Mapping[str, object]:
    """All that was asked, as plain values: amounts per cell rather than the files they were read from."""
    cells = [cell.label for cell in panel.cells]
    limits = zip(question.bounds.lower.tolist(), question.bounds.upper.tolist(), strict=True)
    economics = question.economics
    more: dict[str, object] = {}
    if economics.margin is not None:
        more["margin"] = economics.margin
    if economics.team:
        more["team"] = round(economics.team, 6)
    if economics.production:
        more["production"] = dict(economics.production)
    if economics.media_rate != 1.0:
        more["media_rate"] = economics.media_rate
    if request.risk != MEAN:
        more["risk"] = request.risk
    return {
        "budget": question.budget,
        "weeks": question.weeks,
        "goal": question.goal,
        "outcomes": dict(question.worths),
        "currency": panel.currency,
        "country": question.country,
        "draws": request.draws,
        "by_audience": request.by_audience,
        "bounds": {cell: [round(low, 6), round(high, 6)] for cell, (low, high) in zip(cells, limits, strict=True)},
        "current": {cell: round(amount, 6) for cell, amount in zip(cells, question.today.tolist(), strict=True)},
        **more,
    }
