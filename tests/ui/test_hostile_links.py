"""A link whose selections were made up opens the page as if nothing had been selected, or with what still fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import pytest

from optimizer.ui import service, state
from optimizer.ui.state import View
from tests.ui.driver import open_app
from tests.ui.test_every_word import PAGES

Choice = TypeVar("Choice")


@pytest.mark.parametrize("number", [10**12, -7], ids=["huge", "negative"])
@pytest.mark.parametrize("page", PAGES)
def test_selections_that_mean_nothing_break_no_page(page: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    first = service.first_question(service.sample_source())
    asked = replace(first, settings={"margin": 0.4})
    hostile: Mapping[type, object] = {
        int: number, float: float(number), str: "no such thing", list: ["no such thing"] * 50,
        bool: True, dict: {"2026-11": number, "no such thing": ["at all"]},
    }  # fmt: skip

    def chosen(name: str, default: Choice) -> Choice:
        names.add(name)
        value = hostile[type(default)]
        assert isinstance(value, type(default))
        return value

    names: set[str] = set()
    monkeypatch.setattr(state, "chosen", chosen)
    app = open_app(page, service.store().keep_state(View(asked=asked).to_json()))
    assert not app.exception
    assert [one.value for one in app.error] == []
    assert names or page in ("plan", "track_record"), "the page reads selections"


@pytest.mark.parametrize("page", PAGES)
def test_a_question_that_the_history_cannot_have_is_told_in_words(page: str) -> None:
    plain = {
        "budget": 1e15,
        "weeks": 12,
        "goal": "no such goal",
        "locks": {"no/cell": 5.0},
        "limits": {"tiktok/video": [None, 0.0]},
        "rules": "[[at_most]]\nnetwork = 'tiktok'\nshare = 0.1\n" + "# " * 1000,
        "settings": {"margin": 5, "currency": "XXX", "worth": {"revenue": -1e15}},
    }
    scenario = {"name": "a", "asked": plain, "change": {"off": ["no network"], "promotion": {"12": 99.0}}}
    values = {"history": "sample", "asked": plain, "scenarios": [scenario] * 4, "chosen": {}}
    app = open_app(page, service.store().keep_state(values))
    assert not app.exception
    assert [one.value for one in app.error if "our side" in one.value] == []
