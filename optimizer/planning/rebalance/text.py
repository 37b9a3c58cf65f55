"""What becomes of each cell next week, in a sentence with the figures it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.panel import Floats
from optimizer.language.message import Message, Written, day, number, percent, say, say_many
from optimizer.planning.rebalance.amounts import SAME_AMOUNT
from optimizer.planning.rebalance.choice import SAME_BUDGET, moved
from optimizer.planning.rebalance.explore_text import trial_sentence
from optimizer.planning.rebalance.holds import Standing, resting_sentence
from optimizer.planning.rebalance.limits import Hold
from optimizer.planning.wording import Wording, money, quantity

if TYPE_CHECKING:
    from optimizer.allocation.problem import Bounds
    from optimizer.planning.explain import Returns
    from optimizer.planning.plan import Move
    from optimizer.planning.rebalance.choice import Chosen
    from optimizer.planning.rebalance.explore import Trial
    from optimizer.planning.rebalance.rebalance import Rebalance
    from optimizer.planning.rebalance.week import Posture

WEAK = ("weak", "none")
AT_END = 1e-4  # of the budget: spend nearer to a limit stands at it
CERTAIN = 0.99
NOTHING = 0.02  # of what is spent now: less is nothing to speak of
MOST_WEEKS = 26  # told as the way that is left; longer is "more than"

MOVED, TEST, FUNDS, BUDGET, RULES, AROUND = "moved", "test", "funds", "budget", "rules", "around"
TURNED_DOWN = "turned down"
SET = (Hold.FIXED, Hold.TESTING)  # what gets a set amount, whether that is a change or not
NO_RESPONSE, NOISE, EVIDENCE, LIMIT = "no response", "noise", "evidence", "limit"
SMALL, ALONE, BALANCED = "small", "alone", "balanced"


@dataclass(frozen=True, eq=False)
class Told:
    """All that reasons rest on; every array (C,).

    Attributes
    ----------
    kinds : tuple of str
        See `optimizer.planning.rebalance.rebalance.Rebalance`.
    holds : tuple of Message
    chosen : Chosen
    aim, now : float array
        Weekly money where the moves lead, and what is set now.
    bounds : Bounds
        What next week allows.
    trials : mapping of int to Trial
    max_change : float array
        Largest change of each cell as a share of what it gets now.
    here : float array
        What the next money brings at the plan, goal units per unit of money.
    standing : Standing
    currency : str
    """

    kinds: tuple[str, ...]
    holds: tuple[Message, ...]
    chosen: Chosen
    aim: Floats
    now: Floats
    bounds: Bounds
    trials: dict[int, Trial]
    max_change: Floats
    here: Floats
    standing: Standing
    currency: str

    @classmethod
    def of(cls, posture: Posture, chosen: Chosen, trials: Sequence[Trial], aim: Floats, returns: Returns) -> Told:
        """Sort the cells by what becomes of them."""
        budget, bounds = posture.question.budget, posture.problem.bounds
        change = moved(chosen.spend, chosen.start, budget)
        wanted = moved(chosen.wanted, chosen.start, budget)
        standing, small = posture.standing, SAME_BUDGET * budget
        more, freed = budget - float(posture.question.today.sum()), budget - float(standing.now.sum())
        added = np.abs(chosen.start - standing.now) > SAME_AMOUNT * standing.now
        taken = BUDGET if abs(more) > small else AROUND if abs(freed) > small else RULES
        near = AT_END * budget
        at_end = (chosen.start <= bounds.lower + near) | (chosen.start >= bounds.upper - near)
        pulled = np.abs(aim - chosen.start) > np.maximum(near, 0.02 * chosen.start)
        untested = chosen.spend if chosen.untested is None else chosen.untested
        tested = {trial.cell: trial for trial in trials}
        stays = SMALL if change.any() else ALONE
        stuck = chosen.stuck if chosen.stuck is not None else np.zeros(len(change), dtype=np.bool_)
        doubt = [EVIDENCE if one.label in WEAK else NOISE for one in posture.responses[0].evidence]
        kinds = []
        for c, hold in enumerate(posture.limits.hold):
            cases = (  # the first that holds tells what became of the cell
                (hold in SET, hold.value),
                (c in tested, TEST),
                (abs(chosen.spend[c] - untested[c]) > near, FUNDS),
                (change[c], MOVED),
                (added[c], taken),
                (c in standing.rests, TURNED_DOWN),
                (hold is not Hold.FREE, hold.value),
                (not posture.responses[0].responsive, NO_RESPONSE),
                (chosen.doubtful[c], doubt[c]),
                (stuck[c] or (not wanted[c] and at_end[c] and pulled[c]), LIMIT),
                (wanted[c], stays),
            )
            kinds.append(next((kind for holds, kind in cases if holds), BALANCED))
        share = np.minimum(posture.network.share, posture.max_change)
        return cls(
            kinds=tuple(kinds),
            holds=posture.limits.why,
            chosen=chosen,
            aim=aim,
            now=posture.question.today,
            bounds=bounds,
            trials=tested,
            max_change=share,
            here=returns.plan,
            standing=standing,
            currency=posture.studio.panel.currency,
        )


def reason_of(told: Told, c: int, move: Move, wording: Wording) -> Move:
    """The move, from what is set now, with its reason as rebalancing tells it."""
    kind, move = told.kinds[c], replace(move, today=float(told.now[c]))
    if kind == MOVED:
        return replace(move, reason=_why_moved(told, c, move, wording))
    if kind == TEST:
        return replace(move, reason=trial_sentence(told.trials[c], wording))
    if kind == FUNDS:
        return replace(move, reason=_why_funds(told, c, wording))
    if kind in (BUDGET, AROUND):
        return replace(move, reason=_why_changed(told, c, wording))
    if c in told.standing.pinned:
        return replace(move, reason=told.holds[c])
    if kind == TURNED_DOWN:
        return replace(move, reason=resting_sentence(told.standing.rests[c], told.currency))
    if kind == RULES:
        least = wording.spend(float(told.chosen.start[c]))
        return replace(move, reason=say("Set to {amount} a week so that bounds and rules hold.", amount=least))
    return replace(move, reason=_why_kept(told, c, wording))


def _why_funds(told: Told, c: int, wording: Wording) -> Message:
    """A cell that pays for the tests, or takes what they free."""
    chosen = told.chosen
    without = float(chosen.spend[c] if chosen.untested is None else chosen.untested[c])
    more = float(chosen.spend[c]) - without
    figures: dict[str, object] = {"amount": wording.spend(abs(more)), "without": wording.spend(without)}
    if more < 0:
        return say("Gives {amount} a week to the tests; without them it would get {without}.", **figures)
    return say("Takes {amount} a week that the tests free; without them it would get {without}.", **figures)


def _why_changed(told: Told, c: int, wording: Wording) -> Message:
    """A cell that takes or gives what the budget changes."""
    change = float(told.chosen.start[c] - told.standing.now[c])
    unit, amount = wording.spend(wording.unit), wording.spend(abs(change))
    figures: dict[str, object] = {"amount": amount, "unit": unit, "here": wording.brings(float(told.here[c]))}
    if told.kinds[c] == AROUND and change > 0:
        return say("Takes {amount} of what your choices free; the next {unit} here are worth {here}.", **figures)
    if told.kinds[c] == AROUND:
        return say("Gives {amount} to what your choices need; the next {unit} here are worth {here}.", **figures)
    if change > 0:
        return say("Takes {amount} of what the budget adds; the next {unit} here are worth {here}.", **figures)
    return say("Gives {amount} of what the budget takes; the next {unit} here are worth {here}.", **figures)


def _why_moved(told: Told, c: int, move: Move, wording: Wording) -> Message:
    """What the next money brings, how often that pays, and how far the way is."""
    odds = odds_of(float(told.chosen.odds[c]))
    pays = say("{reason} Odds that it pays: {odds}.", reason=move.reason, odds=odds)
    before = told.standing.again.get(c)
    if before is not None:
        figures = {"on": day(before.on), "before": odds_of(before.odds), "why": before.reason}
        if before.reason:
            pays = say("{reason} You left it on {on} (“{why}”), when the odds were {before}.", reason=pays, **figures)
        else:
            pays = say("{reason} You left it on {on}, when the odds were {before}.", reason=pays, **figures)
    weeks = _weeks_to(told, c)
    if weeks <= 1:
        return pays
    if told.aim[c] < NOTHING * told.now[c]:
        return say("{reason} On its way out, by the largest change a week.", reason=pays)
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


def odds_of(share: float) -> Message | Written:
    """A share of draws as odds: all of a few hundred draws are not certainty.

    Examples
    --------
    >>> odds_of(0.8), odds_of(1.0), odds_of(0.0)
    ('80 %', 'over 99 %', 'under 1 %')
    """
    if share > CERTAIN:
        return say("over {share}", share=percent(CERTAIN))
    if share < 1.0 - CERTAIN:
        return say("under {share}", share=percent(1.0 - CERTAIN))
    return percent(share)


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
    odds = {"odds": odds_of(float(chosen.odds[c])), "wanted": wording.spend(float(chosen.wanted[c]))}
    if kind == EVIDENCE:
        if up:
            return say(
                "Kept: too little is known of it; more money here, up to {wanted} a week, would pay with odds of "
                "{odds}.",
                **odds,
            )
        return say(
            "Kept: too little is known of it; less money here, down to {wanted} a week, would pay with odds of {odds}.",
            **odds,
        )
    if kind == NOISE:
        if up:
            return say(
                "Kept: inside the noise; more money here, up to {wanted} a week, would pay with odds of {odds}.",
                **odds,
            )
        return say(
            "Kept: inside the noise; less money here, down to {wanted} a week, would pay with odds of {odds}.",
            **odds,
        )
    if kind == LIMIT:
        return _at_limit(told, c, wording)
    if kind == ALONE:
        return say(
            "Kept: a move to {wanted} a week would pay, but no place that could give or take the money does so surely "
            "enough.",
            wanted=odds["wanted"],
        )
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
        most = wording.spend(float(told.bounds.upper[c]))
        return say("Kept: it stands at the most that next week allows it, {most}.", most=most)
    least = wording.spend(float(told.bounds.lower[c]))
    return say("Kept: it stands at the least that next week allows it, {least}.", least=least)


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
    if all(found.kinds[c] == BUDGET for c in found.changed):
        return say_many(
            "Change {count} budget by the {more} that the week's budget adds or takes; no other move of {budget} is "
            "worth making next week.",
            "Change {count} budgets by the {more} that the week's budget adds or takes; no other move of {budget} is "
            "worth making next week.",
            count,
            more=money(abs(float(found.change.sum())), plan.currency),
            budget=budget,
        )
    gain = found.worth
    figures: dict[str, object] = {
        "churn": percent(found.churn, 1),
        "gain": quantity(gain.mean, plan.goal, plan.currency),
        "weeks": number(found.kept),
        "low": number(gain.low),
        "high": number(gain.high),
        "chance": odds_of(found.chance),
        "budget": budget,
    }
    return say_many(
        "Change {count} budget, which moves {churn} of {budget}: kept for {weeks} weeks it brings {gain} more than "
        "today's split; 90 % interval {low} to {high}, odds that it pays {chance}.",
        "Change {count} budgets, which move {churn} of {budget}: kept for {weeks} weeks they bring {gain} more than "
        "today's split; 90 % interval {low} to {high}, odds that it pays {chance}.",
        count,
        **figures,
    )


def kind_name(kind: str) -> Message:
    """What became of a cell, in a word or two."""
    return {
        MOVED: say("moved"),
        TEST: say("test"),
        FUNDS: say("for the tests"),
        BUDGET: say("by the budget"),
        AROUND: say("by your choices"),
        RULES: say("by the rules"),
        TURNED_DOWN: say("you left it"),
        Hold.FIXED.value: say("set by you"),
        Hold.TESTING.value: say("testing"),
        NO_RESPONSE: say("no response"),
        NOISE: say("inside the noise"),
        EVIDENCE: say("too little evidence"),
        LIMIT: say("at its limit"),
        SMALL: say("not worth a move"),
        ALONE: say("no counterpart"),
        BALANCED: say("balanced"),
        Hold.LOCKED.value: say("locked"),
        Hold.LEARNING.value: say("learning"),
        Hold.WAITING.value: say("waiting"),
        Hold.UNUSED.value: say("not in use"),
        Hold.SMALLEST.value: say("at its smallest budget"),
    }[kind]
