"""The grid of the page Plan: every place with its recent and planned money, to fix amounts and set limits in place.

The table is drawn from the question; what is typed goes into the question and is not fed back by itself. As long as the
two agree the widget stays the same, so that focus and scroll stay too; where they do not, it is drawn afresh.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from optimizer.planning.asked import Asked
from optimizer.planning.plan import Plan
from optimizer.planning.studio import panel_of
from optimizer.ui import service, state
from optimizer.ui.cells import table_step
from optimizer.ui.components.plan_inputs import refuse, show_refused
from optimizer.ui.components.work import Work
from optimizer.ui.format import common_step, place_name
from optimizer.ui.language import _, browser_language, language
from optimizer.ui.plan_edits import AMOUNT, KEEP, LEAST, MOST, GridRow, freed, rows_of, take

KEY = "plan_grid"
FREE, REFUSED = "plan_free", "plan_grid_refused"
_EDITION, _DRAWN = "plan_grid_edition", "plan_grid_drawn"  # number of the widget, and what it was drawn for
ROW_HEIGHT, MOST_HEIGHT = 35, 740  # pixels
PLACE, RECENT, PLANNED = "place", "recent", "plan"


def show_editor(work: Work, plan: Plan | None) -> None:
    """Draw the editable grid and the button that clears it; without a plan its column stays empty."""
    panel = panel_of(service.history(work.source), work.asked.by_audience)
    rows = rows_of(work.asked, panel.cells, panel.recent_spend, plan)
    step = table_step(plan) if plan else common_step(work.asked.budget / work.asked.weeks / len(rows))
    key = _key(work.asked, rows)
    show_refused(REFUSED)
    with st.container(key="plan_editor"):
        st.data_editor(
            _frame(rows, min(step, 1.0)),
            key=key,
            on_change=_take,
            args=(key, rows),
            hide_index=True,
            disabled=(PLACE, RECENT, PLANNED),
            column_config=_columns(),
            placeholder="",
            height=min(ROW_HEIGHT * (len(rows) + 1) + 3, MOST_HEIGHT),
            alt=_("Places with weekly money lately and in the plan; amounts to fix and limits can be entered"),
        )
        if work.asked.locks or work.asked.limits:
            st.button(_("Remove all fixed amounts and limits"), key=FREE, icon=":material/lock_open:", on_click=_free)


def _frame(rows: Sequence[GridRow], step: float) -> pd.DataFrame:
    """The rows as the widget takes them; empty cells are missing numbers."""

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(round(value / step) * step, 6)

    return pd.DataFrame(
        {
            PLACE: [place_name(*row.cell) for row in rows],
            RECENT: pd.array([rounded(row.recent) for row in rows], dtype="Float64"),
            PLANNED: pd.array([rounded(row.plan) for row in rows], dtype="Float64"),
            KEEP: [row.keep for row in rows],
            AMOUNT: pd.array([row.amount for row in rows], dtype="Float64"),
            LEAST: pd.array([row.least for row in rows], dtype="Float64"),
            MOST: pd.array([row.most for row in rows], dtype="Float64"),
        }
    )


def _columns() -> dict[str, ColumnConfig]:
    config = st.column_config
    return {
        PLACE: config.TextColumn(_("Place"), pinned=True),
        RECENT: config.NumberColumn(
            _("Lately"), help=_("Mean of the last 12 complete weeks, scaled to this budget."), format=number_format()
        ),
        PLANNED: config.NumberColumn(_("Plan"), format=number_format()),
        KEEP: config.CheckboxColumn(_("Fix"), width="small", help=_("Tick to keep the plan's amount here.")),
        AMOUNT: _amount(_("Fixed at"), _("The place gets exactly this much a week.")),
        LEAST: _amount(_("At least"), _("Smallest amount a week; empty for 0.")),
        MOST: _amount(_("At most"), _("Largest amount a week; empty for three times the recent spend.")),
    }


def number_format() -> str:
    """How amounts are written in the grid, which can only write them as the browser does.

    To some 3,400 is three thousand four hundred and to others three and a bit: where the browser does not speak the
    language of the page, thousands are not marked at all.
    """
    return "localized" if browser_language() == language() else "%.12g"


def _amount(label: str, definition: str) -> ColumnConfig:
    return st.column_config.NumberColumn(label, help=definition, format=number_format(), min_value=0.0)


def _key(asked: Asked, rows: Sequence[GridRow]) -> str:
    """Key of the widget: a new one where what it shows was changed from elsewhere than by typing into it."""
    held, drawn = st.session_state, _signature(asked, rows)
    if held.get(_DRAWN) != drawn:
        held[_DRAWN] = drawn
        held[_EDITION] = held.get(_EDITION, 0) + 1
    return f"{KEY}_{held[_EDITION]}"


def _signature(asked: Asked, rows: Sequence[GridRow]) -> object:
    """What the editable columns show."""
    return (state.view().history, tuple(row.cell for row in rows), dict(asked.locks), dict(asked.limits))


def _take(key: str, rows: Sequence[GridRow]) -> None:
    """Take what was typed into the question."""
    asked, edits = state.asked(), st.session_state[key]["edited_rows"]
    if asked is None or not edits:
        return
    taken = take(asked, rows, {int(row): typed for row, typed in edits.items()})
    state.ask(taken.asked)
    refuse(*taken.problems, where=REFUSED)
    st.session_state[_DRAWN] = _signature(taken.asked, rows) if taken.as_typed else None


def _free() -> None:
    asked = state.asked()
    if asked is not None:
        state.ask(freed(asked))
