"""What the pages ask for: the same figures whichever page asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.planning.asked import Asked
from optimizer.ui import service

ASKED = Asked(budget=60_000, weeks=4, goal="revenue")


def test_fixing_what_the_plan_gives_anyway_changes_no_figure() -> None:
    source = service.sample_source()
    free = service.plan(source, ASKED)
    largest = sorted(free.moves, key=lambda move: -abs(move.change))[:3]
    fixed = service.plan(source, replace(ASKED, locks={move.cell.label: move.plan for move in largest}))
    assert fixed.gain["revenue"].mean == pytest.approx(free.gain["revenue"].mean, rel=0.002)
    assert fixed.baseline_total["revenue"] == free.baseline_total["revenue"]
    assert [move.today for move in fixed.moves] == [move.today for move in free.moves]


def test_fixing_a_place_at_what_it_gets_today_costs_something() -> None:
    source = service.sample_source()
    free = service.plan(source, ASKED)
    move = max(free.moves, key=lambda move: move.change)
    fixed = service.plan(source, replace(ASKED, locks={move.cell.label: move.today}))
    assert fixed.gain["revenue"].mean < 0.95 * free.gain["revenue"].mean


def test_the_same_question_is_answered_once() -> None:
    source = service.sample_source()
    assert service.plan(source, ASKED) is service.plan(source, ASKED)
