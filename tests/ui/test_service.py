"""What the pages ask for: the same figures whichever page asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from optimizer.errors import InfeasibleError
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


def test_fixing_a_place_can_make_a_question_possible_that_was_not() -> None:
    """Without the lock no plan keeps the limits, so there is nothing to hold the plan against but itself."""
    source = service.sample_source()
    first, second = (cell.label for cell in service.facts(source).cells[:2])
    asked = replace(ASKED, limits={first: (9_000.0, 16_000.0), second: (9_000.0, 16_000.0)})
    with pytest.raises(InfeasibleError):
        service.plan(source, asked)
    plan = service.plan(source, replace(asked, locks={first: 100.0}))
    assert next(move.plan for move in plan.moves if move.cell.label == first) == pytest.approx(100.0)


def test_what_is_checked_against_the_day_is_not_kept_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    source = service.sample_source()
    plan, history = service.plan(source, ASKED), service.history(source)
    tomorrow = service.today() + dt.timedelta(days=1)
    monkeypatch.setattr(service, "today", lambda: tomorrow)
    assert service.kept_plan(source, ASKED) is None
    assert service.history(source) is not history
    assert service.plan(source, ASKED).run == plan.run
