"""Words for rules that clash and for what would mend them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

LEAST = 1e-9  # of the budget: a repair below it is none
CENT = 0.01
NAMED, WAYS = 5, 4  # how much of a long clash, and how many ways out, a sentence names


@dataclass(frozen=True)
class Repair:
    """One way out.

    Attributes
    ----------
    verb : str
        "lower", "raise", "relax", "drop"; or a whole phrase where `name` is empty.
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
    return f"{value:,.2f}" if abs(value) >= CENT or value == 0.0 else f"{value:.3g}"


def describe(setting: Setting, kind: str, place: int, cells: Sequence[Cell]) -> str:
    """A rule, the budget or a bound with its numbers."""
    if kind == "budget":
        return f"budget {money(setting, 1.0)} a week{', to be spent in full' if setting.spend_all else ''}"
    if kind != "rule":
        bound = setting.lower[place] if kind == "minimum" else setting.upper[place]
        return f"{kind} of {cells[place].label} {money(setting, float(bound))}"
    return f"{setting.rules[place].label} {_numbers(setting, setting.rules[place])}".rstrip()


def _numbers(setting: Setting, rule: Rule) -> str:
    if isinstance(rule, GroupLimit):
        named = [("at least", rule.minimum), ("at most", rule.maximum)]
        shares = [("at least", rule.minimum_share), ("at most", rule.maximum_share)]
        words = [(w, money(setting, v)) for w, v in named if v is not None]
        words += [(w, f"{v:.6g} of what is spent") for w, v in shares if v is not None]
        plain = len(words) == 1 and rule.label.startswith(("minimum", "maximum"))
        return words[0][1] if plain else " and ".join(" ".join(w) for w in words)
    if isinstance(rule, Lock):
        return money(setting, rule.amount)
    if isinstance(rule, NothingOrAtLeast):
        return f"(nothing or at least {money(setting, rule.amount)})"
    if isinstance(rule, CountLimit):
        counts = [f"at least {rule.at_least}"] if rule.at_least else []
        return " and ".join(counts if rule.at_most is None else [*counts, f"at most {rule.at_most}"])
    if isinstance(rule, Diversification | ExplorationShare):
        return f"{rule.share:.6g}"
    if isinstance(rule, ChangeLimit):
        changes = [] if rule.share is None else [f"{rule.share:.6g} of the amount"]
        return "at most " + " and ".join(changes if rule.money is None else [*changes, money(setting, rule.money)])
    return money(setting, rule.step) if isinstance(rule, Steps) else ""


def repair_of(
    setting: Setting, kind: str, place: int, amounts: Sequence[float | None], cells: Sequence[Cell]
) -> list[Repair]:
    """Words for how far something must give way (in budgets; a count for counts; infinite for what must go)."""
    if kind == "budget":
        verbs = zip(("raise", "lower"), amounts, (1.0, -1.0), strict=True)
        return [
            Repair(f"{verb} the budget to {money(setting, 1.0 + sign * amount)}")
            for verb, amount, sign in verbs
            if amount is not None and amount > LEAST and 1.0 + sign * amount > LEAST
        ]
    amount = amounts[0]
    if amount is None:
        return []
    if kind != "rule":
        name = f"the {kind} of {cells[place].label}"
        return [Repair("lower" if kind == "minimum" else "raise", name, money(setting, amount))]
    rule = setting.rules[place]
    if not np.isfinite(amount) or amount <= LEAST or not isinstance(rule, _MEASURED):
        return [Repair("drop", rule.label)]
    return [
        Repair(_verb(rule), rule.label, str(round(amount)) if isinstance(rule, CountLimit) else money(setting, amount))
    ]


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


def sentence(names: Sequence[str], repairs: Sequence[Repair], *, budget: bool) -> str:
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
    shown = [*names[:NAMED], f"{len(names) - NAMED} more"] if len(names) > NAMED + 1 else list(names)
    clash = "; ".join(filter(None, [shown[0], " + ".join(shown[1:])])) if budget else " + ".join(shown)
    named = [r for r in repairs if r.name]
    alike = {(r.verb, r.amount, r.partly) for r in named}
    ways = [r.verb for r in repairs if not r.name]
    if len(named) > 1 and len(alike) == 1 and named[0].amount:
        ways.append(f"{named[0].verb} one of them by {named[0].amount}")
    else:
        ways += [f"{r.verb} {r.name}{' by ' + r.amount if r.amount else ''}" for r in named]
    ways = list(dict.fromkeys(ways))[:WAYS]
    tail = "; other rules clash as well" if repairs and all(r.partly for r in repairs) else ""
    return f"{clash}; {', or '.join(ways) or 'drop one of them'}{tail}."
