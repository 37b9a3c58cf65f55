"""From fitted responses to a plan: solve, forecast, explain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.history.findings import Finding, worst_first
from optimizer.history.panel import Floats, Panel
from optimizer.language.message import say
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.choice import choose
from optimizer.planning.earlier import Earlier
from optimizer.planning.explain import Returns, Split, explain_moves, move_returns
from optimizer.planning.goal import goal_history, harmful_spend
from optimizer.planning.notes import WEEK, of_figures, of_response, of_todays_split, of_unspent
from optimizer.planning.outlook import by_cell, look_ahead, loses, sum_up
from optimizer.planning.plan import CurveBands, Plan, RunInfo
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.problem import curve_ends, goal_bands, goal_curves, problem_of
from optimizer.planning.question import Question, request_settings
from optimizer.planning.reasons import told_by
from optimizer.planning.request import CAREFUL, PlanRequest
from optimizer.planning.wording import Wording, money_unit, unit_for

if TYPE_CHECKING:
    from optimizer.allocation.rules import Rule
    from optimizer.planning.fit import Response
    from optimizer.planning.memory import Recall
    from optimizer.response.curves import Curves
    from optimizer.response.model import Bands

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of the work that is behind it."""


class Material(NamedTuple):
    """What a plan is assembled from; the first model tells the goal, the others what it cannot forecast."""

    panel: Panel
    request: PlanRequest
    question: Question
    models: Sequence[Response]
    findings: Sequence[Finding] = ()
    earlier: Earlier = Earlier()
    change: Change = NO_CHANGE
    recall: Recall | None = None


def assemble(material: Material, tell: Progress) -> Plan:
    """Solve, forecast and explain, given fitted responses."""
    panel, request, question, models, known = material[:5]
    recall = material.recall
    models = [model.with_today(question.today) for model in models]
    fitted, goal = models[0], question.goal
    careful = request.risk == CAREFUL
    tell(say("Finding the split that is best in the worst cases") if careful else say("Finding the best split"), 0.7)
    upper = curve_ends(question)
    curves = goal_curves(fitted, question, upper, recall)
    rules = plan_rules(request, question, models, upper)
    problem = problem_of(question, curves, rules)
    choice = choose(request, question, problem, fitted)

    tell(say("Forecasting"), 0.8)
    outlook = look_ahead(models, choice.spend, choice.baseline, question.economics)
    if not careful and loses(outlook, goal, choice.saved):
        choice = choice.kept()
        outlook = look_ahead(models, choice.spend, choice.baseline, question.economics)
    totals = sum_up(outlook)

    tell(say("Explaining"), 0.9)
    split = Split(choice.baseline.mean(axis=1), choice.spend.mean(axis=1), choice.problem.bounds)
    unit = money_unit(question.weekly, len(panel.cells))
    wording = Wording(goal, panel.currency, unit, 10.0**-question.decimals, fitted.responsive)
    returns = plan_returns(choice.compared, split, question, unit)
    bands = plan_bands(fitted, question, goal_bands(fitted, question, upper, recall))
    unspent = max(question.budget - float(choice.spend.sum()), 0.0) if not question.spend_all else 0.0
    findings = [*known, *of_response(fitted), *question.findings, *of_figures(panel, question, totals.total)]
    findings += of_todays_split(panel, question, choice.problem.bounds)
    findings += of_unspent(question, unspent, panel.currency)
    if min(question.worths.values(), default=0.0) < 0:
        findings += harmful_spend(panel.cells, split.plan, bands, panel.currency)
    moves = explain_moves(panel.cells, split, returns, fitted.evidence, wording)
    plan = Plan(
        cells=panel.cells,
        weeks=_coming_weeks(panel, request.weeks),
        spend=choice.spend,
        baseline=choice.baseline,
        goal=goal,
        currency=panel.currency,
        total=totals.total,
        baseline_total=totals.baseline,
        gain=totals.gain,
        carry_after=totals.after,
        by_cell={name: by_cell(one) for name, one in outlook.plan.items()},
        moves=tuple(told_by(move, request.risk, wording) for move in moves),
        allocation=choice.certified(wording.step),
        bounds=question.bounds,
        curves=curves,
        bands=bands,
        findings=worst_first(_once(findings)),
        run=_run(material, rules),
        responsive=fitted.responsive,
        draws=totals.draws,
        unspent=unspent,
        risk=request.risk,
    )
    tell(say("Done"), 1.0)
    return plan


def plan_returns(curves: Curves, split: Split, question: Question, unit: float) -> Returns:
    """Returns per unit of money: a weekly amount is spent once in every week of the plan; for profit it comes off."""
    weeks, paid = question.weeks, question.cost_of_money / question.weeks
    first, last = curves.knots[:, 0], curves.knots[:, -1]
    today, plan = np.clip(split.today, first, last), np.clip(split.plan, first, last)
    gained = (curves.value(plan) - curves.value(today)) / weeks - paid * (plan - today)
    size = np.array([unit_for(float(amount), unit) for amount in np.maximum(split.today, split.plan)])

    def between(low: Floats, high: Floats) -> Floats:
        width = np.where(high > low, high - low, 1.0)
        return np.asarray((curves.value(high) - curves.value(low)) / width / weeks - paid)

    def upward(spend: Floats, step: Floats) -> Floats:
        # A slope at 0 can be endless where a curve starts steeply; the next step of money is what people ask about.
        below = np.where(last - spend > 1e-3 * step, spend, np.maximum(spend - step, first))
        return between(below, np.minimum(spend + step, last))

    def downward(spend: Floats, step: Floats) -> Floats:
        above = np.where(spend - first > 1e-3 * step, spend, np.minimum(spend + step, last))
        return between(np.maximum(spend - step, first), above)

    small = size / 100
    return Returns(
        today=upward(today, small),
        plan=upward(plan, small),
        next_unit=upward(today, size),
        last_unit=downward(today, size),
        move=move_returns(split.today, split.plan, gained),
    )


def _coming_weeks(panel: Panel, weeks: int) -> NDArray[np.datetime64]:
    """Mondays of the planned weeks, right after the last complete week."""
    following: NDArray[np.datetime64] = panel.weeks[-1].astype("datetime64[D]") + WEEK * np.arange(1, weeks + 1)
    return following


def plan_bands(fitted: Response, question: Question, bands: Bands) -> CurveBands:
    """Curves for charts, with the weeks of the history and what was ever tried."""
    panel = fitted.panel
    outcome = goal_history(panel, question.goal, question.worths, question.margin, question.economics.media_rate)
    points = tuple(_points(panel.spend[c], outcome[c]) for c in range(len(panel.cells)))
    tried = np.array([one.tried for one in fitted.evidence], dtype=np.float64).reshape(-1, 2)
    return CurveBands(bands.spend, bands.mean, bands.low, bands.high, points, tried)


def _points(spend: Floats, outcome: Floats) -> Floats:
    seen = np.isfinite(spend) & np.isfinite(outcome)
    return np.column_stack([spend[seen], outcome[seen]])


def _once(findings: list[Finding]) -> list[Finding]:
    """The findings without repeats, in order."""
    return list(dict.fromkeys(findings))


def _run(material: Material, rules: tuple[Rule, ...]) -> RunInfo:
    """Name the run by everything that decides its figures: data, version, seed and settings."""
    from optimizer import __version__

    panel, request, question = material.panel, material.request, material.question
    settings = {**request_settings(panel, request, question), "earlier": material.earlier.hashes}
    if rules:
        settings["rules"] = [repr(rule) for rule in rules]
    if material.change != NO_CHANGE:
        settings["change"] = material.change.to_json()
    origin = [panel.source_sha256, __version__, request.seed, settings]
    text = json.dumps(origin, sort_keys=True, ensure_ascii=True, allow_nan=False)
    identity = hashlib.sha256(text.encode()).hexdigest()[:12]
    return RunInfo(identity, panel.source_sha256, __version__, request.seed, settings)
