"""Every foreign error becomes one of ours."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import exc

import store
from store import errors
from store.database import BY_SQLITE_CODE, as_store_error, translated
from store.errors import LogCorrupt, LogUnavailable, StoreError
from store.log import EventLog
from tests.store.samples import notes, path_of

# https://sqlite.org/rescode.html: 1 to 28 are primary result codes; 100 and 101 are no errors.
PRIMARY_CODES = range(1, 29)
OTHERWISE = (LogUnavailable, "the studio could not be used")
DRIVER_ERRORS = [
    error
    for error in vars(sqlite3).values()
    if isinstance(error, type) and issubclass(error, sqlite3.Error)
]
ALCHEMY_ERRORS = [
    error
    for error in vars(exc).values()
    if isinstance(error, type) and issubclass(error, exc.SQLAlchemyError)
]


@pytest.mark.parametrize("code", PRIMARY_CODES)
def test_codes_are_found_through_every_wrapping(code: int) -> None:
    for extended in (code, code | 3 << 8):
        bare = sqlite3.OperationalError("the database said")
        bare.sqlite_errorcode = extended
        for error in (bare, exc.OperationalError("SELECT", {}, bare)):
            ours = as_store_error(error)
            kind, meaning = BY_SQLITE_CODE.get(
                code, (LogUnavailable, "the studio could not be used")
            )
            assert type(ours) is kind
            assert str(ours) == f"{meaning} (the database said)"


@pytest.mark.parametrize("error", DRIVER_ERRORS, ids=lambda error: error.__name__)
def test_every_error_of_the_driver_is_translated(error: type[sqlite3.Error]) -> None:
    with pytest.raises(StoreError, match="said") as caught, translated():
        raise error("said")
    assert isinstance(caught.value.__cause__, error)


@pytest.mark.parametrize("error", ALCHEMY_ERRORS, ids=lambda error: error.__name__)
def test_every_error_of_sqlalchemy_is_translated(error: type[exc.SQLAlchemyError]) -> None:
    made = error.__new__(error)
    Exception.__init__(made, "said")
    if isinstance(made, exc.StatementError):
        made.orig, made.statement, made.detail = sqlite3.OperationalError("said"), None, []
    with pytest.raises(StoreError), translated():
        raise made


def test_our_own_errors_and_mistakes_pass_unchanged() -> None:
    for error in (LogCorrupt("x"), ValueError("x"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught, translated():
            raise error
        assert caught.value is error


def test_the_tree_at_the_top_names_every_error() -> None:
    assert errors.__doc__ is not None
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    for each in classes:
        assert issubclass(each, StoreError)
        assert each.__name__ in errors.__doc__
        assert each.__name__ in store.__all__


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    path.write_text("Once upon a time there was a song. " * 50)
    with pytest.raises(LogUnavailable, match="not a database"):
        EventLog.open(path)


@pytest.mark.parametrize("place", [".", "nowhere/studio.db"])
def test_a_folder_in_its_place_or_no_folder_around_it(tmp_path: Path, place: str) -> None:
    with pytest.raises(LogUnavailable, match="cannot be opened"):
        EventLog.open(tmp_path / place)


@pytest.mark.parametrize(
    "url", ["nosuch://x", "sqlite+nosuch:///x", "a b://", "postgresql+nosuch://"]
)
def test_a_url_that_means_nothing(url: str) -> None:
    with pytest.raises(LogUnavailable):
        EventLog.open(url)


def test_a_locked_database(studio: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.database.BUSY_TIMEOUT_S", 0)
    with (
        EventLog.open(path_of(studio)) as impatient,
        studio.database.write(),
        pytest.raises(LogUnavailable, match="locked"),
    ):
        impatient.append("a", notes(1), 0)


def test_a_memory_log_that_somebody_keeps_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.database.BUSY_TIMEOUT_S", 0)
    with EventLog.open(":memory:") as log, log.database.write(), pytest.raises(LogUnavailable):
        log.head()


def test_a_read_only_database(studio: EventLog) -> None:
    studio.append("a", notes(1), 0)
    with studio.database.read() as connection:  # the only one of the pool until now
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(LogUnavailable, match="read-only"):
        studio.append("a", notes(1), 1)
    assert studio.head().position == 1


def test_a_full_disk(studio: EventLog) -> None:
    studio.append("a", notes(1), 0)
    with studio.database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(LogUnavailable, match="disk is full"):
        studio.append("a", notes(2000), 1)
    assert studio.head().position == 1
    assert studio.verify() == []


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    with EventLog.open(path) as log:
        log.append("a", notes(500), 0)
    content = bytearray(path.read_bytes())
    content[4096 * 4 :] = b"\x5a" * (len(content) - 4096 * 4)
    path.write_bytes(content)
    with pytest.raises(LogCorrupt), EventLog.open(path) as log:
        list(log.read())


def test_a_missing_table(studio: EventLog) -> None:
    with closing(sqlite3.connect(path_of(studio))) as connection, connection:
        connection.execute("DROP TABLE events")
    with pytest.raises(LogCorrupt, match="tables"):
        studio.append("a", notes(1), 0)
