"""The statement against figures worked out on paper."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from optimizer.finance.definitions import DEFINITIONS
from optimizer.finance.statement import cents, make_statement, shared_out
from optimizer.planning.economics import WEEKS_PER_MONTH
from optimizer.planning.fiscal import FiscalCalendar
from tests.unit.finance.money import CELLS, DRAWS, simple


def test_from_attributed_revenue_to_marketing_contribution():
    rows = make_statement(simple()).rows()
    assert {line: rows[line].plan for line in rows} == {
        "attributed_revenue": 24_000.0,
        "not_incremental": -6_000.0,
        "incremental_revenue": 18_000.0,
        "all_variable_costs": -10_800.0,
        "contribution": 7_200.0,
        "media": -6_000.0,
        "marketing_contribution": 1_200.0,
    }
    assert rows["marketing_contribution"].baseline == 0.4 * 12_000.0 - 3_000.0
    assert rows["marketing_contribution"].difference == 1_200.0 - 1_800.0


def test_lines_show_what_is_known():
    split = {"returns": 0.05, "cost_of_goods": 0.45, "variable_costs": 0.1}
    fixed = {"team": 1000.0, "tools": 0.0, "agency": 200.0}
    statement = make_statement(simple(shares=split, fixed=fixed, production={"video": 300.0}, agency_share=0.1))
    rows = statement.rows()
    assert tuple(rows) == (
        "attributed_revenue",
        "not_incremental",
        "incremental_revenue",
        "returns",
        "net_revenue",
        "cost_of_goods",
        "variable_costs",
        "contribution",
        "media",
        "production",
        "team",
        "agency",
        "marketing_contribution",
    )
    assert set(rows) <= set(DEFINITIONS)
    assert rows["net_revenue"].plan == 18_000.0 * 0.95
    assert rows["production"].plan == rows["production"].baseline == -300.0
    months = 2 / WEEKS_PER_MONTH
    assert rows["team"].plan == -round(1000 * months, 2)
    assert rows["agency"].plan == round(-600.0 - 200 * months, 2)
    whole = sum(rows[name].plan for name in ("contribution", "media", "production", "team", "agency"))
    assert rows["marketing_contribution"].plan == pytest.approx(whole, abs=1e-9)


def test_weeks_that_lie_in_two_months_are_shared_by_days():
    statement = make_statement(simple())
    assert [period.name for period in statement.periods] == ["2026-11", "2026-12"]
    november, december = (statement.amounts("media", period=k).plan for k in (0, 1))
    assert november == pytest.approx(-3 * (1000.0 + 1000.0 / 7), abs=0.02)
    assert november + december == -6_000.0
    retail = make_statement(simple(calendar=FiscalCalendar("4-4-5", dt.date(2027, 1, 4))))
    assert [period.name for period in retail.periods] == ["FY2026 P12"]
    assert retail.rows()["media"].plan == -6_000.0


def test_networks_bear_their_own_and_nobody_bears_the_rest():
    statement = make_statement(simple(fixed={"team": 700.0, "tools": 0.0, "agency": 0.0}, production={"video": 90.0}))
    assert statement.networks == ("facebook", "tiktok", "")
    assert statement.amounts("team", network="tiktok").plan == 0.0
    assert statement.amounts("production", network="").plan == -90.0
    assert statement.amounts("production", content_type="video").plan == -90.0
    assert statement.amounts("contribution", network="facebook").plan == 4_800.0
    assert statement.amounts("contribution", network="facebook", content_type="video").plan == 2_400.0


def test_incrementality_lowers_what_a_network_brings():
    factor = np.array([0.5, 0.5, 1.0])
    statement = make_statement(simple(factor=factor, factor_ends=np.stack([factor, factor], axis=1)))
    assert statement.amounts("incremental_revenue", network="facebook").plan == 6_000.0
    assert statement.amounts("incremental_revenue", network="tiktok").plan == 6_000.0
    assert statement.amounts("attributed_revenue").plan == 24_000.0


def test_ten_and_ninety_percent_hold_eight_of_ten_draws():
    statement = make_statement(simple())
    row = statement.amounts("attributed_revenue")
    drawn = statement.total_draws("attributed_revenue")
    assert ((row.low <= drawn) & (drawn <= row.high)).sum() == 0.8 * DRAWS
    sure = statement.amounts("media")
    assert sure.low == sure.high == sure.plan


def test_doubt_about_incrementality_widens_the_interval_and_leaves_the_mean():
    doubtful = np.stack([np.full(3, 0.5), np.full(3, 1.6)], axis=1)
    sure, unsure = (make_statement(simple(factor_ends=ends)) for ends in (np.ones((3, 2)), doubtful))
    narrow, wide = (one.amounts("incremental_revenue") for one in (sure, unsure))
    assert narrow.plan == wide.plan
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_frozen_statement_says_the_same():
    statement = make_statement(simple(production={"video": 90.0}))
    frozen = statement.frozen()
    assert not frozen.observed
    for period in (None, 0, 1):
        for network in (None, *statement.networks):
            assert frozen.rows(period, network) == statement.rows(period, network)
        for kind in statement.content_types:
            assert frozen.rows(period, None, kind) == statement.rows(period, None, kind)
        for unit in CELLS:
            assert frozen.rows(period, *unit[:2]) == statement.rows(period, *unit[:2])


def test_halves_are_rounded_away_from_nothing_whatever_their_binary_fraction():
    assert cents(np.array([0.285, 1.115, -2.675, 0.0]), 100.0).tolist() == [29, 112, -268, 0]


def test_an_amount_without_parts_falls_into_the_first_period():
    assert shared_out(np.array([3.0]), np.zeros((2, 1)), 1.0).ravel().tolist() == [3, 0]
