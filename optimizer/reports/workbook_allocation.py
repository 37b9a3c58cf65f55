"""The page Allocation: the split, what it brings by place, and how its revenue follows from the curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.panel import Floats
from optimizer.language.catalogue import network_name
from optimizer.language.message import Message, say
from optimizer.reports.words import EVIDENCE
from optimizer.reports.workbook_facts import Facts, kind_name
from optimizer.reports.workbook_inputs import Named
from optimizer.reports.workbook_model import PLAN, REVENUE, TODAY, Model, rounded

if TYPE_CHECKING:
    from optimizer.reports.workbook_page import Page, Place

(
    NETWORK,
    KIND,
    NOW,
    PLANNED,
    CHANGE,
    CHANGED,
    PART,
    LEFT_ATTRIBUTED,
    LEFT_INCREMENTAL,
    PROFIT,
    RATIO,
    NEXT,
    PROOF,
    WHY,
) = range(14)
WIDTHS = (14, 20, 14, 14, 13, 13, 11, 15, 15, 15, 13, 13, 13, *[14] * 6)
WHY_ENDS = 18  # column up to which a reason reaches
PICTURE = 20  # rows that the chart takes
GAP = 3  # rows between the table of the plan and that of today's split
LEVEL, FACTOR, IDLE = 2, 3, 4
WORKED = range(11)  # after the first column of a side
WEEKLY, BELOW, WAY, START, END, LEAVING, ARRIVING, CURVE, TIMING, ATTRIBUTED, INCREMENTAL = WORKED
FIRST = 5  # column of the first of those
KIND_NUMBER = FIRST + len(WORKED)


@dataclass(frozen=True)
class Split:
    """Where the pages after it find a cell's figures; each per cell but the addresses of whole columns.

    Attributes
    ----------
    page : Page
    row : int
        Of the first cell in the table of how revenue is computed.
    top : int
        Of the first cell in the table of the split.
    count : int
        Cells.
    decimals : str
        Name of the digits that money has.
    """

    page: Page
    row: int
    top: int
    count: int
    decimals: str

    def today(self, cell: int) -> Place:
        """Today's split in all weeks."""
        return self.page.at(self.top + cell, NOW)

    def worked(self, side: str, cell: int, column: int) -> Place:
        """A figure of the table of how revenue is computed."""
        return self.page.at(self._row(side) + cell, FIRST + column)

    def column(self, column: int) -> str:
        """A whole column of that table."""
        return self.page.span((self.row, column), (self.row + self.count - 1, column))

    def side(self, side: str, column: int) -> str:
        """A whole column of one side."""
        first = self._row(side)
        return self.page.span((first, FIRST + column), (first + self.count - 1, FIRST + column))

    def _row(self, side: str) -> int:
        """Row of the first cell of one side: today's split stands below the plan."""
        return self.row + (self.count + GAP if side == TODAY else 0)

    def upper(self, column: int) -> str:
        """A whole column of the table of the split."""
        return self.page.span((self.top, column), (self.top + self.count - 1, column))


def begin_allocation(page: Page, model: Model, named: Named, facts: Facts) -> Split:
    """Write how revenue is computed; `finish_allocation` writes the split above it."""
    count = len(model.cells)
    top = 5
    split = Split(page, top + count + 1 + PICTURE + 4, top, count, facts.decimals)
    page.columns(WIDTHS)
    page.section(split.row - 3, say("How revenue is computed"), KIND_NUMBER + 1)
    for side, title in ((PLAN, say("Plan")), (TODAY, say("Today's split"))):
        _side(split, model, (facts, named), side, title)
    return split


def _side(split: Split, model: Model, sources: tuple[Facts, Named], side: str, title: Message) -> None:
    """Revenue of one side, cell by cell."""
    named, page, book = sources[1], split.page, split.page.book
    first = split.worked(side, 0, 0).row
    for column in range(KIND_NUMBER + 1):
        page.sheet.write_blank(first - 2, column, None, book.style("block"))
    page.text(first - 2, 0, title, "block")
    titles: list[object] = [
        say("Network"), say("Content type"), say("Value per conversion against the forecast"), say("Incrementality"),
        say("Revenue without spend"), say("Spend a week"), say("Point below it"), say("Way to the next point"),
        say("Revenue at the point below"), say("Revenue at the next point"),
        say("Slope at the point below, times the distance"), say("Slope at the next point, times the distance"),
        say("Revenue on the curve"), say("Weights of the weeks"), say("Attributed revenue"), say("Incremental revenue"),
        say("Number of the content type"),
    ]  # fmt: skip
    page.heads(first - 1, titles, 2)
    for c, cell in enumerate(model.cells):
        page.text(first + c, 0, network_name(cell.network))
        page.text(first + c, 1, kind_name(book, cell))
        page.number(first + c, KIND_NUMBER, model.kinds.index(cell.content_type) + 1.0, "0", "muted")
        level = named.plain["level"]
        if named.worth[c]:
            level += f"*{named.worth[c]}/{named.worth_made[c]}"
        page.formula((first + c, LEVEL), level, 1.0, "0.0##%")
        page.formula((first + c, FACTOR), named.factor[cell.network], float(model.terms.factor[c]), "0.00##")
        page.number(first + c, IDLE, float(model.idle[c]), book.money)
        _worked(split, model, sources, side, c)


def _worked(split: Split, model: Model, sources: tuple[Facts, Named], side: str, c: int) -> None:
    """Attributed and incremental revenue of one cell, step by step."""
    (facts, named), page, money = sources, split.page, split.page.book.money
    at = split.worked(side, c, 0).row
    here = [split.worked(side, c, k).here for k in WORKED]
    knots = facts.curve(facts.spend, c)
    total = named.spend[c] if side == PLAN else split.today(c).here
    weekly = float(model.weekly(model.spend(side))[c])
    page.formula((at, FIRST + WEEKLY), facts.weekly(total), weekly, money)
    page.formula((at, FIRST + BELOW), below(here[WEEKLY], knots, facts.knots), float(model.segment(side)[c]), "0")
    page.formula((at, FIRST + WAY), way(here[WEEKLY], knots, here[BELOW]), float(model.fraction(side)[c]), "0.0000")
    wide = f"({point(knots, here[BELOW], after=True)}-{point(knots, here[BELOW])})"
    ends = [float(one[c]) for one in model.ends_of(model.spend(side), model.record.curves.revenue)]
    for column, block, factor, after, value in (
        (START, facts.revenue, "", False, ends[0]),
        (END, facts.revenue, "", True, ends[1]),
        (LEAVING, facts.slope, f"*{wide}", False, ends[2]),
        (ARRIVING, facts.slope, f"*{wide}", True, ends[3]),
    ):
        text = point(facts.curve(block, c), here[BELOW], after) + factor
        page.formula((at, FIRST + column), text, value, money)
    curve = float(model.on_curve(side, model.record.curves.revenue)[c])
    between = [here[k] for k in (START, END, LEAVING, ARRIVING)]
    page.formula((at, FIRST + CURVE), along(here[WAY], between), curve, money)
    page.number(at, FIRST + TIMING, float(model.timing(side)[c]), "0.00000000")
    level, factor, idle = (page.at(at, column).here for column in (LEVEL, FACTOR, IDLE))
    gained = f"{here[TIMING]}*({here[CURVE]}-{idle})"
    for column, line, amount in (
        (ATTRIBUTED, REVENUE[0], f"{level}*({idle}+{gained})"),
        (INCREMENTAL, REVENUE[2], f"{factor}*({here[ATTRIBUTED]}-ROUND({level}*{idle},{facts.decimals}))"),
    ):
        value = int(model.cents(side, line)[:, c].sum()) / model.scale
        page.formula((at, FIRST + column), f"ROUND({amount},{facts.decimals})", value, money)


def below(weekly: str, knots: str, count: str) -> str:
    """The knot below a weekly spend, never the last."""
    return f"MIN(MATCH(MAX(0,{weekly}),{knots},1),{count}-1)"


def point(row: str, knot: str, after: bool = False) -> str:
    """What a row of the curves holds at a knot, or at the one after it."""
    return f"INDEX({row},{knot}{'+1' if after else ''})"


def way(weekly: str, knots: str, knot: str) -> str:
    """How far on the way to the next knot a weekly spend is; beyond the last knot it stays there."""
    start, end = point(knots, knot), point(knots, knot, after=True)
    return f"MIN(1,(MAX(0,{weekly})-{start})/({end}-{start}))"


def along(fraction: str, ends: Sequence[str]) -> str:
    """A curve between two knots: its values there, and its slopes times the distance between them."""
    start, end, leaving, arriving = ends
    rise = f"({end}-{start})"
    bend = f"{rise}-{leaving}+({fraction}-1)*({leaving}+{arriving}-{rise}-{rise})"
    return f"{start}+{fraction}*({leaving}+{fraction}*({bend}))"


def finish_allocation(split: Split, model: Model, named: Named, contribution: list[str]) -> None:
    """The split by cell; `contribution` holds a formula per cell."""
    page, book, record = split.page, split.page.book, model.record
    page.begin(
        say("Allocation"),
        (
            say("Spend and revenue in all weeks of the plan, {currency} without VAT. The plan is changed on the page "
                "Inputs.", currency=book.currency),
            say("Marginal ROAS, evidence and reason are those of the plan of record; they do not follow a change."),
        ),
        WIDTHS,
    )  # fmt: skip
    titles = (
        say("Network"), say("Content type"), say("Today's split"), say("Plan"), say("Change"), say("Change, share"),
        say("Share of plan"), say("Attributed revenue"), say("Incremental revenue"), say("Contribution less media"),
        say("iROAS"), say("Marginal ROAS"), say("Evidence"), say("Reason"),
    )  # fmt: skip
    page.heads(split.top - 1, titles, 2)
    page.text(split.top - 1, PROOF, say("Evidence"), "head_aside")
    for column in range(WHY, WHY_ENDS + 1):
        page.text(split.top - 1, column, say("Reason") if column == WHY else "", "head_aside")
    spend, today, profit = model.spend(PLAN), model.spend(TODAY), _profit(model)
    marginal = {(one.network, one.content_type): one.value for one in record.answers if one.key == "marginal_roas"}
    for c, cell in enumerate(model.cells):
        at = split.top + c
        here = [page.at(at, column).here for column in range(WHY + 1)]
        page.text(at, NETWORK, network_name(cell.network))
        page.text(at, KIND, kind_name(book, cell))
        page.number(at, NOW, float(today[c]), book.money)
        page.formula((at, PLANNED), named.spend[c], float(spend[c]), book.money)
        change = float(rounded(spend - today, record.decimals)[c])
        page.formula((at, CHANGE), f"{here[PLANNED]}-{here[NOW]}", change, _signed(book.money))
        _share(
            page,
            (at, CHANGED),
            (here[CHANGE], here[NOW]),
            (float(spend[c] - today[c]), float(today[c])),
            "+0.0%;-0.0%;0.0%",
        )
        total = f"SUM({split.upper(PLANNED)})"
        _share(page, (at, PART), (here[PLANNED], total), (float(spend[c]), float(spend.sum())), "0.0%")
        for column, k, line in ((LEFT_ATTRIBUTED, ATTRIBUTED, REVENUE[0]), (LEFT_INCREMENTAL, INCREMENTAL, REVENUE[2])):
            value = int(model.cents(PLAN, line)[:, c].sum()) / model.scale
            page.formula((at, column), split.worked(PLAN, c, k).here, value, book.money)
        page.formula((at, PROFIT), contribution[c], float(profit[c]), book.money)
        gained = int(model.cents(PLAN, REVENUE[2])[:, c].sum()) / model.scale
        _share(page, (at, RATIO), (here[LEFT_INCREMENTAL], here[PLANNED]), (gained, float(spend[c])), "0.00")
        page.number(at, NEXT, marginal.get((cell.network, cell.content_type), math.nan), "0.00", "muted")
        page.text(at, PROOF, EVIDENCE.get(record.evidence[c], record.evidence[c]), "aside")
        page.text(at, WHY, record.reasons[c], "beside")
    _totals(split, model, profit)
    _chart(split)
    page.sheet.print_area(0, 0, split.worked(TODAY, split.count - 1, 0).row, WHY_ENDS)
    page.sheet.set_h_pagebreaks([split.row - 4])
    page.prints(freeze=(split.top, 2))


def _totals(split: Split, model: Model, profit: Floats) -> None:
    page, book, at = split.page, split.page.book, split.top + split.count
    for column in range(WHY_ENDS + 1):
        page.sheet.write_blank(at, column, None, book.style("total"))
    page.text(at, NETWORK, say("Total"), "total")
    spend, today = float(model.spend(PLAN).sum()), float(model.spend(TODAY).sum())
    amounts = {
        NOW: today,
        PLANNED: spend,
        CHANGE: spend - today,
        LEFT_ATTRIBUTED: model.amount(PLAN, REVENUE[0]),
        LEFT_INCREMENTAL: model.amount(PLAN, REVENUE[2]),
        PROFIT: float(profit.sum()),
    }
    digits = model.record.decimals
    for column, value in amounts.items():
        number = _signed(book.money) if column == CHANGE else book.money
        cells = f"ROUND(SUM({split.upper(column)}),{split.decimals})"
        page.formula((at, column), cells, float(rounded(np.array([value]), digits)[0]), number, "total")
    page.formula((at, PART), f"SUM({split.upper(PART)})", 1.0 if spend > 0.0 else 0.0, "0.0%", "total")
    here = {column: page.at(at, column).here for column in (NOW, PLANNED, CHANGE, LEFT_INCREMENTAL)}
    _share(page, (at, CHANGED), (here[CHANGE], here[NOW]), (spend - today, today), "+0.0%;-0.0%;0.0%", "total")
    told = (amounts[LEFT_INCREMENTAL], spend)
    _share(page, (at, RATIO), (here[LEFT_INCREMENTAL], here[PLANNED]), told, "0.00", "total")


def _share(
    page: Page,
    at: tuple[int, int],
    parts: tuple[str, str],
    values: tuple[float, float],
    number: str,
    kind: str = "live",
) -> None:
    """A part over a whole; nothing where the whole is 0."""
    part, whole = values
    value: float | str = part / whole if whole != 0.0 else ""
    page.formula(at, f'IF({parts[1]}=0,"",{parts[0]}/{parts[1]})', value, number, kind)


def _profit(model: Model) -> Floats:
    """(C,) contribution less media of the plan."""
    own = slice(0, len(model.cells))
    lines = (model.cents(PLAN, line)[:, own].sum(axis=0) for line in ("contribution", "media"))
    return np.asarray(sum(lines) / model.scale)


def _signed(number: str) -> str:
    return f"+{number};-{number};{number}"


def _chart(split: Split) -> None:
    """Plan and today's split beside each other."""
    page, book = split.page, split.page.book
    chart = book.book.add_chart({"type": "column"})
    names = f"={page.span((split.top, NETWORK), (split.top + split.count - 1, KIND))}"
    for column, title, colour in ((NOW, say("Today's split"), "#A9B8CC"), (PLANNED, say("Plan"), "#2F80D0")):
        chart.add_series(
            {
                "name": book.tell(title),
                "categories": names,
                "values": f"={split.upper(column)}",
                "fill": {"color": colour},
                "gap": 60,
                "overlap": 0,
            }
        )
    chart.set_y_axis(
        {
            "name": book.tell(say("Spend in all weeks, {currency}", currency=book.currency)),
            "name_font": {"size": 9, "bold": False},
            "num_format": "#,##0",
            "num_font": {"size": 9},
            "major_gridlines": {"visible": True, "line": {"color": "#E5E9EF", "width": 0.75}},
            "line": {"none": True},
        }
    )
    chart.set_x_axis({"num_font": {"size": 9}, "line": {"color": "#C9D1DB"}})
    chart.set_legend({"position": "top", "font": {"size": 9}})
    chart.set_title({"none": True})
    chart.set_size({"width": 1180, "height": 340})
    said = book.tell(say("Spend of each place in all weeks: today's split beside the plan."))
    page.sheet.insert_chart(split.top + split.count + 2, 0, chart, {"description": said, "object_position": 2})
