"""Kept work: kept from any page by a button, listed, changed by one at a time, compared and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.planning.asked import Asked
from optimizer.planning.change import Change
from optimizer.planning.compare import Scenario
from optimizer.store import Fixed, Kept, Kind
from optimizer.store.fixed import FIXED
from optimizer.ui import service, state
from optimizer.ui.kept_view import NOTHING, compare_frame, compare_rows, kept_lines, kept_summary, revision_lines
from tests.ui.data_driver import fine, on_tab, session, view
from tests.ui.driver import fresh_store, open_app, words

PLANS = "all_plan"


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


def content(budget: float = 9000.0, revenue: float = 50_000.0, **changes: object) -> dict[str, object]:
    """A kept plan with little in it."""
    interval = {"mean": revenue, "low": 0.9 * revenue, "high": 1.2 * revenue}
    figures = {
        "goal": "revenue",
        "currency": "EUR",
        "weeks": {"first": "2026-11-02", "last": "2026-11-23", "count": 4},
        "total": {"spend": budget, "revenue": interval},
        "gain": {"spend": 0.0, "revenue": {"mean": 4000.0, "low": 1000.0, "high": 7000.0}},
        "certificate": {"gap": 0.00012},
    }
    asked = Asked(budget, 4, goal="revenue").to_json()
    return {"asked": asked, "change": {}, "figures": figures, "run": "0123456789ab", "status": "draft", **changes}


def keep(name: str = "Plan for November", **changes: object) -> Kept:
    return service.store().add(Kind.PLAN, name, content(**changes), author="Lan", note="first try")  # type: ignore[arg-type]


def plans() -> list[str]:
    return [kept.name for kept in service.store().list(Kind.PLAN)]


def edit(app: AppTest, kept: Kept) -> AppTest:
    return app.button(key=f"{PLANS}_edit_{kept.id}").click().run()


# Keeping ------------------------------------------------------------------------------------------------------------


def button_page() -> None:
    import streamlit as st

    from optimizer.errors import InputError
    from optimizer.store import Kind
    from optimizer.ui import service, state
    from optimizer.ui.components.kept import keep_button, kept_list

    def make() -> dict[str, object]:
        if st.session_state.get("broken"):
            raise InputError("the plan is not ready; wait for it.")
        return {"budget": 5}

    if "view_now" not in st.session_state and st.session_state.get("history"):
        state.choose_history(st.session_state["history"])
    keep_button(Kind.SCENARIO, make, "A name " * 40)
    kept_list(Kind.SCENARIO)
    st.write(f"kept: {len(service.store().list(Kind.SCENARIO))}")


def keep_with(app: AppTest, name: str, note: str = "", author: str = "") -> AppTest:
    app.button(key="keep").click().run()
    app.text_input(key="keep_name").set_value(name)
    app.text_area(key="keep_note").set_value(note)
    app.text_input(key="keep_author").set_value(author)
    return app.button(key="keep_save").click().run()


def test_a_button_keeps_with_name_note_and_author() -> None:
    app = keep_with(AppTest.from_function(button_page).run(), "Autumn", "for the meeting", "Lan")
    (kept,) = service.store().list(Kind.SCENARIO)
    assert (kept.name, kept.note, kept.author, kept.history) == ("Autumn", "for the meeting", "Lan", "")
    assert kept.content == {"budget": 5}
    assert session(app, state.AUTHOR) == "Lan"
    app.button(key="keep").click().run()
    assert app.text_input(key="keep_author").value == "Lan"
    assert len(app.text_input(key="keep_name").value) == 120


def test_what_is_kept_belongs_to_the_history_at_hand() -> None:
    id = service.store().add_history("h.csv", b"rows", author="").id
    app = AppTest.from_function(button_page)
    app.session_state["history"] = id
    keep_with(app.run(), "Autumn")
    assert service.store().list(Kind.SCENARIO, history=id)[0].name == "Autumn"


def test_what_cannot_be_kept_is_said_and_the_name_stays() -> None:
    app = AppTest.from_function(button_page).run()
    app.session_state["broken"] = True
    keep_with(app, "Autumn")
    assert service.store().list(Kind.SCENARIO) == ()
    assert str(session(app, "keep_problem")) == "the plan is not ready; wait for it."
    app.session_state["broken"] = False
    keep_with(app, " ")
    assert service.store().list(Kind.SCENARIO) == ()
    assert "the name is empty" in str(session(app, "keep_problem"))


# The list -----------------------------------------------------------------------------------------------------------


def test_the_list_says_who_when_and_what() -> None:
    keep()
    page = words(fine(on_tab("kept")))
    assert "**Plan for November**" in page
    assert "Lan, " in page
    assert "EUR 9,000 over 4 weeks" in page
    assert "first try" in page


def test_nothing_kept_says_where_it_comes_from() -> None:
    assert "No plan is kept yet. Keep one on the page Plan." in words(fine(on_tab("kept")))


LISTED = sorted(set(Kind) - {Kind.HISTORY, Kind.PLAN, Kind.NAMING, Kind.MAPPING, Kind.EXPORTS})
"""Kinds but those that tests name by themselves, and those that belong to how a history is read."""


@pytest.mark.parametrize("kind", LISTED)
def test_every_kind_has_its_list(kind: Kind) -> None:
    put(kind, "Mine")
    app = on_tab("kept")
    app.segmented_control(key="data_kept_kind").set_value(kind).run()
    assert "**Mine**" in words(fine(app))
    assert view(app).chosen["data_kept_kind"] == kind.value


def put(kind: Kind, name: str) -> Kept:
    """Something of a kind, kept as that kind is."""
    plain: dict[str, object] = {"margin": 0.4} if kind is Kind.SETTINGS else {"text": ""}
    if kind in FIXED:
        return service.store().add_fixed(Fixed(kind, name, plain), "Lan", lambda _other: False)
    return service.store().add(kind, name, plain, author="Lan")


def test_a_plan_of_record_cannot_be_changed_from_its_list() -> None:
    fixed, other = put(Kind.RECORD, "Fixed"), put(Kind.ACTUALS, "Booked")
    app = on_tab("kept")
    keys = {}
    for kind in (Kind.RECORD, Kind.ACTUALS):
        app.segmented_control(key="data_kept_kind").set_value(kind).run()
        keys[kind] = [button.key for button in fine(app).button]
    assert f"all_actuals_edit_{other.id}" in keys[Kind.ACTUALS]
    assert not [key for key in keys[Kind.RECORD] if key and fixed.id in key]


def test_kept_network_rules_open_in_their_editor() -> None:
    text = '[[floor]]\nnetwork = "tiktok"\namount = 50\n'
    old = service.store().add(Kind.NETWORK_RULES, "Old", {"text": text}, author="Lan")
    service.store().add(Kind.NETWORK_RULES, "New", {"text": "# none"}, author="Lan")
    app = on_tab("kept")
    app.segmented_control(key="data_kept_kind").set_value(Kind.NETWORK_RULES).run()
    fine(app.button(key=f"all_network_rules_open_{old.id}").click().run())
    assert view(app).chosen["data_tab"] == "networks"
    assert app.text_area(key="networks_field").value == text
    assert not app.button(key="networks_keep").disabled


def test_name_and_note_change_and_the_version_before_stays() -> None:
    kept = keep()
    app = edit(on_tab("kept"), kept)
    app.text_input(key=f"{PLANS}_name").set_value("November, second")
    app.text_input(key=f"{PLANS}_author").set_value("Binh")
    fine(app.button(key=f"{PLANS}_save").click().run())
    now = service.store().get(kept.id)
    assert (now.name, now.note, now.changed_by, now.author) == ("November, second", "first try", "Binh", "Lan")
    lines = revision_lines(service.store().revisions(kept.id))
    assert lines[0].startswith("Version 2: changed, Binh, ")
    assert lines[1].startswith("Version 1: added, Lan, ")


def test_a_copy_is_kept_under_its_own_name() -> None:
    kept = keep()
    app = edit(on_tab("kept"), kept)
    app.button(key=f"{PLANS}_copy").click().run()
    assert sorted(plans()) == ["Copy of Plan for November", "Plan for November"]
    copy = next(one for one in service.store().list(Kind.PLAN) if one.id != kept.id)
    assert (copy.parent, copy.content) == (kept.id, kept.content)


def test_what_is_archived_is_put_away_and_comes_back() -> None:
    kept = keep()
    app = edit(on_tab("kept"), kept)
    fine(app.button(key=f"{PLANS}_archive").click().run())
    assert plans() == []
    app = on_tab("kept")
    assert "No plan is kept yet." in words(app)
    fine(app.button(key=f"{PLANS}_restore_{kept.id}").click().run())
    assert plans() == ["Plan for November"]


def test_what_somebody_else_changed_is_not_overwritten() -> None:
    kept = keep()
    app = edit(on_tab("kept"), kept)
    service.store().change(kept.id, version=1, author="Binh", name="Theirs")
    app.text_input(key=f"{PLANS}_name").set_value("Mine")
    app.button(key=f"{PLANS}_save").click().run()
    assert "Theirs was changed by Binh" in str(session(app, f"{PLANS}_edit_problem"))
    assert "keep yours as a copy" in str(session(app, f"{PLANS}_edit_problem"))
    assert service.store().get(kept.id).name == "Theirs"


def test_restoring_what_somebody_else_restored_is_said() -> None:
    kept = keep()
    service.store().archive(kept.id, 1, "Lan")
    app = on_tab("kept")
    service.store().restore(kept.id, 2, "Binh")
    app.button(key=f"{PLANS}_restore_{kept.id}").click().run()
    assert "was changed by Binh" in app.error[0].value


def test_a_long_list_shows_the_last_changed_first() -> None:
    for number in range(23):
        keep(f"Plan {number}")
    app = on_tab("kept")
    assert sum("_edit_" in (button.key or "") for button in app.button) == 20
    app.button(key=f"{PLANS}_more").click().run()
    assert sum("_edit_" in (button.key or "") for button in app.button) == 23


def test_a_kept_question_opens_again() -> None:
    kept = keep(budget=1234.0)
    app = on_tab("kept")
    app.button(key=f"{PLANS}_open_{kept.id}").click().run()
    asked = view(app).asked
    assert asked is not None
    assert asked.budget == 1234.0
    assert view(app).history == state.SAMPLE


def test_a_kept_scenario_opens_beside_the_others() -> None:
    scenario = Scenario("TikTok off", Asked(1234.0, 4, goal="revenue"), Change(off=("tiktok",)))
    kept = service.store().add(Kind.SCENARIO, "Without TikTok", scenario.to_json(), author="Lan")
    link = service.store().keep_state(
        state.View(chosen={"data_tab": "kept", "data_kept_kind": Kind.SCENARIO.value}).to_json()
    )
    app = open_app("data", link)
    app.button(key=f"all_scenario_open_{kept.id}").click().run()
    scenarios = view(app).scenarios
    assert [one.name for one in scenarios][1:] == ["Without TikTok"]
    assert scenarios[1].change == Change(off=("tiktok",))


def test_no_more_scenarios_open_than_can_be_compared() -> None:
    asked = Asked(1234.0, 4, goal="revenue")
    one = Scenario("One", asked)
    kept = service.store().add(Kind.SCENARIO, "Fifth", one.to_json(), author="Lan")
    four = tuple(Scenario(name, asked) for name in "ABCD")
    chosen = {"data_tab": "kept", "data_kept_kind": Kind.SCENARIO.value}
    app = open_app("data", service.store().keep_state(state.View(asked=asked, scenarios=four, chosen=chosen).to_json()))
    app.button(key=f"all_scenario_open_{kept.id}").click().run()
    assert app.error[0].value == "4 scenarios are open already; remove one on the page What-if."
    assert len(view(app).scenarios) == 4


def test_a_kept_plan_that_is_none_is_a_sentence() -> None:
    kept = service.store().add(Kind.PLAN, "Odd", {"asked": {"budget": "much", "weeks": 4}}, author="")
    app = on_tab("kept")
    app.button(key=f"{PLANS}_open_{kept.id}").click().run()
    assert app.error[0].value.startswith("budget is 'much'")


# Two of them --------------------------------------------------------------------------------------------------------


def test_two_plans_are_compared_as_they_were_kept() -> None:
    first, second = keep("One"), keep("Two", budget=12_000.0, revenue=56_000.0)
    app = on_tab("kept")
    app.multiselect(key=f"{PLANS}_compare").set_value([first.id, second.id]).run()
    page = words(fine(app))
    assert "co-list" in page
    assert "EUR 50,000 (90 %: 45,000 to 60,000)" in page
    assert "+6,000" in page


def plain(rows: object) -> list[tuple[str, str, str, str]]:
    return [
        tuple(part.replace("\u00a0", " ") for part in (row.name, row.first, row.second, row.difference))  # type: ignore[misc]
        for row in rows  # type: ignore[attr-defined]
    ]


def test_figures_stand_side_by_side() -> None:
    other = content(12_000.0, 56_000.0, status="accepted", run="ba9876543210")
    other["figures"]["certificate"] = {"gap": 0.0}  # type: ignore[index]
    rows = plain(compare_rows(content(), other))
    assert rows == [
        ("Status", "Draft", "Accepted", ""),
        ("Goal", "Revenue", "Revenue", ""),
        ("Budget", "EUR 9,000", "EUR 12,000", "+3,000"),
        ("Weeks", "4", "4", "same"),
        ("First week", "2 Nov 2026", "2 Nov 2026", ""),
        ("Spend", "EUR 9,000", "EUR 12,000", "+3,000"),
        (
            "Revenue",
            "EUR 50,000 (90 %: 45,000 to 60,000)",
            "EUR 56,000 (90 %: 50,400 to 67,200)",
            "+6,000",
        ),
        (
            "More revenue than today's split",
            "EUR 4,000 (90 %: 1,000 to 7,000)",
            "EUR 4,000 (90 %: 1,000 to 7,000)",
            "same",
        ),
        ("Proven gap", "0.01 %", "below 0.01 %", ""),
        ("Run", "0123456789ab", "ba9876543210", ""),
    ]


def test_what_one_of_them_lacks_is_not_made_up() -> None:
    bare = {"asked": {"budget": 5.0, "weeks": "four"}, "figures": {"total": {"spend": True}, "weeks": {"first": "x"}}}
    rows = {row[0]: row[1:] for row in plain(compare_rows(bare, content()))}
    assert rows["Revenue"] == (NOTHING, "EUR 50,000 (90 %: 45,000 to 60,000)", "")
    assert rows["Spend"] == (NOTHING, "EUR 9,000", "")
    assert rows["Weeks"] == (NOTHING, "4", "")
    assert rows["Budget"] == ("5", "EUR 9,000", ""), "amounts in two currencies have no difference"
    assert rows["First week"][0] == NOTHING
    assert compare_rows({}, {}) == ()


def test_the_comparison_can_be_downloaded() -> None:
    frame = compare_frame(compare_rows(content(), content()), ("Same", "Same"))
    assert list(frame.columns) == ["Figure", "Same", "Same (2)", "Difference"]
    assert len(frame) == 10


def test_a_line_about_a_plan() -> None:
    assert kept_summary(content()).replace("\u00a0", " ") == "EUR 9,000 over 4 weeks"
    assert kept_summary({}) == ""


def test_lines_name_the_history_where_it_is_known() -> None:
    history = service.store().add_history("h.csv", b"rows", author="")
    kept = service.store().add(Kind.PLAN, "P", content(), author="", history=history.id)
    (line,) = kept_lines([kept], {history.id: "h.csv"})
    assert line.about == "of h.csv"
    assert kept_lines([kept], {})[0].about == ""
