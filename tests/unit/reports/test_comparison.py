"""A comparison as a workbook: every figure of the record, and no formula in a scenario's name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.history.panel import Cell
from optimizer.language.catalogue import speaker
from optimizer.language.message import say
from optimizer.planning.compare import Comparison, Row, Scenario
from optimizer.planning.plan import Interval
from optimizer.reports import comparison_xlsx

NOTHING = Interval(0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def comparison(plan):
    scenarios = tuple(
        Scenario.from_json({"name": name, "asked": {"budget": 12_000.0, "weeks": 4}, "change": change})
        for name, change in (("Base", {}), ("=TikTok off", {"off": ["tiktok"]}), ("Too little", {"price": {"": 0.25}}))
    )
    other = replace(
        plan,
        cells=(*plan.cells[:2], Cell("threads", "post")),
        spend=np.full((3, 4), 1000.0),
        run=replace(plan.run, id="b" * 12),
    )
    rows = (
        Row(0, "revenue", Interval(9_000.4, 8_000.0, 10_000.0), NOTHING, None, same=True),
        Row(0, "spend", Interval(12_000.0, 12_000.0, 12_000.0), NOTHING, None, same=True),
        Row(0, "roas", Interval(0.75, 0.7, 0.8), NOTHING, None, same=True),
        Row(1, "revenue", Interval(8_500.4, 7_000.0, 9_500.0), Interval(-500.0, -900.0, 50.0), 0.08, same=False),
        Row(1, "spend", Interval(12_000.0, 12_000.0, 12_000.0), NOTHING, None, same=True),
        Row(1, "roas", Interval(0.71, 0.6, 0.79), Interval(-0.04, -0.1, 0.01), 0.08, same=False),
    )
    problem = say("minimums are above the budget; lower one.")
    return Comparison(scenarios, 0, "revenue", "EUR", (plan, other, None), ("", "", problem), rows)


@pytest.fixture(scope="module")
def book(comparison, read):
    return read(comparison_xlsx(comparison, speaker("en")))


def test_every_row_of_the_record_stands_in_the_sheet(comparison, book):
    assert book.names == ["Comparison", "Splits", "Scenarios"]
    rows = book.records("Comparison")
    names = {"revenue": "Revenue", "spend": "Spend", "roas": "Revenue per unit of spend (ROAS)"}
    expected = [row for outcome in names for row in comparison.rows if row.outcome == outcome]
    assert len(rows) == len(expected) == 6
    for row, told in zip(rows, expected, strict=True):
        assert row["Outcome"] == names[told.outcome]
        assert row["Scenario"] == ("Base", "'=TikTok off")[told.scenario]
        assert row["Currency"] == (None if told.outcome == "roas" else "EUR")
        for title, one in (("Total", told.total), ("Difference from the base", told.difference)):
            ends = [row[title], row[f"{title}: 90 % interval from"], row[f"{title}: 90 % interval to"]]
            assert ends == [one.mean, one.low, one.high]
        assert row["Probability of being better"] == told.better


def test_figures_have_the_digits_of_their_outcome(book):
    sheet = book.book["Comparison"]
    formats = {
        (row[0].value, row[1].value): (row[3].number_format, row[9].number_format) for row in sheet.iter_rows(2, 7)
    }
    assert formats["Revenue", "'=TikTok off"] == ("#,##0", "0 %")
    assert formats["Revenue per unit of spend (ROAS)", "Base"][0] == "#,##0.0000"


def test_what_it_comes_to_is_said_below(comparison, book):
    told = speaker("en").tell(comparison.sentence(1)).replace("\u00a0", " ")
    assert "revenue" in told
    assert book.below("Comparison") == [f"'{told}", "minimums are above the budget; lower one."]


def test_splits_hold_all_cells_of_all_plans(plan, book):
    rows = {(row["Network"], row["Content type"]): row for row in book.records("Splits")}
    assert list(rows) == [("Facebook", "image"), ("Instagram", "reel"), ("TikTok", "video"), ("Threads", "post")]
    facebook, threads = rows["Facebook", "image"], rows["Threads", "post"]
    assert facebook["Base: spend a week"] == pytest.approx(plan.spend[0].mean())
    assert threads["Base: spend a week"] is None
    assert threads["'=TikTok off: spend a week"] == 1000
    assert not any(title.startswith("Too little") for title in threads)


def test_scenarios_tell_what_they_ask_and_change_and_why_they_failed(plan, book):
    told = {(row["Scenario"], row["What"]): row["Value"] for row in book.records("Scenarios")}
    assert told["Base", "Asked: budget"] == 12_000
    assert told["Base", "Base"] == "the others are held against it"
    assert told["Base", "Run"] == plan.run.id
    assert told["'=TikTok off", "Changed: off 1"] == "tiktok"
    assert told["'=TikTok off", "Run"] == "b" * 12
    assert told["Too little", "Changed: price."] == 0.25
    assert told["Too little", "Could not be planned for"] == "minimums are above the budget; lower one."
    assert ("Too little", "Run") not in told


def test_a_base_without_a_plan_leaves_differences_empty(comparison, read):
    row = Row(1, "revenue", Interval(1.0, 0.5, 2.0), None, None, same=False)
    odd = replace(comparison, plans=(None, comparison.plans[1], None), rows=(row,))
    (told,) = read(comparison_xlsx(odd, speaker("en"))).records("Comparison")
    assert told["Difference from the base"] is None
    assert told["Probability of being better"] is None


def test_nothing_is_a_formula_and_the_bytes_are_the_same_each_time(comparison, book):
    assert {cell.data_type for cell in book.cells()} <= {"s", "n", "d"}
    assert comparison_xlsx(comparison, speaker("en")) == comparison_xlsx(comparison, speaker("en"))


def test_it_is_said_in_vietnamese_too(comparison, book, read):
    other = read(comparison_xlsx(comparison, speaker("vi")))
    assert other.names == ["So sánh", "Phân bổ", "Kịch bản"]
    for english, vietnamese in zip(book.names, other.names, strict=True):
        here, there = book.rows(english), other.rows(vietnamese)
        assert not set(here[0]) & set(there[0])
        assert [[one for one in row if not isinstance(one, str)] for row in here] == (
            [[one for one in row if not isinstance(one, str)] for row in there]
        )
