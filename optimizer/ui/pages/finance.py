"""Finance: what the plan does to the income statement, what that rests on, and how it stands to the books."""

from __future__ import annotations

import streamlit as st

from optimizer.errors import InfeasibleError, InputError
from optimizer.planning.settings import settings_of
from optimizer.ui import finance_service, state
from optimizer.ui.components import finance_results
from optimizer.ui.components.approve import show_approve
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.finance_books import show_books
from optimizer.ui.components.finance_form import show_inputs, show_missing
from optimizer.ui.components.titles import page_title
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.failures import show_problem
from optimizer.ui.language import _
from optimizer.ui.pages import page_file


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("Finance"))
    work = current_work()
    if work is None:
        if not state.view().history:
            show_no_history()
        return
    settings = settings_of(work.asked.settings)
    no_revenue = "revenue" not in work.facts.outcomes and not settings.outcomes.get("conversions")
    if settings.margin is None or no_revenue:
        show_missing(work)
    else:
        try:
            _show_results(work)
        except (InputError, InfeasibleError) as problem:
            show_problem(problem)
            if isinstance(problem, InfeasibleError):
                st.page_link(page_file("plan"), label=_("Change it on the page Plan"))
    show_inputs(work)
    show_books(work)


def _show_results(work: Work) -> None:
    record = finance_service.draft(work)
    settings = settings_of(work.asked.settings)
    finance_results.show_decision(record, settings)
    finance_results.show_statement(record, settings, work.source)
    finance_results.show_answers(record, settings)
    finance_results.show_swings(record)
    show_approve(work, record)


if __name__ == "__main__":
    page()
