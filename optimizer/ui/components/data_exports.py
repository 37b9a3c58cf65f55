"""The tab Exports: the networks' own export files, looked at before they become a history or go into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from optimizer.errors import InputError, OptimizerError
from optimizer.history.exports import ExportFile, Imported, import_exports
from optimizer.history.exports.changes import Changes, changes
from optimizer.history.exports.questions import OpenQuestion
from optimizer.history.exports.survey import Surveyed, sources, survey
from optimizer.history.findings import Finding
from optimizer.history.read import sha256
from optimizer.language import say
from optimizer.store import Kept
from optimizer.ui import service, state
from optimizer.ui.components.data_exports_ask import ANSWERS, ask_network, ask_results, ask_types, ask_what_stands_open
from optimizer.ui.components.data_histories import DONE, DONE_TOO, TAB
from optimizer.ui.components.data_table import table_html
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import attempt, show_attempt
from optimizer.ui.components.tables import findings_html
from optimizer.ui.components.titles import part
from optimizer.ui.data_exports import Answers, changes_line, files_table, on_screen, record, summary_line
from optimizer.ui.data_store import Reading, keep_exports, keep_mapping, made_of_exports, reading_of
from optimizer.ui.data_view import by_and_when, counted, finding_rows, findings_title, fit_question
from optimizer.ui.failures import show_problem
from optimizer.ui.format import markdown
from optimizer.ui.language import _, n_, tell
from optimizer.ui.uploads import MAX_MEGABYTES, Source
from optimizer.ui.uploads_exports import UPLOADED, export_files

UPLOAD, ROUND, BASE, NAME = "exports_upload", "exports_round", "exports_base", "exports_name"
GIVEN, HELD, PROBLEM = "exports_given", "exports_held", "exports_problem"
LONGEST_NAME = 120


@dataclass(frozen=True, eq=False)
class Handed:
    """Files that were handed in, unpacked and told apart.

    Attributes
    ----------
    ids : tuple of str
        Of the uploads.
    files : tuple of ExportFile
    left_out : tuple of Finding
        What of an archive is no export.
    known : tuple of Surveyed
        Who wrote each file.
    mark : tuple
        Names and hashes of the files.
    """

    ids: tuple[str, ...]
    files: tuple[ExportFile, ...]
    left_out: tuple[Finding, ...]
    known: tuple[Surveyed, ...]
    mark: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Held:
    """An import that was looked at: what came of it, and of what.

    Attributes
    ----------
    mark : tuple
        The files, the answers and the history it goes into.
    imported : Imported or None
    found : Changes or None
        Against the history that it goes into.
    problem : OptimizerError or None
        Why nothing came of it.
    """

    mark: tuple[object, ...]
    imported: Imported | None = None
    found: Changes | None = None
    problem: OptimizerError | None = None


def show_exports() -> None:
    """Draw the tab."""
    part(
        _("Import exports"),
        _(
            "The files as the networks write them: one row per day, or finer. Visits of a site are joined to the rows "
            "of the networks and never added to their conversions. What newer exports say of a day replaces what "
            "older ones said, so nothing is counted twice."
        ),
        note=_(
            "Several files at once, or a ZIP of them: {networks}. Nothing is kept until you have seen what comes out.",
            networks=", ".join(title for _source, title in sources()),
        ),
    )
    show_attempt(PROBLEM)
    base = _into()
    given = _given()
    if given is None:
        return
    answers = _answers(base)
    ask_network(given.known, answers)
    if not _all_named(given.known, answers):
        return
    held = _look(given, answers, base)
    if held.problem is not None:
        _show_refusal(held.problem, answers)
        return
    if held.imported is not None:
        _show(held.imported, held.found, given.left_out, answers)
        _keeping(held, answers, base)


# What is handed in --------------------------------------------------------------------------------------------------


def _into() -> Kept | None:
    """The history that the exports go into; None for a new one."""
    made = made_of_exports(service.store())
    options = ["", *made]
    now = st.session_state.get(BASE, state.view().history)
    st.session_state[BASE] = now if now in options else ""
    if not made:
        return None
    chosen = st.selectbox(
        _("Put them into"),
        options,
        format_func=lambda id: made[id].name if id else _("a new history"),
        key=BASE,
        on_change=_forget,
        help=_("Histories that were made of exports. What they hold already stays; newer exports replace their days."),
    )
    base = made.get(chosen)
    if base is not None:
        when = by_and_when(base.changed_by or base.author, base.changed)
        st.caption(_("Last imported: {who_when}.", who_when=markdown(when)))
    return base


def _given() -> Handed | None:
    """What was handed in, unpacked once; None where there is nothing, or where it cannot be taken, and says so."""
    uploads = st.file_uploader(
        _("Export files, or a ZIP of them"),
        type=list(UPLOADED),
        accept_multiple_files=True,
        key=f"{UPLOAD}_{st.session_state.get(ROUND, 0)}",
        max_upload_size=MAX_MEGABYTES,
    )
    if not uploads:
        return None
    ids = tuple(one.file_id for one in uploads)
    held = st.session_state.get(GIVEN)
    if isinstance(held, Handed) and held.ids == ids:
        return held
    try:
        files, left_out = export_files([(one.name, one.getvalue()) for one in uploads])
    except OptimizerError as problem:
        show_problem(problem)
        st.caption(_("Nothing was kept. Correct the file and hand it in again."))
        return None
    held = Handed(ids, files, left_out, survey(files), tuple((one.name, sha256(one.data)) for one in files))
    st.session_state[GIVEN] = held
    return held


def _answers(base: Kept | None) -> Answers:
    """What was answered so far; at first what the last import into the same history was told."""
    mark, held = st.session_state.get(ANSWERS, ("", None))
    of = "" if base is None else base.id
    if held is None or mark != of:
        held = Answers()
        if base is not None:
            kept = reading_of(service.store(), base.id).kept_exports
            held = Answers.from_json(kept.content.get("answers", {})) if kept else held
        st.session_state[ANSWERS] = (of, held)
    answers: Answers = held
    return answers


def _forget() -> None:
    """Another history has answers of its own."""
    st.session_state.pop(ANSWERS, None)
    st.session_state.pop(HELD, None)


def _all_named(known: Sequence[Surveyed], answers: Answers) -> bool:
    """Whether every file can be read; what stands in the way is said beside it."""
    broken = [one for one in known if one.problem and not one.choices and one.file not in answers.networks]
    for one in broken:
        st.error(markdown(tell(one.problem)), icon=":material/error:")
    waiting = [one for one in known if one.choices and one.file not in answers.networks]
    if broken or waiting:
        st.caption(_("Nothing is kept until every file can be read. Take out files that are no exports."))
    return not broken and not waiting


def _look(given: Handed, answers: Answers, base: Kept | None) -> Held:
    """Import without keeping anything; the same files and answers are read once."""
    mark = (given.mark, answers, base.sha256 if base else "", base.id if base else "")
    held = st.session_state.get(HELD)
    if isinstance(held, Held) and held.mark == mark:
        return held
    before = None if base is None else service.store().history_bytes(base.id)
    named = None if before is None or base is None else ExportFile(base.name, before)
    with st.spinner(n_("Reading {count} file", "Reading {count} files", len(given.files))):
        try:
            imported = import_exports(answers.request(given.files, named, {one.source for one in given.known}))
            held = Held(mark, imported, None if before is None else changes(before, imported.table))
        except OptimizerError as problem:
            held = Held(mark, problem=problem)
    st.session_state[HELD] = held
    return held


# What comes out -----------------------------------------------------------------------------------------------------


def _show_refusal(problem: OptimizerError, answers: Answers) -> None:
    """Why nothing comes out, and what can be answered about it."""
    if isinstance(problem, OpenQuestion):
        st.warning(markdown(tell(problem.said)), icon=":material/help:")
        ask_what_stands_open(problem, answers)
    else:
        show_problem(problem)
    st.caption(_("Nothing was kept."))
    if answers != Answers():
        st.button(_("Take back all answers"), key="exports_anew", on_click=_take_back)


def _take_back() -> None:
    of, _held = st.session_state[ANSWERS]
    st.session_state[ANSWERS] = (of, Answers())


def _show(imported: Imported, found: Changes | None, left_out: Sequence[Finding], answers: Answers) -> None:
    part(_("What comes out"))
    st.markdown(f"**{markdown(summary_line(imported))}**")
    if found is not None:
        st.markdown(markdown(changes_line(found)))
    heads, lines = files_table(imported)
    st.html(table_html(heads, lines, numeric=(4, 5)))
    rows = finding_rows(on_screen((*imported.findings, *left_out)))
    with st.expander(findings_title(imported.findings), expanded=any(row.serious for row in rows), key="exports_found"):
        st.html(findings_html(rows) if rows else f"<p>{_('Every row was read, and nothing looks odd.')}</p>")
    ask_results(imported, answers)
    ask_types(imported, answers)


# Keeping ------------------------------------------------------------------------------------------------------------


def _keeping(held: Held, answers: Answers, base: Kept | None) -> None:
    part(_("Keep it"))
    if held.imported is None:
        return
    if base is None:
        st.session_state.setdefault(NAME, _("Imported exports"))
        st.text_input(_("Name of the history"), key=NAME, max_chars=LONGEST_NAME)
    with st.container(horizontal=True):
        label = _("Keep as a new history") if base is None else _("Put it into {name}", name=markdown(base.name))
        st.button(
            label, type="primary", key="exports_keep", on_click=_take, args=(held, answers, base),
            disabled=held.found is not None and held.found.nothing,
        )  # fmt: skip
        download(_("Download the history"), held.imported.csv, "history.csv", key="exports_download")


def _take(held: Held, answers: Answers, base: Kept | None) -> None:
    """Keep what was looked at and open it, for the button."""
    name = base.name if base is not None else str(st.session_state.get(NAME, "")).strip()

    def do() -> None:
        if held.imported is None:
            return
        kept = _keep(name, held.imported, answers, base)
        state.choose_history(kept.id)
        _fit_question()
        state.choose(TAB, "history")
        st.session_state[DONE] = kept.name
        st.session_state[DONE_TOO] = "" if held.found is None else changes_line(held.found)
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        for key in (GIVEN, HELD, ANSWERS, BASE, NAME):
            st.session_state.pop(key, None)

    attempt(PROBLEM, do)


def _keep(name: str, imported: Imported, answers: Answers, base: Kept | None) -> Kept:
    """Keep a history with what it was made of; it is read first, so that nothing is kept that pages cannot open."""
    if not name:
        raise InputError.at(say("the history has no name"), fix=say("write one"))
    data, store, author = imported.csv(), service.store(), state.author()
    reading = Reading() if base is None else reading_of(store, base.id)
    source = Source.kept(name, data, reading.mapping, reading.naming)
    facts = counted(service.history(source), source.reading)
    if base is None:
        kept = store.add_history(name, data, author=author)
    else:
        kept = store.replace_history(base.id, data, version=base.version, author=author)
    there = reading_of(store, kept.id)
    before = {} if there.kept_exports is None else there.kept_exports.content
    version = 0 if there.kept_exports is None else there.kept_exports.version
    keep_exports(store, kept.id, record(answers, imported, before), author, version)
    keep_mapping(store, kept.id, there.mapping, facts, author, there.mapping_version)
    return kept


def _fit_question() -> None:
    """Take limits of places out of the question that the history no longer has."""
    asked = state.asked()
    if asked is not None:
        source = service.kept_source(state.view().history)
        asked, _gone = fit_question(asked, [cell.label for cell in service.facts(source).cells])
        state.ask(asked)
