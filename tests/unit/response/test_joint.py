"""The joint model: its gradient, its curvature, its mode, each against a brute-force calculation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import nbinom

from optimizer.response import ModelSettings
from optimizer.response.fitting import JointFit, fit_joint
from optimizer.response.joint import FIXED, Factor, JointModel, State, cell_terms, log_likelihood
from optimizer.response.prepare import prepare
from tests.panels import changed
from tests.worlds import WorldSpec, simulate


@pytest.fixture(scope="module")
def small() -> JointFit:
    """Three cells and 14 weeks, one of them unspent, with a gap and a week without money."""

    def change(spend: np.ndarray, outcomes: dict[str, np.ndarray]) -> None:
        spend[0, 3] = np.nan
        spend[1, 6] = 0.0
        spend[2] = 0.0
        outcomes["conversions"][2] = 1.0

    world = simulate(4, WorldSpec(cells=3, weeks=14))
    return fit_joint(prepare(changed(world.panel(), change), "conversions"), ModelSettings())


@pytest.fixture(scope="module")
def model(small: JointFit) -> JointModel:
    """The same with a break in the first cell."""
    breaks = np.array([[7], [-1], [-1]])
    prior = replace(small.model.prior, breaks=breaks)
    return JointModel(small.data, small.model.layout, small.model.settings, prior)


@pytest.fixture(scope="module")
def around(small: JointFit, model: JointModel) -> State:
    """A state some way from the mode."""
    rng = np.random.default_rng(3)
    slots = model.cell_precision.shape[1] - small.state.cells.shape[1]
    cells = np.pad(small.state.cells, ((0, 0), (0, slots)))
    return State(
        cells + 0.1 * rng.standard_normal(cells.shape),
        small.state.shared + 0.02 * rng.standard_normal(small.state.shared.shape),
    )


def pack(state: State) -> np.ndarray:
    return np.concatenate([state.cells.ravel(), state.shared])


def unpack(values: np.ndarray, like: State) -> State:
    size = like.cells.size
    return State(values[:size].reshape(like.cells.shape), values[size:])


def density(model: JointModel, values: np.ndarray, like: State) -> float:
    state = unpack(values, like)
    return model.log_posterior(state, model.terms(state.cells))


def dense_precision(factor: Factor) -> np.ndarray:
    """The arrow written out."""
    cells, size, shared = factor.border.shape
    blocks = np.linalg.inv(factor.inverse)
    coupling = blocks @ factor.border
    whole = np.zeros((cells * size + shared, cells * size + shared))
    corner = np.linalg.inv(factor.covariance)
    for cell in range(cells):
        own = slice(cell * size, (cell + 1) * size)
        whole[own, own] = blocks[cell]
        whole[own, cells * size :] = coupling[cell]
        whole[cells * size :, own] = coupling[cell].T
        corner = corner + coupling[cell].T @ factor.border[cell]
    whole[cells * size :, cells * size :] = corner
    return whole


def numeric_jacobian(function: object, at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    columns = []
    for index in range(len(at)):
        up, down = at.copy(), at.copy()
        up[index] += step
        down[index] -= step
        columns.append((np.asarray(function(up)) - np.asarray(function(down))) / (2.0 * step))
    return np.stack(columns, axis=-1)


def test_likelihood_is_the_negative_binomial() -> None:
    outcome, dispersion = np.arange(8.0), np.array(0.3)
    mean = np.array([2.0, 7.5])
    ours = np.subtract(*(log_likelihood(outcome, np.log(m), dispersion) for m in mean))
    size = 1.0 / dispersion
    theirs = np.subtract(*(nbinom.logpmf(outcome, size, size / (size + m)) for m in mean))
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_derivatives_of_a_cell_are_those_of_finite_differences(model: JointModel, around: State) -> None:
    design = model.terms(around.cells).design(model.layout.steps, model.break_steps)

    def log_mean(values: np.ndarray) -> np.ndarray:
        cells = values.reshape(around.cells.shape)
        return cell_terms(cells, model.data.spend, model.layout.steps, model.break_steps).log_mean

    numeric = numeric_jacobian(log_mean, around.cells.ravel()).reshape(*design.shape[:2], *around.cells.shape)
    for cell in range(len(design)):
        assert design[cell] == pytest.approx(numeric[cell, :, cell], rel=1e-4, abs=1e-6)


def test_the_step_solves_curvature_against_the_numerical_gradient(model: JointModel, around: State) -> None:
    factor, step = model.factor(around, model.terms(around.cells))
    gradient = numeric_jacobian(lambda v: density(model, v, around), pack(around))
    ours = dense_precision(factor) @ pack(step)
    assert ours == pytest.approx(gradient, rel=1e-4, abs=1e-4 * np.abs(gradient).max())


def test_curvature_is_the_expected_information_plus_the_prior(model: JointModel, around: State) -> None:
    at = pack(around)

    def log_mean(values: np.ndarray) -> np.ndarray:
        state = unpack(values, around)
        return (model.terms(state.cells).log_mean + model.common(state.shared)).ravel()

    mean = np.exp(log_mean(at))
    dispersion = np.repeat(model.prior.dispersion, model.data.weeks)
    weight = np.where(model.data.observed.ravel(), mean / (1.0 + dispersion * mean), 0.0)
    jacobian = numeric_jacobian(log_mean, at)
    information = jacobian.T @ (weight[:, None] * jacobian)

    blind = replace(model.data, observed=np.zeros_like(model.data.observed))
    prior = JointModel(blind, model.layout, model.settings, model.prior)
    unit, base = np.eye(len(at)), density(prior, at, around)
    single = np.array([density(prior, at + row, around) for row in unit])  # quadratic: exact for any step
    pairs = np.array([[density(prior, at + a + b, around) for a in unit] for b in unit])
    hessian = -(pairs - single[:, None] - single[None, :] + base)

    factor, _ = model.factor(around, model.terms(around.cells))
    expected = information + hessian
    unused = slice(0, around.cells.shape[1])  # the used break of the first cell has a prior of ordinary size
    assert dense_precision(factor) == pytest.approx(expected, rel=1e-4, abs=1e-3)
    assert np.isfinite(expected[unused, unused]).all()


def test_variances_from_the_arrow_are_those_of_the_dense_inverse(model: JointModel, around: State) -> None:
    factor, _ = model.factor(around, model.terms(around.cells))
    covariance = np.linalg.inv(dense_precision(factor))
    cells, size, shared = factor.border.shape
    assert factor.covariance == pytest.approx(covariance[-shared:, -shared:], rel=1e-5, abs=1e-9)
    variance = np.diagonal(covariance)[: cells * size].reshape(cells, size)
    assert np.diagonal(factor.cell_covariance(slice(None)), axis1=1, axis2=2) == pytest.approx(variance, rel=1e-5)
    part = slice(1, FIXED)
    for cell in range(cells):
        own = slice(cell * size + 1, cell * size + FIXED)
        assert factor.cell_covariance(part)[cell] == pytest.approx(covariance[own, own], rel=1e-5, abs=1e-9)


def test_the_mode_is_a_maximum(model: JointModel, around: State) -> None:
    state, factor, terms = model.mode(around, steps=200, tolerance=1e-12)
    top = model.log_posterior(state, terms)
    at, sd = pack(state), np.sqrt(np.diagonal(np.linalg.inv(dense_precision(factor))))
    gradient = numeric_jacobian(lambda v: density(model, v, state), at)
    assert np.abs(gradient * sd).max() < 0.02
    rng = np.random.default_rng(0)
    for size in (0.3, 1.0, 3.0):
        for _ in range(30):
            assert density(model, at + size * sd * rng.standard_normal(len(at)), state) < top


def test_climbing_never_goes_down(model: JointModel, around: State) -> None:
    before, values = model.log_posterior(around, model.terms(around.cells)), []
    for steps in range(1, 8):
        state, _, terms = model.mode(around, steps)
        values.append(model.log_posterior(state, terms))
    assert values[0] > before
    assert (np.diff(values) >= -1e-9).all()


def test_the_fit_ends_at_the_mode_of_what_it_learned(joint: JointFit) -> None:
    _, step = joint.model.factor(joint.state, joint.terms)
    sd = np.sqrt(np.diagonal(joint.factor.cell_covariance(slice(None)), axis1=1, axis2=2))
    assert np.abs(step.cells / sd).max() < 0.1
    assert np.abs(step.shared / np.sqrt(np.diagonal(joint.factor.covariance))).max() < 0.1


def test_a_break_lowers_the_weeks_before_it_or_after(model: JointModel, around: State) -> None:
    calm = replace(around, cells=around.cells.copy())
    calm.cells[0, -1] = 0.0
    lost = replace(calm, cells=calm.cells.copy())
    lost.cells[0, -1] = np.log(0.5)
    change = model.terms(lost.cells).log_mean - model.terms(calm.cells).log_mean
    assert (change[0, :7] > 0.2).all()  # levels are those of the newest week: what was lost was there before
    assert change[0, 7:] == pytest.approx(np.zeros(model.data.weeks - 7))
    assert change[1:] == pytest.approx(np.zeros_like(change[1:]))
