"""The bridge from plan to actual: every step against what can be worked out on paper, or by trying all orders."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.finance.shapley import Side, Volume, effects
from optimizer.finance.variance import Rates, make_bridge
from optimizer.finance.variance_files import bridge_csv, bridge_parts
from optimizer.finance.variance_text import bridge_notes, bridge_sentence
from optimizer.finance.waterfall import waterfall
from optimizer.history.panel import Cell
from tests.unit.finance.bridges import BASE, as_planned, record, with_factors

PLANNED = 24_000.0


def steps(bridge, **cut):
    return {step: amount for step, amount in bridge.leg(**cut).steps.items() if amount}


def test_what_goes_as_planned_moves_nothing() -> None:
    bridge = make_bridge(record(), as_planned(record()))
    leg = bridge.leg()
    assert leg.plan == leg.actual == PLANNED
    assert set(leg.steps) == {"spend", "mix", "price", "rate", "value"}
    assert not any(leg.steps.values())
    assert bridge_sentence(bridge) == "Revenue is as planned: EUR 24,000."


def test_the_bridge_begins_at_the_statements_revenue_in_every_cut() -> None:
    of = record()
    bridge = make_bridge(of, as_planned(of))
    assert bridge.leg().plan == of.statement.amounts("attributed_revenue").plan
    for p, _period in enumerate(bridge.periods):
        assert bridge.leg(p).plan == of.statement.amounts("attributed_revenue", period=p).plan
    for network in bridge.networks:
        assert bridge.leg(network=network).plan == of.statement.amounts("attributed_revenue", network=network).plan


@pytest.mark.parametrize(
    ("changes", "step", "amount"),
    [
        ({"conversions": 1.1, "revenue": 1.1}, "rate", 0.1 * PLANNED),
        ({"revenue": 0.9}, "value", -0.1 * PLANNED),
    ],
)
def test_one_thing_that_differs_is_one_step(changes, step, amount) -> None:
    bridge = make_bridge(record(), with_factors(as_planned(record()), **changes))
    assert steps(bridge) == {step: pytest.approx(amount)}


def test_more_spend_is_worth_what_the_plans_curve_says_not_its_mean() -> None:
    """A tenth more money brings a tenth more of 3,000, not of the 4,000 that also come without any."""
    of = record()
    more = with_factors(as_planned(of), spend=1.1, clicks=1.1, conversions=4300 / 4000, revenue=4300 / 4000)
    assert steps(make_bridge(of, more)) == {"spend": pytest.approx(6 * 300.0)}


def test_dearer_clicks_are_less_money() -> None:
    """Clicks at 2.50 instead of 2.00: 1,000 buys what 800 would have, 600 less revenue a week and cell."""
    of = record()
    dearer = with_factors(as_planned(of), clicks=0.8, conversions=3400 / 4000, revenue=3400 / 4000)
    assert steps(make_bridge(of, dearer)) == {"price": pytest.approx(-6 * 600.0)}


def test_money_that_went_elsewhere_is_mix_and_adds_up_to_nothing_on_equal_curves() -> None:
    of = record()
    spend = as_planned(of).spend * np.array([[2.0], [0.0], [1.0]])
    revenue = BASE + 3.0 * spend
    moved = replace(
        as_planned(of),
        spend=spend,
        outcomes={"revenue": revenue, "conversions": revenue / 50.0, "clicks": spend / 2.0},
    )
    bridge = make_bridge(of, moved)
    assert not steps(bridge)
    assert steps(bridge, content_type="image") == {"mix": pytest.approx(6000.0)}
    assert bridge.leg(network="facebook").steps["mix"] == pytest.approx(0.0)


def test_steps_are_the_mean_over_all_orders_of_change() -> None:
    """Against every one of the 720 orders, with the product written out anew."""
    knots, brings = np.array([[0.0, 10.0, 30.0]]), np.array([[4.0, 20.0, 30.0]])
    volume = Volume(knots, 10.0 * brings, brings, np.ones(1))
    one = np.ones((1, 1))
    plan = Side(10 * one, 200 * one, 20 * one, 2 * one, one)
    actual = Side(24 * one, 231 * one, 22 * one, 3 * one, 0.8 * one)

    def revenue(came: frozenset[int]) -> float:
        spend, _mix, price, did, value, late = (k in came for k in range(6))
        money = (24.0 if spend else 10.0) * (2.0 / 3.0 if price else 1.0)
        bought = float(np.interp(money, knots[0], brings[0]))
        against = (22.0 / 0.8) / float(np.interp(16.0, knots[0], brings[0])) if did else 1.0
        return bought * against * (231.0 / 22.0 if value else 10.0) * (0.8 if late else 1.0)

    expected = np.zeros(6)
    orders = list(itertools.permutations(range(6)))
    for order in orders:
        for place, step in enumerate(order):
            before = frozenset(order[:place])
            expected[step] += (revenue(before | {step}) - revenue(before)) / len(orders)
    told = effects(plan, actual, volume)
    names = ("spend", "mix", "price", "rate", "value", "late")
    assert [float(told[name][0, 0]) for name in names] == pytest.approx(expected.tolist())
    assert sum(float(effect[0, 0]) for effect in told.values()) == pytest.approx(31.0)


def test_without_clicks_price_and_rate_are_one_step() -> None:
    of = record()
    came = with_factors(as_planned(of), conversions=0.8, revenue=0.8)
    blind = replace(came, outcomes={name: came.outcomes[name] for name in ("revenue", "conversions")})
    assert steps(make_bridge(of, blind)) == {"conversion_cost": pytest.approx(-0.2 * PLANNED)}
    bare = replace(came, outcomes={"revenue": came.outcomes["revenue"]})
    assert steps(make_bridge(of, bare)) == {"return": pytest.approx(-0.2 * PLANNED)}


def test_a_place_without_plan_is_held_against_its_curve_and_one_without_spend_is_told_apart() -> None:
    of = record()
    still = np.array([[1.0], [1.0], [0.0]])
    curves = replace(of.curves, revenue=of.curves.revenue - 2 * BASE, conversions=(of.curves.revenue - 2 * BASE) / 50.0)
    nothing = {name: replace(one, mean=one.mean * still) for name, one in of.forecasts.items()}
    idle = replace(of, spend=of.spend * still, forecasts=nothing, curves=curves)
    spent = np.array([[1000.0], [0.0], [1000.0]]) * np.ones((1, 2))
    revenue = np.array([[4000.0], [250.0], [2700.0]]) * np.ones((1, 2))
    came = replace(
        as_planned(of), spend=spent, outcomes={"revenue": revenue, "conversions": revenue / 50.0, "clicks": spent / 2.0}
    )
    bridge = make_bridge(idle, came)
    new = bridge.leg(network="tiktok").steps
    assert new["spend"] + new["mix"] == pytest.approx(2 * 2850.0)  # the mean of 3,000 and of 2,700
    assert new["rate"] == pytest.approx(-2 * 150.0)
    stopped = bridge.leg(content_type="video", network="facebook").steps
    assert stopped["without_spend"] == pytest.approx(2 * 250.0)
    assert bridge.leg().residual == 0.0


def test_late_weeks_are_a_step_of_their_own() -> None:
    of = record()
    half = with_factors(as_planned(of), conversions=0.5, revenue=0.5)
    bridge = make_bridge(of, replace(half, reported=np.full(2, 0.5)))
    assert steps(bridge) == {"late": pytest.approx(-0.5 * PLANNED)}
    assert bridge.reported == pytest.approx(0.5)
    assert any("50.0 % of the revenue" in note for note in bridge_notes(bridge))
    nothing = with_factors(as_planned(of), conversions=0.0, revenue=0.0)
    assert steps(make_bridge(of, replace(nothing, reported=np.zeros(2)))) == {"late": pytest.approx(-PLANNED)}


def test_weeks_that_have_not_come_are_left_out_on_both_sides() -> None:
    of = record()
    bridge = make_bridge(of, as_planned(of, weeks=1))
    assert bridge.leg().plan == bridge.leg().actual == PLANNED / 2
    assert (bridge.weeks, bridge.missing) == (of.weeks[:1], of.weeks[1:])
    assert [period.name for period in bridge.periods] == ["2026-11"]
    assert any(note.startswith("1 week of the plan has no actuals yet") for note in bridge_notes(bridge))
    unknown = as_planned(of)
    unknown.outcomes["revenue"][0, 0] = np.nan
    assert make_bridge(of, unknown).missing == of.weeks[:1]


@pytest.mark.parametrize("weeks", [0, 2])
def test_without_a_week_that_tells_revenue_there_is_a_sentence(weeks) -> None:
    of = record()
    came = as_planned(of, weeks=weeks)
    if weeks:
        came = replace(came, outcomes={"conversions": came.outcomes["conversions"]})
    with pytest.raises(InputError, match="there are no actuals yet of the weeks of this plan"):
        make_bridge(of, came)


def test_currency_is_the_local_amount_times_the_difference_of_the_rates() -> None:
    of = record()
    came = with_factors(as_planned(of), conversions=0.9, revenue=0.9)
    rates = Rates("USD", 1.1, {"2026-11": 1.2, "2026-12": 1.0})
    plain, bridge = make_bridge(of, came), make_bridge(of, came, rates)
    local = [plain.leg(p).actual for p in range(2)]
    assert bridge.currency == "USD"
    assert bridge.leg().plan == pytest.approx(1.1 * PLANNED)
    assert [bridge.leg(p).steps["currency"] for p in range(2)] == pytest.approx(
        [0.1 * local[0], -0.1 * local[1]], abs=0.03
    )
    assert bridge.leg().steps["rate"] == pytest.approx(1.1 * plain.leg().steps["rate"], abs=0.06)
    assert bridge.leg().residual == 0.0
    assert bridge_notes(bridge)[-1] == "Amounts are USD; the plan is taken at the budget rate of 1.1000 for 1 EUR."


@pytest.mark.parametrize(
    ("rates", "problem"),
    [
        (Rates("USD", 1.1, {"2026-11": 1.2}), "no actual rate of USD for 2026-12"),
        (Rates("USD", 1.1, {"2026-11": 1.2, "2026-12": 0.0}), "a rate is 0; it must be above 0"),
        (Rates("USD", float("nan"), {"2026-11": 1.2, "2026-12": 1.0}), "a rate is nan; it must be above 0"),
    ],
)
def test_a_rate_that_is_missing_or_no_rate_is_refused(rates, problem) -> None:
    with pytest.raises(InputError, match=problem):
        make_bridge(record(), as_planned(record()), rates)


def test_whole_currencies_have_no_cents() -> None:
    of = record()
    came = with_factors(as_planned(of), revenue=0.937)
    bridge = make_bridge(of, came, Rates("VND", 28_500.0, {"2026-11": 28_700.0, "2026-12": 28_444.0}))
    assert bridge.decimals == 0
    assert bridge.leg().residual == 0.0
    assert bridge.leg().plan == 28_500 * PLANNED


def test_the_sentence_names_the_largest_steps_with_their_sign() -> None:
    came = with_factors(as_planned(record()), conversions=0.8, revenue=0.84)
    told = bridge_sentence(make_bridge(record(), came))
    assert told == (
        "Revenue came to EUR 20,160, EUR 3,840 (16.0 %) below the plan of EUR 24,000. "
        "Largest steps: Conversion rate -EUR 4,920, Value per conversion +EUR 1,080."
    )


def test_the_file_adds_up_and_names_its_currency_in_every_row() -> None:
    cells = (Cell("facebook", "image"), Cell("=cmd()", "image"), Cell("tiktok", "video"))
    of = record(cells)
    bridge = make_bridge(of, with_factors(as_planned(of), conversions=0.8, revenue=0.84))
    header, *rows = [line.split(",") for line in bridge_csv(bridge).splitlines()]
    assert header[:3] == ["cut", "name", "plan"]
    assert header[-3:] == ["actual", "residual", "currency"]
    assert all(row[-1] == "EUR" and row[-2] == "0.00" for row in rows)
    assert ["network", "'=cmd()"] in [row[:2] for row in rows]
    for kind in ("period", "network", "content_type"):
        for place in range(2, len(header) - 1):
            total = sum(float(row[place]) for row in rows if row[0] == kind)
            assert total == pytest.approx(float(rows[0][place]))
    assert next(part.kind for part in bridge_parts(bridge)) == "total"


def test_bars_join_and_an_axis_without_0_says_so() -> None:
    drawn = waterfall(1000.0, {"spend": -50.0, "mix": 30.0}, 980.0)
    ends = [bar.end for bar in drawn.bars]
    assert ends == [1000.0, 950.0, 980.0, 980.0]
    assert [bar.start for bar in drawn.bars[1:3]] == [1000.0, 950.0]
    assert drawn.cut
    assert drawn.bars[0].start == drawn.low < 950.0
    below = waterfall(100.0, {"spend": -150.0}, -50.0)
    assert not below.cut
    assert (below.low, below.high) == (-50.0, 100.0)
