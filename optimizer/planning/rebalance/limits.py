"""What next week allows each cell: bounds, the largest change, what its network asks for; and what holds it still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Bounds
from optimizer.allocation.rules import NothingOrAtLeast
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import Message, day, number, percent, place, say, say_many
from optimizer.planning.network_rules import DAYS, NetworkRules
from optimizer.planning.room import exact
from optimizer.planning.wording import money

if TYPE_CHECKING:
    from optimizer.planning.question import Question

SLACK = 1e-9  # relative; less is rounding


class Hold(Enum):
    """What keeps a cell where it is, before any move is judged."""

    FREE = "free"
    LOCKED = "locked"
    LEARNING = "learning"
    WAITING = "waiting"
    UNUSED = "unused"
    SMALLEST = "smallest budget"
    TESTING = "testing"
    FIXED = "fixed"


@dataclass(frozen=True, eq=False)
class Limits:
    """What next week allows; every array (C,).

    Attributes
    ----------
    bounds : Bounds
        Smallest and largest weekly money.
    rules : tuple of NothingOrAtLeast
        Smallest budgets that leave a gap between the bounds.
    hold : tuple of Hold
    why : tuple of Message
        What holds a cell, as a sentence; empty where it is free.
    step : float array
        Weekly money of which a moved cell gets a multiple; 0 for none.
    relearning : float array
        What a change costs, as a share of what the cell brings in a week.
    overruled : int array
        Cells that a minimum takes further than the largest change, and, as -1 - c, those that it keeps above a maximum.
    """

    bounds: Bounds
    rules: tuple[NothingOrAtLeast, ...]
    hold: tuple[Hold, ...]
    why: tuple[Message, ...]
    step: Floats
    relearning: Floats
    overruled: NDArray[np.int64]


def limits_of(panel: Panel, question: Question, network: NetworkRules, max_change: float, touch: bool) -> Limits:
    """Settle what each cell may get next week.

    A minimum stands above the largest change; a maximum below today's spend is approached by it.

    Parameters
    ----------
    panel : Panel
    question : Question
        Its `today` is what is spent now, not scaled to the budget.
    network : NetworkRules
    max_change : float
        Largest change of a cell as a share of what it gets now.
    touch : bool
        Whether cells that learn or wait may be changed all the same.

    Returns
    -------
    Limits
    """
    now, bounds = question.today, question.bounds
    share = np.minimum(network.share, max_change)
    lower = np.maximum(bounds.lower, np.maximum(1.0 - share, 0.0) * now)
    upper = np.maximum(lower, np.minimum(bounds.upper, (1.0 + share) * now))
    hold, why = [Hold.FREE] * len(now), [Message("")] * len(now)
    rules: list[NothingOrAtLeast] = []
    inside = (now >= bounds.lower) & (now <= bounds.upper)
    edited = _Edits.of(panel, network, question.goal)
    for c in range(len(now)):
        cell = _Cell(c, float(now[c]), float(bounds.upper[c]), panel.currency)
        if bounds.upper[c] - bounds.lower[c] <= SLACK * bounds.upper[c]:
            hold[c], why[c] = Hold.LOCKED, say("fixed at {amount} a week", amount=money(cell.most, cell.currency))
            continue
        if inside[c] and now[c] > 0.0 and not touch and (kind := edited.holds(c)) is not None:
            hold[c], why[c] = kind, edited.why(c, kind)
            lower[c] = upper[c] = now[c]
            continue
        if now[c] == 0.0 and lower[c] == 0.0:
            floor = float(network.floor[c])
            upper[c] = floor if 0.0 < floor <= bounds.upper[c] else 0.0
            if not upper[c]:
                hold[c], why[c] = Hold.UNUSED, _unused(cell, floor)
                continue
        if network.floor[c] > 0.0:
            ends, rule, held = _floored(cell, (float(lower[c]), float(upper[c])), network)
            (lower[c], upper[c]), rules = ends, [*rules, *rule]
            if held:
                hold[c], why[c] = Hold.SMALLEST, held
    over = np.flatnonzero(lower > (1.0 + share) * now * (1.0 + SLACK)).tolist()
    over += [-1 - c for c in np.flatnonzero(lower > bounds.upper * (1.0 + SLACK)).tolist()]
    return Limits(
        Bounds(lower, upper),
        tuple(rules),
        tuple(hold),
        tuple(why),
        network.step,
        network.relearning,
        np.array(over, dtype=np.int64),
    )


@dataclass(frozen=True)
class _Cell:
    """One cell: what it gets now and may get at most, account currency a week."""

    index: int
    now: float
    most: float
    currency: str


def _unused(cell: _Cell, floor: float) -> Message:
    """Why a cell without spend stays without."""
    if not cell.most > 0.0:
        return say("it may get nothing: its maximum is 0")
    if floor > cell.most:
        least, most = money(floor, cell.currency), money(cell.most, cell.currency)
        return say(
            "its network asks for {least} a week at least, and it may get {most} at most", least=least, most=most
        )
    return say(
        "it gets nothing today, and a share of nothing is nothing; give it a minimum (--bounds) or a smallest budget "
        "(--network-rules) to begin with"
    )


def _floored(
    cell: _Cell, ends: tuple[float, float], network: NetworkRules
) -> tuple[tuple[float, float], tuple[NothingOrAtLeast, ...], Message | None]:
    """Ends under a smallest budget, the rule for a gap between them, and what to say where nothing else fits."""
    (low, high), floor, c = ends, float(network.floor[cell.index]), cell.index
    least = money(floor, cell.currency)
    if low >= floor * (1.0 - SLACK):
        return ends, (), None
    if high < floor * (1.0 - SLACK):  # below it today, and out of reach of it
        stay = min(max(cell.now, low), high)
        said = say("it is below the smallest budget of its network, {least} a week, and may stay there", least=least)
        if low == 0.0 and cell.now > 0.0:
            return (0.0, high), (NothingOrAtLeast((c,), floor, (stay,), _smallest()),), None
        return (stay, stay), (), said
    if cell.now >= floor * (1.0 - SLACK) and low > 0.0:
        low = min(floor, cell.now)
        if high - low <= SLACK * high:
            return (low, high), (), say("it stands at the smallest budget of its network, {least} a week", least=least)
        return (low, high), (), None
    stay = cell.now if 0.0 < cell.now < floor else 0.0
    return (low, high), (NothingOrAtLeast((c,), floor, (stay,), _smallest()),), None


def _smallest() -> Message:
    return say("smallest budget of a network")


@dataclass(frozen=True, eq=False)
class _Edits:
    """When each cell's budget was last changed, and what it has brought since."""

    network: NetworkRules
    weeks: Floats  # full weeks since the edit that begins learning; infinite where none is on record
    waited: Floats  # the same for edits that ask to wait
    results: Floats
    mondays: tuple[np.datetime64, ...]

    @classmethod
    def of(cls, panel: Panel, network: NetworkRules, goal: str) -> _Edits:
        """Look through the weeks, newest first."""
        counted = panel.outcomes.get("conversions", panel.outcomes.get(goal))
        cells, width = panel.spend.shape
        weeks, waited, results = np.full(cells, np.inf), np.full(cells, np.inf), np.zeros(cells)
        mondays = [panel.weeks[-1]] * cells
        for c in range(cells):
            at = _last_edit(panel.spend[c], float(network.edit[c]))
            if at is not None:
                weeks[c], mondays[c] = width - at, panel.weeks[at]
                results[c] = 0.0 if counted is None else float(np.nansum(counted[c, at:]))
            at = _last_edit(panel.spend[c], float(network.wait_edit[c]))
            waited[c] = np.inf if at is None else width - at
        return cls(network, weeks, waited, results, tuple(mondays))

    def holds(self, c: int) -> Hold | None:
        """Whether a cell learns or waits."""
        needed = self.network.results[c]
        if needed > 0.0 and self.results[c] < needed and self.weeks[c] <= self.network.weeks[c]:
            return Hold.LEARNING
        return Hold.WAITING if self.waited[c] * DAYS < self.network.wait_days[c] else None

    def why(self, c: int, kind: Hold) -> Message:
        """The sentence."""
        if kind is Hold.WAITING:
            return say_many(
                "its budget was changed {days} days ago, and its network asks to wait {count} day",
                "its budget was changed {days} days ago, and its network asks to wait {count} days",
                int(self.network.wait_days[c]),
                days=number(self.waited[c] * DAYS),
            )
        return say(
            "it is learning: {so_far} of {needed} results are in since its budget changed in the week of {week}",
            so_far=number(self.results[c]),
            needed=number(self.network.results[c]),
            week=day(self.mondays[c]),
        )


def _last_edit(spend: Floats, edit: float) -> int | None:
    """The newest week whose spend differs by more than a share from that of the week before; None without one."""
    if not np.isfinite(edit):
        return None
    before, after = spend[:-1], spend[1:]
    with np.errstate(invalid="ignore"):
        changed = np.flatnonzero(np.abs(after - before) > edit * before)
    return int(changed[-1]) + 1 if len(changed) else None


def maximum_places(bounds: object, cells: Sequence[Cell]) -> list[tuple[str, int, str]]:
    """File, row and column of each cell's maximum, for messages; an empty file where no file gives one.

    Parameters
    ----------
    bounds : path or anything else
        What a request gives as bounds.
    cells : sequence of Cell
    """
    if not isinstance(bounds, str | Path):
        return [("", 0, "")] * len(cells)
    from optimizer.planning.cell_table import read_cell_table

    table = read_cell_table(bounds, cells, ("min_spend", "max_spend"))
    given = (table.rows > 0) & np.isfinite(table.values[1])
    return [
        (table.file if here else "", int(row), table.headers[1]) for here, row in zip(given, table.rows, strict=True)
    ]


def entered(bounds: Bounds, network: NetworkRules) -> Bounds:
    """Bounds that nobody but the program set, opened for cells to enter at the smallest budget of their network."""
    upper = bounds.upper
    return Bounds(bounds.lower, np.where(upper > 0.0, np.maximum(upper, network.floor), upper))


def check_floors(question: Question, network: NetworkRules, panel: Panel, rows: Sequence[tuple[str, int, str]]) -> None:
    """Refuse a smallest budget above a maximum that the user gave.

    Parameters
    ----------
    question : Question
    network : NetworkRules
    panel : Panel
    rows : sequence of (str, int, str), one per cell
        File, row and column of each cell's maximum; an empty file where none was given.

    Raises
    ------
    InputError
    """
    for c, (file, row, column) in enumerate(rows):
        most, floor = float(question.bounds.upper[c]), float(network.floor[c])
        if not file or not 0.0 < most < floor * (1.0 - SLACK) or 0.0 < question.today[c] < floor:
            continue
        problem = say(
            "the maximum of {cell} is {most} a week, but {rules} asks for {floor} a week at least",
            cell=place(panel.cells[c]),
            most=exact(most, panel.currency),
            rules=Path(network.file).name,
            floor=exact(floor, panel.currency),
        )
        fix = say("raise the maximum, set it to 0, or lower the smallest budget")
        raise InputError.at(problem, file=file, row=row, column=column, fix=fix)


def check_reach(question: Question, limits: Limits, max_change: float, currency: str) -> None:
    """Refuse a budget that next week cannot hold.

    Raises
    ------
    InfeasibleError
        The message names the budgets that can be reached.
    """
    least, most = float(limits.bounds.lower.sum()), float(limits.bounds.upper.sum())
    # today's spend is known to the cent, and so is what it may become
    slack = 0.5 * 10.0**-question.decimals * len(limits.hold) + SLACK * question.budget
    if least - slack <= question.budget <= most + slack:
        return
    raise InfeasibleError(
        say(
            "A budget of {budget} a week cannot be reached next week from {now}: with a change of at most {share} per "
            "cell, and what is locked, learning or without spend left as it is, next week can hold {least} to {most}; "
            "name a budget in between, or allow a larger change (--max-change).",
            budget=exact(question.budget, currency),
            now=exact(float(question.today.sum()), currency),
            share=percent(max_change),
            least=exact(least, currency),
            most=exact(most, currency),
        )
    )


def widened(limits: Limits, budget: float) -> Bounds:
    """The bounds, opened by fractions of a cent where rounding alone keeps them from holding the budget."""
    lower, upper = limits.bounds.lower, limits.bounds.upper
    least, most = float(lower.sum()), float(upper.sum())
    lower = lower * (budget / least) if least > budget else lower
    upper = upper * (budget / most) if most < budget else upper
    return Bounds(lower, np.maximum(lower, upper))
