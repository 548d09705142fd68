"""The event log, its head row, and the tables of the projections.

The events table is created here once and never altered by a batch migration: batch mode copies a
table into a new one, and loses its triggers on the way. A change of what an event says is a new
version of its kind and an upcast, not a migration. Only the projections' tables may ever change.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GENESIS_HASH = "0" * 64

# INSERT OR REPLACE deletes without a word to the DELETE trigger, hence the one on INSERT.
APPEND_ONLY = {
    "sqlite": (
        """\
CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only: UPDATE refused');
END""",
        """\
CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only: DELETE refused');
END""",
        """\
CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
    OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
    OR EXISTS (
        SELECT 1 FROM events
        WHERE stream = NEW.stream AND stream_version = NEW.stream_version
    )
BEGIN
    SELECT RAISE(ABORT, 'events are append-only: REPLACE refused');
END""",
    ),
    "postgresql": (
        """\
CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only: % refused', TG_OP; END $$""",
        """\
CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()""",
    ),
}


def upgrade() -> None:
    """Make all tables, the row of the head, and what keeps the events as they are."""
    _create_log()
    _create_projections()
    for statement in APPEND_ONLY.get(op.get_context().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: this would destroy the log.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("revision 0001 cannot be undone: it would delete every event")


def _create_log() -> None:
    op.create_table(
        "events",
        sa.Column("position", POSITION, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Text(), nullable=False, unique=True),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("stream_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("causation", sa.Text()),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.UniqueConstraint("stream", "stream_version"),
    )
    head = op.create_table(
        "log_head",
        sa.Column("position", POSITION, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
    )
    op.bulk_insert(head, [{"position": 0, "hash": GENESIS_HASH}])


def _create_projections() -> None:
    op.create_table(
        "projections",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", POSITION, nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("projection", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
