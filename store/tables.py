"""The tables as SQLAlchemy sees them. They are made by `migrations`, never from here."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

# In SQLite only INTEGER makes a primary key the row's own number.
_Position = BigInteger().with_variant(Integer(), "sqlite")

# Fixed for good: every column but `hash` is hashed, and old logs must verify for ever.
events = Table(
    "events",
    metadata,
    Column("position", _Position, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("stream", Text, nullable=False),
    Column("stream_version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("kind_version", Integer, nullable=False),
    Column("payload", Text, nullable=False),  # canonical JSON
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),  # ISO 8601, UTC
    Column("causation", Text),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("stream", "stream_version"),
)

# One row, locked by every appending transaction: positions are given out one by one.
log_head = Table(
    "log_head",
    metadata,
    Column("position", _Position, nullable=False),
    Column("hash", Text, nullable=False),
)

projections = Table(
    "projections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),  # of the code that made the documents
    Column("position", _Position, nullable=False),  # of the last event that is in them
)

documents = Table(
    "documents",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),  # canonical JSON
)
