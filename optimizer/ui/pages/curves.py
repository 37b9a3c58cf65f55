"""Curves: what spend brings in each place, what the next money brings, and how sure that is."""

from __future__ import annotations

import streamlit as st

from optimizer.errors import InfeasibleError, InputError
from optimizer.language import place
from optimizer.planning.request import CAREFUL
from optimizer.planning.return_curves import ReturnCurves, return_curves
from optimizer.ui import curves_view as view
from optimizer.ui import state
from optimizer.ui.charts_curves import Line, curve_frame, line_chart, returns_chart
from optimizer.ui.components.downloads import chart_data
from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.titles import page_title, part
from optimizer.ui.components.work import Work, current_work
from optimizer.ui.failures import show_problem
from optimizer.ui.format import markdown
from optimizer.ui.language import _, tell
from optimizer.ui.pages import page_file

PLACES = "curves.places"
PICKER = "curve_places"


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("Curves"))
    work = current_work()
    if work is None:
        show_no_history()
        return
    try:
        curves = _curves(work)
    except (InputError, InfeasibleError) as problem:
        show_problem(problem)
        st.page_link(page_file("plan"), label=_("Change it on the page Plan"), icon=":material/edit:")
        return
    _overview(work, curves)
    _lines(curves)


def _curves(work: Work) -> ReturnCurves:
    plan = work.plan()
    studio = work.studio()
    return return_curves(studio, work.asked.request(studio.panel), plan)


def _overview(work: Work, curves: ReturnCurves) -> None:
    part(
        _("What the next money brings"),
        _(
            "The marginal return: what one more unit of money brings in the plan's weeks and the 8 after. A plan is "
            "best when it ends up alike wherever no limit binds. Break-even is where the next unit of money earns "
            "just itself: one over the margin."
        ),
    )
    sentence = view.overview_sentence(curves)
    st.markdown(markdown(sentence))
    table = view.overview(curves)
    st.altair_chart(returns_chart(table, curves.break_even, view.marginal_title(curves)), alt=sentence, key="overview")
    st.caption(_("Grey bar: 90 % for the return at the plan. Circle: today. Diamond: the plan."))
    if work.asked.risk == CAREFUL:
        st.caption(
            _("The plan is careful: the page Plan judges by the worst 20 % of cases, the curves here by all of them.")
        )
    if curves.break_even is None and curves.outcome == "revenue":
        st.caption(_("Give a margin under Data and settings, and the line where money earns itself is drawn too."))
    chart_data(table, "marginal-returns")


def _lines(curves: ReturnCurves) -> None:
    part(
        _("What each place returns"),
        _(
            "Line: expected outcome per week of the plan that such weekly spend adds, the 8 weeks after included. "
            "Band: 90 % for the curve, not for a single week. Dots: weeks of the history, the newer the stronger; "
            "they hold what comes without spend and the season too, so they need not lie on the curve. Grey: spend "
            "never tried, where the curve is a guess."
        ),
    )
    names = {cell.label: tell(place(cell)) for cell in curves.cells}
    usual = [cell.label for cell in view.first_places(curves)]
    kept = [cell.label for cell in view.chosen_places(curves, state.chosen(PLACES, usual))]
    st.session_state[PICKER] = kept
    st.multiselect(
        _("Places to show, up to {count}", count=view.MOST_PLACES),
        list(names),
        format_func=lambda label: names[label],
        max_selections=view.MOST_PLACES,
        placeholder=_("Choose places"),
        key=PICKER,
        on_change=_keep_places,
    )
    if not kept:
        st.info(_("Choose a place above to see its curve."))
    labels = [cell.label for cell in curves.cells]
    for label in kept:
        c = labels.index(label)
        st.markdown(f"#### {markdown(view.curve_title(curves, c))}")
        left, right = st.columns(2, gap="medium")
        with left:
            _chart(view.response_line(curves, c), view.response_words(curves, c), f"response-{label}")
        with right:
            _chart(view.marginal_line(curves, c), view.marginal_words(curves, c), f"marginal-{label}")


def _chart(line: Line, words: str, name: str) -> None:
    st.altair_chart(line_chart(line), alt=words, key=name)
    chart_data(curve_frame(line), name)


def _keep_places() -> None:
    state.choose(PLACES, list(st.session_state[PICKER]))


if __name__ == "__main__":
    page()
