"""Weekly plans: their lines, prices, what binds, and what is asked wrongly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import Status
from optimizer.allocation.weeks import ChangeLimits, WeekBudgets, WeeklyProblem, carry_in_by_week, solve_weeks
from optimizer.errors import InfeasibleError, InputError
from tests.weekly import problem_of, response_of, values_of

INF = np.full(3, np.inf)


@pytest.fixture(scope="module")
def problem() -> WeeklyProblem:
    """Three concave cells, five weeks, one budget for all weeks, changes of at most 20 %."""
    response = response_of(np.random.default_rng(1), (3, 5, 20), "concave")
    today = np.repeat(response.today[:, None], 5, axis=1)
    limits = ChangeLimits(np.full(3, 0.2), INF, response.today)
    return WeeklyProblem(response, WeekBudgets.free(float(today.sum()), 5), 0.0 * today, 3.0 * today, today, limits)


def test_lines_add_up_with_the_weeks_of_the_response(problem: WeeklyProblem) -> None:
    plan = solve_weeks(problem)
    by_week = problem.response.value_by_week(plan.spend).sum(axis=1).mean(axis=0)
    assert plan.horizon_value == pytest.approx(by_week[:5].sum(), rel=1e-12)
    assert plan.after_value == pytest.approx(by_week[5:].sum(), rel=1e-12)
    assert plan.horizon_value + plan.after_value == pytest.approx(plan.certificate.value, rel=1e-12)
    assert plan.after_value > 0


def test_carry_in_is_what_the_past_brings_without_a_plan(problem: WeeklyProblem) -> None:
    response = problem.response
    part = response.parts[0]
    fresh = replace(response, parts=(replace(part, carry_in=0.0 * part.carry_in),))
    nothing = np.zeros((3, 5))
    carried = carry_in_by_week(response)
    assert carried.shape == (20, 3, 5)
    assert carry_in_by_week(fresh) == pytest.approx(0.0)
    plan = solve_weeks(problem)
    assert plan.carry_in_value == pytest.approx(carried.sum(axis=(1, 2)).mean())
    # spending a trace in a world without a past is worth what the past would have brought less
    with_past = response.value_by_week(plan.spend)[..., :5] + carried
    rise = with_past - fresh.value_by_week(plan.spend)[..., :5]
    assert (rise >= -1e-9).all()
    assert response.value(nothing) == pytest.approx(0.0)


def test_money_moves_to_the_weeks_in_which_it_is_worth_more() -> None:
    response = response_of(np.random.default_rng(2), (3, 4, 10), "concave")
    part = response.parts[0]
    demand = part.demand.copy()
    demand[:, 2] *= 3.0
    response = replace(response, parts=(replace(part, demand=demand),))
    today = np.repeat(response.today[:, None], 4, axis=1)
    free = WeeklyProblem(response, WeekBudgets.free(float(today.sum()), 4), 0 * today, 5 * today, today)
    plan = solve_weeks(free)
    weekly = plan.spend.sum(axis=0)
    assert weekly[2] == weekly.max()
    fixed = solve_weeks(replace(free, budgets=WeekBudgets.fixed(today.sum(axis=0))))
    assert fixed.certificate.value < plan.certificate.value
    assert np.argmax(fixed.certificate.week_prices) == 2


@pytest.mark.parametrize("kind", ["free", "fixed"])
def test_prices_are_what_more_money_brings(problem: WeeklyProblem, kind: str) -> None:
    budgets = problem.budgets if kind == "free" else WeekBudgets.fixed(problem.baseline.sum(axis=0))
    problem = replace(problem, budgets=budgets, tolerance=1e-7)
    plan = solve_weeks(problem)
    for m in range(len(budgets.totals)):
        step = 1e-3 * budgets.totals[m] * np.eye(len(budgets.totals))[m]
        values = [
            solve_weeks(replace(problem, budgets=replace(budgets, totals=budgets.totals + sign * step)))
            for sign in (1, -1)
        ]
        rise = (values[0].certificate.value - values[1].certificate.value) / (2 * step[m])
        week = int(np.flatnonzero(budgets.period == m)[0])
        assert plan.certificate.week_prices[week] == pytest.approx(rise, rel=0.02)


def test_bound_prices_are_what_a_wider_bound_brings(problem: WeeklyProblem) -> None:
    tight = replace(problem, upper=1.15 * problem.baseline, limits=None, tolerance=1e-7)
    plan = solve_weeks(tight)
    held = np.argwhere(plan.certificate.at_upper)
    assert len(held)
    c, k = held[int(np.argmax(plan.certificate.bound_prices[tuple(held.T)]))]
    wider = tight.upper.copy()
    wider[c, k] *= 1.002
    gain = solve_weeks(replace(tight, upper=wider)).certificate.value - plan.certificate.value
    assert plan.certificate.bound_prices[c, k] == pytest.approx(gain / (wider - tight.upper)[c, k], rel=0.03)


def test_change_prices_are_what_a_wider_limit_brings(problem: WeeklyProblem) -> None:
    limits = ChangeLimits(INF, np.full(3, 10.0), problem.response.today)
    tight = replace(problem, limits=limits, tolerance=1e-7)
    plan = solve_weeks(tight)
    proof = plan.certificate
    assert (proof.at_rise | proof.at_fall).any()
    moved = np.abs(np.diff(np.concatenate([problem.response.today[:, None], plan.spend], axis=1), axis=1))
    assert moved[proof.at_rise | proof.at_fall] == pytest.approx(10.0)
    wider = solve_weeks(replace(tight, limits=replace(limits, money=np.full(3, 10.05))))
    gain = (wider.certificate.value - proof.value) / 0.05
    assert proof.change_prices.sum() == pytest.approx(gain, rel=0.03)


def test_cells_that_nothing_holds_bring_the_same_per_unit(problem: WeeklyProblem) -> None:
    plan = solve_weeks(replace(problem, limits=None, tolerance=1e-8))
    proof = plan.certificate
    inside = ~(proof.at_upper | proof.at_lower) & (plan.spend > 1e-3 * plan.spend.mean())
    assert proof.marginal[inside] == pytest.approx(np.broadcast_to(proof.week_prices, inside.shape)[inside], rel=1e-3)


def test_today_is_kept_where_nothing_is_to_be_gained(problem: WeeklyProblem) -> None:
    locked = replace(problem, lower=problem.baseline, upper=problem.baseline)
    plan = solve_weeks(locked)
    assert (plan.spend == plan.baseline).all()
    assert plan.certificate.status is Status.OPTIMAL
    assert plan.certificate.gap <= 1e-9


def test_no_time_gives_a_plan_with_an_honest_gap() -> None:
    problem = replace(problem_of(2, (2, 3, 4), "s_shaped"), seconds=0.0)
    plan = solve_weeks(problem)
    assert plan.certificate.value >= plan.baseline_value
    slow = solve_weeks(replace(problem, seconds=20.0))
    assert slow.certificate.value <= plan.certificate.bound * (1 + 1e-9)
    assert values_of(problem, slow.spend[None]).mean() == pytest.approx(slow.certificate.value)


def test_same_split_every_week(problem: WeeklyProblem) -> None:
    plan = solve_weeks(replace(problem, constant=True))
    assert np.ptp(plan.spend, axis=1).max() == 0.0
    assert plan.certificate.value <= solve_weeks(problem).certificate.bound


def spoiled(array: np.ndarray, value: float) -> np.ndarray:
    changed = array.copy()
    changed[1, 2] = value
    return changed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: {"lower": spoiled(p.lower, np.nan)}, "the minimum of network/type1 in week 3 is nan"),
        (lambda p: {"upper": spoiled(p.upper, -1.0)}, "the maximum of network/type1 in week 3 is -1.00"),
        (lambda p: {"baseline": p.baseline[:, :2]}, "today's spend has the shape"),
        (lambda p: {"lower": spoiled(p.lower, 1e9)}, "the minimum of network/type1 in week 3 is 1,000,000,000.00 and"),
        (lambda p: {"budgets": WeekBudgets.free(-1.0, 5)}, "a budget is -1.00"),
        (lambda p: {"budgets": WeekBudgets.free(100.0, 4)}, "4 weeks in 1 periods"),
        (lambda p: {"budgets": WeekBudgets.periods([0, 0, 2, 2, 2], [1.0, 1.0])}, "5 weeks in 2 periods"),
        (lambda p: {"limits": ChangeLimits(np.full(3, -0.1), INF)}, "largest change, as a share,"),
        (lambda p: {"tolerance": 2.0}, "tolerance is 2.0"),
        (lambda p: {"seconds": -1.0}, "seconds is -1.0"),
    ],
)
def test_wrong_questions_get_a_sentence(problem: WeeklyProblem, change: object, says: str) -> None:
    with pytest.raises(InputError) as caught:
        solve_weeks(replace(problem, **change(problem)))  # type: ignore[operator]
    assert says in str(caught.value).replace(" / ", "/")


def test_budgets_that_bounds_cannot_hold_are_named_with_the_repair(problem: WeeklyProblem) -> None:
    high = replace(problem, limits=None, budgets=WeekBudgets.fixed(4.0 * problem.baseline.sum(axis=0)))
    with pytest.raises(InfeasibleError, match=r"of week 1, to be spent in full; the maximums sum to .* lower"):
        solve_weeks(high)
    low = replace(problem, limits=None, lower=0.5 * problem.baseline, budgets=WeekBudgets.free(1.0, 5))
    with pytest.raises(InfeasibleError, match=r"budget 1.00 of all weeks; the minimums sum to .* raise the budget to"):
        solve_weeks(low)


def test_a_budget_out_of_reach_of_the_change_limits_is_named(problem: WeeklyProblem) -> None:
    weekly = problem.baseline.sum(axis=0) * np.array([1.0, 1.5, 1.5, 1.5, 1.5])
    with pytest.raises(InfeasibleError, match=r"of week 2, .* with the change limits, sum to"):
        solve_weeks(replace(problem, budgets=WeekBudgets.fixed(weekly)))


def test_a_clash_of_all_rules_together_names_the_smallest_repairs(problem: WeeklyProblem) -> None:
    # each week alone is within reach, but up 20 % and at once down 30 % is not
    weekly = problem.baseline.sum(axis=0) * np.array([1.2, 0.8, 1.0, 1.0, 1.0])
    with pytest.raises(InfeasibleError, match=r"change the budgets \(.*week 2.* or allow .* more change per cell"):
        solve_weeks(replace(problem, budgets=WeekBudgets.fixed(weekly)))


def test_a_minimum_out_of_reach_of_the_change_limits_is_named(problem: WeeklyProblem) -> None:
    lower = problem.lower.copy()
    lower[1, 0] = 1.5 * problem.baseline[1, 0]
    with pytest.raises(InfeasibleError, match="type1 cannot keep its change limit in week 1"):
        solve_weeks(replace(problem, lower=lower))


def test_the_same_every_week_with_different_budgets_is_refused(problem: WeeklyProblem) -> None:
    budgets = WeekBudgets.fixed(np.array([1.0, 2.0, 1.0, 1.0, 1.0]))
    with pytest.raises(InfeasibleError, match="the budgets differ between weeks"):
        solve_weeks(replace(problem, constant=True, budgets=budgets, limits=None))
