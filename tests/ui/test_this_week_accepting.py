"""Accepting a plan on the page This week: what is kept, who did, and two who accept at once."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from optimizer.language.catalogue import speaker
from optimizer.store import Conflict, Kind
from optimizer.ui import service
from optimizer.ui.week_choices import LEAVE, TAKE
from optimizer.ui.week_store import Accepted, Named, accept, accepted_plans, last_accepted
from tests.ui.driver import fresh_store, open_app
from tests.ui.week_driver import (
    CUT,
    RAISED,
    asked,
    choose,
    good,
    plan_now,
    shown,
    store_with,
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
    assert (kept.author, kept.note, kept.name) == ("An", "for the board", "Plan 2 Nov 2026 to 29 Nov 2026")
    assert (content["status"], content["run"]) == ("accepted", plan.run.id)
    assert content["data_sha256"] == service.sample_source().sha256
    assert content["asked"] == asked(app).to_json()
    assert content["figures"]["total"]["spend"] == pytest.approx(plan.budget)
    decided = {one["cell"]: one for one in content["decided"]}
    assert (decided[CUT]["choice"], decided[CUT]["reason"]) == ("leave", "contract")
    assert decided[CUT]["recommended"] < decided[CUT]["plan"] == pytest.approx(weekly(plan, CUT)[1])
    assert decided[RAISED]["choice"] == "take"
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
    assert "It replaces Plan 2 Nov 2026 to 29 Nov 2026, accepted by An on" in text
    assert "What changed since the last accepted plan" in [one.value for one in app.subheader]
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
    figures = {"weeks": {"first": first, "count": 4}, "currency": "EUR"}
    return {
        "status": "accepted", "run": run, "figures": figures, "history": {"sample": True},
        "decided": [{"cell": CUT, "plan": amount}],
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


def test_the_downloads_are_the_files_of_the_command_line() -> None:
    from optimizer.ui.components.downloads import plan_sheet

    app = good(open_app())
    sheets = pd.ExcelFile(io.BytesIO(plan_sheet(plan_now(app), speaker("en")))).sheet_names
    assert len(sheets) >= 2
