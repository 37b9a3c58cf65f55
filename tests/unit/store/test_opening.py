"""Opening: where the store is, and what is said of one that cannot be used."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.store import Kind, Store, open_store, opening

LATER_STEP = '''
"""A later step, as a version to come would bring it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("items") as table:
        table.add_column(sa.Column("colour", sa.String(20), nullable=False, server_default="blue"))
        table.alter_column("name", existing_type=sa.String(120), type_=sa.String(200))
'''


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def said(path: Path | str) -> str:
    """What is said of a store that does not open."""
    with pytest.raises(InputError) as error:
        open_store(path)
    return str(error.value)


def test_the_store_stands_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, file in ((str(tmp_path / "a" / "s.sqlite"), "a"), (f"sqlite:///{tmp_path}/b/s.sqlite", "b")):
        monkeypatch.setenv("OPTIMIZER_STORE", place)
        with open_store() as store:
            store.add(Kind.PLAN, "P", {}, author="")
        assert sql(tmp_path / file / "s.sqlite", "SELECT name FROM items") == [("P",)]


def test_what_is_given_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMIZER_STORE", str(tmp_path / "environment.sqlite"))
    open_store(tmp_path / "given.sqlite").close()
    assert [path.name for path in tmp_path.glob("*.sqlite")] == ["given.sqlite"]


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_else_it_stands_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: str | None
) -> None:
    if empty is None:
        monkeypatch.delenv("OPTIMIZER_STORE", raising=False)
    else:
        monkeypatch.setenv("OPTIMIZER_STORE", empty)
    folder = tmp_path / "user" / "campaign-optimizer"
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, appauthor: tmp_path / "user" / name)
    open_store().close()
    assert (folder / "store.sqlite").is_file()


def test_odd_paths_are_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    open_store("~/kept/s.sqlite").close()
    assert (tmp_path / "kept" / "s.sqlite").is_file()
    for name in ("100 % báo cáo?.sqlite", "a;b#c.sqlite", "%s.sqlite"):
        open_store(tmp_path / name).close()
        assert (tmp_path / name).is_file()


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_folder_and_file_are_for_their_owner(tmp_path: Path) -> None:
    open_store(tmp_path / "kept" / "s.sqlite").close()
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "kept" / "s.sqlite").stat().st_mode) == 0o600


def test_sqlite_is_set_up_for_many(store: Store) -> None:
    with store._reading() as connection:
        asked = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        ]
    assert asked == ["wal", 15000, 1]


def test_opening_again_leaves_the_file_alone(store: Store, path: Path) -> None:
    store.close()
    before = path.read_bytes()
    open_store(path).close()
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store: Store, path: Path) -> None:
    store.close()
    sql(path, "UPDATE store_version SET version_num = '9999'")
    before = path.read_bytes()
    assert said(path) == (
        f"{path}: this store was made by a newer version of the program; install that version, or name another store."
    )
    assert path.read_bytes() == before


def test_an_older_store_is_brought_up_to_date_and_the_older_program_then_refuses_it(
    store: Store, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = store.add_history("h.csv", b"h", author="")
    kept = store.add(Kind.PLAN, "Plan", {"a": 1}, author="Anna", history=history.id)
    copy = store.duplicate(kept.id, name="Copy", author="Bình")
    store.close()

    later = tmp_path / "100 % later"
    shutil.copytree(opening.MIGRATIONS, later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "versions" / "v0002_later.py").write_text(LATER_STEP, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(opening, "MIGRATIONS", later)
        with open_store(path) as newer:
            assert newer.get(copy.id) == copy
            assert newer.get(kept.id).content == {"a": 1}
            assert len(newer.revisions(kept.id)) == 1
            assert newer.history_bytes(history.id) == b"h"
    assert sql(path, "SELECT DISTINCT colour FROM items") == [("blue",)]
    assert sql(path, "SELECT version_num FROM store_version") == [("0002",)]
    assert sql(path, "PRAGMA foreign_key_check") == []
    assert "made by a newer version" in said(path)


def test_a_migration_that_breaks_leaves_the_old_store(
    store: Store, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.add(Kind.PLAN, "Plan", {}, author="")
    store.close()
    later = tmp_path / "later"
    shutil.copytree(opening.MIGRATIONS, later, ignore=shutil.ignore_patterns("__pycache__"))
    broken = LATER_STEP + "    op.execute('INSERT INTO nowhere VALUES (1)')\n"
    (later / "versions" / "v0002_later.py").write_text(broken, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(opening, "MIGRATIONS", later)
        said(path)
    with open_store(path) as old:
        assert old.get(kept.id) == kept


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    sql(path, "CREATE TABLE bookmarks (url TEXT)")
    assert said(path) == f"{path}: this database belongs to another program; name another file or an empty database."
    assert sql(path, "SELECT name FROM sqlite_master") == [("bookmarks",)]


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    content = b"date,network,spend\n" * 200
    path.write_bytes(content)
    assert said(path) == (
        f"{path}: this file is not a store, or it is damaged; bring back a copy of it, or name another file."
    )
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with open_store(path) as store:
        assert store.list(Kind.PLAN) == ()


def read_all(store: Store) -> list[object]:
    return [kept.content for kept in store.list(Kind.PLAN)]


def test_a_damaged_store_says_so(store: Store, path: Path) -> None:
    for number in range(40):
        store.add(Kind.PLAN, f"Plan {number}", {"x": "y" * 2000, "n": number}, author="")
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="this file is not a store, or it is damaged"), open_store(path) as cut:
        read_all(cut)
    path.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))
    with pytest.raises(InputError, match="this file is not a store, or it is damaged"), open_store(path) as spoiled:
        read_all(spoiled)


def test_content_that_is_no_longer_what_was_written_is_not_handed_out(store: Store, path: Path) -> None:
    plan = store.add(Kind.PLAN, "Plan", {"budget": 100}, author="")
    history = store.add_history("h.csv", b"spend\n100\n", author="")
    sql(path, """UPDATE texts SET text = '{"budget":900}'""")
    sql(path, "UPDATE blobs SET data = CAST('spend' AS BLOB)")
    with pytest.raises(InputError, match="damaged"):
        _ = store.get(plan.id).content
    with pytest.raises(InputError, match="damaged"):
        _ = store.revisions(plan.id)[0].content
    with pytest.raises(InputError, match="damaged"):
        store.history_bytes(history.id)


def test_tables_that_went_missing_are_damage(store: Store, path: Path) -> None:
    sql(path, "DROP TABLE log")
    with pytest.raises(InputError, match="damaged"):
        store.add(Kind.PLAN, "P", {}, author="")
    assert store.list(Kind.PLAN) == ()  # nothing of it was written


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    assert said(tmp_path) == f"{tmp_path}: the store must be a file; name a file in that folder."


def test_a_place_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "deeper" / "s.sqlite"
    assert said(place).startswith(f"{place}: the store cannot be read or written (Not a directory); see that the file")
    assert "cannot be read or written" in said(tmp_path / ("x" * 300))
    assert "cannot be read or written" in said(f"{tmp_path}/a\0b")


def test_a_store_that_may_only_be_read_says_so(store: Store, path: Path) -> None:
    store.add(Kind.PLAN, "P", {}, author="")
    store.close()
    sql(path, "PRAGMA journal_mode=DELETE")
    content = bytearray(path.read_bytes())
    content[18] = 3  # SQLite's own mark of a file that this version of it may not write
    path.write_bytes(content)
    with pytest.raises(InputError) as error, open_store(path) as locked:
        locked.add(Kind.PLAN, "Q", {}, author="")
    assert str(error.value).startswith(f"{path}: the store cannot be read or written (attempt to write a readonly")


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "sqlite+aiosqlite:///x.db"]
)
def test_a_store_that_would_not_last_is_refused(address: str) -> None:
    assert said(address) == "the store must be a file that lasts; give a path, or sqlite:///path/to/store.sqlite."


@pytest.mark.parametrize("address", ["nodatabase://x", "://", "postgresql+nodriver://u:secret@h/d", "http://[x"])
def test_an_unknown_database_is_refused(address: str) -> None:
    message = said(address)
    assert message.startswith("the address of the store names a database that is not known here; install its driver")
    assert "secret" not in message


def test_a_password_is_never_shown() -> None:
    url = opening.make_url("postgresql://finance:secret@server/kept")
    assert opening._shown(url) == "postgresql://finance:***@server/kept"


def test_the_names_of_the_store_cost_no_database_library(root: Path) -> None:
    code = (
        "import sys, optimizer.store as s; from optimizer.store import Conflict, Kept, Kind; "
        "print(sorted(m for m in ('sqlalchemy', 'alembic', 'platformdirs', 'pandas') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    import optimizer.store

    with pytest.raises(AttributeError, match="no attribute 'shop'"):
        optimizer.store.shop  # noqa: B018
    assert all(getattr(optimizer.store, name).__name__ == name for name in optimizer.store.__all__)
