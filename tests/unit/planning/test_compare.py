"""Scenarios side by side, on the draws that all of them share."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Scenario, compare
from optimizer.planning.studio import answer, basis_of, open_studio

BUDGET, WEEKS = 12_000.0, 4
SETTINGS = {"margin": 0.4}
BASE = Scenario("As it is", Asked(BUDGET, WEEKS, settings=SETTINGS))


class Studios:
    """Opens each studio once, and counts how often one was opened."""

    def __init__(self, history):
        self.history, self.known = history, {}

    def __call__(self, request, added):
        basis = basis_of(self.history, request, added)
        if basis not in self.known:
            self.known[basis] = open_studio(self.history, request, added=added)
        return self.known[basis]


@pytest.fixture(scope="module")
def studios(history_file):
    return Studios(load_history(history_file))


def compared(studios, *scenarios, base=0):
    return compare(studios, studios.history, [BASE, *scenarios], base)


def changed(name, **what):
    return Scenario(name, BASE.asked, Change(**what))


def test_the_same_settings_make_no_difference_at_all(studios):
    found = compared(studios, Scenario("The same", Asked(BUDGET, WEEKS, settings=SETTINGS)))
    assert set(found.outcomes) >= {"revenue", "conversions", "profit", "spend", "cpa", "roas"}
    for outcome in found.outcomes:
        row = found.row(1, outcome)
        assert (row.difference.mean, row.difference.low, row.difference.high) == (0.0, 0.0, 0.0)
        assert row.same
        assert row.better is None
    assert found.sentence(1) == "The same brings the same as As it is."


def test_differences_are_taken_draw_by_draw(studios):
    found = compared(studios, changed("Dearer", price={"": 0.2}))
    base, dearer = found.plans
    for outcome in ("revenue", "conversions", "profit"):
        apart = dearer.draws[outcome].plan - base.draws[outcome].plan
        row = found.row(1, outcome)
        assert row.difference.mean == pytest.approx(apart.mean())
        assert row.difference.low == pytest.approx(np.percentile(apart, 5))
        assert row.better == np.mean(apart > 0)
        # what both have in common does not blur the difference
        alone = found.row(1, outcome).total
        assert row.difference.high - row.difference.low < 0.5 * (alone.high - alone.low)
    assert found.row(1, "revenue").better < 0.05
    assert "less revenue than As it is" in found.sentence(1)
    assert found.sentence(1).endswith("better with a probability of less than 1 %.")


def test_less_is_better_for_cost_per_conversion_and_spend_is_neither(studios):
    found = compared(studios, changed("More convert", rate={"": 0.2}))
    assert found.row(1, "cpa").difference.mean < 0
    assert found.row(1, "cpa").better > 0.95
    assert found.row(1, "roas").better > 0.95
    assert found.row(1, "spend").better is None
    plan = found.plans[1]
    assert found.row(1, "cpa").total.mean == pytest.approx(plan.budget / plan.draws["conversions"].plan.mean())
    assert found.row(1, "roas").total.mean == pytest.approx(plan.draws["revenue"].plan.mean() / plan.budget)


def test_profit_counts_what_a_scenario_costs(studios):
    found = compared(studios, changed("A team", team_cost=1500.0))
    assert found.row(1, "profit").difference.mean == pytest.approx(-1500.0)
    assert found.row(1, "profit").better == 0.0
    assert found.row(1, "revenue").same


def test_one_that_cannot_be_planned_for_does_not_stop_the_others(studios):
    clash = '[[limit]]\nnetwork = "tiktok"\nminimum = 2900\n[[limit]]\nnetwork = "instagram"\nminimum = 2900\n'
    scenarios = (
        Scenario("Clash", replace(BASE.asked, rules=clash)),
        Scenario("Unknown", BASE.asked, Change(off=("linkedn",))),
        Scenario("Longer", replace(BASE.asked, weeks=8)),
        Scenario("Other draws", replace(BASE.asked, seed=1)),
        Scenario("More", replace(BASE.asked, budget=14_000.0)),
    )
    found = compared(studios, *scenarios)
    assert [plan is None for plan in found.plans] == [False, True, True, True, True, False]
    assert "3,000" in found.problems[1]
    assert "linkedn" in found.problems[2]
    assert "8" in found.problems[3]
    assert "random numbers" in found.problems[4]
    assert found.sentence(1) == found.problems[1]
    assert {row.scenario for row in found.rows} == {0, 5}
    assert found.row(5, "revenue").difference.mean > 0
    assert found.row(5, "spend").difference.mean == pytest.approx(2000.0)


def test_totals_are_those_the_plans_tell(studios):
    found = compared(studios, changed("Dearer", price={"": 0.2}))
    for place, plan in enumerate(found.plans):
        for name in ("conversions", "revenue", "profit"):
            assert found.row(place, name).total == plan.total[name]
        roas, revenue = found.row(place, "roas").total, plan.total["revenue"]
        assert (roas.low, roas.high) == pytest.approx((revenue.low / plan.budget, revenue.high / plan.budget))


def test_without_a_plan_for_the_base_there_are_totals_and_no_differences(studios):
    broken = Scenario("Broken", Asked(1e9, WEEKS))
    found = compare(studios, studios.history, [broken, BASE])
    assert found.plans[0] is None
    assert found.goal == "revenue"
    row = found.row(1, "revenue")
    assert row.total.mean > 0
    assert row.difference is None
    assert row.better is None
    assert found.sentence(1) == ""


def test_a_new_cell_in_one_scenario_does_not_change_the_others(studios):
    new = ("tiktok", "live")
    found = compared(
        studios,
        changed("Try live", added=(new,), added_most={"tiktok/live": 200.0}),
        changed("Tiktok off", off=("tiktok",)),
    )
    base, live, off = found.plans
    assert len(base.cells) == len(live.cells) == len(off.cells)
    place = [cell.label for cell in base.cells].index("tiktok/live")
    assert base.spend[place].sum() == 0
    assert off.spend[place].sum() == 0
    assert live.spend[place].mean() <= 200.0
    tiktok = [c for c, cell in enumerate(off.cells) if cell.network == "tiktok"]
    assert off.spend[tiktok].sum() == 0
    assert found.row(2, "revenue").difference.mean < 0


def test_the_base_may_be_any_of_them(studios):
    more = Scenario("More", replace(BASE.asked, budget=14_000.0))
    there, back = compared(studios, more), compared(studios, more, base=1)
    assert back.row(0, "revenue").difference.mean == pytest.approx(-there.row(1, "revenue").difference.mean)
    assert back.row(0, "revenue").better == pytest.approx(1.0 - there.row(1, "revenue").better)
    assert back.sentence(1) == ""
    with pytest.raises(InputError, match="base"):
        compared(studios, base=2)


def test_plans_are_those_that_each_question_gets_alone(studios):
    found = compared(studios, changed("Dearer", price={"tiktok": 0.3}))
    studio = next(one for basis, one in studios.known.items() if not basis.added)
    for scenario, plan in zip(found.scenarios, found.plans, strict=True):
        alone = answer(studio, scenario.asked.request(studio.panel), scenario.change)
        np.testing.assert_array_equal(plan.spend, alone.spend)


def test_scenarios_survive_json_and_refuse_what_is_not_known():
    scenario = changed("Dearer", price={"tiktok": 0.1}, off=("facebook",))
    assert Scenario.from_json(json.loads(json.dumps(scenario.to_json()))) == scenario
    asked = {"budget": 1, "weeks": 1}
    for broken in (
        {"name": "x", "asked": asked, "extra": 1},
        {"asked": asked},
        {"name": "", "asked": asked},
        {"name": "x" * 100, "asked": asked},
        {"name": "x"},
        {"name": "x", "asked": {**asked, "budget": -1}},
        {"name": "x", "asked": asked, "change": {"price": 3}},
    ):
        with pytest.raises(InputError):
            Scenario.from_json(broken)


def test_progress_names_each_scenario(studios):
    told = []
    compare(
        studios, studios.history, [BASE, changed("Dearer", price={"": 0.1})], progress=lambda *what: told.append(what)
    )
    assert [str(what) for what, _ in told] == ["Planning for As it is", "Planning for Dearer", "Done"]
    assert [share for _, share in told] == [0.0, 0.5, 1.0]


def test_what_can_be_named_can_be_reopened():
    for name in ("Budget +10\u00a0%", "Ngân sách +10\u202f%", "a" * 80):
        made = Scenario(name, BASE.asked)
        assert Scenario.from_json(json.loads(json.dumps(made.to_json()))) == made
    for name in ("", "a\u0007b", "a" * 81):
        with pytest.raises(InputError, match="name of a scenario"):
            Scenario(name, BASE.asked)
