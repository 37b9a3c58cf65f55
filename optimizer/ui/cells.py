"""What the screen says about each place money can go: grid, table of moves, curves. Plain records, no Streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from optimizer.history.panel import Cell, Floats
from optimizer.planning.plan import Move, Plan
from optimizer.planning.verdict import has_moved, told_return
from optimizer.planning.wording import money_unit
from optimizer.ui.format import (
    common_step,
    content_name,
    money,
    network_name,
    number,
    percent,
    place_name,
    signed,
)
from optimizer.ui.language import _, tell
from optimizer.ui.view import amount, goal_name

DAYS = 7
UP, DOWN, SAME = "up", "down", "same"
ARROWS = {UP: "▲", DOWN: "▼", SAME: "="}
EVIDENCE_DOTS = {"strong": "●●●", "some": "●●○", "weak": "●○○", "none": "○○○"}


@dataclass(frozen=True)
class GridCell:
    """Weekly spend today and in the plan, and the change, as text; its strength in [0, 1] is for the tint."""

    today: str
    plan: str
    change: str
    direction: str
    strength: float


@dataclass(frozen=True)
class Grid:
    """Networks down, content types across; a pair without history is not in `cells`. Totals stand under ``""``."""

    networks: tuple[str, ...]
    content_types: tuple[str, ...]
    cells: Mapping[tuple[str, str], GridCell]


@dataclass(frozen=True)
class MoveRow:
    """One line of the table of moves, all as text."""

    place: str
    today: str
    plan: str
    change: str
    change_share: str
    direction: str
    per_day: str
    marginal: str
    evidence: str
    evidence_dots: str
    evidence_reason: str
    reason: str
    warning: str


@dataclass(frozen=True)
class CurveView:
    """One cell's curve with what stands on it.

    Attributes
    ----------
    place : str
    title, description : str
        For the eye, and for a screen reader.
    spend, mean, low, high : float array, shape (G,)
        Weekly spend; the goal per week with the ends of its 90 % band.
    points : float array, shape (N, 2)
        Weeks of history in order: spend and outcome.
    tried : tuple of float
        Smallest and largest weekly spend ever tried.
    today, plan : tuple of float
        Weekly spend and the mean of the curve there.
    """

    place: str
    title: str
    description: str
    spend: Floats = field(repr=False)
    mean: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    points: Floats = field(repr=False)
    tried: tuple[float, float]
    today: tuple[float, float]
    plan: tuple[float, float]


def grid(plan: Plan) -> Grid:
    """Sum the moves per network and content type (over audiences), with totals per row and column."""
    sums: dict[tuple[str, str], list[float]] = {}
    for move in plan.moves:
        network, content_type = move.cell.network, move.cell.content_type
        for key in ((network, content_type), (network, ""), ("", content_type), ("", "")):
            pair = sums.setdefault(key, [0.0, 0.0])
            pair[0] += move.today
            pair[1] += move.plan
    inner = [abs(pair[1] - pair[0]) for key, pair in sums.items() if all(key)]
    largest = max(inner, default=0.0)
    networks = sorted({move.cell.network for move in plan.moves}, key=lambda name: -sums[(name, "")][1])
    contents = sorted({move.cell.content_type for move in plan.moves}, key=lambda name: -sums[("", name)][1])
    step = table_step(plan)
    cells = {key: _grid_cell(today, planned, largest, step) for key, (today, planned) in sums.items()}
    return Grid(tuple(networks), tuple(contents), cells)


def next_step(plan: Plan) -> float:
    """Amount behind "the next 100", as the reasons of the moves use it."""
    return money_unit(plan.budget / len(plan.weeks), len(plan.cells))


def next_column(plan: Plan) -> str:
    """Header of the column that says what the next money brings."""
    step = next_step(plan)
    amount = money(step, "")
    return _("Next {step} brings", step=amount) if step == 1 else _("Next {step} bring", step=amount)


def table_step(plan: Plan) -> float:
    """Rounding step of all weekly amounts in the tables: whole units, finer where money is counted in a large unit."""
    mean = plan.budget / len(plan.weeks) / max(len(plan.cells), 1)
    return min(1.0, common_step(mean))


def move_rows(plan: Plan) -> tuple[tuple[MoveRow, ...], tuple[MoveRow, ...]]:
    """Lines of the table: the places that change, largest first, and those that stay as they are, dearest first."""
    ranked = sorted(plan.moves, key=lambda move: (-abs(move.plan - move.today), -move.plan, move.cell))
    rows = [_move_row(move, plan) for move in ranked]
    return tuple(row for row in rows if row.direction != SAME), tuple(row for row in rows if row.direction == SAME)


def largest_moves(plan: Plan, count: int = 2) -> tuple[Cell, ...]:
    """Cells to show first: the largest increase, the largest cut, then the next largest changes."""
    by_change = sorted(plan.moves, key=lambda move: move.today - move.plan)
    ranked = sorted(plan.moves, key=lambda move: -abs(move.plan - move.today))
    wanted = [by_change[0].cell, by_change[-1].cell, *(move.cell for move in ranked)]
    return tuple(dict.fromkeys(wanted))[:count]


def curve_view(plan: Plan, cell: Cell) -> CurveView:
    """Collect one cell's curve, its history, and where today and the plan stand on it.

    Raises
    ------
    ValueError
        The plan has no such cell.
    """
    index = plan.cells.index(cell)
    bands, move = plan.bands, plan.moves[index]
    spend, mean = bands.spend[index], bands.mean[index]
    tried = (float(bands.tried[index, 0]), float(bands.tried[index, 1]))
    today = (move.today, float(np.interp(move.today, spend, mean)))
    planned = (move.plan, float(np.interp(move.plan, spend, mean)))
    place, goal = place_name(*cell), plan.goal

    def outcome(value: float) -> str:
        return amount(value, goal, plan.currency)

    description = _(
        "Response curve of {place}: {today} a week today brings {today_value} {goal} a week, "
        "{plan} in the plan brings {plan_value} (90 % {low} to {high}). Spend tried so far: "
        "{tried_low} to {tried_high}.",
        place=place,
        goal=goal_name(goal),
        today=money(move.today, plan.currency),
        today_value=outcome(today[1]),
        plan=money(move.plan, plan.currency),
        plan_value=outcome(planned[1]),
        low=outcome(float(np.interp(move.plan, spend, bands.low[index]))),
        high=outcome(float(np.interp(move.plan, spend, bands.high[index]))),
        tried_low=money(tried[0], plan.currency),
        tried_high=money(tried[1], plan.currency),
    )
    return CurveView(
        place=place,
        title=_curve_title(move, plan),
        description=description,
        spend=spend,
        mean=mean,
        low=bands.low[index],
        high=bands.high[index],
        points=np.asarray(bands.points[index], dtype=np.float64).reshape(-1, 2),
        tried=tried,
        today=today,
        plan=planned,
    )


def cell_names(cells: Iterable[Cell]) -> dict[Cell, str]:
    """Names of cells for a picker."""
    return {cell: place_name(*cell) for cell in cells}


def grid_names(names: Iterable[str], networks: bool) -> dict[str, str]:
    """Headers of the grid; ``""`` is the total."""
    write = network_name if networks else content_name
    return {name: write(name) if name else _("All") for name in names}


def evidence_name(label: str) -> str:
    """How sure the history makes us of a cell, in a word."""
    names = {"strong": _("strong"), "some": _("some"), "weak": _("weak"), "none": _("none")}
    return names.get(label, label)


def _direction(today: float, plan: float, step: float) -> str:
    """Which way spend moves, by the rule of the plan's reasons; a change that would be written as 0 is none."""
    if not has_moved(today, plan) or abs(plan - today) <= step / 2:
        return SAME
    return UP if plan > today else DOWN


def _written(spend: float, step: float) -> str:
    """Spend in a table; a little is told from nothing.

    Examples
    --------
    >>> _written(0.3, 1.0), _written(0.0, 1.0), _written(1234.4, 1.0)
    ('<1', '0', '1,234')
    """
    return f"<{number(step)}" if 0 < spend < step / 2 else number(spend, step)


def _grid_cell(today: float, plan: float, largest: float, step: float) -> GridCell:
    direction = _direction(today, plan, step)
    change = signed(plan - today, step) if direction != SAME else _("as today")
    strength = min(abs(plan - today) / largest, 1.0) if largest > 0 and direction != SAME else 0.0
    return GridCell(_written(today, step), _written(plan, step), change, direction, strength)


def _returns(move: Move, unit: float) -> str:
    """What the next money brings at today's spend, as the reason says it, and at the plan; one number where alike.

    Where the reason speaks of a smaller amount than the others, it is named.
    """
    today, plan = number(told_return(move) * move.unit), number(move.marginal * move.unit)
    returns = plan if today == plan else f"{today} → {plan}"
    return returns if move.unit == unit else _("{returns} per {step}", returns=returns, step=number(move.unit))


def _curve_title(move: Move, plan: Plan) -> str:
    step = table_step(plan)
    same = _direction(move.today, move.plan, step) == SAME
    place = place_name(*move.cell)
    if same:
        return _("{place}: {plan} a week, as today", place=place, plan=money(move.plan, plan.currency, step))
    today = money(move.today, plan.currency, step)
    return _("{place}: {today} → {plan} a week", place=place, today=today, plan=number(move.plan, step))


def _move_row(move: Move, plan: Plan) -> MoveRow:
    step, unit = table_step(plan), next_step(plan)
    direction = _direction(move.today, move.plan, step)
    change = move.plan - move.today
    share = percent(change / move.today, sign=True) if direction != SAME and move.today > 0 else ""
    return MoveRow(
        place=place_name(*move.cell),
        today=_written(move.today, step),
        plan=_written(move.plan, step),
        change=signed(change, step) if direction != SAME else _("as today"),
        change_share=share,
        direction=direction,
        per_day=_written(move.plan / DAYS, step),
        marginal=_returns(move, unit),
        evidence=evidence_name(move.evidence),
        evidence_dots=EVIDENCE_DOTS.get(move.evidence, ""),
        evidence_reason=tell(move.evidence_reason),
        reason=tell(move.reason),
        warning=tell(move.warning),
    )
