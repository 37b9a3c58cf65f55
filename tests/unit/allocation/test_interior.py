"""The interior point method and the rules it works on, by hand and against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from optimizer.allocation.interior import Model, best_of_model
from optimizer.allocation.polytope import ChangeRows, Polytope


def polytope_of(rng: np.random.Generator, cells: int, weeks: int, periods: int, share: float) -> Polytope:
    base = rng.uniform(0.5, 2.0, (cells, 1)) * np.ones((1, weeks))
    changes = ChangeRows.of(np.full(cells, share), np.full(cells, np.inf), base[:, 0], weeks)
    sums = np.zeros((weeks, periods))
    sums[np.arange(weeks), np.arange(weeks) * periods // weeks] = 1.0
    return Polytope(0.0 * base, np.full_like(base, 4.0), sums, base.sum(axis=0) @ sums, changes.rows, changes.most)


def model_of(rng: np.random.Generator, polytope: Polytope, directions: int) -> Model:
    cells, weeks = polytope.lower.shape
    root = rng.normal(size=(cells, weeks, weeks))
    tied = 0.2 * rng.normal(size=(directions, cells, weeks)) if directions else None
    return Model(
        np.full((cells, weeks), 1.0), rng.uniform(0, 2, (cells, weeks)), -0.2 * root @ root.transpose(0, 2, 1), tied
    )


def gain_of(model: Model, spend: np.ndarray) -> tuple[float, np.ndarray]:
    step = spend - model.origin
    slope = model.gradient + np.einsum("cij,cj->ci", model.curvature, step)
    gain = float((model.gradient * step).sum() + 0.5 * np.einsum("ci,cij,cj", step, model.curvature, step))
    if model.directions is not None:
        along = np.tensordot(model.directions, step, axes=2)
        gain, slope = gain - 0.5 * float(along @ along), slope - np.tensordot(along, model.directions, axes=1)
    return gain, slope


@pytest.mark.parametrize("seed", range(12))
def test_its_prices_prove_its_path_best(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weeks = int(rng.integers(2, 9))
    rules = polytope_of(rng, int(rng.integers(2, 9)), weeks, int(rng.integers(1, weeks + 1)), [np.inf, 0.3][seed % 2])
    model = model_of(rng, rules, 3 * (seed % 3))
    found = best_of_model(rules, model)
    gain, slope = gain_of(model, found.spend)
    assert rules.violation(found.spend) <= 1e-8
    room = rules.best(slope, found.prices, found.row_prices) - float((slope * found.spend).sum())
    assert -1e-6 <= room <= 1e-5 * max(abs(gain), 1.0)


@pytest.mark.parametrize("seed", range(8))
def test_bounds_by_prices_hold_for_any_prices_and_meet_the_linear_programme(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = polytope_of(rng, 3, 4, 2, 0.3)
    gains = rng.normal(size=(3, 4))
    matrix = np.zeros((rules.most.size, 12))
    for c in range(3):
        for r in range(rules.most.shape[1]):
            matrix[c * rules.most.shape[1] + r, 4 * c : 4 * c + 4] = rules.rows[c, r]
    exact = linprog(
        -gains.ravel(), matrix, rules.most.ravel(), np.tile(rules.sums.T, (1, 3)), rules.totals,
        np.stack([rules.lower.ravel(), rules.upper.ravel()], axis=1),
    )  # fmt: skip
    for _ in range(20):
        wild = rules.best(gains, rng.normal(size=2), rng.exponential(size=rules.most.shape))
        assert wild >= -exact.fun - 1e-9
    own = rules.best(gains, -exact.eqlin.marginals, -exact.ineqlin.marginals.reshape(rules.most.shape))
    assert own == pytest.approx(-exact.fun, rel=1e-9)


def test_ties_between_weeks_are_kept() -> None:
    rng = np.random.default_rng(0)
    rules = polytope_of(rng, 4, 5, 1, 0.0)
    before = rules.most[:, 0].copy()
    found = best_of_model(rules, model_of(rng, rules, 0))
    assert found.spend == pytest.approx(np.repeat(before[:, None], 5, axis=1), rel=1e-6)


def test_a_cell_whose_bounds_meet_stays_there() -> None:
    rng = np.random.default_rng(1)
    rules = polytope_of(rng, 3, 4, 1, np.inf)
    rules.lower[0] = rules.upper[0] = 0.7
    assert (best_of_model(rules, model_of(rng, rules, 2)).spend[0] == 0.7).all()


def test_narrowed_bounds_lose_no_path() -> None:
    rng = np.random.default_rng(2)
    rules = polytope_of(rng, 2, 4, 2, 0.3)
    narrow = rules.narrowed()
    assert (narrow.upper < rules.upper - 0.1).any()
    for _ in range(200):
        kept = rules.nearest(rng.uniform(0, 4, (2, 4)))
        assert kept is not None
        assert rules.violation(kept) <= 1e-8
        assert (kept >= narrow.lower - 1e-8).all()
        assert (kept <= narrow.upper + 1e-8).all()


def test_nearest_path_and_repairs_by_hand() -> None:
    changes = ChangeRows.of(np.full(2, np.inf), np.full(2, 1.0), np.array([4.0, 4.0]), 2)
    rules = Polytope(
        np.zeros((2, 2)), np.full((2, 2), 99.0), np.eye(2), np.array([8.0, 14.0]), changes.rows, changes.most
    )
    assert rules.nearest(np.full((2, 2), 4.0)) is None
    change, wider = rules.repairs()
    assert change is not None
    assert np.abs(change).sum() == pytest.approx(4.0)  # 8 and 10, or 10 and 12, ... : four units of money
    assert wider == pytest.approx(2.0)  # 3 more per cell in the second week instead of 1
    fits = Polytope(rules.lower, rules.upper, rules.sums, np.array([8.0, 10.0]), rules.rows, rules.most)
    assert fits.nearest(np.full((2, 2), 4.0)) == pytest.approx(np.array([[4.0, 5.0], [4.0, 5.0]]))
