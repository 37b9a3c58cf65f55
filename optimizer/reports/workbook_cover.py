"""The pages Cover and Log: what this workbook is, whether it can be relied on, and what it was made from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.finance.definitions import definition, roi
from optimizer.finance.words import credited_sentence, headline
from optimizer.language.message import Message, day, join, say
from optimizer.planning.export import harmless
from optimizer.reports.book import Shown
from optimizer.reports.words import flat_values
from optimizer.reports.workbook_checks import holding, master_formula
from optimizer.reports.workbook_model import PLAN, SPENT, TODAY, Model
from optimizer.reports.workbook_statement import (
    AFTER,
    APART,
    BEFORE,
    HIGH,
    LOW,
    Laid,
    fresh_words,
    stale_words,
)

if TYPE_CHECKING:
    from optimizer.reports.workbook_page import Page

LINES = ("attributed_revenue", "incremental_revenue", "contribution", "full_cost", "marketing_contribution", "roi")
MADE = ("full_cost", "roi")
LOG_WIDE = 105  # characters of a line of the log


@dataclass(frozen=True)
class Leaf:
    """A page as the cover lists it."""

    page: Page
    about: Message


def write_cover(page: Page, model: Model, laid: Laid, states: tuple[str, str], leaves: Sequence[Leaf]) -> None:
    """Write the page; `states` are the names of how many checks fail and how many inputs were changed."""
    book, record, (failing, changed) = page.book, model.record, states
    page.columns((34, 26, 18, 18, 18, 18))
    page.text(0, 0, record.name or say("Plan"), "title")
    page.sheet.set_row(0, 30)
    first, last = day(record.weeks[0]), day(record.weeks[-1])
    about = say(
        "Plan of {weeks} weeks, Mondays {first} to {last}; amounts in {currency} without VAT, costs negative.",
        weeks=len(record.weeks),
        first=first,
        last=last,
        currency=book.currency,
    )
    page.text(1, 0, about, "note")
    page.text(2, 0, _approval(model), "note")
    decision = say("When the plan was made: {sentence}", sentence=headline(record))
    page.sheet.merge_range(3, 0, 3, 5, harmless(book.tell(decision)), book.style("decision"))
    page.sheet.set_row(3, 38)
    for row, (text, value, criteria) in enumerate(
        (
            (master_formula(book, failing), book.tell(holding()), f"{failing}>0"),
            (
                f"IF({changed}=0,{book.quote(fresh_words())},{book.quote(stale_words())})",
                book.tell(fresh_words()),
                f"{changed}>0",
            ),
        ),
        5,
    ):
        page.sheet.merge_range(row, 0, row, 5, "", book.style("state"))
        page.formula((row, 0), text, value, kind="state")
        page.flag((row, 0), (row, 5), criteria, "warn")
        page.flag((row, 0), (row, 5), f"NOT({criteria})", "fine")
        page.sheet.set_row(row, 24)
    row = _result(page, model, laid, changed)
    row = _contents(page, leaves, row + 1)
    _legend(page, row + 1)
    page.prints((1, 1))


def _approval(model: Model) -> Message:
    record = model.record
    if not record.approved:
        return say("DRAFT: nobody has approved this plan. Record {id}.", id=record.id)
    values = {"author": record.author or "-", "day": day(record.created), "id": record.id}
    said = say("Approved by {author} on {day}. Record {id}.", **values)
    return join(" ", [said, say("Note: {note}", note=record.note)]) if record.note else said


def _result(page: Page, model: Model, laid: Laid, changed: str) -> int:
    """The lines that decide; the row after them."""
    book = page.book
    row = page.section(8, say("Result"), 6)
    page.heads(row, ("", say("Today's split"), say("Plan"), say("Difference"), "", ""))
    for column, title in ((4, say("P10")), (5, say("P90"))):
        stale = say("{title} (stale)", title=title)
        text = f"IF({changed}=0,{book.quote(title)},{book.quote(stale)})"
        page.formula((row, column), text, book.tell(title), kind="head_right")
    for line in LINES:
        row += 1
        kind = "total" if line == "marketing_contribution" else "live"
        page.text(row, 0, definition(line).name, kind)
        number = "0.0%" if line == "roi" else book.money
        before, after = (_value(model, side, line) for side in (TODAY, PLAN))
        told = (before, after, after - before)
        for column, source, value in zip((1, 2, 3), (BEFORE, AFTER, APART), told, strict=True):
            at = laid.figure(line, source) if line in MADE else laid.line(line, source)
            page.formula((row, column), at.full, value if math.isfinite(value) else "", number, kind)
        for column, source in ((4, LOW), (5, HIGH)):
            if line in MADE:
                page.text(row, column, "", kind)
                continue
            ends = model.record.statement.amounts(line)
            page.formula((row, column), laid.line(line, source).full, (ends.low, ends.high)[column - 4], number, kind)
    page.flag((row - len(LINES) + 1, 4), (row, 5), f"{changed}>0", "warn")
    row += 1
    page.text(row, 0, say("P10 and P90: 8 of 10 results of the plan lie between them."), "note")
    row += 1
    if model.terms.assumed:
        page.text(row, 0, say("Incrementality is taken as 1 where nobody gave a factor; see the page Inputs."), "note")
        row += 1
    credited = credited_sentence(model.record)
    if credited:
        page.text(row, 0, credited, "note")
        row += 1
    return row


def _value(model: Model, side: str, line: str) -> float:
    cost = -round(sum(model.amount(side, name) for name in SPENT), model.record.decimals)
    if line == "full_cost":
        return cost
    if line == "roi":
        return roi(model.amount(side, "marketing_contribution"), cost)
    return model.amount(side, line)


def _contents(page: Page, leaves: Sequence[Leaf], row: int) -> int:
    row = page.section(row, say("Pages"), 6)
    for leaf in leaves:
        link = "internal:" + leaf.page.at(0, 0).full.replace("$", "")
        page.sheet.write_url(row, 0, link, page.book.style("link"), leaf.page.title)
        page.text(row, 1, leaf.about, "note")
        row += 1
    return row


def _legend(page: Page, row: int) -> None:
    row = page.section(row, say("How to read it"), 6)
    for kind, title, about in (
        ("input", say("Input"), say("may be changed; every other cell follows or says that it is stale")),
        ("live", say("Formula"), say("follows the inputs")),
        ("muted", say("Fact"), say("is read from the plan of record and stays as it was")),
        ("warn", say("Stale, or look here"), say("belongs to other inputs, or a check fails")),
    ):
        page.text(row, 0, title, kind)
        page.text(row, 1, about, "note")
        row += 1


def write_log(page: Page, model: Model, bridge_weeks: Sequence[str]) -> None:
    """Write the page Log."""
    row = page.begin(
        say("Log"),
        (say("What this workbook was made from: enough to make it again and to tell whether it was."),),
        (46, 100),
    )
    for title, rows in (
        (say("Plan of record"), _record_rows(model)),
        (say("Run"), _run_rows(model)),
        (say("What was asked"), flat_values(model.record.origin.asked)),
        (say("Settings"), flat_values(model.record.origin.settings)),
        (say("Weeks with actuals on the page Variance"), ((week, "") for week in bridge_weeks)),
        (say("Findings in the data, as recorded"), (("", text) for text in model.record.findings)),
    ):
        held = list(rows)
        if not held:
            continue
        row = page.section(row, title, 2)
        for label, value in held:
            page.text(row, 0, label)
            if isinstance(value, Shown):
                digits = "." + "0" * value.decimals if value.decimals else ""
                page.number(row, 1, value.value, f"#,##0{digits}", "wrap")
            else:
                page.wrapped(row, 1, "" if value is None else value, LOG_WIDE, "wrap")
            row += 1
        row += 1
    page.prints()


def _record_rows(model: Model) -> Iterator[tuple[object, object]]:
    record = model.record
    yield say("Id"), record.id
    yield say("Name"), record.name
    yield say("Approved by"), record.author if record.approved else say("nobody: a draft")
    yield say("Approved at (UTC)"), record.created
    yield say("Note"), record.note
    yield say("Supersedes"), record.supersedes
    yield say("Currency"), record.currency


def _run_rows(model: Model) -> Iterator[tuple[object, object]]:
    origin = model.record.origin
    yield say("Run"), origin.run
    yield say("History"), origin.history.replace("\\", "/").rpartition("/")[2]
    yield say("Hash of the data (SHA-256)"), origin.data_sha256
    yield say("Version of the program and its model"), origin.version
    yield say("Hash of the program's source (SHA-256)"), origin.code_sha256
    yield say("Seed of the random numbers"), str(origin.seed)
    for key, label in (
        ("status", say("Solver: status")),
        ("value", say("Solver: value of the plan")),
        ("bound", say("Solver: proven bound")),
        ("gap", say("Solver: gap")),
    ):
        value = origin.solver.get(key)
        yield label, f"{value:.10g}" if isinstance(value, float) else str(value)
