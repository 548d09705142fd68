"""The tables: who makes them, what they look like, what they refuse."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import store.schema
from store.errors import LogUnavailable, StudioTooNew
from store.log import EventLog
from store.schema import SCHEMA_REVISION
from store.tables import metadata
from tests.store.samples import notes, path_of

ROOT = Path(store.schema.__file__).parents[1]

EVENTS_SQL = """\
CREATE TABLE events (
    position INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    stream_version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    kind_version INTEGER NOT NULL,
    payload TEXT NOT NULL,
    actor TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    causation TEXT,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (position),
    UNIQUE (stream, stream_version),
    UNIQUE (event_id)
)"""

TRIGGERS_SQL = {
    "events_refuse_update": """\
CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only: UPDATE refused');
END""",
    "events_refuse_delete": """\
CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only: DELETE refused');
END""",
    "events_refuse_replace": """\
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
}


def run_python(code: str, *arguments: str | Path, cwd: Path = ROOT) -> str:
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_code_knows_the_last_revision() -> None:
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert script.get_heads() == [SCHEMA_REVISION]
    assert all(r.revision.isdecimal() and len(r.revision) == 4 for r in script.walk_revisions())


def test_metadata_and_migrations_agree(log: EventLog) -> None:
    with log.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_metadata_and_migrations_make_the_same_text(studio: EventLog) -> None:
    with EventLog.open(":memory:") as other:
        with other.database.write() as connection:
            for table in ("documents", "projections", "log_head", "events"):
                connection.exec_driver_sql(f"DROP TABLE {table}")
            metadata.create_all(connection)
        ours, theirs = tables_sql(studio), tables_sql(other)
    assert ours == theirs
    assert ours["events"].split() == EVENTS_SQL.split()


def tables_sql(log: EventLog) -> dict[str, str]:
    return master(log, "table")


def master(log: EventLog, kind: str) -> dict[str, str]:
    statement = "SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL"
    with log.database.read() as connection:
        return {row.name: row.sql for row in connection.exec_driver_sql(statement, (kind,))}


def test_the_triggers_are_as_written(studio: EventLog) -> None:
    assert master(studio, "trigger") == TRIGGERS_SQL


REPLACE = "INSERT OR REPLACE INTO events SELECT {} FROM events LIMIT 1"
REST = "kind, kind_version, payload, actor, recorded_at, causation, prev_hash, hash"


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE events SET actor = 'eve'", "UPDATE"),
        ("UPDATE events SET position = 9 WHERE position = 1", "UPDATE"),
        ("DELETE FROM events", "DELETE"),
        ("DELETE FROM events WHERE position = 2", "DELETE"),
        (REPLACE.format("*"), "REPLACE"),
        (REPLACE.format(f"99, event_id, 'other', 99, {REST}"), "REPLACE"),
        (REPLACE.format(f"99, 'other', stream, stream_version, {REST}"), "REPLACE"),
    ],
)
def test_the_database_itself_refuses_to_change_events(
    studio: EventLog, statement: str, word: str
) -> None:
    studio.append("a", notes(2), 0)
    with (
        closing(sqlite3.connect(path_of(studio))) as connection,
        pytest.raises(sqlite3.IntegrityError, match=f"append-only: {word} refused"),
        connection,
    ):
        connection.execute(statement)
    assert studio.verify() == []
    assert studio.head().position == 2


def test_a_file_is_in_wal_mode_and_fully_synchronised(studio: EventLog) -> None:
    with studio.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


def test_opening_again_finds_everything(tmp_path: Path) -> None:
    for turn in range(3):
        with EventLog.open(str(tmp_path / "studio.db")) as log:
            log.append("a", notes(1), turn)
    with EventLog.open(f"sqlite:///{tmp_path / 'studio.db'}") as log:
        assert log.head().position == 3
        assert log.verify() == []


def test_a_relative_path_is_meant_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with EventLog.open("studio.db") as log:
        monkeypatch.chdir(tmp_path / "elsewhere")
        log.append("a", notes(1), 0)
        assert log.verify() == []
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["100 % real", "a?b#c", "ünï ♭", "x=1;y"])
def test_folders_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with EventLog.open(folder / "studio.db") as log:
        log.append("a", notes(1), 0)
    assert {"studio.db", "HEAD"} <= {path.name for path in folder.iterdir()}


def test_memory_logs_are_separate() -> None:
    with EventLog.open(":memory:") as one, EventLog.open("sqlite://") as other:
        one.append("a", notes(1), 0)
        assert other.head().position == 0


def test_an_up_to_date_log_opens_without_alembic(studio: EventLog) -> None:
    code = (
        "import sys; from store.log import EventLog; EventLog.open(sys.argv[1]).close(); "
        "print('alembic' in sys.modules)"
    )
    assert run_python(code, path_of(studio)) == "False\n"


def test_it_works_where_it_is_installed(tmp_path: Path) -> None:
    # As a wheel lies: the packages beside each other, and a stranger's `migrations` in reach.
    site, elsewhere = tmp_path / "100% site-packages", tmp_path / "elsewhere"
    for package in ("store", "migrations"):
        shutil.copytree(
            ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (elsewhere / "migrations").mkdir(parents=True)
    (elsewhere / "migrations" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    code = (
        "import sys; sys.path.insert(1, sys.argv[1]); from store.log import EventLog; "
        "import store; print(store.__file__); EventLog.open('studio.db').close()"
    )
    assert run_python(code, site, cwd=elsewhere).startswith(str(site))
    assert (elsewhere / "studio.db").exists()


@pytest.mark.parametrize("revision", ["0002", "9999"])
def test_a_newer_studio_is_left_alone(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "studio.db"
    EventLog.open(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    with pytest.raises(StudioTooNew, match=f"revision {revision}.*knows {SCHEMA_REVISION}"):
        EventLog.open(path)


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE cookies (x)"],
        ["CREATE TABLE alembic_version (version_num)"],
        [
            "CREATE TABLE alembic_version (version_num)",
            "INSERT INTO alembic_version VALUES ('ae1027a6acf')",
        ],
    ],
    ids=["no revision", "empty revision", "another's revision"],
)
def test_somebody_elses_database_is_left_alone(tmp_path: Path, statements: list[str]) -> None:
    path = tmp_path / "cookies.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    before = path.read_bytes()
    with pytest.raises(LogUnavailable, match="not a studio"):
        EventLog.open(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["cookies.db"]


def test_the_first_migration_cannot_be_undone(studio: EventLog) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    studio.append("a", notes(1), 0)
    with (
        pytest.raises(RuntimeError, match="cannot be undone"),
        studio.database.write() as config.attributes["connection"],
    ):
        command.downgrade(config, "base")
    assert studio.verify() == []
