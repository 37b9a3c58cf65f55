"""Curves for charts are those the plan was chosen by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer.history import History, load_history
from optimizer.planning import PlanRequest
from optimizer.planning.return_curves import ReturnCurves, return_curves
from optimizer.planning.settings import Settings
from optimizer.planning.studio import answer, open_studio

BUDGET = 60_000


@pytest.fixture(scope="module")
def history(short_sample: Path) -> History:
    return load_history(short_sample)


def made(history: History, **asked: object) -> tuple[ReturnCurves, object]:
    request = PlanRequest(budget=BUDGET, weeks=4, **asked)  # type: ignore[arg-type]
    studio = open_studio(history, request)
    plan = answer(studio, request)
    return return_curves(studio, request, plan), plan


def test_value_and_marginal_return_are_those_of_the_plan(history: History) -> None:
    curves, plan = made(history)
    for c, move in enumerate(plan.moves):  # type: ignore[attr-defined]
        at = np.clip(move.plan, *plan.curves.knots[c, [0, -1]])  # type: ignore[attr-defined]
        if at > curves.spend[c, 0]:
            known = plan.curves.value(np.where(np.arange(len(plan.cells)) == c, at, 0.0))[c] / 4  # type: ignore[attr-defined]
            assert curves.value_at(c, at) == pytest.approx(known, rel=0.01)
            assert curves.marginal_at(c, at) == pytest.approx(move.marginal, rel=0.05)


def test_bands_hold_the_mean_and_curves_never_fall(history: History) -> None:
    curves, _ = made(history)
    assert (curves.low <= curves.mean + 1e-9).all()
    assert (curves.mean <= curves.high + 1e-9).all()
    assert (np.diff(curves.mean, axis=1) >= 0).all()
    assert (curves.marginal > 0).all()


def test_points_are_the_weeks_of_the_history(history: History) -> None:
    curves, plan = made(history)
    assert len(curves.points[0]) == len(plan.bands.points[0])  # type: ignore[attr-defined]
    assert np.allclose(curves.points[0], plan.bands.points[0])  # type: ignore[attr-defined]


def test_break_even_is_one_over_the_margin(history: History) -> None:
    assert made(history)[0].break_even is None
    assert made(history, settings=Settings(margin=0.4))[0].break_even == pytest.approx(2.5)
    assert made(history, settings=Settings(outcomes={"conversions": 42.0}))[0].break_even == 1.0
    assert made(history, goal="conversions", settings=Settings(margin=0.4))[0].break_even is None


def test_for_profit_the_curves_are_those_of_revenue(history: History) -> None:
    curves, _ = made(history, goal="profit", settings=Settings(margin=0.4))
    assert curves.outcome == "revenue"
    assert curves.break_even == pytest.approx(2.5)


def test_what_is_said_of_today_and_the_plan_is_what_the_moves_say(history: History) -> None:
    curves, plan = made(history)
    assert curves.marginal_today.tolist() == [move.marginal_today for move in plan.moves]  # type: ignore[attr-defined]
    assert curves.marginal_plan.tolist() == [move.marginal for move in plan.moves]  # type: ignore[attr-defined]
    profit, _ = made(history, goal="profit", settings=Settings(margin=0.4))
    read = [profit.marginal_at(c, spend) for c, spend in enumerate(profit.plan)]
    assert profit.marginal_plan == pytest.approx(read, rel=0.02)  # in revenue, as the curves are


def test_a_careful_plan_is_read_from_the_curves_of_all_cases(history: History) -> None:
    curves, _ = made(history, risk="careful")
    read = [curves.marginal_at(c, spend) for c, spend in enumerate(curves.plan)]
    assert curves.marginal_plan.tolist() == read
