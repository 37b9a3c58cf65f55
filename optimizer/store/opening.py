"""Opening a store: where it is, how its database is set up, and bringing its tables up to date."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from optimizer.errors import InputError
from optimizer.language.message import say
from optimizer.store import text
from optimizer.store.failures import as_sentences
from optimizer.store.store import Store, utc_now
from optimizer.store.tables import VERSION_TABLE

if TYPE_CHECKING:
    from alembic.config import Config

ENVIRONMENT = "OPTIMIZER_STORE"
FOLDER = "campaign-optimizer"
FILE = "store.sqlite"
MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE = 15.0  # seconds a writer waits for another
_LOCK_NUMBER = 0x0C_A3_9A_16  # any, but always the same: of the lock that keeps two from migrating at once

# Alembic keeps the migration that runs in a global of its own.
_one_migration = threading.Lock()


def open_store(url_or_path: str | Path | None = None, *, clock: Callable[[], dt.datetime] = utc_now) -> Store:
    """Open the store, made anew where there is none, with its tables brought up to date.

    Two programs may open the same store at once. States of shared links that nobody has read for 400 days are removed.

    Parameters
    ----------
    url_or_path : str or Path, optional
        A path of a SQLite file or a SQLAlchemy URL. None takes the environment variable OPTIMIZER_STORE, else
        ``store.sqlite`` in the user's data folder.
    clock : callable
        The moment, with its time zone.

    Raises
    ------
    InputError
        The store cannot be reached, read or written, is no store, belongs to another program, or was made by a newer
        version of this one.
    """
    url = _url(url_or_path)
    shown = _shown(url)
    _make_folder(url, shown)
    with as_sentences(shown):
        _bring_up_to_date(url, shown)
        store = Store(_engine(url), shown, clock)
    try:
        store.prune_states()
    except BaseException:
        store.close()
        raise
    return store


def _url(given: str | Path | None) -> URL:
    """Where the store is."""
    where = given if given is not None else os.environ.get(ENVIRONMENT, "").strip() or None
    if where is None:
        from platformdirs import user_data_path

        where = user_data_path(FOLDER, appauthor=False) / FILE
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(Path(where).expanduser()))
    try:
        url = make_url(where)
        name, driver = url.get_backend_name(), url.get_driver_name()
    except (ArgumentError, NoSuchModuleError, ImportError) as problem:
        raise _no_such_database() from problem
    if name != "sqlite":
        return url
    if driver != "pysqlite" or not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise InputError.at(
            say("the store must be a file that lasts"), fix=say("give a path, or sqlite:///path/to/store.sqlite")
        )
    return url


def _no_such_database() -> InputError:
    return InputError.at(
        say("the address of the store names a database that is not known here"),
        fix=say("install its driver, or give the path of a file"),
    )


def _shown(url: URL) -> str:
    """Name of the store for people."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


def _make_folder(url: URL, shown: str) -> None:
    """Make folder and file, for their owner's eyes only; what is there keeps its rights."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    path = Path(url.database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        elif not path.is_file():
            raise InputError.at(say("the store must be a file"), file=shown, fix=say("name a file in that folder"))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or type(problem).__name__
        raise text.unusable(shown, reason) from problem


def _engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """Connections to the database, set up as its kind needs."""
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (ArgumentError, NoSuchModuleError, ImportError) as problem:
        raise _no_such_database() from problem
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine, foreign_keys)
    return engine


def _set_up_sqlite(engine: Engine, foreign_keys: bool) -> None:
    """Readers beside a writer, patience, foreign keys, and transactions that begin where they are begun."""

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _: object) -> None:
        raw.isolation_level = None  # the driver would begin transactions late, and never before a table is made
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")
        _write_ahead(cursor)
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail where another wrote in between.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Let readers and a writer work side by side; SQLite does not wait by itself where two ask for this at once."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _bring_up_to_date(url: URL, shown: str) -> None:
    """Run the migrations that are missing, in one transaction, one program at a time."""
    # Foreign keys are off: SQLite changes a table by putting another in its place, which they would not let go.
    engine = _engine(url, foreign_keys=False)
    try:
        with engine.begin() as connection:
            current = _is_current(connection, shown)
        if current:
            return
        with _one_migration, engine.execution_options(writing=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK_NUMBER)))
            if not _is_current(connection, shown):
                _upgrade(connection)
    finally:
        engine.dispose()


def _is_current(connection: Connection, shown: str) -> bool:
    """Whether the tables are those of this version.

    Raises
    ------
    InputError
        They are those of a newer version, or of another program.
    """
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    stands = set(context.get_current_heads())
    tables = set(inspect(connection).get_table_names())
    if not stands and tables - {VERSION_TABLE}:
        raise text.foreign(shown)
    script = ScriptDirectory.from_config(_config())
    if stands - {step.revision for step in script.walk_revisions()}:
        raise text.newer(shown)
    return stands == set(script.get_heads())


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
