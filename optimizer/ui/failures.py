"""The one place where errors become sentences on the screen."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.ui.format import markdown
from optimizer.ui.language import _, tell

log = logging.getLogger(__name__)


@contextmanager
def shown_as_sentences() -> Iterator[None]:
    """Show what the person can change as it is; log what is our fault, and say so without its details."""
    try:
        yield
    except OptimizerError as problem:
        show_problem(problem)
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("Reference %s: the page failed", reference)
        st.error(
            _(
                "Something went wrong on our side, and your file and inputs are unchanged. Try again; if it happens "
                "once more, tell whoever runs this program the reference {reference}.",
                reference=reference,
            ),
            icon=":material/error:",
        )


def show_problem(problem: OptimizerError) -> None:
    """Show what is wrong in the language of the person who reads."""
    st.error(markdown(tell(problem.message)), icon=":material/error:")
