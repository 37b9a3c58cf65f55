"""Today's budgets: typed in, taken from a file or from what was accepted last, or the mean of the last weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from optimizer.errors import InputError
from optimizer.history.panel import Panel
from optimizer.language.message import number, say
from optimizer.planning.cell_table import Handed
from optimizer.planning.request import read_current
from optimizer.ui import state
from optimizer.ui.components.kept import attempt, show_attempt
from optimizer.ui.components.plan_inputs import budget_step, currency_of
from optimizer.ui.components.work import Work
from optimizer.ui.format import day, markdown, place_name
from optimizer.ui.language import _, n_
from optimizer.ui.uploads import safe_name
from optimizer.ui.week_store import Accepted, last_accepted
from optimizer.ui.week_work import first_day, panel_now

FILE, PROBLEM, SAID = "week_current_file", "week_current_problem", "week_current_said"
LARGEST = 1_000_000  # bytes of a file with a row per place


def knows_today(work: Work) -> bool:
    """Whether there is anything that counts as today's budgets."""
    return bool(work.asked.current) or work.facts.recent > 0


def show_today(work: Work, plans: Sequence[Accepted]) -> None:
    """A button that says where today's budgets come from, and behind it how to give others."""
    label = _("Today's budgets: given") if work.asked.current else _("Today's budgets")
    with st.container(key="week_today_box", width="content"), st.popover(label, icon=":material/edit_calendar:"):
        show_today_fields(work, plans)
    said = st.session_state.pop(SAID, "")
    if said:
        st.toast(said, icon=":material/edit_calendar:")


def show_today_fields(work: Work, plans: Sequence[Accepted]) -> None:
    """What is set now in the networks, to be given as it is."""
    panel = panel_now(work)
    st.caption(
        _("What every change starts from, a week. Without it the mean of the last 12 complete weeks counts as today.")
    )
    show_attempt(PROBLEM)
    _sources(work, plans, panel)
    st.file_uploader(
        _("Or a file: CSV with network, content_type and spend a week"),
        type=["csv"],
        key=FILE,
        on_change=_take_file,
        args=(panel,),
    )
    _form(work, panel)


def _sources(work: Work, plans: Sequence[Accepted], panel: Panel) -> None:
    """What today's budgets can be taken from with one press."""
    last = accepted_before(work, plans)
    with st.container(horizontal=True, key="week_today_sources"):
        if last is not None:
            start = day(np.datetime64(last.first))
            amounts = {cell.label: last.weekly.get(cell.label, 0.0) for cell in panel.cells}
            st.button(
                _("As accepted for {start}", start=start),
                key="week_today_accepted",
                icon=":material/task_alt:",
                disabled=_same(amounts, work.asked.current),
                on_click=_take,
                args=(amounts,),
            )
        st.button(
            _("Mean of the last 12 weeks"),
            key="week_today_mean",
            icon=":material/undo:",
            disabled=not work.asked.current or not panel.recent_spend.sum() > 0,
            on_click=_take,
            args=({},),
        )


def accepted_before(work: Work, plans: Sequence[Accepted]) -> Accepted | None:
    """The budgets accepted last for an earlier week of the same money, of places that the history has."""
    week = first_day(work)
    earlier = [one for one in plans if dt.date.fromisoformat(one.first) < week]
    last = last_accepted(earlier, work.source.sample, currency_of(work))
    known = {cell.label for cell in panel_now(work).cells}
    return last if last is not None and any(last.weekly.get(label, 0.0) > 0 for label in known) else None


def show_suggestion(work: Work, plans: Sequence[Accepted]) -> None:
    """Offer what was accepted last as today's budgets, as long as nothing was given."""
    last = accepted_before(work, plans)
    if last is None or work.asked.current:
        return
    amounts = {cell.label: last.weekly.get(cell.label, 0.0) for cell in panel_now(work).cells}
    with st.container(horizontal=True, vertical_alignment="center", key="week_suggestion"):
        st.markdown(
            markdown(
                _(
                    "You accepted budgets for the week of {start}. If they are what is set in the networks now, start "
                    "from them rather than from the mean of 12 weeks.",
                    start=day(np.datetime64(last.first)),
                )
            )
        )
        st.button(_("Start from them"), key="week_today_suggested", on_click=_take, args=(amounts,))


def _form(work: Work, panel: Panel) -> None:
    """A field per place; taken together, so that not every field answers anew."""
    given = work.asked.current
    usual = np.round(panel.recent_spend, 2)
    step = budget_step(work.facts.recent / max(len(panel.cells), 1))
    with st.form("week_today_form", border=False):
        columns = st.columns(2)
        for c, cell in enumerate(panel.cells):
            amount = float(given.get(cell.label, 0.0)) if given else float(usual[c])
            with columns[c % 2]:
                st.number_input(
                    markdown(place_name(*cell)), min_value=0.0, value=amount, step=step, format="%0.10g",
                    key=_key(panel, c, given),
                )  # fmt: skip
        st.form_submit_button(
            _("Take these as today's budgets"), type="primary", on_click=_take_form, args=(panel, dict(given)),
            key="week_today_take",
        )  # fmt: skip


def _key(panel: Panel, c: int, given: Mapping[str, float]) -> str:
    """A field of its own for every set of amounts: it starts from them, and not from what was typed before."""
    return f"week_today_{panel.cells[c].label}_{hash(tuple(sorted(given.items())))}"


# What widgets do ----------------------------------------------------------------------------------------------------


def _take(amounts: Mapping[str, float]) -> None:
    def do() -> None:
        if amounts and not sum(amounts.values()) > 0:
            raise InputError.at(say("all of today's budgets are 0"), fix=say("give what is spent now"))
        state.change(current=dict(amounts))

    attempt(PROBLEM, do)


def _take_form(panel: Panel, given: Mapping[str, float]) -> None:
    _take({cell.label: float(st.session_state[_key(panel, c, given)] or 0.0) for c, cell in enumerate(panel.cells)})


def _take_file(panel: Panel) -> None:
    upload = st.session_state.get(FILE)
    if upload is None:
        return

    def do() -> None:
        amounts, unnamed = read_today(upload.name, upload.getvalue(), panel)
        state.change(current=amounts)
        st.session_state[SAID] = (
            n_(
                "Taken. {count} place that the file does not name counts as 0.",
                "Taken. {count} places that the file does not name count as 0.",
                unnamed,
            )
            if unnamed
            else _("Taken.")
        )

    attempt(PROBLEM, do)


def read_today(name: str, data: bytes, panel: Panel) -> tuple[dict[str, float], int]:
    """Today's budgets by label from a file as the command line takes it, and how many places it does not name.

    Raises
    ------
    InputError
        As for `optimizer.planning.request.read_current`; or the file is too large.
    """
    file = safe_name(name)
    if len(data) > LARGEST:
        problem = say("the file has {bytes} bytes", bytes=number(len(data)))
        raise InputError.at(problem, file=file, fix=say("give one row per place"))
    spend = read_current(Handed(data, file), panel.cells)
    amounts = {cell.label: float(spend[c]) for c, cell in enumerate(panel.cells) if np.isfinite(spend[c])}
    return amounts, int(np.isnan(spend).sum())


def _same(amounts: Mapping[str, float], given: Mapping[str, float]) -> bool:
    return {k: v for k, v in amounts.items() if v} == {k: v for k, v in given.items() if v}
