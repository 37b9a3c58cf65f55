"""A bridge in words and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.finance.definitions import Definition, definition
from optimizer.language.message import Message, capital, join, number, percent, say, say_many

if TYPE_CHECKING:
    from optimizer.finance.variance import Bridge, Leg

SAID = 3  # steps that a sentence names
WORTH_SAYING = 0.05  # of the largest step: smaller ones are left to the table
NOTHING_MOVED = 0.0005  # of the plan: below it revenue is as planned


def step_definition(step: str) -> Definition:
    """What a step of a bridge means."""
    return definition(f"bridge_{step}")


def bridge_sentence(bridge: Bridge, leg: Leg | None = None) -> Message:
    """How far revenue is from plan, and the steps that moved it most.

    Parameters
    ----------
    bridge : Bridge
    leg : Leg, optional
        One of its cuts; None for all of it.
    """
    told = bridge.leg() if leg is None else leg
    change = told.actual - told.plan
    digits = whole_digits(bridge, told)

    def money(amount: float) -> str:
        return number(amount, digits, bridge.currency)

    if abs(change) <= NOTHING_MOVED * abs(told.plan):
        head = say("Revenue is as planned: {actual}", actual=money(told.actual))
    else:
        size = money(abs(change))
        values = {"actual": money(told.actual), "plan": money(told.plan), "change": size}
        share = percent(abs(change) / told.plan, 1) if told.plan > 0 else None
        head = _head(change > 0, values, share)
    signed = [(step, number(told.steps[step], digits, bridge.currency, sign=True)) for step in _largest(told)]
    if not signed:
        return say("{sentence}.", sentence=head)
    steps = join(
        ", ", [say("{step} {amount}", step=step_definition(step).name, amount=amount) for step, amount in signed]
    )
    return say("{sentence}. Largest steps: {steps}.", sentence=head, steps=steps)


def _head(above: bool, values: dict[str, str], share: str | None) -> Message:
    if share is None:
        if above:
            return say("Revenue came to {actual}, {change} above the plan of {plan}", **values)
        return say("Revenue came to {actual}, {change} below the plan of {plan}", **values)
    if above:
        return say("Revenue came to {actual}, {change} ({share}) above the plan of {plan}", share=share, **values)
    return say("Revenue came to {actual}, {change} ({share}) below the plan of {plan}", share=share, **values)


def _largest(leg: Leg) -> list[str]:
    """The steps worth a word, the largest first."""
    ordered = sorted(leg.steps, key=lambda step: -abs(leg.steps[step]))
    most = abs(leg.steps[ordered[0]]) if ordered else 0.0
    return [step for step in ordered[:SAID] if abs(leg.steps[step]) > WORTH_SAYING * most]


def whole_digits(bridge: Bridge, leg: Leg) -> int:
    """Digits after the point worth reading in a sentence: none where amounts are large."""
    return 0 if max(abs(leg.plan), abs(leg.actual)) >= 1000.0 else bridge.decimals


def bridge_notes(bridge: Bridge) -> list[Message]:
    """What a reader must know of a bridge beside its figures."""
    notes = [
        say(
            "each step is its mean over all orders in which the steps can change, so no order is preferred and nothing "
            "is left over"
        )
    ]
    if bridge.missing:
        notes.append(
            say_many(
                "{count} week of the plan has no actuals yet and is left out on both sides",
                "{count} weeks of the plan have no actuals yet and are left out on both sides",
                len(bridge.missing),
            )
        )
    if bridge.reported < 1.0:
        notes.append(
            say("{share} of the revenue of these weeks is in; the rest is late", share=percent(bridge.reported, 1))
        )
    if bridge.rates is not None:
        notes.append(
            say(
                "amounts are {currency}; the plan is taken at the budget rate of {rate} for 1 {account}",
                currency=bridge.currency,
                rate=number(bridge.rates.budget, 4),
                account=bridge.account_currency,
            )
        )
    return [say("{sentence}.", sentence=capital(note)) for note in notes]
