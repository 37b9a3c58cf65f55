"""How sure we are of a cell, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.history.panel import Floats, Panel
from optimizer.response import FittedResponse, ResponseModel
from optimizer.response.evidence import log_spread, marginal_spread
from optimizer.response.posterior import Draws
from tests.panels import changed
from tests.worlds import Truth, WorldSpec, simulate


@pytest.fixture(scope="module")
def mixed(world: Truth) -> FittedResponse:
    """First cell never tried, second three weeks old, third hardly varied, the others as they were."""

    def change(spend: Floats, outcomes: dict[str, Floats]) -> None:
        usual = np.median(spend[2])
        wobble = np.exp(0.03 * np.random.default_rng(0).standard_normal(spend.shape[1]))
        outcomes["conversions"][2] = np.round(outcomes["conversions"][2] * (usual / spend[2]) ** 0.7)
        spend[2] = usual * wobble
        for values in (spend, *outcomes.values()):
            values[0], values[1, :-3] = np.nan, np.nan

    return ResponseModel().fit(changed(world.panel(), change))


def test_labels_follow_what_was_tried(mixed: FittedResponse) -> None:
    labels = [evidence.label for evidence in mixed.evidence]
    assert labels[:3] == ["none", "weak", "weak"]
    assert set(labels[3:]) <= {"strong", "some"}
    assert "strong" in labels[3:]


def test_reasons_give_their_numbers(mixed: FittedResponse) -> None:
    assert mixed.evidence[0].reason.startswith("never tried")
    assert mixed.evidence[1].reason.startswith("3 weeks with spend")
    assert mixed.evidence[2].reason.startswith("104 weeks with spend, which varied by 3 %")


def test_what_was_tried_is_the_range_of_spend(mixed: FittedResponse) -> None:
    assert mixed.evidence[0].tried == (0.0, 0.0)
    for evidence, spend in zip(mixed.evidence[1:], mixed.panel.spend[1:], strict=True):
        assert evidence.tried == (np.nanmin(spend), np.nanmax(spend))


def test_a_cell_without_a_history_is_less_sure_than_one_with(mixed: FittedResponse) -> None:
    upper = np.full(len(mixed.panel.cells), np.nanmedian(mixed.panel.spend))
    bands = mixed.bands(upper, "conversions", points=3)
    width = (bands.high - bands.low)[:, -1] / bands.mean[:, -1]
    assert width[0] > 2.0 * np.median(width[3:])
    assert width[1] > np.median(width[3:])


def test_spread_of_the_return_is_that_of_finite_differences(fitted: FittedResponse) -> None:
    draws = fitted.future.draws
    at = np.full(draws.level.shape[1], 0.8)
    step = 1e-5
    up, down = (
        np.exp(draws.level) * np.where(draws.inert, 1.0, fitted.future.height(np.broadcast_to(x, draws.level.shape)))
        for x in (at + step, at - step)
    )
    marginal = (up - down) / (2.0 * step)
    assert marginal_spread(draws, at) == pytest.approx(marginal.std(axis=0) / marginal.mean(axis=0), rel=1e-4)


def test_draws_that_agree_have_no_spread(draws: Draws) -> None:
    one = replace(
        draws,
        **{name: np.tile(getattr(draws, name)[:1], (5, 1)) for name in ("level", "half", "slope", "organic", "decay")},
        inert=np.zeros((5, draws.level.shape[1]), dtype=bool),
    )
    assert marginal_spread(one, np.ones(draws.level.shape[1])) == pytest.approx(
        np.zeros(draws.level.shape[1]), abs=1e-9
    )


def test_spread_of_spend_looks_at_paid_weeks_alone() -> None:
    assert log_spread(np.array([0.0, np.nan, 10.0, 10.0])) == 0.0
    assert log_spread(np.array([1.0, np.e**2, 0.0])) == pytest.approx(1.0)
    assert log_spread(np.array([0.0, np.nan])) == 0.0


def rules(panel: Panel) -> set[str]:
    return {finding.rule for finding in ResponseModel().fit(panel).findings}


def test_less_than_a_year_is_said_to_be_short() -> None:
    assert "short-season" in rules(simulate(1, WorldSpec(weeks=40)).panel())
    assert "short-season" not in rules(simulate(1, WorldSpec(weeks=60)).panel())
