"""Money and goals, rules and the person: what is set, what is saved, and what new visits start from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.history import Panel, build_panel, load_history
from optimizer.planning.asked import Asked
from optimizer.planning.settings import settings_of
from optimizer.store import Kind
from optimizer.ui import service, state
from optimizer.ui.components.settings_rules import rules_template
from optimizer.ui.data_store import keep_usual, usual
from optimizer.ui.rules_words import read_for_words, rule_lines
from optimizer.ui.settings_view import (
    Holds,
    MoneyFields,
    fields_of,
    fitted,
    goal_choices,
    read_settings_text,
    settings_from,
    settings_toml,
    with_settings,
)
from tests.ui.data_driver import fine, on_tab, session, view
from tests.ui.driver import fresh_store, words

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


# Money and goals ----------------------------------------------------------------------------------------------------


def test_money_is_used_for_the_question_and_saved_for_new_visits() -> None:
    app = on_tab("money")
    app.number_input(key="money_margin").set_value(40.0)
    app.number_input(key="money_team").set_value(2500.0)
    app.number_input(key="money_worth_conversions").set_value(12.5)
    app.number_input(key="money_production_video").set_value(900.0)
    app.selectbox(key="money_country").set_value("VN")
    fine(app.button(key="money_keep").click().run())
    expected = {
        "country": "VN", "margin": 0.4, "team_per_month": 2500.0, "outcomes": {"conversions": 12.5},
        "production": {"video": 900.0},
    }  # fmt: skip
    asked = view(app).asked
    assert asked is not None
    assert asked.settings == expected
    assert asked.goal == "value"
    kept = usual(service.store(), Kind.SETTINGS)
    assert kept is not None
    assert kept.content == {"currency": "EUR", **expected}
    fresh = service.first_question(service.sample_source())
    assert fresh.settings == {"currency": "EUR", **expected}
    assert fresh.goal == "value"
    assert "Saved by" in words(app)


def test_what_does_not_go_together_is_a_sentence_and_stays_in_the_form() -> None:
    app = on_tab("money")
    app.number_input(key="money_team").set_value(2500.0)
    app.button(key="money_use").click().run()
    assert "it comes off profit, which needs a margin" in app.error[0].value
    asked = view(app).asked
    assert asked is not None
    assert asked.settings == {}
    assert app.number_input(key="money_team").value == 2500.0


def test_a_fiscal_calendar_is_set_and_what_the_form_does_not_show_stays() -> None:
    app = on_tab("money")
    text = b'margin = 0.25\n\n[assets]\nvideo = 2\n\n[source.margin]\nowner = "Binh"\ndate = 2026-11-01\n'
    app.file_uploader(key="money_upload_0").upload("settings.toml", text).run()
    app.button(key="money_file_use").click().run()
    fine(app)
    app.selectbox(key="money_calendar").set_value("4-4-5")
    app.date_input(key="money_year_start").set_value(dt.date(2027, 1, 4))
    fine(app.button(key="money_use").click().run())
    asked = view(app).asked
    assert asked is not None
    rest = {"assets": {"video": 2}, "source": {"margin": {"owner": "Binh", "date": "2026-11-01"}}}
    assert asked.settings == {"margin": 0.25, "calendar": "4-4-5", "year_start": "2027-01-04", **rest}
    period = settings_of(asked.settings).fiscal.period_of(dt.date(2027, 1, 10))
    assert (period.first, period.days) == (dt.date(2027, 1, 4), 28)
    assert read_settings_text(settings_toml(asked.settings), "again.toml") == asked.settings


def test_a_calendar_of_weeks_without_its_first_day_is_a_sentence() -> None:
    app = on_tab("money")
    app.selectbox(key="money_calendar").set_value("4-5-4")
    app.button(key="money_use").click().run()
    assert "year_start" in app.error[0].value.replace("\\", "")
    assert app.selectbox(key="money_calendar").value == "4-5-4"


def test_usual_settings_of_somebody_else_are_not_overwritten() -> None:
    app = on_tab("money")
    keep_usual(service.store(), Kind.SETTINGS, {"margin": 0.3}, "Binh")
    app.number_input(key="money_margin").set_value(50.0)
    app.button(key="money_keep").click().run()
    assert "was changed by Binh" in app.error[0].value
    kept = usual(service.store(), Kind.SETTINGS)
    assert kept is not None
    assert kept.content == {"margin": 0.3}


def test_usual_settings_in_another_currency_are_not_taken_over() -> None:
    keep_usual(service.store(), Kind.SETTINGS, {"currency": "VND", "outcomes": {"conversions": 90000}}, "Binh")
    assert service.first_question(service.sample_source()).settings == {}
    assert "The usual settings are in VND and this history is in EUR" in words(on_tab("money"))


@pytest.mark.parametrize(
    ("settings", "taken", "said"),
    [
        ({"margin": 0.4, "production": {"reel": 5, "live": 3}}, {"margin": 0.4, "production": {"reel": 5}}, "live"),
        ({"outcomes": {"clicks": 1, "conversions": 2}}, {"outcomes": {"conversions": 2}}, "clicks"),
        ({"outcomes": {"clicks": 1, "conversions": -2}}, {}, "clicks"),
        ({"currency": "EUR"}, {"currency": "EUR"}, ""),
        ({"currency": "USD", "margin": 0.4}, {}, "USD"),
    ],
)
def test_usual_settings_are_fitted_to_a_history(settings: object, taken: object, said: str) -> None:
    got, sentence = fitted(settings, Holds("EUR", ["conversions"], ["reel"]))  # type: ignore[arg-type]
    assert got == taken
    assert said in sentence
    assert bool(said) == bool(sentence)


def test_fields_and_settings_are_each_others_inverse() -> None:
    settings = {"currency": "EUR", "margin": 0.355, "outcomes": {"clicks": 0.02}, "production": {"link post": 5.0}}
    fields = fields_of(settings, ["conversions"], ["reel"])
    assert list(fields.outcomes) == ["conversions", "clicks"]
    assert list(fields.production) == ["link post", "reel"]
    assert settings_from(fields) == settings
    assert settings_from(MoneyFields()) == {}


def test_settings_go_out_and_in_as_a_file() -> None:
    settings = {
        "currency": "EUR", "margin": 0.4, "outcomes": {"conversions": 12.5, "negative_feedback": -1.0},
        "production": {'a "quoted" name': 5.0, "giới thiệu": 1.0},
    }  # fmt: skip
    text = settings_toml(settings)
    assert read_settings_text(text, "settings.toml") == settings
    settings_of(settings)
    app = on_tab("money")
    app.file_uploader(key="money_upload_0").upload("settings.toml", b"margin = 0.25\n").run()
    fine(app.button(key="money_file_use").click().run())
    asked = view(app).asked
    assert asked is not None
    assert asked.settings == {"margin": 0.25}
    app.file_uploader(key="money_upload_1").upload("bad.toml", b"margin = 4\n").run()
    app.button(key="money_file_use").click().run()
    assert app.error[0].value.startswith("bad.toml, key margin: margin is 4")


def test_a_goal_that_goes_with_the_settings_is_replaced() -> None:
    asked = Asked(100, 4, goal="revenue")
    goals = ("revenue", "conversions")
    worth = with_settings(asked, {"outcomes": {"conversions": 5}}, goals)
    assert worth.goal == "value"
    assert with_settings(worth, {}, goals).goal == "revenue"
    assert with_settings(worth, {"outcomes": {"conversions": 6}, "margin": 0.4}, goals).goal == "value"
    profit = with_settings(Asked(100, 4, goal="profit", settings={"margin": 0.4}), {"margin": 0.5}, goals)
    assert profit.goal == "profit"
    assert goal_choices(("conversions",), {"margin": 0.4}) == ("conversions",)


# Rules --------------------------------------------------------------------------------------------------------------

LIMIT = '[[limit]]\nnetwork = "facebook"\nmaximum_share = 0.4\n'


def test_rules_are_checked_told_in_words_used_and_saved() -> None:
    app = on_tab("rules")
    app.text_area(key="rules_field").set_value(LIMIT).run()
    assert "together at most 40 % of what is spent." in words(fine(app))
    asked = view(app).asked
    assert asked is not None
    assert asked.rules == ""
    fine(app.button(key="rules_keep").click().run())
    asked = view(app).asked
    assert asked is not None
    assert asked.rules == LIMIT
    assert service.first_question(service.sample_source()).rules == LIMIT


def test_a_wrong_rule_is_a_sentence_with_its_name_and_cannot_be_used() -> None:
    app = on_tab("rules")
    app.text_area(key="rules_field").set_value(f'{LIMIT}\n[[lock]]\ncell = "facebok/image"\n').run()
    assert app.error[0].value.startswith("rules.toml: \\[\\[lock\\]\\] number 1: cell 'facebok/image' is unknown")
    assert app.button(key="rules_use").disabled
    assert app.button(key="rules_keep").disabled


def test_usual_rules_of_cells_that_a_history_lacks_are_left_out() -> None:
    keep_usual(service.store(), Kind.RULES, {"text": '[[limit]]\nnetwork = "myspace"\nmaximum = 5\n'}, "Lan")
    assert service.first_question(service.sample_source()).rules == ""


def test_the_template_is_inserted_and_is_the_one_that_ships() -> None:
    app = on_tab("rules")
    fine(app.button(key="rules_template").click().run())
    assert app.text_area(key="rules_field").value == rules_template()
    assert rules_template() == (ROOT / "data" / "rules_template.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def panel(short_sample: Path) -> Panel:
    return build_panel(load_history(short_sample))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[limit]]\ncell = "facebook/image"\nminimum = 1500', "Facebook image: together at least EUR 1,500 a week."),
        ("[[limit]]\nminimum_share = 0.25", "All places: together at least 25 % of what is spent."),
        ("[[limit]]\nmaximum = 9000", "All places: together at most EUR 9,000 a week."),
        ('[[lock]]\ncell = "facebook/image"\namount = 70', "Facebook image: exactly EUR 70 a week."),
        ("[[nothing_or_at_least]]\namount = 350", "All places: each gets nothing or at least EUR 350 a week."),
        (
            "[[nothing_or_at_least]]\namount = 350\ntoday_may_stay = true",
            "All places: each gets nothing, what it gets today, or at least EUR 350 a week.",
        ),
        ("[[in_use]]\nat_most = 3", "All places: at most 3 in use."),
        ("[[in_use]]\nat_least = 2\nsmallest = 100", "All places: at least 2 in use, with EUR 100 a week or more."),
        ("[[diversification]]\nshare = 0.3", "All places: none gets more than 30 % of what is spent."),
        (
            "[[change]]\nshare = 0.3\nalways = 100",
            "All places: each changes by at most 30 % against today. "
            "A change of up to EUR 100 a week is always allowed.",
        ),
        ("[[change]]\nmoney = 50", "All places: each changes by at most EUR 50 a week against today."),
        ("[[steps]]\nstep = 10", "All places: each gets a multiple of EUR 10 a week."),
        ("[[production_cost]]\ncost = 4000", "All places: using any of them costs 4,000, in units of the goal."),
        (
            "[[return]]\nroas_at_least = 2.5",
            "All places: together, over the weeks of the plan; what gets nothing keeps it.",
        ),
        (
            "[[exploration]]\nshare = 0.05",
            "Cells of weak evidence: together at least 5 % of the budget, to learn from.",
        ),
        (
            '[[tied]]\ncells = ["facebook/image", "instagram/image"]\nweights = [1, 2]',
            "Facebook image, Instagram image: in the proportion 1 : 2.",
        ),
    ],
)
def test_every_kind_of_rule_has_words(panel: Panel, text: str, said: str) -> None:
    (line,) = rule_lines(read_for_words(text, panel, 1000.0), panel.cells, "EUR")
    assert line.says.replace("\u00a0", " ") == said
    assert line.name


def test_the_whole_template_has_words(panel: Panel) -> None:
    text = "\n".join(line.removeprefix("# ") if "=" in line or line.startswith("# [") else "" for line in
                     rules_template().splitlines())  # fmt: skip
    text = text.replace('"link"', '"image"').replace("linkedin/video", "facebook/video").replace("linkedin", "facebook")
    text = text.replace("tiktok", "instagram")
    rules = read_for_words(text, panel, 1000.0)
    assert len(rules) >= 12
    assert all(line.says.endswith(".") for line in rule_lines(rules, panel.cells, "EUR"))


# About you ----------------------------------------------------------------------------------------------------------


def test_the_name_is_remembered_and_the_language_changes() -> None:
    app = on_tab("you")
    app.text_input(key="person_name").set_value("Lan").run()
    assert session(app, state.AUTHOR) == "Lan"
    fine(app.segmented_control(key="person_language").set_value("vi").run())
    assert session(app, "language") == "vi"
    assert app.text_input(key="person_name").value == "Lan"
