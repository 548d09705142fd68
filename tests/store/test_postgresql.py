"""What only a database server can do to a log."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from store import log as store_log
from store.errors import CommitUnknown, LogCorrupt, LogUnavailable, StoreError
from store.log import EventLog
from store.postgresql import BY_SQLSTATE, masked, meaning_of
from store.projections import Projections
from store.schema import is_made, put_triggers_back, schema_problems
from store.schemas import replaced, replacement
from store.transfer import exported, imported
from tests.postgresql import GUARDED, PASSWORD, Server, database_name
from tests.store.samples import notes
from tests.store.views import LastNote, Tally


@pytest.fixture
def address(postgresql: Server) -> str:
    return postgresql.fresh()


@pytest.fixture
def log(address: str, tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(address, folder=tmp_path) as log:
        yield log


def refusal(address: str) -> LogUnavailable:
    with pytest.raises(LogUnavailable) as caught, EventLog.open(address) as log:
        log.append("s", notes(1), 0)
    assert caught.value.advice
    return caught.value


def test_why_it_cannot_be_opened_is_said_in_words(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    for address, words in {
        postgresql.address("nowhere"): "no such database",
        postgresql.address("postgres", "eve"): "doesn't let this user in",
        postgresql.address("postgres", GUARDED): "doesn't take the password",
        "postgresql://engine@127.0.0.1:1/postgres": "can't be reached",
        "postgresql://engine@/postgres?host=/nowhere": "can't be reached",
    }.items():
        with pytest.raises(LogUnavailable, match=words):
            EventLog.open(address)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    said = refusal(postgresql.address("postgres", GUARDED))
    assert "PGPASSWORD" in said.advice
    assert "wrong" not in str(said)


def test_the_password_comes_from_the_environment(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgresql.empty()
    postgresql.sql(f"ALTER DATABASE {database_name(address)} OWNER TO {GUARDED}")
    postgresql.sql(f"ALTER SCHEMA public OWNER TO {GUARDED}", database_name(address))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with EventLog.open(address.replace("engine@", f"{GUARDED}@")) as log:
        assert log.append("s", notes(1), 0)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana:sesame@host/songs",
        "postgresql+psycopg://ana:ses/ame@host:x/songs",
        "postgresql://ana@host/songs?password=sesame&sslmode=require",
        "postgresql://ana:sesame@host:port/songs",
    ],
)
def test_a_password_in_an_address_is_refused_and_never_shown(address: str) -> None:
    with pytest.raises(LogUnavailable) as caught:
        EventLog.open(address)
    assert "ame" not in f"{caught.value} {caught.value.advice}".replace("name", "")
    assert "sesame" not in masked(address)


def test_every_code_of_the_driver_has_a_meaning() -> None:
    found = (getattr(each, "sqlstate", None) for each in vars(psycopg.errors).values())
    errors = {code for code in found if isinstance(code, str)}
    for code in errors:
        error = psycopg.errors.lookup(code)("said")
        kind, what, _ = meaning_of(error) or (None, "", "")
        assert kind in {LogCorrupt, LogUnavailable}
        assert what
    assert {code for code in BY_SQLSTATE if len(code) == 5} <= errors


def test_one_who_waits_too_long_for_the_lock_is_told(log: EventLog, address: str) -> None:
    with EventLog.open(address) as other, other.database.write() as connection:
        connection.exec_driver_sql("SELECT * FROM log_head FOR UPDATE")
        with pytest.raises(LogUnavailable, match="another process keeps writing"):
            log.append("s", notes(1), 0, patience_s=0.01)
    assert log.append("s", notes(1), 0)


@pytest.mark.parametrize(
    ("code", "words"),
    {
        "53100": "the server's disk is full",
        "53200": "no resources left",
        "57014": "the server took too long",
        "40P01": "another command wrote at the same moment",
        "58030": "the server's disk failed",
        "XX001": "the database is damaged",
    }.items(),
)
def test_what_the_server_refuses_is_told_and_leaves_nothing(
    postgresql: Server, log: EventLog, address: str, code: str, words: str
) -> None:
    log.append("s", notes(1), 0)
    postgresql.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = 'said'; END $$; "
        "CREATE TRIGGER refuse BEFORE INSERT ON events EXECUTE FUNCTION refuse()",
        database_name(address),
    )
    with pytest.raises(StoreError, match=words) as caught:
        log.append("s", notes(1), 1)
    assert "said" in str(caught.value)
    assert log.head().position == 1
    postgresql.sql("DROP FUNCTION refuse CASCADE", database_name(address))
    assert log.append("s", notes(1), 1)


def test_nothing_waits_for_ever_and_what_is_committed_is_on_the_disk(log: EventLog) -> None:
    limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    with log.database.write() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in limits]
        assert found == ["30s", "5min", "2min"]
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    with log.database.write(0) as connection:  # at once, which isn't the same as never
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "1ms"
    with log.database.read() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == (
            "repeatable read"
        )
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"


def test_those_who_decide_on_one_stream_have_turns(log: EventLog, address: str) -> None:
    seen, comes = [], threading.Event()

    def second() -> None:
        with EventLog.open(address) as other, other.database.turn("b"), other.database.turn("a"):
            seen.append("second")

    with log.database.turn("a"):
        waiting = threading.Thread(target=second)
        waiting.start()
        comes.wait(0.2)
        log.append("a", notes(1), 0)
        seen.append("first")
    waiting.join()
    assert seen == ["first", "second"]


def test_a_turn_that_the_server_ended_is_over(postgresql: Server, log: EventLog) -> None:
    with log.database.turn("a"):
        postgresql.stop("immediate")
        postgresql.start()
        log.append("a", notes(1), 0)
    assert log.head().position == 1


def test_a_read_only_database_is_read(postgresql: Server, log: EventLog, address: str) -> None:
    written = log.append("s", notes(2), 0)
    name = database_name(address)
    postgresql.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with EventLog.open(address) as reader:
        assert list(reader.read()) == written
        with pytest.raises(LogUnavailable, match="read-only"):
            reader.append("s", notes(1), 2)


def test_a_database_of_something_else_is_left_alone(postgresql: Server) -> None:
    postgresql.sql("CREATE TABLE other ()", database_name(other := postgresql.empty()))
    with pytest.raises(LogUnavailable, match="holds other tables"):
        EventLog.open(other)


def test_a_server_that_started_again_is_met_at_the_first_try(
    postgresql: Server, log: EventLog
) -> None:
    log.append("s", notes(2), 0)
    postgresql.stop("immediate")
    with pytest.raises(LogUnavailable, match="can't be reached"):
        log.head()
    postgresql.start()
    assert log.append("s", notes(1), 2)[0].position == 3
    assert log.verify() == []


def cut_off(postgresql: Server, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """The connection of the next commit is lost before it is done, or after."""
    commit = psycopg.Connection.commit
    cuts = [when]

    def lost(connection: psycopg.Connection) -> None:
        is_first = bool(cuts)
        cuts.clear()
        if when == "after" or not is_first:
            commit(connection)
        if is_first:
            postgresql.sql(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)")
            connection.execute("SELECT 1")  # what a commit would meet
            raise AssertionError("the connection is still there")

    monkeypatch.setattr(psycopg.Connection, "commit", lost)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_in_a_commit_is_taken_up_again(
    postgresql: Server, log: EventLog, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    log.append("s", notes(2), 0)
    cut_off(postgresql, monkeypatch, when)
    assert [each.position for each in log.append("s", notes(2), 2)] == [3, 4]
    assert log.head().position == 4
    assert log.verify() == []


def test_whether_a_commit_was_done_is_unknown_while_the_server_is_away(
    postgresql: Server, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_log, "RECONNECTING_S", 0.1)
    commit, batch = psycopg.Connection.commit, notes(2)

    def lost(connection: psycopg.Connection) -> None:
        commit(connection)
        postgresql.stop("immediate")
        connection.execute("SELECT 1")

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "commit", lost)
        with pytest.raises(CommitUnknown, match="connection was lost while the log was written"):
            log.append("s", batch, 0)
    postgresql.start()
    known = log.with_ids([event.event_id for event in batch])
    assert log.append("s", batch, 0) == (known or list(log.read()))
    assert log.head().position == 2


def test_readers_beside_writers_see_one_moment(log: EventLog, address: str, tmp_path: Path) -> None:
    goes_on, found = [True], []

    def write() -> None:
        with EventLog.open(address, folder=tmp_path) as ours:
            version = 0
            while goes_on:
                version += len(ours.append("s", notes(2), version))

    writers = [threading.Thread(target=write)]
    writers[0].start()
    try:
        views = Projections(log, [Tally(), LastNote()])
        for _ in range(25):
            found += [*log.verify(), *views.differences(), log.head_problem()]
            views.catch_up()
    finally:
        goes_on.clear()
        writers[0].join()
    assert list(filter(None, found)) == []


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE events DISABLE TRIGGER events_refuse_change",
        "DROP TRIGGER events_refuse_change ON events",
        """\
CREATE OR REPLACE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RETURN NULL; END $$""",
        """\
DROP TRIGGER events_refuse_change ON events;
CREATE TRIGGER events_refuse_change BEFORE UPDATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()""",
    ],
    ids=["disabled", "gone", "empty", "less"],
)
def test_a_trigger_that_lets_events_be_changed_is_named_and_put_back(
    postgresql: Server, log: EventLog, address: str, damage: str
) -> None:
    log.append("s", notes(2), 0)
    assert schema_problems(log.database) == []
    postgresql.sql(damage, database_name(address))
    (problem,) = schema_problems(log.database)
    assert problem.startswith("the trigger events_refuse_change")
    put_triggers_back(log.database)
    assert schema_problems(log.database) == []
    for change in ("UPDATE events SET actor = 'eve'", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            postgresql.sql(change, database_name(address))


CHANGES = {
    "position": "7", "event_id": "'x'", "stream": "'x'", "stream_version": "9", "kind": "'x'",
    "kind_version": "9", "payload": "'{}'", "actor": "'eve'", "recorded_at": "'x'",
    "causation": "'x'", "prev_hash": "'x'", "hash": "'x'",
}  # fmt: skip


def test_any_changed_column_and_any_lost_event_is_named(
    postgresql: Server, log: EventLog, address: str
) -> None:
    log.append("s", notes(5), 0)
    name = database_name(address)
    postgresql.sql("ALTER TABLE events DISABLE TRIGGER ALL", name)
    postgresql.sql("CREATE TABLE kept AS SELECT * FROM events", name)
    for column, value in CHANGES.items():
        postgresql.sql(f"UPDATE events SET {column} = {value} WHERE position = 3", name)
        named = {problem.position for problem in log.verify()}
        assert named & {3, 4, 7}, column
        postgresql.sql("TRUNCATE events; INSERT INTO events SELECT * FROM kept", name)
    assert log.verify() == []
    postgresql.sql("DELETE FROM events WHERE position = 2", name)
    assert 3 in {problem.position for problem in log.verify()}
    postgresql.sql("DELETE FROM events WHERE position > 3", name)
    assert "HEAD" in " ".join(str(problem) for problem in log.verify())


def test_a_database_that_cannot_hold_every_text_is_refused(postgresql: Server) -> None:
    postgresql.sql("CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0 LOCALE 'C'")
    try:
        with pytest.raises(LogUnavailable, match="encoding LATIN1"):
            EventLog.open(postgresql.address("latin"))
    finally:
        postgresql.sql("DROP DATABASE latin WITH (FORCE)")


def test_a_log_takes_the_place_of_another_which_is_kept(
    log: EventLog, address: str, tmp_path: Path
) -> None:
    log.append("s", notes(3), 0)
    before = list(log.read())
    (tmp_path / "other").mkdir()
    with EventLog.open(tmp_path / "other" / "studio.db") as other:
        other.append("t", notes(2), 0)
        after, lines = list(other.read()), list(exported(other))
    with pytest.raises(LogCorrupt), replacement(address, "a1") as (made, _):
        imported(made, lines[:-1])
    assert list(log.read()) == before
    for number in (1, 2):
        assert replaced(address, f"a{number}") is None
        with replacement(address, f"a{number}") as (made, kept):
            imported(made, lines)
        assert replaced(address, f"a{number}") == kept
        with EventLog.open(address) as now, EventLog.open(kept[0]) as old:
            assert list(now.read()) == after
            assert list(old.read()) == (before if number == 1 else after)
            assert [*schema_problems(now.database), *schema_problems(old.database)] == []
    assert is_made(address)
