"""What to do this week: the decision, what stands against it, the moves to choose from, and accepting it."""

from __future__ import annotations

import streamlit as st

from optimizer.errors import InfeasibleError, InputError
from optimizer.language.message import place, say
from optimizer.planning.request import MOST_WEEKS
from optimizer.ui import service, state, view
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.plan_inputs import LARGE, budget_step, change, currency_of, refuse, show_refused
from optimizer.ui.components.tables import headline_html
from optimizer.ui.components.titles import page_title, part
from optimizer.ui.components.week_accept import acceptance, accepted_sentence, show_accept
from optimizer.ui.components.week_html import accepted_html, alerts_html, cost_html, figures_html, why_html
from optimizer.ui.components.week_moves import show_moves, show_way_out
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.failures import show_problem
from optimizer.ui.format import money
from optimizer.ui.language import _, tell
from optimizer.ui.service import Facts
from optimizer.ui.week_alerts import alerts_of, quiet
from optimizer.ui.week_store import Accepted, accepted_plans
from optimizer.ui.week_view import choice_cost, usual_why, why
from optimizer.ui.week_work import Decided, choices_now, decided, worse_lately

BUDGET, WEEKS, WHY = "week_budget", "week_weeks", "week_why"
WHY_CHOSEN = "week.why"


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("This week"))
    work = current_work()
    if work is None:
        show_no_history()
        return
    top = st.container(key="week_top")
    _question(work)
    try:
        with top:
            now = decided(work)
    except (InfeasibleError, InputError) as problem:
        with top:
            show_problem(problem)
            show_way_out(choices_now(), work)
        return
    plans = accepted_plans(service.store())
    with top:
        _decision(now, plans)
    _alerts(now)
    show_moves(now)
    _why(now)
    show_accept(now, plans)


def _decision(now: Decided, plans: tuple[Accepted, ...]) -> None:
    """The decision and its worth, what the choices cost, and the key figures."""
    plan = now.decision.plan
    st.html(headline_html(view.headline(plan)))
    cost = choice_cost(now.decision, now.choices)
    if cost:
        st.html(cost_html(cost))
    held = acceptance(now, plans)
    if held is not None:
        st.html(accepted_html(accepted_sentence(held), ""))
    st.html(figures_html(view.figures(plan)))


def _question(work: Work) -> None:
    """Budget and weeks in one line; every change plans anew."""
    asked, facts, currency = work.asked, work.facts, currency_of(work)
    st.session_state[BUDGET], st.session_state[WEEKS] = float(asked.budget), asked.weeks
    large = facts.recent >= LARGE and float(asked.budget).is_integer()
    with st.container(horizontal=True, vertical_alignment="bottom", key="week_question"):
        st.number_input(
            _("Budget for all weeks, {currency}", currency=currency) if currency else _("Budget for all weeks"),
            min_value=0.0,
            step=budget_step(facts.recent),
            format="%0.0f" if large else "%0.10g",
            key=BUDGET,
            on_change=_take_budget,
            width=200,
        )
        st.number_input(
            _("Weeks"), min_value=1, max_value=MOST_WEEKS, step=1, key=WEEKS, on_change=_take_weeks, args=(facts,),
            width=130,
        )  # fmt: skip
        weekly, recent = money(asked.budget / asked.weeks, currency), money(facts.recent, currency)
        st.caption(
            _("{weekly} a week; lately it was {recent}. Goal, limits and rules are on the page Plan.",
              weekly=weekly, recent=recent)
        )  # fmt: skip
    show_refused()


def _take_budget() -> None:
    entered = st.session_state[BUDGET]
    if entered is None or not entered > 0:
        refuse(say("The budget must be above 0, so it stays as it was."))
    else:
        change(budget=float(entered))


def _take_weeks(facts: Facts) -> None:
    """Change the weeks; a budget that nobody typed follows them."""
    weeks, asked = st.session_state[WEEKS], state.asked()
    if weeks is None or asked is None:
        refuse(say("A plan needs a number of weeks, so it stays as it was."))
        return
    proposed = asked.budget == facts.budget(asked.weeks)
    change(weeks=int(weeks), budget=facts.budget(int(weeks)) if proposed else asked.budget)


def _alerts(now: Decided) -> None:
    """What got worse or is doubtful."""
    part(
        _("Alerts"),
        _(
            "Breaks and gaps in the data, what got worse in the newest four weeks beyond noise, and moves on thin "
            "evidence; worst first. Serious: it could overturn the plan. Check: look before you accept. Note: good to "
            "know."
        ),
    )
    found = alerts_of(now.decision.plan, worse_lately(now.work.source))
    if found:
        st.html(alerts_html(found))
    else:
        st.markdown(quiet(now.work.facts.weeks))


def _why(now: Decided) -> None:
    """Why a place gets neither more nor less."""
    part(
        _("Why not more on …?"),
        _("What stops more money from going to a place: a limit, a rule, or money that earns more elsewhere."),
    )
    cells = {cell.label: cell for cell in now.decision.plan.cells}
    picked = state.chosen(WHY_CHOSEN, "")
    st.session_state[WHY] = picked if picked in cells else usual_why(now.decision).label
    st.selectbox(
        _("Place"),
        list(cells),
        format_func=lambda label: tell(place(cells[label])),
        key=WHY,
        on_change=_take_why,
        label_visibility="collapsed",
        width=320,
    )
    st.html(why_html(why(now.decision, cells[st.session_state[WHY]])))


def _take_why() -> None:
    state.choose(WHY_CHOSEN, st.session_state[WHY])


if __name__ == "__main__":
    page()
