"""What to sponsor: posts ranked by the probability that money behind them beats what it brings already.

The bar of a place is what its next unit of money brings in the fitted history, at today's spend. A post's worth is that
times how it stands against the posts which usually get money there (`sponsor.model`). Looking at a hundred posts does
not make the luckiest of them look good: each is shrunk towards its place by as much as chance explains, so the sum of
the probabilities is the number of posts that can be expected to beat the bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Floats
from optimizer.history.posts import Post, PostList
from optimizer.language.message import Message, say, say_many
from optimizer.planning.plain_values import amount_of, shown
from optimizer.planning.sponsor.bar import HISTORY, Bar, bar_of, sponsor_goal
from optimizer.planning.sponsor.model import Link, Standing, stand
from optimizer.planning.sponsor.size import Test, with_tests
from optimizer.planning.sponsor.tiring import Tiring, tirings
from optimizer.planning.sponsor.verdict import GO, Verdict, verdicts

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.settings import Settings
    from optimizer.planning.studio import Studio

ENDLESS = 1e-3  # of the middle: a return that may be below this costs nobody knows what
NAMED = 5
TOLD = 2  # signs


@dataclass(frozen=True)
class SponsorRequest:
    """What is asked of a list of posts.

    Attributes
    ----------
    budget : float or None
        Money for tests of new posts, account currency; None for as much as they need.
    bar : float or None
        The most that a result may cost or, where results are money, the least that a unit of money must bring; None
        for what the next money brings in each place.
    goal : str or None
        What results are; None for conversions where the history has them.
    settings : path, Settings or None
    seed : int

    Raises
    ------
    InputError
        Budget or bar are not above 0, or the seed is below 0.
    """

    budget: float | None = None
    bar: float | None = None
    goal: str | None = None
    settings: str | Path | Settings | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.budget is not None:
            amount_of(self.budget, say("budget"), above=True)
        if self.bar is not None:
            amount_of(self.bar, say("bar"), above=True)
        self.question()  # refuses a seed that is none

    def question(self, goal: str | None = None) -> PlanRequest:
        """The planning question whose fit tells what money brings."""
        from optimizer.planning.request import PlanRequest

        return PlanRequest(budget=1.0, weeks=4, goal=goal, settings=self.settings, seed=self.seed)


@dataclass(frozen=True)
class Range:
    """The middle of what is likely, and the ends of its 90 % interval; an end may be infinite."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Judged:
    """One post with what is said of it.

    Attributes
    ----------
    post : Post
    chance : float
        Probability that money behind it beats the bar.
    multiple : Range
        Efficiency over that of the usual sponsored post of its place.
    result : Range
        What a unit of money brings; NaN where nothing tells what money brings.
    bar : float
        The same of the bar; NaN likewise.
    verdict : Verdict
    tiring : Tiring or None
        None for posts without money.
    test : Test or None
        How much to put behind it, and for how long; only where it should be sponsored.
    known : bool
        Whether the history has its place.
    signs : tuple of (Message, float)
        The signs that tell most of it, with its rate over the usual one of its place, shrunk.
    """

    post: Post
    chance: float
    multiple: Range
    result: Range
    bar: float
    verdict: Verdict
    tiring: Tiring | None
    test: Test | None
    known: bool
    signs: tuple[tuple[Message, float], ...] = ()

    @property
    def cost(self) -> Range:
        """Money per result; the ends swap places."""
        return Range(_over(self.result.middle), _over(self.result.high), _over(self.result.low))

    @property
    def bar_cost(self) -> float:
        """Money per result of the bar."""
        return _over(self.bar)


@dataclass(frozen=True, eq=False)
class Ranking:
    """A list of posts, judged.

    Attributes
    ----------
    posts : PostList
    judged : tuple of Judged
        Most probable first.
    outcome, currency : str
        What results are, "" where nothing tells; and the currency of money.
    source : "history", "list" or "nothing"
        Where the worth of money comes from.
    counts : bool
        Whether results are counts, which cost something each.
    link : Link
    budget, given_bar : float or None
        As asked.
    findings : tuple of Finding
    """

    posts: PostList
    judged: tuple[Judged, ...] = field(repr=False)
    outcome: str
    currency: str
    source: str
    counts: bool
    link: Link
    budget: float | None
    given_bar: float | None
    findings: tuple[Finding, ...]

    def of(self, verdict: str) -> tuple[Judged, ...]:
        """Posts of one verdict, most probable first."""
        return tuple(one for one in self.judged if one.verdict.name == verdict)

    @property
    def expected(self) -> float:
        """Posts to sponsor that can be expected to beat the bar."""
        return sum(one.chance for one in self.of(GO))


def rank_posts(
    found: PostList,
    request: SponsorRequest | None = None,
    history: History | None = None,
    studio: Studio | None = None,
) -> Ranking:
    """Judge a list of posts.

    Parameters
    ----------
    found : PostList
    request : SponsorRequest, optional
    history : History, optional
        Tells what money brings in each place; without it the list's own sponsored posts do, if there are any.
    studio : Studio, optional
        The history, fitted for `sponsor_question`; fitted here where it is not given.

    Raises
    ------
    InputError
        Currencies differ, the goal is not in the history (or, without one, not what the list counts), or a bar is given
        and nothing tells what money brings.
    """
    request = request or SponsorRequest()
    told = None
    if history is not None:
        question = sponsor_question(history, request)
        told = (studio or _fitted(history, question), question)
    standing = stand(found, request.seed)
    if told is None:
        _check_goal(request.goal, standing.link.result)
    bar = bar_of(found, standing, request.bar, told)
    worn = tirings(found.posts, request.seed)
    gap = standing.mean + bar.level - bar.bar
    chance = ndtr(gap / np.sqrt(standing.variance)).mean(axis=0)
    noise = np.sqrt(standing.variance) * np.random.default_rng([request.seed, 14]).standard_normal(gap.shape)
    judged_so = verdicts(found, standing, gap, chance, worn)
    tests = with_tests(found, bar, (gap + noise, chance), judged_so, request.budget)
    multiples, results = standing.mean + noise, standing.mean + bar.level + noise
    judged = [
        Judged(
            post,
            float(chance[i]),
            _range(multiples[:, i]),
            _range(results[:, i]) if bar.outcome else Range(math.nan, math.nan, math.nan),
            float(np.exp(bar.bar[:, i]).mean()) if bar.outcome else math.nan,
            judged_so[i],
            worn[i],
            tests[i],
            bool(bar.known[i]),
            _telling(standing, i),
        )
        for i, post in enumerate(found.posts)
    ]
    order = sorted(range(len(judged)), key=lambda i: (-round(judged[i].chance, 12), i))
    return Ranking(
        found,
        tuple(judged[i] for i in order),
        bar.outcome,
        bar.currency,
        bar.source,
        bar.counts,
        standing.link,
        request.budget,
        request.bar,
        (*found.findings, *_findings(found, bar, standing)),
    )


def sponsor_question(history: History, request: SponsorRequest) -> PlanRequest:
    """The planning question whose fit `rank_posts` asks: its studio can be kept for many lists.

    Raises
    ------
    InputError
        The history does not have the goal.
    """
    return request.question(sponsor_goal(request.goal, history, request.question()))


def _check_goal(goal: str | None, counted: str) -> None:
    """Refuse a goal that the list alone cannot tell, rather than count something else in its place."""
    if goal is not None and goal != counted:
        problem = say("goal is {goal}, and without a history results are what the list counts", goal=shown(goal))
        raise InputError.at(problem, fix=say("give the history too (--history FILE), or leave the goal out"))


def _fitted(history: History, question: PlanRequest) -> Studio:
    from optimizer.planning.studio import open_studio

    return open_studio(history, question)


def _range(log: Floats) -> Range:
    low, middle, high = np.exp(np.quantile(log, [0.05, 0.5, 0.95]))
    return Range(float(middle), float(low) if low > ENDLESS * middle else 0.0, float(high))


def _telling(standing: Standing, i: int) -> tuple[tuple[Message, float], ...]:
    """The welcome signs that move a post's worth most, the first of them first."""
    told = [one for one in standing.signs if one.sign.welcome and one.fit.data.of[i] > 0]
    told.sort(key=lambda one: -abs(one.sign.slope * float(one.fit.effect[i])))
    return tuple((one.sign.name, math.exp(float(one.fit.effect[i]))) for one in told[:TOLD])


def _over(value: float) -> float:
    return math.inf if value == 0 else 1.0 / value


# Findings -----------------------------------------------------------------------------------------------------------


def _findings(found: PostList, bar: Bar, standing: Standing) -> list[Finding]:
    """What a reader should know of the list as a whole."""
    made = []
    if bar.source == HISTORY and not bar.known.all():
        made.append(_unknown(found.posts, bar.known))
    if any(not post.of_people for post in found.posts) and any(post.of_people for post in found.posts):
        problem = say("some posts tell reach and others only impressions")
        fix = say("rates by impressions are lower, so compare them with care")
        made.append(Finding("reach-and-impressions", Severity.WARNING, problem, fix, found.file))
    if not any(one.sign.key == "link_clicks" for one in standing.signs):
        problem = say("no post tells link clicks, the surest sign of what money will bring")
        made.append(Finding("no-clicks", Severity.WARNING, problem, say("add the column link_clicks"), found.file))
    return made


def _unknown(posts: Sequence[Post], known: np.ndarray) -> Finding:
    strange = [post for post, one in zip(posts, known, strict=True) if not one]
    names = list(dict.fromkeys(f"{post.network}/{post.content_type}" for post in strange))
    listed: str = ", ".join(names[:NAMED])
    if len(names) > NAMED:
        listed = say("{listed} and {more} more", listed=listed, more=str(len(names) - NAMED))
    problem = say_many(
        "{count} post is of a place without history ({places})",
        "{count} posts are of places without history ({places})",
        len(strange),
        places=listed,
    )
    fix = say("what money brings there is guessed from other places, so they are judged with more doubt")
    rows = tuple(post.row for post in strange[:20])
    return Finding("unknown-place", Severity.WARNING, problem, fix, column="network", rows=rows)


def asked_in_vain(found: Ranking) -> Message | None:
    """Said where posts should be sponsored but the budget is too small for the first of them."""
    go = found.of(GO)
    if found.budget is None or not go or any(one.test is not None and one.test.amount > 0 for one in go):
        return None
    return say("The budget is too small for a test that can tell anything.")
