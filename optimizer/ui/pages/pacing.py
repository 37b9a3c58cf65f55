"""How the period's budget stands, where it ends at this pace, and the daily budgets that land it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from optimizer.errors import InfeasibleError, InputError, OptimizerError
from optimizer.language.message import say
from optimizer.planning.pacing.files import pace_csv, pace_json
from optimizer.planning.pacing.next import Landing, NextBudgets
from optimizer.planning.pacing.pace import Pacing
from optimizer.planning.pacing.text import (
    definitions,
    held_sentence,
    interval_sentence,
    judged_sentence,
    landing_sentence,
    pace_headline,
)
from optimizer.store import Kept
from optimizer.ui import service, state
from optimizer.ui.charts_pacing import pace_chart
from optimizer.ui.components.downloads import chart_data, download
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.kept import attempt, kept_history, show_attempt
from optimizer.ui.components.pacing import budgets_html, figures_html, stands_html, verdict_html
from optimizer.ui.components.plan_inputs import LARGE, budget_step, currency_of, refuse, show_refused
from optimizer.ui.components.tables import findings_html
from optimizer.ui.components.titles import page_title, part
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.data_view import by_and_when
from optimizer.ui.failures import show_problem
from optimizer.ui.format import NBSP, day, markdown, money, number
from optimizer.ui.language import _, tell
from optimizer.ui.pacing_store import amount_of, keep_budget
from optimizer.ui.pacing_view import budget_rows, chart_of, figures, shown_light, stand_rows
from optimizer.ui.pacing_work import BUDGETS, LARGEST, RESOLVE, Asked, asked_of, is_sample, next_of, pacing_of
from optimizer.ui.view import finding_lines

BUDGET, SPLIT_ANEW, CHANGE = "pacing_budget", "pacing_resolve", "pacing_change"
REFUSED, PROBLEM = "pacing_refused", "pacing_problem"
PER_CENT = 100
UNBROKEN = "\N{NON-BREAKING HYPHEN}"


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("Pacing"))
    work = current_work()
    if work is None:
        show_no_history()
        return
    top = st.container(key="pacing_top")
    try:
        asked = asked_of(work)
        _question(work, asked)
        with top:
            pacing = pacing_of(work, asked)
            _stands(pacing)
    except (InfeasibleError, InputError) as problem:
        show_problem(problem)
        return
    _course(pacing)
    _next(work, asked, pacing)
    _table(pacing)


def _stands(pacing: Pacing) -> None:
    """The light, the sentence, the key figures, and what is doubtful about the days."""
    name = pacing.period.name
    said = tell(pace_headline(pacing)).replace(name, name.replace("-", UNBROKEN).replace(" ", NBSP))
    st.html(verdict_html(shown_light(pacing.total), said, tell(interval_sentence(pacing))))
    st.html(figures_html(figures(pacing)))
    lines = finding_lines(pacing.findings)
    if lines:
        st.html(findings_html(lines))


def _question(work: Work, asked: Asked) -> None:
    """The period's budget in one line; every change is judged anew."""
    currency, period = currency_of(work), asked.period
    budget = float(asked.request.budget or 0.0)
    st.session_state[BUDGET] = budget
    large = work.facts.recent >= LARGE and budget.is_integer()
    with st.container(horizontal=True, vertical_alignment="bottom", key="pacing_question"):
        st.number_input(
            _("Budget of {period}, {currency}", period=period.name, currency=currency)
            if currency
            else _("Budget of {period}", period=period.name),
            min_value=0.0,
            step=budget_step(work.facts.recent),
            format="%0.0f" if large else "%0.10g",
            key=BUDGET,
            on_change=_take_budget,
            args=(period.name,),
            help=_("Media money for the whole period. Which days a period has is set under Data and settings."),
            width=220,
        )
        held = None if asked.kept is None else amount_of(asked.kept)
        st.button(
            _("Keep as the budget of {period}", period=period.name), key="pacing_keep", icon=":material/bookmark_add:",
            on_click=_keep, args=(period.name, budget, asked.kept), disabled=held == budget,
        )  # fmt: skip
        st.caption(_origin(asked, held, currency))
    show_refused(REFUSED)
    show_attempt(PROBLEM)


def _origin(asked: Asked, held: float | None, currency: str) -> str:
    """The days of the period, and where its budget comes from."""
    span = _("{first} to {last}.", first=day(asked.period.first), last=day(asked.period.last))
    if asked.proposed:
        said = _("Nobody has set a budget: this is your recent spend over so many days.")
        return f"{span} {said}"
    if asked.kept is None or held is None:
        said = _("Not kept yet; the link of this page holds it.")
        return f"{span} {said}"
    who = markdown(by_and_when(asked.kept.changed_by or asked.kept.author, asked.kept.changed))
    if held == asked.request.budget:
        said = _("Kept by {who_when}.", who_when=who)
    else:
        said = _("Kept is {budget}, by {who_when}.", budget=money(held, currency), who_when=who)
    return f"{span} {said}"


def _take_budget(period: str) -> None:
    entered = st.session_state[BUDGET]
    if entered is None or not entered > 0:
        refuse(say("The budget must be above 0, so it stays as it was."), where=REFUSED)
        return
    held = state.chosen(BUDGETS, dict[str, object]())
    state.choose(BUDGETS, {**held, period: float(entered)})


def _keep(period: str, budget: float, kept: Kept | None) -> None:
    def do() -> None:
        named = (kept_history(), is_sample(), period)
        keep_budget(service.store(), named, budget, state.author(), 0 if kept is None else kept.version)
        held = state.chosen(BUDGETS, dict[str, object]())
        state.choose(BUDGETS, {**held, period: budget})

    attempt(PROBLEM, do)


def _course(pacing: Pacing) -> None:
    """Spend added up by day against the budget spent evenly."""
    part(_("Spend day by day"), tell(definitions()))
    chart = chart_of(pacing)
    st.altair_chart(pace_chart(chart), alt=chart.alt, key="pacing_course")
    notes = [_("The band holds 90 % of the ends, if budgets are left alone.")] if chart.has_band else []
    if pacing.total.estimated:
        notes.append(_("Hollow points are days that nobody has reported; they are counted at the days before them."))
    for note in notes:
        st.caption(note)
    chart_data(chart.frame.drop(columns="told"), "pacing")


def _next(work: Work, asked: Asked, pacing: Pacing) -> None:
    """Daily budgets from now on, with their weeks beside, and files of them."""
    part(
        _("Next daily budgets"),
        _(
            "What is left by the day, as networks ask for it. Without re-solving, today's split (the mean of the last "
            "7 days, or what you gave) is scaled, and a place without a reason gets its share; with it, the money goes "
            "where it brings most, by as few moves as are worth it. Limits, rules and network rules hold either way."
        ),
    )
    _how(asked)
    try:
        found = next_of(work, asked, pacing)
    except OptimizerError as problem:
        show_problem(problem)
        return
    said = tell(landing_sentence(pacing, found))
    if found.landing is Landing.LANDS:
        st.markdown(markdown(said))
    else:
        st.warning(markdown(said), icon=":material/flag:")
    st.caption(markdown(tell(held_sentence(found))))
    st.html(budgets_html(budget_rows(pacing, found), tell(held_sentence(found))))
    lines = finding_lines(one for one in found.findings if one not in pacing.findings)
    if lines:
        with st.expander(_("What to know about these budgets")):
            st.html(findings_html(lines))
    _files(pacing, found)


def _how(asked: Asked) -> None:
    """Whether to split anew, and how far a budget may move within a week."""
    st.session_state[SPLIT_ANEW] = asked.request.resolve
    st.session_state[CHANGE] = round(asked.request.max_change * PER_CENT)
    with st.container(horizontal=True, vertical_alignment="bottom", key="pacing_how"):
        st.number_input(
            _("Largest change in a week, %"), min_value=0, max_value=1000, step=5, key=CHANGE, on_change=_take_change,
            width=220,
        )  # fmt: skip
        st.toggle(
            _("Re-solve: split what is left anew"),
            key=SPLIT_ANEW,
            on_change=_take_resolve,
            help=_("Uses the fitted response of the page Plan; the first time takes some seconds."),
        )


def _take_change() -> None:
    entered = st.session_state[CHANGE]
    if entered is not None:
        state.choose(LARGEST, float(entered) / PER_CENT)


def _take_resolve() -> None:
    state.choose(RESOLVE, bool(st.session_state[SPLIT_ANEW]))


def _files(pacing: Pacing, found: NextBudgets) -> None:
    with st.container(horizontal=True):
        name = f"pace-{pacing.period.name.replace(' ', '-')}"
        download(_("Daily budgets as CSV"), partial(_csv, pacing, found), f"{name}.csv", key="pacing_csv")
        download(_("All of it as JSON"), partial(_json, pacing, found), f"{name}.json", key="pacing_json")


def _csv(pacing: Pacing, found: NextBudgets) -> bytes:
    return pace_csv(pacing, found).encode()


def _json(pacing: Pacing, found: NextBudgets) -> bytes:
    return pace_json(pacing, found).encode()


def _table(pacing: Pacing) -> None:
    """Every network and place."""
    part(_("Networks and places"), tell(definitions()), tell(judged_sentence(pacing)))
    total = _("{days} days left", days=number(pacing.days_left))
    st.html(stands_html(stand_rows(pacing), total))


if __name__ == "__main__":
    page()
