"""Allocate: the best split of one week's budget on curves that the user brings, with its proof."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Allocation, Bounds, Problem
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, figure, number, say
from optimizer.planning.curves_file import SOURCE, CurvesFile
from optimizer.planning.money import money_decimals, weekly_amounts
from optimizer.planning.plan import RunInfo
from optimizer.planning.request import read_bounds, read_current
from optimizer.planning.wording import named

if TYPE_CHECKING:
    from optimizer.allocation.rules import Rule

OUTCOMES = ("value", "revenue", "conversions")  # what rules may call the value of the curves
ROUNDING = 1e-9  # of the budget: less money than this is none


@dataclass(frozen=True)
class AllocateRequest:
    """One question about a week's budget.

    Attributes
    ----------
    budget : float
        Money per week, above 0.
    bounds : path, Bounds or None
        Smallest and largest weekly spend per cell (see `read_bounds`); None for the whole range of the curves.
    current : path, float array (C,) or None
        Today's weekly spend (see `read_current`); None for a split in proportion to what each cell may get at most.
    rules : path, tuple of Rule or None
        What else must hold.

    Raises
    ------
    InputError
        The budget is not a number above 0.

    Examples
    --------
    >>> AllocateRequest(-5.0)
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: budget is -5; it must be above 0: the money for one week.
    """

    budget: float
    bounds: str | Path | Bounds | None = None
    current: str | Path | Floats | None = None
    rules: str | Path | tuple[Rule, ...] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.budget) and self.budget > 0):
            fix = say("it must be above 0: the money for one week")
            raise InputError.at(say("budget is {budget}", budget=figure(self.budget, "g")), fix=fix)


@dataclass(frozen=True, eq=False)
class WeekPlan:
    """A proven split of one week's budget.

    Attributes
    ----------
    cells : tuple of Cell
        C cells.
    spend, baseline : float array, shape (C,)
        Planned spend, and today's split scaled to the budget, in amounts as they are written.
    value, baseline_value : float array, shape (C,)
        What they bring by the curves, per cell.
    marginal : float array, shape (C,)
        Value that one more unit of money brings; of the last unit where a cell can take no more.
    allocation : Allocation
        The proof, of the amounts as written.
    findings : tuple of Finding
        Worst first.
    run : RunInfo
    """

    cells: tuple[Cell, ...]
    spend: Floats
    baseline: Floats
    value: Floats
    baseline_value: Floats
    marginal: Floats
    allocation: Allocation
    findings: tuple[Finding, ...]
    run: RunInfo


def allocate(given: CurvesFile, request: AllocateRequest) -> WeekPlan:
    """Split a week's budget over the cells of the curves for the largest total value, with proof.

    Parameters
    ----------
    given : CurvesFile
        See `read_curves`.
    request : AllocateRequest

    Returns
    -------
    WeekPlan

    Raises
    ------
    InputError
        A file names unknown cells or impossible amounts.
    InfeasibleError
        Bounds, rules and the ranges of the curves cannot hold the budget.
    """
    from optimizer.allocation.solve import solve

    curves = given.curves
    bounds, notes = _bounds(given, request)
    current, more = _current(given, request, bounds)
    decimals = money_decimals(request.budget, 1, len(curves.cells))
    budget = round(request.budget, decimals)
    _check_room(given, request, bounds, budget)
    problem = Problem(curves, budget, bounds, current, rules=_rules(given, request, current))
    solved = solve(problem)
    spend = _written(solved.spend, bounds, decimals)
    baseline = _written(solved.baseline, bounds, decimals)
    if not problem.rules and _value(given, spend).sum() <= _value(given, baseline).sum():
        spend = baseline.copy()
    return WeekPlan(
        cells=curves.cells,
        spend=spend,
        baseline=baseline,
        value=_value(given, spend),
        baseline_value=_value(given, baseline),
        marginal=curves.slope(_known(given, spend)),
        allocation=_proven(given, problem, solved, (spend, baseline)),
        findings=worst_first([*given.findings, *notes, *more, *_left_over(solved, budget)]),
        run=_run(given, request, problem),
    )


def _rules(given: CurvesFile, request: AllocateRequest, current: Floats) -> tuple[Rule, ...]:
    """Rules as records. They may refer to today's split where it was given, and to the curves as any outcome."""
    if request.rules is None or isinstance(request.rules, tuple):
        return request.rules or ()
    from optimizer.planning.rules_file import RuleContext, read_rules

    today = current if request.current is not None else None
    outcomes = dict.fromkeys(OUTCOMES, given.curves)
    return read_rules(request.rules, given.curves.cells, RuleContext(today=today, outcomes=outcomes))


def _bounds(given: CurvesFile, request: AllocateRequest) -> tuple[Bounds, list[Finding]]:
    """Bounds as they hold, inside the ranges of the curves where these meet, and what was assumed."""
    curves = given.curves
    first, last = curves.knots[:, 0].copy(), curves.knots[:, -1].copy()
    if request.bounds is None:
        problem = say("no bounds were given")
        fix = say("each cell may get what its curve knows, from its first to its last point")
        return Bounds(first, last), [Finding("default-bounds", Severity.NOTE, problem, fix)]
    if isinstance(request.bounds, Bounds):
        return request.bounds, []
    read = read_bounds(request.bounds, curves.cells, SOURCE)
    file, findings = str(request.bounds), []
    unnamed = np.isnan(read.lower)
    if unnamed.any():
        problem = say("bounds are given for {some} of {all} cells, not for {others}", **_left_out(given, unnamed))
        fix = say("those may get what their curves know, from the first to the last point")
        findings.append(Finding("bounds-incomplete", Severity.NOTE, problem, fix, file=file))
    lower, upper = np.where(unnamed, first, read.lower), np.where(unnamed, last, read.upper)
    past = np.isfinite(upper) & (upper > last)
    if past.any():
        cells = _named(curves.cells, past)
        problem = say("the maximum lies past the last point of the curve for {cells}", cells=cells)
        fix = say("nothing is known there, so such cells get at most their last point")
        findings.append(Finding("bounds-past-curve", Severity.NOTE, problem, fix, file=file))
    return Bounds(lower, upper), findings


def _current(given: CurvesFile, request: AllocateRequest, bounds: Bounds) -> tuple[Floats, list[Finding]]:
    """Today's weekly spend before scaling, and what was assumed."""
    curves = given.curves
    if request.current is None:
        most = np.minimum(bounds.upper, curves.knots[:, -1])
        problem = say("today's split was not given")
        fix = say(
            "the baseline is a split in proportion to the most that each cell may get; give today's with --current"
        )
        return most, [Finding("baseline-proportional", Severity.NOTE, problem, fix)]
    if not isinstance(request.current, str | Path):
        return np.asarray(request.current, dtype=np.float64), []
    spend = read_current(request.current, curves.cells, SOURCE)
    unnamed = np.isnan(spend)
    if not unnamed.any():
        return spend, []
    problem = say("today's spend is given for {some} of {all} cells, not for {others}", **_left_out(given, unnamed))
    fix = say("those count as 0")
    finding = Finding("current-incomplete", Severity.WARNING, problem, fix, file=str(request.current))
    return np.where(unnamed, 0.0, spend), [finding]


def _check_room(given: CurvesFile, request: AllocateRequest, bounds: Bounds, budget: float) -> None:
    """Refuse a budget past what the curves know, in their own words; bounds and rules are checked by the solver."""
    curves = given.curves
    least, most = float(curves.knots[:, 0].sum()), float(curves.knots[:, -1].sum())
    if budget > most * (1.0 + ROUNDING):
        problem = say(
            "budget {budget} a week, to be spent in full; the curves of {file} are known up to {most} together; lower "
            "the budget to {most} or add points of more spend.",
            budget=number(budget, 2),
            file=given.file,
            most=number(most, 2),
        )
        raise InfeasibleError(problem)
    if request.bounds is None and budget < least * (1.0 - ROUNDING):
        problem = say(
            "budget {budget} a week; the curves of {file} begin at {least} together; raise the budget to {least} or "
            "add points of less spend.",
            budget=number(budget, 2),
            file=given.file,
            least=number(least, 2),
        )
        raise InfeasibleError(problem)


def _written(split: Floats, bounds: Bounds, decimals: int) -> Floats:
    """(C,) amounts as they are written, adding up to what the split spends."""
    return weekly_amounts(split, float(split.sum()), 1, bounds, decimals)[:, 0]


def _known(given: CurvesFile, spend: Floats) -> Floats:
    """Amounts inside the curves' ranges: rounding to cents may step past an end by less than one."""
    return np.clip(spend, given.curves.knots[:, 0], given.curves.knots[:, -1])


def _value(given: CurvesFile, spend: Floats) -> Floats:
    return given.curves.value(_known(given, spend))


def _proven(given: CurvesFile, problem: Problem, solved: Allocation, written: tuple[Floats, Floats]) -> Allocation:
    """Hold the bound, which is a property of the problem, against the amounts that are written."""
    from optimizer.allocation.frontier import with_bound

    spend, baseline = written
    before = solved.certificate
    # What the certificate takes off the curves (fixed costs, say) does not change with a fraction of a cent.
    costs = float(given.curves.value(solved.spend).sum()) - before.value
    value = float(_value(given, spend).sum()) - costs
    certificate = replace(before, value=value, marginal=given.curves.slope(_known(given, spend)))
    certificate = with_bound(certificate, max(before.bound, value), problem.tolerance)
    return replace(
        solved,
        spend=spend,
        baseline=baseline,
        baseline_value=solved.baseline_value + float((_value(given, baseline) - _value(given, solved.baseline)).sum()),
        certificate=certificate,
    )


def _left_over(solved: Allocation, budget: float) -> list[Finding]:
    """Say so where rules leave money unspent."""
    left = budget - float(solved.spend.sum())
    if left <= ROUNDING * budget:
        return []
    problem = say("{amount} of the budget are left unspent", amount=number(left, 2))
    fix = say("the rules or the goal allow no better use")
    return [Finding("unspent", Severity.NOTE, problem, fix)]


def _left_out(given: CurvesFile, out: NDArray[np.bool_]) -> dict[str, str]:
    """How many of all cells a file names, and which ones it leaves out."""
    named_in_all = {"some": number(int((~out).sum())), "all": number(len(out))}
    return {**named_in_all, "others": _named(given.curves.cells, out)}


def _named(cells: Sequence[Cell], which: NDArray[np.bool_]) -> Message:
    return named([cells[c] for c in np.flatnonzero(which).tolist()])


def _run(given: CurvesFile, request: AllocateRequest, problem: Problem) -> RunInfo:
    """Name the run by everything that decides its figures."""
    from optimizer import __version__

    settings = _settings(given, request, problem)
    origin = [given.sha256, __version__, settings]
    text = json.dumps(origin, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return RunInfo(hashlib.sha256(text.encode()).hexdigest()[:12], given.sha256, __version__, 0, settings)


def _settings(given: CurvesFile, request: AllocateRequest, problem: Problem) -> Mapping[str, object]:
    """All that was asked, as plain values."""
    labels = [cell.label for cell in given.curves.cells]
    upper = np.minimum(problem.bounds.upper, given.curves.knots[:, -1])
    lower = np.maximum(problem.bounds.lower, given.curves.knots[:, 0])
    limits = zip(labels, lower.tolist(), upper.tolist(), strict=True)
    return {
        "budget": problem.budget,
        "bounds": {cell: [round(low, 6), round(high, 6)] for cell, low, high in limits},
        "current": {cell: round(one, 6) for cell, one in zip(labels, problem.baseline.tolist(), strict=True)},
        "current_given": request.current is not None,
        "rules": [repr(rule) for rule in problem.rules],
    }
