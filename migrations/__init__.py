"""Alembic migrations of the studio's database; `store.schema` runs them when a log is opened."""
