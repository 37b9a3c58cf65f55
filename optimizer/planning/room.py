"""Room: which weekly amounts a plan may give each cell, and whether they hold the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Bounds
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.language.message import Message, Written, figure, place, say, say_many
from optimizer.language.message import number as written
from optimizer.planning.change import Change
from optimizer.planning.plain_values import meant
from optimizer.planning.request import CellLimits, PlanRequest, read_bounds
from optimizer.planning.wording import named, number

DEFAULT_CEILING = 3.0  # times the recent mean weekly spend
TEST_SHARE = 0.05  # of all spend, the most that a cell without any may get unless bounds say otherwise
ROUNDING = 1e-7  # share of the weekly budget by which bounds may miss it: fractions of a cent, not a clash


def default_bounds(usual: Floats) -> Bounds:
    """Weekly bounds where none are given: 0 to 3 times the usual spend.

    A cell without usual spend may get half the median of the cells that have some, and at most 5 % of all spend: room
    for a test, not for a bet on what nobody has seen.

    Parameters
    ----------
    usual : float array, shape (C,)
        Recent mean weekly spend; some above 0.

    Examples
    --------
    >>> default_bounds(np.array([100.0, 300.0, 0.0])).upper
    array([300., 900.,  20.])
    """
    spending = usual[usual > 0]
    test = min(0.5 * float(np.median(spending)), TEST_SHARE * float(spending.sum())) if spending.size else 0.0
    return Bounds(np.zeros_like(usual), np.where(usual > 0, DEFAULT_CEILING * usual, test))


def asked_bounds(panel: Panel, request: PlanRequest, default: Bounds) -> tuple[Bounds, list[Finding]]:
    """Bounds as they hold, and what was assumed."""
    given = request.bounds
    if given is None:
        finding = Finding(
            rule="default-bounds",
            severity=Severity.NOTE,
            problem=say("no bounds were given"),
            fix=say(
                "each cell may get 0 to 3 times its mean weekly spend of the last 12 weeks, a cell without any up to "
                "half the median of the others and at most 5 % of all spend: room for a test"
            ),
        )
        return default, [finding]
    if isinstance(given, Mapping):
        given = _by_label(panel.cells, given, default)
    if not isinstance(given, str | Path):
        lower = checked_array(given.lower, panel, "bounds.lower")
        upper = checked_array(given.upper, panel, "bounds.upper")
        for c in np.flatnonzero((lower > upper) | np.isinf(lower)).tolist():
            problem = say(
                "minimum {least} of {cell} is above its maximum {most}",
                least=written(lower[c], 2),
                cell=place(panel.cells[c]),
                most=written(upper[c], 2),
            )
            raise InputError.at(problem, fix=say("lower one or raise the other"))
        return Bounds(lower, upper), []
    read = read_bounds(given, panel.cells)
    unnamed = np.isnan(read.lower)
    bounds = Bounds(np.where(unnamed, default.lower, read.lower), np.where(unnamed, default.upper, read.upper))
    if not unnamed.any():
        return bounds, []
    finding = Finding(
        rule="bounds-incomplete",
        severity=Severity.NOTE,
        problem=say("bounds are given for {which}", which=given_cells(panel.cells, unnamed)),
        fix=say("those may get 0 to 3 times their recent mean weekly spend"),
        file=str(given),
    )
    return bounds, [finding]


def _by_label(cells: Sequence[Cell], limits: CellLimits, default: Bounds) -> Bounds:
    """Bounds from limits by label; a default maximum does not hold a minimum down, nor the other way round.

    A minimum above the default maximum leaves no maximum, or the cell would be fixed where only a floor was asked for.
    """
    labels = [cell.label for cell in cells]
    for name in limits:
        if name not in labels:
            raise InputError.at(say("{name} is no cell of the history", name=name), fix=meant(name, labels))
    lower, upper = default.lower.copy(), default.upper.copy()
    for c, label in enumerate(labels):
        least, most = limits.get(label, (None, None))
        if least is not None:
            lower[c], upper[c] = least, upper[c] if least <= upper[c] else np.inf
        if most is not None:
            upper[c] = most
            lower[c] = lower[c] if least is not None else min(lower[c], most)
    return Bounds(lower, upper)


def check_room(panel: Panel, request: PlanRequest, bounds: Bounds, *, spend_all: bool) -> None:
    """Refuse a budget that the bounds cannot hold, with the smallest change that would help."""
    weekly, weeks = request.budget / request.weeks, request.weeks
    least, most = float(bounds.lower.sum()), float(bounds.upper.sum())
    slack = ROUNDING * weekly

    def amount(value: float) -> Written:
        return exact(value, panel.currency)

    asked = say_many(
        "A budget of {budget} for {count} week is {weekly} a week",
        "A budget of {budget} for {count} weeks is {weekly} a week",
        weeks,
        budget=amount(request.budget),
        weekly=amount(weekly),
    )
    if least > weekly + slack:
        raise InfeasibleError(
            say(
                "{asked}, but {minimums} add up to {sum} a week; raise the budget to {enough} or lower the minimums by "
                "{excess} a week.",
                asked=asked,
                minimums=_the_minimums(request),
                sum=amount(least),
                enough=amount(least * weeks),
                excess=amount(least - weekly),
            )
        )
    if spend_all and most < weekly - slack:
        raise InfeasibleError(
            say(
                "{asked}, but {maximums} add up to {sum} a week; lower the budget to {enough} or raise the maximums by "
                "{missing} a week.",
                asked=asked,
                maximums=_the_maximums(request),
                sum=amount(most),
                enough=amount(most * weeks),
                missing=amount(weekly - most),
            )
        )


def _the_minimums(request: PlanRequest) -> Message:
    if isinstance(request.bounds, str | Path):
        return say("the minimums in {file}", file=request.bounds)
    return say("the minimums")


def _the_maximums(request: PlanRequest) -> Message:
    if isinstance(request.bounds, str | Path):
        return say("the maximums in {file}", file=request.bounds)
    if request.bounds is None:
        return say("the maximums, 3 times recent spend where no bounds are given (--bounds FILE),")
    if isinstance(request.bounds, Mapping):
        return say("the maximums, 3 times recent spend where none are given,")
    return say("the maximums")


def closed_bounds(bounds: Bounds, weekly: float, *, spend_all: bool) -> Bounds:
    """The bounds without infinities, and with sums that rounding alone put past the weekly budget moved onto it."""
    upper = np.where(np.isinf(bounds.upper), np.maximum(weekly, bounds.lower), bounds.upper)
    least, most = float(bounds.lower.sum()), float(upper.sum())
    lower = bounds.lower * (weekly / least) if least > weekly else bounds.lower
    wider = upper * (weekly / most) if spend_all and most < weekly else upper
    return Bounds(lower, np.maximum(wider, lower))


def checked_array(values: Floats, panel: Panel, name: str) -> Floats:
    """(C,) amounts of 0 or more, one per cell.

    Raises
    ------
    InputError
        The message calls them `name`.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (len(panel.cells),):
        problem = say("{name} has shape {shape}", name=name, shape=str(array.shape))
        fix = say("one amount per cell is needed, {count} in all", count=figure(len(panel.cells)))
        raise InputError.at(problem, fix=fix)
    bad = np.flatnonzero(~(array >= 0))
    if bad.size:
        amount = figure(float(array[bad[0]]), "g")
        problem = say("{name} of {cell} is {amount}", name=name, cell=place(panel.cells[bad[0]]), amount=amount)
        raise InputError.at(problem, fix=say("it must be 0 or more"))
    return array


def given_cells(cells: Sequence[Cell], out: NDArray[np.bool_]) -> Message:
    """How many cells something is given for, and those left out: ``8 of 10 cells, not for a and b``."""
    return say(
        "{given} of {all} cells, not for {others}",
        given=figure(int((~out).sum())),
        all=figure(len(out)),
        others=named([cells[c] for c in np.flatnonzero(out).tolist()]),
    )


def exact(amount: float, currency: str) -> Written:
    """Money to the cent, for limits that must be met.

    Examples
    --------
    >>> exact(28562, "EUR"), exact(0.00123, "")
    ('EUR 28,562.00', '0.00123')
    """
    return written(amount, 2 if amount >= 1 else number(amount).decimals, currency)


def switched(cells: Sequence[Cell], bounds: Bounds, change: Change, added: Sequence[Cell]) -> Bounds:
    """The bounds with nothing for what a scenario switches off or does not add, whatever minimum it has."""
    off = np.array(
        [
            cell.network in change.off or cell.label in change.off or (cell in added and cell not in change.added_cells)
            for cell in cells
        ],
        dtype=np.bool_,
    )
    most = np.array([change.added_most.get(cell.label, np.nan) if cell in added else np.nan for cell in cells])
    upper = np.where(np.isfinite(most), most, bounds.upper)
    return Bounds(np.where(off, 0.0, np.minimum(bounds.lower, upper)), np.where(off, 0.0, upper))
