"""The next daily budgets: what is left of the period by the day, within floors, steps and largest changes.

Without re-solving, today's split is scaled to what is left a day and moved as little as it takes to keep what must
hold. With it, `optimizer.planning.rebalance.rebalance` splits the same money anew, through the same limits. Budgets
are set for the next week (or the days that are left, where they are fewer) and looked at again then, so what one week
cannot reach may be made up in the next; what no later week can is said with its amount.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds, Problem
from optimizer.allocation.rules import Rule, Steps
from optimizer.errors import InputError
from optimizer.history.findings import Finding, worst_first
from optimizer.history.panel import Floats
from optimizer.language.message import Message, say
from optimizer.planning.goal import choose_goal
from optimizer.planning.money import WHOLE_CURRENCIES, money_decimals, weekly_amounts
from optimizer.planning.pacing.days import DAYS_PER_WEEK
from optimizer.planning.pacing.nearest import kept_split
from optimizer.planning.pacing.room import Room, room_of
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.request import read_current
from optimizer.planning.studio import open_studio
from optimizer.planning.wording import PROFIT
from optimizer.response.curves import Curves

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.assemble import Progress
    from optimizer.planning.pacing.pace import PaceRequest, Pacing
    from optimizer.planning.rebalance.rebalance import Rebalance
    from optimizer.planning.studio import Studio

MISSES = 2e-3  # of what is left: less is rounding
SAME = 1e-9


class Landing(Enum):
    """Whether the period can still end on its budget."""

    LANDS = "lands"
    LATER = "later"
    """The next week cannot reach what is needed a day; the weeks after can make up for it."""
    SHORT = "short"
    """Money stays that cannot be spent."""
    OVER = "over"
    """More is spent than the budget."""
    SPENT = "spent"
    """The budget is gone already."""


@dataclass(frozen=True, eq=False)
class NextBudgets:
    """Daily budgets from the as-of day on.

    Attributes
    ----------
    first, last : date
        Days they are for: a week, or what is left of the period.
    left : float
        Of the period's budget; below 0 where more is spent.
    days_left : int
    needed : float
        Money a day that would land the period.
    now, daily : float array, shape (C,)
        Account currency a day, before and after.
    reasons : tuple of str, one per cell
    landing : Landing
    misses : float
        Money that stays (SHORT) or goes beyond the budget (OVER, SPENT); 0 else.
    gapped : bool
        Whether smallest budgets and steps of money leave gaps that the money falls into.
    after : float
        Money a day that is needed after these days, where there are more.
    decimals : int
        Digits after the point of a daily budget.
    resolved : Rebalance or None
        What re-solving found.
    findings : tuple of Finding
    """

    first: dt.date
    last: dt.date
    left: float
    days_left: int
    needed: float
    now: Floats
    daily: Floats
    reasons: tuple[str, ...]
    landing: Landing
    misses: float
    gapped: bool
    after: float
    decimals: int
    resolved: Rebalance | None
    findings: tuple[Finding, ...]

    @property
    def total(self) -> float:
        """Money a day."""
        return float(self.daily.sum())


def next_budgets(
    history: History,
    request: PaceRequest,
    pacing: Pacing,
    studio: Studio | None = None,
    progress: Progress | None = None,
) -> NextBudgets:
    """Split what is left of the period's budget over the days left and the cells.

    Parameters
    ----------
    history : History
    request : PaceRequest
    pacing : Pacing
        What `optimizer.planning.pacing.pace` made of the two.
    studio : Studio, optional
        The fitted history (of `request.of_week`), where there is one; fitted here where rules or re-solving ask for it.
    progress : callable (str, float) -> None, optional

    Returns
    -------
    NextBudgets

    Raises
    ------
    InputError
        A file cannot be used, or nothing was spent lately and no current split is given.
    InfeasibleError
        Rules clash.
    """
    request = replace(request, settings=request.of_week(1.0).read_settings())
    now = DAYS_PER_WEEK * pacing.recent if request.current is None else _set_now(request, pacing)
    if not now.sum() > 0.0:
        problem = say("nothing was spent in the last 7 days, so there is no split to go on from")
        raise InputError.at(problem, fix=say("give today's weekly spend per cell (--current FILE)"))
    request = replace(request, current=now)
    left, days_left = pacing.total.left, pacing.days_left
    weekly = DAYS_PER_WEEK * left / days_left
    room = room_of(history, request, pacing, max(weekly, 0.0))
    if not left > SAME * (pacing.total.budget or 1.0):
        return _spent(pacing, room, now)
    asked = replace(request.of_week(room.budget), today=pacing.as_of)
    if studio is None and (request.resolve or request.rules is not None):
        studio = open_studio(history, asked, progress)
    if request.resolve and studio is not None:
        return _resolved(request, pacing, room, studio, progress)
    rules = _rules(studio, request, room) if studio is not None and request.rules is not None else ()
    return _scaled(pacing, room, rules)


def _set_now(request: PaceRequest, pacing: Pacing) -> Floats:
    """(C,) weekly money that is set now, as the user gives it; cells that a file does not name get nothing."""
    if isinstance(request.current, np.ndarray) or request.current is None:
        return np.asarray(request.current, dtype=np.float64)
    return np.nan_to_num(read_current(request.current, pacing.days.cells))


# Without re-solving -------------------------------------------------------------------------------------------------


def _scaled(pacing: Pacing, room: Room, rules: tuple[Rule, ...]) -> NextBudgets:
    """Today's split, scaled and moved as little as it takes."""
    now, bounds = room.question.today, room.limits.bounds
    steps: tuple[Rule, ...] = tuple(
        Steps(tuple(np.flatnonzero(_stepped(room) & (room.limits.step == one)).tolist()), float(one), _steps())
        for one in np.unique(room.limits.step[_stepped(room)])
    )
    cells = pacing.days.cells
    top = float(max(bounds.upper.max(), room.budget, 1e-6))
    curves = Curves.from_slopes(cells, [0.0, top], [[1.0, 1.0]] * len(cells), [0.0] * len(cells))
    problem = Problem(curves, room.budget, bounds, now, rules=(*rules, *room.limits.rules, *steps), price_rules=False)
    weekly, whole = kept_split(problem)
    daily, decimals = _by_day(weekly, room, pacing.currency)
    reasons = tuple(_reason(room, c, float(weekly[c])) for c in range(len(cells)))
    return _made(pacing, room, (daily, decimals, reasons), None, whole)


def _steps() -> Message:
    return say("steps of a network")


def _stepped(room: Room) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Cells whose budget is to be a multiple: those that may move and whose limits hold one."""
    low, high, step = room.limits.bounds.lower, room.limits.bounds.upper, room.limits.step
    size = np.where(step > 0.0, step, 1.0)
    fits = np.floor(high / size + SAME) >= np.ceil(low / size - SAME)
    return np.asarray((step > 0.0) & (high - low > SAME * high) & fits, dtype=np.bool_)


def _by_day(weekly: Floats, room: Room, currency: str) -> tuple[Floats, int]:
    """(C,) daily money in whole cents, in sum no more than what is left a day; multiples of steps stay."""
    total = float(weekly.sum())
    decimals = _decimals(total / DAYS_PER_WEEK, len(weekly), currency)
    scale = 10.0**decimals
    daily = weekly / DAYS_PER_WEEK
    lower, upper = room.limits.bounds.lower / DAYS_PER_WEEK, room.limits.bounds.upper / DAYS_PER_WEEK
    step = np.where(_stepped(room), room.limits.step, 1.0)
    fixed = (_stepped(room) & (np.abs(weekly / step - np.rint(weekly / step)) < 1e-6)) | (weekly <= 0.0)
    lower, upper = np.where(fixed, daily, np.minimum(lower, daily)), np.where(fixed, daily, np.maximum(upper, daily))
    money = math.floor(float(daily.sum()) * scale + 1e-6) / scale
    return weekly_amounts(daily, money, 1, Bounds(lower, upper), decimals)[:, 0], decimals


def _decimals(per_day: float, cells: int, currency: str) -> int:
    """Digits after the point of a daily budget; what a day gets is seldom a whole amount in any currency."""
    if currency in WHOLE_CURRENCIES:
        per_day = float(math.floor(per_day)) or per_day
    return money_decimals(per_day, 1, cells, currency)


def _rules(studio: Studio, request: PaceRequest, room: Room) -> tuple[Rule, ...]:
    """What the user's rules file asks of a week."""
    from optimizer.planning.ground import pose

    asked = request.of_week(room.question.budget)
    posed = pose(studio, replace(asked, goal=_goal(studio, request)))
    ends = np.maximum(room.limits.bounds.upper, 0.01 * room.question.budget / len(room.question.today))
    return plan_rules(asked, posed.question, posed.responses, ends)


def _goal(studio: Studio, request: PaceRequest) -> str | None:
    settings = request.of_week(1.0).read_settings()
    return None if choose_goal(studio.panel, request.goal, settings) == PROFIT else request.goal


def _reason(room: Room, c: int, weekly: float) -> Message:
    """Why a cell gets what it gets."""
    low, high = float(room.limits.bounds.lower[c]), float(room.limits.bounds.upper[c])
    if room.limits.why[c]:
        return room.limits.why[c]
    slack = 1e-6 * max(high, 1e-12)
    floor = float(room.network.floor[c])
    if floor > 0.0 and abs(weekly - floor) <= slack:
        return say("at the smallest budget of its network")
    if weekly >= high - slack:
        return say("as much more as one step allows")
    if weekly <= low + slack:
        return say("as much less as one step allows")
    if _stepped(room)[c]:
        return say("its share of what is left, in steps of its network")
    return usual_share()


def usual_share() -> Message:
    """What is said of a cell that nothing holds."""
    return say("its share of what is left")


# Re-solved ----------------------------------------------------------------------------------------------------------


def _resolved(
    request: PaceRequest, pacing: Pacing, room: Room, studio: Studio, progress: Progress | None
) -> NextBudgets:
    """What is left goes where it brings most, by as few moves as are worth it."""
    from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance_in

    asked = RebalanceRequest(
        budget=room.budget,
        current=room.question.today,
        max_change=request.max_change,
        bounds=room.asked if request.bounds is not None else None,
        rules=request.rules,
        settings=request.settings,
        network_rules=request.network_rules,
        goal=_goal(studio, request),
        seed=request.seed,
        draws=request.draws,
        by_audience=request.by_audience,
        today=pacing.as_of,
    )
    found = rebalance_in(studio, asked, progress)
    weekly = found.plan.spend[:, 0]
    daily, decimals = _by_day(weekly, room, pacing.currency)
    reasons = tuple(move.reason for move in found.plan.moves)
    return _made(pacing, room, (daily, decimals, reasons), found, True)


# Both ---------------------------------------------------------------------------------------------------------------


def _made(
    pacing: Pacing,
    room: Room,
    split: tuple[Floats, int, tuple[str, ...]],
    found: Rebalance | None,
    whole: bool,
) -> NextBudgets:
    """The record, with where the period lands."""
    daily, decimals, reasons = split
    left, days_left = pacing.total.left, pacing.days_left
    held = min(days_left, DAYS_PER_WEEK)
    total, rest = float(daily.sum()), days_left - held
    after = (left - total * held) / rest if rest else 0.0
    slack = max(MISSES * left, len(daily) * days_left * 10.0**-decimals)
    off = left - total * days_left  # above 0: these budgets, kept, would leave money
    least, most = room.reach(days_left)
    landing, misses = Landing.LANDS, 0.0
    if abs(off) > slack:
        landing = Landing.LATER
        if not whole or (not rest and off > 0.0):
            landing, misses = (Landing.SHORT, off) if off > 0.0 else (Landing.OVER, -off)
        elif left > most + slack:
            landing, misses = Landing.SHORT, left - most
        elif left < least - slack or not rest:
            landing, misses = Landing.OVER, max(least - left, 0.0) if rest else -off
    return NextBudgets(
        first=pacing.as_of,
        last=pacing.as_of + dt.timedelta(days=held - 1),
        left=left,
        days_left=days_left,
        needed=left / days_left,
        now=room.question.today / DAYS_PER_WEEK,
        daily=daily,
        reasons=reasons,
        landing=landing,
        misses=misses,
        gapped=not whole,
        after=after,
        decimals=decimals,
        resolved=found,
        findings=worst_first(room.findings if found is None else list(found.plan.findings)),
    )


def _spent(pacing: Pacing, room: Room, now: Floats) -> NextBudgets:
    """The budget is gone: every cell gets its minimum, which is nothing unless somebody asked for more."""
    weekly = np.abs(room.asked.lower)
    decimals = _decimals(max(float(now.sum()) / DAYS_PER_WEEK, 1e-6), len(now), pacing.currency)
    daily = np.maximum(np.ceil(weekly / DAYS_PER_WEEK * 10.0**decimals - 1e-6), 0.0) / 10.0**decimals + 0.0
    least = say("its minimum; the budget of the period is spent")
    nothing = say("nothing is left of the period's budget")
    days_left, left = pacing.days_left, pacing.total.left
    return NextBudgets(
        first=pacing.as_of,
        last=pacing.as_of + dt.timedelta(days=min(days_left, DAYS_PER_WEEK) - 1),
        left=left,
        days_left=days_left,
        needed=0.0,
        now=now / DAYS_PER_WEEK,
        daily=daily,
        reasons=tuple(least if one > 0.0 else nothing for one in weekly.tolist()),
        landing=Landing.SPENT,
        misses=float(daily.sum()) * days_left - left,
        gapped=False,
        after=0.0,
        decimals=decimals,
        resolved=None,
        findings=(),
    )
