"""Approving a draft as the plan of record, on any page that shows one."""

from __future__ import annotations

import streamlit as st

from optimizer.finance.record import Record
from optimizer.finance.record_json import record_text
from optimizer.store.values import LONGEST_NAME, LONGEST_NOTE
from optimizer.ui import service, track_store
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import attempt, author_field, kept_history, show_attempt, taken_author
from optimizer.ui.components.titles import part
from optimizer.ui.components.track_html import approved_html
from optimizer.ui.components.work import Work
from optimizer.ui.data_view import by_and_when
from optimizer.ui.format import markdown
from optimizer.ui.language import _
from optimizer.ui.pages import page_file
from optimizer.ui.track_store import Held, Named

_PROBLEM, _NAME, _NOTE = "approve_problem", "approve_name", "approve_note"
_AUTHOR, _PROPOSED = "approve_author", "approve_proposed"


def show_approve(work: Work, draft: Record) -> None:
    """Ask to approve a draft, or say who did.

    Parameters
    ----------
    work : Work
    draft : Record
        What would be approved: what the page shows is read from it, and it is kept as it is.
    """
    held = track_store.records(service.store())
    done = track_store.same_plan(held, draft)
    if done is None:
        _ask(work, draft, held)
    else:
        _approved(done)


def _ask(work: Work, draft: Record, held: tuple[Held, ...]) -> None:
    part(
        _("Approve as the plan of record"),
        _(
            "The plan is frozen with its forecast, its statement, all inputs, the hash of the history, the version of "
            "the program, the seed and the solver's proof. It cannot be changed after that, only superseded, and the "
            "page Track record tells how it came true."
        ),
    )
    seen = track_store.that_holds(held, draft, _named(work))
    typed = st.session_state.get(_NAME, "")
    st.session_state[_NAME] = draft.name if typed in ("", st.session_state.get(_PROPOSED)) else typed
    st.session_state[_PROPOSED] = draft.name
    with st.container(border=True, key="approve_box"):
        if seen is not None:
            st.caption(
                markdown(
                    _(
                        "It supersedes {name}, approved for the same weeks: {who_when}.",
                        name=seen.kept.name,
                        who_when=by_and_when(seen.kept.author, seen.kept.created),
                    )
                )
            )
        columns = st.columns(3)
        with columns[0]:
            st.text_input(_("Name"), key=_NAME, max_chars=LONGEST_NAME)
        with columns[1]:
            author_field(_AUTHOR)
        with columns[2]:
            st.text_input(_("Note, if you like"), key=_NOTE, max_chars=LONGEST_NOTE)
        show_attempt(_PROBLEM)
        st.button(
            _("Approve this plan"),
            type="primary",
            key="approve",
            icon=":material/verified:",
            on_click=_approve,
            args=(work, draft, seen),
        )


def _named(work: Work, name: str = "", author: str = "", note: str = "") -> Named:
    return Named(name, author, note, kept_history(), work.source.sample)


def _approve(work: Work, draft: Record, seen: Held | None) -> None:
    """Keep the draft as the plan of record; for the button."""
    held = st.session_state
    named = _named(work, str(held.get(_NAME, "")), taken_author(_AUTHOR), str(held.get(_NOTE, "")))
    if attempt(_PROBLEM, lambda: track_store.approve(service.store(), draft, named, seen)):
        held[_NOTE] = ""


def _approved(held: Held) -> None:
    """Who approved it, and where it goes on."""
    part(_("Plan of record"))
    said = _("Approved: {who_when}", who_when=by_and_when(held.kept.author, held.kept.created))
    st.html(approved_html(held.kept.name, said, held.kept.note))
    with st.container(horizontal=True, vertical_alignment="center", key="approve_next"):
        st.page_link(page_file("track_record"), label=_("See the track record"), icon=":material/fact_check:")
        download(
            _("Plan of record as JSON"), lambda: record_text(held.record).encode("utf-8"),
            f"record-{held.record.id}.json", key="approve_json",
        )  # fmt: skip
