"""What the screen says about each place money can go: grid, table of moves, curves. Plain records, no Streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
