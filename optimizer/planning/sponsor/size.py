"""How much to put behind a post, and for how long, so that the test can tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Floats
from optimizer.history.posts import Post, PostList
from optimizer.planning.sponsor.bar import Bar
from optimizer.planning.sponsor.verdict import GO, Verdict

POWER = (1.2816 + 0.8416) ** 2  # seen at 90 % one-sided certainty in four tests of five
LEAST_EFFECT = 0.25  # log: a smaller lead is not worth a test of its own
DISPERSION = 1.5  # variance of results over their number
SHARE = 0.3  # of a place's daily money that one test may take
WEEK = 7
LONGEST = 28  # days
USUAL_DAYS = 14
FIGURES = 2


@dataclass(frozen=True)
class Test:
    """Money behind one post.

    Attributes
    ----------
    amount : float
        Account currency; 0 where the budget was used up before.
    days : int
    results : float
        Needed to tell its lead from chance.
    tells : bool
        Whether the amount buys as many.
    effect : float
        Lead over the bar that is looked for: 0.4 is 40 %.
    """

    __test__ = False  # not one of pytest's

    amount: float
    days: int
    results: float
    tells: bool
    effect: float

    @property
    def per_day(self) -> float:
        """Daily amount, as networks ask for it."""
        return self.amount / self.days


def with_tests(
    found: PostList,
    bar: Bar,
    drawn: tuple[Floats, Floats],
    verdicts: Sequence[Verdict],
    budget: float | None,
) -> tuple[Test | None, ...]:
    """Tests of the posts to sponsor, in the order of their probability, until the budget for new ones is used.

    Parameters
    ----------
    found : PostList
    bar : Bar
    drawn : float arrays, shapes (S, N) and (N,)
        Draws of log worth over the bar, and the probability that it is above 0.
    verdicts : sequence of Verdict
    budget : float or None
    """
    gap, chance = drawn
    tests: list[Test | None] = [None] * len(found.posts)
    left = math.inf if budget is None else budget
    for i in sorted(range(len(tests)), key=lambda i: (-round(float(chance[i]), 12), i)):
        if verdicts[i].name != GO:
            continue
        if verdicts[i].kind == "on":  # what it gets is not new money
            tests[i] = _going_on(found.posts[i])
            continue
        asked = _sized(bar, i, gap[:, i])
        if asked is None:
            continue
        amount = asked.amount if asked.amount <= left else _down(left) if left >= asked.amount / 2 else 0.0
        tests[i] = Test(amount, asked.days, asked.results, asked.tells and amount == asked.amount, asked.effect)
        left -= amount
    return tuple(tests)


def _going_on(post: Post) -> Test | None:
    """Another week at what it got in its newest one."""
    spends = [one.spend for one in post.paid if one.spend > 0]
    return Test(spends[-1], WEEK, math.nan, True, math.nan) if spends else None


def _sized(bar: Bar, i: int, gap: Floats) -> Test | None:
    """The test that tells the lead which the post would have if it beats the bar; None where money has no worth."""
    if not bar.outcome or not math.isfinite(bar.worth):
        return None
    ahead = gap[gap > 0]
    effect = max(float(ahead.mean()) if len(ahead) else 0.0, LEAST_EFFECT)
    results = DISPERSION * POWER / effect**2
    rate = float(np.exp(bar.bar[:, i]).mean()) / bar.worth
    amount, weekly = results / rate, float(bar.weekly[i])
    days = USUAL_DAYS
    most = math.inf
    if weekly > 0:
        most = SHARE * weekly / WEEK * LONGEST
        days = int(np.clip(WEEK * math.ceil(amount / (SHARE * weekly)), WEEK, LONGEST))
    tells = amount <= most
    return Test(_up(min(amount, most)), days, results, tells, math.expm1(effect))


def _up(amount: float) -> float:
    step = _step(amount)
    return round(math.ceil(amount / step - 1e-9) * step, 6)


def _down(amount: float) -> float:
    step = _step(amount)
    return round(math.floor(amount / step + 1e-9) * step, 6)


def _step(amount: float) -> float:
    """Two figures of an amount."""
    return float(10.0 ** (math.floor(math.log10(amount)) - FIGURES + 1)) if amount > 0 else 1.0
