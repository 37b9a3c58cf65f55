"""A plan around what a person fixed: held against today's split as it is, with what the fixing costs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InternalError
from optimizer.history import load_history
from optimizer.planning.asked import Asked
from optimizer.planning.decisions import decide
from optimizer.planning.studio import answer, open_studio
from optimizer.planning.verdict import has_moved
from optimizer.planning.why import why_not_more

ASKED = Asked(budget=12_000, weeks=4)
LABEL = "instagram/reel"


@pytest.fixture(scope="module")
def studio(history_file):
    history = load_history(history_file)
    from optimizer.history import build_panel

    return open_studio(history, ASKED.request(build_panel(history)))


def planned(studio, asked):
    return answer(studio, asked.request(studio.panel))


def decision_on(studio, asked):
    free = planned(studio, replace(asked, locks={}))
    return decide(studio, asked.request(studio.panel), planned(studio, asked), free)


def move_of(plan, label=LABEL):
    return next(move for move in plan.moves if move.cell.label == label)


def today_of(studio, asked):
    return move_of(planned(studio, replace(asked, locks={}))).today


def test_with_nothing_fixed_nothing_costs_and_the_moves_add_up_to_the_gain(studio):
    made = decision_on(studio, ASKED)
    assert (made.cost.mean, made.cost.low, made.cost.high, made.cost_in_all) == (0.0, 0.0, 0.0, 0.0)
    assert made.plan.moves == made.free.moves
    assert sum(one.mean for one in made.brings) == pytest.approx(made.plan.gain["revenue"].mean, rel=1e-9)
    for move, brings in zip(made.plan.moves, made.brings, strict=True):
        assert brings.low <= brings.mean <= brings.high
        if has_moved(move.today, move.plan):
            assert np.sign(brings.mean) == np.sign(move.change)


def test_leaving_a_place_as_today_costs_what_the_gain_loses(studio):
    asked = replace(ASKED, locks={LABEL: today_of(studio, ASKED)})
    made = decision_on(studio, asked)
    before, now = made.free.gain["revenue"].mean, made.plan.gain["revenue"].mean
    assert made.cost.mean == pytest.approx(before - now, rel=1e-9)
    assert made.cost.mean > 0
    assert made.cost_in_all > 0
    assert move_of(made.plan).plan == pytest.approx(move_of(made.free).today)
    assert made.brings[made.plan.cells.index(move_of(made.plan).cell)].mean == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("factor", [0.2, 1.5, 2.6])
def test_another_amount_is_held_against_todays_split_as_it_is(studio, factor):
    asked = replace(ASKED, locks={LABEL: factor * today_of(studio, ASKED)})
    alone, made = planned(studio, asked), decision_on(studio, asked)
    assert not np.array_equal(alone.baseline, made.free.baseline)  # by itself it is held against a split that was moved
    assert np.array_equal(made.plan.baseline, made.free.baseline)
    assert [move.today for move in made.plan.moves] == [move.today for move in made.free.moves]
    assert [move.plan for move in made.plan.moves] == [move.plan for move in alone.moves]
    for name, gain in made.plan.gain.items():
        lost = made.free.gain[name].mean - gain.mean
        draws = made.free.draws[name].plan - alone.draws[name].plan
        assert lost == pytest.approx(draws.mean(), rel=1e-9)
        assert np.array_equal(made.plan.draws[name].baseline, made.free.draws[name].baseline)
        assert made.plan.baseline_total[name] == made.free.baseline_total[name]
    assert made.cost_in_all > 0
    assert "today-moved" in {finding.rule for finding in alone.findings}
    assert "today-moved" not in {finding.rule for finding in made.plan.findings}
    assert made.plan.allocation.baseline_value == made.free.allocation.baseline_value
    assert sum(one.mean for one in made.brings) == pytest.approx(made.plan.gain["revenue"].mean, rel=1e-9)


def test_reasons_agree_with_the_moves_that_are_told(studio):
    made = decision_on(studio, replace(ASKED, locks={LABEL: 2.6 * today_of(studio, ASKED)}))
    for move, proposed in zip(made.plan.moves, made.free.moves, strict=True):
        assert (move.marginal_today, move.next_unit) == (proposed.marginal_today, proposed.next_unit)
        if move.cell.label == LABEL:
            assert move.reason.startswith("Fixed at")
        elif has_moved(move.today, move.plan):
            assert ("where money goes" in move.reason) is (move.change < 0), move
    assert made.plan.responsive


def test_the_weeks_after_are_told_against_todays_split_too(studio):
    made = decision_on(studio, replace(ASKED, locks={LABEL: 2.6 * today_of(studio, ASKED)}))
    plan, free = made.plan, made.free
    within_and_after = plan.gain["revenue"].mean + plan.carry_after["revenue"].mean
    worth = plan.allocation.certificate.value - free.allocation.baseline_value
    assert within_and_after == pytest.approx(worth, rel=2e-3)


def test_profit_and_careful_plans_are_held_alike(studio):
    for asked in (replace(ASKED, goal="profit", settings={"margin": 0.5}), replace(ASKED, risk="careful")):
        made = decision_on(studio, replace(asked, locks={LABEL: 2.5 * today_of(studio, asked)}))
        goal = made.plan.goal
        lost = made.free.gain[goal].mean - made.plan.gain[goal].mean
        assert made.cost.mean == pytest.approx(lost, rel=1e-9)
        assert sum(one.mean for one in made.brings) == pytest.approx(made.plan.gain[goal].mean, rel=1e-6)


def test_rules_come_in_the_order_of_the_certificate(studio):
    asked = replace(ASKED, largest_share=0.4, largest_step=0.5)
    made = decision_on(studio, asked)
    assert len(made.rules) == len(made.plan.allocation.certificate.rules) == 2
    said = [why_not_more(made.plan, cell, made.rules) for cell in made.plan.cells]
    assert any("a rule stands against it" in one for one in said)


def test_without_a_free_plan_the_cost_is_not_told(studio):
    asked = replace(ASKED, locks={LABEL: today_of(studio, ASKED)})
    made = decide(studio, asked.request(studio.panel), planned(studio, asked))
    assert made.cost is None
    assert math.isnan(made.cost_in_all)
    assert sum(one.mean for one in made.brings) == pytest.approx(made.plan.gain["revenue"].mean, rel=1e-9)


def test_plans_of_different_weeks_cannot_be_held_against_each_other(studio):
    other = planned(studio, replace(ASKED, weeks=2))
    with pytest.raises(InternalError, match="different weeks"):
        decide(studio, ASKED.request(studio.panel), planned(studio, ASKED), other)
