"""The commands approve and track, as a person types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from optimizer.cli import main

WEEKS_BEFORE = 6


@pytest.fixture(scope="module")
def folder(history_file: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history that ends 6 weeks earlier, settings, and a record approved on them."""
    place = tmp_path_factory.mktemp("track")
    lines = Path(history_file).read_text(encoding="utf-8").splitlines()
    (place / "early.csv").write_text("\n".join(lines[: -4 * WEEKS_BEFORE]) + "\n", encoding="utf-8")
    (place / "all.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "s.toml").write_text("margin = 0.4\n", encoding="utf-8")
    assert main(approve(place, "r.json")) == 0
    return place


def approve(place: Path, record: str, *more: str) -> list[str]:
    given = ["approve", str(place / "early.csv"), "--budget", "12000", "--weeks", "4", "--settings",
             str(place / "s.toml"), "--by", "An", "--record", str(place / record)]  # fmt: skip
    return [*given, *more]


def test_approve_says_what_was_approved_and_never_writes_over_a_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "r.json").read_bytes()
    assert main(approve(folder, "r.json")) == 2
    assert "this file exists, and plans of record are not overwritten" in capsys.readouterr().err
    assert (folder / "r.json").read_bytes() == before
    assert main(approve(folder, "r2.json", "--supersedes", str(folder / "r.json"), "--note", "again")) == 0
    said = capsys.readouterr().out
    first, second = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("r.json", "r2.json"))
    assert "approved by An: EUR 12,000.00 from" in said
    assert f"({first['id']})" in said
    assert second["supersedes"] == first["id"]
    assert "Forecast revenue: EUR" in said


def test_approve_needs_a_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [" " if word == "An" else word for word in approve(folder, "r3.json")]
    assert main(given) == 2
    assert "a plan of record is approved by somebody; give your name" in capsys.readouterr().err
    assert not (folder / "r3.json").exists()


def test_track_writes_and_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = {"--out": "t.csv", "--summary": "t.json", "--bridge": "b.csv"}
    given = [word for option, name in outputs.items() for word in (option, str(folder / name))]
    assert main(["track", str(folder / "r.json"), "--actuals", str(folder / "all.csv"), *given]) == 0
    said = capsys.readouterr().out
    assert "Revenue per place and week" in said
    rows = list(csv.DictReader((folder / "t.csv").read_text(encoding="utf-8").splitlines()))
    assert len([row for row in rows if (row["outcome"], row["level"]) == ("revenue", "place and week")]) == 16
    plain = json.loads((folder / "t.json").read_text(encoding="utf-8"))
    assert {one["level"] for one in plain["scores"]} >= {"place and week", "week", "plan"}
    whole = next(csv.DictReader((folder / "b.csv").read_text(encoding="utf-8").splitlines()))
    assert whole["residual"] == "0.00"
    came = sum(float(row["actual"]) for row in rows if (row["outcome"], row["level"]) == ("revenue", "place and week"))
    assert float(whole["actual"]) == pytest.approx(came, abs=0.02)


def test_track_closes_a_period_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    period, closed = record["periods"][0][2], folder / "closed.json"
    given = ["track", str(folder / "r.json"), "--actuals", str(folder / "all.csv"), "--closed", str(closed)]
    assert main([*given, "--close", period, "--by", "Chi"]) == 0
    kept = closed.read_bytes()
    capsys.readouterr()
    assert main([*given, "--close", period, "--by", "Somebody"]) == 0  # the same figures: as it was, and it is said
    said = capsys.readouterr()
    assert f"the period {period} was closed by Chi on " in said.err
    assert "with the same figures; nothing was changed." in said.err
    assert "Written" not in said.out
    assert closed.read_bytes() == kept
    strange = folder / "strange.json"
    strange.write_text(kept.decode().replace(record["weeks"][0], "2001-01-01"), encoding="utf-8")
    assert main([*given[:-1], str(strange)]) == 2
    assert f"the closed period {period} does not fit the plan of record" in capsys.readouterr().err
    table = (folder / "all.csv").read_text(encoding="utf-8").splitlines()
    other = folder / "other.csv"
    row = next(k for k, line in enumerate(table) if line.startswith(record["weeks"][0]))
    fields = table[row].split(",")
    table[row] = ",".join([*fields[:5], str(float(fields[5]) + 100), *fields[6:]])
    other.write_text("\n".join(table) + "\n", encoding="utf-8")
    capsys.readouterr()
    changed = [str(other) if word == str(folder / "all.csv") else word for word in given]
    assert main([*changed, "--close", period, "--by", "Chi"]) == 2
    assert f"the period {period} was closed by Chi on" in capsys.readouterr().err
    assert closed.read_bytes() == kept
    assert main(changed) == 0  # not asked to close: the closed figures are used, and it is said
    assert f"warning: {other}: {period} is closed, and the history says otherwise" in capsys.readouterr().err


def test_track_makes_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["track", str(folder / "r.json"), "--rerun", str(folder / "early.csv")]) == 0
    assert "made again from the same inputs, it is the same to the last bit." in capsys.readouterr().out
    assert main(["track", str(folder / "r.json"), "--rerun", str(folder / "all.csv")]) == 2
    assert "this is not the history" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "there is nothing to hold the plans against"),
        (["--actuals", "all.csv", "--close", "2025-07"], "--close needs a file to keep the figures in"),
        (["--actuals", "dollars.csv"], "the actuals are in USD, but the plan of record"),
        (["--actuals", "more.csv"], "the actuals have pinterest/pin, a place that the plan of record"),
        (["--actuals", "all.csv", "--closed", "c.json", "--close", "1999-01", "--by", "An"], "has no period 1999-01"),
        (["--actuals", "all.csv", "--out", "r.json"], "is the same file as"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_written(
    folder: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "all.csv").read_text(encoding="utf-8")
    (folder / "dollars.csv").write_text(text.replace(",EUR", ",USD"), encoding="utf-8")
    last = text.strip().splitlines()[-1].split(",")[0]
    record = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    rows = "".join(f"{day},pinterest,pin,10,1,40,EUR\n" for day in (*record["weeks"], last))
    (folder / "more.csv").write_text(text + rows, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    given = [str(folder / word) if word.endswith((".csv", ".json")) else word for word in more]
    assert main(["track", str(folder / "r.json"), *given]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("error: ")
    assert said in error
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
