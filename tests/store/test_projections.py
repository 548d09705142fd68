"""Documents are what a replay makes of the log, however they came about."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import InvalidDocument, UnknownProjection
from store.log import EventLog
from store.projections import BATCH_EVENTS, Projections
from store.records import NewEvent, Recorded
from tests.store.samples import SAMPLES, notes
from tests.store.strategies import patient, payloads
from tests.store.views import LastNote, Tally

OpenLog = Callable[..., EventLog]


def rows(log: EventLog) -> list[tuple[object, ...]]:
    """Everything the projections stored, byte for byte."""
    with log.database.read() as connection:
        every: list[tuple[object, ...]] = []
        for table in ("projections", "documents"):
            statement = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608 - ours
            every += map(tuple, connection.exec_driver_sql(statement))
    return every


def both(log: EventLog) -> Projections:
    return Projections(log, [Tally(), LastNote()])


def test_documents_appear_when_asked_to_catch_up(log: EventLog) -> None:
    views = both(log)
    log.append("b", notes(2), 0)
    assert views.get("tally", "b") is None
    views.catch_up()
    log.append("a", notes(1), 0)
    views.catch_up()
    assert views.get("tally", "b") == {"kinds": {"CandidateNoted": 2}, "positions": [1, 2]}
    assert list(views.all("tally")) == ["a", "b"]
    assert views.get("last-note", "a") == {"text": "a note 0", "version": 1}


def test_an_empty_log_has_no_documents(log: EventLog) -> None:
    views = both(log)
    views.catch_up()
    assert views.all("tally") == {}
    assert rows(log) == [("last-note", 1, 0), ("tally", 1, 0)]


def test_keys_are_sorted_by_code_point(log: EventLog) -> None:
    names = ["b", "B", "é", "a/2", "a/10", "𝄞", "ﬀ"]
    for name in names:
        log.append(name, notes(1), 0)
    views = both(log)
    views.catch_up()
    assert list(views.all("tally")) == sorted(names)


def test_catching_up_goes_in_batches(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 2 * BATCH_EVENTS + 3
    log.append("a", notes(count), 0)
    sizes: list[int] = []
    keep = Projections._apply_batch

    def counting(self: Projections) -> None:
        keep(self)
        sizes.append(len(self.get("tally", "a")["positions"]))  # type: ignore[index]

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
        connection.exec_driver_sql("UPDATE documents SET body = '{}'")
    views.rebuild("tally")
    assert views.get("last-note", "a") == {}
    assert views.get("tally", "a") != {}
    views.rebuild()
    assert rows(log) == before


def test_a_new_version_of_a_projection_makes_its_documents_anew(log: EventLog) -> None:
    log.append("a", notes(3), 0)
    both(log).catch_up()
    views = Projections(log, [Tally(), LastNote(version=2)])
    views.catch_up()
    assert views.get("last-note", "a") == {"text": "a note 2", "version": 2}
    assert views.get("tally", "a")["positions"] == [1, 2, 3]  # type: ignore[index]


def test_a_projection_that_comes_later_sees_the_whole_log(log: EventLog) -> None:
    log.append("a", notes(BATCH_EVENTS + 10), 0)
    Projections(log, [Tally()]).catch_up()
    log.append("a", notes(5, "late"), BATCH_EVENTS + 10)
    views = both(log)
    views.catch_up()
    lived = rows(log)
    assert len(views.get("tally", "a")["positions"]) == BATCH_EVENTS + 15  # type: ignore[index]
    views.rebuild()
    assert rows(log) == lived


@dataclass(frozen=True)
class Odd(Tally):
    """Returns what it is told to."""

    result: Any = None

    def apply(self, _document: Any, _recorded: Recorded) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize(
    "result",
    [{"x": float("nan")}, {"x": (1,)}, {1: 2}, {"x": {3}}, {"x": SAMPLES[0]}, {"x": "\ud800"}],
)
def test_documents_are_plain_json(log: EventLog, result: Any) -> None:
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
    views = both(log)
    for ask in (views.all, views.rebuild, lambda name: views.get(name, "a")):
        with pytest.raises(UnknownProjection, match="'tables'; there are: last-note, tally"):
            ask("tables")


def test_two_projections_need_two_names(log: EventLog) -> None:
    with pytest.raises(ValueError, match="same name"):
        Projections(log, [Tally(), LastNote(name="tally")])


def test_documents_do_not_depend_on_when_the_process_caught_up(open_log: OpenLog) -> None:
    log = open_log()
    views, rng = both(log), random.Random(5)
    for size in [rng.randint(1, 40) for _ in range(20)]:
        log.append("a", notes(size), log.version("a"))
        views.catch_up()
    document = views.get("tally", "a")
    assert document is not None
    assert all(later == earlier + 1 for earlier, later in pairwise(document["positions"]))
    assert len(document["positions"]) == log.head().position
