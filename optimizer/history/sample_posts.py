"""The sample list of posts: what a simulated brand published in twelve weeks, and which of it got money.

Nobody's real figures are in it. It belongs to the advertiser of `sample_history.csv`. Each post has a quality of its
own, of which clicks, engagements, saves and negative reactions each tell a part; money works better behind posts of
more quality:

    log rate[k]      = usual rate of network and content type + lean[k] * quality + own noise + age
    log efficiency   = SLOPE * quality + CLICKED * own noise of its clicks + own noise
    conversions      ~ Poisson(spend / usual cost * efficiency / tiredness)

`simulate_posts` gives any number of such posts with their truth, so that a ranking can be held against it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.errors import InputError
from optimizer.history.posts_table import POST_COLUMNS, post_column_table
from optimizer.history.sample import CELLS, FORMATS, NETWORKS, SIMULATED
from optimizer.language.message import say

POSTS_FILE = "sample_posts.csv"
POSTS_DICTIONARY = "sample_posts_dictionary.md"
TEMPLATE = "sample_posts_template.md"
AS_OF = dt.date(2026, 11, 2)
OLDEST = 84  # days
QUALITY = 0.45  # spread of quality, log scale
SLOPE = 0.6
"""Log efficiency of money per unit of quality."""
CLICKED = 0.35  # of what clicks alone tell: who clicks is nearer to buying
BEYOND = 0.30  # spread of efficiency that no sign tells
#: How much of a post's quality each sign tells, and the spread of what it tells of nothing else.
LEANS = {
    "link_clicks": (1.0, 0.30),
    "engagements": (0.9, 0.35),
    "saves": (1.1, 0.45),
    "shares": (1.1, 0.45),
    "video_views": (0.4, 0.20),
    "negative_reactions": (-0.6, 0.50),
}
FIRST_DAYS = -0.10  # of log rates per log day: the first to see a post are its friends
HALF = 2.5  # days: how fast a post finds its people
PEOPLE = {"facebook": 1300.0, "instagram": 1900.0, "linkedin": 500.0, "tiktok": 2400.0, "youtube": 900.0}
PICKY = 0.6  # spread of what else makes people put money behind a post
TIRED = {8: 3.2, 9: 2.4}  # sponsored posts, newest first, whose cost rises by this much in their last two weeks
WORN = {2: 2.8, 5: 3.9, 8: 3.0}  # and how often people had seen them by then


Row = dict[str, str | int]


@dataclass(frozen=True)
class PostTruth:
    """A simulated post: its row, its sponsored weeks, and what is true of it.

    Attributes
    ----------
    row : dict
        Of the list.
    weeks : tuple of dict
        Its sponsored weeks.
    efficiency : float
        Results per unit of money over those of the posts that usually get money in its place.
    """

    row: Row
    weeks: tuple[Row, ...]
    efficiency: float


def write_sample_posts(folder: Path) -> list[Path]:
    """Write the simulated list of posts and its dictionary beside the sample history.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    texts = {folder / POSTS_FILE: sample_posts_csv(), folder / POSTS_DICTIONARY: posts_dictionary()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        said = say("the sample cannot be written ({error})", error=problem.strerror)
        raise InputError.at(said, file=folder, fix=say("choose a folder you can write to")) from problem
    return list(texts)


def posts_dictionary() -> str:
    """Markdown text that says what the list's columns mean and how it was simulated."""
    text = (Path(__file__).parent / TEMPLATE).read_text(encoding="utf-8")
    return text.replace("<!-- columns -->", post_column_table())


def sample_posts_csv(seed: int = 2, posts: int = 132) -> str:
    """The list as CSV: a row per post, and after it one per week in which money was behind it."""
    return posts_text(simulate_posts(seed, posts, sponsored=14))


def posts_text(truths: Sequence[PostTruth]) -> str:
    """CSV of simulated posts."""
    text = io.StringIO(newline="")
    used = {name for one in truths for row in (one.row, *one.weeks) for name in row}
    names = [column.name for column in POST_COLUMNS if column.name in used]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for one in truths:
        writer.writerows([one.row, *one.weeks])
    return text.getvalue()


def simulate_posts(seed: int, posts: int, sponsored: int, slope: float = SLOPE) -> tuple[PostTruth, ...]:
    """Posts with their truth, newest first.

    Parameters
    ----------
    seed, posts : int
    sponsored : int
        How many got money; the better a post did without any, the likelier.
    slope : float
        Log efficiency per unit of quality.
    """
    rng = np.random.default_rng([seed, 31])
    quality = np.round(QUALITY * rng.standard_normal(posts), 9)
    age = np.sort(rng.integers(1, OLDEST, posts))
    places = rng.choice(len(CELLS), posts, p=_often())
    noise = {name: spread * rng.standard_normal(posts) for name, (_, spread) in LEANS.items()}
    rows = [
        _row(
            k, int(places[k]), (float(quality[k]), int(age[k])), {name: float(of[k]) for name, of in noise.items()}, rng
        )
        for k in range(posts)
    ]
    chosen = _chosen(rows, places, age, (sponsored, rng))
    told = slope * quality + CLICKED * noise["link_clicks"]
    own = BEYOND * rng.standard_normal(posts)
    # money goes to the better posts, so the usual one with money is better than the usual post
    usual = (float(told[chosen].mean()) if chosen else slope * 0.7 * QUALITY) + BEYOND**2 / 2
    made = []
    for k, row in enumerate(rows):
        efficiency = float(np.exp(told[k] + own[k] - usual))
        weeks = _weeks(row, int(places[k]), (chosen.index(k), efficiency, int(age[k])), rng) if k in chosen else []
        made.append(PostTruth(row, tuple(weeks), efficiency))
    return tuple(made)


def _chosen(
    rows: Sequence[Row], places: np.ndarray, age: np.ndarray, how: tuple[int, np.random.Generator]
) -> list[int]:
    """Which posts got money: of those that people engaged with much for their place, as anybody would choose."""
    count, rng = how
    usual = np.array([FORMATS[CELLS[place].content_type].engagements for place in places])
    rate = np.array([float(str(row["engagements"])) / (float(str(row["reach"])) + 50.0) for row in rows])
    wanted = np.where(age >= 14, rate / usual * np.exp(PICKY * rng.standard_normal(len(rows))), 0.0)
    return sorted(np.argsort(-wanted, kind="stable")[:count].tolist())


def _often() -> np.ndarray:
    """How often a place gets a post: the bigger its budget, the more; ads within videos are no posts."""
    weight = np.array([0.0 if cell.content_type == "in_stream" else cell.spend**0.5 for cell in CELLS])
    return np.asarray(weight / weight.sum())


def _row(k: int, place: int, truth: tuple[float, int], noise: Mapping[str, float], rng: np.random.Generator) -> Row:
    """The post's own row: what people did without money."""
    quality, age = truth
    cell, kind = CELLS[place], FORMATS[CELLS[place].content_type]
    grown = 1.0 - np.exp(-(age + 0.5) / HALF)
    reach = int(round(PEOPLE[cell.network] * grown * float(np.exp(0.35 * quality + 0.7 * rng.standard_normal())), 3))
    young = FIRST_DAYS * float(np.log((1.0 + min(age, 28)) / 29.0))
    usual = {
        "link_clicks": kind.clicks * 0.8 * NETWORKS[cell.network].click_factor,
        "engagements": kind.engagements * 1.6,
        "saves": kind.engagements * 0.10,
        "shares": kind.engagements * 0.12,
        "video_views": kind.views,
        "negative_reactions": 0.0012,
    }
    counts = {}
    for name, (lean, _) in LEANS.items():
        log = np.log(usual[name]) if usual[name] > 0 else -np.inf
        rate = float(np.exp(log + lean * quality + noise[name] + young))
        counts[name] = int(rng.binomial(reach, round(min(rate, 0.9), 9)))
    if cell.content_type == "image" and k % 9 == 4:  # a few posts annoy more than they please
        counts["negative_reactions"] += int(rng.binomial(reach, 0.008))
    counts["engagements"] = min(max(counts["engagements"], counts["saves"] + counts["shares"]), reach)
    row: Row = {"post": f"{SIMULATED}{k + 1:04d}", "network": cell.network}
    row |= {"content_type": cell.content_type, "published": str(AS_OF - dt.timedelta(days=age)), "reach": reach}
    return row | counts | {"currency": "EUR"}


def _weeks(row: Row, place: int, truth: tuple[int, float, int], rng: np.random.Generator) -> list[Row]:
    """The weeks in which money was behind a post: at most six, up to last week."""
    order, efficiency, age = truth
    cell = CELLS[place]
    count = max(1, min(6, age // 7 - 1))
    last = AS_OF - dt.timedelta(days=7)
    cost = NETWORKS[cell.network].order_value / cell.roas
    made = []
    for t in range(count):
        newest = t >= count - 2
        spend = round(0.10 * cell.spend * float(np.exp(0.2 * rng.standard_normal())), 2)
        tired = TIRED.get(order, 1.0) if newest and count >= 4 else 1.0
        expected = spend / cost * efficiency / tired
        frequency = 1.2 + 0.18 * t + (WORN.get(order, 1.9) - 1.9 if newest else 0.0)
        clicks = int(rng.poisson(round(expected * 22.0, 9)))
        conversions = int(rng.poisson(round(expected, 9)))
        week = {"post": row["post"], "network": row["network"], "content_type": row["content_type"]}
        week |= {"date": str(last - dt.timedelta(days=7 * (count - 1 - t))), "spend": f"{spend:.2f}"}
        week |= {"conversions": conversions, "clicks": clicks, "frequency": f"{frequency:.2f}", "currency": "EUR"}
        made.append(week)
    return made
