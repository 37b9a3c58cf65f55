"""What a list tells of its posts: how each compares with its place, and what that is worth once money is behind it.

Two steps, both learned as far as the list allows. First, rates: each sign (link clicks, engagements and so on) is
shrunk towards the usual rate of its network, content type and place at its age (`sponsor.rates`). Second, the link: how
much more efficient money is behind a post with better signs,

    log efficiency[i] = place + sum_k beta[k] x[k, i] + epsilon[i],  epsilon ~ Normal(0, tau^2)

with x the shrunk signs of the first step. `beta` and `tau` begin from a cautious prior and move with every sponsored
post whose organic figures are in the list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import Floats
from optimizer.history.posts import Post, PostList
from optimizer.language.message import Message, say
from optimizer.planning.sponsor.rates import POISSON, Group, RateData, RateFit, fit_rate

DRAWS = 400
GROWN = 28.0  # days after which rates no longer change with age
AGE_SPREAD = 0.15  # of the slope of rates by log age
PICKED, PICKED_SPREAD = 0.7, 0.7  # by how many spreads posts that get money are thought to be better than usual ones
TAU = Group((), 0.35, 8.0)
"""What is thought of efficiency beyond all signs: posts of equal signs differ by about a third."""
FEWEST_LEARNED = 5
"""Sponsored posts from which the link is said to be learned."""
LEVEL_SPREAD = 3.0


@dataclass(frozen=True)
class Sign:
    """Something people do with a post, and what it is thought to say of paid efficiency.

    Attributes
    ----------
    key : str
    columns : tuple of str
        Of the list, summed.
    slope, spread : float
        Prior of beta: log efficiency per log rate.
    name : Message
    """

    key: str
    columns: tuple[str, ...]
    slope: float
    spread: float
    name: Message

    @property
    def welcome(self) -> bool:
        """Whether more of it is better."""
        return self.slope > 0


SIGNS = (
    Sign("link_clicks", ("link_clicks",), 0.40, 0.20, say("link clicks")),
    Sign("engagements", ("engagements",), 0.20, 0.15, say("engagements")),
    Sign("kept", ("saves", "shares"), 0.10, 0.10, say("saves and shares")),
    Sign("video_views", ("video_views",), 0.05, 0.10, say("video views")),
    Sign("negative", ("negative_reactions",), -0.15, 0.10, say("negative reactions")),
)


@dataclass(frozen=True)
class FittedSign:
    """A sign with what was learned of it."""

    sign: Sign
    fit: RateFit


@dataclass(frozen=True)
class Link:
    """How organic signs tell paid efficiency.

    Attributes
    ----------
    fit : RateFit or None
        Of paid results; None without any sponsored post.
    result : str
        What was counted: conversions or clicks; "" without any.
    posts : int
        Sponsored posts it was learned from.
    results : float
        What they brought.
    doubling : tuple of three floats
        Efficiency of a post all of whose welcome rates are twice those of its place: middle and 90 % ends.
    tau : float
    picked : float
        Efficiency that the signs promise of the posts which usually get money, over that of the usual post.
    sponsored : int
        Posts that ever got money, from which that is known.
    """

    fit: RateFit | None = field(repr=False)
    result: str
    posts: int
    results: float
    doubling: tuple[float, float, float]
    tau: float
    picked: float
    sponsored: int

    @property
    def learned(self) -> bool:
        """Whether the list says more of it than the prior."""
        return self.posts >= FEWEST_LEARNED


@dataclass(frozen=True)
class Standing:
    """How posts stand against what money buys in their place, on the log scale; S draws, N posts.

    Attributes
    ----------
    mean : float array, shape (S, N)
        Of log efficiency over that of the usual sponsored post of the place, given the draw.
    variance : float array, shape (S, N)
        Around it.
    of_signs : float array, shape (N,)
        Variance that more organic reach could take away.
    signs : tuple of FittedSign
    link : Link
    level : float array, shape (S, N) or None
        Log efficiency of the usual sponsored post of the place by the list's own results; None without any.
    """

    mean: Floats = field(repr=False)
    variance: Floats = field(repr=False)
    of_signs: Floats = field(repr=False)
    signs: tuple[FittedSign, ...] = field(repr=False)
    link: Link
    level: Floats | None = field(repr=False)


@dataclass(frozen=True)
class _Design:
    """Networks, content types and places of a list as columns."""

    matrix: Floats
    groups: tuple[Group, ...]


def stand(found: PostList, seed: int = 0) -> Standing:
    """Fit signs and link, and draw how each post stands.

    Parameters
    ----------
    found : PostList
    seed : int
        The same seed gives the same draws.

    Raises
    ------
    InputError
        Nobody did anything with any of the posts.
    """
    rng = np.random.default_rng([seed, 11])
    posts = found.posts
    places = _places(posts)
    signs = tuple(one for sign in SIGNS if (one := _fit_sign(posts, places, sign)) is not None)
    if not signs:
        problem = say("nobody clicked, engaged with or saved any of the posts, so none can be told from another")
        raise InputError.at(problem, file=found.file, fix=say("export the list again when people have seen the posts"))
    at = np.array([one.fit.effect for one in signs])  # (K, N)
    variance = np.array([one.fit.variance for one in signs])
    slopes = np.array([one.sign.slope for one in signs])
    fit, result = _fit_link(posts, places, signs, (slopes**2) @ variance)
    beta, tau2, coefficients = _draw_link(fit, signs, rng)
    drawn = np.array([one.fit.effects(rng, DRAWS)[1] for one in signs])  # (K, S, N)
    picked = _draw_picked(posts, at, signs, rng)
    usual = (beta * picked).sum(axis=1)[:, None]
    mean = np.einsum("sk,ksn->sn", beta, drawn) - usual - tau2[:, None] / 2
    of_signs = (beta**2).mean(axis=0) @ variance
    spread = beta**2 @ variance + tau2[:, None]
    level = None
    if fit is not None and coefficients is not None:
        sponsored = np.flatnonzero(fit.data.of > 0)
        moved = fit.effect - fit.lean * ((coefficients - fit.coefficients) @ fit.data.design.T)
        told = beta @ at[:, sponsored] - usual - tau2[:, None] / 2
        mean[:, sponsored] = told + moved[:, sponsored]
        spread[:, sponsored] = fit.variance[sponsored]
        of_signs = np.where(fit.data.of > 0, 0.0, of_signs)
        apart = fit.data.design.copy()
        apart[:, 1 : 1 + len(signs)] = 0.0
        level = coefficients @ apart.T + usual + tau2[:, None] / 2
    link = _link(fit, result, signs, (beta, tau2))
    better, money = float(np.exp(np.median(usual))), sum(post.spent > 0 for post in posts)
    link = replace(link, picked=better, sponsored=money)
    return Standing(mean, spread, of_signs, signs, link, level)


# Signs --------------------------------------------------------------------------------------------------------------


def _places(posts: Sequence[Post]) -> _Design:
    """A column per network, content type and place."""
    columns: list[Floats] = []
    groups = []
    for names, spread in (
        ([post.network for post in posts], 0.5),
        ([post.content_type for post in posts], 0.5),
        ([f"{post.network}\0{post.content_type}" for post in posts], 0.25),
    ):
        known = list(dict.fromkeys(names))
        start = len(columns)
        columns += [np.array([float(name == one) for name in names]) for one in known]
        groups.append(Group(tuple(range(start, len(columns))), spread))
    return _Design(np.column_stack(columns), tuple(groups))


def _shifted(groups: Sequence[Group], by: int) -> tuple[Group, ...]:
    return tuple(Group(tuple(k + by for k in group.columns), group.spread, group.weight) for group in groups)


def _fit_sign(posts: Sequence[Post], places: _Design, sign: Sign) -> FittedSign | None:
    """One sign over all posts; None where no post tells it."""
    counts = np.array([[post.signs.get(name, math.nan) for name in sign.columns] for post in posts])
    told = ~np.isnan(counts).all(axis=1)
    count = np.where(told, np.nansum(counts, axis=1), 0.0)
    of = np.where(told, np.array([post.shown for post in posts]), 0.0)
    if sign.key == "video_views":  # what is no video has none, and several views of one person are one
        count = np.minimum(count, of)
        of = np.where(_shares_none(posts, count), 0.0, of)
    if not (of > 0).any() or count.sum() <= 0:
        return None
    count = np.where(of > 0, np.minimum(count, of), 0.0)
    age = np.minimum(np.array([post.age for post in posts]), GROWN)
    design = np.column_stack([np.ones(len(posts)), np.log((1.0 + age) / (1.0 + GROWN)), places.matrix])
    mean = np.zeros(design.shape[1])
    spread = np.array([LEVEL_SPREAD, AGE_SPREAD, *np.ones(places.matrix.shape[1])])
    nothing = np.zeros(len(posts))
    own = Group((), 0.4, 3.0)
    data = RateData(count, of, design, mean, spread, _shifted(places.groups, 2), own, nothing)
    return FittedSign(sign, fit_rate(data))


def _shares_none(posts: Sequence[Post], count: Floats) -> Floats:
    """Which posts are of a place where nobody ever did it."""
    total: dict[tuple[str, str], float] = {}
    for post, one in zip(posts, count, strict=True):
        total[post.network, post.content_type] = total.get((post.network, post.content_type), 0.0) + float(one)
    return np.array([total[post.network, post.content_type] == 0 for post in posts])


# Link ---------------------------------------------------------------------------------------------------------------


def _fit_link(
    posts: Sequence[Post], places: _Design, signs: Sequence[FittedSign], unsure: Floats
) -> tuple[RateFit | None, str]:
    """Paid results on organic signs, and what was counted; None where nothing was sponsored."""
    for result in ("conversions", "clicks"):
        weeks = [[one for one in post.paid if not math.isnan(getattr(one, result))] for post in posts]
        spend = np.array([sum(one.spend for one in found) for found in weeks])
        count = np.array([sum(getattr(one, result) for one in found) for found in weeks])
        count = np.where(spend > 0, count, 0.0)
        if count.sum() > 0:
            break
    else:
        return None, ""
    slopes, spreads = (np.array([getattr(one.sign, name) for one in signs]) for name in ("slope", "spread"))
    at = np.array([one.fit.effect for one in signs]).T
    design = np.column_stack([np.ones(len(posts)), at, places.matrix])
    mean = np.concatenate([[0.0], slopes, np.zeros(places.matrix.shape[1])])
    spread = np.concatenate([[LEVEL_SPREAD], spreads, np.ones(places.matrix.shape[1])])
    groups = _shifted(places.groups, 1 + len(signs))
    return fit_rate(RateData(count, spend, design, mean, spread, groups, TAU, unsure, POISSON)), result


def _draw_link(
    fit: RateFit | None, signs: Sequence[FittedSign], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats | None]:
    """Draws of beta (S, K), of tau squared (S,), and of all coefficients of the link."""
    slopes, spreads = (np.array([getattr(one.sign, name) for one in signs]) for name in ("slope", "spread"))
    coefficients = None
    if fit is None:
        beta, tau, weight = slopes + spreads * rng.standard_normal((DRAWS, len(signs))), TAU.spread, TAU.weight
    else:
        coefficients, _ = fit.effects(rng, DRAWS)
        beta, tau, weight = coefficients[:, 1 : 1 + len(signs)], fit.sigma, TAU.weight + fit.seen
    # a sign never counts the wrong way round: the list would have to show it against all experience
    beta = np.where(slopes > 0, np.maximum(beta, 0.0), np.minimum(beta, 0.0))
    return beta, tau**2 * weight / rng.chisquare(weight, DRAWS), coefficients


def _draw_picked(posts: Sequence[Post], at: Floats, signs: Sequence[FittedSign], rng: np.random.Generator) -> Floats:
    """(S, K) log rates of the posts that get money over those of usual ones of their place, sign by sign."""
    sponsored = np.array([post.spent > 0 for post in posts])
    picked = np.zeros((DRAWS, len(signs)))
    for k, one in enumerate(signs):
        if one.sign.welcome:
            told = at[k][sponsored] / one.fit.sigma
            precision = 1.0 / PICKED_SPREAD**2 + len(told)
            centre = (PICKED / PICKED_SPREAD**2 + float(told.sum())) / precision
            picked[:, k] = one.fit.sigma * (centre + rng.standard_normal(DRAWS) / math.sqrt(precision))
    return picked


def _link(fit: RateFit | None, result: str, signs: Sequence[FittedSign], drawn: tuple[Floats, Floats]) -> Link:
    beta, tau2 = drawn
    welcome = np.array([one.sign.welcome for one in signs], dtype=bool)
    twice = np.exp(np.log(2.0) * beta[:, welcome].sum(axis=1))
    low, middle, high = np.quantile(twice, [0.05, 0.5, 0.95])
    posts = 0 if fit is None else fit.seen
    results = 0.0 if fit is None else float(fit.data.count.sum())
    return Link(
        fit, result, posts, results, (float(middle), float(low), float(high)), float(np.sqrt(tau2.mean())), 1.0, 0
    )
