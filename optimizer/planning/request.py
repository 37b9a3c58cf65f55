"""PlanRequest: what is asked of a plan, and the files that go with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.planning.cell_table import read_cell_table
from optimizer.planning.explain import money

MOST_WEEKS = 52
DEFAULT_CEILING = 3.0  # times the recent mean weekly spend
NAMED = 3  # cells a finding names before it counts the rest


@dataclass(frozen=True)
class PlanRequest:
    """One planning question.

    Attributes
    ----------
    budget : float
        Money over the whole horizon, account currency, above 0; spent in full.
    weeks : int
        Length of the horizon, 1 to 52.
    goal : str or None
        Outcome to maximise; None takes revenue where the history has it, else conversions.
    bounds : path, Bounds or None
        Smallest and largest weekly spend per cell: a file (see `read_bounds`), arrays in the order of the panel's cells, or
        None for 0 to 3 times the recent mean.
    current : path, float array (C,) or None
        Today's weekly spend per cell: a file (see `read_current`), an array in the order of the panel's cells, or None for
        the mean of the last 12 complete weeks.
    seed : int
        Of the random numbers behind the draws, 0 or more.
    draws : int
        Number of posterior draws, 20 or more.
    by_audience : bool
        Split cells by audience where the history names it.

    Raises
    ------
    InputError
        A value is outside what is allowed.

    Examples
    --------
    >>> PlanRequest(budget=-5, weeks=4)
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: budget is -5; it must be above 0: the money for all weeks of the plan together.
    """

    budget: float
    weeks: int
    goal: str | None = None
    bounds: str | Path | Bounds | None = None
    current: str | Path | Floats | None = None
    seed: int = 0
    draws: int = 200
    by_audience: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.budget) and self.budget > 0):
            fix = "it must be above 0: the money for all weeks of the plan together"
            raise InputError.at(f"budget is {self.budget:g}", fix=fix)
        if not 1 <= self.weeks <= MOST_WEEKS or self.weeks != int(self.weeks):
            raise InputError.at(f"weeks is {self.weeks}", fix=f"a plan covers 1 to {MOST_WEEKS} whole weeks")
        if self.seed < 0:
            raise InputError.at(f"seed is {self.seed}", fix="it must be 0 or more")
        if self.draws < 20:
            raise InputError.at(f"draws is {self.draws}", fix="intervals need 20 or more")


@dataclass(frozen=True)
class Question:
    """A request settled against a panel: every array in the order of its cells.

    Attributes
    ----------
    weekly : float
        Budget per week.
    bounds : Bounds
        As they hold, defaults filled in.
    today : float array, shape (C,)
        Today's weekly spend, not yet scaled to the budget.
    goal : str
    findings : tuple of Finding
        What was assumed.
    """

    weekly: float
    bounds: Bounds
    today: Floats
    goal: str
    findings: tuple[Finding, ...]


def settle(panel: Panel, request: PlanRequest) -> Question:
    """Fill in what the request leaves open, and refuse what no plan can satisfy.

    Raises
    ------
    InputError
        A file names unknown cells or impossible amounts, the goal is not in the history, or nothing was spent lately and
        no current split is given.
    InfeasibleError
        The minimums add up to more than the budget, or the maximums to less.
    """
    findings: list[Finding] = []
    goal = choose_goal(panel, request.goal)
    today, notes = _today(panel, request)
    findings += notes
    usual = panel.recent_spend if panel.recent_spend.sum() > 0 else today
    default = default_bounds(usual)
    bounds, notes = _bounds(panel, request, default)
    findings += notes
    _check_room(panel, request, bounds)
    return Question(request.budget / request.weeks, bounds, today, goal, tuple(findings))


def choose_goal(panel: Panel, asked: str | None) -> str:
    """The outcome to maximise: the one asked for, else revenue where the history has it, else conversions.

    Raises
    ------
    InputError
        The history has no such outcome.
    """
    known = [name for name, values in panel.outcomes.items() if np.nansum(values) > 0]
    if asked is None:
        return "revenue" if "revenue" in known else "conversions"
    name = asked.strip().lower()
    if name in panel.outcomes:
        return name
    if name == "profit":
        raise InputError.at("goal profit needs margins and costs, which a history does not hold", fix=_goals(known))
    raise InputError.at(f"goal is {asked!r}, but the history has no such column", fix=_goals(known))


def default_bounds(usual: Floats) -> Bounds:
    """Weekly bounds where none are given: 0 to 3 times the usual spend.

    A cell without usual spend may get up to 3 times half the median of the cells that have some: room for a test, not for
    a bet.

    Parameters
    ----------
    usual : float array, shape (C,)
        Recent mean weekly spend; some above 0.

    Examples
    --------
    >>> default_bounds(np.array([100.0, 300.0, 0.0])).upper
    array([300., 900., 300.])
    """
    spending = usual[usual > 0]
    small = 0.5 * float(np.median(spending)) if spending.size else 0.0
    return Bounds(np.zeros_like(usual), DEFAULT_CEILING * np.where(usual > 0, usual, small))


def read_bounds(path: str | Path, cells: Sequence[Cell]) -> Bounds:
    """Read weekly bounds: network, content_type[, audience], min_spend, max_spend.

    An empty min_spend means 0, an empty max_spend no limit (infinity); cells the file does not name get NaN in both, for
    the caller to fill in.

    Parameters
    ----------
    path : str or Path
        CSV, in any of the spellings a history may have.
    cells : sequence of Cell
        The C cells that exist.

    Returns
    -------
    Bounds
        Arrays (C,) in the order of `cells`.

    Raises
    ------
    InputError
        A column is missing, a cell is unknown or named twice, or an amount is text, negative or a minimum above its maximum;
        the message names file, row and column.
    """
    table = read_cell_table(path, cells, ("min_spend", "max_spend"))
    lower, upper = table.values
    named = table.rows > 0
    lower = np.where(named & np.isnan(lower), 0.0, lower)
    upper = np.where(named & np.isnan(upper), np.inf, upper)
    for c in np.flatnonzero(named & (lower > upper)):
        problem = f"min_spend {lower[c]:,.2f} of {cells[c].label} is above its max_spend {upper[c]:,.2f}"
        raise InputError.at(
            problem, file=table.file, row=int(table.rows[c]), column=table.headers[0], fix="lower one or raise the other"
        )
    return Bounds(lower, upper)


def read_current(path: str | Path, cells: Sequence[Cell]) -> Floats:
    """Read today's weekly spend: network, content_type[, audience], spend.

    Parameters
    ----------
    path : str or Path
        CSV, in any of the spellings a history may have.
    cells : sequence of Cell
        The C cells that exist.

    Returns
    -------
    float array, shape (C,)
        Weekly spend in the order of `cells`; NaN for cells the file does not name.

    Raises
    ------
    InputError
        As for `read_bounds`; or an amount is empty, or all are 0.
    """
    table = read_cell_table(path, cells, ("spend",))
    spend = table.values[0]
    for c in np.flatnonzero((table.rows > 0) & np.isnan(spend)):
        raise InputError.at(
            f"spend of {cells[c].label} is empty",
            file=table.file, row=int(table.rows[c]), column=table.headers[0], fix="write 0 where nothing is spent",
        )  # fmt: skip
    if not np.nansum(spend) > 0:
        raise InputError.at("all spend is 0", file=table.file, column=table.headers[0], fix="give today's weekly spend")
    return spend


def _today(panel: Panel, request: PlanRequest) -> tuple[Floats, list[Finding]]:
    """(C,) today's weekly spend before scaling."""
    given = request.current
    if given is None:
        if not panel.recent_spend.sum() > 0:
            raise InputError.at(
                "nothing was spent in the last 12 complete weeks, so there is no split of today to start from",
                fix="give today's weekly spend per cell (--current FILE)",
            )
        return panel.recent_spend, []
    if not isinstance(given, str | Path):
        return _checked_array(given, panel, "current"), []
    spend = read_current(given, panel.cells)
    unnamed = np.isnan(spend)
    if not unnamed.any():
        return spend, []
    finding = Finding(
        rule="current-incomplete",
        severity=Severity.WARNING,
        problem=f"today's spend is given for {int((~unnamed).sum())} of {len(spend)} cells; {_names(panel.cells, unnamed)}",
        fix="they count as 0",
        file=str(given),
    )
    return np.where(unnamed, 0.0, spend), [finding]


def _bounds(panel: Panel, request: PlanRequest, default: Bounds) -> tuple[Bounds, list[Finding]]:
    """Bounds as they hold, and what was assumed."""
    given = request.bounds
    if given is None:
        finding = Finding(
            rule="default-bounds",
            severity=Severity.NOTE,
            problem="no bounds were given",
            fix="each cell may get 0 to 3 times its mean weekly spend of the last 12 weeks, a cell without any up to "
            "3 times half the median of the others",
        )
        return default, [finding]
    if not isinstance(given, str | Path):
        lower, upper = _checked_array(given.lower, panel, "bounds.lower"), _checked_array(given.upper, panel, "bounds.upper")
        if (lower > upper).any():
            c = int(np.flatnonzero(lower > upper)[0])
            label = panel.cells[c].label
            raise InputError.at(f"minimum {lower[c]:,.2f} of {label} is above its maximum {upper[c]:,.2f}", fix="swap them")
        return Bounds(lower, upper), []
    read = read_bounds(given, panel.cells)
    unnamed = np.isnan(read.lower)
    bounds = Bounds(np.where(unnamed, default.lower, read.lower), np.where(unnamed, default.upper, read.upper))
    if not unnamed.any():
        return bounds, []
    finding = Finding(
        rule="bounds-incomplete",
        severity=Severity.NOTE,
        problem=f"bounds are given for {int((~unnamed).sum())} of {len(unnamed)} cells; {_names(panel.cells, unnamed)}",
        fix="they may get 0 to 3 times their recent mean weekly spend",
        file=str(given),
    )
    return bounds, [finding]


def _check_room(panel: Panel, request: PlanRequest, bounds: Bounds) -> None:
    """Refuse a budget that the bounds cannot hold, with the smallest change that would help."""
    weekly = request.budget / request.weeks
    least, most = float(bounds.lower.sum()), float(bounds.upper.sum())
    slack = 1e-9 * max(weekly, 1.0) + 0.005
    source = f" in {request.bounds}" if isinstance(request.bounds, str | Path) else ""
    asked = (
        f"a budget of {money(request.budget, panel.currency)} over {request.weeks} weeks is "
        f"{_exact(weekly, panel.currency)} a week"
    )
    if least > weekly + slack:
        raise InfeasibleError(
            f"{asked}, but the minimums{source} add up to {_exact(least, panel.currency)} a week; raise the budget to at least "
            f"{_exact(least * request.weeks, panel.currency)} or lower the minimums by {_exact(least - weekly, panel.currency)} a week."
        )
    if most < weekly - slack:
        default = "" if request.bounds is not None else " (3 times recent spend, as no bounds were given)"
        raise InfeasibleError(
            f"{asked}, but the maximums{source}{default} add up to {_exact(most, panel.currency)} a week; lower the budget to at most "
            f"{_exact(most * request.weeks, panel.currency)} or raise the maximums by {_exact(weekly - most, panel.currency)} a week."
        )


def _checked_array(values: Floats, panel: Panel, name: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (len(panel.cells),):
        raise InputError.at(f"{name} has shape {array.shape}", fix=f"one amount per cell is needed, {len(panel.cells)} in all")
    bad = np.flatnonzero(~(array >= 0))
    if bad.size:
        raise InputError.at(f"{name} of {panel.cells[bad[0]].label} is {array[bad[0]]:g}", fix="it must be 0 or more")
    return array


def _names(cells: Sequence[Cell], which: Floats | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> str:
    """The cells left out, as ``not for a, b, c and 4 more``."""
    labels = [cell.label for cell, out in zip(cells, which, strict=True) if out]
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return f"not for {', '.join(labels[:NAMED])}{more}"


def _goals(known: Sequence[str]) -> str:
    return f"goals of this history are {', '.join(known)}" if known else "this history has no outcome above 0"


def _exact(amount: float, currency: str) -> str:
    return f"{currency} {amount:,.2f}".lstrip()


def request_settings(panel: Panel, request: PlanRequest, question: Question) -> Mapping[str, object]:
    """All that was asked, as plain values that identify a run: amounts, not the paths they were read from."""
    cells = [cell.label for cell in panel.cells]
    return {
        "budget": float(request.budget),
        "weeks": int(request.weeks),
        "goal": question.goal,
        "draws": int(request.draws),
        "by_audience": request.by_audience,
        "bounds": {
            "source": _source(request.bounds, "3 times recent spend"),
            "weekly": {
                cell: [_finite(low), _finite(high)]
                for cell, low, high in zip(cells, question.bounds.lower, question.bounds.upper, strict=True)
            },
        },
        "current": {
            "source": _source(request.current, "mean of the last 12 complete weeks"),
            "weekly": {cell: round(float(amount), 6) for cell, amount in zip(cells, question.today, strict=True)},
        },
    }


def _source(given: object, default: str) -> str:
    if given is None:
        return default
    return Path(given).name if isinstance(given, str | Path) else "given"


def _finite(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
