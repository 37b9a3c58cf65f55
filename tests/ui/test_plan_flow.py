"""Money that changes its place: who gives, who receives, and the chart of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from optimizer.history.panel import Cell
from optimizer.planning.plan import Interval, Plan
from optimizer.ui.components.tables import flow_html
from optimizer.ui.format import NBSP
from optimizer.ui.plan_charts import flow_frame, flow_height, flow_margin, flow_option
from optimizer.ui.plan_flow import MOST_ENDS, End, Flow, flow

MakePlan = Callable[..., Plan]
GAIN = Interval(1.0, 0.5, 2.0)


def flowing(plan: Plan) -> Flow:
    shown = flow(plan)
    assert shown is not None
    return shown


def test_givers_and_takers_are_named_largest_first(make: MakePlan) -> None:
    shown = flowing(make([1400.0, 1000.0, 700.0, 1300.0, 600.0], GAIN))
    assert [(one.name, one.written) for one in shown.givers] == [
        ("Facebook image", "−600"), ("Facebook video", "−500"), ("Instagram image", "−300"),
    ]  # fmt: skip
    assert [(one.name, one.written) for one in shown.takers] == [("Instagram reel", "+800"), ("TikTok video", "+600")]
    assert shown.middle.replace(NBSP, " ") == "EUR 1,400 a week"
    assert "EUR 1,400 of EUR 5,000 a week" in shown.caption.replace(NBSP, " ")


def test_every_giver_gives_by_what_is_received(make: MakePlan) -> None:
    shown = flowing(make([1400.0, 1000.0, 700.0, 1300.0, 600.0], GAIN))
    assert shown.links.sum(axis=1) == pytest.approx([600.0, 500.0, 300.0])
    assert shown.links.sum(axis=0) == pytest.approx([800.0, 600.0])
    frame = flow_frame(shown)
    assert len(frame) == 6
    assert frame.iloc[0].tolist() == ["Facebook image", "Instagram reel", pytest.approx(600 * 800 / 1400, abs=0.01)]


def test_where_nothing_moves_there_is_no_flow(make: MakePlan) -> None:
    assert flow(make([2000.0, 1500.0, 1000.0, 500.0, 0.0], GAIN)) is None
    assert flow(make([2000.0, 1499.8, 1000.2, 500.0, 0.0], GAIN)) is None, "less than the table writes"


def test_money_left_unspent_is_received_by_nobody(make: MakePlan) -> None:
    shown = flowing(replace(make([1400.0, 1000.0, 1000.0, 700.0, 0.0], GAIN), unspent=4 * 900.0))
    assert [(one.name, one.written) for one in shown.takers] == [("Instagram reel", "+200"), ("Left unspent", "+900")]
    assert "stays unspent" in shown.caption


def test_long_amounts_get_room_for_their_line(make: MakePlan, plan: Plan) -> None:
    usual = flowing(make([1400.0, 1000.0, 700.0, 1300.0, 600.0], GAIN))
    assert flow_margin(usual) == 175
    long = End("Instagram carousel", 7e7, "+70,203,437")
    assert flow_margin(replace(usual, takers=(long,))) >= 7.2 * len(long.label)
    assert flow_option(replace(usual, takers=(long,)))["series"][0]["left"] > 175  # type: ignore[index]


def test_many_small_places_are_added_up(plan: Plan) -> None:
    cells = [Cell("facebook", f"type{k:02}") for k in range(MOST_ENDS + 4)]
    moves = [replace(plan.moves[0], cell=cell, today=100.0 + k, plan=0.0) for k, cell in enumerate(cells)]
    taker = replace(plan.moves[3], today=0.0, plan=sum(move.today for move in moves))
    shown = flowing(replace(plan, moves=(*moves, taker)))
    assert [one.name for one in shown.givers][-1] == "4 other places"
    assert shown.givers[-1].amount == pytest.approx(100 + 101 + 102 + 103)
    assert len(shown.givers) == MOST_ENDS + 1
    assert sum(one.amount for one in shown.givers) == pytest.approx(taker.plan)


def test_a_single_small_place_keeps_its_name(plan: Plan) -> None:
    cells = [Cell("facebook", f"type{k:02}") for k in range(MOST_ENDS + 1)]
    moves = [replace(plan.moves[0], cell=cell, today=100.0, plan=0.0) for cell in cells]
    taker = replace(plan.moves[3], today=0.0, plan=100.0 * len(moves))
    assert len(flowing(replace(plan, moves=(*moves, taker))).givers) == MOST_ENDS + 1


def test_the_chart_balances_and_is_plain_data(make: MakePlan) -> None:
    shown = flowing(make([1400.0, 1000.0, 700.0, 1300.0, 600.0], GAIN))
    (series,) = json.loads(json.dumps(flow_option(shown)))["series"]
    names = [node["name"] for node in series["data"]]
    assert len(names) == len(set(names)) == 6
    into = sum(link["value"] for link in series["links"] if link["target"] == shown.middle)
    out = sum(link["value"] for link in series["links"] if link["source"] == shown.middle)
    assert into == pytest.approx(out) == pytest.approx(1400.0)
    assert flow_height(shown) >= 180


def test_the_same_is_said_in_words_and_drawn_without_colour(make: MakePlan) -> None:
    shown = flowing(make([1400.0, 1000.0, 700.0, 1300.0, 600.0], GAIN))
    for one in (*shown.givers, *shown.takers):
        assert f"{one.name} {one.written}" in shown.description
    html = flow_html(shown)
    assert "▼ Gives" in html
    assert "▲ Receives" in html
    assert "<span>TikTok video</span><b>+600</b>" in html


def test_names_from_a_file_cannot_become_markup(plan: Plan) -> None:
    evil = "<img src=x onerror=alert(1)>"
    moves = tuple(replace(move, cell=Cell(evil, move.cell.content_type)) for move in plan.moves)
    assert "<img" not in flow_html(flowing(replace(plan, moves=moves))).lower()
