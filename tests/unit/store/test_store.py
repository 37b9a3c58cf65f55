"""Kept things: adding, finding, changing, copying, putting away, and what is remembered of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import event

from optimizer.errors import InputError, InternalError
from optimizer.store import Conflict, Kind, Store, open_store, told
from optimizer.store.fixed import FIXED

CONTENT = {"budget": 28562.25, "weeks": 4, "goal": None, "cells": [{"network": "facebook", "locked": True}]}


def test_what_is_added_reads_back_with_all_that_is_known_of_it(store: Store) -> None:
    history = store.add_history("sample.csv", b"date,spend\n", author="Anna")
    kept = store.add(Kind.SCENARIO, "  More reels ", CONTENT, author="Anna", note="for\r\nMonday", history=history.id)
    again = store.get(kept.id)
    assert again == kept
    assert re.fullmatch(r"[0-9a-f]{12,}", kept.id)
    assert (kept.kind, kept.name, kept.author, kept.note) == (Kind.SCENARIO, "More reels", "Anna", "for\nMonday")
    assert (kept.version, kept.archived, kept.parent, kept.history) == (1, False, "", history.id)
    assert kept.content == CONTENT
    assert kept.created == kept.changed == history.created + dt.timedelta(seconds=1)
    assert again.created.tzinfo is dt.UTC


def test_the_content_handed_out_is_a_copy(store: Store) -> None:
    kept = store.add(Kind.RULES, "Rules", CONTENT, author="")
    kept.content["cells"].append("spoiled")
    assert kept.content == CONTENT


def test_all_kinds_are_kept_apart_and_listed_last_changed_first(store: Store) -> None:
    for kind in Kind:
        if kind is not Kind.HISTORY and kind not in FIXED:
            store.add(kind, kind.value, {"kind": kind.value}, author="Anna")
    first = store.get(store.list(Kind.PLAN)[0].id)
    second = store.add(Kind.PLAN, "second", {}, author="Bình")
    assert [one.id for one in store.list(Kind.PLAN)] == [second.id, first.id]
    store.change(first.id, version=1, author="Bình", note="looked at")
    assert [one.id for one in store.list(Kind.PLAN)] == [first.id, second.id]
    assert [one.name for one in store.list(Kind.NAMING)] == ["naming"]
    assert [one.id for one in store.list(Kind.PLAN, author="Anna")] == [first.id]
    assert store.list(Kind.HISTORY) == ()


def test_a_list_can_be_of_one_history(store: Store) -> None:
    one = store.add_history("a.csv", b"a", author="")
    other = store.add_history("b.csv", b"b", author="")
    here = store.add(Kind.PLAN, "here", {}, author="", history=one.id)
    store.add(Kind.PLAN, "there", {}, author="", history=other.id)
    store.add(Kind.PLAN, "nowhere", {}, author="")
    assert store.list(Kind.PLAN, history=one.id) == (here,)


def test_a_change_makes_a_version_and_keeps_the_one_before(store: Store) -> None:
    kept = store.add(Kind.PLAN, "Plan", {"budget": 1}, author="Anna", note="first")
    changed = store.change(kept.id, version=1, author="Bình", name="Kế hoạch", content={"budget": 2})
    assert (changed.version, changed.name, changed.note, changed.content) == (2, "Kế hoạch", "first", {"budget": 2})
    assert (changed.author, changed.changed_by, changed.created) == ("Anna", "Bình", kept.created)
    assert changed.changed > kept.changed
    assert kept.content == {"budget": 1}  # the record of version 1 still tells version 1
    newest, oldest = store.revisions(kept.id)
    assert (newest.version, newest.author, newest.what, newest.content) == (2, "Bình", "changed", {"budget": 2})
    assert (oldest.version, oldest.author, oldest.what, oldest.name) == (1, "Anna", "added", "Plan")
    assert oldest.content == {"budget": 1}


def test_a_change_that_changes_nothing_makes_no_version(store: Store) -> None:
    kept = store.add(Kind.PLAN, "Plan", {"a": 1, "b": 2}, author="Anna")
    assert store.change(kept.id, version=1, author="Bình", name=" Plan ", content={"b": 2, "a": 1}) == kept
    assert len(store.revisions(kept.id)) == 1


def test_going_back_to_an_earlier_content_is_a_change(store: Store) -> None:
    kept = store.add(Kind.PLAN, "Plan", {"a": 1}, author="")
    store.change(kept.id, version=1, author="", content={"a": 2})
    back = store.change(kept.id, version=2, author="", content={"a": 1})
    assert (back.version, back.content, back.sha256) == (3, {"a": 1}, kept.sha256)


def test_archived_things_leave_the_list_and_come_back_whole(store: Store) -> None:
    kept = store.add(Kind.PLAN, "Plan", CONTENT, author="Anna")
    gone = store.archive(kept.id, 1, "Bình")
    assert (gone.archived, gone.version, gone.changed_by) == (True, 2, "Bình")
    assert store.list(Kind.PLAN) == ()
    assert store.list(Kind.PLAN, archived=True) == (gone,)
    assert store.get(kept.id) == gone
    with pytest.raises(InputError, match=r"^Plan is archived; restore it before it is changed\.$"):
        store.change(kept.id, version=2, author="Anna", name="New")
    assert store.archive(kept.id, 2, "Anna") == gone
    back = store.restore(kept.id, 2, "Anna")
    assert (back.archived, back.version, back.content) == (False, 3, CONTENT)
    assert [one.what for one in store.revisions(kept.id)] == ["restored", "archived", "added"]


def test_a_copy_remembers_where_it_is_from_and_changes_alone(store: Store) -> None:
    history = store.add_history("h.csv", b"h", author="")
    kept = store.add(Kind.SCENARIO, "Base", {"a": 1}, author="Anna", note="note", history=history.id)
    copy = store.duplicate(kept.id, name="Cheaper", author="Bình")
    assert (copy.parent, copy.history, copy.note, copy.content) == (kept.id, history.id, "note", {"a": 1})
    assert (copy.name, copy.author, copy.version) == ("Cheaper", "Bình", 1)
    store.change(copy.id, version=1, author="Bình", content={"a": 2})
    assert store.get(kept.id) == kept
    assert store.get(kept.id).content == {"a": 1}
    assert store.history_bytes(store.duplicate(history.id, name="h2", author="").id) == b"h"


def test_a_history_is_kept_byte_for_byte_and_once(store: Store) -> None:
    data = bytes(range(256)) * 40
    kept = store.add_history("h.csv", data, author="Anna", note="from the shop")
    assert (kept.size, kept.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert store.history_bytes(kept.id) == data
    assert store.add_history("h.csv", data, author="Bình") == kept
    other_name = store.add_history("again.csv", data, author="Bình")
    other_data = store.add_history("h.csv", data + b"\n", author="Bình")
    assert len({kept.id, other_name.id, other_data.id}) == 3
    assert [one.what for one in store.entries()] == ["added"] * 3


def test_the_same_bytes_lie_in_the_file_once(store: Store, path: Path) -> None:
    data = hashlib.shake_128(b"noise").digest(400_000)
    for number in range(5):
        store.add_history(f"{number}.csv", data, author="")
    store.close()
    assert path.stat().st_size < 600_000


def test_an_archived_history_that_is_added_again_comes_back(store: Store) -> None:
    kept = store.add_history("h.csv", b"h", author="Anna")
    store.archive(kept.id, 1, "Anna")
    again = store.add_history("h.csv", b"h", author="Bình")
    assert (again.id, again.archived, again.changed_by) == (kept.id, False, "Bình")


def test_a_historys_name_changes_and_its_file_does_not(store: Store) -> None:
    kept = store.add_history("h.csv", b"h", author="Anna")
    assert store.change(kept.id, version=1, author="Anna", name="March").name == "March"
    assert store.history_bytes(kept.id) == b"h"
    with pytest.raises(InputError, match="the file of the history March cannot be changed"):
        store.change(kept.id, version=2, author="Anna", content={"a": 1})
    with pytest.raises(InternalError, match="history_bytes"):
        _ = kept.content
    with pytest.raises(InternalError, match="add_history"):
        store.add(Kind.HISTORY, "h", {}, author="")


def test_a_file_that_looks_like_a_kept_text_stays_a_file(store: Store) -> None:
    plan = store.add(Kind.PLAN, "Plan", {"a": 1}, author="")
    history = store.add_history("h.csv", b'{"a":1}', author="")
    assert plan.sha256 == history.sha256
    assert store.history_bytes(history.id) == b'{"a":1}'
    assert store.get(plan.id).content == {"a": 1}


@pytest.mark.parametrize("call", ["get", "revisions", "history_bytes"])
def test_what_is_not_kept_is_said(store: Store, call: str) -> None:
    with pytest.raises(InputError, match=r"^nothing is kept under the id 0{20}; choose from what is listed\.$"):
        getattr(store, call)("0" * 20)


@pytest.mark.parametrize(
    "id", ["", "1' OR '1'='1", "x; DROP TABLE items;--", "0" * 19, "0" * 21, "A" * 20, "0" * 20 + "\n", "%", None, 7]
)
def test_what_is_no_id_never_reaches_the_database(store: Store, id: str) -> None:
    store.add(Kind.PLAN, "Plan", {}, author="")
    sent = []
    event.listen(store._engine, "before_cursor_execute", lambda *all: sent.append((all[2], all[3])))
    calls = [
        lambda: store.get(id),
        lambda: store.revisions(id),
        lambda: store.history_bytes(id),
        lambda: store.state(id),
        lambda: store.change(id, version=1, author="", name="x"),
        lambda: store.duplicate(id, name="x", author=""),
        lambda: store.archive(id, 1, ""),
    ]
    for call in calls:
        with pytest.raises(InputError, match="is not the id of anything kept; open it from its list"):
            call()
    assert {statement for statement, _ in sent} <= {"BEGIN IMMEDIATE", "BEGIN"}
    assert len(store.list(Kind.PLAN)) == 1


def test_texts_that_look_like_sql_are_texts(store: Store) -> None:
    name = "Robert'); DROP TABLE items;--"
    kept = store.add(Kind.PLAN, name, {name: name}, author=name, note=name)
    assert store.list(Kind.PLAN, author=name) == (kept,)
    assert store.list(Kind.PLAN, author="' OR ''='") == ()
    assert kept.content == {name: name}


def test_a_history_link_must_be_a_history(store: Store) -> None:
    plan = store.add(Kind.PLAN, "Plan", {}, author="")
    with pytest.raises(InputError, match=f"{plan.id} is not the id of a history"):
        store.add(Kind.SCENARIO, "S", {}, author="", history=plan.id)
    with pytest.raises(InputError, match="nothing is kept"):
        store.add(Kind.SCENARIO, "S", {}, author="", history="0" * 20)
    assert store.list(Kind.SCENARIO) == ()
    assert len(store.entries()) == 1


def test_all_survives_closing_and_opening(store: Store, path: Path) -> None:
    history = store.add_history("tháng 3.csv", b"h", author="Ánh")
    kept = store.add(
        Kind.PLAN, "Kế hoạch 🚀 計画", {"ghi chú": "đã duyệt"}, author="Ánh", note="xong", history=history.id
    )
    kept = store.change(kept.id, version=1, author="Ánh", content={"ghi chú": "đã sửa"})
    state = store.keep_state({"trang": "tuần này"})
    entries, revisions = store.entries(), store.revisions(kept.id)
    store.close()
    with open_store(path) as again:
        assert again.get(kept.id) == kept
        assert again.get(kept.id).content == {"ghi chú": "đã sửa"}
        assert again.history_bytes(history.id) == b"h"
        assert again.state(state) == {"trang": "tuần này"}
        assert again.entries() == entries
        assert again.revisions(kept.id) == revisions


def test_a_name_typed_in_pieces_is_the_same_name(store: Store) -> None:
    kept = store.add(Kind.PLAN, "Ke\u0302\u0301 hoa\u0323ch", {}, author="A\u0301nh")
    assert (kept.name, kept.author) == ("Kế hoạch", "Ánh")
    assert store.list(Kind.PLAN, author="A\u0301nh") == (kept,)


def test_the_log_tells_who_did_what_newest_first(store: Store) -> None:
    kept = store.add(Kind.PLAN, "Plan", {}, author="Anna")
    store.change(kept.id, version=1, author="Bình", name="Plan 2")
    store.duplicate(kept.id, name="Copy", author="Chi")
    store.archive(kept.id, 2, "Anna")
    store.restore(kept.id, 3, "")
    store.log("Anna", "approved", item=kept.id, detail="November")
    store.log("Anna", "signed in")
    entries = store.entries()
    assert [(one.author, one.what) for one in entries] == [
        ("Anna", "signed in"), ("Anna", "approved"), ("", "restored"), ("Anna", "archived"), ("Chi", "duplicated"),
        ("Bình", "changed"), ("Anna", "added"),
    ]  # fmt: skip
    assert [told(one) for one in entries] == [
        "signed in", "approved: November", "restored Plan 2", "archived Plan 2", "made Copy as a copy",
        "changed Plan 2", "added Plan",
    ]  # fmt: skip
    assert all(late.time > early.time for late, early in pairwise(entries))
    assert store.entries(2) == entries[:2]
    assert [one.what for one in store.entries(item=kept.id)] == ["approved", "restored", "archived", "changed", "added"]
    assert store.entries(0) == ()
    with pytest.raises(InputError, match="nothing is kept"):
        store.log("Anna", "approved", item="0" * 20)


def test_a_change_that_fails_leaves_no_trace(store: Store) -> None:
    kept = store.add(Kind.PLAN, "Plan", {"a": 1}, author="Anna")
    before = store.entries(), store.revisions(kept.id)
    for wrong in ({"name": ""}, {"note": "\x00"}, {"content": {"a": float("nan")}}, {"name": "x", "author": "y" * 81}):
        with pytest.raises(InputError):
            store.change(kept.id, version=1, **{"author": "Anna", **wrong})
    assert (store.entries(), store.revisions(kept.id)) == before
    assert store.get(kept.id) == kept


def test_a_newer_file_of_a_history_keeps_its_id_and_what_belongs_to_it(store: Store) -> None:
    history = store.add_history("h.csv", b"a,b\n1,2\n", author="Lan")
    plan = store.add(Kind.PLAN, "Plan", {"budget": 5}, author="Lan", history=history.id)
    newer = store.replace_history(history.id, b"a,b\n1,3\n", version=1, author="Binh")
    assert (newer.id, newer.version, newer.changed_by, newer.name) == (history.id, 2, "Binh", "h.csv")
    assert store.history_bytes(history.id) == b"a,b\n1,3\n"
    assert [one.sha256 for one in store.revisions(history.id)] == [newer.sha256, history.sha256]
    assert store.list(Kind.PLAN, history=history.id) == (plan,)
    assert store.replace_history(history.id, b"a,b\n1,3\n", version=2, author="Lan") == newer
    with pytest.raises(Conflict):
        store.replace_history(history.id, b"late", version=1, author="Lan")
    with pytest.raises(InputError, match="not the id of a history"):
        store.replace_history(plan.id, b"x", version=1, author="Lan")
    with pytest.raises(InputError, match="no content"):
        store.replace_history(history.id, b"", version=2, author="Lan")
    store.archive(history.id, 2, "Lan")
    with pytest.raises(InputError, match="archived"):
        store.replace_history(history.id, b"x", version=3, author="Lan")
    assert store.history_bytes(history.id) == b"a,b\n1,3\n"
