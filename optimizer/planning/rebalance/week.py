"""A rebalancing question settled: bounds, network rules, what stands already, and the problem to choose moves in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Problem
from optimizer.errors import InputError
from optimizer.history.panel import Floats
from optimizer.language.message import say
from optimizer.planning.goal import choose_goal
from optimizer.planning.ground import pose
from optimizer.planning.network_rules import NetworkRules, read_network_rules
from optimizer.planning.notes import WEEK
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.problem import goal_curves, goal_weekly, within_reach
from optimizer.planning.rebalance.holds import Standing, locked, pinned, shared
from optimizer.planning.rebalance.limits import (
    Limits,
    check_floors,
    check_reach,
    entered,
    limits_of,
    maximum_places,
    widened,
)
from optimizer.planning.wording import PROFIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.history.findings import Finding
    from optimizer.planning.fit import Response
    from optimizer.planning.question import Question
    from optimizer.planning.rebalance.request import RebalanceRequest
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio
    from optimizer.response.curves import Curves
    from optimizer.response.weekly import WeeklyResponse

KEPT = 8  # weeks a split is judged over, as if it were kept for so long
SECONDS = 10.0  # for closing gaps; far more than is needed, so that no result depends on the speed of the machine


@dataclass(frozen=True, eq=False)
class Posture:
    """A rebalancing question settled: all that choosing and telling work on; `standing` is what was decided before."""

    studio: Studio
    request: PlanRequest
    question: Question  # of one week
    far: Question  # as if the split were kept
    responses: Sequence[Response]
    network: NetworkRules
    limits: Limits
    problem: Problem
    weekly: WeeklyResponse
    curves: Curves
    max_change: float
    standing: Standing
    notes: tuple[Finding, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)


def settle_week(studio: Studio, request: RebalanceRequest) -> Posture:
    """Fill in what the request leaves open, and refuse what no week can hold.

    Raises
    ------
    InputError, InfeasibleError
    """
    week = request.of_week()
    week = replace(week, settings=week.read_settings())
    panel = studio.panel
    if choose_goal(panel, week.goal, week.read_settings()) == PROFIT:
        fix = say("a week's budget is spent in full, so choose revenue or another outcome")
        raise InputError.at(say("goal is {goal}", goal=PROFIT), fix=fix)
    question, responses = pose(studio, week)
    network = NetworkRules.none(len(panel.cells))
    if request.network_rules is not None:
        network = read_network_rules(request.network_rules, panel.cells, panel.currency)
        check_floors(question, network, panel, maximum_places(request.bounds, panel.cells))
        if request.bounds is None:
            question = replace(question, bounds=entered(question.bounds, network))
    week_start = (panel.weeks[-1].astype("datetime64[D]") + WEEK).astype(object)
    standing = Standing.of(panel.cells, question.today, request.fixed, request.memory, week_start)
    question = locked(shared(question, request.largest_share), standing)
    limits = limits_of(panel, question, network, request.max_change, request.touch_learning)
    limits = pinned(limits, standing, panel.currency)
    check_reach(question, limits, request.max_change, panel.currency)
    far = replace(question, weeks=KEPT, budget=question.budget * KEPT)
    bounds = widened(limits, question.budget)
    ends = np.maximum(np.maximum(within_reach(far).upper, bounds.upper), np.maximum(question.today, standing.now))
    ends = np.where(ends > 0.0, ends, 0.01 * question.weekly / len(ends))
    first = responses[0]
    curves = goal_curves(first, far, ends)
    rules = plan_rules(replace(week, budget=far.budget, weeks=KEPT), far, responses, ends)
    problem = Problem(curves, question.weekly, bounds, standing.now, seconds=SECONDS, rules=(*rules, *limits.rules))
    return Posture(
        studio=studio,
        request=week,
        question=question,
        far=far,
        responses=responses,
        network=network,
        limits=limits,
        problem=problem,
        weekly=goal_weekly(first, far),
        curves=curves,
        max_change=request.max_change,
        standing=standing,
        settings=_settings(request),
    )


def _settings(request: RebalanceRequest) -> dict[str, object]:
    """What was asked beyond what a plan is asked; only what differs from the usual of what few ask."""
    more: dict[str, object] = {}
    if request.fixed:
        more["fixed"] = {label: round(amount, 6) for label, amount in request.fixed.items()}
    if request.largest_share is not None:
        more["largest_share"] = request.largest_share
    if request.memory:
        more["memory"] = request.memory.to_json()
    return {"max_change": request.max_change, "explore": request.explore, "kept": KEPT, **more}


def run_id(posture: Posture, settings: Mapping[str, object]) -> str:
    """12 hexadecimal digits that follow from data, version, seed and settings."""
    from optimizer import __version__

    origin = [posture.studio.panel.source_sha256, __version__, posture.request.seed, settings]
    text = json.dumps(origin, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def known_spend(curves: Curves, spend: Floats) -> Floats:
    """(C,) spend within what the curves know."""
    return np.clip(spend, curves.knots[:, 0], curves.knots[:, -1])
