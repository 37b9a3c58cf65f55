"""Kept work behind the page Data and settings: how a history is read, the usual settings and rules, and copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.history.content_types import Naming, from_json, to_json
from optimizer.history.mapping import AS_SPELLED, ColumnMapping
from optimizer.store import Kept, Kind, Store
from optimizer.ui.language import _

USUAL = (Kind.SETTINGS, Kind.RULES, Kind.NETWORK_RULES)
"""Kinds of which one kept thing is the usual one: new visits start from it."""
_READ = (Kind.MAPPING, Kind.NAMING, Kind.EXPORTS)


Counted = Mapping[str, object]
"""What a list shows of a history: rows, weeks, cells, first and last day; and the identity of the reading counted."""


@dataclass(frozen=True)
class Reading:
    """How a kept history is read: the mapping of its columns, its content-type rules, and where they are kept.

    Attributes
    ----------
    mapping : ColumnMapping
    naming : tuple of NamingRule
    counted : tuple of mapping
        What was counted when either was kept.
    kept_mapping, kept_naming, kept_exports : Kept or None
        What the store holds, None where nothing was kept. The last is what exports the history was made of.
    """

    mapping: ColumnMapping = AS_SPELLED
    naming: Naming = ()
    counted: tuple[Counted, ...] = ()
    kept_mapping: Kept | None = None
    kept_naming: Kept | None = None
    kept_exports: Kept | None = None

    def facts(self, identity: str) -> Counted | None:
        """What was counted in the history as it is read now; None where that was not done."""
        return next((facts for facts in self.counted if facts.get("identity") == identity), None)

    @property
    def mapping_version(self) -> int:
        """Version to change the mapping from; 0 where none is kept."""
        return self.kept_mapping.version if self.kept_mapping else 0

    @property
    def naming_version(self) -> int:
        """Version to change the content-type rules from; 0 where none are kept."""
        return self.kept_naming.version if self.kept_naming else 0


def reading_of(store: Store, history: str) -> Reading:
    """How a kept history is read.

    Raises
    ------
    InputError
        There is no such history.
    """
    mapping, naming, exports = (_newest(store, kind, history) for kind in _READ)
    held = {} if mapping is None else mapping.content
    named = {} if naming is None else naming.content
    counted = tuple(one["facts"] for one in (named, held) if isinstance(one.get("facts"), Mapping))
    return Reading(
        ColumnMapping.from_json(held.get("mapping", {})),
        from_json(named.get("naming", {})),
        counted,
        mapping,
        naming,
        exports,
    )


def keep_mapping(
    store: Store, history: str, mapping: ColumnMapping, counted: Counted, author: str, version: int = 0
) -> Kept:
    """Keep how the columns of a history are read.

    Parameters
    ----------
    store : Store
    history : str
        Id of the kept history.
    mapping : ColumnMapping
    counted : mapping
        What lists show of the history when it is read so.
    author : str
    version : int
        Version the change was made from; 0 where nothing was kept.

    Raises
    ------
    Conflict
        Somebody else has changed it since.
    """
    content = {"mapping": mapping.to_json(), "facts": dict(counted)}
    return _keep(store, Kind.MAPPING, history, content, (author, version))


def keep_naming(store: Store, history: str, naming: Naming, counted: Counted, author: str, version: int = 0) -> Kept:
    """Keep the content-type rules of a history; see `keep_mapping`."""
    content = {"naming": to_json(naming), "facts": dict(counted)}
    return _keep(store, Kind.NAMING, history, content, (author, version))


def keep_exports(store: Store, history: str, content: Mapping[str, object], author: str, version: int = 0) -> Kept:
    """Keep what exports a history was made of; see `keep_mapping`."""
    return _keep(store, Kind.EXPORTS, history, content, (author, version))


def made_of_exports(store: Store) -> dict[str, Kept]:
    """Histories on file that were made of exports, by id, last changed first."""
    ids = {kept.history for kept in store.list(Kind.EXPORTS)}
    return {kept.id: kept for kept in store.list(Kind.HISTORY) if kept.id in ids}


def duplicate_history(store: Store, history: str, name: str, author: str) -> Kept:
    """Keep a copy of a history that is read as the first one is."""
    reading = reading_of(store, history)
    copy = store.duplicate(history, name=name, author=author)
    for kept in (reading.kept_mapping, reading.kept_naming, reading.kept_exports):
        if kept is not None:
            store.add(kept.kind, copy.name, kept.content, author=author, history=copy.id)
    return copy


def usual(store: Store, kind: Kind) -> Kept | None:
    """The usual settings or rules: the last changed of its kind that is not archived."""
    return next(iter(store.list(kind)), None)


def keep_usual(store: Store, kind: Kind, content: Mapping[str, object], author: str, version: int = 0) -> Kept:
    """Make something the usual settings or rules; the ones before stay as a version.

    Raises
    ------
    Conflict
        Somebody else has changed them since they were read at `version`.
    """
    now = usual(store, kind)
    if now is None:
        names = {Kind.SETTINGS: _("Usual settings"), Kind.NETWORK_RULES: _("Usual network rules")}
        return store.add(kind, names.get(kind, _("Usual rules")), content, author=author)
    return store.change(now.id, version=version, author=author, content=content)


def _newest(store: Store, kind: Kind, history: str) -> Kept | None:
    return next(iter(store.list(kind, history=history)), None)


def _keep(store: Store, kind: Kind, history: str, content: Mapping[str, object], by: tuple[str, int]) -> Kept:
    """Keep the one thing of a kind that belongs to a history."""
    author, version = by
    there = _newest(store, kind, history)
    if there is None:
        return store.add(kind, store.get(history).name, content, author=author, history=history)
    return store.change(there.id, version=version, author=author, content=content)
