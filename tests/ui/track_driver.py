"""A store with plans of record on a short history, and the longer history that says what came of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from optimizer.finance.freeze import Approval, freeze
from optimizer.finance.record import Record
from optimizer.history import load_history
from optimizer.planning.asked import Asked
from optimizer.planning.studio import answer, open_studio, panel_of
from optimizer.store import Kept
from optimizer.ui import service, state, track_store
from optimizer.ui.track_store import Held, Named
from tests.ui.driver import open_app

ENDS = ("2026-09-07", "2026-09-14")  # the first two plans begin here
BUDGET = 40_000.0


@cache
def bytes_until(path: Path, end: str) -> bytes:
    """The history as it stood on a day."""
    table = pd.read_csv(path)
    kept = table[(table["date"] < end) & (table["content_type"] != "live")]
    return kept.to_csv(index=False).encode("utf-8")


@cache
def draft(path: Path, end: str, budget: float = BUDGET) -> Record:
    """The draft of a plan of four weeks from that day on."""
    history = load_history(bytes_until(path, end), name="short.csv")
    asked = Asked(budget, 4, settings={"margin": 0.4})
    request = asked.request(panel_of(history))
    studio = open_studio(history, request)
    return freeze(studio, request, answer(studio, request), Approval(f"Plan of {end}"), asked.to_json())


def keep_histories(path: Path) -> dict[str, Kept]:
    """The history as it stood when each plan was made, and all of it, in the store."""
    store = service.store()
    return {
        end: store.add_history(f"short {end}.csv", bytes_until(path, end), author="Lan")
        for end in (*ENDS, "2027-01-01")
    }


def approved(path: Path, end: str, seen: Held | None = None, budget: float = BUDGET, author: str = "An") -> Held:
    """A plan of record, approved in the store."""
    named = Named("", author, "", service.store().list(track_store.Kind.HISTORY)[0].id)
    return track_store.approve(service.store(), draft(path, end, budget), named, seen)


def on_history(page: str, kept: Kept, language: str = "en") -> AppTest:
    """The app on a page, with a kept history at hand."""
    return open_app(page, service.store().keep_state(state.View(history=kept.id).to_json()), language)
