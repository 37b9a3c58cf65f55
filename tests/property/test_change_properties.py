"""Scenarios hold in every figure alike, can be taken back, and nothing that a link may hold breaks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.planning.asked import Asked
from optimizer.planning.change import Change, shift_of
from optimizer.response import FittedResponse, ModelSettings, ResponseModel
from optimizer.response.adjust import shifted
from tests.worlds import WorldSpec, simulate

WEEKS = 4
SHARE = st.floats(-0.9, 3.0)
PROMOTIONS = st.dictionaries(st.integers(1, WEEKS), SHARE, max_size=WEEKS)


@cache
def fitted() -> FittedResponse:
    return ResponseModel(ModelSettings(draws=30)).fit(simulate(2, WorldSpec(cells=6, weeks=60)).panel())


def networks() -> list[str]:
    return sorted({cell.network for cell in fitted().panel.cells})


BY_NETWORK = st.dictionaries(st.sampled_from(["", *networks()]), SHARE, max_size=3)
SHIFTS = st.builds(Change, price=BY_NETWORK, rate=BY_NETWORK, worth=SHARE, promotion=PROMOTIONS)
SPENDS = st.lists(st.floats(0.0, 3.0), min_size=6, max_size=6)


def under(change: Change) -> FittedResponse:
    shift = shift_of(change, fitted().panel.cells)
    return fitted() if shift is None else shifted(fitted(), shift)


def factors(shares: dict[str, float]) -> np.ndarray:
    return np.array([1 + shares.get(cell.network, shares.get("", 0.0)) for cell in fitted().panel.cells])


@settings(max_examples=40)
@given(SHIFTS, SPENDS)
def test_forecast_curves_and_draws_agree_under_any_change(change: Change, shares: list[float]) -> None:
    """Each change acts as it says, on whatever figure is asked for."""
    base, moved = fitted(), under(change)
    weekly = np.array(shares) * base.panel.recent_spend
    price, rate = factors(change.price), factors(change.rate)
    spend = np.repeat(weekly[:, None], WEEKS, axis=1)
    cheap = base.with_today(base.future.today / price)
    week = np.array([1 + change.promotion.get(k + 1, 0.0) for k in range(WEEKS)])
    for name, worth in (("conversions", 1.0), ("revenue", 1.0 + change.worth)):
        mine, told = moved.forecast(spend)[name], cheap.forecast(spend / price[:, None])[name]
        expected = told.expected * rate[:, None] * worth * week
        np.testing.assert_allclose(mine.expected, expected, rtol=1e-8)
        np.testing.assert_allclose(mine.after, told.after * rate * worth, rtol=1e-8)
        # what spend adds, by the curves and by the draws of weekly spend, is what the forecast gains on nothing spent
        none = moved.forecast(np.zeros_like(spend))[name]
        gained = (mine.expected - none.expected).sum(axis=2) + mine.after - none.after
        scale = np.abs(mine.expected).sum(axis=2).max()
        np.testing.assert_allclose(moved.weekly(WEEKS, name).value(spend), gained, rtol=1e-6, atol=1e-9 * scale)
        upper = np.maximum(weekly, 0.1 * base.panel.recent_spend)
        value = moved.curves(upper, WEEKS, name).value(weekly)
        np.testing.assert_allclose(value, gained.mean(axis=0), rtol=0.02, atol=0.002 * scale)


@settings(max_examples=25)
@given(SHIFTS)
def test_a_change_can_be_taken_back(change: Change) -> None:
    back = Change(
        price={name: 1 / (1 + share) - 1 for name, share in change.price.items()},
        rate={name: 1 / (1 + share) - 1 for name, share in change.rate.items()},
        worth=1 / (1 + change.worth) - 1,
        promotion={week: 1 / (1 + rise) - 1 for week, rise in change.promotion.items()},
    )
    there, again = shift_of(change, fitted().panel.cells), shift_of(back, fitted().panel.cells)
    spend = np.repeat(fitted().panel.recent_spend[:, None], WEEKS, axis=1)
    plain = fitted().forecast(spend)
    if there is None or again is None:
        assert there is None
        return
    moved = shifted(shifted(fitted(), there), again).forecast(spend)
    for name, one in plain.items():
        np.testing.assert_allclose(moved[name].expected, one.expected, rtol=1e-8)


LABELS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=12)
AMOUNTS = st.floats(0.0, 1e9)
CHANGES = st.builds(
    Change,
    price=st.dictionaries(LABELS, SHARE, max_size=3),
    rate=BY_NETWORK,
    worth=SHARE,
    off=st.lists(LABELS, max_size=3).map(tuple),
    added=st.lists(st.tuples(LABELS, LABELS), max_size=3).map(tuple),
    added_most=st.dictionaries(LABELS, AMOUNTS, max_size=2),
    promotion=st.dictionaries(st.integers(1, 52), SHARE, max_size=3),
    team_cost=AMOUNTS,
    production_cost=st.dictionaries(LABELS, AMOUNTS, max_size=2),
)
LIMITS = st.tuples(st.none() | st.floats(0.0, 10.0), st.none() | st.floats(10.0, 1e6))
QUESTIONS = st.builds(
    Asked,
    budget=st.floats(1.0, 1e9),
    weeks=st.integers(1, 52),
    goal=st.sampled_from(["", "revenue", "profit"]),
    by_audience=st.booleans(),
    risk=st.sampled_from(["mean", "careful"]),
    largest_share=st.none() | st.floats(0.01, 1.0),
    largest_step=st.none() | st.floats(0.0, 5.0),
    limits=st.dictionaries(LABELS, LIMITS, max_size=3),
    locks=st.dictionaries(LABELS, AMOUNTS, max_size=3),
    rules=LABELS | st.just(""),
    settings=st.dictionaries(LABELS, st.floats(0.0, 1.0) | LABELS | st.booleans(), max_size=3),
    seed=st.integers(0, 99),
)


@given(CHANGES)
def test_a_change_survives_json(change: Change) -> None:
    assert Change.from_json(json.loads(json.dumps(change.to_json(), allow_nan=False))) == change


@given(QUESTIONS)
def test_a_question_survives_json(asked: Asked) -> None:
    assert Asked.from_json(json.loads(json.dumps(asked.to_json(), allow_nan=False))) == asked


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CHANGE_KEYS = st.sampled_from(sorted(replace(Change()).__dataclass_fields__))
ASKED_KEYS = st.sampled_from(sorted(Asked(1.0, 1).__dataclass_fields__))


def read(made: Callable[[object], Change | Asked], plain: object) -> Change | Asked | str:
    """What plain values are, or the sentence that refuses them."""
    try:
        return made(plain)
    except InputError as told:
        return str(told)


@given(ANYTHING | st.dictionaries(CHANGE_KEYS, ANYTHING, max_size=3))
def test_whatever_a_link_holds_is_a_change_or_refused_in_a_sentence(plain: object) -> None:
    change = read(Change.from_json, plain)
    if isinstance(change, str):
        assert change.endswith((".", "?"))
    else:
        assert Change.from_json(change.to_json()) == change


@given(ANYTHING | st.dictionaries(ASKED_KEYS, ANYTHING, max_size=3).map(lambda more: {"budget": 5, "weeks": 2, **more}))
def test_whatever_a_link_holds_is_a_question_or_refused_in_a_sentence(plain: object) -> None:
    asked = read(Asked.from_json, plain)
    if isinstance(asked, str):
        assert asked.endswith((".", "?"))
    else:
        assert Asked.from_json(asked.to_json()) == asked
