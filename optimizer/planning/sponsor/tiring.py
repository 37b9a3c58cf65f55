"""Posts that tire: how often people have seen them, and whether a result costs more than it did.

The newest two weeks are held against the weeks before. Counts of both are Poisson, as much wider as the weeks of all
sponsored posts are, with a Gamma prior worth one result at the post's own rate. Their ratio is drawn, and weighed by
what is usual: most costs change little and some very much, so three results against two are not called a change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.history.posts import PaidWeek, Post

NEWEST = 2  # weeks
SEEN_OFTEN, SEEN_TOO_OFTEN = 2.5, 3.5
"""Times each person has seen an ad from which on practice watches it, and makes a new one."""
SURE = 0.9
LIKELY = 0.7
DOUBLE = 2.0
DRAWS = 4000
PRIOR = 1.0  # results
USUAL_CHANGE = 0.2  # scale of a Cauchy prior of the log ratio of costs: most change little, and some very much
WIDEST = 10.0
STOPS, WATCHES = ("tired", "worn"), ("limited", "seen", "")


@dataclass(frozen=True)
class Tiring:
    """How a sponsored post wears.

    Attributes
    ----------
    kind : str
        "tired": a result costs twice what it did, or more; "worn": people have seen it too often; "limited": a result
        costs more than it did; "seen": seen often; "" for none of them.
    frequency : float
        In the newest week that tells it; NaN where none does.
    before, now : float
        Cost per result; NaN or infinite where there is none.
    result : str
        What was counted.
    rise : tuple of three floats
        Cost now over cost before: middle and 90 % ends; NaN where it cannot be told.
    risen, doubled : float
        Probability that a result costs more than before, and twice as much or more.
    """

    kind: str
    frequency: float
    before: float = math.nan
    now: float = math.nan
    result: str = ""
    rise: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    risen: float = math.nan
    doubled: float = math.nan

    @property
    def stops(self) -> bool:
        """Whether it should get no more money as it is."""
        return self.kind in STOPS


def tirings(posts: Sequence[Post], seed: int = 0) -> tuple[Tiring | None, ...]:
    """How each post wears; None for posts without money."""
    wide = {result: _dispersion(posts, result) for result in ("conversions", "clicks")}
    return tuple(
        _tiring(post, wide, np.random.default_rng([seed, 13, k])) if post.spent > 0 else None
        for k, post in enumerate(posts)
    )


def _tiring(post: Post, wide: dict[str, float], rng: np.random.Generator) -> Tiring:
    told = [week.frequency for week in post.paid if not math.isnan(week.frequency)]
    frequency = told[-1] if told else math.nan
    seen = "worn" if frequency >= SEEN_TOO_OFTEN else "seen" if frequency >= SEEN_OFTEN else ""
    for result in ("conversions", "clicks"):
        weeks = _weeks(post, result)
        before, now = weeks[:-NEWEST], weeks[-NEWEST:]
        if before and sum(getattr(one, result) for one in before) > 0:
            break
    else:
        return Tiring(seen, frequency)
    (spent, count), (spending, counted) = ((_sum(part, "spend"), _sum(part, result)) for part in (before, now))
    rate = (count + counted) / (spent + spending)
    width = wide[result]
    past = rng.gamma((count + PRIOR) / width, width / (spent + PRIOR / rate), DRAWS)
    new = rng.gamma((counted + PRIOR) / width, width / (spending + PRIOR / rate), DRAWS)
    ratio = np.sort(past / new)
    share = 1.0 / (1.0 + (np.log(ratio) / USUAL_CHANGE) ** 2)
    share = np.cumsum(share / share.sum())
    risen, doubled = (float(1.0 - np.interp(limit, ratio, share)) for limit in (1.0, DOUBLE))
    kind = "tired" if doubled >= LIKELY and risen >= SURE else seen if seen == "worn" else ""
    kind = kind or ("limited" if risen >= SURE else seen)
    low, middle, high = np.interp([0.05, 0.5, 0.95], share, ratio)
    costs = spent / count, spending / counted if counted > 0 else math.inf
    return Tiring(kind, frequency, *costs, result, (float(middle), float(low), float(high)), risen, doubled)


def _weeks(post: Post, result: str) -> list[PaidWeek]:
    """Weeks with money of which the result is told."""
    return [one for one in post.paid if one.week is not None and one.spend > 0 and not math.isnan(getattr(one, result))]


def _sum(weeks: Sequence[PaidWeek], name: str) -> float:
    return float(sum(getattr(one, name) for one in weeks))


def _dispersion(posts: Sequence[Post], result: str) -> float:
    """By how much weekly results vary more than chance alone would have them: Pearson's estimate, 1 or more.

    Only weeks before the newest two count, so that posts which tire do not hide each other; without enough of them 1.5.
    """
    total, free = 0.0, 0
    for post in posts:
        weeks = _weeks(post, result)[:-NEWEST]
        spent, count = _sum(weeks, "spend"), _sum(weeks, result)
        if len(weeks) > 1 and count > 0:
            expected = [one.spend * count / spent for one in weeks]
            total += sum((getattr(one, result) - mean) ** 2 / mean for one, mean in zip(weeks, expected, strict=True))
            free += len(weeks) - 1
    known = 6.0  # degrees of freedom that the usual 1.5 is worth
    return float(np.clip((total + known * 1.5) / (free + known), 1.0, WIDEST))
