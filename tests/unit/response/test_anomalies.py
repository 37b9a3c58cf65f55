"""Outages, outliers and breaks are found and dated, and none is found where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.history.panel import Panel
from optimizer.response import ModelSettings, ResponseModel
from optimizer.response.anomalies import find_faults, runs, standard_residuals
from optimizer.response.fitting import JointFit, fit_joint
from optimizer.response.prepare import prepare
from tests.panels import scaled, with_break, without_newest
from tests.worlds import Truth, simulate

FAULTS = {"outage", "outlier", "break", "late-data", "no-response"}


def fit(panel: Panel) -> JointFit:
    return fit_joint(prepare(panel, "conversions"), ModelSettings())


def test_residuals_are_near_standard_normal_for_small_and_large_counts() -> None:
    rng = np.random.default_rng(0)
    for mean in (5.0, 50.0, 5000.0):
        dispersion = np.array(0.04)
        outcome = rng.poisson(rng.gamma(1 / 0.04, mean * 0.04, 20_000)).astype(float)
        residual = standard_residuals(outcome, np.array(mean), dispersion)
        assert abs(residual.mean()) < 0.15
        assert residual.std() == pytest.approx(1.0, abs=0.2)


def test_single_faults_are_told_from_noise() -> None:
    mean = np.full((2, 12), 100.0)
    outcome = mean.copy()
    outcome[0, 4:7] = [0.0, 1.0, 0.0]  # tracking off
    outcome[1, 3] = 2000.0  # a typing error
    outcome[1, 8] = 150.0  # a good week
    seen = np.ones_like(mean, dtype=bool)
    outage, outlier = find_faults(seen, outcome, mean, np.full((2, 1), 0.03))
    assert np.argwhere(outage).tolist() == [[0, 4], [0, 5], [0, 6]]
    assert np.argwhere(outlier).tolist() == [[1, 3]]


def test_what_was_not_reported_is_no_fault() -> None:
    mean, nothing = np.full((1, 6), 100.0), np.zeros((1, 6))
    outage, outlier = find_faults(np.zeros((1, 6), dtype=bool), nothing, mean, np.full((1, 1), 0.03))
    assert not outage.any()
    assert not outlier.any()


def test_a_lasting_change_and_the_newest_weeks_are_no_outliers() -> None:
    mean, outcome = np.full((1, 20), 100.0), np.full((1, 20), 100.0)
    outcome[0, 6:12] = 2000.0
    outcome[0, 19] = 2000.0
    _, outlier = find_faults(np.ones_like(mean, dtype=bool), outcome, mean, np.full((1, 1), 0.03))
    assert not outlier.any()


def test_few_conversions_are_no_outage() -> None:
    mean = np.full((1, 6), 2.0)
    outage, _ = find_faults(np.ones((1, 6), dtype=bool), np.zeros((1, 6)), mean, np.full((1, 1), 0.03))
    assert not outage.any()


def test_runs_cover_exactly_the_flags() -> None:
    flags = np.random.default_rng(0).random(50) < 0.5
    again = np.zeros(50, dtype=bool)
    for begin, stop in runs(flags):
        assert not again[begin:stop].any()
        again[begin:stop] = True
    assert np.array_equal(again, flags)


@pytest.mark.parametrize("seed", range(20, 26))
def test_clean_data_has_no_faults(seed: int) -> None:
    found = {finding.rule for finding in ResponseModel().fit(simulate(seed).panel()).findings}
    assert not found & FAULTS


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_outage_is_found_dated_and_left_out(seed: int) -> None:
    world = simulate(seed)
    broken = fit(scaled(world.panel(), 2, slice(60, 64), 0.0))
    assert np.argwhere(broken.faults.outage).tolist() == [[2, week] for week in range(60, 64)]
    assert not broken.data.observed[2, 60:64].any()
    assert not broken.faults.outlier.any()
    clean = fit(world.panel())
    assert broken.state.cells[2, 0] == pytest.approx(clean.state.cells[2, 0], abs=0.15)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_absurd_week_is_found_dated_and_left_out(seed: int) -> None:
    world = simulate(seed)
    broken = fit(scaled(world.panel(), 3, slice(50, 51), 10.0))
    assert np.argwhere(broken.faults.outlier).tolist() == [[3, 50]]
    assert not broken.faults.outage.any()


def test_findings_name_the_cell_and_the_weeks(world: Truth) -> None:
    spoiled = scaled(scaled(world.panel(), 2, slice(60, 64), 0.0), 5, slice(30, 31), 12.0)
    found = {finding.rule: finding.problem for finding in ResponseModel().fit(spoiled).findings}
    for rule, cell, dates in (("outage", 2, (60, 63)), ("outlier", 5, (30,))):
        assert world.cells[cell].label in found[rule]
        for week in dates:
            assert str(spoiled.weeks[week]) in found[rule]


def test_a_clear_break_is_found_and_dated(world: Truth) -> None:
    cell = 2
    spoiled = with_break(world, cell, weeks_ago=30, change=-0.6)
    breaks = fit(spoiled).model.prior.breaks
    assert np.flatnonzero((breaks >= 0).any(axis=1)).tolist() == [cell]
    week = breaks[cell][breaks[cell] >= 0]
    assert week == pytest.approx([world.weeks - 30], abs=2)
    found = [finding.problem for finding in ResponseModel().fit(spoiled).findings if finding.rule == "break"]
    assert len(found) == 1
    assert f"{world.cells[cell].label} lost" in found[0]
    assert str(spoiled.weeks[week[0]]) in found[0]


def test_a_gain_is_called_a_gain(world: Truth) -> None:
    cell = 2
    found = [f for f in ResponseModel().fit(with_break(world, cell, 30, 1.5)).findings if f.rule == "break"]
    assert len(found) == 1
    assert f"{world.cells[cell].label} gained" in found[0].problem


def test_late_weeks_are_said_to_be_late(world: Truth) -> None:
    found = [
        f for f in ResponseModel().fit(without_newest(world.panel(), [0.4, 0.8])).findings if f.rule == "late-data"
    ]
    assert len(found) == 1
    clean = ResponseModel().fit(world.panel())
    assert "late-data" not in {f.rule for f in clean.findings}


def test_missing_weeks_are_neither_outage_nor_break(world: Truth) -> None:
    panel = world.panel()
    spend, conversions = panel.spend.copy(), world.conversions.copy()
    spend[1, 40:52] = conversions[1, 40:52] = np.nan
    found = fit(replace(panel, spend=spend, outcomes={"conversions": conversions}))
    assert not found.faults.outage.any()
    assert not found.faults.outlier.any()
    assert (found.model.prior.breaks < 0).all()
