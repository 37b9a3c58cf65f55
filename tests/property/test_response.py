"""What must not matter to a fit does not: the currency, the names and the order of the cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.allocation import Bounds, Problem, solve
from optimizer.history.panel import Cell, Panel
from optimizer.response import FittedResponse, ModelSettings, ResponseModel
from tests.panels import changed, select
from tests.worlds import WorldSpec, simulate

WEEKS = 4
SMALL = WorldSpec(cells=4, weeks=60)


def fit(panel: Panel, draws: int = 200) -> FittedResponse:
    return ResponseModel(ModelSettings(draws=draws)).fit(panel)


def totals(response: FittedResponse, spend: np.ndarray) -> np.ndarray:
    """Expected conversions per cell of that constant weekly spend."""
    drawn = response.forecast(np.repeat(spend[:, None], WEEKS, axis=1))["conversions"].expected
    return np.asarray(drawn.sum(axis=2).mean(axis=0))


def best_shares(response: FittedResponse, spend: np.ndarray) -> np.ndarray:
    bounds = Bounds(0.0 * spend, 3.0 * spend)
    curves = response.curves(bounds.upper, WEEKS, "conversions")
    found = solve(Problem(curves, float(spend.sum()), bounds, spend))
    return np.asarray(found.spend / found.spend.sum())


@settings(max_examples=6)
@given(st.integers(0, 1000), st.floats(-9.0, 14.0))
def test_the_currency_does_not_matter(seed: int, log_rate: float) -> None:
    panel, rate = simulate(seed, SMALL).panel(), float(np.exp(log_rate))
    other = changed(panel, lambda spend, _: np.multiply(spend, rate, out=spend))
    one, two = fit(panel), fit(other)
    today = panel.recent_spend
    assert two.response_odds == pytest.approx(one.response_odds, rel=1e-4, abs=1e-3)
    assert [e.label for e in two.evidence] == [e.label for e in one.evidence]
    for share in (0.5, 1.0, 2.0):
        assert totals(two, share * rate * today) == pytest.approx(totals(one, share * today), rel=1e-4)
    assert best_shares(two, rate * today) == pytest.approx(best_shares(one, today), abs=2e-3)


@settings(max_examples=4)
@given(st.integers(0, 1000))
def test_names_do_not_matter(seed: int) -> None:
    panel = simulate(seed, SMALL).panel()
    renamed = replace(panel, cells=tuple(Cell("n" + c.network, "k" + c.content_type) for c in panel.cells))
    one, two = fit(panel), fit(renamed)
    today = panel.recent_spend
    assert two.response_odds == pytest.approx(one.response_odds, rel=1e-6)
    assert totals(two, 1.5 * today) == pytest.approx(totals(one, 1.5 * today), rel=1e-6)


@settings(max_examples=6)
@given(st.integers(0, 1000), st.permutations(range(4)))
def test_the_order_of_cells_does_not_matter(seed: int, order: list[int]) -> None:
    panel = simulate(seed, SMALL).panel()
    one, two = fit(panel, draws=1000), fit(select(panel, order), draws=1000)
    assert two.response_odds == pytest.approx(one.response_odds, rel=1e-3, abs=0.05)
    today = panel.recent_spend
    for share in (0.5, 1.0, 1.5):  # cells get other random numbers, so up to their error
        assert totals(two, share * today[order]) == pytest.approx(totals(one, share * today)[order], rel=0.04)


@settings(max_examples=6)
@given(st.integers(0, 1000), st.floats(0.2, 6.0), st.integers(1, 12), st.sampled_from(["conversions", "revenue"]))
def test_curves_never_fall(seed: int, reach: float, weeks: int, goal: str) -> None:
    panel = simulate(seed, SMALL).panel()
    response = fit(panel, draws=60)
    upper = reach * panel.recent_spend
    value = response.curves(upper, weeks, goal).value(upper[:, None] * np.linspace(0.0, 1.0, 60))
    assert value[:, 0] == pytest.approx(np.zeros(4), abs=1e-9 * value.max())
    assert (np.diff(value, axis=1) >= -1e-9 * value.max()).all()
    assert (value[:, -1] > 0).all()


def test_no_response_is_claimed_where_outcomes_are_shuffled() -> None:
    claimed = []
    for seed in range(10):
        panel, rng = simulate(seed, SMALL).panel(), np.random.default_rng(seed)

        def shuffle(_: np.ndarray, outcomes: dict[str, np.ndarray], rng: np.random.Generator = rng) -> None:
            for row in outcomes["conversions"]:
                rng.shuffle(row)

        claimed.append(fit(changed(panel, shuffle), draws=20).responsive)
    assert sum(claimed) <= 1


def test_a_response_is_claimed_where_there_is_one() -> None:
    assert all(fit(simulate(seed, SMALL).panel(), draws=20).responsive for seed in range(10))
