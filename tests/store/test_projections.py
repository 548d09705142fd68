"""Documents are what a replay makes of the log, however they came about."""

import dataclasses
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import documents, projections
from store.errors import InvalidDocument, LogCorrupt, UnknownProjection
from store.log import EventLog
from store.projections import BATCH_EVENTS, Projections, Rebuilt
from store.records import NewEvent, Recorded
from tests.store.samples import SAMPLES, notes
from tests.store.strategies import patient, payloads
from tests.store.views import PLACES, LastNote, Note, Place, Tallied, Tally

OpenLog = Callable[..., EventLog]


def rows(log: EventLog) -> list[tuple[object, ...]]:
    """Everything the projections stored, byte for byte."""
    with log.database.read() as connection:
        every: list[tuple[object, ...]] = []
        for table in ("projections", "documents"):
            statement = f"SELECT * FROM {table} ORDER BY 1, 2"
            every += map(tuple, connection.exec_driver_sql(statement))
    return every


def both(log: EventLog) -> Projections:
    return Projections(log, [Tally(), LastNote()])


def test_what_is_read_is_up_to_date(log: EventLog) -> None:
    views = both(log)
    log.append("b", notes(2), 0)
    assert views.get(Tally(), "b") == Tallied({"CandidateNoted": 2}, [1, 2])
    log.append("a", notes(1), 0)
    assert list(views.all(Tally())) == views.keys(Tally()) == ["a", "b"]
    assert views.get(LastNote(), "a") == Note("a note 0", 2)
    assert views.get(LastNote(), "b") is None


def test_what_is_appended_is_in_the_documents_at_once(log: EventLog) -> None:
    views = Projections(log, [Tally(), LastNote()], [PLACES])
    log.append("a", notes(2), 0, also=views.keep_up)  # they were never made: left to a reading
    assert rows(log) == []
    views.catch_up()
    log.append("a", notes(1), 2, also=views.keep_up)
    log.append("b", notes(3), 0, also=views.keep_up)
    kept = rows(log)
    views.rebuild()
    assert kept == rows(log)
    assert list(views.entries(PLACES)) == ["at 3", "at 6"]


def test_damaged_documents_keep_nothing_from_being_appended(log: EventLog) -> None:
    views = both(log)
    log.append("a", notes(1), 0)
    log.append("b", notes(1), 0)
    views.catch_up()
    with log.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM documents WHERE projection = 'tally' AND key = 'b'")
    log.append("a", notes(1), 1, also=views.keep_up)
    with pytest.warns(Rebuilt, match="1 documents in the place of 2"):
        assert list(views.all(Tally())) == ["a", "b"]
    assert views.get(LastNote(), "a") == Note("a note 0", 2)


def test_some_documents(log: EventLog) -> None:
    views = both(log)
    for stream in ("a", "b", "c"):
        log.append(stream, notes(1), 0)
    assert list(views.some(Tally(), {"c", "a", "nothing"})) == ["a", "c"]
    assert views.some(Tally(), []) == {}


def test_entries_follow_their_documents(log: EventLog) -> None:
    views = Projections(log, [Tally()], [PLACES])
    log.append("a", notes(2), 0)
    log.append("B", notes(1), 0)
    assert views.entries(PLACES) == {"at 2": Place(2), "at 3": Place(3)}
    log.append("a", notes(8), 2)
    assert list(views.entries(PLACES)) == ["at 11", "at 3"]  # each document's last; others are gone
    assert list(views.entries(PLACES, "at 1")) == ["at 11"]
    assert list(views.entries(PLACES, after="at 11")) == ["at 3"]
    assert list(views.entries(PLACES, limit=1)) == ["at 11"]
    stored = rows(log)
    views.rebuild(Tally())
    assert rows(log) == stored
    assert views.differences() == []


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM documents WHERE projection = 'places'",
        "UPDATE documents SET body = '{}' WHERE projection = 'places'",
        "DELETE FROM projections WHERE name = 'places'",
    ],
)
def test_damaged_entries_are_made_again(
    log: EventLog, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "COUNTED_FOR_S", -1.0)
    views = Projections(log, [Tally()], [PLACES])
    log.append("a", notes(2), 0)
    given = views.entries(PLACES)
    with log.database.write() as connection:
        connection.exec_driver_sql(damage)
    assert views.differences() != []
    with pytest.warns(Rebuilt):
        assert views.entries(PLACES) == given
    assert views.differences() == []


def test_an_index_that_is_new_or_changed_is_made_with_its_documents(log: EventLog) -> None:
    log.append("a", notes(2), 0)
    assert Projections(log, [Tally()]).keys(Tally()) == ["a"]
    assert list(Projections(log, [Tally()], [PLACES]).entries(PLACES)) == ["at 2"]
    changed = dataclasses.replace(PLACES, version=2, entries=lambda *_: {})
    assert Projections(log, [Tally()], [changed]).entries(changed) == {}


def test_an_empty_log_has_no_documents(log: EventLog) -> None:
    views = both(log)
    assert views.all(Tally()) == {}
    made, *kept = rows(log)[:2], *rows(log)[2:]
    assert made == [("last-note", 2, 0), ("tally", 2, 0)]
    stored = [(name, key, body.split("\n")[0]) for name, key, body in kept]  # type: ignore[attr-defined]
    assert stored == [("projections", "last-note", "0 2 0"), ("projections", "tally", "0 2 0")]


def test_keys_are_sorted_by_code_point(log: EventLog) -> None:
    names = ["b", "B", "é", "a/2", "a/10", "𝄞", "ﬀ"]
    for name in names:
        log.append(name, notes(1), 0)
    assert list(both(log).all(Tally())) == sorted(names)


def test_catching_up_goes_in_batches(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 2 * BATCH_EVENTS + 3
    log.append("a", notes(count), 0)
    sizes: list[int] = []
    keep = Projections._apply_batch

    def counting(self: Projections) -> None:
        keep(self)
        sizes.append(next(row[2] for row in rows(log) if row[0] == "tally"))

    monkeypatch.setattr(Projections, "_apply_batch", counting)
    both(log).catch_up()
    assert sizes == [BATCH_EVENTS, 2 * BATCH_EVENTS, count]


def test_nothing_new_takes_no_write_lock(studio: EventLog) -> None:
    views = both(studio)
    studio.append("a", notes(1), 0)
    views.catch_up()
    with studio.database.write():
        views.catch_up()  # would wait for itself


@settings(patient, max_examples=25)
@given(
    batches=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.lists(payloads(), min_size=1, max_size=3)),
        max_size=6,
    ),
    pauses=st.integers(0, 63),
)
def test_a_replay_makes_the_same_bytes_as_living_through_it(
    batches: list[tuple[str, list[Any]]], pauses: int
) -> None:
    with EventLog.open(":memory:") as log:
        views = both(log)
        for turn, (stream, batch) in enumerate(batches):
            log.append(stream, [NewEvent(each, actor="ana") for each in batch], log.version(stream))
            if pauses >> turn & 1:
                views.catch_up()
        views.catch_up()
        lived = rows(log)
        views.rebuild()
        assert rows(log) == lived


def test_one_projection_can_be_rebuilt_alone(log: EventLog) -> None:
    log.append("a", [NewEvent(each, actor="ana") for each in SAMPLES], 0)
    views = both(log)
    views.catch_up()
    before = rows(log)
    with log.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE documents SET body = replace(replace(body, 'text', 'x'), 'positions', 'p') "
            "WHERE projection <> 'projections'"
        )
    views.rebuild(Tally())
    assert [row for row in rows(log) if row[0] == "tally"] == [
        row for row in before if row[0] == "tally"
    ]
    assert rows(log) != before
    views.rebuild()
    assert rows(log) == before


def test_a_new_version_of_a_projection_makes_its_documents_anew(log: EventLog) -> None:
    log.append("a", notes(3), 0)
    both(log).catch_up()
    views = Projections(log, [Tally(), LastNote(version=3)])
    assert views.get(LastNote(), "a") == Note("a note 2", 3)
    assert views.get(Tally(), "a") == Tallied({"CandidateNoted": 3}, [1, 2, 3])


def test_a_projection_that_comes_later_sees_the_whole_log(log: EventLog) -> None:
    log.append("a", notes(BATCH_EVENTS + 10), 0)
    Projections(log, [Tally()]).catch_up()
    log.append("a", notes(5, "late"), BATCH_EVENTS + 10)
    views = both(log)
    views.catch_up()
    lived = rows(log)
    assert views.all(Tally())["a"].positions == list(range(1, BATCH_EVENTS + 16))
    views.rebuild()
    assert rows(log) == lived


@dataclass(frozen=True)
class Odd(Tally):
    """Returns what it is told to."""

    result: Any = None
    document: Any = dict

    def apply(self, _document: Any, _recorded: Recorded) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize(
    "result",
    [{"x": float("nan")}, {"x": (1,)}, {1: 2}, {"x": {3}}, {"x": SAMPLES[0]}, {"x": "\ud800"}, []],
)
def test_documents_come_back_from_json_as_they_are(log: EventLog, result: Any) -> None:
    log.append("a", notes(1), 0)
    with pytest.raises(InvalidDocument, match="'tally', document 'a'"):
        Projections(log, [Odd(result=result)]).catch_up()
    assert rows(log) == []


def test_a_failing_projection_leaves_rows_and_position_as_they_were(log: EventLog) -> None:
    both(log).catch_up()
    log.append("a", notes(1), 0)
    before = rows(log)
    with pytest.raises(ZeroDivisionError):
        Projections(log, [LastNote(), Odd(result=ZeroDivisionError())]).catch_up()
    assert rows(log) == before


def test_unknown_names_are_named_errors(log: EventLog) -> None:
    views, other = both(log), Tally(name="tables")
    for ask in (views.all, views.keys, views.rebuild, lambda each: views.get(each, "a")):
        with pytest.raises(UnknownProjection, match="'tables'; there are: last-note, tally"):
            ask(other)


def test_two_projections_need_two_names(log: EventLog) -> None:
    with pytest.raises(ValueError, match="same name"):
        Projections(log, [Tally(), LastNote(name="tally")])


def test_documents_do_not_depend_on_when_the_process_caught_up(open_log: OpenLog) -> None:
    log = open_log()
    views, rng = both(log), random.Random(5)
    for size in [rng.randint(1, 40) for _ in range(20)]:
        log.append("a", notes(size), log.version("a"))
        views.catch_up()
    assert views.all(Tally())["a"].positions == list(range(1, log.head().position + 1))


DAMAGE = {
    "not JSON": "UPDATE documents SET body = 'nonsense' WHERE key = 'a'",
    "empty": "UPDATE documents SET body = '' WHERE key = 'a'",
    "another type": "UPDATE documents SET body = '[1]' WHERE key = 'a'",
    "a number": "UPDATE documents SET body = 3 WHERE key = 'a'",
    "another number in it": "UPDATE documents SET body = replace(body, '3', '2')",
    "the document of another key": (
        "UPDATE documents SET body = (SELECT max(body) FROM documents WHERE projection = 'tally') "
        "WHERE projection = 'tally'"
    ),
    "text that is not UTF-8": (
        "UPDATE documents SET body = CAST(x'ff00' AS TEXT) WHERE projection = 'tally'"
    ),
    "at an earlier event": "UPDATE projections SET position = 1 WHERE name = 'tally'",
    "at an event that never was": "UPDATE projections SET position = 99 WHERE name = 'tally'",
    "of another version": "UPDATE projections SET version = 1 WHERE name = 'tally'",
    "no position": "DELETE FROM projections WHERE name = 'tally'",
    "no table": "DROP TABLE documents",
    "no columns": "ALTER TABLE projections RENAME COLUMN position TO place",
    "bytes": "UPDATE documents SET body = x'ff00' WHERE key = 'a'",
    "a field missing": "UPDATE documents SET body = replace(body, 'positions', 'other')",
    "a field of the wrong type": "UPDATE documents SET body = replace(body, '[', '[\"\",')",
    "a row gone": "DELETE FROM documents WHERE key = 'b' AND projection = 'tally'",
    "all rows gone": "DELETE FROM documents",
    "a row too many": "INSERT INTO documents VALUES ('tally', 'z', '{}')",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_documents_are_made_again_from_the_log(log: EventLog, damage: str) -> None:
    for stream in ("a", "b"):
        log.append(stream, notes(3), 0)
    views = both(log)
    views.catch_up()
    for events in (3, 4):  # with documents that are up to date, then with some that are behind
        with log.database.write() as connection:
            connection.exec_driver_sql(damage)
        if events > 3:
            for stream in ("a", "b"):
                log.append(stream, notes(1, "later"), 3)
        with pytest.warns(Rebuilt, match=r"damaged \(.* made again from the log") as said:
            found = views.all(Tally())
        assert len(said) == 1
        counts = {key: len(each.positions) for key, each in found.items()}
        assert counts == dict.fromkeys("ab", events)
        healed = rows(log)
        views.rebuild()
        assert rows(log) == healed


def test_a_document_that_is_not_asked_for_is_not_decoded(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stream in "abc":
        log.append(stream, notes(3), 0)
    views, decoded = both(log), []  # type: ignore[var-annotated]
    views.catch_up()
    decode = documents._decode
    monkeypatch.setattr(
        documents,
        "_decode",
        lambda view, key, body: decoded.append(key) or decode(view, key, body),
    )
    assert views.keys(Tally()) == ["a", "b", "c"]
    assert decoded == []
    views.get(Tally(), "b")
    assert decoded == ["b"]


class Wanting(Tally):
    """Asks for what isn't there."""

    def apply(self, _document: Any, _recorded: Recorded) -> Any:
        return {}["a"]


def test_an_event_that_names_what_is_not_there_is_named(log: EventLog) -> None:
    log.append("a", [NewEvent(notes(1)[0].payload, actor="ana", event_id="event-1")], 0)
    with pytest.raises(LogCorrupt, match=r"event 1 \(event-1\): CandidateNoted in stream 'a'"):
        Projections(log, [Wanting()]).catch_up()


def test_documents_are_compared_with_the_log_at_one_moment(log: EventLog) -> None:
    views = both(log)
    log.append("a", notes(2), 0)
    views.catch_up()
    log.append("a", notes(1, "later"), 2)  # which they have yet to take in
    assert views.differences() == []
    views.catch_up()
    with log.database.write() as connection:  # a document as it was before the last event
        documents.save(connection, Tally(), {"a": Tallied({"CandidateNoted": 2}, [1, 2])})
    assert views.differences() == ["tally 'a' differs from the log"]
    with log.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM documents WHERE key = 'a'")
    assert views.differences() == ["tally: 0 documents in the place of 1"]
    with pytest.warns(Rebuilt):
        views.all(Tally())
    assert views.differences() == []
