"""Which rules clash, the smallest repair of each, and the plan that keeps all of them nearest to today's.

All three are questions to one programme without value: is there a split that keeps these rules? Outcomes of ratio
rules are taken from below (chords and tangents), so that what is found keeps them on the true curves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from optimizer.allocation.describe import Repair, describe, repair_of, sentence
from optimizer.allocation.improve import improve, snap
from optimizer.allocation.keeping import keeps
from optimizer.allocation.milp import Ended, run
from optimizer.allocation.pieces import Interval, Lines, Region, inner_lines
from optimizer.allocation.programme import BUDGET, Programme
from optimizer.allocation.rule_rows import Writer
from optimizer.allocation.rules import CountLimit, FixedCost, RatioFloor
from optimizer.allocation.setting import SAME, Setting
from optimizer.errors import InfeasibleError, InternalError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import figure, say

SECONDS = 20.0  # for one question; it mostly takes milliseconds
CHORDS, TANGENTS = 24, 8  # under a concave stretch, and parts of a convex one
NEAR_ENOUGH = 1e-3  # of the total change: a split this near to the nearest is it
WIDEST = 1e6  # budgets: as much as a cell may get where its maximum is set aside
REPAIRED = 12  # members of a clash for which a repair is sought


@dataclass(frozen=True)
class Member:
    """One thing that must hold: the budget, a rule (`place`), or the minimum or maximum of a cell (`place`)."""

    kind: str
    place: int = -1


BUDGET_MEMBER = Member("budget")


def nearest(setting: Setting, target: Floats, seconds: float = SECONDS) -> Floats | None:
    """Split that keeps everything with the least total change from a target; None if none keeps everything.

    Where many on/off decisions make the least change hard to prove, it is the best found in `seconds`.
    """
    everything = _members(setting)
    programme = _programme(setting, everything)
    if programme is None:
        return None
    for cell in range(setting.count):
        change = programme.column(0.0, np.inf, -1.0)
        programme.row([(cell, 1.0), (change, -1.0)], -np.inf, float(target[cell]))
        programme.row([(cell, 1.0), (change, 1.0)], float(target[cell]), np.inf)
    found = run(programme, seconds, NEAR_ENOUGH)
    if found.values is None and found.ended is Ended.STOPPED:
        found = run(programme, SECONDS)
    if found.ended is Ended.INFEASIBLE:
        return None
    if found.values is None:
        raise InternalError(
            say("no split that keeps the rules was found in {seconds} seconds.", seconds=figure(SECONDS, "g"))
        )
    domains = setting.domains()
    spend, _ = snap(domains, found.values[: setting.count])
    if keeps(setting, spend):
        return spend
    # What the solver's tolerances leave missing is made good by local improvement.
    improved = improve(setting, domains, spend)
    if improved is None:
        raise InternalError(say("a split that keeps the rules was found, but only within the solver's tolerances."))
    return improved.spend


def explain(setting: Setting, cells: Sequence[Cell]) -> InfeasibleError:
    """The error for rules that no split keeps: the smallest set that clashes, and its smallest repairs."""
    everything = _members(setting)
    clash = _smallest(everything, lambda members: _feasible(setting, members))
    repairs: list[Repair] = []
    for member in clash[:REPAIRED]:
        others = [m for m in everything if m != member]
        found = _repairs(setting, others, member, cells)
        if not found:  # the rest clashes too, so only this clash can be mended
            found = _repairs(setting, [m for m in clash if m != member], member, cells)
            found = [replace(repair, partly=True) for repair in found]
        repairs += found
    names = [describe(setting, member.kind, member.place, cells) for member in clash]
    return InfeasibleError(sentence(names, repairs, budget=BUDGET_MEMBER in clash))


def _members(setting: Setting) -> list[Member]:
    rules = [Member("rule", k) for k, rule in enumerate(setting.rules) if not isinstance(rule, FixedCost)]
    lows = [Member("minimum", int(c)) for c in np.argsort(-setting.lower, kind="stable") if setting.lower[c] > 0.0]
    highs = [Member("maximum", int(c)) for c in np.argsort(setting.upper, kind="stable")]
    return [BUDGET_MEMBER, *rules, *lows, *highs]


def _smallest(members: list[Member], holds: Callable[[list[Member]], bool]) -> list[Member]:
    """Smallest set, by inclusion, that cannot hold (QuickXplain, Junker 2004); earlier members are preferred."""

    def search(given: list[Member], fresh: bool, rest: list[Member]) -> list[Member]:
        if fresh and not holds(given):
            return []
        if len(rest) == 1:
            return rest
        first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
        of_second = search(given + first, bool(first), second)
        of_first = search(given + of_second, bool(of_second), first)
        return of_first + of_second

    return search([], False, members)


def _feasible(setting: Setting, members: Sequence[Member]) -> bool:
    programme = _programme(setting, members)
    return programme is not None and run(programme, SECONDS).ended is not Ended.INFEASIBLE


def _repairs(setting: Setting, others: Sequence[Member], member: Member, cells: Sequence[Cell]) -> list[Repair]:
    """How far a member must give way for the others to hold; empty where that does not help."""
    amounts: list[float | None] = []
    if member.kind == "budget":
        amounts = [_slack(setting, others, member, sign) for sign in (1.0, -1.0)]
    elif member.kind == "rule":
        amounts = [_slack(setting, others, member, 1.0)]
    else:
        amounts = [_moved_bound(setting, others, member)]
    if all(a is None for a in amounts):
        return []
    return repair_of(setting, member.kind, member.place, amounts, cells)


def _moved_bound(setting: Setting, others: Sequence[Member], member: Member) -> float | None:
    """How far the bound of a cell must move, in budgets."""
    programme = _programme(setting, others)
    if programme is None:
        return None
    low = member.kind == "minimum"
    programme.objective[member.place] += 1.0 if low else -1.0
    found = run(programme, SECONDS)
    if found.values is None:
        return None
    at = float(found.values[member.place])
    return float(setting.lower[member.place]) - at if low else at - float(setting.upper[member.place])


def _slack(setting: Setting, others: Sequence[Member], member: Member, sign: float) -> float | None:
    """Least slack of the budget (up or down) or of a rule; infinite where a rule can only be dropped."""
    rule = setting.rules[member.place] if member.kind == "rule" else None
    elastic = BUDGET if rule is None else member.place
    programme = _programme(setting, others, elastic=elastic, sign=sign)
    if programme is None:
        return None
    found = run(programme, SECONDS, 1e-6)
    if found.values is not None:
        return abs(float(found.values[programme.slack[elastic]]))
    return np.inf if rule is not None and _feasible(setting, others) else None


def _programme(
    setting: Setting, members: Sequence[Member], *, elastic: int | None = None, sign: float = 1.0
) -> Programme | None:
    """Programme of some members without value; None where a cell is left with no allowed spend at all.

    `elastic` names the budget or a rule that may be missed, by as little as possible.
    """
    rules = frozenset(m.place for m in members if m.kind == "rule")
    lows, highs = (
        np.array([Member(kind, c) in set(members) for c in range(setting.count)]) for kind in ("minimum", "maximum")
    )
    loose = replace(
        setting,
        lower=np.where(lows, setting.lower, 0.0),
        upper=np.where(highs, setting.upper, _ceiling(setting)),
    )
    fixed_budget = BUDGET_MEMBER in members
    domains = loose.domains(rules, fixed_budget=fixed_budget)
    if not all(domains):
        return None
    used = rules | ({elastic} if elastic is not None and elastic >= 0 else set())
    regions = [_regions(loose, cell, own, used) for cell, own in enumerate(domains)]
    programme = Programme()
    programme.add_cells(regions)
    if not fixed_budget:
        up, down = (np.inf, 0.0) if sign > 0.0 or elastic != BUDGET else (0.0, -1.0)
        down = -1.0 if elastic != BUDGET else down
        programme.slack[BUDGET] = programme.column(down, up, -sign if elastic == BUDGET else 0.0)
    if elastic is not None and elastic >= 0:
        counts = isinstance(setting.rules[elastic], CountLimit)
        programme.slack[elastic] = programme.column(0.0, np.inf, -1.0, integer=counts)
    writer = Writer(loose, programme, regions)
    writer.budget()
    for place in sorted(used):
        writer.rule(place)
    return programme


def _ceiling(setting: Setting) -> Floats:
    """What a cell may get where its maximum is set aside: no more than a ratio rule's curves are known for."""
    ceiling = np.full(setting.count, WIDEST)
    for rule, place in setting.ratio_function.items():
        if isinstance(ratio := setting.rules[rule], RatioFloor):
            own = list(ratio.cells)
            ceiling[own] = np.minimum(ceiling[own], setting.functions[place].whole.knots[own, -1])
    return np.asarray(np.maximum(ceiling, setting.upper))


def _regions(setting: Setting, cell: int, domain: list[Interval], used: frozenset[int] | set[int]) -> list[Region]:
    """A cell's allowed intervals, cut where the outcome of a ratio rule bends another way, with lines below it."""
    ratios = [
        setting.ratio_function[k]
        for k in used
        if isinstance(rule := setting.rules[k], RatioFloor) and cell in rule.cells
    ]
    regions = []
    for low, high, off in domain:
        for first, last in _parts(setting, cell, ratios, low, high):
            lines: list[Lines] = [[] for _ in setting.functions]
            for place in ratios:
                lines[place] = _below(setting, cell, place, first, last)
            regions.append(Region(cell, first, last, off, lines))
    return regions


def _parts(setting: Setting, cell: int, ratios: list[int], low: float, high: float) -> list[tuple[float, float]]:
    borders = {low, high}
    for place in ratios:
        at = low
        while at < high - SAME:
            first, last, concave = setting.functions[place].stretch(cell, at)
            end = min(last, high)
            if not concave:
                borders.update(np.linspace(max(first, low), end, TANGENTS + 1).tolist())
            borders.add(end)
            at = end if end > at else high
    ordered = sorted(borders)
    if len(ordered) == 1:
        return [(low, high)]
    return list(pairwise(ordered))


def _below(setting: Setting, cell: int, place: int, low: float, high: float) -> list[tuple[float, float]]:
    function = setting.functions[place]
    if high - low <= SAME:
        return [(0.0, float(function.value(np.array([cell]), np.array([low]))[0]))]
    middle = 0.5 * (low + high)
    concave = function.stretch(cell, middle)[2]
    points = low + (high - low) * np.linspace(0.0, 1.0, CHORDS) ** 1.5
    return inner_lines(function, cell, points, concave=concave, at=middle)
