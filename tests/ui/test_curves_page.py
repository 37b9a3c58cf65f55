"""The page Curves: what is drawn, said and remembered."""

from __future__ import annotations

import numpy as np

from optimizer.history.panel import Cell
from optimizer.planning.asked import Asked
from optimizer.planning.return_curves import ReturnCurves
from optimizer.ui import service, state
from optimizer.ui.curves_view import marginal_words, overview_sentence
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


def asking(**fields: object) -> str:
    """A link to the sample with a question of its own."""
    asked = Asked(**{"budget": 102_800.0, "weeks": 4, **fields})  # type: ignore[arg-type]
    return service.store().keep_state(state.View(asked=asked).to_json())


def test_where_there_is_no_plan_the_way_out_is_named() -> None:
    app = open_app("curves", asking(locks={"instagram/carousel": 30_000.0}))
    assert len(app.error) == 1
    assert [link.label for link in app.get("page_link")] == ["Change it on the page Plan"]


def test_a_careful_plan_says_that_the_curves_hold_all_cases() -> None:
    assert "by the worst 20 % of cases, the curves here by all of them" in words(
        open_app("curves", asking(risk="careful"))
    )


def test_only_revenue_is_told_of_a_margin() -> None:
    assert "Give a margin" in words(open_app("curves"))
    assert "Give a margin" not in words(open_app("curves", asking(goal="conversions")))


def test_counts_have_their_name_and_a_single_place_is_no_ranking() -> None:
    curves = ReturnCurves(
        cells=(Cell("instagram", "reel"),),
        outcome="conversions",
        currency="",
        weeks=4,
        **{name: np.ones((1, 2)) for name in ("spend", "mean", "low", "high", "tried")},
        **{name: np.ones((1, 2)) for name in ("marginal", "marginal_low", "marginal_high")},
        points=(np.zeros((0, 2)),),
        **{name: np.ones(1) for name in ("today", "plan")},
        marginal_today=np.array([0.25]),
        marginal_plan=np.array([0.5]),
        break_even=None,
    )
    assert overview_sentence(curves) == (
        "The next unit of money brings 0.25 conversions in Instagram reel today, and 0.5 conversions in the plan."
    )
    assert "0.25 conversions at today's spend" in marginal_words(curves, 0)
