"""The tab About you: the name beside what is kept, and the language."""

from __future__ import annotations

import streamlit as st

from optimizer.language.catalogue import LANGUAGES
from optimizer.ui.components.kept import author_field
from optimizer.ui.components.titles import part
from optimizer.ui.language import KEY, _

NAME_FIELD, LANGUAGE_FIELD = "person_name", "person_language"


def show_person() -> None:
    """Draw the tab."""
    part(_("About you"))
    with st.container(key="co_person"):
        author_field(NAME_FIELD)
        st.caption(
            _(
                "Your name stands beside the plans, scenarios and settings you keep. It is remembered until you close "
                "this page, and nobody checks it."
            )
        )
        st.session_state[LANGUAGE_FIELD] = st.session_state[KEY]
        st.segmented_control(
            _("Language"),
            list(LANGUAGES),
            format_func=lambda code: LANGUAGES[code],
            required=True,
            key=LANGUAGE_FIELD,
            on_change=_take_language,
        )
        st.caption(
            _(
                "Words, numbers and dates follow the language. The currency is that of the history; where the history "
                "names none, set it under Money and goals."
            )
        )


def _take_language() -> None:
    st.session_state[KEY] = st.session_state[LANGUAGE_FIELD]
