"""The tab Content types: ordered rules that give rows their content type, and what they would do."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.history.content_types import (
    COLUMNS,
    MOST_RULES,
    Naming,
    NamingRule,
    Preview,
    Proposal,
    preview,
    proposals,
)
from optimizer.reports import frame_csv
from optimizer.ui import service, state
from optimizer.ui.components.data_table import table_html
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import attempt, show_attempt
from optimizer.ui.components.titles import part
from optimizer.ui.components.work import current_source
from optimizer.ui.data_store import Reading, keep_naming, reading_of
from optimizer.ui.data_view import (
    Drafts,
    RuleDraft,
    added,
    column_name,
    counted,
    drafts_of,
    edited,
    fit_question,
    how_names,
    moved,
    preview_rows,
    removed,
    rules_of,
)
from optimizer.ui.failures import show_problem
from optimizer.ui.format import content_name, markdown, money, number
from optimizer.ui.language import _, n_, tell
from optimizer.ui.uploads import Source

DRAFTS, OF, PROBLEM, SAVED = "naming_drafts", "naming_of", "naming_problem", "naming_saved"
EMPTY = "—"
"""Stands for rows without a content type while the table is read without rules; no name can be this sign."""


def show_content_types() -> None:
    """Draw the tab."""
    part(
        _("Content-type rules"),
        _(
            "Exports name the same thing in many ways, or hide it in the name of the campaign. Rules give rows their "
            "content type when the history is read. They are tried from the top; the first that holds wins. Upper and "
            "lower case are the same."
        ),
    )
    source = current_source()
    if source is None:
        return
    reading = Reading() if source.sample else reading_of(service.store(), state.view().history)
    drafts = _drafts(reading)
    _told_of_saving()
    for place, draft in enumerate(drafts):
        _row(draft, place, len(drafts))
    if not drafts:
        st.caption(_("There are no rules: every row keeps the content type of the file."))
    st.button(
        _("Add a rule"), key="naming_add", icon=":material/add:", on_click=_change, args=(added(drafts),),
        disabled=len(drafts) >= MOST_RULES,
    )  # fmt: skip
    try:
        rules = rules_of(drafts)
        table = service.history(source.read_as(source.mapping, BASE)).table
    except OptimizerError as problem:
        show_problem(problem)
        return
    table = table.assign(content_type=table["content_type"].where(table["content_type"] != EMPTY, ""))
    found = preview(table, rules)
    _save(source, reading, rules)
    _show_preview(found, drafts, source)
    _propose({line.content_type: line.spend for line in found.lines}, drafts)


BASE: Naming = (NamingRule("content_type", "equals", "", EMPTY),)  # type: ignore[arg-type]
"""Reads a history as its file names things, rows without a content type too."""


def _drafts(reading: Reading) -> Drafts:
    """The rules as they are being edited; what is kept where that is another history, or where nothing was edited."""
    history, _version, loaded = st.session_state.get(OF, ("", 0, ()))
    if history != state.view().history or rules_or_none(st.session_state[DRAFTS]) == loaded:
        _load(reading)
    drafts: Drafts = st.session_state[DRAFTS]
    return drafts


def _load(reading: Reading) -> None:
    """Edit what is kept; the version it has is the one that saving starts from."""
    st.session_state[OF] = (state.view().history, reading.naming_version, reading.naming)
    st.session_state[DRAFTS] = drafts_of(reading.naming)


def rules_or_none(drafts: Drafts) -> Naming | None:
    """The rules of drafts, None while one of them is not finished."""
    try:
        return rules_of(drafts) if len(drafts) == sum(not one.empty for one in drafts) else None
    except OptimizerError:
        return None


def _change(drafts: Drafts) -> None:
    st.session_state[DRAFTS] = drafts


def _row(draft: RuleDraft, place: int, count: int) -> None:
    """One rule: where COLUMN contains TEXT, the content type is X; and its place among the others."""
    columns, hows = {name: column_name(name) for name in COLUMNS}, how_names()
    with st.container(key=f"co_rule_{draft.id}"):
        fields = st.columns([2, 2, 3, 3, 2], vertical_alignment="bottom")
        _field(fields[0], draft, "column", _("Where the"), columns)
        _field(fields[1], draft, "how", _("Comparison"), hows)
        _field(fields[2], draft, "text", _("Text"))
        _field(fields[3], draft, "content_type", _("The content type is"))
        drafts: Drafts = st.session_state[DRAFTS]
        with fields[4], st.container(horizontal=True, gap="small"):
            _step(":material/arrow_upward:", _("Move up"), f"up_{draft.id}", moved(drafts, draft.id, -1), place == 0)
            _step(
                ":material/arrow_downward:", _("Move down"), f"down_{draft.id}", moved(drafts, draft.id, 1),
                place == count - 1,
            )  # fmt: skip
            _step(":material/delete:", _("Remove this rule"), f"remove_{draft.id}", removed(drafts, draft.id), False)


def _field(
    where: st.delta_generator.DeltaGenerator, draft: RuleDraft, name: str, label: str,
    options: dict[str, str] | None = None,
) -> None:  # fmt: skip
    key = f"naming_{name}_{draft.id}"
    st.session_state[key] = getattr(draft, name)
    if options is None:
        where.text_input(label, key=key, on_change=_edit, args=(key, draft.id, name), max_chars=200)
    else:
        where.selectbox(
            label, list(options), format_func=lambda one: options[one], key=key, on_change=_edit,
            args=(key, draft.id, name),
        )  # fmt: skip


def _edit(key: str, id: int, name: str) -> None:
    _change(edited(st.session_state[DRAFTS], id, **{name: str(st.session_state[key])}))


def _step(icon: str, help: str, key: str, after: Drafts, disabled: bool) -> None:
    st.button(icon, key=f"naming_{key}", help=help, on_click=_change, args=(after,), disabled=disabled)


# Saving ------------------------------------------------------------------------------------------------------------


def _save(source: Source, reading: Reading, rules: Naming) -> None:
    if source.sample:
        st.info(
            _("Try rules here as you like. The sample stays as it is: add a history of your own to keep them."),
            icon=":material/science:",
        )
        return
    same = rules == reading.naming
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Save and read the history so"),
            type="primary",
            key="naming_save",
            disabled=same,
            on_click=_keep,
            args=(source, rules, st.session_state[OF][1]),
        )
        if not same:
            st.button(_("Load what is saved"), key="naming_back", on_click=_load, args=(reading,))


def _keep(source: Source, rules: Naming, version: int) -> None:
    """Keep the rules, if the history can be read with them, and fit the question to the cells there are then."""

    def do() -> None:
        other = source.read_as(source.mapping, rules)
        facts = counted(service.history(other), other.reading)
        keep_naming(service.store(), state.view().history, rules, facts, state.author(), version)
        _load(reading_of(service.store(), state.view().history))
        asked, gone = state.asked(), tuple[str, ...]()
        if asked is not None:
            asked, gone = fit_question(asked, [cell.label for cell in service.facts(other).cells])
            state.ask(asked)
        st.session_state[SAVED] = gone

    attempt(PROBLEM, do)


def _told_of_saving() -> None:
    show_attempt(PROBLEM)
    gone = st.session_state.pop(SAVED, None)
    if gone is None:
        return
    st.success(_("Saved. The history is read with these rules from now on."), icon=":material/check:")
    if gone:
        st.warning(
            n_(
                "{count} limit or fixed amount was of a place that is no longer there and was taken out: {cells}.",
                "{count} limits and fixed amounts were of places that are no longer there and were taken out: {cells}.",
                len(gone),
                cells=markdown(", ".join(gone)),
            )
        )


# What they do ------------------------------------------------------------------------------------------------------


def _show_preview(found: Preview, drafts: Drafts, source: Source) -> None:
    """Rows and money per content type as the rules would have it, and what they do not touch."""
    currency = service.facts(source).currency
    part(_("What comes out"))
    if found.by_rule:
        st.markdown(
            _(
                "{rows} rows with {spend} keep the content type of the file.",
                rows=number(found.untouched_rows),
                spend=money(found.untouched_spend, currency),
            )
        )
        _idle(found, drafts)
    rows = preview_rows(found, currency)
    heads = [_("Content type"), _("Rows"), _("Spend"), _("Share")]
    lines = [[row.name, row.rows, row.spend, row.share] for row in rows]
    if found.by_rule:
        heads.append(_("In the file"))
        lines = [[*line, row.before] for line, row in zip(lines, rows, strict=True)]
    st.html(table_html(heads, lines, numeric=(1, 2, 3)))
    frame = pd.DataFrame(
        [(line.content_type, line.rows, line.spend, ", ".join(line.before)) for line in found.lines],
        columns=["content_type", "rows", "spend", "content_type_in_file"],
    )
    download(_("Download this table"), lambda: frame_csv(frame), "content_types.csv", key="naming_download")


def _idle(found: Preview, drafts: Drafts) -> None:
    """Name the rules that decide nothing."""
    typed = [draft for draft in drafts if not draft.empty]
    idle = [draft for draft, (rows, _spend) in zip(typed, found.by_rule, strict=True) if not rows]
    if idle:
        names = ", ".join(f"“{markdown(draft.text)}”" for draft in idle)
        st.warning(
            n_(
                "{count} rule decides nothing: no row fits it, or a rule above it comes first ({names}).",
                "{count} rules decide nothing: no row fits them, or a rule above comes first ({names}).",
                len(idle),
                names=names,
            )
        )


def _propose(spend: dict[str, float], drafts: Drafts) -> None:
    """Content types that look alike, each with a button that writes the rules."""
    found = proposals(spend)
    if not found:
        return
    part(_("Look alike"), _("Proposed by their names alone: whether they are the same is for you to say."))
    for place, one in enumerate(found):
        with st.container(horizontal=True, vertical_alignment="center", key=f"co_alike_{place}"):
            st.markdown(_alike(one), width="stretch")
            st.button(
                _("Make them {content_type}", content_type=markdown(content_name(one.target))),
                key=f"naming_alike_{place}",
                on_click=_change,
                args=(added(drafts, one.rules),),
            )


def _alike(one: Proposal) -> str:
    names = ", ".join(f"**{markdown(name)}**" for name in (*one.names, one.target))
    return _("{names}: {reason}.", names=names, reason=tell(one.reason))
