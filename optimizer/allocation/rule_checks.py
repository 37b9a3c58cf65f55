"""Rules that say nothing sensible are refused before anything is solved, each with one sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

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
from optimizer.errors import InputError
from optimizer.history.panel import Cell


def check_rules(rules: Sequence[Rule], cells: Sequence[Cell]) -> None:
    """Raise InputError for a rule that speaks of no cell, contradicts itself or holds an impossible number."""
    for rule in rules:
        own = cells_of(rule)
        if not own:
            raise InputError.at(f"{rule.label} speaks of no cell", fix="name at least one")
        for cell in own:
            if not 0 <= cell < len(cells):
                raise InputError.at(f"{rule.label} speaks of cell {cell}", fix=f"there are cells 0 to {len(cells) - 1}")
        if len(set(own)) < len(own):
            twice = next(c for c in own if own.count(c) > 1)
            raise InputError.at(f"{rule.label} names {cells[twice].label} twice", fix="name each cell once")
        _CHECKS[type(rule)](rule, cells)


def _amount(label: str, name: str, value: float | None, *, above: bool = False) -> None:
    if value is None:
        return
    if not math.isfinite(value) or value < 0.0 or (above and value == 0.0):
        allowed = "a number above 0" if above else "a number of 0 or more"
        raise InputError.at(f"{name} of {label} is {value:,.6g}", fix=f"it must be {allowed}")


def _share(label: str, name: str, value: float | None) -> None:
    if value is not None and not 0.0 <= value <= 1.0:
        raise InputError.at(f"{name} of {label} is {value:g}", fix="a share lies between 0 and 1: 0.25 is 25 %")


def _length(label: str, name: str, values: Sequence[float] | None, count: int) -> None:
    if values is not None and len(values) != count:
        raise InputError.at(f"{label} has {len(values)} {name}", fix=f"one for each of its {count} cells is needed")


def _group(rule: GroupLimit, _: Sequence[Cell]) -> None:
    for name in ("minimum", "maximum"):
        _amount(rule.label, name, getattr(rule, name))
        _share(rule.label, f"{name}_share", getattr(rule, f"{name}_share"))
    pairs = ((rule.minimum, rule.maximum), (rule.minimum_share, rule.maximum_share))
    for low, high in pairs:
        if low is not None and high is not None and low > high:
            raise InputError.at(
                f"{rule.label} has the minimum {low:,.2f} above its maximum {high:,.2f}",
                fix="the minimum must not be above the maximum",
            )
    if all(side is None for pair in pairs for side in pair):
        raise InputError.at(f"{rule.label} sets no limit", fix="give a minimum or a maximum, in money or as a share")


def _lock(rule: Lock, _: Sequence[Cell]) -> None:
    _amount(rule.label, "the amount", rule.amount)


def _nothing_or(rule: NothingOrAtLeast, _: Sequence[Cell]) -> None:
    _amount(rule.label, "the smallest amount", rule.amount, above=True)
    _length(rule.label, "amounts that may stay", rule.stay, len(rule.cells))
    for amount in rule.stay or ():
        _amount(rule.label, "an amount that may stay", amount)


def _count(rule: CountLimit, _: Sequence[Cell]) -> None:
    count = len(rule.members)
    if any(not member for member in rule.members):
        raise InputError.at(f"{rule.label} has a member without cells", fix="each member is one cell or more")
    _amount(rule.label, "the smallest amount that counts", rule.smallest, above=rule.at_least > 0)
    for name, value in (("at_least", rule.at_least), ("at_most", rule.at_most)):
        if value is not None and (value < 0 or value != int(value)):
            raise InputError.at(f"{name} of {rule.label} is {value}", fix="it must be a whole number of 0 or more")
    if rule.at_least > count:
        raise InputError.at(
            f"{rule.label} asks for at least {rule.at_least} in use", fix=f"there are only {count} to choose from"
        )
    if rule.at_most is not None and rule.at_least > rule.at_most:
        raise InputError.at(
            f"{rule.label} asks for at least {rule.at_least} and at most {rule.at_most} in use",
            fix="the minimum must not be above the maximum",
        )


def _diversification(rule: Diversification, _: Sequence[Cell]) -> None:
    _share(rule.label, "the share", rule.share)


def _change(rule: ChangeLimit, _: Sequence[Cell]) -> None:
    _amount(rule.label, "the share", rule.share)
    _amount(rule.label, "the money", rule.money)
    _amount(rule.label, "the change that is always allowed", rule.always)
    _length(rule.label, "amounts to compare with", rule.reference, len(rule.cells))
    for amount in rule.reference or ():
        _amount(rule.label, "an amount to compare with", amount)
    if rule.share is None and rule.money is None:
        raise InputError.at(f"{rule.label} sets no limit", fix="give a share, an amount of money, or both")


def _steps(rule: Steps, _: Sequence[Cell]) -> None:
    _amount(rule.label, "the step", rule.step, above=True)


def _fixed(rule: FixedCost, _: Sequence[Cell]) -> None:
    _amount(rule.label, "the cost", rule.cost)


def _ratio(rule: RatioFloor, cells: Sequence[Cell]) -> None:
    _amount(rule.label, "the outcome per unit of money", rule.floor, above=True)
    _amount(rule.label, "the number of weeks", rule.weeks, above=True)
    if tuple(rule.curves.cells) != tuple(cells):
        raise InputError.at(f"the curves of {rule.label} are of other cells", fix="give one curve per cell, in order")


def _exploration(rule: ExplorationShare, _: Sequence[Cell]) -> None:
    _share(rule.label, "the share", rule.share)


def _tied(rule: Tied, _: Sequence[Cell]) -> None:
    _length(rule.label, "weights", rule.weights, len(rule.cells))
    for weight in rule.weights:
        _amount(rule.label, "a weight", weight, above=True)


_CHECKS: dict[type[Rule], Callable[[Any, Sequence[Cell]], None]] = {
    GroupLimit: _group,
    Lock: _lock,
    NothingOrAtLeast: _nothing_or,
    CountLimit: _count,
    Diversification: _diversification,
    ChangeLimit: _change,
    Steps: _steps,
    FixedCost: _fixed,
    RatioFloor: _ratio,
    ExplorationShare: _exploration,
    Tied: _tied,
}
