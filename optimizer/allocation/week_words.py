"""Sentences about weekly plans that cannot be: budgets and limits that clash, tables of numbers that are wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.allocation.describe import either
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Floats
from optimizer.language.message import Message, figure, join, number, say

NAMED = 5  # how many budgets that would have to change a sentence names


def weeks_named(first: int = 0, last: int = 0) -> Message:
    """Weeks of a plan in words, counted from 1; all of them where none is given.

    Examples
    --------
    >>> weeks_named(), weeks_named(2, 2), weeks_named(3, 4)
    ('all weeks', 'week 2', 'weeks 3 to 4')
    """
    if not first:
        return say("all weeks")
    if first == last:
        return say("week {week}", week=number(first))
    return say("weeks {first} to {last}", first=number(first), last=number(last))


def clash(changes: Sequence[tuple[Message, float]] | None, wider: float | None) -> InfeasibleError:
    """The error for limits that cannot all be kept.

    Parameters
    ----------
    changes : sequence of (weeks, money), or None
        By how much budgets would have to change; None where that does not help.
    wider : float or None
        Money per cell and week by which the change limits would have to be wider.

    Examples
    --------
    >>> str(clash([(weeks_named(2, 2), -50.0)], 12.5)).split("; ")[1]
    'change the budgets (that of week 2 by -50.00), or allow 12.50 more change per cell and week.'
    """
    ways = []
    if changes is not None:
        moves = [
            say("that of {period} by {amount}", period=period, amount=number(amount, 2, sign=True))
            for period, amount in changes[:NAMED]
        ]
        ways.append(say("change the budgets ({changes})", changes=join(", ", moves)))
    if wider is not None:
        ways.append(say("allow {amount} more change per cell and week", amount=number(wider, 2)))
    return InfeasibleError(
        say(
            "the budgets, the minimums and maximums and the change limits cannot all be kept; {ways}.",
            ways=either(ways) if ways else say("loosen the minimums, the maximums or the limits"),
        )
    )


def too_little(period: Message, budget: float, least: float, *, limited: bool) -> InfeasibleError:
    """The error for a budget below what the minimums, or they and the change limits, ask for."""
    found = {"budget": number(budget, 2), "period": period, "sum": number(least, 2)}
    missing = number(least - budget, 2)
    if limited:
        return InfeasibleError(
            say(
                "budget {budget} of {period}; the minimums, with the change limits, sum to {sum}; raise the budget to "
                "{sum} or lower minimums by {missing}.",
                missing=missing,
                **found,
            )
        )
    return InfeasibleError(
        say(
            "budget {budget} of {period}; the minimums sum to {sum}; raise the budget to {sum} or lower minimums by "
            "{missing}.",
            missing=missing,
            **found,
        )
    )


def too_much(period: Message, budget: float, most: float, *, limited: bool) -> InfeasibleError:
    """The error for a budget above what the maximums, or they and the change limits, allow."""
    found = {"budget": number(budget, 2), "period": period, "sum": number(most, 2)}
    missing = number(budget - most, 2)
    if limited:
        return InfeasibleError(
            say(
                "budget {budget} of {period}, to be spent in full; the maximums, with the change limits, sum to {sum}; "
                "lower the budget to {sum} or raise maximums by {missing}.",
                missing=missing,
                **found,
            )
        )
    return InfeasibleError(
        say(
            "budget {budget} of {period}, to be spent in full; the maximums sum to {sum}; lower the budget to {sum} or "
            "raise maximums by {missing}.",
            missing=missing,
            **found,
        )
    )


def check_table(what: Message, amounts: Floats, shape: tuple[int, int], names: Sequence[str], infinite: bool) -> None:
    """Raise InputError unless a table of cells and weeks has its shape and holds amounts of 0 or more."""
    if np.shape(amounts) != shape:
        problem = say("{what} has the shape {shape}", what=what, shape=str(np.shape(amounts)))
        cells, weeks = number(shape[0]), number(shape[1])
        raise InputError.at(problem, fix=say("{cells} cells x {weeks} weeks", cells=cells, weeks=weeks))
    bad = np.isnan(amounts) | (amounts < 0.0) | (np.isinf(amounts) & (not infinite))
    if bad.any():
        c, k = (int(i) for i in np.argwhere(bad)[0])
        problem = say(
            "{what} of {cell} in week {week} is {amount}",
            what=what,
            cell=names[c],
            week=number(k + 1),
            amount=figure(float(amounts[c, k]), ",.2f"),
        )
        raise InputError.at(problem, fix=say("it must be 0 or more"))
