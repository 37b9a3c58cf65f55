"""A plan as a workbook: the plan's own figures, as numbers, in the reader's language."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from optimizer.history.panel import Cell
from optimizer.language.catalogue import speaker
from optimizer.planning import headline, proof
from optimizer.planning.export import plan_csv
from optimizer.planning.plan import Interval
from optimizer.reports import plan_xlsx

ENGLISH = speaker("en")
SHEETS = ["Plan", "Moves", "Totals", "Findings", "Origin"]


def said(message: str) -> str:
    return ENGLISH.tell(message).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def book(plan, read):
    return read(plan_xlsx(plan, ENGLISH))


def test_sheets_have_a_header_that_stays_in_sight_and_can_be_filtered(book):
    assert book.names == SHEETS
    for sheet in book.book:
        assert sheet.freeze_panes == "A2"
        assert (
            sheet.auto_filter.ref == f"A1:{sheet.cell(len(book.records(sheet.title)) + 1, sheet.max_column).coordinate}"
        )
        assert all(cell.font.bold for cell in sheet[1])
        titles = [cell.value for cell in sheet[1]]
        assert len(set(titles)) == len(titles)


def test_the_plan_is_that_of_the_csv(plan, book):
    rows = book.records("Plan")
    told = list(csv.DictReader(io.StringIO(plan_csv(plan))))
    assert len(rows) == len(told) == 12
    assert list(rows[0]) == [
        "Week from", "Network", "Content type", "Spend", "Spend a day", "Currency",
        "Conversions", "Conversions: 90 % interval from", "Conversions: 90 % interval to",
        "Revenue", "Revenue: 90 % interval from", "Revenue: 90 % interval to",
    ]  # fmt: skip
    for row, line in zip(rows, told, strict=True):
        assert row["Week from"] == dt.datetime.fromisoformat(line["week_start"])
        assert (row["Network"].lower(), row["Content type"]) == (line["network"], line["content_type"])
        assert row["Spend"] == float(line["spend"])
        assert row["Spend a day"] == pytest.approx(float(line["spend_per_day"]), rel=1e-5)
        assert row["Currency"] == "EUR"
        assert row["Revenue: 90 % interval to"] == pytest.approx(float(line["revenue_high"]), rel=1e-5)
        assert row["Conversions"] == pytest.approx(float(line["conversions"]), rel=1e-5)
    assert {row["Network"] for row in rows} == {"Facebook", "Instagram", "TikTok"}


def test_moves_tell_what_changes_and_why(plan, book):
    rows = book.records("Moves")
    assert len(rows) == len(plan.moves)
    for row, move in zip(rows, plan.moves, strict=True):
        assert (row["Today, a week"], row["Plan, a week"]) == (move.today, move.plan)
        assert row["Change, a week"] == pytest.approx(move.plan - move.today)
        assert row["Revenue of one more unit of money, plan"] == pytest.approx(move.marginal)
        assert row["Revenue of one more unit of money, today"] == pytest.approx(move.marginal_today)
        assert row["Evidence"] == move.evidence
        assert row["What the evidence rests on"] == said(move.evidence_reason)
        assert row["Reason"] == said(move.reason)


def test_totals_are_those_of_the_plan_with_the_decision_below(plan, book):
    spend, *outcomes = book.records("Totals")
    assert (spend["Outcome"], spend["Plan"], spend["Gain"]) == ("Spend", 12_000, 0)
    assert spend["Plan: 90 % interval from"] is None
    by_name = {row["Outcome"].lower(): row for row in outcomes}
    assert set(by_name) == set(plan.total)
    for name, row in by_name.items():
        for title, part in (("Plan", plan.total), ("Today's split", plan.baseline_total), ("Gain", plan.gain),
                            ("In the 8 weeks after", plan.carry_after)):  # fmt: skip
            told = Interval(row[title], row[f"{title}: 90 % interval from"], row[f"{title}: 90 % interval to"])
            assert (told.mean, told.low, told.high) == pytest.approx((part[name].mean, part[name].low, part[name].high))
        assert row["Currency"] == ("EUR" if name == "revenue" else None)
    assert book.below("Totals") == [said(headline(plan)), said(proof(plan))]


def test_findings_and_origin_are_told(plan, book):
    first, second = book.records("Findings")
    assert list(first.values()) == ["Serious", "the newest week is late", "wait for it", "h.csv", "date", "3, 4"]
    assert (second["Weight"], second["What was found"], second["Rows"]) == ("Note", "'=cmd()", None)
    origin = {row["What"]: row["Value"] for row in book.records("Origin")}
    assert origin["Run"] == plan.run.id
    assert origin["Hash of the data (SHA-256)"] == plan.run.data_sha256
    assert origin["Version of the program"] == plan.run.version
    assert origin["Seed of the random numbers"] == 0
    assert origin["First week"] == dt.datetime(2025, 8, 4)
    assert origin["Asked: budget"] == 12_000
    assert origin["Asked: weeks"] == 4


def test_numbers_are_numbers_with_formats_and_days_are_days(book):
    sheet = book.book["Plan"]
    formats = {
        title.value: (cell.data_type, cell.number_format) for title, cell in zip(sheet[1], sheet[2], strict=True)
    }
    assert formats["Week from"] == ("d", "yyyy-mm-dd")
    assert formats["Spend"] == ("n", "#,##0.00")
    kind, form = formats["Revenue"]
    assert kind == "n"
    assert re.fullmatch(r"#,##0(\.0+)?", form)
    assert formats["Currency"][0] == "s"


def test_nothing_is_a_formula_whatever_the_names(plan, read):
    evil = Cell("=1+1", "@SUM(A1)", "\t=2")
    odd = replace(
        plan,
        cells=(evil, *plan.cells[1:]),
        moves=(replace(plan.moves[0], cell=evil, reason="+cmd|' /C calc'!A0"), *plan.moves[1:]),
    )
    content = plan_xlsx(odd, ENGLISH)
    book = read(content)
    assert book.records("Plan")[0]["Network"] == "'=1+1"
    assert book.records("Plan")[0]["Content type"] == "'@SUM(A1)"
    assert book.records("Plan")[0]["Audience"] == "'\t=2"
    assert book.records("Moves")[0]["Reason"] == "'+cmd|' /C calc'!A0"
    assert {cell.data_type for cell in book.cells()} == {"s", "n", "d"}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in sheet or b"<f " in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_missing_numbers_are_empty_cells(plan, read):
    odd = replace(plan, moves=(replace(plan.moves[0], marginal=np.nan, marginal_today=np.inf), *plan.moves[1:]))
    row = read(plan_xlsx(odd, ENGLISH)).records("Moves")[0]
    assert row["Revenue of one more unit of money, plan"] is None
    assert row["Revenue of one more unit of money, today"] is None


@pytest.mark.parametrize(
    ("currency", "spend", "form"),
    [("VND", 25_000_000.0, "#,##0"), ("EUR", 0.00125, "#,##0.00000"), ("", 5.5, "#,##0.00")],
)
def test_money_is_shown_in_full(plan, read, currency, spend, form):
    odd = replace(plan, currency=currency, spend=np.full(plan.spend.shape, spend))
    sheet = read(plan_xlsx(odd, ENGLISH)).book["Plan"]
    spent = next(cell for title, cell in zip(sheet[1], sheet[2], strict=True) if title.value == "Spend")
    assert (spent.value, spent.number_format) == (spend, form)


def test_the_same_plan_gives_the_same_bytes(plan):
    assert plan_xlsx(plan, ENGLISH) == plan_xlsx(plan, ENGLISH)


def test_a_vietnamese_reader_gets_vietnamese_words_and_the_same_numbers(plan, read, book):
    other = read(plan_xlsx(plan, speaker("vi")))
    assert other.names == ["Kế hoạch", "Điều chỉnh", "Tổng cộng", "Phát hiện", "Nguồn gốc"]
    for english, vietnamese in zip(book.names, other.names, strict=True):
        here, there = book.rows(english), other.rows(vietnamese)
        assert len(here) == len(there)
        assert not set(here[0]) & set(there[0]), "a title is not translated"
        numbers = [[one for one in row if not isinstance(one, str)] for row in here[1:]]
        assert numbers == [[one for one in row if not isinstance(one, str)] for row in there[1:]]
    assert other.below("Tổng cộng")[0] != book.below("Totals")[0]
