"""What pacing says: how the period stands, how far the projection may miss, and whether the money still lands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from optimizer.language.message import Message, day, join, number, percent, place, say, say_many
from optimizer.planning.pacing.next import Landing
from optimizer.planning.pacing.pace import Light
from optimizer.planning.wording import money

if TYPE_CHECKING:
    from optimizer.planning.pacing.next import NextBudgets
    from optimizer.planning.pacing.pace import Pace, Pacing

SPENT_SIGN = "✕"


def light_name(one: Pace) -> Message:
    """The traffic light as words; empty without a budget.

    Examples
    --------
    >>> from optimizer.planning.pacing.pace import Pace
    >>> light_name(Pace((), 3000.0, 1000.0, 0.0, 108.0, 10, 30))
    'a little over'
    """
    if one.light is None:
        return Message("")
    if one.overspent:
        return say("overspent")
    if one.light is Light.GREEN:
        return say("on track")
    over = (one.deviation or 0.0) > 0.0 or one.budget == 0.0
    if one.light is Light.AMBER:
        return say("a little over") if over else say("a little under")
    return say("far over") if over else say("far under")


def light_sign(one: Pace) -> str:
    """A sign that says the same as the colour: a dot, an arrow up or down (two where far), a cross."""
    if one.light is None:
        return ""
    if one.overspent:
        return SPENT_SIGN
    over = (one.deviation or 0.0) > 0.0 or one.budget == 0.0
    arrow = "▲" if over else "▼"
    return {Light.GREEN: "●", Light.AMBER: arrow, Light.RED: 2 * arrow}[one.light]


def pace_headline(pacing: Pacing) -> Message:
    """How the period stands, in one or two sentences."""
    total, currency = pacing.total, pacing.currency
    budget = total.budget or 0.0
    spent, of = money(total.gone, currency), money(budget, currency)
    if total.overspent:
        return say(
            "{spent} are spent by {day}, {more} more than the {budget} of {period}: overspent.",
            spent=spent,
            day=day(pacing.as_of - dt.timedelta(days=1)),
            more=money(-total.left, currency),
            budget=of,
            period=pacing.period.name,
        )
    ends = say(
        "At the pace of the last 7 days it ends at {projected}, {deviation} against the budget: {light}.",
        projected=money(total.projected, currency),
        deviation=percent(total.deviation or 0.0, 1, sign=True),
        light=light_name(total),
    )
    if total.pacing is None:
        begun = say_many(
            "{period} begins with {budget} for {count} day.",
            "{period} begins with {budget} for {count} days.",
            total.days,
            period=pacing.period.name,
            budget=of,
        )
        return join(" ", [begun, ends])
    stands = say_many(
        "{spent} of {budget} are spent after {elapsed} of {count} day of {period}: pacing {pacing}.",
        "{spent} of {budget} are spent after {elapsed} of {count} days of {period}: pacing {pacing}.",
        total.days,
        spent=spent,
        budget=of,
        elapsed=number(total.elapsed),
        period=pacing.period.name,
        pacing=percent(total.pacing),
    )
    return join(" ", [stands, ends])


def interval_sentence(pacing: Pacing) -> Message:
    """The interval of the projected end and where it comes from; or why there is none."""
    found, days = pacing.total.interval, pacing.days_left
    if found is None:
        return say_many(
            "No interval: the history holds fewer than 3 spans of {count} day on which the rule could be replayed.",
            "No interval: the history holds fewer than 3 spans of {count} days on which the rule could be replayed.",
            days,
        )
    ends = {"low": money(found.low, pacing.currency), "high": money(found.high, pacing.currency)}
    if pacing.days.frequency == "weekly":
        return say_many(
            "90 % interval {low} to {high}, if budgets are left alone: by how far the rule missed when replayed on "
            "every Monday of the last year for as many weeks as hold {count} day.",
            "90 % interval {low} to {high}, if budgets are left alone: by how far the rule missed when replayed on "
            "every Monday of the last year for as many weeks as hold {count} days.",
            days,
            **ends,
        )
    return say_many(
        "90 % interval {low} to {high}, if budgets are left alone: by how far the rule missed when replayed on every "
        "day of the last year for {count} day ahead.",
        "90 % interval {low} to {high}, if budgets are left alone: by how far the rule missed when replayed on every "
        "day of the last year for {count} days ahead.",
        days,
        **ends,
    )


def judged_sentence(pacing: Pacing) -> Message:
    """Where the budgets of networks and places come from."""
    if pacing.judged == "targets":
        return say("Networks and places are judged by the budgets that were given for them.")
    if pacing.judged == "plan":
        return say("Places are judged by what the accepted plans give them in this period.")
    return say("Only the total is judged: networks and places have no budgets of their own.")


def definitions() -> Message:
    """How the figures are made."""
    return say(
        "Pacing = share of the budget spent / share of the days gone. Projected end = spent + days left x mean of the "
        "last 7 days. On track within 5 % of the budget, a little over or under to 10 %, far beyond that."
    )


def landing_sentence(pacing: Pacing, found: NextBudgets) -> Message:
    """Whether the next daily budgets land the period, and what is missing where they do not."""
    currency = pacing.currency
    total, days = money(found.total, currency), found.days_left
    if found.landing is Landing.SPENT:
        return _spent(pacing, found)
    said = say_many(
        "{left} are left for {count} day, {needed} a day.",
        "{left} are left for {count} days, {needed} a day.",
        days,
        left=money(found.left, currency),
        needed=money(found.needed, currency),
    )
    if found.landing is Landing.LANDS:
        return join(" ", [said, say("The daily budgets below spend that: the period lands.")])
    held = say("The daily budgets below come to {total} a day.", total=total)
    return join(" ", [said, held, _missed(pacing, found)])


def _missed(pacing: Pacing, found: NextBudgets) -> Message:
    """What the limits keep from landing."""
    misses, last = money(found.misses, pacing.currency), day(pacing.period.last)
    if found.landing is Landing.LATER:
        then = {"day": day(found.last + dt.timedelta(days=1)), "after": money(found.after, pacing.currency)}
        if found.total < found.needed:
            return say("More is not allowed in one step; from {day} on {after} a day land the period.", **then)
        return say("Less is not allowed in one step; from {day} on {after} a day land the period.", **then)
    if found.gapped:
        if found.landing is Landing.SHORT:
            return say("Smallest budgets and steps of money leave {misses} of it unspent.", misses=misses)
        return say("Smallest budgets and steps of money spend {misses} more than that.", misses=misses)
    if found.landing is Landing.SHORT:
        return say(
            "Even if every budget rises as fast as it may, {misses} of it stay unspent on {last}.",
            misses=misses,
            last=last,
        )
    return say(
        "Even if every budget falls as fast as it may, {misses} more than that are spent by {last}.",
        misses=misses,
        last=last,
    )


def _spent(pacing: Pacing, found: NextBudgets) -> Message:
    currency = pacing.currency
    if found.total > 0.0:
        return say(
            "Nothing is left. The minimums alone are {total} a day, and end the period {misses} above its budget.",
            total=money(found.total, currency),
            misses=money(found.misses, currency),
        )
    return say(
        "Nothing is left: to spend no more, all daily budgets are 0. At the pace of the last 7 days the period ends "
        "{more} above its budget.",
        more=money(pacing.total.projected - (pacing.total.budget or 0.0), currency),
    )


def held_sentence(found: NextBudgets) -> Message:
    """For which days the budgets are."""
    if found.first == found.last:
        return say("Daily budgets for {first}.", first=day(found.first))
    return say("Daily budgets for {first} to {last}.", first=day(found.first), last=day(found.last))


def pace_name(one: Pace) -> Message | str:
    """What a budget is for: everything, a network or a place."""
    return place(one.key) if one.key else say("everything")
