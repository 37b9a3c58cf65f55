"""The tab Rules: the text of a rules.toml, checked against the history's cells and told in words."""

from __future__ import annotations

from html import escape
from importlib.resources import files

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.planning.asked import LONGEST_RULES
from optimizer.planning.studio import panel_of
from optimizer.store import Kept, Kind
from optimizer.ui import service, state
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import attempt, show_attempt
from optimizer.ui.components.titles import part
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.data_store import keep_usual, usual
from optimizer.ui.data_view import by_and_when
from optimizer.ui.failures import show_problem
from optimizer.ui.format import markdown
from optimizer.ui.kept_view import revision_lines
from optimizer.ui.language import _, n_
from optimizer.ui.rules_words import FILE, RuleLine, read_for_words, rule_lines

TEXT, OF, PROBLEM, SAID = "rules_text", "rules_of", "rules_problem", "rules_said"
FIELD = "rules_field"


def rules_template() -> str:
    """A rules file with every rule explained and commented out."""
    return files("optimizer.planning").joinpath("rules_template.toml").read_text(encoding="utf-8")


def show_rules() -> None:
    """Draw the tab."""
    part(
        _("Rules"),
        _(
            "What every plan for this question must keep, written as a rules.toml: the same file that the command line "
            "takes. Money is per week, shares lie between 0 and 1. The template shows every rule."
        ),
    )
    work = current_work()
    if work is None:
        return
    show_attempt(PROBLEM)
    said = st.session_state.pop(SAID, "")
    if said:
        st.success(said, icon=":material/check:")
    text = _editor(work)
    lines, fine = _checked(text, work)
    kept = usual(service.store(), Kind.RULES)
    _buttons(text, fine, work, kept)
    if lines:
        _show_lines(lines)
    _usual(work, kept)


def _editor(work: Work) -> str:
    """The text as it is being edited; that of the question where it was not touched."""
    mark, loaded = st.session_state.get(OF, ("", ""))
    if mark != state.view().history or (st.session_state[TEXT] == loaded and loaded != work.asked.rules):
        st.session_state[OF], st.session_state[TEXT] = (state.view().history, work.asked.rules), work.asked.rules
    st.session_state[FIELD] = st.session_state[TEXT]
    st.text_area(
        _("rules.toml"),
        key=FIELD,
        height=320,
        max_chars=LONGEST_RULES,
        on_change=_type,
        placeholder='[[limit]]\nnetwork = "tiktok"\nmaximum_share = 0.4',
    )
    return str(st.session_state[TEXT])


def _type() -> None:
    st.session_state[TEXT] = str(st.session_state[FIELD])


def _checked(text: str, work: Work) -> tuple[tuple[RuleLine, ...], bool]:
    """The rules in words, and whether the text can be used; what is wrong with it is shown."""
    if not text.strip():
        return (), True
    try:
        panel = panel_of(service.history(work.source), work.asked.by_audience)
        rules = read_for_words(text, panel, work.asked.budget / work.asked.weeks)
    except OptimizerError as problem:
        show_problem(problem)
        return (), False
    return rule_lines(rules, panel.cells, work.facts.currency), True


def _buttons(text: str, fine: bool, work: Work, kept: Kept | None) -> None:
    with st.container(horizontal=True):
        st.button(_("Check"), key="rules_check", icon=":material/rule:", help=_("Reads the text above again."))
        st.button(
            _("Use these rules"), type="primary", key="rules_use", on_click=_use, args=(text,),
            disabled=not fine or text == work.asked.rules,
        )  # fmt: skip
        st.button(
            _("Use and save as the usual rules"), key="rules_keep", on_click=_use_and_keep,
            args=(text, 0 if kept is None else kept.version), disabled=not fine or (kept is None and not text.strip()),
        )  # fmt: skip
        st.button(_("Insert the template"), key="rules_template", icon=":material/article:", on_click=_insert)
        download(_("Download {file}", file=FILE), text.encode(), FILE, key="rules_download")
    if fine and text == work.asked.rules:
        st.caption(_("In use for this question.") if text.strip() else _("No rules are in use."))
    elif fine:
        st.caption(_("Not in use yet."))


def _insert() -> None:
    """Put the template below what is there."""
    now = str(st.session_state[TEXT])
    st.session_state[TEXT] = f"{now.rstrip()}\n\n{rules_template()}".lstrip()


def _use(text: str) -> None:
    def do() -> None:
        state.change(rules=text)
        st.session_state[OF] = (state.view().history, text)
        st.session_state[SAID] = _("Used for this question on all pages.")

    attempt(PROBLEM, do)


def _use_and_keep(text: str, version: int) -> None:
    _use(text)

    def do() -> None:
        keep_usual(service.store(), Kind.RULES, {"text": text}, state.author(), version)
        st.session_state[SAID] = _("Used for this question, and saved: new visits start from these rules.")

    if PROBLEM not in st.session_state:
        attempt(PROBLEM, do)


def _show_lines(lines: tuple[RuleLine, ...]) -> None:
    """Every rule by its name and in words; where there are only comments, that."""
    part(n_("{count} rule, in words", "{count} rules, in words", len(lines)))
    items = "".join(f"<li><b>{escape(line.name)}</b><span>{escape(line.says)}</span></li>" for line in lines)
    st.html(f'<ul class="co-rules">{items}</ul>')


def _usual(work: Work, kept: Kept | None) -> None:
    """The rules that new visits start from, who saved them, and their versions."""
    part(_("Usual rules"), _("New visits start from them, where the history has the places they name."))
    if kept is None:
        st.caption(_("None are saved yet."))
        return
    st.caption(_("Saved by {who_when}", who_when=markdown(by_and_when(kept.changed_by or kept.author, kept.changed))))
    text = str(kept.content.get("text", ""))
    st.button(
        _("Load them into the editor"), key="rules_load", on_click=st.session_state.__setitem__, args=(TEXT, text),
        disabled=text == st.session_state[TEXT],
    )  # fmt: skip
    with st.expander(_("Versions")):
        for line in revision_lines(service.store().revisions(kept.id)):
            st.caption(markdown(line))
