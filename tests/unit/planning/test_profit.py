"""Profit: forecast wherever a margin is known, and maximised with money left where it would not come back."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds, Status
from optimizer.errors import InputError
from optimizer.planning.assemble import Material, assemble
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.economics import WEEKS_PER_MONTH
from optimizer.planning.export import plan_csv, summary_json
from optimizer.planning.headline import headline, proof
from optimizer.planning.question import settle
from optimizer.planning.request import PlanRequest
from optimizer.planning.settings import Settings, settings_of

PRICE, WORTH = 30.0, 30.0 * 4.1  # revenue per conversion; of a week's conversions over 4 weeks and after


def plan_of(panel, response, change=NO_CHANGE, **asked):
    request = PlanRequest(**{"budget": 4800.0, "weeks": 4, **asked})
    question = settle(panel, request, change)
    return assemble(Material(panel, request, question, (response,), change=change), lambda _what, _share: None)


def profit_of(response, margin, split, production=None):
    """Margin x revenue over the plan and after, less media and production, of weekly splits (N, 3)."""
    split = np.atleast_2d(split)
    revenue = WORTH * np.array([response.weekly(one).sum() for one in split])
    kinds = [cell.content_type for cell in response.panel.cells]
    costs = np.array([(production or {}).get(kind, 0.0) for kind in kinds])
    return margin * revenue - 4 * split.sum(axis=1) - (split > 0) @ costs


def some_splits(weekly, upper, count=4000):
    rng = np.random.default_rng(0)
    split = rng.dirichlet(np.ones(4), count)[:, :3] * weekly  # the fourth part stays unspent
    split[rng.random(split.shape) < 0.3] = 0.0
    return np.minimum(split, upper)


def test_without_a_margin_nothing_is_said_of_profit(panel, response):
    plan = plan_of(panel, response)
    assert "profit" not in plan.total
    assert "margin" not in plan.run.settings


def test_profit_is_forecast_beside_any_goal(panel, response):
    settings = Settings(margin=0.4, team_per_month=100.0)
    plan, plain = plan_of(panel, response, settings=settings), plan_of(panel, response)
    team = 100.0 * 4 / WEEKS_PER_MONTH
    np.testing.assert_array_equal(plan.spend, plain.spend)
    assert list(plan.total) == ["conversions", "revenue", "profit"]
    for told, spend in ((plan.total, plan.spend), (plan.baseline_total, plan.baseline)):
        paid = spend.sum() + team
        assert told["profit"].mean == pytest.approx(0.4 * told["revenue"].mean - paid)
        assert told["profit"].low == pytest.approx(0.4 * told["revenue"].low - paid)
        assert told["profit"].high == pytest.approx(0.4 * told["revenue"].high - paid)
    assert plan.gain["profit"].mean == pytest.approx(0.4 * plan.gain["revenue"].mean)
    assert plan.carry_after["profit"].mean == pytest.approx(0.4 * plan.carry_after["revenue"].mean)
    assert plan.draws["profit"].plan.mean() == pytest.approx(plan.total["profit"].mean)
    # A cell bears its media, and neither production nor team.
    cells = plan.by_cell["profit"].mean
    np.testing.assert_allclose(cells, 0.4 * plan.by_cell["revenue"].mean - plan.spend)
    assert plan.run.settings["margin"] == 0.4
    assert plan.run.id != plain.run.id
    assert plan_csv(plan).splitlines()[0].endswith("profit,profit_low,profit_high")


def test_production_comes_off_as_soon_as_a_content_type_is_used(panel, response):
    bounds = Bounds(np.array([0.0, 0.0, 0.0]), np.array([2000.0, 2000.0, 0.0]))
    dear = Settings(margin=0.4, production={"image": 50.0, "video": 7.0})
    plan = plan_of(panel, response, settings=dear, bounds=bounds)
    free = plan_of(panel, response, settings=Settings(margin=0.4), bounds=bounds)
    assert plan.total["profit"].mean == pytest.approx(
        0.4 * plan.total["revenue"].mean - plan.spend.sum() - 50.0, abs=0.1
    )
    assert free.total["profit"].mean - plan.total["profit"].mean == pytest.approx(50.0, abs=0.5)


@pytest.mark.parametrize("margin", [0.2, 0.3, 0.5, 1.0])
def test_the_plan_for_profit_is_the_best_and_the_proof_holds(panel, response, margin):
    plan = plan_of(panel, response, goal="profit", settings=Settings(margin=margin))
    proven, weekly = plan.allocation.certificate, plan.spend.mean(axis=1)
    assert proven.status is Status.OPTIMAL
    assert proven.value == pytest.approx(profit_of(response, margin, weekly)[0], abs=0.05)
    splits = some_splits(1200.0, plan.bounds.upper)
    assert (profit_of(response, margin, splits) <= proven.bound + 0.05).all()
    assert profit_of(response, margin, splits).max() > 0.5 * proven.bound  # the splits are no straw men
    assert plan.unspent == pytest.approx(4800.0 - plan.spend.sum())
    assert plan.allocation.unspent == pytest.approx(plan.unspent / 4)
    # Money is left only where the last of it brings back what it costs: margin x marginal revenue = 1.
    inside = (weekly > 1) & (weekly < plan.bounds.upper - 1)
    cap, half = np.array([40.0, 90.0, 60.0]), np.array([400.0, 500.0, 300.0])
    marginal = margin * WORTH / 4 * cap * half / (weekly + half) ** 2
    if plan.unspent > 0.1:
        np.testing.assert_allclose(marginal[inside], 1.0, atol=1e-3)
        assert proven.price == pytest.approx(0.0, abs=1e-3)
    else:
        assert (marginal[inside] > 1.0).all()
    np.testing.assert_allclose(
        np.array([move.marginal for move in plan.moves])[inside], marginal[inside] - 1, atol=0.01
    )


def test_what_is_not_worth_spending_stays_unspent_and_is_said(panel, response):
    plan = plan_of(panel, response, goal="profit", settings=Settings(margin=0.3))
    assert 500 < plan.unspent < 4000
    finding = next(one for one in plan.findings if one.rule == "unspent")
    assert finding.text.startswith(f"EUR {plan.unspent:,.0f} of the budget of EUR 4,800 stay unspent")
    assert f"today's split of EUR 4,800 and leaves EUR {plan.unspent:,.0f} of it unspent" in headline(plan)
    assert proof(plan).startswith("No split of up to EUR 1,200 a week under these bounds can add more than EUR")
    assert json.loads(summary_json(plan))["unspent"] == pytest.approx(plan.unspent)
    np.testing.assert_allclose(plan.baseline.sum(), 4800.0)  # today's split spends all of it
    stopped, cut = plan.moves[:2]
    assert (stopped.plan, cut.plan > 0, cut.change < 0) == (0, True, True)
    assert stopped.reason.startswith("Stopped: the last EUR 100 cost more than they bring here: EUR -87.1 profit")
    assert cut.reason.startswith("The last EUR 100 cost more than they bring here: EUR -")
    assert plan.gain["profit"].mean > 0
    rich = plan_of(panel, response, goal="profit", settings=Settings(margin=1.0))
    assert rich.unspent == 0
    assert not any(one.rule == "unspent" for one in rich.findings)
    assert json.loads(summary_json(rich))["unspent"] == 0
    assert "unspent" not in json.loads(summary_json(plan_of(panel, response)))


def test_nothing_is_spent_where_nothing_comes_back(panel, response):
    plan = plan_of(panel, response, goal="profit", settings=Settings(margin=0.001))
    assert plan.spend.sum() == 0
    assert plan.unspent == 4800.0
    proven = plan.allocation.certificate
    assert (proven.status, proven.value, proven.price) == (Status.OPTIMAL, 0.0, 0.0)
    assert proven.gap == 0.0
    assert "leaves EUR 4,800 of it unspent" in headline(plan)


def test_a_budget_past_the_maximums_stays_unspent_for_profit(panel, response):
    bounds = Bounds(np.zeros(3), np.array([300.0, 300.0, 300.0]))
    plan = plan_of(panel, response, goal="profit", settings=Settings(margin=1.0), bounds=bounds)
    np.testing.assert_allclose(plan.spend, 300.0)
    np.testing.assert_allclose(plan.baseline, 300.0)
    assert plan.unspent == pytest.approx(4800.0 - 3600.0)


@pytest.mark.parametrize("costs", [{"reel": 900.0}, {"image": 600.0, "video": 400.0}, {"video": 1e6}])
def test_production_is_weighed_against_what_a_content_type_brings(panel, response, costs):
    settings = Settings(margin=0.5, production=costs)
    plan = plan_of(panel, response, goal="profit", settings=settings)
    proven, weekly = plan.allocation.certificate, plan.spend.mean(axis=1)
    assert proven.value == pytest.approx(profit_of(response, 0.5, weekly, costs)[0], abs=0.1)
    splits = some_splits(1200.0, plan.bounds.upper)
    assert (profit_of(response, 0.5, splits, costs) <= proven.bound + 0.1).all()
    best = max(_best_of(response, 0.5, used, costs) for used in product((0, 1), repeat=3))
    assert proven.value == pytest.approx(best, rel=2e-4)
    assert proven.gap < 1e-3
    assert [rule.label for rule in proven.rules] == [f"production of {name}" for name in costs]


def _best_of(response, margin, used, costs):
    """Best profit of the content types in use, by climbing the marginal return in small steps."""
    cap, half = np.array([40.0, 90.0, 60.0]), np.array([400.0, 500.0, 300.0])
    most = np.array([1800.0, 900.0, 300.0]) * used
    split, step = np.zeros(3), 0.25
    while split.sum() < 1200.0:
        marginal = np.where(split + step <= most, margin * WORTH * cap * half / (split + half) ** 2 - 4, -1.0)
        if marginal.max() <= 0:
            break
        split[np.argmax(marginal)] += step
    kinds = [cell.content_type for cell in response.panel.cells]
    return profit_of(response, margin, split)[0] - sum(
        costs.get(kind, 0.0) for kind, on in zip(kinds, used, strict=True) if on
    )


def test_production_under_revenue_counts_at_the_margin(panel, response):
    kept = plan_of(panel, response, settings=Settings(margin=0.5, production={"video": 10.0}))
    dropped = plan_of(panel, response, settings=Settings(margin=0.5, production={"video": 2000.0}))
    assert kept.spend[2].sum() > 0
    assert dropped.spend[2].sum() == 0
    plain = plan_of(panel, response)
    lost = plain.allocation.certificate.value - kept.allocation.certificate.value
    assert lost == pytest.approx(10.0 / 0.5, rel=1e-3)
    # It brings less revenue than today's split, and is chosen for what it saves.
    assert dropped.gain["revenue"].mean < 0
    assert dropped.gain["profit"].mean > 0


def test_production_under_value_counts_as_it_is(panel, response):
    class Valued(type(response)):
        def curves(self, upper, weeks, goal):
            return super().curves(upper, weeks, "conversions")

        def forecast(self, spend):
            told = super().forecast(spend)
            return {"value": told["conversions"], **told}

    settings = Settings(outcomes={"conversions": 1.0}, production={"video": 3.0})
    plan = plan_of(panel, Valued(panel), settings=settings)
    plain = plan_of(panel, Valued(panel), settings=Settings(outcomes={"conversions": 1.0}))
    lost = plain.allocation.certificate.value - plan.allocation.certificate.value
    assert lost == pytest.approx(3.0, rel=1e-3)


@pytest.mark.parametrize(
    ("asked", "settings", "message"),
    [
        ({"goal": "profit"}, None, "goal profit needs margins and costs, which a history does not hold; give margin"),
        ({}, Settings(production={"video": 5}), "production costs are weighed against the margin of revenue, which is"),
        ({"goal": "conversions"}, Settings(margin=0.5, production={"video": 5}), "production costs are money and the "
         "goal is conversions; plan for profit, revenue or value, or leave the production costs out."),
        ({}, Settings(margin=0.5, production={"vdeo": 5}), "settings, key production.vdeo: the history has no content "
         "type vdeo; did you mean video?"),
    ],
)  # fmt: skip
def test_what_cannot_be_weighed_is_refused(panel, response, asked, settings, message):
    with pytest.raises(InputError) as told:
        plan_of(panel, response, settings=settings, **asked)
    assert str(told.value).startswith(message)


def test_profit_without_revenue_is_refused(panel, response):
    panel = replace(panel, outcomes={"conversions": panel.outcomes["conversions"]})
    with pytest.raises(InputError, match="goal profit needs revenue, which the history does not have"):
        plan_of(panel, response, goal="profit", settings=Settings(margin=0.5))


def test_a_scenario_adds_its_costs(panel, response):
    settings = Settings(margin=0.5, production={"video": 10.0})
    change = Change(team_cost=70.0, production_cost={"video": 5.0, "image": 2.0})
    plan, plain = plan_of(panel, response, change, settings=settings), plan_of(panel, response, settings=settings)
    np.testing.assert_array_equal(plan.spend, plain.spend)
    assert plain.total["profit"].mean - plan.total["profit"].mean == pytest.approx(77.0)
    assert plan.run.settings["production"] == {"video": 15.0, "image": 2.0}
    with pytest.raises(InputError, match="team cost comes off profit, and profit needs the margin of revenue"):
        plan_of(panel, response, Change(team_cost=70.0))


def test_without_a_response_todays_split_is_kept_for_profit_too(panel, response):
    plan = plan_of(panel, replace(response, responsive=False), goal="profit", settings=Settings(margin=0.2))
    np.testing.assert_array_equal(plan.spend, plan.baseline)
    assert plan.unspent == 0


def test_an_agency_that_takes_a_share_of_media_makes_every_unit_dearer(panel, response):
    finance = {"agency_share": 0.25, "agency_per_month": 60.0, "tools_per_month": 40.0}
    dear = settings_of({"margin": 0.4, "finance": finance})
    plan, plain = (plan_of(panel, response, settings=one, goal="profit") for one in (dear, Settings(margin=0.4)))
    assert plan.budget < plain.budget
    paid = 1.25 * plan.spend.sum() + 100.0 * 4 / WEEKS_PER_MONTH
    assert plan.total["profit"].mean == pytest.approx(0.4 * plan.total["revenue"].mean - paid)
    weekly = plan.spend.mean(axis=1)
    splits = some_splits(1200.0, plan.bounds.upper)
    best = (profit_of(response, 0.4, splits) - splits.sum(axis=1)).max()  # a quarter more for each of the 4 weeks
    assert profit_of(response, 0.4, weekly)[0] - weekly.sum() >= best - 1e-6 * abs(best)
    assert plan.allocation.certificate.gap < 1e-6
