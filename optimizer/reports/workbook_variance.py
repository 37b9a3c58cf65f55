"""The page Variance: what took revenue from plan to actual, as a table that adds up and a waterfall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.finance.statement import Cents
from optimizer.finance.variance_text import bridge_sentence, step_definition
from optimizer.language.catalogue import network_name
from optimizer.language.message import capital, number, place, say
from optimizer.reports.words import outcome_title
from optimizer.reports.workbook_model import Model
from optimizer.reports.workbook_sensitivity import GRID, LESS, MORE

if TYPE_CHECKING:
    from optimizer.finance.variance import Bridge
    from optimizer.reports.workbook_page import Page

WHOLE = "#6B7280"
THIN = 0.3  # of the highest column: what the steps must reach over to be seen on an axis from 0
WATERFALL = 21  # rows that the chart takes, with its working rows


@dataclass(frozen=True)
class _Leg:
    """One row: plan, steps and actual, in the smallest units of the currency."""

    title: object
    amounts: tuple[int, ...]


def write_variance(page: Page, model: Model, bridge: Bridge | None) -> tuple[str, str] | None:
    """From planned to actual revenue; formulas of what is left over and of what periods and places differ by."""
    if bridge is None:
        row = page.begin(say("Variance"), (say("From planned to actual revenue."),), (90,))
        page.text(row, 0, say("No actuals were given when this workbook was made, so there is no bridge yet."), "big")
        page.prints()
        return None
    return _Bridged(page, model, bridge).write()


class _Bridged:
    """Writes the page of a bridge."""

    def __init__(self, page: Page, model: Model, bridge: Bridge) -> None:
        self.page, self.model, self.bridge = page, model, bridge
        self.names = [capital(step_definition(step).name) for step in bridge.steps]
        self.wide = len(self.names) + 4
        self.money = "#,##0" + ("." + "0" * bridge.decimals if bridge.decimals else "")
        self.signed = f"+{self.money};-{self.money};{self.money}"
        self.digits = ""

    def write(self) -> tuple[str, str]:
        """All of it; formulas for the checks."""
        page, bridge = self.page, self.bridge
        row = page.begin(
            say("Variance"),
            (
                say("What took attributed revenue from plan to actual, averaged over all orders of the steps. Amounts "
                    "in {currency} without VAT.", currency=bridge.currency),
                say("Weeks that have arrived: {weeks} of {all}. These amounts are facts of the day this file was made.",
                    weeks=len(bridge.weeks), all=len(self.model.record.weeks)),
            ),
            (34, *[15] * (self.wide - 1)),
        )  # fmt: skip
        page.text(row, 0, bridge_sentence(bridge), "plain")
        row += 2
        page.text(row, 0, say("Digits after the point of these amounts"), "muted")
        page.number(row, 1, float(bridge.decimals), "0", "muted")
        self.digits = page.book.name("BridgeDecimals", page.at(row, 1))
        row = page.section(row + 2, say("Whole plan"), self.wide)
        self._heads(row, "")
        whole = row + 1
        self._waterfall(whole)
        row = self._levels(whole + WATERFALL + 2)
        periods = [
            _Leg(
                one.name, self._amounts(bridge.plan[p], bridge.actual[p], [bridge.effects[s][p] for s in bridge.steps])
            )
            for p, one in enumerate(bridge.periods)
        ]
        cells = [
            _Leg(
                place(cell),
                self._amounts(bridge.plan[:, c], bridge.actual[:, c], [bridge.effects[s][:, c] for s in bridge.steps]),
            )
            for c, cell in enumerate(bridge.cells)
        ]
        page.sheet.set_h_pagebreaks([row])
        by_period = self._table(row + 1, say("By fiscal period"), say("Period"), periods)
        by_network = self._table(by_period[1] + 2, say("By network"), say("Network"), self._networks())
        by_place = self._table(by_network[1] + 2, say("By place"), say("Place"), cells)
        self._sum(whole, by_period)
        page.prints((1, 0), freeze=(0, 1))
        last = len(self.names) + 2
        sums = [f"SUM({page.span((first, 1), (end, last))})" for first, end in (by_period, by_network, by_place)]
        apart = "+".join(f"ABS({sums[0]}-{other})" for other in sums[1:])
        return page.at(whole, last + 1).full, apart

    def _heads(self, row: int, first: object) -> None:
        self.page.heads(row, (first, say("Planned"), *self.names, say("Actual"), say("Left over")))

    @staticmethod
    def _amounts(plan: Cents, actual: Cents, steps: Sequence[Cents]) -> tuple[int, ...]:
        return (int(plan.sum()), *(int(step.sum()) for step in steps), int(actual.sum()))

    def _table(self, row: int, title: object, first: object, legs: Sequence[_Leg]) -> tuple[int, int]:
        """A table of legs; its first and last row."""
        page = self.page
        row = page.section(row, title, self.wide)
        self._heads(row, first)
        for k, leg in enumerate(legs, 1):
            page.text(row + k, 0, leg.title)
            for column, amount in enumerate(leg.amounts, 1):
                page.number(row + k, column, amount / self.bridge.scale, self._number(column))
            self._left_over(row + k, leg.amounts, "live")
        return row + 1, row + len(legs)

    def _networks(self) -> list[_Leg]:
        bridge = self.bridge
        found = []
        for network in bridge.networks:
            own = np.array([cell.network == network for cell in bridge.cells])
            steps = [bridge.effects[step][:, own] for step in bridge.steps]
            amounts = self._amounts(bridge.plan[:, own], bridge.actual[:, own], steps)
            found.append(_Leg(network_name(network), amounts))
        return found

    def _number(self, column: int) -> str:
        return self.money if column in (1, len(self.names) + 2) else self.signed

    def _left_over(self, row: int, amounts: Sequence[int], kind: str) -> None:
        """Actual less plan and steps: 0 to the smallest amount."""
        page, last = self.page, len(self.names) + 2
        value = (amounts[-1] - sum(amounts[:-1])) / self.bridge.scale
        parts = f"SUM({page.at(row, 1).here}:{page.at(row, last - 1).here})"
        page.formula(
            (row, last + 1), f"ROUND({page.at(row, last).here}-{parts},{self.digits})", value, self.money, kind
        )

    def _sum(self, row: int, rows: tuple[int, int]) -> None:
        """The whole as the sum of its periods."""
        page, amounts = self.page, self._whole()
        page.text(row, 0, say("Attributed revenue"), "total")
        for column, amount in enumerate(amounts, 1):
            total = f"ROUND(SUM({page.span((rows[0], column), (rows[1], column))}),{self.digits})"
            page.formula((row, column), total, amount / self.bridge.scale, self._number(column), "total")
        self._left_over(row, amounts, "total")

    def _whole(self) -> tuple[int, ...]:
        bridge = self.bridge
        return self._amounts(bridge.plan, bridge.actual, [bridge.effects[step] for step in bridge.steps])

    def _levels(self, row: int) -> int:
        """What was planned and what came of spend, clicks, conversions and revenue; the row after them."""
        page, bridge = self.page, self.bridge
        currency = bridge.account_currency or bridge.currency
        title = say("Planned and actual, in weeks that have arrived; money in {currency}", currency=currency)
        row = page.section(row, title, self.wide)
        page.heads(row, ("", say("Planned"), say("Actual"), say("Change"), say("Change, share")))
        for name in bridge.levels:
            planned, came = bridge.level(name)
            if not (planned == planned and came == came):  # not known of every place
                continue
            row += 1
            money = name in ("spend", "revenue")
            number = page.book.money if money else "#,##0"
            page.text(row, 0, say("Spend") if name == "spend" else outcome_title(name))
            page.number(row, 1, planned, number)
            page.number(row, 2, came, number)
            before, after = page.at(row, 1).here, page.at(row, 2).here
            page.formula((row, 3), f"{after}-{before}", came - planned, f"+{number};-{number};{number}")
            share = (came - planned) / planned if planned else ""
            page.formula((row, 4), f'IF({before}=0,"",({after}-{before})/{before})', share, "+0.0%;-0.0%;0.0%")
        return row + 1

    def _axis(self, amounts: Sequence[float]) -> dict[str, object]:
        """The axis of money; where the steps would be too thin to see it begins above 0, and says so."""
        grid = {"visible": True, "line": {"color": GRID, "width": 0.75}}
        axis: dict[str, object] = {
            "num_format": "#,##0", "major_gridlines": grid, "num_font": {"size": 9}, "line": {"none": True},
        }  # fmt: skip
        reached = np.append(np.cumsum(amounts[:-1]), amounts[-1])
        lowest, highest = float(reached.min()), float(reached.max())
        room = highest - lowest
        if lowest <= 0.0 or room <= 0.0 or room > THIN * highest:
            return axis
        step = 10.0 ** math.floor(math.log10(room))
        least = max(math.floor((lowest - room) / step) * step, 0.0)
        if least == 0.0:
            return axis
        said = say(
            "{currency}; the axis begins at {amount}, not at 0", currency=self.bridge.currency, amount=number(least)
        )
        return {**axis, "min": least, "name": self.page.book.tell(said), "name_font": {"size": 9, "bold": False}}

    def _waterfall(self, whole: int) -> None:
        """Columns that begin where the one before them ended, with the working rows under them."""
        page, book, count = self.page, self.page.book, len(self.names) + 2
        amounts = [amount / self.bridge.scale for amount in self._whole()]
        base = whole + WATERFALL - 3
        titles = (say("Working: bottom"), say("Whole"), say("More"), say("Less"))
        for k, title in enumerate(titles):
            page.text(base + k, 0, title, "muted")
        reached = 0.0
        for k, value in enumerate(amounts):
            edge = k in (0, count - 1)
            end = value if edge else reached + value
            start = 0.0 if edge else reached
            reached = end
            here = page.at(whole, k + 1).here
            before = f"SUM({page.at(whole, 1).here}:{page.at(whole, max(k, 1)).here})"
            rows = (
                ("0" if edge else f"MIN({before},{before}+{here})", 0.0 if edge else min(start, end)),
                (here if edge else "0", value if edge else 0.0),
                ("0" if edge else f"MAX({here},0)", 0.0 if edge else max(value, 0.0)),
                ("0" if edge else f"MAX(-{here},0)", 0.0 if edge else max(-value, 0.0)),
            )
            for line, (text, shown) in enumerate(rows):
                page.formula((base + line, k + 1), text, shown, "#,##0", "muted")
        chart = book.book.add_chart({"type": "column", "subtype": "stacked"})
        for line, colour in enumerate((None, WHOLE, MORE, LESS)):
            chart.add_series(
                {
                    "name": book.tell(titles[line]),
                    "categories": f"={page.span((whole - 1, 1), (whole - 1, count))}",
                    "values": f"={page.span((base + line, 1), (base + line, count))}",
                    "fill": {"none": True} if colour is None else {"color": colour},
                    "gap": 40,
                }
            )
        chart.set_legend({"position": "top", "delete_series": [0], "font": {"size": 9}})
        chart.set_y_axis(self._axis(amounts))
        chart.set_x_axis({"num_font": {"size": 9}})
        chart.set_title({"none": True})
        chart.set_size({"width": 1050, "height": 320})
        said = book.tell(say("Planned revenue, what each step added or took, and actual revenue."))
        page.sheet.insert_chart(whole + 1, 0, chart, {"description": said, "object_position": 2, "y_offset": 8})
