"""Evidence for shapes, and how common kinds of shapes are."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from optimizer.response import ModelSettings
from optimizer.response.fitting import JointFit, fit_joint
from optimizer.response.joint import HALF, SLOPE, cell_terms, log_likelihood
from optimizer.response.prepare import prepare
from optimizer.response.shapes import (
    INERT_SHARE,
    KINDS,
    ShapeFits,
    ShapeGrid,
    ShapeShares,
    coarse_grid,
    fit_grid,
    fit_shapes,
    learn_kinds,
    shape_prior,
    shape_weights,
)
from tests.worlds import WorldSpec, simulate

SOME_SHAPES = ((0.0, 0.0), (2.0, 0.3), (-1.0, -0.3), (0.0, 1.0))


@pytest.fixture(scope="module")
def toy() -> JointFit:
    """One cell, a dozen weeks, one drift step: four free coordinates."""
    panel = simulate(2, WorldSpec(cells=1, weeks=12)).panel()
    return fit_joint(prepare(panel, "conversions"), ModelSettings(knot_weeks=60))


def by_quadrature(fit: JointFit, half: float, slope: float, spend: np.ndarray, centre: np.ndarray) -> float:
    """Log marginal likelihood of the toy's cell under one shape: a sum over a fine grid of its free coordinates."""
    model = fit.model
    free = np.setdiff1d(np.arange(fit.state.cells.shape[1]), [HALF, SLOPE])
    assert len(free) == 4
    sd = 1.0 / np.sqrt(model.cell_precision[0, free])
    prior_mean = model.cell_mean(fit.state.shared)[0, free]
    lines = [np.linspace(m - 5.0 * s, m + 5.0 * s, 17) for m, s in zip(prior_mean, sd, strict=True)]
    # level is known far better than its prior says
    lines[0] = np.linspace(centre[free[0]] - 1.2, centre[free[0]] + 1.2, 41)
    points = np.array(list(itertools.product(*lines)))
    total = []
    for part in np.array_split(points, 8):
        at = np.zeros((len(part), fit.state.cells.shape[1]))
        at[:, free], at[:, HALF], at[:, SLOPE] = part, half, slope
        breaks = np.zeros((len(part), fit.data.weeks, 0))
        terms = cell_terms(at, np.tile(spend, (len(part), 1)), model.layout.steps, breaks)
        log_mean = terms.log_mean + model.common(fit.state.shared)
        fitted = log_likelihood(fit.data.outcome[:1], log_mean, model.prior.dispersion[:1, None])
        weekly = np.where(fit.data.observed[:1], fitted, 0.0).sum(axis=1)
        total.append(weekly - 0.5 * (((part - prior_mean) / sd) ** 2).sum(axis=1))
    values = np.concatenate(total)
    volume = np.prod([line[1] - line[0] for line in lines])
    normal = -0.5 * len(free) * np.log(2.0 * np.pi) - np.log(sd).sum()
    return float(values.max() + np.log(np.exp(values - values.max()).sum() * volume) + normal)


@pytest.fixture(scope="module")
def found(toy: JointFit) -> tuple[np.ndarray, np.ndarray]:
    """Modes (G, n) and evidence (G,) of the toy under some shapes, and under no effect."""
    half, slope = (np.array([[*column, 0.0]]) for column in zip(*SOME_SHAPES, strict=True))
    start = np.repeat(toy.state.cells[:, None], half.shape[1], axis=1)
    modes, evidence = fit_grid(toy, np.array([0]), ShapeGrid(half, slope, np.ones(1), start), 30)
    return modes[0], evidence[0]


@pytest.mark.parametrize("index", range(len(SOME_SHAPES)))
def test_evidence_is_near_that_of_quadrature(toy: JointFit, found: tuple[np.ndarray, np.ndarray], index: int) -> None:
    modes, evidence = found
    half, slope = SOME_SHAPES[index]
    assert modes[index, [HALF, SLOPE]].tolist() == [half, slope]
    exact = by_quadrature(toy, half, slope, toy.data.spend[0], modes[index])
    assert evidence[index] == pytest.approx(exact, abs=0.25)


def test_evidence_of_no_effect_is_that_of_constant_spend(toy: JointFit, found: tuple[np.ndarray, np.ndarray]) -> None:
    modes, evidence = found
    exact = by_quadrature(toy, 0.0, 0.0, np.ones(toy.data.weeks), modes[-1])
    assert evidence[-1] == pytest.approx(exact, abs=0.25)


def test_weights_are_probabilities(shapes: ShapeFits) -> None:
    assert (shapes.weights >= 0).all()
    assert shapes.weights.sum(axis=1) == pytest.approx(np.ones(len(shapes.weights)))
    shares = [kind.share for kind in shapes.shares.kinds] + [shapes.shares.inert]
    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) > 0


def test_every_curve_has_enough_shapes_to_be_uncertain_with(shapes: ShapeFits) -> None:
    live = shapes.weights[:, :-1] / shapes.weights[:, :-1].sum(axis=1, keepdims=True)
    assert (1.0 / (live**2).sum(axis=1) > 2.0).all()


def test_weights_follow_from_bayes(joint: JointFit) -> None:
    grid = coarse_grid(joint)
    evidence = np.random.default_rng(0).normal(-500.0, 2.0, grid.half.shape)
    joint_weights = shape_weights(grid, evidence, KINDS, 0.05)
    prior = shape_prior(grid, KINDS)
    for cell in (0, 3):
        likelihood = np.exp(evidence[cell] + 500.0)
        live, inert = prior[cell] * likelihood, 0.05 * likelihood[-1]
        total = live.sum() + inert
        assert joint_weights[cell, :-1] == pytest.approx(live / total)
        assert joint_weights[cell, -1, -1] == pytest.approx(inert / total)


def test_the_prior_over_a_wide_grid_holds_the_shares_of_the_kinds() -> None:
    half, slope = (p.ravel() for p in np.meshgrid(np.linspace(-5, 6, 221), np.linspace(-1.5, 2.5, 161), indexing="ij"))
    last = np.zeros(1)
    area = np.array([(11 / 220) * (4 / 160)])
    points = (np.append(half, last)[None], np.append(slope, last)[None])
    prior = shape_prior(ShapeGrid(*points, area, np.zeros((1, len(half) + 1, 0))), KINDS).sum(axis=2)[0]
    rng = np.random.default_rng(0)
    for mass, kind in zip(prior, KINDS, strict=True):
        at = rng.normal(kind.half_mean, kind.half_sd, 200_000)
        steep = at * np.exp(rng.normal(kind.slope_mean, kind.slope_sd, 200_000)) > 4.5  # shapes that are ruled out
        assert mass == pytest.approx(kind.share * (1.0 - steep.mean()), abs=0.01)


def test_kinds_follow_the_evidence(joint: JointFit) -> None:
    grid = coarse_grid(joint)
    cells = len(grid.half)
    tried = np.ones(cells, dtype=bool)
    for_inert = np.where(np.arange(grid.half.shape[1]) == grid.half.shape[1] - 1, 0.0, -30.0)
    assert learn_kinds(grid, np.tile(for_inert, (cells, 1)), tried).inert > 5.0 * INERT_SHARE
    steep = -30.0 * np.abs(grid.slope - np.log(2.0)) - 30.0 * (np.arange(grid.half.shape[1]) == grid.half.shape[1] - 1)
    found = learn_kinds(grid, steep, tried)
    assert found.kinds[1].share > KINDS[1].share
    assert found.inert < INERT_SHARE
    assert learn_kinds(grid, steep, ~tried) == ShapeShares(KINDS, INERT_SHARE)


def mean_slope(shapes: ShapeFits) -> float:
    live = shapes.weights[:, :-1]
    return float(((live * shapes.slope[:, :-1]).sum(axis=1) / live.sum(axis=1)).mean())


def test_thresholds_are_told_from_straight_lines() -> None:
    found = {}
    for shape in ("logistic", "power"):
        worlds = [simulate(seed, WorldSpec(cells=6, shapes=(shape,), organic=0.0)) for seed in range(2)]
        fits = [fit_shapes(fit_joint(prepare(w.panel(), "conversions"), ModelSettings())) for w in worlds]
        found[shape] = np.mean([mean_slope(fit) for fit in fits])
    assert found["logistic"] > 0.25  # a threshold: slope above 1
    assert found["power"] < 0.0


def test_response_is_seen_where_it_is_and_not_where_outcomes_are_shuffled(joint: JointFit, shapes: ShapeFits) -> None:
    assert (shapes.response > 3.0).all()
    order = np.random.default_rng(0).permutation(joint.data.weeks)
    shuffled = replace(joint.data, outcome=joint.data.outcome[:, order], observed=joint.data.observed[:, order])
    none = fit_shapes(fit_joint(shuffled, ModelSettings()))
    assert np.median(none.response) < 0.0
    assert none.shares.inert > shapes.shares.inert
    assert none.response_odds(shuffled.tried) < 3.0 < shapes.response_odds(joint.data.tried)


def test_one_clear_cell_among_many_indifferent_ones_is_heard(shapes: ShapeFits) -> None:
    response = np.full(30, -1.5)
    response[0] = 30.0
    shares = replace(shapes.shares, inert=0.8)
    assert replace(shapes, response=response, shares=shares).response_odds(np.ones(30, dtype=bool)) > 20.0
