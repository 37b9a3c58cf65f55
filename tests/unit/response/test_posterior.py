"""Draws: fair, reproducible, and where the fit is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.response import ModelSettings
from optimizer.response.fitting import JointFit
from optimizer.response.joint import LEVEL
from optimizer.response.posterior import Draws, draw, paired_normals, systematic
from optimizer.response.shapes import ShapeFits


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12).filter(lambda w: sum(w) > 1e-3),
    st.integers(1, 300),
    st.integers(0, 9),
)
def test_every_index_is_picked_its_share_of_times(weights: list[float], count: int, seed: int) -> None:
    picks = systematic(np.random.default_rng(seed), np.array(weights), count)
    times = np.bincount(picks, minlength=len(weights))
    share = count * np.array(weights) / sum(weights)
    assert len(picks) == count
    assert (np.abs(times - share) < 1.0 + 1e-6).all()


def test_picks_come_in_no_order() -> None:
    picks = systematic(np.random.default_rng(0), np.ones(4), 400)
    assert abs(np.corrcoef(picks, np.arange(400))[0, 1]) < 0.15


@pytest.mark.parametrize("count", [2, 200])
def test_normals_in_pairs_have_no_mean_and_unit_size(count: int) -> None:
    values = paired_normals(np.random.default_rng(0), count, 500)
    assert values.shape == (count, 500)
    assert values.mean(axis=0) == pytest.approx(np.zeros(500), abs=1e-12)
    assert values.std() == pytest.approx(1.0, abs=0.05)
    assert paired_normals(np.random.default_rng(0), 5, 3).shape == (5, 3)


def test_draws_have_their_shapes_and_ranges(draws: Draws, joint: JointFit) -> None:
    cells = len(joint.data.cells)
    for values in (draws.level, draws.organic, draws.half, draws.slope, draws.decay, draws.inert):
        assert values.shape == (ModelSettings().draws, cells)
    assert ((draws.decay > 0) & (draws.decay < 1)).all()
    assert len(draws.demand) == ModelSettings().draws


def test_levels_are_drawn_around_the_mode_with_its_spread(draws: Draws, joint: JointFit) -> None:
    off = (draws.level.mean(axis=0) - joint.state.cells[:, LEVEL]) / draws.level.std(axis=0)
    assert np.abs(off).max() < 1.0
    known = np.sqrt(np.diagonal(joint.factor.cell_covariance(slice(None)), axis1=1, axis2=2)[:, LEVEL])
    assert np.median(draws.level.std(axis=0) / known) == pytest.approx(1.0, abs=0.35)


def test_shapes_are_drawn_by_their_weight(draws: Draws, shapes: ShapeFits) -> None:
    live = shapes.weights[:, :-1]
    mean = (live * shapes.slope[:, :-1]).sum(axis=1) / live.sum(axis=1)
    sd = np.sqrt((live * (shapes.slope[:, :-1] - mean[:, None]) ** 2).sum(axis=1) / live.sum(axis=1))
    assert np.abs((draws.slope.mean(axis=0) - mean) / sd).max() < 0.5
    assert draws.inert.mean(axis=0) == pytest.approx(shapes.weights[:, -1], abs=0.05)


def test_demand_goes_on_from_the_demand_of_the_past(draws: Draws, joint: JointFit) -> None:
    horizon = draws.demand.shape[1]
    weights, left = joint.model.prior.demand.ahead(horizon)
    expected = weights @ joint.state.shared[: joint.data.weeks]
    assert draws.demand.mean(axis=0) == pytest.approx(expected, abs=0.01)
    assert (draws.demand.std(axis=0) > 0.85 * np.sqrt(np.diagonal(left))).all()


def test_the_same_seed_gives_the_same_draws_and_another_seed_others(
    draws: Draws, joint: JointFit, shapes: ShapeFits
) -> None:
    again, other = draw(joint, shapes, ModelSettings()), draw(joint, shapes, ModelSettings(seed=1))
    assert np.array_equal(again.level, draws.level)
    assert np.array_equal(again.demand, draws.demand)
    assert not np.array_equal(other.level, draws.level)
    assert other.level.mean(axis=0) == pytest.approx(draws.level.mean(axis=0), abs=0.05)


def test_what_cells_share_moves_them_together(joint: JointFit, shapes: ShapeFits) -> None:
    many = draw(joint, shapes, replace(ModelSettings(), draws=1000))
    together = np.corrcoef(many.level.T)[np.triu_indices(many.level.shape[1], 1)]
    border = joint.factor.border[:, LEVEL]
    shared = border @ joint.factor.covariance @ border.T
    expected = shared / np.sqrt(
        np.outer(*[np.diagonal(joint.factor.cell_covariance(slice(None)), axis1=1, axis2=2)[:, LEVEL]] * 2)
    )
    assert together.mean() == pytest.approx(expected[np.triu_indices(len(border), 1)].mean(), abs=0.12)
