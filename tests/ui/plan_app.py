"""The page Plan without a browser, for its tests: opened with a question, and read."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from optimizer.planning.asked import Asked
from optimizer.ui import service, state
from optimizer.ui.state import View
from tests.ui.driver import open_app

BUDGET, WEEKS = 102_800.0, 4
SAMPLE = Asked(BUDGET, WEEKS, goal="revenue")
REEL, IMAGE = "instagram/reel", "facebook/image"


def on(asked: Asked | None = None, history: str = state.SAMPLE) -> AppTest:
    """The page with a question, as a link opens it."""
    link = service.store().keep_state(View(history=history, asked=asked).to_json())
    return open_app("plan", link)


def asked_of(app: AppTest) -> Asked:
    view = app.session_state["view_now"]
    assert isinstance(view, View)
    assert view.asked is not None
    return view.asked


def labels(app: AppTest) -> list[str]:
    return [metric.label for metric in app.metric]


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.subheader]


def plan_column(app: AppTest) -> dict[str, float]:
    """Planned money of the editable grid by place."""
    table = app.dataframe[0].value
    return dict(zip(table["place"], table["plan"], strict=True))
