"""Store: kept things, states of shared links and the log, shared by all who use the program at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, select

from optimizer.errors import InternalError
from optimizer.store import items as steps
from optimizer.store import states, text
from optimizer.store.failures import as_sentences
from optimizer.store.fixed import FIXED, Fixed, add_fixed, refuse_change
from optimizer.store.items import Deed
from optimizer.store.records import Entry, Kept, Kind, Revision, What
from optimizer.store.tables import blobs, items, log, revisions, texts
from optimizer.store.values import (
    MOST_STATE,
    canonical,
    checked_bytes,
    clean_author,
    clean_entry,
    clean_name,
    clean_note,
    item_id,
    sha256,
    state_id,
)

ENTRIES = 100


def utc_now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)


class Store:
    """Kept work in a database; made by `optimizer.store.open_store`.

    One store may be used by many threads at once: every call takes a connection of its own and does its work in one
    transaction, so it happens as a whole or not at all.

    Every method raises `InputError` with one sentence where the store is busy, damaged or cannot be reached.

    Parameters
    ----------
    engine : Engine
    shown : str
        Name of the store for messages, without a password.
    clock : callable
        The moment, with its time zone.
    """

    def __init__(self, engine: Engine, shown: str, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self.shown = shown
        self._clock = clock
        self._engine = engine
        self._writer = engine.execution_options(writing=True)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._engine.dispose()

    def add(
        self, kind: Kind, name: str, content: Mapping[str, object], *, author: str, note: str = "", history: str = ""
    ) -> Kept:
        """Keep something new, of any kind but a history.

        Parameters
        ----------
        kind : Kind
        name : str
            1 to 120 characters; other things may have the same name.
        content : mapping
            Plain values, see `optimizer.store.values.canonical`.
        author, note : str
        history : str
            Id of the history it belongs to.

        Raises
        ------
        InputError
            A text is too long or holds control characters, the content is not plain or too large, or the history is
            not kept.
        """
        if kind is Kind.HISTORY:
            raise InternalError("a history is added with Store.add_history")
        if kind in FIXED:
            raise InternalError("what stays as it is kept is added with Store.add_fixed")
        values = {"kind": kind.value, "name": clean_name(name), "note": clean_note(note)}
        written = canonical(content)
        with self._writing() as connection:
            if history:
                values["history"] = self._history(connection, history).id
            values["text"] = steps.keep_text(connection, written)
            id = steps.add(connection, self._deed(author, What.ADDED), values)
            return steps.one(connection, id, self._text)

    def add_fixed(self, new: Fixed, author: str, rival: Callable[[Kept], bool]) -> Kept:
        """Keep something for good; see `optimizer.store.fixed.add_fixed`, which says what it raises."""
        with self._writing() as connection:
            if new.history:
                self._history(connection, new.history)
            id = add_fixed(connection, new, self._deed(author, What.ADDED), rival)
            return steps.one(connection, id, self._text)

    def add_history(self, name: str, data: bytes, *, author: str, note: str = "") -> Kept:
        """Keep the file of a history, byte for byte.

        The same bytes under the same name are kept once: the one that is there is returned, restored if it was
        archived.

        Raises
        ------
        InputError
            The file is empty or too large, or a text is too long or holds control characters.
        """
        values = {"kind": Kind.HISTORY.value, "name": clean_name(name), "note": clean_note(note)}
        data = checked_bytes(data)
        with self._writing() as connection:
            key = steps.keep_blob(connection, data)
            same = steps.selected().where(items.c.blob == key, items.c.name == values["name"])
            row = connection.execute(same.order_by(items.c.archived, items.c.created)).first()
            if row is None:
                id = steps.add(connection, self._deed(author, What.ADDED), {**values, "blob": key})
                return steps.one(connection, id, self._text)
            there = steps.kept(row, self._text)
            return self._turned(connection, there, author, archived=False) if there.archived else there

    def replace_history(self, id: str, data: bytes, *, version: int, author: str) -> Kept:
        """Keep a newer file of a history under the same id; what belongs to it goes on belonging to it.

        The file before stays as a version. Raises as `change`, and where the file is empty or too large.
        """
        data = checked_bytes(data)
        with self._writing() as connection:
            self._history(connection, id)
            before = self._at(connection, id, version)
            if before.archived:
                raise text.is_archived(before)
            key = steps.keep_blob(connection, data)
            if key != before.sha256:
                steps.advance(connection, before, self._deed(author, What.CHANGED), {"blob": key})
            return steps.one(connection, before.id, self._text)

    def get(self, id: str) -> Kept:
        """The kept thing of an id, archived or not.

        Raises
        ------
        InputError
            Nothing is kept under it.
        """
        with self._reading() as connection:
            return steps.one(connection, item_id(id), self._text)

    def list(
        self, kind: Kind, *, archived: bool = False, history: str | None = None, author: str | None = None
    ) -> tuple[Kept, ...]:
        """What is kept of a kind, last changed first.

        Parameters
        ----------
        kind : Kind
        archived : bool
            The archived ones instead of the others.
        history : str, optional
            Only what belongs to the history of this id.
        author : str, optional
            Only what was added by this person.
        """
        wanted = steps.selected().where(items.c.kind == Kind(kind).value, items.c.archived.is_(archived))
        if history is not None:
            wanted = wanted.where(items.c.history == item_id(history))
        if author is not None:
            wanted = wanted.where(items.c.author == clean_author(author))
        newest = wanted.order_by(items.c.changed.desc(), items.c.created.desc(), items.c.id)
        with self._reading() as connection:
            return tuple(steps.kept(row, self._text) for row in connection.execute(newest))

    def change(
        self, id: str, *, version: int, author: str,
        name: str | None = None, note: str | None = None, content: Mapping[str, object] | None = None,
    ) -> Kept:  # fmt: skip
        """Change a kept thing; what is None stays. Nothing happens where nothing differs.

        Parameters
        ----------
        id : str
        version : int
            The version the change was made from.
        author : str
        name, note : str, optional
        content : mapping, optional
            Not for a history.

        Raises
        ------
        Conflict
            The store holds another version by now; the error carries it, and nothing was written.
        InputError
            As for `add`; or it is archived.
        """
        changes = {} if name is None else {"name": clean_name(name)}
        changes |= {} if note is None else {"note": clean_note(note)}
        written = None if content is None else canonical(content)
        with self._writing() as connection:
            before = self._at(connection, id, version)
            refuse_change(before)
            if before.archived:
                raise text.is_archived(before)
            if written is not None:
                if before.kind is Kind.HISTORY:
                    raise text.fixed_content(before)
                if sha256(written) != before.sha256:
                    changes["text"] = steps.keep_text(connection, written)
            if all(getattr(before, field, None) == value for field, value in changes.items()):
                return before
            steps.advance(connection, before, self._deed(author, What.CHANGED), changes)
            return steps.one(connection, before.id, self._text)

    def duplicate(self, id: str, *, name: str, author: str) -> Kept:
        """Keep a copy under another name, which remembers what it is a copy of.

        Raises
        ------
        InputError
            Nothing is kept under the id, or a text is too long or holds control characters.
        """
        name = clean_name(name)
        with self._writing() as connection:
            source = steps.one(connection, item_id(id), self._text)
            refuse_change(source)
            content = "blob" if source.kind is Kind.HISTORY else "text"
            values = {
                "kind": source.kind.value, "name": name, "note": source.note, "parent": source.id,
                "history": source.history or None, content: source.sha256,
            }  # fmt: skip
            copy = steps.add(connection, self._deed(author, What.DUPLICATED), values)
            return steps.one(connection, copy, self._text)

    def archive(self, id: str, version: int, author: str) -> Kept:
        """Put a kept thing away; nothing is lost.

        Raises
        ------
        Conflict
            The store holds another version by now.
        """
        return self._turn(id, version, author, archived=True)

    def restore(self, id: str, version: int, author: str) -> Kept:
        """Bring an archived thing back.

        Raises
        ------
        Conflict
            The store holds another version by now.
        """
        return self._turn(id, version, author, archived=False)

    def revisions(self, id: str) -> tuple[Revision, ...]:
        """All versions of a kept thing, newest first.

        Raises
        ------
        InputError
            Nothing is kept under the id.
        """
        wanted = select(revisions).where(revisions.c.item == item_id(id)).order_by(revisions.c.version.desc())
        with self._reading() as connection:
            found = tuple(steps.revision(row, self._text) for row in connection.execute(wanted))
        if not found:
            raise text.unknown(id)
        return found

    def history_bytes(self, id: str) -> bytes:
        """The file of a kept history, byte for byte.

        Raises
        ------
        InputError
            The id is not that of a history, or the file is damaged in the store.
        """
        with self._reading() as connection:
            key = self._history(connection, id).sha256
            data: bytes = connection.execute(select(blobs.c.data).where(blobs.c.sha256 == key)).scalar_one()
        self._check(data, key)
        return data

    def keep_state(self, values: Mapping[str, object]) -> str:
        """Keep what a link shows; the same values have the same id, however often they are kept.

        Raises
        ------
        InputError
            The values are not plain, or above 1 MB.
        """
        content = canonical(values, MOST_STATE)
        with self._writing() as connection:
            return states.keep(connection, content, self._now())

    def state(self, id: str) -> Mapping[str, Any]:
        """What a link shows, as plain values; whoever reads them must check what they mean.

        Raises
        ------
        InputError
            It is no id, or the state is not kept.
        """
        id, now = state_id(id), self._now()
        with self._reading() as connection:
            found = states.find(connection, id)
        if found is None:
            raise text.unknown_state(id)
        content, used = found
        if used < now - states.TOUCH_AFTER:
            with self._writing() as connection:
                states.touch(connection, id, now)
        values: dict[str, Any] = json.loads(content)
        return values

    def prune_states(self) -> int:
        """Remove states that nobody has read or kept for 400 days; how many there were."""
        now = self._now()
        with self._reading() as connection:
            if not states.count_unused(connection, now):
                return 0
        with self._writing() as connection:
            return states.remove_unused(connection, now)

    def log(self, author: str, what: str, *, item: str = "", detail: str = "") -> None:
        """Write down what was done; changes of kept things write themselves down.

        Parameters
        ----------
        author : str
        what : str
            A short word, 1 to 40 characters.
        item : str
            Id of the kept thing it is about.
        detail : str
            Plain data, up to 2,000 characters.

        Raises
        ------
        InputError
            A text is too long or holds control characters, or nothing is kept under the id.
        """
        author, (what, detail) = clean_author(author), clean_entry(what, detail)
        with self._writing() as connection:
            if item:
                steps.one(connection, item_id(item), self._text)
            steps.write_log(connection, self._now(), author, (what, item, detail))

    def entries(self, limit: int = ENTRIES, *, item: str | None = None) -> tuple[Entry, ...]:
        """The last lines of the log, newest first; of one kept thing where its id is given."""
        wanted = select(log).order_by(log.c.number.desc()).limit(max(int(limit), 0))
        if item is not None:
            wanted = wanted.where(log.c.item == item_id(item))
        with self._reading() as connection:
            return tuple(steps.entry(row) for row in connection.execute(wanted))

    def _now(self) -> dt.datetime:
        return self._clock().astimezone(dt.UTC)

    def _deed(self, author: str, what: What) -> Deed:
        """Who does what now: taken where nobody else can write, so that versions and times rise together."""
        return Deed(clean_author(author), self._now(), what)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with as_sentences(self.shown), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with as_sentences(self.shown), self._writer.begin() as connection:
            yield connection

    def _text(self, key: str) -> str:
        """A kept text by its hash."""
        with self._reading() as connection:
            found: str = connection.execute(select(texts.c.text).where(texts.c.sha256 == key)).scalar_one()
        self._check(found, key)
        return found

    def _check(self, content: str | bytes, key: str) -> None:
        """Refuse a content that is no longer what was written."""
        if sha256(content) != key:
            raise text.damaged(self.shown)

    def _history(self, connection: Connection, id: str) -> Kept:
        found = steps.one(connection, item_id(id), self._text)
        if found.kind is not Kind.HISTORY:
            raise text.not_a_history(id)
        return found

    def _at(self, connection: Connection, id: str, version: int) -> Kept:
        """The kept thing, if the store holds the version that was read."""
        found = steps.one(connection, item_id(id), self._text)
        if found.version != version:
            raise text.conflict(found)
        return found

    def _turn(self, id: str, version: int, author: str, *, archived: bool) -> Kept:
        with self._writing() as connection:
            return self._turned(connection, self._at(connection, id, version), author, archived=archived)

    def _turned(self, connection: Connection, before: Kept, author: str, *, archived: bool) -> Kept:
        """Archive or restore; nothing happens where it is so already."""
        refuse_change(before)
        if before.archived == archived:
            return before
        deed = self._deed(author, What.ARCHIVED if archived else What.RESTORED)
        steps.advance(connection, before, deed, {"archived": archived})
        return steps.one(connection, before.id, self._text)
