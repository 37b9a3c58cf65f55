"""From a history and a request to a plan: read, fit, ask, solve, forecast, explain."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Allocation, Bounds, Problem, Status
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import Floats, Panel
from optimizer.history.sample import is_simulated
from optimizer.planning.earlier import Earlier, learned_reporting, load_earlier
from optimizer.planning.explain import Returns, Split, explain_moves, move_returns
from optimizer.planning.fit import MAIN_OUTCOMES, fit_responses, fitted_outcome
from optimizer.planning.goal import goal_history, harmful_spend
from optimizer.planning.money import weekly_amounts
from optimizer.planning.plan import CellForecast, CurveBands, Interval, Plan, RunInfo
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.question import NAMED, Question, in_currency, of_history, request_settings, settle
from optimizer.planning.request import PlanRequest
from optimizer.planning.wording import Wording, money, money_unit, quantity, unit_for

if TYPE_CHECKING:
    from optimizer.allocation.rules import Rule
    from optimizer.history.history import History
    from optimizer.planning.fit import Response
    from optimizer.response.curves import Curves
    from optimizer.response.forecast import OutcomeDraws

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of the work that is behind it."""

INTERVAL = (5.0, 95.0)  # percent; the ends of a 90 % interval
SCALED = 0.01  # today's split counts as scaled where the budget differs from its sum by more than this share
LATE_DAYS = 7  # a plan may be made in the week it begins with, or in the one after
WEEK = np.timedelta64(7, "D")


class _Forecast(NamedTuple):
    """Draws of the plan and of today's split, per outcome."""

    plan: Mapping[str, OutcomeDraws]
    baseline: Mapping[str, OutcomeDraws]


def make_plan(history: History, request: PlanRequest, progress: Progress | None = None) -> Plan:
    """Answer a planning question: the best split of the budget over the coming weeks, its proof, forecast and reasons.

    The weeks follow on the last complete week of the history. The split is the same every week. Where the history
    shows no response to spend, the plan keeps today's split and says so.

    Parameters
    ----------
    history : History
    request : PlanRequest
    progress : callable (str, float) -> None, optional
        Told what is being done and the share done, 0 to 1.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        The request does not fit the history, one of its files cannot be used, or the history is too short to fit.
    InfeasibleError
        The bounds cannot hold the budget.

    Examples
    --------
    A plan needs a history file::

        history = load_history("history.csv")
        plan = make_plan(history, PlanRequest(budget=40_000, weeks=4))
        plan.gain["revenue"]
    """
    from optimizer.history import build_panel

    say = progress or _silent
    say("Reading weeks and cells", 0.0)
    request = replace(request, settings=request.read_settings())
    panel = in_currency(build_panel(history, by_audience=request.by_audience), request.read_settings())
    question = settle(panel, request)
    earlier = load_earlier(panel, request)
    say("Fitting the response", 0.05)
    models = fit_responses(panel, question, request, earlier.panels)
    findings = list(of_history(history, panel, request.by_audience))
    findings += [*_calendar(history, panel, request), *earlier.findings]
    for name in question.worths or (question.goal,):
        findings += learned_reporting(panel, earlier.panels, fitted_outcome(panel, name))
    return assemble(Material(panel, request, question, models, findings, earlier), say)


class Material(NamedTuple):
    """What a plan is assembled from; the first model tells the goal, the others what it cannot forecast."""

    panel: Panel
    request: PlanRequest
    question: Question
    models: Sequence[Response]
    findings: Sequence[Finding] = ()
    earlier: Earlier = Earlier()


def assemble(material: Material, say: Progress) -> Plan:
    """Solve, forecast and explain, given fitted responses."""
    from optimizer.allocation import solve

    panel, request, question, models, known, _ = material
    models = [model.with_today(question.today) for model in models]
    fitted = models[0]
    say("Finding the best split", 0.7)
    upper = _curve_ends(question)
    curves = fitted.curves(upper, request.weeks, question.goal)
    rules = plan_rules(request, question, models, upper)
    problem = Problem(curves, question.weekly, _within_reach(question), question.today, rules=rules)
    solved = solve(problem)
    spend, baseline = _written_amounts(question, problem, solved, fitted.responsive)

    say("Forecasting", 0.8)
    draws = _forecast(models, spend, baseline)
    if _loses(draws, question):
        spend = baseline.copy()
        draws = _forecast(models, spend, baseline)
    total, baseline_total, gain, carry_after = _totals(draws)

    say("Explaining", 0.9)
    split = Split(baseline.mean(axis=1), spend.mean(axis=1), problem.bounds)
    unit = money_unit(question.weekly, len(panel.cells))
    wording = Wording(question.goal, panel.currency, unit, 10.0**-question.decimals, fitted.responsive)
    returns = _returns(curves, split, request.weeks, unit)
    bands = _bands(fitted, question, upper)
    findings = [*known, *_of_response(fitted), *question.findings, *_notes(panel, question, total)]
    findings += _moved_today(panel, question, problem.bounds)
    if min(question.worths.values(), default=0.0) < 0:
        findings += harmful_spend(panel.cells, split.plan, bands, panel.currency)
    plan = Plan(
        cells=panel.cells,
        weeks=_coming_weeks(panel, request.weeks),
        spend=spend,
        baseline=baseline,
        goal=question.goal,
        currency=panel.currency,
        total=total,
        baseline_total=baseline_total,
        gain=gain,
        carry_after=carry_after,
        by_cell={name: _by_cell(one) for name, one in draws.plan.items()},
        moves=explain_moves(panel.cells, split, returns, fitted.evidence, wording),
        allocation=_certify(problem, solved, spend, baseline, wording.step),
        bounds=question.bounds,
        curves=curves,
        bands=bands,
        findings=worst_first(_once(findings)),
        run=_run(material, rules),
        responsive=fitted.responsive,
    )
    say("Done", 1.0)
    return plan


def _silent(_what: str, _share: float) -> None:
    """Show nothing."""


def _within_reach(question: Question) -> Bounds:
    """The bounds, with no cell's maximum above the whole budget: that allows the same splits on shorter curves."""
    upper = np.minimum(question.bounds.upper, question.weekly)
    return Bounds(np.minimum(question.bounds.lower, upper), upper)


def _curve_ends(question: Question) -> Floats:
    """(C,) largest weekly spend the curves must know: what a cell may get, and never nothing at all."""
    reach = _within_reach(question).upper
    fallback = np.maximum(question.today, 0.01 * question.weekly / len(reach))
    return np.asarray(np.where(reach > 0, reach, fallback), dtype=np.float64)


def _written_amounts(
    question: Question, problem: Problem, solved: Allocation, responsive: bool
) -> tuple[Floats, Floats]:
    """(C, H) spend and baseline in amounts of money as they are written; today's split where nothing is worth more."""
    spend, baseline = (
        weekly_amounts(split, question.budget, question.weeks, problem.bounds, question.decimals)
        for split in (solved.spend, solved.baseline)
    )
    # under rules the solver has compared the two with what the rules cost
    no_gain = not problem.rules and _value(problem.curves, spend).sum() <= _value(problem.curves, baseline).sum()
    if not responsive or no_gain:
        spend = baseline.copy()
    return spend, baseline


def _value(curves: Curves, amounts: Floats) -> Floats:
    """(C,) value of the mean weekly spend of (C, H) amounts; steps of money past a curve's end do not count."""
    return _known_value(curves, amounts.mean(axis=1))


def _known_value(curves: Curves, weekly: Floats) -> Floats:
    """(C,) value of weekly spend, no further than each curve is known."""
    return curves.value(np.clip(weekly, curves.knots[:, 0], curves.knots[:, -1]))


def _certify(problem: Problem, solved: Allocation, spend: Floats, baseline: Floats, step: float) -> Allocation:
    """Hold the proof of the exact solution against the amounts that are written.

    The bound is a property of the problem, whatever split is chosen, so only value, gap and what binds are taken anew.
    """
    curves, proven = problem.curves, solved.certificate
    weekly = spend.mean(axis=1)
    # fixed costs come off the curves' value; rounding to cents does not change them, keeping today's split may
    kept = np.allclose(weekly, solved.baseline, rtol=0.0, atol=2.0 * step)
    exact, of_exact = (solved.baseline, solved.baseline_value) if kept else (solved.spend, proven.value)
    value = float((_value(curves, spend) - _known_value(curves, exact)).sum()) + of_exact
    bound = max(proven.bound, value)
    gap = (bound - value) / max(abs(bound), np.finfo(np.float64).tiny)
    marginal = curves.slope(np.clip(weekly, curves.knots[:, 0], curves.knots[:, -1]))
    near = 1e-6 * problem.budget + step
    at_lower = np.flatnonzero((weekly <= problem.bounds.lower + near) & (marginal < proven.price))
    at_upper = np.flatnonzero((weekly >= problem.bounds.upper - near) & (marginal > proven.price))
    rounding = _value(curves, baseline) - _known_value(curves, solved.baseline)
    certificate = replace(
        proven,
        status=Status.OPTIMAL if gap <= problem.tolerance else Status.FEASIBLE,
        value=value,
        bound=bound,
        gap=gap,
        marginal=marginal,
        at_lower=tuple(int(c) for c in at_lower),
        at_upper=tuple(int(c) for c in at_upper),
    )
    return replace(
        solved,
        spend=weekly,
        baseline=baseline.mean(axis=1),
        baseline_value=solved.baseline_value + float(rounding.sum()),
        certificate=certificate,
    )


def _forecast(models: Sequence[Response], spend: Floats, baseline: Floats) -> _Forecast:
    """Draws of every outcome; the first model that forecasts an outcome tells it."""
    plan: dict[str, OutcomeDraws] = {}
    before: dict[str, OutcomeDraws] = {}
    for model in models:
        one, other = model.forecast(spend), model.forecast(baseline)
        plan |= {name: draws for name, draws in one.items() if name not in plan}
        before |= {name: draws for name, draws in other.items() if name not in before}
    order = sorted(plan, key=lambda name: MAIN_OUTCOMES.index(name) if name in MAIN_OUTCOMES else len(MAIN_OUTCOMES))
    return _Forecast({name: plan[name] for name in order}, {name: before[name] for name in order})


def _loses(draws: _Forecast, question: Question) -> bool:
    """Whether the plan is forecast to be worth less than today's split, the weeks after included.

    The curves that a split is chosen by stay level where outcomes of negative worth outgrow the others; the forecast
    falls there. Elsewhere the two agree, and this holds a promise that must not rest on that.
    """
    plan, before = draws.plan[question.goal], draws.baseline[question.goal]
    gain = (plan.expected.sum(axis=(1, 2)) - before.expected.sum(axis=(1, 2))).mean()
    return bool(gain + (plan.after.sum(axis=1) - before.after.sum(axis=1)).mean() < 0)


def _totals(draws: _Forecast) -> tuple[dict[str, Interval], ...]:
    """Total, baseline, gain and carry-over after, per outcome."""
    total, baseline, gain, after = {}, {}, {}, {}
    for name, plan in draws.plan.items():
        before = draws.baseline[name]
        expected, expected_before = plan.expected.sum(axis=(1, 2)), before.expected.sum(axis=(1, 2))
        total[name] = _interval(float(expected.mean()), plan.observed.sum(axis=(1, 2)))
        baseline[name] = _interval(float(expected_before.mean()), before.observed.sum(axis=(1, 2)))
        gain[name] = _interval(float(expected.mean() - expected_before.mean()), expected - expected_before)
        carried = plan.after.sum(axis=1) - before.after.sum(axis=1)
        after[name] = _interval(float(carried.mean()), carried)
    return total, baseline, gain, after


def _interval(mean: float, draws: Floats) -> Interval:
    """The ends hold the mean: counts far below one have quantiles of 0 and 0."""
    low, high = np.percentile(draws, INTERVAL)
    return Interval(mean, min(float(low), mean), max(float(high), mean))


def _by_cell(draws: OutcomeDraws) -> CellForecast:
    mean = draws.expected.mean(axis=0)
    low, high = np.percentile(draws.observed, INTERVAL, axis=0)
    return CellForecast(mean, np.minimum(low, mean), np.maximum(high, mean))


def _returns(curves: Curves, split: Split, weeks: int, unit: float) -> Returns:
    """Returns per unit of money: a weekly amount is spent once in every week of the plan."""
    first, last = curves.knots[:, 0], curves.knots[:, -1]
    today, plan = np.clip(split.today, first, last), np.clip(split.plan, first, last)
    gained = (curves.value(plan) - curves.value(today)) / weeks
    size = np.array([unit_for(float(amount), unit) for amount in np.maximum(split.today, split.plan)])

    def between(low: Floats, high: Floats) -> Floats:
        width = np.where(high > low, high - low, 1.0)
        return np.asarray((curves.value(high) - curves.value(low)) / width / weeks)

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


def _notes(panel: Panel, question: Question, total: Mapping[str, Interval]) -> list[Finding]:
    """What a reader of the figures should know about them."""
    findings = []
    today = float(question.today.sum())
    if abs(today / question.weekly - 1) > SCALED:
        now, planned = money(today, panel.currency), money(question.weekly, panel.currency)
        problem = f"today's spend is {now} a week and the plan's {planned}"
        fix = "today's split was scaled to the plan's budget to compare like with like"
        findings.append(Finding("today-scaled", Severity.NOTE, problem, fix))
    goal = question.goal
    best = float(np.nansum(goal_history(panel, goal, question.worths), axis=0).max())
    forecast = total[goal].mean / question.weeks
    if forecast > best > 0:
        tried = question.weekly <= float(np.nansum(panel.spend, axis=0).max())
        expected, record = quantity(forecast, goal, panel.currency), quantity(best, goal, panel.currency)
        problem = f"the plan expects {expected} a week, more than the {record} of the best week on record"
        fix = (
            "check the season and the newest weeks before relying on it" if tried else "so much was never spent before"
        )
        findings.append(Finding("beyond-record", Severity.WARNING, problem, fix))
    return findings


def _moved_today(panel: Panel, question: Question, bounds: Bounds) -> list[Finding]:
    """Say which cells keep today's split, scaled to the budget, from being the baseline as it is."""
    scaled = question.today * (question.weekly / float(question.today.sum()))
    slack = 10.0**-question.decimals + 1e-6 * scaled
    low, high = scaled < bounds.lower - slack, scaled > bounds.upper + slack
    outside = np.flatnonzero(low | high)
    if not outside.size:
        return []
    order = outside[np.argsort(-np.abs(scaled - np.clip(scaled, bounds.lower, bounds.upper))[outside], kind="stable")]

    def said(c: int) -> str:
        limit, word = (bounds.lower[c], "minimum") if low[c] else (bounds.upper[c], "maximum")
        now, held = money(float(scaled[c]), panel.currency), money(float(limit), panel.currency)
        return f"{panel.cells[c].label} ({now} a week, {word} {held})"

    more = f" and {len(order) - NAMED} more" if len(order) > NAMED else ""
    problem = f"today's split at this budget is outside the bounds in {', '.join(map(said, order[:NAMED]))}{more}"
    fix = "it was moved to the nearest split that keeps them, which is what the plan is compared with"
    return [Finding("today-moved", Severity.NOTE, problem, fix)]


def _of_response(fitted: Response) -> list[Finding]:
    """Findings of the fit; that one part of a goal does not respond does not keep the whole at today's split."""
    if not fitted.responsive:
        return list(fitted.findings)
    part = "its part of the goal rests on averages that do not stand out from noise"
    return [replace(one, fix=part) if one.rule == "no-response" else one for one in fitted.findings]


def _calendar(history: History, panel: Panel, request: PlanRequest) -> list[Finding]:
    """Say so where the history reaches into the weeks that are planned, or ends long before today."""
    newest = history.table["date"].max().to_datetime64().astype("datetime64[D]")
    first = panel.weeks[-1].astype("datetime64[D]") + WEEK
    if newest < first:
        return _long_ago(history, first, request.today or dt.date.today())
    problem = f"the first planned week, {first}, has begun: the history has rows up to {newest}"
    fix = "what was spent in it already comes off its amounts"
    return [Finding("week-begun", Severity.NOTE, problem, fix, file=history.file)]


def _long_ago(history: History, first: np.datetime64, today: dt.date) -> list[Finding]:
    """Say so where the first planned week lies more than a week back; the sample's calendar is nobody's."""
    days = int((np.datetime64(today, "D") - first).astype(np.int64))
    if days <= LATE_DAYS or is_simulated(history.table):
        return []
    problem = f"the first planned week, {first}, began {days} days before today ({today})"
    fix = "the plan follows on the history's last complete week; add the weeks since for one that lies ahead"
    return [Finding("planned-past", Severity.NOTE, problem, fix, file=history.file)]


def _bands(fitted: Response, question: Question, upper: Floats) -> CurveBands:
    bands, panel = fitted.bands(upper, question.goal), fitted.panel
    outcome = goal_history(panel, question.goal, question.worths)
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

    panel, request, question, _, _, earlier = material
    settings = {**request_settings(panel, request, question), "earlier": earlier.hashes}
    if rules:
        settings["rules"] = [repr(rule) for rule in rules]
    origin = [panel.source_sha256, __version__, request.seed, settings]
    text = json.dumps(origin, sort_keys=True, ensure_ascii=True, allow_nan=False)
    identity = hashlib.sha256(text.encode()).hexdigest()[:12]
    return RunInfo(identity, panel.source_sha256, __version__, request.seed, settings)
