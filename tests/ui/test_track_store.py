"""Approving on the screen: what is kept, who wins, and that nothing about it can be changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.finance.record_json import record_from_json
from optimizer.store import Conflict, Kept, Kind
from optimizer.ui import service, state, track_store
from optimizer.ui.track_store import Held, Named, records, same_plan, that_holds
from tests.ui.driver import fresh_store, open_app, words
from tests.ui.track_driver import ENDS, approved, draft, keep_histories


@pytest.fixture(autouse=True)
def own_work(tmp_path: Path, own_store: Path) -> Iterator[None]:
    with fresh_store(tmp_path):
        yield


@pytest.fixture
def histories(short_sample: Path) -> dict[str, Kept]:
    return keep_histories(short_sample)


def test_what_is_kept_reads_back_to_the_last_bit(short_sample: Path, histories: dict[str, Kept]) -> None:
    held = approved(short_sample, ENDS[0])
    (back,) = records(service.store())
    assert back.record.id == held.record.id == back.kept.content["id"]
    again = record_from_json(back.kept.content["record"])
    assert again.id == held.record.id
    assert again.spend.tobytes() == draft(short_sample, ENDS[0]).spend.tobytes()
    assert (back.record.author, back.kept.author, back.holds) == ("An", "An", True)


def test_another_for_the_same_weeks_supersedes_the_one_that_was_seen(
    short_sample: Path, histories: dict[str, Kept]
) -> None:
    first = approved(short_sample, ENDS[0])
    with pytest.raises(Conflict, match="was added by An on"):
        approved(short_sample, ENDS[0], budget=44_000.0)
    second = approved(short_sample, ENDS[0], seen=first, budget=44_000.0)
    assert (second.record.supersedes, second.kept.parent) == (first.record.id, first.kept.id)
    newest, before = records(service.store())
    assert (newest.kept.id, newest.holds, before.replaced_by) == (second.kept.id, True, second.kept.id)
    with pytest.raises(Conflict):
        approved(short_sample, ENDS[0], seen=first, budget=45_000.0)
    other = approved(short_sample, ENDS[1])  # other weeks hold beside it
    assert other.holds
    assert len(records(service.store())) == 3


def test_of_two_who_approve_at_once_one_wins(short_sample: Path, histories: dict[str, Kept]) -> None:
    drafts = [draft(short_sample, ENDS[0], budget) for budget in (40_000.0, 44_000.0)]
    store, start, done = service.store(), threading.Barrier(2), []

    def work(number: int) -> None:
        start.wait()
        try:
            done.append(track_store.approve(store, drafts[number], Named(f"by {number}", "An"), None))
        except Conflict as error:
            done.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Held"]
    assert len(records(store)) == 1


def test_nobody_changes_it_and_nobody_approves_without_a_name(short_sample: Path, histories: dict[str, Kept]) -> None:
    with pytest.raises(InputError, match="a plan of record is approved by somebody; give your name"):
        approved(short_sample, ENDS[0], author=" ")
    assert records(service.store()) == ()
    held = approved(short_sample, ENDS[0])
    with pytest.raises(InputError, match="is a plan of record, which cannot be changed"):
        service.store().change(held.kept.id, version=1, author="An", name="Another name")


def test_the_same_plan_is_known_as_approved(short_sample: Path, histories: dict[str, Kept]) -> None:
    held = approved(short_sample, ENDS[0])
    kept = records(service.store())
    assert same_plan(kept, draft(short_sample, ENDS[0])) is not None
    assert same_plan(kept, draft(short_sample, ENDS[0], 44_000.0)) is None
    named = Named("", "An", "", held.kept.history)
    found = that_holds(kept, draft(short_sample, ENDS[0], 44_000.0), named)
    assert isinstance(found, Held)
    assert that_holds(kept, draft(short_sample, ENDS[0]), replace(named, sample=True, history="")) is None
    assert that_holds(kept, draft(short_sample, ENDS[1]), named) is None


def test_the_page_finance_approves_its_draft() -> None:
    source = service.sample_source()
    asked = replace(service.first_question(source), settings={"margin": 0.4})
    link = service.store().keep_state(state.View(asked=asked).to_json())
    app = open_app("finance", link)
    assert not app.exception
    app.text_input(key="approve_author").set_value("An").run()
    app.text_input(key="approve_note").set_value("for the board").run()
    app.button(key="approve").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == []
    (held,) = records(service.store())
    assert (held.kept.author, held.kept.note, held.sample) == ("An", "for the board", True)
    assert held.record.origin.asked == asked.to_json()
    assert "Approved: An" in words(app)
    assert "approve" not in [button.key for button in app.button]
    assert "Approved: An" in words(open_app("finance", link))  # another visit
    assert [kept.name for kept in service.store().list(Kind.RECORD)] == [held.record.name]
