"""Kept work on any page: a button that keeps what is shown, and the list of what was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.store import Conflict, Kept, Kind
from optimizer.store.fixed import FIXED
from optimizer.store.values import LONGEST_AUTHOR, LONGEST_NAME, LONGEST_NOTE
from optimizer.ui import service, state
from optimizer.ui.format import markdown
from optimizer.ui.kept_view import KeptLine, kept_lines, nothing_kept, revision_lines
from optimizer.ui.language import _, n_, tell

SHOWN_FIRST = 20
_SAID = "kept_said"

Content = Callable[[], Mapping[str, object]]


@dataclass(frozen=True)
class Hooks:
    """What a page does with kept things.

    Attributes
    ----------
    open : callable or None
        Called when a kept thing is opened, before the page is drawn anew.
    compare : callable or None
        Called, while the page is drawn, with the two that were chosen.
    about : callable or None
        A line about a kept thing, from its content.
    duplicate : callable or None
        Keeps a copy of (item, name, author) where more than its content belongs to it.
    current : str
        Id of the one that is open.
    """

    open: Callable[[Kept], None] | None = None
    compare: Callable[[Kept, Kept], None] | None = None
    about: Callable[[Kept], str] | None = None
    duplicate: Callable[[str, str, str], Kept] | None = None
    current: str = ""


def keep_button(kind: Kind, make_content: Content, suggested_name: str, *, label: str = "", key: str = "keep") -> None:
    """A button that asks for a name, a note and who you are, and keeps what `make_content` returns.

    Parameters
    ----------
    kind : Kind
    make_content : callable
        Plain values; called when the person saves, so that it may take a moment.
    suggested_name : str
    label : str
        Text of the button; "Keep" if empty.
    key : str
        Unique on the page.
    """
    said = st.session_state.pop(_SAID, "")
    if said:
        st.toast(said, icon=":material/bookmark_added:")
    if st.button(label or _("Keep"), icon=":material/bookmark_add:", key=key):
        st.session_state[f"{key}_name"], st.session_state[f"{key}_note"] = suggested_name[:LONGEST_NAME], ""
        st.session_state.pop(f"{key}_problem", None)
        st.dialog(_("Keep this"))(_keep_dialog)(kind, make_content, key)


def _keep_dialog(kind: Kind, make_content: Content, key: str) -> None:
    st.text_input(_("Name"), key=f"{key}_name", max_chars=LONGEST_NAME)
    st.text_area(_("Note"), key=f"{key}_note", max_chars=LONGEST_NOTE, height=90)
    author_field(f"{key}_author")
    _show_problem(f"{key}_problem")
    if st.button(_("Keep"), type="primary", key=f"{key}_save", on_click=_keep, args=(kind, make_content, key)) and (
        f"{key}_problem" not in st.session_state
    ):
        st.rerun()


def _keep(kind: Kind, make_content: Content, key: str) -> None:
    """Keep what the dialog says; for its button."""
    name, note = str(st.session_state.get(f"{key}_name", "")), str(st.session_state.get(f"{key}_note", ""))
    history = kept_history()

    def do() -> None:
        kept = service.store().add(
            kind, name, make_content(), author=taken_author(f"{key}_author"), note=note, history=history
        )
        st.session_state[_SAID] = _("Kept as {name}", name=markdown(kept.name))

    attempt(f"{key}_problem", do)


def kept_history() -> str:
    """Id of the history at hand where it is a kept one; "" for the sample."""
    history = state.view().history
    return "" if history == state.SAMPLE else history


def author_field(key: str) -> None:
    """Ask who does this; remembered for the visit."""
    st.session_state[key] = st.session_state.get(key) or state.author()
    st.text_input(
        _("Your name"),
        key=key,
        max_chars=LONGEST_AUTHOR,
        help=_("Stands beside what you keep, so that others know whom to ask. It is not an account."),
        on_change=_take_author,
        args=(key,),
    )


def _take_author(key: str) -> None:
    taken_author(key)


def taken_author(key: str) -> str:
    """The name in the field, remembered for the visit."""
    if st.session_state.get(key):
        st.session_state[state.AUTHOR] = str(st.session_state[key]).strip()
    return state.author()


def attempt(key: str, action: Callable[[], object]) -> bool:
    """Do something for a button; what goes wrong is remembered under the key, to be shown where the button stands."""
    st.session_state.pop(key, None)
    try:
        action()
    except OptimizerError as problem:
        st.session_state[key] = problem
        return False
    return True


def show_attempt(key: str) -> None:
    """Show what went wrong the last time, once."""
    problem = st.session_state.pop(key, None)
    if isinstance(problem, OptimizerError):
        st.error(markdown(tell(problem.message)), icon=":material/error:")


def _show_problem(key: str) -> None:
    problem = st.session_state.get(key)
    if isinstance(problem, OptimizerError):
        st.error(markdown(tell(problem.message)), icon=":material/error:")


# The list ----------------------------------------------------------------------------------------------------------


def kept_list(kind: Kind, history: str | None = None, hooks: Hooks | None = None, *, key: str = "") -> None:
    """What is kept of a kind, last changed first, with what can be done with each.

    Parameters
    ----------
    kind : Kind
    history : str, optional
        Only what belongs to the history of this id.
    hooks : Hooks, optional
    key : str
        Unique on the page; the kind where empty.
    """
    hooks, key = hooks or Hooks(), key or f"kept_{kind.value}"
    items = service.store().list(kind, history=history)
    archived = service.store().list(kind, archived=True, history=history)
    show_attempt(f"{key}_problem")
    said = st.session_state.pop(_SAID, "")
    if said:
        st.toast(said, icon=":material/bookmark_added:")
    if not items:
        st.caption(nothing_kept(kind))
    names = {one.id: one.name for one in service.kept_histories()} if history is None else {}
    _rows(items, kept_lines(items, names), hooks, key)
    if hooks.compare is not None and len(items) > 1:
        _compare(items, hooks.compare, key)
    if archived:
        with st.expander(n_("{count} archived", "{count} archived", len(archived)), key=f"{key}_archived"):
            for one, line in zip(archived, kept_lines(archived, names), strict=True):
                _archived_row(one, line, key)


def _rows(items: Sequence[Kept], lines: Sequence[KeptLine], hooks: Hooks, key: str) -> None:
    most = len(items) if st.session_state.get(f"{key}_all") else SHOWN_FIRST
    for item, line in zip(items[:most], lines[:most], strict=True):
        row(item, line, hooks, key)
    if len(items) > most:
        st.button(
            _("Show all {count}", count=len(items)),
            key=f"{key}_more",
            on_click=st.session_state.__setitem__,
            args=(f"{key}_all", True),
        )


def row(item: Kept, line: KeptLine, hooks: Hooks, key: str) -> None:
    """One kept thing: its name, who and when, its note, and what can be done with it."""
    with st.container(border=True, key=f"co_kept_{key}_{item.id}"):
        said, buttons = st.columns([3, 1], vertical_alignment="center")
        with said:
            about = hooks.about(item) if hooks.about else ""
            below = " · ".join(markdown(part) for part in (about, line.about, line.meta) if part)
            note = "  \n".join(f":small[{markdown(text)}]" for text in line.note.splitlines() if text.strip())
            st.markdown(
                "  \n".join(part for part in (f"**{markdown(line.name)}**", f":small[:gray[{below}]]", note) if part)
            )
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            if hooks.open is not None:
                st.button(
                    _("Open"), key=f"{key}_open_{item.id}", on_click=_opened,
                    args=(item, hooks.open, f"{key}_problem"), disabled=item.id == hooks.current,
                )  # fmt: skip
            if item.kind in FIXED:
                return
            if st.button(_("Edit"), key=f"{key}_edit_{item.id}", icon=":material/edit:"):
                begin_edit(item, key)
                st.dialog(_("Edit"), width="medium")(edit_dialog)(item.id, hooks, key)


def _archived_row(item: Kept, line: KeptLine, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown(line.name)}** · {markdown(line.meta)}", width="stretch")
        st.button(
            _("Restore"), key=f"{key}_restore_{item.id}", on_click=_restore, args=(item, f"{key}_problem"),
            icon=":material/unarchive:",
        )  # fmt: skip


def _opened(item: Kept, open_it: Callable[[Kept], None], problem: str) -> None:
    attempt(problem, lambda: open_it(item))


def _restore(item: Kept, problem: str) -> None:
    attempt(problem, lambda: service.store().restore(item.id, item.version, state.author()))


def _compare(items: Sequence[Kept], compare: Callable[[Kept, Kept], None], key: str) -> None:
    """Choose two and hand them to the page."""
    names = {item.id: item.name for item in items}
    st.multiselect(
        _("Compare two"),
        list(names),
        format_func=lambda id: names[id],
        max_selections=2,
        key=f"{key}_compare",
        placeholder=_("Choose two"),
    )
    chosen = [item for id in st.session_state[f"{key}_compare"] for item in items if item.id == id]
    if len(chosen) == 2:
        compare(chosen[0], chosen[1])


# Editing one -------------------------------------------------------------------------------------------------------


def begin_edit(item: Kept, key: str) -> None:
    """Fill the fields of the dialog with what is kept, and remember which version that was."""
    held = st.session_state
    held[f"{key}_name"], held[f"{key}_note"], held[f"{key}_version"] = item.name, item.note, item.version
    held.pop(f"{key}_edit_problem", None)


def edit_dialog(id: str, hooks: Hooks, key: str) -> None:
    """Name, note, copy, archive and versions of a kept thing; what others changed meanwhile is not overwritten."""
    st.text_input(_("Name"), key=f"{key}_name", max_chars=LONGEST_NAME)
    st.text_area(_("Note"), key=f"{key}_note", max_chars=LONGEST_NOTE, height=90)
    author_field(f"{key}_author")
    problem = st.session_state.get(f"{key}_edit_problem")
    done = [False]
    if isinstance(problem, Conflict):
        _show_problem(f"{key}_edit_problem")
        with st.container(horizontal=True):
            st.button(_("Load it again"), key=f"{key}_again", on_click=_reload, args=(id, key))
            done.append(_button(_("Keep mine as a copy"), "mine", key, _duplicate, (id, hooks, key)))
    else:
        _show_problem(f"{key}_edit_problem")
        with st.container(horizontal=True):
            done.append(_button(_("Save"), "save", key, _save, (id, key), primary=True))
            done.append(_button(_("Duplicate"), "copy", key, _duplicate, (id, hooks, key)))
            done.append(_button(_("Archive"), "archive", key, _archive, (id, key)))
    with st.expander(_("Versions")):
        for line in revision_lines(service.store().revisions(id)):
            st.caption(markdown(line))
    if any(done) and f"{key}_edit_problem" not in st.session_state:
        st.rerun()


def _button(
    label: str, name: str, key: str, action: Callable[..., None], args: tuple[object, ...], primary: bool = False
) -> bool:
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    return st.button(label, key=f"{key}_{name}", type=kind, on_click=action, args=args)


def _save(id: str, key: str) -> None:
    held = st.session_state
    name, note, version = str(held[f"{key}_name"]), str(held[f"{key}_note"]), int(held[f"{key}_version"])
    author = taken_author(f"{key}_author")
    store = service.store()
    attempt(f"{key}_edit_problem", lambda: store.change(id, version=version, author=author, name=name, note=note))


def _archive(id: str, key: str) -> None:
    version, author = int(st.session_state[f"{key}_version"]), taken_author(f"{key}_author")
    attempt(f"{key}_edit_problem", lambda: service.store().archive(id, version, author))


def _duplicate(id: str, hooks: Hooks, key: str) -> None:
    """Keep a copy under the name in the field, or as a copy of it where the name is the old one."""
    author, typed = taken_author(f"{key}_author"), str(st.session_state[f"{key}_name"]).strip()

    def do() -> None:
        item = service.store().get(id)
        name = typed if typed and typed != item.name else _("Copy of {name}", name=item.name)
        copy = (hooks.duplicate or _copied)(id, name[:LONGEST_NAME], author)
        st.session_state[_SAID] = _("Kept as {name}", name=markdown(copy.name))

    attempt(f"{key}_edit_problem", do)


def _copied(id: str, name: str, author: str) -> Kept:
    return service.store().duplicate(id, name=name, author=author)


def _reload(id: str, key: str) -> None:
    begin_edit(service.store().get(id), key)
