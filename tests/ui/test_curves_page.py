"""The page Curves: what is drawn, said and remembered."""

from __future__ import annotations

from optimizer.ui import state
from tests.ui.driver import open_app, words


def test_the_places_that_change_most_are_shown_first() -> None:
    app = open_app("curves")
    assert not app.error
    assert len(app.multiselect[0].value) == 2
    assert "brings most in" in words(app)
    assert "Break-even" not in words(app)
    assert len(app.get("vega_lite_chart")) == 5  # the overview, and two charts a place


def test_another_place_is_drawn_and_kept_in_the_link() -> None:
    app = open_app("curves")
    before = app.query_params["view"]
    app.multiselect[0].set_value(["tiktok/live"]).run()
    assert len(app.get("vega_lite_chart")) == 3
    assert "TikTok live" in words(app)
    after = app.query_params["view"]
    assert before != after
    again = open_app("curves", link=after[0] if isinstance(after, list) else after)
    assert again.multiselect[0].value == ["tiktok/live"]


def test_nothing_chosen_says_what_to_do() -> None:
    app = open_app("curves")
    app.multiselect[0].set_value([]).run()
    assert [info.value for info in app.info] == ["Choose a place above to see its curve."]


def test_a_place_that_does_not_exist_is_left_out_of_a_link() -> None:
    app = open_app("curves")
    view = app.session_state["view_now"]
    assert isinstance(view, state.View)
    app.session_state["view_now"] = state.View(
        view.history, view.asked, (), {"curves.places": ["mars/rock", "tiktok/live"]}
    )
    app.run()
    assert app.multiselect[0].value == ["tiktok/live"]


def test_a_margin_draws_the_break_even_line() -> None:
    app = open_app("curves")
    view = app.session_state["view_now"]
    asked = type(view.asked)(view.asked.budget, view.asked.weeks, settings={"margin": 0.4})
    app.session_state["view_now"] = state.View(view.history, asked)
    app.run()
    assert not app.error
    assert "Break-even is EUR 2.5" in words(app)
