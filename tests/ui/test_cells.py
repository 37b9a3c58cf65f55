"""Grid, table and curves of the hand-made plan, and that HTML made of them is safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from optimizer.history.panel import Cell
from optimizer.planning.plan import Interval, Plan
from optimizer.ui.cells import grid, move_rows, next_step
from optimizer.ui.components.tables import findings_html, grid_html, moves_html
from optimizer.ui.format import NBSP
from optimizer.ui.view import FindingLine

MakePlan = Callable[..., Plan]


def test_grid_shows_today_plan_and_change(plan: Plan) -> None:
    shown = grid(plan)
    cell = shown.cells["instagram", "reel"]
    assert (cell.today, cell.plan, cell.change, cell.direction, cell.strength) == ("500", "2,000", "+1,500", "up", 1.0)
    assert shown.cells["facebook", "video"].direction == "same"
    assert ("tiktok", "reel") not in shown.cells


def test_grid_totals_add_up_and_order_is_by_plan(plan: Plan) -> None:
    shown = grid(plan)
    assert shown.networks == ("instagram", "facebook", "tiktok")
    assert (shown.cells["facebook", ""].today, shown.cells["facebook", ""].plan) == ("3,500", "2,000")
    assert (shown.cells["", ""].today, shown.cells["", ""].plan) == ("5,000", "5,000")


def test_grid_sums_over_audiences(plan: Plan) -> None:
    moves = tuple(
        replace(move, cell=Cell("facebook", "image", audience), today=100.0, plan=150.0)
        for move, audience in zip(plan.moves[:2], ("new", "returning"), strict=True)
    )
    cell = grid(replace(plan, moves=moves)).cells["facebook", "image"]
    assert (cell.today, cell.plan) == ("200", "300")


def test_moves_are_sorted_by_size_and_the_rest_is_apart(make: MakePlan) -> None:
    moving, staying = move_rows(make([1500.0, 1500.0, 700.0, 1300.0, 0.0], Interval(1.0, 0.5, 2.0)))
    assert [row.place for row in moving] == ["Instagram reel", "Facebook image", "Instagram image"]
    assert [row.place for row in staying] == ["Facebook video", "TikTok video"]


def test_a_row_of_the_table_is_complete(plan: Plan) -> None:
    row = next(row for row in move_rows(plan)[0] if row.place == "Instagram reel")
    assert (row.today, row.plan, row.change) == ("500", "2,000", "+1,500")
    assert row.change_share.replace(NBSP, " ") == "+300 %"
    assert row.per_day == "286"
    assert next_step(plan) == 100.0
    assert row.marginal == "620 → 450"  # marginal 6.2 and 4.5 on 100
    assert (row.evidence, row.evidence_dots, row.reason) == ("none", "○○○", "Reason 3.")
    assert row.warning.startswith("Planned 2,000")


def test_a_place_new_to_the_plan_has_no_share(make: MakePlan) -> None:
    moving, _ = move_rows(make([1500.0, 1500.0, 1000.0, 500.0, 500.0], Interval(1.0, 0.5, 2.0)))
    row = next(row for row in moving if row.place == "TikTok video")
    assert (row.today, row.change, row.change_share) == ("0", "+500", "")


def test_names_from_a_file_cannot_become_markup(plan: Plan) -> None:
    evil = '<img src=x onerror="alert(1)">'
    moves = tuple(
        replace(move, cell=Cell(evil, evil), reason=evil, warning=evil, evidence_reason=evil) for move in plan.moves
    )
    shown = replace(plan, moves=moves)
    moving, staying = move_rows(shown)
    html = (
        grid_html(grid(shown), evil)
        + moves_html((*moving, *staying), evil)
        + findings_html([FindingLine(evil, evil, True)])
    )
    assert "<img" not in html.lower()
    assert 'onerror="' not in html


def test_change_is_told_by_arrow_and_text_not_by_colour_alone(plan: Plan) -> None:
    html = grid_html(grid(plan), "caption")
    assert "<b>2,000</b><span>▲ 1,500</span>" in html
    assert "<b>500</b><span>▼ 1,500</span>" in html
    assert "<b>1,500</b><span>=</span>" in html


def test_a_change_that_would_be_written_as_nothing_is_none(make: MakePlan) -> None:
    shown = make([2000.0, 1500.0, 999.7, 500.0, 0.3], Interval(1.0, 0.5, 2.0))
    moving, staying = move_rows(shown)
    assert moving == ()
    new = next(row for row in staying if row.place == "TikTok video")
    assert (new.today, new.plan, new.per_day) == ("0", "<1", "<1")


def test_money_counted_in_thousands_keeps_its_decimals(plan: Plan) -> None:
    moves = tuple(replace(move, today=move.today / 1000, plan=move.plan / 1000) for move in plan.moves)
    row = move_rows(replace(plan, moves=moves, spend=plan.spend / 1000))[0][0]
    assert (row.today, row.plan, row.change) in {("2.00", "0.50", "−1.50"), ("0.50", "2.00", "+1.50")}
