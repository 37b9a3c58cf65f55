"""A forecast in money made by hand: what the statement of it must say can be worked out on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from optimizer.finance.forecast import Brought, MoneyForecast
from optimizer.finance.terms import Terms
from optimizer.history.panel import Cell, Floats
from optimizer.planning.fiscal import FiscalCalendar
from optimizer.response.forecast import OutcomeDraws

CELLS = (Cell("facebook", "image"), Cell("facebook", "video"), Cell("tiktok", "video"))
WEEKS = np.array(["2026-11-23", "2026-11-30"], dtype="datetime64[D]")  # the second has one day in November
DRAWS = 50


def terms(calendar: FiscalCalendar | None = None, **changes: object) -> Terms:
    """Margin 0.4 in one share, no doubt about incrementality."""
    usual = Terms(
        margin=0.4,
        shares={"all_variable_costs": 0.6},
        fixed={"team": 0.0, "tools": 0.0, "agency": 0.0},
        agency_share=0.0,
        production={},
        hurdle=0.0,
        factor=np.ones(3),
        factor_ends=np.ones((3, 2)),
        assumed=("facebook", "tiktok"),
        calendar=calendar or FiscalCalendar(),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def brought(spend: Floats, revenue: Floats, spread: float = 0.1) -> Brought:
    """Revenue (C, H) whose draws differ by a common factor around it; a conversion is worth 50."""
    factors = np.linspace(1.0 - spread, 1.0 + spread, DRAWS)[:, None, None]
    noise = np.random.default_rng(1).normal(1.0, 0.05, (DRAWS, *revenue.shape))
    expected = factors * revenue
    draws = OutcomeDraws(expected, expected * noise, np.zeros((DRAWS, len(revenue))))
    counted = OutcomeDraws(expected / 50.0, draws.observed / 50.0, draws.after)
    return Brought(spend, draws, counted)


def money(of: Terms, plan: Mapping[str, Floats], baseline: Mapping[str, Floats], idle: Floats) -> MoneyForecast:
    """A forecast of two weeks; `plan` and `baseline` hold spend and revenue, each (C, H)."""
    last = dt.date.fromisoformat(str(WEEKS[-1])) + dt.timedelta(days=6)
    return MoneyForecast(
        cells=CELLS,
        weeks=WEEKS,
        periods=of.calendar.periods(dt.date.fromisoformat(str(WEEKS[0])), last),
        currency="EUR",
        decimals=2,
        terms=of,
        plan=brought(plan["spend"], plan["revenue"]),
        baseline=brought(baseline["spend"], baseline["revenue"]),
        idle=brought(np.zeros_like(idle), idle),
        factors=of.factor_draws(CELLS, DRAWS, 0),
    )


def simple(**changes: object) -> MoneyForecast:
    """1,000 of spend a week and cell brings 4,000, of which 1,000 would have come anyway."""
    ones = np.ones((3, 2))
    plan = {"spend": 1000.0 * ones, "revenue": 4000.0 * ones}
    return money(terms(**changes), plan, {"spend": 500.0 * ones, "revenue": 3000.0 * ones}, 1000.0 * ones)  # type: ignore[arg-type]
