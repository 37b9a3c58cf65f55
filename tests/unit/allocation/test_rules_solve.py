"""Under rules: prices, marginal values, the baseline, time limits, and money left unspent."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.allocation import Bounds, Problem, Status, solve
from optimizer.allocation.certificate import certify_ruled
from optimizer.allocation.improve import Improved
from optimizer.allocation.milp import Ended, run
from optimizer.allocation.programme import Programme
from optimizer.allocation.ruled import Search
from optimizer.allocation.rules import CountLimit, FixedCost, GroupLimit, Lock, NothingOrAtLeast, Rule
from optimizer.allocation.setting import Setting
from optimizer.errors import InfeasibleError, InternalError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves


def cells(count: int) -> tuple[Cell, ...]:
    return tuple(Cell("network", f"type{i}") for i in range(count))


PARABOLAS = Curves.from_slopes(cells(3), [0.0, 100.0], [[4, 0], [3, 0], [2, 0]], np.zeros(3))
FREE = Bounds(np.zeros(3), np.full(3, np.inf))


def parabolas(*rules: Rule, **changes: object) -> Problem:
    return replace(Problem(PARABOLAS, 120.0, FREE, np.ones(3), rules=rules), **changes)


def test_the_price_of_a_rule_is_what_moving_its_limit_brings() -> None:
    rules = (GroupLimit((2,), minimum=50.0, label="floor"), GroupLimit((0, 1), maximum=60.0, label="cap"))
    for rule, wider in ((rules[0], replace(rules[0], minimum=49.9)), (rules[1], replace(rules[1], maximum=60.1))):
        before, after = solve(parabolas(rule)).certificate, solve(parabolas(wider)).certificate
        assert (after.value - before.value) / 0.1 == pytest.approx(before.rules[0].price, rel=1e-2)
        assert before.rules[0].binds
        assert before.proof == "dual"


def test_marginal_values_meet_where_nothing_binds() -> None:
    result = solve(parabolas(GroupLimit((2,), minimum=50.0)))
    proof = result.certificate
    # 70 over two parabolas: 4 - x / 25 = 3 - 3 (70 - x) / 100
    assert result.spend == pytest.approx([310 / 7, 180 / 7, 50], abs=1e-9)
    assert proof.marginal[:2] == pytest.approx([proof.price] * 2, rel=1e-9)
    assert proof.price == pytest.approx(4 - 0.04 * 310 / 7)
    assert proof.rules[0].price == pytest.approx(proof.price - 1.0)


def test_a_rule_that_binds_nobody_costs_nothing() -> None:
    state = solve(parabolas(GroupLimit((0, 1, 2), maximum=500.0))).certificate.rules[0]
    assert (state.binds, state.price, state.cost) == (False, 0.0, 0.0)


def test_what_an_on_off_rule_costs() -> None:
    proof = solve(parabolas(CountLimit(((0,), (1,), (2,)), at_most=1, label="one"), budget=90.0)).certificate
    assert proof.value == pytest.approx(4 * 90 - 0.02 * 90**2)
    free = solve(parabolas(budget=90.0)).certificate.value
    assert proof.rules[0].cost == pytest.approx(free - proof.value, rel=1e-3)
    assert proof.rules[0].price is None
    assert proof.rules[0].binds
    assert solve(parabolas(Lock(0, 1.0), price_rules=False)).certificate.rules[0].cost is None


def test_todays_split_is_moved_as_little_as_possible() -> None:
    today = np.array([60.0, 50.0, 10.0])
    lock = solve(parabolas(Lock(2, 40.0), baseline=today))
    assert np.abs(lock.baseline - today).sum() == pytest.approx(60.0, rel=1e-3)
    assert lock.baseline[2] == pytest.approx(40.0)
    least = solve(parabolas(NothingOrAtLeast((0, 1, 2), 20.0), baseline=today))
    assert np.abs(least.baseline - today).sum() == pytest.approx(20.0, rel=1e-3)
    kept = solve(parabolas(GroupLimit((0,), minimum=30.0), baseline=today))
    assert kept.baseline == pytest.approx(today)


def test_a_fixed_cost_is_paid_or_saved() -> None:
    used = solve(parabolas(FixedCost((2,), 1.0))).certificate
    saved = solve(parabolas(FixedCost((2,), 100.0)))
    assert used.value == pytest.approx(solve(parabolas()).certificate.value - 1.0)
    assert saved.spend[2] == 0.0


def test_money_that_costs_more_than_it_brings_is_left() -> None:
    result = solve(parabolas(spend_all=False, cost_of_money=2.0, budget=300.0))
    assert result.spend == pytest.approx([50, 100 / 3, 0], abs=1e-4)
    assert result.unspent == pytest.approx(300 - 50 - 100 / 3, abs=1e-4)
    assert result.certificate.price == pytest.approx(0.0, abs=1e-5)
    assert result.certificate.value == pytest.approx(4 * 50 - 0.02 * 2500 + 3 * 100 / 3 - 0.015 * 1e4 / 9 - 2 * 250 / 3)
    ruled = solve(parabolas(GroupLimit((0,), maximum=40.0), spend_all=False, cost_of_money=2.0, budget=300.0))
    assert ruled.spend == pytest.approx([40, 100 / 3, 0], abs=1e-6)


def hard(count: int, seconds: float) -> Problem:
    rng = np.random.default_rng(3)
    width = rng.uniform(10, 100, count)
    spend = [[0, 0.95 * w, w, 2 * w] for w in width]
    gain = rng.uniform(0.98, 1.02, count)
    curves = Curves.from_points(
        cells(count), spend, [[0, 0.01 * w, w * g, w * g * 1.05] for w, g in zip(width, gain, strict=True)]
    )
    rules = (
        GroupLimit(tuple(range(0, count, 3)), maximum=0.21 * float(width.sum()) / 3),
        GroupLimit(tuple(range(1, count, 2)), minimum=0.13 * float(width.sum())),
        CountLimit(tuple((c,) for c in range(count)), at_most=count // 4),
    )
    bounds = Bounds(np.zeros(count), np.full(count, np.inf))
    budget = 0.2371 * float(width.sum())
    return Problem(curves, budget, bounds, width, 1e-9, seconds, rules, price_rules=False)


def test_no_time_gives_the_best_so_far_with_its_honest_gap() -> None:
    began = time.perf_counter()
    hurried = solve(hard(60, 0.0))
    assert time.perf_counter() - began < 4.0
    patient = solve(replace(hard(60, 4.0), tolerance=1e-3))
    assert hurried.certificate.timed_out
    assert hurried.certificate.status is Status.FEASIBLE
    assert hurried.certificate.gap > 1e-9
    assert hurried.certificate.value >= hurried.baseline_value
    assert hurried.certificate.bound >= patient.certificate.value * (1 - 1e-12)
    assert patient.certificate.bound >= hurried.certificate.value * (1 - 1e-12)


def test_a_stopped_run_is_never_called_solved() -> None:
    rng = np.random.default_rng(0)
    programme = Programme()
    weights = rng.integers(1_000, 9_999, (12, 70))
    columns = [programme.column(0, 1, float(v), integer=True) for v in weights.sum(axis=0) + rng.integers(0, 9, 70)]
    for row in weights:
        programme.row(list(zip(columns, row.tolist(), strict=True)), -np.inf, float(row.sum() // 2))
    stopped = run(programme, 0.3)
    assert stopped.ended is Ended.STOPPED
    if stopped.values is not None:
        value = float(np.dot(programme.objective, stopped.values))
        assert stopped.bound >= value
        assert all(sum(a * stopped.values[k] for k, a in row.terms) <= row.high + 1e-3 for row in programme.rows)


def test_a_programme_that_cannot_be_kept_is_said_to_be_so() -> None:
    programme = Programme()
    column = programme.column(0, 1, 1.0)
    programme.row([(column, 1.0)], 2.0, np.inf)
    assert run(programme, 1.0).ended is Ended.INFEASIBLE


def test_nothing_is_printed_by_the_solver(capfd: pytest.CaptureFixture[str]) -> None:
    solve(parabolas(GroupLimit((2,), minimum=50.0)))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("spend", "words"), [([60.0, 40, 20], "misses the rule 'floor'"), ([30, 30, 50], "spends 110")]
)
def test_the_certificate_refuses_what_breaks_a_rule(spend: list[float], words: str) -> None:
    problem = parabolas(GroupLimit((2,), minimum=50.0, label="floor"))
    bounds = Bounds(np.zeros(3), np.full(3, 100.0))
    setting = Setting.of(problem, bounds)
    found = Search(setting, 1e-4, 1.0).run([])
    wrong = replace(found, best=Improved(np.array(spend) / 120.0, found.best.value, {}))
    with pytest.raises(InternalError, match=words):
        certify_ruled(problem, setting, bounds, wrong, ())


def test_a_bound_below_the_value_is_refused() -> None:
    problem = parabolas(GroupLimit((2,), minimum=50.0))
    bounds = Bounds(np.zeros(3), np.full(3, 100.0))
    setting = Setting.of(problem, bounds)
    found = Search(setting, 1e-4, 1.0).run([])
    with pytest.raises(InternalError, match="above its proven bound"):
        certify_ruled(problem, setting, bounds, replace(found, bound=0.9 * found.bound), ())


@st.composite
def ruled(draw: st.DrawFn) -> Problem:
    """Rising points, group limits and on/off rules at random; money on any scale."""
    money = 10.0 ** draw(st.integers(-2, 8))
    count = draw(st.integers(3, 5))
    spend, value = [], []
    for _ in range(count):
        parts = draw(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=5))
        width, rise = np.array(parts).T
        spend.append(np.concatenate([[0.0], np.cumsum(width + 0.05)]) * money)
        value.append(np.concatenate([[0.0], np.cumsum(rise)]))
    most = np.array([s[-1] for s in spend])
    budget = float(most.sum() * draw(st.floats(0.05, 0.9)))
    groups = st.lists(st.integers(0, count - 1), min_size=1, max_size=3, unique=True).map(tuple)
    share = st.floats(0.05, 0.9)
    rules = draw(st.lists(st.one_of(
        st.builds(lambda g, s: GroupLimit(g, minimum=s * budget), groups, share),
        st.builds(lambda g, s: GroupLimit(g, maximum_share=s), groups, share),
        st.builds(lambda g, s: NothingOrAtLeast(g, s * budget), groups, share),
        st.builds(lambda k: CountLimit(tuple((c,) for c in range(count)), at_most=k), st.integers(1, count)),
    ), min_size=1, max_size=4))  # fmt: skip
    today = np.array(draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))) * money
    curves = Curves.from_points(cells(count), spend, value)
    return Problem(curves, budget, Bounds(np.zeros(count), most), today, rules=tuple(rules), price_rules=False)


@settings(max_examples=60, deadline=None)
@given(ruled(), st.randoms(use_true_random=False))
def test_whatever_the_rules_the_promises_hold(problem: Problem, random: object) -> None:
    try:
        result = solve(problem)
    except InfeasibleError:
        return
    proof = result.certificate
    assert proof.value >= result.baseline_value
    assert proof.bound >= proof.value
    assert proof.status is Status.OPTIMAL
    assert abs(result.spend.sum() - problem.budget) <= 1e-9 * problem.budget
    # Fewer rules never make a worse plan: what is proven of more rules holds below the bound of fewer.
    looser = solve(replace(problem, rules=problem.rules[1:]))
    assert proof.value <= looser.certificate.bound * (1 + 1e-9) + 1e-9
