"""Links: every view that can be made opens again as it was, and one that cannot be kept takes no page away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from optimizer.errors import InputError
from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Scenario
from optimizer.store import Store, open_store
from optimizer.ui import service, state
from optimizer.ui.state import View
from tests.ui.driver import open_app, words

TEXT = some.text(some.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40)
AMOUNT = some.one_of(some.integers(0, 10**15), some.floats(0, 1e15))
SHARE = some.floats(-0.99, 100.0)
LIMITS = some.tuples(some.none() | some.floats(0, 10.0), some.none() | some.floats(10.0, 1e9))
ASKED = some.builds(
    Asked,
    budget=some.one_of(some.integers(1, 10**15), some.floats(0.01, 1e15)),
    weeks=some.integers(1, 12),
    goal=some.sampled_from(["", "revenue", "conversions", "value"]),
    by_audience=some.booleans(),
    risk=some.sampled_from(["mean", "careful"]),
    largest_share=some.none() | some.floats(0.01, 1.0),
    largest_step=some.none() | some.floats(0.0, 1.0),
    limits=some.dictionaries(TEXT, LIMITS, max_size=3),
    locks=some.dictionaries(TEXT, AMOUNT, max_size=3),
    rules=some.just("") | TEXT,
    settings=some.dictionaries(TEXT, some.one_of(AMOUNT, TEXT, some.booleans(), some.dictionaries(TEXT, AMOUNT))),
    seed=some.integers(0, 2**31 - 1),
)
CHANGES = some.builds(
    Change,
    price=some.dictionaries(TEXT | some.just(""), SHARE, max_size=3),
    rate=some.dictionaries(TEXT, SHARE, max_size=3),
    worth=SHARE,
    off=some.lists(TEXT, max_size=3).map(tuple),
    added=some.lists(some.tuples(TEXT, TEXT), max_size=3).map(tuple),
    added_most=some.dictionaries(TEXT, AMOUNT, max_size=3),
    promotion=some.dictionaries(some.integers(1, 12), SHARE, max_size=3),
    team_cost=AMOUNT,
    production_cost=some.dictionaries(TEXT, AMOUNT, max_size=3),
)
SELECTION = some.one_of(TEXT, some.integers(), some.floats(allow_nan=False, allow_infinity=False), some.lists(TEXT))
VIEWS = some.builds(
    View,
    history=some.sampled_from(["sample", "", "ab" * 10]),
    asked=some.none() | ASKED,
    scenarios=some.lists(some.builds(Scenario, TEXT, ASKED, CHANGES), max_size=4).map(tuple),
    chosen=some.dictionaries(TEXT, SELECTION, max_size=5),
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("links") / "store.sqlite") as store:
        yield store


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(view=VIEWS)
def test_every_view_opens_again_as_it_was(kept: Store, view: View) -> None:
    assert View.from_json(kept.state(kept.keep_state(view.to_json()))) == view


def test_the_largest_view_there_can_be_is_kept_and_opened(kept: Store) -> None:
    """Rules as long as they may be, in a script of three bytes a letter, in the question and all four scenarios."""
    asked = Asked(budget=1, weeks=12, rules="ế" * 50_000)
    scenarios = tuple(Scenario(f"Scenario {place}", asked) for place in range(state.MOST_SCENARIOS))
    places = [f"{'n' * 60}/{'c' * 60}/{place}" for place in range(300)]
    view = View("sample", asked, scenarios, {"perf_networks": places})
    assert View.from_json(kept.state(kept.keep_state(view.to_json()))) == view


@pytest.mark.parametrize(
    "tampered",
    [
        {"asked": {"budget": 10**400, "weeks": 4}},
        {"asked": {"budget": 5, "weeks": 10**300}},
        {"asked": {"budget": True, "weeks": 4}},
        {"asked": {"budget": 5, "weeks": 4, "settings": {"margin": float("inf")}}},
        {"asked": {"budget": 5, "weeks": 4, "rules": "x" * 50_001}},
        {"asked": {"budget": 5, "weeks": 4, "locks": {f"cell {place}": 1 for place in range(501)}}},
        {"asked": {"budget": 5, "weeks": 4, "locks": {"a\u202eb": 1}}},
        {"asked": {"budget": 5, "weeks": 4, "limits": {"a/b": "12"}}},
        {"asked": []},
        {"history": ["sample"]},
        {"history": "x" * 65},
        {"scenarios": [{"name": "a", "asked": {"budget": 5, "weeks": 4}, "change": {"promotion": {"9" * 5000: 1}}}]},
        {"scenarios": [{"name": "x" * 81, "asked": {"budget": 5, "weeks": 4}}]},
        {"scenarios": [None]},
        {"scenarios": "abcd"},
        {"scenarios": [{"name": "a", "asked": {"budget": 5, "weeks": 4}}] * 5},
        {"chosen": []},
        {"chosen": {str(place): 1 for place in range(101)}},
        {"chosen": {"a": "x" * 60_000}},
        {"__class__": "os.system"},
    ],
    ids=repr,
)
def test_a_tampered_view_is_refused_with_a_sentence(tampered: dict[str, object]) -> None:
    with pytest.raises(InputError):
        View.from_json({"history": "sample", "asked": None, "scenarios": [], "chosen": {}} | tampered)


@pytest.mark.parametrize("named", ["../../etc/passwd", "' OR 1=1 --", "0" * 16, "x" * 100_000, "<b>", "0" * 20])
def test_a_link_to_nothing_is_told_and_the_page_opens_all_the_same(named: str) -> None:
    app = open_app("data", link=named)
    assert not app.exception
    assert len(app.error) == 0
    assert "This link cannot be opened" in app.warning[0].value
    assert "<b>" not in app.warning[0].value
    assert app.query_params["view"] != [named]


@pytest.mark.parametrize("history", ["0" * 20, "../../etc/passwd", "' OR 1=1 --"])
def test_a_link_to_a_history_that_is_not_kept_is_a_sentence(history: str) -> None:
    app = open_app("plan", link=service.store().keep_state(View(history=history).to_json()))
    assert not app.exception
    assert [one.value for one in app.error if "our side" in one.value] == []
    assert len(app.error) == 1


def test_a_view_that_cannot_be_kept_takes_no_page_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_store: Store, _values: object) -> str:
        raise InputError("the store is full.")

    monkeypatch.setattr(Store, "keep_state", full)
    app: AppTest = open_app("data")
    assert app.error[0].value == "the store is full."
    assert "Add a history" in words(app)
    assert app.tabs
