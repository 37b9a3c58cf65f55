"""Plans and the data of charts as files for spreadsheets."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from optimizer.language.message import Message, say
from optimizer.planning.export import DAYS_PER_WEEK, harmless
from optimizer.planning.headline import headline, proof
from optimizer.planning.money import WHOLE_CURRENCIES
from optimizer.planning.plan import Interval, Plan
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.reports.book import MOST_DECIMALS, Book, Column, Shown, Value, decimals_for, money_digits
from optimizer.reports.words import (
    EVIDENCE,
    SEVERITY,
    cell_columns,
    cell_names,
    flat_values,
    interval_columns,
    outcome_title,
)

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.language.catalogue import Speaker

PARTS = 3  # of an interval: mean, low, high


def plan_xlsx(plan: Plan, speaker: Speaker) -> bytes:
    """A plan as a workbook: Plan, Moves, Totals, Findings and Origin.

    Parameters
    ----------
    plan : Plan
    speaker : Speaker
        Says titles and sentences in the reader's language; numbers are numbers, and days are days.

    Returns
    -------
    bytes
        An XLSX file; the same plan in the same language gives the same bytes.
    """
    book = Book(speaker)
    _weeks(book, plan, speaker)
    _moves(book, plan, speaker)
    _totals(book, plan)
    _findings(book, plan)
    _origin(book, plan)
    return book.finish()


def _weeks(book: Book, plan: Plan, speaker: Speaker) -> None:
    """One row per week and cell, as in plan.csv."""
    keys = cell_columns(plan.cells)
    cents = _cents(plan)
    columns = [
        Column(say("Week from")),
        *keys,
        Column(say("Spend"), cents),
        Column(say("Spend a day"), max(cents, 2)),
        Column(say("Currency")),
    ]
    for name, outcome in plan.by_cell.items():
        columns += interval_columns(outcome_title(name), decimals_for(outcome.high.ravel().tolist()))
    rows: list[list[Value]] = []
    for week, monday in enumerate(plan.weeks.tolist()):
        for c, cell in enumerate(plan.cells):
            spend = float(plan.spend[c, week])
            row: list[Value] = [monday, *cell_names(cell, keys, speaker), spend, spend / DAYS_PER_WEEK, plan.currency]
            for one in plan.by_cell.values():
                row += [float(values[c, week]) for values in (one.mean, one.low, one.high)]
            rows.append(row)
    book.sheet(say("Plan"), columns, rows)


def _moves(book: Book, plan: Plan, speaker: Speaker) -> None:
    """One row per cell: what changes a week, what the next money brings, and why."""
    keys = cell_columns(plan.cells)
    cents = _cents(plan)
    returns = decimals_for([one.marginal for one in plan.moves] + [one.marginal_today for one in plan.moves])
    goal = outcome_title(plan.goal)
    columns = [
        *keys,
        Column(say("Today, a week"), cents),
        Column(say("Plan, a week"), cents),
        Column(say("Change, a week"), cents),
        Column(say("Currency")),
        Column(say("{goal} of one more unit of money, today", goal=goal), returns),
        Column(say("{goal} of one more unit of money, plan", goal=goal), returns),
        Column(say("Evidence")),
        Column(say("Reason"), wrapped=True),
        Column(say("What the evidence rests on"), wrapped=True),
        Column(say("Warning"), wrapped=True),
    ]
    rows = [
        [
            *cell_names(move.cell, keys, speaker),
            _without_dust(move.today), _without_dust(move.plan), _without_dust(move.change), plan.currency,
            move.marginal_today, move.marginal,
            EVIDENCE.get(move.evidence, move.evidence), move.reason, move.evidence_reason, move.warning,
        ]
        for move in plan.moves
    ]  # fmt: skip
    book.sheet(say("Moves"), columns, rows)


def _totals(book: Book, plan: Plan) -> None:
    """Spend and outcomes over the plan's weeks, beside those of today's split; the decision and its proof below."""
    parts: list[tuple[Message, Mapping[str, Interval]]] = [
        (say("Plan"), plan.total),
        (say("Today's split"), plan.baseline_total),
        (say("Gain"), plan.gain),
        (say("In the 8 weeks after"), plan.carry_after),
    ]
    columns = [Column(say("Outcome")), Column(say("Currency"))]
    for title, _ in parts:
        columns += interval_columns(title)
    cents = _cents(plan)
    before = float(plan.baseline.sum())
    spend: list[Value] = [say("Spend"), plan.currency]
    for amount in (plan.budget, before, plan.budget - before):
        spend += [Shown(_without_dust(amount), cents), None, None]
    rows = [spend + [None] * PARTS]
    for name in plan.total:
        told = [each.get(name) for _, each in parts]
        digits = decimals_for([end for one in told if one is not None for end in (one.low, one.high)])
        row: list[Value] = [outcome_title(name), plan.currency if name in MONEY_OUTCOMES else ""]
        for one in told:
            row += [None] * PARTS if one is None else [Shown(end, digits) for end in (one.mean, one.low, one.high)]
        rows.append(row)
    book.sheet(say("Totals"), columns, rows, below=(headline(plan), proof(plan)))


def _findings(book: Book, plan: Plan) -> None:
    """What was noticed in the data and the fit, worst first."""
    columns = [
        Column(say("Weight")),
        Column(say("What was found"), wrapped=True),
        Column(say("What to do"), wrapped=True),
        Column(say("File")),
        Column(say("Column")),
        Column(say("Rows")),
    ]
    rows = [
        [SEVERITY[one.severity], one.problem, one.fix, one.file, one.column, ", ".join(map(str, one.rows))]
        for one in plan.findings
    ]
    book.sheet(say("Findings"), columns, rows)


def _origin(book: Book, plan: Plan) -> None:
    """What the plan was made of: enough to make it again."""
    run = plan.run
    rows: list[list[Value]] = [
        [say("Run"), run.id],
        [say("Hash of the data (SHA-256)"), run.data_sha256],
        [say("Version of the program"), run.version],
        [say("Seed of the random numbers"), Shown(run.seed, 0)],
        [say("Goal"), outcome_title(plan.goal)],
        [say("Currency"), plan.currency],
        [say("First week"), plan.weeks[0].item()],
        [say("Last week"), plan.weeks[-1].item()],
    ]
    rows += [[say("Asked: {setting}", setting=name), value] for name, value in flat_values(run.settings)]
    book.sheet(say("Origin"), [Column(say("What")), Column(say("Value"), decimals=2, wrapped=True)], rows)


def _cents(plan: Plan) -> int:
    """Digits after the point of the plan's money."""
    return money_digits(plan.spend.ravel().tolist(), whole=plan.currency in WHOLE_CURRENCIES)


def _without_dust(amount: float) -> float:
    """A sum of money without what adding in binary leaves behind."""
    return round(amount, MOST_DECIMALS) + 0.0


def frame_xlsx(frame: pd.DataFrame, speaker: Speaker | None = None, title: str = "") -> bytes:
    """The data of a chart as a workbook of one sheet.

    Parameters
    ----------
    frame : DataFrame
        Its columns, named as people should read them; its index is left out.
    speaker : Speaker, optional
        Says the title; None for English. Names and texts in a frame are plain, so whoever makes it says them.
    title : str
        Of the sheet; "" for "Data".

    Returns
    -------
    bytes
        An XLSX file.

    Raises
    ------
    InputError
        A sheet cannot hold so many rows.
    """
    from optimizer.language.catalogue import speaker as speaker_of

    table = list(_rows(frame))
    columns = []
    for place, name in enumerate(frame.columns):
        numbers = [row[place] for row in table]
        broken = [one for one in numbers if isinstance(one, float) and not one.is_integer()]
        columns.append(Column(str(name), decimals_for(broken) if broken else 0))
    book = Book(speaker or speaker_of("en"))
    book.sheet(title or say("Data"), columns, table)
    return book.finish()


def frame_csv(frame: pd.DataFrame) -> bytes:
    """The data of a chart as CSV: numbers in full with a point, days as ISO 8601 writes them, UTF-8.

    A mark at its beginning tells spreadsheets that it is UTF-8, so that they read accents.

    Parameters
    ----------
    frame : DataFrame
        Its columns, named as people should read them; its index is left out.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180; a text with either sign is then put in quotes
    writer.writerow([harmless(str(name)) for name in frame.columns])
    for row in _rows(frame):
        writer.writerow([harmless(value) if isinstance(value, str) else _plain(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Value) -> str:
    """A number or day as every program reads it; nothing where there is none."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else repr(value)


def _rows(frame: pd.DataFrame) -> Iterator[Sequence[Value]]:
    """A frame's rows as plain values."""
    for row in frame.itertuples(index=False, name=None):
        yield [_value(one) for one in row]


def _value(value: object) -> Value:
    """A cell of a frame: missing values are None, days without a time are days, other moments are text."""
    import pandas as pd

    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if hasattr(value, "item"):  # a number of NumPy
        value = value.item()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime):
        midnight = value.tzinfo is None and value.time() == dt.time()
        return value.date() if midnight else value.isoformat(sep=" ")
    return value if isinstance(value, dt.date) else str(value)
