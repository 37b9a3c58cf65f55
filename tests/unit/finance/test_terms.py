"""What finance reckons with: taken from the settings, checked against the history."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.finance.terms import terms_of
from optimizer.history.panel import Cell
from optimizer.planning.settings import settings_of

CELLS = (Cell("facebook", "image"), Cell("facebook", "video"), Cell("tiktok", "video"))


def test_a_margin_alone_is_one_share():
    terms = terms_of(settings_of({"margin": 0.4}), CELLS, True)
    assert terms.shares == {"all_variable_costs": 0.6}
    assert terms.margin == 0.4
    assert terms.assumed == ("facebook", "tiktok")
    assert np.array_equal(terms.factor_draws(CELLS, 20, 0), np.ones((20, 3)))


def test_shares_make_the_margin():
    plain = {"finance": {"returns": 0.05, "cost_of_goods": 0.45, "variable_costs": 0.1}}
    terms = terms_of(settings_of(plain), CELLS, True)
    assert tuple(terms.shares) == ("returns", "cost_of_goods", "variable_costs")
    assert terms.margin == pytest.approx(0.4)


def test_draws_of_a_factor_keep_its_mean_and_its_ends():
    settings = settings_of({"margin": 0.4, "incrementality": {"facebook": {"factor": 0.8, "low": 0.5, "high": 1.0}}})
    terms = terms_of(settings, CELLS, True)
    drawn = terms.factor_draws(CELLS, 20_000, 3)
    assert drawn.mean(axis=0) == pytest.approx([0.8, 0.8, 1.0])
    assert np.array_equal(drawn[:, 0], drawn[:, 1])  # one network, one factor
    low, high = np.percentile(drawn[:, 0], [5, 95])
    assert (low, high) == pytest.approx((0.5, 1.0), rel=0.05)
    assert terms.assumed == ("tiktok",)
    assert np.array_equal(drawn, terms.factor_draws(CELLS, 20_000, 3))


def test_a_conversion_with_a_worth_makes_revenue():
    terms = terms_of(settings_of({"margin": 0.4, "outcomes": {"conversions": 42}}), CELLS, False)
    assert terms.value_per_conversion == 42.0
    assert (
        terms_of(settings_of({"margin": 0.4, "outcomes": {"conversions": 42}}), CELLS, True).value_per_conversion
        is None
    )


@pytest.mark.parametrize(
    ("plain", "with_revenue", "told"),
    [
        (None, True, "a statement needs the contribution margin of revenue, which is not known; write margin = 0.4"),
        ({}, True, "settings: a statement needs the contribution margin of revenue"),
        ({"margin": 0.4}, False, "settings: a statement needs revenue, which the history does not have; say in the"),
        ({"margin": 0.4, "incrementality": {"tictok": 0.8}}, True, "settings, key incrementality.tictok: the history "
         "has no tictok; did you mean tiktok?"),
        ({"margin": 0.4, "assets": {"reel": 3}}, True, "settings, key assets.reel: the history has no reel; "),
        ({"margin": 0.4, "production": {"reel": 3}}, True, "settings, key production.reel: the history has no reel; "),
    ],
)  # fmt: skip
def test_what_a_statement_cannot_do_without(plain, with_revenue, told):
    with pytest.raises(InputError) as refused:
        terms_of(None if plain is None else settings_of(plain), CELLS, with_revenue)
    assert str(refused.value).startswith(told)
