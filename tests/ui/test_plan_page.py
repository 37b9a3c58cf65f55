"""The page Plan, driven without a browser: what is on screen after what a person does."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import optimizer
from optimizer.planning.asked import Asked
from optimizer.planning.plan import Plan
from optimizer.store import Kind
from optimizer.ui import service
from optimizer.ui.components import results
from optimizer.ui.components.plan_inputs import goals_of
from tests.ui.driver import fresh_server, open_app, words
from tests.ui.plan_app import BUDGET, IMAGE, REEL, SAMPLE, WEEKS, asked_of, headings, labels, on, plan_column


@pytest.fixture
def short_history(sample_history: Path) -> bytes:
    """The sample's last 30 weeks on two networks: small, so that fitting takes no time."""
    table = pd.read_csv(sample_history)
    kept = table[(table["date"] >= "2026-04-06") & table["network"].isin(["facebook", "instagram"])]
    return kept.to_csv(index=False).encode()


def kept(name: str, data: bytes) -> str:
    return service.store().add_history(name, data, author="Ann").id


# What is there ------------------------------------------------------------------------------------------------------


def test_the_sample_is_planned_at_once() -> None:
    app = open_app("plan")
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert labels(app) == ["Spend", "Expected revenue", "More than today's split", "Proof"]
    assert headings(app) == [
        "From today's split to the plan",
        "Where the money goes",
        "Fix amounts and set limits",
        "Moves, largest first",
        "What rules and limits cost",
        "Keep and download",
        "What to know about the data",
    ]
    page = words(app)
    for part in ("co-headline", "co-grid", "co-moves", "co-flow", "over four weeks", "Run "):
        assert part in page
    assert app.number_input(key="plan_budget").value == pytest.approx(BUDGET)


def test_the_flow_is_a_chart_with_words_and_data() -> None:
    app = open_app("plan")
    (chart,) = app.get("echarts_chart")
    assert "Places that give: Facebook image −" in chart.proto.alt
    assert "data_flow" in {button.key for button in app.get("download_button")}


def test_the_downloads_and_keeping_are_there() -> None:
    keys = {button.key for button in open_app("plan").get("download_button")}
    assert {"download_plan", "download_xlsx", "download_summary"} <= keys


def test_a_kept_plan_can_be_compared_and_opened_again() -> None:
    app = open_app("plan")
    app.button(key="keep_plan").click().run()
    app.text_input(key="keep_plan_name").set_value("Winter")
    app.text_input(key="keep_plan_author").set_value("Ann")
    app.button(key="keep_plan_save").click().run()
    assert not app.exception
    (item, *_) = service.store().list(Kind.PLAN)
    assert (item.name, item.author) == ("Winter", "Ann")
    content = item.content
    assert Asked.from_json(content["asked"]) == SAMPLE
    assert content["status"] == "draft"
    assert content["figures"]["total"]["spend"] == pytest.approx(BUDGET)
    assert content["run"] in words(app)


def test_without_a_history_the_page_says_what_to_bring() -> None:
    app = on(history="")
    assert headings(app) == ["Bring your history to get a plan"]
    assert not app.metric
    assert not app.error


# What a person changes ----------------------------------------------------------------------------------------------


def test_another_budget_plans_anew_at_once() -> None:
    app = open_app("plan")
    before = plan_column(app)
    app.number_input(key="plan_budget").set_value(60_000.0).run()
    assert asked_of(app).budget == 60_000
    assert app.metric[0].value.endswith("60,000")
    assert sum(plan_column(app).values()) == pytest.approx(15_000, abs=10)
    assert plan_column(app) != before


@pytest.mark.parametrize("value", [0.0, None])
def test_a_budget_of_nothing_is_a_sentence_and_the_plan_stays(value: float | None) -> None:
    app = open_app("plan")
    app.number_input(key="plan_budget").set_value(value).run()
    assert [note.value for note in app.warning] == ["The budget must be above 0, so it stays as it was."]
    assert app.number_input(key="plan_budget").value == pytest.approx(BUDGET)
    assert labels(app)[0] == "Spend"
    app.number_input(key="plan_weeks").set_value(5).run()
    assert not app.warning, "said once"


def test_the_budget_follows_the_weeks_until_it_is_changed() -> None:
    app = open_app("plan")
    app.number_input(key="plan_weeks").set_value(8).run()
    assert app.number_input(key="plan_budget").value == pytest.approx(2 * BUDGET, rel=1e-3)
    assert "over eight weeks" in words(app)
    app.number_input(key="plan_budget").set_value(90_000.0).run()
    app.number_input(key="plan_weeks").set_value(3).run()
    assert app.number_input(key="plan_budget").value == 90_000


def test_another_goal_plans_for_it() -> None:
    app = open_app("plan")
    app.selectbox(key="plan_goal").set_value("clicks").run()
    assert labels(app)[1] == "Expected clicks"
    assert "EUR" not in app.metric[1].value


def test_value_and_profit_are_goals_where_the_settings_tell_them(sample_history: Path) -> None:
    facts = service.facts(service.sample_source())
    plain = goals_of(facts, SAMPLE)
    assert plain[0] == "revenue"
    assert not {"value", "profit", "negative_feedback", "bounces"} & set(plain)
    told = replace(SAMPLE, settings={"margin": 0.4, "outcomes": {"conversions": 40.0}})
    assert goals_of(facts, told)[0] == "value"
    assert "profit" in goals_of(facts, told)
    assert "bounces" in goals_of(facts, replace(SAMPLE, goal="bounces"))


def test_profit_beside_revenue_is_a_figure_and_a_goal() -> None:
    app = on(replace(SAMPLE, settings={"margin": 0.4}))
    assert "Expected profit" in labels(app)
    app.selectbox(key="plan_goal").set_value("profit").run()
    assert not app.error
    assert labels(app)[1] == "Expected profit"


def test_a_careful_plan_and_limits_for_all_places_are_set_behind_more() -> None:
    app = open_app("plan")
    app.radio(key="plan_risk").set_value("careful").run()
    app.number_input(key="plan_share").set_value(12.0).run()
    app.number_input(key="plan_step").set_value(50.0).run()
    assert not app.error
    asked = asked_of(app)
    assert (asked.risk, asked.largest_share, asked.largest_step) == ("careful", 0.12, 0.5)
    assert max(plan_column(app).values()) <= 0.12 * BUDGET / WEEKS + 1
    page = words(app)
    assert "the most in the worst fifth of cases; at most 12 % of the budget in one place" in page
    assert "steps of at most 50 % against today" in page
    assert "Largest share of a cell" in page, "among the rules and what they cost"
    app.number_input(key="plan_share").set_value(None).run()
    assert asked_of(app).largest_share is None


def test_audiences_are_planned_by_themselves_and_limits_start_anew() -> None:
    app = on(replace(SAMPLE, locks={REEL: 1000.0}))
    app.toggle(key="plan_audience").set_value(True).run()
    assert not app.error
    assert asked_of(app).by_audience
    assert asked_of(app).locks == {}
    assert any("(" in place for place in plan_column(app))


# Where there is no plan ---------------------------------------------------------------------------------------------


def test_an_impossible_question_says_the_smallest_repair_and_stays_open() -> None:
    app = on(replace(SAMPLE, locks={IMAGE: 20_000.0}, limits={REEL: (9000.0, None)}))
    (problem,) = app.error
    assert "raise the budget to EUR 116,000" in problem.value.replace("\u00a0", " ")
    assert not app.metric, "the last plan that was possible is no answer"
    assert headings(app) == ["Fix amounts and set limits"]
    assert app.dataframe[0].value["plan"].isna().all()
    app.number_input(key="plan_budget").set_value(120_000.0).run()
    assert not app.error
    assert labels(app)[0] == "Spend"


def test_the_grid_repairs_what_it_broke() -> None:
    app = on(replace(SAMPLE, locks={IMAGE: 30_000.0}))
    assert app.error
    app.button(key="plan_free").click().run()
    assert not app.error
    assert app.metric


def test_a_limit_of_a_place_that_is_not_there_is_a_sentence() -> None:
    app = on(replace(SAMPLE, locks={"facebook/radio": 10.0}))
    assert "facebook/radio is no cell of the history" in app.error[0].value.replace("\\", "")
    app.button(key="plan_free").click().run()
    assert not app.error


def test_an_unexpected_error_is_logged_and_shown_without_details(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Plan:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service, "kept_plan", lambda *_: None)
    monkeypatch.setattr(service, "plan", fail)
    with caplog.at_level(logging.ERROR):
        app = open_app("plan")
    (shown,) = app.error
    assert "secret" not in shown.value
    assert not app.exception
    assert "secret detail" in caplog.text
    reference = next(one for one in caplog.records if one.levelname == "ERROR").getMessage().split()[1].rstrip(":")
    assert reference in shown.value


# Other histories ----------------------------------------------------------------------------------------------------


def test_a_kept_history_is_planned(short_history: bytes) -> None:
    app = on(history=kept("mine.csv", short_history))
    assert not app.error
    assert labels(app)[0] == "Spend"
    assert "mine.csv: 30 complete weeks" in words(app)


def test_broken_rows_are_one_sentence_with_the_persons_file_row_and_column() -> None:
    rows = (
        b"date,network,content_type,spend,conversions\n2026-01-05,facebook,image,10,3\n2026-01-12,facebook,image,x,3\n"
    )
    app = on(history=kept("broken_rows.csv", rows))
    (problem,) = app.error
    assert problem.value.replace("\\", "").startswith("broken_rows.csv, row 3, column spend")
    assert not app.metric
    assert not app.exception


def test_a_history_without_revenue_plans_conversions(short_history: bytes) -> None:
    table = pd.read_csv(io.BytesIO(short_history))[["date", "network", "content_type", "spend", "conversions"]]
    summed = table.groupby(["date", "network", "content_type"]).sum().reset_index()
    app = on(history=kept("counts.csv", summed.to_csv(index=False).encode()))
    assert app.selectbox(key="plan_goal").options == ["Conversions"]
    assert labels(app)[1] == "Expected conversions"
    assert app.number_input(key="plan_budget").label == "Budget for all weeks"


def test_a_history_with_another_outcome_alone_can_be_planned(short_history: bytes) -> None:
    table = pd.read_csv(io.BytesIO(short_history))[["date", "network", "content_type", "spend", "clicks"]]
    summed = table.groupby(["date", "network", "content_type"]).sum().reset_index()
    app = on(history=kept("clicks.csv", summed.to_csv(index=False).encode()))
    assert app.selectbox(key="plan_goal").options == ["Clicks"]
    assert labels(app)[1] == "Expected clicks"


def test_a_history_without_a_response_keeps_todays_split_and_says_so() -> None:
    weeks = pd.date_range("2025-01-06", periods=40, freq="7D")
    rows = [
        (day.date(), "facebook", kind, 100 + 30 * ((k * 7 + w * 5) % 11), 20 + (w * 13 + k * 3) % 7)
        for w, day in enumerate(weeks)
        for k, kind in enumerate(("image", "video", "story"))
    ]
    table = pd.DataFrame(rows, columns=["date", "network", "content_type", "spend", "conversions"])
    app = on(history=kept("flat.csv", table.to_csv(index=False).encode()))
    page = words(app)
    assert ": the history shows no response to spend that could be told from chance" in page
    assert "From today's split to the plan" not in headings(app)
    assert "Nothing to prove" in page
    assert "cannot be told" in page


# The rest of the house ----------------------------------------------------------------------------------------------


def test_the_script_of_the_project_folder_shows_the_same(root: Path) -> None:
    app = AppTest.from_file(str(root / "app.py"), default_timeout=60)
    app.switch_page(str(root / "optimizer" / "ui" / "pages" / "plan.py"))
    app.run()
    assert not app.exception
    assert labels(app)[0] == "Spend"


@pytest.fixture
def forgotten() -> Iterator[None]:
    fresh_server()
    yield
    fresh_server()


@pytest.mark.usefixtures("forgotten")
def test_the_sample_is_there_also_without_the_project_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sample_history: Path
) -> None:
    monkeypatch.setattr(optimizer, "__file__", str(tmp_path / "optimizer" / "__init__.py"))
    source = service.sample_source()
    assert source.sample
    assert source.data == sample_history.read_bytes()


def test_the_downloads_are_the_files_of_the_command_line(plan: Plan, tmp_path: Path) -> None:
    from optimizer.planning.export import plan_csv, summary_json, write_plan, write_summary

    write_plan(plan, tmp_path / "plan.csv")
    write_summary(plan, tmp_path / "summary.json")
    assert (tmp_path / "plan.csv").read_bytes() == plan_csv(plan).encode("utf-8")
    assert json.loads((tmp_path / "summary.json").read_bytes()) == json.loads(summary_json(plan))


def test_the_workbook_speaks_the_language_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(results, "download", lambda _label, make, _file, key, **_more: made.__setitem__(key, make))
    open_app("plan", language="vi")
    sheet = openpyxl.load_workbook(io.BytesIO(made["download_xlsx"]())).worksheets[0]  # made after the page is drawn
    assert sheet["B1"].value == "Mạng"
