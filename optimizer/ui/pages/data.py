"""Data and settings: the history and how it is read, what money means, rules, kept work, and who you are."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from optimizer.ui import state
from optimizer.ui.components.data_exports import show_exports
from optimizer.ui.components.data_histories import TAB, show_histories
from optimizer.ui.components.data_kept import go_where_opened, show_kept
from optimizer.ui.components.data_naming import show_content_types
from optimizer.ui.components.settings_money import show_money
from optimizer.ui.components.settings_networks import show_network_rules
from optimizer.ui.components.settings_person import show_person
from optimizer.ui.components.settings_rules import show_rules
from optimizer.ui.components.titles import page_title
from optimizer.ui.failures import shown_as_sentences
from optimizer.ui.language import _, language


def page() -> None:
    """Draw the page from top to bottom; only the tab that is open is worked out."""
    go_where_opened()
    page_title(_("Data and settings"))
    tabs = _tabs()
    names = {label: name for name, (label, _draw) in tabs.items()}
    now = state.chosen(TAB, "history")
    key = f"{TAB}_{language()}"
    st.session_state[key] = tabs[now if now in tabs else "history"][0]
    for tab, (_label, draw) in zip(
        st.tabs(list(names), key=key, on_change=_take, args=(key, names)), tabs.values(), strict=True
    ):
        if tab.open:
            with tab, shown_as_sentences():
                draw()


def _tabs() -> dict[str, tuple[str, Callable[[], None]]]:
    """Tabs by the name that links use: what people read on them, and what draws them."""
    return {
        "history": (_("History"), show_histories),
        "exports": (_("Exports"), show_exports),
        "types": (_("Content types"), show_content_types),
        "money": (_("Money and goals"), show_money),
        "rules": (_("Rules"), show_rules),
        "networks": (_("Network rules"), show_network_rules),
        "kept": (_("Kept work"), show_kept),
        "you": (_("About you"), show_person),
    }


def _take(key: str, names: dict[str, str]) -> None:
    """Keep the open tab in the link."""
    state.choose(TAB, names[st.session_state[key]])


if __name__ == "__main__":
    page()
