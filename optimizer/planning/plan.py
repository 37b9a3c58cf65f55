"""Plan: next weeks' money per cell, what it will bring, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.problem import Allocation, Bounds
from optimizer.history.findings import Finding
from optimizer.history.panel import Cell, Floats
from optimizer.response.curves import Curves


@dataclass(frozen=True)
class Interval:
    """A mean with the ends of its 90 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Move:
    """One cell's change of weekly spend, with its reason.

    Attributes
    ----------
    cell : Cell
    today, plan : float
        Weekly spend before (today's split scaled to the plan's budget) and after, account currency.
    marginal : float
        Goal units that one more unit of money brings at the plan's spend, carry-over of the 8 weeks after included: the
        average over the next small step (a hundredth of "the next 100"), or over the last one where a cell can take no
        more. A weekly amount is spent in every week of the plan, so this is the curve's slope over the number of weeks.
    reason : str
        One sentence for people.
    evidence : str
        strong, some, weak or none.
    evidence_reason : str
        One sentence: what the label rests on.
    warning : str
        Set where the plan leaves the range of spend ever tried; else "".
    marginal_today : float
        As `marginal`, at today's spend: what the move started from.
    next_unit, last_unit : float
        Goal units per unit of money that the next and the last `unit` of weekly money bring on average at today's
        spend: the figures that reasons compare.
    unit : float
        Amount of money the reason speaks of, "the next 100"; smaller for a cell that gets less than that.
    """

    cell: Cell
    today: float
    plan: float
    marginal: float
    reason: str
    evidence: str
    evidence_reason: str
    warning: str = ""
    marginal_today: float = 0.0
    next_unit: float = 0.0
    last_unit: float = 0.0
    unit: float = 100.0

    @property
    def change(self) -> float:
        """Weekly spend added, or taken when negative."""
        return self.plan - self.today


@dataclass(frozen=True, eq=False)
class CellForecast:
    """Outcome per cell and week of the plan, each array (C, H): mean and the ends of the 90 % interval, noise included.

    The mean is that of the expected outcome. Counts far below one a week have quantiles of 0 and 0; the interval is
    then widened to hold its mean.
    """

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class TotalDraws:
    """One outcome over all cells, per draw; draws are common to all plans of one studio (`optimizer.planning.studio`).

    Attributes
    ----------
    plan, baseline : float array, shape (S,)
        Expected total of the plan's weeks, organic included, with the plan and with today's split.
    after : float array, shape (S,)
        What the plan brings in the 8 weeks after beyond what today's split would.
    """

    plan: Floats
    baseline: Floats
    after: Floats


@dataclass(frozen=True, eq=False)
class CurveBands:
    """What the curves look like, for charts.

    Attributes
    ----------
    spend : float array, shape (C, G)
        Weekly spend, account currency.
    mean, low, high : float array, shape (C, G)
        Goal units per week that such spend adds, and the ends of the 90 % interval.
    points : tuple of float array, each (n, 2)
        Per cell the weeks of history as (spend, outcome in goal units); weeks without either are left out.
    tried : float array, shape (C, 2)
        Smallest and largest weekly spend ever tried.
    """

    spend: Floats
    mean: Floats
    low: Floats
    high: Floats
    points: tuple[Floats, ...]
    tried: Floats


@dataclass(frozen=True)
class RunInfo:
    """Where a result comes from: enough to make it again.

    Attributes
    ----------
    id : str
        12 hexadecimal digits that follow from everything below; the same question on the same data by the same version
        has the same id and the same figures.
    data_sha256 : str
        Hash of the bytes of the history.
    version : str
        Of this package.
    seed : int
    settings : mapping
        Budget, weeks, goal, bounds and all else that was asked; plain values that JSON can hold.
    """

    id: str
    data_sha256: str
    version: str
    seed: int
    settings: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Plan:
    """A proven split over the next weeks, with forecast, reasons and origin.

    Attributes
    ----------
    cells : tuple of Cell
        C cells.
    weeks : array of datetime64[D], shape (H,)
        Mondays of the planned weeks.
    spend, baseline : float array, shape (C, H)
        Planned spend, and today's split scaled to the same budget, per week.
    goal : str
        What is maximised: revenue, conversions, another outcome, "value", the sum of outcomes by their worth, or
        "profit": margin x revenue - media - production - team.
    currency : str
        ISO 4217 or "".
    total, baseline_total, gain, carry_after : mapping of outcome to Interval
        Over the plan's weeks; `carry_after` is what the plan's spend brings in the 8 weeks after beyond what today's
        split would. Totals hold outcome noise and drift to come; gain and carry_after are differences of expected
        outcomes on common draws.
    by_cell : mapping of outcome to CellForecast
        Profit of a cell is that before production and team, which no cell bears alone.
    moves : tuple of Move
        One per cell, in the order of `cells`.
    allocation : Allocation
        The proof, of the amounts as written: rounding to cents comes before it.
    bounds : Bounds
    curves : Curves
        What the allocation saw: the mean over the draws, and for profit the contribution before media.
    bands : CurveBands
    findings : tuple of Finding
        Worst first.
    run : RunInfo
    responsive : bool
        False where the history shows no response to spend; the plan then keeps today's split.
    draws : mapping of outcome to TotalDraws
        What `total`, `baseline_total`, `gain` and `carry_after` are means of, to compare plans draw by draw.
    unspent : float
        Money of the budget, over all weeks, that is not worth spending; above 0 for the goal profit alone.
    risk : "mean" or "careful"
        What the split is the best for, and what value, bound, gap and baseline value of `allocation` and the figures of
        `moves` are of: the mean of the draws, or the mean of the worst 20 % of them.
    """

    cells: tuple[Cell, ...]
    weeks: NDArray[np.datetime64]
    spend: Floats
    baseline: Floats
    goal: str
    currency: str
    total: Mapping[str, Interval]
    baseline_total: Mapping[str, Interval]
    gain: Mapping[str, Interval]
    carry_after: Mapping[str, Interval]
    by_cell: Mapping[str, CellForecast]
    moves: tuple[Move, ...]
    allocation: Allocation
    bounds: Bounds
    curves: Curves = field(repr=False)
    bands: CurveBands = field(repr=False)
    findings: tuple[Finding, ...]
    run: RunInfo
    responsive: bool = True
    draws: Mapping[str, TotalDraws] = field(default_factory=dict, repr=False)
    unspent: float = 0.0
    risk: str = "mean"

    @property
    def budget(self) -> float:
        """Money over all weeks that the plan spends."""
        return float(self.spend.sum())
