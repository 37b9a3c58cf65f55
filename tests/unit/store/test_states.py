"""States of shared links: the same values have the same id, and what nobody reads goes in the end."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, select

from optimizer.errors import InputError, InternalError
from optimizer.store import Store, open_store
from optimizer.store.tables import states

VIEW = {"page": "plan", "budget": 100000.0, "locks": ["facebook/image"], "note": "tuần này"}
TEXT = '{"budget":100000.0,"locks":["facebook/image"],"note":"tuần này","page":"plan"}'

Days = Callable[[float], None]


@pytest.fixture
def days(clock: object) -> Days:
    """Lets days pass."""
    return clock.pass_days


def used(store: Store) -> list[dt.datetime]:
    with store._reading() as connection:
        return list(connection.execute(select(states.c.used)).scalars())


def test_the_id_follows_from_the_values_alone(store: Store) -> None:
    expected = hashlib.sha256(TEXT.encode()).hexdigest()[:16]
    assert store.keep_state(VIEW) == expected
    assert store.keep_state(dict(reversed(VIEW.items()))) == expected
    assert store.keep_state({**VIEW, "budget": 100000.5}) != expected
    assert store.state(expected) == VIEW
    assert len(used(store)) == 2


def test_reading_touches_a_state_once_a_day_at_most(store: Store, days: Days) -> None:
    id = store.keep_state(VIEW)
    (kept,) = used(store)
    days(0.9)
    store.state(id)
    assert store.keep_state(VIEW) == id
    assert used(store) == [kept]
    days(0.2)
    writes = []
    event.listen(store._engine, "before_cursor_execute", lambda *all: writes.append(all[2]))
    store.state(id)
    store.state(id)
    assert used(store) > [kept]
    assert sum(statement.startswith("UPDATE") for statement in writes) == 1


def test_states_that_nobody_reads_for_400_days_go_when_the_store_is_opened(
    store: Store, path: Path, clock: object, days: Days
) -> None:
    read, kept_again, left = (store.keep_state({"view": number}) for number in range(3))
    days(200)
    store.state(read)
    store.keep_state({"view": 1})
    days(199.9)
    with open_store(path, clock=clock):
        assert len(used(store)) == 3
    days(0.2)
    with open_store(path, clock=clock) as opened:
        assert opened.state(read) == {"view": 0}
        assert opened.state(kept_again) == {"view": 1}
        with pytest.raises(InputError, match=f"the link's state {left} is not kept here; ask for a new link"):
            opened.state(left)
    assert store.prune_states() == 0


@pytest.mark.parametrize("id", ["", "0" * 15, "0" * 17, "0" * 20, "F" * 16, "' OR 1=1 --     ", "0" * 16 + "\n", None])
def test_what_is_no_id_of_a_state_is_refused(store: Store, id: str) -> None:
    with pytest.raises(InputError, match="is not the id of anything kept"):
        store.state(id)


def test_a_long_text_in_a_link_is_not_told_back_in_full(store: Store) -> None:
    with pytest.raises(InputError) as error:
        store.state("<script>" * 1000)
    assert len(str(error.value)) < 200


def test_two_states_of_one_id_are_never_mixed_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep_state(VIEW)
    monkeypatch.setattr("optimizer.store.states.sha256", lambda _: hashlib.sha256(TEXT.encode()).hexdigest())
    with pytest.raises(InternalError, match="two states share the id"):
        store.keep_state({"other": 1})
