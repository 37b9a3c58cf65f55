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
from optimizer.language.message import Message, figure, number, place, say


def check_rules(rules: Sequence[Rule], cells: Sequence[Cell]) -> None:
    """Raise InputError for a rule that speaks of no cell, contradicts itself or holds an impossible number."""
    for rule in rules:
        own = cells_of(rule)
        if not own:
            raise InputError.at(say("{rule} speaks of no cell", rule=rule.label), fix=say("name at least one"))
        for cell in own:
            if not 0 <= cell < len(cells):
                problem = say("{rule} speaks of cell {cell}", rule=rule.label, cell=number(cell))
                raise InputError.at(problem, fix=say("there are cells 0 to {last}", last=number(len(cells) - 1)))
        if len(set(own)) < len(own):
            twice = next(c for c in own if own.count(c) > 1)
            problem = say("{rule} names {cell} twice", rule=rule.label, cell=place(cells[twice]))
            raise InputError.at(problem, fix=say("name each cell once"))
        _CHECKS[type(rule)](rule, cells)


def _amount(label: str, name: str, value: float | None, *, above: bool = False) -> None:
    if value is None:
        return
    if not math.isfinite(value) or value < 0.0 or (above and value == 0.0):
        allowed = say("it must be a number above 0") if above else say("it must be a number of 0 or more")
        raise InputError.at(_says(label, name, figure(value, ",.6g")), fix=allowed)


def _share(label: str, name: str, value: float | None) -> None:
    if value is not None and not 0.0 <= value <= 1.0:
        allowed = say("a share lies between 0 and 1: 0.25 is 25 %")
        raise InputError.at(_says(label, name, figure(value, "g")), fix=allowed)


def _says(label: str, name: str, value: str) -> Message:
    return say("{what} of {rule} is {value}", what=name, rule=label, value=value)


def _length(label: str, name: str, values: Sequence[float] | None, count: int) -> None:
    if values is not None and len(values) != count:
        problem = say("{rule} has {count} {what}", rule=label, count=number(len(values)), what=name)
        raise InputError.at(problem, fix=say("one for each of its {count} cells is needed", count=number(count)))


def _group(rule: GroupLimit, _: Sequence[Cell]) -> None:
    _amount(rule.label, say("minimum"), rule.minimum)
    _share(rule.label, "minimum_share", rule.minimum_share)
    _amount(rule.label, say("maximum"), rule.maximum)
    _share(rule.label, "maximum_share", rule.maximum_share)
    pairs = ((rule.minimum, rule.maximum), (rule.minimum_share, rule.maximum_share))
    for low, high in pairs:
        if low is not None and high is not None and low > high:
            problem = say(
                "{rule} has the minimum {low} above its maximum {high}",
                rule=rule.label,
                low=number(low, 2),
                high=number(high, 2),
            )
            raise InputError.at(problem, fix=say("the minimum must not be above the maximum"))
    if all(side is None for pair in pairs for side in pair):
        raise InputError.at(
            say("{rule} sets no limit", rule=rule.label),
            fix=say("give a minimum or a maximum, in money or as a share"),
        )


def _lock(rule: Lock, _: Sequence[Cell]) -> None:
    _amount(rule.label, say("the amount"), rule.amount)


def _nothing_or(rule: NothingOrAtLeast, _: Sequence[Cell]) -> None:
    _amount(rule.label, say("the smallest amount"), rule.amount, above=True)
    _length(rule.label, say("amounts that may stay"), rule.stay, len(rule.cells))
    for amount in rule.stay or ():
        _amount(rule.label, say("an amount that may stay"), amount)


def _count(rule: CountLimit, _: Sequence[Cell]) -> None:
    count = len(rule.members)
    if any(not member for member in rule.members):
        raise InputError.at(
            say("{rule} has a member without cells", rule=rule.label), fix=say("each member is one cell or more")
        )
    _amount(rule.label, say("the smallest amount that counts"), rule.smallest, above=rule.at_least > 0)
    for name, value in (("at_least", rule.at_least), ("at_most", rule.at_most)):
        if value is not None and (value < 0 or value != int(value)):
            allowed = say("it must be a whole number of 0 or more")
            raise InputError.at(_says(rule.label, name, figure(value)), fix=allowed)
    if rule.at_least > count:
        problem = say("{rule} asks for at least {least} in use", rule=rule.label, least=number(rule.at_least))
        raise InputError.at(problem, fix=say("there are only {count} to choose from", count=number(count)))
    if rule.at_most is not None and rule.at_least > rule.at_most:
        problem = say(
            "{rule} asks for at least {least} and at most {most} in use",
            rule=rule.label,
            least=number(rule.at_least),
            most=number(rule.at_most),
        )
        raise InputError.at(problem, fix=say("the minimum must not be above the maximum"))


def _diversification(rule: Diversification, _: Sequence[Cell]) -> None:
    _share(rule.label, say("the share"), rule.share)


def _change(rule: ChangeLimit, _: Sequence[Cell]) -> None:
    _amount(rule.label, say("the share"), rule.share)
    _amount(rule.label, say("the money"), rule.money)
    _amount(rule.label, say("the change that is always allowed"), rule.always)
    _length(rule.label, say("amounts to compare with"), rule.reference, len(rule.cells))
    for amount in rule.reference or ():
        _amount(rule.label, say("an amount to compare with"), amount)
    if rule.share is None and rule.money is None:
        raise InputError.at(
            say("{rule} sets no limit", rule=rule.label), fix=say("give a share, an amount of money, or both")
        )


def _steps(rule: Steps, _: Sequence[Cell]) -> None:
    _amount(rule.label, say("the step"), rule.step, above=True)


def _fixed(rule: FixedCost, _: Sequence[Cell]) -> None:
    _amount(rule.label, say("the cost"), rule.cost)


def _ratio(rule: RatioFloor, cells: Sequence[Cell]) -> None:
    _amount(rule.label, say("the outcome per unit of money"), rule.floor, above=True)
    _amount(rule.label, say("the number of weeks"), rule.weeks, above=True)
    if tuple(rule.curves.cells) != tuple(cells):
        raise InputError.at(
            say("the curves of {rule} are of other cells", rule=rule.label),
            fix=say("give one curve per cell, in order"),
        )


def _exploration(rule: ExplorationShare, _: Sequence[Cell]) -> None:
    _share(rule.label, say("the share"), rule.share)


def _tied(rule: Tied, _: Sequence[Cell]) -> None:
    _length(rule.label, say("weights"), rule.weights, len(rule.cells))
    for weight in rule.weights:
        _amount(rule.label, say("a weight"), weight, above=True)


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
