"""Plans of record and actuals made by hand, for what is told of plan and actual."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from optimizer.finance.actuals import Actuals
from optimizer.finance.figures import Figure, Swing
from optimizer.finance.record import Forecast, FrozenCurves, Origin, Record
from optimizer.finance.statement import Statement, make_statement
from optimizer.history.panel import Cell, Floats
from optimizer.planning.fiscal import FiscalCalendar
from tests.unit.finance.money import CELLS, WEEKS, simple

CLICK = 2.0  # planned price
WORTH = 50.0  # planned revenue per conversion
BASE = 1000.0  # revenue a week that comes without spend


def frozen(decimals: int = 2) -> Statement:
    return replace(make_statement(simple()).frozen(), decimals=decimals)


def record(cells: tuple[Cell, ...] = CELLS, weeks: int = 2, **changes: object) -> Record:
    """1,000 a week and cell brings 4,000: 1,000 without spend, and 3 for each unit of it, along a straight curve."""
    days = tuple(str(WEEKS[0] + np.timedelta64(7 * k, "D")) for k in range(weeks))
    last = dt.date.fromisoformat(days[-1]) + dt.timedelta(days=6)
    shape = (len(cells), weeks)
    revenue = np.full(shape, 4000.0)
    knots = np.tile([0.0, 500.0, 1000.0, 2000.0], (len(cells), 1))
    brings = weeks * (BASE + 3.0 * knots)
    made = Record(
        name="Autumn",
        author="Lan Nguyễn",
        note="",
        created="2026-11-20T08:00:00+00:00",
        supersedes="",
        origin=Origin("run1", "h.csv", "ab" * 32, "0.1.0", "cd" * 32, 0, {}, {"margin": 0.4}, {"status": "optimal"}),
        currency="EUR",
        decimals=2,
        cells=cells,
        weeks=days,
        periods=FiscalCalendar().periods(dt.date.fromisoformat(days[0]), last),
        spend=np.full(shape, 1000.0),
        baseline=np.full(shape, 500.0),
        forecasts={
            name: _forecast(values) for name, values in (("revenue", revenue), ("conversions", revenue / WORTH))
        },
        expected=(),
        statement=frozen(),
        answers=(
            Figure("roi", 0.2, 0.1, 0.3),
            Figure("chance_above_hurdle", 0.8, 0.8, 0.8),
            Figure("income_effect", 1200.0, 1000.0, 1400.0),
            Figure("loss_at_5", -300.0, -300.0, -300.0),
        ),
        swings=(
            Swing("margin", "", 0.9, 1.1, -900.0, 900.0),
            Swing("rate", "", 0.9, 1.1, -900.0, 900.0),
            Swing("price", "", 0.9, 1.1, 500.0, -500.0),
        ),
        curves=FrozenCurves(knots, brings, brings / WORTH),
        cost_per_click=np.full(len(cells), CLICK),
        naive={},
        factors={cell.network: (1.0, 1.0, 1.0) for cell in cells},
        reasons=tuple("" for _ in cells),
        evidence=tuple("strong" for _ in cells),
        findings=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def _forecast(mean: Floats) -> Forecast:
    return Forecast(mean, 0.8 * mean, 1.2 * mean, 0.9 * mean, 1.1 * mean)


def as_planned(of: Record, weeks: int | None = None, **changes: object) -> Actuals:
    """Actuals that are what the plan said, of its first weeks."""
    come = np.arange(len(of.weeks)) < (len(of.weeks) if weeks is None else weeks)

    def seen(values: Floats) -> Floats:
        return np.where(come, values, np.nan)

    outcomes = {name: seen(one.mean) for name, one in of.forecasts.items()}
    outcomes["clicks"] = seen(of.spend / of.cost_per_click[:, None])
    made = Actuals(
        file="actuals.csv",
        data_sha256="ef" * 32,
        currency=of.currency,
        spend=seen(of.spend),
        outcomes=outcomes,
        seen=np.isfinite(seen(of.spend)),
        reported=np.where(come, 1.0, np.nan),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def with_factors(of: Actuals, spend: float = 1.0, **outcomes: float) -> Actuals:
    """The same with spend and outcomes times a factor each."""
    changed = {name: outcomes.get(name, 1.0) * values for name, values in of.outcomes.items()}
    return replace(of, spend=spend * of.spend, outcomes=changed)
