"""The page What-if, driven without a browser: every control, what it changes, and what is said of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Scenario
from optimizer.store import Kind
from optimizer.ui import service, what_if_service
from optimizer.ui.state import View
from tests.ui.driver import fresh_store, open_app, words
from tests.ui.what_if_app import changing, fine, held, one, opened


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


# Scenarios ----------------------------------------------------------------------------------------------------------


def test_the_page_begins_with_the_plan_and_ideas(app: AppTest) -> None:
    fine(app)
    said = words(app)
    assert "As planned" in said
    assert "revenue expected, 90 % between" in said
    assert "What would you like to know?" in said
    assert [scenario.name for scenario in held(app)] == ["As planned"]
    assert "Side by side" not in said


def test_an_idea_is_compared_at_once(app: AppTest) -> None:
    app.button(key="what_if_idea_off_instagram").click().run()
    fine(app)
    assert held(app)[1] == Scenario("Instagram off", held(app)[0].asked, Change(off=("instagram",)))
    said = words(app)
    assert "Instagram off" in said
    assert "less revenue" in said
    assert "better: less than 1 %" in said
    assert "What would you like to know?" not in said
    assert len(app.get("vega_lite_chart")) == 2  # differences, and other budgets


def test_scenarios_are_added_until_there_are_four(app: AppTest) -> None:
    app.menu_button(key="what_if_add").click("").run()
    assert held(app)[1] == Scenario("Scenario B", held(app)[0].asked)
    assert "The same revenue as planned." in words(app)
    app.menu_button(key="what_if_add").click("price").run()
    app.button(key="what_if_copy_0").click().run()
    fine(app)
    assert [scenario.name for scenario in held(app)[1:]] == [
        "Scenario B", "Media prices +10\u00a0%", "Copy of As planned",
    ]  # fmt: skip
    assert app.menu_button(key="what_if_add").disabled
    assert app.button(key="what_if_copy_0").disabled


def test_a_scenario_is_duplicated_and_removed(history: str) -> None:
    app = opened(history, one("First", off=("instagram",)), one("Second", worth=0.1))
    app.menu_button(key="what_if_more_1").click("duplicate").run()
    assert held(app)[3] == Scenario("Copy of First", held(app)[1].asked, Change(off=("instagram",)))
    app.menu_button(key="what_if_more_1").click("remove").run()
    fine(app)
    assert [scenario.name for scenario in held(app)] == ["As planned", "Second", "Copy of First"]
    assert app.text_input(key="what_if_name").value == "Copy of First"  # what was open stays open


def test_fields_open_and_close(history: str) -> None:
    app = opened(history, one())
    assert not app.text_input
    app.button(key="what_if_change_1").click().run()
    assert app.text_input(key="what_if_name").value == "Another"
    app.button(key="what_if_change_1").click().run()
    assert not app.text_input


def test_a_name_is_given(history: str) -> None:
    app = changing(history)
    app.text_input(key="what_if_name").set_value("Quiet <b>summer").run()
    assert held(app)[1].name == "Quiet <b>summer"
    assert "Quiet &lt;b&gt;summer" in words(app)
    app.text_input(key="what_if_name").set_value("  ").run()
    assert held(app)[1].name == "Quiet <b>summer"
    assert "A scenario has no name" in words(app)


def test_scenarios_follow_the_plan(history: str) -> None:
    app = opened(history, one(asked=Asked(budget=50_000, weeks=4, goal="revenue")))
    view = app.session_state["view_now"]
    changed = Asked(budget=44_000, weeks=8, goal="conversions")
    app.session_state["view_now"] = View(view.history, changed, view.scenarios)
    fine(app.run())
    assert [(s.asked.budget, s.asked.weeks, s.asked.goal) for s in held(app)] == [
        (44_000, 8, "conversions"), (100_000, 8, "conversions"),
    ]  # fmt: skip


def test_a_link_opens_everything_again(history: str) -> None:
    app = opened(history, one("Off", off=("instagram",)), one("Dear", price={"": 0.2}), what_if__changed=2)
    link = app.query_params["view"]
    again = open_app("what_if", link=link[0] if isinstance(link, list) else link)
    fine(again)
    assert held(again) == held(app)
    assert again.text_input(key="what_if_name").value == "Dear"


def test_a_scenario_that_cannot_be_planned_does_not_break_the_others(history: str) -> None:
    asked = Asked(budget=40_000, weeks=4, goal="revenue", limits={"instagram/reel": (90_000.0, None)})
    app = opened(history, one("Too much", asked), one("Off", off=("instagram",)))
    fine(app)
    said = words(app)
    assert "Cannot be planned: " in said
    assert "no plan" in said
    assert "less revenue" in said


def test_where_the_plan_itself_cannot_be_made_all_say_so(history: str) -> None:
    asked = Asked(budget=40_000, weeks=4, goal="revenue", limits={"instagram/reel": (90_000.0, None)})
    app = opened(history, one("As well", asked), asked=asked)
    fine(app)
    assert words(app).count("Cannot be planned: ") == 2
    assert "Side by side" not in words(app)


# Fields -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("what_if_budget", 50_000.0, "budget", 50_000.0),
        ("what_if_step", 20.0, "largest_step", 0.2),
        ("what_if_share", 35.0, "largest_share", 0.35),
    ],
)
def test_budget_and_rules(history: str, key: str, value: float, field: str, expected: float) -> None:
    app = changing(history)
    app.number_input(key=key).set_value(value).run()
    fine(app)
    assert getattr(held(app)[1].asked, field) == expected
    app.number_input(key=key).set_value(None).run()
    fine(app)
    assert getattr(held(app)[1].asked, field) == getattr(held(app)[0].asked, field)
    assert app.number_input(key=key).value == (40_000.0 if field == "budget" else None)


def test_goal_and_risk(history: str) -> None:
    app = changing(history)
    app.selectbox(key="what_if_goal").set_value("conversions").run()
    app.segmented_control(key="what_if_risk").set_value("careful").run()
    fine(app)
    assert (held(app)[1].asked.goal, held(app)[1].asked.risk) == ("conversions", "careful")
    assert "Goal: conversions; careful: the most in the worst fifth of cases" in words(app)


@pytest.mark.parametrize(
    ("key", "value", "change"),
    [
        ("what_if_price_", 10.0, Change(price={"": 0.1})),
        ("what_if_price_facebook", -5.0, Change(price={"facebook": -0.05})),
        ("what_if_rate_", -12.5, Change(rate={"": -0.125})),
        ("what_if_rate_instagram", 7.0, Change(rate={"instagram": 0.07})),
        ("what_if_worth", 30.0, Change(worth=0.3)),
        ("what_if_promotion", 20.0, Change(promotion={1: 0.2})),
        ("what_if_team", 2_000.0, Change(team_cost=2_000.0)),
        ("what_if_production", 900.0, Change(production_cost={"carousel": 900.0})),
    ],
)
def test_what_would_be_different(history: str, key: str, value: float, change: Change) -> None:
    app = changing(history)
    app.number_input(key=key).set_value(value).run()
    fine(app)
    assert held(app)[1].change == change
    assert app.number_input(key=key).value == value
    app.number_input(key=key).set_value(None).run()
    assert held(app)[1].change == Change()


def test_a_promotion_in_another_week(history: str) -> None:
    app = changing(history, promotion={1: 0.2})
    app.selectbox(key="what_if_week").set_value(3).run()
    app.number_input(key="what_if_promotion").set_value(50.0).run()
    fine(app)
    assert held(app)[1].change.promotion == {1: 0.2, 3: 0.5}
    assert "promotion in week 1: demand +20 %; promotion in week 3: demand +50 %" in words(app)


def test_a_value_that_is_not_allowed_is_refused_in_words(history: str) -> None:
    app = changing(history, price={"": 0.1})
    app.number_input(key="what_if_price_").set_value(-100.0).run()
    fine(app)
    assert held(app)[1].change.price == {"": 0.1}
    assert "it must be a number above -1" in words(app).replace("−", "-")
    assert app.number_input(key="what_if_price_").value == 10.0
    assert not app.run().warning


def test_networks_and_places_are_switched_off(history: str) -> None:
    app = changing(history)
    app.multiselect(key="what_if_off").set_value(["instagram", "facebook/image"]).run()
    fine(app)
    assert held(app)[1].change.off == ("instagram", "facebook/image")
    assert "Instagram off; Facebook image off" in words(app)


def test_a_new_content_type_gets_money_and_goes_again(history: str) -> None:
    app = changing(history)
    app.selectbox(key="what_if_new_network").set_value("facebook")
    app.text_input(key="what_if_new_content").set_value("Live talk")
    app.number_input(key="what_if_new_most").set_value(600.0)
    app.button(key="what_if_new").click().run()
    fine(app)
    assert held(app)[1].change == Change(added=(("facebook", "live talk"),), added_most={"facebook/live talk": 600.0})
    assert app.text_input(key="what_if_new_content").value == ""
    assert "differ a little from those of the page Plan" in words(app)
    assert "new: Facebook live talk, up to EUR 600 a week" in words(app).replace("New", "new")
    app.button(key="what_if_old_facebook_live talk").click().run()
    assert held(app)[1].change == Change()


def test_a_place_of_the_history_is_not_new(history: str) -> None:
    app = changing(history)
    app.selectbox(key="what_if_new_network").set_value("facebook")
    app.text_input(key="what_if_new_content").set_value("Image")
    app.button(key="what_if_new").click().run()
    assert held(app)[1].change == Change()
    assert "the history has it already" in words(app)


def test_costs_come_off_profit_where_there_is_a_margin(history: str) -> None:
    asked = Asked(budget=40_000, weeks=4, goal="revenue", settings={"margin": 0.5})
    app = opened(history, one("Dear", asked, team_cost=2_000.0), asked=asked, what_if__changed=1)
    fine(app)
    assert "give a margin" not in words(app)
    assert "▼ −2,000" in words(app)
    assert "give a margin" in words(changing(history))


# Results ------------------------------------------------------------------------------------------------------------


def test_another_outcome_is_drawn_and_kept(history: str) -> None:
    app = opened(history, one(off=("instagram",)))
    picker = app.segmented_control(key="what_if_outcome")
    assert picker.value == "revenue"
    picker.set_value("cpa").run()
    fine(app)
    view = app.session_state["view_now"]
    assert view.chosen["what_if.outcome"] == "cpa"


def test_the_comparison_is_handed_over_as_a_workbook(history: str) -> None:
    app = opened(history, one("=Off", off=("instagram",)))
    button = next(each for each in app.get("download_button") if each.key == "download_comparison")
    assert button.label == "Comparison as XLSX"
    source = service.kept_source(history)
    made = what_if_service.comparison(source, held(app))
    from optimizer.language.catalogue import speaker
    from optimizer.reports import comparison_xlsx

    book = openpyxl.load_workbook(io.BytesIO(comparison_xlsx(made, speaker("en"))))
    assert book.sheetnames[0] == "Comparison"
    assert not [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]


def test_the_same_comparison_is_made_once(history: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(history, one("Once", worth=0.17))
    made = []
    monkeypatch.setattr(what_if_service, "compare", lambda *args, **more: made.append(args))
    fine(app.run())
    assert made == []


# Kept scenarios -----------------------------------------------------------------------------------------------------


def test_a_scenario_is_kept_and_opened_again(history: str) -> None:
    app = changing(history, off=("instagram",))
    app.button(key="what_if_keep").click().run()
    app.text_input(key="what_if_keep_name").set_value("Without Instagram")
    app.text_input(key="what_if_keep_author").set_value("Anna")
    app.button(key="what_if_keep_save").click().run()
    fine(app)
    kept = next(iter(service.store().list(Kind.SCENARIO, history=history)))
    assert (kept.name, kept.author) == ("Without Instagram", "Anna")
    assert kept.content["change"] == {"off": ["instagram"]}

    fresh = opened(history)
    assert fresh.button(key="what_if_open").disabled
    fresh.selectbox(key="what_if_kept").set_value(kept.id).run()
    assert "Anna" in words(fresh)
    fresh.button(key="what_if_open").click().run()
    fine(fresh)
    assert held(fresh)[1].name == "Without Instagram"
    assert held(fresh)[1].change == Change(off=("instagram",))
    service.store().archive(kept.id, kept.version, "Anna")


def test_a_kept_scenario_of_other_weeks_is_fitted_and_says_so(history: str) -> None:
    scenario = one("Long", Asked(budget=80_000, weeks=8, goal="revenue"), worth=0.1)
    kept = service.store().add(Kind.SCENARIO, "Long", scenario.to_json(), author="", history=history)
    app = opened(history)
    app.selectbox(key="what_if_kept").set_value(kept.id).run()
    app.button(key="what_if_open").click().run()
    fine(app)
    assert held(app)[1].asked.weeks == 4
    assert "Long was kept for other weeks" in words(app)
    service.store().archive(kept.id, kept.version, "")


def test_something_else_kept_as_a_scenario_is_refused(history: str) -> None:
    kept = service.store().add(Kind.SCENARIO, "Odd", {"asked": {"budget": -1}}, author="", history=history)
    app = opened(history)
    app.selectbox(key="what_if_kept").set_value(kept.id).run()
    app.button(key="what_if_open").click().run()
    fine(app)
    assert len(held(app)) == 1
    assert app.warning
    service.store().archive(kept.id, kept.version, "")


# Language -----------------------------------------------------------------------------------------------------------


def test_the_page_speaks_vietnamese(history: str) -> None:
    asked = Asked(budget=40_000, weeks=4, goal="revenue")
    view = View(history, asked, (Scenario("As planned", asked), one("Tắt", off=("instagram",))), {"what_if.changed": 1})
    app = open_app("what_if", link=service.store().keep_state(view.to_json()), language="vi")
    fine(app)
    said = words(app)
    assert "Theo kế hoạch" in said
    assert "xác suất tốt hơn kế hoạch: dưới 1 %" in said
    assert "As planned" not in said
    assert "better" not in said
