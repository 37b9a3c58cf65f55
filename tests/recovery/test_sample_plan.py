"""A plan made on the sample history, judged by the truth the sample was drawn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer import Plan, PlanRequest, load_history, make_plan
from optimizer.history import sample

BUDGET, WEEKS = 100_000.0, 4


@pytest.fixture(scope="module")
def plan(sample_history: Path) -> Plan:
    return make_plan(load_history(sample_history), PlanRequest(budget=BUDGET, weeks=WEEKS))


def true_revenue(plan: Plan, spend: np.ndarray) -> float:
    """Of an average week, at each cell's mean weekly spend."""
    places = [(cell.network, cell.content_type) for cell in plan.cells]
    return sample.true_revenue(dict(zip(places, spend.mean(axis=1), strict=True)))


def test_the_plan_really_earns_more_than_todays_split(plan: Plan) -> None:
    before, after = true_revenue(plan, plan.baseline), true_revenue(plan, plan.spend)
    assert after > 1.06 * before


def test_the_promised_gain_is_near_the_true_one(plan: Plan) -> None:
    demand = sample.season(plan.weeks).sum()
    true_gain = demand * (true_revenue(plan, plan.spend) - true_revenue(plan, plan.baseline))
    promised = plan.gain["revenue"]
    assert 0.9 * promised.low < true_gain < 1.1 * promised.high


def test_it_spends_the_budget_on_the_weeks_after_the_history(plan: Plan) -> None:
    assert plan.spend.sum() == pytest.approx(BUDGET, abs=0.01 * plan.spend.size)
    assert [str(week) for week in plan.weeks] == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]


def test_it_is_least_sure_where_little_can_be_known(plan: Plan) -> None:
    evidence = {move.cell.label: move.evidence for move in plan.moves}
    assert evidence["linkedin/document"] in ("weak", "none")  # hardly varied
    assert evidence["tiktok/live"] in ("weak", "none")  # six weeks old
    assert evidence["facebook/carousel"] in ("strong", "some")
