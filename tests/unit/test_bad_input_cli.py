"""Bad input at the command line: one sentence with file, row and column, the right exit code, and no file left."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from optimizer import cli
from optimizer.planning import export

BOUNDS = "network,content_type,min_spend,max_spend\n"


@pytest.fixture
def refused(tmp_path, capsys):
    """Run `plan` (or `check`) on a file; give its one sentence, and hold that nothing was written."""

    def _refused(code, *words, command="plan"):
        before = sorted(tmp_path.rglob("*"))
        outputs = ["--out", str(tmp_path / "plan.csv"), "--summary", str(tmp_path / "summary.json")]
        asked = [] if command == "check" else ["--budget", "12000", "--weeks", "4", *outputs]
        assert cli.main([command, *asked, *map(str, words)]) == code
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1
        assert said.err.endswith((".\n", "?\n"))
        assert "Traceback" not in said.err
        assert sorted(tmp_path.rglob("*")) == before
        return said.err.removeprefix("error: ").rstrip("\n")

    return _refused


@pytest.fixture
def accepted(tmp_path, capsys):
    """Run `plan` on a file; give what it says on stderr, and the summary."""

    def _accepted(*words):
        summary = tmp_path / "summary.json"
        words = [*map(str, words), "--budget", "12000", "--weeks", "4", "--summary", str(summary)]
        assert cli.main(["plan", *words]) == 0
        return capsys.readouterr().err.splitlines(), json.loads(summary.read_text())

    return _accepted


@pytest.fixture
def spoiled(tmp_path, history_text):
    """Write the history after a change to it."""

    def _spoiled(change=None, name="h.csv"):
        if change is not None:
            change(history_text)
        path = tmp_path / name
        path.write_text(str(history_text), encoding="utf-8")
        return path

    return _spoiled


def put(row, column, value):
    """Change one value: row as the file counts it, column by name."""

    def _put(text):
        text.rows[row - 2][text.header.split(",").index(column)] = value

    return _put


@pytest.mark.parametrize("command", ["plan", "check"])
def test_missing_file(refused, tmp_path, command):
    path = tmp_path / "missing.csv"
    assert refused(2, path, command=command) == f"{path}: there is no such file; check the path."


@pytest.mark.parametrize("command", ["plan", "check"])
def test_empty_file(refused, tmp_path, command):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    assert refused(2, path, command=command).startswith(f"{path}: the file is empty")


def test_no_header(refused, tmp_path, history_text):
    path = tmp_path / "h.csv"
    path.write_text("\n".join(",".join(row) for row in history_text.rows))
    message = refused(2, path)
    assert message.startswith(f"{path}: no header was found")
    assert "date, network, content_type, spend" in message


def test_a_folder_in_place_of_a_file(refused, tmp_path):
    assert refused(2, tmp_path).startswith(f"{tmp_path}: this is a folder")


def test_unknown_columns_are_left_out_and_named(accepted, spoiled):
    def add(text):
        text.header += ",mood"
        text.rows = [[*row, "fine"] for row in text.rows]

    said, summary = accepted(spoiled(add))
    assert any("column mood: column 'mood' is not known; it was left out." in line for line in said)
    assert "unknown-column" in [finding["rule"] for finding in summary["findings"]]


def test_a_required_column_is_missing(refused, spoiled):
    def rename(text):
        text.header = text.header.replace("spend", "spent")

    path = spoiled(rename)
    message = refused(2, path)
    assert message.startswith(f"{path}, row 1: column spend is missing")
    assert "'spent' may be spend" in message


def test_ambiguous_dates(refused, spoiled):
    def blur(text):
        for row in text.rows:
            day = dt.date.fromisoformat(row[0])
            row[0] = f"{day.day % 12 + 1:02d}/{day.month:02d}/2025"

    message = refused(2, spoiled(blur))
    assert "column date: " in message
    assert "day first" in message
    assert "month first" in message
    assert "YYYY-MM-DD" in message


def test_missing_date(refused, spoiled):
    path = spoiled(put(9, "date", ""))
    assert refused(2, path).startswith(f"{path}, row 9, column date: the date is missing")


@pytest.mark.parametrize("command", ["plan", "check"])
@pytest.mark.parametrize(
    ("value", "what"), [("abc", "'abc', which is not a number"), ("-5", "spend is -5"), ("", "spend is empty")]
)
def test_text_negative_or_no_spend(refused, spoiled, command, value, what):
    path = spoiled(put(7, "spend", value))
    message = refused(2, path, command=command)
    assert message.startswith(f"{path}, row 7, column spend: ")
    assert what in message


def test_two_currencies(refused, spoiled):
    path = spoiled(put(7, "currency", "USD"))
    message = refused(2, path)
    assert message.startswith(f"{path}, row 7, column currency: 'USD' where row 2 has 'EUR'")


def test_duplicated_rows(refused, spoiled):
    path = spoiled(lambda text: text.rows.append(text.rows[10]))
    message = refused(2, path)
    assert message.startswith(f"{path}, row 122: this row repeats row 12")


@pytest.mark.parametrize("command", ["plan", "check"])
def test_one_single_week(refused, spoiled, command):
    def cut(text):
        text.rows = text.rows[:4]

    path = spoiled(cut)
    message = refused(2, path, command=command)
    assert str(path) in message
    assert "week" in message


def test_a_cell_with_no_spend_is_named_and_planned_around(accepted, spoiled):
    def add(text):
        text.rows += [[row[0], "linkedin", "post", "0", "0", "0", "EUR"] for row in text.rows[::4]]

    said, summary = accepted(spoiled(add))
    assert any(line.startswith("warning: ") and "linkedin/post" in line and "column spend" in line for line in said)
    move = next(move for move in summary["moves"] if move["network"] == "linkedin")
    assert move["evidence"] == "none"
    assert move["plan"] == 0 or "nothing was ever spent here" in move["warning"]


def test_all_conversions_zero_keeps_todays_split_and_says_so(accepted, spoiled):
    def clear(text):
        for row in text.rows:
            row[4] = row[5] = "0"

    said, summary = accepted(spoiled(clear))
    assert any(
        line.startswith("serious: ") and "column conversions: conversions is 0 in every row" in line for line in said
    )
    assert summary["responsive"] is False
    assert all(move["plan"] == move["today"] for move in summary["moves"])
    assert summary["gain"]["conversions"] == {"mean": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize("budget", ["0", "-5", "nan", "inf", "1e400"])
def test_budgets_that_are_no_amount(refused, history_file, budget):
    assert "it must be above 0" in refused(2, history_file, "--budget", budget)


@pytest.mark.parametrize("budget", ["28,562.00", "28.562,00", "EUR 500", "lots", "", "1_000", "28 562"])
def test_budgets_must_be_plain_numbers(refused, history_file, budget):
    assert refused(2, history_file, "--budget", budget).startswith(f"--budget is '{budget}'; write a plain number")


def test_a_budget_below_the_sum_of_minimums(refused, history_file, tmp_path):
    bounds = tmp_path / "b.csv"
    bounds.write_text(BOUNDS + "instagram,reel,2000,9000\ntiktok,video,1600,9000\n")
    message = refused(3, history_file, "--bounds", bounds)
    assert f"the minimums in {bounds} add up to EUR 3,600.00 a week" in message
    assert "raise the budget to EUR 14,400.00 or lower the minimums by EUR 600.00 a week" in message


def test_a_budget_above_the_sum_of_maximums(refused, history_file):
    message = refused(3, history_file, "--budget", "1e6")
    assert "3 times recent spend" in message
    assert "--bounds FILE" in message


@pytest.mark.parametrize(
    ("rows", "place", "what"),
    [
        ("instagram,reels,0,100\n", "row 2, column content_type", "did you mean 'instagram/reel'"),
        ("snapchat,ad,0,100\n", "row 2, column network", "'snapchat/ad' is not in the history"),
        ("instagram,reel,0,1\ninstagram,reel,0,1\n", "row 3", "row 2 names"),
        ("instagram,reel,9,1\n", "row 2, column min_spend", "above its max_spend"),
        ("instagram,reel,x,1\n", "row 2, column min_spend", "'x'"),
        ("instagram,reel,-1,1\n", "row 2, column min_spend", "-1"),
    ],
)
def test_bad_bounds(refused, history_file, tmp_path, rows, place, what):
    bounds = tmp_path / "b.csv"
    bounds.write_text(BOUNDS + rows)
    message = refused(2, history_file, "--bounds", bounds)
    assert message.startswith(f"{bounds}, {place}")
    assert what in message


@pytest.mark.parametrize("option", ["--bounds", "--current", "--settings", "--earlier"])
def test_missing_files_beside_the_history(refused, history_file, tmp_path, option):
    path = tmp_path / "none.csv"
    assert refused(2, history_file, option, path) == f"{path}: there is no such file; check the path."


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[outcomes]\nconversion = 42", ", key outcomes.conversion: conversion is not a known outcome; did you mean"),
        ("[outcomes]\nclicks = 1", ", key outcomes.clicks: the history has no clicks; take the line out; outcomes of"),
        ('currency = "USD"', ", key currency: currency is USD, but the history is in EUR; name the history's"),
        ("currency = EUR", ", line 1, column 12: this is not TOML (invalid value); write lines such as"),
    ],
)
def test_bad_settings(refused, history_file, tmp_path, text, what):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    assert refused(2, history_file, "--settings", path).startswith(f"{path}{what}")


def test_value_as_goal_without_worths(refused, history_file):
    message = refused(2, history_file, "--goal", "value")
    assert message == "goal value needs what each outcome is worth; give them under [outcomes] in --settings FILE."


def test_an_earlier_export_that_is_the_history(refused, history_file):
    message = refused(2, history_file, "--earlier", history_file)
    assert message.startswith(f"{history_file}: this is the same export as the history;")


@pytest.mark.parametrize("option", ["--settings", "--earlier"])
def test_settings_and_earlier_exports_are_never_overwritten(history_file, tmp_path, capsys, option):
    path = tmp_path / "kept"
    path.write_text("kept")
    words = ["plan", history_file, "--budget", "12000", "--weeks", "4", option, str(path), "--out", str(path)]
    assert cli.main(words) == 2
    named = option if option == "--settings" else f"{option} {path}"
    assert capsys.readouterr().err == f"error: --out {path} is the same file as {named}; give each its own name.\n"
    assert path.read_text() == "kept"


def test_an_unknown_goal(refused, history_file):
    message = refused(2, history_file, "--goal", "sales")
    assert (
        message
        == "goal is 'sales', but the history has no such column; goals of this history are conversions, revenue."
    )


def test_revenue_as_goal_without_revenue(refused, spoiled):
    def drop(text):
        text.header = text.header.replace(",revenue", "")
        text.rows = [[*row[:5], row[6]] for row in text.rows]

    message = refused(2, spoiled(drop), "--goal", "revenue")
    assert message == "goal is 'revenue', but the history has no such column; goals of this history are conversions."


def never(*_args, **_named):
    raise AssertionError("the history must not be read before the outputs are known to be good")


@pytest.mark.parametrize("option", ["--out", "--summary"])
def test_an_output_folder_that_does_not_exist_is_refused_before_the_work(
    refused, history_file, tmp_path, monkeypatch, option
):
    monkeypatch.setattr("optimizer.history.load_history", never)
    message = refused(2, history_file, option, tmp_path / "none" / "file")
    assert message.startswith(f"{option} {tmp_path / 'none' / 'file'}: the folder {tmp_path / 'none'} does not exist")


@pytest.mark.parametrize("option", ["--out", "--summary"])
def test_an_output_folder_that_is_a_file_is_refused(refused, history_file, tmp_path, option):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    assert "is a file, not a folder" in refused(2, history_file, option, blocked / "plan.csv")
    assert blocked.read_text() == "x"


def test_an_output_folder_that_cannot_be_written_is_refused_before_the_work(
    refused, history_file, tmp_path, monkeypatch
):
    def refuse(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(export.Path, "touch", refuse)
    monkeypatch.setattr("optimizer.history.load_history", never)
    assert "cannot be written (Permission denied)" in refused(2, history_file)


def test_an_input_is_never_overwritten(refused, spoiled):
    path = spoiled()
    before = path.read_bytes()
    assert "is the same file as HISTORY" in refused(2, path, "--out", path)
    assert path.read_bytes() == before


def test_a_disk_that_fills_up_leaves_the_old_files(refused, history_file, tmp_path, monkeypatch):
    old = tmp_path / "plan.csv"
    old.write_text("before")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.os, "fsync", full)
    assert "cannot be written (No space left on device); nothing was changed" in refused(2, history_file)
    assert old.read_text() == "before"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["plan"], "Missing argument 'HISTORY'"),
        (["plan", "h.csv", "--weeks", "4"], "Missing option '--budget'"),
        (["plan", "h.csv", "--budget", "5", "--weeks", "four"], "Invalid value for '--weeks'"),
        (["plan", "h.csv", "--budget", "5", "--weeks", "4", "--bugdet", "6"], "No such option"),
        (["plans"], "No such command 'plans'"),
        (["sample"], "Missing argument 'DIR'"),
    ],
)
def test_usage_errors_are_one_line_and_point_to_the_help(capsys, words, what):
    assert cli.main(words) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"error: {what}")
    assert said.err.count("\n") == 1
    assert "--help" in said.err


@pytest.mark.parametrize("weeks", ["0", "53", "-1"])
def test_weeks_out_of_range(refused, history_file, weeks):
    assert refused(2, history_file, "--weeks", weeks) == f"weeks is {weeks}; a plan covers 1 to 52 whole weeks."
