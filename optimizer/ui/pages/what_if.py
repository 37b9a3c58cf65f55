"""What-if: up to four scenarios side by side on the same draws, and what other budgets would bring."""

from __future__ import annotations

import streamlit as st

from optimizer.planning.compare import Comparison
from optimizer.reports import comparison_xlsx
from optimizer.ui import what_if_service, what_if_state
from optimizer.ui.components.downloads import download
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.plan_inputs import currency_of
from optimizer.ui.components.titles import page_title
from optimizer.ui.components.what_if_cards import show_adding, show_cards, show_ideas
from optimizer.ui.components.what_if_closer import show_closer
from optimizer.ui.components.what_if_editor import show_editor, show_notes
from optimizer.ui.components.what_if_results import show_results
from optimizer.ui.components.work import Work, current_work, shown_progress
from optimizer.ui.language import _, speaker
from optimizer.ui.what_if_edits import Idea, Scenarios, ideas, told
from optimizer.ui.what_if_view import networks_by_money


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("What-if"))
    work = current_work()
    if work is None:
        show_no_history()
        return
    scenarios = told(what_if_state.begin(work.asked))
    show_notes()
    comparison = shown_progress(lambda progress: what_if_service.comparison(work.source, scenarios, progress))
    _scenarios(work, scenarios, comparison)
    if any(plan is not None for plan in comparison.plans):
        if len(scenarios) > 1:
            show_results(comparison)
        show_closer(work.source, comparison)


def _scenarios(work: Work, scenarios: Scenarios, comparison: Comparison) -> None:
    """The scenarios, ways to add one, and the fields of the one that is being changed."""
    currency, found = currency_of(work), _ideas(work, comparison)
    with st.container(horizontal=True, key="what_if_tools"):
        show_adding(scenarios, found)
        if len(scenarios) > 1:
            speaks = speaker()
            make = lambda: comparison_xlsx(comparison, speaks)  # noqa: E731
            download(_("Comparison as XLSX"), make, "scenarios.xlsx", key="download_comparison")
    show_cards(scenarios, comparison, currency)
    if len(scenarios) == 1:
        show_ideas(found)
    place = what_if_state.being_changed()
    if place:
        show_editor(work, scenarios[place], place, currency)


def _ideas(work: Work, comparison: Comparison) -> tuple[Idea, ...]:
    usual = sorted({cell.network for cell in work.facts.cells})
    return ideas(work.asked, networks_by_money(comparison.plans[0], usual))


if __name__ == "__main__":
    page()
