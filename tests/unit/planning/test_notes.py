"""What a plan says about its calendar and its cells."""

from __future__ import annotations

import datetime as dt

import pytest

from optimizer.history import load_history
from optimizer.planning.build import make_plan
from optimizer.planning.request import PlanRequest


@pytest.mark.parametrize(("today", "said"), [(dt.date(2025, 8, 11), False), (dt.date(2025, 8, 12), True)])
def test_weeks_of_the_past_and_audiences_that_are_not_there_are_said(history_file, today, said):
    request = PlanRequest(budget=3_000, weeks=1, draws=20, today=today, by_audience=True)
    rules = [one.rule for one in make_plan(load_history(history_file), request).findings]
    assert ("planned-past" in rules) is said
    assert "no-audience" in rules
