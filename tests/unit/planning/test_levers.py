"""Levers agree with the plans that are made when they are pulled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds, Problem
from optimizer.allocation.rules import GroupLimit
from optimizer.errors import InfeasibleError, InputError
from optimizer.history import load_history
from optimizer.history.panel import Cell
from optimizer.planning.change import Change
from optimizer.planning.frontier_view import draw_frontier
from optimizer.planning.ground import Ground, ground_of
from optimizer.planning.levers import Lever, frontier_view, next_money, rules_of, target_question, tornado
from optimizer.planning.next_money import climb_budget
from optimizer.planning.request import PlanRequest
from optimizer.planning.settings import settings_of
from optimizer.planning.studio import answer, open_studio
from optimizer.planning.tornado import moved
from optimizer.planning.why import why_not_less, why_not_more
from optimizer.response.curves import Curves
from optimizer.response.weekly import WeeklyPart, WeeklyResponse

BUDGET, WEEKS = 12_000.0, 4
REQUEST = PlanRequest(budget=BUDGET, weeks=WEEKS)


@pytest.fixture(scope="module")
def studio(history_file):
    return open_studio(load_history(history_file), REQUEST)


@pytest.fixture(scope="module")
def view(studio):
    return frontier_view(studio, REQUEST)


@pytest.fixture(scope="module")
def margin(view):
    """The margin at which the asked budget is where money stops paying."""
    return round(1.0 / float(view.marginal[view.asked]), 3)


# The frontier -------------------------------------------------------------------------------------------------------


def test_the_frontier_holds_the_plans_of_its_budgets(studio, view):
    assert len(view.budgets) == 25
    assert view.budgets[view.asked] == BUDGET
    assert view.budgets[0] == pytest.approx(0.4 * BUDGET)
    assert view.budgets[-1] == pytest.approx(2.0 * BUDGET)
    for place in (0, 5, view.asked, 17, 24):
        plan = answer(studio, replace(REQUEST, budget=float(view.budgets[place])))
        proven = plan.allocation.certificate
        assert view.value[place] == pytest.approx(proven.value, rel=2e-3)
        assert view.today[place] == pytest.approx(plan.allocation.baseline_value, rel=2e-3)
        drawn = plan.draws["revenue"]
        assert view.total[place] == pytest.approx(drawn.plan.mean(), rel=2e-3)
        assert view.today_total[place] == pytest.approx(drawn.baseline.mean(), rel=2e-3)
        assert view.total_low[place] == pytest.approx(np.percentile(drawn.plan, 5), rel=5e-3)
        assert view.total_high[place] == pytest.approx(np.percentile(drawn.plan, 95), rel=5e-3)
        np.testing.assert_allclose(view.spend[place].sum(), plan.spend.mean(axis=1).sum(), rtol=1e-9)


def test_the_frontier_rises_under_its_bound_and_its_slope_is_the_return_of_the_next_money(view):
    assert (np.diff(view.value) > 0).all()
    assert (view.value <= view.bound).all()
    assert (view.value <= view.bound).all()
    assert (view.bound - view.value <= 2e-3 * view.bound).all()
    assert ((view.low < view.value) & (view.value < view.high)).all()
    assert (view.today <= view.value).all()
    slope = np.gradient(view.value, view.budgets)
    np.testing.assert_allclose(view.marginal[1:-1], slope[1:-1], rtol=0.05)


def test_the_range_ends_with_the_maximums(studio):
    most = np.full(len(studio.panel.cells), 900.0)
    view = frontier_view(studio, replace(REQUEST, bounds=Bounds(most / 3, most)))
    least, room = most.sum() / 3 * WEEKS, most.sum() * WEEKS
    assert (view.budgets[0], view.budgets[-1]) == (pytest.approx(max(least, 0.4 * BUDGET)), pytest.approx(room))
    assert any("maximums leave no room" in note for note in view.notes)
    assert (view.spend <= 900.0 * (1 + 1e-9)).all()


def test_cells_without_a_limit_may_get_more_than_the_asked_budget(studio):
    cells = len(studio.panel.cells)
    open_ended = Bounds(np.zeros(cells), np.array([np.inf] + [1.0] * (cells - 1)))
    view = frontier_view(studio, replace(REQUEST, bounds=open_ended))
    assert view.budgets[-1] == pytest.approx(2.0 * BUDGET)
    assert view.spend[-1, 0] > BUDGET / WEEKS


def test_rules_that_forbid_small_budgets_end_the_range_and_are_named(studio):
    rule = GroupLimit((0, 1), minimum=2000.0, label="facebook and reels")
    view = frontier_view(studio, replace(REQUEST, rules=(rule,)))
    assert view.budgets[0] >= 2000.0 * WEEKS
    assert view.budgets[0] < BUDGET
    assert any("facebook and reels" in note and "range begins" in note for note in view.notes)
    assert (view.spend[:, :2].sum(axis=1) >= 2000.0 * (1 - 1e-6)).all()
    with pytest.raises(InfeasibleError):
        frontier_view(studio, replace(REQUEST, rules=(GroupLimit((0, 1), minimum=4000.0),)))


def test_largest_share_and_step_grow_with_the_budget(studio):
    asked = replace(REQUEST, largest_share=0.35, largest_step=0.3)
    view = frontier_view(studio, asked)
    assert len(view.budgets) == 25
    assert (view.spend <= 0.35 * view.spend.sum(axis=1, keepdims=True) * (1 + 1e-9)).all()
    plan = answer(studio, asked)
    assert view.value[view.asked] == pytest.approx(plan.allocation.certificate.value, rel=2e-3)
    assert tornado(studio, asked).base.mean == pytest.approx(plan.draws["revenue"].plan.mean(), rel=2e-3)
    step = next_money(studio, asked).up[0]
    more = answer(studio, replace(asked, budget=step.end))
    gained = more.allocation.certificate.value - plan.allocation.certificate.value
    assert step.brings == pytest.approx(gained, rel=0.05)


def test_a_change_moves_the_frontier_as_it_moves_the_plan(studio, view):
    change = Change(price={"": 0.25}, off=("tiktok",))
    dear = frontier_view(studio, REQUEST, change)
    plan = answer(studio, REQUEST, change)
    assert dear.total[dear.asked] == pytest.approx(plan.draws["revenue"].plan.mean(), rel=2e-3)
    assert dear.value[dear.asked] < view.value[view.asked]


# The next money -----------------------------------------------------------------------------------------------------


def test_each_step_brings_the_difference_of_two_plans(studio):
    found = next_money(studio, REQUEST, rungs=3)
    assert found.step == 200.0
    assert [step.money for step in found.up] == pytest.approx([200.0] * 3)
    assert [step.money for step in found.down] == pytest.approx([-200.0] * 3)
    for step in (*found.up, *found.down):
        before, after = (
            answer(studio, replace(REQUEST, budget=round(budget, 2))).allocation.certificate.value
            for budget in (step.start, step.end)
        )
        assert step.brings == pytest.approx(after - before, rel=0.05)
        assert step.proven[0] - 1e-6 <= step.brings <= step.proven[1] + 1e-6
        assert sum(amount for _, amount in step.cells) == pytest.approx(step.money, rel=0.15)
    assert found.up[0].per_unit < found.down[0].per_unit
    assert str(found.up[0].sentence).startswith(
        "The next 200 go to" if not studio.panel.currency else "The next EUR 200"
    )
    assert "from EUR 12,200 to EUR 12,400" in found.up[1].sentence
    assert found.note == ""
    assert found.stops is None


def test_money_stops_paying_where_revenue_times_margin_falls_below_it(studio, margin):
    asked = replace(REQUEST, settings=settings_of({"margin": margin}))
    found = next_money(studio, asked, step=2_000.0)
    assert found.stops is not None
    at = draw_frontier(ground_of(studio, replace(asked, budget=found.stops)))
    assert at.marginal[at.asked] * margin == pytest.approx(1.0, rel=0.02)
    for step in (*found.up, *found.down):
        assert step.pays is (abs(step.per_unit) * margin > 1.0)
    profit = answer(studio, replace(asked, goal="profit", budget=2.0 * BUDGET))
    assert profit.budget == pytest.approx(found.stops, rel=0.01)
    assert "Money pays up to a budget of EUR" in found.note


def test_money_that_would_not_come_back_stays_unspent(studio, margin):
    asked = replace(REQUEST, settings=settings_of({"margin": margin}), goal="profit", budget=2.0 * BUDGET)
    found = next_money(studio, asked, step=500.0)
    assert [str(step.sentence) for step in found.up] == [
        "The next EUR 500 would stay unspent: nothing here would bring them back."
    ]
    plan, view = answer(studio, asked), frontier_view(studio, asked)
    assert found.stops == pytest.approx(plan.budget, rel=1e-3)
    assert view.total[view.asked] == pytest.approx(plan.draws["profit"].plan.mean(), rel=5e-3)
    assert view.spend[-1].sum() * WEEKS == pytest.approx(plan.budget, rel=1e-3)
    for cell, move in zip(plan.cells, plan.moves, strict=True):
        assert "so they stay unspent" in why_not_more(plan, cell)
        if move.plan > 0:
            assert "would not bring back what they cost elsewhere" in why_not_less(plan, cell)


def test_profit_takes_off_what_a_plan_costs(studio):
    settings = settings_of({"margin": 0.4, "team_per_month": 900, "production": {"video": 300}})
    asked = replace(REQUEST, settings=settings, goal="profit")
    plan, view = answer(studio, asked), frontier_view(studio, asked)
    drawn = plan.draws["profit"]
    assert view.total[view.asked] == pytest.approx(drawn.plan.mean(), rel=2e-3)
    assert view.total_low[view.asked] == pytest.approx(np.percentile(drawn.plan, 5), rel=5e-3)
    rules = rules_of(studio, asked)
    assert [rule.label for rule in rules] == [state.label for state in plan.allocation.certificate.rules]
    assert why_not_more(plan, plan.cells[0], rules)


def test_a_threshold_makes_the_plan_jump_and_says_so():
    cells = [Cell("facebook", "image"), Cell("tiktok", "video")]
    curves = Curves.from_points(cells, [[0, 100, 400], [0, 110, 111, 400]], [[0, 200, 210], [0, 1, 400, 410]])
    problem = Problem(curves, 80.0, Bounds(np.zeros(2), np.full(2, 400.0)), np.ones(2))
    one = np.ones((2, 2))
    part = WeeklyPart(one, one, one, one, one, np.ones((2, 9)))
    ground = Ground(
        problem, WeeklyResponse(tuple(cells), 1, np.ones(2), np.ones(2), (part,)), np.zeros(2), "revenue", "EUR"
    )
    step = climb_budget(ground, 40.0, 1).up[0]
    assert step.rearranged == pytest.approx(80.0 - 9.0, abs=2.0)
    assert step.in_place < step.brings
    assert "tiktok/video" in str(step.sentence).split(" and bring")[0]
    assert "The plan is rearranged for it: EUR 71 more come from facebook/image." in step.sentence


@pytest.mark.parametrize("step", [0.0, -5.0, float("nan"), float("inf")])
def test_a_step_must_be_a_number_above_0(studio, step):
    with pytest.raises(InputError, match="step"):
        next_money(studio, REQUEST, step=step)


# Which budget reaches a total ---------------------------------------------------------------------------------------


def test_the_budget_that_reaches_a_total_does_and_less_does_not(studio):
    plan = answer(studio, REQUEST)
    wanted = 1.08 * plan.total["revenue"].mean
    found = target_question(studio, REQUEST, wanted)
    assert found.budget is not None
    assert found.limit is not None
    there = answer(studio, replace(REQUEST, budget=found.budget))
    assert there.total["revenue"].mean >= wanted * (1 - 1e-4)
    assert found.total.mean == pytest.approx(there.total["revenue"].mean, rel=1e-3)
    less = answer(studio, replace(REQUEST, budget=round(0.99 * found.budget, 2)))
    assert less.total["revenue"].mean < wanted
    assert 0.97 * found.budget < found.limit <= found.budget
    assert found.chance == pytest.approx(np.mean(there.draws["revenue"].plan >= wanted), abs=0.03)
    assert f"{found.budget:,.0f}" in found.sentence


def test_a_total_out_of_reach_says_what_the_most_is(studio):
    found = target_question(studio, REQUEST, 1e9)
    assert found.budget is None
    most = frontier_view(studio, REQUEST).total[-1]
    assert found.total.mean >= most * (1 - 1e-9)
    assert "No budget within the bounds reaches" in found.sentence


def test_a_total_that_comes_without_spend_says_so(studio):
    found = target_question(studio, REQUEST, 1.0)
    assert found.budget == 0.0
    assert "without any spend" in found.sentence


def test_under_rules_the_smallest_budget_may_be_enough(studio):
    rule = GroupLimit((0, 1), minimum=2000.0, label="reels")
    plan = answer(studio, REQUEST)
    found = target_question(studio, replace(REQUEST, rules=(rule,)), 0.9 * plan.total["revenue"].mean)
    assert found.budget is not None
    assert found.budget >= 8000.0
    assert found.limit is None


def test_what_is_wanted_must_be_a_number(studio):
    with pytest.raises(InputError, match="total"):
        target_question(studio, REQUEST, float("nan"))


# The tornado --------------------------------------------------------------------------------------------------------


def test_levers_do_what_plans_with_them_pulled_say(studio):
    found = tornado(studio, REQUEST)
    base = answer(studio, REQUEST)
    assert found.base.mean == pytest.approx(base.draws["revenue"].plan.mean(), rel=1e-3)
    assert [row.size for row in found.rows] == sorted((row.size for row in found.rows), reverse=True)
    kinds = {(row.lever.kind, row.lever.network) for row in found.rows}
    networks = {cell.network for cell in studio.panel.cells}
    assert kinds == {
        *((kind, "") for kind in ("budget", "price", "rate", "worth")),
        *((kind, network) for kind in ("price", "off") for network in networks),
    }
    for row in found.rows:
        for share, told in ((-0.1, row.low), (0.1, row.high)):
            if told is None:
                assert (row.lever.kind, share) == ("off", 0.1)
                continue
            asked = replace(REQUEST, budget=BUDGET * (1 + share)) if row.lever.kind == "budget" else REQUEST
            plan = answer(studio, asked, moved(Change(), row.lever, share))
            apart = plan.draws["revenue"].plan - base.draws["revenue"].plan
            slack = 1e-3 * found.base.mean
            assert told.mean == pytest.approx(apart.mean(), abs=slack)
            assert told.low == pytest.approx(np.percentile(apart, 5), abs=2 * slack)
            assert told.high == pytest.approx(np.percentile(apart, 95), abs=2 * slack)


def test_levers_come_on_top_of_a_change(studio):
    change = Change(price={"": 0.2}, off=("facebook",))
    found = tornado(studio, REQUEST, change)
    row = next(row for row in found.rows if row.lever == Lever("price", "tiktok"))
    base, dear = (answer(studio, REQUEST, one) for one in (change, moved(change, row.lever, 0.1)))
    apart = (dear.draws["revenue"].plan - base.draws["revenue"].plan).mean()
    assert row.high.mean == pytest.approx(apart, abs=1e-3 * found.base.mean)
    assert not any(row.lever.network == "facebook" for row in found.rows)


def test_a_lever_that_does_nothing_to_the_goal_is_left_out(studio):
    found = tornado(studio, replace(REQUEST, goal="conversions"))
    assert "worth" not in {row.lever.kind for row in found.rows}


def test_a_side_that_bounds_do_not_allow_says_why(studio):
    most = np.full(len(studio.panel.cells), BUDGET / WEEKS / len(studio.panel.cells) * 1.01)
    found = tornado(studio, replace(REQUEST, bounds=Bounds(np.zeros_like(most), most)))
    rows = {(row.lever.kind, row.lever.network): row for row in found.rows}
    assert rows["budget", ""].high is None
    assert rows["budget", ""].low is not None
    assert "maximums" in rows["budget", ""].problem
    assert rows["off", "tiktok"].low is None


def test_profit_has_levers_too(studio):
    asked = replace(REQUEST, settings=settings_of({"margin": 0.4, "team_per_month": 900}), goal="profit")
    found = tornado(studio, asked)
    base = answer(studio, asked)
    assert found.base.mean == pytest.approx(base.draws["profit"].plan.mean(), rel=2e-3)
    row = next(row for row in found.rows if row.lever == Lever("rate"))
    more = answer(studio, asked, Change(rate={"": 0.1}))
    apart = (more.draws["profit"].plan - base.draws["profit"].plan).mean()
    assert row.high.mean == pytest.approx(apart, abs=2e-3 * found.base.mean)


def test_rules_hold_when_levers_move(studio):
    rule = GroupLimit((3,), maximum_share=0.05, label="video")
    found = tornado(studio, replace(REQUEST, rules=(rule,)))
    row = next(row for row in found.rows if row.lever == Lever("off", "tiktok"))
    free = next(row for row in tornado(studio, REQUEST).rows if row.lever == Lever("off", "tiktok"))
    assert abs(free.low.mean) > abs(row.low.mean)


# What stands against figures ----------------------------------------------------------------------------------------


def test_figures_that_rest_on_averages_or_on_the_mean_say_so(studio):
    ground = ground_of(studio, REQUEST)
    assert ground.note == ""
    silent = replace(ground, responsive=False)
    assert any("no response to spend" in note for note in draw_frontier(silent).notes)
    assert "no response to spend" in climb_budget(silent, rungs=1).note
    careful = ground_of(studio, replace(REQUEST, risk="careful"))
    assert any("careful" in note for note in draw_frontier(careful).notes)
    assert "careful" in tornado(studio, replace(REQUEST, risk="careful")).note


def test_the_draws_of_a_ground_are_those_of_its_weekly_response(studio):
    ground = ground_of(studio, REQUEST)
    splits = np.array([[100.0, 500.0, 0.0, 300.0], [900.0, 20.0, 700.0, 0.0]])
    total, value = ground.draws(splits)
    for split, own_total, own_value in zip(splits, total, value, strict=True):
        weekly = np.repeat(split[:, None], WEEKS, axis=1)
        np.testing.assert_allclose(own_value, ground.weekly.value(weekly).sum(axis=1), rtol=1e-9)
        expected = studio.models[0].forecast(weekly)["revenue"].expected.sum(axis=(1, 2))
        np.testing.assert_allclose(own_total, expected, rtol=1e-9)
