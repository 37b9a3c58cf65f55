"""Opens the app without a browser, on a page of its own and with kept work of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from optimizer.ui import service
from optimizer.ui.format import NBSP
from optimizer.ui.launch import SCRIPT

SLOW = 60
FIRST = "this_week"


def open_app(page: str = FIRST, link: str = "", language: str = "en") -> AppTest:
    """The app on one of its pages, run once.

    Parameters
    ----------
    page : str
        Name of the page's file.
    link : str
        Id of a kept view, as a link names it.
    language : str
    """
    app = AppTest.from_file(str(SCRIPT), default_timeout=SLOW)
    app.query_params["lang"] = language
    if link:
        app.query_params["view"] = link
    if page != FIRST:
        app.switch_page(str(Path("..") / "pages" / f"{page}.py"))
    return app.run()


def words(app: AppTest) -> str:
    """Every text on the page, one after the other, in no set order."""
    parts = [element.body for element in app.get("html")]
    parts += [
        str(one.value)
        for kind in ("markdown", "caption", "subheader", "header", "info", "warning", "error", "success")
        for one in app.get(kind)
    ]
    parts += [f"{one.label} {one.value} {one.delta}" for one in app.metric]
    return " ".join(parts).replace(NBSP, " ")


def fresh_server() -> None:
    """Forget what the server holds for all visits."""
    st.cache_resource.clear()
    st.cache_data.clear()


@contextmanager
def fresh_store(folder: Path) -> Iterator[None]:
    """Kept work of one test or one file alone; fits stay."""
    service.store().close()
    service.store.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMIZER_STORE", str(folder / "store.sqlite"))
        yield
        service.store().close()
    service.store.clear()
