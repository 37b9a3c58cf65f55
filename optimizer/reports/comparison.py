"""Scenarios side by side as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language.message import Message, say
from optimizer.planning.compare import CPA, ROAS, SPEND, Comparison, Row
from optimizer.planning.money import WHOLE_CURRENCIES
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.reports.book import Book, Column, Shown, Value, decimals_for, money_digits
from optimizer.reports.words import cell_columns, cell_names, flat_values, interval_columns, outcome_title

if TYPE_CHECKING:
    from optimizer.history.panel import Cell
    from optimizer.language.catalogue import Speaker

_TITLES = {
    SPEND: say("Spend"),
    CPA: say("Cost per conversion"),
    ROAS: say("Revenue per unit of spend (ROAS)"),
}


def comparison_xlsx(comparison: Comparison, speaker: Speaker) -> bytes:
    """A comparison as a workbook: Comparison, Splits and Scenarios.

    Parameters
    ----------
    comparison : Comparison
    speaker : Speaker
        Says titles and sentences in the reader's language; names of scenarios stay as they were given.

    Returns
    -------
    bytes
        An XLSX file; the same comparison in the same language gives the same bytes.
    """
    book = Book(speaker)
    _figures(book, comparison)
    _splits(book, comparison, speaker)
    _scenarios(book, comparison)
    return book.finish()


def _figures(book: Book, comparison: Comparison) -> None:
    """One row per outcome and scenario: its total, and how far it is from the base's."""
    columns = [
        Column(say("Outcome")),
        Column(say("Scenario")),
        Column(say("Currency")),
        *interval_columns(say("Total")),
        *interval_columns(say("Difference from the base")),
        Column(say("Probability of being better"), percent=True),
    ]
    rows: list[list[Value]] = []
    for outcome in comparison.outcomes:
        told = [row for row in comparison.rows if row.outcome == outcome]
        digits = decimals_for(end for row in told for end in (row.total.low, row.total.high))
        rows += [_figure_row(comparison, row, digits) for row in told]
    said = [comparison.sentence(place) for place in range(len(comparison.scenarios))]
    book.sheet(say("Comparison"), columns, rows, below=[sentence for sentence in said if sentence])


def _figure_row(comparison: Comparison, row: Row, digits: int) -> list[Value]:
    money = row.outcome in MONEY_OUTCOMES or row.outcome in (SPEND, CPA)
    told: list[Value] = [
        outcome_row(row.outcome),
        comparison.scenarios[row.scenario].name,
        comparison.currency if money else "",
    ]
    for one in (row.total, row.difference):
        told += [None] * 3 if one is None else [Shown(end, digits) for end in (one.mean, one.low, one.high)]
    return [*told, row.better]


def outcome_row(outcome: str) -> Message:
    """Name of an outcome of a comparison at the head of a row."""
    return _TITLES.get(outcome) or outcome_title(outcome)


def _splits(book: Book, comparison: Comparison, speaker: Speaker) -> None:
    """One row per cell: mean weekly spend in each scenario."""
    planned = [(one.name, plan) for one, plan in zip(comparison.scenarios, comparison.plans, strict=True) if plan]
    cells: dict[Cell, None] = dict.fromkeys(cell for _, plan in planned for cell in plan.cells)
    spend = [dict(zip(plan.cells, plan.spend.mean(axis=1).tolist(), strict=True)) for _, plan in planned]
    whole = comparison.currency in WHOLE_CURRENCIES
    cents = min(money_digits([amount for one in spend for amount in one.values()], whole), 2)
    keys = cell_columns(tuple(cells))
    columns = [*keys, Column(say("Currency"))]
    columns += [Column(say("{scenario}: spend a week", scenario=name), cents) for name, _ in planned]
    rows = [
        [*cell_names(cell, keys, speaker), comparison.currency, *(one.get(cell) for one in spend)] for cell in cells
    ]
    book.sheet(say("Splits"), columns, rows)


def _scenarios(book: Book, comparison: Comparison) -> None:
    """What each scenario asks and changes, one row a setting; or why it could not be planned for."""
    columns = [
        Column(say("Scenario")),
        Column(say("What")),
        Column(say("Value"), decimals=2, wrapped=True),
    ]
    rows: list[list[Value]] = []
    for place, scenario in enumerate(comparison.scenarios):
        if place == comparison.base:
            rows.append([scenario.name, say("Base"), say("the others are held against it")])
        if comparison.problems[place]:
            rows.append([scenario.name, say("Could not be planned for"), comparison.problems[place]])
        plan = comparison.plans[place]
        if plan is not None:
            rows.append([scenario.name, say("Run"), plan.run.id])
        asked = [[scenario.name, say("Asked: {setting}", setting=name), value]
                 for name, value in flat_values(scenario.asked.to_json())]  # fmt: skip
        changed = [[scenario.name, say("Changed: {setting}", setting=name), value]
                   for name, value in flat_values(scenario.change.to_json())]  # fmt: skip
        rows += [*asked, *changed]
    book.sheet(say("Scenarios"), columns, rows)
