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


def _statement(spend: list[float], revenue: list[float], shares: tuple[float, float, float], cost: float) -> Statement:
    of = terms(
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


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4),
    st.lists(st.floats(0.0, 1e6), min_size=12, max_size=12),
)
def test_sharing_out_loses_nothing(totals, parts):
    out = shared_out(np.array(totals), np.array(parts).reshape(3, 4), 100.0)
    assert np.abs(out.sum(axis=0) - 100.0 * np.array(totals)).max() <= 0.5 + 1e-3
