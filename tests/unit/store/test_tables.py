"""The tables and the migrations agree, and other databases than SQLite understand both."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from optimizer.store import Conflict, Kind, Store, opening
from optimizer.store.tables import VERSION_TABLE, Moment, metadata


def differences(store: Store, tables: sa.MetaData) -> list[object]:
    """What a new migration would have to do."""
    with store._reading() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), tables)


def steps() -> list[ModuleType]:
    script = ScriptDirectory.from_config(opening._config())
    return [step.module for step in reversed(list(script.walk_revisions()))]


def test_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    assert differences(store, metadata) == []


def test_the_comparison_sees_a_column_a_type_and_an_index(store: Store) -> None:
    changed = sa.MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(changed)
    changed.tables["items"].append_column(sa.Column("colour", sa.Text))
    changed.tables["log"].c.detail.type = sa.String(10)
    sa.Index("ix_new", changed.tables["texts"].c.size)
    assert len(differences(store, changed)) == 3


def test_columns_and_constraints_are_the_same_to_the_letter(store: Store) -> None:
    """`compare_metadata` knows nothing of primary keys, lengths on SQLite and names of constraints."""
    plain = sa.create_engine("sqlite://")
    metadata.create_all(plain)

    def described(connection: sa.Connection) -> dict[str, object]:
        asked = sa.inspect(connection)
        return {
            name: (
                [(one["name"], str(one["type"]), one["nullable"]) for one in asked.get_columns(name)],
                asked.get_pk_constraint(name),
                sorted(map(str, asked.get_foreign_keys(name))),
                sorted(map(str, asked.get_indexes(name))),
            )
            for name in asked.get_table_names()
            if name != VERSION_TABLE
        }

    with plain.connect() as wanted, store._reading() as made:
        assert described(made) == described(wanted)
    plain.dispose()


def test_a_migration_can_be_taken_back(store: Store) -> None:
    with store._writing() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for step in reversed(steps()):
                step.downgrade()
        assert sa.inspect(connection).get_table_names() == [VERSION_TABLE]


@pytest.mark.parametrize("dialect", [postgresql.dialect(), sqlite.dialect()], ids=["postgresql", "sqlite"])
def test_all_tables_can_be_made_elsewhere(dialect: sa.Dialect) -> None:
    for table in metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=dialect))
        assert f"CREATE TABLE {table.name}" in made
        for index in table.indexes:
            assert f"CREATE INDEX {index.name} ON {table.name}" in str(CreateIndex(index).compile(dialect=dialect))
    assert len(metadata.sorted_tables) == 6


def test_postgresql_gets_the_types_it_needs() -> None:
    made = {
        table.name: re.sub(r"\s+", " ", str(CreateTable(table).compile(dialect=postgresql.dialect())))
        for table in metadata.sorted_tables
    }
    assert "data BYTEA NOT NULL" in made["blobs"]
    assert "created TIMESTAMP WITH TIME ZONE NOT NULL" in made["items"]
    assert "archived BOOLEAN NOT NULL" in made["items"]
    assert "number SERIAL NOT NULL" in made["log"]
    assert "version INTEGER NOT NULL" in made["revisions"]


def test_the_migrations_speak_postgresql() -> None:
    said = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said, "version_table": VERSION_TABLE}
    )
    with Operations.context(context):
        for step in steps():
            step.upgrade()
    made = re.findall(r"CREATE TABLE (\w+)", said.getvalue())
    assert sorted(made) == sorted(metadata.tables)
    assert "BYTEA" in said.getvalue()
    assert said.getvalue().count("CREATE INDEX") == sum(len(table.indexes) for table in metadata.tables.values())


def test_steps_are_a_chain_and_named_like_their_files() -> None:
    revisions = [step.revision for step in steps()]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    assert [step.down_revision for step in steps()] == [None, *revisions[:-1]]
    files = sorted(path.name for path in (opening.MIGRATIONS / "versions").glob("v*.py"))
    assert [name[1:5] for name in files] == revisions
    assert (opening.MIGRATIONS / "script.py.mako").is_file()


def test_steps_do_not_depend_on_todays_tables() -> None:
    """A step that was released must do tomorrow what it does today."""
    for path in (opening.MIGRATIONS / "versions").glob("v*.py"):
        assert "optimizer" not in path.read_text(encoding="utf-8")


def test_the_environment_of_the_migrations_does_nothing_when_it_is_only_looked_at() -> None:
    assert callable(import_module("optimizer.store.migrations.env").run)


@pytest.fixture
def statements(store: Store) -> Iterator[list[sa.ClauseElement]]:
    """All that is sent to the database."""
    sent: list[sa.ClauseElement] = []

    def note(_: object, element: object, *__: object) -> None:
        if isinstance(element, sa.ClauseElement):
            sent.append(element)

    event.listen(store._engine, "before_execute", note)
    yield sent
    event.remove(store._engine, "before_execute", note)


def test_all_that_is_asked_can_be_asked_of_postgresql(
    store: Store, clock: object, statements: list[sa.ClauseElement]
) -> None:
    history = store.add_history("h.csv", b"h", author="")
    store.add_history("h.csv", b"h", author="")
    store.history_bytes(history.id)
    kept = store.add(Kind.PLAN, "P", {"a": 1}, author="", history=history.id)
    store.change(kept.id, version=1, author="", name="Q", content={"a": 2})
    with pytest.raises(Conflict):
        store.change(kept.id, version=1, author="", name="R")
    store.duplicate(kept.id, name="C", author="")
    store.archive(kept.id, 2, "")
    store.restore(kept.id, 3, "")
    store.list(Kind.PLAN, archived=True, history=history.id, author="Anna")
    _ = store.get(kept.id).content
    store.revisions(kept.id)
    store.log("Anna", "approved", item=kept.id)
    store.entries(5, item=kept.id)
    state = store.keep_state({"a": 1})
    clock.pass_days(2)
    store.state(state)
    clock.pass_days(401)
    assert store.prune_states() == 1

    spoken = [str(one.compile(dialect=postgresql.dialect())) for one in statements]
    assert any("FOR UPDATE" in one for one in spoken)  # two adders of one file come one after the other there
    assert any("archived IS true" in one for one in spoken)
    for verb in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        assert any(one.startswith(verb) for one in spoken)
    assert all(str(one.compile(dialect=mysql.dialect())) for one in statements)
    # Nothing that was given is part of the statement: all of it travels beside it.
    assert not any(given in one for one in spoken for given in (kept.id, state, "Anna", "h.csv"))


def test_moments_are_utc_whatever_the_database_says(store: Store) -> None:
    import datetime as dt

    moment = dt.datetime(2026, 11, 2, 21, 5, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    column = Moment()
    wanted = dt.datetime(2026, 11, 2, 14, 5, tzinfo=dt.UTC)
    assert column.process_bind_param(moment, sqlite.dialect()) == wanted
    assert column.process_result_value(wanted.replace(tzinfo=None), sqlite.dialect()) == wanted
    assert column.process_result_value(moment, postgresql.dialect()).tzinfo is dt.UTC
    assert column.process_bind_param(None, sqlite.dialect()) is None


def test_nothing_in_the_store_unpickles(root: Path) -> None:
    for path in (root / "optimizer" / "store").rglob("*.py"):
        assert "pickle" not in path.read_text(encoding="utf-8").lower(), path
