"""On simulated posts of known truth: probabilities mean what they say, and choose better than the raw rate."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.history.posts import read_posts
from optimizer.history.sample_posts import AS_OF, posts_text, simulate_posts
from optimizer.planning.sponsor.rank import rank_posts

POSTS = 150
PICK = 8


def world(seed, sponsored, slope):
    """Unsponsored posts of a list with the probability each was given, its truth, and its raw rates."""
    truths = simulate_posts(seed, POSTS, sponsored, slope)
    found = rank_posts(read_posts(posts_text(truths).encode(), "p.csv", as_of=AS_OF))
    by_name = {one.row["post"]: one for one in truths}
    rows = []
    for one in found.judged:
        truth = by_name[one.post.name]
        if not truth.weeks:
            raw = one.post.signs["engagements"] / max(one.post.shown, 1.0)
            rows.append((one.chance, truth.efficiency, raw))
    return np.array(rows)


@pytest.fixture(scope="module")
def worlds():
    kinds = [(sponsored, slope) for sponsored in (0, 14, 40) for slope in (0.4, 0.6, 0.8)]
    return [world(100 + k, *kinds[k % len(kinds)]) for k in range(45)]


def test_of_posts_said_70_to_80_percent_about_as_many_beat_the_bar(worlds):
    chance, truth = (np.concatenate([one[:, k] for one in worlds]) for k in (0, 1))
    for low, high in ((0.0, 0.1), (0.2, 0.4), (0.4, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 1.0)):
        inside = (chance >= low) & (chance < high)
        assert inside.sum() > 50
        error = np.sqrt(0.25 / inside.sum())
        assert abs((truth[inside] > 1).mean() - chance[inside].mean()) < 0.06 + 2 * error, (low, high)


def test_it_chooses_better_posts_than_the_raw_engagement_rate(worlds):
    def chosen(by):
        return np.array([one[np.argsort(-one[:, by])[:PICK], 1].mean() for one in worlds])

    ours, raw, best = chosen(0), chosen(2), chosen(1)
    assert (ours - raw).mean() > 4 * (ours - raw).std() / np.sqrt(len(worlds))
    assert ours.mean() > 1.1 * raw.mean()
    assert ours.mean() < best.mean()


def test_the_number_of_winners_is_the_one_that_is_expected(worlds):
    said = sum(one[one[:, 0] >= 0.7, 0].sum() for one in worlds)
    beat = sum((one[one[:, 0] >= 0.7, 1] > 1).sum() for one in worlds)
    assert beat == pytest.approx(said, rel=0.15)
