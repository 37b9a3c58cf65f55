"""Attributed against booked revenue on screen: the upload, what comes of it, and the difference."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.finance.books import read_books
from optimizer.finance.reconcile import reconcile
from optimizer.planning.settings import settings_of
from optimizer.reports import frame_csv
from optimizer.ui import service
from optimizer.ui.components.downloads import download
from optimizer.ui.components.finance_tables import lines_html
from optimizer.ui.components.style_finance import MEGABYTES
from optimizer.ui.components.titles import part
from optimizer.ui.components.work import Work
from optimizer.ui.failures import show_problem
from optimizer.ui.finance_books import books_frame, books_table, books_template
from optimizer.ui.format import markdown
from optimizer.ui.language import _

HELD, ROUND = "finance_books", "finance_books_round"


def show_books(work: Work) -> None:
    """Ask for booked revenue and hold it against what the networks claim."""
    part(
        _("Attributed against booked"),
        _(
            "Attributed revenue is what the networks credit to their ads, booked revenue what the books hold of the "
            "same days. The difference is revenue that came without them, or that several of them claim."
        ),
        _("CSV with period or date, revenue, and where they are known currency and network."),
    )
    last = dt.date.fromisoformat(str(work.facts.last))
    calendar = settings_of(work.asked.settings).fiscal
    with st.container(horizontal=True, vertical_alignment="bottom", key="finance_books_upload"):
        upload = st.file_uploader(
            _("Booked revenue"), type=["csv"], max_upload_size=MEGABYTES,
            key=f"finance_books_file_{st.session_state.get(ROUND, 0)}",
        )  # fmt: skip
        download(
            _("Template to fill in"), books_template(calendar, work.facts.currency, last), "booked-revenue.csv",
            key="finance_books_template",
        )  # fmt: skip
    if upload is not None:
        st.session_state[HELD] = (upload.name, upload.getvalue())
    held = st.session_state.get(HELD)
    if held is not None:
        _show(work, *held)


def _show(work: Work, name: str, data: bytes) -> None:
    """The reconciliation of a file; it stays for the visit."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("From {file}", file=markdown(name)))
        st.button(_("Take it away"), key="finance_books_forget", on_click=_forget, type="tertiary")
    try:
        found = reconcile(service.history(work.source), settings_of(work.asked.settings).fiscal, read_books(data, name))
    except OptimizerError as problem:
        show_problem(problem)
        return
    table = books_table(found)
    st.markdown(markdown(table.sentence))
    st.html(lines_html(table.header, table.lines, _("Attributed against booked")))
    for note in table.notes:
        st.caption(markdown(note))
    download(
        _("As CSV"), lambda: frame_csv(books_frame(found)), "reconciliation.csv", key="finance_books_csv", quiet=True
    )


def _forget() -> None:
    st.session_state.pop(HELD, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
