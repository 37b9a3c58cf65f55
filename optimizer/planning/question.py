"""Question: a request settled against a panel, with nothing left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Bounds
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.findings import Finding, Severity, worst_first
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.planning.goal import choose_goal, goal_findings, goal_worths
from optimizer.planning.money import money_decimals
from optimizer.planning.request import PlanRequest, read_bounds, read_current
from optimizer.planning.wording import number

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.settings import Settings

DEFAULT_CEILING = 3.0  # times the recent mean weekly spend
TEST_SHARE = 0.05  # of all spend, the most that a cell without any may get unless bounds say otherwise
ROUNDING = 1e-7  # share of the weekly budget by which bounds may miss it: fractions of a cent, not a clash
NAMED = 3  # cells a finding names before it counts the rest


@dataclass(frozen=True, eq=False)
class Question:
    """A request settled against a panel: every array in the order of its cells.

    Attributes
    ----------
    budget : float
        Money over all weeks, rounded to the smallest amount that is written.
    weeks : int
    decimals : int
        Of the smallest amount that is written.
    bounds : Bounds
        As they hold: defaults filled in, no limit given as the weekly budget.
    today : float array, shape (C,)
        Today's weekly spend, not yet scaled to the budget.
    goal : str
    findings : tuple of Finding
        What was assumed.
    worths : mapping of str to float
        Worth per unit of each outcome that the goal `value` adds up; empty for another goal.
    country : str
        ISO 3166 code whose public holidays may move demand; "" for none.
    """

    budget: float
    weeks: int
    decimals: int
    bounds: Bounds
    today: Floats
    goal: str
    findings: tuple[Finding, ...]
    worths: Mapping[str, float] = field(default_factory=dict)
    country: str = ""

    @property
    def weekly(self) -> float:
        """Budget per week."""
        return self.budget / self.weeks


def settle(panel: Panel, request: PlanRequest) -> Question:
    """Fill in what the request leaves open, and refuse what no plan can satisfy.

    Raises
    ------
    InputError
        A file names unknown cells or impossible amounts, the goal or an outcome it adds up is not in the history, or
        nothing was spent lately and no current split is given.
    InfeasibleError
        The minimums add up to more than the budget, or the maximums to less.
    """
    settings = request.read_settings()
    goal = choose_goal(panel, request.goal, settings)
    worths = goal_worths(panel, goal, settings)
    findings = goal_findings(goal, worths)
    today, notes = _today(panel, request)
    findings += notes
    usual = panel.recent_spend if panel.recent_spend.sum() > 0 else today
    default = default_bounds(usual)
    bounds, notes = _bounds(panel, request, default)
    findings += notes
    _check_room(panel, request, bounds)
    decimals = money_decimals(request.budget, request.weeks, len(panel.cells), panel.currency)
    budget = round(request.budget, decimals)
    bounds = _close(bounds, budget / request.weeks)
    country = settings.country if settings is not None else ""
    return Question(budget, request.weeks, decimals, bounds, today, goal, tuple(findings), worths, country)


def in_currency(panel: Panel, settings: Settings | None) -> Panel:
    """The panel with the settings' currency where its history names none.

    Raises
    ------
    InputError
        The history names another currency.
    """
    if settings is None or not settings.currency or settings.currency == panel.currency:
        return panel
    if panel.currency:
        problem = f"currency is {settings.currency}, but the history is in {panel.currency}"
        fix = "name the history's or take the line out; amounts are not converted"
        raise InputError.at(problem, file=f"{settings.file}, key currency", fix=fix)
    return replace(panel, currency=settings.currency)


def of_history(history: History, panel: Panel, by_audience: bool) -> tuple[Finding, ...]:
    """Findings of a history that hold for this panel of it.

    Its currency may be named by the settings, and it may have no audiences to split cells by.
    """
    found = [finding for finding in history.findings if not (finding.rule == "no-currency" and panel.currency)]
    if by_audience and not any(cell.audience for cell in panel.cells):
        fix = "so --by-audience splits nothing; add a column audience, or leave the option out"
        found.append(Finding("no-audience", Severity.NOTE, "no row names an audience", fix, file=history.file))
    return worst_first(found)


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
        amounts = _checked_array(given, panel, "current")
        if not 0 < amounts.sum() < np.inf:
            raise InputError.at(f"current sums to {amounts.sum():g}", fix="give today's weekly spend per cell")
        return amounts, []
    spend = read_current(given, panel.cells)
    unnamed = np.isnan(spend)
    if not unnamed.any():
        return spend, []
    finding = Finding(
        rule="current-incomplete",
        severity=Severity.WARNING,
        problem=f"today's spend is given for {_counted(unnamed)}, {_names(panel.cells, unnamed)}",
        fix="those count as 0",
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
            "half the median of the others and at most 5 % of all spend: room for a test",
        )
        return default, [finding]
    if not isinstance(given, str | Path):
        lower = _checked_array(given.lower, panel, "bounds.lower")
        upper = _checked_array(given.upper, panel, "bounds.upper")
        for c in np.flatnonzero((lower > upper) | np.isinf(lower)).tolist():
            problem = f"minimum {lower[c]:,.2f} of {panel.cells[c].label} is above its maximum {upper[c]:,.2f}"
            raise InputError.at(problem, fix="lower one or raise the other")
        return Bounds(lower, upper), []
    read = read_bounds(given, panel.cells)
    unnamed = np.isnan(read.lower)
    bounds = Bounds(np.where(unnamed, default.lower, read.lower), np.where(unnamed, default.upper, read.upper))
    if not unnamed.any():
        return bounds, []
    finding = Finding(
        rule="bounds-incomplete",
        severity=Severity.NOTE,
        problem=f"bounds are given for {_counted(unnamed)}, {_names(panel.cells, unnamed)}",
        fix="those may get 0 to 3 times their recent mean weekly spend",
        file=str(given),
    )
    return bounds, [finding]


def _check_room(panel: Panel, request: PlanRequest, bounds: Bounds) -> None:
    """Refuse a budget that the bounds cannot hold, with the smallest change that would help."""
    weekly, weeks = request.budget / request.weeks, request.weeks
    least, most = float(bounds.lower.sum()), float(bounds.upper.sum())
    slack = ROUNDING * weekly
    given = f" in {request.bounds}" if isinstance(request.bounds, str | Path) else ""

    def say(amount: float) -> str:
        return exact(amount, panel.currency)

    asked = f"A budget of {say(request.budget)} for {weeks} week{'s' if weeks > 1 else ''} is {say(weekly)} a week"
    if least > weekly + slack:
        raise InfeasibleError(
            f"{asked}, but the minimums{given} add up to {say(least)} a week; raise the budget to {say(least * weeks)} "
            f"or lower the minimums by {say(least - weekly)} a week."
        )
    if most < weekly - slack:
        default = (
            "" if request.bounds is not None else ", 3 times recent spend where no bounds are given (--bounds FILE),"
        )
        raise InfeasibleError(
            f"{asked}, but the maximums{given}{default} add up to {say(most)} a week; lower the budget to "
            f"{say(most * weeks)} or raise the maximums by {say(weekly - most)} a week."
        )


def _close(bounds: Bounds, weekly: float) -> Bounds:
    """The bounds without infinities, and with sums that rounding alone put past the weekly budget moved onto it."""
    upper = np.where(np.isinf(bounds.upper), np.maximum(weekly, bounds.lower), bounds.upper)
    least, most = float(bounds.lower.sum()), float(upper.sum())
    lower = bounds.lower * (weekly / least) if least > weekly else bounds.lower
    return Bounds(lower, np.maximum(upper * (weekly / most) if most < weekly else upper, lower))


def _checked_array(values: Floats, panel: Panel, name: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (len(panel.cells),):
        raise InputError.at(
            f"{name} has shape {array.shape}", fix=f"one amount per cell is needed, {len(panel.cells)} in all"
        )
    bad = np.flatnonzero(~(array >= 0))
    if bad.size:
        raise InputError.at(f"{name} of {panel.cells[bad[0]].label} is {array[bad[0]]:g}", fix="it must be 0 or more")
    return array


def _counted(unnamed: NDArray[np.bool_]) -> str:
    return f"{int((~unnamed).sum())} of {len(unnamed)} cells"


def _names(cells: Sequence[Cell], out: NDArray[np.bool_]) -> str:
    """The cells left out, as ``not for a, b, c and 4 more``."""
    labels = [cells[c].label for c in np.flatnonzero(out).tolist()]
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return f"not for {', '.join(labels[:NAMED])}{more}"


def exact(amount: float, currency: str) -> str:
    """Money to the cent, for limits that must be met.

    Examples
    --------
    >>> exact(28562, "EUR"), exact(0.00123, "")
    ('EUR 28,562.00', '0.00123')
    """
    return f"{currency} {f'{amount:,.2f}' if amount >= 1 else number(amount)}".lstrip()


def request_settings(panel: Panel, request: PlanRequest, question: Question) -> Mapping[str, object]:
    """All that was asked, as plain values: amounts per cell rather than the files they were read from."""
    cells = [cell.label for cell in panel.cells]
    limits = zip(question.bounds.lower.tolist(), question.bounds.upper.tolist(), strict=True)
    return {
        "budget": question.budget,
        "weeks": question.weeks,
        "goal": question.goal,
        "outcomes": dict(question.worths),
        "currency": panel.currency,
        "country": question.country,
        "draws": request.draws,
        "by_audience": request.by_audience,
        "bounds": {cell: [round(low, 6), round(high, 6)] for cell, (low, high) in zip(cells, limits, strict=True)},
        "current": {cell: round(amount, 6) for cell, amount in zip(cells, question.today.tolist(), strict=True)},
    }
