"""What the page What-if says of scenarios, worked out on hand-made figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.history.panel import Cell
from optimizer.language import say
from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Comparison, Row, Scenario
from optimizer.planning.levers import FrontierView, Lever, LeverRow, NextMoney, Step, TargetAnswer, Tornado
from optimizer.planning.plan import Interval, Plan, TotalDraws
from optimizer.ui import what_if_levers as levers
from optimizer.ui import what_if_view as view
from optimizer.ui.charts_what_if import FrontierMarks, difference_chart, frontier_chart, lever_chart
from optimizer.ui.components.what_if_tables import comparison_html, ladder_html, money_html
from optimizer.ui.format import NBSP
from optimizer.ui.what_if_edits import (
    BASE,
    follow,
    ideas,
    renamed,
    told,
    with_added,
    with_cell,
    with_change,
    without,
    without_cell,
)
from optimizer.ui.what_if_levers import Told
from optimizer.ui.what_if_words import differences, question

ASKED = Asked(budget=20_000, weeks=4, goal="revenue")
NOTHING = Interval(0.0, 0.0, 0.0)
TOTAL = Interval(80_000.0, 70_000.0, 90_000.0)
EURO = Told("revenue", "EUR", 0.5)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def row(place: int, outcome: str, total: Interval, apart: Interval | None, better: float | None) -> Row:
    return Row(place, outcome, total, apart, better, same=apart == NOTHING)


@pytest.fixture
def comparison(make: Callable[..., Plan]) -> Comparison:
    """The base, one scenario that brings less for sure, one that may bring more, one that cannot be planned for."""
    gain, drawn = Interval(9_000.0, 4_000.0, 14_000.0), {"revenue": TotalDraws(*np.zeros((3, 200)))}
    base = make([2000.0, 1500.0, 1000.0, 500.0, 0.0], gain, draws=drawn)
    other = make([0.0, 0.0, 2500.0, 2000.0, 400.0], gain, unspent=400.0, draws=drawn)
    names = ("As planned", "No Facebook", "Reels <b>", "Too little")
    dust = Interval(-2.9e-11, -2.9e-11, -2.9e-11)
    rows = (
        row(0, "revenue", TOTAL, NOTHING, None),
        row(0, "spend", Interval(20_000.0, 20_000.0, 20_000.0), NOTHING, None),
        row(0, "cpa", Interval(9.7866, 9.175, 10.516), NOTHING, None),
        row(1, "revenue", TOTAL, Interval(-9_312.0, -15_104.0, -4_020.0), 0.02),
        row(1, "spend", Interval(20_000.0, 20_000.0, 20_000.0), dust, None),
        row(1, "cpa", Interval(11.0, 10.0, 12.0), Interval(1.45, 1.2, 1.7), 0.0),
        row(2, "revenue", TOTAL, Interval(1_300.0, -2_000.0, 5_000.0), 0.71),
        row(2, "spend", Interval(19_600.0, 19_600.0, 19_600.0), Interval(-400.0, -400.0, -400.0), None),
    )
    scenarios = tuple(Scenario(name, ASKED) for name in names)
    problem = say("the minimums are above the budget; lower one.")
    return Comparison(scenarios, 0, "revenue", "EUR", (base, base, other, None), ("", "", "", problem), rows)


# In one sentence ----------------------------------------------------------------------------------------------------


def test_each_scenario_is_told_in_a_sentence(comparison: Comparison) -> None:
    said = view.sentences(comparison)
    assert [plain(one.text) for one in said] == [
        "EUR 80,000 revenue expected, 90 % between 70,000 and 90,000.",
        "EUR 9,300 less revenue, 90 % between 4,000 and 15,100 less; better than as planned with 2 % probability.",
        "EUR 1,300 more revenue at best guess, 90 % between 2,000 less and 5,000 more; better than as planned with "
        "71 % probability.",
        "Cannot be planned: the minimums are above the budget; lower one.",
    ]
    assert [one.fails for one in said] == [False, False, False, True]


@pytest.mark.parametrize(
    ("apart", "better", "words"),
    [
        (Interval(500.0, 100.0, 900.0), 1.0, "EUR 500 more revenue, 90 % between 100 and 900 more; better than as "),
        (
            Interval(-500.0, -900.0, 100.0),
            0.1,
            "EUR 500 less revenue at best guess, 90 % between 900 less and 100 more",
        ),
        (NOTHING, None, "The same revenue as planned."),
    ],
)
def test_a_difference_in_words(comparison: Comparison, apart: Interval, better: float | None, words: str) -> None:
    changed = replace(comparison, rows=(comparison.rows[0], row(1, "revenue", TOTAL, apart, better)))
    assert plain(view.sentences(changed)[1].text).startswith(words)


def test_without_a_plan_for_the_base_others_are_told_by_themselves(comparison: Comparison) -> None:
    rows = tuple(replace(one, difference=None, better=None) for one in comparison.rows if one.scenario == 1)
    plans = (None, *comparison.plans[1:])
    alone = replace(comparison, rows=rows, plans=plans, problems=("no room", "", "", ""))
    assert plain(view.sentences(alone)[1].text).startswith("EUR 80,000 revenue expected")
    assert view.compared(alone) == ()
    assert view.difference_frame(alone, "revenue").empty


def test_another_goal_that_is_not_forecast_is_said(comparison: Comparison) -> None:
    rows = tuple(one for one in comparison.rows if one.scenario != 1)
    assert view.sentences(replace(comparison, rows=rows))[1].text.startswith("Revenue is not forecast")


# The table ----------------------------------------------------------------------------------------------------------


def test_the_table_tells_total_difference_and_probability(comparison: Comparison) -> None:
    rows = {one.outcome: one for one in view.outcome_rows(comparison)}
    assert list(rows) == ["revenue", "spend", "cpa"]
    less = rows["revenue"].figures[1]
    assert (plain(less.total), less.interval) == ("EUR 80,000", "70,000 to 90,000")
    assert (less.difference, less.apart) == ("−9,300", "−15,100 to −4,000")
    assert (plain(less.better), less.direction) == ("better: 2 %", "down")
    assert rows["revenue"].figures[0].difference == ""
    assert plain(rows["cpa"].figures[0].total) == "EUR 9.79"
    assert (rows["cpa"].figures[1].difference, plain(rows["cpa"].figures[1].better)) == (
        "+1.45",
        "better: less than 1 %",
    )


def test_what_adding_up_leaves_is_no_difference(comparison: Comparison) -> None:
    spend = next(one for one in view.outcome_rows(comparison) if one.outcome == "spend")
    assert (spend.figures[1].difference, spend.figures[1].direction) == ("as planned", "same")
    assert spend.figures[1].interval == ""
    assert spend.figures[2].difference == "−400"


def test_what_is_missing_says_why(comparison: Comparison) -> None:
    rows = {one.outcome: one for one in view.outcome_rows(comparison)}
    assert [(one.total, one.known) for one in rows["revenue"].figures[3:]] == [("no plan", False)]
    assert rows["cpa"].figures[2].total == "not forecast"


def test_the_table_escapes_names_and_has_a_card_for_each_scenario(comparison: Comparison) -> None:
    names = [one.name for one in comparison.scenarios]
    html = comparison_html(names, view.outcome_rows(comparison))
    assert "<b>Reels" not in html
    assert html.count("<h4>") == 4
    assert html.count('scope="col"') == 5
    assert "▼ −9,300" in html


def test_a_probability_is_never_certain(comparison: Comparison) -> None:
    told_as = [
        plain(view.chance(comparison, row(1, "revenue", TOTAL, NOTHING, share))) for share in (0.0, 0.01, 0.994, 1.0)
    ]
    assert told_as == ["less than 1 %", "1 %", "99 %", "more than 99 %"]
    assert view.chance(comparison, row(3, "revenue", TOTAL, None, None)) == ""


# Differences as a chart, and where the money goes -------------------------------------------------------------------


def test_the_chart_has_a_row_for_each_scenario_but_the_base(comparison: Comparison) -> None:
    assert view.compared(comparison) == ("revenue", "spend", "cpa")
    frame = view.difference_frame(comparison, "revenue")
    assert list(frame["scenario"]) == ["No Facebook", "Reels <b>"]
    assert plain(frame["label"][0]) == "−EUR 9,300, better with 2 % probability"
    drawn = difference_chart(frame, view.difference_title(comparison, "revenue")).to_dict()
    titles = [layer["encoding"]["x"].get("title") for layer in drawn["layer"] if "x" in layer["encoding"]]
    assert "Revenue against as planned, EUR" in titles


def test_the_money_of_each_network_and_its_change(comparison: Comparison) -> None:
    rows = {one.name: one for one in view.money_rows(comparison)}
    assert list(rows) == ["Instagram", "Facebook", "TikTok", "All networks", "Left unspent"]
    facebook = rows["Facebook"].money
    assert [one.amount for one in facebook if one] == ["3,500", "3,500", "0"]
    assert [(one.change, one.direction) for one in facebook if one] == [("", ""), ("", "same"), ("−3,500", "down")]
    assert facebook[3] is None
    assert facebook[0] is not None
    assert facebook[0].width == pytest.approx(3500 / 4500)
    assert [one.amount for one in rows["Left unspent"].money if one] == ["0", "0", "100"]
    assert "no plan" in money_html([one.name for one in comparison.scenarios], tuple(rows.values()))


def test_networks_are_told_most_money_first(comparison: Comparison) -> None:
    assert view.networks_by_money(comparison.plans[0], ()) == ("facebook", "instagram")
    assert view.networks_by_money(None, ("a", "b")) == ("a", "b")


# What differs -------------------------------------------------------------------------------------------------------


def test_what_differs_is_said_phrase_by_phrase() -> None:
    base = Scenario(BASE, ASKED)
    change = Change(
        price={"tiktok": -0.05, "": 0.1},
        rate={"": 0.125},
        worth=-0.2,
        off=("facebook", "instagram/link_post"),
        added=(("tiktok", "live"), ("youtube", "live")),
        added_most={"tiktok/live": 500.0},
        promotion={2: 0.3},
        team_cost=2000.0,
        production_cost={"reel": 900.0},
    )
    own = replace(ASKED, budget=22_000, risk="careful", largest_share=0.3, locks={"tiktok/video": 5.0})
    said = [plain(one) for one in differences(Scenario("All", own, change), base, "EUR")]
    assert said == [
        "budget EUR 22,000 (+10 %)",
        "careful: the most in the worst fifth of cases",
        "at most 30 % of the budget in one place",
        "other fixed places or limits",
        "media prices +10 %",
        "media prices on TikTok −5 %",
        "conversion rate +12.5 %",
        "value per conversion −20 %",
        "Facebook off",
        "Instagram link post off",
        "new: TikTok live, up to EUR 500 a week",
        "new: YouTube live",
        "promotion in week 2: demand +30 %",
        "team cost EUR 2,000",
        "production of reel: EUR 900",
    ]
    assert differences(base, base, "EUR") == ()


def test_a_rule_that_a_scenario_drops_is_said() -> None:
    base = Scenario(BASE, replace(ASKED, largest_step=0.2, largest_share=0.5, risk="careful", rules="# none"))
    said = differences(Scenario("Free", ASKED), base, "EUR")
    assert said == ("the most on average", "no largest share of a place", "no largest step", "other rules")
    assert "steps of at most 20 % against today" in [plain(one) for one in question(base.asked, "EUR")]


# Edits --------------------------------------------------------------------------------------------------------------


def test_scenarios_follow_the_plan_in_what_they_did_not_set() -> None:
    scenarios = (Scenario(BASE, ASKED), Scenario("Less", replace(ASKED, budget=15_000)))
    after = follow(scenarios, replace(ASKED, budget=44_000, weeks=8, largest_share=0.4, locks={"tiktok/video": 5.0}))
    assert [one.asked.budget for one in after] == [44_000, 30_000]
    assert [one.asked.weeks for one in after] == [8, 8]
    assert after[1].asked.locks == {"tiktok/video": 5.0}
    assert after[1].asked.largest_share == 0.4
    assert follow(after, after[0].asked) == after
    assert follow((), ASKED) == (Scenario(BASE, ASKED),)


def test_an_added_scenario_takes_the_weeks_of_the_base_and_a_free_name() -> None:
    one = Scenario("As before", Asked(budget=9_000, weeks=2, seed=5, by_audience=True))
    both = with_added(with_added((Scenario(BASE, ASKED),), one), one)
    assert [each.name for each in both] == [BASE, "As before", "As before 2"]
    assert {(each.asked.weeks, each.asked.seed, each.asked.by_audience) for each in both} == {(4, 0, False)}
    assert [each.name for each in without(both, 1)] == [BASE, "As before 2"]
    assert without(both, 0) == both


def test_names_are_told_apart_and_never_empty() -> None:
    scenarios = (Scenario(BASE, ASKED), Scenario("A", ASKED), Scenario("B", ASKED))
    assert [one.name for one in renamed(scenarios, 2, "  A ")] == [BASE, "A", "A 2"]
    with pytest.raises(InputError, match="has no name"):
        renamed(scenarios, 1, "  ")
    assert [one.name for one in told((scenarios[0], scenarios[1], scenarios[1]))] == ["As planned", "A", "A 2"]


def test_a_new_place_is_added_as_the_history_spells_it_and_taken_away_whole() -> None:
    known = (Cell("tiktok", "video"), Cell("facebook", "link_post"))
    one = with_cell(Scenario("New", ASKED), known, "tiktok", " Link  Post ", 500.0)
    assert one.change.added == (("tiktok", "link_post"),)
    assert one.change.added_most == {"tiktok/link_post": 500.0}
    again = with_cell(with_change(one, off=("tiktok/link_post", "facebook")), known, "tiktok", "link post", None)
    assert (again.change.added, again.change.added_most) == ((("tiktok", "link_post"),), {})
    assert without_cell(again, ("tiktok", "link_post")).change == Change(off=("facebook",))
    with pytest.raises(InputError, match="has it already"):
        with_cell(one, known, "tiktok", "Video", None)
    with pytest.raises(InputError, match="give both"):
        with_cell(one, known, "tiktok", " ", None)


def test_ideas_name_what_they_change() -> None:
    found = {one.key: one for one in ideas(ASKED, ("facebook", "tiktok"))}
    assert plain(found["budget_more"].name) == "Budget +10 %"
    assert found["budget_less"].scenario.asked.budget == 18_000
    assert found["off_tiktok"].scenario.change == Change(off=("tiktok",))
    assert plain(found["promotion"].name) == "Promotion in week 1: demand +20 %"
    assert not [key for key in (one.key for one in ideas(ASKED, ("facebook",))) if key.startswith("off")]


# Budget and levers --------------------------------------------------------------------------------------------------


def frontier(marginal: list[float]) -> FrontierView:
    budgets, value = np.array([10_000.0, 20_000.0, 30_000.0]), np.array([30_000.0, 50_000.0, 60_000.0])
    one = np.zeros((3, 1))
    return FrontierView(
        budgets, 1, value, value - 4_000, value + 4_000, value - 9_000, value, value, value, value, value, one, one,
        np.array(marginal), (),
    )  # fmt: skip


def test_the_frontier_is_told_in_words() -> None:
    said = plain(levers.frontier_sentence(frontier([4.0, 2.5, 1.5]), say("Money pays."), EURO))
    assert said == (
        "With the 8 weeks after, EUR 20,000 adds EUR 50,000 revenue under the best plan (90 % between 46,000 and "
        "54,000), and EUR 41,000 split as today; the next EUR 1 would bring EUR 2.5. Money pays."
    )
    counted = levers.frontier_sentence(frontier([4.0, 2.5, 1.5]), "", Told("conversions", "EUR"))
    assert counted.endswith("2.5 conversions.")


def test_counts_are_told_with_their_name_and_money_without_a_currency_as_such() -> None:
    said = plain(levers.frontier_sentence(frontier([4.0, 0.025, 1.5]), "", Told("conversions", "")))
    assert said.endswith("the next unit of money would bring 0.025 conversions.")


def test_where_money_stops_paying_is_marked_if_it_is_in_sight() -> None:
    found = frontier([4.0, 2.5, 1.5])
    assert [levers.in_sight(found, at) for at in (None, 9_000.0, 25_000.0, 31_000.0)] == [None, None, 25_000.0, None]


def test_the_frontier_chart_marks_budget_and_break_even() -> None:
    found = frontier([4.0, 2.5, 1.5])
    marks = FrontierMarks(20_000.0, 25_000.0, "Budget", "Revenue")
    words = {one["mark"].get("text") for one in frontier_chart(levers.frontier_frame(found), marks).to_dict()["layer"]}
    assert {"asked", "break-even", "best plan", "today's split"} <= words
    marks = FrontierMarks(20_000.0, None, "Budget", "Revenue")
    words = {one["mark"].get("text") for one in frontier_chart(levers.frontier_frame(found), marks).to_dict()["layer"]}
    assert "break-even" not in words


def step(start: float, end: float, brings: float, pays: bool | None, rearranged: float = 0.0) -> Step:
    way = end - start
    cells = ((Cell("instagram", "reel"), 0.75 * way), (Cell("tiktok", "video"), 0.25 * way))
    return Step(start, end, cells, brings, (brings, brings), rearranged, brings, pays, say("said"))


def test_steps_of_the_budget_run_from_the_largest_down() -> None:
    up = (step(20_000, 21_000, 2_000, True), step(21_000, 22_000, 1_500, None, rearranged=300.0))
    found = NextMoney(1_000.0, up, (step(20_000, 19_000, -2_500, False),), None, say("Every step pays."))
    shown = levers.rungs(found, EURO)
    assert [plain(one.budgets) for one in shown] == ["21,000 → 22,000", "20,000 → 21,000", "20,000 → 19,000"]
    assert [plain(one.brings) for one in shown] == ["+EUR 1,500", "+EUR 2,000", "−EUR 2,500"]
    assert [plain(one.per_unit) for one in shown] == ["EUR 1.50", "EUR 2.00", "EUR 2.50"]
    assert [one.pays for one in shown] == ["", "yes", "no"]
    assert plain(shown[0].places) == "Instagram reel 75 %, TikTok video 25 %"
    assert plain(shown[0].note) == "The plan jumps: EUR 300 more change their place."
    assert plain(levers.ladder_sentence(found, EURO)) == (
        "The next EUR 1,000 would add EUR 2,000 revenue. The last EUR 1,000 bring EUR 2,500 revenue. Every step pays."
    )
    html = ladder_html(shown, "EUR 20,000: asked", "Per EUR 1")
    assert html.index("20,000 → 21,000") < html.index("EUR 20,000: asked") < html.index("20,000 → 19,000")


def test_a_step_that_nobody_wants_says_so() -> None:
    idle = replace(step(20_000, 21_000, 0.0, False), cells=())
    assert levers.rungs(NextMoney(1_000.0, (idle,), (), None, ""), EURO)[0].places == "nowhere: it would not be spent"


def tornado() -> Tornado:
    return Tornado(
        "revenue",
        TOTAL,
        0.1,
        (
            LeverRow(Lever("off", "instagram"), Interval(-9_000.0, -9_900.0, -8_000.0), None),
            LeverRow(Lever("budget"), Interval(-4_000.0, -5_000.0, -3_000.0), Interval(3_600.0, 3_000.0, 4_000.0)),
            LeverRow(Lever("price"), Interval(900.0, 800.0, 1_000.0), None, say("no room above")),
        ),
    )


def test_both_ends_of_a_lever_are_labelled() -> None:
    frame = levers.lever_frame(tornado(), EURO)
    assert list(frame["lever"]) == ["Instagram switched off", "Budget", "Budget", "Price of media"]
    assert list(frame["end"]) == ["off", "lower", "higher", "lower"]
    assert [plain(label) for label in frame["label"]] == [
        "−9,000", "−10 %: −4,000", "+10 %: +3,600", "−10 %: +900",
    ]  # fmt: skip
    assert plain(levers.lever_sentence(tornado(), EURO)) == (
        "What matters most: Instagram switched off, −EUR 9,000 revenue."
    )
    assert levers.lever_problems(tornado()) == ("Price of media: no room above",)
    assert levers.lever_sentence(replace(tornado(), rows=()), EURO) == "No lever changes anything."


def test_the_longest_levers_are_drawn() -> None:
    drawn = lever_chart(levers.lever_frame(tornado(), EURO), "Revenue", most=2).to_dict()
    names = {one["lever"] for data in drawn["datasets"].values() for one in data if "lever" in one}
    assert names == {"Instagram switched off", "Budget"}


def test_the_answer_to_a_target_tells_its_plan_and_what_is_proven() -> None:
    answer = TargetAnswer(90_000.0, 24_300.0, TOTAL, 24_011.0, 0.5, np.zeros(1), say("A budget of EUR 24,300 does."))
    assert [plain(line) for line in levers.target_lines(answer, EURO)] == [
        "A budget of EUR 24,300 does.",
        "Its plan is expected to bring EUR 80,000 (90 %: 70,000 to 90,000).",
        "Proven on the curves: no split of less than EUR 24,000 reaches it within the weeks.",
    ]
    out = replace(answer, budget=None, limit=None)
    assert len(levers.target_lines(out, EURO)) == 1
    assert levers.reaching(Scenario("A", ASKED), 24_300.0, "B").asked.budget == 24_300.0


def test_amounts_are_told_in_the_unit_of_the_goal() -> None:
    assert Told.of("revenue", "EUR", {"margin": 0.4}) == Told("revenue", "EUR", 0.4)
    assert (Told("clicks", "EUR").title("Clicks"), EURO.title("Revenue")) == ("Clicks", "Revenue, EUR")
    assert (Told("clicks", "EUR").unit, Told("profit", "EUR").unit) == ("", "EUR")
