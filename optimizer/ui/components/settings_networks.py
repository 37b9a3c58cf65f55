"""The tab Network rules: the text of a network_rules.toml, checked against the history's cells and told in words."""

from __future__ import annotations

from html import escape

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.planning.network_rules import network_rules_template
from optimizer.store import Kept, Kind
from optimizer.ui import service, state
from optimizer.ui.components.data_table import table_html
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
from optimizer.ui.network_rules_words import (
    FILE,
    LONGEST,
    NetworkWords,
    open_rates,
    read_for_words,
    settled_rows,
    with_rate,
)

TEXT, LOADED, PROBLEM, SAID = "networks_text", "networks_loaded", "networks_problem", "networks_said"
FIELD = "networks_field"


def show_network_rules() -> None:
    """Draw the tab."""
    part(
        _("Network rules"),
        _(
            "What networks ask of a change of budget: smallest budgets, largest steps, time to wait and results to "
            "learn from. Written as a network_rules.toml, the same file that the command line takes; amounts are per "
            "day and campaign. Nothing in the template acts until you save it."
        ),
        note=_("The pages This week and Pacing keep to what is saved here, for every history of this server."),
    )
    work = current_work()
    if work is None:
        return
    show_attempt(PROBLEM)
    said = st.session_state.pop(SAID, "")
    if said:
        st.success(said, icon=":material/check:")
    kept = usual(service.store(), Kind.NETWORK_RULES)
    text = _editor(kept)
    _rates(text, work)
    words, fine = _checked(text, work)
    _buttons(text, fine, kept)
    if words is not None:
        _show_words(words, work)
    _saved(kept)


def edit_network_rules(text: str) -> None:
    """Put a text into the editor in place of what is there; nothing is saved."""
    kept = usual(service.store(), Kind.NETWORK_RULES)
    st.session_state[LOADED] = (0 if kept is None else kept.version, _kept_text(kept))
    st.session_state[TEXT] = text


def _kept_text(kept: Kept | None) -> str:
    return "" if kept is None else str(kept.content.get("text", ""))


def _editor(kept: Kept | None) -> str:
    """The text as it is being edited; what is saved where it was not touched."""
    held, (version, loaded) = st.session_state, st.session_state.get(LOADED, (-1, ""))
    now = 0 if kept is None else kept.version
    if TEXT not in held or (version != now and held[TEXT] == loaded):
        text = _kept_text(kept)
        held[TEXT], held[LOADED] = text, (now, text)
    held[FIELD] = held[TEXT]
    st.text_area(
        FILE,
        key=FIELD,
        height=320,
        max_chars=LONGEST,
        on_change=_type,
        placeholder='[[floor]]\nnetwork = "tiktok"\namount = 50\ncurrency = "USD"',
    )
    return str(held[TEXT])


def _type() -> None:
    st.session_state[TEXT] = str(st.session_state[FIELD])


def _rates(text: str, work: Work) -> None:
    """Ask what currencies of the text are worth; the answer is written into it."""
    currency = _currency(work)
    for code in open_rates(text, currency):
        key = f"networks_rate_{code}"
        st.session_state[key] = None
        st.number_input(
            _("What one {code} is worth in {target}", code=code, target=currency), min_value=0.0, format="%0.10g",
            key=key, placeholder=_("such as 0.92"), on_change=_take_rate, args=(key, code), width=320,
        )  # fmt: skip


def _take_rate(key: str, code: str) -> None:
    rate = st.session_state[key]
    if rate:
        st.session_state[TEXT] = with_rate(str(st.session_state[TEXT]), code, float(rate))


def _currency(work: Work) -> str:
    return work.facts.currency or str(work.asked.settings.get("currency", ""))


def _checked(text: str, work: Work) -> tuple[NetworkWords | None, bool]:
    """The rules in words, and whether the text can be saved; what is wrong with it is shown."""
    if not text.strip():
        return None, True
    try:
        return read_for_words(text, work.facts.cells, _currency(work)), True
    except OptimizerError as problem:
        show_problem(problem)
        return None, False


def _buttons(text: str, fine: bool, kept: Kept | None) -> None:
    same = text == _kept_text(kept)
    version = st.session_state[LOADED][0]
    with st.container(horizontal=True):
        st.button(_("Check"), key="networks_check", icon=":material/rule:", help=_("Reads the text above again."))
        st.button(
            _("Save as the usual network rules"), type="primary", key="networks_keep", on_click=_keep,
            args=(text, version), disabled=not fine or same,
        )  # fmt: skip
        st.button(_("Insert the template"), key="networks_template", icon=":material/article:", on_click=_insert)
        if not same:
            st.button(_("Load what is saved"), key="networks_load", on_click=_load)
        download(_("Download {file}", file=FILE), text.encode(), FILE, key="networks_download")
    if same:
        st.caption(_("Saved, and in use.") if text.strip() else _("No network rules are in use."))
    elif fine:
        st.caption(_("Not saved yet."))


def _insert() -> None:
    """Put the template below what is there."""
    now = str(st.session_state[TEXT])
    st.session_state[TEXT] = f"{now.rstrip()}\n\n{network_rules_template()}".lstrip()


def _load() -> None:
    """Forget what was typed."""
    st.session_state.pop(TEXT, None)
    st.session_state.pop(LOADED, None)


def _keep(text: str, version: int) -> None:
    def do() -> None:
        kept = keep_usual(service.store(), Kind.NETWORK_RULES, {"text": text}, state.author(), version)
        st.session_state[LOADED] = (kept.version, text)
        st.session_state[SAID] = _("Saved. Moves of money keep to these rules from now on.")

    attempt(PROBLEM, do)


def _show_words(words: NetworkWords, work: Work) -> None:
    """Every rule in words with who says so, and what they come to for the places of the history."""
    part(n_("{count} rule, in words", "{count} rules, in words", len(words.lines)))
    items = "".join(
        f"<li><b>{escape(line.name)}</b><span>{escape(line.says)}</span> "
        f'<small class="co-grade">{escape(line.grade)}{f" · {escape(line.source)}" if line.source else ""}</small></li>'
        for line in words.lines
    )
    if items:
        st.html(f'<ul class="co-rules">{items}</ul>')
    rows = settled_rows(words.settled, work.facts.cells, _currency(work))
    part(
        _("What that comes to"),
        _("By place and day; where several rules hold, the stricter one. A place with several campaigns needs the "
          "smallest budget for each: say how many under [campaigns]."),
    )  # fmt: skip
    if not rows:
        st.caption(_("No place of this history is bound by them."))
        return
    heads = (_("Place"), _("At least a day"), _("Largest step"), _("Wait after a change"), _("Learning"), _("Steps of"))
    used = [at for at in range(len(heads)) if at == 0 or any(row[at] for row in rows)]
    st.html(table_html([heads[at] for at in used], [[row[at] for at in used] for row in rows], numeric=(1, 2)))


def _saved(kept: Kept | None) -> None:
    """Who saved the rules that are in use, and their versions."""
    part(_("Usual network rules"))
    if kept is None:
        st.caption(_("None are saved yet."))
        return
    st.caption(_("Saved by {who_when}", who_when=markdown(by_and_when(kept.changed_by or kept.author, kept.changed))))
    with st.expander(_("Versions")):
        for line in revision_lines(service.store().revisions(kept.id)):
            st.caption(markdown(line))
