"""What holds along every frontier and for every reverse question, found by Hypothesis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.allocation import Bounds, Problem, solve
from optimizer.allocation.frontier import budget_range, frontier, ladder
from optimizer.allocation.nearby import near_best
from optimizer.allocation.returns import spend_at_marginal_roas
from optimizer.allocation.rules import GroupLimit
from optimizer.allocation.targets import least_spend
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves

EXAMPLES = settings(max_examples=25, deadline=None)
PARTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=5)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Curves through any rising points from nothing, any minimums, money on any scale."""
    money, worth = 10.0 ** draw(st.integers(-2, 9)), 10.0 ** draw(st.integers(-3, 6))
    spend, value = [], []
    for parts in draw(st.lists(PARTS, min_size=2, max_size=4)):
        width, rise = np.array(parts).T
        spend.append(np.concatenate([[0.0], np.cumsum(width + 0.05)]) * money)
        value.append(np.concatenate([[0.0], np.cumsum(rise)]) * worth)
    most = np.array([s[-1] for s in spend])
    low = np.array(draw(st.lists(st.floats(0, 0.4), min_size=len(most), max_size=len(most))))
    curves = Curves.from_points([Cell("n", str(i)) for i in range(len(most))], spend, value)
    lower = np.where(low > 0.1, low, 0.0) * most
    today = np.array(draw(st.lists(st.floats(0, 1), min_size=len(most), max_size=len(most)))) * most
    budget = float(lower.sum() + draw(st.floats(0.05, 0.95)) * (most - lower).sum())
    return Problem(curves, budget, Bounds(lower, most), today, seconds=1.0)


@EXAMPLES
@given(problems())
def test_more_money_is_never_worth_less(problem: Problem) -> None:
    least, most = budget_range(problem)
    line = frontier(problem, least + (most - least) * np.linspace(0.1, 1.0, 6))
    slack = 1e-9 * line.bounds.max()
    assert (np.diff(line.values) >= -slack).all()
    assert (np.diff(line.bounds) >= -slack).all()
    assert (line.values <= line.bounds).all()


@EXAMPLES
@given(problems(), st.floats(0.01, 0.5))
def test_rungs_add_up_to_the_frontier(problem: Problem, share: float) -> None:
    present = solve(problem).certificate
    for rung in ladder(problem, share * problem.budget, rungs=2):
        alone = rung.allocation.certificate
        assert alone.value <= alone.bound
        assert abs(float(rung.change.sum()) - (rung.end - rung.start)) <= 1e-9 * problem.budget
        assert (alone.value >= present.value * (1 - 1e-9)) == (rung.end > problem.budget) or np.isclose(
            alone.value, present.value, rtol=1e-6
        )


@EXAMPLES
@given(problems(), st.floats(0.05, 0.95))
def test_the_least_spend_reaches_its_outcome_and_less_does_not(problem: Problem, share: float) -> None:
    least, most = budget_range(problem)
    ends = frontier(problem, [max(least, 1e-6 * most), most])
    outcome = float(ends.values[0] + share * (ends.values[1] - ends.values[0]))
    assume(outcome > ends.values[0] * (1 + 1e-6) and outcome > 0)
    answer = least_spend(problem, outcome)
    assert answer.value >= outcome * (1 - 1e-9)
    assert answer.limit <= answer.spend
    if answer.limit > least * (1 + 1e-6):
        below = solve(replace(problem, budget=answer.limit * (1 - 1e-9))).certificate
        assert below.value < outcome * (1 + 1e-9)


@EXAMPLES
@given(problems(), st.floats(0.1, 3.0), st.floats(0.0, 1.0))
def test_no_spend_nets_more_than_the_one_at_the_marginal_roas(problem: Problem, level: float, where: float) -> None:
    least, most = budget_range(problem)
    price = level * float(problem.curves.value(problem.bounds.upper).sum()) / most
    assume(price > 0)
    budget = max(least + where * (most - least), 1e-6 * most)
    other = solve(replace(problem, budget=budget)).certificate.value - price * budget
    try:
        answer = spend_at_marginal_roas(problem, price)
    except InfeasibleError:
        net = float(problem.curves.value(problem.bounds.lower).sum()) - price * least
    else:
        net = answer.value - price * answer.spend
    assert other <= net + 1e-9 * price * most


@EXAMPLES
@given(problems(), st.floats(0, 1))
def test_near_best_plans_give_away_no_more_than_allowed(problem: Problem, share: float) -> None:
    found = near_best(problem, share)
    best, own = found.best.certificate, found.allocation.certificate
    allowed = share * (best.value - found.best.baseline_value)
    assert own.value >= best.value - allowed - 1e-11 * abs(best.value)
    assert found.fewest <= len(found.moved)
    assert found.least_money_moved <= found.money_moved
    assert own.bound >= best.value


@pytest.mark.parametrize("seed", [1, 2])
def test_near_best_plans_keep_their_rules_wherever_they_end(seed: int) -> None:
    """The check of a finished plan has every cell fixed, so that there is nothing left to scale values by."""
    rng = np.random.default_rng(seed)
    for _ in range(8):
        knots = np.linspace(0.0, 1.0, 33) ** 1.5 * 2000.0
        half, most = rng.uniform(50.0, 500.0, (6, 1)), rng.uniform(1e2, 1e6, (6, 1))
        value = most * knots**2 / (knots**2 + half**2)
        slope = most * 2.0 * half**2 * knots / (knots**2 + half**2) ** 2
        cells = [Cell("n", str(c)) for c in range(6)]
        curves = Curves.from_values(cells, np.tile(knots, (6, 1)), value, slope)
        today = 1500.0 * rng.dirichlet(np.ones(6))
        rules = (GroupLimit((0, 1, 2), 0.0, 900.0),)
        problem = Problem(curves, 1500.0, Bounds(np.zeros(6), np.full(6, 2000.0)), today, rules=rules, seconds=2.0)
        found = near_best(problem, 0.02)
        assert found.allocation.spend[:3].sum() <= 900.0 + 1e-6
        lost = found.best.certificate.value - found.allocation.certificate.value
        assert lost <= 0.02 * (found.best.certificate.value - found.best.baseline_value) + 1e-9 * most.max()
