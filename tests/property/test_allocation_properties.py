"""What holds for every problem, however odd: found by Hypothesis, not by an example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.allocation import Bounds, Problem, fit_to_bounds, solve
from optimizer.allocation.certificate import Part, Proof, certify
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves

PARTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=6)
EXAMPLES = settings(max_examples=60, deadline=None)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Curves through any rising points, any bounds, any budget between them, money on any scale."""
    money, worth = 10.0 ** draw(st.integers(-2, 9)), 10.0 ** draw(st.integers(-3, 6))
    spend, value = [], []
    for parts in draw(st.lists(PARTS, min_size=1, max_size=5)):
        width, rise = np.array(parts).T
        spend.append(np.concatenate([[0.0], np.cumsum(width + 0.01)]) * money)
        value.append(np.concatenate([[0.0], np.cumsum(rise)]) * worth)
    count = len(spend)
    curves = Curves.from_points([Cell("n", str(i)) for i in range(count)], spend, value)
    shares = draw(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0.5, 1.5)), min_size=count, max_size=count))
    most = np.array([s[-1] for s in spend])
    lower, upper = (most * np.array(side) for side in zip(*shares, strict=True))
    known = np.minimum(upper, most)
    budget = float(lower.sum() + draw(st.floats(0, 1)) * (known - lower).sum())
    assume(budget > 1e-6 * most.sum())
    today = np.array(draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))) * money
    return Problem(curves, budget, Bounds(lower, upper), today)


@EXAMPLES
@given(problems())
def test_a_result_keeps_every_promise(problem: Problem) -> None:
    result = solve(problem)
    proof = result.certificate
    assert abs(float(result.spend.sum()) - problem.budget) <= 1e-12 * problem.budget
    assert (result.spend >= problem.bounds.lower).all()
    assert (result.spend <= problem.bounds.upper).all()
    assert proof.value >= result.baseline_value
    assert proof.bound >= proof.value
    # A best plan worth 1e-160 of what the curves could bring is not to be told from nothing.
    assert proof.gap <= 1e-4 or proof.bound - proof.value <= 1e-14 * problem.curves.knot_values.max()
    assert np.isfinite(proof.marginal).all()
    assert (proof.bound_prices >= 0).all()


@EXAMPLES
@given(problems(), st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_no_other_split_beats_the_bound(problem: Problem, weights: list[float]) -> None:
    known = Bounds(problem.bounds.lower, np.minimum(problem.bounds.upper, problem.curves.knots[:, -1]))
    other = fit_to_bounds(np.array(weights[: len(known.lower)]), problem.budget, known)
    bound = solve(problem).certificate.bound
    assert float(problem.curves.value(other).sum()) <= bound * (1 + 1e-9)


@EXAMPLES
@given(problems(), st.floats(0, 1), st.floats(0, 1), st.integers(0, 4))
def test_any_price_and_any_cut_prove_a_bound(problem: Problem, level: float, where: float, cell: int) -> None:
    known = Bounds(problem.bounds.lower, np.minimum(problem.bounds.upper, problem.curves.knots[:, -1]))
    price = level * float(problem.curves.start.max())
    cell %= len(known.lower)
    cut = float(known.lower[cell] + where * (known.upper[cell] - known.lower[cell]))
    split = solve(problem)
    for proof in (Proof((Part(price),)), Proof((Part(price, cell, cut, (1, 2)), Part(price), Part(0.5 * price)))):
        assert certify(problem, known, split.spend, proof).bound >= split.certificate.value


@EXAMPLES
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=8), st.data())
def test_fit_to_bounds_is_one_factor_clipped(rows: list[tuple[float, float, float]], data: st.DataObject) -> None:
    weights, lower, room = np.array(rows).T
    weights = np.where(weights < 1e-3, 0.0, weights)
    bounds = Bounds(lower, lower + room)
    budget = float(lower.sum() + data.draw(st.floats(0, 1)) * room.sum())
    assume(budget > 1e-3)
    spend = fit_to_bounds(weights, budget, bounds)
    assert float(spend.sum()) == pytest.approx(budget, rel=1e-12)
    assert (spend >= bounds.lower).all()
    assert (spend <= bounds.upper).all()
    slack = 1e-7 * budget
    inside = (spend > bounds.lower + slack) & (spend < bounds.upper - slack) & (weights > 0)
    if inside.any():
        factor = spend[inside] / weights[inside]
        assert factor == pytest.approx(factor[0], rel=1e-6)
        others = ~inside & (weights > 0)
        expected = np.clip(factor[0] * weights[others], bounds.lower[others], bounds.upper[others])
        assert spend[others] == pytest.approx(expected, rel=1e-6, abs=2 * slack)
