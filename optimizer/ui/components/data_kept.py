"""The tab Kept work: everything that was kept, kind by kind, and two plans held against each other."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from optimizer.errors import InputError
from optimizer.language import say
from optimizer.planning.asked import Asked
from optimizer.reports import frame_csv
from optimizer.store import Kept, Kind
from optimizer.ui import service, state, what_if_state
from optimizer.ui.components.data_histories import TAB, history_hooks
from optimizer.ui.components.data_table import table_html
from optimizer.ui.components.downloads import download
from optimizer.ui.components.kept import Hooks, kept_list
from optimizer.ui.components.settings_networks import edit_network_rules
from optimizer.ui.components.titles import part
from optimizer.ui.kept_view import compare_frame, compare_rows, kept_summary, kind_names
from optimizer.ui.language import _
from optimizer.ui.pages import page_file
from optimizer.ui.settings_view import with_settings
from optimizer.ui.uploads import Source

GO = "kept_go"
CHOICE = "data_kept_kind"


def show_kept() -> None:
    """Draw the tab."""
    part(
        _("Kept work"),
        _("What was kept on this server, by everyone. Nothing is deleted: archived work can be restored."),
    )
    names = kind_names()
    kinds = list(names)
    chosen = Kind(state.chosen(CHOICE, kinds[0].value)) if state.chosen(CHOICE, "") in kinds else kinds[0]
    st.session_state[CHOICE] = chosen
    st.segmented_control(
        _("Kind"), kinds, format_func=lambda kind: names[kind], required=True, key=CHOICE, on_change=_take_kind,
        label_visibility="collapsed",
    )  # fmt: skip
    kept_list(chosen, hooks=_hooks(chosen), key=f"all_{chosen.value}")


def _take_kind() -> None:
    state.choose(CHOICE, Kind(st.session_state[CHOICE]).value)


def _hooks(kind: Kind) -> Hooks:
    if kind is Kind.HISTORY:
        return history_hooks()
    if kind is Kind.PLAN:
        return Hooks(open=_open_plan, compare=_show_compare, about=lambda kept: kept_summary(kept.content))
    opened: dict[Kind, Callable[[Kept], None]] = {
        Kind.SCENARIO: _open_scenario,
        Kind.SETTINGS: _open_settings,
        Kind.RULES: _open_rules,
        Kind.NETWORK_RULES: _open_network_rules,
    }
    return Hooks(open=opened.get(kind))


def _open_plan(kept: Kept) -> None:
    """Ask what the plan answered, of the history it was made of."""
    asked = Asked.from_json(kept.content.get("asked"))
    state.choose_history(kept.history or state.SAMPLE)
    state.ask(asked)
    st.session_state[GO] = "plan"


def _open_scenario(kept: Kept) -> None:
    """Put a kept scenario beside the others, on the history it was made for."""
    state.choose_history(kept.history or state.SAMPLE)
    asked = state.asked()
    if asked is None:
        asked = service.first_question(_source())
        state.ask(asked)
    what_if_state.begin(asked)
    if not what_if_state.room():
        problem = say("{most} scenarios are open already", most=state.MOST_SCENARIOS)
        raise InputError.at(problem, fix=say("remove one on the page What-if"))
    what_if_state.open_kept(kept.name, kept.content)
    st.session_state[GO] = "what_if"


def _open_settings(kept: Kept) -> None:
    asked = state.asked()
    if asked is not None:
        state.ask(with_settings(asked, kept.content, service.facts(_source()).goals))


def _source() -> Source:
    """The history at hand."""
    history = state.view().history
    return service.sample_source() if history == state.SAMPLE else service.kept_source(history)


def _open_rules(kept: Kept) -> None:
    state.change(rules=str(kept.content.get("text", "")))


def _open_network_rules(kept: Kept) -> None:
    """Put the text into the editor; it acts once it is saved there."""
    edit_network_rules(str(kept.content.get("text", "")))
    state.choose(TAB, "networks")


def go_where_opened() -> None:
    """Go to the page of a kept thing that was just opened; whichever tab its history begins with."""
    page = st.session_state.pop(GO, "")
    if page:
        st.switch_page(page_file(page))


# Two plans ---------------------------------------------------------------------------------------------------------


def _show_compare(first: Kept, second: Kept) -> None:
    """Two plans side by side, as they were kept."""
    rows = compare_rows(first.content, second.content)
    heads = (_("Figure"), first.name, second.name, _("Difference"))
    st.html(table_html(heads, [(row.name, row.first, row.second, row.difference) for row in rows]))
    st.caption(
        _("Figures as they were kept; nothing was worked out anew. The difference is the second minus the first.")
    )
    frame = compare_frame(rows, (first.name, second.name))
    download(_("Download the comparison"), lambda: frame_csv(frame), "plans_compared.csv", key="kept_compared")
