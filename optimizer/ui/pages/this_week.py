"""What to change this week: the decision, what stands against it, the changes to choose from, and accepting them."""

from __future__ import annotations

import streamlit as st

from optimizer.errors import InfeasibleError, InputError
from optimizer.ui import service
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.tables import headline_html
from optimizer.ui.components.titles import page_title, part
from optimizer.ui.components.week_accept import acceptance, accepted_sentence, show_accept
from optimizer.ui.components.week_files import show_files
from optimizer.ui.components.week_html import accepted_html, alerts_html, cost_html, figures_html
from optimizer.ui.components.week_moves import show_moves, show_way_out
from optimizer.ui.components.week_question import show_question, show_refused_rules
from optimizer.ui.components.week_today import knows_today, show_suggestion, show_today_fields
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.failures import show_problem
from optimizer.ui.language import _
from optimizer.ui.week_alerts import alerts_of, quiet
from optimizer.ui.week_headline import week_figures, week_headline
from optimizer.ui.week_store import Accepted, accepted_plans
from optimizer.ui.week_view import choice_cost
from optimizer.ui.week_work import Decided, choices_now, decided, week_question, worse_lately


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("This week"))
    work = current_work()
    if work is None:
        show_no_history()
        return
    plans = accepted_plans(service.store())
    top = st.container(key="week_top")
    try:
        week, refused = week_question(work)
        show_question(work, week, plans)
        show_refused_rules(refused)
        show_suggestion(work, plans)
        with top:
            now = decided(work, plans)
    except (InfeasibleError, InputError) as problem:
        with top:
            show_problem(problem)
            show_way_out(choices_now(), work)
        if not knows_today(work):
            _missing_today(work, plans)
        return
    with top:
        _decision(now, plans)
    _alerts(now)
    show_moves(now)
    show_files(now.found)
    show_accept(now, plans)


def _missing_today(work: Work, plans: tuple[Accepted, ...]) -> None:
    """Nothing was spent lately, so what is spent today has to be said first."""
    part(_("What is set in the networks now?"))
    show_today_fields(work, plans)


def _decision(now: Decided, plans: tuple[Accepted, ...]) -> None:
    """The decision and its worth, what the choices cost, and the key figures."""
    st.html(headline_html(week_headline(now.decision)))
    cost = choice_cost(now.decision, now.choices)
    if cost:
        st.html(cost_html(cost))
    held = acceptance(now, plans)
    if held is not None:
        st.html(accepted_html(accepted_sentence(held), ""))
    st.html(figures_html(week_figures(now.decision)))


def _alerts(now: Decided) -> None:
    """What got worse or is doubtful."""
    part(
        _("Alerts"),
        _(
            "Breaks and gaps in the data, what got worse in the newest four weeks beyond noise, and moves on thin "
            "evidence; worst first. Serious: it could overturn the decision. Check: look before you accept. Note: good "
            "to know."
        ),
    )
    found = alerts_of(now.found.plan, worse_lately(now.work.source))
    if found:
        st.html(alerts_html(found))
    else:
        st.markdown(quiet(now.work.facts.weeks))


if __name__ == "__main__":
    page()
