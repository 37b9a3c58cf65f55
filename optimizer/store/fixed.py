"""What stays as it was kept: plans of record and closed periods. They are added, and replaced by others, never changed.

Who adds one says what holds at that moment; two who do so at once come one after the other, and the second is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from optimizer.errors import InputError, sentence
from optimizer.language.message import day, say
from optimizer.store import items as steps
from optimizer.store import text
from optimizer.store.items import Deed, Reader
from optimizer.store.records import Conflict, Kept, Kind
from optimizer.store.tables import items, texts
from optimizer.store.values import canonical, clean_name, clean_note

FIXED = frozenset((Kind.RECORD, Kind.CLOSED))


@dataclass(frozen=True)
class Fixed:
    """What is to be kept for good.

    Attributes
    ----------
    kind : Kind
        One of `FIXED`.
    name, note : str
    content : mapping
        Plain values.
    history : str
        Id of the kept history it belongs to, or "".
    replaces : str
        Id of the kept thing of the same kind that this one replaces, or "".
    """

    kind: Kind
    name: str
    content: dict[str, Any] = field(repr=False)
    note: str = ""
    history: str = ""
    replaces: str = ""


def refuse_change(item: Kept) -> None:
    """Refuse to change, copy, archive or restore what stays as it was kept.

    Raises
    ------
    InputError
    """
    if item.kind is Kind.RECORD:
        problem = say("{name} is a plan of record, which cannot be changed", name=item.name)
        raise InputError.at(problem, fix=say("approve a new plan that supersedes it"))
    if item.kind is Kind.CLOSED:
        problem = say("{name} is a closed period, whose figures cannot be changed", name=item.name)
        raise InputError.at(problem, fix=say("explain what differs in the next period"))


def add_fixed(connection: Connection, new: Fixed, deed: Deed, rival: Callable[[Kept], bool]) -> str:
    """Add something for good; its id.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that writes.
    new : Fixed
    deed : Deed
    rival : callable
        Whether a kept thing of this kind, which nothing has replaced, holds the place of the new one.

    Raises
    ------
    Conflict
        Another one holds the place than the one that this replaces.
    """
    written = steps.keep_text(connection, canonical(new.content))
    _one_at_a_time(connection, new.kind)
    reader = _reader(connection)
    held = [steps.kept(row, reader) for row in connection.execute(steps.selected().where(items.c.kind == new.kind))]
    replaced = {one.parent for one in held}
    if new.replaces:
        before = steps.one(connection, new.replaces, reader)
        if before.kind is not new.kind:
            raise text.unknown(new.replaces)
        if before.id in replaced:
            raise _beaten(next(one for one in held if one.parent == before.id))
    for one in held:
        if one.id not in replaced and one.id != new.replaces and rival(one):
            raise _beaten(one)
    values = {
        "kind": new.kind.value, "name": clean_name(new.name), "note": clean_note(new.note),
        "history": new.history or None, "parent": new.replaces or None, "text": written,
    }  # fmt: skip
    return steps.add(connection, deed, values)


def _one_at_a_time(connection: Connection, kind: Kind) -> None:
    """Hold a row of this kind until the transaction ends: who adds one more waits, on every database."""
    key = steps.keep_text(connection, canonical({"adding": kind.value}))
    connection.execute(select(texts.c.sha256).where(texts.c.sha256 == key).with_for_update())


def _reader(connection: Connection) -> Reader:
    """Reads contents inside the transaction."""

    def read(key: str) -> str:
        found: str = connection.execute(select(texts.c.text).where(texts.c.sha256 == key)).scalar_one()
        return found

    return read


def _beaten(held: Kept) -> Conflict:
    """Somebody was faster."""
    said = say(
        "{name} was added by {author} on {day} at {time} UTC, after this page was drawn",
        name=held.name,
        author=held.author,
        day=day(held.created),
        time=text.clock_time(held.created),
    )
    fix = say("nothing was changed; look at it, and do it again if yours is to replace it")
    return Conflict(sentence(said, fix=fix), held)
