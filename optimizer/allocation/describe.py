"""Words for rules that clash and for what would mend them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from optimizer.allocation.rules import (
    ChangeLimit,
    CountLimit,
    Diversification,
    ExplorationShare,
    GroupLimit,
    Lock,
    NothingOrAtLeast,
    Rule,
    Steps,
)
from optimizer.allocation.setting import Setting
from optimizer.history.panel import Cell
from optimizer.language.message import Message, figure, join, number, say
from optimizer.language.message import place as named

LEAST = 1e-9  # of the budget: a repair below it is none
CENT = 0.01
NAMED, WAYS = 5, 4  # how much of a long clash, and how many ways out, a sentence names


@dataclass(frozen=True)
class Repair:
    """One way out.

    Attributes
    ----------
    verb : str
        "lower", "raise", "relax", "drop"; or a whole phrase, a message, where `name` is empty.
    name : str
        What is to be changed.
    amount : str
        By how much; empty where it is dropped.
    partly : bool
        Mends this clash, but the rest of the rules clash too.
    """

    verb: str
    name: str = ""
    amount: str = ""
    partly: bool = False


def money(setting: Setting, amount: float) -> str:
    """An amount in budgets as money of the problem; more digits where cents say nothing."""
    value = amount * setting.money
    return number(value, 2) if abs(value) >= CENT or value == 0.0 else figure(value, ".3g")


def describe(setting: Setting, kind: str, place: int, cells: Sequence[Cell]) -> Message:
    """A rule, the budget or a bound with its numbers."""
    if kind == "budget":
        budget = money(setting, 1.0)
        if setting.spend_all:
            return say("budget {budget} a week, to be spent in full", budget=budget)
        return say("budget {budget} a week", budget=budget)
    if kind == "minimum":
        return say("minimum of {cell} {amount}", cell=named(cells[place]), amount=money(setting, setting.lower[place]))
    if kind == "maximum":
        return say("maximum of {cell} {amount}", cell=named(cells[place]), amount=money(setting, setting.upper[place]))
    rule = setting.rules[place]
    return join(" ", [rule.label, _numbers(setting, rule)])


def _numbers(setting: Setting, rule: Rule) -> str:
    if isinstance(rule, GroupLimit):
        return _limits(setting, rule)
    if isinstance(rule, Lock):
        return money(setting, rule.amount)
    if isinstance(rule, NothingOrAtLeast):
        return say("(nothing or at least {amount})", amount=money(setting, rule.amount))
    if isinstance(rule, CountLimit):
        counts = [_at_least(number(rule.at_least))] if rule.at_least else []
        counts += [] if rule.at_most is None else [_at_most(number(rule.at_most))]
        return _all_of(counts) if counts else ""
    if isinstance(rule, Diversification | ExplorationShare):
        return figure(rule.share, ".6g")
    if isinstance(rule, ChangeLimit):
        changes = [] if rule.share is None else [say("{share} of the amount", share=figure(rule.share, ".6g"))]
        return _at_most(_all_of(changes if rule.money is None else [*changes, money(setting, rule.money)]))
    return money(setting, rule.step) if isinstance(rule, Steps) else ""


def _limits(setting: Setting, rule: GroupLimit) -> str:
    """The limits of a group; a single one that its label already calls a minimum or maximum is the amount alone."""
    sides = (_at_least, rule.minimum, rule.minimum_share), (_at_most, rule.maximum, rule.maximum_share)
    limits = [(words, money(setting, amount)) for words, amount, _ in sides if amount is not None]
    limits += [
        (words, say("{share} of what is spent", share=figure(share, ".6g")))
        for words, _, share in sides
        if share is not None
    ]
    if len(limits) == 1 and rule.label.startswith(("minimum", "maximum")):
        return limits[0][1]
    return _all_of([words(limit) for words, limit in limits])


def _at_least(amount: str) -> Message:
    return say("at least {amount}", amount=amount)


def _at_most(amount: str) -> Message:
    return say("at most {amount}", amount=amount)


def _all_of(parts: Sequence[str]) -> str:
    """Limits that hold together, one at least."""
    return reduce(lambda before, part: say("{limits} and {limit}", limits=before, limit=part), parts)


def either(ways: Sequence[str]) -> str:
    """Ways out of which one is enough, one at least.

    Examples
    --------
    >>> either(["raise a", "lower b", "drop c"])
    'raise a, or lower b, or drop c'
    """
    return reduce(lambda before, way: say("{ways}, or {way}", ways=before, way=way), ways)


def repair_of(
    setting: Setting, kind: str, place: int, amounts: Sequence[float | None], cells: Sequence[Cell]
) -> list[Repair]:
    """Words for how far something must give way (in budgets; a count for counts; infinite for what must go)."""
    if kind == "budget":
        up, down = (None if amount is None or amount <= LEAST else amount for amount in amounts)
        ways = [] if up is None else [say("raise the budget to {budget}", budget=money(setting, 1.0 + up))]
        if down is not None and 1.0 - down > LEAST:
            ways.append(say("lower the budget to {budget}", budget=money(setting, 1.0 - down)))
        return [Repair(way) for way in ways]
    amount = amounts[0]
    if amount is None:
        return []
    if kind == "minimum":
        return [Repair("lower", say("the minimum of {cell}", cell=named(cells[place])), money(setting, amount))]
    if kind == "maximum":
        return [Repair("raise", say("the maximum of {cell}", cell=named(cells[place])), money(setting, amount))]
    rule = setting.rules[place]
    if not np.isfinite(amount) or amount <= LEAST or not isinstance(rule, _MEASURED):
        return [Repair("drop", rule.label)]
    by = number(round(amount)) if isinstance(rule, CountLimit) else money(setting, amount)
    return [Repair(_verb(rule), rule.label, by)]


_MEASURED = (GroupLimit, Lock, CountLimit, Diversification, ChangeLimit, ExplorationShare)


def _verb(rule: Rule) -> str:
    if isinstance(rule, ExplorationShare):
        return "lower"
    if isinstance(rule, Diversification):
        return "raise"
    if isinstance(rule, GroupLimit):
        low = rule.minimum is not None or rule.minimum_share is not None
        high = rule.maximum is not None or rule.maximum_share is not None
        return "relax" if low and high else "lower" if low else "raise"
    if isinstance(rule, CountLimit):
        return "relax" if rule.at_least and rule.at_most is not None else "lower" if rule.at_least else "raise"
    return "relax"


_BY: dict[str, Callable[[str, str], Message]] = {
    "lower": lambda name, amount: say("lower {name} by {amount}", name=name, amount=amount),
    "raise": lambda name, amount: say("raise {name} by {amount}", name=name, amount=amount),
    "relax": lambda name, amount: say("relax {name} by {amount}", name=name, amount=amount),
}


def _way(repair: Repair) -> str:
    """A repair in words."""
    if not repair.name:
        return repair.verb
    return _BY[repair.verb](repair.name, repair.amount) if repair.amount else say("drop {name}", name=repair.name)


def sentence(names: Sequence[str], repairs: Sequence[Repair], *, budget: bool) -> Message:
    """What clashes, and the ways out; those that ask the same of each are said once.

    Examples
    --------
    >>> sentence(
    ...     ["budget 10,000", "minimum of instagram 8,000", "minimum of tiktok 4,000"],
    ...     [Repair("raise the budget to 12,000"), Repair("lower", "a", "2,000"), Repair("lower", "b", "2,000")],
    ...     budget=True,
    ... )
    'budget 10,000; minimum of instagram 8,000 + minimum of tiktok 4,000; raise the budget to 12,000, or lower one of \
them by 2,000.'
    """
    shown = list(names)
    if len(names) > NAMED + 1:
        shown[NAMED:] = [say("{count} more", count=number(len(names) - NAMED))]
    clash = join("; ", [shown[0], join(" + ", shown[1:])]) if budget else join(" + ", shown)
    others = [r for r in repairs if r.name]
    alike = {(r.verb, r.amount, r.partly) for r in others}
    ways = [_way(r) for r in repairs if not r.name]
    if len(others) > 1 and len(alike) == 1 and others[0].amount:
        ways.append(_BY[others[0].verb](say("one of them"), others[0].amount))
    else:
        ways += [_way(r) for r in others]
    ways = list(dict.fromkeys(ways))[:WAYS]
    found = {"clash": clash, "ways": either(ways) if ways else say("drop one of them")}
    if repairs and all(r.partly for r in repairs):
        return say("{clash}; {ways}; other rules clash as well.", **found)
    return say("{clash}; {ways}.", **found)
