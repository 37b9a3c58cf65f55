"""The page This week: the decision, alerts, changes that can be refused, what stays and why, tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.errors import InputError
from optimizer.history.findings import Finding, Severity
from optimizer.language import place, say
from optimizer.planning.plan import Plan
from optimizer.planning.request import RulesText
from optimizer.planning.studio import panel_of
from optimizer.store import Kind
from optimizer.ui import service, state
from optimizer.ui.components.week_html import alerts_html
from optimizer.ui.components.week_today import read_today
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
    link_of,
    of_bytes,
    shown,
    store_with,
    week_now,
    weekly,
)


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


# The decision -------------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_to_change_and_what_it_is_worth() -> None:
    app = good(open_app())
    text = shown(app)
    found = week_now(app)
    gain = f"{round(found.worth.mean, -2):,.0f}"
    count = len(found.changed)
    assert re.search(
        rf"<h2>Change {count} budgets, moving EUR [\d,]+ a week, .*: kept for eight weeks they bring about EUR {gain}"
        r" more revenue, 90 %",
        text,
    )
    assert text.index("co-headline") < text.index("co-week-figures") < text.index("co-week-card")
    assert text.count('class="co-week-card') == min(8, count)
    assert "Your choice" not in text.split("co-week-figures")[0]
    assert f"{100 * found.churn:.1f} % of the money changes its place" in text


def test_a_card_says_amounts_per_week_and_day_what_the_change_brings_and_where_it_leads() -> None:
    app = good(open_app())
    found = week_now(app)
    today, planned = weekly(found.plan, CUT)
    said = card(app, "Facebook image")
    assert f"EUR {today:,.0f} → " in said
    assert f"EUR {planned:,.0f}" in said
    assert f"EUR {planned / 7:,.2f} a day EUR {today / 7:,.2f} now" in said
    assert f"−{today - planned:,.0f} (−{100 * (1 - planned / today):.0f} %)" in said
    c = [cell.label for cell in found.plan.cells].index(CUT)
    brings = float((found.value.split - found.value.now)[:, c].mean())
    assert re.search(rf"−EUR {abs(round(brings, -2)):,.0f} revenue 90 %: −[\d,]+ to −[\d,]+", said)
    assert f"Leads to EUR {found.aim[c]:,.0f} a week" in said
    assert "The last EUR 100 bring" in said
    assert "Odds that it pays" in said


def test_everything_that_stays_says_why() -> None:
    app = good(open_app())
    found = week_now(app)
    text = shown(app)
    kept = [move for c, move in enumerate(found.plan.moves) if c not in found.changed]
    assert kept
    for move in kept:
        assert move.reason in text
        assert f"EUR {move.plan / 7:,.2f}" in text
    assert "Where this leads, week by week" in [one.label for one in app.expander]


def test_budget_largest_change_and_learning_are_changed_right_here() -> None:
    app = good(open_app())
    good(app.number_input(key="week_budget").set_value(27_000.0).run())
    assert (asked(app).budget, asked(app).weeks) == (108_000.0, 4)  # four weeks of it on the page Plan
    assert "EUR 27,000" in shown(app)
    good(app.number_input(key="week_change").set_value(10.0).run())
    found = week_now(app, max_change=0.1)
    gain = f"{round(found.worth.mean, -2):,.0f}"
    assert f"about EUR {gain} more revenue" in shown(app) or "No other move is worth making" in shown(app)
    today, planned = weekly(found.plan, RAISED)
    assert planned <= 1.1 * today + 0.01
    good(app.number_input(key="week_explore").set_value(5.0).run())
    assert "No test is worth its cost now" in shown(app)
    again = good(open_app(link=link_of(app)))
    assert again.number_input(key="week_change").value == 10.0
    assert again.number_input(key="week_explore").value == 5.0
    app.number_input(key="week_budget").set_value(0.0).run()
    assert asked(app).budget == 108_000.0
    assert "The budget must be above 0" in shown(app)


def test_the_largest_step_of_the_page_plan_is_the_largest_change_until_one_is_chosen_here() -> None:
    app = good(open_app())
    view = app.session_state["view_now"]
    app.session_state["view_now"] = replace(view, asked=replace(view.asked, largest_step=0.2))
    good(app.run())
    assert app.number_input(key="week_change").value == 20.0
    good(app.number_input(key="week_change").set_value(25.0).run())
    assert asked(app).largest_step == 0.2


def test_the_goal_profit_asks_for_revenue_and_says_so() -> None:
    app = good(open_app())
    view = app.session_state["view_now"]
    settings = {"margin": 0.4}
    app.session_state["view_now"] = replace(view, asked=replace(view.asked, goal="profit", settings=settings))
    good(app.run())
    assert "more revenue" in shown(app)
    assert "profit is largest where revenue is" in shown(app)


def test_without_a_history_the_page_says_what_to_bring() -> None:
    app = open_app()
    app.session_state["view_now"] = state.View(history="")
    good(app.run())
    assert [one.value for one in app.subheader] == ["Bring your history to get a plan"]
    assert "co-headline" not in shown(app)


def test_a_history_without_response_keeps_and_has_no_change_to_decide(sample_history: Path) -> None:
    table = pd.read_csv(sample_history)
    table = table[table["date"] >= "2026-03-02"]
    rng = np.random.default_rng(3)
    table["spend"] = 300.0 + rng.normal(0, 0.01, len(table)).round(2)
    table["conversions"] = rng.poisson(20, len(table))
    table["revenue"] = table["conversions"] * 40.0
    app = good(of_bytes(table.to_csv(index=False).encode()))
    text = shown(app)
    assert "Change nothing: the history shows no response" in text
    assert 'class="co-week-card' not in text
    assert "accepting keeps today's budgets" in text
    assert "No move can be justified from this history" in text
    assert "Serious" in text
    good(store_with(app))
    assert "Accepted by An on" in shown(app)


# Network rules ------------------------------------------------------------------------------------------------------


def test_network_rules_that_are_kept_act_and_those_that_do_not_fit_are_told() -> None:
    text = '[[change]]\nnetwork = ["facebook", "instagram"]\nshare = 0.1\ngrade = "practice"\n'
    kept = service.store().add(Kind.NETWORK_RULES, "networks", {"text": text}, author="Lan")
    app = good(open_app())
    today, planned = weekly(week_now(app, network_rules=RulesText(text, "network_rules.toml")).plan, CUT)
    assert planned >= 0.9 * today - 0.01
    assert f"EUR {planned:,.0f}" in card(app, "Facebook image")
    assert "The network rules of the page Data and settings act" in shown(app)
    odd = {"text": '[[floor]]\nnetwork = "tiktok"\namount = 50\ncurrency = "USD"\n'}
    service.store().change(kept.id, version=kept.version, author="Lan", content=odd)
    app = good(open_app())
    assert "do not fit and do not act" in shown(app)
    assert "EUR 2,380" in card(app, "Facebook image")


# Today's budgets ----------------------------------------------------------------------------------------------------


def test_todays_budgets_are_typed_in_and_taken_back() -> None:
    app = good(open_app())
    field = next(one for one in app.number_input if str(one.key).startswith(f"week_today_{CUT}"))
    field.set_value(4000.0)
    good(next(one for one in app.button if "today's budgets" in one.label).click().run())
    assert asked(app).current[CUT] == 4000.0
    assert len(asked(app).current) == 18
    assert "the budgets you gave come to" in shown(app)
    assert "EUR 4,000 → " in card(app, "Facebook image")
    plan = good(open_app("plan", link=link_of(app)))
    assert "Today means the budgets you gave" in shown(plan)
    good(app.button(key="week_today_mean").click().run())
    assert asked(app).current == {}


def test_todays_budgets_are_taken_from_a_file() -> None:
    panel = panel_of(service.history(service.sample_source()))
    good_file = b"network;content_type;spend\nfacebook;image;3200,50\ntiktok;live;300\n"
    amounts, unnamed = read_today("current.csv", good_file, panel)
    assert amounts == {"facebook/image": 3200.5, "tiktok/live": 300.0}
    assert unnamed == 16
    for data, said in (
        (b"network,content_type,spend\nfacebook,imag,1\n", "current.csv, row 2, column content_type: cell"),
        (b"network,content_type,spend\nfacebook,image,-1\n", "current.csv, row 2, column spend: spend is -1"),
        (b"network,content_type\nfacebook,image\n", "current.csv, row 1: column spend is missing"),
        (b"", "current.csv: the file is empty"),
        (b"network,content_type,spend\nfacebook,image,0\n", "all spend is 0"),
    ):
        with pytest.raises(InputError) as problem:
            read_today("current.csv", data, panel)
        assert said in str(problem.value)


def test_a_history_without_spend_lately_asks_for_todays_budgets(sample_history: Path) -> None:
    table = pd.read_csv(sample_history)
    table.loc[table["date"] >= "2026-08-03", "spend"] = 0.0
    app = of_bytes(table.to_csv(index=False).encode(), "silent.csv")
    assert not app.exception
    assert ["nothing was spent in the last 12 complete weeks" in one.value for one in app.error] == [True]
    assert "What is set in the networks now?" in [one.value for one in app.subheader]
    for field in app.number_input:
        if str(field.key).startswith("week_today_"):
            field.set_value(1000.0)
    next(one for one in app.button if "today's budgets" in one.label).click().run()
    good(app.number_input(key="week_budget").set_value(18_000.0).run())
    assert "co-headline" in shown(app)


# Choices ------------------------------------------------------------------------------------------------------------


def test_leaving_a_place_as_today_answers_anew_and_says_what_it_costs() -> None:
    app = good(open_app())
    free = week_now(app)
    today, proposed = weekly(free.plan, CUT)
    choose(app, CUT, LEAVE)
    assert asked(app).locks == {CUT: pytest.approx(today, abs=0.01)}
    found = week_now(app)
    assert weekly(found.plan, CUT)[1] == pytest.approx(today, abs=0.01)
    cost = (free.value.split.sum(axis=1) - found.value.split.sum(axis=1)).mean()
    assert cost > 0
    text = shown(app)
    assert f"Your choice costs about EUR {round(cost, -2):,.0f} revenue over eight weeks, 90 % between" in text
    assert f"would bring EUR {round(free.worth.mean, -2):,.0f} more than today's split" in text
    assert f"bring about EUR {round(free.worth.mean - cost, -2):,.0f} more revenue" in text
    said = card(app, "Facebook image")
    assert f"Left as today; EUR {proposed:,.0f} was proposed." in said
    assert "= as today" in said
    assert "1 left as today" in text


def test_another_amount_is_kept_even_beyond_the_largest_change() -> None:
    app = good(open_app())
    free = week_now(app)
    choose(app, CUT, AMOUNT)
    assert asked(app).locks == {CUT: float(round(weekly(free.plan, CUT)[1]))}
    good(app.number_input(key=f"week_amount_{CUT}").set_value(5000.0).run())
    assert asked(app).locks == {CUT: 5000.0}
    said = card(app, "Facebook image")
    assert f"EUR {weekly(free.plan, CUT)[0]:,.0f} → " in said
    assert "EUR 5,000" in said
    assert "Your amount;" in said
    choose(app, CUT, None)
    assert asked(app).locks == {}
    assert "Your choice costs" not in shown(app)


def test_a_reason_stays_with_the_choice_and_in_the_link() -> None:
    app = good(open_app())
    choose(app, CUT, LEAVE)
    good(app.text_input(key=f"week_reason_{CUT}").set_value("Hợp đồng đến tháng 12").run())
    choose(app, RAISED, TAKE)
    again = good(open_app(link=link_of(app)))
    assert again.segmented_control(key=f"week_choice_{CUT}").value == LEAVE
    assert again.segmented_control(key=f"week_choice_{RAISED}").value == TAKE
    assert again.text_input(key=f"week_reason_{CUT}").value == "Hợp đồng đến tháng 12"
    assert asked(again).locks == asked(app).locks


def test_a_place_left_as_today_follows_todays_budgets_and_a_typed_amount_does_not() -> None:
    app = good(open_app())
    choose(app, CUT, LEAVE)
    choose(app, RAISED, AMOUNT)
    before = dict(asked(app).locks)
    view = app.session_state["view_now"]
    panel = panel_of(service.history(service.sample_source()))
    today = {cell.label: 1.1 * float(spend) for cell, spend in zip(panel.cells, panel.recent_spend, strict=True)}
    app.session_state["view_now"] = replace(view, asked=replace(view.asked, current=today))
    good(app.run())
    assert asked(app).locks[CUT] == pytest.approx(today[CUT])
    assert asked(app).locks[RAISED] == before[RAISED]


def test_open_changes_are_taken_together_and_choices_reset() -> None:
    app = good(open_app())
    choose(app, CUT, LEAVE)
    assert app.button(key="week_take_all").label == "Take all 7 open changes shown"
    good(app.button(key="week_take_all").click().run())
    assert app.segmented_control(key=f"week_choice_{CUT}").value == LEAVE
    assert app.button(key="week_take_all").disabled
    assert "7 taken · 1 left as today" in shown(app)
    good(app.button(key="week_reset").click().run())
    assert asked(app).locks == {}
    assert app.segmented_control(key=f"week_choice_{CUT}").value is None
    assert app.button(key="week_reset").disabled


def test_smaller_changes_are_shown_on_demand() -> None:
    app = good(open_app())
    hidden = int(app.button(key="week_show_all").label.split()[1])
    good(app.button(key="week_show_all").click().run())
    assert shown(app).count('class="co-week-card') == 8 + hidden
    assert "week_show_all" not in [button.key for button in app.button]


def test_choices_that_leave_no_budgets_can_be_taken_back() -> None:
    app = good(open_app())
    for label, amount in ((CUT, 25_000.0), (RAISED, 700.0)):
        choose(app, label, AMOUNT)
        app.number_input(key=f"week_amount_{label}").set_value(amount).run()
        if app.error:
            break
    assert [error.value for error in app.error if "cannot be reached next week" in error.value]
    assert "Next week cannot hold the budget around your choices" in shown(app)
    good(app.button(key=f"week_free_{CUT}").click().run())
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
