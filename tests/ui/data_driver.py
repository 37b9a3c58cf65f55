"""Drives the page Data and settings: its tabs, its upload, and what the visit holds."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from optimizer.ui import service, state
from tests.ui.driver import open_app


def on_tab(tab: str, history: str = state.SAMPLE, language: str = "en") -> AppTest:
    """The page with one of its tabs open, as a link opens it."""
    link = service.store().keep_state(state.View(history=history, chosen={"data_tab": tab}).to_json())
    return open_app("data", link, language)


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader(key=f"data_upload_{session(app, 'data_upload_round', 0)}").upload(name, data).run()


def session(app: AppTest, key: str, default: object = None) -> object:
    return app.session_state[key] if key in app.session_state else default  # noqa: SIM401  # it has no `get`


def view(app: AppTest) -> state.View:
    held = app.session_state["view_now"]
    assert isinstance(held, state.View)
    return held


def histories() -> list[str]:
    return [kept.name for kept in service.kept_histories()]


def add(good: bytes, name: str = "mine.csv") -> str:
    return service.store().add_history(name, good, author="Lan").id


def box(app: AppTest, label: str) -> Selectbox[str]:
    return next(one for one in app.selectbox if one.label == label)


def fine(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app
