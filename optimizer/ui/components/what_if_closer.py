"""One scenario looked at more closely: other budgets, the next money, what matters most, and what a target takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from optimizer.history.panel import Cell
from optimizer.planning.compare import Comparison, Scenario
from optimizer.ui import state, what_if_service, what_if_state
from optimizer.ui import what_if_levers as view
from optimizer.ui.charts_what_if import FrontierMarks, frontier_chart, lever_chart
from optimizer.ui.components.downloads import chart_data
from optimizer.ui.components.titles import part
from optimizer.ui.components.what_if_tables import answer_html, ladder_html
from optimizer.ui.failures import shown_as_sentences
from optimizer.ui.format import common_step, markdown, money, number
from optimizer.ui.language import _, tell
from optimizer.ui.uploads import Source
from optimizer.ui.view import goal_name
from optimizer.ui.what_if_levers import MOST_LEVERS, Told

SCENARIO_PICKER, VIEW, VIEW_PICKER = "what_if_looked_at", "what_if.view", "what_if_view"
STEP, STEP_FIELD, TARGET, TARGET_FIELD = "what_if.step", "what_if_step_size", "what_if.target", "what_if_target"
BUDGETS, NEXT, LEVERS, REACH = "budgets", "next", "levers", "target"


@dataclass(frozen=True, eq=False)
class Closer:
    """What is looked at: a scenario, the new places of all, how its amounts are told, and its total as planned."""

    source: Source
    scenario: Scenario
    added: tuple[Cell, ...]
    told: Told
    total: float
    weeks: int


def show_closer(source: Source, comparison: Comparison) -> None:
    """Let a person choose a scenario and what to ask of it."""
    part(
        _("Budget and levers"),
        _("Questions about one scenario: each is planned anew for, on the same fit and under the same rules."),
    )
    names = [one.name for one in comparison.scenarios]
    place, shown = what_if_state.looked_at(), _views()
    view_now = state.chosen(VIEW, BUDGETS)
    st.session_state[SCENARIO_PICKER] = place
    st.session_state[VIEW_PICKER] = view_now if view_now in shown else None
    if len(names) > 1:
        st.segmented_control(
            _("Scenario"), list(range(len(names))), format_func=lambda one: markdown(names[one]), required=True,
            key=SCENARIO_PICKER, on_change=_keep, args=(what_if_state.LOOKED_AT, SCENARIO_PICKER),
        )  # fmt: skip
    st.segmented_control(
        _("Question"), list(shown), format_func=lambda one: shown[one][0], key=VIEW_PICKER, on_change=_keep,
        args=(VIEW, VIEW_PICKER), label_visibility="collapsed",
    )  # fmt: skip
    if view_now not in shown:
        st.caption(_("Choose what to ask; an answer takes a moment, since many plans are made for it."))
        return
    plan = comparison.plans[place]
    if plan is None:
        st.info(_("There is no plan for this scenario: {problem}", problem=markdown(tell(comparison.problems[place]))))
        return
    scenario = comparison.scenarios[place]
    closer = Closer(
        source,
        scenario,
        what_if_service.added_cells(comparison.scenarios),
        Told.of(plan.goal, plan.currency, scenario.asked.settings),
        plan.total[plan.goal].mean,
        len(plan.weeks),
    )
    with shown_as_sentences():
        shown[view_now][1](closer)


def _views() -> dict[str, tuple[str, Callable[[Closer], None]]]:
    return {
        BUDGETS: (_("Other budgets"), _budgets),
        NEXT: (_("The next money"), _next),
        LEVERS: (_("What matters most"), _levers),
        REACH: (_("Reach a target"), _reach),
    }


def _keep(name: str, key: str) -> None:
    """Remember a selection; nothing chosen is kept as such."""
    picked = st.session_state[key]
    state.choose(name, "" if picked is None else picked)


def _budgets(closer: Closer) -> None:
    with st.spinner(_("Planning for other budgets")):
        found = what_if_service.frontier(closer.source, closer.scenario, closer.added)
    told, shown = closer.told, found.view
    sentence = view.frontier_sentence(shown, found.said, told)
    st.markdown(
        markdown(sentence),
        help=_(
            "What spend adds over the weeks of the plan and the 8 after, without what comes in anyway. Band: 90 % for "
            "the best plan, the noise of single weeks not in it. No plan of the same budget adds more than the line by "
            "a hair: that is proven for each point. Break-even: where the next unit of money earns just itself at the "
            "margin."
        ),
    )
    frame = view.frontier_frame(shown)
    unit = f", {told.currency}" if told.currency else ""
    marks = FrontierMarks(
        float(shown.budgets[shown.asked]),
        view.in_sight(shown, found.stops),
        _("Budget for all weeks") + unit,
        told.title(_("{goal} that spend adds", goal=told.name)),
    )
    st.altair_chart(frontier_chart(frame, marks), alt=sentence, key="what_if_frontier")
    for note in shown.notes:
        st.caption(markdown(tell(note)))
    if told.goal == "revenue" and told.margin is None:
        st.caption(_("Give a margin on the page Data and settings, and the budget where money stops paying is shown."))
    chart_data(frame, "value-against-budget")


def _next(closer: Closer) -> None:
    told = closer.told
    kept = state.chosen(STEP, 0.0)
    st.session_state[STEP_FIELD] = kept or None
    unit = f", {told.currency}" if told.currency else ""
    st.number_input(
        _("Size of a step") + unit, value=None, min_value=0.0, step=1000.0, format="%0.10g", key=STEP_FIELD,
        placeholder=_("a round amount"), on_change=_keep_number, args=(STEP, STEP_FIELD), width=260,
        help=_("Money over all weeks of the plan; each step is a plan of its own, under every limit and rule."),
    )  # fmt: skip
    with st.spinner(_("Planning step by step")):
        found = what_if_service.ladder(closer.source, closer.scenario, closer.added, kept or None)
    st.markdown(markdown(view.ladder_sentence(found, told)))
    asked = _("{budget}: the budget of this scenario", budget=money(closer.scenario.asked.budget, told.currency))
    per_unit = _("Per {unit}", unit=money(1.0, told.currency))
    st.html(ladder_html(view.rungs(found, told), asked, per_unit))
    note = _(
        "“Brings” is {goal} over the weeks of the plan and the 8 after: what each step up would add, and each step "
        "down would lose.",
        goal=goal_name(told.goal),
    )
    st.caption(note)
    chart_data(view.ladder_frame(found), "next-money")


def _levers(closer: Closer) -> None:
    with st.spinner(_("Moving each lever and planning anew")):
        found = what_if_service.levers(closer.source, closer.scenario, closer.added)
    sentence = view.lever_sentence(found, closer.told)
    st.markdown(
        markdown(sentence),
        help=_(
            "Each lever is moved by 10 % both ways, one at a time, or a network is switched off, and the split is "
            "planned anew. The bar is the difference in what the weeks of the plan are expected to bring."
        ),
    )
    frame = view.lever_frame(found, closer.told)
    if not frame.empty:
        title = closer.told.title(_("{goal} against now", goal=closer.told.name))
        words = "; ".join(f"{lever} {label}" for lever, label in zip(frame["lever"], frame["label"], strict=True))
        st.altair_chart(lever_chart(frame, title, MOST_LEVERS), alt=f"{sentence} {words}.", key="what_if_levers")
    for problem in view.lever_problems(found):
        st.caption(markdown(problem))
    chart_data(frame.drop(columns="label"), "what-matters-most")


def _reach(closer: Closer) -> None:
    told, kept = closer.told, state.chosen(TARGET, 0.0)
    st.session_state[TARGET_FIELD] = kept or None
    step = 10 * common_step(closer.total)
    goal, unit = goal_name(told.goal), told.unit
    with_unit, without = (
        _("Which budget reaches this {goal}, in {unit}?", goal=goal, unit=unit),
        _("Which budget reaches this many {goal}?", goal=goal),
    )
    st.number_input(
        with_unit if unit else without, value=None, min_value=0.0, step=step,
        format="%0.10g", key=TARGET_FIELD, on_change=_keep_number, args=(TARGET, TARGET_FIELD), width=360,
        placeholder=_("now {total}", total=number(closer.total, common_step(closer.total))),
        help=_("Over all weeks of the plan, organic included, as the plan tells it."),
    )  # fmt: skip
    if not kept:
        return
    with st.spinner(_("Looking for the budget")):
        answer = what_if_service.target(closer.source, closer.scenario, closer.added, kept)
    st.html(answer_html(view.target_lines(answer, told)))
    if answer.budget:
        name = _("Reaches {target}", target=told.amount(kept))
        found = view.reaching(closer.scenario, answer.budget, name)
        st.button(
            _("Add this budget as a scenario"), key="what_if_from_target", icon=":material/add:",
            on_click=what_if_state.add, args=(found,), disabled=not what_if_state.room(),
        )  # fmt: skip


def _keep_number(name: str, key: str) -> None:
    entered = st.session_state[key]
    state.choose(name, float(entered) if entered else 0.0)
