from __future__ import annotations

import csv
import io
import json
import os
import stat
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Cell
from optimizer.planning import export
from optimizer.planning.build import Material, assemble
from optimizer.planning.export import check_outputs, plan_csv, summary_json, write_files, write_plan, write_summary
from optimizer.planning.question import settle
from optimizer.planning.request import PlanRequest


@pytest.fixture
def plan(panel, response):
    request = PlanRequest(budget=4800.0, weeks=4)
    told = (Finding("x", Severity.WARNING, "odd", "look", "h.csv", "spend", (3,)),)
    return assemble(Material(panel, request, settle(panel, request), (response,), told), lambda _what, _share: None)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_plan_csv_holds_every_week_and_cell(plan):
    rows = rows_of(plan_csv(plan))
    assert list(rows[0]) == [
        "week_start", "network", "content_type", "spend", "spend_per_day", "currency",
        "conversions", "conversions_low", "conversions_high", "revenue", "revenue_low", "revenue_high",
    ]  # fmt: skip
    assert len(rows) == 12
    assert {row["week_start"] for row in rows} == {"2025-05-26", "2025-06-02", "2025-06-09", "2025-06-16"}
    assert sum(round(float(row["spend"]) * 100) for row in rows) == 480_000
    for row in rows:
        assert float(row["spend_per_day"]) == pytest.approx(float(row["spend"]) / 7, rel=1e-5)
        assert float(row["revenue_low"]) <= float(row["revenue"]) <= float(row["revenue_high"])
        assert row["currency"] == "EUR"
        assert len(row["spend"].partition(".")[2]) == 2
    revenue = sum(float(row["revenue"]) for row in rows)
    assert revenue == pytest.approx(plan.total["revenue"].mean, rel=1e-4)


def test_audiences_get_a_column_where_there_are_any(plan):
    cells = (Cell("facebook", "image"), Cell("instagram", "reel", "parents"), Cell("tiktok", "video"))
    rows = rows_of(plan_csv(replace(plan, cells=cells)))
    assert [row["audience"] for row in rows[:3]] == ["", "parents", ""]


@pytest.mark.parametrize("name", ["=1+1", "+a", "-a", "@a"])
def test_names_are_no_formulas(plan, name):
    cells = (Cell(name, name), *plan.cells[1:])
    row = rows_of(plan_csv(replace(plan, cells=cells)))[0]
    assert (row["network"], row["content_type"]) == (f"'{name}", f"'{name}")


def test_money_smaller_than_cents_is_not_lost(plan):
    small = replace(plan, spend=np.full((3, 4), 0.00125))
    assert {row["spend"] for row in rows_of(plan_csv(small))} == {"0.00125"}


def test_summary_has_the_structure_that_others_read(plan):
    told = json.loads(summary_json(plan))
    assert told["total"]["spend"] == 4800
    for part in ("total", "baseline", "gain", "carry_after"):
        for outcome in ("conversions", "revenue"):
            assert set(told[part][outcome]) == {"mean", "low", "high"}
            assert all(isinstance(value, float) for value in told[part][outcome].values())
    assert told["gain"]["revenue"]["mean"] == pytest.approx(
        told["total"]["revenue"]["mean"] - told["baseline"]["revenue"]["mean"]
    )
    assert told["certificate"]["status"] == "optimal"
    assert told["certificate"]["bound"] >= told["certificate"]["value"]
    assert told["certificate"]["gap"] < 1e-4
    assert set(told["run"]) == {"id", "data_sha256", "version", "seed", "settings"}
    assert told["run"]["data_sha256"] == "ab" * 32
    assert told["findings"][0] == {
        "rule": "x", "severity": "warning", "text": "h.csv, row 3, column spend: odd; look.",
        "file": "h.csv", "column": "spend", "rows": [3],
    }  # fmt: skip
    assert len(told["moves"]) == 3


def test_summary_never_holds_nan(plan):
    certificate = replace(plan.allocation.certificate, price=np.nan)
    text = summary_json(replace(plan, allocation=replace(plan.allocation, certificate=certificate)))
    assert "NaN" not in text
    assert json.loads(text)["certificate"]["price"] is None


def test_files_are_written_whole_and_nothing_else_is_left(plan, tmp_path):
    write_plan(plan, tmp_path / "plan.csv")
    write_summary(plan, tmp_path / "summary.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.csv", "summary.json"]
    assert (tmp_path / "plan.csv").read_text() == plan_csv(plan)


def test_new_files_get_the_usual_permissions_and_old_ones_keep_theirs(tmp_path):
    mask = os.umask(0o022)
    try:
        new, old = tmp_path / "new", tmp_path / "old"
        old.write_text("before")
        old.chmod(0o600)
        write_files({new: "a", old: "b"})
        assert stat.S_IMODE(new.stat().st_mode) == 0o644
        assert stat.S_IMODE(old.stat().st_mode) == 0o600
    finally:
        os.umask(mask)


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("before")
    link.symlink_to(real)
    write_files({link: "after"})
    assert link.is_symlink()
    assert real.read_text() == "after"


def test_if_one_file_cannot_be_written_none_is(tmp_path):
    first = tmp_path / "first.csv"
    first.write_text("before")
    with pytest.raises(InputError, match=r"missing/second\.json: the folder .*missing does not exist; create it"):
        write_files({first: "after", tmp_path / "missing" / "second.json": "x"})
    assert first.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["first.csv"]


@pytest.mark.parametrize("existed", [True, False])
def test_if_the_last_rename_fails_the_first_is_undone(tmp_path, monkeypatch, existed):
    first, second = tmp_path / "first.csv", tmp_path / "second.json"
    if existed:
        first.write_text("before")
    replace_file = os.replace

    def failing(source, target):
        if str(target) == str(second):
            raise OSError(28, "No space left on device", str(target))
        replace_file(source, target)

    monkeypatch.setattr(export.os, "replace", failing)
    with pytest.raises(
        InputError, match=r"second\.json: cannot be written \(No space left on device\); nothing was changed"
    ):
        write_files({first: "after", second: "x"})
    assert [path.name for path in tmp_path.iterdir()] == (["first.csv"] if existed else [])
    assert not existed or first.read_text() == "before"


def test_outputs_are_checked_before_any_work(tmp_path):
    history, folder = tmp_path / "history.csv", tmp_path / "folder"
    history.write_text("x")
    folder.mkdir()
    good = tmp_path / "plan.csv"
    check_outputs({"--out": good, "--summary": None}, {"HISTORY": history})
    for outputs, what in (
        ({"--out": tmp_path / "no" / "plan.csv"}, "the folder .*no does not exist; create it"),
        ({"--out": history / "plan.csv"}, "is a file, not a folder"),
        ({"--out": folder}, "is a folder; add a file name"),
        ({"--out": "/dev/null"}, "not an ordinary file"),
        ({"--out": history}, "is the same file as HISTORY"),
        ({"--out": good, "--summary": tmp_path / "folder" / ".." / "plan.csv"}, "is the same file as --out"),
    ):
        with pytest.raises(InputError, match=what):
            check_outputs(outputs, {"HISTORY": history})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "history.csv"]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def refuse(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(export.Path, "touch", refuse)
    with pytest.raises(
        InputError, match=r"--out .*: the folder .* cannot be written \(Permission denied\); name another"
    ):
        check_outputs({"--out": tmp_path / "plan.csv"})


def test_a_disk_that_fails_names_the_file_that_was_asked_for(tmp_path, monkeypatch):
    def full(self, *_):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(export.Path, "open", full)
    with pytest.raises(InputError) as told:
        write_files({tmp_path / "plan.csv": "x"})
    assert str(told.value).startswith(f"{tmp_path / 'plan.csv'}: cannot be written (No space left on device); nothing")
    assert ".tmp" not in str(told.value)


def test_the_price_is_in_the_unit_of_the_marginals(plan):
    told = json.loads(summary_json(plan))
    assert told["certificate"]["price"] == pytest.approx(plan.allocation.certificate.price / 4)
    inner = [move["marginal"] for move in told["moves"] if move["content_type"] in ("image", "reel")]
    assert inner == pytest.approx([told["certificate"]["price"]] * len(inner), rel=0.05)
