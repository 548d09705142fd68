"""Several real processes on one studio."""

from itertools import groupby
from pathlib import Path

from store.log import EventLog
from store.projections import Projections
from tests.store.conftest import on_both
from tests.store.processes import go, head_position, workers
from tests.store.samples import notes
from tests.store.test_projections import rows
from tests.store.views import LastNote, Tally
from tests.store.worker import BATCH, opened

WRITERS = 4
OTHERS = 3
BATCHES = 15


@on_both
def test_writers_leave_no_gap_and_no_batch_torn_apart(place: str, tmp_path: Path) -> None:
    opened(place).close()
    with workers(("race", place, str(n), str(BATCHES)) for n in range(WRITERS)) as started:
        go(started)
        said = [worker.rest() for worker in started]
    assert all(line.startswith("stale ") for (line,) in said)
    with opened(place) as log:
        events = list(log.read())
        assert log.verify() == []
        assert log.head().position == len(events) == 2 * WRITERS * BATCHES * BATCH
        assert head_position(tmp_path / "studio.db") == len(events)
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    for start in range(0, len(events), BATCH):
        batch = events[start : start + BATCH]
        assert len({event.stream for event in batch}) == 1
        texts = [event.payload.text for event in batch]  # type: ignore[attr-defined]
        writer = texts[0].split()[0]
        assert texts == [f"{writer} {number}" for number in range(BATCH)]
    for stream, of_stream in groupby(
        sorted(events, key=lambda e: (e.stream, e.position)), stream_of
    ):
        versions = [event.stream_version for event in of_stream]
        assert versions == list(range(1, len(versions) + 1)), stream


def stream_of(event: object) -> str:
    return event.stream  # type: ignore[attr-defined, no-any-return]


def test_every_prize_has_exactly_one_winner(tmp_path: Path) -> None:
    path, prizes = tmp_path / "studio.db", 30
    EventLog.open(path).close()
    with workers(("claim", path, str(prizes)) for _ in range(OTHERS)) as started:
        go(started)
        said = [worker.rest()[0].split()[1:] for worker in started]
    assert sorted(int(turn) for won in said for turn in won) == list(range(prizes))
    with EventLog.open(path) as log:
        assert log.verify() == []
        assert log.head().position == prizes


def test_a_studio_may_be_made_by_several_at_once(tmp_path: Path) -> None:
    with workers([("create",)] * OTHERS) as started:
        go(started)
        for turn in range(5):
            folder = tmp_path / str(turn)
            folder.mkdir()
            for worker in started:
                worker.say(str(folder / "studio.db"))
            positions = sorted(worker.hear() for worker in started)
            assert positions == [str(n) for n in range(1, OTHERS + 1)]
            with EventLog.open(folder / "studio.db") as log:
                assert log.verify() == []
                assert head_position(folder / "studio.db") == OTHERS


def test_several_may_catch_up_at_once(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    with EventLog.open(path) as log, workers([("project", path)] * OTHERS) as started:
        go(started)
        for turn in range(5):
            log.append("a", notes(140), 140 * turn)
            go(started)
            assert [worker.hear() for worker in started] == ["done"] * OTHERS
        lived = rows(log)
        views = Projections(log, [Tally(), LastNote()])
        assert views.all(Tally())["a"].positions == list(range(1, 701))
        views.rebuild()
        assert rows(log) == lived
