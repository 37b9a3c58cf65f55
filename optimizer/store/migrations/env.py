"""Runs the steps on the connection it is given; see `optimizer.store.opening`."""

from __future__ import annotations

from alembic import context

from optimizer.store.tables import VERSION_TABLE, metadata


def run() -> None:
    """Bring the tables to the wanted step, inside the transaction that the connection is in."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        render_as_batch=True,  # SQLite changes a table by copying it
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic runs this file
    run()
