"""The language of the screen: every word and figure a person reads is said through here."""

from __future__ import annotations

import re

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from optimizer.language import catalogue
from optimizer.language.catalogue import LANGUAGES, Speaker
from optimizer.language.message import Message

KEY = "language"
PARAMETER = "lang"
FIRST = next(iter(LANGUAGES))
_OPTION = re.compile(r" \(--[a-z-]+(?: [A-Z]+)?\)")  # an option of the command line, in brackets


def language() -> str:
    """Code of the language this person reads; English outside of a page."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return FIRST
    return str(st.session_state.get(KEY, FIRST))


def browser_language() -> str:
    """Language of the browser, such as "en"; "" where it does not say."""
    return (st.context.locale or "").partition("-")[0]


def begin_language() -> None:
    """Take the language of the address, else the browser's where it is one of ours; once per visit."""
    if KEY in st.session_state:
        return
    asked = st.query_params.get(PARAMETER, "")
    st.session_state[KEY] = next((code for code in (asked, browser_language()) if code in LANGUAGES), FIRST)


def speaker() -> Speaker:
    """The speaker of this person's language."""
    return catalogue.speaker(language())


def _(pattern: str, /, **values: object) -> str:
    """Say a pattern with its places filled.

    Examples
    --------
    >>> _("{count} notes", count=3)
    '3 notes'
    """
    return speaker().say(pattern, **values)


def n_(one: str, many: str, count: int, /, **values: object) -> str:
    """Say a pattern whose words depend on a count.

    Examples
    --------
    >>> n_("{count} note", "{count} notes", 1)
    '1 note'
    """
    return speaker().many(one, many, count, **values)


def tell(value: object) -> str:
    """Say a message of another room, or write a figure.

    Examples
    --------
    >>> from optimizer.language import place
    >>> tell(place(("tiktok", "link_post")))
    'TikTok link post'
    """
    told = speaker().tell(value)
    return _on_screen(told) if isinstance(value, Message) and "--" in told else told


def _on_screen(text: str) -> str:
    """A sentence without the options of the command line that it names.

    Examples
    --------
    >>> _on_screen("the maximums (--bounds FILE) add up; write margin = 0.4 in --settings FILE")
    'the maximums add up; write margin = 0.4 in Data and settings'
    """
    return _OPTION.sub("", text).replace("--settings FILE", _("Data and settings"))
