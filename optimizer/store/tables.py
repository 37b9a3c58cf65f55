"""The tables, for any database that SQLAlchemy speaks to. What is here must agree with the newest migration."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

from optimizer.store.values import LONGEST_AUTHOR, LONGEST_NAME, LONGEST_WHAT

VERSION_TABLE = "store_version"
HASH = 64
ITEM = 20
STATE = 16
WORD = 20


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """To UTC before it is written."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """From UTC, whether the database said so or not."""
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

#: Canonical JSON by its hash; written once, never changed.
texts = Table(
    "texts",
    metadata,
    Column("sha256", String(HASH), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("text", Text, nullable=False),
)

#: Files by their hash; written once, never changed.
blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(HASH), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

#: Every kept thing as it stands. Its content is a text, or a blob for a history.
items = Table(
    "items",
    metadata,
    Column("id", String(ITEM), primary_key=True),
    Column("kind", String(WORD), nullable=False),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("author", String(LONGEST_AUTHOR), nullable=False),
    Column("note", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("changed_by", String(LONGEST_AUTHOR), nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("parent", String(ITEM), ForeignKey("items.id"), nullable=True),
    Column("history", String(ITEM), ForeignKey("items.id"), nullable=True),
    Column("text", String(HASH), ForeignKey("texts.sha256"), nullable=True),
    Column("blob", String(HASH), ForeignKey("blobs.sha256"), nullable=True),
    Index(None, "kind", "archived", "changed"),
    Index(None, "history"),
    Index(None, "blob"),
)

#: Every version a kept thing ever had.
revisions = Table(
    "revisions",
    metadata,
    Column("item", String(ITEM), ForeignKey("items.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("time", Moment, nullable=False),
    Column("author", String(LONGEST_AUTHOR), nullable=False),
    Column("what", String(WORD), nullable=False),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("note", Text, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("text", String(HASH), ForeignKey("texts.sha256"), nullable=True),
    Column("blob", String(HASH), ForeignKey("blobs.sha256"), nullable=True),
)

#: What a shared link shows, by the beginning of its hash; `used` is touched once a day at most.
states = Table(
    "states",
    metadata,
    Column("id", String(STATE), primary_key=True),
    Column("content", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("used", Moment, nullable=False),
    Index(None, "used"),
)

#: Who did what, and when; only ever added to.
log = Table(
    "log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("time", Moment, nullable=False),
    Column("author", String(LONGEST_AUTHOR), nullable=False),
    Column("what", String(LONGEST_WHAT), nullable=False),
    Column("item", String(ITEM), nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "item"),
)
