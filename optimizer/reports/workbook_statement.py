"""The page Statement: every cut with today's split, plan, difference and the interval, and the figures made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.definitions import break_even_roas, definition, ratio, roi, stop_roas
from optimizer.finance.words import value_words
from optimizer.language.catalogue import network_name
from optimizer.language.message import Message, say
from optimizer.reports.workbook_inputs import Named
from optimizer.reports.workbook_ledger import KIND, NETWORK, PERIOD, Ledger
from optimizer.reports.workbook_model import PLAN, REVENUE, SPENT, TODAY, Model

if TYPE_CHECKING:
    from optimizer.finance.figures import Figure
    from optimizer.reports.workbook_page import LiveBook, Page, Place

LABEL, BEFORE, AFTER, APART, LOW, HIGH, HELP, KEY = range(8)
COLUMNS = KEY + 1
WIDE = 105  # characters of a definition that stand on one line
PRINTED = 44  # rows of a printed page
SURE = frozenset(SPENT)
FORMS = {"ratio": "0.00", "share": "0.0%", "months": "0.0", "count": "#,##0", "share of total": "0.0%"}


@dataclass(frozen=True)
class Cut:
    """One block of the statement.

    Attributes
    ----------
    title : str
    key : int or None
        Column of the ledger by which it is chosen; None for everything.
    number : int
        What that column holds.
    chosen : tuple of (int or None, str or None, str or None)
        Period, network and content type, as the record's statement is asked.
    """

    title: object
    key: int | None
    number: int
    chosen: tuple[int | None, str | None, str | None]


@dataclass(frozen=True)
class Laid:
    """Where the blocks of the statement begin.

    Attributes
    ----------
    page : Page
    model : Model
    blocks : tuple of (Cut, int)
        Each with the row of its first line.
    figures : mapping of str to int
        Rows of the figures made of the statement.
    """

    page: Page
    model: Model
    blocks: tuple[tuple[Cut, int], ...]
    figures: dict[str, int]

    def line(self, line: str, column: int = AFTER) -> Place:
        """A line of the whole plan."""
        return self.page.at(self.blocks[0][1] + self.model.lines.index(line), column)

    def figure(self, key: str, column: int = AFTER) -> Place:
        """A figure made of the statement."""
        return self.page.at(self.figures[key], column)

    def of(self, key: int) -> list[int]:
        """First rows of the blocks that are chosen by a key."""
        return [row for cut, row in self.blocks if cut.key == key]


def write_statement(page: Page, model: Model, named: Named, ledger: Ledger) -> Laid:
    """Write the page."""
    book = page.book
    row = page.begin(
        say("Statement"),
        (
            say("Amounts in {currency} without VAT, in all weeks of the plan; costs are negative.",
                currency=book.currency),
            say("P10 and P90 are of the plan: 8 of 10 results lie between them. They are those of the plan of record "
                "and do not follow a change."),
        ),
        (34, 26, 17, 17, 17, 17, 80, 6),
    )  # fmt: skip
    stale_row(page, 3, named.changed)
    row += 1
    blocks: list[tuple[Cut, int]] = []
    figures: dict[str, int] = {}
    whole = Cut(say("All places and periods"), None, 0, (None, None, None))
    row = _block(page, ledger, named, whole, row)
    blocks.append((whole, row - len(model.lines)))
    laid = Laid(page, model, tuple(blocks), figures)
    row = _figures(laid, named, row + 1)
    row = _answers(page, model, row + 1)
    breaks, fitting = [row], max(PRINTED // (len(model.lines) + 2), 1)
    for title, cuts in _cuts(model, book):
        row = page.section(row + 1, title, HELP)
        for k, cut in enumerate(cuts):
            if k and k % fitting == 0:
                breaks.append(row)
            row = _block(page, ledger, named, cut, row + (1 if k else 0))
            blocks.append((cut, row - len(model.lines)))
        breaks.append(row)
    page.text(3, KEY, say("No. on the page Ledger"), "note")
    page.sheet.print_area(0, 0, row, HELP)
    page.sheet.set_h_pagebreaks(breaks[:-1])
    page.prints(freeze=(4, 1))
    return Laid(page, model, tuple(blocks), figures)


def stale_row(page: Page, row: int, changed: str) -> None:
    """A line that says whether what cannot follow still belongs to the inputs."""
    quote = page.book.quote
    fresh, stale = quote(fresh_words()), quote(stale_words())
    page.formula((row, 0), f"IF({changed}=0,{fresh},{stale})", page.book.tell(fresh_words()), kind="note")
    page.flag((row, 0), (row, 5), f"{changed}>0", "warn")


def fresh_words() -> Message:
    """What is said of intervals while no input was changed."""
    return say("Intervals belong to these inputs: none was changed.")


def stale_words() -> Message:
    """What is said of them once one was."""
    return say(
        "STALE: inputs were changed, so P10, P90 and intervals are those of other inputs. Plan anew to have them."
    )


def _cuts(model: Model, book: LiveBook) -> list[tuple[Message, list[Cut]]]:
    """Blocks by period, network and content type."""
    periods = [Cut(one.name, PERIOD, p + 1, (p, None, None)) for p, one in enumerate(model.record.periods)]
    networks = [Cut(network_name(name), NETWORK, n + 1, (None, name, None)) for n, name in enumerate(model.networks)]
    networks.append(Cut(say("Borne by no network"), NETWORK, 0, (None, "", None)))
    speaker = book.speaker
    kinds = [Cut(speaker.content(name), KIND, k + 1, (None, None, name)) for k, name in enumerate(model.kinds)]
    kinds.append(Cut(say("Borne by no content type"), KIND, 0, (None, None, "")))
    return [
        (say("By fiscal period"), periods),
        (say("By network"), networks),
        (say("By content type"), kinds),
    ]


def _block(page: Page, ledger: Ledger, named: Named, cut: Cut, row: int) -> int:
    """One cut; the row after it."""
    book, model, statement = page.book, ledger.model, ledger.model.record.statement
    heads: list[object] = [cut.title, say("Today's split"), say("Plan"), say("Difference")]
    page.heads(row, heads)
    for column, title in ((LOW, say("P10")), (HIGH, say("P90"))):
        stale = say("{title} (stale)", title=title)
        text = f"IF({named.changed}=0,{book.quote(title)},{book.quote(stale)})"
        page.formula((row, column), text, book.tell(title), kind="head_right")
    if cut.key is None:
        page.text(row, HELP, say("How it is computed"), "head_aside")
    else:
        page.number(row, KEY, float(cut.number), "0", "muted")
    number = page.at(row, KEY).here
    period, network, kind = cut.chosen
    for line in model.lines:
        row += 1
        style = "total" if line in ("incremental_revenue", "contribution", "marketing_contribution") else "live"
        page.text(row, LABEL, definition(line).name, style)
        told = statement.amounts(line, period, network, kind) if line in statement.lines else None
        values = [0.0, 0.0, 0.0] if told is None else [told.baseline, told.plan, told.difference]
        for column, side, value in zip((BEFORE, AFTER), (TODAY, PLAN), values[:2], strict=True):
            text = ledger.total(side, line) if cut.key is None else ledger.cut(side, line, cut.key, number)
            page.formula((row, column), text, value, book.money, style)
        before, after = page.at(row, BEFORE).here, page.at(row, AFTER).here
        page.formula((row, APART), f"ROUND({after}-{before},{ledger.decimals})", values[2], book.money, style)
        for column in (LOW, HIGH):
            if line in SURE or told is None:
                page.formula((row, column), after, values[1], book.money, style)
            else:
                end = told.low if column == LOW else told.high
                page.number(row, column, end, book.money, "total" if style == "total" else "muted")
        if cut.key is None:
            page.wrapped(row, HELP, definition(line).formula, WIDE, "total_help" if style == "total" else "help")
    page.flag((row - len(model.lines) + 1, LOW), (row, HIGH), f"{named.changed}>0", "warn")
    return row + 1


@dataclass(frozen=True)
class _Made:
    """A figure made of lines: its formula on one column, and what it comes to."""

    key: str
    formula: Callable[[int], str]
    value: Callable[[str], float]


def _figures(laid: Laid, named: Named, row: int) -> int:
    """Ratios of the statement, on both sides; the row after them."""
    page, book = laid.page, laid.page.book
    row = page.section(row, say("Figures made of the statement"), COLUMNS - 1)
    page.heads(row, (say("Figure"), say("Today's split"), say("Plan"), say("Difference"), "", "", ""), 1)
    page.text(row, HELP, say("How it is computed"), "head_aside")
    for one in _made(laid, named):
        row += 1
        laid.figures[one.key] = row
        told = definition(one.key)
        number = FORMS.get(told.unit, book.money)
        page.text(row, LABEL, told.name)
        values = []
        for column, side in ((BEFORE, TODAY), (AFTER, PLAN)):
            value = one.value(side)
            values.append(value)
            page.formula((row, column), one.formula(column), value if math.isfinite(value) else "", number)
        before, after = page.at(row, BEFORE).here, page.at(row, AFTER).here
        known = all(math.isfinite(value) for value in values)
        gap = f'IF(OR({before}="",{after}=""),"",{after}-{before})'
        page.formula((row, APART), gap, values[1] - values[0] if known else "", number)
        for column in (LOW, HIGH):
            page.text(row, column, "")
        page.wrapped(row, HELP, told.formula, WIDE)
    return row + 1


def _made(laid: Laid, named: Named) -> Sequence[_Made]:
    """The figures, each with its formula and value; full cost first, since others are made of it."""
    model, terms = laid.model, laid.model.terms

    def at(line: str, column: int) -> str:
        return laid.line(line, column).here

    def full(column: int) -> str:
        return laid.figure("full_cost", column).here

    def over(part: str, whole: str) -> str:
        return f'IF({whole}>0,{part}/{whole},"")'

    def cost(side: str) -> float:
        return -sum(model.amount(side, line) for line in SPENT)

    def media(side: str) -> float:
        return -model.amount(side, "media")

    spent = "-SUM({first}:{last})"
    loaded = 'IF({media}>0,IF({margin}>0,(1+({full}-{media})/{media})/{margin},""),"")'
    stop = f"(1+{named.plain['hurdle']})*(1+{named.plain['agency_share']})"
    return (
        _Made("full_cost", lambda c: spent.format(first=at("media", c), last=at("agency", c)), cost),
        _Made(
            "roas",
            lambda c: over(at(REVENUE[0], c), f"-{at('media', c)}"),
            lambda s: ratio(model.amount(s, REVENUE[0]), media(s)),
        ),
        _Made(
            "iroas",
            lambda c: over(at(REVENUE[2], c), f"-{at('media', c)}"),
            lambda s: ratio(model.amount(s, REVENUE[2]), media(s)),
        ),
        _Made(
            "roi",
            lambda c: over(at("marketing_contribution", c), full(c)),
            lambda s: roi(model.amount(s, "marketing_contribution"), cost(s)),
        ),
        _Made("break_even_roas", lambda _: over("1", named.margin), lambda _: break_even_roas(terms.margin)),
        _Made(
            "loaded_break_even_roas",
            lambda c: loaded.format(media=f"-{at('media', c)}", margin=named.margin, full=full(c)),
            lambda s: break_even_roas(terms.margin, cost(s) - media(s), media(s)),
        ),
        _Made(
            "stop_roas",
            lambda _: over(stop, named.margin),
            lambda _: stop_roas(terms.margin, terms.hurdle, terms.agency_share),
        ),
    )


def _answers(page: Page, model: Model, row: int) -> int:
    """Figures of the record with their intervals, as they were; the row after them."""
    told = [one for one in model.record.answers if not one.network and not one.content_type]
    if not told:
        return row
    row = page.section(row, say("Figures of the plan of record with their 90 % intervals"), COLUMNS - 1)
    page.heads(row, (say("Figure"), "", say("Plan"), "", say("Low end"), say("High end"), ""), 1)
    page.text(row, HELP, say("How it is computed"), "head_aside")
    for one in told:
        row += 1
        _answer(page, one, row)
    return row + 1


def _answer(page: Page, one: Figure, row: int) -> None:
    told = definition(one.key)
    number = FORMS.get(told.unit, page.book.money)
    page.text(row, LABEL, told.name)
    page.text(row, BEFORE, "", "muted")
    if one.key == "chance_above_hurdle" and math.isfinite(one.value):
        page.text(row, AFTER, value_words(one, page.book.currency), "right")  # "100 %" is more than draws can tell
    else:
        page.number(row, AFTER, one.value, number, "muted")
    page.text(row, APART, "", "muted")
    known = np.isfinite([one.low, one.high]).all() and one.low < one.high
    for column, value in ((LOW, one.low), (HIGH, one.high)):
        page.number(row, column, value if known else math.nan, number, "muted")
    page.wrapped(row, HELP, told.formula, WIDE)
