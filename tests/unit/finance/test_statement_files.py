"""A draft as text, CSV, JSON and workbook: the same figures everywhere, every one with its definition."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from optimizer import cli
from optimizer.finance.definitions import DEFINITIONS
from optimizer.finance.draft import draft_of
from optimizer.finance.record import Record
from optimizer.finance.statement_files import statement_csv, statement_json
from optimizer.finance.statement_text import statement_text
from optimizer.finance.words import (
    credited_sentence,
    cuts_of,
    headline,
    interval_words,
    moved_words,
    value_words,
    written,
)
from optimizer.language.catalogue import speaker
from optimizer.planning.request import PlanRequest
from optimizer.planning.settings import Settings, settings_of, settings_values
from optimizer.reports import statement_xlsx

SETTINGS = """margin = 0.4
team_per_month = 1000
[finance]
hurdle_rate = 0.15
agency_share = 0.1
[incrementality]
facebook = { factor = 0.8, low = 0.6, high = 1.0 }
"""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return settings_of(settings_values(SETTINGS))


@pytest.fixture(scope="module")
def record(short_sample: Path, settings: Settings) -> Record:
    request = PlanRequest(budget=40_000, weeks=6, goal="revenue", settings=settings)
    return draft_of(short_sample, request, lambda _what, _share: None)[0]


def rows(record: Record) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(statement_csv(record))))


def test_every_cut_of_the_file_adds_up_to_the_whole(record: Record):
    table = rows(record)
    assert {row["currency"] for row in table} == {"EUR"}
    whole = {row["line"]: row for row in table if row["cut"] == "total"}
    assert tuple(whole) == record.statement.lines
    for kind in ("period", "network", "content_type"):
        for line, row in whole.items():
            for column in ("baseline", "plan", "difference"):
                parts = [round(100 * float(one[column])) for one in table if (one["cut"], one["line"]) == (kind, line)]
                assert sum(parts) == round(100 * float(row[column])), (kind, line, column)


def test_what_no_network_bears_is_named(record: Record):
    shared = [row for row in rows(record) if row["cut"] == "network" and row["name"] == "shared"]
    assert {row["line"] for row in shared if float(row["plan"])} == {"team", "marketing_contribution"}


def test_json_holds_the_same_with_definitions(record: Record):
    plain = json.loads(statement_json(record))
    assert plain["statement"]["media"]["plan"] == record.statement.amounts("media").plan
    network = record.statement.networks[0]
    assert plain["by_network"][network]["contribution"]["p10"] == (
        record.statement.amounts("contribution", network=network).low
    )
    roi = next(one for one in plain["answers"] if one["key"] == "roi")
    assert roi["low"] < roi["value"] < roi["high"]
    assert set(plain["definitions"]) >= {one["key"] for one in plain["answers"]} | set(plain["statement"])
    assert plain["definitions"]["roi"] == str(DEFINITIONS["roi"].formula)
    assert plain["run"]["settings"]["margin"] == 0.4
    assert plain["incrementality"]["facebook"] == {"factor": 0.8, "low": 0.6, "high": 1.0}


def test_text_says_the_decision_the_assumption_and_what_is_missing(record: Record, settings: Settings):
    text = statement_text(record, settings, ["s.csv"])
    assert text.startswith("Spending EUR 40,000 as planned leaves EUR ")
    assert "the hurdle of 15 % is beaten with a probability of " in text
    assert "Incrementality is 1 for instagram: nobody gave one" in text
    assert "was chosen by the response as credited: the incrementality of facebook (0.80) changes what the plan" in text
    assert credited_sentence(replace(record, factors=dict.fromkeys(record.factors, (1.0, 0.8, 1.2)))) == ""
    assert "CAC is not known: it needs new customers." in text
    assert "8 of 10 results lie between P10 and P90" in text
    assert f"{record.statement.amounts('marketing_contribution').plan:,.2f}" in text
    assert "Written: s.csv." in text
    assert record.weeks[-1] not in text.split("\n")[3]  # the last day is a Sunday
    lines = [line for line in text.splitlines() if line.startswith(("Media ", "Contribution "))]
    assert len({len(line) for line in lines}) == 1


def test_a_loss_and_a_plan_like_today_are_said(record: Record):
    statement = record.statement
    same = replace(record, statement=replace(statement, baseline=statement.plan), answers=())
    assert str(headline(same)).endswith("Today's split would leave as much.")
    lost = {line: -cents if line == "marketing_contribution" else cents for line, cents in statement.plan.items()}
    assert "loses EUR " in headline(replace(record, statement=replace(statement, plan=lost)))


def test_workbook_holds_the_figures_as_numbers(record: Record):
    for language, sheet in (("en", "Statement"), ("vi", None)):
        book = openpyxl.load_workbook(io.BytesIO(statement_xlsx(record, speaker(language))))
        page = book[sheet] if sheet else book.worksheets[0]
        values = list(page.iter_rows(values_only=True))
        assert len(book.sheetnames) == 6
        told = {row[0]: row for row in values[1 : 1 + len(record.statement.lines)]}
        result = record.statement.amounts("marketing_contribution")
        last = list(told.values())[-1]
        assert last[1:7] == (*(pytest.approx(one) for one in result), "EUR")
    english = openpyxl.load_workbook(io.BytesIO(statement_xlsx(record, speaker("en"))))
    networks = list(english["By network"].iter_rows(values_only=True))[1:]
    assert {row[0] for row in networks if row[0]} == {"Facebook", "Instagram", "Shared costs"}
    assert statement_xlsx(record, speaker("en")) == statement_xlsx(record, speaker("en"))


def test_cuts_are_the_whole_and_its_parts(record: Record):
    kinds = [cut.kind for cut in cuts_of(record.statement)]
    assert kinds == sorted(kinds, key=("total", "period", "network", "content_type").index)
    assert kinds.count("period") == len(record.periods)
    free = {
        line: np.where(np.array([not unit.network for unit in record.statement.units]), 0, amounts)
        for line, amounts in record.statement.plan.items()
    }
    alone = replace(record.statement, plan=free, baseline=free)
    assert not [cut for cut in cuts_of(alone) if "" in (cut.network, cut.content_type)]


def test_figures_in_words(record: Record):
    assert written(math.nan, "money", "EUR") == "none"
    assert written(9.104, "money", "EUR") == "EUR 9.10"
    assert written(910400.4, "money", "VND") == "VND 910,400"
    assert written(1.204, "share", "") == "120 %"
    assert moved_words(0.75) == "-25 %"
    (roi,) = (one for one in record.answers if one.key == "roi")
    assert " to " in interval_words(roi, "EUR")
    assert value_words(roi, "EUR").endswith(" %")


# The command ----------------------------------------------------------------------------------------------------------


def test_the_command_prints_and_writes(short_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file, out, summary = tmp_path / "s.toml", tmp_path / "statement.csv", tmp_path / "summary.json"
    file.write_text(SETTINGS, encoding="utf-8")
    words = ["statement", str(short_sample), "--budget", "40000", "--weeks", "6", "--goal", "revenue"]
    words += ["--settings", str(file), "--out", str(out), "--summary", str(summary)]
    assert cli.main(words) == 0
    said = capsys.readouterr()
    assert "Marketing contribution" in said.out
    assert f"Written: {out}, {summary}." in said.out
    told = json.loads(summary.read_text())
    by_line = {row["line"]: row for row in csv.DictReader(out.read_text().splitlines()) if row["cut"] == "total"}
    assert float(by_line["contribution"]["plan"]) == told["statement"]["contribution"]["plan"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a statement needs the contribution margin of revenue, which is not known"),
        ("margin = 1.4\n", "margin is 1.4; write the share of revenue that is left"),
        ("margin = 0.4\nteam_per_month = -5\n", "team_per_month is -5"),
        ("margin = 0.4\n[finance]\ntools_per_month = -1\n", "tools_per_month is -1"),
        ("margin = 0.4\n[finance]\nhurdle_rate = -0.1\n", "hurdle_rate is -0.1"),
        ("margin = 0.4\n[production]\nvideo = -900\n", "video is -900"),
        ("margin = 0.4\n[incrementality]\nfacebok = 0.8\n", "the history has no facebok; did you mean facebook?"),
        ('currency = "USD"\nmargin = 0.4\n', "USD"),
    ],
)
def test_bad_settings_are_one_sentence_and_nothing_is_written(
    short_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
):
    file, out = tmp_path / "s.toml", tmp_path / "statement.csv"
    file.write_text(text, encoding="utf-8")
    words = ["statement", str(short_sample), "--budget", "40000", "--weeks", "4", "--settings", str(file)]
    assert cli.main([*words, "--out", str(out)]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len([line for line in said if line.startswith("error:")]) == 1
    assert sentence in said[-1]
    assert not out.exists()
