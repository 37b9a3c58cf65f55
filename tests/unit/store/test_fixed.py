"""What stays as it was kept: nothing changes it, and of two who add at once one wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.errors import InputError, InternalError
from optimizer.store import Conflict, Fixed, Kept, Kind, Store, open_store
from tests.unit.store.test_together import all_at_once


def same_slot(slot: str):
    return lambda kept: kept.content["slot"] == slot


def add(store: Store, name: str, slot: str = "november", replaces: str = "", kind: Kind = Kind.RECORD) -> Kept:
    return store.add_fixed(Fixed(kind, name, {"slot": slot}, replaces=replaces), "An", same_slot(slot))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.RECORD, "P is a plan of record, which cannot be changed; approve a new plan that supersedes it."),
        (
            Kind.CLOSED,
            "P is a closed period, whose figures cannot be changed; explain what differs in the next period.",
        ),
    ],
)
def test_it_is_not_changed_renamed_copied_archived_or_restored(store: Store, kind: Kind, said: str) -> None:
    kept, entries = add(store, "P", kind=kind), None
    entries = store.entries()
    for attempt in (
        lambda: store.change(kept.id, version=1, author="An", content={"slot": "other"}),
        lambda: store.change(kept.id, version=1, author="An", name="Q"),
        lambda: store.change(kept.id, version=1, author="An", note="seen"),
        lambda: store.duplicate(kept.id, name="Q", author="An"),
        lambda: store.archive(kept.id, 1, "An"),
        lambda: store.restore(kept.id, 1, "An"),
    ):
        with pytest.raises(InputError) as error:
            attempt()
        assert str(error.value) == said
    assert store.get(kept.id) == kept
    assert store.get(kept.id).content == {"slot": "november"}
    assert store.entries() == entries
    assert len(store.revisions(kept.id)) == 1


def test_it_is_not_added_as_other_things_are(store: Store) -> None:
    with pytest.raises(InternalError):
        store.add(Kind.RECORD, "P", {}, author="An")


def test_another_for_the_same_place_must_name_the_one_it_replaces(store: Store) -> None:
    first = add(store, "first")
    with pytest.raises(Conflict) as error:
        add(store, "second")
    assert str(error.value) == (
        "first was added by An on 2026-11-02 at 14:05 UTC, after this page was drawn; nothing was changed; look at it, "
        "and do it again if yours is to replace it."
    )
    second = add(store, "second", replaces=first.id)
    assert second.parent == first.id
    with pytest.raises(Conflict, match="second was added"):
        add(store, "third", replaces=first.id)  # somebody replaced it meanwhile
    add(store, "december", slot="december")
    assert [one.name for one in store.list(Kind.RECORD)] == ["december", "second", "first"]


def test_it_replaces_only_its_own_kind(store: Store) -> None:
    plan = store.add(Kind.PLAN, "a plan", {}, author="An")
    for other in (plan.id, "0" * 20):
        with pytest.raises(InputError, match="nothing is kept under the id"):
            add(store, "P", replaces=other)
    with pytest.raises(InputError):
        store.add_fixed(Fixed(Kind.RECORD, "P", {}, history=plan.id), "An", lambda kept: False)
    assert store.list(Kind.RECORD) == ()


def test_of_many_at_once_one_wins(path: Path) -> None:
    with open_store(path) as store, open_store(path) as other:

        def work(number: int) -> object:
            try:
                return add((store, other)[number % 2], f"by {number}")
            except Conflict as error:
                return error

        done = all_at_once(work)
        won = [one for one in done if isinstance(one, Kept)]
        assert len(won) == 1
        assert [one.id for one in store.list(Kind.RECORD)] == [won[0].id]
        lost = [one for one in done if isinstance(one, Conflict)]
        assert {one.current.id for one in lost if one.current} == {won[0].id}
        again = all_at_once(lambda number: _replaced(store, won[0].id, number))
        assert sum(isinstance(one, Kept) for one in again) == 1


def _replaced(store: Store, id: str, number: int) -> object:
    try:
        return add(store, f"after {number}", replaces=id)
    except Conflict as error:
        return error
