"""Kept things with their revisions and contents, states of shared links, and the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _contents()
    _items()
    op.create_table(
        "states",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_states"),
    )
    op.create_index("ix_states_used", "states", ["used"])
    op.create_table(
        "log",
        sa.Column("number", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("item", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_log"),
    )
    op.create_index("ix_log_item", "log", ["item"])


def _contents() -> None:
    op.create_table(
        "texts",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_texts"),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("parent", sa.String(20), nullable=True),
        sa.Column("history", sa.String(20), nullable=True),
        sa.Column("text", sa.String(64), nullable=True),
        sa.Column("blob", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.ForeignKeyConstraint(["parent"], ["items.id"], name="fk_items_parent"),
        sa.ForeignKeyConstraint(["history"], ["items.id"], name="fk_items_history"),
        sa.ForeignKeyConstraint(["text"], ["texts.sha256"], name="fk_items_text"),
        sa.ForeignKeyConstraint(["blob"], ["blobs.sha256"], name="fk_items_blob"),
    )
    op.create_index("ix_items_kind_archived_changed", "items", ["kind", "archived", "changed"])
    op.create_index("ix_items_history", "items", ["history"])
    op.create_index("ix_items_blob", "items", ["blob"])
    op.create_table(
        "revisions",
        sa.Column("item", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("text", sa.String(64), nullable=True),
        sa.Column("blob", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("item", "version", name="pk_revisions"),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name="fk_revisions_item"),
        sa.ForeignKeyConstraint(["text"], ["texts.sha256"], name="fk_revisions_text"),
        sa.ForeignKeyConstraint(["blob"], ["blobs.sha256"], name="fk_revisions_blob"),
    )


def downgrade() -> None:
    """Remove the tables."""
    for table in ("log", "states", "revisions", "items", "blobs", "texts"):
        op.drop_table(table)
