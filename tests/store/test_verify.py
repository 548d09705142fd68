"""Every change of what was written shows, and the bad event is named."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from store.errors import HeadMismatch, LogCorrupt
from store.events import LogAccepted
from store.log import EventLog
from store.records import HASHED_COLUMNS, Head, NewEvent, event_hash, frame
from store.tables import EVENT_COLUMNS
from store.verify import Problem
from tests.store.samples import SAMPLES, notes, path_of
from tests.store.strategies import patient

EVENTS = 6

NUMBER_COLUMNS = ("position", "stream_version", "kind_version")
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=9)


@contextmanager
def tampering(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that may do what the log never would."""
    with closing(sqlite3.connect(path)) as connection, connection:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in connection.execute(triggers).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection


@pytest.fixture
def filled(studio: EventLog) -> EventLog:
    studio.append("a", notes(3), 0)
    studio.append("b", notes(EVENTS - 3), 0)
    return studio


def problems_after(log: EventLog, *statements: str) -> list[Problem]:
    with tampering(path_of(log)) as connection:
        for statement in statements:
            connection.execute(statement)
    return log.verify()


def whats(problems: list[Problem]) -> list[tuple[int | None, str]]:
    return [(problem.position, problem.what) for problem in problems]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a closed log."""
    folder = tmp_path_factory.mktemp("pristine")
    with EventLog.open(folder / "studio.db") as log:
        log.append("a", [NewEvent(sample, actor="ana") for sample in SAMPLES[:4]], 0)
        log.append("b", notes(EVENTS - 4), 0)
        assert log.verify() == []
    return folder


def test_the_hash_covers_every_column_but_itself() -> None:
    assert (*HASHED_COLUMNS, "hash") == EVENT_COLUMNS


@settings(patient, max_examples=50)
@given(position=st.integers(1, EVENTS), column=st.sampled_from(EVENT_COLUMNS), data=st.data())
def test_any_change_of_any_column_of_any_event_shows(
    pristine: Path, position: int, column: str, data: st.DataObject
) -> None:
    number = column in NUMBER_COLUMNS
    value = data.draw(st.integers(-5, 99) if number else ANY_TEXT | st.binary(max_size=9))
    slot = "?" if number else data.draw(st.sampled_from(["?", "CAST(? AS TEXT)"]))
    look = f"SELECT typeof({column}), CAST({column} AS BLOB) FROM events ORDER BY rowid"
    with TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(pristine, folder, dirs_exist_ok=True)) / "studio.db"
        with tampering(copy) as connection:
            before = connection.execute(look).fetchall()
            change = f"UPDATE OR IGNORE events SET {column} = {slot} WHERE position = ?"
            connection.execute(change, (value, position))
            assume(connection.execute(look).fetchall() != before)
        with EventLog.open(copy) as log:
            named = {problem.position for problem in log.verify()}
    assert (value if column == "position" else position) in named


def test_bytes_that_are_not_text_are_named_and_the_rest_is_still_examined(filled: EventLog) -> None:
    problems = problems_after(
        filled,
        "UPDATE events SET payload = CAST(x'ff00' AS TEXT) WHERE position = 2",
        "UPDATE events SET actor = 'eve' WHERE position = 5",
    )
    assert {problem.position for problem in problems} == {2, 5}
    with pytest.raises(LogCorrupt, match="not UTF-8"):
        list(filled.read())


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (
            "UPDATE events SET actor = 'eve' WHERE position = 2",
            [(2, "hash does not match the stored columns")],
        ),
        (
            "DELETE FROM events WHERE position = 2",
            [
                (3, "expected position 2: events before it are missing"),
                (3, "prev_hash is not the hash of the event before"),
                (3, "stream_version is 3, expected 2"),
            ],
        ),
        ("DELETE FROM log_head", [(None, "the head row is missing")]),
        (
            "UPDATE events SET kind = 'Sung' WHERE position = 1",
            [
                (1, "hash does not match the stored columns"),
                (1, "unknown kind of event: 'Sung'; a newer release may know it"),
            ],
        ),
    ],
)
def test_each_kind_of_damage_is_named(
    filled: EventLog, damage: str, named: list[tuple[int | None, str]]
) -> None:
    assert whats(problems_after(filled, damage)) == named


def test_a_problem_as_text_names_the_event(filled: EventLog) -> None:
    problems = problems_after(filled, "UPDATE events SET actor = 'eve' WHERE position = 2")
    event_id = next(iter(filled.read(after=1, limit=1))).event_id
    assert str(problems[0]) == f"event 2 ({event_id}): hash does not match the stored columns"


def test_a_rehashed_event_breaks_the_chain_behind_it(filled: EventLog) -> None:
    with tampering(path_of(filled)) as connection:
        row = connection.execute("SELECT * FROM events WHERE position = 2").fetchone()
        forged = tuple(
            "eve" if name == "actor" else v
            for name, v in zip(HASHED_COLUMNS, row[:-1], strict=True)
        )
        change = "UPDATE events SET actor = 'eve', hash = ? WHERE position = 2"
        connection.execute(change, (event_hash(forged),))
    assert whats(filled.verify()) == [(3, "prev_hash is not the hash of the event before")]


def test_a_dropped_tail_shows_in_the_head_row(filled: EventLog) -> None:
    (head_row, head_file) = problems_after(filled, "DELETE FROM events WHERE position > 4")
    assert head_row.what.startswith("the head row says position 6")
    assert "tail was dropped" in head_file.what


def test_a_tail_dropped_with_the_head_row_shows_in_the_head_file(filled: EventLog) -> None:
    problems = problems_after(filled, *DROP_TAIL)
    assert [p.position for p in problems] == [None]
    assert problems[0].what.startswith("the HEAD file says position 6")
    assert "the log ends at position 4" in problems[0].what
    assert "its tail was dropped" in problems[0].what


DROP_TAIL = (
    "DELETE FROM events WHERE position > 4",
    "UPDATE log_head SET position = 4, hash = (SELECT hash FROM events WHERE position = 4)",
)


def test_nothing_is_appended_to_a_log_whose_tail_was_dropped(filled: EventLog) -> None:
    problems_after(filled, *DROP_TAIL)
    with pytest.raises(HeadMismatch, match="says position 6, the log ends at position 4"):
        filled.append("b", notes(1, "other"), filled.version("b"))
    assert filled.head().position == 4


def test_a_person_accepts_the_log_as_it_is_and_that_is_an_event(filled: EventLog) -> None:
    head = filled.head()
    problems_after(filled, *DROP_TAIL)
    accepted = filled.accept("ana")
    assert accepted is not None
    assert (accepted.position, accepted.actor, accepted.stream) == (5, "ana", "studio")
    assert accepted.payload == LogAccepted(
        position=4, hash=accepted.prev_hash, head_position=6, head_hash=head.hash
    )
    assert filled.verify() == []
    assert filled.accept("ana") is None
    filled.append("b", notes(1), 1)
    assert filled.verify() == []


def test_a_kill_between_accepting_and_writing_head_is_made_up_for(filled: EventLog) -> None:
    head = filled.head()
    problems_after(filled, *DROP_TAIL)
    filled.accept("ana")
    head_file(filled).write_text(f"{head.position} {head.hash}")
    assert filled.head_problem() == ""
    assert head_in_file(filled) == filled.head()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM log_head",
        "INSERT INTO log_head SELECT * FROM log_head",
        "UPDATE log_head SET position = 2",
        "DELETE FROM events WHERE position > 4",
    ],
)
def test_a_head_row_is_accepted_too(filled: EventLog, damage: str) -> None:
    assert problems_after(filled, damage)
    assert filled.accept("ana") is not None
    assert filled.verify() == []


def head_file(log: EventLog) -> Path:
    return path_of(log).with_name("HEAD")


def head_in_file(log: EventLog) -> Head:
    position, digest = head_file(log).read_text().split()
    return Head(int(position), digest)


def test_the_head_file_follows_every_append(studio: EventLog) -> None:
    assert head_in_file(studio) == studio.head() == Head(0, "0" * 64)
    for turn in range(12):
        studio.append("a", notes(1), turn)
        assert head_in_file(studio) == studio.head()
    assert [path.name for path in head_file(studio).parent.glob("HEAD*")] == ["HEAD"]


def test_a_head_file_that_is_behind_is_harmless_and_catches_up(filled: EventLog) -> None:
    second = next(iter(filled.read(after=1, limit=1)))
    head_file(filled).write_text(f"2 {second.hash}\n")
    assert filled.verify() == []
    filled.append("b", notes(1), 3)
    assert head_in_file(filled) == filled.head()


def test_a_lost_head_file_is_reported_and_not_made_up_for(filled: EventLog) -> None:
    head_file(filled).unlink()
    with pytest.raises(HeadMismatch, match="missing"):
        filled.append("b", notes(1), 3)
    with EventLog.open(path_of(filled)) as again:
        assert whats(again.verify()) == [(None, "the HEAD file is missing")]
        assert again.accept("ana") is not None
        assert again.verify() == []


def record(head: Head) -> bytes:
    return f"{head.position} {head.hash}".ljust(85).encode() + b"\n"


def test_a_torn_head_file_heals_where_the_log_proves_it(studio: EventLog) -> None:
    studio.append("a", notes(12), 0)
    ends = [Head(each.position, each.hash) for each in studio.read()]
    new = record(ends[-1])
    for old in (Head(0, "0" * 64), ends[0], ends[-2]):
        for cut in (0, 1, 2, 3, 40, 86):
            head_file(studio).write_bytes(new[:cut] + record(old)[cut:])
            assert studio.head_problem() == ""
            assert head_in_file(studio) == ends[-1]
    for cut in (0, 1, 5, 9, 10, 60):
        for rest in (b"", b"\0" * (86 - cut)):
            head_file(studio).write_bytes(new[:cut] + rest)
            assert (studio.head_problem() == "") == (cut >= 10)
            head_file(studio).write_bytes(new)


def test_a_head_file_of_another_log_does_not_heal(filled: EventLog) -> None:
    other = record(Head(EVENTS, "ab" * 32))
    for stored in (other, other[:40], record(filled.head())[:40] + other[40:]):
        head_file(filled).write_bytes(stored)
        assert filled.head_problem()
        assert head_file(filled).read_bytes() == stored


def test_a_head_file_of_an_empty_log_is_made_on_opening(studio: EventLog) -> None:
    head_file(studio).unlink()
    assert studio.verify() == []
    with EventLog.open(path_of(studio)):
        assert head_in_file(studio).position == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"12", b"x y", b"1 2 3"])
def test_a_head_file_that_is_none_is_reported(filled: EventLog, content: bytes) -> None:
    head_file(filled).write_bytes(content)
    (problem,) = filled.verify()
    assert "does not hold a position and a hash" in problem.what


def test_a_head_that_cannot_be_written_does_not_fail_the_append(
    filled: EventLog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("no")

    monkeypatch.setattr("store.head_file.HeadFile._overwrite", refuse)
    assert filled.append("b", notes(1), 3)[0].position == EVENTS + 1
    assert "HEAD could not be written" in caplog.text
    assert filled.verify() == []


@pytest.mark.parametrize(
    ("value", "framed"),
    [("ab", b"T2:ab"), ("♭", b"T3:\xe2\x99\xad"), (-12, b"I3:-12"), (None, b"N0:")],
)
def test_frames_are_fixed_for_good(value: str | int | None, framed: bytes) -> None:
    assert frame(value) == framed


ASCII = st.text(st.characters(codec="ascii"))
STORED = st.none() | st.integers() | st.booleans() | st.floats() | st.text() | st.binary()


@patient
@given(st.lists(st.none() | st.integers() | ASCII) | st.lists(STORED))
def test_an_event_is_hashed_frame_by_frame(values: list[object]) -> None:
    assert event_hash(values) == sha256(b"".join(map(frame, values))).hexdigest()


@patient
@given(st.lists(st.none() | st.integers() | st.text(st.characters(codec="utf-8"))))
def test_frames_can_be_taken_apart(values: list[object]) -> None:
    rest = b"".join(map(frame, values))
    taken: list[object] = []
    while rest:
        letter, (size, _, tail) = rest[:1], rest[1:].partition(b":")
        data, rest = tail[: int(size)], tail[int(size) :]
        taken.append({b"T": data.decode, b"I": lambda d=data: int(d), b"N": lambda: None}[letter]())
    assert taken == values
