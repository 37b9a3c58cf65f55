"""Kept things in the tables: each function does one step on a connection that is inside a transaction."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select
from sqlalchemy.exc import IntegrityError

from optimizer.store import text
from optimizer.store.records import Entry, Kept, Kind, Revision, What
from optimizer.store.tables import ITEM, blobs, items, log, revisions, texts
from optimizer.store.values import sha256

Reader = Callable[[str], str]


@dataclass(frozen=True)
class Deed:
    """Who does what, and when."""

    author: str
    time: dt.datetime
    what: What


def selected() -> Select[Any]:
    """Kept things with the size of their content."""
    size = func.coalesce(texts.c.size, blobs.c.size).label("size")
    joined = items.outerjoin(texts, items.c.text == texts.c.sha256).outerjoin(blobs, items.c.blob == blobs.c.sha256)
    return select(items, size).select_from(joined)


def one(connection: Connection, id: str, read: Reader) -> Kept:
    """The kept thing of an id.

    Raises
    ------
    InputError
        Nothing is kept under it.
    """
    row = connection.execute(selected().where(items.c.id == id)).first()
    if row is None:
        raise text.unknown(id)
    return kept(row, read)


def kept(row: Row[Any], read: Reader) -> Kept:
    """A row of `selected` as a record."""
    return Kept(
        id=row.id, kind=Kind(row.kind), name=row.name, author=row.author, note=row.note,
        created=row.created, changed=row.changed, changed_by=row.changed_by, archived=row.archived,
        version=row.version, parent=row.parent or "", history=row.history or "",
        size=row.size, sha256=row.text or row.blob, read=read,
    )  # fmt: skip


def revision(row: Row[Any], read: Reader) -> Revision:
    """A row of the table of revisions as a record."""
    return Revision(
        item=row.item, version=row.version, time=row.time, author=row.author, what=What(row.what), name=row.name,
        note=row.note, archived=row.archived, sha256=row.text or row.blob, read=read,
    )  # fmt: skip


def entry(row: Row[Any]) -> Entry:
    """A row of the log as a record."""
    return Entry(row.number, row.time, row.author, row.what, row.item, row.detail)


def keep_text(connection: Connection, content: str) -> str:
    """Keep a text unless it is there; its hash."""
    key = sha256(content)
    insert_once(connection, texts, {"sha256": key, "size": len(content.encode()), "text": content})
    return key


def keep_blob(connection: Connection, data: bytes) -> str:
    """Keep a file unless it is there; its hash.

    The row is held until the transaction ends, so that two who add the same file at once come one after the other.
    """
    key = sha256(data)
    insert_once(connection, blobs, {"sha256": key, "size": len(data), "data": data})
    connection.execute(select(blobs.c.sha256).where(blobs.c.sha256 == key).with_for_update())
    return key


def insert_once(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; whether it was inserted. The key is the table's first column."""
    key = next(iter(table.primary_key))
    if connection.execute(select(key).where(key == row[key.name])).first() is not None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(table.insert().values(row))
    except IntegrityError:
        return False  # somebody else was faster with the same row
    return True


def add(connection: Connection, deed: Deed, values: dict[str, Any]) -> str:
    """Add a kept thing with its first revision and its line in the log; its id.

    Parameters
    ----------
    connection : Connection
    deed : Deed
    values : dict
        kind, name, note, parent, history, text, blob.
    """
    id = secrets.token_hex(ITEM // 2)
    connection.execute(
        items.insert().values(
            id=id, author=deed.author, created=deed.time, changed=deed.time, changed_by=deed.author,
            archived=False, version=1, **values,
        )
    )  # fmt: skip
    _record(connection, id, deed)
    return id


def advance(connection: Connection, before: Kept, deed: Deed, changes: dict[str, Any]) -> None:
    """Make the next version of a kept thing from the one that was read.

    The version is compared by the database itself, in the statement that writes.

    Raises
    ------
    Conflict
        The store holds another version by now.
    """
    written = connection.execute(
        items.update()
        .where(items.c.id == before.id, items.c.version == before.version)
        .values(version=before.version + 1, changed=deed.time, changed_by=deed.author, **changes)
    )
    if written.rowcount != 1:
        raise text.conflict(one(connection, before.id, before.read))
    _record(connection, before.id, deed)


def _record(connection: Connection, id: str, deed: Deed) -> None:
    """Write the version that an item has now to its revisions, and what was done to the log."""
    row = connection.execute(select(items).where(items.c.id == id)).one()
    connection.execute(
        revisions.insert().values(
            item=id, version=row.version, time=deed.time, author=deed.author, what=deed.what.value, name=row.name,
            note=row.note, archived=row.archived, text=row.text, blob=row.blob,
        )
    )  # fmt: skip
    write_log(connection, deed.time, deed.author, (deed.what.value, id, row.name))


def write_log(connection: Connection, time: dt.datetime, author: str, said: tuple[str, str, str]) -> None:
    """Add a line to the log: `said` is what was done, the id of the item, and the detail."""
    what, item, detail = said
    connection.execute(log.insert().values(time=time, author=author, what=what, item=item, detail=detail))
