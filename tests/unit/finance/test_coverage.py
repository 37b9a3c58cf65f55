"""Coverage with its own uncertainty: what it says of a share, and that shared weeks widen it."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.finance.coverage import LIKE_SUMS, coverage_of, likeness


def held(inside: int, count: int) -> np.ndarray:
    return np.arange(count) < inside


def test_nothing_missed_is_not_certainty():
    found = coverage_of(0.9, held(8, 8), np.arange(8))
    assert found.high == 1.0
    assert 0.6 < found.low < 0.9


def test_comparisons_of_one_stretch_say_less_than_independent_ones():
    rng = np.random.default_rng(1)
    apart = coverage_of(0.9, held(180, 200), np.arange(200))
    alike = coverage_of(0.9, held(180, 200), np.arange(200) // 20)  # the misses fill two stretches
    mixed = coverage_of(0.9, rng.permutation(held(180, 200)), np.arange(200) // 20)
    assert (apart.worth, alike.share) == (200.0, 0.9)
    assert alike.worth < mixed.worth < 200.0
    assert alike.high - alike.low > mixed.high - mixed.low > apart.high - apart.low


def test_one_stretch_alone_is_judged_by_what_is_usual():
    usual = coverage_of(0.9, held(18, 20), np.zeros(20, dtype=int))
    sums = coverage_of(0.9, held(18, 20), np.zeros(20, dtype=int), LIKE_SUMS)
    assert 20.0 > usual.worth > sums.worth > 1.0


@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_the_interval_holds_the_true_share_about_as_often_as_it_says(alike: float):
    """Hits whose chance varies between stretches around 0.85, each stretch of 12."""
    rng, inside = np.random.default_rng(7), 0
    stretch = np.repeat(np.arange(15), 12)
    for _ in range(300):
        spread = (1.0 - alike) / max(alike, 1e-9)
        chance = np.full(15, 0.85) if alike == 0.0 else rng.beta(0.85 * spread, 0.15 * spread, 15)
        hits = rng.random(len(stretch)) < chance[stretch]
        found = coverage_of(0.9, hits, stretch)
        inside += found.low <= 0.85 <= found.high
    assert 0.82 <= inside / 300 <= 0.99


def test_likeness_of_known_stretches():
    where, sizes = np.repeat(np.arange(10), 20), np.full(10, 20)
    assert likeness(where < 9, where, sizes) == 1.0  # every stretch is all in or all out
    assert likeness(np.tile(np.arange(20) < 17, 10), where, sizes) == 0.0
    assert np.isnan(likeness(held(3, 5), np.arange(5), np.ones(5, dtype=int)))
