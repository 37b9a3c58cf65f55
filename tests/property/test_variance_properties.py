"""The bridge leaves nothing over, whatever came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.finance.shapley import STEPS, Side, Volume, effects, in_cents
from optimizer.finance.variance import Rates, make_bridge
from optimizer.history.panel import Cell, Floats
from tests.unit.finance.bridges import as_planned, record


def _side(rng: np.random.Generator, shape: tuple[int, int], late: bool) -> Side:
    """Spend, revenue, conversions and prices of any size, some of them 0, missing, or at odds with each other."""
    size = 10.0 ** rng.uniform(-1, 6)
    spend = np.round(rng.gamma(1.0, size, shape) * (rng.random(shape) > 0.2), 2)
    revenue = np.round(rng.gamma(1.0, 3 * size, shape) * (rng.random(shape) > 0.2) - 0.05 * size, 2)
    conversions = rng.poisson(4.0, shape).astype(np.float64)
    conversions[rng.random(shape) < 0.15] = np.nan
    price = rng.gamma(1.0, 1.0, shape)
    price[rng.random(shape) < 0.15] = np.nan
    reported = rng.choice([1.0, 0.9, 0.3], shape) if late else np.ones(shape)
    return Side(spend, revenue, conversions, price, reported)


def _volume(rng: np.random.Generator, shape: tuple[int, int]) -> Volume:
    periods, cells = shape
    knots = np.cumsum(rng.gamma(1.0, 10.0 ** rng.uniform(0, 5), (cells, 6)), axis=1)
    knots -= knots[:, :1]
    brings = np.cumsum(rng.gamma(1.0, 50.0, (cells, 6)), axis=1) - 20.0 * (rng.random((cells, 1)) < 0.3)
    brings = np.maximum(brings, 0.0)
    return Volume(knots, 40.0 * brings, brings if rng.random() < 0.8 else None, rng.uniform(0.2, 5.0, periods))


@settings(max_examples=1000)
@given(st.integers(0, 2**32 - 1))
def test_steps_add_up_to_the_cent_on_a_thousand_cases(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(1, 4)), int(rng.integers(1, 7))
    plan, actual = _side(rng, shape, late=False), _side(rng, shape, late=True)
    told = effects(plan, actual, _volume(rng, shape))
    assert set(told) == set(STEPS) - {"currency"}
    exact = np.stack(list(told.values()))
    change = actual.revenue - plan.revenue
    moved = np.abs(exact).sum(axis=0) + np.abs(change) + 1.0
    assert np.all(np.abs(exact.sum(axis=0) - change) <= 1e-9 * moved), "it adds up before any rounding"
    cents = np.rint(100.0 * actual.revenue).astype(np.int64) - np.rint(100.0 * plan.revenue).astype(np.int64)
    whole = in_cents(told, cents, 100.0)
    assert np.array_equal(sum(whole.values()), cents)
    for step, effect in told.items():
        assert np.all(np.abs(whole[step] - 100.0 * effect) <= 1.0 + 1e-6 * moved), "no cent is put where it is not due"


def _scaled(rng: np.random.Generator, values: Floats) -> Floats:
    return values * rng.gamma(4.0, 0.25, values.shape) * (rng.random(values.shape) > 0.1)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_every_cut_of_a_record_adds_up_in_any_currency(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = tuple(Cell(network, kind) for network in ("facebook", "tiktok", "x") for kind in ("image", "video"))
    of = record(cells, weeks=6)
    came = as_planned(of, weeks=int(rng.integers(1, 7)))
    came = replace(
        came,
        spend=_scaled(rng, came.spend),
        outcomes={name: np.round(_scaled(rng, values), 2) for name, values in came.outcomes.items()},
        reported=came.reported * rng.choice([1.0, 0.7], came.reported.shape),
    )
    rates = Rates("USD", 1.1, {period.name: float(rng.uniform(0.5, 2.0)) for period in of.periods})
    for bridge in (make_bridge(of, came), make_bridge(of, came, rates)):
        assert np.array_equal(sum(bridge.effects.values()), bridge.actual - bridge.plan)
        cuts = [bridge.leg(p, network, kind) for p in (None, 0) for network in (None, "x") for kind in (None, "image")]
        assert all(leg.residual == 0.0 for leg in cuts)
        parts = [bridge.leg(network=network) for network in bridge.networks]
        for step in bridge.steps:
            assert round(sum(100 * leg.steps[step] for leg in parts)) == round(100 * bridge.leg().steps[step])
