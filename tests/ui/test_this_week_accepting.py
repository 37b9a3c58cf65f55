"""Accepting a plan on the page This week: what is kept, who did, and two who accept at once."""

from __future__ import annotations

import datetime as dt
import io
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from optimizer import cli
from optimizer.errors import InputError
from optimizer.language.catalogue import speaker
from optimizer.planning.export import plan_csv
from optimizer.planning.rebalance.files import calendar_ics, changes_csv
from optimizer.planning.rebalance.rebalance import Rebalance
from optimizer.store import Conflict, Kind
from optimizer.ui import service, week_work
from optimizer.ui.week_choices import LEAVE, TAKE
from optimizer.ui.week_store import Accepted, Named, accept, accepted_plans, last_accepted
from optimizer.ui.week_templates import keep_template, kept_templates
from tests.ui.driver import fresh_store, open_app
from tests.ui.week_driver import (
    CUT,
    RAISED,
    asked,
    choose,
    good,
    of_bytes,
    plan_now,
    shown,
    store_with,
    week_now,
    weekly,
)


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


def test_an_accepted_plan_is_kept_with_its_question_figures_and_choices() -> None:
    app = good(open_app())
    choose(app, CUT, LEAVE)
    good(app.text_input(key=f"week_reason_{CUT}").set_value("contract").run())
    choose(app, RAISED, TAKE)
    good(app.text_input(key="week_accept_note").set_value("for the board").run())
    good(store_with(app))
    (kept,) = service.store().list(Kind.PLAN)
    content, plan = kept.content, plan_now(app)
    assert (kept.author, kept.note, kept.name) == ("An", "for the board", "Week 2 Nov 2026 to 8 Nov 2026")
    assert (content["status"], content["run"]) == ("accepted", plan.run.id)
    assert content["data_sha256"] == service.sample_source().sha256
    weekly_question = {**asked(app).to_json(), "budget": plan.budget, "weeks": 1}
    assert content["asked"] == weekly_question
    assert content["week"]["max_change"] == 0.3
    assert content["figures"]["total"]["spend"] == pytest.approx(plan.budget)
    decided = {one["cell"]: one for one in content["decided"]}
    assert (decided[CUT]["choice"], decided[CUT]["reason"]) == ("leave", "contract")
    assert decided[CUT]["recommended"] < decided[CUT]["plan"] == pytest.approx(weekly(plan, CUT)[1])
    assert decided[RAISED]["choice"] == "take"
    (left,) = content["memory"]["turned_down"]
    assert (left["cell"], left["reason"], left["on"], left["until"]) == (CUT, "contract", "2026-11-02", "2026-11-30")
    assert content["cost_of_choices"]["mean"] > 0


def test_after_accepting_the_page_says_who_and_what_to_type_in() -> None:
    app = good(open_app())
    good(store_with(app))
    text = shown(app)
    (kept,) = service.store().list(Kind.PLAN)
    assert re.search(rf"Accepted by An on \d+ \w+ \d{{4}}, {kept.created:%H:%M} UTC", text)
    assert f"EUR {weekly(plan_now(app), RAISED)[1] / 7:,.2f}" in text.split("co-week-networks")[1]
    assert {"week_csv", "week_xlsx"} <= {button.key for button in app.get("download_button")}
    assert "week_accept" not in [button.key for button in app.button]
    other = good(open_app())  # another person, or the same after a restart
    assert "Accepted by An on" in shown(other)
    assert "week_accept" not in [button.key for button in other.button]


def test_a_plan_is_accepted_by_somebody() -> None:
    app = good(open_app())
    app.button(key="week_accept").click().run()
    assert [error.value for error in app.error] == ["a plan is accepted by somebody; give your name."]
    assert service.store().list(Kind.PLAN) == ()


def test_a_second_plan_for_the_same_weeks_replaces_the_first_and_says_so_before() -> None:
    app = good(open_app())
    good(store_with(app))
    choose(app, CUT, LEAVE)
    text = shown(app)
    assert "It replaces Week 2 Nov 2026 to 8 Nov 2026, accepted by An on" in text
    assert "What changed since the budgets accepted before" in [one.value for one in app.subheader]
    changed = text.split('class="co-week-amounts"')[-1]
    assert "Facebook image" in changed
    good(store_with(app, "Bình"))
    plans = accepted_plans(service.store())
    assert [(one.kept.author, one.status) for one in plans] == [("Bình", "accepted"), ("An", "replaced")]
    assert plans[1].kept.content["replaced_by"] == plans[0].kept.id


def test_who_comes_second_is_told_and_overwrites_nothing() -> None:
    first, second = good(open_app()), good(open_app())
    choose(second, CUT, LEAVE)
    good(store_with(first))
    second.text_input(key="week_accept_author").set_value("Bình")
    second.button(key="week_accept").click()  # as the page stood before An accepted
    second.run()
    assert len(second.error) == 1
    assert "was accepted for these weeks by An on" in second.error[0].value
    assert [(one.kept.author, one.status) for one in accepted_plans(service.store())] == [("An", "accepted")]
    assert "It replaces" in shown(second)
    good(store_with(second, "Bình"))  # having seen it, they may
    assert [one.kept.author for one in accepted_plans(service.store()) if one.status == "accepted"] == ["Bình"]


def content(first: str = "2026-11-02", run: str = "a" * 12, amount: float = 5.0) -> dict[str, object]:
    figures = {"weeks": {"first": first, "count": 1}, "currency": "EUR"}
    return {
        "status": "accepted", "run": run, "figures": figures, "history": {"sample": True},
        "decided": [{"cell": CUT, "plan": amount}], "memory": {"tests": [], "turned_down": []},
    }  # fmt: skip


@pytest.mark.parametrize("before", [False, True])
def test_of_many_who_accept_at_once_one_is_kept(before: bool) -> None:
    store = service.store()
    seen = accept(store, content(), Named("first", "An"), None) if before else None
    outcomes: list[str] = []
    ready = threading.Barrier(4)

    def press(number: int) -> None:
        ready.wait()
        try:
            accept(store, content(run=f"{number:012d}"), Named(f"plan {number}", f"person {number}"), seen)
            outcomes.append("kept")
        except Conflict:
            outcomes.append("told")

    threads = [threading.Thread(target=press, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "told", "told", "told"]
    assert sum(one.status == "accepted" for one in accepted_plans(store)) == 1


def test_copies_drafts_and_damaged_content_are_no_acceptance() -> None:
    store = service.store()
    held = accept(store, content(), Named("held", "An"), None)
    store.duplicate(held.kept.id, name="copy", author="An")
    store.add(Kind.PLAN, "draft", {**content(), "status": "draft"}, author="An")
    store.add(Kind.PLAN, "odd", {**content("no day")}, author="An")
    store.add(Kind.PLAN, "empty", {"status": "accepted", "run": "x"}, author="An")
    assert [one.kept.name for one in accepted_plans(store)] == ["held"]


def test_the_last_accepted_plan_is_of_the_same_money_and_kind() -> None:
    store = service.store()
    accept(store, content("2026-10-05"), Named("october", "An"), None)
    plans = accepted_plans(store)
    assert isinstance(last_accepted(plans, True, "EUR"), Accepted)
    assert last_accepted(plans, False, "EUR") is None
    assert last_accepted(plans, True, "VND") is None


def test_the_downloads_are_the_files_of_the_command_line(tmp_path: Path) -> None:
    from optimizer.ui.components.downloads import plan_sheet

    app = good(open_app())
    template = b"Name;Budget\r\n{network} {content_type};{spend_per_day}\r\n"
    keep_template(service.store(), "instagram", "ads.csv", template, "An")
    budget = asked(app).budget / asked(app).weeks
    (tmp_path / "ads.csv").write_bytes(template)
    names = ("changes.csv", "again.ics", "plan.csv", "upload.csv")
    changes, again, plan, upload = (tmp_path / name for name in names)
    source = tmp_path / "sample_history.csv"
    source.write_bytes(service.sample_source().data)
    words = ["rebalance", str(source), "--budget", repr(budget), "--changes", str(changes), "--calendar", str(again)]
    words += ["--out", str(plan), "--template", f"instagram={tmp_path / 'ads.csv'}", "--upload", str(upload)]
    assert cli.main(words) == 0
    found = shown_week(app)
    assert changes_csv(found).encode() == changes.read_bytes()
    assert calendar_ics(found).encode() == again.read_bytes()
    assert plan_csv(found.plan).encode() == plan.read_bytes()
    (kept,) = kept_templates(service.store())
    assert kept.filled(found) == upload.read_bytes()
    app = good(app.run())
    keys = {button.key for button in app.get("download_button")}
    assert {"week_changes", "week_calendar", "week_csv", "week_xlsx", f"week_upload_{kept.kept.id}"} <= keys
    sheets = pd.ExcelFile(io.BytesIO(plan_sheet(found.plan, speaker("en")))).sheet_names
    assert len(sheets) >= 2
    good(app.button(key=f"week_template_away_{kept.kept.id}").click().run())
    assert kept_templates(service.store()) == ()


def shown_week(app: AppTest) -> Rebalance:
    """The very budgets that the page shows: kept by the server, found by their run."""
    run = week_now(app).plan.run.id
    return next(one for one in week_work._weeks()._held.values() if one.plan.run.id == run)


def test_a_template_is_checked_before_it_is_kept() -> None:
    store = service.store()
    for data, said in (
        (b"Name,Budget\n", "no column holds a place"),
        (b"{content_type},\n", "no column holds the amount"),
        (b"{content_type},{spend}\n{content_type},{spend}\n", "both hold places"),
        (b"{content_type},{spend}" + b" " * 300_000, "the template has 300,022 bytes"),
    ):
        with pytest.raises(InputError) as problem:
            keep_template(store, "", "../x/ads.csv", data, "An")
        assert said in str(problem.value)
        assert str(problem.value).startswith("ads.csv")
    assert kept_templates(store) == ()
    keep_template(store, "tiktok", "ads.csv", b"{content_type},{spend}\n", "An")
    keep_template(store, "tiktok", "new.csv", b"{content_type},{spend_per_day}\n", "Lan")
    (kept,) = kept_templates(store)
    assert (kept.file, kept.kept.version) == ("new.csv", 2)


# The weeks after ----------------------------------------------------------------------------------------------------


@pytest.fixture
def weeks(sample_history: Path) -> tuple[bytes, bytes]:
    """The sample without its newest week, and with it."""
    table = pd.read_csv(sample_history)
    return tuple(part.to_csv(index=False).encode() for part in (table[table["date"] < "2026-10-26"], table))


def test_what_was_left_is_not_proposed_the_week_after_and_says_why(weeks: tuple[bytes, bytes]) -> None:
    app = good(of_bytes(weeks[0], "october.csv"))
    assert "Week of 26 Oct 2026" in shown(app)
    choose(app, CUT, LEAVE)
    good(app.text_input(key=f"week_reason_{CUT}").set_value("contract").run())
    good(store_with(app))
    assert "Accepted by An on" in shown(app)  # what it leaves behind does not act in its own week
    app = good(of_bytes(weeks[1], "november.csv"))
    text = shown(app)
    assert "you left it on 26 Oct 2026: “contract”" in text
    assert "it may be proposed again from 23 Nov 2026" in text
    assert "you left it" in text
    assert not [html for html in app.get("html") if "<h4>Facebook image" in html.body]
    free = week_now(good(open_app()))  # of the sample nothing was left
    assert weekly(free.plan, CUT)[1] < weekly(free.plan, CUT)[0]


def test_what_was_accepted_last_can_be_taken_as_todays_budgets(weeks: tuple[bytes, bytes]) -> None:
    app = good(store_with(good(of_bytes(weeks[0], "october.csv"))))
    assert "week_today_suggested" not in [one.key for one in app.button]
    accepted = accepted_plans(service.store())[0].weekly
    app = good(of_bytes(weeks[1], "november.csv"))
    assert "You accepted budgets for the week of 26 Oct 2026" in shown(app)
    good(app.button(key="week_today_suggested").click().run())
    assert asked(app).current == accepted
    assert "week_today_suggested" not in [one.key for one in app.button]
    assert "the budgets you gave come to" in shown(app)


def settled(app: AppTest, **current: float) -> AppTest:
    """The page with what is set now in the networks: near the best, so that a test is worth more than a move."""
    view = app.session_state["view_now"]
    given = dict(zip(SETTLED, (540.0, 1200.0, 340.0, 1520.0), strict=True)) | current
    now = replace(view.asked, budget=4 * 3600.0, weeks=4, current=given)
    app.session_state["view_now"] = replace(view, asked=now)
    return good(app.run())


def test_a_test_is_begun_goes_on_and_says_what_it_taught() -> None:
    app = settled(of_bytes(varied_but_one(80), "eighty.csv"))
    good(app.number_input(key="week_explore").set_value(5.0).run())
    assert "Tests, to learn on purpose" in [one.value for one in app.subheader]
    assert re.search(r"Test: EUR [\d.]+ a week (more|less) for \d+ weeks", shown(app))
    good(store_with(app))
    (test,) = accepted_plans(service.store())[0].memory.tests
    assert test.cell == "tiktok/video"
    app = settled(of_bytes(varied_but_one(81), "eightyone.csv"), **{test.cell: test.spend})
    assert f"Testing EUR {test.spend:,.0f} a week" in shown(app)
    assert "Tests, to learn on purpose" in [one.value for one in app.subheader]
    over = 80 + (test.until - test.since).days // 7
    app = settled(of_bytes(varied_but_one(over), "over.csv"))
    assert "The test of TikTok video is over" in shown(app)
    assert "before the test it was EUR" in shown(app)


SETTLED = ("facebook/image", "instagram/reel", "instagram/story", "tiktok/video")


def varied_but_one(weeks: int) -> bytes:
    """Three places whose spend varied, and one whose spend never did."""
    rng = np.random.default_rng(5)
    rows = ["date,network,content_type,spend,conversions,revenue,currency"]
    curves = ((900, 0.5), (1500, 0.5), (700, 0.5), (1200, 0.9))
    for week in range(weeks):
        day = dt.date(2024, 1, 1) + dt.timedelta(weeks=week)
        for label, (brings, power) in zip(SETTLED, curves, strict=True):
            share = rng.uniform(0.4, 1.6) if label != "tiktok/video" else 1.0
            mean = brings * share**power
            seen = rng.poisson(rng.gamma(400.0, mean / 400.0))
            rows.append(f"{day},{label.replace('/', ',')},{900 * share:.2f},{seen},{40 * seen},EUR")
    return ("\n".join(rows) + "\n").encode()
