"""Track record: how the plans of record came true, misses first, and the list of all of them."""

from __future__ import annotations

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.ui import service, track_store
from optimizer.ui.components import track_parts
from optimizer.ui.components.titles import page_title
from optimizer.ui.components.track_bridge import show_bridge
from optimizer.ui.failures import show_problem
from optimizer.ui.language import _
from optimizer.ui.pages import page_file
from optimizer.ui.track_store import Held
from optimizer.ui.track_work import judged
from optimizer.ui.uploads import Source


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("Track record"))
    held = track_store.records(service.store())
    if not held:
        _show_nothing()
        return
    try:
        source = track_parts.show_actuals()
        if source is not None:
            _show_judged(held, source)
    except OptimizerError as problem:
        show_problem(problem)
    track_parts.show_records(held)


def _show_judged(held: tuple[Held, ...], source: Source) -> None:
    """Everything that follows from the plans of record and one history."""
    own = tuple(one for one in held if one.sample == source.sample)
    if not own:
        said = _("No plan of record was made from the sample.") if source.sample else _(
            "The plans of record were made from the sample; choose it, or approve a plan of your own history."
        )  # fmt: skip
        st.info(said, icon=":material/info:")
        return
    with st.spinner(_("Holding the plans against what came")):
        result = judged(own, source, track_parts.leave_out())
    track_parts.show_problems(result)
    found = result.track
    if found is None:
        return
    if not found.comparisons:
        st.info(
            _("No week of these plans has come yet in this history. Add a newer one when it has."),
            icon=":material/hourglass_empty:",
        )
        return
    outcome = track_parts.show_outcome(found)
    track_parts.show_verdict(found, outcome)
    track_parts.show_misses(found, outcome)
    show_bridge(result, track_parts.show_plan(result, outcome))
    track_parts.show_scores(found, outcome)
    track_parts.show_advice(found)


def _show_nothing() -> None:
    """Say what a track record needs."""
    with st.container(border=True, key="track_empty"):
        st.subheader(_("No plan is approved yet"), anchor=False)
        st.markdown(
            _(
                "Approve a plan on the page Finance. It is frozen with its forecast, and as soon as a newer history "
                "holds its weeks, this page says how it came true: what the intervals kept, where they missed, and "
                "whether following the plan paid."
            )
        )
        st.page_link(page_file("finance"), label=_("Go to Finance"), icon=":material/account_balance:")


if __name__ == "__main__":
    page()
