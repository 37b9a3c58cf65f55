"""The sample history: reproducible, labelled, plausible, and with something in it to find."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history import sample
from optimizer.history.schema import COLUMNS

Table = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def rows(sample_history: Path) -> list[dict[str, str]]:
    with sample_history.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def counts(rows: list[dict[str, str]]) -> Table:
    numeric = [column.name for column in COLUMNS if column.numeric]
    return {name: np.array([float(row[name]) for row in rows]) for name in numeric}


def weekly(rows: list[dict[str, str]], network: str, content_type: str) -> dict[str, float]:
    spend: dict[str, float] = defaultdict(float)
    for row in rows:
        if (row["network"], row["content_type"]) == (network, content_type):
            spend[row["date"]] += float(row["spend"])
    return dict(spend)


def test_the_files_in_data_are_what_the_command_writes(tmp_path: Path, root: Path) -> None:
    for path in sample.write_sample(tmp_path):
        assert path.read_bytes() == (root / "data" / path.name).read_bytes(), f"{path.name}: run `make sample`"


def test_another_seed_gives_another_history_with_the_same_shape(tmp_path: Path, sample_history: Path) -> None:
    other = sample.write_sample(tmp_path, seed=8)[0].read_text(encoding="utf-8").splitlines()
    mine = sample_history.read_text(encoding="utf-8").splitlines()
    assert other[0] == mine[0]
    assert len(other) == len(mine)
    assert other[1:] != mine[1:]


def test_writing_again_replaces_the_files_and_leaves_nothing_else(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in sample.write_sample(tmp_path, weeks=8)]
    assert [path.read_bytes() for path in sample.write_sample(tmp_path, weeks=8)] == first
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([sample.HISTORY_FILE, sample.DICTIONARY_FILE])


def test_it_says_that_it_is_simulated(rows: list[dict[str, str]], root: Path) -> None:
    assert all(row["campaign"].startswith("simulated-") for row in rows)
    text = (root / "data" / sample.DICTIONARY_FILE).read_text(encoding="utf-8")
    assert text.startswith("# SIMULATED")


def test_the_dictionary_explains_every_column(root: Path) -> None:
    text = (root / "data" / sample.DICTIONARY_FILE).read_text(encoding="utf-8")
    assert [c.name for c in COLUMNS if f"| {c.name} | {c.unit} | {c.meaning} |" not in text] == []


def test_it_holds_two_years_of_whole_weeks_and_all_columns(rows: list[dict[str, str]]) -> None:
    assert list(rows[0]) == [column.name for column in COLUMNS]
    weeks = np.unique(np.array([row["date"] for row in rows], dtype="datetime64[D]"))
    assert len(weeks) == 104
    assert np.all(np.diff(weeks) == np.timedelta64(7, "D"))
    assert (int(weeks[0].astype(int)) + 3) % 7 == 0  # day 0 was a Thursday: the weeks begin on Mondays
    assert str(weeks[-1]) == "2026-10-26"


def test_it_has_five_networks_with_three_to_five_content_types_each(rows: list[dict[str, str]]) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        kinds[row["network"]].add(row["content_type"])
    assert len(kinds) == 5
    assert all(3 <= len(found) <= 5 for found in kinds.values())


def test_no_row_is_there_twice(rows: list[dict[str, str]]) -> None:
    keys = [(row["date"], row["network"], row["content_type"], row["audience"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_later_steps_never_exceed_earlier_ones(counts: Table) -> None:
    steps = [("clicks", "impressions"), ("reach", "impressions"), ("video_views", "impressions")]
    steps += [("engagements", "impressions"), ("sessions", "clicks"), ("bounces", "sessions")]
    steps += [("repeat_conversions", "conversions")]
    assert [(small, large) for small, large in steps if (counts[small] > counts[large]).any()] == []
    assert min(values.min() for values in counts.values()) >= 0


def test_money_and_rates_are_plausible(counts: Table) -> None:
    total = {name: values.sum() for name, values in counts.items()}
    assert 20_000 < total["spend"] / 104 < 35_000
    assert 2 < total["revenue"] / total["spend"] < 4
    assert 5 < 1000 * total["spend"] / total["impressions"] < 15
    assert 0.005 < total["clicks"] / total["impressions"] < 0.02
    assert 0.02 < total["conversions"] / total["sessions"] < 0.10


def test_the_events_the_dictionary_tells_of_are_there(rows: list[dict[str, str]]) -> None:
    assert len(weekly(rows, "tiktok", "live")) == 6
    paused = [week for week, spend in weekly(rows, "facebook", "image").items() if spend == 0]
    assert paused == ["2025-09-01", "2025-09-08", "2025-09-15", "2025-09-22"]
    flat = np.array(list(weekly(rows, "linkedin", "document").values()))
    assert flat.std() / flat.mean() < 0.08
    lively = np.array(list(weekly(rows, "facebook", "carousel").values()))
    assert lively.std() / lively.mean() > 0.25


@pytest.mark.parametrize("truth", sample.CELLS, ids=lambda truth: f"{truth.network}-{truth.content_type}")
def test_the_truth_rises_from_zero_and_meets_its_stated_return(truth: sample.CellTruth) -> None:
    spend = np.linspace(0, 4 * truth.spend, 50)
    conversions = truth.conversions(spend)
    assert conversions[0] == 0
    assert np.all(np.diff(conversions) > 0)
    revenue = truth.conversions(np.array(truth.spend)) * sample.NETWORKS[truth.network].order_value
    assert revenue == pytest.approx(truth.roas * truth.spend)


def test_a_better_split_exists() -> None:
    """Moving a tenth of the two most saturated cells to the two most starved raises the true revenue."""
    today = {(truth.network, truth.content_type): truth.spend for truth in sample.CELLS}
    moved = today | {("youtube", "in_stream"): 1100.0, ("facebook", "image"): 2400.0}
    moved |= {("instagram", "carousel"): 2300.0, ("instagram", "creator"): 1950.0}
    assert sum(moved.values()) == sum(today.values())
    assert sample.true_revenue(moved) > 1.05 * sample.true_revenue(today)


@pytest.mark.parametrize("weeks", [0, 7, 521])
def test_an_impossible_length_is_refused(tmp_path: Path, weeks: int) -> None:
    with pytest.raises(InputError, match=f"{weeks} weeks were asked for; the sample has 8 to 520 weeks"):
        sample.write_sample(tmp_path / "new", weeks=weeks)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "taken"
    blocked.write_text("mine")
    with pytest.raises(InputError, match=r"taken: the sample cannot be written \(.+\); choose a folder"):
        sample.write_sample(blocked)
    assert blocked.read_text() == "mine"


def test_a_folder_of_the_files_name_is_blamed_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / sample.DICTIONARY_FILE).mkdir()
    with pytest.raises(InputError, match=rf"{sample.DICTIONARY_FILE}: this is a folder; move it away"):
        sample.write_sample(tmp_path, weeks=8)
    assert [path.name for path in tmp_path.iterdir()] == [sample.DICTIONARY_FILE]


def test_a_disk_that_fails_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sample.os, "replace", fail)
    with pytest.raises(InputError, match="No space left on device"):
        sample.write_sample(tmp_path, weeks=8)
    assert list(tmp_path.iterdir()) == []
