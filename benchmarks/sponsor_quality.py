"""Which posts to sponsor: this ranking beside raw rates, on simulated posts whose truth is known.

Run ``python benchmarks/sponsor_quality.py`` (half a minute). Each list has 150 posts of a simulated brand; "with money"
of them were sponsored before, and "slope" is how much a post's quality is truly worth once money is behind it. Of the
posts without money the best 8 are chosen by each way. The first figure is what they truly bring per unit of money over
that of the usual sponsored post, "beat" the share that truly beats it. Below, posts that were given a probability are
held against the share of them that beats. Bar: of those said 70 to 80 % as many beat within 6 points, and the choice is
better than by the engagement rate in every kind of list. The raw click rate chooses about as well in these lists, in
which clicks tell most, but says neither how sure that is nor that most posts deserve no money.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from optimizer.history.panel import Floats
from optimizer.history.posts import Post, read_posts
from optimizer.history.sample_posts import AS_OF, SLOPE, posts_text, simulate_posts
from optimizer.planning.sponsor.rank import rank_posts

POSTS, PICK = 150, 8
WAYS = ("this ranking", "engagement rate", "click rate", "best possible")
KINDS = tuple((sponsored, slope) for sponsored in (0, 14, 40) for slope in (SLOPE / 2, SLOPE, SLOPE * 1.5))


class World(NamedTuple):
    """Posts without money of one list: probability, truth, and what each way ranks them by (ways, posts)."""

    chance: Floats
    truth: Floats
    scores: Floats


def world(seed: int, sponsored: int, slope: float) -> World:
    """One list, ranked in every way."""
    truths = simulate_posts(seed, POSTS, sponsored, slope)
    found = rank_posts(read_posts(posts_text(truths).encode(), "posts.csv", as_of=AS_OF))
    real = {one.row["post"]: one.efficiency for one in truths}
    kept = [one for one in found.judged if not one.post.paid]
    chance = np.array([one.chance for one in kept])
    truth = np.array([real[one.post.name] for one in kept])
    raw = [[_rate(one.post, sign) for one in kept] for sign in ("engagements", "link_clicks")]
    return World(chance, truth, np.array([chance, *raw, truth]))


def _rate(post: Post, sign: str) -> float:
    return post.signs[sign] / max(post.shown, 1.0)


def main() -> int:
    """Print a line per kind of list and way of choosing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lists", type=int, default=12, help="lists of each kind")
    lists = parser.parse_args().lists
    chances, truths, good = [], [], True
    print(f"{'with money':>10} {'slope':>6}  " + "  ".join(f"{way + ':':>16} {'beat':>5}" for way in WAYS))
    for sponsored, slope in KINDS:
        worlds = [world(1000 + seed, sponsored, slope) for seed in range(lists)]
        figures = []
        for way in range(len(WAYS)):
            chosen = [one.truth[np.argsort(-one.scores[way])[:PICK]] for one in worlds]
            figures.append((np.mean(chosen), np.mean([np.mean(one > 1) for one in chosen])))
        good &= bool(figures[0][0] > figures[1][0])
        print(f"{sponsored:>10} {slope:>6.2f}  " + "  ".join(f"{of:>16.2f} {beat:>5.0%}" for of, beat in figures))
        chances.append(np.concatenate([one.chance for one in worlds]))
        truths.append(np.concatenate([one.truth for one in worlds]))
    chance, truth = np.concatenate(chances), np.concatenate(truths)
    print("\nsaid      posts  said  beat")
    for low in np.arange(0.0, 1.0, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            said, beat = chance[inside].mean(), (truth[inside] > 1).mean()
            good &= not 0.65 < low < 0.75 or bool(abs(said - beat) < 0.06)
            print(f"{low:>4.0%}-{low + 0.1:<4.0%}{inside.sum():>6} {said:>5.0%} {beat:>5.0%}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
