"""States of shared links in the tables; each function does one step on a connection inside a transaction."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, func, select

from optimizer.errors import InternalError
from optimizer.store.items import insert_once
from optimizer.store.tables import STATE, states
from optimizer.store.values import sha256

LIFE = dt.timedelta(days=400)
TOUCH_AFTER = dt.timedelta(days=1)


def keep(connection: Connection, content: str, now: dt.datetime) -> str:
    """Keep a canonical text unless it is there; its id, the beginning of its hash."""
    id = sha256(content)[:STATE]
    if insert_once(connection, states, {"id": id, "content": content, "created": now, "used": now}):
        return id
    if connection.execute(select(states.c.content).where(states.c.id == id)).scalar_one() != content:
        raise InternalError(f"two states share the id {id}")
    touch(connection, id, now)
    return id


def find(connection: Connection, id: str) -> tuple[str, dt.datetime] | None:
    """The text of an id and when it was last used, or None."""
    row = connection.execute(select(states.c.content, states.c.used).where(states.c.id == id)).first()
    return None if row is None else (row.content, row.used)


def touch(connection: Connection, id: str, now: dt.datetime) -> None:
    """Note that a state is used, at most once a day."""
    connection.execute(states.update().where(states.c.id == id, states.c.used < now - TOUCH_AFTER).values(used=now))


def count_unused(connection: Connection, now: dt.datetime) -> int:
    """How many states nobody has used for 400 days."""
    wanted = select(func.count()).select_from(states).where(states.c.used < now - LIFE)
    return int(connection.execute(wanted).scalar_one())


def remove_unused(connection: Connection, now: dt.datetime) -> int:
    """Remove them; how many there were."""
    return connection.execute(states.delete().where(states.c.used < now - LIFE)).rowcount
