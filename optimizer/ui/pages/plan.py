"""Plan: what to spend where over the next weeks, why, and which limits cost what; every input plans anew at once."""

from __future__ import annotations

from optimizer.errors import InfeasibleError, InputError
from optimizer.planning.plan import Plan
from optimizer.ui import state
from optimizer.ui.components import results
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.plan_grid import show_editor
from optimizer.ui.components.plan_inputs import currency_of, show_inputs
from optimizer.ui.components.titles import page_title, part
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.failures import show_problem
from optimizer.ui.language import _


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("Plan"))
    work = current_work()
    if work is None:
        if not state.view().history:
            show_no_history()
        return
    show_inputs(work)
    try:
        plan = work.plan()
    except (InputError, InfeasibleError) as problem:
        _show_impossible(work, problem)
        return
    results.show_decision(plan, given=bool(work.asked.current))
    results.show_flow(plan)
    results.show_grid(plan)
    _show_editor(work, plan)
    results.show_moves(plan)
    results.show_limits(plan, work.asked)
    results.show_files(plan, work.asked)
    results.show_findings(plan.findings)
    results.show_origin(plan)


def _show_impossible(work: Work, problem: InputError | InfeasibleError) -> None:
    """Say why there is no plan, above all that can be changed about it."""
    show_problem(problem)
    _show_editor(work, None)


def _show_editor(work: Work, plan: Plan | None) -> None:
    """The grid to edit."""
    note = _(
        "{unit} a week. Tick “Fix” to keep the plan's amount, or type another; “At least” and “At most” set limits. "
        "The plan follows at once.",
        unit=currency_of(work) or _("Money"),
    )
    part(_("Fix amounts and set limits"), note=note)
    show_editor(work, plan)


if __name__ == "__main__":
    page()
