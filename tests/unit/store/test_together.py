"""Several people at once: nobody overwrites anybody silently, and nothing is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.store import Conflict, Kind, Store, open_store, opening

THREADS = 8


def all_at_once(work: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """Run the work in threads that start together; an error in one of them is raised."""
    start = threading.Barrier(threads)

    def begin(number: int) -> object:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def test_what_one_store_keeps_another_on_the_same_file_sees(store: Store, path: Path) -> None:
    with open_store(path) as other:
        kept = other.add(Kind.PLAN, "Plan", {"a": 1}, author="Bình")
        assert store.get(kept.id) == kept
        assert store.get(kept.id).content == {"a": 1}
        store.archive(kept.id, 1, "Anna")
        assert other.list(Kind.PLAN) == ()


def test_a_change_from_an_old_version_is_a_conflict_that_says_who_and_when(store: Store, path: Path) -> None:
    kept = store.add(Kind.PLAN, "November", {"budget": 1}, author="Anna")
    with open_store(path, clock=store._clock) as other:
        theirs = other.change(kept.id, version=1, author="Bình", content={"budget": 2})
    entries = store.entries()
    with pytest.raises(Conflict) as error:
        store.change(kept.id, version=1, author="Anna", content={"budget": 3})
    assert isinstance(error.value, InputError)
    assert str(error.value) == (
        "November was changed by Bình on 2026-11-02 at 14:05 UTC, after it was opened here; "
        "load it again, or keep yours as a copy under another name."
    )
    assert error.value.current == theirs
    assert store.get(kept.id).content == {"budget": 2}
    assert store.entries() == entries


@pytest.mark.parametrize(
    ("author", "archived", "said"),
    [
        ("", False, "P was changed on 2026-11-02 at 14:05 UTC, after it was opened here; load it again,"),
        ("", True, "P was archived on 2026-11-02 at 14:05 UTC, after it was opened here; restore it,"),
        ("Bình", True, "P was archived by Bình on 2026-11-02 at 14:05 UTC, after it was opened here; restore it,"),
    ],
)
def test_a_conflict_says_what_is_known(store: Store, author: str, archived: bool, said: str) -> None:
    kept = store.add(Kind.PLAN, "P", {}, author="Anna")
    if archived:
        store.archive(kept.id, 1, author)
    else:
        store.change(kept.id, version=1, author=author, note="seen")
    with pytest.raises(Conflict) as error:
        store.change(kept.id, version=1, author="Anna", name="Q")
    assert str(error.value).startswith(said)
    for late in (store.archive, store.restore):
        with pytest.raises(Conflict):
            late(kept.id, 1, "Anna")


def test_a_version_that_never_was_is_a_conflict_too(store: Store) -> None:
    kept = store.add(Kind.PLAN, "P", {}, author="")
    with pytest.raises(Conflict):
        store.change(kept.id, version=7, author="", name="Q")


def test_the_database_itself_compares_versions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where writers do not wait for each other, the version may move between the look and the change."""
    kept = store.add(Kind.PLAN, "P", {}, author="Anna")
    store.change(kept.id, version=1, author="Bình", note="theirs")
    monkeypatch.setattr(store, "_at", lambda *_: kept)
    with pytest.raises(Conflict, match="changed by Bình"):
        store.change(kept.id, version=1, author="Anna", note="mine")
    assert store.get(kept.id).note == "theirs"
    assert len(store.revisions(kept.id)) == 2


def test_threads_that_change_one_thing_lose_no_change(store: Store, path: Path) -> None:
    rounds = 12
    kept = store.add(Kind.SETTINGS, "Counter", {"n": 0}, author="")
    conflicts = []
    met = threading.Barrier(THREADS)
    with open_store(path) as other:

        def count(number: int) -> None:
            mine = (store, other)[number % 2]
            seen = mine.get(kept.id)
            met.wait()  # all have read version 1 before anybody writes version 2
            for _ in range(rounds):
                while True:
                    more = {"n": seen.content["n"] + 1}
                    try:
                        seen = mine.change(kept.id, version=seen.version, author=str(number), content=more)
                        break
                    except Conflict as conflict:
                        conflicts.append(conflict)
                        seen = mine.get(kept.id)

        all_at_once(count)
    last = store.get(kept.id)
    assert last.content == {"n": THREADS * rounds}
    assert last.version == THREADS * rounds + 1
    revisions = store.revisions(kept.id)
    assert [one.content["n"] for one in revisions] == list(range(THREADS * rounds, -1, -1))
    assert [one.version for one in revisions] == list(range(last.version, 0, -1))
    assert len(conflicts) >= THREADS - 1


def test_of_those_who_change_the_same_version_one_wins(store: Store) -> None:
    kept = store.add(Kind.PLAN, "P", {}, author="")

    def change(number: int) -> int | Conflict:
        try:
            return store.change(kept.id, version=1, author="", content={"winner": number}).content["winner"]
        except Conflict as conflict:
            return conflict

    results = all_at_once(change)
    (winner,) = [one for one in results if isinstance(one, int)]
    assert store.get(kept.id).content == {"winner": winner}


def test_threads_that_add_get_things_of_their_own(store: Store) -> None:
    def add(number: int) -> list[str]:
        return [store.add(Kind.PLAN, f"{number} {turn}", {"n": number}, author="").id for turn in range(10)]

    ids = [id for some in all_at_once(add) for id in some]
    assert len(set(ids)) == THREADS * 10
    assert {one.id for one in store.list(Kind.PLAN)} == set(ids)
    assert len(store.entries(1000)) == THREADS * 10
    times = [one.time for one in store.entries(1000)]
    assert times == sorted(times, reverse=True)


def test_the_same_history_and_state_from_many_threads_are_kept_once(store: Store) -> None:
    assert len(set(all_at_once(lambda _: store.add_history("h.csv", b"same", author="").id))) == 1
    assert len(store.list(Kind.HISTORY)) == 1
    assert len(set(all_at_once(lambda _: store.keep_state({"same": True})))) == 1


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    kept = store.add(Kind.PLAN, "P", {}, author="")
    with store._writing():
        assert store.get(kept.id) == kept
        assert store.list(Kind.PLAN) == (kept,)


def test_a_store_that_stays_busy_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.store.opening.PATIENCE", 0.05)
    with open_store(path) as store:
        with store._writing(), pytest.raises(InputError) as error:
            store.add(Kind.PLAN, "P", {}, author="")
        assert str(error.value) == (f"{path}: the store is in use and did not become free; try again in a moment.")
        assert store.list(Kind.PLAN) == ()


START = """
import sys, time
from pathlib import Path
from optimizer.store import Kind, open_store
import alembic.command, alembic.script
gate = Path(sys.argv[2])
print("ready", flush=True)
while not gate.exists():
    time.sleep(0.001)
with open_store(sys.argv[1]) as store:
    store.add(Kind.PLAN, sys.argv[3], {}, author="")
"""


def test_programs_that_start_at_once_make_one_store(path: Path, tmp_path: Path, root: Path) -> None:
    gate = tmp_path / "gate"
    programs = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", START, str(path), str(gate), str(number)],
            cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    gate.touch()
    ends = [program.communicate(timeout=60)[1] for program in programs]
    assert ends == [""] * 4
    with open_store(path) as store:
        assert {one.name for one in store.list(Kind.PLAN)} == {"0", "1", "2", "3"}


def test_threads_that_open_at_once_make_one_store(path: Path) -> None:
    def start(number: int) -> str:
        with open_store(path) as store:
            return store.add(Kind.PLAN, str(number), {}, author="").id

    ids = all_at_once(start)
    with open_store(path) as store:
        assert {one.id for one in store.list(Kind.PLAN)} == set(ids)


def test_threads_that_open_different_stores_at_once_do_not_mix_them_up(tmp_path: Path) -> None:
    def start(number: int) -> tuple[str, ...]:
        with open_store(tmp_path / f"{number}.sqlite") as store:
            store.add(Kind.PLAN, str(number), {}, author="")
            return tuple(one.name for one in store.list(Kind.PLAN))

    assert all_at_once(start) == [(str(number),) for number in range(THREADS)]


class Refusing:
    """A cursor that is refused some times before it may switch to the write-ahead log."""

    def __init__(self, times: int, reason: str) -> None:
        self.times, self.reason, self.asked = times, reason, 0

    def execute(self, _: str) -> None:
        self.asked += 1
        if self.asked <= self.times:
            raise sqlite3.OperationalError(self.reason)


def test_the_write_ahead_log_is_asked_for_until_it_is_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite refuses one of two that switch a new file at the same moment, whatever its busy_timeout."""
    patient = Refusing(3, "database is locked")
    opening._write_ahead(patient)
    assert patient.asked == 4
    broken = Refusing(3, "disk I/O error")
    with pytest.raises(sqlite3.OperationalError, match="disk"):
        opening._write_ahead(broken)
    assert broken.asked == 1
    monkeypatch.setattr(opening, "PATIENCE", 0.0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        opening._write_ahead(Refusing(1000, "database is locked"))
