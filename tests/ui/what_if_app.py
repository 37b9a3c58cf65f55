"""What tests of the page What-if share: the page on a small kept history, with the scenarios they need."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Scenario
from optimizer.ui import service
from optimizer.ui.state import View
from tests.ui.driver import open_app


def opened(history: str, *others: Scenario, asked: Asked | None = None, **chosen: object) -> AppTest:
    """The page with these scenarios beside the base."""
    asked = asked or Asked(budget=40_000, weeks=4, goal="revenue")
    scenarios = (Scenario("As planned", asked), *others) if others else ()
    named = {name.replace("__", "."): value for name, value in chosen.items()}
    view = View(history, asked, scenarios, named)
    return open_app("what_if", link=service.store().keep_state(view.to_json()))


def held(app: AppTest) -> tuple[Scenario, ...]:
    view = app.session_state["view_now"]
    assert isinstance(view, View)
    return view.scenarios


def one(name: str = "Another", asked: Asked | None = None, **change: object) -> Scenario:
    return Scenario(name, asked or Asked(budget=40_000, weeks=4, goal="revenue"), Change(**change))  # type: ignore[arg-type]


def changing(history: str, **change: object) -> AppTest:
    """The page with one scenario beside the base, its fields open."""
    return opened(history, one(**change), what_if__changed=1)


def fine(app: AppTest) -> AppTest:
    assert not app.exception
    assert not app.error
    return app
