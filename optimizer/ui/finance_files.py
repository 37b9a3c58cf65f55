"""The larger files of the page Finance, made when their button is pressed: the workbook and the brief."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.errors import InfeasibleError, InputError
from optimizer.finance.record import Record
from optimizer.language.catalogue import Speaker
from optimizer.planning.compare import Scenario
from optimizer.ui import service
from optimizer.ui.uploads import Source


def told_scenarios(scenarios: Sequence[Scenario], weeks: int) -> tuple[Scenario, ...]:
    """Scenarios that differ from the plan in what is spent alone, so that the workbook's own curves can tell them.

    Other prices, rates, values or demand would need other curves; other weeks another statement.
    """
    return tuple(
        one
        for one in scenarios
        if not one.change.shift_key and not one.change.added and one.asked.weeks == weeks and not one.asked.by_audience
    )


def workbook(record: Record, source: Source, scenarios: Sequence[Scenario], language: str) -> bytes:
    """The workbook of a record, with the splits of those scenarios that have a plan it can hold."""
    from optimizer.reports.workbook import record_workbook
    from optimizer.reports.workbook_scenarios import SpendScenario, spend_scenario

    kept: list[SpendScenario] = []
    for one in told_scenarios(scenarios, len(record.weeks)):
        try:
            kept.append(spend_scenario(record, one.name, service.plan(source, one.asked, one.change)))
        except (InputError, InfeasibleError):  # the page What-if says why this one has no plan
            continue
    return record_workbook(record, scenarios=kept, language=language)


def brief(record: Record, speaks: Speaker) -> bytes:
    """The brief of a record."""
    from optimizer.reports.brief import brief_pdf

    return brief_pdf(record, speaks)
