"""Scenarios side by side: each is planned for by itself, and all are judged on the same draws.

Totals are those of the plans themselves. Differences are of expected outcomes: what the draws disagree on is what the
history does not tell, and it is the same draws for every scenario, so that a difference is not blurred by what both
have in common. The noise of single weeks is not in it: a probability of 90 % means that the scenario is better in 90 %
of all that the history leaves possible, on average over weeks like these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, number, say
from optimizer.planning.asked import Asked
from optimizer.planning.chance import told_chance
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.goal import UNWANTED
from optimizer.planning.outlook import interval
from optimizer.planning.plain_values import only_known, table_of, text_of
from optimizer.planning.plan import Interval, Plan
from optimizer.planning.wording import MONEY_OUTCOMES, PROFIT, money, outcome_name
from optimizer.planning.wording import number as rounded

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.assemble import Progress
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

SPEND, CPA, ROAS = "spend", "cpa", "roas"
ALIKE = 1e-9  # share of an amount by which two sums of the same parts may differ
LONGEST_NAME = 80  # characters of a scenario's name

StudioFor: TypeAlias = "Callable[[PlanRequest, Sequence[Cell]], Studio]"
"""Opens the studio of a request with added cells, or takes one that is open already."""


@dataclass(frozen=True)
class Scenario:
    """What is asked, and what would be different.

    Attributes
    ----------
    name : str
        What people call it.
    asked : Asked
    change : Change

    Raises
    ------
    InputError
        The name is empty, too long, or holds characters that nobody sees.

    Examples
    --------
    >>> off = Scenario("TikTok off", Asked(budget=9000, weeks=4), Change(off=("tiktok",)))
    >>> off.to_json()
    {'name': 'TikTok off', 'asked': {'budget': 9000, 'weeks': 4}, 'change': {'off': ['tiktok']}}
    >>> Scenario.from_json(off.to_json()) == off
    True
    """

    name: str
    asked: Asked
    change: Change = NO_CHANGE

    def __post_init__(self) -> None:
        text_of(self.name, say("the name of a scenario"), LONGEST_NAME)

    def to_json(self) -> dict[str, object]:
        """Plain values that JSON can hold."""
        return {"name": self.name, "asked": self.asked.to_json(), "change": self.change.to_json()}

    @classmethod
    def from_json(cls, plain: Mapping[str, object]) -> Scenario:
        """A scenario from plain values.

        Raises
        ------
        InputError
            A key is not known, or a value is not allowed.
        """
        what = say("a scenario")
        values = table_of(plain, what)
        only_known(values, ["name", "asked", "change"], what)
        name = text_of(values.get("name"), say("the name of a scenario"))
        asked = Asked.from_json(table_of(values.get("asked"), say("what a scenario asks")))
        return cls(name, asked, Change.from_json(table_of(values.get("change", {}), say("the change of a scenario"))))


@dataclass(frozen=True)
class Row:
    """One outcome of one scenario.

    Attributes
    ----------
    scenario : int
    outcome : str
        An outcome of the plan, or spend, cpa or roas: media, media per conversion, revenue per unit of media.
    total : Interval
        As the plan tells it: over its weeks, organic included, with the noise of the outcome and the drift to come.
        The mean of a ratio is the ratio of the means.
    difference : Interval or None
        From the base, of the expected outcomes, draw by draw, without noise; None where the base has no plan.
    better : float or None
        Share of the draws in which it is better than the base: more of an outcome, less of cost and of what does harm.
        None where nothing differs, where neither is better (spend), or where the base has no plan.
    same : bool
        Whether every draw is that of the base but for rounding: equal, and neither better nor worse.
    """

    scenario: int
    outcome: str
    total: Interval
    difference: Interval | None
    better: float | None
    same: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios with their plans.

    Attributes
    ----------
    scenarios : tuple of Scenario
    base : int
        The one that others are held against.
    goal, currency : str
        Of the base, or of the first scenario that has a plan.
    plans : tuple of Plan or None
        One per scenario; None where it cannot be planned for.
    problems : tuple of str
        One per scenario: why it cannot be planned for, in a sentence; "" where it can.
    rows : tuple of Row
        By scenario, then outcome, for those that have a plan.
    """

    scenarios: tuple[Scenario, ...]
    base: int
    goal: str
    currency: str
    plans: tuple[Plan | None, ...]
    problems: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def draws(self) -> int:
        """How many draws probabilities are shares of; `optimizer.planning.chance` tells them."""
        plan = next((plan for plan in self.plans if plan is not None), None)
        return len(plan.draws[plan.goal].plan) if plan is not None else 0

    @property
    def outcomes(self) -> tuple[str, ...]:
        """All outcomes that any row tells, the goal first."""
        return tuple(dict.fromkeys(row.outcome for row in self.rows))

    def row(self, scenario: int, outcome: str) -> Row | None:
        """One outcome of one scenario; None where it is not told."""
        return next((row for row in self.rows if row.scenario == scenario and row.outcome == outcome), None)

    def sentence(self, scenario: int) -> Message | str:
        """What a scenario comes to against the base, in the base's goal."""
        if self.problems[scenario]:
            return self.problems[scenario]
        row = self.row(scenario, self.goal)
        if row is None or row.difference is None or scenario == self.base:
            return ""
        return _told(self, row)


def compare(
    studio_for: StudioFor,
    history: History,
    scenarios: Sequence[Scenario],
    base: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Plan for each scenario and hold all of them against one.

    A scenario that cannot be planned for keeps the reason and does not stop the others. All must be of the same number
    of weeks, split cells alike and share their random numbers, since else there would be no common draws.

    Parameters
    ----------
    studio_for : callable (PlanRequest, sequence of Cell) -> Studio
        Opens a studio or takes an open one; called with the cells that any scenario adds.
    history : History
    scenarios : sequence of Scenario
        One or more.
    base : int
        Place of the one that others are held against.
    progress : callable (str, float) -> None, optional
        Told which scenario is planned for and the share done, 0 to 1.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        No scenario, or no such base.
    """
    if not 0 <= base < len(scenarios):
        fix = say("choose one of the {count} scenarios", count=number(len(scenarios)))
        raise InputError.at(say("the base is scenario {place}", place=number(base + 1)), fix=fix)
    added = tuple(dict.fromkeys(cell for one in scenarios for cell in one.change.added_cells))
    plans: list[Plan | None] = []
    problems: list[str] = []
    for place, scenario in enumerate(scenarios):
        if progress is not None:
            progress(say("Planning for {scenario}", scenario=scenario.name), place / len(scenarios))
        try:
            _check_common(scenario, scenarios[base])
            plan: Plan | None = _planned(studio_for, history, scenario, added)
            problem = ""
        except (InfeasibleError, InputError) as error:
            plan, problem = None, error.message
        plans.append(plan)
        problems.append(problem)
    if progress is not None:
        progress(say("Done"), 1.0)
    first = next((plan for plan in (plans[base], *plans) if plan is not None), None)
    goal, currency = (first.goal, first.currency) if first is not None else ("", "")
    rows = tuple(row for place in range(len(plans)) for row in _rows(place, plans[place], plans[base], goal))
    return Comparison(tuple(scenarios), base, goal, currency, tuple(plans), tuple(problems), rows)


def _check_common(scenario: Scenario, base: Scenario) -> None:
    """Refuse a scenario whose figures are not of the same weeks, cells and draws as the base's."""
    one, other = scenario.asked, base.asked
    if one.weeks != other.weeks:
        problem = say(
            "{name} covers {weeks} weeks, and {base} {others}",
            name=scenario.name,
            weeks=number(one.weeks),
            base=base.name,
            others=number(other.weeks),
        )
        raise InputError.at(problem, fix=say("compare scenarios of the same weeks"))
    if (one.by_audience, one.seed) != (other.by_audience, other.seed):
        names = {"name": scenario.name, "base": base.name}
        problem = say("{name} splits by audience, or draws random numbers, otherwise than {base}", **names)
        raise InputError.at(problem, fix=say("take the same for both"))


def _planned(studio_for: StudioFor, history: History, scenario: Scenario, added: Sequence[Cell]) -> Plan:
    from optimizer.planning.studio import answer, panel_of

    request = scenario.asked.request(panel_of(history, scenario.asked.by_audience))
    return answer(studio_for(request, added), request, scenario.change)


# Figures ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Told:
    """An outcome of a plan: its total as the plan tells it, and its draws (S,) of the expected outcome."""

    total: Interval
    draws: Floats


def _rows(place: int, plan: Plan | None, base: Plan | None, goal: str) -> list[Row]:
    if plan is None:
        return []
    own, other = _figures(plan, goal), _figures(base, goal) if base is not None else {}
    return [_row(place, name, told, other.get(name)) for name, told in own.items()]


def _figures(plan: Plan, goal: str) -> dict[str, _Told]:
    """What a comparison tells of a plan: the goal, conversions, revenue and profit, then money and its returns."""
    order = [goal, plan.goal, "conversions", "revenue", PROFIT]
    names = [name for name in dict.fromkeys(order) if name in plan.draws]
    told = {name: _Told(plan.total[name], plan.draws[name].plan) for name in names}
    spent, size = plan.budget, len(told[names[0]].draws)
    told[SPEND] = _Told(Interval(spent, spent, spent), np.full(size, spent))
    conversions, revenue = told.get("conversions"), told.get("revenue")
    if conversions is not None and conversions.total.low > 0 and (conversions.draws > 0).all():
        count = conversions.total
        told[CPA] = _Told(
            Interval(spent / count.mean, spent / count.high, spent / count.low), spent / conversions.draws
        )
    if revenue is not None and spent > 0:
        money_in = revenue.total
        each = Interval(money_in.mean / spent, money_in.low / spent, money_in.high / spent)
        told[ROAS] = _Told(each, revenue.draws / spent)
    return told


def _row(place: int, name: str, told: _Told, base: _Told | None) -> Row:
    if base is None:
        return Row(place, name, told.total, None, None, same=False)
    apart = told.draws - base.draws
    same = bool((np.abs(apart) <= ALIKE * np.abs(base.draws)).all())
    difference = Interval(0.0, 0.0, 0.0) if same else interval(told.total.mean - base.total.mean, apart)
    less_is_better = name == CPA or name in UNWANTED
    better = None if same or name == SPEND else float(np.mean(apart < 0.0 if less_is_better else apart > 0.0))
    return Row(place, name, told.total, difference, better, same)


# Words --------------------------------------------------------------------------------------------------------------


def _told(comparison: Comparison, row: Row) -> Message:
    """A difference in the goal in one sentence."""
    name, base = comparison.scenarios[row.scenario].name, comparison.scenarios[comparison.base].name
    if row.same or row.better is None or row.difference is None:
        return say("{name} brings the same as {base}.", name=name, base=base)
    currency = comparison.currency if row.outcome in MONEY_OUTCOMES else ""
    figures: dict[str, object] = {
        "name": name,
        "base": base,
        "amount": money(abs(row.difference.mean), currency),
        "outcome": outcome_name(row.outcome),
        "low": rounded(row.difference.low),
        "high": rounded(row.difference.high),
        "share": told_chance(row.better, comparison.draws),
    }
    if row.difference.mean < 0:
        return say(
            "{name} brings {amount} less {outcome} than {base}; 90 % interval of the difference {low} to {high}, "
            "better with a probability of {share}.",
            **figures,
        )
    return say(
        "{name} brings {amount} more {outcome} than {base}; 90 % interval of the difference {low} to {high}, better "
        "with a probability of {share}.",
        **figures,
    )
