"""Makes the tables, or brings them up to date, when a log is opened.

Alembic is only imported when there is something to do: opening a studio stays quick.
"""

from importlib.machinery import PathFinder
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from store.database import Database
from store.errors import LogUnavailable, StudioTooNew

SCHEMA_REVISION = "0001"  # the last of migrations/versions; numbers of four digits, rising

_REVISION_TABLE = "alembic_version"


def ensure_schema(database: Database) -> None:
    """Make the tables if the database is new, migrate them if it is old.

    Any number of processes may do this at once: one works, the others wait and find it done.

    Raises:
        StudioTooNew: a newer release made the database.
        LogUnavailable: the database holds something else, or cannot be used.
    """
    with database.read() as connection:
        found = _revision(connection)
    database.use_write_ahead_log()
    if found == SCHEMA_REVISION:
        return
    with database.write() as connection:
        database.lock_schema(connection)
        if _revision(connection) != SCHEMA_REVISION:
            _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """Return the revision of the tables; None for a database without any."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if _REVISION_TABLE not in tables:
        raise LogUnavailable("the database is not a studio: it holds other tables")
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None or not found.isdecimal():
        raise LogUnavailable(f"the database is not a studio: its revision is {found!r}")
    if found > SCHEMA_REVISION:
        raise StudioTooNew(
            f"the studio has revision {found}, this release knows {SCHEMA_REVISION}: "
            "update the engine"
        )
    return str(found)


def _upgrade(connection: Connection) -> None:
    # Costs more than all the rest of opening a studio, which nearly always needs none of it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    # Config reads "%" as the start of a placeholder.
    config.set_main_option("script_location", str(_migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _migrations_folder() -> Path:
    """Return the `migrations` package installed beside this one, whatever else has that name."""
    spec = PathFinder.find_spec("migrations", [str(Path(__file__).parents[1])])
    if spec is None or spec.origin is None:
        raise LogUnavailable("the migrations package is missing: install the engine again")
    return Path(spec.origin).parent
