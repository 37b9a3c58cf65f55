"""Plans for what can go wrong: quantile, CVaR or probability of a target over the draws, and the line to the mean.

CVaR (mean of the worst share of the draws) is concave where the draws' values are, so a tangent with weights on the
tail bounds it (Rockafellar and Uryasev, 2000). A quantile and a probability are not: for these the plan is the best of
several climbs, and the bound is proven but may be loose. Two arguments give it, and the smaller one counts: no draw
is worth more than its own best plan, and the draws' mean is not worth more than the best mean.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

import numpy as np

from optimizer.allocation.ascent import Mean, Tail, climb
from optimizer.allocation.paths import Draws, Paths
from optimizer.allocation.problem import Status
from optimizer.allocation.week_rules import WeeklyProblem, WeekSetting, prepare
from optimizer.errors import InputError
from optimizer.history.panel import Floats
from optimizer.language.message import figure, number, say

WIDTHS = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # rounding of CVaR's corner, of the spread of the draws, step by step
SHARP = 0.1  # of the tolerance: what a climb may leave open
RESTARTS = 6
ROUNDS = 12  # of raising the worst draws that count
GAIN = 1e-9  # relative
TINY = 1e-300


class Kind(Enum):
    """What is maximised over the draws."""

    MEAN = "mean"
    CVAR = "cvar"  # mean of the worst `level` share of the draws
    QUANTILE = "quantile"  # value that all but the worst `level` share of the draws reach
    PROBABILITY = "probability"  # share of the draws that reach `target`


@dataclass(frozen=True)
class Risk:
    """What to maximise.

    Attributes
    ----------
    kind : Kind
    level : float
        Share of the draws in the tail, in (0, 1]; below 1 for a quantile. Unused for mean and probability.
    target : float
        Value to reach, for a probability.
    """

    kind: Kind
    level: float = 0.1
    target: float = 0.0

    def of(self, total: Floats) -> float:
        """Measure values of draws (S,).

        Examples
        --------
        >>> values = np.arange(10.0)
        >>> Risk(Kind.CVAR, 0.25).of(values), Risk(Kind.QUANTILE, 0.2).of(values)
        (0.8, 2.0)
        >>> Risk(Kind.PROBABILITY, target=7.0).of(values)
        0.3
        """
        count = len(total)
        if self.kind is Kind.MEAN:
            return float(total.mean())
        if self.kind is Kind.PROBABILITY:
            return float((total >= self.target).mean())
        ordered = np.sort(total)
        if self.kind is Kind.QUANTILE:
            return float(ordered[self.left_out(count)])
        share = self.level * count
        return float(np.clip(share - np.arange(count), 0.0, 1.0) @ ordered / share)

    def left_out(self, count: int) -> int:
        """How many of so many draws a quantile leaves out."""
        return min(int(np.floor(self.level * count * (1.0 + 1e-12))), count - 1)


@dataclass(frozen=True)
class RiskCertificate:
    """What is known about a plan's risk, on all draws.

    Attributes
    ----------
    status : Status
    value : float
        The measure at the plan: goal units, or a share of the draws.
    bound : float
        No plan that keeps the rules measures more; for quantiles and probabilities it may be loose.
    gap : float
        (bound - value) / max(|bound|, tiny), >= 0.
    mean : float
        Mean value of the plan.
    """

    status: Status
    value: float
    bound: float
    gap: float
    mean: float


@dataclass(frozen=True, eq=False)
class RiskAllocation:
    """A plan by its risk: spend and today's split (C, H), today's measure, values per draw (S,), certificate."""

    spend: Floats
    baseline: Floats
    baseline_value: float
    draws: Floats
    certificate: RiskCertificate


@dataclass(frozen=True, eq=False)
class LinePoint:
    """A plan on the line between mean and risk.

    Attributes
    ----------
    weight : float
        Weight of the mean; the rest is on CVaR.
    mean, risk : float
        Mean, and mean of the worst share of the draws (CVaR).
    spend : float array, shape (C, H)
    certificate : RiskCertificate
        Of the weighted sum of mean and CVaR.
    """

    weight: float
    mean: float
    risk: float
    spend: Floats
    certificate: RiskCertificate


def solve_risk(problem: WeeklyProblem, risk: Risk) -> RiskAllocation:
    """Find the plan with the best measure over the draws, with a proven bound.

    Parameters
    ----------
    problem : WeeklyProblem
        With `constant` for the same split in every week.
    risk : Risk

    Returns
    -------
    RiskAllocation
        Keeps the rules, and measures at least what today's split does.

    Raises
    ------
    InputError
        Numbers that are missing, negative or do not fit each other.
    InfeasibleError
        No plan keeps the rules; the message names the smallest repair.
    """
    _check(risk)
    deadline = time.monotonic() + problem.seconds
    setting = prepare(problem)
    search = _Search(setting, risk, deadline)
    if risk.kind is Kind.MEAN:
        search.cvar(1.0)
    elif risk.kind is Kind.CVAR:
        search.cvar(risk.level)
    elif risk.kind is Kind.QUANTILE:
        search.quantile()
    else:
        search.probability()
    return search.result()


def efficient_line(problem: WeeklyProblem, points: int = 9, level: float = 0.1) -> tuple[LinePoint, ...]:
    """Plans from the best mean to the best CVaR, by weighting the two.

    Parameters
    ----------
    problem : WeeklyProblem
        Its `seconds` are shared by the points.
    points : int
        2 or more.
    level : float
        Share of the draws in the tail.

    Returns
    -------
    tuple of LinePoint
        Mean falls and risk (CVaR) rises along it, as far as the gaps allow.
    """
    if points < 2:
        raise InputError.at(say("the line has {points} points", points=number(points)), fix=say("2 or more are needed"))
    risk = Risk(Kind.CVAR, level)
    _check(risk)
    setting = prepare(problem)
    found: list[tuple[float, _Search]] = []
    start = setting.baseline
    for index in range(points):
        weight = 1.0 - index / (points - 1)
        search = _Search(setting, risk, time.monotonic() + problem.seconds / points, weight)
        search.offer(start)
        for _, earlier in found:
            search.offer(earlier.spend)
        search.cvar(level)
        start = search.spend
        found.append((weight, search))
    return tuple(_line_point(weight, search, risk) for weight, search in found)


def _line_point(weight: float, search: _Search, risk: Risk) -> LinePoint:
    result = search.result()
    return LinePoint(weight, float(result.draws.mean()), risk.of(result.draws), result.spend, result.certificate)


class _Search:
    """One search for the best measure: the best path so far, and the smallest bound.

    Parameters
    ----------
    setting : WeekSetting
    risk : Risk
    deadline : float
        time.monotonic() at which to stop.
    mix : float
        Weight of the mean beside the measure, for CVaR.
    """

    def __init__(self, setting: WeekSetting, risk: Risk, deadline: float, mix: float = 0.0) -> None:
        self.setting, self.risk, self.deadline, self.mix = setting, risk, deadline, mix
        self.spend, self.value, self.bound = setting.baseline, -np.inf, np.inf
        self.enough = SHARP * setting.problem.tolerance
        self.offer(setting.baseline)

    def measure(self, total: Floats) -> float:
        """What is maximised, of draws (S,)."""
        value = self.risk.of(total)
        return value if self.mix == 0.0 else self.mix * float(total.mean()) + (1.0 - self.mix) * value

    def offer(self, spend: Floats) -> bool:
        """Keep a path if it measures more than the best so far."""
        value = self.measure(self.setting.paths.total(spend))
        better = value > self.value + GAIN * abs(self.value) if np.isfinite(self.value) else True
        if better:
            self.spend, self.value = spend, value
        return better

    def late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self.deadline

    def cvar(self, level: float) -> None:
        """Climb on CVaR, mixed with the mean; on envelopes for the bound, then on the values from several starts."""
        setting = self.setting
        self.bound, path = self.tail(setting.relaxed, level, self.spend)
        self.offer(path)
        if setting.concave or self.closed():
            return
        rng = np.random.default_rng(0)
        starts = [path, setting.baseline, setting.levelled(path)]
        starts += [self.tail(setting.paths, wider, path)[1] for wider in (min(3.0 * level, 1.0), 1.0)]
        for start in starts:
            self.offer(self.tail(setting.paths, level, start)[1])
        for _ in range(RESTARTS):
            if self.late() or self.closed():
                break
            self.offer(self.tail(setting.paths, level, setting.shaken(self.spend, rng))[1])

    def closed(self) -> bool:
        """Whether the bound is reached."""
        return self.bound - self.value <= self.setting.problem.tolerance * abs(self.bound)

    def tail(self, paths: Paths, level: float, start: Floats, *, mix: float | None = None) -> tuple[float, Floats]:
        """The best bound and the path of a climb on the mean of the worst share of the draws in `paths`."""
        mix = self.mix if mix is None else mix
        tolerance, bound, spend = self.setting.problem.tolerance, np.inf, start
        exact = Risk(Kind.CVAR, level)
        spread = max(float(paths.total(start).std()), 1e-9 * abs(float(paths.total(start).mean())), TINY)
        for width in WIDTHS:
            goal = Tail(paths, level, width * spread, mix)
            found = climb(goal, self.setting.rules, spend, enough=self.enough, deadline=self.deadline)
            bound, spend = min(bound, found.bound), found.spend
            total = paths.total(spend)
            value = mix * float(total.mean()) + (1.0 - mix) * exact.of(total)
            if bound - value <= tolerance * 0.5 * abs(bound) or self.late():
                break
        return bound, spend

    def quantile(self) -> None:
        """Climb from tails of several sizes, then raise the worst of the draws that count."""
        count = self.setting.problem.response.draws
        out = self.risk.left_out(count)
        sizes = (self.risk.level, min(2.0 * self.risk.level, 1.0), 1.0)
        starts = [self.spend, *(self.tail(self.setting.paths, level, self.spend)[1] for level in sizes)]
        for start in starts:
            spend = start
            for _ in range(ROUNDS):
                if self.late():
                    break
                total = self.setting.paths.total(spend)
                kept = np.argsort(total, kind="stable")[out:]
                spend = self.tail(self.setting.paths.only(kept), 1.0 / len(kept), spend)[1]
                if not self.offer(spend):
                    break
            self.offer(start)
        self.bound = min(self.bound, self._quantile_by_mean(out))
        total = self.setting.paths.total(self.spend)
        tops = self._draw_bounds(np.argsort(total, kind="stable")[: out + 1], np.inf)
        self.bound = min(self.bound, float(tops.max()))

    def _quantile_by_mean(self, out: int) -> float:
        """All draws but `out` reach the quantile and the others their least, so the best mean bounds it."""
        least = np.sort(self._least())
        count = len(least)
        return (count * self._best_mean() - float(least[:out].sum())) / (count - out)

    def probability(self) -> None:
        """Raise the draws that reach the target together with those that miss it by least."""
        target, paths = self.risk.target, self.setting.paths
        starts = [self.spend, *(self.tail(paths, level, self.spend)[1] for level in (0.1, 0.5, 1.0))]
        for start in starts:
            self.offer(start)
            spend, more = start, max(len(self.setting.even) // 10, 1)
            while more >= 1 and not self.late():
                total = paths.total(spend)
                order = np.argsort(-total, kind="stable")
                reached = int((total >= target).sum())
                if reached == len(total):
                    break
                kept = order[: min(reached + more, len(total))]
                tried = self.tail(paths.only(kept), 1.0 / len(kept), spend)[1]
                if int((paths.total(tried) >= target).sum()) > reached:
                    spend = tried
                    self.offer(spend)
                else:
                    more //= 2
        self._bound_probability()

    def _bound_probability(self) -> None:
        """As many draws at the target as the best mean allows, less draws that no plan takes there."""
        target, total = self.risk.target, self.setting.paths.total(self.spend)
        count = len(total)
        self.bound = 1.0
        if self.closed():
            return
        least = np.minimum(self._least(), target)
        rest = count * self._best_mean() - float(least.sum())
        self.bound = min(1.0, int((np.cumsum(np.sort(target - least)) <= rest * (1.0 + 1e-12)).sum()) / count)
        if self.closed():
            return
        missed = np.flatnonzero(total < target)
        tops = self._draw_bounds(missed[np.argsort(total[missed], kind="stable")], target)
        self.bound = min(self.bound, 1.0 - float((tops < target).sum()) / count)

    def _draw_bounds(self, draws: Draws, until: float) -> Floats:
        """Upper bound of the best value of single draws; infinite where time was too short."""
        tops = np.full(len(draws), np.inf)
        one = np.ones(1)
        for i, draw in enumerate(draws):
            if self.late():
                break
            goal = Mean(self.setting.relaxed.only(np.array([draw])), one)
            rules, late = self.setting.rules, self.deadline
            tops[i] = climb(goal, rules, self.spend, enough=self.enough, deadline=late, until=until).bound
        return tops

    def _best_mean(self) -> float:
        goal = Mean(self.setting.relaxed, self.setting.even)
        late = max(self.deadline, time.monotonic() + 1.0)
        return climb(goal, self.setting.rules, self.spend, enough=self.enough, deadline=late).bound

    def _least(self) -> Floats:
        """(S,) what each draw brings at least: gains at the lower bounds of spend, losses at the upper ones."""
        rules = self.setting.rules
        low, high = (self.setting.paths.split_total(x) for x in (rules.lower, rules.upper))
        return np.asarray(low[0] + high[1])

    def result(self) -> RiskAllocation:
        """The best path found, measured on the response itself."""
        setting, problem = self.setting, self.setting.problem
        baseline = setting.money_of(setting.baseline)
        today = problem.response.value(baseline).sum(axis=1)
        candidates = [setting.money_of(setting.tidy(self.spend)), setting.money_of(self.spend), baseline]
        draws = [problem.response.value(spend).sum(axis=1) for spend in candidates]
        best = int(np.argmax([self.measure(d) for d in draws]))
        value = self.measure(draws[best])
        if value <= self.measure(today) + 1e-12 * abs(value):
            best = 2
            value = self.measure(today)
        bound = max(self.bound, value)
        gap = (bound - value) / max(abs(bound), TINY)
        status = Status.OPTIMAL if gap <= problem.tolerance else Status.FEASIBLE
        certificate = RiskCertificate(status, value, bound, gap, float(draws[best].mean()))
        return RiskAllocation(candidates[best], baseline, self.measure(today), draws[best], certificate)


def _check(risk: Risk) -> None:
    known = 0.0 < risk.level < 1.0 or (risk.kind is Kind.CVAR and risk.level == 1.0)
    if risk.kind in (Kind.CVAR, Kind.QUANTILE) and not known:
        below, most = say("it must be above 0 and below 1"), say("it must be above 0 and at most 1")
        fix = below if risk.kind is Kind.QUANTILE else most
        raise InputError.at(say("the level is {level}", level=figure(risk.level)), fix=fix)
    if risk.kind is Kind.PROBABILITY and not np.isfinite(risk.target):
        problem = say("the target is {target}", target=figure(risk.target))
        raise InputError.at(problem, fix=say("it must be a finite number"))
