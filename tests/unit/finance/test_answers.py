"""Answers and swings of a real fit, held against the statement, the definitions and a forecast made otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.finance.answers import answers_of, full_cost, lacking
from optimizer.finance.definitions import DEFINITIONS
from optimizer.finance.figures import Figure, Swing
from optimizer.finance.forecast import MoneyForecast, forecast_money
from optimizer.finance.sensitivity import swings_of
from optimizer.finance.statement import Statement, make_statement
from optimizer.history import load_history
from optimizer.planning.change import Change
from optimizer.planning.plan import Plan
from optimizer.planning.request import PlanRequest
from optimizer.planning.settings import settings_of
from optimizer.planning.studio import Studio, answer, open_studio

SETTINGS = {
    "margin": 0.4,
    "team_per_month": 1000,
    "finance": {
        "agency_share": 0.1,
        "hurdle_rate": 0.15,
        "new_customers": 0.5,
        "customer_contribution_per_month": 6,
        "retention_per_month": 0.9,
        "months": 12,
    },
    "incrementality": {"facebook": {"factor": 0.8, "low": 0.6, "high": 1.0}},
}
BUDGET, WEEKS = 40_000.0, 4


@dataclass(frozen=True)
class Case:
    """A plan in money."""

    studio: Studio
    request: PlanRequest
    plan: Plan
    money: MoneyForecast
    statement: Statement
    answers: tuple[Figure, ...]

    def get(self, key: str, network: str = "", content_type: str = "") -> Figure:
        """The one figure of a key and place."""
        where = (key, network, content_type)
        found = [one for one in self.answers if (one.key, one.network, one.content_type) == where]
        assert len(found) == 1, where
        return found[0]


def made(studio: Studio, plan: Plan | None = None, **changes: object) -> Case:
    """The plan in money under settings."""
    settings = settings_of({**SETTINGS, **changes})
    request = PlanRequest(budget=BUDGET, weeks=WEEKS, goal="revenue", settings=settings)
    plan = answer(studio, request) if plan is None else plan
    money = forecast_money(studio, request, plan)
    statement = make_statement(money)
    return Case(studio, request, plan, money, statement, answers_of(studio, request, plan, money, statement))


@pytest.fixture(scope="module")
def studio(short_sample: Path) -> Studio:
    request = PlanRequest(budget=BUDGET, weeks=WEEKS, goal="revenue", settings=settings_of(SETTINGS))
    return open_studio(load_history(short_sample), request)


@pytest.fixture(scope="module")
def case(studio: Studio) -> Case:
    return made(studio)


def test_every_answer_has_its_definition_and_is_given_once(case: Case):
    keys = [(one.key, one.network, one.content_type) for one in case.answers]
    assert len(keys) == len(set(keys))
    assert {one.key for one in case.answers} <= set(DEFINITIONS)


def test_ratios_are_those_of_the_statement(case: Case):
    rows = case.statement.rows()
    media, result = -rows["media"].plan, rows["marketing_contribution"]
    cost = -(rows["media"].plan + rows["team"].plan + rows["agency"].plan)
    assert full_cost(case.statement) == pytest.approx(cost, abs=1e-9)
    assert case.get("roas").value == pytest.approx(rows["attributed_revenue"].plan / media, rel=1e-6)
    assert case.get("iroas").value == pytest.approx(rows["incremental_revenue"].plan / media, rel=1e-6)
    assert case.get("roi").value == pytest.approx(result.plan / cost, rel=1e-12)
    assert case.get("income_effect").value == result.difference
    assert case.get("break_even_roas").value == pytest.approx(2.5)
    assert case.get("loaded_break_even_roas").value == pytest.approx((1 + (cost - media) / media) / 0.4)
    assert case.get("stop_roas").value == pytest.approx(1.15 * 1.1 / 0.4)
    assert case.get("cpa").value == pytest.approx(media / case.plan.total["conversions"].mean, rel=1e-6)


def test_intervals_are_of_the_draws_of_the_statement(case: Case):
    drawn = case.statement.total_draws("marketing_contribution")
    returns = drawn / full_cost(case.statement)
    roi = case.get("roi")
    assert (roi.low, roi.high) == pytest.approx(tuple(np.percentile(returns, (5, 95))))
    assert case.get("chance_above_hurdle").value == (returns > 0.15).mean()
    assert case.get("loss_at_5").value == pytest.approx(np.percentile(drawn, 5), abs=0.005)
    for one in case.answers:
        if math.isfinite(one.low) and math.isfinite(one.high):
            assert one.low <= one.value <= one.high, one


def test_an_experiments_doubt_widens_what_is_incremental_alone(studio: Studio, case: Case):
    sure = made(studio, case.plan, incrementality={"facebook": 0.8})
    of = {key: [one.get(key).high - one.get(key).low for one in (sure, case)] for key in ("roas", "iroas", "roi")}
    assert of["roas"][0] == of["roas"][1]
    assert of["iroas"][0] < of["iroas"][1]
    assert of["roi"][0] < of["roi"][1]
    assert sure.get("iroas").value == pytest.approx(case.get("iroas").value, rel=1e-12)


def test_the_effect_on_income_is_free_of_the_noise_of_single_weeks(case: Case):
    effect, result = case.get("income_effect"), case.statement.amounts("marketing_contribution")
    assert result.low < result.plan < result.high
    gained = (case.money.incremental(case.money.plan) - case.money.incremental(case.money.baseline)).sum(axis=(1, 2))
    spread = 0.4 * (np.percentile(gained, 95) - np.percentile(gained, 5))
    assert effect.high - effect.low == pytest.approx(spread)


def test_marginal_return_is_that_of_the_moves(studio: Studio, case: Case):
    plain = made(studio, case.plan, incrementality={})
    for move in case.plan.moves:
        if move.plan > 0.0:
            told = plain.get("marginal_roas", move.cell.network, move.cell.content_type)
            assert told.value == pytest.approx(move.marginal, rel=0.02), move.cell


def test_marginal_return_of_the_plan_is_what_a_little_more_of_it_brings(case: Case):
    more = replace(case.plan, spend=1.01 * case.plan.spend)
    beyond = forecast_money(case.studio, case.request, more)
    factor = case.money.terms.factor

    def brought(money: MoneyForecast) -> float:
        revenue = money.plan.revenue
        return float(factor @ (revenue.expected.sum(axis=2) + revenue.after).mean(axis=0))

    gained = (brought(beyond) - brought(case.money)) / (0.01 * case.plan.spend.sum())
    assert case.get("marginal_roas").value == pytest.approx(gained, rel=0.01)
    assert case.get("marginal_roas", "facebook").value < 0.85 * case.get("marginal_roas", "instagram").value


def test_customers(case: Case):
    money = case.money
    gained = money.plan.conversions.expected - money.idle.conversions.expected  # type: ignore[union-attr]
    new = 0.5 * float(money.terms.factor @ gained.mean(axis=0).sum(axis=1))
    assert case.get("cac").value == pytest.approx(full_cost(case.statement) / new, rel=1e-9)
    assert case.get("payback").value == pytest.approx(case.get("cac").value / 6)
    assert case.get("ltv").value == pytest.approx(6 * (1 - 0.9**12) / 0.1)


def test_what_needs_an_input_that_nobody_gave_is_left_out(studio: Studio, case: Case):
    bare = made(studio, case.plan, finance={})
    assert not {"cac", "payback", "ltv"} & {one.key for one in bare.answers}
    assert lacking(bare.request.read_settings(), True) == {
        "cac": ("new_customers",),
        "payback": ("new_customers", "customer_contribution_per_month"),
        "ltv": ("customer_contribution_per_month", "retention_per_month"),
    }
    assert lacking(case.request.read_settings(), True) == {}
    assert lacking(case.request.read_settings(), False)["cpa"] == ("conversions",)


def test_a_place_without_money_says_what_the_first_would_bring(studio: Studio, case: Case):
    spend = case.plan.spend.copy()
    spend[0] = 0.0
    without = made(studio, replace(case.plan, spend=spend))
    cell = case.plan.cells[0]
    told = without.get("marginal_roas", cell.network, cell.content_type)
    assert math.isfinite(told.value)
    assert told.value >= case.get("marginal_roas", cell.network, cell.content_type).value * 0.5


def test_nothing_spent_has_no_ratios(studio: Studio, case: Case):
    idle = made(studio, replace(case.plan, spend=np.zeros_like(case.plan.spend)))
    assert math.isnan(idle.get("roas").value)
    assert not [one for one in idle.answers if one.network and one.key == "roas"]


def test_a_worth_makes_revenue_of_conversions(short_sample: Path):
    table = pd.read_csv(short_sample).drop(columns="revenue")
    history = load_history(table.to_csv(index=False).encode(), name="bare.csv")
    settings = settings_of({**SETTINGS, "outcomes": {"conversions": 20.0}})
    request = PlanRequest(budget=BUDGET, weeks=WEEKS, goal="conversions", settings=settings)
    bare = open_studio(history, request)
    plan = answer(bare, request)
    money = forecast_money(bare, request, plan)
    statement = make_statement(money)
    given = {one.key: one for one in answers_of(bare, request, plan, money, statement) if not one.network}
    counted = plan.total["conversions"].mean
    assert statement.amounts("attributed_revenue").plan == pytest.approx(20 * counted, abs=0.1)
    assert given["roas"].value * given["cpa"].value == pytest.approx(20.0, rel=1e-6)
    swings = swings_of(bare, request, plan, money)
    assert swing(swings, "worth").high == pytest.approx(swing(swings, "rate").high, abs=0.02)
    assert swing(swings, "worth").high > 0


# Swings ---------------------------------------------------------------------------------------------------------------


def swing(found: tuple[Swing, ...], key: str, network: str = "") -> Swing:
    (one,) = (one for one in found if (one.key, one.network) == (key, network))
    return one


@pytest.fixture(scope="module")
def swings(case: Case) -> tuple[Swing, ...]:
    return swings_of(case.studio, case.request, case.plan, case.money)


def test_the_longest_swing_comes_first(swings: tuple[Swing, ...]):
    sizes = [max(abs(one.low), abs(one.high)) for one in swings]
    assert sizes == sorted(sizes, reverse=True)
    assert {one.key for one in swings} == {"margin", "price", "rate", "worth", "incrementality"}


def test_swings_are_what_the_statement_would_say(studio: Studio, case: Case, swings: tuple[Swing, ...]):
    usual = case.statement.amounts("marketing_contribution").plan
    richer = made(studio, case.plan, margin=0.44).statement.amounts("marketing_contribution").plan
    assert swing(swings, "margin").high == pytest.approx(richer - usual, abs=0.1)
    dearer = make_statement(forecast_money(studio, case.request, case.plan, Change(price={"": 0.1})))
    told = swing(swings, "price")
    assert told.high == pytest.approx(dearer.amounts("marketing_contribution").plan - usual, abs=0.1)
    assert told.low > 0 > told.high
    better = make_statement(forecast_money(studio, case.request, case.plan, Change(rate={"": 0.1})))
    assert swing(swings, "rate").high == pytest.approx(better.amounts("marketing_contribution").plan - usual, abs=0.1)


def test_incrementality_moves_to_the_ends_of_its_own_range(studio: Studio, case: Case, swings: tuple[Swing, ...]):
    usual = case.statement.amounts("marketing_contribution").plan
    own = swing(swings, "incrementality", "facebook")
    assert (own.low_input, own.high_input) == pytest.approx((0.75, 1.25))
    least = made(studio, case.plan, incrementality={"facebook": 0.6}).statement.amounts("marketing_contribution").plan
    assert own.low == pytest.approx(least - usual, abs=0.1)
    other = swing(swings, "incrementality", "instagram")
    assert (other.low_input, other.high_input) == (0.9, 1.1)


def test_without_ranges_incrementality_moves_for_all_at_once(studio: Studio, case: Case):
    plain = made(studio, case.plan, incrementality={"facebook": 0.8})
    found = swings_of(studio, plain.request, case.plan, plain.money)
    assert swing(found, "incrementality").high == swing(found, "worth").high


def test_no_more_than_all_of_revenue_can_stay(studio: Studio, case: Case):
    rich = made(studio, case.plan, margin=0.95)
    told = swing(swings_of(studio, rich.request, case.plan, rich.money), "margin")
    assert told.high_input == pytest.approx(1 / 0.95)
