"""The page Scenarios: other splits of money on the same curves and inputs, side by side with the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.finance.definitions import definition, roi
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import place, say
from optimizer.reports.workbook_allocation import (
    FACTOR,
    IDLE,
    KIND_NUMBER,
    LEVEL,
    TIMING,
    Split,
    along,
    below,
    point,
    way,
)
from optimizer.reports.workbook_facts import Facts
from optimizer.reports.workbook_inputs import Named
from optimizer.reports.workbook_model import PLAN, TODAY, Model, rounded
from optimizer.reports.workbook_statement import AFTER, BEFORE, Laid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.finance.record import Record
    from optimizer.planning.plan import Plan
    from optimizer.reports.workbook_page import Page

LINKED = (("plan", AFTER), ("today", BEFORE))
FIRST = 3  # column of the first scenario that is reckoned here
OVERHEADS = ("team", "tools", "agency")


@dataclass(frozen=True, eq=False)
class SpendScenario:
    """Another split of money over the same places and weeks.

    Attributes
    ----------
    name : str
    spend : float array, shape (C,)
        Over all weeks, account currency, in the order of the record's cells.
    """

    name: str
    spend: Floats


def spend_scenario(record: Record, name: str, plan: Plan) -> SpendScenario:
    """The split of another plan as a scenario of a record.

    Raises
    ------
    InputError
        It spends on a place that the record does not have, in other weeks or in another currency.
    """
    if tuple(str(week) for week in plan.weeks) != record.weeks:
        problem = say("{name} covers other weeks than the plan of record", name=name)
        raise InputError.at(problem, fix=say("compare scenarios of the same weeks"))
    if plan.currency != record.currency:
        problem = say(
            "{name} is in {other}, the plan of record in {own}", name=name, other=plan.currency, own=record.currency
        )
        raise InputError.at(problem, fix=say("compare scenarios of one currency"))
    spent: Mapping[Cell, float] = dict(zip(plan.cells, plan.spend.sum(axis=1).tolist(), strict=True))
    for cell, amount in spent.items():
        if amount > 0.0 and cell not in record.cells:
            problem = say(
                "{name} spends on {cell}, which the plan of record does not have", name=name, cell=place(cell)
            )
            raise InputError.at(problem, fix=say("leave this scenario out"))
    spend = np.round([spent.get(cell, 0.0) for cell in record.cells], record.decimals + 6)
    return SpendScenario(name, np.asarray(spend, dtype=np.float64))


def write_scenarios(page: Page, model: Model, sources: Sources, given: Sequence[SpendScenario]) -> None:
    """Write the page."""
    book, count = page.book, len(model.cells)
    own = SpendScenario(book.tell(say("Own scenario")), model.spend(PLAN))
    nothing = SpendScenario(book.tell(say("Nothing spent")), np.zeros(count))
    scenarios = (nothing, own, *given)
    row = page.begin(
        say("Scenarios"),
        (
            say("Other splits of money on the same curves, margin and costs. Change the cells in blue on yellow: spend "
                "in all weeks of the plan."),
            say("Amounts in {currency} without VAT; costs are negative. Costs are rounded once per scenario, so they "
                "may differ by cents from a statement.", currency=book.currency),
        ),
        (34, *[16] * (len(scenarios) + 2)),
    )  # fmt: skip
    writer = _Columns(page, model, sources, row, len(scenarios) + FIRST)
    titles: list[object] = [
        say("Spend in all weeks"),
        say("Plan"),
        say("Today's split"),
        *(one.name for one in scenarios),
    ]
    page.heads(row, titles)
    writer.labels(row + 1)
    writer.linked()
    for k, one in enumerate(scenarios):
        writer.reckoned(FIRST + k, one, typed=one is not nothing)
    page.prints(repeat=(row, row), freeze=(row + 1, 1))


@dataclass(frozen=True)
class Sources:
    """Other pages that a scenario leans on."""

    named: Named
    facts: Facts
    split: Split
    laid: Laid


class _Columns:
    """Writes one scenario per column; blocks of places stand under each other."""

    def __init__(self, page: Page, model: Model, sources: Sources, row: int, wide: int) -> None:
        self.page, self.model, self.sources, self.wide = page, model, sources, wide
        count = len(model.cells)
        self.spend = row + 1
        self.results = self.spend + count + 2
        self.knots = self.results + len(self.lines) + 4
        self.ways = self.knots + count + 2
        self.incremental = self.ways + count + 2
        self.attributed = self.incremental + count + 2

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines of a scenario's result."""
        return (
            "attributed_revenue", "incremental_revenue", "contribution", "media", "production", *OVERHEADS,
            "marketing_contribution", "roi",
        )  # fmt: skip

    def labels(self, row: int) -> None:
        """Names of places and lines at the left."""
        page = self.page
        for c, cell in enumerate(self.model.cells):
            for first in (row, self.knots, self.ways, self.incremental, self.attributed):
                page.text(first + c, 0, place(cell), "text" if first == row else "muted")
        page.section(self.results - 1, say("Result"), self.wide)
        for k, line in enumerate(self.lines):
            page.text(self.results + k, 0, definition(line).name, self._kind(line))
        page.text(self.results + len(self.lines), 0, say("Marketing contribution against the plan"))
        for first, title in (
            (self.knots, say("Working: point of the curve below the spend a week")),
            (self.ways, say("Working: way from there to the next point")),
            (self.incremental, say("Working: incremental revenue")),
            (self.attributed, say("Working: attributed revenue")),
        ):
            page.section(first - 1, title, self.wide)

    def linked(self) -> None:
        """The plan and today's split, as the statement has them."""
        page, model, sources, money = self.page, self.model, self.sources, self.page.book.money
        spends = {PLAN: model.spend(PLAN), TODAY: model.spend(TODAY)}
        for column, (side, of) in enumerate(LINKED, 1):
            for c in range(len(model.cells)):
                source = sources.named.spend[c] if side == PLAN else sources.split.today(c).full
                page.formula((self.spend + c, column), source, float(spends[side][c]), money)
            for k, line in enumerate(self.lines):
                at = (self.results + k, column)
                if line == "roi":
                    cost = -sum(model.amount(side, name) for name in ("media", "production", *OVERHEADS))
                    value = roi(model.amount(side, "marketing_contribution"), cost)
                    page.formula(at, sources.laid.figure("roi", of).full, _known(value), "0.0%")
                else:
                    page.formula(
                        at, sources.laid.line(line, of).full, model.amount(side, line), money, self._kind(line)
                    )
            self._against(column, model.amount(side, "marketing_contribution"))

    def reckoned(self, column: int, one: SpendScenario, typed: bool) -> None:
        """A scenario that is worked out here."""
        page, model, money = self.page, self.model, self.page.book.money
        totals = {"attributed_revenue": 0.0, "incremental_revenue": 0.0}
        worked = _worked(model, one.spend)
        for c in range(len(model.cells)):
            at = self.spend + c
            page.number(at, column, float(one.spend[c]), money, "input" if typed else "muted")
            if typed:
                page.sheet.data_validation(
                    at, column, at, column, {"validate": "decimal", "criteria": ">=", "value": 0}
                )
            knot, passed, incremental, attributed = self._cell(column, c)
            page.formula((self.ways + c, column), passed, float(worked["way"][c]), "0.0000", "muted")
            page.formula((self.knots + c, column), knot, float(worked["knot"][c]), "0", "muted")
            page.formula(
                (self.incremental + c, column), incremental, float(worked["incremental_revenue"][c]), money, "muted"
            )
            page.formula(
                (self.attributed + c, column), attributed, float(worked["attributed_revenue"][c]), money, "muted"
            )
        for line in totals:
            totals[line] = float(rounded(np.array([worked[line].sum()]), model.record.decimals)[0])
        self._result(column, one, totals)

    def _cell(self, column: int, c: int) -> tuple[str, str, str, str]:
        """Formulas of a place: knot, way to the next one, incremental and attributed revenue."""
        page, facts, split = self.page, self.sources.facts, self.sources.split
        weekly = facts.weekly(page.at(self.spend + c, column).here)
        knots, values, slopes = (facts.curve(block, c) for block in (facts.spend, facts.revenue, facts.slope))
        knot = page.at(self.knots + c, column).here
        wide = f"({point(knots, knot, after=True)}-{point(knots, knot)})"
        ends = [point(values, knot), point(values, knot, after=True)]
        ends += [f"{point(slopes, knot, after=after)}*{wide}" for after in (False, True)]
        curve = along(page.at(self.ways + c, column).here, ends)
        level, factor, idle = (split.page.at(split.row + c, k).full for k in (LEVEL, FACTOR, IDLE))
        gained = f"{split.worked(PLAN, c, TIMING).full}*({curve}-{idle})"
        attributed = page.at(self.attributed + c, column).here
        return (
            below(weekly, knots, facts.knots),
            way(weekly, knots, knot),
            f"ROUND({factor}*({attributed}-ROUND({level}*{idle},{facts.decimals})),{facts.decimals})",
            f"ROUND({level}*({idle}+{gained}),{facts.decimals})",
        )

    def _result(self, column: int, one: SpendScenario, totals: dict[str, float]) -> None:
        page, model, named, facts = self.page, self.model, self.sources.named, self.sources.facts
        count, digits = len(model.cells), model.record.decimals

        def block(first: int) -> str:
            return f"{page.at(first, column).here}:{page.at(first + count - 1, column).here}"

        spent, terms = block(self.spend), model.terms
        here = {line: page.at(self.results + k, column).here for k, line in enumerate(self.lines)}
        media = float(one.spend.sum())
        used = {cell.content_type for cell, spend in zip(model.cells, one.spend, strict=True) if spend > 0.0}
        plain = {
            "attributed_revenue": (f"SUM({block(self.attributed)})", totals["attributed_revenue"]),
            "incremental_revenue": (f"SUM({block(self.incremental)})", totals["incremental_revenue"]),
            "contribution": (
                f"{named.margin}*{here['incremental_revenue']}",
                terms.margin * totals["incremental_revenue"],
            ),
            "media": (f"-SUM({spent})", -media),
            "production": (f"-({self._production(spent)})", -sum(_cost(model, kind) for kind in used)),
            "team": (f"-{facts.months}*{named.plain['team']}", -model.months * terms.fixed["team"]),
            "tools": (f"-{facts.months}*{named.plain['tools']}", -model.months * terms.fixed["tools"]),
            "agency": (
                f"-{facts.months}*{named.plain['agency']}-{named.plain['agency_share']}*SUM({spent})",
                -model.months * terms.fixed["agency"] - terms.agency_share * media,
            ),
        }
        result = 0.0
        for line, (formula, value) in plain.items():
            value = float(rounded(np.array([value]), digits)[0])
            result += value if line not in totals else 0.0
            text = f"ROUND({formula},{facts.decimals})"
            page.formula((self._row(line), column), text, value, page.book.money, self._kind(line))
        parts = "+".join(here[line] for line in plain if line not in totals)
        result = round(result, digits)
        at = (self._row("marketing_contribution"), column)
        page.formula(at, f"ROUND({parts},{facts.decimals})", result, page.book.money, "total")
        cost = "-(" + "+".join(here[line] for line in ("media", "production", *OVERHEADS)) + ")"
        whole = -sum(float(rounded(np.array([plain[k][1]]), digits)[0]) for k in ("media", "production", *OVERHEADS))
        text = f'IF({cost}>0,{here["marketing_contribution"]}/({cost}),"")'
        page.formula((self._row("roi"), column), text, _known(roi(result, whole)), "0.0%")
        self._against(column, result)

    def _row(self, line: str) -> int:
        return self.results + self.lines.index(line)

    def _production(self, spent: str) -> str:
        """Cost of the content types that get money."""
        model, split, named = self.model, self.sources.split, self.sources.named
        parts = []
        for kind in model.kinds:
            first = next(c for c, cell in enumerate(model.cells) if cell.content_type == kind)
            key = split.page.at(split.row + first, KIND_NUMBER).full
            used = f"SUMIFS({spent},{split.column(KIND_NUMBER)},{key})>0"
            parts.append(f"IF({used},{named.cost[kind]}*{named.assets[kind]},0)")
        return "+".join(parts)

    def _against(self, column: int, result: float) -> None:
        page, row = self.page, self._row("marketing_contribution")
        gap = round(result - self.model.amount(PLAN, "marketing_contribution"), self.model.record.decimals)
        money = page.book.money
        text = f"{page.at(row, column).here}-{page.at(row, 1).here}"
        page.formula((self.results + len(self.lines), column), text, gap, f"+{money};-{money};{money}")

    @staticmethod
    def _kind(line: str) -> str:
        return "total" if line == "marketing_contribution" else "live"


def _worked(model: Model, spend: Floats) -> dict[str, Floats]:
    """What the working rows come to; each (C,)."""
    gained = model.timing(PLAN) * (model.on_curve_of(spend, model.record.curves.revenue) - model.idle)
    digits = model.record.decimals
    attributed = rounded(model.idle + gained, digits)
    return {
        "knot": model.segment_of(spend),
        "way": model.fraction_of(spend),
        "incremental_revenue": rounded(model.terms.factor * (attributed - rounded(model.idle, digits)), digits),
        "attributed_revenue": attributed,
    }


def _cost(model: Model, kind: str) -> float:
    cost, assets = model.production[kind]
    return cost * assets


def _known(value: float) -> float | str:
    return value if np.isfinite(value) else ""
