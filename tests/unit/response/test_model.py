"""What downstream asks of a fit, on ordinary and on odd histories."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.panel import Floats, Panel
from optimizer.response import FittedResponse, ModelSettings, ResponseModel
from tests.panels import changed
from tests.worlds import WorldSpec, simulate

WEEKS = 4


def nothing_sold(spend: Floats, outcomes: dict[str, Floats]) -> None:
    for values in outcomes.values():
        values[:] = 0.0


def untried(spend: Floats, outcomes: dict[str, Floats]) -> None:
    for values in (spend, *outcomes.values()):
        values[0] = np.nan


def constant(spend: Floats, outcomes: dict[str, Floats]) -> None:
    spend[:] = spend.mean(axis=1, keepdims=True)


def on_and_off(spend: Floats, outcomes: dict[str, Floats]) -> None:
    off = np.random.default_rng(0).random(spend.shape) < 0.3
    spend[off] = 0.0
    outcomes["conversions"][off] = 0.0


WORLD = simulate(0)
ODD = {
    "ordinary": WORLD.panel(),
    "one cell": simulate(3, WorldSpec(cells=1)).panel(),
    "two weeks": simulate(3, WorldSpec(weeks=2)).panel(),
    "one week": simulate(3, WorldSpec(weeks=1)).panel(),
    "one cell, three weeks": simulate(3, WorldSpec(cells=1, weeks=3)).panel(),
    "nothing sold": changed(WORLD.panel(), nothing_sold),
    "an untried cell": changed(WORLD.panel(), untried),
    "constant spend": changed(WORLD.panel(), constant),
    "on and off": changed(WORLD.panel(), on_and_off),
    "huge money": changed(WORLD.panel(), lambda spend, _: np.multiply(spend, 1e6, out=spend)),
}


@pytest.fixture(scope="module", params=list(ODD))
def odd(request: pytest.FixtureRequest) -> FittedResponse:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ResponseModel(ModelSettings(draws=60)).fit(ODD[request.param])


def test_every_history_gets_an_answer_in_numbers(odd: FittedResponse) -> None:
    cells = len(odd.panel.cells)
    usual = np.maximum(odd.panel.recent_spend, 100.0)
    assert len(odd.evidence) == cells
    assert np.isfinite(odd.response_odds)
    for outcome, draws in odd.forecast(np.repeat(usual[:, None], WEEKS, 1)).items():
        assert outcome in odd.outcomes
        assert draws.expected.shape == draws.observed.shape == (60, cells, WEEKS)
        assert draws.after.shape == (60, cells)
        for values in (draws.expected, draws.observed, draws.after):
            assert np.isfinite(values).all()
            assert (values >= 0).all()
    for goal in odd.outcomes:
        curves = odd.curves(3.0 * usual, WEEKS, goal)
        steps = curves.value(usual[:, None] * np.linspace(0.0, 3.0, 25))
        assert np.isfinite(steps).all()
        assert (np.diff(steps, axis=1) >= -1e-9 * np.abs(steps).max()).all()


@pytest.mark.parametrize("name", ["nothing sold", "constant spend", "one week"])
def test_without_evidence_no_response_is_claimed(name: str) -> None:
    fit = ResponseModel().fit(ODD[name])
    assert not fit.responsive
    assert [finding.rule for finding in fit.findings].count("no-response") == 1


@pytest.mark.parametrize("name", ["ordinary", "one cell", "an untried cell", "on and off"])
def test_a_response_is_seen(name: str) -> None:
    fit = ResponseModel().fit(ODD[name])
    assert fit.responsive
    assert "no-response" not in {finding.rule for finding in fit.findings}


def test_an_untried_cell_is_judged_by_its_kin() -> None:
    fit = ResponseModel().fit(ODD["an untried cell"])
    assert fit.evidence[0].label == "none"
    usual = float(np.median(fit.panel.recent_spend[1:]))
    curves = fit.curves(np.full(8, usual), WEEKS, "conversions")
    value = curves.value(np.full(8, usual))
    assert 0.2 * value[1:].min() < value[0] < 5.0 * value[1:].max()


def test_forecasts_of_nothing_sold_are_next_to_nothing() -> None:
    fit = ResponseModel().fit(ODD["nothing sold"])
    forecast = fit.forecast(np.repeat(fit.panel.recent_spend[:, None], WEEKS, 1))
    assert forecast["conversions"].expected.sum(axis=(1, 2)).mean() < 1.0
    assert forecast["revenue"].expected.max() == 0.0


def test_unknown_outcomes_and_goals_are_refused_by_name(fitted: FittedResponse) -> None:
    with pytest.raises(InputError, match=r"'followers'.*conversions"):
        ResponseModel().fit(fitted.panel, "followers")
    with pytest.raises(InputError, match=r"'clicks'.*conversions"):
        fitted.curves(fitted.panel.recent_spend, WEEKS, "clicks")


def test_without_revenue_conversions_alone_are_forecast(panel: Panel) -> None:
    fit = ResponseModel().fit(replace(panel, outcomes={"conversions": panel.outcomes["conversions"]}))
    assert fit.outcomes == ("conversions",)
    assert list(fit.forecast(np.repeat(panel.recent_spend[:, None], WEEKS, 1))) == ["conversions"]


def test_revenue_can_be_fitted_as_an_outcome_of_its_own(panel: Panel, fitted: FittedResponse) -> None:
    fit = ResponseModel().fit(replace(panel, outcomes={"revenue": panel.outcomes["revenue"]}), "revenue")
    spend = np.repeat(panel.recent_spend[:, None], WEEKS, 1)
    own, through = (f.forecast(spend)["revenue"].expected.sum(axis=(1, 2)).mean() for f in (fit, fitted))
    assert own == pytest.approx(through, rel=0.15)


def test_fitting_twice_gives_the_same_and_does_not_touch_the_panel(panel: Panel, fitted: FittedResponse) -> None:
    spend, sold = panel.spend.copy(), panel.outcomes["conversions"].copy()
    again = ResponseModel().fit(panel)
    assert np.array_equal(panel.spend, spend)
    assert np.array_equal(panel.outcomes["conversions"], sold)
    plan = np.repeat(panel.recent_spend[:, None], WEEKS, 1)
    one, two = (f.forecast(plan)["revenue"].observed for f in (fitted, again))
    assert np.array_equal(one, two)
