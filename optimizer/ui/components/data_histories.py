"""The tab History: what is open, adding a file, and the histories on file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import streamlit as st

from optimizer.errors import InputError, OptimizerError
from optimizer.history.broken import BrokenRows
from optimizer.history.exports import ExportFile
from optimizer.history.exports.survey import survey
from optimizer.history.headers import HeaderFacts, read_headers
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.history.read import identity_of
from optimizer.history.schema import BY_NAME
from optimizer.store import Kept, Kind
from optimizer.ui import service, state
from optimizer.ui.components.data_mapping import column_table
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import Hooks, attempt, kept_list, show_attempt
from optimizer.ui.components.tables import findings_html
from optimizer.ui.components.titles import part
from optimizer.ui.components.work import current_source
from optimizer.ui.data_store import duplicate_history, keep_mapping, reading_of
from optimizer.ui.data_view import (
    counted,
    finding_rows,
    findings_title,
    first_draft,
    fits,
    needs_mapping,
    size_line,
)
from optimizer.ui.failures import show_problem
from optimizer.ui.format import day, markdown, money
from optimizer.ui.language import _, n_, tell
from optimizer.ui.pages import page_file
from optimizer.ui.uploads import MAX_MEGABYTES, SUFFIXES, Source, check_size

UPLOAD, ROUND, IMPORT, DONE = "data_upload", "data_upload_round", "data_import", "data_import_done"
DONE_TOO, TAB = "data_import_done_too", "data_tab"
NEW_DRAFT, OWN_DRAFT = "newcolumns", "owncolumns"
LOOKED_AT = 20
"""Kept mappings that are tried on the headers of a new file."""


@dataclass(frozen=True)
class Import:
    """A file that was handed in and could not be read as it is.

    Attributes
    ----------
    file : str
        Id of the upload.
    source : Source
    problem : OptimizerError
        Why it could not be read.
    headers : tuple of HeaderFacts
        Its headers where somebody can say what they are; empty where that would not help.
    like : str
        Name of the history whose mapping is proposed, or "".
    network : str
        Name of the network whose export it is, or "".
    """

    file: str
    source: Source
    problem: OptimizerError
    headers: tuple[HeaderFacts, ...] = ()
    like: str = ""
    network: str = ""


def show_histories() -> None:
    """Draw the tab."""
    _open_now()
    _add()
    part(_("On file"), _("Everything that was added on this server. Archived histories are kept, out of the way."))
    kept_list(Kind.HISTORY, hooks=history_hooks(), key="histories")


# What is open ------------------------------------------------------------------------------------------------------


def _open_now() -> None:
    """Which history this is, what it holds, and what was found in it."""
    source = current_source()
    if source is None:
        return
    name = _("Sample (simulated)") if source.sample else markdown(source.name)
    part(name, _("All pages show this history. Choose another one in the list below or beside the pages."))
    done = st.session_state.pop(DONE, "")
    if done:
        st.success(_("{name} is on file and open now.", name=markdown(done)), icon=":material/check:")
        more = st.session_state.pop(DONE_TOO, "")
        if more:
            st.markdown(markdown(more))
        page_links()
    show_attempt(f"{OWN_DRAFT}_problem")
    try:
        known, read = service.facts(source), service.history(source)
    except OptimizerError as problem:
        show_problem(problem)
    else:
        st.markdown(
            _(
                "{size}, from {first} to {last}. {recent} a week over the last 12 weeks.",
                size=size_line(counted(read, source.sha256)),
                first=day(known.first),
                last=day(known.last),
                recent=money(known.recent, known.currency),
            )
        )
        rows = finding_rows(known.findings)
        with st.expander(findings_title(known.findings), expanded=any(row.serious for row in rows), key="found"):
            nothing = _("Every row was read, and nothing looks odd.")
            st.html(findings_html(rows) if rows else f"<p>{escape(nothing)}</p>")
    if not source.sample:
        _own_columns(source)


def _own_columns(source: Source) -> None:
    """How the columns of the open history are read, to be changed."""
    history = state.view().history
    box = st.expander(_("How its columns are read"), key="own_columns", on_change="rerun")
    if not box.open:
        return
    with box:
        reading = reading_of(service.store(), history)
        mark = (history, reading.mapping_version)
        if st.session_state.get(f"{OWN_DRAFT}_of") != mark:
            headers = read_headers(source.data, source.name, source.mapping)
            st.session_state[f"{OWN_DRAFT}_of"], st.session_state[f"{OWN_DRAFT}_headers"] = mark, headers
            st.session_state[OWN_DRAFT] = first_draft(headers, _told(reading.mapping, headers), source.name)
        mapping = column_table(st.session_state[f"{OWN_DRAFT}_headers"], OWN_DRAFT)
        st.button(
            _("Read it so"),
            key="own_apply",
            disabled=mapping is None or mapping == reading.mapping,
            on_click=_read_own,
            args=(source, mapping, reading.mapping_version),
        )


def _told(mapping: ColumnMapping, headers: Sequence[HeaderFacts]) -> ColumnMapping:
    """The mapping with every header in it, so that nothing is proposed for what is left out on purpose."""
    return replace(mapping, columns={one.name: _known(mapping, one.name) for one in headers} | dict(mapping.columns))


def _known(mapping: ColumnMapping, header: str) -> str:
    column = mapping.column(header)
    return column if column in BY_NAME else ""


def _read_own(source: Source, mapping: ColumnMapping, version: int) -> None:
    """Keep another mapping for the open history, if it can be read so."""

    def do() -> None:
        other = source.read_as(mapping, source.naming)
        keep_mapping(
            service.store(), state.view().history, mapping, counted(service.history(other), other.reading),
            state.author(), version,
        )  # fmt: skip

    attempt(f"{OWN_DRAFT}_problem", do)


# Adding one --------------------------------------------------------------------------------------------------------


def _add() -> None:
    """Take a file; what can be read is kept and opened, what cannot be is said, and its columns can be named."""
    part(
        _("Add a history"),
        note=_(
            "One row per day or week, network and content type, with what was spent and what it brought. Exports with "
            "headers of their own can be read too: you say which column is which."
        ),
    )
    show_attempt(f"{UPLOAD}_problem")
    upload = st.file_uploader(
        _("A CSV, XLSX or Parquet file"),
        type=list(SUFFIXES),
        key=f"{UPLOAD}_{st.session_state.get(ROUND, 0)}",
        max_upload_size=MAX_MEGABYTES,
    )
    if upload is None:
        sample = service.sample_source()
        download(_("Download the sample as a template"), sample.data, sample.name, key="data_sample")
        return
    held = st.session_state.get(IMPORT)
    if not isinstance(held, Import) or held.file != upload.file_id:
        with st.spinner(_("Reading {file}", file=markdown(upload.name))):
            held = _first_try(upload.file_id, Source.of(upload.name, upload.getvalue()))
        st.session_state[IMPORT] = held
    if held is None:
        st.rerun()
    _show_import(held)


def _first_try(file: str, source: Source) -> Import | None:
    """Read a new file and keep it; what stands in the way, where something does."""
    try:
        _keep(source)
    except OptimizerError as problem:
        headers = _headers(source)
        known, like = _earlier(headers)
        if headers:
            st.session_state[NEW_DRAFT] = first_draft(headers, known, source.name)
        network = survey([ExportFile(source.name, source.data)])[0].title if headers else ""
        return Import(file, source, problem, headers, like, network)
    return None


def _headers(source: Source) -> tuple[HeaderFacts, ...]:
    """The headers of a file that its own names do not make a history; none where something else is wrong with it."""
    try:
        check_size(source)
        headers = read_headers(source.data, source.name)
    except InputError:  # the sentence of the first try says what is wrong
        return ()
    return headers if needs_mapping(headers) else ()


def _earlier(headers: Sequence[HeaderFacts]) -> tuple[ColumnMapping, str]:
    """The newest kept mapping that fits these headers, and the name of its history."""
    for kept in service.store().list(Kind.MAPPING)[:LOOKED_AT]:
        mapping = ColumnMapping.from_json(kept.content.get("mapping", {}))
        if fits(mapping, headers):
            return mapping, service.store().get(kept.history).name
    return AS_SPELLED, ""


def _show_import(held: Import) -> None:
    """Why a file was not taken, and what can be done about it."""
    if not held.headers:
        show_problem(held.problem)
        _show_rows(held.problem)
        st.caption(_("Nothing was kept. Correct the file and hand it in again."))
        return
    if held.network:
        st.info(_("{file} is an export of {network}. It need not be told column by column: hand it in under Exports.",
                  file=markdown(held.source.name), network=held.network), icon=":material/download:")  # fmt: skip
        st.button(_("Go to Exports"), key="import_as_export", on_click=state.choose, args=(TAB, "exports"))
    st.info(
        _("{file} has headers of its own. Say which column is which; nothing is kept until then.",
          file=markdown(held.source.name)),
        icon=":material/table_chart:",
    )  # fmt: skip
    if held.like:
        st.caption(_("Proposed as for {name}, which has the same headers.", name=markdown(held.like)))
    mapping = column_table(held.headers, NEW_DRAFT)
    st.button(
        _("Read and keep it"),
        type="primary",
        key="import_apply",
        disabled=mapping is None,
        on_click=_take,
        args=(held, mapping),
    )


def _show_rows(problem: OptimizerError) -> None:
    """Everything wrong with the rows of a file at once, where that is what is wrong with it."""
    if not isinstance(problem, BrokenRows) or len(problem.each) < 2:
        return
    count = len(problem.each)
    title = n_("{count} value to correct", "{count} values to correct", count)
    if problem.more:
        title = n_("The first {count} value to correct", "The first {count} values to correct", count)
    with st.expander(title, expanded=True, key="import_rows"):
        items = "".join(f"<li>{escape(tell(one))}</li>" for one in problem.each)
        st.html(f'<ul class="co-rules">{items}</ul>')
        if problem.more:
            st.caption(_("There are more. If every row has the same mistake, correct the whole column at once."))


def _take(held: Import, mapping: ColumnMapping) -> None:
    attempt(f"{UPLOAD}_problem", lambda: _keep(held.source.read_as(mapping)))


def _keep(source: Source) -> None:
    """Read a file, keep it with how it is read, and make it the history of this visit.

    Raises
    ------
    InputError
        It cannot be read or kept.
    """
    read = service.history(source)
    store, author = service.store(), state.author()
    kept = store.add_history(source.name, source.data, author=author)
    before = reading_of(store, kept.id)
    if source.mapping or before.kept_mapping is None:
        facts = counted(read, source.reading)
        keep_mapping(store, kept.id, source.mapping, facts, author, before.mapping_version)
    state.choose_history(kept.id)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.session_state[DONE] = kept.name
    st.session_state.pop(IMPORT, None)


# The list ----------------------------------------------------------------------------------------------------------


def history_hooks() -> Hooks:
    """What can be done with a history in a list."""
    return Hooks(open=_choose, about=_about, duplicate=_duplicate, current=state.view().history)


def _choose(kept: Kept) -> None:
    state.choose_history(kept.id)


def _about(kept: Kept) -> str:
    """Size of a history, and whether it is the one that is open."""
    reading = reading_of(service.store(), kept.id)
    facts = reading.facts(identity_of(kept.sha256, reading.mapping, reading.naming))
    here = _("open now") if kept.id == state.view().history else ""
    return " · ".join(one for one in (here, size_line(facts or {})) if one)


def _duplicate(id: str, name: str, author: str) -> Kept:
    return duplicate_history(service.store(), id, name, author)


def page_links() -> None:
    """Where to go from here."""
    with st.container(horizontal=True):
        st.page_link(page_file("this_week"), label=_("This week"), icon=":material/today:")
        st.page_link(page_file("plan"), label=_("Plan"), icon=":material/account_balance_wallet:")
