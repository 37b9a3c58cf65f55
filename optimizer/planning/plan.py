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
        Weekly spend before and after, account currency.
    marginal : float
        Goal units that one more unit of money a week would bring over the horizon, per unit of money spent in it.
    reason : str
        One sentence for people.
    evidence : str
        strong, some, weak or none.
    evidence_reason : str
        One sentence: what the label rests on.
    warning : str
        Set where the plan leaves the range of spend ever tried; else "".
    """

    cell: Cell
    today: float
    plan: float
    marginal: float
    reason: str
    evidence: str
    evidence_reason: str
    warning: str = ""


@dataclass(frozen=True)
class CellForecast:
    """Outcome per cell and week of the plan, each array (C, H): mean and the ends of the 90 % interval, noise included."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class CurveBands:
    """What the curves look like, for charts: weekly spend (C, G), mean and 90 % ends of the goal per week (C, G), each cell's
    points of history as (spend, outcome in goal units) pairs, and the range of spend ever tried (C, 2)."""

    spend: Floats
    mean: Floats
    low: Floats
    high: Floats
    points: tuple[Floats, ...]
    tried: Floats


@dataclass(frozen=True)
class RunInfo:
    """Where a result comes from: enough to make it again."""

    id: str
    data_sha256: str
    version: str
    seed: int
    settings: Mapping[str, object]


@dataclass(frozen=True)
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
        What is maximised: revenue, conversions or another outcome.
    currency : str
        ISO 4217 or "".
    total, baseline_total, gain, carry_after : mapping of outcome to Interval
        Over the plan's weeks; `carry_after` is what the plan's spend brings in the 8 weeks after beyond what today's
        split would. Totals hold outcome noise and drift to come; gain and carry_after are differences of expected
        outcomes on common draws.
    by_cell : mapping of outcome to CellForecast
    moves : tuple of Move
        One per cell, in the order of `cells`.
    allocation : Allocation
        The proof.
    bounds : Bounds
    curves : Curves
        What the allocation saw.
    bands : CurveBands
    findings : tuple of Finding
        Worst first.
    run : RunInfo
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
