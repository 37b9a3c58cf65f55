"""The page Ledger: every line of the statement by place and period, in whole cents; all cuts are sums of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.finance.definitions import definition
from optimizer.language.catalogue import network_name
from optimizer.language.message import Message, say
from optimizer.reports.workbook_allocation import ATTRIBUTED, INCREMENTAL, KIND_NUMBER, WEEKLY, Split
from optimizer.reports.workbook_facts import Facts, kind_name
from optimizer.reports.workbook_inputs import Named
from optimizer.reports.workbook_model import PLAN, REVENUE, SIDES, SPENT, TODAY, Model

if TYPE_CHECKING:
    from optimizer.reports.workbook_page import Page

PERIOD, UNIT, NETWORK, KIND = 0, 2, 3, 5  # numbers by which a cut is chosen
RUNS = (REVENUE[0], REVENUE[2], "media")
FIRST_RUN, FIRST_LINE = 7, 13


@dataclass(frozen=True)
class Ledger:
    """Where a line stands.

    Attributes
    ----------
    page : Page
    model : Model
    row, last : int
        Of the first and the last row of amounts.
    decimals : str
        Name of the digits that money has.
    """

    page: Page
    model: Model
    row: int
    last: int
    decimals: str

    def column(self, side: str, line: str) -> int:
        """Place of a line's column."""
        lines = self.model.lines
        return FIRST_LINE + (len(lines) if side == TODAY else 0) + lines.index(line)

    def cells(self, column: int) -> str:
        """Address of a whole column."""
        return self.page.span((self.row, column), (self.last, column))

    def total(self, side: str, line: str) -> str:
        """Formula of a line over everything."""
        return f"ROUND(SUM({self.cells(self.column(side, line))}),{self.decimals})"

    def cut(self, side: str, line: str, key: int, number: str) -> str:
        """Formula of a line of those rows whose key has a number."""
        amounts = self.cells(self.column(side, line))
        return f"ROUND(SUMIFS({amounts},{self.cells(key)},{number}),{self.decimals})"


def write_ledger(page: Page, model: Model, named: Named, facts: Facts, split: Split) -> Ledger:
    """Write the page."""
    periods = model.record.periods
    row = page.begin(
        say("Ledger"),
        (
            say("Each line of the statement by place and fiscal period. Amounts in {currency} without VAT; costs are "
                "negative.", currency=page.book.currency),
            say("A place's total is rounded once; by the end of each period its share of that has come. Costs that "
                "follow revenue are rounded here."),
            say("Where a spend is changed, its revenue comes in the same shares by period as in the plan of record."),
        ),
        (8, 13, 7, 9, 13, 9, 18, *[11] * 6, *[14] * (2 * len(model.lines))),
    )  # fmt: skip
    ledger = Ledger(page, model, row + 2, row + 1 + len(periods) * len(model.units), facts.decimals)
    _heads(ledger, row)
    at = ledger.row
    writer = _Rows(ledger, named, facts, split)
    for u in range(len(model.units)):
        for p in range(len(periods)):
            writer.write(at, u, p)
            at += 1
    page.prints((2, 0), repeat=(row, row + 1), freeze=(row + 2, FIRST_RUN))
    page.sheet.repeat_columns(0, FIRST_RUN - 1)
    return ledger


def _heads(ledger: Ledger, row: int) -> None:
    page, model = ledger.page, ledger.model
    sides = {PLAN: say("Plan"), TODAY: say("Today's split")}
    for column in range(FIRST_LINE + 2 * len(model.lines)):
        page.sheet.write_blank(row, column, None, page.book.style("block"))
    page.text(row, FIRST_RUN, say("Share of the total that has come by the end of the period"), "block")
    for side in SIDES:
        page.text(row, ledger.column(side, model.lines[0]), sides[side], "block")
    names = [definition(line).name for line in model.lines]
    runs: list[Message] = []
    for side in SIDES:
        runs += [say("{line}, {side}", line=definition(line).name, side=sides[side]) for line in RUNS]
    titles = [
        say("Period no."), say("Period"), say("No."), say("Network no."), say("Network"), say("Type no."),
        say("Content type"), *runs, *names, *names,
    ]  # fmt: skip
    page.heads(row + 1, titles, 0)
    for column in (1, 4, 6):
        page.text(row + 1, column, titles[column], "head_aside")


@dataclass(frozen=True)
class _Rows:
    """Writes one row after the other."""

    ledger: Ledger
    named: Named
    facts: Facts
    split: Split

    def write(self, at: int, u: int, p: int) -> None:
        """The row of a unit and period."""
        page, model, book = self.ledger.page, self.ledger.model, self.ledger.page.book
        unit = model.units[u]
        page.number(at, PERIOD, p + 1.0, "0", "muted")
        page.text(at, 1, model.record.periods[p].name, "aside")
        page.number(at, UNIT, u + 1.0, "0", "muted")
        page.number(at, NETWORK, model.networks.index(unit.network) + 1.0 if unit.network else 0.0, "0", "muted")
        page.text(at, 4, network_name(unit.network) if unit.network else "-", "aside")
        page.number(at, KIND, model.kinds.index(unit.content_type) + 1.0 if unit.content_type else 0.0, "0", "muted")
        page.text(at, 6, kind_name(book, unit) if unit.content_type else say("all"), "aside")
        for side in SIDES:
            formulas = self._formulas(side, at, u, p)
            for line, formula in formulas.items():
                value = int(model.cents(side, line)[p, u]) / model.scale
                page.formula((at, self.ledger.column(side, line)), formula, value, book.money)

    def _formulas(self, side: str, at: int, u: int, p: int) -> dict[str, str]:
        """Formula of each line that a unit has."""
        model, unit = self.ledger.model, self.ledger.model.units[u]
        here = {line: self.ledger.page.at(at, self.ledger.column(side, line)).here for line in model.lines}
        if unit.network:
            found = self._of_cell(side, at, u, p, here)
        elif unit.content_type:
            found = {"production": self._production(side, unit.content_type)} if p == 0 else {}
        else:
            found = self._overheads(side, at, p)
        if not found:
            return {}
        borne = [here[line] for line in ("contribution", *SPENT) if line in found]
        return {**found, "marketing_contribution": "+".join(borne)}

    def _of_cell(self, side: str, at: int, c: int, p: int, here: dict[str, str]) -> dict[str, str]:
        model, digits = self.ledger.model, self.facts.decimals
        attributed, incremental = (self.split.worked(side, c, k).full for k in (ATTRIBUTED, INCREMENTAL))
        spend = self.named.spend[c] if side == PLAN else self.split.today(c).full
        for line in RUNS:
            share = float(model.running(side, line)[p, c])
            self.ledger.page.number(at, self._run(side, line), share, "0.0000", "muted")
        gained = here[REVENUE[2]]
        found = {
            REVENUE[0]: self._part(side, REVENUE[0], attributed, at, p),
            REVENUE[1]: f"{gained}-{here[REVENUE[0]]}",
            REVENUE[2]: self._part(side, REVENUE[2], incremental, at, p),
        }
        for line in model.costs:
            found[line] = f"-ROUND({self.named.shares[line]}*{gained},{digits})"
        if "returns" in found:
            found["net_revenue"] = f"{gained}+{here['returns']}"
        found["contribution"] = "+".join([gained, *(here[line] for line in model.costs)])
        found["media"] = f"-({self._part(side, 'media', spend, at, p)})"
        on_top = f"{self.named.plain['agency_share']}*{spend}"
        found["agency"] = f"-({self._part(side, 'media', on_top, at, p)})"
        return found

    def _production(self, side: str, kind: str) -> str:
        """Production of a content type that gets money."""
        at = next(c for c, cell in enumerate(self.ledger.model.cells) if cell.content_type == kind)
        key = self.split.page.at(self.split.row + at, KIND_NUMBER).full
        spent = f"SUMIFS({self.split.side(side, WEEKLY)},{self.split.column(KIND_NUMBER)},{key})"
        cost = f"{self.named.cost[kind]}*{self.named.assets[kind]}"
        return f"-ROUND(IF({spent}>0,{cost},0),{self.facts.decimals})"

    def _overheads(self, side: str, at: int, p: int) -> dict[str, str]:
        share = float(self.ledger.model.overhead_running()[p])
        self.ledger.page.number(at, self._run(side, "media"), share, "0.0000", "muted")
        totals = {name: f"{self.facts.months}*{self.named.plain[name]}" for name in ("team", "tools", "agency")}
        return {name: f"-({self._part(side, 'media', total, at, p)})" for name, total in totals.items()}

    def _run(self, side: str, line: str) -> int:
        return FIRST_RUN + (len(RUNS) if side == TODAY else 0) + RUNS.index(line)

    def _part(self, side: str, line: str, total: str, at: int, p: int) -> str:
        """What of a total comes in a period: rounded at its end, less what was rounded before."""
        column, digits = self._run(side, line), self.facts.decimals
        now = f"ROUND({total}*{self.ledger.page.at(at, column).here},{digits})"
        if p == 0:
            return now
        return f"{now}-ROUND({total}*{self.ledger.page.at(at - 1, column).here},{digits})"
