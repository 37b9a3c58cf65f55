"""The plan on screen, section by section; every word and figure comes ready from the view modules."""

from __future__ import annotations

import streamlit as st

from optimizer.history import Finding
from optimizer.planning.asked import Asked
from optimizer.planning.export import plan_csv, summary, summary_json
from optimizer.planning.plan import Plan
from optimizer.store import Kind
from optimizer.ui import cells, view
from optimizer.ui.components.downloads import chart_data, download, plan_sheet
from optimizer.ui.components.kept import keep_button
from optimizer.ui.components.tables import (
    alert_html,
    findings_html,
    flow_html,
    grid_html,
    headline_html,
    limits_html,
    moves_html,
)
from optimizer.ui.components.titles import part
from optimizer.ui.format import day, money
from optimizer.ui.language import _, n_, speaker
from optimizer.ui.pages import page_file
from optimizer.ui.plan_charts import flow_frame, flow_height, flow_option
from optimizer.ui.plan_flow import flow
from optimizer.ui.plan_limits import limits

OPEN_FINDINGS = 6


def show_decision(plan: Plan, given: bool = False) -> None:
    """The decision, its worth, and what could overturn it; `given` where a person gave today's budgets."""
    st.html(headline_html(view.headline(plan, given)))
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
    lines = [line for line in view.finding_lines(plan.findings) if line.serious]
    if lines:
        st.html(alert_html(lines))


def show_flow(plan: Plan) -> None:
    """Which places give and which receive; nothing where nothing moves."""
    shown = flow(plan)
    if shown is None:
        return
    part(_("From today's split to the plan"), note=shown.caption)
    with st.container(key="flow_chart"):
        st.echarts_chart(
            flow_option(shown), height=flow_height(shown), key="flow", renderer="svg", alt=shown.description
        )
        with st.expander(_("The same as a list")):
            st.html(flow_html(shown))
    with st.container(key="flow_phone"):
        st.html(flow_html(shown))
    chart_data(flow_frame(shown), "flow")


def show_grid(plan: Plan) -> None:
    """Networks down, content types across."""
    caption = _(
        "{unit} a week in the plan, and the change from today: ▲ more, ▼ less, = as today. An empty place has no "
        "history.",
        unit=plan.currency or _("Money"),
    )
    part(_("Where the money goes"), note=caption)
    st.html(grid_html(cells.grid(plan), caption))


def show_moves(plan: Plan) -> None:
    """Every change with its reason, its evidence and what the next money brings."""
    step = money(cells.next_step(plan), "")
    column = cells.next_column(plan)
    note = _(
        "{unit} a week; “A day” is the plan's weekly spend over seven days. “{column}” is the {goal} that the next "
        "{step} add there, carry-over included, or the last {step} where money is taken: at today's spend, as under "
        "“Why”, → at the plan. A plan is best when these end up alike wherever no limit binds. Open an evidence label "
        "to read what it rests on.",
        unit=plan.currency or _("Money"),
        step=step,
        column=column,
        goal=view.goal_name(plan.goal),
    )
    part(_("Moves, largest first"), note=note)
    moving, staying = cells.move_rows(plan)
    if moving:
        st.html(moves_html(moving, column))
    else:
        st.markdown(_("Nothing moves."))
    if staying:
        words = n_("{count} place stays about as it is", "{count} places stay about as they are", len(staying))
        with st.expander(words):
            st.html(moves_html(staying, column))
    st.page_link(page_file("curves"), label=_("What each place returns, as curves"), icon=":material/show_chart:")


def show_limits(plan: Plan, asked: Asked) -> None:
    """Which rules and limits bind, and what each costs."""
    note = _("Dearest first. Costs count the plan's weeks and the carry-over of the 8 weeks after.")
    shown = limits(plan, asked)
    part(_("What rules and limits cost"), note=note if shown.rows else "")
    if shown.rows:
        st.html(limits_html(shown.rows))
    if shown.rest:
        st.markdown(shown.rest)


def show_files(plan: Plan, asked: Asked) -> None:
    """The plan as files, and keeping it for later."""
    first, speaks = str(plan.weeks[0]), speaker()  # files are made once the page is drawn and its language forgotten
    part(_("Keep and download"))
    with st.container(horizontal=True, key="downloads"):
        download(_("Plan as CSV"), lambda: plan_csv(plan).encode("utf-8"), f"plan-{first}.csv", key="download_plan")
        download(_("Plan as XLSX"), lambda: plan_sheet(plan, speaks), f"plan-{first}.xlsx", key="download_xlsx")
        download(
            _("Summary as JSON"),
            lambda: summary_json(plan).encode("utf-8"),
            f"summary-{first}.json",
            key="download_summary",
        )
        name = _("Plan from {first}", first=day(plan.weeks[0]))
        keep_button(Kind.PLAN, lambda: kept_content(plan, asked), name, label=_("Keep this plan"), key="keep_plan")


def kept_content(plan: Plan, asked: Asked) -> dict[str, object]:
    """What is kept of a plan: the question, its figures, and that nobody has accepted it yet."""
    return {"asked": asked.to_json(), "figures": summary(plan), "status": "draft", "run": plan.run.id}


def show_findings(findings: tuple[Finding, ...]) -> None:
    """What to know about the data."""
    part(_("What to know about the data"))
    lines = view.finding_lines(findings)
    if not lines:
        st.markdown(_("Nothing stood out in the history or the fit."))
        return
    st.html(findings_html(lines[:OPEN_FINDINGS]))
    more = len(lines) - OPEN_FINDINGS
    if more > 0:
        with st.expander(n_("{count} more note", "{count} more notes", more)):
            st.html(findings_html(lines[OPEN_FINDINGS:]))


def show_origin(plan: Plan) -> None:
    """What a figure stands on."""
    run = plan.run
    with st.expander(_("Where this comes from")):
        st.markdown(
            _(
                "Run {id}, version {version}, seed {seed}. History SHA-256 {sha}. The same history, inputs and version "
                "give the same plan; the command line writes the same files.",
                id=run.id,
                version=run.version,
                seed=str(run.seed),
                sha=run.data_sha256,
            )
        )
