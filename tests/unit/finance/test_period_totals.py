"""Period totals: the plan's are the statement's, actuals are what came, and the forecast is what is known today."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.finance.period_totals import FISCAL, period_totals
from optimizer.finance.variance_files import totals_csv
from optimizer.planning.fiscal import MONTH, FiscalCalendar
from tests.unit.finance.bridges import as_planned, record, with_factors


def amounts(totals, calendar=MONTH, network="", measure="revenue"):
    return [tuple(vars(row.amounts[measure]).values()) for row in totals.of(calendar, network)]


def test_without_actuals_the_forecast_is_the_plan_and_the_plan_is_the_statements() -> None:
    of = record()
    totals = period_totals(of)
    assert [row.period.name for row in totals.of(MONTH)] == ["2026-11", "2026-12"]
    for p, (plan, actual, forecast) in enumerate(amounts(totals)):
        assert plan == forecast == of.statement.amounts("attributed_revenue", period=p).plan
        assert math.isnan(actual)
    for p, (plan, _actual, _forecast) in enumerate(amounts(totals, measure="spend")):
        assert plan == -of.statement.amounts("media", period=p).plan
    assert [(row.days, row.days_come) for row in totals.of(MONTH)] == [(8, 0), (6, 0)]


def test_networks_add_up_to_all() -> None:
    of = record()
    totals = period_totals(of, with_factors(as_planned(of), revenue=0.777))
    whole = np.array(amounts(totals))
    parts = np.array([amounts(totals, network=network) for network in totals.networks])
    assert np.array_equal(np.rint(100 * parts.sum(axis=0)), np.rint(100 * whole))


def test_what_has_come_stands_in_the_forecast_and_the_plan_for_the_rest() -> None:
    of = record()
    totals = period_totals(of, with_factors(as_planned(of, weeks=1), spend=0.5, revenue=0.5, conversions=0.5))
    november, december = amounts(totals)
    assert november == (pytest.approx(12_000 * 8 / 7, abs=0.02), 6000.0, pytest.approx(6000 + 12_000 / 7, abs=0.02))
    assert december[0] == december[2]
    assert math.isnan(december[1])
    assert [(row.days, row.days_come) for row in totals.of(MONTH)] == [(8, 7), (6, 0)]
    assert amounts(totals, measure="spend")[0][1] == 1500.0


def test_what_is_not_reported_yet_is_added_to_the_forecast_but_not_to_spend() -> None:
    of = record()
    half = with_factors(as_planned(of), revenue=0.5, conversions=0.5)
    totals = period_totals(of, replace(half, reported=np.array([1.0, 0.5])))
    _plan, actual, forecast = np.array(amounts(totals)).sum(axis=0)
    assert (actual, forecast) == (12_000.0, 6000.0 + 12_000.0)
    assert np.array(amounts(totals, measure="spend")).sum(axis=0).tolist() == [6000.0] * 3


def test_fiscal_periods_stand_beside_months_where_they_differ() -> None:
    calendar = FiscalCalendar("4-4-5", dt.date(2027, 1, 4))
    of = record()
    periods = calendar.periods(dt.date(2026, 11, 23), dt.date(2026, 12, 6))
    totals = period_totals(replace(of, periods=periods))
    assert totals.calendars == (MONTH, FISCAL)
    for calendar_name in totals.calendars:
        assert sum(row[0] for row in amounts(totals, calendar_name)) == 24_000.0


def test_the_file_has_a_row_per_calendar_period_and_network_with_the_currency() -> None:
    of = record()
    header, *lines = totals_csv(period_totals(of, as_planned(of, weeks=1))).splitlines()
    rows = [line.split(",") for line in lines]
    assert header == (
        "calendar,period,first_day,last_day,network,days,days_come,spend_plan,spend_actual,spend_forecast,revenue_plan,"
        "revenue_actual,revenue_forecast,conversions_plan,conversions_actual,conversions_forecast,currency"
    )
    assert {row[-1] for row in rows} == {"EUR"}
    assert [row[4] for row in rows] == ["all", "all", "facebook", "facebook", "tiktok", "tiktok"]
    assert rows[1][8] == "", "what has not come is empty, not 0"
