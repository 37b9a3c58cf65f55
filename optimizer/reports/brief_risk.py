"""The risk of a plan of record in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.finance.words import answer
from optimizer.language.message import Message, join, number, percent, place, say
from optimizer.reports.brief_words import Scale, scale_of, shortened

if TYPE_CHECKING:
    from optimizer.finance.figures import Swing
    from optimizer.finance.record import Record

TOLD_SWINGS = 2
NAMED = 4  # networks


def risks(record: Record) -> list[Message]:
    """What can go wrong, in sentences: the bad case, the hurdle, what moves the result most, what was assumed."""
    rows = record.statement.rows()
    left = rows["marketing_contribution"]
    scale = scale_of([one.plan for one in rows.values()], record.currency, record.decimals)
    told: list[Message] = []
    bad = answer(record, "loss_at_5")
    if bad is not None and math.isfinite(bad.value):
        amount = scale.money(abs(bad.value))
        if bad.value < 0.0:
            told.append(say("In 1 of 20 cases the plan loses more than {amount} after all costs.", amount=amount))
        else:
            told.append(say("In 1 of 20 cases the plan leaves less than {amount} after all costs.", amount=amount))
    ends = {"low": scale.money(left.low), "high": scale.money(left.high)}
    told.append(say("In 8 of 10 cases marketing contribution is between {low} and {high}.", **ends))
    told += [_swing(one, scale) for one in _largest(record)]
    assumed = [name for name, (factor, low, high) in record.factors.items() if factor == low == high == 1.0]
    if assumed:
        told.append(
            say(
                "Incrementality of {networks} is taken as 1: all that the model credits to spend counts.",
                networks=_named(assumed),
            )
        )
    moved = [name for name, (factor, _, _) in record.factors.items() if factor != 1.0]
    if moved:
        told.append(
            say(
                "The split was chosen by the response as credited: incrementality of {networks} changes what the plan "
                "brings, not where money goes.",
                networks=_named(moved),
            )
        )
    return told


def _named(networks: list[str]) -> Message:
    """The first few of some networks."""
    told = join(", ", [place((shortened(name),)) for name in networks[:NAMED]])
    if len(networks) <= NAMED:
        return told
    return say("{first} and {count} more", first=told, count=number(len(networks) - NAMED))


def _largest(record: Record) -> list[Swing]:
    """The inputs that move the result most; those that move it alike are told once."""
    found: list[Swing] = []
    for one in record.swings:
        if not any(math.isclose(one.low, other.low, rel_tol=1e-6) for other in found):
            found.append(one)
    return found[:TOLD_SWINGS]


def _swing(swing: Swing, scale: Scale) -> Message:
    worse = min(swing.low, swing.high)
    change = (swing.low_input if swing.low <= swing.high else swing.high_input) - 1.0
    name = swing_name(swing)
    size = percent(abs(change))
    if change < 0:
        return say("{input} {share} lower costs {amount}.", input=name, share=size, amount=scale.money(abs(worse)))
    return say("{input} {share} higher costs {amount}.", input=name, share=size, amount=scale.money(abs(worse)))


def swing_name(swing: Swing) -> Message:
    """What an input of the sensitivity is called at the head of a sentence."""
    name = {
        "margin": say("Margin"),
        "price": say("Price of media"),
        "rate": say("Conversion rate"),
        "worth": say("Value per conversion"),
        "incrementality": say("Incrementality"),
    }[swing.key]
    return say("{input} of {network}", input=name, network=place((swing.network,))) if swing.network else name
