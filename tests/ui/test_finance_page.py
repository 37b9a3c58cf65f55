"""The page Finance: what is missing, what is shown, what is kept, and what the books say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.finance.record import Record
from optimizer.language import catalogue
from optimizer.language.catalogue import Speaker
from optimizer.planning.asked import Asked
from optimizer.planning.fiscal import FiscalCalendar
from optimizer.store import Kind
from optimizer.ui import finance_service, finance_view, service, state
from optimizer.ui.components.work import Work
from optimizer.ui.data_store import usual
from optimizer.ui.finance_books import books_template
from tests.ui.driver import fresh_store, open_app, words
from tests.ui.reading import texts
from tests.ui.test_every_word import DATA, NAMES, NETWORKS, WORD, Marked, unmarked
from tests.unit.finance.records import make_record

SETTINGS = {"margin": 0.4, "team_per_month": 3000, "finance": {"hurdle_rate": 0.15, "agency_share": 0.1}}


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


def asking(**settings: object) -> str:
    """A link to the sample with settings of its own."""
    asked = Asked(102_800.0, 4, settings={**SETTINGS, **settings})
    return service.store().keep_state(state.View(asked=asked).to_json())


def view(app: AppTest) -> state.View:
    held = app.session_state["view_now"]
    assert isinstance(held, state.View)
    return held


def labels(app: AppTest) -> list[str]:
    return [metric.label for metric in app.metric]


def button(app: AppTest, key: str) -> AppTest:
    """Press a button of a form."""
    return app.button(key=key).click().run()


def test_without_a_margin_the_field_is_right_there() -> None:
    app = open_app("finance")
    assert not app.exception
    assert not app.error
    assert "Give the margin to see what the plan leaves" in words(app)
    assert not app.metric
    app.number_input(key="finance_first_margin").set_value(40.0)
    app = button(app, "finance_first_use")
    assert not app.error
    assert view(app).asked.settings == {"margin": 0.4}  # type: ignore[union-attr]
    assert labels(app)[0] == "Marketing contribution"
    assert "nobody gave one" in words(app)


def test_that_factors_did_not_choose_the_split_is_among_the_remarks() -> None:
    record = make_record(factors={"facebook": (0.85, 0.7, 1.0), "tiktok": (1.0, 1.0, 1.0)})
    said = [one for one in finance_view.remarks(record, None) if "chosen by the response as credited" in one]
    assert len(said) == 1
    assert "Facebook (0.85)" in said[0]
    assert "TikTok" not in said[0]


def test_a_margin_above_one_is_a_sentence_and_changes_nothing() -> None:
    app = open_app("finance")
    app.number_input(key="finance_first_margin").set_value(140.0)
    app = button(app, "finance_first_use")
    assert ["margin is 1.4" in error.value for error in app.error] == [True]
    assert view(app).asked.settings == {}  # type: ignore[union-attr]


def test_the_decision_and_its_figures() -> None:
    app = open_app("finance", asking())
    assert not app.error
    assert not app.exception
    text = words(app)
    assert "Spending EUR 102,800 as planned leaves EUR " in text
    assert "the hurdle of 15 % is beaten with a probability of" in text
    assert labels(app) == [
        "Marketing contribution",
        "Effect on the income statement",
        "ROI",
        "Chance of beating the hurdle",
        "Marginal ROAS",
    ]
    assert all(metric.help for metric in app.metric)
    assert len(app.get("vega_lite_chart")) == 1
    assert "CAC is not known: it needs new customers." in text


def test_the_table_shows_the_statement_to_the_cent() -> None:
    app = open_app("finance", asking())
    record = drafted()
    for amount in record.statement.amounts("marketing_contribution")[:2]:
        assert f"{amount:,.2f}" in words(app)
    app.selectbox(key="finance_network").set_value("tiktok").run()
    tiktok = record.statement.amounts("contribution", network="tiktok")
    assert f"{tiktok.plan:,.2f}" in words(app)
    assert view(app).chosen["finance.network"] == "tiktok"
    app.selectbox(key="finance_period").set_value("2026-11").run()
    november = record.statement.amounts("contribution", period=0, network="tiktok")
    assert f"{november.plan:,.2f}" in words(app)
    app.selectbox(key="finance_network").set_value("").run()
    assert "Shared costs" in app.selectbox(key="finance_network").options


def drafted(**settings: object) -> Record:
    source = service.sample_source()
    asked = Asked(102_800.0, 4, settings={**SETTINGS, **settings})
    return finance_service.draft(Work(source, service.facts(source), asked))


def test_parts_add_up_to_the_last_column() -> None:
    record = drafted()
    for kind in ("period", "network", "content_type"):
        header = finance_view.part_header(record, kind)
        for line in finance_view.part_lines(record, kind):
            cents = [round(100 * float(value.replace(",", "").replace("−", "-"))) for value in line.values]
            assert len(cents) == len(header)
            assert sum(cents[:-1]) == cents[-1], (kind, line.name)


def test_the_way_to_show_it_is_kept_in_the_link() -> None:
    app = open_app("finance", asking())
    app.segmented_control[0].set_value("network").run()
    assert "TikTok" in words(app)
    link = app.query_params["view"]
    again = open_app("finance", link=link[0] if isinstance(link, list) else link)
    assert again.segmented_control[0].value == "network"


def test_inputs_are_used_and_saved_with_their_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "today", lambda: dt.date(2026, 11, 24))
    app = open_app("finance", asking(country="DE", calendar="month"))
    app.number_input(key="finance_hurdle_rate").set_value(20.0)
    app.number_input(key="finance_factor_facebook_0").set_value(0.8)
    app.number_input(key="finance_factor_facebook_1").set_value(0.6)
    app.number_input(key="finance_factor_facebook_2").set_value(1.0)
    app.text_input(key="finance_author").set_value("Ana")
    app = button(app, "finance_keep")
    assert not app.error
    settings = view(app).asked.settings  # type: ignore[union-attr]
    assert settings["country"] == "DE"
    assert settings["finance"] == {"hurdle_rate": 0.2, "agency_share": 0.1}
    assert settings["incrementality"] == {"facebook": {"factor": 0.8, "low": 0.6, "high": 1.0}}
    signed = {"owner": "Ana", "date": "2026-11-24"}
    assert settings["source"] == {"hurdle_rate": signed, "incrementality.facebook": signed}
    kept = usual(service.store(), Kind.SETTINGS)
    assert kept is not None
    assert kept.content == {"currency": "EUR", **settings}
    assert "0.8 (0.6 to 1)" in words(app)


def test_a_refused_form_stays_as_it_was_typed() -> None:
    app = open_app("finance", asking())
    app.number_input(key="finance_tools_per_month").set_value(-5.0)
    app = button(app, "finance_use")
    assert any("tools_per_month is -5" in error.value.replace("\\", "") for error in app.error)
    assert app.number_input(key="finance_tools_per_month").value == -5.0
    assert "tools_per_month" not in view(app).asked.settings["finance"]  # type: ignore[union-attr,operator]


def test_somebody_stands_behind_an_input() -> None:
    app = open_app("finance", asking())
    app.selectbox(key="finance_source_of").set_value("hurdle_rate").run()
    app.text_input(key="finance_owner_hurdle_rate").set_value("Binh")
    app.date_input(key="finance_date_hurdle_rate").set_value(dt.date(2026, 11, 2))
    app = button(app, "finance_source_use")
    assert view(app).asked.settings["source"] == {  # type: ignore[union-attr]
        "hurdle_rate": {"owner": "Binh", "date": "2026-11-02"}
    }
    assert "2 Nov 2026" in words(app)


def test_settings_that_name_what_is_not_there_are_a_sentence_above_the_form() -> None:
    app = open_app("finance", asking(incrementality={"myspace": 0.5}))
    assert any("the history has no myspace" in error.value for error in app.error)
    assert app.number_input(key="finance_factor_myspace_0").value == 0.5
    app.number_input(key="finance_factor_myspace_0").set_value(None)
    app = button(app, "finance_use")
    assert not app.error
    assert app.metric


def test_where_there_is_no_plan_the_way_out_is_named() -> None:
    asked = Asked(102_800.0, 4, settings=SETTINGS, locks={"instagram/carousel": 30_000.0})
    app = open_app("finance", service.store().keep_state(state.View(asked=asked).to_json()))
    assert len(app.error) == 1
    assert "Change it on the page Plan" in [link.label for link in app.get("page_link")]
    assert app.number_input(key="finance_margin").value == 40.0


def test_books_are_held_against_the_networks() -> None:
    app = open_app("finance", asking())
    app.session_state["finance_books"] = ("books.csv", b"period,revenue,currency\n2026-09,300000,EUR\n2026-10,1,EUR\n")
    app.run()
    text = words(app)
    assert "more than there was" in text
    assert "may rise" in text
    app.session_state["finance_books"] = ("books.csv", b"period,revenue,currency\n2026-09,-5,EUR\n")
    app.run()
    assert any("booked revenue is '-5'" in error.value.replace("\\", "") for error in app.error)
    app = button(app, "finance_books_forget")
    assert not app.error
    assert "finance_books" not in app.session_state


def test_the_template_names_the_periods_that_are_over() -> None:
    months = books_template(FiscalCalendar(), "EUR", dt.date(2026, 11, 1)).decode().splitlines()
    assert months == ["period,revenue,currency", "2026-08,,EUR", "2026-09,,EUR", "2026-10,,EUR"]
    weeks = FiscalCalendar("4-4-5", dt.date(2026, 9, 28))
    assert b"FY2027 P01,,EUR" in books_template(weeks, "EUR", dt.date(2026, 10, 25))


def test_the_page_speaks_vietnamese() -> None:
    app = open_app("finance", asking(), language="vi")
    assert not app.exception
    assert "102.800 EUR" in words(app)
    assert "Statement" not in words(app)


def test_every_word_of_the_results_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "speaker", lambda language: Speaker(language, Marked()))
    app = open_app("finance", asking(incrementality={"facebook": {"factor": 0.8, "low": 0.6, "high": 1.0}}))
    app.session_state["finance_books"] = ("sample_history.csv", b"period,revenue,currency\n2026-09,300000,EUR\n")
    app.run()
    assert not app.exception
    left = {text: WORD.findall(DATA.sub(" ", unmarked(text))) for text in texts(app)}
    bare = {text: [word for word in found if word not in NAMES | NETWORKS] for text, found in left.items()}
    assert {text: found for text, found in bare.items() if found} == {}
