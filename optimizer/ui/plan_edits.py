"""The editable grid of the page Plan: its rows, and what a person typed turned into locks and limits of the question.

Nothing here knows the widget: edits come as plain values by row and column, and what is not possible comes back as a
sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, number, place, say
from optimizer.planning.asked import Asked
from optimizer.planning.plan import Plan

KEEP, AMOUNT, LEAST, MOST = "keep", "amount", "least", "most"
EDITABLE = (KEEP, AMOUNT, LEAST, MOST)
CENTS, FINE = 2, 6  # digits after the point of a fixed amount, and of one below 1

Edits = Mapping[int, Mapping[str, object]]
"""What was typed: row, then column, then the value; None where a cell was cleared."""


@dataclass(frozen=True)
class GridRow:
    """A place as the grid shows it; weekly amounts.

    Attributes
    ----------
    cell : Cell
    recent : float
        Recent spend, scaled to the budget.
    plan : float or None
        None where no plan is possible.
    amount : float or None
        What the place is fixed at; None where it is free.
    least, most : float or None
        Limits that were set; None for the usual ones.
    """

    cell: Cell
    recent: float
    plan: float | None
    amount: float | None = None
    least: float | None = None
    most: float | None = None

    @property
    def keep(self) -> bool:
        """Whether the place is fixed."""
        return self.amount is not None

    def shows(self, column: str, value: object) -> bool:
        """Whether a column holds a value already; 5 and 5.0 are the same, None is an empty cell."""
        held = getattr(self, column)
        if column == KEEP or value is None or held is None:
            return held is (bool(value) if column == KEEP else value)
        return isinstance(value, int | float) and float(value) == float(held)


@dataclass(frozen=True)
class Taken:
    """What came of edits.

    Attributes
    ----------
    asked : Asked
        The question with all that was possible.
    problems : tuple of str
        One sentence for each row whose edits were not taken.
    as_typed : bool
        Whether the grid, drawn from `asked`, holds just what was typed; if not it must be drawn afresh.
    """

    asked: Asked
    problems: tuple[str, ...]
    as_typed: bool


def rows_of(asked: Asked, cells: Sequence[Cell], recent: Floats, plan: Plan | None) -> tuple[GridRow, ...]:
    """Rows in an order that no plan changes: networks and places by their recent spend, dearest first.

    Parameters
    ----------
    asked : Asked
    cells : sequence of Cell
    recent : float array, shape (C,)
        Recent weekly spend.
    plan : Plan or None
        The plan shown, if one is possible.
    """
    whole = float(recent.sum())
    scale = asked.budget / asked.weeks / whole if whole > 0 else 0.0
    planned = {} if plan is None else {move.cell: move.plan for move in plan.moves}
    of_network: dict[str, float] = {}
    for cell, spend in zip(cells, recent.tolist(), strict=True):
        of_network[cell.network] = of_network.get(cell.network, 0.0) + spend
    rows = []
    for cell, spend in zip(cells, recent.tolist(), strict=True):
        row = _as_asked(asked, GridRow(cell, spend * scale, planned.get(cell)))
        rows.append(((-of_network[cell.network], cell.network, -spend, cell), row))
    return tuple(row for _, row in sorted(rows, key=lambda one: one[0]))


def take(asked: Asked, rows: Sequence[GridRow], edits: Edits) -> Taken:
    """Turn what was typed into locks and limits.

    An edit that the question holds already is none, so the same edits can be taken again. Ticking a place fixes it at
    the plan's amount; an amount fixes it too; clearing either sets it free.

    Parameters
    ----------
    asked : Asked
    rows : sequence of GridRow
        As they were drawn.
    edits : mapping
        All edits since then, by row and column.
    """
    problems: list[str] = []
    for index, typed in edits.items():
        now = _as_asked(asked, rows[index])
        news = {
            column: typed[column] for column in EDITABLE if column in typed and not now.shows(column, typed[column])
        }
        if not news:
            continue
        wanted, problem = _changed(now, news)
        if problem:
            problems.append(problem)
            continue
        try:
            asked = _asking(asked, wanted)
        except InputError as refused:
            problems.append(refused.message)
    drawn = [(_as_asked(asked, rows[index]), typed) for index, typed in edits.items()]
    as_typed = all(row.shows(name, value) for row, typed in drawn for name, value in typed.items() if name in EDITABLE)
    return Taken(asked, tuple(problems), as_typed)


def freed(asked: Asked) -> Asked:
    """The question without any lock or limit."""
    return replace(asked, locks={}, limits={})


def _as_asked(asked: Asked, row: GridRow) -> GridRow:
    """The row with its fixed amount, minimum and maximum as the question has them."""
    least, most = asked.limits.get(row.cell.label, (None, None))
    return replace(row, amount=asked.locks.get(row.cell.label), least=least, most=most)


def _changed(row: GridRow, news: Mapping[str, object]) -> tuple[GridRow, Message | None]:
    """The row with its news, or the sentence that says why not."""
    wanted = row
    for column in (AMOUNT, LEAST, MOST):
        value = news.get(column)
        if value is not None and not _possible(value):
            problem = say("{value} a week for {cell} is not possible", value=_shown(value), cell=place(row.cell))
            return row, _refused(problem, say("enter 0 or more, or leave the cell empty"))
        if column in news:
            wanted = _with(wanted, column, None if value is None else float(value))
    if KEEP in news and AMOUNT not in news:
        if news[KEEP] and row.plan is None:
            problem = say("there is no plan whose amount {cell} could be fixed at", cell=place(row.cell))
            return row, _refused(problem, say("enter the amount instead"))
        wanted = replace(wanted, amount=_kept(wanted) if news[KEEP] else None)
    clash = _clash(wanted)
    return (row, clash) if clash else (wanted, None)


def _kept(row: GridRow) -> float:
    """The plan's amount as people write it, within the limits it keeps."""
    planned = row.plan or 0.0
    amount = round(planned, CENTS if planned >= 1 else FINE)
    return min(max(amount, row.least or 0.0), math.inf if row.most is None else row.most)


def _with(row: GridRow, column: str, value: float | None) -> GridRow:
    """The row with another amount in one of its columns."""
    if column == AMOUNT:
        return replace(row, amount=value)
    return replace(row, least=value) if column == LEAST else replace(row, most=value)


def _possible(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _clash(row: GridRow) -> Message | None:
    """Why the limits of a place and its fixed amount cannot hold together."""
    least, most, amount = row.least, row.most, row.amount
    fix = say("lower one or raise the other, or clear a cell")
    if least is not None and most is not None and least > most:
        problem = say(
            "the minimum {least} of {cell} is above its maximum {most}",
            least=_money(least), most=_money(most), cell=place(row.cell),
        )  # fmt: skip
        return _refused(problem, fix)
    if amount is not None and most is not None and amount > most:
        problem = say(
            "the fixed amount {amount} of {cell} is above its maximum {most}",
            amount=_money(amount), most=_money(most), cell=place(row.cell),
        )  # fmt: skip
        return _refused(problem, fix)
    if amount is not None and least is not None and amount < least:
        problem = say(
            "the fixed amount {amount} of {cell} is below its minimum {least}",
            amount=_money(amount), least=_money(least), cell=place(row.cell),
        )  # fmt: skip
        return _refused(problem, fix)
    return None


def _refused(problem: Message, fix: Message) -> Message:
    return say("{problem}, so nothing was changed there; {fix}.", problem=problem, fix=fix)


def _money(value: float) -> str:
    return number(value, 0 if value == round(value) else CENTS)


def _shown(value: object) -> str:
    return _money(float(value)) if isinstance(value, int | float) and math.isfinite(value) else str(value)[:20]


def _asking(asked: Asked, row: GridRow) -> Asked:
    """The question with what a row asks for.

    Raises
    ------
    InputError
        An amount is larger than any question may hold.
    """
    label = row.cell.label
    locks = {name: amount for name, amount in asked.locks.items() if name != label}
    limits = {name: pair for name, pair in asked.limits.items() if name != label}
    if row.amount is not None:
        locks[label] = row.amount
    if row.least is not None or row.most is not None:
        limits[label] = (row.least, row.most)
    return replace(asked, locks=locks, limits=limits)
