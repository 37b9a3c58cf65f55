"""The page itself, driven without a browser: what is on screen after what a person does."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import optimizer
from optimizer.errors import InfeasibleError
from optimizer.planning.plan import Plan
from optimizer.ui import service
from optimizer.ui.format import NBSP
from optimizer.ui.launch import SCRIPT
from optimizer.ui.service import Question, RecentPlans

SLOW = 60


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(SCRIPT), default_timeout=SLOW)


@pytest.fixture
def short_history(sample_history: Path) -> bytes:
    """The sample's last 30 weeks on two networks: small, so that fitting takes no time."""
    table = pd.read_csv(sample_history)
    kept = table[(table["date"] >= "2026-04-06") & table["network"].isin(["facebook", "instagram"])]
    return kept.to_csv(index=False).encode()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.segmented_control(key="source").set_value("My file").run()
    return app.file_uploader(key="upload").upload(name, data, "text/csv").run()


def html(app: AppTest) -> str:
    return " ".join(element.body for element in app.get("html")).replace(NBSP, " ")


def labels(app: AppTest) -> list[str]:
    return [metric.label for metric in app.metric]


def test_the_sample_is_planned_at_once(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert not app.error
    assert labels(app) == ["Spend", "Expected revenue", "More than today's split", "Proof"]
    page = html(app)
    assert "co-headline" in page
    assert "co-grid" in page
    assert "co-moves" in page
    assert "over four weeks" in page
    assert app.number_input(key="budget").value == pytest.approx(4 * 25_700)


def test_without_a_file_the_page_says_what_to_bring(app: AppTest) -> None:
    app.run()
    app.segmented_control(key="source").set_value("My file").run()
    assert [heading.value for heading in app.subheader] == ["Bring your history to get a plan"]
    assert "**spend**" in app.markdown[0].value
    assert not app.metric
    assert not app.error


def test_an_upload_is_checked_first_and_planned_on_demand(app: AppTest, short_history: bytes) -> None:
    upload(app.run(), "mine.csv", short_history)
    assert app.subheader[0].value == "Your history is read"
    assert not app.metric
    app.button(key="make_plan").click().run()
    assert not app.error
    assert labels(app)[0] == "Spend"
    assert {"download_plan", "download_summary"} <= {button.key for button in app.get("download_button")}


def test_broken_rows_are_one_sentence_with_the_persons_file_row_and_column(app: AppTest) -> None:
    rows = (
        b"date,network,content_type,spend,conversions\n2026-01-05,facebook,image,10,3\n2026-01-12,facebook,image,x,3\n"
    )
    upload(app.run(), "broken_rows.csv", rows)
    assert len(app.error) == 1
    message = app.error[0].value.replace("\\", "")
    assert message.startswith("broken_rows.csv, row 3, column spend")
    assert not app.metric
    assert not app.exception


def test_the_budget_follows_the_weeks_until_it_is_typed(app: AppTest) -> None:
    app.run()
    app.number_input(key="weeks").set_value(8).run()
    assert app.number_input(key="budget").value == pytest.approx(8 * 25_700, rel=1e-3)
    app.number_input(key="budget").set_value(90_000).run()
    app.number_input(key="weeks").set_value(3).run()
    assert app.number_input(key="budget").value == 90_000


def test_changed_inputs_keep_the_old_plan_and_say_so(app: AppTest) -> None:
    app.run()
    before = app.metric[0].value
    app.number_input(key="weeks").set_value(2).run()
    assert app.metric[0].value == before
    assert any("inputs have changed" in note.value for note in app.info)
    app.button(key="make_plan").click().run()
    assert not app.info
    assert "over two weeks" in html(app)


def test_a_budget_of_zero_is_a_sentence(app: AppTest, short_history: bytes) -> None:
    upload(app.run(), "mine.csv", short_history)
    app.number_input(key="budget").set_value(0.0).run()
    app.button(key="make_plan").click().run()
    assert [error.value for error in app.error] == [
        "budget is 0; it must be above 0: the money for all weeks of the plan together."
    ]


def test_an_impossible_request_is_a_sentence(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Plan:
        raise InfeasibleError("the minimums add up to 900, more than the budget of 500.")

    monkeypatch.setattr(service, "kept_plan", lambda _: None)
    monkeypatch.setattr(service, "make_plan", refuse)
    app.run()
    assert [error.value for error in app.error] == ["the minimums add up to 900, more than the budget of 500."]


def test_an_unexpected_error_is_logged_and_shown_without_details(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Plan:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service, "kept_plan", lambda _: None)
    monkeypatch.setattr(service, "make_plan", fail)
    with caplog.at_level(logging.ERROR):
        app.run()
    assert len(app.error) == 1
    assert "secret" not in app.error[0].value
    assert not app.exception
    assert "secret detail" in caplog.text
    reference = caplog.records[-1].getMessage().split()[1].rstrip(":")
    assert reference in app.error[0].value


def test_another_history_starts_afresh(app: AppTest, short_history: bytes) -> None:
    app.run()
    app.number_input(key="budget").set_value(90_000).run()
    upload(app, "mine.csv", short_history)
    assert app.number_input(key="budget").value != 90_000
    assert not app.metric
    app.segmented_control(key="source").set_value("Sample").run()
    assert app.metric


def test_a_history_without_revenue_plans_conversions(app: AppTest, short_history: bytes) -> None:
    table = pd.read_csv(io.BytesIO(short_history)).drop(columns=["revenue", "currency"])
    upload(app.run(), "counts.csv", table.to_csv(index=False).encode())
    assert app.selectbox(key="goal").options == ["Conversions"]
    app.button(key="make_plan").click().run()
    assert labels(app)[1] == "Expected conversions"
    assert "EUR" not in app.metric[1].value


def test_a_history_with_another_outcome_alone_can_be_planned(app: AppTest, short_history: bytes) -> None:
    table = pd.read_csv(io.BytesIO(short_history))[["date", "network", "content_type", "spend", "clicks"]]
    upload(
        app.run(),
        "clicks.csv",
        table.groupby(["date", "network", "content_type"]).sum().reset_index().to_csv().encode(),
    )
    assert app.selectbox(key="goal").options == ["Clicks"]
    app.button(key="make_plan").click().run()
    assert labels(app)[1] == "Expected clicks"


def test_the_script_of_the_project_folder_shows_the_same(root: Path) -> None:
    app = AppTest.from_file(str(root / "app.py"), default_timeout=SLOW).run()
    assert not app.exception
    assert labels(app)[0] == "Spend"


def test_at_most_four_curves_are_drawn(app: AppTest) -> None:
    app.run()
    assert len(app.multiselect[0].value) == 2
    assert len(app.get("vega_lite_chart")) == 2
    app.multiselect[0].set_value([]).run()
    assert any("Choose a place" in note.value for note in app.info)


def test_the_plans_used_last_are_kept(plan: Plan) -> None:
    kept = RecentPlans(most=2)
    questions = [Question("sha", "h.csv", budget, 4, "revenue") for budget in (1.0, 2.0, 3.0)]
    kept.put(questions[0], plan)
    kept.put(questions[1], plan)
    assert kept.get(questions[0]) is plan
    kept.put(questions[2], plan)
    assert [kept.get(question) is plan for question in questions] == [True, False, True]


def test_the_sample_is_there_also_without_the_project_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sample_history: Path
) -> None:
    monkeypatch.setattr(optimizer, "__file__", str(tmp_path / "optimizer" / "__init__.py"))
    st.cache_resource.clear()
    source = service.sample_source()
    st.cache_resource.clear()
    assert source.sample
    assert source.data == sample_history.read_bytes()


def test_the_downloads_are_the_files_of_the_command_line(plan: Plan, tmp_path: Path) -> None:
    from optimizer.planning.export import plan_csv, summary_json, write_plan, write_summary

    write_plan(plan, tmp_path / "plan.csv")
    write_summary(plan, tmp_path / "summary.json")
    assert (tmp_path / "plan.csv").read_bytes() == plan_csv(plan).encode("utf-8")
    assert json.loads((tmp_path / "summary.json").read_bytes()) == json.loads(summary_json(plan))
