"""The grid of the page Plan: what is fixed and limited in it, and what is typed into it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from optimizer.planning.plan import Plan
from optimizer.ui import service
from optimizer.ui.components import plan_grid
from tests.ui.driver import open_app, words
from tests.ui.plan_app import IMAGE, REEL, SAMPLE, asked_of, on, plan_column


def test_fixed_amounts_and_limits_are_kept_and_shown() -> None:
    app = on(replace(SAMPLE, locks={IMAGE: 1500.0}, limits={REEL: (None, 2000.0)}))
    table = app.dataframe[0].value.set_index("place")
    assert table.loc["Facebook image", ["keep", "amount", "plan"]].tolist() == [True, 1500.0, 1500.0]
    assert table.loc["Instagram reel", "most"] == 2000.0
    assert table.loc["Instagram reel", "plan"] <= 2000.0
    assert table.loc["Facebook image", "recent"] == pytest.approx(3400, rel=0.01), "what was spent, not what is fixed"
    page = words(app)
    assert "1 place fixed; 1 place with limits" in page
    assert "Maximum of EUR 2,000 a week" in page


def test_all_of_them_are_removed_with_one_button() -> None:
    app = on(replace(SAMPLE, locks={IMAGE: 1500.0}, limits={REEL: (None, 2000.0)}))
    before = app.dataframe[0].key
    app.button(key="plan_free").click().run()
    assert (asked_of(app).locks, asked_of(app).limits) == ({}, {})
    assert app.dataframe[0].key != before, "drawn afresh, without what was typed"
    assert "plan_free" not in {button.key for button in app.button}


class Typed:
    """What the widget of the grid reports, taken by the page's own callback inside a run of the script."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._edits: dict[int, dict[str, object]] = {}
        own = plan_grid.show_editor

        def show(work: Any, plan: Plan | None) -> None:
            if self._edits:
                self._take(work, plan)
            own(work, plan)

        monkeypatch.setattr(plan_grid, "show_editor", show)

    def _take(self, work: Any, plan: Plan | None) -> None:
        from optimizer.history import build_panel
        from optimizer.ui.plan_edits import rows_of

        panel = build_panel(service.history(work.source))
        rows = rows_of(work.asked, panel.cells, panel.recent_spend, plan)
        edits, self._edits = self._edits, {}
        st.session_state["typed"] = {"edited_rows": edits}
        plan_grid._take("typed", rows)
        st.rerun()

    def __call__(self, app: AppTest, edits: dict[int, dict[str, object]]) -> AppTest:
        self._edits = edits
        return app.run()


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Typed:
    return Typed(monkeypatch)


def test_typing_plans_anew_and_keeps_the_widget(typing: Typed) -> None:
    app = open_app("plan")
    key, before = app.dataframe[0].key, plan_column(app)
    typing(app, {0: {"keep": True}, 4: {"most": 2000}})
    assert asked_of(app).locks == {IMAGE: pytest.approx(before["Facebook image"], abs=0.6)}
    assert asked_of(app).limits == {REEL: (None, 2000.0)}
    assert plan_column(app)["Instagram reel"] <= 2000
    assert app.dataframe[0].key == key, "focus and scroll stay"


def test_what_cannot_be_is_told_above_the_grid_and_drawn_as_it_was(typing: Typed) -> None:
    app = open_app("plan")
    key, before = app.dataframe[0].key, plan_column(app)
    typing(app, {4: {"least": 900, "most": 400}})
    (note,) = app.warning
    assert note.value.startswith("The minimum 900 of Instagram reel is above its maximum 400")
    assert asked_of(app).limits == {}
    assert plan_column(app) == before
    assert app.dataframe[0].key != key
