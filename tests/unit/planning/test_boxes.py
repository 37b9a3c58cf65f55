"""Largest share and largest step: kept, priced, and solved as exactly as bounds are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation.problem import Bounds, Problem, Status
from optimizer.allocation.rules import ChangeLimit, Diversification, Lock
from optimizer.allocation.solve import solve
from optimizer.errors import InfeasibleError, InputError
from optimizer.planning.assemble import Material, assemble
from optimizer.planning.boxes import solve_boxed
from optimizer.planning.question import settle
from optimizer.planning.request import PlanRequest
from tests.oracle.conftest import random_problem


def plan_of(panel, response, **asked):
    request = PlanRequest(**{"budget": 4800.0, "weeks": 4, **asked})
    return assemble(Material(panel, request, settle(panel, request), (response,)), lambda _what, _share: None)


def test_no_cell_gets_more_than_the_largest_share(panel, response):
    free, plan = plan_of(panel, response), plan_of(panel, response, largest_share=0.45)
    weekly = plan.spend.mean(axis=1)
    assert free.spend.mean(axis=1).max() > 0.5 * 1200
    assert weekly.max() == pytest.approx(0.45 * 1200, abs=0.02)
    assert plan.spend.sum() == pytest.approx(4800.0)
    (state,) = plan.allocation.certificate.rules
    assert (state.label, state.binds) == ("largest share of a cell", True)
    lost = free.allocation.certificate.value - plan.allocation.certificate.value
    assert state.cost == pytest.approx(lost, rel=1e-3)
    assert state.cost <= state.cost_most
    assert state.price > 0
    held = plan.moves[int(np.argmax(weekly))]
    assert held.reason.startswith("Held at its maximum of EUR 540 a week: ")
    idle = plan_of(panel, response, largest_share=0.9).allocation.certificate
    assert (idle.rules[0].binds, idle.rules[0].cost, idle.rules[0].price) == (False, 0.0, 0.0)
    assert idle.value == pytest.approx(free.allocation.certificate.value)


def test_no_cell_moves_further_than_the_largest_step(panel, response):
    plan = plan_of(panel, response, largest_step=0.1)
    today = np.array([720.0, 360.0, 120.0])  # today's split at this budget
    change = plan.spend.mean(axis=1) - today
    allowed = np.maximum(0.1 * today, 0.1 * 360.0)  # or as much as the step of the cell in the middle
    assert (np.abs(change) <= allowed + 0.01).all()
    assert np.abs(change).max() == pytest.approx(72.0, abs=0.01)
    still = plan_of(panel, response, largest_step=0.0)
    np.testing.assert_allclose(still.spend.mean(axis=1), today, atol=0.01)


def test_a_cell_without_spend_may_start_with_a_usual_step(panel, response):
    panel = replace(panel, spend=np.array([[600.0], [300.0], [0.0]]) * np.ones(20))
    plan = plan_of(panel, replace(response, panel=panel, today=np.array([600.0, 300.0, 0.0])), largest_step=0.1)
    start = plan.spend[2].mean()
    assert 0 < start <= 0.1 * 600.0 + 0.01  # the usual cell has 450 of 900 a week, which is 600 of 1,200


def test_locked_cells_stand_above_share_and_step(panel, response):
    plan = plan_of(panel, response, bounds={"facebook/image": (800.0, 800.0)}, largest_share=0.3, largest_step=0.3)
    np.testing.assert_allclose(plan.spend[0], 800.0)  # two thirds of the budget, and 80 more than today's split


def test_a_clash_is_named(panel, response):
    with pytest.raises(InfeasibleError, match="largest share of a cell"):
        plan_of(panel, response, largest_share=0.2)


def test_for_profit_the_share_is_of_what_is_spent(panel, response):
    from optimizer.planning.settings import Settings

    asked = {"goal": "profit", "settings": Settings(margin=0.35)}
    free, plan = plan_of(panel, response, **asked), plan_of(panel, response, largest_share=0.4, **asked)
    assert free.unspent > 0
    weekly = plan.spend.mean(axis=1)
    assert (weekly <= 0.4 * weekly.sum() + 0.02).all()
    assert 0 < weekly.sum() < 1200


@pytest.mark.parametrize(("name", "value"), [("largest_share", 0.0), ("largest_share", 1.5), ("largest_step", -0.1)])
def test_what_cannot_be_is_refused(name, value):
    with pytest.raises(InputError, match=name.replace("_", " ")):
        PlanRequest(budget=100.0, weeks=2, **{name: value})


@pytest.mark.parametrize("seed", range(12))
def test_boxes_give_what_rules_give(seed):
    """The programme that any rule can be given to is the judge; it works to a tolerance."""
    problem = random_problem(seed, (4, 8))
    rng = np.random.default_rng(seed)
    cells, ends = len(problem.curves.cells), problem.curves.knots[:, -1]
    upper = np.minimum(problem.bounds.upper, ends)
    bounds = Bounds(np.minimum(problem.bounds.lower, 0.1 * upper), upper)
    budget = float(0.5 * (bounds.lower.sum() + upper.sum()))
    rules = (
        Diversification(tuple(range(1, cells)), float(rng.uniform(1.5, 3.0)) / cells),
        ChangeLimit(tuple(range(1, cells)), float(rng.uniform(0.5, 2.0)), always=0.2 * budget),
        Lock(0, float(0.5 * (bounds.lower[0] + upper[0]))),
    )
    problem = Problem(problem.curves, budget, bounds, 0.5 * upper, rules=rules, price_rules=False)
    try:
        judge = solve(problem)
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            solve_boxed(problem)
        return
    folded, mine = solve_boxed(problem)
    scale = abs(judge.certificate.bound)
    assert mine.certificate.value >= judge.certificate.value - 1e-9 * scale
    assert mine.certificate.value <= judge.certificate.bound + 1e-9 * scale
    assert (mine.spend >= folded.bounds.lower - 1e-9 * budget).all()
    assert (mine.spend <= folded.bounds.upper + 1e-9 * budget).all()
    for place, state in enumerate(mine.certificate.rules):
        without = solve(replace(problem, rules=rules[:place] + rules[place + 1 :])).certificate
        assert state.cost == pytest.approx(max(without.value - mine.certificate.value, 0.0), abs=3e-4 * scale)
        assert without.value <= mine.certificate.value + state.cost_most + 1e-9 * scale
    assert mine.certificate.status is Status.OPTIMAL
