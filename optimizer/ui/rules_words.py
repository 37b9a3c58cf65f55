"""Rules in words: each record of a rules.toml as the sentence a person would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.allocation.rules import (
    ChangeLimit,
    CountLimit,
    Diversification,
    ExplorationShare,
    FixedCost,
    GroupLimit,
    Lock,
    NothingOrAtLeast,
    RatioFloor,
    Rule,
    Steps,
    Tied,
    cells_of,
)
from optimizer.history import Cell, Panel
from optimizer.language import place
from optimizer.planning.rules_file import RuleContext, read_rules_text
from optimizer.response.curves import Curves
from optimizer.ui.format import begun, money, number, percent
from optimizer.ui.language import _, n_, tell

FILE = "rules.toml"
NAMED = 3


@dataclass(frozen=True)
class RuleLine:
    """A rule by the name that other pages call it, and what it says."""

    name: str
    says: str


def read_for_words(text: str, panel: Panel, weekly: float) -> tuple[Rule, ...]:
    """The rules of a text, to be checked against cells and told in words; a plan reads them again with its own curves.

    Parameters
    ----------
    text : str
        Of a rules.toml.
    panel : Panel
        Whose cells and outcomes the rules may name.
    weekly : float
        Money a week, which today's split is scaled to.

    Raises
    ------
    InputError
        The text cannot be read, or names what is not there; the message names the rule.
    """
    count = len(panel.cells)
    flat = Curves.from_slopes(panel.cells, np.tile([0.0, 1.0], (count, 1)), np.zeros((count, 2)), np.zeros(count))
    recent = panel.recent_spend
    today = recent * (weekly / recent.sum()) if recent.sum() > 0 else recent
    # Which cells are of weak evidence is known once the response is fitted: here all of them stand for it.
    context = RuleContext(today, dict.fromkeys(panel.outcomes, flat), weak=tuple(range(count)))
    return read_rules_text(text, FILE, panel.cells, context)


def rule_lines(rules: Sequence[Rule], cells: Sequence[Cell], currency: str) -> tuple[RuleLine, ...]:
    """Rules in words.

    Parameters
    ----------
    rules : sequence of Rule
    cells : sequence of Cell
        That the rules count by.
    currency : str
    """
    return tuple(RuleLine(begun(tell(rule.label)), _says(rule, cells, currency)) for rule in rules)


def cell_names(own: Sequence[int], cells: Sequence[Cell]) -> str:
    """The cells of a rule: all, or the first ones by name and how many more there are."""
    if len(own) == len(cells):
        return _("All places")
    names = ", ".join(tell(place(cells[c])) for c in own[:NAMED])
    more = len(own) - NAMED
    return n_("{names} and {count} more", "{names} and {count} more", more, names=names) if more > 0 else names


def _says(rule: Rule, cells: Sequence[Cell], currency: str) -> str:
    names = cell_names(cells_of(rule), cells)
    if isinstance(rule, GroupLimit):
        return _limit(rule, names, currency)
    if isinstance(rule, CountLimit):
        return _count(rule, names, currency)
    if isinstance(rule, ChangeLimit):
        return _change(rule, names, currency)
    if isinstance(rule, Lock | NothingOrAtLeast | Steps):
        return _amounts(rule, names, currency)
    if isinstance(rule, ExplorationShare) and len(rule.cells) == len(cells):
        names = _("Cells of weak evidence")
    return _shares(rule, names)


def _amounts(rule: Lock | NothingOrAtLeast | Steps, names: str, currency: str) -> str:
    if isinstance(rule, Lock):
        return _("{cells}: exactly {amount} a week.", cells=names, amount=money(rule.amount, currency))
    if isinstance(rule, Steps):
        return _("{cells}: each gets a multiple of {step} a week.", cells=names, step=money(rule.step, currency))
    amount = money(rule.amount, currency)
    if rule.stay is None:
        return _("{cells}: each gets nothing or at least {amount} a week.", cells=names, amount=amount)
    return _("{cells}: each gets nothing, what it gets today, or at least {amount} a week.", cells=names, amount=amount)


def _shares(rule: Diversification | FixedCost | RatioFloor | ExplorationShare | Tied, names: str) -> str:
    if isinstance(rule, Diversification):
        return _("{cells}: none gets more than {share} of what is spent.", cells=names, share=percent(rule.share))
    if isinstance(rule, FixedCost):
        return _("{cells}: using any of them costs {cost}, in units of the goal.", cells=names, cost=number(rule.cost))
    if isinstance(rule, RatioFloor):
        return _("{cells}: together, over the weeks of the plan; what gets nothing keeps it.", cells=names)
    if isinstance(rule, ExplorationShare):
        return _(
            "{cells}: together at least {share} of the budget, to learn from.",
            cells=names, share=percent(rule.share),
        )  # fmt: skip
    weights = " : ".join(number(weight) for weight in rule.weights)
    return _("{cells}: in the proportion {weights}.", cells=names, weights=weights)


def _limit(rule: GroupLimit, names: str, currency: str) -> str:
    if rule.minimum is not None:
        return _("{cells}: together at least {amount} a week.", cells=names, amount=money(rule.minimum, currency))
    if rule.maximum is not None:
        return _("{cells}: together at most {amount} a week.", cells=names, amount=money(rule.maximum, currency))
    if rule.minimum_share is not None:
        return _("{cells}: together at least {share} of what is spent.",
                 cells=names, share=percent(rule.minimum_share))  # fmt: skip
    return _("{cells}: together at most {share} of what is spent.",
             cells=names, share=percent(rule.maximum_share or 0.0))  # fmt: skip


def _count(rule: CountLimit, names: str, currency: str) -> str:
    parts = []
    if rule.at_least:
        smallest = money(rule.smallest, currency)
        parts.append(_("{cells}: at least {least} in use, with {smallest} a week or more.",
                       least=rule.at_least, cells=names, smallest=smallest))  # fmt: skip
    if rule.at_most is not None:
        parts.append(_("{cells}: at most {most} in use.", most=rule.at_most, cells=names))
    return " ".join(parts)


def _change(rule: ChangeLimit, names: str, currency: str) -> str:
    parts = []
    if rule.share is not None:
        parts.append(_("{cells}: each changes by at most {share} against today.",
                       cells=names, share=percent(rule.share)))  # fmt: skip
    if rule.money is not None:
        parts.append(_("{cells}: each changes by at most {amount} a week against today.",
                       cells=names, amount=money(rule.money, currency)))  # fmt: skip
    if rule.always:
        parts.append(_("A change of up to {amount} a week is always allowed.", amount=money(rule.always, currency)))
    return " ".join(parts)
