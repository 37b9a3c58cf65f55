"""Plans of record in the store: approving, which one holds, and periods that are closed.

A record is kept as it was frozen and never changed; who approves another for the same weeks must have seen the one that
holds, which the new one then supersedes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from optimizer.errors import InputError
from optimizer.finance.actuals import Actuals
from optimizer.finance.approving import check_author, check_supersedes, now
from optimizer.finance.closing import Closed, close_period, closed_from_json
from optimizer.finance.record import Record
from optimizer.finance.record_json import record_from_json, record_to_json
from optimizer.language.message import say
from optimizer.store import Fixed, Kept, Kind, Store
from optimizer.ui.recent import Recent

MOST_REMEMBERED = 200
_remembered: Recent[str, tuple[Record, bool]] = Recent(MOST_REMEMBERED)


@dataclass(frozen=True, eq=False)
class Held:
    """A plan of record as it is kept.

    Attributes
    ----------
    kept : Kept
    record : Record
    sample : bool
        Whether it was made from the sample.
    replaced_by : str
        Id, in the store, of the one that supersedes it; "" while it holds.
    """

    kept: Kept
    record: Record = field(repr=False)
    sample: bool
    replaced_by: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing supersedes it."""
        return not self.replaced_by


@dataclass(frozen=True)
class Named:
    """Under what name a plan is approved, by whom, with which note; `history` is the id of a kept history or ""."""

    name: str
    author: str
    note: str = ""
    history: str = ""
    sample: bool = False


def records(store: Store) -> tuple[Held, ...]:
    """Plans of record, newest first, also those that were superseded."""
    kept = store.list(Kind.RECORD)
    after = {one.parent: one.id for one in kept if one.parent}
    found = [Held(one, *_read(one), after.get(one.id, "")) for one in kept]
    return tuple(sorted(found, key=lambda one: (one.kept.created, one.kept.id), reverse=True))


def that_holds(held: Sequence[Held], draft: Record, named: Named) -> Held | None:
    """The record that holds for the weeks a draft begins with, of the same history: approving supersedes it."""
    slot = _slot(draft, named.history, named.sample)
    return next((one for one in held if one.holds and _slot(one.record, one.kept.history, one.sample) == slot), None)


def same_plan(held: Sequence[Held], draft: Record) -> Held | None:
    """The record of just this plan, if it was approved and still holds."""
    return next((one for one in held if one.holds and _same(one.record, draft)), None)


def approve(store: Store, draft: Record, named: Named, seen: Held | None) -> Held:
    """Put a name to a draft and keep it for good.

    Parameters
    ----------
    store : Store
    draft : Record
    named : Named
    seen : Held or None
        What `that_holds` said when the person looked: nobody supersedes a plan without having seen it.

    Raises
    ------
    Conflict
        Somebody else approved a plan for these weeks meanwhile; nothing is changed.
    InputError
        Nobody is named, or a text is too long.
    """
    check_author(named.author)
    record = replace(
        draft,
        name=named.name.strip() or draft.name,
        author=named.author.strip(),
        note=named.note.strip(),
        created=now(),
        supersedes=seen.record.id if seen else "",
    )
    if seen is not None:
        check_supersedes(seen.record, record)
    slot = _slot(record, named.history, named.sample)
    content = {"id": record.id, "sample": named.sample, "record": record_to_json(record)}
    new = Fixed(Kind.RECORD, record.name, content, record.note, named.history, seen.kept.id if seen else "")
    kept = store.add_fixed(new, record.author, lambda other: _slot_of(other) == slot)
    return Held(kept, *_read(kept))


def closings(store: Store) -> tuple[Closed, ...]:
    """Closed periods, oldest first."""
    kept = sorted(store.list(Kind.CLOSED), key=lambda one: (one.created, one.id))
    return tuple(closed_from_json(one.content) for one in kept)


def close(store: Store, held: Held, actuals: Actuals, period: str, author: str) -> Closed:
    """Close a period of a record with what has come in it; see `optimizer.finance.closing.close_period`.

    Raises
    ------
    Conflict
        Somebody else closed it meanwhile.
    InputError
        It cannot be closed.
    """
    before = closings(store)
    made = close_period(held.record, actuals, period, before, (author, now()))
    if made in before:
        return made
    name = say("{period} of {name}", period=period, name=held.kept.name)[:120]
    new = Fixed(Kind.CLOSED, str(name), made.to_json(), history=held.kept.history)

    def rival(other: Kept) -> bool:
        content = other.content
        return (content.get("record"), content.get("period")) == (made.record, made.period)

    store.add_fixed(new, made.author, rival)
    return made


def _read(kept: Kept) -> tuple[Record, bool]:
    """The record of a kept thing, and whether it is of the sample; refused where it is not what it was."""
    return _remembered.take(kept.sha256, lambda: _parsed(kept.content, kept.name))


def _parsed(content: Mapping[str, Any], name: str) -> tuple[Record, bool]:
    held = content.get("record")
    record = record_from_json(held if isinstance(held, Mapping) else {}, name)
    if record.id != content.get("id"):
        problem = say("the plan of record was changed after it was approved: its content does not match its id")
        raise InputError.at(problem, file=name, fix=say("bring back a copy of the store"))
    return record, bool(content.get("sample"))


def _slot(record: Record, history: str, sample: bool) -> tuple[object, ...]:
    """What one plan of record holds at a time: the weeks from one Monday on, of one history."""
    return history, sample, record.currency, record.weeks[0]


def _slot_of(kept: Kept) -> tuple[object, ...]:
    held, sample = kept.content["record"], bool(kept.content.get("sample"))
    return kept.history, sample, str(held["currency"]), str(held["weeks"][0])


def _same(record: Record, draft: Record) -> bool:
    """Whether a record is a draft with a name put to it: made by the same run under the same settings."""
    return (record.origin.run, record.origin.data_sha256, record.origin.settings, record.origin.asked) == (
        draft.origin.run,
        draft.origin.data_sha256,
        draft.origin.settings,
        draft.origin.asked,
    )
