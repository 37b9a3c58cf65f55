"""The page Data and settings: what a person hands in, sets and saves, and what becomes of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from optimizer.errors import InputError
from optimizer.history.content_types import How, NamingRule
from optimizer.history.headers import read_headers
from optimizer.history.mapping import ColumnMapping
from optimizer.planning.asked import Asked
from optimizer.store import Conflict, Store, open_store
from optimizer.ui import data_view, service, state
from optimizer.ui.components.data_table import table_html
from optimizer.ui.data_store import duplicate_history, keep_mapping, keep_naming, reading_of
from optimizer.ui.uploads import Source, check_size
from tests.ui.data_driver import add, box, fine, histories, on_tab, session, upload, view
from tests.ui.driver import fresh_server, fresh_store, open_app, words

ROOT = Path(__file__).parents[2]
TABS = ["history", "exports", "types", "money", "rules", "networks", "kept", "you"]


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


@pytest.fixture
def good(short_sample: Path) -> bytes:
    return short_sample.read_bytes()


@pytest.fixture
def foreign(good: bytes) -> bytes:
    """The good file as another program would name its columns, without the network's."""
    frame = pd.read_csv(io.BytesIO(good))
    frame = frame[frame["network"] == "facebook"].drop(columns=["network", "currency"])
    names = {"date": "Day", "content_type": "Art", "spend": "Amount spent (EUR)", "conversions": "Results"}
    return frame.rename(columns=names).assign(CTR=1.5).to_csv(index=False).encode()


# Tabs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_from_a_link_in_every_language(tab: str, language: str) -> None:
    app = fine(on_tab(tab, language=language))
    labels = [one.label for one in app.tabs]
    assert len(labels) == len(TABS)
    assert app.subheader, "the open tab has a heading"
    assert session(app, f"data_tab_{language}") == labels[TABS.index(tab)]


def test_only_the_open_tab_is_worked_out() -> None:
    app = fine(on_tab("you"))
    assert [one.value for one in app.subheader] == ["About you"]
    assert not app.file_uploader


def test_a_tab_of_a_link_that_does_not_exist_opens_the_first() -> None:
    assert fine(on_tab("mood")).subheader[0].value == "Sample (simulated)"


# Adding a history ---------------------------------------------------------------------------------------------------


def test_a_good_file_is_kept_and_opened(good: bytes) -> None:
    app = fine(upload(on_tab("history"), "mine.csv", good))
    assert histories() == ["mine.csv"]
    assert view(app).history == service.kept_histories()[0].id
    page = words(app)
    assert "mine.csv is on file and open now." in page
    assert re.search(r"30 weeks · \d+ places · [\d,]+ rows, from 6 Apr 2026 to 1 Nov 2026", page)
    assert app.selectbox(key="history_picker").value == view(app).history


def test_what_is_found_is_shown_worst_first(good: bytes) -> None:
    frame = pd.read_csv(io.BytesIO(good))
    frame["mood"] = "good"
    frame.loc[frame.index[5], "clicks"] = 10 * frame.loc[frame.index[5], "impressions"]
    app = fine(upload(on_tab("history"), "odd.csv", frame.to_csv(index=False).encode()))
    found = next(element.body for element in app.get("html") if "co-findings" in element.body)
    levels = re.findall(r'co-level co-\w+">(\w+)<', found)
    order = {"Serious": 0, "Warning": 1, "Note": 2}
    assert levels == sorted(levels, key=order.__getitem__)
    assert len(levels) == len(service.facts(service.kept_source(view(app).history)).findings) >= 2
    assert "column &#x27;mood&#x27; is not known" in found


def test_a_broken_row_is_a_sentence_with_its_place_and_nothing_is_kept(good: bytes) -> None:
    lines = good.decode().splitlines()
    column = lines[0].split(",").index("spend")
    cells = lines[4].split(",")
    cells[column] = "12x"
    lines[4] = ",".join(cells)
    app = upload(on_tab("history"), "broken.csv", "\n".join(lines).encode())
    assert [error.value for error in app.error] == [
        "broken.csv, row 5, column spend: spend is '12x', which is not a number; spend must be a number of 0 or more."
    ]
    assert "Nothing was kept." in words(app)
    assert histories() == []
    assert view(app).history == state.SAMPLE
    vi = open_app("data", language="vi")
    assert "spend phải" in upload(vi, "broken.csv", "\n".join(lines).encode()).error[0].value


def test_everything_wrong_with_the_rows_is_told_at_once(good: bytes) -> None:
    frame = pd.read_csv(io.BytesIO(good), dtype=str)
    frame.loc[[3, 9], "spend"] = ["12x", "-4"]
    frame.loc[7, "network"] = ""
    app = upload(on_tab("history"), "broken.csv", frame.to_csv(index=False).encode())
    assert [error.value for error in app.error] == [
        "broken.csv, row 5, column spend: spend is '12x', which is not a number; spend must be a number of 0 or more."
    ]
    (told,) = (one.body for one in app.get("html") if '<ul class="co-rules">' in one.body)
    assert re.findall(r"row (\d+), column (\w+)", told) == [("5", "spend"), ("9", "network"), ("11", "spend")]
    assert [one.label for one in app.expander if "to correct" in one.label] == ["3 values to correct"]


def test_a_file_with_one_mistake_everywhere_is_not_listed_to_its_end(good: bytes) -> None:
    frame = pd.read_csv(io.BytesIO(good), dtype=str)
    frame["spend"] = "free"
    app = upload(on_tab("history"), "broken.csv", frame.to_csv(index=False).encode())
    (told,) = (one.body for one in app.get("html") if '<ul class="co-rules">' in one.body)
    assert told.count("<li>") == 20
    assert "There are more." in words(app)


def test_what_is_no_table_is_refused(good: bytes) -> None:
    app = upload(on_tab("history"), "bomb.csv", b"PK\x03\x04 no workbook")
    assert app.error[0].value.startswith("bomb.csv: the file is not a readable XLSX file")
    assert histories() == []


def test_the_same_file_is_on_file_once(good: bytes) -> None:
    app = fine(upload(on_tab("history"), "mine.csv", good))
    fine(upload(app, "mine.csv", good))
    assert histories() == ["mine.csv"]


# Columns ------------------------------------------------------------------------------------------------------------


def test_a_foreign_file_is_read_once_its_columns_are_named(foreign: bytes) -> None:
    app = upload(on_tab("history"), "facebook_export.csv", foreign)
    assert "has headers of its own" in words(app)
    assert histories() == []
    assert app.button(key="import_apply").disabled
    assert box(app, r"Amount spent \(EUR\) is").value == "spend"
    assert app.text_input(key="newcolumns_all_network").value == "facebook"
    assert app.text_input(key="newcolumns_all_currency").value == "EUR"
    assert "Still missing: content_type." in [warning.value for warning in app.warning]
    box(app, "Art is").set_value("content_type").run()
    fine(app.button(key="import_apply").click().run())
    assert histories() == ["facebook_export.csv"]
    read = service.history(service.kept_source(view(app).history))
    assert set(read.table["network"]) == {"facebook"}
    assert read.currency == "EUR"
    assert {"date", "spend", "conversions"} <= set(read.table)


def test_two_headers_for_one_column_are_refused(foreign: bytes) -> None:
    app = upload(on_tab("history"), "f.csv", foreign)
    box(app, "CTR is").set_value("spend").run()
    assert [error.value.replace("\\", "") for error in app.error] == [
        "'Amount spent (EUR)' and 'CTR' are both said to be spend; choose one of them and leave the other out."
    ]
    assert app.button(key="import_apply").disabled


def test_the_next_file_of_the_same_kind_is_proposed_as_the_last_one(foreign: bytes) -> None:
    id = add(foreign, "march.csv")
    mapping = ColumnMapping(
        {"Day": "date", "Art": "content_type", "Amount spent (EUR)": "spend", "Results": "conversions", "CTR": ""},
        shared={"network": "facebook"},
    )
    keep_mapping(service.store(), id, mapping, {}, "Lan")
    app = upload(on_tab("history"), "april.csv", foreign)
    assert "Proposed as for march.csv" in words(app)
    assert not app.button(key="import_apply").disabled
    fine(app.button(key="import_apply").click().run())
    assert set(histories()) == {"march.csv", "april.csv"}


def test_how_the_columns_are_read_can_be_changed_later(good: bytes) -> None:
    app = on_tab("history", add(good))
    app.session_state["own_columns"] = True
    app.run()
    assert app.button(key="own_apply").disabled
    box(app, "revenue is").set_value("").run()
    fine(app.button(key="own_apply").click().run())
    read = service.history(service.kept_source(view(app).history))
    assert "revenue" not in read.table
    assert reading_of(service.store(), view(app).history).mapping.columns["revenue"] == ""


def test_a_mapping_that_cannot_be_read_is_not_kept(good: bytes) -> None:
    app = on_tab("history", add(good))
    app.session_state["own_columns"] = True
    app.run()
    for header, column in (("spend", "campaign"), ("campaign", "spend")):
        box(app, f"{header} is").set_value(column).run()
    app.button(key="own_apply").click().run()
    assert any("is not a number" in error.value for error in app.error)
    assert not reading_of(service.store(), view(app).history).mapping


def test_the_first_draft_leaves_alone_what_is_known() -> None:
    headers = read_headers(b"Day,Cost in micros,network,Impr.\n2026-01-05,5000000,x,7\n", "f.csv")
    draft = data_view.first_draft(headers, ColumnMapping(), "linkedin.csv")
    assert draft.columns == {"Day": "date", "Cost in micros": "", "network": "network", "Impr.": "impressions"}
    known = ColumnMapping({"Impr.": "", "Cost in micros": "spend"}, {"spend": "millionths"})
    draft = data_view.first_draft(headers, known, "f.csv")
    assert (draft.columns["Impr."], draft.units) == ("", {"Cost in micros": "millionths"})
    assert data_view.still_missing(draft) == ("content_type",)
    mapping = data_view.mapping_of(draft.with_shared("content_type", "post").with_unit("Cost in micros", "hundredths"))
    assert mapping.units == {"spend": "hundredths"}
    assert mapping.shared == {"content_type": "post"}
    assert "network" not in mapping.columns
    assert data_view.fits(mapping, headers)
    assert not data_view.fits(mapping, headers[1:])


# Content types ------------------------------------------------------------------------------------------------------


def test_rules_are_written_previewed_saved_and_kept(good: bytes) -> None:
    app = on_tab("types", add(good))
    app.button(key="naming_add").click().run()
    app.selectbox(key="naming_how_0").set_value("equals").run()
    app.text_input(key="naming_text_0").set_value("reel").run()
    app.text_input(key="naming_content_type_0").set_value("Short video").run()
    page = words(fine(app))
    assert "short video" in page
    assert re.search(r"[\d,]+ rows with EUR [\d,]+ keep the content type of the file\.", page)
    assert not reading_of(service.store(), view(app).history).naming
    fine(app.button(key="naming_save").click().run())
    assert "Saved." in words(app)
    rule = NamingRule("content_type", How.EQUALS, "reel", "short video")
    assert reading_of(service.store(), view(app).history).naming == (rule,)
    names = {cell.content_type for cell in service.facts(service.kept_source(view(app).history)).cells}
    assert "short video" in names
    assert "reel" not in names
    fresh_server()
    assert {cell.content_type for cell in service.facts(service.kept_source(view(app).history)).cells} == names


def test_limits_of_cells_that_go_are_taken_out_and_told(good: bytes) -> None:
    id = add(good)
    asked = Asked(1000, 4, limits={"instagram/reel": (10.0, None)}, locks={"facebook/image": 50.0})
    link = service.store().keep_state(state.View(history=id, asked=asked, chosen={"data_tab": "types"}).to_json())
    app = open_app("data", link)
    app.session_state["naming_drafts"] = (data_view.RuleDraft(0, "content_type", "equals", "reel", "short"),)
    app.run()
    app.button(key="naming_save").click().run()
    assert "1 limit or fixed amount was of a place that is no longer there and was taken out: instagram/reel." in words(
        app
    )
    assert view(app).asked == Asked(1000, 4, locks={"facebook/image": 50.0})


def test_an_unfinished_rule_is_a_sentence_and_is_not_saved(good: bytes) -> None:
    app = on_tab("types", add(good))
    app.button(key="naming_add").click().run()
    app.text_input(key="naming_content_type_0").set_value("reel").run()
    assert "has no text to look for" in app.error[0].value
    assert "naming_save" not in [button.key for button in app.button]


def test_rules_of_somebody_else_are_not_overwritten(good: bytes) -> None:
    app = on_tab("types", add(good))
    app.session_state["naming_drafts"] = (data_view.RuleDraft(0, "content_type", "equals", "reel", "mine"),)
    app.run()
    theirs = (NamingRule("content_type", How.EQUALS, "reel", "theirs"),)
    keep_naming(service.store(), view(app).history, theirs, {}, "Binh")
    app.button(key="naming_save").click().run()
    assert "was changed by Binh" in app.error[0].value
    assert reading_of(service.store(), view(app).history).naming == theirs
    assert app.text_input(key="naming_content_type_0").value == "mine"
    app.button(key="naming_back").click().run()
    assert app.text_input(key="naming_content_type_0").value == "theirs"


def test_the_sample_can_be_tried_on_and_keeps_nothing() -> None:
    app = on_tab("types")
    app.session_state["naming_drafts"] = (data_view.RuleDraft(0, "network", "equals", "tiktok", "tiktok video"),)
    fine(app.run())
    assert "The sample stays as it is" in words(app)
    assert "naming_save" not in [button.key for button in app.button]


def test_look_alikes_become_rules_by_a_click(good: bytes) -> None:
    frame = pd.read_csv(io.BytesIO(good))
    some = frame.index[frame["content_type"] == "reel"][::3]
    frame.loc[some, "content_type"] = "IG_Reels"
    app = on_tab("types", add(frame.to_csv(index=False).encode()))
    fine(app.button(key="naming_alike_0").click().run())
    assert app.text_input(key="naming_text_0").value == "ig_reels"
    assert app.text_input(key="naming_content_type_0").value == "reel"
    assert "naming_alike_0" not in [button.key for button in app.button]


def test_rows_without_a_content_type_can_be_seen_and_named(good: bytes) -> None:
    frame = pd.read_csv(io.BytesIO(good))
    frame.loc[frame["content_type"] == "reel", "content_type"] = None
    id = add(frame.to_csv(index=False).encode())
    app = on_tab("types", id)
    app.session_state["naming_drafts"] = (data_view.RuleDraft(0, "content_type", "equals", "", "reel"),)
    app.run()
    app.button(key="naming_save").click().run()
    assert "reel" in {cell.content_type for cell in service.facts(service.kept_source(id)).cells}


def test_drafts_move_and_go() -> None:
    drafts = data_view.added(data_view.added(data_view.added(())))
    assert [one.id for one in drafts] == [0, 1, 2]
    assert [one.id for one in data_view.moved(drafts, 2, -1)] == [0, 2, 1]
    assert [one.id for one in data_view.moved(drafts, 0, -1)] == [0, 1, 2]
    assert [one.id for one in data_view.moved(drafts, 2, 1)] == [0, 1, 2]
    assert [one.id for one in data_view.removed(drafts, 1)] == [0, 2]
    assert data_view.edited(drafts, 1, text="a")[1] == data_view.RuleDraft(1, text="a")
    assert data_view.rules_of(drafts) == ()
    more = data_view.added(drafts, [NamingRule("network", How.EQUALS, "x", "y")] * 2)
    assert [one.id for one in more] == [0, 1, 2, 3, 4]


# What is behind it --------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "other.sqlite") as store:
        yield store


def test_a_reading_is_kept_by_version(kept: Store) -> None:
    id = kept.add_history("h.csv", b"rows", author="").id
    keep_mapping(kept, id, ColumnMapping({"Cost": "spend"}), {"identity": "a", "rows": 5}, "Lan")
    reading = reading_of(kept, id)
    assert (reading.mapping, reading.mapping_version, reading.naming_version) == (
        ColumnMapping({"Cost": "spend"}),
        1,
        0,
    )
    assert reading.facts("a") == {"identity": "a", "rows": 5}
    assert reading.facts("b") is None
    with pytest.raises(Conflict):
        keep_mapping(kept, id, ColumnMapping(), {}, "Binh")
    keep_mapping(kept, id, ColumnMapping({"Cost": ""}), {}, "Binh", 1)
    assert reading_of(kept, id).mapping_version == 2


def test_a_copy_of_a_history_is_read_as_the_first(kept: Store) -> None:
    id = kept.add_history("h.csv", b"rows", author="").id
    rules = (NamingRule("campaign", How.CONTAINS, "a", "b"),)
    keep_mapping(kept, id, ColumnMapping({"Cost": "spend"}), {}, "Lan")
    keep_naming(kept, id, rules, {}, "Lan")
    copy = duplicate_history(kept, id, "copy", "Binh")
    reading = reading_of(kept, copy.id)
    assert (reading.mapping, reading.naming) == (ColumnMapping({"Cost": "spend"}), rules)
    keep_naming(kept, copy.id, (), {}, "Binh", reading.naming_version)
    assert reading_of(kept, id).naming == rules


def test_another_reading_is_another_source() -> None:
    one = Source.of("h.csv", b"rows")
    other = one.read_as(ColumnMapping({"Cost": "spend"}))
    assert one.sha256 != other.sha256
    assert Source.kept("A name without ending", b"rows", ColumnMapping({"Cost": "spend"})).sha256 == other.sha256


def test_a_kept_history_needs_no_ending_in_its_name() -> None:
    check_size(Source.kept("Autumn v1.2", b"date,network\n"))
    with pytest.raises(InputError, match="not a readable XLSX file"):
        check_size(Source.kept("Autumn", b"PK\x03\x04"))


def test_texts_of_a_file_are_escaped() -> None:
    html = table_html(["<b>", "<i>"], [["<script>", "<script>"]])
    assert "<script>" not in html
    assert "<b>" not in html
