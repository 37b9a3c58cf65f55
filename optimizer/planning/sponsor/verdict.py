"""Verdicts: sponsor, wait, do not, stop; and how many more people would have to see a post to decide."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from optimizer.history.panel import Floats
from optimizer.history.posts import Post, PostList
from optimizer.planning.sponsor.model import FittedSign, Standing
from optimizer.planning.sponsor.tiring import Tiring

GO, WAIT, NOT, STOP = "sponsor", "wait", "do not", "stop"
VERDICTS = (STOP, GO, WAIT, NOT)
AT_LEAST = 0.7
"""Probability from which a post gets money; below 1 minus it, it is said to fall short."""
YOUNGEST = 1.0  # days
DECIDES = 0.5  # probability with which more people would have to settle a verdict
ANNOYS, SURELY = 2.0, 0.9  # times the usual share of negative reactions, and how sure that must be
GROWING = 0.5  # of the people it reached so far, still to come: figures that are half made
PATIENCE = 14.0  # days worth waiting
MOST_PEOPLE = 1e7
HALVES = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 14.0)
USUAL_HALF, HALF_SPREAD = 2.0, 0.5  # days, and the spread of its logarithm
RUNNING = dt.timedelta(days=14)


@dataclass(frozen=True)
class Verdict:
    """What to do with a post.

    Attributes
    ----------
    name : "sponsor", "wait", "do not" or "stop"
    kind : str
        Why: "tired", "worn" (stop); "beats", "on" (sponsor, "on" where money is behind it already); "young",
        "undecided" (wait); "negative", "even", "below" (do not).
    more : float
        People who would have to see it too before the verdict can be expected to be clear; NaN where it waits for
        nothing of that kind, infinite where no number of them would do.
    days : float
        In which it gets them, at the pace of posts of this list; NaN or infinite likewise.
    annoys : float
        Its share of negative reactions over that of its place.
    """

    name: str
    kind: str
    more: float = math.nan
    days: float = math.nan
    annoys: float = math.nan


def verdicts(
    found: PostList, standing: Standing, gap: Floats, chance: Floats, worn: Sequence[Tiring | None]
) -> tuple[Verdict, ...]:
    """The verdict of each post.

    Parameters
    ----------
    found : PostList
    standing : Standing
    gap : float array, shape (S, N)
        Log worth over the bar, given a draw.
    chance : float array, shape (N,)
    worn : sequence of Tiring or None
    """
    negative = next((one for one in standing.signs if not one.sign.welcome), None)
    half = pace(found.posts)
    total = gap.var(axis=0) + standing.variance.mean(axis=0)
    centre = gap.mean(axis=0)
    made = []
    for i, post in enumerate(found.posts):
        annoys = _annoys(negative, i)
        more, days = math.nan, math.nan
        if not post.paid and 1 - AT_LEAST < chance[i] < AT_LEAST:
            more = _needed(standing, i, float(centre[i]), float(total[i]))
            days = _wait(post, more, half)
        growing = 1.0 / -math.expm1(-(post.age + 0.5) / half) - 1.0
        made.append(_verdict(post, float(chance[i]), worn[i], annoys, (more, days, growing), found.as_of))
    return tuple(made)


def _verdict(
    post: Post,
    chance: float,
    worn: Tiring | None,
    annoys: tuple[float, float],
    wait: tuple[float, float, float],
    as_of: dt.date,
) -> Verdict:
    times, sure = annoys
    running = any(one.week is not None and as_of - one.week <= RUNNING for one in post.paid)
    if worn is not None and worn.stops and running:
        return Verdict(STOP, worn.kind, annoys=times)
    if sure >= SURELY:
        return Verdict(NOT, "negative", annoys=times)
    more, days, growing = wait
    if post.age < YOUNGEST and not post.paid:
        return Verdict(WAIT, "young", more, days, times)
    if running and chance > 1 - AT_LEAST:  # an ordinary one has no better use for its money
        return Verdict(GO, "on", annoys=times)
    if chance >= AT_LEAST:
        return Verdict(GO, "beats", annoys=times)
    if chance <= 1 - AT_LEAST:
        return Verdict(NOT, "below", annoys=times)
    if days <= PATIENCE:
        return Verdict(WAIT, "undecided", more, days, times)
    if not post.paid and growing >= GROWING:
        return Verdict(WAIT, "young", more, days, times)
    return Verdict(NOT, "even", more, days, times)


def _annoys(negative: FittedSign | None, i: int) -> tuple[float, float]:
    """Share of negative reactions over the usual one, and the probability that it is `ANNOYS` times that."""
    if negative is None or negative.fit.data.of[i] == 0:
        return math.nan, 0.0
    effect, spread = float(negative.fit.effect[i]), math.sqrt(float(negative.fit.variance[i]))
    return math.exp(effect), float(ndtr((effect - math.log(ANNOYS)) / spread))


def _needed(standing: Standing, i: int, centre: float, total: float) -> float:
    """The fewest more people after whom the verdict is more likely clear than not; infinite where none would do.

    What they would show moves the middle by a Normal step whose variance is what they take away from the doubt.
    """
    slope = np.array([one.sign.slope for one in standing.signs])
    variance = np.array([float(one.fit.variance[i]) for one in standing.signs])
    people = np.geomspace(100.0, MOST_PEOPLE, 101)
    theta = [float(one.fit.data.design[i] @ one.fit.coefficients + one.fit.effect[i]) for one in standing.signs]
    information = np.array([float(expit(one) * expit(-one)) for one in theta])
    after = 1.0 / (1.0 / variance[:, None] + information[:, None] * people)
    share = (slope**2) @ (variance[:, None] - after) / max(float((slope**2) @ variance), 1e-12)
    taken = np.minimum(share * float(standing.of_signs[i]), 0.999 * total)
    edge = 0.5244 * np.sqrt(total - taken)  # where the probability is `AT_LEAST`
    root = np.sqrt(np.maximum(taken, 1e-12))
    clear = ndtr((centre - edge) / root) + ndtr((-edge - centre) / root)
    enough = np.flatnonzero(clear >= DECIDES)
    return float(_rounded(people[enough[0]])) if len(enough) else math.inf


def _rounded(value: float) -> float:
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / step - 1e-9) * step


def pace(posts: Sequence[Post]) -> float:
    """Days in which a post finds 63 % of its people, as ages and reach of the list tell it.

    ``log reach = place + log(1 - exp(-(age + 1/2) / days)) + noise``, by least squares over a grid, with a prior around
    two days.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for i, post in enumerate(posts):
        if post.shown > 0:
            groups.setdefault((post.network, post.content_type), []).append(i)
    age, log = np.array([post.age for post in posts]), np.log([max(post.shown, 1.0) for post in posts])
    best, least = USUAL_HALF, math.inf
    for days in HALVES:
        grown = log - np.log(-np.expm1(-(age + 0.5) / days))
        squares = [float(((grown[k] - grown[k].mean()) ** 2).sum()) for k in groups.values()]
        free = max(sum(map(len, groups.values())) - len(groups), 1)
        height = 0.5 * free * math.log(max(sum(squares), 1e-9) / free)
        height += 0.5 * (math.log(days / USUAL_HALF) / HALF_SPREAD) ** 2
        best, least = (days, height) if height < least else (best, least)
    return best


def _wait(post: Post, more: float, half: float) -> float:
    """Days until so many more people have seen it; infinite where it will not find them."""
    if not math.isfinite(more):
        return math.inf
    grown = -math.expm1(-(post.age + 0.5) / half)
    whole = post.shown / grown
    left = 1.0 - (post.shown + more) / whole if whole > 0 else -1.0
    return math.inf if left <= 0 else max(1.0, math.ceil(-half * math.log(left) - post.age - 0.5))
