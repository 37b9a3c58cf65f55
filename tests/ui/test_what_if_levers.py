"""The questions under "Budget and levers" on the page What-if: each is answered, kept in the link, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.planning.asked import Asked
from optimizer.ui import service
from tests.ui.driver import fresh_store, words
from tests.ui.what_if_app import fine, held, one, opened


@pytest.fixture(scope="module", autouse=True)
def kept_work(tmp_path_factory: pytest.TempPathFactory, own_store: Path) -> Iterator[None]:
    """A store of this file's own; histories are fitted once for all its tests."""
    with fresh_store(tmp_path_factory.mktemp("what_if")):
        yield


@pytest.fixture(scope="module")
def history(short_sample: Path) -> str:
    """A kept history that is fitted in no time."""
    return service.store().add_history("short", short_sample.read_bytes(), author="").id


@pytest.fixture
def app(history: str) -> AppTest:
    """The page on that history, with nothing to compare yet."""
    return opened(history)


def test_other_budgets_are_shown_first_and_can_be_closed(app: AppTest) -> None:
    assert "revenue under the best plan" in words(app)
    assert len(app.get("vega_lite_chart")) == 1
    app.segmented_control(key="what_if_view").set_value(None).run()
    assert "Choose what to ask" in words(app)
    assert not app.get("vega_lite_chart")


@pytest.mark.parametrize(
    ("view", "says", "charts"),
    [
        ("budgets", "revenue under the best plan", 1),
        ("next", "would add EUR", 0),
        ("levers", "What matters most:", 1),
        ("target", "Which budget reaches", 0),
    ],
)
def test_each_question_is_answered_and_kept(history: str, view: str, says: str, charts: int) -> None:
    app = opened(history, what_if__view="")
    app.segmented_control(key="what_if_view").set_value(view).run()
    fine(app)
    said = words(app) + " ".join(field.label for field in app.number_input)
    assert says in said
    assert len(app.get("vega_lite_chart")) == charts
    assert app.session_state["view_now"].chosen["what_if.view"] == view
    app.segmented_control(key="what_if_view").set_value(None).run()
    assert "Choose what to ask" in words(app)


def test_the_break_even_is_told_where_there_is_a_margin(history: str) -> None:
    with_margin = Asked(budget=40_000, weeks=4, goal="revenue", settings={"margin": 0.5})
    said = words(fine(opened(history, asked=with_margin, what_if__view="budgets")))
    assert "Money pays up to" in said
    assert "Give a margin" not in said
    assert "Give a margin" in words(opened(history, what_if__view="budgets"))


def test_the_size_of_a_step_is_chosen(history: str) -> None:
    app = opened(history, what_if__view="next")
    app.number_input(key="what_if_step_size").set_value(500.0).run()
    fine(app)
    assert "The next EUR 500 would add" in words(app)
    assert "40,000 → 40,500" in words(app)
    app.number_input(key="what_if_step_size").set_value(None).run()
    assert "The next EUR 1,000 would add" in words(app)


def test_another_scenario_is_looked_at(history: str) -> None:
    other = one("Twice", Asked(budget=50_000, weeks=4, goal="revenue"))
    app = opened(history, other, what_if__view="next")
    assert "EUR 40,000: the budget of this scenario" in words(app)
    app.segmented_control(key="what_if_looked_at").set_value(1).run()
    fine(app)
    assert "EUR 50,000: the budget of this scenario" in words(app)


def test_a_scenario_without_a_plan_is_not_asked_anything(history: str) -> None:
    asked = Asked(budget=40_000, weeks=4, goal="revenue", limits={"instagram/reel": (90_000.0, None)})
    app = opened(history, one("Too much", asked), what_if__view="next", what_if__looked_at=1)
    fine(app)
    assert "There is no plan for this scenario" in words(app)


def test_a_target_finds_its_budget_which_becomes_a_scenario(history: str) -> None:
    app = opened(history, what_if__view="target")
    source = service.kept_source(history)
    plan = service.plan(source, Asked(budget=40_000, weeks=4, goal="revenue"))
    wanted = round(0.95 * plan.total["revenue"].mean)
    app.number_input(key="what_if_target").set_value(float(wanted)).run()
    fine(app)
    assert "is expected to reach" in words(app)
    app.button(key="what_if_from_target").click().run()
    fine(app)
    budget = held(app)[1].asked.budget
    assert 20_000 < budget < 40_000
    assert held(app)[1].name.startswith("Reaches EUR")
    app.number_input(key="what_if_target").set_value(1e9).run()
    assert "No budget within the bounds reaches" in words(app)
    assert not [button for button in app.button if button.key == "what_if_from_target"]
