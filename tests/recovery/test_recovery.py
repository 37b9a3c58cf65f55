"""The truth of simulated advertisers is recovered, though they are not made of the model's own assumptions."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.response import FittedResponse, ResponseModel
from tests.panels import with_break, without_newest
from tests.worlds import Truth, carry, simulate

SEEDS = range(8)
WEEKS = 4
SHARES = (0.5, 1.0, 2.0)


@pytest.fixture(scope="module")
def worlds() -> list[tuple[Truth, FittedResponse]]:
    """Eight advertisers of eight cells and two years."""
    truths = [simulate(seed) for seed in SEEDS]
    return [(truth, ResponseModel().fit(truth.panel())) for truth in truths]


@pytest.fixture(scope="module")
def heights(worlds: list[tuple[Truth, FittedResponse]]) -> dict[str, np.ndarray]:
    """Paid outcome of a week of steady spend at 0.5, 1 and 2 times the usual: true, mean, low, high; (cells, 3)."""
    rows: dict[str, list[np.ndarray]] = {name: [] for name in ("true", "mean", "low", "high")}
    for truth, fit in worlds:
        usual = np.median(truth.spend, axis=1)
        bands = fit.bands(2.0 * usual, "conversions", points=5)
        pick = [1, 2, 4]
        rows["true"].append(truth.height(bands.spend[:, pick]) * truth.demand[truth.weeks])
        for name in ("mean", "low", "high"):
            rows[name].append(getattr(bands, name)[:, pick])
    return {name: np.concatenate(values) for name, values in rows.items()}


def test_heights_of_the_curves_are_recovered(heights: dict[str, np.ndarray]) -> None:
    error = np.log(heights["mean"] / heights["true"])
    assert (np.median(np.abs(error), axis=0) < [0.25, 0.20, 0.20]).all()
    assert (np.abs(error.mean(axis=0)) < [0.25, 0.20, 0.20]).all()


def test_the_form_of_the_curves_is_recovered(heights: dict[str, np.ndarray]) -> None:
    """Height relative to that at the usual spend, which does not need the organic share to be known."""
    relative = {name: heights[name] / heights[name][:, 1:2] for name in ("true", "mean")}
    error = np.log(relative["mean"] / relative["true"])[:, [0, 2]]
    assert (np.median(np.abs(error), axis=0) < 0.15).all()
    # far better than to take every curve for a straight line, as an average return does
    straight = np.log(np.array([0.5, 2.0]) / relative["true"][:, [0, 2]])
    assert (np.abs(error).mean(axis=0) < 0.6 * np.abs(straight).mean(axis=0)).all()


def test_bands_of_the_curves_hold_the_truth(heights: dict[str, np.ndarray]) -> None:
    inside = (heights["low"] <= heights["true"]) & (heights["true"] <= heights["high"])
    assert inside.mean() > 0.65


def test_intervals_of_totals_hold_what_comes(worlds: list[tuple[Truth, FittedResponse]]) -> None:
    whole, cells = [], []
    for index, (truth, fit) in enumerate(worlds):
        for share in (0.7, 1.0, 1.4):
            weekly = share * truth.today
            seen = fit.forecast(np.repeat(weekly[:, None], WEEKS, axis=1))["conversions"].observed
            low, high = np.quantile(seen.sum(axis=(1, 2)), [0.05, 0.95])
            came = truth.futures(weekly, WEEKS, 400, seed=index)
            whole.append(((low <= came) & (came <= high)).mean())
            low, high = np.quantile(seen.sum(axis=2), [0.05, 0.95], axis=0)
            mean = truth.expected(weekly, WEEKS)[:, :WEEKS]
            rng, shape = np.random.default_rng(index), 1.0 / truth.dispersion[:, None]
            each = rng.poisson(rng.gamma(shape, mean / shape, (400, *mean.shape))).sum(axis=2)
            cells.append(((low <= each) & (each <= high)).mean())
    assert 0.75 <= np.mean(whole) <= 1.0
    assert 0.75 <= np.mean(cells) <= 0.98


def test_intervals_are_not_wide_beyond_use(worlds: list[tuple[Truth, FittedResponse]]) -> None:
    widths = []
    for truth, fit in worlds:
        seen = fit.forecast(np.repeat(truth.today[:, None], WEEKS, axis=1))["conversions"].observed.sum(axis=(1, 2))
        low, high = np.quantile(seen, [0.05, 0.95])
        widths.append(np.log(high / low))
    assert np.median(widths) < 0.45


def test_weeks_not_fully_reported_do_not_lower_the_forecast() -> None:
    errors, found = [], 0
    for seed in SEEDS:
        truth = simulate(seed)
        weekly = np.repeat(truth.today[:, None], WEEKS, axis=1)
        full = ResponseModel().fit(truth.panel())
        late = ResponseModel().fit(without_newest(truth.panel(), [0.45, 0.85]))
        means = [f.forecast(weekly)["conversions"].expected.sum(axis=(1, 2)).mean() for f in (full, late)]
        errors.append(np.log(means[1] / means[0]))
        found += "late-data" in {finding.rule for finding in late.findings}
    assert np.abs(np.mean(errors)) < 0.05
    assert np.max(np.abs(errors)) < 0.12
    assert found >= 7


def test_a_break_eight_weeks_ago_is_found_and_dated() -> None:
    found, wrong, errors = 0, 0, []
    for seed in SEEDS:
        truth = simulate(seed)
        cell = seed  # another place every time, whatever its size
        panel = with_break(truth, cell, weeks_ago=8, change=-0.6)
        response = ResponseModel().fit(panel)
        breaks = [finding.problem for finding in response.findings if finding.rule == "break"]
        near = [f"week of {panel.weeks[truth.weeks - 8 + shift]}" for shift in range(-2, 3)]
        mine = [text for text in breaks if text.startswith(f"{truth.cells[cell].label} lost")]
        found += any(week in text for text in mine for week in near)
        wrong += len(breaks) - len(mine)
        weekly = np.repeat(truth.today[:, None], WEEKS, axis=1)
        carried = carry(np.concatenate([truth.spend, weekly], axis=1), truth.decay)[:, truth.weeks :]
        season = truth.demand[truth.weeks : truth.weeks + WEEKS]
        true = (season * (truth.organic[:, None] + 0.4 * truth.height(carried)))[cell].sum()
        promised = response.forecast(weekly)["conversions"].expected.mean(axis=0)[cell].sum()
        errors.append(np.log(promised / true))
    assert found >= 6
    assert wrong <= 1
    assert np.median(np.abs(errors)) < 0.3  # a forecast at the old level would be off by about 0.75
