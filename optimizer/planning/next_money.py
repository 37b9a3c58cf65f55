"""The next money: where each further step of budget would go, what it brings, and where it stops paying.

Money is told over all weeks of the plan, as budgets are; each step is a plan of its own, under every bound and rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation.frontier import RUNGS, Rung, ladder
from optimizer.allocation.returns import spend_at_marginal_roas
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Cell
from optimizer.language.message import Message, join, percent, place, say
from optimizer.planning.ground import Ground, plan_at
from optimizer.planning.wording import MONEY_OUTCOMES, PROFIT, and_more, money, quantity

SHARE = 0.03  # of the budget, the most that a step is when none is asked for
RUNGS_UNDER_RULES = 3
TOLERANCE = 1e-4  # proven gap asked of each plan; a step is a small part of it
ROUND = (5.0, 2.0, 1.0)
SECONDS = 1.0  # for all steps together
TOLD = 0.05  # of a step's money: a cell that gets less is not named
NAMED = 3
ALIKE = 1e-9  # of the budget: amounts nearer than this are one
JUMPS = 0.02  # of a step's money that moves against it, from where on the plan is said to jump


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the budget, up or down.

    Attributes
    ----------
    start, end : float
        Budgets over all weeks before and after it; up if end is above start.
    cells : tuple of (Cell, float)
        What each cell gets (above 0) or gives (below 0) over all weeks, largest first; amounts below the smallest that
        are worth naming are left out.
    brings : float
        Goal units that the step adds, or loses where it takes money, over the plan's weeks and the 8 after; below 0 on
        the way down.
    proven : tuple of two floats
        The best possible plans of the two budgets differ by no less and no more.
    rearranged : float
        Money, over all weeks, that moves against the direction of the step; above 0 the plan jumps.
    in_place : float
        The most that the step brings if no cell moves against its direction; `brings` where none does, NaN where rules
        allow no such step.
    pays : bool or None
        Whether what it brings is worth its money by the settings' margin; None where nothing tells.
    sentence : Message
        Where the money goes, what it brings and whether it pays.
    """

    start: float
    end: float
    cells: tuple[tuple[Cell, float], ...]
    brings: float
    proven: tuple[float, float]
    rearranged: float
    in_place: float
    pays: bool | None
    sentence: Message

    @property
    def money(self) -> float:
        """Money of the step, above 0 up and below 0 down."""
        return self.end - self.start

    @property
    def per_unit(self) -> float:
        """Goal units that one unit of its money brings, or brought."""
        return self.brings / self.money


@dataclass(frozen=True, eq=False)
class NextMoney:
    """Steps up and down from the asked budget.

    Attributes
    ----------
    step : float
        Size of a step, money over all weeks.
    up, down : tuple of Step
        Each from the plan on.
    stops : float or None
        Budget over all weeks beyond which further money brings less than it costs; see `break_even`.
    note : Message
        The same in words, and what stands against the figures, if anything does.
    """

    step: float
    up: tuple[Step, ...]
    down: tuple[Step, ...]
    stops: float | None
    note: Message


def round_step(budget: float) -> float:
    """A round amount that suits a budget: 1, 2 or 5 times a power of ten, at most 3 % of it.

    Examples
    --------
    >>> round_step(40_000), round_step(100_000), round_step(900)
    (1000.0, 2000.0, 20.0)
    """
    most = SHARE * budget
    power = 10.0 ** math.floor(math.log10(most))
    return next(size * power for size in ROUND if size * power <= most * (1.0 + 1e-9))


def climb_budget(ground: Ground, step: float | None = None, rungs: int | None = None) -> NextMoney:
    """Say where the next money goes, and which goes first.

    Parameters
    ----------
    ground : Ground
    step : float, optional
        Money over all weeks; a round amount that suits the budget by default.
    rungs : int, optional
        Most steps each way; 5 by default, and 3 under rules, where each takes longer.

    Returns
    -------
    NextMoney
        Steps end where bounds or rules end.

    Raises
    ------
    InputError
        A step that is not a number above 0.
    InfeasibleError
        The asked budget cannot be spent within bounds and rules.
    """
    size = round_step(ground.budget) if step is None else float(step)
    if not (math.isfinite(size) and size > 0.0):
        raise InputError.at(say("the step is {step}", step=str(step)), fix=say("it must be a number above 0"))
    count = (RUNGS_UNDER_RULES if ground.problem.rules else RUNGS) if rungs is None else rungs
    problem = replace(ground.problem, tolerance=TOLERANCE, seconds=SECONDS, price_rules=False)
    steps = [_step(ground, rung) for rung in ladder(problem, size / ground.weeks, count)]
    up, down = (_until_it_stays(one for one in steps if (one.money > 0) is way) for way in (True, False))
    stops, said = break_even(ground)
    return NextMoney(size, up, down, stops, join(" ", [said, ground.note]))


def _step(ground: Ground, rung: Rung) -> Step:
    weeks = ground.weeks
    change = rung.change * weeks
    amount = abs(rung.end - rung.start) * weeks
    order = np.argsort(-np.abs(change), kind="stable")
    named = [(ground.problem.curves.cells[c], float(change[c])) for c in order if abs(change[c]) >= TOLD * amount]
    pays = _pays(ground, rung.gain, (rung.end - rung.start) * weeks)
    made = Step(
        start=rung.start * weeks,
        end=rung.end * weeks,
        cells=tuple(named),
        brings=rung.gain,
        proven=rung.proven,
        rearranged=rung.rearranged * weeks,
        in_place=rung.gain_in_place,
        pays=pays,
        sentence=Message(""),
    )
    return replace(made, sentence=_sentence(ground, made))


def _pays(ground: Ground, brings: float, spent: float) -> bool | None:
    """Whether goal units are worth their money: profit by itself, revenue at the margin, else nobody knows.

    On the way down it is the money taken away that is judged.
    """
    worth = worth_of_goal(ground)
    if worth is None:
        return None
    left = worth * brings if ground.goal == PROFIT else worth * brings - spent
    return left > 0.0 if spent > 0.0 else left < 0.0


def worth_of_goal(ground: Ground) -> float | None:
    """Money that one goal unit leaves: 1 of profit and of value, the margin of revenue; None where nothing tells."""
    if ground.goal == "revenue":
        return ground.margin
    return 1.0 if ground.goal in MONEY_OUTCOMES else None


def _sentence(ground: Ground, step: Step) -> Message:
    """Where a step's money goes, or comes from, what it brings and whether it pays."""
    figures: dict[str, object] = {
        "money": _money_of(ground, step),
        "cells": _places(step),
        "brings": quantity(abs(step.brings), ground.goal, ground.currency),
    }
    up, worthy = step.money > 0, step.per_unit >= 0
    if not any(change * step.money > 0 for _, change in step.cells):
        if up:
            return say("{money} would stay unspent: nothing here would bring them back.", **figures)
        return say("{money} are not spent anyway: nothing here would bring them back.", **figures)
    if up and worthy:
        said = say("{money} go to {cells} and bring {brings}.", **figures)
    elif up:
        said = say("{money} go to {cells} and cost {brings}.", **figures)
    elif worthy:
        said = say("{money} come from {cells} and bring {brings}.", **figures)
    else:
        said = say("{money} come from {cells} and cost {brings}.", **figures)
    return join(" ", [said, _jump(ground, step), _worth(step)])


def _money_of(ground: Ground, step: Step) -> Message:
    """The step's money, as the next or last, or by the budgets it lies between."""
    amount = money(abs(step.money), ground.currency)
    if abs(step.start - ground.budget) > ALIKE * ground.budget:
        ends = {
            "low": money(min(step.start, step.end), ground.currency),
            "high": money(max(step.start, step.end), ground.currency),
        }
        return say("The {amount} from {low} to {high}", amount=amount, **ends)
    return say("The next {amount}", amount=amount) if step.money > 0 else say("The last {amount}", amount=amount)


def _places(step: Step) -> Message:
    """The cells that a step moves in its own direction, with the share of its money where there are several."""
    along = [(cell, amount) for cell, amount in step.cells if amount * step.money > 0]
    if len(along) == 1:
        return join("", [place(along[0][0])])
    total = sum(abs(amount) for _, amount in along)
    said = [say("{place} ({share})", place=place(cell), share=percent(abs(amount) / total)) for cell, amount in along]
    return and_more(said[:NAMED], len(said) - NAMED)


def _jump(ground: Ground, step: Step) -> Message | str:
    """Say that the plan jumps, where money moves against the step: a curve with a threshold is entered or left."""
    if step.rearranged <= JUMPS * abs(step.money):
        return ""
    amount = money(step.rearranged, ground.currency)
    against = [cell for cell, change in step.cells if change * step.money < 0]
    where = join(", ", [place(cell) for cell in against[:NAMED]])
    if step.money > 0:
        return say("The plan is rearranged for it: {amount} more come from {places}.", amount=amount, places=where)
    return say("The plan is rearranged without it: {amount} of it go to {places}.", amount=amount, places=where)


def _worth(step: Step) -> Message | str:
    if step.pays is None:
        return ""
    if step.money > 0:
        return say("It pays.") if step.pays else say("It does not pay.")
    return say("They pay.") if step.pays else say("They do not pay.")


def _until_it_stays(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps without those that only say again that money stays unspent."""
    kept: list[Step] = []
    for one in steps:
        if not one.cells and kept and not kept[-1].cells:
            continue
        kept.append(one)
    return tuple(kept)


def break_even(ground: Ground) -> tuple[float | None, Message | str]:
    """Where money stops paying, by what it brings over the plan's weeks and the 8 after.

    Returns
    -------
    float or None
        Budget over all weeks beyond which further money brings less than it costs; None where nothing tells, where it
        pays as far as was looked, or where rules keep it from being found.
    Message or ""
        The same in words.
    """
    worth, most = worth_of_goal(ground), ground.room[1]
    if worth is None or ground.problem.rules:
        return None, ""
    try:
        stops = _last_paying(ground, worth)
    except InfeasibleError:
        least = ground.room[0]
        return least, say("Not even the first money above {budget} pays.", budget=money(least, ground.currency))
    if stops >= most * (1.0 - ALIKE):
        return None, say(
            "Money pays up to {budget} and beyond, as far as was looked.", budget=money(most, ground.currency)
        )
    told = money(stops, ground.currency)
    return stops, say(
        "Money pays up to a budget of {budget}; what is spent beyond brings less than it costs.", budget=told
    )


def _last_paying(ground: Ground, worth: float) -> float:
    """The largest budget over all weeks whose last money still pays.

    Raises
    ------
    InfeasibleError
        Not even the first money does.
    """
    if ground.goal == PROFIT:
        return float(plan_at(ground.problem, ground.room[1] / ground.weeks).spend.sum()) * ground.weeks
    return spend_at_marginal_roas(ground.problem, 1.0 / worth, weeks=ground.weeks).total_spend
