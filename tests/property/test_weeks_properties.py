"""What must hold for every weekly plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.allocation.risk import Kind, Risk, solve_risk
from optimizer.allocation.weeks import ChangeLimits, WeekBudgets, WeeklyProblem, solve_weeks
from tests.weekly import SLOPES, keeps, problem_of, values_of

SEEDS = st.integers(0, 10_000)
SIZES = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(1, 8))
SHAPES = st.sampled_from(list(SLOPES))


def in_money(problem: WeeklyProblem, factor: float) -> WeeklyProblem:
    """The same problem in another currency."""
    response, limits = problem.response, problem.limits
    if limits is not None:
        before = None if limits.before is None else limits.before * factor
        limits = ChangeLimits(limits.share, limits.money * factor, before)
    return replace(
        problem,
        response=replace(response, reference=response.reference * factor, today=response.today * factor),
        budgets=WeekBudgets(problem.budgets.period, problem.budgets.totals * factor),
        lower=problem.lower * factor,
        upper=problem.upper * factor,
        baseline=problem.baseline * factor,
        limits=limits,
    )


@given(SEEDS, SIZES, SHAPES)
@settings(max_examples=40, deadline=None)
def test_plans_keep_the_rules_and_are_worth_at_least_today(seed: int, size: tuple[int, int, int], shape: str) -> None:
    problem = replace(problem_of(seed, (size[0], max(size[1], 2), size[2]), shape), seconds=1.0)
    plan = solve_weeks(problem)
    proof = plan.certificate
    assert keeps(problem, plan.spend)
    assert keeps(problem, plan.baseline)
    assert plan.baseline_value <= proof.value <= proof.bound
    assert proof.value == pytest.approx(float(values_of(problem, plan.spend[None]).mean()), rel=1e-9)
    assert plan.horizon_value + plan.after_value == pytest.approx(proof.value, rel=1e-9)
    assert (proof.bound_prices >= 0).all()
    assert (proof.change_prices >= 0).all()
    if shape == "concave":
        assert proof.gap <= problem.tolerance


@given(SEEDS, SHAPES)
@settings(max_examples=5, deadline=None)
def test_no_plan_that_keeps_the_rules_beats_the_bound(seed: int, shape: str) -> None:
    problem = replace(problem_of(seed, (3, 3, 4), shape), seconds=0.5)
    bounds = [solve_weeks(problem).certificate.bound]
    risks = [Risk(Kind.MEAN), Risk(Kind.CVAR, 0.3), Risk(Kind.QUANTILE, 0.3)]
    bounds += [solve_risk(problem, risk).certificate.bound for risk in risks[1:]]
    rng = np.random.default_rng(seed)
    for _ in range(8):  # any plan will do: today's split of other todays
        other = replace(problem, baseline=problem.baseline * rng.lognormal(0, 1, problem.baseline.shape), seconds=0.0)
        draws = values_of(problem, solve_weeks(other).baseline[None])[0]
        for risk, bound in zip(risks, bounds, strict=True):
            assert risk.of(draws) <= bound * (1 + 1e-9)


@given(SEEDS, st.floats(-6, 6))
@settings(max_examples=15, deadline=None)
def test_other_money_gives_the_same_plan(seed: int, power: float) -> None:
    factor = 10.0**power
    problem = problem_of(seed, (4, 3, 5), "concave")
    first, second = solve_weeks(problem), solve_weeks(in_money(problem, factor))
    scale = float(first.spend.mean())
    assert second.certificate.value == pytest.approx(first.certificate.value, rel=1e-6)
    assert second.baseline / factor == pytest.approx(first.baseline, rel=1e-6, abs=1e-6 * scale)
    assert second.spend / factor == pytest.approx(first.spend, rel=1e-3, abs=1e-3 * scale)
    assert second.certificate.week_prices * factor == pytest.approx(first.certificate.week_prices, rel=1e-3)


@given(SEEDS, SHAPES, st.sampled_from(list(Kind)))
@settings(max_examples=12, deadline=None)
def test_risk_is_never_worse_than_today(seed: int, shape: str, kind: Kind) -> None:
    problem = replace(problem_of(seed, (3, 2, 6), shape), seconds=0.5)
    target = float(np.median(problem.response.value(solve_weeks(problem).spend).sum(axis=1)))
    plan = solve_risk(problem, Risk(kind, 0.3, target))
    assert keeps(problem, plan.spend)
    assert plan.baseline_value <= plan.certificate.value <= plan.certificate.bound
