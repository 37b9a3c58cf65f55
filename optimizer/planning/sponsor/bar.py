"""The bar a post must clear: what the next money brings in its place, by the fitted history or by the list itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.history.panel import Floats, Panel
from optimizer.history.posts import Post, PostList
from optimizer.language.message import say
from optimizer.planning.goal import choose_goal, goal_history, goal_worths
from optimizer.planning.plain_values import amount_of
from optimizer.planning.sponsor.model import DRAWS, Standing
from optimizer.planning.wording import MONEY_OUTCOMES, PROFIT

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

WEEKS = 4  # over which the next money is looked at
LEAST_SPEND = 0.02  # of a cell's usual spend: where nothing is spent today, its first money is looked at
BETWEEN = 0.5  # spread of log efficiency between a known place and one that the history does not have
TINY = 1e-12
HISTORY, LIST, NOTHING = "history", "list", "nothing"


@dataclass(frozen=True, eq=False)
class Bar:
    """What a unit of money brings with the usual sponsored post, and what a post is held against.

    Attributes
    ----------
    source : "history", "list" or "nothing"
        Where the worth of money comes from.
    outcome : str
        What is counted; "" where nothing tells.
    currency : str
    level : float array, shape (S, N)
        Log outcome per unit of money with the usual sponsored post of each post's place; zeros where nothing tells.
    bar : float array, shape (S, N)
        The log outcome per unit of money that a post must beat.
    known : bool array, shape (N,)
        Whether the place of a post is in the history.
    given : float or None
        The bar that was asked for, as a person says it.
    weekly : float array, shape (N,)
        Weekly spend of the place today; NaN where not known.
    worth : float
        Outcome that one conversion stands for: 1 where counts are the outcome; NaN where nothing tells.
    """

    source: str
    outcome: str
    currency: str
    level: Floats = field(repr=False)
    bar: Floats = field(repr=False)
    known: np.ndarray = field(repr=False)
    given: float | None
    weekly: Floats = field(repr=False)
    worth: float = 1.0

    @property
    def counts(self) -> bool:
        """Whether results are counts, which have a cost each; money has a return."""
        return self.outcome not in MONEY_OUTCOMES


def sponsor_goal(studio_goal: str | None, history: History, request: PlanRequest) -> str:
    """What results are: conversions where the history has them, since a cost per conversion is what people know.

    Raises
    ------
    InputError
        The history does not have what was asked for, or profit was.
    """
    from optimizer.planning.studio import panel_of

    panel = panel_of(history, request.by_audience)
    asked = studio_goal
    if asked is None and np.nansum(panel.outcomes.get("conversions", np.zeros(1))) > 0:
        asked = "conversions"
    goal = choose_goal(panel, asked, request.read_settings())
    if goal == PROFIT:
        raise InputError.at(
            say("posts cannot be held against profit"), fix=say("choose revenue or conversions (--goal)")
        )
    return goal


def bar_of(found: PostList, standing: Standing, given: float | None, told: tuple[Studio, PlanRequest] | None) -> Bar:
    """The bar of each post.

    Parameters
    ----------
    found : PostList
    standing : Standing
    given : float or None
        The most that a result may cost, or for money the least that a unit of it must bring; None for what the next
        money brings in each place.
    told : (Studio, PlanRequest) or None
        The fitted history and its question.

    Raises
    ------
    InputError
        The bar is not above 0, the list has another currency than the history, or nothing tells what money brings.
    """
    if given is not None:
        amount_of(given, say("bar"), above=True)
    if told is not None:
        return _by_history(found, given, *told)
    count = len(found.posts)
    weekly, known = np.full(count, np.nan), np.ones(count, dtype=bool)
    if standing.level is not None:
        bar = standing.level if given is None else np.full_like(standing.level, -np.log(given))
        return Bar(LIST, standing.link.result, found.currency, standing.level, bar, known, given, weekly)
    if given is not None:
        problem = say("a bar says what a result may cost, and nothing here tells what money brings")
        raise InputError.at(problem, fix=say("give the history too (--history FILE), or results of sponsored posts"))
    nothing = np.zeros((DRAWS, count))
    return Bar(NOTHING, "", found.currency, nothing, nothing, known, None, weekly)


def _by_history(found: PostList, given: float | None, studio: Studio, request: PlanRequest) -> Bar:
    panel, settings = studio.panel, request.read_settings()
    if found.currency and panel.currency and found.currency != panel.currency:
        problem = say("money is in {one}, but the history is in {other}", one=found.currency, other=panel.currency)
        fix = say("give the list in the currency of the history")
        raise InputError.at(problem, file=found.file, column="currency", fix=fix)
    goal = choose_goal(panel, request.goal, settings)
    response = studio.responses(goal, goal_worths(panel, goal, settings))[0]
    weekly = response.weekly(WEEKS, goal)
    today = panel.recent_spend
    usual = np.maximum(today, LEAST_SPEND * np.nanmean(np.where(panel.spend > 0, panel.spend, np.nan), axis=1))
    slope = weekly.constant_draws(usual[:, None])[1][..., 0] / WEEKS
    rows = np.arange(DRAWS) % len(slope)
    # a draw in which money does nothing, or harm, is one in which no post can bring anything
    log = np.log(np.maximum(slope[rows], TINY * max(float(slope.mean()), TINY)))
    typical = np.log(np.maximum(slope.mean(axis=0), TINY))
    place = {(cell.network, cell.content_type): c for c, cell in enumerate(panel.cells)}
    at = [place.get((post.network, post.content_type), -1) for post in found.posts]
    rng = np.random.default_rng([request.seed, 12])
    level = np.column_stack(
        [
            log[:, c] if c >= 0 else _unknown(post, panel.cells, typical, usual, rng)
            for post, c in zip(found.posts, at, strict=True)
        ]
    )
    average = np.log((slope @ usual / usual.sum()).mean())
    bar = np.where(np.array(at) >= 0, level, average)
    if given is not None:
        bar = np.full_like(level, np.log(given) if goal in MONEY_OUTCOMES else -np.log(given))
    spent = np.array([today[c] if c >= 0 else np.nan for c in at])
    money = panel.currency or found.currency
    return Bar(HISTORY, goal, money, level, bar, np.array(at) >= 0, given, spent, _worth(panel, goal, request))


def _worth(panel: Panel, goal: str, request: PlanRequest) -> float:
    """Goal units per conversion, over all of the history."""
    if goal not in MONEY_OUTCOMES:
        return 1.0
    count = panel.outcomes.get("conversions")
    if count is None:
        return math.nan
    brought = goal_history(panel, goal, goal_worths(panel, goal, request.read_settings()))
    both = np.isfinite(count) & np.isfinite(brought)
    return float(brought[both].sum() / count[both].sum()) if count[both].sum() > 0 else math.nan


def _unknown(
    post: Post, cells: Sequence[tuple[str, ...]], typical: Floats, usual: Floats, rng: np.random.Generator
) -> Floats:
    """(S,) log worth of money in a place without history: like places of its network, else like all, and unsure."""
    like = np.array([cell[0] == post.network for cell in cells])
    like = like if like.any() else np.ones(len(cells), dtype=bool)
    centre = float(np.average(typical[like], weights=usual[like]))
    spread = np.hypot(BETWEEN, float(typical[like].std()))
    return np.asarray(centre + spread * rng.standard_normal(DRAWS))
