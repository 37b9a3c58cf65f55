"""What is tested on purpose, what a test is to teach and what it has taught, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language.message import Message, day, number, place, say, say_many
from optimizer.planning.rebalance.explore import LONGEST
from optimizer.planning.wording import Wording, money, quantity

if TYPE_CHECKING:
    from optimizer.planning.rebalance.explore import Trial
    from optimizer.planning.rebalance.rebalance import Learned, Rebalance


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
        "Test: {change} a week less for {count} weeks, after which {effect} less a week would stand out from the "
        "noise; knowing that is worth about {teaches}, and the test gives up about {costs}.",
        trial.weeks,
        **parts,
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


def learned_sentence(one: Learned, found: Rebalance) -> Message:
    """What a test that is over has taught: what its change brings, as it was thought before and as it is known now."""
    test, currency = one.test, found.plan.currency
    figures: dict[str, object] = {
        "cell": place(found.plan.cells[one.cell]),
        "spend": money(test.spend, currency),
        "without": money(test.without, currency),
        "since": day(test.since),
        "until": day(test.until),
    }
    if one.effect is None:
        return say(
            "The test of {cell} is over ({spend} a week instead of {without}, from {since} until {until}); it was for "
            "another goal.",
            **figures,
        )
    figures |= {
        "before": quantity(test.effect, test.goal, currency),
        "before_low": number(test.low),
        "before_high": number(test.high),
        "now": quantity(one.effect.mean, test.goal, currency),
        "low": number(one.effect.low),
        "high": number(one.effect.high),
    }
    return say(
        "The test of {cell} is over ({spend} a week instead of {without}, from {since} until {until}): that change "
        "brings about {now} a week, 90 % interval {low} to {high}; before the test it was {before}, {before_low} to "
        "{before_high}.",
        **figures,
    )
