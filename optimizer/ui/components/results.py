"""The plan on screen, section by section; every word and figure comes ready from the view modules."""

from __future__ import annotations

import streamlit as st

from optimizer.history import Finding
from optimizer.planning.export import plan_csv, summary_json
from optimizer.planning.plan import Plan
from optimizer.planning.wording import MONEY_OUTCOMES
from optimizer.ui import cells, service, text, view
from optimizer.ui.charts import response_chart
from optimizer.ui.components.tables import alert_html, findings_html, grid_html, headline_html, moves_html
from optimizer.ui.format import NBSP, money
from optimizer.ui.service import Facts

MOST_CURVES = 4
FIRST_CURVES = 2
OPEN_FINDINGS = 6
CURVES_KEY = "curve_places"


def show_empty() -> None:
    """Say what to bring, and give an example of it."""
    with st.container(border=True, key="empty"):
        st.subheader(text.EMPTY_TITLE, anchor=False)
        st.markdown(text.EMPTY_BODY)
        sample = service.sample_source()
        st.download_button(
            text.EMPTY_EXAMPLE,
            sample.data,
            file_name=sample.name,
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            key="download_sample",
        )


def show_ready(facts: Facts) -> None:
    """A history without a question yet: what was found in it, and what to do next."""
    st.subheader(text.READY_TITLE, anchor=False)
    st.markdown(text.READY_BODY)
    if facts.findings:
        _findings(facts.findings, text.FINDINGS_READ_TITLE)


def show_plan(plan: Plan) -> None:
    """The whole plan, the decision first."""
    st.html(headline_html(view.headline(plan)))
    _figures(plan)
    _serious(plan)
    _downloads(plan)
    _grid(plan)
    _moves(plan)
    _curves(plan)
    _findings(plan.findings, text.FINDINGS_TITLE)
    _origin(plan)


def _figures(plan: Plan) -> None:
    with st.container(horizontal=True, key="figures"):
        for figure in view.figures(plan):
            st.metric(
                figure.label,
                figure.value,
                delta=figure.note,
                delta_color="off",
                delta_arrow="off",
                help=figure.definition,
                border=True,
                height="stretch",
            )


def _serious(plan: Plan) -> None:
    """What could overturn the plan is said before its details."""
    lines = [line for line in view.finding_lines(plan.findings) if line.serious]
    if lines:
        st.html(alert_html(lines))


def _downloads(plan: Plan) -> None:
    first = str(plan.weeks[0])
    with st.container(horizontal=True, key="downloads"):
        st.download_button(
            text.DOWNLOAD_PLAN,
            plan_csv(plan).encode("utf-8"),
            file_name=f"plan-{first}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            key="download_plan",
        )
        st.download_button(
            text.DOWNLOAD_SUMMARY,
            summary_json(plan).encode("utf-8"),
            file_name=f"summary-{first}.json",
            mime="application/json",
            on_click="ignore",
            icon=":material/download:",
            key="download_summary",
        )


def _grid(plan: Plan) -> None:
    st.subheader(text.GRID_TITLE, anchor=False)
    caption = text.GRID_CAPTION.format(unit=plan.currency or text.MONEY)
    st.caption(caption)
    st.html(grid_html(cells.grid(plan), caption))


def _moves(plan: Plan) -> None:
    st.subheader(text.MOVES_TITLE, anchor=False)
    step = money(cells.next_step(plan), "")
    unit = plan.currency or text.MONEY
    column = cells.next_column(plan)
    st.caption(text.MOVES_CAPTION.format(unit=unit, step=step, column=column, goal=view.goal_name(plan.goal)))
    moving, staying = cells.move_rows(plan)
    if moving:
        st.html(moves_html(moving, column))
    else:
        st.markdown(text.MOVES_NONE)
    if staying:
        with st.expander(text.MOVES_STAY_ONE if len(staying) == 1 else text.MOVES_STAY.format(count=len(staying))):
            st.html(moves_html(staying, column))


def _curves(plan: Plan) -> None:
    st.subheader(text.CURVES_TITLE, anchor=False)
    goal = view.goal_name(plan.goal)
    st.caption(text.CURVES_CAPTION.format(goal=goal, nbsp=NBSP))
    names = cells.cell_names(plan.cells)
    chosen = st.multiselect(
        text.CURVES_PICK.format(count=MOST_CURVES),
        plan.cells,
        default=cells.largest_moves(plan, FIRST_CURVES),
        format_func=lambda cell: names[cell],
        max_selections=MOST_CURVES,
        key=f"{CURVES_KEY}_{plan.run.id}",
    )
    if not chosen:
        st.info(text.CURVES_NONE)
        return
    unit = f", {plan.currency}" if plan.currency else ""
    value_unit = unit if plan.goal in MONEY_OUTCOMES else ""
    columns = st.columns(2, gap="medium")
    for place, cell in enumerate(chosen):
        curve = cells.curve_view(plan, cell)
        with columns[place % 2]:
            st.markdown(f"**{curve.title}**")
            st.altair_chart(
                response_chart(
                    curve,
                    text.AXIS_VALUE.format(goal_cap=goal.capitalize()) + value_unit,
                    text.AXIS_SPEND + unit,
                ),
                alt=curve.description,
                key=f"curve_{place}",
            )


def _findings(findings: tuple[Finding, ...], title: str) -> None:
    st.subheader(title, anchor=False)
    lines = view.finding_lines(findings)
    if not lines:
        st.markdown(text.FINDINGS_NONE)
        return
    st.html(findings_html(lines[:OPEN_FINDINGS]))
    if len(lines) > OPEN_FINDINGS:
        with st.expander(text.FINDINGS_MORE.format(count=len(lines) - OPEN_FINDINGS)):
            st.html(findings_html(lines[OPEN_FINDINGS:]))


def _origin(plan: Plan) -> None:
    run = plan.run
    with st.expander(text.ORIGIN):
        st.markdown(text.ORIGIN_BODY.format(id=run.id, version=run.version, seed=run.seed, sha=run.data_sha256))
