"""Parts of the page Track record, from the top: actuals, verdict, misses, one plan, scores, advice, the list."""

from __future__ import annotations

from functools import partial

import streamlit as st

from optimizer.finance.comparisons import NETWORK_PERIOD, NETWORK_WEEK, PERIOD, PLACE_WEEK, PLAN, WEEK
from optimizer.finance.record import Record
from optimizer.finance.record_json import record_text
from optimizer.finance.track_files import track_csv
from optimizer.finance.track_record import AHEAD, ALL, NETWORK, SPEND, TrackRecord
from optimizer.ui import service, state, track_store
from optimizer.ui import track_view as view
from optimizer.ui.charts_track import weeks_chart
from optimizer.ui.components.downloads import chart_data, download
from optimizer.ui.components.kept import attempt, author_field, show_attempt, taken_author
from optimizer.ui.components.tables import findings_html, headline_html
from optimizer.ui.components.titles import part
from optimizer.ui.components.track_html import misses_html, periods_html, scores_html
from optimizer.ui.data_view import finding_rows
from optimizer.ui.format import begun, markdown
from optimizer.ui.language import _, n_, tell
from optimizer.ui.pages import page_file
from optimizer.ui.track_store import Held
from optimizer.ui.track_work import Judged
from optimizer.ui.uploads import Source
from optimizer.ui.view import goal_name

ACTUALS, OUTCOME, PLAN_CHOSEN, LEAVE_OUT = "track.actuals", "track.outcome", "track.plan", "track.leave_out"
_PROBLEM, _AUTHOR = "track_close_problem", "track_close_author"


def show_actuals() -> Source | None:
    """Choose what the plans are held against; None where the history is no longer there."""
    names = {state.SAMPLE: _("The sample"), **{one.id: one.name for one in service.kept_histories()}}
    usual = state.view().history or state.SAMPLE
    chosen = state.chosen(ACTUALS, usual)
    st.session_state["track_actuals"] = chosen if chosen in names else usual if usual in names else state.SAMPLE
    with st.container(horizontal=True, vertical_alignment="bottom", key="track_against"):
        st.selectbox(
            _("Actuals from"), list(names), format_func=lambda id: names[id], key="track_actuals",
            on_change=_keep, args=(ACTUALS, "track_actuals"), width=320,
            help=_("A history that holds weeks of the plans. Add a newer one on the page Data and settings."),
        )  # fmt: skip
        st.page_link(page_file("data"), label=_("Add a newer history"), icon=":material/upload:")
    id = str(st.session_state["track_actuals"])
    return service.sample_source() if id == state.SAMPLE else service.kept_source(id)


def leave_out() -> bool:
    """Whether places that a plan does not know are left out."""
    return state.chosen(LEAVE_OUT, False)


def show_problems(judged: Judged) -> None:
    """Plans that could not be held against this history, a sentence each."""
    for problem in judged.problems:
        st.warning(markdown(tell(problem)), icon=":material/report:")
    if judged.problems or leave_out():
        st.session_state["track_leave_out"] = leave_out()
        st.checkbox(
            _("Leave out places that a plan does not know"),
            key="track_leave_out",
            on_change=_keep,
            args=(LEAVE_OUT, "track_leave_out"),
        )


def show_outcome(found: TrackRecord) -> str:
    """Which outcome is judged."""
    offered = list(found.outcomes)
    chosen = state.chosen(OUTCOME, offered[0])
    st.session_state["track_outcome"] = chosen if chosen in offered else offered[0]
    if len(offered) > 1:
        st.segmented_control(
            _("Outcome"), offered, format_func=lambda name: begun(goal_name(name)), key="track_outcome",
            on_change=_keep, args=(OUTCOME, "track_outcome"), label_visibility="collapsed", required=True,
        )  # fmt: skip
    return str(st.session_state["track_outcome"])


def show_verdict(found: TrackRecord, outcome: str) -> None:
    """What the intervals kept, in one sentence, and the key figures."""
    st.html(headline_html(view.headline(found, outcome)))
    with st.container(horizontal=True, key="track_figures"):
        for one in view.key_figures(found, outcome):
            st.metric(
                one.label, one.value, one.note or None, delta_color="off", delta_arrow="off", border=True,
                help=one.definition,
            )  # fmt: skip
    if found.findings:
        st.html(findings_html(finding_rows(found.findings)))


def show_misses(found: TrackRecord, outcome: str) -> None:
    """Forecasts whose interval did not hold."""
    part(
        _("Misses"),
        _(
            "Places and weeks in which what came lies outside of the 90 % interval, the furthest outside first. Of ten "
            "such intervals one is meant to miss. Where money was spent otherwise than planned, the forecast was of "
            "another spend."
        ),
    )
    rows = view.miss_rows(found, outcome)
    if not rows:
        st.markdown(_("Every interval held what came."))
        return
    st.html(misses_html(rows[: view.MISSES]))
    if len(rows) > view.MISSES:
        rest = rows[view.MISSES :]
        with st.expander(n_("{count} more miss", "{count} more misses", len(rest)), key="track_more_misses"):
            st.html(misses_html(rest))


def show_plan(judged: Judged, outcome: str) -> Held:
    """One plan week by week and by fiscal period; the one that was chosen."""
    part(_("One plan, week by week"))
    plans = {one.record.id: one for one in judged.held}
    begun_ones = [id for id in plans if judged.actuals[id].arrived.any()]
    first = begun_ones[0] if begun_ones else next(iter(plans))
    chosen = state.chosen(PLAN_CHOSEN, first)
    st.session_state["track_plan"] = chosen if chosen in plans else first
    st.selectbox(
        _("Plan of record"), list(plans), format_func=lambda id: plans[id].kept.name, key="track_plan",
        on_change=_keep, args=(PLAN_CHOSEN, "track_plan"), width=420,
    )  # fmt: skip
    held = plans[str(st.session_state["track_plan"])]
    record, found = held.record, judged.track
    frame = view.weeks_frame(record, judged.actuals[record.id], outcome)
    if found is not None:
        alt = view.weeks_alt(found, record, outcome)
        st.altair_chart(
            weeks_chart(frame, view.outcome_title(outcome, record.currency)), alt=alt, key="track_weeks"
        )  # fmt: skip
        st.caption(
            _(
                "Dashed: the forecast, with its 80 and 90 % intervals. Full circles: what came, inside the 90 % "
                "interval. Hollow diamonds: outside of it. Grey circles: not fully reported yet."
            )
        )
        chart_data(view.weeks_data(frame), f"track-{record.weeks[0]}")
        _periods(judged, held, found, outcome)
    return held


def _periods(judged: Judged, held: Held, found: TrackRecord, outcome: str) -> None:
    """Fiscal periods of the plan, and closing them."""
    record = held.record
    closed = frozenset(one.period for one in judged.closed if one.record == record.id)
    rows = view.period_rows(found, record, outcome, closed)
    part(
        _("By fiscal period"),
        _(
            "Closing a period fixes what came in it: its figures are judged as they stood then, and a later export "
            "that says otherwise does not change them."
        ),
    )
    st.html(periods_html(rows))
    open_ones = [row.period for row in rows if row.closable]
    show_attempt(_PROBLEM)
    if not open_ones:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="track_close_box"):
        st.selectbox(_("Period to close"), open_ones, key="track_close_period", width=180)
        with st.container(width=260):
            author_field(_AUTHOR)
        st.button(
            _("Close this period"), key="track_close", icon=":material/lock:", on_click=_close, args=(judged, held)
        )


def _close(judged: Judged, held: Held) -> None:
    """Close the period that was chosen; for the button."""
    period, author = str(st.session_state["track_close_period"]), taken_author(_AUTHOR)
    raw = judged.raw[held.record.id]
    attempt(_PROBLEM, lambda: track_store.close(service.store(), held, raw, period, author))


def show_scores(found: TrackRecord, outcome: str) -> None:
    """Scores by what was spent, network, weeks ahead, and what one forecast covers."""
    part(
        _("How good the forecasts were"),
        _(
            "Per place and week. What the true share could be follows from a Beta distribution over as many "
            "comparisons as are independent of each other: places share a good or a bad week."
        ),
    )
    levels = (PLACE_WEEK, NETWORK_WEEK, WEEK, NETWORK_PERIOD, PERIOD, PLAN)
    tables = (
        (_("By spend"), view.score_rows(found, outcome, PLACE_WEEK, ALL, SPEND)),
        (_("By network"), view.score_rows(found, outcome, PLACE_WEEK, NETWORK)),
        (_("By weeks ahead"), view.score_rows(found, outcome, PLACE_WEEK, AHEAD)),
        (_("By what a forecast covers"), view.level_rows(found, outcome, levels)),
    )
    shown = [(title, rows) for title, rows in tables if rows]
    for tab, (title, rows) in zip(st.tabs([title for title, _rows in shown]), shown, strict=True):
        with tab:
            st.html(scores_html(view.score_header(title), rows, title))
    download(
        _("Every forecast and what came, as CSV"), lambda: track_csv(found).encode("utf-8-sig"), "track-record.csv",
        key="track_csv",
    )  # fmt: skip


def show_advice(found: TrackRecord) -> None:
    """Advice followed against advice ignored."""
    if not found.advice:
        return
    part(
        _("Advice followed and ignored"),
        _(
            "A plan advises where it differs from today's split by more than 5 %. Advice counts as followed where what "
            "was spent lies nearer to the plan than to today's split. It says what went with following it, not what "
            "caused it."
        ),
    )
    st.markdown(markdown(view.advice_told(found.advice, found.currency)))
    st.html(scores_html(view.advice_header(), view.advice_rows(found.advice), _("Advice followed and ignored")))


def show_records(held: tuple[Held, ...]) -> None:
    """All plans of record, newest first; nothing about them can be changed."""
    part(
        _("Plans of record"),
        _("Approved plans, newest first. They cannot be changed, renamed or removed, only superseded."),
    )
    names = {one.kept.id: one.kept.name for one in held}
    for one in held:
        with st.container(border=True, key=f"track_record_{one.kept.id}"):
            said, button = st.columns([4, 1], vertical_alignment="center")
            lines = [f"**{markdown(one.kept.name)}**", f":small[:gray[{markdown(view.record_line(one, names))}]]"]
            if one.kept.note:
                lines.append(f":small[{markdown(one.kept.note)}]")
            said.markdown("  \n".join(lines))
            with button:
                download(
                    _("JSON"), partial(_file, one.record), f"record-{one.record.id}.json",
                    key=f"track_json_{one.kept.id}", quiet=True,
                )  # fmt: skip


def _file(record: Record) -> bytes:
    return record_text(record).encode("utf-8")


def _keep(name: str, key: str) -> None:
    state.choose(name, st.session_state[key])
