"""Weekly plans and their risk against every plan on a grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, Status, solve
from optimizer.allocation.risk import Kind, Risk, solve_risk
from optimizer.allocation.weeks import WeekBudgets, solve_weeks
from optimizer.response.curves import Curves
from tests.weekly import every_plan, keeps, problem_of, values_of

STEPS = {1: 11, 2: 9, 3: 7}  # of each period's money, by the number of periods
RISKS = (
    Risk(Kind.MEAN),
    Risk(Kind.CVAR, 0.3),
    Risk(Kind.CVAR, 0.1),
    Risk(Kind.QUANTILE, 0.25),
    Risk(Kind.QUANTILE, 0.5),
)


def grid_of(seed: int, weeks: int = 3) -> tuple:
    problem = problem_of(seed, (2, weeks, 4))
    plans = every_plan(problem, STEPS[len(problem.budgets.totals)])
    return problem, plans, values_of(problem, plans)


def test_grid_by_hand_holds_all_splits_that_keep_the_rules() -> None:
    problem = replace(
        problem_of(0, (2, 2, 2)), budgets=WeekBudgets.fixed([4.0, 2.0]), lower=np.zeros((2, 2)),
        upper=np.array([[3.0, 9.0], [9.0, 9.0]]), limits=None,
    )  # fmt: skip
    plans = every_plan(problem, 2)
    assert sorted(plans[:, 0].tolist()) == [[0, 0], [0, 1], [0, 2], [2, 0], [2, 1], [2, 2]]


def test_values_by_plain_loops_are_those_of_the_response() -> None:
    for seed in range(6):
        problem, plans, values = grid_of(seed, 2)
        for plan, value in list(zip(plans, values, strict=True))[:5]:
            assert problem.response.value(plan).sum(axis=1) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("seed", range(36))
def test_weekly_plan_stands_between_grid_and_bound(seed: int) -> None:
    problem, plans, values = grid_of(seed, 2 + seed % 2)
    result = solve_weeks(problem)
    proof = result.certificate
    assert keeps(problem, result.spend)
    assert keeps(problem, result.baseline)
    assert proof.value == pytest.approx(float(values_of(problem, result.spend[None]).mean()), rel=1e-9)
    assert result.baseline_value <= proof.value <= proof.bound
    assert (proof.bound - proof.value) / proof.bound == pytest.approx(proof.gap, abs=1e-12)
    if len(plans):
        best = float(values.mean(axis=1).max())
        assert best <= proof.bound * (1 + 1e-9)
        assert best <= proof.value * (1 + 1e-6)
    if seed % 3 == 0:  # concave
        assert proof.status is Status.OPTIMAL
        assert proof.gap <= 1e-4


@pytest.mark.parametrize("seed", range(0, 12))
def test_risk_stands_between_grid_and_bound(seed: int) -> None:
    problem, plans, values = grid_of(seed, 2)
    for risk in (*RISKS, Risk(Kind.PROBABILITY, target=float(np.quantile(values.mean(axis=1), 0.9)))):
        # quantiles and probabilities take all the time they get; the others must end in theirs, on a busy machine too
        patience = 2.5 if risk.kind in (Kind.MEAN, Kind.CVAR) else 0.7
        result = solve_risk(replace(problem, seconds=patience), risk)
        proof = result.certificate
        assert keeps(problem, result.spend)
        draws = values_of(problem, result.spend[None])[0]
        assert result.draws == pytest.approx(draws, rel=1e-9)
        assert proof.value == pytest.approx(risk.of(draws), rel=1e-9)
        assert result.baseline_value <= proof.value <= proof.bound
        if len(plans):
            best = max(risk.of(draw) for draw in values)
            assert best <= proof.bound * (1 + 1e-9)
            if risk.kind in (Kind.MEAN, Kind.CVAR):
                assert best <= proof.value * (1 + 1e-5)
        if seed % 3 == 0 and risk.kind in (Kind.MEAN, Kind.CVAR):
            assert proof.gap <= problem.tolerance


@pytest.mark.parametrize("seed", range(0, 30, 3))
@pytest.mark.parametrize("tied", [True, False])
def test_the_same_every_week_is_the_split_of_the_curves(seed: int, tied: bool) -> None:
    problem = problem_of(seed, (4, 3, 6), "concave")
    response = problem.response
    weekly = float(response.today.sum())
    part = response.parts[0]
    if not tied:  # without carry-over, and with weeks alike, nothing is gained by differences between them
        demand = np.repeat(part.demand[:, :1], part.demand.shape[1], axis=1)
        part = replace(part, decay=np.zeros_like(part.decay), demand=demand)
        response = replace(response, parts=(part,))
    upper = np.full((4, 3), 0.6 * weekly)
    problem = replace(
        problem, response=response, budgets=WeekBudgets.fixed(np.full(3, weekly)), lower=0.0 * upper, upper=upper,
        baseline=np.repeat(response.today[:, None], 3, axis=1), limits=None, constant=tied, tolerance=1e-6,
    )  # fmt: skip
    knots = np.repeat(0.6 * weekly * np.linspace(0.0, 1.0, 400)[None] ** 2, 4, axis=0)
    curves = Curves.from_values(response.cells, knots, *response.constant(knots))
    split = solve(Problem(curves, weekly, Bounds(0.0 * upper[:, 0], upper[:, 0]), response.today))
    found = solve_weeks(problem)
    assert found.certificate.value == pytest.approx(split.certificate.value, rel=1e-5)
    assert found.spend.mean(axis=1) == pytest.approx(split.spend, rel=0.02, abs=0.005 * weekly)
    assert np.ptp(found.spend, axis=1).max() <= (0.0 if tied else 0.02 * weekly)
