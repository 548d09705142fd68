"""What the log promises, on every backend."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import EventConflict, InvalidEvent, LogCorrupt, StaleStream
from store.events import CandidateLabelled, CandidateNoted, RunResumed
from store.log import PAGE_EVENTS, EventLog
from store.records import GENESIS_HASH, Head, NewEvent
from tests.store.samples import SAMPLES, noted, notes
from tests.store.strategies import patient

OpenLog = Callable[..., EventLog]


def test_a_new_log_is_empty_and_sound(log: EventLog) -> None:
    assert log.head() == Head(0, GENESIS_HASH)
    assert list(log.read()) == []
    assert log.version("studio") == 0
    assert log.verify() == []


def test_every_kind_comes_back_as_it_was(log: EventLog) -> None:
    events = [NewEvent(sample, actor="ana") for sample in SAMPLES]
    recorded = log.append("studio", events, 0)
    assert [each.payload for each in recorded] == list(SAMPLES)
    assert list(log.read()) == recorded
    assert log.verify() == []


def test_an_event_carries_all_its_columns(open_log: OpenLog) -> None:
    log = open_log(clock=lambda: datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC))
    cause = log.append("song/1", [noted(event_id="first")], 0)[0]
    event = NewEvent(
        RunResumed(after_generation=2), actor="ana", causation="first", event_id="second"
    )
    effect = log.append("run/1", [event], 0)[0]
    assert (cause.position, cause.stream_version, cause.prev_hash) == (1, 1, GENESIS_HASH)
    assert (effect.position, effect.stream, effect.stream_version) == (2, "run/1", 1)
    assert (effect.event_id, effect.causation, effect.actor) == ("second", "first", "ana")
    assert (effect.kind, effect.kind_version) == ("RunResumed", 1)
    assert effect.recorded_at == "2026-05-04T03:02:01.000000+00:00"
    assert effect.prev_hash == cause.hash
    assert log.head() == Head(2, effect.hash)


def test_times_are_recorded_in_utc(open_log: OpenLog) -> None:
    east = timezone(timedelta(hours=2))
    log = open_log(clock=lambda: datetime(2026, 5, 4, 1, tzinfo=east))
    assert log.append("s", [noted()], 0)[0].recorded_at == "2026-05-03T23:00:00.000000+00:00"


def test_streams_count_for_themselves_and_positions_for_all(log: EventLog) -> None:
    log.append("a", notes(2), 0)
    log.append("b", notes(3), 0)
    log.append("a", notes(1), 2)
    assert [(e.position, e.stream, e.stream_version) for e in log.read()] == [
        (1, "a", 1), (2, "a", 2), (3, "b", 1), (4, "b", 2), (5, "b", 3), (6, "a", 3),
    ]  # fmt: skip
    assert (log.version("a"), log.version("b")) == (3, 3)


@pytest.mark.parametrize("expected", [0, 1, 3, -1])
def test_a_stale_append_is_refused_and_says_why(log: EventLog, expected: int) -> None:
    log.append("run/1", notes(2), 0)
    with pytest.raises(
        StaleStream, match=rf"'run/1': expected version {expected}, it is at 2"
    ) as e:
        log.append("run/1", notes(1), expected)
    assert (e.value.stream, e.value.expected, e.value.actual) == ("run/1", expected, 2)
    assert log.head().position == 2
    log.append("run/1", notes(1), 2)  # a refused append leaves the log usable
    assert log.verify() == []


def test_one_bad_event_keeps_the_whole_batch_out(log: EventLog) -> None:
    bad = NewEvent(RunResumed(after_generation=-1), actor="ana")
    with pytest.raises(InvalidEvent, match=r"RunResumed.*after_generation"):
        log.append("s", [noted(), bad], 0)
    assert log.head().position == 0


def test_an_empty_batch_does_nothing(log: EventLog) -> None:
    assert log.append("s", [], 0) == []
    assert log.head().position == 0


def test_appending_again_returns_what_is_recorded(log: EventLog) -> None:
    batch = notes(3)
    first = log.append("s", batch, 0)
    log.append("s", notes(1), 3)
    assert log.append("s", batch, 0) == first  # the version is long past: it does not matter
    assert log.append("s", batch[::-1], 99) == first[::-1]
    assert log.head().position == 4


@pytest.mark.parametrize(
    ("stream", "event"),
    [
        ("s", noted("another text", event_id="same")),
        ("t", noted("a note", event_id="same")),
        ("s", NewEvent(RunResumed(after_generation=1), actor="ana", event_id="same")),
    ],
    ids=["payload", "stream", "kind"],
)
def test_an_id_with_other_content_is_a_conflict(
    log: EventLog, stream: str, event: NewEvent
) -> None:
    log.append("s", [noted("a note", event_id="same")], 0)
    with pytest.raises(EventConflict, match=r"same.*position 1"):
        log.append(stream, [event], log.version(stream))
    assert log.head().position == 1


def test_a_batch_recorded_in_part_is_a_conflict(log: EventLog) -> None:
    batch = notes(3)
    log.append("s", batch[:2], 0)
    with pytest.raises(EventConflict, match="2 of 3"):
        log.append("s", batch, 2)
    assert log.head().position == 2


def test_an_id_twice_in_a_batch_is_refused(log: EventLog) -> None:
    with pytest.raises(InvalidEvent, match="twice"):
        log.append("s", [noted(event_id="x"), noted(event_id="x")], 0)


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "a\x00", "x" * 201, "\ud800", 7, None])
def test_names_are_printable_text(log: EventLog, bad: str) -> None:
    payload = CandidateNoted(candidate="a", text="t")
    with pytest.raises(InvalidEvent, match="stream"):
        log.append(bad, [noted()], 0)
    with pytest.raises(InvalidEvent, match="actor"):
        log.append("s", [NewEvent(payload, actor=bad)], 0)
    if bad is not None:
        with pytest.raises(InvalidEvent, match="event_id"):
            log.append("s", [NewEvent(payload, actor="ana", event_id=bad)], 0)
        with pytest.raises(InvalidEvent, match="causation"):
            log.append("s", [NewEvent(payload, actor="ana", causation=bad)], 0)
    assert log.head().position == 0


def test_reading_from_a_position_of_a_stream_up_to_a_limit(log: EventLog) -> None:
    for turn in range(4):
        log.append("a", notes(2), 2 * turn)
        log.append("b", notes(1), turn)
    every = list(log.read())
    for after in range(14):
        assert list(log.read(after=after)) == every[after:]
        for limit in (0, 1, 5, 100):
            assert list(log.read(after=after, limit=limit)) == every[after : after + limit]
            of_a = [event for event in every[after:] if event.stream == "a"]
            assert list(log.read(after=after, stream="a", limit=limit)) == of_a[:limit]
    assert list(log.read(stream="nobody's")) == []


def test_reading_goes_over_pages(log: EventLog) -> None:
    count = 2 * PAGE_EVENTS
    log.append("a", notes(count), 0)
    assert [e.position for e in log.read()] == list(range(1, count + 1))
    assert sum(1 for _ in log.read(limit=PAGE_EVENTS + 1)) == PAGE_EVENTS + 1
    assert sum(1 for _ in log.read(stream="a", after=1)) == count - 1


def test_a_reader_may_append_while_it_reads(log: EventLog) -> None:
    log.append("a", notes(PAGE_EVENTS + 5), 0)
    seen = 0
    for event in log.read(limit=PAGE_EVENTS + 5):
        if event.position % 100 == 1:
            log.append("b", notes(1), log.version("b"))
        seen += 1
    assert seen == PAGE_EVENTS + 5
    assert log.version("b") == 3


def test_reading_a_page_at_a_time_keeps_memory_bounded(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.log.PAGE_EVENTS", 4)
    log.append("a", notes(20), 0)
    decoded: list[int] = []
    keep = log.recorded
    monkeypatch.setattr(log, "recorded", lambda row: decoded.append(row[0]) or keep(row))
    reader = log.read()
    next(reader)
    assert len(decoded) <= 4


def in_threads(work: Callable[[str], None], streams: list[str]) -> None:
    threads = [threading.Thread(target=work, args=(stream,)) for stream in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_share_a_log(log: EventLog) -> None:
    def work(stream: str) -> None:
        for turn in range(10):
            log.append(stream, notes(3), 3 * turn)

    in_threads(work, [f"s/{n}" for n in range(4)])
    events = list(log.read())
    assert [event.position for event in events] == list(range(1, 121))
    for start in range(0, 120, 3):
        assert len({event.stream for event in events[start : start + 3]}) == 1
    assert log.verify() == []


def test_two_threads_with_the_same_expectation_do_not_both_succeed(log: EventLog) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def work(stream: str) -> None:
        barrier.wait()
        try:
            log.append(stream, notes(1), 0)
            outcomes.append("recorded")
        except StaleStream:
            outcomes.append("stale")

    in_threads(work, ["contested"] * 4)
    assert sorted(outcomes) == ["recorded", "stale", "stale", "stale"]


def test_some_kinds_are_read_in_their_order(log: EventLog) -> None:
    log.append("s", notes(2), 0)
    labels = [NewEvent(CandidateLabelled(candidate="a", label=f"{n}"), actor="ana") for n in "abc"]
    log.append("s", labels, 2)
    log.append("t", [*notes(1), NewEvent(labels[0].payload, actor="ana")], 0)
    labelled = [event.position for event in log.read(kinds=["CandidateLabelled"])]
    assert labelled == [3, 4, 5, 7]
    of_stream = log.read(stream="s", after=3, kinds={"CandidateLabelled", "Unheard"}, limit=1)
    assert [event.position for event in of_stream] == [4]
    assert list(log.read(kinds=[])) == []


def test_a_lost_head_row_is_named(log: EventLog) -> None:
    with log.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM log_head")
    with pytest.raises(LogCorrupt, match="head row"):
        log.append("s", notes(1), 0)
    with pytest.raises(LogCorrupt, match="head row"):
        log.head()


def test_a_head_row_that_is_behind_keeps_new_events_out(log: EventLog) -> None:
    log.append("s", notes(3), 0)
    with log.database.write() as connection:
        connection.exec_driver_sql("UPDATE log_head SET position = 1")
    with pytest.raises(LogCorrupt):
        log.append("s", notes(1), 3)
    assert len(list(log.read())) == 3


def test_new_events_are_values() -> None:
    event = noted(event_id="x")
    assert event == noted(event_id="x")
    assert noted().event_id != noted().event_id
    with pytest.raises(AttributeError):
        event.actor = "someone else"  # type: ignore[misc]


@settings(patient, max_examples=10)
@given(
    minutes=st.lists(st.integers(0, 9), max_size=30),
    asked=st.lists(st.integers(-1, 10), max_size=6),
)
def test_a_time_is_found_however_the_clock_went(minutes: list[int], asked: list[int]) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    times = [begun + timedelta(minutes=each) for each in minutes]
    setbacks = [at for at, (a, b) in enumerate(pairwise(minutes), start=2) if b < a]
    ticking = iter(times)
    with EventLog.open(":memory:", clock=lambda: next(ticking)) as log:
        for version in range(len(times)):
            log.append("a", notes(1), version)
        for minute in asked:
            when = begun + timedelta(minutes=minute)
            found = max((at for at, time in enumerate(times, start=1) if time <= when), default=0)
            assert log.position_at(when) == log.position_at(when, setbacks) == found


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("after", [0, 2, 9])
def test_the_latest_are_the_last_that_are_read(log: EventLog, limit: int, after: int) -> None:
    for stream in ("a", "b"):
        log.append(stream, [*notes(2), NewEvent(SAMPLES[0], actor="somebody")], 0)
    for stream in (None, "b"):
        for kinds in (None, {"CandidateNoted"}):
            read = list(log.read(after=after, stream=stream, kinds=kinds))
            assert log.latest(limit, after, stream, kinds) == read[-limit:]
