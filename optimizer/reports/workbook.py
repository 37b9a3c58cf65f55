"""The live workbook of a plan of record: change an input in a spreadsheet, and the statement follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimizer.language.catalogue import speaker as speaker_of
from optimizer.language.message import Message, say
from optimizer.reports.workbook_allocation import CURVE, WEEKLY, begin_allocation, finish_allocation
from optimizer.reports.workbook_checks import write_checks
from optimizer.reports.workbook_cover import Leaf, write_cover, write_log
from optimizer.reports.workbook_facts import write_curves, write_data, write_picture
from optimizer.reports.workbook_inputs import write_inputs
from optimizer.reports.workbook_ledger import UNIT, write_ledger
from optimizer.reports.workbook_model import PLAN, model_of
from optimizer.reports.workbook_page import LiveBook
from optimizer.reports.workbook_scenarios import Sources, SpendScenario, spend_scenario, write_scenarios
from optimizer.reports.workbook_sensitivity import write_sensitivity
from optimizer.reports.workbook_statement import write_statement
from optimizer.reports.workbook_variance import write_variance

if TYPE_CHECKING:
    from optimizer.finance.record import Record
    from optimizer.finance.variance import Bridge

__all__ = ["SpendScenario", "record_workbook", "spend_scenario"]

FACT, LIVE, TYPED = "#9CA3AF", "#17375E", "#E0B400"


def record_workbook(
    record: Record,
    bridge: Bridge | None = None,
    scenarios: Sequence[SpendScenario] = (),
    language: str = "en",
) -> bytes:
    """A plan of record as a workbook with live formulas.

    Parameters
    ----------
    record : Record
        Approved or a draft.
    bridge : Bridge, optional
        From plan to actual, for the page Variance.
    scenarios : sequence of SpendScenario
        Other splits to hold against the plan, beside an empty one and one to be typed in.
    language : str
        A key of `optimizer.language.catalogue.LANGUAGES`.

    Returns
    -------
    bytes
        An XLSX file; the same record in the same language gives the same bytes.

    Raises
    ------
    InputError
        The settings of the record do not make a statement.
    """
    model = model_of(record)
    book = LiveBook(speaker_of(language), record.currency, record.decimals)
    pages = {key: book.page(title, colour) for key, (title, _, colour) in _pages().items()}
    named = write_inputs(pages["inputs"], model)
    facts = write_curves(pages["curves"], model, write_data(pages["data"], model))
    split = begin_allocation(pages["allocation"], model, named, facts)
    write_picture(pages["curves"], model, facts, (split.side(PLAN, WEEKLY), split.side(PLAN, CURVE)))
    ledger = write_ledger(pages["ledger"], model, named, facts, split)
    borne = [
        "+".join(
            f"SUMIFS({ledger.cells(ledger.column(PLAN, line))},{ledger.cells(UNIT)},{key})"
            for line in ("contribution", "media")
        )
        for key in (
            pages["ledger"].at(ledger.row + c * len(record.periods), UNIT).full for c in range(len(record.cells))
        )
    ]
    finish_allocation(split, model, named, [f"ROUND({one},{facts.decimals})" for one in borne])
    laid = write_statement(pages["statement"], model, named, ledger)
    sources = Sources(named, facts, split, laid)
    write_scenarios(pages["scenarios"], model, sources, scenarios)
    write_sensitivity(pages["sensitivity"], model, named, laid, facts)
    residual = write_variance(pages["variance"], model, bridge)
    failing = write_checks(pages["checks"], model, sources, residual)
    write_log(pages["log"], model, () if bridge is None else bridge.weeks)
    leaves = [Leaf(pages[key], about) for key, (_, about, _) in _pages().items() if key != "cover"]
    write_cover(pages["cover"], model, laid, (failing, named.changed), leaves)
    return book.finish()


def _pages() -> dict[str, tuple[Message, Message, str]]:
    """Pages in their order: name, what stands there, and the colour of the tab."""
    return {
        "cover": (say("Cover"), say("what this workbook is, and whether it can be relied on"), LIVE),
        "inputs": (say("Inputs"), say("every figure that may be changed, with unit, owner and date"), TYPED),
        "data": (say("Data"), say("constants, fiscal periods and the forecast by week"), FACT),
        "curves": (say("Curves"), say("what weekly spend brings, place by place"), FACT),
        "allocation": (say("Allocation"), say("the split, what it brings, and how that is worked out"), LIVE),
        "ledger": (say("Ledger"), say("each line of the statement by place and fiscal period"), LIVE),
        "statement": (say("Statement"), say("by fiscal period, network and content type"), LIVE),
        "scenarios": (say("Scenarios"), say("other splits of money beside the plan, one to be typed in"), TYPED),
        "sensitivity": (say("Sensitivity"), say("what moves the result most"), LIVE),
        "variance": (say("Variance"), say("from planned to actual revenue"), FACT),
        "checks": (say("Checks"), say("what must hold, with one answer for all"), LIVE),
        "log": (say("Log"), say("what it was made from: data, version, seed, solver"), FACT),
    }
