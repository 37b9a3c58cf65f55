"""Sentences about curves that cannot be, for all who make or read them."""

from __future__ import annotations

from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.language.message import figure, place, say


def amount_shown(amount: float) -> str:
    """Spend or value as a curve holds it: six significant digits.

    Examples
    --------
    >>> amount_shown(2500.0), amount_shown(0.12345678)
    ('2,500', '0.123457')
    """
    return figure(amount, ",.6g")


def falling(cell: Cell, low: float, high: float) -> InputError:
    """The error for a curve that falls between two spends."""
    problem = say(
        "the curve of {cell} falls between spend {low} and {high}",
        cell=place(cell),
        low=amount_shown(low),
        high=amount_shown(high),
    )
    return InputError.at(problem, fix=say("more money must not bring less: correct the points"))


def not_finite(cell: Cell, array: str = "") -> InputError:
    """The error for a number that is missing or infinite, in one of a curve's arrays where that is named."""
    if array:
        problem = say(
            "the curve of {cell} holds a number that is missing or infinite ({array})", cell=place(cell), array=array
        )
    else:
        problem = say("the curve of {cell} holds a number that is missing or infinite", cell=place(cell))
    return InputError.at(problem, fix=say("spend and value must be finite numbers"))
