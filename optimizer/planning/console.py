"""A plan as text: a table where there is a terminal, aligned columns where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.language.message import Message, Written, join, say
from optimizer.planning.headline import headline, proof
from optimizer.planning.plan import Move, Plan
from optimizer.planning.plan_rules import rule_lines
from optimizer.planning.verdict import told_return
from optimizer.planning.wording import MONEY_OUTCOMES, VALUE, money, money_unit, number, outcome_name, signed

if TYPE_CHECKING:
    from rich.table import Table

WIDE = 150  # characters a terminal needs to hold the reasons beside the figures
UNSEEN = 1e-9  # share of the weekly budget below which a change of spend is a rounding of sums, on any scale of money


@dataclass(frozen=True)
class MoveTable:
    """The moves as words.

    Attributes
    ----------
    title : str
    header : tuple of str
    rows : tuple of tuple of str
        Largest change first; the last one is the sum.
    right : tuple of bool
        Which columns hold numbers.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...] = (False, True, True, True, True, True, False, False)


def move_table(plan: Plan) -> MoveTable:
    """Today and plan per cell, what the next money brings at either, how sure that is, and why.

    "At today" is the figure of the reason: what the next money brings, the last where money is taken.
    """
    weekly = (plan.budget + plan.unspent) / len(plan.weeks)
    unit = money_unit(weekly, len(plan.cells))
    last_day = plan.weeks[-1] + np.timedelta64(6, "D")
    title = f"Weekly spend{f' in {plan.currency}' if plan.currency else ''}, {plan.weeks[0]} to {last_day}"
    brings = f"{number(unit)} {'brings' if unit == 1 else 'bring'}"
    header = ("cell", "today", "plan", "change", f"{brings} at today", "at the plan", "evidence", "why")
    ordered = sorted(plan.moves, key=lambda move: -abs(move.change))
    unseen = UNSEEN * weekly
    rows = [_row(move, unit, unseen) for move in ordered]
    today, planned = sum(move.today for move in plan.moves), sum(move.plan for move in plan.moves)
    if abs(planned - today) < unseen:  # sums that differ in their last bit must not be written as different amounts
        today = planned
    change = signed(planned - today, smallest=unseen)
    rows.append(("all", number(today), number(planned), change, "", "", "", ""))
    return MoveTable(title, header, tuple(rows))


def _row(move: Move, unit: float, unseen: float) -> tuple[str, ...]:
    """One cell; where its reason speaks of a smaller amount than the header, the figures name that amount."""
    why = f"{move.reason} {move.warning}".rstrip()
    amounts = (number(move.today), number(move.plan), signed(move.change, smallest=unseen))
    per = "" if move.unit == unit else f" per {number(move.unit)}"
    returns = [f"{number(one * move.unit)}{per}" for one in (told_return(move), move.marginal)]
    return (move.cell.label, *amounts, *returns, move.evidence, why)


def outcome_lines(plan: Plan) -> list[Message]:
    """One line per outcome: what the plan brings, what today's split would, and the carry-over after."""
    lines = []
    for name, total in plan.total.items():
        before, after = plan.baseline_total[name], plan.carry_after[name]
        said = say(
            "Expected {outcome}: {amount} (90 % interval {low} to {high}); today's split {before} ({before_low} to "
            "{before_high}); in the 8 weeks after {after} ({after_low} to {after_high}).",
            outcome=outcome_name(name),
            amount=_amount(total.mean, name, plan.currency),
            low=number(total.low),
            high=number(total.high),
            before=number(before.mean),
            before_low=number(before.low),
            before_high=number(before.high),
            after=signed(after.mean),
            after_low=number(after.low),
            after_high=number(after.high),
        )
        lines.append(said)
    return lines


def _amount(value: float, outcome: str, currency: str) -> Written:
    return money(value, currency) if outcome in MONEY_OUTCOMES else number(value)


def plain_text(plan: Plan, files: Sequence[str] = ()) -> str:
    """The whole result without colour, for pipes and logs."""
    table = move_table(plan)
    lines = [table.header, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.header))]
    body = ["  ".join(_aligned(line, widths, table.right)).rstrip() for line in lines]
    return "\n".join([headline(plan), "", table.title, *body, "", *_below(plan, files)])


def _aligned(line: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    return [
        text.rjust(width) if numeric else text.ljust(width)
        for text, width, numeric in zip(line, widths, right, strict=True)
    ]


def _below(plan: Plan, files: Sequence[str]) -> list[str]:
    nothing = say("No file was written; --out plan.csv and --summary summary.json do.")
    written = say("Written: {files}.", files=", ".join(files)) if files else nothing
    proven = plan.allocation.certificate
    rules = rule_lines(proven, plan.goal, plan.currency, plan.budget + plan.unspent)
    of = plan.run
    run = say("Run {id}, version {version}, seed {seed}.", id=of.id, version=of.version, seed=str(of.seed))
    return [*outcome_lines(plan), *_worths(plan), proof(plan), *rules, written, run]


def _worths(plan: Plan) -> list[Message]:
    """What the goal `value` adds up."""
    worths = plan.run.settings.get("outcomes")
    if plan.goal != VALUE or not isinstance(worths, dict):
        return []
    parts = [say("{outcome} x {worth}", outcome=outcome_name(name), worth=number(worths[name])) for name in worths]
    return [say("Value adds up: {parts}.", parts=join(", ", parts))]


def print_plan(plan: Plan, files: Sequence[str] = ()) -> None:
    """Print the result to stdout: with colour and lines in a terminal, plain elsewhere."""
    import sys

    if not sys.stdout.isatty():
        sys.stdout.write(plain_text(plan, files) + "\n")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console()
    table = move_table(plan)
    beside = console.width >= WIDE
    console.print(Text(headline(plan), style="bold"))
    console.print()
    console.print(_rich_table(table, beside))
    if not beside:
        for row in table.rows[:-1]:
            console.print(Text.assemble((row[0], "bold"), ": ", row[-1]))
        console.print()
    for line in _below(plan, files):
        console.print(Text(line))


def _rich_table(table: MoveTable, reasons: bool) -> Table:
    """The moves with lines and colour; without the reasons where the terminal is too narrow for a column of them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    view = Table(title=table.title, title_justify="left", box=box.SIMPLE, pad_edge=False)
    columns = range(len(table.header) if reasons else len(table.header) - 1)
    for column in columns:
        name, right = table.header[column], table.right[column]
        view.add_column(name, justify="right" if right else "left", no_wrap=right or name == "cell", overflow="fold")
    for position, row in enumerate(table.rows):
        cells = (Text(row[column], style=_style(table.header[column], row[column])) for column in columns)
        view.add_row(*cells, end_section=position == len(table.rows) - 2)
    return view


def _style(column: str, text: str) -> str:
    if column == "change":
        return "green" if text.startswith("+") else "red" if text.startswith("-") else ""
    return "dim" if column == "evidence" and text in ("weak", "none") else ""
