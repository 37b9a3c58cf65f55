"""Why each cell gets what it gets, in sentences with the numbers they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.history.panel import Cell, Floats
from optimizer.planning.plan import Move, Plan
from optimizer.planning.plan_rules import struck
from optimizer.planning.verdict import MOVED, Verdict, verdict
from optimizer.planning.wording import MONEY_OUTCOMES, Wording, money, money_unit, number, quantity, signed

__all__ = [
    "EvidenceLike",
    "Returns",
    "Split",
    "explain_moves",
    "headline",
    "money",
    "money_unit",
    "move_returns",
    "number",
    "proof",
    "quantity",
]

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALIKE = 0.10  # returns that differ by less than this share are called "about as much"


class EvidenceLike(Protocol):
    """What a response says about a cell."""

    @property
    def label(self) -> str:
        """strong, some, weak or none."""

    @property
    def reason(self) -> str:
        """What the label rests on."""

    @property
    def tried(self) -> tuple[float, float]:
        """Smallest and largest weekly spend ever tried."""


@dataclass(frozen=True, eq=False)
class Returns:
    """What money brings per cell, in goal units per unit of money spent; each array (C,).

    Attributes
    ----------
    today, plan : float array
        Marginal return at today's split and at the plan.
    next_unit, last_unit : float array
        Average return of the next and of the last `unit_for` of money at today's split.
    move : float array
        Average return of the money added or taken between today and the plan; 0 where nothing moves.
    """

    today: Floats
    plan: Floats
    next_unit: Floats
    last_unit: Floats
    move: Floats


@dataclass(frozen=True, eq=False)
class Split:
    """A move of the whole split: weekly spend today and in the plan, each (C,), and the bounds it keeps."""

    today: Floats
    plan: Floats
    bounds: Bounds


def explain_moves(
    cells: Sequence[Cell], split: Split, returns: Returns, evidence: Sequence[EvidenceLike], wording: Wording
) -> tuple[Move, ...]:
    """Give every cell its reason, its evidence and, where spend leaves what was ever tried, a warning.

    Reasons compare what the next money brings in a cell with what it brings, on average, where it comes from or goes
    to. Where the returns at today's spend do not order the move (a threshold lies between today and the plan), the
    average return of the money moved is told instead.
    """
    change = split.plan - split.today
    moved = np.abs(change) > MOVED * np.maximum(split.plan, split.today)
    added, taken = np.where(moved, np.maximum(change, 0.0), 0.0), np.where(moved, np.maximum(-change, 0.0), 0.0)
    there = _Elsewhere(
        source=_weighted(returns.last_unit, taken),
        source_move=_weighted(returns.move, taken),
        target=_weighted(returns.next_unit, added),
        target_move=_weighted(returns.move, added),
        typical=_weighted(returns.plan, split.plan),
    )
    moves = []
    for c, cell in enumerate(cells):
        place = _Place(
            today=float(split.today[c]),
            plan=float(split.plan[c]),
            lower=float(split.bounds.lower[c]),
            upper=float(split.bounds.upper[c]),
            next_unit=float(returns.next_unit[c]),
            last_unit=float(returns.last_unit[c]),
            marginal_plan=float(returns.plan[c]),
            move_return=float(returns.move[c]),
            moved=bool(moved[c]),
            step=wording.step,
            tried=evidence[c].tried[1] > 0,
        )
        known, words = evidence[c], wording.for_size(max(place.today, place.plan))
        moves.append(
            Move(
                cell=cell,
                today=place.today,
                plan=place.plan,
                marginal=place.marginal_plan,
                reason=_reason(place, there, words),
                evidence=known.label,
                evidence_reason=known.reason,
                warning=_untried(place.plan, known.tried, wording),
                marginal_today=float(returns.today[c]),
                next_unit=place.next_unit,
                last_unit=place.last_unit,
                unit=words.unit,
            )
        )
    return tuple(moves)


@dataclass(frozen=True)
class _Elsewhere:
    """Average returns where money is taken (source), where it goes (target), and over the whole plan."""

    source: float
    source_move: float
    target: float
    target_move: float
    typical: float


@dataclass(frozen=True)
class _Place:
    """One cell's numbers."""

    today: float
    plan: float
    lower: float
    upper: float
    next_unit: float
    last_unit: float
    marginal_plan: float
    move_return: float
    moved: bool
    step: float
    tried: bool

    def near(self, bound: float) -> bool:
        """Whether the plan stands at a bound, rounding aside."""
        return abs(self.plan - bound) <= max(1e-3 * bound, 0.6 * self.step)

    @property
    def direction(self) -> int:
        return (1 if self.plan > self.today else -1) if self.moved else 0


def _reason(place: _Place, there: _Elsewhere, wording: Wording) -> str:
    """One sentence for one cell."""
    if not wording.responsive:
        return "Kept: the history shows no response to spend that stands out from noise."
    if place.upper - place.lower <= max(1e-3 * place.upper, wording.step):
        return f"Fixed at {wording.spend(place.plan)} a week by its bounds."
    if place.direction > 0:
        why = _why_raised(place, there, wording)
        held = f"Held at its maximum of {wording.spend(place.upper)} a week: " if place.near(place.upper) else ""
    elif place.direction < 0:
        why = _why_cut(place, there, wording)
        held = f"Held at its minimum of {wording.spend(place.lower)} a week: " if place.near(place.lower) else ""
        held = "Stopped: " if place.near(0.0) else held
    else:
        why, held = _why_kept(place, there, wording), _kept_at(place, wording)
    if not place.tried:
        why = f"{why}, judged by its network and content type alone"
    return f"{held}{why}." if held else f"{why[0].upper()}{why[1:]}."


def _why_raised(place: _Place, there: _Elsewhere, wording: Wording) -> str:
    unit = wording.spend(wording.unit)
    if place.next_unit > there.source:
        here, away = wording.brings(place.next_unit), wording.bare(there.source)
        return f"the next {unit} {wording.verb} {here} here and {away} on average where money is taken"
    here, away = wording.brings(place.move_return), wording.bare(there.source_move)
    return f"each {unit} added here {wording.verb} {here} on average and {away} where money is taken"


def _why_cut(place: _Place, there: _Elsewhere, wording: Wording) -> str:
    unit = wording.spend(wording.unit)
    if place.last_unit < there.target:
        here, away = wording.brings(place.last_unit), wording.bare(there.target)
        return f"the last {unit} {wording.verb} {here} here and {away} on average where money goes"
    here, away = wording.brings(place.move_return), wording.bare(there.target_move)
    return f"each {unit} taken here {wording.verb} {here} on average and {away} where money goes"


def _why_kept(place: _Place, there: _Elsewhere, wording: Wording) -> str:
    unit, here = wording.spend(wording.unit), wording.brings(place.marginal_plan)
    if abs(place.marginal_plan - there.typical) <= ALIKE * abs(there.typical):
        return f"the next {unit} {wording.verb} {here} here, about as much as elsewhere"
    return f"the next {unit} {wording.verb} {here} here and {wording.bare(there.typical)} on average over the plan"


def _kept_at(place: _Place, wording: Wording) -> str:
    if place.near(place.upper):
        return f"Held at its maximum of {wording.spend(place.upper)} a week: "
    if place.near(place.lower):
        at = "Left without spend" if place.near(0.0) else f"Held at its minimum of {wording.spend(place.lower)} a week"
        return f"{at}: "
    return "Kept: "


def _untried(plan: float, tried: tuple[float, float], wording: Wording) -> str:
    """Warn where the plan leaves the range of weekly spend ever tried by more than 1 %."""
    low, high = tried
    if not high > 0:
        return f"Planned {wording.spend(plan)} a week; nothing was ever spent here before." if plan > 0 else ""
    if plan > 1.01 * high:
        return f"Planned {wording.spend(plan)} a week; never above {wording.spend(high)} before."
    if plan < 0.99 * low:
        return f"Planned {wording.spend(plan)} a week; never below {wording.spend(low)} before."
    return ""


def _weighted(values: Floats, weights: Floats) -> float:
    total = float(weights.sum())
    return float(values @ weights) / total if total > 0 else 0.0


def move_returns(today: Floats, plan: Floats, value_gain: Floats) -> Floats:
    """(C,) average return of the money moved: value gained over money added, 0 where nothing moves.

    Examples
    --------
    >>> move_returns(np.array([10.0, 5.0]), np.array([20.0, 5.0]), np.array([30.0, 0.0]))
    array([3., 0.])
    """
    change = plan - today
    still: NDArray[np.bool_] = np.abs(change) <= MOVED * np.maximum(plan, today)
    return np.where(still, 0.0, value_gain / np.where(still, 1.0, change))


def headline(plan: Plan) -> str:
    """The result in one sentence: the gain over today's split, with its interval."""
    over = f"over {_weeks(len(plan.weeks))}"
    budget = money(plan.budget, plan.currency)
    said = verdict(plan)
    if said is Verdict.NO_RESPONSE:
        return (
            f"Keep today's split: the history shows no detectable response to spend, so no move of {budget} {over} "
            "can be justified."
        )
    if said is Verdict.STAYS:
        return f"Keep today's split: no move of {budget} {over} is worth making under these bounds."
    gain, before = plan.gain[plan.goal], plan.baseline_total[plan.goal].mean
    currency = plan.currency if plan.goal in MONEY_OUTCOMES else ""
    share = f" ({100 * gain.mean / before:+.1f} %)" if before > 0 else ""
    goal, interval = plan.goal.replace("_", " "), f"90 % interval {number(gain.low)} to {number(gain.high)}"
    if said is Verdict.LATER:
        later, weeks = plan.carry_after[plan.goal].mean, len(plan.weeks)
        return (
            f"This plan pays after its {_weeks(weeks).removeprefix('1 ')}, not in {'it' if weeks == 1 else 'them'}: "
            f"{signed(later, currency)} {goal} in the 8 weeks after and {signed(gain.mean, currency)}{share} {over}, "
            f"compared with today's split of the same {budget}; {interval} {over}."
        )
    sure = "" if said is Verdict.GAINS else ", so no gain at all is possible too"
    return (
        f"This plan brings {money(gain.mean, currency)} more {goal}{share} {over} than today's split of the same "
        f"{budget}; {interval}{sure}."
    )


def proof(plan: Plan) -> str:
    """The certificate in one sentence."""
    proven = plan.allocation.certificate
    weekly = money(plan.budget / len(plan.weeks), plan.currency)
    most, this = (quantity(value, plan.goal, plan.currency) for value in (proven.bound, proven.value))
    limits = "bounds and rules" if proven.rules else "bounds"
    if not plan.responsive:
        return (
            f"By averages that do not stand out from noise no split of {weekly} a week under these {limits} can bring "
            f"more than {most} over {_weeks(len(plan.weeks))} and the 8 after; today's brings {this}: gap "
            f"{100 * proven.gap:.2f} %, no reason to move."
        )
    return (
        f"No split of {weekly} a week under these {limits} can bring more than {most} over {_weeks(len(plan.weeks))} "
        f"and the 8 after, by the fitted response; this one brings {this}: gap {100 * proven.gap:.2f} %."
        f"{struck(proven)}"
    )


def _weeks(count: int) -> str:
    return "1 week" if count == 1 else f"{count} weeks"
