"""The statement adds up across any cut, to the cent."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.finance.statement import Statement, make_statement, shared_out
from optimizer.planning.fiscal import FiscalCalendar
from tests.unit.finance.money import money, terms

AMOUNTS = st.lists(st.floats(0.0, 1e7, allow_subnormal=False), min_size=6, max_size=6)
SHARES = st.floats(0.0, 0.3)


def _statement(
    spend: list[float],
    revenue: list[float],
    shares: tuple[float, float, float],
    cost: float,
    factor: float = 1.0,
) -> Statement:
    of = terms(
        factor=np.array([1.0, 1.0, factor]),
        factor_ends=np.array([[1.0, 1.0], [1.0, 1.0], [factor, factor]]),
        margin=1.0 - sum(shares),
        shares=dict(zip(("returns", "cost_of_goods", "variable_costs"), shares, strict=True)),
        fixed={"team": cost, "tools": cost / 3, "agency": cost / 7},
        agency_share=shares[0],
        production={"video": cost / 11, "image": cost},
        calendar=FiscalCalendar(),
    )
    paid, came = np.array(spend).reshape(3, 2), np.array(revenue).reshape(3, 2)
    return make_statement(
        money(of, {"spend": paid, "revenue": came}, {"spend": paid[::-1], "revenue": came[:, ::-1]}, 0.3 * came)
    )


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, AMOUNTS, st.tuples(SHARES, SHARES, SHARES), st.floats(0.0, 1e5))
def test_every_cut_adds_up(spend, revenue, shares, cost):
    statement = _statement(spend, revenue, shares, cost)
    whole = statement.rows()
    cuts = [
        [statement.rows(period) for period in range(len(statement.periods))],
        [statement.rows(network=name) for name in statement.networks],
        [statement.rows(content_type=name) for name in statement.content_types],
        [statement.rows(None, *unit[:2]) for unit in dict.fromkeys(statement.units)],
    ]
    for parts in cuts:
        for line in statement.lines:
            for column in ("baseline", "plan", "difference"):
                added = sum(round(100 * getattr(part[line], column)) for part in parts)
                assert added == round(100 * getattr(whole[line], column)), (line, column)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, AMOUNTS, st.tuples(SHARES, SHARES, SHARES), st.floats(0.0, 1e5))
def test_subtotals_are_the_sums_of_what_stands_above_them(spend, revenue, shares, cost):
    statement = _statement(spend, revenue, shares, cost)
    for held in (statement.plan, statement.baseline):
        incremental = held["attributed_revenue"] + held["not_incremental"]
        assert np.array_equal(incremental, held["incremental_revenue"])
        contribution = incremental + sum(held[name] for name in ("returns", "cost_of_goods", "variable_costs"))
        assert np.array_equal(contribution, held["contribution"])
        spent = sum(held[name] for name in ("media", "production", "team", "tools", "agency") if name in held)
        assert np.array_equal(contribution + spent, held["marketing_contribution"])


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, AMOUNTS, st.floats(0.05, 3.0))
def test_what_would_have_come_anyway_is_one_figure_where_incrementality_is_1(spend, revenue, factor):
    statement = _statement(spend, revenue, (0.1, 0.1, 0.1), 0.0, factor)
    for network, content_type in ((unit.network, unit.content_type) for unit in statement.units[:2]):
        for period in (None, *range(len(statement.periods))):
            assert statement.amounts("not_incremental", period, network, content_type).difference == 0.0
    for held in (statement.plan, statement.baseline):
        # Rounded from attributed revenue and what comes without spend, both in cents: half a cent, and a factor of one.
        attributed, incremental = (held[line][:, 2].sum() for line in ("attributed_revenue", "incremental_revenue"))
        idle = round(0.3 * sum(revenue[4:]) * 100)
        assert abs(incremental - factor * (attributed - idle)) <= 0.5 + factor


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4),
    st.lists(st.floats(0.0, 1e6), min_size=12, max_size=12),
)
def test_sharing_out_loses_nothing(totals, parts):
    out = shared_out(np.array(totals), np.array(parts).reshape(3, 4), 100.0)
    assert np.abs(out.sum(axis=0) - 100.0 * np.array(totals)).max() <= 0.5 + 1e-3
