"""What to take along from the page This week: the change list, the calendar entry, the plan, and upload files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from optimizer.errors import InputError
from optimizer.planning.export import plan_csv
from optimizer.planning.rebalance.files import PLACES, calendar_ics, changes_csv
from optimizer.planning.rebalance.rebalance import Rebalance
from optimizer.ui import service, state
from optimizer.ui.components.downloads import download, plan_sheet
from optimizer.ui.components.kept import attempt, show_attempt
from optimizer.ui.components.titles import part
from optimizer.ui.failures import show_problem
from optimizer.ui.format import day, markdown, network_name
from optimizer.ui.language import _, speaker
from optimizer.ui.week_templates import KeptTemplate, keep_template, kept_templates

FILE, NETWORK, PROBLEM = "week_template_file", "week_template_network", "week_template_problem"


def show_files(found: Rebalance) -> None:
    """Files of the week as they stand with the choices made."""
    first = str(found.plan.weeks[0])
    part(
        _("Work it down"),
        _(
            "The change list is in the order to work it down: cuts first, so that no day costs more than it should. "
            "Upload files hold only what changes, since a mere upload can set a network's learning back."
        ),
        _("Look again on {day}, with the week before it in the history.", day=day(found.look_again)),
    )
    with st.container(horizontal=True, key="week_files"):
        download(_("Change list"), changes_csv(found).encode(), f"changes-{first}.csv", key="week_changes")
        download(_("Calendar entry"), calendar_ics(found).encode(), f"week-{first}.ics", key="week_calendar")
        download(_("Plan as CSV"), plan_csv(found.plan).encode(), f"plan-{first}.csv", key="week_csv")
        download(_("Plan as XLSX"), partial(plan_sheet, found.plan, speaker()), f"plan-{first}.xlsx", key="week_xlsx")
    _uploads(found, kept_templates(service.store()))


def _uploads(found: Rebalance, templates: Sequence[KeptTemplate]) -> None:
    """A file per template, and a place to hand in another."""
    label = _("Upload files for the networks ({count})", count=len(templates)) if templates else _("Upload files")
    with st.expander(label, icon=":material/upload_file:", key="week_templates"):
        for one in templates:
            _filled(found, one)
        st.caption(
            markdown(
                _(
                    "A template is a network's own table as CSV with one row of places such as {name} and {amount}; "
                    "it is kept, and filled in with every week's changes. Places: {places}.",
                    name="{content_type}",
                    amount="{spend_per_day}",
                    places=", ".join(f"{{{one}}}" for one in PLACES),
                )
            )
        )
        networks = ["", *sorted({cell.network for cell in found.plan.cells})]
        st.selectbox(
            _("For"),
            networks,
            format_func=lambda name: network_name(name) if name else _("all networks"),
            key=NETWORK,
            width=240,
        )
        st.file_uploader(_("Template"), type=["csv", "txt"], key=FILE, on_change=_take)
        show_attempt(PROBLEM)


def _filled(found: Rebalance, one: KeptTemplate) -> None:
    """The upload file of a template, or why there is none."""
    try:
        data = one.filled(found)
    except InputError as problem:
        show_problem(problem)
        return
    name = network_name(one.network) if one.network else _("all networks")
    with st.container(horizontal=True, vertical_alignment="center", key=f"week_template_{one.kept.id}"):
        file = f"upload-{one.network or 'all'}-{found.plan.weeks[0]}.csv"
        download(markdown(_("Upload for {network}", network=name)), data, file, key=f"week_upload_{one.kept.id}")
        st.caption(markdown(_("by {file}", file=one.file)))
        st.button(
            _("Put away"),
            key=f"week_template_away_{one.kept.id}",
            icon=":material/archive:",
            type="tertiary",
            on_click=_put_away,
            args=(one,),
        )


def _take() -> None:
    upload = st.session_state.get(FILE)
    if upload is not None:
        network, name, data = str(st.session_state.get(NETWORK, "")), upload.name, upload.getvalue()
        attempt(PROBLEM, lambda: keep_template(service.store(), network, name, data, state.author()))


def _put_away(one: KeptTemplate) -> None:
    attempt(PROBLEM, lambda: service.store().archive(one.kept.id, one.kept.version, state.author()))
