"""What is typed into the grid becomes locks and limits, or a sentence on why not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimizer.language.catalogue import speaker
from optimizer.planning.asked import Asked
from optimizer.planning.plan import Interval, Plan
from optimizer.ui.plan_edits import AMOUNT, KEEP, LEAST, MOST, GridRow, freed, rows_of, take
from tests.ui.conftest import CELLS

ASKED = Asked(20_000.0, 4)
RECENT = np.array([200.0, 150.0, 100.0, 50.0, 0.0])
IMAGE, VIDEO = "facebook/image", "facebook/video"


@pytest.fixture
def rows(plan: Plan) -> tuple[GridRow, ...]:
    return rows_of(ASKED, CELLS, RECENT, plan)


def row(rows: tuple[GridRow, ...], label: str) -> int:
    return [one.cell.label for one in rows].index(label)


def test_rows_stand_by_recent_spend_whatever_the_plan_says(make: Callable[..., Plan]) -> None:
    plans = (make([500.0, 1500.0, 1000.0, 2000.0, 0.0], Interval(1, 0, 2)), None)
    labels = [[one.cell.label for one in rows_of(ASKED, CELLS, RECENT, plan)] for plan in plans]
    assert labels[0] == labels[1] == [IMAGE, VIDEO, "instagram/image", "instagram/reel", "tiktok/video"]


def test_recent_spend_is_scaled_to_the_budget(rows: tuple[GridRow, ...]) -> None:
    assert [one.recent for one in rows] == pytest.approx([2000.0, 1500.0, 1000.0, 500.0, 0.0])
    assert [one.plan for one in rows] == [500.0, 1500.0, 1000.0, 2000.0, 0.0]


def test_without_recent_spend_nothing_is_divided_by_it() -> None:
    assert [one.recent for one in rows_of(ASKED, CELLS, np.zeros(5), None)] == [0.0] * 5


def test_a_tick_fixes_the_plans_amount(rows: tuple[GridRow, ...]) -> None:
    taken = take(ASKED, rows, {row(rows, IMAGE): {KEEP: True}})
    assert taken.asked.locks == {IMAGE: 500.0}
    assert taken.problems == ()
    assert taken.as_typed


def test_a_fixed_amount_is_written_to_the_cent_within_its_limits(rows: tuple[GridRow, ...]) -> None:
    fine = [GridRow(CELLS[0], 0.0, 1234.5678, most=1234.566), GridRow(CELLS[1], 0.0, 0.012345678)]
    asked = Asked(20_000.0, 4, limits={IMAGE: (None, 1234.566)})
    taken = take(asked, fine, {0: {KEEP: True}, 1: {KEEP: True}})
    assert taken.asked.locks == {IMAGE: 1234.566, VIDEO: 0.012346}


def test_an_amount_fixes_a_place_and_the_box_must_be_drawn_afresh_where_it_was_unticked(
    rows: tuple[GridRow, ...],
) -> None:
    place = row(rows, IMAGE)
    first = take(ASKED, rows, {place: {AMOUNT: 800}})
    assert (first.asked.locks, first.as_typed) == ({IMAGE: 800.0}, True)
    unticked = take(first.asked, rows, {place: {AMOUNT: 800, KEEP: False}})
    assert (unticked.asked.locks, unticked.as_typed) == ({}, False)
    again = take(Asked(20_000.0, 4), rows, {place: {KEEP: False, AMOUNT: 300}})
    assert (again.asked.locks, again.as_typed) == ({IMAGE: 300.0}, False)


def test_edits_taken_before_are_not_taken_again(rows: tuple[GridRow, ...]) -> None:
    """A tick is taken once: the amount stays when the plan has moved on."""
    place = row(rows, IMAGE)
    asked = Asked(20_000.0, 4, locks={IMAGE: 450.0})
    taken = take(asked, rows, {place: {KEEP: True}, row(rows, VIDEO): {LEAST: 100}})
    assert taken.asked.locks == {IMAGE: 450.0}
    assert taken.asked.limits == {VIDEO: (100.0, None)}


def test_limits_are_set_and_cleared(rows: tuple[GridRow, ...]) -> None:
    place = row(rows, VIDEO)
    set_both = take(ASKED, rows, {place: {LEAST: 100, MOST: 900.5}}).asked
    assert set_both.limits == {VIDEO: (100.0, 900.5)}
    one = take(set_both, rows, {place: {LEAST: None}}).asked
    assert one.limits == {VIDEO: (None, 900.5)}
    assert take(one, rows, {place: {MOST: None}}).asked.limits == {}


def test_clearing_the_amount_sets_a_place_free(rows: tuple[GridRow, ...]) -> None:
    asked = Asked(20_000.0, 4, locks={IMAGE: 450.0, VIDEO: 10.0})
    assert take(asked, rows, {row(rows, IMAGE): {AMOUNT: None}}).asked.locks == {VIDEO: 10.0}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({LEAST: 900, MOST: 400}, "the minimum 900 of facebook/image is above its maximum 400"),
        ({AMOUNT: 900.5, MOST: 400}, "the fixed amount 900.50 of facebook/image is above its maximum 400"),
        ({AMOUNT: 10, LEAST: 400}, "the fixed amount 10 of facebook/image is below its minimum 400"),
        ({AMOUNT: -5}, "-5 a week for facebook/image is not possible"),
        ({MOST: float("nan")}, "nan a week for facebook/image is not possible"),
        ({LEAST: True}, "1 a week for facebook/image is not possible"),
        ({LEAST: "<b>many words of text"}, "<b>many words of tex a week for facebook/image is not possible"),
    ],
)
def test_what_is_not_possible_is_a_sentence_and_changes_nothing(
    rows: tuple[GridRow, ...], typed: dict[str, object], said: str
) -> None:
    taken = take(ASKED, rows, {row(rows, IMAGE): typed})
    assert taken.asked == ASKED
    assert not taken.as_typed
    (problem,) = taken.problems
    assert problem.startswith(said)
    assert "so nothing was changed there" in problem
    assert speaker("vi").tell(problem) != problem


def test_a_row_that_cannot_be_taken_leaves_the_others(rows: tuple[GridRow, ...]) -> None:
    taken = take(ASKED, rows, {row(rows, IMAGE): {AMOUNT: -5}, row(rows, VIDEO): {AMOUNT: 5}})
    assert taken.asked.locks == {VIDEO: 5.0}
    assert len(taken.problems) == 1


def test_an_amount_beyond_all_questions_is_a_sentence(rows: tuple[GridRow, ...]) -> None:
    taken = take(ASKED, rows, {row(rows, IMAGE): {AMOUNT: 1e16}})
    assert taken.asked == ASKED
    assert "facebook/image" in taken.problems[0]


def test_without_a_plan_a_tick_asks_for_the_amount() -> None:
    rows = rows_of(ASKED, CELLS, RECENT, None)
    taken = take(ASKED, rows, {0: {KEEP: True}})
    assert taken.asked == ASKED
    assert taken.problems[0].startswith("there is no plan whose amount facebook/image could be fixed at")


def test_all_can_be_set_free_at_once() -> None:
    asked = Asked(20_000.0, 4, goal="revenue", locks={IMAGE: 1.0}, limits={VIDEO: (None, 3.0)})
    assert freed(asked) == Asked(20_000.0, 4, goal="revenue")
