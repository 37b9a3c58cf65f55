"""Showing that a plan is being made."""

from __future__ import annotations

import streamlit as st

from optimizer.planning.plan import Plan
from optimizer.ui import service, text
from optimizer.ui.service import Question
from optimizer.ui.uploads import Source


def work_out(source: Source, question: Question) -> Plan:
    """Make the plan while saying what is being done; at once where it was made before."""
    kept = service.kept_plan(question)
    if kept is not None:
        return kept
    place = st.empty()
    bar = place.progress(0.0, text=text.PLANNING)
    try:
        return service.plan(source, question, lambda what, share: _show(bar, what, share))
    finally:
        place.empty()


def _show(bar: st.delta_generator.DeltaGenerator, what: str, share: float) -> None:
    bar.progress(min(max(share, 0.0), 1.0), text=f"{text.PLANNING}: {what[:1].lower()}{what[1:]}")
