"""Why each cell gets what it gets, in sentences with the numbers they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, capital, say, say_many
from optimizer.planning.headline import headline, proof
from optimizer.planning.plan import Move
from optimizer.planning.verdict import MOVED
from optimizer.planning.wording import Wording, money, money_unit, number, quantity

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


def _reason(place: _Place, there: _Elsewhere, wording: Wording) -> Message:
    """One sentence for one cell."""
    if not wording.responsive:
        return say("Kept: the history shows no response to spend that stands out from noise.")
    if place.upper - place.lower <= max(1e-3 * place.upper, wording.step):
        return say("Fixed at {amount} a week by its bounds.", amount=wording.spend(place.plan))
    tell = {1: _why_raised, -1: _why_cut, 0: _why_kept}[place.direction]
    why = tell(place, there, wording)
    if not place.tried:
        why = say("{why}, judged by its network and content type alone", why=why)
    return _held(place, why, wording)


def _held(place: _Place, why: Message, wording: Wording) -> Message:
    """The reason with the bound that holds the cell, where one does."""
    if place.direction >= 0 and place.near(place.upper):
        most = wording.spend(place.upper)
        return say("Held at its maximum of {amount} a week: {why}.", amount=most, why=why)
    if place.direction > 0:
        return say("{why}.", why=capital(why))
    if place.direction < 0 and place.near(0.0):
        return say("Stopped: {why}.", why=why)
    if place.near(place.lower):
        if place.near(0.0):
            return say("Left without spend: {why}.", why=why)
        least = wording.spend(place.lower)
        return say("Held at its minimum of {amount} a week: {why}.", amount=least, why=why)
    return say("Kept: {why}.", why=why) if place.direction == 0 else say("{why}.", why=capital(why))


def _why_raised(place: _Place, there: _Elsewhere, wording: Wording) -> Message:
    unit = wording.spend(wording.unit)
    if place.next_unit > there.source:
        return say_many(
            "the next {unit} brings {here} here and {away} on average where money is taken",
            "the next {unit} bring {here} here and {away} on average where money is taken",
            wording.times,
            unit=unit,
            here=wording.brings(place.next_unit),
            away=wording.bare(there.source),
        )
    return say_many(
        "each {unit} added here brings {here} on average and {away} where money is taken",
        "each {unit} added here bring {here} on average and {away} where money is taken",
        wording.times,
        unit=unit,
        here=wording.brings(place.move_return),
        away=wording.bare(there.source_move),
    )


def _why_cut(place: _Place, there: _Elsewhere, wording: Wording) -> Message:
    unit = wording.spend(wording.unit)
    if place.last_unit < there.target:
        return say_many(
            "the last {unit} brings {here} here and {away} on average where money goes",
            "the last {unit} bring {here} here and {away} on average where money goes",
            wording.times,
            unit=unit,
            here=wording.brings(place.last_unit),
            away=wording.bare(there.target),
        )
    return say_many(
        "each {unit} taken here brings {here} on average and {away} where money goes",
        "each {unit} taken here bring {here} on average and {away} where money goes",
        wording.times,
        unit=unit,
        here=wording.brings(place.move_return),
        away=wording.bare(there.target_move),
    )


def _why_kept(place: _Place, there: _Elsewhere, wording: Wording) -> Message:
    unit, here = wording.spend(wording.unit), wording.brings(place.marginal_plan)
    if abs(place.marginal_plan - there.typical) <= ALIKE * abs(there.typical):
        return say_many(
            "the next {unit} brings {here} here, about as much as elsewhere",
            "the next {unit} bring {here} here, about as much as elsewhere",
            wording.times,
            unit=unit,
            here=here,
        )
    return say_many(
        "the next {unit} brings {here} here and {away} on average over the plan",
        "the next {unit} bring {here} here and {away} on average over the plan",
        wording.times,
        unit=unit,
        here=here,
        away=wording.bare(there.typical),
    )


def _untried(plan: float, tried: tuple[float, float], wording: Wording) -> Message | str:
    """Warn where the plan leaves the range of weekly spend ever tried by more than 1 %."""
    (low, high), planned = tried, wording.spend(plan)
    if not high > 0:
        never = say("Planned {planned} a week; nothing was ever spent here before.", planned=planned)
        return never if plan > 0 else ""
    if plan > 1.01 * high:
        most = wording.spend(high)
        return say("Planned {planned} a week; never above {most} before.", planned=planned, most=most)
    if plan < 0.99 * low:
        least = wording.spend(low)
        return say("Planned {planned} a week; never below {least} before.", planned=planned, least=least)
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
