"""The table in which somebody says what the columns of a file are."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.history.headers import HeaderFacts
from optimizer.history.mapping import LEAVE_OUT, UNITS, ColumnMapping
from optimizer.history.schema import BY_NAME, REQUIRED
from optimizer.ui.data_view import ColumnDraft, mapping_of, still_missing
from optimizer.ui.failures import show_problem
from optimizer.ui.format import markdown
from optimizer.ui.language import _, n_, tell

SHARED_ASKED = ("network", "content_type", "currency")
"""Columns that are asked for as one value of all rows where no header gives them."""
SHOWN = 14
"""Headers of a short table; of a longer one those that mean nothing so far stand behind a click."""


def column_table(headers: Sequence[HeaderFacts], key: str) -> ColumnMapping | None:
    """Draw the table over the draft in session state; what it says, or None where something is missing or wrong.

    Parameters
    ----------
    headers : sequence of HeaderFacts
    key : str
        Under which session state holds the `ColumnDraft`; begins the keys of the fields.
    """
    draft: ColumnDraft = st.session_state[key]
    first = headers if len(headers) <= SHOWN else [one for one in headers if _stands_first(one, draft)]
    rest = [one for one in headers if one not in first]
    with st.container(key=f"co_map_{key}", gap=None):
        for place, header in enumerate(first):
            _row(header, draft, key, place)
    if rest:
        left_out = n_("{count} more column, left out so far", "{count} more columns, left out so far", len(rest))
        with st.expander(left_out, key=f"{key}_rest"), st.container(key=f"co_map_rest_{key}", gap=None):
            for place, header in enumerate(rest, start=len(first)):
                _row(header, draft, key, place)
    _shared(draft, key)
    return _checked(draft)


def _stands_first(header: HeaderFacts, draft: ColumnDraft) -> bool:
    return bool(header.suggestion or draft.columns.get(header.name))


def _checked(draft: ColumnDraft) -> ColumnMapping | None:
    missing = still_missing(draft)
    try:
        mapping = mapping_of(draft)
    except OptimizerError as problem:
        show_problem(problem)
        return None
    if missing:
        st.warning(
            n_("Still missing: {columns}.", "Still missing: {columns}.", len(missing), columns=", ".join(missing)),
            icon=":material/pending:",
        )
        return None
    return mapping


def _row(header: HeaderFacts, draft: ColumnDraft, key: str, place: int) -> None:
    """A header with samples of its values, the column it is, and the unit of its numbers."""
    column = draft.columns.get(header.name, LEAVE_OUT)
    name, meant, unit = st.columns([4, 3, 3], vertical_alignment="center")
    with name:
        samples = ", ".join(markdown(sample) for sample in header.samples) or _("empty")
        st.markdown(f"**{markdown(header.name)}**  \n:small[:gray[{samples}]]")
    with meant:
        _pick(
            f"{key}_is_{place}",
            column,
            [LEAVE_OUT, *BY_NAME],
            _("{header} is", header=markdown(header.name)),
            header.name,
        )
    with unit:
        known = BY_NAME.get(column)
        if known is None:
            return
        if known.numeric:
            now = draft.units.get(header.name, "")
            _pick(f"{key}_unit_{place}", now, ["", *UNITS], _("Unit of {header}", header=header.name), header.name)
        else:
            st.markdown(f":small[:gray[{markdown(tell(known.meaning))}]]")


def _pick(key: str, now: str, options: list[str], label: str, header: str) -> None:
    draft_key, part = key.rsplit("_", 2)[:2]
    names = _column_names() if part == "is" else _unit_names()
    st.session_state[key] = now
    st.selectbox(
        label,
        options,
        format_func=lambda one: names[one],
        key=key,
        label_visibility="collapsed",
        on_change=_take,
        args=(key, draft_key, part, header),
    )


def _take(key: str, draft_key: str, part: str, header: str) -> None:
    draft: ColumnDraft = st.session_state[draft_key]
    value = st.session_state[key]
    st.session_state[draft_key] = draft.with_column(header, value) if part == "is" else draft.with_unit(header, value)


def _column_names() -> dict[str, str]:
    return {LEAVE_OUT: _("leave out")} | {
        name: _("{column} (needed)", column=name) if name in REQUIRED else name for name in BY_NAME
    }


def _unit_names() -> dict[str, str]:
    return {
        "": _("as it stands"),
        "thousands": _("in thousands"),
        "hundredths": _("in hundredths (cents)"),
        "millionths": _("in millionths (micros)"),
    }


def _shared(draft: ColumnDraft, key: str) -> None:
    """Ask for what no header gives and all rows may share."""
    given = set(draft.columns.values())
    absent = [column for column in SHARED_ASKED if column not in given]
    if not absent:
        return
    st.markdown(_("**The same for all rows**, where no column of the file says it"))
    labels = {
        "network": _("Network (needed)"),
        "content_type": _("Content type (needed)"),
        "currency": _("Currency, such as EUR"),
    }
    for column, place in zip(absent, st.columns(3), strict=False):
        field = f"{key}_all_{column}"
        st.session_state[field] = draft.shared.get(column, "")
        place.text_input(
            labels[column],
            key=field,
            max_chars=3 if column == "currency" else 60,
            on_change=_take_shared,
            args=(field, key, column),
        )


def _take_shared(field: str, key: str, column: str) -> None:
    draft: ColumnDraft = st.session_state[key]
    st.session_state[key] = draft.with_shared(column, str(st.session_state[field]))
