"""Measures of risk by hand, plans by them, and the line between mean and risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Status
from optimizer.allocation.ascent import Tail
from optimizer.allocation.paths import Paths
from optimizer.allocation.risk import Kind, Risk, efficient_line, solve_risk
from optimizer.allocation.weeks import WeekBudgets, WeeklyProblem, solve_weeks
from optimizer.errors import InputError
from tests.weekly import response_of


@pytest.fixture(scope="module")
def problem() -> WeeklyProblem:
    """Four concave cells that differ in how sure they are, three weeks."""
    response = response_of(np.random.default_rng(11), (4, 3, 40), "concave")
    part = response.parts[0]
    sure = np.array([0.05, 0.2, 0.5, 1.0])
    worth = np.exp(sure * np.random.default_rng(12).standard_normal(part.worth.shape)) * (1.0 + 0.2 * sure)
    response = replace(response, parts=(replace(part, worth=worth, slope=0.0 * part.slope + 0.7),))
    today = np.repeat(response.today[:, None], 3, axis=1)
    budgets = WeekBudgets.fixed(today.sum(axis=0))
    return WeeklyProblem(response, budgets, 0.0 * today, 3.0 * today, today)


@pytest.mark.parametrize(
    ("risk", "value"),
    [
        (Risk(Kind.MEAN), 5.5),
        (Risk(Kind.CVAR, 0.2), 1.5),
        (Risk(Kind.CVAR, 0.25), (1 + 2 + 0.5 * 3) / 2.5),
        (Risk(Kind.CVAR, 1.0), 5.5),
        (Risk(Kind.CVAR, 0.01), 1.0),
        (Risk(Kind.QUANTILE, 0.2), 3.0),
        (Risk(Kind.QUANTILE, 0.05), 1.0),
        (Risk(Kind.QUANTILE, 0.95), 10.0),
        (Risk(Kind.PROBABILITY, target=8.0), 0.3),
        (Risk(Kind.PROBABILITY, target=11.0), 0.0),
    ],
)
def test_measures_by_hand(risk: Risk, value: float) -> None:
    draws = np.random.default_rng(0).permutation(np.arange(1.0, 11.0))
    assert risk.of(draws) == pytest.approx(value)


def test_the_rounded_tail_nears_the_exact_one_from_below(problem: WeeklyProblem) -> None:
    paths, today = Paths.of(problem.response), problem.baseline
    exact = Risk(Kind.CVAR, 0.1).of(paths.total(today))
    rounded = [Tail(paths, 0.1, width).value(today) for width in (10.0, 1.0, 0.1, 0.001)]
    assert all(a <= b for a, b in zip(rounded, [*rounded[1:], exact], strict=True))
    assert rounded[-1] == pytest.approx(exact, rel=1e-4)


def test_the_slope_of_the_tail_is_that_of_finite_differences(problem: WeeklyProblem) -> None:
    goal, today = Tail(Paths.of(problem.response), 0.2, 0.5, 0.3), problem.baseline
    look = goal.look(today)
    rng = np.random.default_rng(0)
    assert look.directions is not None
    for _ in range(5):
        way = rng.normal(size=today.shape) * today
        up, down = goal.value(today + 1e-4 * way), goal.value(today - 1e-4 * way)
        assert float((look.gradient * way).sum()) == pytest.approx((up - down) / 2e-4, rel=1e-5)
        bend = np.einsum("ci,cij,cj", way, look.curvature, way)
        bend -= float((np.tensordot(look.directions, way, axes=2) ** 2).sum())
        twice = (goal.look(today + 1e-4 * way).gradient - goal.look(today - 1e-4 * way).gradient) * way
        assert bend == pytest.approx(float(twice.sum()) / 2e-4, rel=1e-4)
    assert look.tangent >= Risk(Kind.CVAR, 0.2).of(Paths.of(problem.response).total(today)) * 0.7


def test_the_mean_by_risk_is_the_weekly_plan(problem: WeeklyProblem) -> None:
    plan, by_risk = solve_weeks(problem), solve_risk(problem, Risk(Kind.MEAN))
    assert by_risk.certificate.value == pytest.approx(plan.certificate.value, rel=1e-4)
    assert by_risk.certificate.mean == pytest.approx(by_risk.certificate.value)


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("level", [0.1, 0.03, 0.6])
def test_cvar_is_proven_best_and_better_than_that_of_the_mean(
    problem: WeeklyProblem, level: float, constant: bool
) -> None:
    problem = replace(problem, constant=constant)
    risk = Risk(Kind.CVAR, level)
    plan = solve_risk(problem, risk)
    assert plan.certificate.status is Status.OPTIMAL
    mean = solve_weeks(problem)
    other = risk.of(problem.response.value(mean.spend).sum(axis=1))
    assert plan.certificate.value >= other
    assert plan.certificate.mean <= mean.certificate.bound
    if constant:
        assert np.ptp(plan.spend, axis=1).max() == 0.0


@pytest.mark.parametrize("level", [0.1, 0.5])
def test_quantile_is_at_least_that_of_the_cvar_plan(problem: WeeklyProblem, level: float) -> None:
    risk = Risk(Kind.QUANTILE, level)
    plan = solve_risk(problem, risk)
    assert plan.certificate.value >= risk.of(solve_risk(problem, Risk(Kind.CVAR, level)).draws) * (1 - 1e-9)
    assert plan.certificate.value <= plan.certificate.bound


def test_probability_rises_and_sure_and_hopeless_targets_are_proven(problem: WeeklyProblem) -> None:
    today = problem.response.value(problem.baseline).sum(axis=1)
    middle = solve_risk(problem, Risk(Kind.PROBABILITY, target=float(np.quantile(today, 0.6))))
    assert middle.certificate.value >= middle.baseline_value
    assert 0.0 < middle.certificate.value <= middle.certificate.bound <= 1.0
    sure = solve_risk(problem, Risk(Kind.PROBABILITY, target=float(today.min())))
    assert (sure.certificate.value, sure.certificate.bound, sure.certificate.gap) == (1.0, 1.0, 0.0)
    never = solve_risk(problem, Risk(Kind.PROBABILITY, target=100.0 * float(today.max())))
    assert (never.certificate.value, never.certificate.bound) == (0.0, 0.0)
    assert never.spend == pytest.approx(never.baseline)


def test_the_line_gives_mean_for_risk(problem: WeeklyProblem) -> None:
    line = efficient_line(replace(problem, tolerance=1e-6), points=5)
    assert [point.weight for point in line] == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0])
    means, risks = np.array([point.mean for point in line]), np.array([point.risk for point in line])
    assert (np.diff(means) <= 1e-5 * means[0]).all()
    assert (np.diff(risks) >= -1e-5 * risks[0]).all()
    assert means[0] > means[-1]
    assert risks[-1] > risks[0]
    assert means[0] == pytest.approx(solve_weeks(problem).certificate.value, rel=1e-3)
    assert risks[-1] == pytest.approx(solve_risk(problem, Risk(Kind.CVAR, 0.1)).certificate.value, rel=1e-3)
    for point in line:
        assert point.certificate.gap <= 1e-3
        assert point.certificate.value == pytest.approx(point.weight * point.mean + (1 - point.weight) * point.risk)


@pytest.mark.parametrize(
    ("risk", "says"),
    [
        (Risk(Kind.CVAR, 0.0), "the level is 0.0"),
        (Risk(Kind.CVAR, 1.5), "at most 1"),
        (Risk(Kind.QUANTILE, 1.0), "below 1"),
        (Risk(Kind.PROBABILITY, target=float("nan")), "the target is nan"),
    ],
)
def test_wrong_levels_and_targets_get_a_sentence(problem: WeeklyProblem, risk: Risk, says: str) -> None:
    with pytest.raises(InputError, match=says):
        solve_risk(problem, risk)
    with pytest.raises(InputError, match="the line has 1 points"):
        efficient_line(problem, points=1)
