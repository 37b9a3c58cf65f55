"""The page Checks: what must hold while the workbook is used, with one answer for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.finance.definitions import definition
from optimizer.language.message import Message, say
from optimizer.reports.workbook_allocation import WEEKLY
from optimizer.reports.workbook_ledger import KIND, NETWORK, PERIOD
from optimizer.reports.workbook_model import PLAN, REVENUE, SPENT, TODAY, Model
from optimizer.reports.workbook_scenarios import Sources
from optimizer.reports.workbook_statement import AFTER, BEFORE, HIGH, Laid

if TYPE_CHECKING:
    from optimizer.reports.workbook_page import LiveBook, Page

TITLE, FOUND, ALLOWED, RESULT = range(4)


@dataclass(frozen=True)
class Check:
    """One thing that must hold: what a formula comes to is at most so far from 0.

    Attributes
    ----------
    title : Message
    formula : str
    money : bool
        An amount of money, which may be off by half the smallest amount; else a count, which must be 0.
    """

    title: Message
    formula: str
    money: bool = True


def write_checks(page: Page, model: Model, sources: Sources, bridge: tuple[str, str] | None) -> str:
    """Write the page; the name of how many checks fail."""
    book = page.book
    row = page.begin(
        say("Checks"),
        (say("Every line must say that it holds. Amounts in {currency}.", currency=book.currency),),
        (78, 18, 18, 16, 18),
    )
    row = page.section(row, say("All checks"), 4)
    master = row
    row = page.section(row + 2, say("Checks"), 4)
    page.heads(row, (say("What must hold"), say("Difference or count"), say("Allowed"), say("Result")))
    checks = [*_adding(sources.laid, model), *_inputs(sources, model)]
    if bridge is not None:
        checks += [
            Check(say("Variance: nothing is left over between plan, steps and actual"), bridge[0]),
            Check(say("Variance: periods, networks and places add up to the same"), bridge[1]),
        ]
    against = row + len(checks) + 5
    lines = model.record.statement.lines
    gaps = page.span((against, 4), (against + len(lines) - 1, 4))
    unchanged = f"IF({sources.named.changed}=0,SUMPRODUCT(ABS({gaps})),0)"
    checks.append(Check(say("While no input is changed, the statement is that of the plan of record"), unchanged))
    first = row + 1
    for check in checks:
        row += 1
        _write(page, row, check, sources.facts.tolerance)
    flags = page.span((first, RESULT), (row, RESULT))
    failing = book.name("ChecksFailing", page.at(master, FOUND))
    words = master_formula(book, failing)
    page.formula((master, TITLE), words, book.tell(holding()), kind="big")
    page.formula((master, FOUND), f"SUM({flags})", 0, "0", "total")
    page.flag((master, TITLE), (master, FOUND), f"{failing}>0", "warn")
    page.flag((first, RESULT), (row, RESULT), f"{page.at(first, RESULT).here.replace('$', '', 2)}>0", "warn")
    page.sheet.set_row(master, 24)
    _against(page, model, sources.laid, against)
    page.prints((1, 1))
    return failing


def holding() -> Message:
    """What is said while every check holds."""
    return say("All checks hold")


def master_formula(book: LiveBook, failing: str) -> str:
    """One answer for all checks."""
    fails = say("A CHECK FAILS: see the page Checks")
    return f"IF({failing}=0,{book.quote(holding())},{book.quote(fails)})"


def _write(page: Page, row: int, check: Check, tolerance: str) -> None:
    book = page.book
    page.text(row, TITLE, check.title)
    page.formula((row, FOUND), check.formula, 0, book.money if check.money else "0")
    page.formula((row, ALLOWED), tolerance if check.money else "0", _allowed(book) if check.money else 0, "0.######")
    found, allowed = page.at(row, FOUND).here, page.at(row, ALLOWED).here
    look, holds = book.quote(say("LOOK")), book.quote(say("holds"))
    words = f"{look};{look};{holds}"
    page.formula((row, RESULT), f"IF(ISNUMBER({found}),IF(ABS({found})<={allowed},0,1),1)", 0, words)


def _allowed(book: LiveBook) -> float:
    return float(0.5 / 10**book.decimals)


def _adding(laid: Laid, model: Model) -> list[Check]:
    """Cuts add up, and so do subtotals."""
    page, count = laid.page, len(model.lines)

    def block(row: int) -> str:
        return f"SUM({page.span((row, BEFORE), (row + count - 1, AFTER))})"

    whole = block(laid.blocks[0][1])
    checks = []
    for key, title in (
        (PERIOD, say("Fiscal periods add up to the whole")),
        (NETWORK, say("Networks add up to the whole")),
        (KIND, say("Content types add up to the whole")),
    ):
        parts = "+".join(block(row) for row in laid.of(key))
        checks.append(Check(title, f"{parts}-{whole}"))
    for column, side in ((BEFORE, say("Today's split")), (AFTER, say("Plan"))):
        at = {line: laid.line(line, column).full for line in model.lines}
        title = say("{side}: attributed revenue and what would have come anyway leave incremental revenue", side=side)
        checks.append(Check(title, f"{at[REVENUE[0]]}+{at[REVENUE[1]]}-{at[REVENUE[2]]}"))
        parts = "+".join(at[line] for line in (REVENUE[2], *model.costs))
        checks.append(
            Check(say("{side}: revenue and its costs leave contribution", side=side), f"{parts}-{at['contribution']}")
        )
        parts = "+".join(at[line] for line in ("contribution", *SPENT))
        title = say("{side}: contribution and full cost leave marketing contribution", side=side)
        checks.append(Check(title, f"{parts}-{at['marketing_contribution']}"))
    return checks


def _inputs(sources: Sources, model: Model) -> list[Check]:
    """Inputs are where formulas can follow them, and arrive on the statement."""
    named, facts, split, laid = sources.named, sources.facts, sources.split, sources.laid
    spends = named.spend_cells
    last = _last_knots(facts.spend)
    whole = laid.blocks[0][1]
    shown = laid.page.span((whole, BEFORE), (whole + len(model.lines) - 1, HIGH))
    return [
        Check(
            say("Media on the statement is the planned spend of the page Inputs"),
            f"SUMPRODUCT(ROUND({spends},{facts.decimals}))+{laid.line('media').full}",
        ),
        Check(
            say("Places whose spend is not a number of 0 or more"),
            f"ROWS({spends})-COUNT({spends})+SUMPRODUCT(--({spends}<0))",
            money=False,
        ),
        Check(
            say("Places whose spend lies beyond their curve, so that more brings nothing more"),
            f"SUMPRODUCT(--({split.side(PLAN, WEEKLY)}>{last}))",
            money=False,
        ),
        Check(say("Margin above 0 and up to 1"), f"IF(AND({named.margin}>0,{named.margin}<=1),0,1)", money=False),
        Check(say("Errors on the statement"), f"SUMPRODUCT(--ISERROR({shown}))", money=False),
    ]


def _last_knots(block: str) -> str:
    """The last column of a block of curves."""
    sheet, _, corners = block.rpartition("!")
    first, last = corners.split(":")
    letters = last.split("$")[1]
    return f"{sheet}!${letters}${first.split('$')[2]}:{last}"


def _against(page: Page, model: Model, laid: Laid, row: int) -> None:
    """The statement beside what the record says, line by line."""
    book, statement = page.book, model.record.statement
    page.section(row - 2, say("Against the plan of record"), 5)
    titles = (
        say("Line of the statement"), say("Today's split, record"), say("Plan, record"), say("Plan, now"),
        say("Differences"),
    )  # fmt: skip
    page.heads(row - 1, titles)
    for k, line in enumerate(statement.lines):
        at = row + k
        page.text(at, 0, definition(line).name)
        before, after = model.amount(TODAY, line), model.amount(PLAN, line)
        page.number(at, 1, before, book.money, "muted")
        page.number(at, 2, after, book.money, "muted")
        page.formula((at, 3), laid.line(line).full, after, book.money)
        here = [page.at(at, column).here for column in range(4)]
        text = f"ABS({here[3]}-{here[2]})+ABS({laid.line(line, BEFORE).full}-{here[1]})"
        page.formula((at, 4), text, 0.0, book.money)
