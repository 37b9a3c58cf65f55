"""Fiscal calendars: months and quarters of weeks, years of 53 weeks, and weeks shared among periods."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.planning.fiscal import CALENDARS, LAST, MONTH, NEAREST, QUARTERS, FiscalCalendar, day_shares

RETAIL = FiscalCalendar("4-5-4", dt.date(2026, 2, 1))
SEPTEMBER = FiscalCalendar("4-4-5", dt.date(2025, 9, 28), LAST)
DAYS = st.dates(dt.date(2001, 1, 1), dt.date(2099, 12, 31))
CALENDAR = st.sampled_from([FiscalCalendar(), RETAIL, SEPTEMBER, FiscalCalendar("5-4-4", dt.date(2027, 1, 4))])


def test_a_month_is_a_month():
    february = FiscalCalendar().period_of(dt.date(2028, 2, 29))
    assert (february.name, february.first, february.last, february.days) == (
        "2028-02",
        dt.date(2028, 2, 1),
        dt.date(2028, 2, 29),
        29,
    )


@pytest.mark.parametrize(("year", "weeks"), [(2012, 53), (2017, 53), (2018, 52), (2022, 52), (2023, 53), (2024, 52)])
def test_retail_years_have_53_weeks_when_the_trade_says_so(year, weeks):
    """The National Retail Federation's 4-5-4 calendar: 2012, 2017 and 2023 have 53 weeks."""
    months = RETAIL.periods(*(RETAIL.named(f"FY{year} P{number}").first for number in ("01", "12")))
    assert sum(one.days for one in months) == weeks * 7
    assert months[-1].days == (5 if weeks == 53 else 4) * 7
    assert months[0].first.weekday() == 6


def test_the_last_saturday_of_september_ends_a_year_of_the_rule_last():
    for year in range(2010, 2035):
        end = SEPTEMBER.named(f"FY{year} P12").last
        assert (end.weekday(), end.month) == (5, 9)
        assert (end + dt.timedelta(days=7)).month == 10


@given(CALENDAR, DAYS)
def test_periods_follow_each_other_without_gap(calendar, day):
    period = calendar.period_of(day)
    assert period.contains(day)
    after = calendar.period_of(period.last + dt.timedelta(days=1))
    assert after.first == period.last + dt.timedelta(days=1)
    assert calendar.named(period.name) == period
    assert calendar.named(f" {period.name.lower()} ") == period
    if calendar.kind != MONTH:
        assert period.days // 7 in (*QUARTERS[calendar.kind], 6)


@given(CALENDAR, DAYS, st.integers(1, 30))
def test_days_of_weeks_are_shared_without_rest(calendar, day, count):
    monday = np.datetime64(day - dt.timedelta(days=day.weekday()), "D")
    weeks = monday + 7 * np.arange(count)
    periods = calendar.periods(weeks[0].astype(object), (weeks[-1] + np.timedelta64(6, "D")).astype(object))
    shares = day_shares(weeks, periods)
    assert np.array_equal((shares * 7).round(9).sum(axis=0), np.full(count, 7.0))
    assert all(share.any() for share in shares)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("weeks",), "calendar is 'weeks'; it must be one of month, 4-4-5, 4-5-4, 5-4-4."),
        (("4-4-5",), "a calendar of 4-4-5 weeks needs the first day of a fiscal year; write year_start"),
        (("4-4-5", dt.date(2027, 1, 4), "first"), "year_rule is 'first'; it must be one of nearest, last."),
        (("4-4-5", dt.date(2026, 12, 28), NEAREST), "no fiscal year begins on 2026-12-28 by the rule nearest; that "
         "year begins on 2027-01-04; change year_start or year_rule."),
    ],
)  # fmt: skip
def test_calendars_that_cannot_be(given, told):
    with pytest.raises(InputError) as refused:
        FiscalCalendar(*given)
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("name", ["", "2026", "2026-13", "FY2026 P13", "nonsense", "FY20x6 P01", "９９９９-01"])
@pytest.mark.parametrize("kind", CALENDARS)
def test_names_that_are_none(name, kind):
    calendar = FiscalCalendar(kind, None if kind == MONTH else dt.date(2027, 1, 4))
    with pytest.raises(InputError, match="is not known; write a period such as"):
        calendar.named(name)
