"""Headings of pages and parts, each with its definition a click away."""

from __future__ import annotations

from html import escape

import streamlit as st


def page_title(title: str) -> None:
    """The page's own name, small: what it found out is what should be read first."""
    st.html(f'<h1 class="co-title">{escape(title)}</h1>')


def part(title: str, definition: str = "", note: str = "") -> None:
    """A part of a page: its heading, what its terms mean behind the question mark, and a line below it."""
    st.subheader(title, anchor=False, help=definition or None)
    if note:
        st.caption(note)
