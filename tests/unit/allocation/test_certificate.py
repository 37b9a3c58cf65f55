"""The certificate believes nobody: it recomputes value and bound, and refuses what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem, Status
from optimizer.allocation.certificate import Part, Proof, certify
from optimizer.allocation.envelope import AnyResponse
from optimizer.errors import InternalError
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves

CELLS = [Cell("a", "x"), Cell("b", "x")]
BOUNDS = Bounds(np.zeros(2), np.full(2, 100.0))


def concave() -> Problem:
    curves = Curves.from_slopes(CELLS, [0.0, 100.0], [[4, 0], [2, 0]], [10, 20])
    return Problem(curves, 90.0, BOUNDS, np.ones(2))


def thresholds() -> Problem:
    curves = Curves.from_points(CELLS, [[0, 90, 100], [0, 90, 100]], [[0, 0, 50], [0, 0, 60]])
    return Problem(curves, 100.0, BOUNDS, np.ones(2))


def test_a_split_that_is_not_best_gets_its_gap() -> None:
    best = 10 + 20 + 4 * 190 / 3 - 0.02 * (190 / 3) ** 2 + 2 * 80 / 3 - 0.01 * (80 / 3) ** 2
    proof = certify(concave(), BOUNDS, np.array([45.0, 45.0]), Proof((Part(4 - 0.04 * 190 / 3),)))
    assert proof.status is Status.FEASIBLE
    assert proof.bound == pytest.approx(best)
    assert proof.gap == pytest.approx((best - proof.value) / best)


@pytest.mark.parametrize("price", [0.0, 0.3, 1.4, 2.0, 50.0])
def test_any_price_proves_a_bound(price: float) -> None:
    best = certify(concave(), BOUNDS, np.array([190 / 3, 80 / 3])).value
    assert certify(concave(), BOUNDS, np.array([45.0, 45.0]), Proof((Part(price),))).bound >= best - 1e-9


def test_the_splits_own_marginal_value_proves_a_concave_problem() -> None:
    proof = certify(concave(), BOUNDS, np.array([190 / 3, 80 / 3]))
    assert proof.status is Status.OPTIMAL
    assert proof.gap < 1e-14


def test_cuts_tighten_the_bound_by_hand() -> None:
    split = np.array([0.0, 100.0])
    whole = certify(thresholds(), BOUNDS, split, Proof((Part(0.5),)))
    assert whole.bound == pytest.approx(0 + 10 + 50)
    # Cut cell 0 at 50: below, price 0.6 gives (0 - 0) + (60 - 60) + 60; above, cell 1 has at most 50 and brings 0.
    cut = Proof((Part(0.5, 0, 50.0, (1, 2)), Part(0.6), Part(0.5)))
    assert certify(thresholds(), BOUNDS, split, cut).bound == pytest.approx(60.0)


def test_a_part_that_cannot_hold_the_budget_bounds_nothing() -> None:
    bounds = Bounds(np.zeros(2), np.array([100.0, 95.0]))
    cut = Proof((Part(0.5, 0, 2.0, (1, 2)), Part(99.0), Part(0.5)))
    low = certify(thresholds(), bounds, np.array([50.0, 50.0]), Proof((Part(0.5),)))
    assert certify(thresholds(), bounds, np.array([50.0, 50.0]), cut).bound <= low.bound + 1e-9


@pytest.mark.parametrize(
    ("spend", "words"),
    [
        ([45.0, 44.0], "spends 89.0 of the budget 90.0"),
        ([-1.0, 91.0], "gives a/x -1.0, outside of its bounds"),
        ([np.nan, 90.0], "spends nan"),
    ],
)
def test_what_breaks_a_rule_is_refused(spend: list[float], words: str) -> None:
    with pytest.raises(InternalError, match=words):
        certify(concave(), BOUNDS, np.array(spend))


def test_a_bound_below_the_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = AnyResponse.at
    monkeypatch.setattr(AnyResponse, "at", lambda self, price: (answer(self, price)[0], answer(self, price)[1] * 0.9))
    with pytest.raises(InternalError, match="stands above its proven bound"):
        certify(concave(), BOUNDS, np.array([190 / 3, 80 / 3]))


def test_a_split_a_rounding_error_off_a_corner_is_judged_as_on_it() -> None:
    curves = Curves.from_points(CELLS, [[0, 50, 100], [0, 50, 100]], [[0, 100, 110], [0, 90, 99]])
    problem = Problem(curves, 100.0, BOUNDS, np.ones(2))
    proof = certify(problem, BOUNDS, np.array([50.0 - 1e-14, 50.0 + 1e-14]))
    assert proof.price == pytest.approx(0.2)
    assert proof.gap < 1e-14
