"""Pacing: how a period's budget stands, in total, per network and per cell, and where it ends at the present pace.

Pacing % = (spent / budget) / (days elapsed / days of the period). Projected end = spent + days left x mean of the last
7 days. The light is green within 5 % of the budget, amber to 10 %, red beyond.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.errors import InputError
from optimizer.history.findings import Finding, worst_first
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import figure, say
from optimizer.planning.fiscal import FiscalCalendar, Period
from optimizer.planning.pacing.days import Days, Gap, daily_spend, span
from optimizer.planning.pacing.forecast import spread
from optimizer.planning.pacing.notes import notes_of, unused_plans
from optimizer.planning.pacing.period import choose_period
from optimizer.planning.pacing.targets import PlannedWeeks, Targets, of_plans, read_targets
from optimizer.planning.plain_values import amount_of
from optimizer.planning.plan import Interval
from optimizer.planning.question import in_currency
from optimizer.planning.request import CellLimits, PlanRequest, RulesText
from optimizer.planning.studio import panel_of

if TYPE_CHECKING:
    from optimizer.history.history import History
    from optimizer.planning.settings import Settings

GREEN, AMBER = 0.05, 0.10  # of the budget
ROUNDING = 1e-9
MOST_CHANGE = 10.0


class Light(Enum):
    """How the projected end stands to the budget."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class PaceRequest:
    """What is asked about a period.

    Attributes
    ----------
    budget : float or None
        Money for the whole period, account currency, above 0; None where `targets` give it.
    period : str or None
        Name of the period, such as "2026-11" or "FY2027 P02"; None for the one that holds the as-of day.
    as_of : date or None
        The first day that is not spent yet; None for the day after the last one of the data.
    settings, bounds, rules, by_audience, seed, draws, goal
        As for `optimizer.planning.request.PlanRequest`; the calendar is that of the settings.
    current : path, float array (C,) or None
        What is set now, weekly money per cell; None for 7 times the mean of the last 7 days.
    network_rules : path, RulesText or None
        See `optimizer.planning.network_rules`.
    max_change : float
        Largest change of a cell's daily budget within a week, as a share, 0 to 10.
    targets : path or None
        Budgets of networks and cells, see `optimizer.planning.pacing.targets.read_targets`.
    planned : sequence of path or PlannedWeeks
        Plans that were accepted, newest last: what they give each cell is its budget where `targets` give none to
        any network or cell.
    resolve : bool
        Whether what is left is split anew by what it brings, rather than as it is split now.

    Raises
    ------
    InputError
        A value is outside what is allowed.
    """

    budget: float | None = None
    period: str | None = None
    as_of: dt.date | None = None
    settings: str | Path | Settings | None = None
    current: str | Path | Floats | None = None
    bounds: str | Path | Bounds | CellLimits | None = None
    rules: str | Path | RulesText | None = None
    network_rules: str | Path | RulesText | None = None
    max_change: float = 0.3
    targets: str | Path | None = None
    planned: Sequence[str | Path | PlannedWeeks] = ()
    resolve: bool = False
    goal: str | None = None
    by_audience: bool = False
    seed: int = 0
    draws: int = 200

    def __post_init__(self) -> None:
        if self.budget is None and self.targets is None:
            problem = say("the period has no budget")
            raise InputError.at(problem, fix=say("give the money for the whole period (--budget) or --targets"))
        if self.budget is not None and not 0.0 < self.budget < np.inf:
            fix = say("it must be above 0: the money for the whole period")
            raise InputError.at(say("budget is {budget}", budget=figure(self.budget, "g")), fix=fix)
        if self.budget is not None:
            amount_of(self.budget, say("budget"), above=True)
        amount_of(self.max_change, say("largest change"), 0.0, MOST_CHANGE)

    def of_week(self, budget: float) -> PlanRequest:
        """The same as a question about one week of some money."""
        return PlanRequest(
            budget=budget,
            weeks=1,
            goal=self.goal,
            bounds=self.bounds,
            current=self.current,
            seed=self.seed,
            draws=self.draws,
            by_audience=self.by_audience,
            settings=self.settings,
            rules=self.rules,
        )


@dataclass(frozen=True)
class Pace:
    """How one budget stands: of everything, of a network or of a cell.

    Attributes
    ----------
    key : tuple of str
        Empty for everything, the network alone, or the cell.
    budget : float or None
        None where nobody gave one: then it is not judged.
    spent : float
        Of the days that are known.
    estimated : float
        Counted for elapsed days that nobody has reported.
    daily : float
        Mean of the last 7 days that are known.
    elapsed, days : int
        Of the period.
    interval : Interval or None
        Projected end with its 90 % interval; None where daily variation does not tell one.
    """

    key: tuple[str, ...]
    budget: float | None
    spent: float
    estimated: float
    daily: float
    elapsed: int
    days: int
    interval: Interval | None = None

    @property
    def gone(self) -> float:
        """Spent, days that are not reported included."""
        return self.spent + self.estimated

    @property
    def left(self) -> float:
        """Of the budget; below 0 where more than it is spent. NaN without a budget."""
        return float("nan") if self.budget is None else self.budget - self.gone

    @property
    def projected(self) -> float:
        """Where the period ends at the pace of the last 7 days."""
        return self.gone + (self.days - self.elapsed) * self.daily

    @property
    def pacing(self) -> float | None:
        """Share of the budget spent over share of the days gone; None before the first day or without a budget."""
        if not self.budget or not self.elapsed:
            return None
        return (self.gone / self.budget) / (self.elapsed / self.days)

    @property
    def deviation(self) -> float | None:
        """Projected end over the budget, less 1; None without a budget above 0."""
        return self.projected / self.budget - 1.0 if self.budget else None

    @property
    def overspent(self) -> bool:
        """Whether more than the budget is gone."""
        return self.budget is not None and self.gone > self.budget * (1.0 + ROUNDING)

    @property
    def light(self) -> Light | None:
        """The traffic light; None where there is no budget to judge by."""
        if self.budget is None:
            return None
        if self.budget == 0.0:
            return Light.GREEN if self.projected == 0.0 else Light.RED
        off = abs(self.projected / self.budget - 1.0)
        if self.overspent or off > AMBER + ROUNDING:
            return Light.RED
        return Light.GREEN if off <= GREEN + ROUNDING else Light.AMBER


@dataclass(frozen=True, eq=False)
class Pacing:
    """How a period stands.

    Attributes
    ----------
    period : Period
    as_of : date
        First day that is not spent yet.
    currency : str
    total : Pace
    networks, cells : tuple of Pace
        Sorted by name; cells in the order of the panel.
    days : Days
    gaps : tuple of Gap
        Elapsed days of the period that nobody has reported.
    spread : float array, shape (days left,)
        Factor by which the spend of the next days may miss the last 7 days' mean, NaN where not known.
    judged : "targets", "plan" or ""
        Where the budgets of networks and cells come from.
    findings : tuple of Finding
    """

    period: Period
    as_of: dt.date
    currency: str
    total: Pace
    networks: tuple[Pace, ...]
    cells: tuple[Pace, ...]
    days: Days
    gaps: tuple[Gap, ...]
    spread: Floats
    judged: str
    findings: tuple[Finding, ...]

    @property
    def elapsed(self) -> int:
        """Days of the period before the as-of day."""
        return (self.as_of - self.period.first).days

    @property
    def days_left(self) -> int:
        """Days of the period from the as-of day on, 1 or more."""
        return self.period.days - self.elapsed

    @property
    def recent(self) -> Floats:
        """(C,) what each cell spends a day now."""
        return np.array([one.daily for one in self.cells])


def pace(history: History, request: PaceRequest) -> Pacing:
    """Judge how a period's budget stands.

    Parameters
    ----------
    history : History
    request : PaceRequest

    Returns
    -------
    Pacing

    Raises
    ------
    InputError
        The period is over, not in the data or has no known day; a file cannot be used; or currencies differ.
    """
    settings = request.of_week(1.0).read_settings()
    calendar = FiscalCalendar() if settings is None else settings.fiscal
    panel = in_currency(panel_of(history, request.by_audience), settings)
    period, as_of = choose_period(calendar, span(history), (request.period, request.as_of))
    days = daily_spend(history, panel.cells, period.first, as_of)
    begin = days.at(period.first)
    elapsed = days.spend.shape[1] - begin
    known = days.known[:, begin:]
    spent = np.nansum(days.spend[:, begin:], axis=1)
    estimated = np.where(known, 0.0, days.filled[:, begin:]).sum(axis=1)
    targets = Targets.none(len(panel.cells))
    if request.targets is not None:
        targets = read_targets(request.targets, panel.cells, (calendar, period), panel.currency)
    budget = targets.total_of(request.budget, panel.currency)
    judged = "targets" if targets.given else ""
    if not targets.given and request.planned:
        targets = of_plans(request.planned, panel.cells, (days, period, budget), panel.currency)
        judged = "plan" if targets.given else ""
    maker = _Maker(days, spent, estimated, (elapsed, period.days))
    everything = list(range(len(panel.cells)))
    own = {name: [c for c in everything if panel.cells[c].network == name] for name in _networks(panel.cells)}
    total, factors = maker.pace((), everything, budget)
    networks = tuple(maker.pace((name,), cells, targets.network(name, cells))[0] for name, cells in own.items())
    singles = tuple(
        maker.single(tuple(part for part in cell if part), c, targets.cell(c)) for c, cell in enumerate(panel.cells)
    )
    gaps = days.gaps(period.first, as_of)
    findings = notes_of(history, (days, gaps, panel.currency), period, as_of)
    findings += unused_plans(request.planned, judged, period)
    return Pacing(
        period, as_of, panel.currency, total, networks, singles, days, gaps, factors, judged, worst_first(findings)
    )


def _networks(cells: Sequence[Cell]) -> list[str]:
    return sorted({cell.network for cell in cells})


@dataclass(frozen=True, eq=False)
class _Maker:
    """Sums over cells; `calendar` is days elapsed and days of the period."""

    days: Days
    spent: Floats
    estimated: Floats
    calendar: tuple[int, int]

    def single(self, key: tuple[str, ...], c: int, budget: float | None) -> Pace:
        """A cell: its days vary too much by themselves for an interval to say anything."""
        elapsed, length = self.calendar
        daily = float(self.days.recent[c])
        return Pace(key, budget, float(self.spent[c]), float(self.estimated[c]), daily, elapsed, length)

    def pace(self, key: tuple[str, ...], cells: list[int], budget: float | None) -> tuple[Pace, Floats]:
        """Several cells together, and the factor by which the days to come may miss, (days left,)."""
        elapsed, length = self.calendar
        daily = float(self.days.recent[cells].sum())
        spent, estimated = float(self.spent[cells].sum()), float(self.estimated[cells].sum())
        known = np.asarray(self.days.known[cells].all(axis=0), dtype=np.bool_)
        late = int(np.argmax(known[::-1])) if known.any() else 0  # newest days that are not known are to come too
        series = self.days.filled[cells].sum(axis=0)
        end = len(series) - late
        factors = spread(series[:end], known[:end], late + length - elapsed, self.days.frequency)
        plain = Pace(key, budget, spent, estimated, daily, elapsed, length)
        factor = float(factors[-1])
        interval = None
        if np.isfinite(factor):
            open_money = plain.projected - spent
            low, high = spent + open_money / factor, spent + open_money * factor
            interval = Interval(plain.projected, low, high)
        return Pace(key, budget, spent, estimated, daily, elapsed, length, interval), factors[late:]
