"""Plan: a history, a budget and a number of weeks in; the plan, its worth and its reasons out."""

from __future__ import annotations

from optimizer.ui.components.inputs import ask, choose_history
from optimizer.ui.components.results import show_empty, show_plan, show_ready
from optimizer.ui.components.work import work_out


def page() -> None:
    """Draw the page from top to bottom."""
    source = choose_history()
    if source is None:
        show_empty()
        return
    facts, question = ask(source)
    if question is None:
        show_ready(facts)
        return
    show_plan(work_out(source, question))


if __name__ == "__main__":
    page()
