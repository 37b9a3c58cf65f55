"""The commands: what they print, write and return."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer import __version__, cli
from optimizer.cli import screen
from optimizer.errors import InfeasibleError, InternalError
from optimizer.planning.settings import read_settings


def test_plan_prints_the_result_and_writes_both_files(history_file, tmp_path, capsys):
    out, summary = tmp_path / "plan.csv", tmp_path / "summary.json"
    words = ["plan", history_file, "--budget", "12000", "--weeks", "4", "--out", str(out), "--summary", str(summary)]
    assert cli.main(words) == 0
    said = capsys.readouterr()
    assert said.out.startswith("This plan brings EUR ")
    for part in (
        "today",
        "plan",
        "change",
        "100 bring at today",
        "at the plan",
        "evidence",
        "why",
        "gap 0.00 %",
        str(out),
        str(summary),
    ):
        assert part in said.out
    assert "note: no bounds were given" in said.err
    assert all(line.split(":")[0] in ("note", "warning", "serious") for line in said.err.splitlines())
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert sum(round(float(row["spend"]) * 100) for row in rows) == 1_200_000
    assert json.loads(summary.read_text())["total"]["spend"] == 12_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.csv", "summary.json"]


def test_the_same_command_gives_the_same_files(history_file, tmp_path, capsys):
    for name in ("a", "b"):
        words = ["plan", history_file, "--budget", "12000", "--weeks", "2", "--seed", "3"]
        assert (
            cli.main([*words, "--out", str(tmp_path / f"{name}.csv"), "--summary", str(tmp_path / f"{name}.json")]) == 0
        )
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    capsys.readouterr()


def test_bounds_current_and_goal_are_kept(history_file, tmp_path, capsys):
    bounds, current, out = tmp_path / "b.csv", tmp_path / "c.csv", tmp_path / "plan.csv"
    bounds.write_text("network,content_type,min_spend,max_spend\ntiktok,video,900,950\ninstagram,reel,0,700\n")
    current.write_text(
        "network,content_type,spend\ntiktok,video,900\ninstagram,reel,600\ninstagram,story,500\nfacebook,image,500\n"
    )
    words = [
        "plan",
        history_file,
        "--budget",
        "10000",
        "--weeks",
        "4",
        "--bounds",
        str(bounds),
        "--current",
        str(current),
    ]
    summary = tmp_path / "summary.json"
    assert cli.main([*words, "--goal", "conversions", "--out", str(out), "--summary", str(summary)]) == 0
    spend = {
        (row["network"], row["content_type"]): float(row["spend"])
        for row in csv.DictReader(out.read_text().splitlines())
    }
    assert 900 <= spend["tiktok", "video"] <= 950
    assert spend["instagram", "reel"] <= 700
    told = json.loads(summary.read_text())
    assert told["goal"] == "conversions"
    assert told["run"]["settings"]["current"]["instagram/reel"] == 600
    assert "bounds-incomplete" in [finding["rule"] for finding in told["findings"]]
    capsys.readouterr()


def test_settings_give_the_goal_value(history_file, tmp_path, capsys):
    settings, summary = tmp_path / "settings.toml", tmp_path / "summary.json"
    settings.write_text('currency = "EUR"\ncountry = "DE"\n[outcomes]\nconversions = 42\n')
    words = ["plan", history_file, "--budget", "12000", "--weeks", "4", "--settings", str(settings)]
    assert cli.main([*words, "--summary", str(summary)]) == 0
    said = capsys.readouterr()
    assert " more value (" in said.out
    assert "Value adds up: conversions x 42." in said.out
    told = json.loads(summary.read_text())
    assert told["goal"] == "value"
    assert told["total"]["value"]["mean"] == pytest.approx(42 * told["total"]["conversions"]["mean"])
    assert "revenue" in told["total"]
    assert {key: told["run"]["settings"][key] for key in ("outcomes", "country", "currency")} == {
        "outcomes": {"conversions": 42.0}, "country": "DE", "currency": "EUR",
    }  # fmt: skip
    assert cli.main([*words, "--goal", "conversions", "--summary", str(summary)]) == 0
    assert json.loads(summary.read_text())["goal"] == "conversions"
    capsys.readouterr()


def test_earlier_exports_are_part_of_the_run(history_file, tmp_path, history_text, capsys):
    summary, paths = tmp_path / "summary.json", []
    for end in ("2025-06-02", "2025-06-16"):
        path = tmp_path / f"{end}.csv"
        history_text.rows = [row for row in history_text.rows if row[0] < "2025-06-16"]
        rows = [row for row in history_text.rows if row[0] < end]
        path.write_text("\n".join([history_text.header, *(",".join(row) for row in rows)]) + "\n")
        paths.append(str(path))
    words = ["plan", history_file, "--budget", "12000", "--weeks", "4", "--summary", str(summary)]
    assert cli.main([*words, "--earlier", paths[0], "--earlier", paths[1]]) == 0
    told = json.loads(summary.read_text())
    hashes = [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]
    assert told["run"]["settings"]["earlier"] == hashes
    assert "reporting-learned" in [finding["rule"] for finding in told["findings"]]
    capsys.readouterr()


def test_settings_prints_a_file_to_fill_in(tmp_path, capsys):
    assert cli.main(["settings"]) == 0
    text = capsys.readouterr().out
    assert '# currency = "EUR"' in text
    path = tmp_path / "settings.toml"
    path.write_text(text)
    assert read_settings(path).worths == {}


def test_plan_without_files_prints_alone(history_file, capsys):
    assert cli.main(["plan", history_file, "--budget", "12000", "--weeks", "4"]) == 0
    assert "No file was written" in capsys.readouterr().out


def test_check_prints_findings_worst_first_and_a_summary(history_text, tmp_path, capsys):
    history_text.header += ",mood"
    history_text.rows = [
        [*row, "x"] for row in history_text.rows if row[1:3] != ["facebook", "image"] or row[0] > "2025-06"
    ]
    for row in history_text.rows:
        if row[1:3] == ["tiktok", "video"]:
            row[3] = "0.00"
    path = tmp_path / "h.csv"
    path.write_text(str(history_text))
    assert cli.main(["check", str(path)]) == 0
    said = capsys.readouterr()
    levels = [
        line.split(":")[0] for line in said.out.splitlines() if line.split(":")[0] in ("serious", "warning", "note")
    ]
    assert levels == sorted(levels, key=["serious", "warning", "note"].index)
    assert "warning" in levels
    assert "column 'mood' is not known" in said.out
    assert "30 complete weeks, 2025-01-06 to 2025-08-03" in said.out
    assert "4 on 3 networks (facebook, instagram, tiktok)" in said.out
    assert said.err == ""


def test_sample_can_be_planned_on(tmp_path, capsys):
    folder = tmp_path / "new" / "data"
    assert cli.main(["sample", str(folder)]) == 0
    said = capsys.readouterr().out
    history = folder / "sample_history.csv"
    assert f"Written: {history} (simulated)" in said
    assert cli.main(["plan", str(history), "--budget", "50000", "--weeks", "2"]) == 0
    assert "gap 0.00 %" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["-h"], []])
def test_help_names_the_commands(words, capsys):
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    for command in ("plan", "check", "sample", "settings", "app"):
        assert command in said


@pytest.mark.parametrize("command", ["plan", "check", "sample", "settings", "app"])
def test_every_command_has_help_with_an_example(command, capsys):
    assert cli.main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert "For example" in said
    assert f"optimizer {command}" in said


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"optimizer {__version__}\n"


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from optimizer import cli; cli.main(['plan', '--help']);"
        "print([m for m in ('numpy', 'pandas', 'scipy', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the server is a child process")
def test_app_becomes_the_server_so_that_ending_it_ends_the_server(monkeypatch):
    called = []
    monkeypatch.setattr(screen.os, "execv", lambda path, words: called.append((path, words)))
    monkeypatch.setattr(subprocess, "call", lambda _: 0)
    assert cli.main(["app", "--port", "8600", "--headless"]) == 0
    ((path, words),) = called
    assert path == sys.executable
    assert words[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(words[4]).is_file()
    assert "optimizer" in Path(words[4]).parts
    assert "--server.port=8600" in words
    assert "--server.headless=true" in words


def test_app_ended_by_the_keyboard_is_no_error_where_the_server_is_a_child(monkeypatch, capsys):
    monkeypatch.setattr(screen, "TAKES_OVER", False)
    monkeypatch.setattr(subprocess, "call", lambda _: 130)
    assert cli.main(["app"]) == 0

    def interrupted(_words):
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "call", interrupted)
    assert cli.main(["app"]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(subprocess, "call", lambda _: 1)
    assert cli.main(["app"]) == 4


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"], ["app", "--help"]])
def test_help_shows_flags_without_a_type(words, capsys):
    assert cli.main(words) == 0
    assert "bool" not in capsys.readouterr().out


def test_check_says_which_options_a_plan_needs(history_text, tmp_path, capsys):
    path = tmp_path / "h.csv"
    path.write_text(str(history_text))
    assert cli.main(["check", str(path)]) == 0
    assert capsys.readouterr().out.endswith("It can be planned on.\n")
    history_text.header = "date,network,content_type,spend,clicks"
    history_text.rows = [[*row[:3], "0" if row[0] >= "2025-04" else row[3], row[4]] for row in history_text.rows]
    path.write_text(str(history_text))
    assert cli.main(["check", str(path)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("It can be planned on with --goal (clicks), since it has neither revenue nor conversions")
    assert "--current FILE" in last


@pytest.mark.parametrize(
    ("problem", "code", "what"),
    [
        (InfeasibleError("No plan keeps both rules."), 3, "error: No plan keeps both rules.\n"),
        (InternalError("A check failed."), 4, "error: A check failed.\n"),
        (
            ZeroDivisionError("division by zero"),
            4,
            "error: Internal error (ZeroDivisionError: division by zero); run again",
        ),
        (MemoryError(), 4, "error: There is not enough memory"),
        (KeyboardInterrupt(), 130, "error: Stopped.\n"),
    ],
)
def test_every_error_is_one_line_with_its_code(monkeypatch, history_file, capsys, problem, code, what):
    def fail(*_args, **_named):
        raise problem

    monkeypatch.setattr("optimizer.planning.build.make_plan", fail)
    assert cli.main(["plan", history_file, "--budget", "12000", "--weeks", "4"]) == code
    said = capsys.readouterr()
    assert said.err.startswith(what)
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_debug_shows_the_traceback(monkeypatch, history_file, capsys):
    def fail(*_args, **_named):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("optimizer.planning.build.make_plan", fail)
    assert cli.main(["plan", history_file, "--budget", "12000", "--weeks", "4", "--debug"]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error(history_file):
    words = [sys.executable, "-m", "optimizer.cli", "plan", history_file, "--budget", "12000", "--weeks", "4"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert "error" not in done.stderr


def test_linear_algebra_keeps_to_one_thread_unless_told_otherwise(monkeypatch, capsys):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cli.main(["--version"]) == 0
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "3"
    capsys.readouterr()


def test_a_careful_plan_says_what_it_is_best_in(history_file, tmp_path, capsys):
    summary = tmp_path / "summary.json"
    words = ["plan", history_file, "--budget", "12000", "--weeks", "4", "--risk", "careful", "--summary", str(summary)]
    assert cli.main(words) == 0
    said = capsys.readouterr()
    assert "on average in the worst 20 % of cases" in said.out
    assert json.loads(summary.read_text())["risk"] == "careful"
    assert cli.main(["plan", history_file, "--budget", "12000", "--weeks", "4", "--risk", "bold"]) == 2
    assert capsys.readouterr().err == "error: risk is 'bold'; choose mean or careful.\n"


def test_a_plan_for_profit_leaves_what_does_not_pay(history_file, tmp_path, capsys):
    settings, summary = tmp_path / "settings.toml", tmp_path / "summary.json"
    settings.write_text("margin = 0.3\nteam_per_month = 100\n[production]\nstory = 5\n")
    words = ["plan", history_file, "--budget", "12000", "--weeks", "4", "--goal", "profit"]
    assert cli.main([*words, "--settings", str(settings), "--summary", str(summary)]) == 0
    said, told = capsys.readouterr(), json.loads(summary.read_text())
    assert "more profit" in said.out
    assert "of the budget of EUR 12,000 stay unspent, since they would not come back as profit" in said.err
    assert told["unspent"] == pytest.approx(12_000 - told["total"]["spend"])
    assert told["run"]["settings"]["production"] == {"story": 5.0}
    assert cli.main(words) == 2
    assert capsys.readouterr().err.startswith("error: goal profit needs margins and costs")
