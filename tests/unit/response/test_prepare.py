"""From a panel to the arrays of the fit."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.history.panel import Cell, Panel
from optimizer.response.prepare import prepare

NAN = np.nan


def panel(spend: object, conversions: object = None, cells: tuple[Cell, ...] = ()) -> Panel:
    money = np.atleast_2d(np.asarray(spend, dtype=float))
    seen = np.where(np.isfinite(money), 1.0, NAN) if conversions is None else np.atleast_2d(np.asarray(conversions))
    cells = cells or tuple(Cell("x", f"kind{i}") for i in range(len(money)))
    monday = np.datetime64("2024-01-01", "D") + 7 * np.arange(money.shape[1])
    return Panel(cells, monday, money, {"conversions": seen.astype(float)})


@pytest.mark.parametrize(
    ("spend", "filled"),
    [
        ([10, NAN, 20, 10], [10, 15, 20, 10]),
        ([10, NAN, NAN, 40], [10, 20, 30, 40]),
        ([10, NAN, NAN, NAN, 40], [10, 0, 0, 0, 40]),  # a campaign that was off
        ([NAN, 10, 20], [0, 10, 20]),  # before it began
        ([10, 20, NAN], [10, 20, 20]),
        ([10, 20, NAN, NAN, NAN], [10, 20, 0, 0, 0]),
        ([10, 0, 20], [10, 0, 20]),  # a row that says 0
    ],
)
def test_gaps_in_spend(spend: list[float], filled: list[float]) -> None:
    data = prepare(panel(spend), "conversions")
    assert (data.spend * data.reference[:, None])[0] == pytest.approx(filled)
    assert data.observed[0].tolist() == [bool(np.isfinite(x)) for x in spend]


def test_weeks_without_spend_or_outcome_are_no_evidence() -> None:
    data = prepare(panel([10, NAN, 10, 0], [5, 6, NAN, 3]), "conversions")
    assert data.observed[0].tolist() == [True, False, False, True]
    assert data.outcome[0].tolist() == [5.0, 0.0, 0.0, 3.0]


def test_the_reference_is_the_usual_spend_of_the_last_year() -> None:
    old = np.full(60, 1000.0)
    new = np.concatenate([np.full(20, 0.0), np.full(15, 30.0), np.full(17, 50.0)])
    data = prepare(panel([np.concatenate([old, new])]), "conversions")
    assert data.reference == pytest.approx([(15 * 30.0 + 17 * 50.0) / 32])
    data = prepare(panel([np.concatenate([old, np.zeros(52)])]), "conversions")
    assert data.reference == pytest.approx([1000.0])  # nothing in the last year: what there was before


def test_an_untried_cell_is_measured_in_half_of_what_others_spend() -> None:
    data = prepare(panel([[10, 10], [30, 30], [20, 20], [0, 0], [NAN, NAN]]), "conversions")
    assert data.reference[3:] == pytest.approx([10.0, 10.0])
    assert data.tried.tolist() == [True, True, True, False, False]


def test_money_never_spent_at_all_still_has_a_unit() -> None:
    data = prepare(panel([[0, 0], [NAN, NAN]]), "conversions")
    assert data.reference.tolist() == [1.0, 1.0]
    assert np.isfinite(data.spend).all()


def test_networks_and_content_types_are_told_apart_by_name() -> None:
    cells = (Cell("a", "video"), Cell("a", "image"), Cell("b", "video"), Cell("a", "video", "parents"))
    data = prepare(panel(np.ones((4, 3)), cells=cells), "conversions")
    assert data.network[0] == data.network[1] == data.network[3] != data.network[2]
    assert data.content[0] == data.content[2] == data.content[3] != data.content[1]
