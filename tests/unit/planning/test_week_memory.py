"""Week memory: tests go on until their weeks are over, moves turned down rest, and what is fixed stands above all."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InfeasibleError, InputError
from optimizer.history import load_history
from optimizer.planning.rebalance.console import rebalance_lines
from optimizer.planning.rebalance.decision import decide_week, leave_as_today
from optimizer.planning.rebalance.explore_text import learned_sentence
from optimizer.planning.rebalance.files import calendar_ics, rebalance_summary
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance_in
from optimizer.planning.rebalance.week_memory import (
    REST_WEEKS,
    RunningTest,
    TurnedDown,
    WeekMemory,
    memory_json,
    read_memory,
    remember,
)
from optimizer.planning.request import RulesText
from optimizer.planning.studio import open_studio

CELLS = ("facebook/image", "instagram/reel", "instagram/story", "tiktok/video")
NOW = np.array([1200.0, 900.0, 500.0, 400.0])
ASKED = RebalanceRequest(budget=3000.0, current=NOW, draws=80)
CUT, RAISED = "facebook/image", "tiktok/video"
WEEKS = dt.timedelta(weeks=1)


@pytest.fixture(scope="module")
def studio(history_file):
    return open_studio(load_history(history_file), ASKED.of_week())


@pytest.fixture(scope="module")
def usual(studio):
    return rebalance_in(studio, ASKED)


@pytest.fixture(scope="module")
def week(usual):
    return usual.plan.weeks[0].astype("datetime64[D]").astype(object)


def a_test(week, cell=RAISED, spend=430.0, began=-1, lasts=3, goal="revenue"):
    since = week + began * WEEKS
    return RunningTest(cell, goal, 400.0, spend, since, since + lasts * WEEKS, 500.0, 200.0, 800.0)


def turned_down(usual, week, cell=CUT, ago=1, odds=None, reason="contract"):
    c = CELLS.index(cell)
    on = week - ago * WEEKS
    odds = float(usual.odds[c]) if odds is None else odds
    proposed = float(usual.plan.spend[c, 0])
    return TurnedDown(cell, float(NOW[c]), proposed, odds, on, on + REST_WEEKS * WEEKS, reason)


def spend_of(found, label):
    return float(found.plan.spend[CELLS.index(label), 0])


# What is fixed ------------------------------------------------------------------------------------------------------


def test_what_a_person_fixed_gets_exactly_that_and_the_rest_is_chosen_around_it(studio, usual) -> None:
    found = rebalance_in(studio, replace(ASKED, fixed={CUT: 1200.0}))
    assert spend_of(found, CUT) == 1200.0
    assert found.plan.spend.sum() == pytest.approx(3000.0)
    assert found.kinds[0] == "fixed"
    assert found.plan.moves[0].reason == "Set to EUR 1,200 a week by you."
    assert 0 not in found.changed
    assert spend_of(found, RAISED) > NOW[3]  # what still pays is still done
    assert (np.abs(found.change) <= 0.3 * NOW + 0.005).all()


@pytest.mark.parametrize("amount", [300.0, 1700.0])
def test_a_fixed_amount_stands_above_the_largest_change_bounds_and_network_rules(studio, amount) -> None:
    asked = replace(
        ASKED,
        fixed={CUT: amount},
        bounds={CUT: (900.0, 1300.0)},
        network_rules=RulesText('[[floor]]\nnetwork = "facebook"\namount = 100\n'),
        max_change=0.6,
    )
    found = rebalance_in(studio, asked)
    assert spend_of(found, CUT) == amount
    assert found.plan.spend.sum() == pytest.approx(3000.0)
    others = np.array([1, 2, 3])
    assert (np.abs(found.change[others]) <= 0.6 * NOW[others] + 0.005).all()


@pytest.mark.parametrize(("more", "said"), [(40.0, "your choices need"), (-40.0, "your choices free")])
def test_a_fixed_amount_does_not_change_every_other_budget(studio, more, said) -> None:
    """Scaling would touch all of them for the sake of one."""
    settled = NOW
    for _ in range(12):
        settled = rebalance_in(studio, replace(ASKED, current=settled)).plan.spend[:, 0]
    found = rebalance_in(studio, replace(ASKED, current=settled, fixed={CUT: settled[0] + more}))
    assert 0 in found.changed
    assert len(found.changed) == 2
    assert said in found.plan.moves[found.kinds.index("around")].reason


def test_what_cannot_be_fixed_is_refused(studio) -> None:
    with pytest.raises(InputError, match=r"tiktok/vidoe is no cell of the history; did you mean tiktok/video\?"):
        rebalance_in(studio, replace(ASKED, fixed={"tiktok/vidoe": 3.0}))
    with pytest.raises(InputError, match="fixed amount of tiktok/video is -3"):
        replace(ASKED, fixed={RAISED: -3.0})
    with pytest.raises(InfeasibleError, match=r"cannot be reached next week"):
        rebalance_in(studio, replace(ASKED, fixed={CUT: 2900.0}))


def test_a_largest_share_is_approached_by_the_largest_change(studio) -> None:
    found = rebalance_in(studio, replace(ASKED, largest_share=0.35))
    assert spend_of(found, CUT) <= 1050.0 + 0.01  # 40 % of the budget now
    tight = rebalance_in(studio, replace(ASKED, largest_share=0.35, max_change=0.1))
    assert spend_of(tight, CUT) == pytest.approx(1080.0, abs=0.01)
    assert (tight.aim <= 1050.0 + 0.01).all()


def test_what_choices_cost_is_told_draw_by_draw_against_one_and_the_same_split(studio, usual) -> None:
    fixed = rebalance_in(studio, replace(ASKED, fixed={CUT: 1200.0}))
    decision = decide_week(fixed, usual)
    assert decision.cost.mean > 0.0
    assert decision.found.worth.mean == pytest.approx(usual.worth.mean - decision.cost.mean)
    brings = sum(one.mean for one in decision.brings)
    assert brings == pytest.approx(float((fixed.value.split - fixed.value.now).sum(axis=1).mean()))
    assert decision.brings[0].mean == 0.0
    nothing = decide_week(usual, usual)
    assert (nothing.cost.mean, nothing.found) == (0.0, usual)
    assert decide_week(fixed, None).cost is None


def test_leaving_cells_as_they_are_is_what_fixing_them_at_today_is(studio, usual) -> None:
    decision = leave_as_today(studio, ASKED, {CUT: "contract"})
    assert spend_of(decision.found, CUT) == 1200.0
    assert decision.free is not None
    assert decision.free.plan.run.id == usual.plan.run.id
    with pytest.raises(InputError, match="facebook/imag is no cell"):
        leave_as_today(studio, ASKED, {"facebook/imag": ""})


# Nothing remembered -------------------------------------------------------------------------------------------------


def test_an_empty_memory_changes_nothing(studio, usual) -> None:
    found = rebalance_in(studio, replace(ASKED, memory=WeekMemory()))
    assert rebalance_summary(found) == rebalance_summary(usual)


# Tests --------------------------------------------------------------------------------------------------------------


def test_a_running_test_keeps_its_amount_until_its_weeks_are_over(studio, usual, week) -> None:
    now = NOW.copy()
    now[3] = 430.0
    asked = replace(ASKED, current=now, memory=WeekMemory((a_test(week),)))
    found = rebalance_in(studio, asked)
    assert found.kinds[3] == "testing"
    assert spend_of(found, RAISED) == 430.0
    assert 3 not in found.changed
    reason = found.plan.moves[3].reason
    assert f"it ends on {week + 2 * WEEKS}" in reason
    assert [one.cell for one in found.running] == [RAISED]
    assert found.plan.spend.sum() == pytest.approx(3000.0)
    assert rebalance_summary(found)["earlier_tests"]["running"][0]["spend"] == 430.0
    assert f"DTSTART;VALUE=DATE:{week + 2 * WEEKS:%Y%m%d}" in calendar_ics(found)
    assert usual.kinds[3] == "moved"


def test_a_test_that_is_over_says_what_was_learned_and_frees_its_cell(studio, usual, week) -> None:
    over = a_test(week, began=-3)
    found = rebalance_in(studio, replace(ASKED, memory=WeekMemory((over,))))
    assert found.kinds == usual.kinds
    assert np.array_equal(found.plan.spend, usual.plan.spend)
    (learned,) = found.learned
    assert learned.effect.low < learned.effect.mean < learned.effect.high
    true = 40.0 * 60.0 * (np.sqrt(430.0) - np.sqrt(400.0)) / np.sqrt(400.0)  # of the history's own curve, about
    assert learned.effect.mean == pytest.approx(true, rel=2.0)
    told = learned_sentence(learned, found)
    assert "The test of tiktok/video is over (EUR 430 a week instead of EUR 400" in told
    assert "before the test it was EUR 500 revenue, 200 to 800" in told
    assert told in rebalance_lines(found)
    other = rebalance_in(studio, replace(ASKED, memory=WeekMemory((replace(over, goal="conversions"),))))
    assert "it was for another goal" in learned_sentence(other.learned[0], other)


def test_running_tests_count_towards_the_share_for_learning(studio, week) -> None:
    """A share that running tests use up leaves none for new ones."""
    memory = WeekMemory((a_test(week, spend=520.0),))
    used = rebalance_in(studio, replace(ASKED, memory=memory, explore=0.04))
    assert used.explored
    assert used.trials == ()


# Moves turned down --------------------------------------------------------------------------------------------------


def test_a_move_turned_down_rests_until_its_date_and_says_why(studio, usual, week) -> None:
    left = turned_down(usual, week)
    found = rebalance_in(studio, replace(ASKED, memory=WeekMemory((), (left,))))
    assert spend_of(found, CUT) >= 1200.0
    assert found.kinds[0] == "turned down"
    reason = found.plan.moves[0].reason
    assert reason.startswith(f"Kept: you left it on {left.on}: “contract”.")
    assert f"from {left.until}" in reason
    assert found.plan.spend.sum() == pytest.approx(3000.0)
    later = turned_down(usual, week, ago=REST_WEEKS)
    again = rebalance_in(studio, replace(ASKED, memory=WeekMemory((), (later,))))
    assert np.array_equal(again.plan.spend, usual.plan.spend)
    silent = rebalance_in(studio, replace(ASKED, memory=WeekMemory((), (replace(left, reason=""),))))
    assert silent.plan.moves[0].reason.startswith(f"Kept: you left it on {left.on}. A move to")


def test_a_move_whose_odds_are_much_better_is_proposed_again_before_its_date(studio, usual, week) -> None:
    doubtful = turned_down(usual, week, odds=0.6)
    assert usual.odds[0] > 0.9
    found = rebalance_in(studio, replace(ASKED, memory=WeekMemory((), (doubtful,))))
    assert np.array_equal(found.plan.spend, usual.plan.spend)
    assert f"You left it on {doubtful.on} (“{doubtful.reason}”), when the odds were 60 %." in found.plan.moves[0].reason


def test_the_other_direction_stays_open(studio, usual, week) -> None:
    """Who did not want more for a cell may well be proposed less."""
    raised = replace(turned_down(usual, week), proposed=1400.0)
    found = rebalance_in(studio, replace(ASKED, memory=WeekMemory((), (raised,))))
    assert np.array_equal(found.plan.spend, usual.plan.spend)


def test_what_is_needed_to_hold_the_budget_is_proposed_all_the_same(studio, week) -> None:
    refused = tuple(
        TurnedDown(cell, now, 0.9 * now, 0.99, week - WEEKS, week + 3 * WEEKS)
        for cell, now in zip(CELLS, NOW, strict=True)
    )
    found = rebalance_in(studio, replace(ASKED, budget=2700.0, memory=WeekMemory((), refused)))
    assert found.plan.spend.sum() == pytest.approx(2700.0)
    assert "turned-down-needed" in [one.rule for one in found.plan.findings]


def test_cells_that_are_gone_or_fixed_are_not_remembered(studio, usual, week) -> None:
    memory = WeekMemory((a_test(week, cell="x/gone"),), (replace(turned_down(usual, week), cell="x/gone"),))
    found = rebalance_in(studio, replace(ASKED, memory=memory))
    assert np.array_equal(found.plan.spend, usual.plan.spend)
    fixed = replace(ASKED, memory=WeekMemory((a_test(week),)), fixed={RAISED: 350.0})
    assert spend_of(rebalance_in(studio, fixed), RAISED) == 350.0


# Remembering --------------------------------------------------------------------------------------------------------


def test_a_decision_leaves_tests_and_moves_turned_down_behind(studio, usual, week) -> None:
    running, over = a_test(week, cell="instagram/story", spend=500.0), a_test(week, began=-3)
    older = turned_down(usual, week, cell="instagram/reel", ago=2)
    memory = WeekMemory((running, over), (older,))
    asked = replace(ASKED, memory=memory)
    decision = leave_as_today(studio, asked, {CUT: "contract", "instagram/story": "enough"})
    kept = remember(memory, decision.free, decision.found, {CUT: "contract", "instagram/story": "enough"})
    refused = {one.cell: one for one in kept.turned_down}
    assert refused[CUT].reason == "contract"
    assert (refused[CUT].on, refused[CUT].until) == (week, week + REST_WEEKS * WEEKS)
    assert refused[CUT].proposed == pytest.approx(float(decision.free.plan.spend[0, 0]))
    assert refused[CUT].odds == decision.free.odds[0]
    assert kept.tests == ()  # one is over, the other was ended by leaving its cell
    goes_on = rebalance_in(studio, asked)
    assert remember(memory, goes_on, goes_on, {}).tests == (running,)


def test_a_test_that_begins_is_remembered_with_its_end(studio, usual, week) -> None:
    from optimizer.planning.rebalance.explore import Trial

    trial = Trial(3, 400.0, 430.0, 5, 12.0, 30.0, 90.0, 10.0, 4.0, 20.0)
    found = replace(usual, trials=(trial,))
    (test,) = remember(WeekMemory(), found, found, {}).tests
    assert (test.cell, test.spend, test.until) == (RAISED, 430.0, week + 5 * WEEKS)
    assert (test.effect, test.low, test.high, test.goal) == (12.0, 4.0, 20.0, "revenue")


def test_a_memory_is_read_as_it_was_written(tmp_path, usual, week) -> None:
    memory = WeekMemory((a_test(week),), (turned_down(usual, week, reason="Hợp đồng"),))
    path = tmp_path / "weeks.json"
    path.write_text(memory_json(memory), encoding="utf-8")
    assert read_memory(path) == memory
    assert bool(memory)
    assert not WeekMemory()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tests": [{"cell": "a/b"}]}, "a test of the memory has no goal"),
        ({"turned": []}, "the memory has a key 'turned', which is not known; did you mean turned_down"),
        ({"turned_down": [3]}, "a move of the memory is 3"),
        ([], "the memory is a list"),
    ],
)
def test_a_memory_that_is_none_is_refused(tmp_path, change, said) -> None:
    path = tmp_path / "weeks.json"
    path.write_text(json.dumps(change), encoding="utf-8")
    with pytest.raises(InputError) as problem:
        read_memory(path)
    assert said in str(problem.value)
    assert str(path) in str(problem.value)
    assert ".;" not in str(problem.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("until", "soon", "until of a move of the memory is 'soon'; write a day such as 2026-11-02"),
        ("until", "2020-01-01", "a move of the memory ends before it begins"),
        ("odds", 1.5, "odds of a move of the memory is 1.5; it must be a number from 0 to 1"),
        ("proposed", -1.0, "proposed of a move of the memory is -1"),
    ],
)
def test_values_that_cannot_be_are_refused(usual, week, name, value, said) -> None:
    plain = WeekMemory((), (turned_down(usual, week),)).to_json()
    plain["turned_down"][0][name] = value
    with pytest.raises(InputError) as problem:
        WeekMemory.from_json(plain)
    assert said in str(problem.value)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "NaN"])
def test_what_is_no_json_is_refused_in_a_sentence(tmp_path, text) -> None:
    path = tmp_path / "weeks.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_memory(path)
