"""Why not more, and why not less: what is said is held against planning again."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from optimizer.allocation import solve
from optimizer.allocation.problem import Bounds, Problem
from optimizer.allocation.rules import Diversification, FixedCost, GroupLimit, NothingOrAtLeast, Steps
from optimizer.errors import InputError
from optimizer.history import load_history
from optimizer.history.panel import Cell
from optimizer.planning.build import Material, assemble, make_plan
from optimizer.planning.question import settle
from optimizer.planning.request import PlanRequest
from optimizer.planning.swaps import Swaps
from optimizer.planning.why import _less, why_not_less, why_not_more
from tests.unit.planning.conftest import CAP, CELLS, HALF, PRICE, TAIL, KnownResponse

FACEBOOK, INSTAGRAM, TIKTOK = CELLS
BUDGET, WEEKS = 4800.0, 4
NO_LIMIT = np.full(3, np.inf)


def planned(panel, response, lower=(0.0, 0.0, 0.0), upper=NO_LIMIT, rules=None, budget=BUDGET, goal="revenue"):
    bounds = Bounds(np.array(lower, dtype=float), np.array(upper, dtype=float))
    request = PlanRequest(budget=budget, weeks=WEEKS, bounds=bounds, rules=rules, goal=goal)
    return assemble(Material(panel, request, settle(panel, request), (response,)), lambda _what, _share: None)


def figures(said):
    """The amounts that a sentence names, in order."""
    return [float(text.replace(",", "")) for text in re.findall(r"EUR ([\d,]+(?:\.\d+)?)", said)]


def revenue(cell, weekly):
    """Revenue of the plan's weeks and after, in closed form."""
    c = CELLS.index(cell)
    return PRICE * (WEEKS + TAIL) * CAP[c] * weekly / (weekly + HALF[c])


def weekly(plan, cell):
    return plan.moves[CELLS.index(cell)].plan


def test_a_higher_maximum_brings_what_is_said(panel, response):
    plan = planned(panel, response, upper=(np.inf, 350.0, np.inf))
    said = why_not_more(plan, INSTAGRAM)
    assert said.startswith("It stands at its maximum of EUR 350 a week. With a higher one each EUR 100")
    gain, here, away = figures(said)[2:5]
    assert here - away == pytest.approx(gain, abs=1.0)
    proven = plan.allocation.certificate
    price = 100.0 * proven.bound_prices[1] / WEEKS  # of the very next unit, which brings more than the next 100
    assert 0.8 * price < gain < price
    wider = planned(panel, response, upper=(np.inf, 350.0 + 100.0 / WEEKS, np.inf))
    assert wider.allocation.certificate.value - proven.value == pytest.approx(gain, rel=0.04)


def test_a_maximum_that_costs_nothing_says_so(panel, response):
    free = planned(panel, response)
    at = weekly(free, INSTAGRAM)
    said = why_not_more(planned(panel, response, upper=(np.inf, at, np.inf)), INSTAGRAM)
    assert "A higher one would bring nothing" in said


def test_where_every_cell_is_at_its_maximum_a_higher_one_is_weighed_against_the_cheapest(panel, response):
    plan = planned(panel, response, upper=(500.0, 400.0, 300.0))
    cheap = min(CELLS, key=lambda cell: float(plan.curves.slope_left(plan.spend.mean(axis=1))[CELLS.index(cell)]))
    for cell in CELLS:
        said = why_not_more(plan, cell)
        c = CELLS.index(cell)
        if cell == cheap:
            assert "would bring nothing" in said
            continue
        gain = figures(said)[2]
        raised = np.array([500.0, 400.0, 300.0]) + np.eye(3)[c] * 100.0 / WEEKS
        more = planned(panel, replace(response), upper=raised)
        assert more.allocation.certificate.value - plan.allocation.certificate.value == pytest.approx(gain, rel=0.04)


def test_between_bounds_the_next_money_is_worth_less_than_where_it_would_come_from(panel, response):
    plan = planned(panel, response)
    for cell in CELLS:
        said = why_not_more(plan, cell)
        unit, here, away = figures(said)[:3]
        there = next(other for other in CELLS if other != cell and other.label in said)
        now, then = weekly(plan, cell), weekly(plan, there)
        assert here == pytest.approx((revenue(cell, now + unit) - revenue(cell, now)) / WEEKS, abs=1.0)
        assert away == pytest.approx((revenue(there, then) - revenue(there, then - unit)) / WEEKS, abs=1.0)
        assert here <= away


@pytest.mark.parametrize("seed", range(6))
def test_no_plan_that_gives_more_or_less_is_worth_more(panel, response, seed):
    rng = np.random.default_rng(seed)
    lower, upper = rng.uniform(0, 150, 3), rng.uniform(400, 900, 3)
    plan = planned(panel, response, lower, upper, budget=4.0 * rng.uniform(600, 1100))
    proven, spend = plan.allocation.certificate, plan.spend.mean(axis=1)
    for c, cell in enumerate(CELLS):
        view = Swaps.of(plan, cell, ())
        for move, way in ((view.sources().allowed, 1.0), (view.targets().allowed, -1.0)):
            if move is None or (way > 0 and view.full(c)) or (way < 0 and view.bare(c)):
                continue
            at = spend[c] + way * move.size
            bounds = Bounds(lower.copy(), np.minimum(upper, spend.sum()))
            bounds.lower[c] = bounds.upper[c] = at
            forced = solve(Problem(plan.curves, float(spend.sum()), bounds, spend)).certificate.value
            lost = proven.value - forced
            assert -1e-3 <= lost <= -move.gain * move.size * WEEKS + 1e-3


def test_less_loses_more_here_than_it_brings_at_the_best_place(panel, response):
    plan = planned(panel, response)
    for cell in CELLS:
        unit, here, away = figures(why_not_less(plan, cell))[:3]
        now = weekly(plan, cell)
        assert here == pytest.approx((revenue(cell, now) - revenue(cell, now - unit)) / WEEKS, abs=1.0)
        assert away <= here


def test_a_lower_minimum_brings_what_is_said(panel, response):
    plan = planned(panel, response, lower=(700.0, 0.0, 0.0))
    said = why_not_less(plan, FACEBOOK)
    assert said.startswith("It stands at its minimum of EUR 700 a week. With a lower one")
    gain = figures(said)[2]
    proven = plan.allocation.certificate
    price = 100.0 * proven.bound_prices[0] / WEEKS
    assert 0.8 * price < gain < price
    wider = planned(panel, response, lower=(700.0 - 100.0 / WEEKS, 0.0, 0.0))
    assert wider.allocation.certificate.value - proven.value == pytest.approx(gain, rel=0.04)


def test_the_minimum_of_another_cell_is_named_where_it_holds_money_that_brings_less(panel, response):
    plan = planned(panel, response, lower=(700.0, 0.0, 0.0))
    said = why_not_more(plan, INSTAGRAM)
    assert "held at facebook/image by its minimum of EUR 700 a week" in said
    lost = figures(said.split("held at")[1])[2]
    assert lost == pytest.approx((revenue(FACEBOOK, 700.0) - revenue(FACEBOOK, 600.0)) / WEEKS, abs=1.0)


def test_the_maximum_of_another_cell_is_named_where_the_money_would_bring_more(panel, response):
    said = why_not_less(planned(panel, response, upper=(np.inf, 300.0, np.inf)), FACEBOOK)
    assert "At instagram/reel they would bring more" in said
    assert "it stands at its maximum of EUR 300 a week" in said


def test_a_lock_and_a_cell_that_is_switched_off(panel, response):
    plan = planned(panel, response, lower=(0.0, 200.0, 0.0), upper=(np.inf, 200.0, 0.0))
    for tell in (why_not_more, why_not_less):
        said = tell(plan, INSTAGRAM)
        assert said.startswith("It is fixed at EUR 200 a week. Its last EUR 100 are worth about")
        unit, worth, _, price = figures(said)[1:]
        slope = (revenue(INSTAGRAM, 200.0) - revenue(INSTAGRAM, 175.0)) / 25.0 / WEEKS
        assert worth == pytest.approx(unit * slope, rel=0.01)
        assert price == pytest.approx(unit * plan.allocation.certificate.price / WEEKS, rel=0.01)
    assert why_not_more(plan, TIKTOK) == "It may get nothing: its maximum is 0."
    assert why_not_less(plan, TIKTOK) == "It gets nothing, so nothing can be taken away."


def test_a_cell_that_gets_everything(panel, response):
    plan = planned(panel, response, upper=(np.inf, 0.0, 0.0))
    assert why_not_more(plan, FACEBOOK) == "It gets the whole budget of EUR 1,200 a week already."


def test_the_only_place_there_is_has_nowhere_to_give_to(panel, response):
    plan = planned(panel, response)
    swaps, one = Swaps.of(plan, plan.cells[0], ()), np.ones(1)
    alone = replace(swaps, weekly=700.0 * one, lower=0.0 * one, upper=9_000.0 * one)
    assert _less(alone) == "There is no other place for its money."


def test_a_rule_that_stops_it_is_named_with_what_it_costs(panel, response):
    rules = (GroupLimit((1, 2), maximum=500.0, label="paid video"),)
    plan = planned(panel, response, rules=rules)
    said = why_not_more(plan, INSTAGRAM, rules)
    assert "but a rule stands against it: paid video." in said
    inside, outside = said.split(" Taking them from facebook/image would lose only")
    assert "taking them from tiktok/video, the best place to take them from" in inside  # which the rule does not mind
    assert figures(inside)[1] > figures(outside)[0]
    free = planned(panel, response)
    cost = figures(said.split("Without this rule (paid video)")[1])[0]
    assert cost == pytest.approx(free.allocation.certificate.value - plan.allocation.certificate.value, rel=0.02)
    wide = (GroupLimit((0, 1, 2), maximum=1300.0),)  # a rule that holds nobody
    assert "rule" not in why_not_less(planned(panel, response, rules=wide), TIKTOK, wide)


def test_a_place_that_a_rule_keeps_from_giving_is_named_beside_the_one_that_could(panel, response):
    rules = (GroupLimit((0,), minimum=700.0, label="facebook's minimum"),)
    plan = planned(panel, response, rules=rules)
    said = why_not_more(plan, INSTAGRAM, rules)
    assert said.startswith("The next EUR 100 would bring")
    assert "taking them from tiktok/video, the best place to take them from" in said
    assert "Taking them from facebook/image would lose only" in said
    assert "a rule stands against it: facebook's minimum" in said
    assert "facebook's minimum" in why_not_less(plan, FACEBOOK, rules)
    reels = (GroupLimit((1,), maximum=300.0, label="reels"),)
    held = why_not_less(planned(panel, response, rules=reels), FACEBOOK, reels)
    assert "At instagram/reel they would bring EUR" in held
    assert "a rule stands against it: reels." in held


def test_a_rule_of_others_does_not_stop_a_cell_outside_it(panel, response):
    rules = (Diversification((0,), 0.05, label="facebook's share"),)
    plan = planned(panel, response, rules=rules)
    assert "facebook's share" in why_not_more(plan, FACEBOOK, rules)
    assert "facebook's share" not in why_not_more(plan, TIKTOK, rules)


def test_what_is_worth_starting_only_with_more_says_so(panel, response):
    rules = (NothingOrAtLeast((2,), 2000.0, label="smallest amount of tiktok"),)
    plan = planned(panel, response, rules=rules)
    assert weekly(plan, TIKTOK) == 0
    assert "a rule stands against it: smallest amount of tiktok" in why_not_more(plan, TIKTOK, rules)


def test_a_fixed_cost_that_eats_the_gain_is_named(panel, response):
    rules = (FixedCost((2,), 1e6, label="production of video"),)
    plan = planned(panel, response, rules=rules)
    assert weekly(plan, TIKTOK) == 0
    assert "a rule stands against it: production of video" in why_not_more(plan, TIKTOK, rules)


def test_steps_of_money_are_moved_whole(panel, response):
    rules = (Steps((0, 1, 2), 150.0, label="steps"),)
    plan = planned(panel, response, rules=rules)
    view = Swaps.of(plan, INSTAGRAM, rules)
    move = view.sources().allowed
    assert move is not None
    assert move.size == 150.0
    assert "steps" not in why_not_more(plan, INSTAGRAM, rules)


def test_what_was_never_tried_is_called_a_guess(panel, response):
    tried = replace(response, labels=("strong", "none", "weak"))
    plan = planned(panel, tried, budget=16_000.0)
    assert "Never more than EUR 700 a week was spent here" in why_not_more(plan, FACEBOOK)
    small = planned(panel, tried, budget=1_200.0)
    assert "Never more" not in why_not_more(small, TIKTOK)
    assert "The evidence here is weak: weak, as told." in why_not_more(small, TIKTOK)
    bands = replace(small.bands, tried=np.zeros((3, 2)))
    assert "Nothing was ever spent here" in why_not_more(replace(small, bands=bands), FACEBOOK)


def test_without_a_response_no_figure_is_given(panel):
    plan = planned(panel, KnownResponse(panel, responsive=False))
    for tell in (why_not_more, why_not_less):
        said = tell(plan, FACEBOOK)
        assert "no response to spend" in said
        assert figures(said) == []


def test_a_careful_plan_is_judged_by_its_worst_cases(history_file):
    request = PlanRequest(budget=12_000.0, weeks=WEEKS, risk="careful")
    plan = make_plan(load_history(history_file), request)
    proven = plan.allocation.certificate
    for c, cell in enumerate(plan.cells):
        said = why_not_more(plan, cell)
        assert said.endswith("Judged by the worst 20 % of cases, at the margin.")
        if said.startswith("The next"):
            unit, here = figures(said)[:2]
            assert here == pytest.approx(unit * proven.marginal[c] / WEEKS, rel=0.01)


def test_counts_are_named_as_counts(panel, response):
    plan = planned(panel, response, goal="conversions")
    assert re.search(r"The next EUR 100 would bring [\d.]+ conversions here", why_not_more(plan, FACEBOOK))


def test_unknown_cells_and_missing_rules_are_refused(panel, response):
    plan = planned(panel, response, rules=(GroupLimit((0,), maximum=500.0),))
    with pytest.raises(InputError, match="1"):
        why_not_more(plan, FACEBOOK)
    with pytest.raises(InputError, match="youtube/short"):
        why_not_more(planned(panel, response), Cell("youtube", "short"))
