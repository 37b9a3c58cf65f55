"""What is asked on the page This week: the week's budget, the largest change, and what lies behind "More"."""

from __future__ import annotations

import streamlit as st

from optimizer.language.message import say
from optimizer.planning.request import CAREFUL
from optimizer.planning.wording import PROFIT
from optimizer.ui import state
from optimizer.ui.components.plan_inputs import LARGE, budget_step, change, currency_of, refuse, show_refused
from optimizer.ui.components.week_today import knows_today, show_today
from optimizer.ui.components.work import Work
from optimizer.ui.format import markdown, money, percent
from optimizer.ui.language import _, tell
from optimizer.ui.week_request import CHANGE, EXPLORE, TOUCH, YES, WeekQuestion
from optimizer.ui.week_store import Accepted

BUDGET, STEP, LEARN, LEARNING = "week_budget", "week_change", "week_explore", "week_touch"
MOST_STEP, MOST_LEARN = 1000.0, 50.0  # per cent
STEP_OF_DAY = 7


def show_question(work: Work, week: WeekQuestion, plans: tuple[Accepted, ...]) -> None:
    """Draw the inputs in one row that wraps, and below it what they come to; every change answers anew."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="week_question"):
        _budget(work)
        _change(week)
        _more(work, week)
        if knows_today(work):
            show_today(work, plans)
    st.caption(markdown(_about(work, week)))
    show_refused()


def show_refused_rules(problem: str | None) -> None:
    """Say why the kept network rules do not act."""
    if problem is not None:
        told = _("The network rules of the page Data and settings do not fit and do not act: {problem}",
                 problem=tell(problem))  # fmt: skip
        st.warning(markdown(told), icon=":material/rule:")


def _budget(work: Work) -> None:
    asked, currency = work.asked, currency_of(work)
    weekly = asked.budget / asked.weeks
    st.session_state[BUDGET] = weekly
    large = work.facts.recent >= LARGE and float(weekly).is_integer()
    st.number_input(
        _("Budget of the week, {currency}", currency=currency) if currency else _("Budget of the week"),
        min_value=0.0,
        step=budget_step(work.facts.recent),
        format="%0.0f" if large else "%0.10g",
        key=BUDGET,
        help=_(
            "Media money for next week, spent in full. The pages Plan and What-if ask for the same amount a week over "
            "their weeks."
        ),
        on_change=_take_budget,
        width=200,
    )


def _take_budget() -> None:
    entered, asked = st.session_state[BUDGET], state.asked()
    if entered is None or not entered > 0:
        refuse(say("The budget must be above 0, so it stays as it was."))
    elif asked is not None:
        change(budget=float(entered) * asked.weeks)


def _change(week: WeekQuestion) -> None:
    st.session_state[STEP] = round(100.0 * week.max_change, 4)
    st.number_input(
        _("Largest change, %"),
        min_value=0.0,
        max_value=MOST_STEP,
        step=5.0,
        format="%0.10g",
        key=STEP,
        help=_(
            "No place moves further within the week than this share of what it gets now. Network rules may allow less."
        ),
        on_change=_take_share,
        args=(STEP, CHANGE),
        width=160,
    )


def _more(work: Work, week: WeekQuestion) -> None:
    count = (week.explore > 0) + week.touch
    label = _("More ({count} set)", count=count) if count else _("More")
    with st.container(key="week_more_box", width="content"), st.popover(label, icon=":material/tune:"):
        st.session_state[LEARN] = round(100.0 * week.explore, 4)
        st.number_input(
            _("Share for learning, %"),
            min_value=0.0,
            max_value=MOST_LEARN,
            step=1.0,
            format="%0.10g",
            key=LEARN,
            help=_(
                "Share of the budget that may go where knowing more is worth most. A test is proposed only where it is "
                "expected to teach more than it costs; 0 for none."
            ),
            on_change=_take_share,
            args=(LEARN, EXPLORE),
        )
        st.session_state[LEARNING] = week.touch
        st.toggle(
            _("Change places that learn or wait"),
            key=LEARNING,
            help=_("By the network rules a place is left alone for a while after a change. This changes it anyway."),
            on_change=lambda: state.choose(TOUCH, YES if st.session_state[LEARNING] else ""),
        )
        _rules_note(work, week)


def _rules_note(work: Work, week: WeekQuestion) -> None:
    """Which network rules act, and what of the page Plan does not act here."""
    if week.rules:
        st.caption(_("The network rules of the page Data and settings act: smallest budgets, steps, learning times."))
    else:
        st.caption(_("No network rules act. Keep some on the page Data and settings to hold smallest budgets."))
    if work.asked.risk == CAREFUL:
        st.caption(
            _(
                "“Careful” is for plans. Here every change must pay in three of five ways in which the history can be "
                "read."
            )
        )
    if work.asked.goal == PROFIT:
        st.caption(
            _("A week's budget is spent in full, and then profit is largest where revenue is: that is the goal here.")
        )


def _take_share(key: str, name: str) -> None:
    entered = st.session_state[key]
    if entered is None:
        refuse(say("A share is needed, so it stays as it was."))
    else:
        state.choose(name, float(entered) / 100.0)


def _about(work: Work, week: WeekQuestion) -> str:
    """What the week comes to beside the last ones, and what else is asked."""
    currency, asked = currency_of(work), work.asked
    weekly = asked.budget / asked.weeks
    today = sum(asked.current.values()) if asked.current else work.facts.recent
    parts = {
        "daily": money(weekly / STEP_OF_DAY, currency, 1.0 if weekly >= 70 else 0.0),
        "now": money(today, currency, 1.0 if today >= 10 else 0.0),
    }
    told = (
        _("That is {daily} a day; the budgets you gave come to {now} a week.", **parts)
        if asked.current
        else _("That is {daily} a day; lately it was {now} a week, which counts as today.", **parts)
    )
    learning = _("Up to {share} of it may go to tests.", share=percent(week.explore, 1)) if week.explore else ""
    return " ".join(part for part in (told, learning, _("Goal, limits and rules are on the page Plan.")) if part)
