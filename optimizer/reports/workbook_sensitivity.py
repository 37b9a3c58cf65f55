"""The page Sensitivity: what moves the result, input by input, and margin and value together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.words import swing_name
from optimizer.language.message import capital, say
from optimizer.reports.workbook_facts import Facts
from optimizer.reports.workbook_inputs import SHARE_FORMAT, Named
from optimizer.reports.workbook_model import PLAN, REVENUE, Model, rounded
from optimizer.reports.workbook_statement import Laid, stale_row

if TYPE_CHECKING:
    from optimizer.reports.workbook_page import Page

OFFSETS = (-2, -1, 0, 1, 2)
MARGIN_STEP, LEVEL_STEP = 0.05, 0.1
GRID = "#E5E9EF"
LESS, MORE = "#D9730D", "#2F80D0"


def write_sensitivity(page: Page, model: Model, named: Named, laid: Laid, facts: Facts) -> None:
    """What moves marketing contribution: each input by itself, and margin and value per conversion together."""
    book, swings = page.book, model.record.swings
    row = page.begin(
        say("Sensitivity"),
        (
            say("What marketing contribution changes by when one input is moved and the split stays. {currency}.",
                currency=book.currency),
            say("Reckoned with the model on the day the plan was made; an input is 100 % as planned."),
        ),
        (40, 15, 15, 18, 18, 18, 18),
    )  # fmt: skip
    stale_row(page, 3, named.changed)
    row = page.section(row + 1, say("One input at a time"), 7)
    titles = (say("Input"), say("Low input"), say("High input"), say("At low input"), say("At high input"))
    page.heads(row, titles)
    first = row + 1
    signed = f"+{book.money};-{book.money};{book.money}"
    for one in swings:
        row += 1
        page.text(row, 0, capital(swing_name(one)))
        page.number(row, 1, one.low_input, SHARE_FORMAT, "muted")
        page.number(row, 2, one.high_input, SHARE_FORMAT, "muted")
        page.number(row, 3, one.low, signed, "muted")
        page.number(row, 4, one.high, signed, "muted")
    if swings:
        row = _tornado(page, (first, row))
    else:
        row += 1
        page.text(row, 0, say("The plan of record holds no sensitivities."), "note")
    _grid(page, model, (named, laid, facts), row + 2)
    page.prints((1, 1), freeze=(4, 1))


def _tornado(page: Page, rows: tuple[int, int]) -> int:
    """A chart of the swings; the row after it."""
    book, (first, last) = page.book, rows
    chart = book.book.add_chart({"type": "bar", "subtype": "clustered"})
    names = f"={page.span((first, 0), (last, 0))}"
    for column, title, colour in ((3, say("At low input"), LESS), (4, say("At high input"), MORE)):
        chart.add_series(
            {
                "name": book.tell(title),
                "categories": names,
                "values": f"={page.span((first, column), (last, column))}",
                "fill": {"color": colour},
                "overlap": 100,
                "gap": 45,
            }
        )
    unit = say("Change of marketing contribution, {currency}", currency=book.currency)
    axis = {"major_gridlines": {"visible": True, "line": {"color": GRID, "width": 0.75}}, "num_format": "#,##0"}
    chart.set_x_axis(
        {**axis, "name": book.tell(unit), "name_font": {"size": 9, "bold": False}, "num_font": {"size": 9}}
    )
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 9}})
    chart.set_legend({"position": "top", "font": {"size": 9}})
    chart.set_title({"none": True})
    chart.set_size({"width": 900, "height": 90 + 34 * (last - first + 1)})
    said = book.tell(say("Bars of what each input changes marketing contribution by, the longest first."))
    page.sheet.insert_chart(last + 2, 0, chart, {"description": said, "object_position": 2})
    return last + 2 + (90 + 34 * (last - first + 1)) // 20 + 1


def _grid(page: Page, model: Model, sources: tuple[Named, Laid, Facts], row: int) -> None:
    """Marketing contribution on margin and level of value, live."""
    (named, laid, facts), book = sources, page.book
    row = page.section(row, say("Marketing contribution on margin and value per conversion (follows the inputs)"), 7)
    steps = []
    for label, value, wanted in (
        (say("Step of margin"), MARGIN_STEP, "MarginStep"),
        (say("Step of value per conversion"), LEVEL_STEP, "LevelStep"),
    ):
        page.text(row, 0, label)
        page.number(row, 1, value, SHARE_FORMAT, "input")
        steps.append(book.name(wanted, page.at(row, 1)))
        row += 1
    row += 1
    page.text(row, 0, say("Steps"), "muted")
    page.text(row, 1, "", "muted")
    for k, offset in enumerate(OFFSETS):
        page.number(row, 2 + k, float(offset), "+0;-0;0", "muted")
    head = row + 1
    page.heads(head, (say("Steps of margin down, of value across"), say("Margin")))
    for k, offset in enumerate(OFFSETS):
        formula = f"{named.plain['level']}+{page.at(row, 2 + k).here}*{steps[1]}"
        page.formula((head, 2 + k), formula, 1.0 + offset * LEVEL_STEP, SHARE_FORMAT, "head_right")
    gained, result = laid.line(REVENUE[2]).full, laid.line("marketing_contribution").full
    incremental, left = (model.amount(PLAN, line) for line in (REVENUE[2], "marketing_contribution"))
    for i, down in enumerate(OFFSETS):
        at = head + 1 + i
        page.number(at, 0, float(down), "+0;-0;0", "muted")
        margin = model.terms.margin + down * MARGIN_STEP
        page.formula((at, 1), f"{named.margin}+{page.at(at, 0).here}*{steps[0]}", margin, SHARE_FORMAT, "block")
        for k, offset in enumerate(OFFSETS):
            level = f"{page.at(head, 2 + k).here}/{named.plain['level']}"
            text = f"ROUND({result}+({page.at(at, 1).here}*{level}-{named.margin})*{gained},{facts.decimals})"
            value = left + (margin * (1.0 + offset * LEVEL_STEP) - model.terms.margin) * incremental
            shown = float(rounded(np.array([value]), model.record.decimals)[0])
            page.formula((at, 2 + k), text, shown, book.money, "total" if down == offset == 0 else "live")
