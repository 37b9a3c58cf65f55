"""The page This week: the decision, alerts, moves that can be refused, why not more, and accepting."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.history.findings import Finding, Severity
from optimizer.language import place, say
from optimizer.planning.plan import Plan
from optimizer.planning.why import why_not_less, why_not_more
from optimizer.ui import state
from optimizer.ui.components.week_html import alerts_html
from optimizer.ui.format import NBSP
from optimizer.ui.week_alerts import alerts_of, quiet
from optimizer.ui.week_choices import AMOUNT, LEAVE, TAKE, Choices
from tests.ui.driver import fresh_store, open_app
from tests.ui.week_driver import (
    CUT,
    RAISED,
    asked,
    card,
    choose,
    good,
    of_bytes,
    plan_now,
    shown,
    store_with,
    weekly,
)


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


# The decision -------------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_to_do_and_what_it_is_worth() -> None:
    app = good(open_app())
    text = shown(app)
    plan = plan_now(app)
    gain = f"{round(plan.gain['revenue'].mean, -2):,.0f}"
    assert re.search(rf"<h2>Move EUR [\d,]+ a week, .*: about EUR {gain} more revenue over four weeks, 90 %", text)
    assert text.index("co-headline") < text.index("co-week-figures") < text.index("co-week-card")
    assert text.count('class="co-week-card') == 8
    assert "Your choice" not in text.split("co-week-figures")[0]


def test_a_card_says_amounts_per_week_and_day_and_what_the_move_brings() -> None:
    app = good(open_app())
    today, planned = weekly(plan_now(app), CUT)
    said = card(app, "Facebook image")
    assert f"EUR {today:,.0f} → " in said
    assert f"EUR {planned:,.0f}" in said
    assert f"EUR {planned / 7:,.2f} a day" in said
    assert f"−{today - planned:,.0f} (−{100 * (1 - planned / today):.0f} %)" in said
    assert re.search(r"−EUR [\d,]+ revenue\s+90 %: −[\d,]+ to −[\d,]+", said)
    assert "The last EUR 100 bring" in said


def test_budget_and_weeks_are_changed_right_here() -> None:
    app = good(open_app())
    good(app.number_input(key="week_weeks").set_value(8).run())
    assert asked(app).budget == pytest.approx(8 * 25_700, rel=1e-3)  # what was proposed follows the weeks
    assert "over eight weeks" in shown(app)
    good(app.number_input(key="week_budget").set_value(90_000.0).run())
    good(app.number_input(key="week_weeks").set_value(3).run())
    assert (asked(app).budget, asked(app).weeks) == (90_000.0, 3)
    assert "EUR 30,000 a week" in shown(app)
    app.number_input(key="week_budget").set_value(0.0).run()
    assert asked(app).budget == 90_000.0
    assert "The budget must be above 0" in shown(app)


def test_without_a_history_the_page_says_what_to_bring() -> None:
    app = open_app()
    app.session_state["view_now"] = state.View(history="")
    good(app.run())
    assert [one.value for one in app.subheader] == ["Bring your history to get a plan"]
    assert "co-headline" not in shown(app)


def test_a_history_without_response_keeps_and_has_no_move_to_decide(sample_history: Path) -> None:
    table = pd.read_csv(sample_history)
    table = table[table["date"] >= "2026-03-02"]
    rng = np.random.default_rng(3)
    table["spend"] = 300.0 + rng.normal(0, 0.01, len(table)).round(2)
    table["conversions"] = rng.poisson(20, len(table))
    table["revenue"] = table["conversions"] * 40.0
    app = good(of_bytes(table.to_csv(index=False).encode()))
    text = shown(app)
    assert "Keep today's split: the history shows no response" in text
    assert 'class="co-week-card' not in text
    assert "accepting keeps today's split for these four weeks" in text
    assert "No move can be justified from this history" in text
    assert "Serious" in text
    good(store_with(app))
    assert "Accepted by An on" in shown(app)


# Choices ------------------------------------------------------------------------------------------------------------


def test_leaving_a_place_as_today_re_plans_and_says_what_it_costs() -> None:
    app = good(open_app())
    free = plan_now(app)
    today, proposed = weekly(free, CUT)
    choose(app, CUT, LEAVE)
    assert asked(app).locks == {CUT: today}
    plan = plan_now(app)
    assert weekly(plan, CUT)[1] == pytest.approx(today, abs=0.01)
    assert weekly(plan, RAISED)[1] < weekly(free, RAISED)[1]  # the rest is planned around it
    cost = (free.draws["revenue"].plan - plan.draws["revenue"].plan).mean()
    text = shown(app)
    assert f"Your choice costs about EUR {round(cost, -2):,.0f} revenue over four weeks, 90 % between" in text
    assert f"would bring EUR {round(free.gain['revenue'].mean, -2):,.0f} more than today's split" in text
    said = card(app, "Facebook image")
    assert f"Left as today; the plan proposed EUR {proposed:,.0f}." in said
    assert "= as today" in said
    assert "1 left as today" in text


def test_another_amount_is_kept_and_held_against_todays_split_as_it_is() -> None:
    app = good(open_app())
    free = plan_now(app)
    choose(app, CUT, AMOUNT)
    assert asked(app).locks == {CUT: float(round(weekly(free, CUT)[1]))}
    good(app.number_input(key=f"week_amount_{CUT}").set_value(5000.0).run())
    assert asked(app).locks == {CUT: 5000.0}
    said = card(app, "Facebook image")
    assert f"EUR {weekly(free, CUT)[0]:,.0f} → " in said
    assert "EUR 5,000" in said
    assert "Your amount; the plan proposed" in said
    gain = free.gain["revenue"].mean - (free.draws["revenue"].plan - plan_now(app).draws["revenue"].plan).mean()
    assert f"about EUR {round(gain, -2):,.0f} more revenue" in shown(app)
    choose(app, CUT, None)
    assert asked(app).locks == {}
    assert "Your choice costs" not in shown(app)


def test_a_reason_stays_with_the_choice_and_in_the_link() -> None:
    app = good(open_app())
    choose(app, CUT, LEAVE)
    good(app.text_input(key=f"week_reason_{CUT}").set_value("Hợp đồng đến tháng 12").run())
    choose(app, RAISED, TAKE)
    link = app.query_params["view"]
    again = good(open_app(link=link[0] if isinstance(link, list) else link))
    assert again.segmented_control(key=f"week_choice_{CUT}").value == LEAVE
    assert again.segmented_control(key=f"week_choice_{RAISED}").value == TAKE
    assert again.text_input(key=f"week_reason_{CUT}").value == "Hợp đồng đến tháng 12"
    assert asked(again).locks == asked(app).locks


def test_a_place_left_as_today_follows_the_budget_and_a_typed_amount_does_not() -> None:
    app = good(open_app())
    choose(app, CUT, LEAVE)
    choose(app, RAISED, AMOUNT)
    before = dict(asked(app).locks)
    good(app.number_input(key="week_budget").set_value(2 * asked(app).budget).run())
    assert asked(app).locks[CUT] == pytest.approx(2 * before[CUT], rel=1e-3)
    assert asked(app).locks[RAISED] == before[RAISED]


def test_open_moves_are_taken_together_and_choices_reset() -> None:
    app = good(open_app())
    choose(app, CUT, LEAVE)
    assert app.button(key="week_take_all").label == "Take all 7 open moves shown"
    good(app.button(key="week_take_all").click().run())
    assert app.segmented_control(key=f"week_choice_{CUT}").value == LEAVE
    assert app.button(key="week_take_all").disabled
    assert "7 taken · 1 left as today" in shown(app)
    good(app.button(key="week_reset").click().run())
    assert asked(app).locks == {}
    assert app.segmented_control(key=f"week_choice_{CUT}").value is None
    assert app.button(key="week_reset").disabled


def test_smaller_moves_are_shown_on_demand() -> None:
    app = good(open_app())
    hidden = int(app.button(key="week_show_all").label.split()[1])
    good(app.button(key="week_show_all").click().run())
    assert shown(app).count('class="co-week-card') == 8 + hidden
    assert "week_show_all" not in [button.key for button in app.button]


def test_choices_that_leave_no_plan_can_be_taken_back() -> None:
    app = good(open_app())
    for label, amount in ((CUT, 25_000.0), (RAISED, 3_000.0)):
        choose(app, label, AMOUNT)
        app.number_input(key=f"week_amount_{label}").set_value(amount).run()
    assert [error.value for error in app.error if "minimums add up to" in error.value]
    assert "Your choices leave no plan" in shown(app)
    good(app.button(key=f"week_free_{RAISED}").click().run())
    assert asked(app).locks == {CUT: 25_000.0}
    assert "co-headline" in shown(app)


def test_marks_and_reasons_fit_into_links_and_survive_nonsense() -> None:
    choices = Choices()
    for number in range(60):
        label = f"network_{number}/a_rather_long_content_type"
        choices = choices.leave(label, 1.0).because(label, "Hợp đồng với người sáng tạo nội dung " * 9)
    chosen = choices.merged({"week.why": "tiktok/live", "week.moves.29": {"stale": ["take", ""]}})
    assert all(len(json.dumps(one)) <= state.LONGEST_CHOICE for one in chosen.values())
    assert state.View.from_json(state.View(chosen=chosen).to_json()).chosen == chosen
    again = Choices.read(choices.locks, chosen)
    assert again == choices
    assert "stale" not in again.marks
    odd = {"week.moves.1": {"a": 3, "b": ["leave"], "c": ["burn", "x"], "d": ["take", 5]}, "week.moves.2": "text"}
    assert Choices.read({}, odd) == Choices(reasons={"c": "x"})


def test_a_lock_of_another_page_is_an_amount_of_ones_own() -> None:
    choices = Choices.read({CUT: 700.0}, {"week.moves.1": {CUT: ["take", ""], RAISED: ["leave", ""]}})
    assert choices.of(CUT) == AMOUNT
    assert choices.of(RAISED) == ""  # its lock was taken away elsewhere


# Why not more -------------------------------------------------------------------------------------------------------


def test_why_not_more_answers_for_the_place_that_is_chosen() -> None:
    app = good(open_app())
    good(app.selectbox(key="week_why").set_value("tiktok/live").run())
    plan = plan_now(app)
    cell = next(cell for cell in plan.cells if cell.label == "tiktok/live")
    english = shown(app).replace("TikTok live", "tiktok/live")
    for said in (why_not_more(plan, cell), why_not_less(plan, cell)):
        assert said.split(",")[0] in english
    assert "Marginal return here" in english


def test_why_not_more_knows_the_rules_of_the_plan() -> None:
    app = good(open_app())
    view = app.session_state["view_now"]
    app.session_state["view_now"] = replace(view, asked=replace(view.asked, largest_share=0.1))
    good(app.run())
    said = []
    for cell in ("instagram/carousel", "instagram/reel", "instagram/creator"):
        good(app.selectbox(key="week_why").set_value(cell).run())
        said.append(shown(app))
    assert any("a rule stands against it: largest share of a cell" in text for text in said)


# Alerts -------------------------------------------------------------------------------------------------------------


def test_alerts_stand_worst_first_with_their_meaning_and_few_are_open(plan: Plan) -> None:
    cell = plan.cells[1]
    broken = Finding("break", Severity.WARNING, say("{cell} lost half of its effect", cell=place(cell)))
    odd = Finding("outlier", Severity.WARNING, "one number is odd")
    late = Finding("late-data", Severity.WARNING, "the newest week is late")
    file = Finding("part-exceeds-whole", Severity.WARNING, "clicks exceed impressions")
    found = alerts_of(replace(plan, findings=(file, odd, broken, late, *plan.findings)), ())
    assert found[-2].sentence.startswith("clicks exceed impressions")  # of the file: after what the fit found
    assert [one.severity for one in found] == sorted((one.severity for one in found), reverse=True)
    assert found[0].level == "Serious"
    assert "column 'mood'" not in " ".join(one.sentence for one in found)  # notes on the file are not alerts
    there = next(one for one in found if one.sentence.startswith("Facebook video lost half"))
    assert there.meaning.replace(NBSP, " ").endswith("The plan keeps EUR 1,500 a week there.")
    weak = next(one for one in found if "where the evidence is weak" in one.sentence)
    assert "EUR 1,500 more a week, 30 % of the budget" in weak.sentence.replace(NBSP, " ")
    html = alerts_html(found)
    assert html.split("<details")[0].count("<li") == 3
    assert f"{len(found) - 3} more alerts" in html


def test_a_plan_of_weeks_that_have_begun_is_an_alert(plan: Plan) -> None:
    past = Finding("planned-past", Severity.NOTE, "the first planned week began 21 days ago")
    found = alerts_of(replace(plan, findings=(past, *plan.findings)), ())
    told = next(one for one in found if one.sentence.startswith("the first planned week"))
    assert told.level == "Check"
    assert told.meaning == "Until newer weeks are added, these are not this week's amounts."


def test_a_bounce_rate_that_rose_is_an_alert(sample_history: Path) -> None:
    table = pd.read_csv(sample_history)
    newest = (table["date"] >= "2026-10-05") & (table["network"] == "tiktok")
    table.loc[newest, "bounces"] = (table.loc[newest, "sessions"] * 0.93).round()
    app = good(of_bytes(table.to_csv(index=False).encode(), "bounced.csv"))
    text = shown(app)
    assert re.search(r"TikTok.*bounce rate rose from", text)
    assert "look at the page before more money leads to it" in text


def test_quiet_is_not_claimed_of_what_could_not_be_looked_at() -> None:
    assert "the history has 9" in quiet(9)
    assert "bounce rate" in quiet(60)
