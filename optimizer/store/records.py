"""What the store hands out: kept things, their revisions, entries of the log, and the conflict of two changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from optimizer.errors import InputError, InternalError


class Kind(StrEnum):
    """What a kept thing is."""

    HISTORY = "history"
    SCENARIO = "scenario"
    PLAN = "plan"
    SETTINGS = "settings"
    RULES = "rules"
    NAMING = "naming"
    """Rules that give content types their names."""
    MAPPING = "mapping"
    """Which header of a file means which column."""
    EXPORTS = "exports"
    """What a history was made of: how its exports are read, and what older ones had."""
    NETWORK_RULES = "network_rules"
    TEMPLATE = "template"
    """A network's own upload table with places to write in."""
    POSTS = "posts"
    """A list of organic posts."""
    PERIOD_BUDGET = "period_budget"
    RECORD = "record"
    """A plan of record: never changed, only superseded by another that names it as its parent."""
    ACTUALS = "actuals"
    """What a period brought, as booked."""
    CLOSED = "closed"
    """What came in a closed period of a plan of record: never changed."""


class What(StrEnum):
    """What was done to a kept thing."""

    ADDED = "added"
    CHANGED = "changed"
    DUPLICATED = "duplicated"
    ARCHIVED = "archived"
    RESTORED = "restored"


@dataclass(frozen=True)
class Kept:
    """A kept thing as it stood when it was read.

    Attributes
    ----------
    id : str
        20 hexadecimal digits that cannot be guessed.
    kind : Kind
    name, note : str
    author : str
        Who added it; "" where nobody was named.
    created, changed : datetime
        UTC.
    changed_by : str
        Who made this version.
    archived : bool
    version : int
        1 when added, one more with every change; a change names the version it was made from.
    parent : str
        Id of what this was duplicated from, for what stays as it was kept of what it replaces, or "".
    history : str
        Id of the history it belongs to, or "".
    size : int
        Bytes of its content.
    sha256 : str
        Hash of its content: of the file for a history, of the JSON text for all else.
    """

    id: str
    kind: Kind
    name: str
    author: str
    note: str
    created: dt.datetime
    changed: dt.datetime
    changed_by: str
    archived: bool
    version: int
    parent: str
    history: str
    size: int
    sha256: str
    read: Callable[[str], str] = field(repr=False, compare=False)

    @property
    def content(self) -> dict[str, Any]:
        """The content of this version as plain values, made anew at each call; a later change does not alter it.

        Raises
        ------
        InternalError
            It is a history, which is a file: see `Store.history_bytes`.
        InputError
            The store cannot be read.
        """
        if self.kind is Kind.HISTORY:
            raise InternalError("a history is bytes: read it with Store.history_bytes")
        return _parsed(self.read(self.sha256))


@dataclass(frozen=True)
class Revision:
    """One version of a kept thing.

    Attributes
    ----------
    item : str
        Id of the kept thing.
    version : int
    time : datetime
        UTC.
    author : str
    what : What
        What led to it.
    name, note : str
    archived : bool
    sha256 : str
        Hash of its content.
    """

    item: str
    version: int
    time: dt.datetime
    author: str
    what: What
    name: str
    note: str
    archived: bool
    sha256: str
    read: Callable[[str], str] = field(repr=False, compare=False)

    @property
    def content(self) -> dict[str, Any]:
        """The content of that version as plain values; not for a history, which is a file that never changes.

        Raises
        ------
        InputError
            The store cannot be read.
        """
        return _parsed(self.read(self.sha256))


@dataclass(frozen=True)
class Entry:
    """One line of the log.

    Attributes
    ----------
    number : int
        Rises with every entry.
    time : datetime
        UTC.
    author : str
    what : str
        A value of `What`, or another short word of who wrote it.
    item : str
        Id of the kept thing it is about, or "".
    detail : str
        Plain data, such as the name of the thing.
    """

    number: int
    time: dt.datetime
    author: str
    what: str
    item: str
    detail: str


class Conflict(InputError):  # noqa: N818 - it is what happened between two people, not a mistake
    """The kept thing was changed by somebody else since it was read; nothing was overwritten.

    Attributes
    ----------
    current : Kept or None
        What the store holds.
    """

    def __init__(self, message: str = "", current: Kept | None = None) -> None:
        super().__init__(message)
        self.current = current


def _parsed(text: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(text)
    return values
