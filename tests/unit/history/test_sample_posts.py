"""The sample list of posts: the shipped file is what is written, and its truth is what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.history.posts import read_posts
from optimizer.history.sample_posts import (
    POSTS_DICTIONARY,
    POSTS_FILE,
    posts_dictionary,
    posts_text,
    sample_posts_csv,
    simulate_posts,
    write_sample_posts,
)


def test_the_shipped_files_are_those_written(root: Path, tmp_path: Path) -> None:
    assert [path.name for path in write_sample_posts(tmp_path)] == [POSTS_FILE, POSTS_DICTIONARY]
    for name in (POSTS_FILE, POSTS_DICTIONARY):
        assert (tmp_path / name).read_bytes() == (root / "data" / name).read_bytes()


def test_the_dictionary_explains_every_column() -> None:
    header = sample_posts_csv().splitlines()[0].split(",")
    assert all(f"| {name} |" in posts_dictionary() for name in header)


def test_it_reads_without_findings_and_says_that_it_is_simulated() -> None:
    found = read_posts(sample_posts_csv().encode(), POSTS_FILE)
    assert found.findings == ()
    assert str(found.as_of) == "2026-11-02"
    assert len(found.posts) == 132
    assert sum(post.spent > 0 for post in found.posts) == 14
    assert all(post.name.startswith("simulated-") for post in found.posts)


def test_better_signs_go_with_efficiency_and_the_usual_sponsored_post_is_the_measure() -> None:
    truths = [one for seed in range(10) for one in simulate_posts(seed, 150, 30)]
    clicks = [np.log((int(one.row["link_clicks"]) + 1) / int(one.row["reach"])) for one in truths]
    assert np.corrcoef(clicks, np.log([one.efficiency for one in truths]))[0, 1] > 0.2
    paid = np.mean([one.efficiency for one in truths if one.weeks])
    assert 0.8 < paid < 1.25
    assert posts_text(truths[:3]) == posts_text(simulate_posts(0, 150, 30)[:3])
