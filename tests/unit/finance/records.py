"""A plan of record made by hand, and what came of it: every score of it can be worked out on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from optimizer.finance.actuals import ActualsFile
from optimizer.finance.record import Expected, Forecast, FrozenCurves, Origin, Record
from optimizer.finance.statement import Statement
from optimizer.history.panel import Cell, Floats, Panel
from optimizer.planning.fiscal import FiscalCalendar, day_shares

CELLS = (Cell("facebook", "image"), Cell("facebook", "video"), Cell("tiktok", "video"))
WEEKS = ("2026-11-23", "2026-11-30")  # the second has one day in November
SPEND = np.array([[100.0, 100.0], [200.0, 200.0], [300.0, 300.0]])
BASELINE = np.array([[200.0, 200.0], [200.0, 200.0], [200.0, 200.0]])
MEAN = np.array([[1000.0, 1000.0], [2000.0, 2000.0], [3000.0, 3000.0]])
NAIVE = np.array([[1200.0, 1200.0], [2000.0, 2000.0], [2500.0, 2500.0]])
WIDE, NARROW = 0.2, 0.1  # of the mean, the ends of the 90 and of the 80 % interval


def make_record(**changes: object) -> Record:
    """Two weeks of three places; intervals of 20 and 10 % around every mean, sums included."""
    weeks = tuple(changes.pop("weeks", WEEKS))  # type: ignore[arg-type]
    first, last = (dt.date.fromisoformat(week) for week in (weeks[0], weeks[-1]))
    periods = FiscalCalendar().periods(first, last + dt.timedelta(days=6))
    one = Forecast(*(MEAN * share for share in (1.0, 1 - WIDE, 1 + WIDE, 1 - NARROW, 1 + NARROW)))
    curves = FrozenCurves(np.tile([0.0, 400.0], (3, 1)), np.tile([0.0, 8000.0], (3, 1)), None)
    record = Record(
        name="November",
        author="An",
        note="",
        created="2026-11-20T08:00:00Z",
        supersedes="",
        origin=Origin("0" * 12, "h.csv", "ab" * 32, "1.0", "cd" * 32, 0, {"budget": 1200, "weeks": 2}, {}, {}),
        currency="EUR",
        decimals=2,
        cells=CELLS,
        weeks=weeks,
        periods=periods,
        spend=SPEND,
        baseline=BASELINE,
        forecasts={"revenue": one},
        expected=tuple(_expected(weeks, periods)),
        statement=Statement((), periods, (), "EUR", 2, {}, {}),
        answers=(),
        swings=(),
        curves=curves,
        cost_per_click=np.full(3, np.nan),
        naive={"revenue": NAIVE},
        factors={"facebook": (1.0, 1.0, 1.0), "tiktok": (1.0, 1.0, 1.0)},
        reasons=("", "", ""),
        evidence=("some", "some", "some"),
        findings=(),
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def _expected(weeks: tuple[str, ...], periods: tuple[object, ...]) -> list[Expected]:
    shares = day_shares(np.array(weeks, dtype="datetime64[D]"), periods)  # type: ignore[arg-type]
    spans = [("", "", np.ones(2)), *((p.name, "", s) for p, s in zip(periods, shares, strict=True))]  # type: ignore[attr-defined]
    spans += [("", week, one) for week, one in zip(weeks, np.eye(2), strict=True)]
    found = []
    for network, rows in (("", [0, 1, 2]), ("facebook", [0, 1]), ("tiktok", [2])):
        for period, week, share in spans:
            whole = float(MEAN[rows].sum(axis=0) @ share)
            ends = (1 - WIDE, 1 + WIDE, 1 - NARROW, 1 + NARROW)
            found.append(Expected("revenue", period, week, network, "", whole, *(whole * end for end in ends)))
    return found


def came(
    revenue: Floats, spend: Floats | None = None, late: Mapping[str, float] | None = None, currency: str = "EUR",
    weeks: tuple[str, ...] = WEEKS,
) -> ActualsFile:  # fmt: skip
    """A history that holds just those weeks, revenue and spend (C, H) in the order of the record's cells."""
    mondays = np.array(weeks, dtype="datetime64[D]")
    panel = Panel(CELLS, mondays, SPEND if spend is None else spend, {"revenue": revenue}, currency, "ef" * 32)
    return ActualsFile(panel, "actuals.csv", late or {})
