"""A plan in two sentences: what it brings over today's split, and the proof that no split brings more."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.language.message import Message, join, percent, say, say_many
from optimizer.planning.plan import Plan
from optimizer.planning.plan_rules import struck
from optimizer.planning.request import CAREFUL
from optimizer.planning.verdict import Verdict, verdict
from optimizer.planning.wording import MONEY_OUTCOMES, PROFIT, money, number, outcome_name, quantity, signed, week_count


def headline(plan: Plan) -> Message:
    """The result in one sentence: the gain over today's split, with its interval."""
    said = verdict(plan)
    weeks, budget = week_count(len(plan.weeks)), money(plan.budget + plan.unspent, plan.currency)
    if said is Verdict.NO_RESPONSE:
        return say(
            "Keep today's split: the history shows no detectable response to spend, so no move of {budget} over "
            "{weeks} can be justified.",
            budget=budget,
            weeks=weeks,
        )
    if said is Verdict.STAYS:
        return say(
            "Keep today's split: no move of {budget} over {weeks} is worth making under these bounds.",
            budget=budget,
            weeks=weeks,
        )
    if said is Verdict.LATER:
        return _pays_later(plan)
    if said is Verdict.SAFER:
        return _safer(plan)
    gain = plan.gain[plan.goal]
    figures = {"gain": _more(plan), "weeks": weeks, "budget": budget, "low": number(gain.low)}
    if plan.unspent > 0:
        return _leaves_money(plan, figures)
    if said is Verdict.GAINS:
        return say(
            "This plan brings {gain} over {weeks} than today's split of the same {budget}; 90 % interval {low} to "
            "{high}.",
            high=number(gain.high),
            **figures,
        )
    return say(
        "This plan brings {gain} over {weeks} than today's split of the same {budget}; 90 % interval {low} to {high}, "
        "so no gain at all is possible too.",
        high=number(gain.high),
        **figures,
    )


def _leaves_money(plan: Plan, figures: Mapping[str, object]) -> Message:
    """A plan for profit that leaves money of the budget."""
    high, left = number(plan.gain[plan.goal].high), money(plan.unspent, plan.currency)
    if plan.gain[plan.goal].low > 0:
        return say(
            "This plan brings {gain} over {weeks} than today's split of {budget} and leaves {left} of it unspent; 90 % "
            "interval {low} to {high}.",
            left=left,
            high=high,
            **figures,
        )
    return say(
        "This plan brings {gain} over {weeks} than today's split of {budget} and leaves {left} of it unspent; 90 % "
        "interval {low} to {high}, so no gain at all is possible too.",
        left=left,
        high=high,
        **figures,
    )


def _safer(plan: Plan) -> Message:
    """A careful plan that gives up some of the mean."""
    gain, proven = plan.gain[plan.goal], plan.allocation
    return say(
        "In the worst 20 % of cases this plan brings {more} {outcome} on average over {weeks} and the 8 after than "
        "today's split of the same {budget}; over all cases it is {gain} over {weeks}, 90 % interval {low} to {high}.",
        more=signed(proven.certificate.value - proven.baseline_value, _currency(plan)),
        outcome=outcome_name(plan.goal),
        weeks=week_count(len(plan.weeks)),
        budget=money(plan.budget + plan.unspent, plan.currency),
        gain=signed(gain.mean, _currency(plan)),
        low=number(gain.low),
        high=number(gain.high),
    )


def _gain_share(plan: Plan) -> Message | str:
    """The gain as a share of what today's split brings, in brackets; empty where that is nothing."""
    gain, before = plan.gain[plan.goal].mean, plan.baseline_total[plan.goal].mean
    return say(" ({share})", share=percent(gain / before, 1, sign=True)) if before > 0 else ""


def _more(plan: Plan) -> Message:
    """How much more the plan brings."""
    amount, outcome = money(plan.gain[plan.goal].mean, _currency(plan)), outcome_name(plan.goal)
    return say("{amount} more {outcome}{share}", amount=amount, outcome=outcome, share=_gain_share(plan))


def _pays_later(plan: Plan) -> Message:
    """A plan that brings more only after its weeks."""
    gain, later = plan.gain[plan.goal], plan.carry_after[plan.goal].mean
    return say_many(
        "This plan pays after its week, not in it: {later} {outcome} in the 8 weeks after and {gain}{share} over "
        "{weeks}, compared with today's split of the same {budget}; 90 % interval {low} to {high} over {weeks}.",
        "This plan pays after its {count} weeks, not in them: {later} {outcome} in the 8 weeks after and {gain}{share} "
        "over {weeks}, compared with today's split of the same {budget}; 90 % interval {low} to {high} over {weeks}.",
        len(plan.weeks),
        later=signed(later, _currency(plan)),
        outcome=outcome_name(plan.goal),
        gain=signed(gain.mean, _currency(plan)),
        share=_gain_share(plan),
        weeks=week_count(len(plan.weeks)),
        budget=money(plan.budget + plan.unspent, plan.currency),
        low=number(gain.low),
        high=number(gain.high),
    )


def _currency(plan: Plan) -> str:
    """Currency of the goal; "" where it is a count."""
    return plan.currency if plan.goal in MONEY_OUTCOMES else ""


def proof(plan: Plan) -> Message:
    """The certificate in one sentence."""
    proven = plan.allocation.certificate
    most, this = (quantity(value, plan.goal, plan.currency) for value in (proven.bound, proven.value))
    parts: dict[str, object] = {
        "weekly": money((plan.budget + plan.unspent) / len(plan.weeks), plan.currency),
        "limits": say("bounds and rules") if proven.rules else say("bounds"),
        "most": most,
        "weeks": week_count(len(plan.weeks)),
        "this": this,
        "gap": percent(proven.gap, 2),
    }
    if not plan.responsive:
        return say(
            "By averages that do not stand out from noise no split of {weekly} a week under these {limits} can bring "
            "more than {most} over {weeks} and the 8 after; today's brings {this}: gap {gap}, no reason to move.",
            **parts,
        )
    if plan.risk == CAREFUL:
        proved = say(
            "No split of {weekly} a week under these {limits} can bring more than {most} on average in the worst 20 % "
            "of cases, over {weeks} and the 8 after, by the fitted response; this one brings {this}: gap {gap}.",
            **parts,
        )
    elif plan.goal == PROFIT:
        proved = say(
            "No split of up to {weekly} a week under these {limits} can add more than {most} over {weeks} and the 8 "
            "after, by the fitted response; this one adds {this}: gap {gap}.",
            **parts,
        )
    else:
        proved = say(
            "No split of {weekly} a week under these {limits} can bring more than {most} over {weeks} and the 8 after, "
            "by the fitted response; this one brings {this}: gap {gap}.",
            **parts,
        )
    return join("", [proved, struck(proven)])
