"""`optimizer pace` as a user runs it; bad input is one sentence, and no file is left."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer import cli

Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], history_file: str) -> Refused:
    """Run the command; give its one sentence, and hold that nothing was written."""

    def _refused(code: int, *words: object, budget: str | None = "13000") -> str:
        before = sorted(tmp_path.rglob("*"))
        out = ["--out", str(tmp_path / "pace.csv"), "--summary", str(tmp_path / "pace.json")]
        given = [] if budget is None else ["--budget", budget]
        assert cli.main(["pace", history_file, *given, *out, *map(str, words)]) == code
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1
        assert sorted(tmp_path.rglob("*")) == before
        return said.err.removeprefix("error: ").rstrip("\n")

    return _refused


def test_files_and_words_agree(tmp_path: Path, history_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, summary = tmp_path / "pace.csv", tmp_path / "pace.json"
    words = ["pace", history_file, "--budget", "13000", "--out", str(out), "--summary", str(summary)]
    assert cli.main(words) == 0
    said = capsys.readouterr()
    assert "rows are weekly" in said.err
    figures = json.loads(summary.read_text(encoding="utf-8"))
    assert said.out.splitlines()[0] == figures["headline"]
    assert figures["next"]["text"] in said.out
    assert figures["period"]["name"] == "2025-08"
    assert (figures["elapsed"], figures["days_left"]) == (3, 28)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    daily = sum(float(row["spend_per_day"]) for row in rows)
    assert daily * 28 == pytest.approx(13_000 - figures["total"]["spent"], abs=0.3)
    assert cli.main([*words, "--resolve"]) == 0
    assert json.loads(summary.read_text(encoding="utf-8"))["next"]["resolved"] is True
    assert capsys.readouterr().out.count("Odds that it pays") >= 1


def test_a_plan_and_targets_judge_the_places(
    tmp_path: Path, history_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, targets = tmp_path / "plan.csv", tmp_path / "targets.csv"
    assert cli.main(["rebalance", history_file, "--budget", "3000", "--out", str(plan)]) == 0
    capsys.readouterr()
    assert cli.main(["pace", history_file, "--budget", "13000", "--plan", str(plan)]) == 0
    assert "Places are judged by what the accepted plans give them" in capsys.readouterr().out
    targets.write_text("network,content_type,budget\ninstagram,,6000\ntiktok,,3000\nfacebook,,4000\n", encoding="utf-8")
    assert cli.main(["pace", history_file, "--targets", str(targets)]) == 0
    said = capsys.readouterr().out
    assert "of EUR 13,000 are spent" in said
    assert "judged by the budgets that were given" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--period", "2025-07"], "the period 2025-07 is over"),
        (["--as-of", "2025-09-01"], "the period 2025-09, 2025-09-01 to 2025-09-30, is not in the data"),
        (["--as-of", "tomorrow"], "--as-of is 'tomorrow'; write a day such as 2026-11-10."),
        (["--max-change", "11"], "largest change is 11; it must be a number from 0 to 10."),
        (["--targets", "none.csv"], "none.csv"),
    ],
)
def test_bad_input(refused: Refused, words: list[str], said: str) -> None:
    assert said in refused(2, *words)


@pytest.mark.parametrize("budget", ["0", "-5", "inf"])
def test_budgets(refused: Refused, budget: str) -> None:
    assert refused(2, budget=budget) == f"budget is {budget}; it must be above 0: the money for the whole period."


def test_no_budget(refused: Refused) -> None:
    assert "the period has no budget; give the money for the whole period" in refused(2, budget=None)


def test_a_budget_that_is_spent_is_an_answer(history_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["pace", history_file, "--budget", "200"]) == 0
    said = capsys.readouterr().out
    assert "✕ overspent" in said
    assert "all daily budgets are 0" in said


def test_an_input_is_not_written_over(refused: Refused, history_file: str) -> None:
    assert "--out" in refused(2, "--out", history_file)
