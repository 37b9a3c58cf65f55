"""`optimizer backtest`: what it prints, writes and returns."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from optimizer import cli

FEW = ["--weeks", "3", "--origins", "18,22,26"]


def test_it_prints_scores_origins_and_what_moved(history_file, capsys):
    assert cli.main(["backtest", history_file, *FEW]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == (
        "Forecasts of 3 weeks ahead, made after 18, 22 and 26 weeks of history with the spend that was really made, "
        "against what came."
    )
    for part in (
        "WAPE",
        "naive",
        "bias",
        "skill",
        "in 50 %",
        "in 80 %",
        "in 90 %",
        "each cell and week",
        "revenue, EUR",
    ):
        assert part in said.out
    assert sum(line.split()[:1] in (["18"], ["22"], ["26"]) for line in lines) == 6
    assert "What moved with the last 3 weeks" in said.out
    assert "No file was written" in said.out
    assert max(map(len, lines)) < 160


def test_rows_and_table_agree(history_file, tmp_path, capsys):
    out = tmp_path / "rows.csv"
    assert cli.main(["backtest", history_file, *FEW, "--since", "0", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "What moved" not in said
    assert f"Written: {out}." in said
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == 2 * 3 * (1 + 4 + 12)
    cells = [row for row in rows if (row["outcome"], row["level"]) == ("conversions", "cell")]
    actual = [float(row["actual"]) for row in cells]
    wape = sum(abs(float(row["forecast"]) - float(row["actual"])) for row in cells) / sum(actual)
    (line,) = [line for line in said.splitlines() if line.strip().startswith("each cell  ")][:1]
    assert f"{100 * wape:.1f} %" in line
    held = [float(row["low_90"]) <= float(row["actual"]) <= float(row["high_90"]) for row in cells]
    assert f"  {100 * sum(held) / len(held):.0f} % (" in line
    (total,) = [r for r in rows if (r["outcome"], r["level"], r["weeks_known"]) == ("conversions", "total", "22")]
    assert float(total["actual"]) == pytest.approx(sum(float(r["actual"]) for r in cells if r["weeks_known"] == "22"))
    assert total["network"] == ""
    assert total["weeks"] == "3"


@pytest.mark.parametrize("ending", ["svg", "PNG"])
def test_the_picture_is_drawn(history_file, tmp_path, capsys, ending):
    chart = tmp_path / f"chart.{ending}"
    assert cli.main(["backtest", history_file, *FEW, "--since", "0", "--chart", str(chart)]) == 0
    capsys.readouterr()
    if ending == "PNG":
        assert chart.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        return
    words = {text.strip() for text in ET.parse(chart).getroot().itertext()}
    assert {"actual", "forecast", "naive", "conversions", "revenue, EUR", "2025-05-12"} <= words
    assert "Forecasts of 3 weeks ahead against what came" in words


def test_the_same_command_gives_the_same_files(history_file, tmp_path, capsys):
    for name in ("a", "b"):
        words = ["backtest", history_file, "--origins", "24", "--out", str(tmp_path / f"{name}.csv")]
        assert cli.main([*words, "--since", "0"]) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--origins", "3"], "error: origin 3 is not possible with 30 complete weeks; choose from 6 to 29."),
        (["--origins", "ten"], "error: --origins is 'ten'; write whole numbers with commas, such as 60,70,80."),
        (["--weeks", "25"], "error: the history has 30 complete weeks, and a backtest of 25 weeks ahead needs 31;"),
        (["--outcome", "likes"], "error: the history has no outcome 'likes'; outcomes in it: conversions, revenue."),
        (["--since", "27"], "error: since is 27 with 30 complete weeks; choose from 1 to 24."),
        (["--chart", "chart.pdf"], "error: --chart is 'chart.pdf'; its name must end in .svg or .png."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(history_file, capsys, words, said):
    assert cli.main(["backtest", history_file, "--origins", "24", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert error.count("\n") == 1


def test_the_country_in_the_settings_reaches_the_fit(history_file, tmp_path, capsys):
    settings = tmp_path / "settings.toml"
    said = []
    for country in ("VN", "DE"):
        settings.write_text(f'country = "{country}"\n')
        assert cli.main(["backtest", history_file, "--origins", "24", "--since", "0", "--settings", str(settings)]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] != said[1]


def test_nothing_is_written_where_one_file_cannot_be(history_file, tmp_path, capsys):
    words = ["--out", str(tmp_path / "rows.csv"), "--chart", str(tmp_path / "missing" / "chart.svg")]
    assert cli.main(["backtest", history_file, *words]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert list(Path(tmp_path).iterdir()) == []


def test_a_history_too_short_is_refused(history_text, tmp_path, capsys):
    history_text.rows = history_text.rows[: 4 * 8]
    path = tmp_path / "short.csv"
    path.write_text(str(history_text))
    assert cli.main(["backtest", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: the history has 8 complete weeks, and a backtest of 4 weeks ahead needs 10;")
    assert error.count("\n") == 1


def test_another_currency_in_the_settings_is_refused(history_file, tmp_path, capsys):
    settings = tmp_path / "settings.toml"
    settings.write_text('currency = "USD"\n')
    assert cli.main(["backtest", history_file, "--origins", "24", "--settings", str(settings)]) == 2
    assert "currency is USD, but the history is in EUR" in capsys.readouterr().err
