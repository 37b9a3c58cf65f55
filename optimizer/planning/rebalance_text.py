"""What becomes of each cell next week, in a sentence with the figures it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.panel import Floats
from optimizer.language.message import Message, number, percent, say, say_many
from optimizer.planning.explore import LONGEST
from optimizer.planning.rebalance_choice import moved
from optimizer.planning.rebalance_limits import Hold
from optimizer.planning.wording import Wording, money, quantity

if TYPE_CHECKING:
    from optimizer.planning.explain import Returns
    from optimizer.planning.explore import Trial
    from optimizer.planning.plan import Move
    from optimizer.planning.rebalance import Posture, Rebalance
    from optimizer.planning.rebalance_choice import Chosen

WEAK = ("weak", "none")
AT_END = 1e-4  # of the budget: spend nearer to a limit stands at it
MOST_WEEKS = 26  # told as the way that is left; longer is "more than"

MOVED, TEST = "moved", "test"
NO_RESPONSE, NOISE, EVIDENCE, LIMIT, SMALL, BALANCED = (
    "no response",
    "noise",
    "evidence",
    "limit",
    "small",
    "balanced",
)


@dataclass(frozen=True, eq=False)
class Told:
    """All that reasons rest on; every array (C,).

    Attributes
    ----------
    kinds : tuple of str
        See `optimizer.planning.rebalance.Rebalance`.
    holds : tuple of Message
    chosen : Chosen
    aim : float array
    lower, upper : float array
        What next week allows.
    trials : mapping of int to Trial
    max_change : float array
        Largest change of each cell as a share of what it gets now.
    here : float array
        What the next money brings at the plan, goal units per unit of money.
    """

    kinds: tuple[str, ...]
    holds: tuple[Message, ...]
    chosen: Chosen
    aim: Floats
    lower: Floats
    upper: Floats
    trials: dict[int, Trial]
    max_change: Floats
    here: Floats

    @classmethod
    def of(cls, posture: Posture, chosen: Chosen, trials: Sequence[Trial], aim: Floats, returns: Returns) -> Told:
        """Sort the cells by what becomes of them."""
        budget, bounds = posture.question.budget, posture.problem.bounds
        evidence = [one.label for one in posture.responses[0].evidence]
        change = moved(chosen.spend, chosen.start, budget)
        wanted = moved(chosen.wanted, chosen.start, budget)
        near = AT_END * budget
        at_end = (chosen.start <= bounds.lower + near) | (chosen.start >= bounds.upper - near)
        tested = {trial.cell: trial for trial in trials}
        pulled = np.abs(aim - chosen.start) > np.maximum(near, 0.02 * chosen.start)
        kinds = []
        for c, hold in enumerate(posture.limits.hold):
            if c in tested:
                kinds.append(TEST)
            elif change[c]:
                kinds.append(MOVED)
            elif hold is not Hold.FREE:
                kinds.append(hold.value)
            elif not posture.responses[0].responsive:
                kinds.append(NO_RESPONSE)
            elif chosen.doubtful[c]:
                kinds.append(EVIDENCE if evidence[c] in WEAK else NOISE)
            elif chosen.stuck is not None and chosen.stuck[c]:
                kinds.append(LIMIT)
            elif wanted[c]:
                kinds.append(SMALL)
            else:
                kinds.append(LIMIT if at_end[c] and pulled[c] else BALANCED)
        share = np.minimum(posture.network.share, float(str(posture.settings["max_change"])))
        return cls(
            tuple(kinds), posture.limits.why, chosen, aim, bounds.lower, bounds.upper, tested, share, returns.plan
        )


def reason_of(told: Told, c: int, move: Move, wording: Wording) -> Move:
    """The move with its reason as rebalancing tells it."""
    kind = told.kinds[c]
    if kind == MOVED:
        return replace(move, reason=_why_moved(told, c, move, wording))
    if kind == TEST:
        return replace(move, reason=trial_sentence(told.trials[c], wording))
    return replace(move, reason=_why_kept(told, c, wording))


def _why_moved(told: Told, c: int, move: Move, wording: Wording) -> Message:
    """What the next money brings, how often that pays, and how far the way is."""
    odds = percent(float(told.chosen.odds[c]))
    pays = say("{reason} It pays in {odds} of what may be.", reason=move.reason, odds=odds)
    weeks = _weeks_to(told, c)
    if weeks <= 1:
        return pays
    to = wording.spend(float(told.aim[c]))
    if weeks > MOST_WEEKS:
        return say("{reason} On the way to {aim} a week.", reason=pays, aim=to)
    return say_many(
        "{reason} On the way to {aim} a week, about {count} week off at the largest change.",
        "{reason} On the way to {aim} a week, about {count} weeks off at the largest change.",
        weeks,
        reason=pays,
        aim=to,
    )


def _weeks_to(told: Told, c: int) -> int:
    """Weeks that the largest change takes from today's spend to where the moves lead."""
    start, aim, share = float(told.chosen.start[c]), float(told.aim[c]), float(told.max_change[c])
    change = float(told.chosen.spend[c]) - start
    if start <= 0.0 or aim <= 0.0 or share <= 0.0 or (aim - start) * change <= 0.0:
        return 0
    if aim > start:
        return math.ceil(math.log(aim / start) / math.log1p(share) - 1e-9)
    return math.ceil(math.log(aim / start) / math.log1p(-share) - 1e-9) if share < 1.0 else 1


def _why_kept(told: Told, c: int, wording: Wording) -> Message:
    """Why a cell keeps its budget."""
    kind, chosen = told.kinds[c], told.chosen
    if told.holds[c]:
        return say("Kept: {why}.", why=told.holds[c])
    if kind == NO_RESPONSE:
        return say("Kept: the history shows no response to spend that stands out from noise.")
    up = chosen.wanted[c] > chosen.start[c]
    odds = {"odds": percent(float(chosen.odds[c])), "wanted": wording.spend(float(chosen.wanted[c]))}
    if kind == EVIDENCE:
        if up:
            return say(
                "Kept: too little is known of it; more money here, up to {wanted} a week, would pay in {odds} of what "
                "may be.",
                **odds,
            )
        return say(
            "Kept: too little is known of it; less money here, down to {wanted} a week, would pay in {odds} of what may "
            "be.",
            **odds,
        )
    if kind == NOISE:
        if up:
            return say(
                "Kept: inside the noise; more money here, up to {wanted} a week, would pay in {odds} of what may be.",
                **odds,
            )
        return say(
            "Kept: inside the noise; less money here, down to {wanted} a week, would pay in {odds} of what may be.",
            **odds,
        )
    if kind == LIMIT:
        return _at_limit(told, c, wording)
    if kind == SMALL:
        return say(
            "Kept: a move to {wanted} a week would bring next to nothing more than the moves that are made.",
            wanted=odds["wanted"],
        )
    unit = wording.spend(wording.unit)
    return say_many(
        "Kept: the next {unit} brings {here} here, about as much as elsewhere.",
        "Kept: the next {unit} bring {here} here, about as much as elsewhere.",
        wording.times,
        unit=unit,
        here=wording.brings(float(told.here[c])),
    )


def _at_limit(told: Told, c: int, wording: Wording) -> Message:
    """A cell that may go no further next week."""
    start = float(told.chosen.start[c])
    if told.chosen.stuck is not None and told.chosen.stuck[c]:
        return say("Kept: no step of money lies between what next week allows it.")
    if told.aim[c] > start:
        most = wording.spend(float(told.upper[c]))
        return say("Kept: it stands at the most that next week allows it, {most}.", most=most)
    least = wording.spend(float(told.lower[c]))
    return say("Kept: it stands at the least that next week allows it, {least}.", least=least)


def trial_sentence(trial: Trial, wording: Wording) -> Message:
    """A test: size, duration, what it teaches and what it costs."""
    parts = {
        "change": wording.spend(abs(trial.change)),
        "effect": quantity(abs(trial.effect), wording.goal, wording.currency),
        "teaches": quantity(trial.teaches, wording.goal, wording.currency),
        "costs": quantity(trial.costs, wording.goal, wording.currency),
    }
    if trial.change > 0:
        return say_many(
            "Test: {change} a week more for {count} week, after which {effect} more a week would stand out from the "
            "noise; knowing that is worth about {teaches}, and the test gives up about {costs}.",
            "Test: {change} a week more for {count} weeks, after which {effect} more a week would stand out from the "
            "noise; knowing that is worth about {teaches}, and the test gives up about {costs}.",
            trial.weeks,
            **parts,
        )
    return say_many(
        "Test: {change} a week less for {count} week, after which {effect} less a week would stand out from the noise; "
        "knowing that is worth about {teaches}, and the test gives up about {costs}.",
        "Test: {change} a week less for {count} weeks, after which {effect} less a week would stand out from the noise; "
        "knowing that is worth about {teaches}, and the test gives up about {costs}.",
        trial.weeks,
        **parts,
    )


def rebalance_headline(found: Rebalance) -> Message:
    """The result in one sentence."""
    plan = found.plan
    count, budget = len(found.changed), money(plan.budget + plan.unspent, plan.currency)
    if not plan.responsive and not found.trials:
        return say(
            "Change nothing: the history shows no detectable response to spend, so no move of {budget} a week can be "
            "justified.",
            budget=budget,
        )
    if not count:
        return say("Change nothing: no move of {budget} a week is worth making next week.", budget=budget)
    gain = found.worth
    figures: dict[str, object] = {
        "churn": percent(found.churn, 1),
        "gain": quantity(gain.mean, plan.goal, plan.currency),
        "weeks": number(found.kept),
        "low": number(gain.low),
        "high": number(gain.high),
        "chance": percent(found.chance),
        "budget": budget,
    }
    return say_many(
        "Change {count} budget, which moves {churn} of {budget}: kept for {weeks} weeks it brings {gain} more than "
        "today's split; 90 % interval {low} to {high}, more than nothing in {chance} of what may be.",
        "Change {count} budgets, which moves {churn} of {budget}: kept for {weeks} weeks they bring {gain} more than "
        "today's split; 90 % interval {low} to {high}, more than nothing in {chance} of what may be.",
        count,
        **figures,
    )


def explore_sentence(found: Rebalance) -> Message | str:
    """What is tested on purpose, or that nothing is left to test; "" where nothing was asked for."""
    if not found.explored:
        return ""
    plan = found.plan
    if not found.trials:
        return say(
            "No test is worth its cost now: what money can teach within {weeks} weeks is known well enough.",
            weeks=number(LONGEST),
        )
    moved_money = sum(abs(trial.change) for trial in found.trials)
    return say_many(
        "{count} test: {amount} a week change their place to learn from it; knowing is worth about {teaches}, and it "
        "gives up about {costs}.",
        "{count} tests: {amount} a week change their place to learn from it; knowing is worth about {teaches}, and it "
        "gives up about {costs}.",
        len(found.trials),
        amount=money(moved_money, plan.currency),
        teaches=quantity(sum(trial.teaches for trial in found.trials), plan.goal, plan.currency),
        costs=quantity(found.explore_cost, plan.goal, plan.currency),
    )


def kind_name(kind: str) -> Message:
    """What became of a cell, in a word or two."""
    return {
        MOVED: say("moved"),
        TEST: say("test"),
        NO_RESPONSE: say("no response"),
        NOISE: say("inside the noise"),
        EVIDENCE: say("too little evidence"),
        LIMIT: say("at its limit"),
        SMALL: say("not worth a move"),
        BALANCED: say("balanced"),
        Hold.LOCKED.value: say("locked"),
        Hold.LEARNING.value: say("learning"),
        Hold.WAITING.value: say("waiting"),
        Hold.UNUSED.value: say("not in use"),
        Hold.SMALLEST.value: say("at its smallest budget"),
    }[kind]

