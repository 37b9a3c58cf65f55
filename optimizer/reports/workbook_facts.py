"""The pages Data and Curves: what the record holds, as it was when the plan was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.history.panel import Floats
from optimizer.language.catalogue import network_name
from optimizer.language.message import place, say
from optimizer.planning.economics import WEEKS_PER_MONTH
from optimizer.reports.book import decimals_for
from optimizer.reports.words import outcome_title
from optimizer.reports.workbook_model import Model

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.language.message import Message
    from optimizer.reports.workbook_page import LiveBook, Page

TOLD = ("revenue", "conversions", "clicks")
SHOWN_PERIODS = 4


@dataclass(frozen=True)
class Facts:
    """Names of the facts that formulas use, and where the curves stand.

    Attributes
    ----------
    decimals, fine, weeks, months, tolerance, knots : str
        Names.
    spend, revenue, slope : str
        Addresses of the curves' blocks, cells x knots.
    """

    decimals: str
    fine: str
    weeks: str
    months: str
    tolerance: str
    knots: str
    spend: str
    revenue: str
    slope: str

    def weekly(self, spend: str) -> str:
        """Spend a week, of what is spent over all weeks."""
        return f"ROUND({spend}/{self.weeks},{self.fine})"

    def curve(self, block: str, cell: int) -> str:
        """Address of one cell's row of a block."""
        sheet, _, corners = block.rpartition("!")
        first, last = corners.split(":")
        row = int(first.rpartition("$")[2]) + cell
        return f"{sheet}!{first.rpartition('$')[0]}${row}:{last.rpartition('$')[0]}${row}"


def write_data(page: Page, model: Model) -> dict[str, str]:
    """Constants, periods and the forecast by week; names of the constants."""
    book, record = page.book, model.record
    outcomes = [name for name in TOLD if name in record.forecasts]
    widths = (30, 16, 18, 15, 15, *[15] * (3 * len(outcomes)))
    row = page.begin(
        say("Data"),
        (
            say("What the plan of record holds. These figures are facts of the day it was made; do not change them."),
            say("Amounts in {currency} without VAT.", currency=book.currency),
        ),
        widths,
    )
    row, names = _constants(page, model, row)
    row = _periods(page, model, row + 1)
    row = page.section(row + 1, say("Forecast by week"), 5 + 3 * len(outcomes))
    titles: list[object] = [say("Week from"), say("Network"), say("Content type"), say("Spend"), say("Today's split")]
    for name in outcomes:
        title = outcome_title(name)
        titles += [
            title,
            say("{title}: 90 % interval from", title=title),
            say("{title}: 90 % interval to", title=title),
        ]
    page.heads(row, titles, 3)
    last = _weekly(page, model, outcomes, row + 1)
    page.sheet.autofilter(row, 0, last - 1, len(titles) - 1)
    page.prints(repeat=(row, row))
    return names


def _constants(page: Page, model: Model, row: int) -> tuple[int, dict[str, str]]:
    book, record = page.book, model.record
    row = page.section(row, say("Constants"), 3)
    rows: list[tuple[str, object, float, str]] = [
        ("Decimals", say("Digits after the point of money"), float(record.decimals), "0"),
        ("SpendDecimals", say("Digits after the point of spend a week"), float(model.fine), "0"),
        ("Weeks", say("Weeks of the plan"), float(model.weeks), "0"),
        ("WeeksPerMonth", say("Weeks in a month: 365.2425 / 12 / 7"), WEEKS_PER_MONTH, "0.000000"),
        ("Knots", say("Points of a response curve"), float(record.curves.spend.shape[1]), "0"),
        ("Tolerance", say("Half the smallest amount: what checks let pass"), 0.5 / model.scale, "0.0##########"),
    ]
    names: dict[str, str] = {}
    for wanted, label, value, number in rows:
        page.text(row, 0, label)
        page.number(row, 1, value, number)
        names[wanted] = book.name(wanted, page.at(row, 1))
        page.text(row, 2, names[wanted], "muted")
        row += 1
    page.text(row, 0, say("Months of the plan"))
    page.formula((row, 1), f"{names['Weeks']}/{names['WeeksPerMonth']}", model.months, "0.0000")
    names["Months"] = book.name("Months", page.at(row, 1))
    page.text(row, 2, names["Months"], "muted")
    return row + 1, names


def _periods(page: Page, model: Model, row: int) -> int:
    row = page.section(row, say("Fiscal periods"), 5)
    page.heads(row, (say("Period"), say("First day"), say("Last day"), say("Number"), say("Days of the plan")), 3)
    days = 7.0 * model.days.sum(axis=1)
    for p, period in enumerate(model.record.periods):
        row += 1
        page.text(row, 0, period.name)
        page.day(row, 1, period.first)
        page.day(row, 2, period.last)
        page.number(row, 3, p + 1.0, "0")
        page.number(row, 4, float(days[p]), "0")
    return row + 1


def _weekly(page: Page, model: Model, outcomes: list[str], row: int) -> int:
    """One row per week and cell; the row after them."""
    record, book = model.record, page.book
    forecasts = [(name, record.forecasts[name]) for name in outcomes]
    digits = {name: _number(book, name, one.mean) for name, one in forecasts}
    for w, week in enumerate(record.weeks):
        monday = _date(week)
        for c, cell in enumerate(model.cells):
            page.day(row, 0, monday)
            page.text(row, 1, network_name(cell.network))
            page.text(row, 2, kind_name(book, cell))
            page.number(row, 3, float(record.spend[c, w]), book.money)
            page.number(row, 4, float(record.baseline[c, w]), book.money)
            column = 5
            for name, one in forecasts:
                for values in (one.mean, one.low, one.high):
                    page.number(row, column, float(values[c, w]), digits[name])
                    column += 1
            row += 1
    return row


def _number(book: LiveBook, outcome: str, values: Floats) -> str:
    if outcome == "revenue":
        return book.money
    digits = decimals_for(np.asarray(values, dtype=np.float64).ravel().tolist())
    return "#,##0" + ("." + "0" * digits if digits else "")


def _date(week: str) -> dt.date:
    import datetime as dt

    return dt.date.fromisoformat(week)


def kind_name(book: LiveBook, cell: Any) -> str:
    """A cell's content type, with its audience where it has one."""
    shown = book.speaker.content(cell.content_type)
    return f"{shown} ({cell.audience.replace('_', ' ')})" if cell.audience else shown


def write_curves(page: Page, model: Model, names: dict[str, str]) -> Facts:
    """Knots of every cell's curve, and a picture of one that the reader picks."""
    curves = model.record.curves
    count = curves.spend.shape[1]
    row = page.begin(
        say("Curves"),
        (
            say("What weekly spend brings over all weeks of the plan; between the points stand smooth curves."),
            say("The planned spend and today's are among the points. These figures are facts; do not change them."),
        ),
        (30, *[13] * count),
    )
    row = row + PICTURE
    blocks: list[tuple[Message, Floats, str]] = [
        (say("Spend a week, {currency}", currency=model.record.currency), model.knots, page.book.money),
        (
            say("Attributed revenue in all weeks of the plan, {currency}", currency=model.record.currency),
            curves.revenue,
            page.book.money,
        ),
        (say("Slope of it: revenue per unit of spend a week"), model.slopes, "#,##0.0000"),
    ]
    if curves.conversions is not None:
        blocks.append((say("Conversions in all weeks of the plan"), curves.conversions, "#,##0.0"))
    places = []
    for title, values, number in blocks:
        row = page.section(row, title, count + 1)
        page.heads(row, (say("Place"), *(say("Point {number}", number=k + 1) for k in range(count))))
        row += 1
        places.append(page.span((row, 1), (row + len(model.cells) - 1, count)))
        for c, cell in enumerate(model.cells):
            page.text(row, 0, place(cell))
            for k in range(count):
                page.number(row, k + 1, float(values[c, k]), number)
            row += 1
        row += 1
    facts = Facts(
        names["Decimals"], names["SpendDecimals"], names["Weeks"], names["Months"], names["Tolerance"], names["Knots"],
        *places[:3],
    )  # fmt: skip
    page.prints((2, 0), freeze=(0, 1))
    page.sheet.repeat_columns(0)
    return facts


PICTURE = 18  # rows that the picture of a curve takes


def write_picture(page: Page, model: Model, facts: Facts, planned: tuple[str, str]) -> None:
    """A curve to be picked from a list; `planned` holds weekly spend of all cells, and revenue on their curves."""
    book, count, labels = page.book, model.record.curves.spend.shape[1], _label_cells(page, facts, model)
    top = 4
    page.text(top, 0, say("Place to draw"), "muted")
    shown = max(range(len(model.cells)), key=lambda c: float(model.record.spend[c].sum()))
    page.text(top + 1, 0, place(model.cells[shown]), "input")
    page.sheet.data_validation(top + 1, 0, top + 1, 0, {"validate": "list", "source": f"={labels}"})
    picked = book.name("PickedPlace", page.at(top + 1, 0))
    page.text(top + 3, 0, say("Number of the place"), "muted")
    page.formula((top + 4, 0), f"MATCH({picked},{labels},0)", shown + 1, "0", "muted")
    at = page.at(top + 4, 0).here
    curves = model.record.curves
    x, y = top + 15, top + 16
    page.text(x, 0, say("Spend a week"), "muted")
    page.text(y, 0, say("Attributed revenue"), "muted")
    for k in range(count):
        # Beside each point stands its number, so that formulas hold none.
        page.number(x - 1, k + 1, k + 1.0, "0", "muted")
        number = page.at(x - 1, k + 1).here
        for line, block, values in ((x, facts.spend, model.knots), (y, facts.revenue, curves.revenue)):
            page.formula((line, k + 1), f"INDEX({block},{at},{number})", float(values[shown, k]), book.money, "muted")
    page.text(top + 6, 0, say("Planned a week"), "muted")
    weekly = float(model.weekly(model.spend("plan"))[shown])
    page.formula((top + 7, 0), f"INDEX({planned[0]},{at})", weekly, book.money, "muted")
    page.text(top + 9, 0, say("Revenue there"), "muted")
    spends, revenues = (page.span((line, 1), (line, count)) for line in (x, y))
    value = float(model.on_curve("plan", curves.revenue)[shown])
    page.formula((top + 10, 0), f"INDEX({planned[1]},{at})", value, book.money, "muted")
    _chart(page, (spends, revenues), (page.at(top + 7, 0).full, page.at(top + 10, 0).full))


def _label_cells(page: Page, facts: Facts, model: Model) -> str:
    """Address of the places beside the first block."""
    first = int(facts.spend.rpartition("!")[2].split(":")[0].rpartition("$")[2]) - 1
    return page.span((first, 0), (first + len(model.cells) - 1, 0))


def _chart(page: Page, line: tuple[str, str], point: tuple[str, str]) -> None:
    book = page.book
    chart = book.book.add_chart({"type": "scatter", "subtype": "straight"})
    chart.add_series(
        {
            "name": book.tell(say("Attributed revenue")),
            "categories": f"={line[0]}",
            "values": f"={line[1]}",
            "line": {"color": "#2F80D0", "width": 2.25},
        }
    )
    chart.add_series(
        {
            "name": book.tell(say("Planned spend")),
            "categories": f"={point[0]}",
            "values": f"={point[1]}",
            "line": {"none": True},
            "marker": {"type": "diamond", "size": 9, "fill": {"color": "#D9730D"}, "border": {"color": "#D9730D"}},
        }
    )
    money = {"num_format": "#,##0", "line": {"color": "#C9D1DB"}, "num_font": {"size": 9}}
    grid = {"visible": True, "line": {"color": "#E5E9EF", "width": 0.75}}
    named = {"name_font": {"size": 9, "bold": False}, **money}
    unit = book.currency
    chart.set_x_axis(
        {"name": book.tell(say("Spend a week, {currency}", currency=unit)), "min": 0, "major_gridlines": grid, **named}
    )
    title = book.tell(say("Attributed revenue in all weeks of the plan, {currency}", currency=unit))
    chart.set_y_axis({"name": title, "min": 0, "major_gridlines": grid, **named})
    chart.set_legend({"position": "top", "font": {"size": 9}})
    chart.set_title({"none": True})
    chart.set_size({"width": 860, "height": 280})
    said = book.tell(say("Attributed revenue on weekly spend of the place that is picked, with the planned spend."))
    page.sheet.insert_chart(3, 2, chart, {"description": said, "object_position": 2})
