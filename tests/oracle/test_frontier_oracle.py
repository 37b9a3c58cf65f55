"""Frontier, ladder and reverse questions against brute force, and what must hold for every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Problem, Status, solve
from optimizer.allocation.frontier import budget_range, frontier, ladder
from optimizer.allocation.returns import spend_at_cpa, spend_at_marginal_roas, spend_at_roas
from optimizer.allocation.targets import least_spend
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Floats

MakeProblem = Callable[..., Problem]
Oracle = Callable[[Problem, int], tuple[float, Floats] | None]
SEEDS = range(12)  # two of each kind


def budgets_of(problem: Problem, count: int = 12) -> Floats:
    least, most = budget_range(problem)
    return least + (most - least) * np.linspace(0.0, 1.0, count + 1)[1:]


def best_on_grid(problem: Problem, oracle: Oracle, budget: float) -> float:
    found = oracle(replace(problem, budget=float(budget)), 60)
    return found[0] if found is not None else -np.inf


@pytest.mark.parametrize("seed", SEEDS)
def test_the_frontier_rises_and_stands_between_oracle_and_bound(
    seed: int, oracle: Oracle, make_problem: MakeProblem
) -> None:
    problem = make_problem(seed, (2, 5))
    line = frontier(problem, budgets_of(problem)[::-1])
    assert (np.diff(line.budgets) > 0).all()
    assert (np.diff(line.values) >= -1e-9 * np.abs(line.values[1:])).all()
    assert (line.values <= line.bounds).all()
    assert (line.values >= line.baselines * (1 - 1e-12)).all()
    assert line.spend.sum(axis=1) == pytest.approx(line.budgets, rel=1e-12)
    for budget, value, bound in zip(line.budgets, line.values, line.bounds, strict=True):
        grid = best_on_grid(problem, oracle, budget)
        assert grid <= bound * (1 + 1e-12)
        assert grid <= value + 1e-6 * abs(bound)


@pytest.mark.parametrize("seed", range(1, 24, 6))
def test_where_curves_are_concave_prices_fall_along_the_frontier(seed: int, make_problem: MakeProblem) -> None:
    problem = make_problem(seed)
    line = frontier(problem, budgets_of(problem))
    assert (np.diff(line.prices) <= 1e-9 * line.prices[0]).all()
    # A price is the slope: what the next hundredth of the money brings lies between the prices at both its ends.
    rises = np.diff(line.values) / np.diff(line.budgets)
    slack = 1e-6 * line.prices[0]
    assert (rises <= line.prices[:-1] + slack).all()
    assert (rises >= line.prices[1:] - slack).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_rungs_lead_from_plan_to_plan(seed: int, make_problem: MakeProblem) -> None:
    # time enough on a busy machine: a search cut short stands elsewhere than the one that begins the ladder
    problem = replace(make_problem(seed), seconds=60.0)
    step = 0.07 * problem.budget
    rungs = ladder(problem, step, rungs=3)
    present = solve(problem)
    for up in (True, False):
        at, spend, value = problem.budget, present.spend, present.certificate.value
        for rung in (r for r in rungs if (r.end > r.start) is up):
            assert rung.start == at
            assert abs(rung.end - rung.start) <= step * (1 + 1e-12)
            assert rung.change.sum() == pytest.approx(rung.end - rung.start, rel=1e-6)
            assert spend + rung.change == pytest.approx(rung.allocation.spend, rel=1e-9, abs=1e-9 * problem.budget)
            assert value + rung.gain == pytest.approx(rung.allocation.certificate.value, rel=1e-9)
            alone = solve(replace(problem, budget=rung.end)).certificate
            assert rung.allocation.certificate.value >= alone.value * (1 - 1e-8)
            assert rung.proven[0] <= rung.gain <= rung.proven[1]
            assert rung.gain >= rung.gain_in_place - 1e-8 * abs(value)
            at, spend, value = rung.end, rung.allocation.spend, rung.allocation.certificate.value


@pytest.mark.parametrize("seed", range(1, 24, 6))
def test_on_concave_curves_no_rung_rearranges_and_returns_fall(seed: int, make_problem: MakeProblem) -> None:
    rungs = ladder(make_problem(seed), make_problem(seed).budget * 0.05, rungs=4)
    assert [rung.rearranged for rung in rungs] == [0.0] * len(rungs)
    returns = [rung.per_unit for rung in sorted(rungs, key=lambda rung: rung.start + rung.end)]
    assert (np.diff(returns) <= 1e-6 * max(returns)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_least_spend_is_what_a_search_over_budgets_finds(seed: int, oracle: Oracle, make_problem: MakeProblem) -> None:
    problem = make_problem(seed, (2, 5))
    line = frontier(problem, budgets_of(problem))
    outcome = float(line.values[0] + 0.6 * (line.values[-1] - line.values[0]))
    answer = least_spend(problem, outcome)
    assert answer.value >= outcome * (1 - 1e-11)
    assert answer.allocation.spend.sum() == pytest.approx(answer.spend, rel=1e-9)
    assert answer.limit <= answer.spend
    if (line.bounds - line.values <= 1e-9 * line.bounds).all():
        assert answer.limit >= answer.spend * (1 - 3e-6)
    # Nothing on the grid reaches it below the proven limit.
    for budget in np.linspace(0.3, 1.0 - 1e-9, 6) * answer.limit:
        if budget > budget_range(problem)[0] * (1 + 1e-9):
            assert best_on_grid(problem, oracle, budget) < outcome


@pytest.mark.parametrize("seed", SEEDS)
def test_marginal_roas_leaves_nothing_worth_its_money(seed: int, make_problem: MakeProblem) -> None:
    problem = make_problem(seed)
    line = frontier(problem, budgets_of(problem, 20))
    price = float((line.values[-1] - line.values[0]) / (line.budgets[-1] - line.budgets[0]))
    answer = spend_at_marginal_roas(problem, price / 4, weeks=4)
    assert answer.total_spend == 4 * answer.spend
    net = answer.value - price * answer.spend
    slack = 1e-9 * abs(answer.value)
    assert (line.values - price * line.budgets <= net + slack + line.bounds - line.values).all()
    assert answer.allocation.certificate.status is Status.OPTIMAL
    assert answer.allocation.certificate.gap <= 1e-9
    # It is the largest of those: more money by a hundredth earns less than asked for.
    if answer.spend * 1.01 < line.budgets[-1]:
        more = solve(replace(problem, budget=answer.spend * 1.01)).certificate
        assert more.bound - answer.value <= 0.01 * price * answer.spend * (1 + 1e-6) + 1e-4 * more.bound


@pytest.mark.parametrize("seed", SEEDS)
def test_no_larger_budget_has_the_return_asked_for(seed: int, make_problem: MakeProblem) -> None:
    problem = make_problem(seed)
    line = frontier(problem, budgets_of(problem, 24))
    returns = line.values / line.budgets
    asked = float(0.3 * returns[-1] + 0.7 * returns.max())
    answer = spend_at_roas(problem, asked / 2, weeks=2)
    assert answer.value >= asked * answer.spend * (1 - 1e-8)
    assert answer.spend <= answer.limit * (1 + 1e-9)
    beyond = line.budgets > answer.limit * (1 + 1e-6)
    assert (returns[beyond] < asked).all()
    assert answer.spend >= line.budgets[returns >= asked].max(initial=0.0) * (1 - 1e-4)
    assert spend_at_cpa(problem, 2 / asked, weeks=2).spend == pytest.approx(answer.spend, rel=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_targets_out_of_reach_say_what_the_most_is(seed: int, make_problem: MakeProblem) -> None:
    problem = make_problem(seed)
    line = frontier(problem, budgets_of(problem, 24))
    with pytest.raises(InfeasibleError, match=r"^no budget within the bounds brings .*; the most is .* a week\.$"):
        least_spend(problem, float(line.bounds[-1]) * 1.01)
    best = float((line.bounds / line.budgets).max())
    least, most = budget_range(problem)
    if least > 1e-3 * most:  # else the return of the first money may be anything
        first = float(np.max(problem.curves.value(problem.bounds.lower).sum() / least))
        with pytest.raises(InfeasibleError, match=r"^no spend within the bounds has a ROAS of .*; the best is "):
            spend_at_roas(problem, 1.5 * max(best, first))
    steepest = max(float(problem.curves.start.max()), float(problem.curves.end.max()))
    with pytest.raises(InfeasibleError, match=r"the first money.* brings at most "):
        spend_at_marginal_roas(problem, 1.01 * steepest)
