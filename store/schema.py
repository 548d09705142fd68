"""Makes the tables, or brings them up to date, when a log is opened.

Alembic is only imported when there is something to do: opening a studio stays quick.
"""

import re
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Inspector, Table, UniqueConstraint, inspect, text

from store.database import Database
from store.errors import LogUnavailable, StudioTooNew
from store.tables import metadata

SCHEMA_REVISION = "0001"  # the last of migrations/versions; numbers of four digits, rising

REVISION_TABLE = "alembic_version"

# Name of each trigger, and what it does: its statement, or on PostgreSQL, when it fires (as bits)
# and the body of its function. One that was disabled is none.
_TRIGGERS = {
    "sqlite": text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": text(
        "SELECT tgname, tgtype || ' ' || prosrc FROM pg_trigger JOIN pg_proc ON "
        "pg_proc.oid = tgfoid WHERE tgrelid = to_regclass('events') AND NOT tgisinternal "
        "AND tgenabled IN ('O', 'A')"
    ),
}
_TRIGGER_NAME = re.compile(r"CREATE TRIGGER (\w+)")
_BODY = re.compile(r"\$\$(.*)\$\$", re.DOTALL)
_BEFORE_UPDATE_DELETE_TRUNCATE = 2 + 16 + 8 + 32  # of a whole statement: TRIGGER_TYPE_… in C

_DROP_TRIGGER = {
    "sqlite": "DROP TRIGGER IF EXISTS {name}",
    "postgresql": "DROP FUNCTION IF EXISTS {name} CASCADE",  # which has the trigger's name
}


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
    if database.is_read_only:
        raise LogUnavailable("an older release made the studio: its folder must be writable once")
    with database.write() as connection:
        database.lock_schema(connection)
        database.require_unicode(connection)
        if _revision(connection) != SCHEMA_REVISION:
            _upgrade(connection)


def is_made(where: str | Path) -> bool:
    """Whether there is a log at a path or a database URL; none is made.

    Raises:
        StudioTooNew: a newer release made it.
        LogUnavailable: the database holds something else, or cannot be used.
    """
    database = Database.open(where)
    try:
        with database.read() as connection:
            return _revision(connection) is not None
    finally:
        database.close()


def schema_problems(database: Database) -> list[str]:
    """Return what of the tables, and of what keeps the events as they are, isn't as it was made.

    Raises:
        LogUnavailable: the database cannot be read.
        LogCorrupt: it is damaged.
    """
    with database.read() as connection:
        seen = inspect(connection)
        problems = [_table_problem(seen, table) for table in metadata.sorted_tables]
        found = _triggers(connection)
        problems += [
            f"the trigger {name} {'was changed' if name in found else 'is missing'}: "
            "the database would let events be changed"
            for name, wanted in _expected_triggers(connection).items()
            if name not in found or found[name].split() != wanted.split()
        ]
    return [each for each in problems if each]


def put_triggers_back(database: Database) -> None:
    """Make those triggers again that are missing or changed.

    Raises:
        LogUnavailable: the database cannot be written.
        LogCorrupt: it is damaged.
    """
    with database.write() as connection:
        found, dialect = _triggers(connection), connection.dialect.name
        wanted = _expected_triggers(connection)
        if all(found.get(name, "").split() == wanted[name].split() for name in wanted):
            return
        for name in wanted:
            connection.execute(text(_DROP_TRIGGER[dialect].format(name=name)))
        for statement in _first_revision().APPEND_ONLY[dialect]:
            connection.execute(text(statement))


def _table_problem(seen: Inspector, table: Table) -> str:
    if not seen.has_table(table.name):
        return f"the table {table.name} is missing"
    columns = [column["name"] for column in seen.get_columns(table.name)]
    if columns != list(table.columns.keys()):
        return f"the table {table.name} has other columns: {', '.join(columns)}"
    unique = {tuple(each["column_names"]) for each in seen.get_unique_constraints(table.name)}
    wanted = {
        tuple(each.columns.keys())
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    }
    return "" if wanted <= unique else f"the table {table.name} lost a unique constraint"


def _triggers(connection: Connection) -> dict[str, str]:
    """The triggers on the database's events by name, and what they do."""
    return dict(map(tuple, connection.execute(_TRIGGERS[connection.dialect.name])))


def _expected_triggers(connection: Connection) -> dict[str, str]:
    dialect = connection.dialect.name
    statements = _first_revision().APPEND_ONLY[dialect]
    if dialect == "sqlite":
        named = ((_TRIGGER_NAME.match(each), each) for each in statements)
        return {match[1]: statement for match, statement in named if match}
    (name,) = _TRIGGER_NAME.findall(" ".join(statements))
    (body,) = _BODY.findall(statements[0])
    return {name: f"{_BEFORE_UPDATE_DELETE_TRUNCATE} {body}"}


def trigger_functions(connection: Connection) -> list[str]:
    """Return the functions that the triggers of the events call; SQLite has none."""
    return list(_expected_triggers(connection)) if connection.dialect.name != "sqlite" else []


def _first_revision() -> ModuleType:
    path = _migrations_folder() / "versions" / "0001_event_log.py"
    spec = spec_from_file_location("migrations_0001", path)
    if spec is None or spec.loader is None:
        raise LogUnavailable("the migrations package is missing: install the engine again")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _revision(connection: Connection) -> str | None:
    """Return the revision of the tables; None for a database without any."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if REVISION_TABLE not in tables:
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
