"""What stands before any move is judged: amounts that a person fixed, tests that run, moves that were turned down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import Message, day, say
from optimizer.planning.plain_values import meant
from optimizer.planning.rebalance.limits import Hold, Limits
from optimizer.planning.wording import money

if TYPE_CHECKING:
    from optimizer.planning.question import Question
    from optimizer.planning.rebalance.week_memory import RunningTest, TurnedDown, WeekMemory


@dataclass(frozen=True, eq=False)
class Standing:
    """What stands, by the number of its cell.

    Attributes
    ----------
    now : float array, shape (C,)
        Weekly money that is set now; of what is fixed and what is tested the amount that it gets.
    fixed : mapping of int to float
        Amounts that a person fixed.
    tests : mapping of int to RunningTest
    refused : mapping of int to TurnedDown
        Moves that are not to be proposed, unless they have become much surer.
    over : mapping of int to RunningTest
        Tests whose weeks have passed.
    again : mapping of int to TurnedDown
        Moves that were turned down and are proposed all the same: the odds have become much better.
    rests : mapping of int to TurnedDown
        Moves that would be made, had they not been turned down.
    """

    now: Floats
    fixed: Mapping[int, float] = field(default_factory=dict)
    tests: Mapping[int, RunningTest] = field(default_factory=dict)
    refused: Mapping[int, TurnedDown] = field(default_factory=dict)
    over: Mapping[int, RunningTest] = field(default_factory=dict)
    again: Mapping[int, TurnedDown] = field(default_factory=dict)
    rests: Mapping[int, TurnedDown] = field(default_factory=dict)

    @classmethod
    def of(
        cls, cells: Sequence[Cell], now: Floats, fixed: Mapping[str, float], memory: WeekMemory | None, week: dt.date
    ) -> Standing:
        """Sort what stands; what was left behind of cells that are gone, or that a person fixed, does not count.

        Raises
        ------
        InputError
            An amount is fixed for what is no cell.
        """
        at = {cell.label: c for c, cell in enumerate(cells)}
        for name in fixed:
            if name not in at:
                raise InputError.at(say("{name} is no cell of the history", name=name), fix=meant(name, list(at)))
        held = {at[label]: float(amount) for label, amount in fixed.items()}
        if memory is None:
            return cls(_set(now, held), held)
        tests = {at[one.cell]: one for one in memory.running(week) if one.cell in at}
        tests = {c: one for c, one in tests.items() if c not in held}
        refused = {at[one.cell]: one for one in memory.resting(week) if one.cell in at}
        refused = {c: one for c, one in refused.items() if c not in held and c not in tests}
        over = {at[one.cell]: one for one in memory.over(week) if one.cell in at}
        return cls(_set(now, held | {c: one.spend for c, one in tests.items()}), held, tests, refused, over)

    @property
    def pinned(self) -> frozenset[int]:
        """Cells that get a set amount."""
        return frozenset(self.fixed) | frozenset(self.tests)

    @property
    def tested(self) -> float:
        """Weekly money that running tests move."""
        return sum(abs(one.spend - one.without) for one in self.tests.values())

    def sorted_out(self, spend: Floats, odds: Floats, small: float) -> Standing:
        """Which of the moves turned down would be made, and which of these have become so sure that they are.

        Parameters
        ----------
        spend, odds : float array, shape (C,)
            What would be chosen had nothing been turned down.
        small : float
            Weekly money up to which a change is none.
        """
        change = spend - self.now
        wanted = {c: one for c, one in self.refused.items() if abs(change[c]) > small and (change[c] > 0.0) == one.up}
        again = {c: one for c, one in wanted.items() if one.surer(float(odds[c]))}
        return replace(self, again=again, rests={c: one for c, one in wanted.items() if c not in again})


def locked(question: Question, standing: Standing) -> Question:
    """The question with fixed amounts as its bounds, so that the aim and rules know them."""
    if not standing.fixed:
        return question
    lower, upper = question.bounds.lower.copy(), question.bounds.upper.copy()
    for c, amount in standing.fixed.items():
        lower[c] = upper[c] = amount
    return replace(question, bounds=Bounds(lower, upper))


def shared(question: Question, share: float | None) -> Question:
    """The question with a largest share of the budget as maximums."""
    if share is None:
        return question
    upper = np.minimum(question.bounds.upper, share * question.weekly)
    return replace(question, bounds=Bounds(np.minimum(question.bounds.lower, upper), upper))


def pinned(limits: Limits, standing: Standing, currency: str) -> Limits:
    """The limits of next week with what a person fixed and what is tested at its amount; above all else."""
    if not standing.pinned:
        return limits
    lower, upper = limits.bounds.lower.copy(), limits.bounds.upper.copy()
    hold, why = list(limits.hold), list(limits.why)
    for c, test in standing.tests.items():
        hold[c], why[c] = Hold.TESTING, running_sentence(test, currency)
    for c, amount in standing.fixed.items():
        hold[c], why[c] = Hold.FIXED, say("Set to {amount} a week by you.", amount=money(amount, currency))
    for c in standing.pinned:
        lower[c] = upper[c] = standing.now[c]
    over = [c for c in limits.overruled.tolist() if (c if c >= 0 else -1 - c) not in standing.pinned]
    return replace(
        limits,
        bounds=Bounds(lower, upper),
        rules=tuple(rule for rule in limits.rules if not standing.pinned & set(rule.cells)),
        hold=tuple(hold),
        why=tuple(why),
        overruled=np.array(over, dtype=np.int64),
    )


def resting(bounds: Bounds, standing: Standing) -> Bounds:
    """The bounds without moves that were turned down and have not become much surer; the other way stays open."""
    lower, upper = bounds.lower.copy(), bounds.upper.copy()
    for c, one in standing.refused.items():
        now = min(max(float(standing.now[c]), float(lower[c])), float(upper[c]))
        if c not in standing.again:
            lower[c], upper[c] = (lower[c], now) if one.up else (now, upper[c])
    return Bounds(lower, upper)


def running_sentence(test: RunningTest, currency: str) -> Message:
    """A test that goes on, and when it ends."""
    return say(
        "Testing {amount} a week instead of {without} since {since}; it ends on {until}, and until then it stays.",
        amount=money(test.spend, currency),
        without=money(test.without, currency),
        since=day(test.since),
        until=day(test.until),
    )


def resting_sentence(one: TurnedDown, currency: str) -> Message:
    """A move that was turned down, when, why, and until when."""
    figures: dict[str, object] = {
        "wanted": money(one.proposed, currency),
        "on": day(one.on),
        "until": day(one.until),
    }
    if one.reason:
        return say(
            "Kept: you left it on {on}: “{reason}”. A move to {wanted} a week was proposed then; it may be proposed "
            "again from {until}, or when the odds are much better.",
            reason=one.reason,
            **figures,
        )
    return say(
        "Kept: you left it on {on}. A move to {wanted} a week was proposed then; it may be proposed again from "
        "{until}, or when the odds are much better.",
        **figures,
    )


def _set(now: Floats, amounts: Mapping[int, float]) -> Floats:
    if not amounts:
        return now
    changed = now.copy()
    for c, amount in amounts.items():
        changed[c] = amount
    return changed
