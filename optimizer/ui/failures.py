"""The one place where errors become sentences on the screen."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.ui import text

log = logging.getLogger(__name__)


@contextmanager
def shown_as_sentences() -> Iterator[None]:
    """Show what the person can change as it is; log what is our fault, and say so without its details."""
    try:
        yield
    except OptimizerError as problem:
        st.error(escape_markdown(str(problem)), icon=":material/error:")
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("Reference %s: the page failed", reference)
        st.error(text.UNEXPECTED.format(reference=reference), icon=":material/error:")


def escape_markdown(message: str) -> str:
    r"""Keep signs of a file's own names and values from being read as formatting.

    Examples
    --------
    >>> escape_markdown("a_b*c: $5")
    'a\\_b\\*c: \\$5'
    """
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#$<>|~" else sign for sign in message)
