"""Logs of released versions open for ever: committed files, made by `old_logs/make.py`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from store.events import (
    ArrangementAssembled,
    CandidateBrought,
    CandidatePlayed,
    CandidatesPresented,
    CandidateUsed,
    CompositionFinished,
    CompositionStarted,
    DecisionRedone,
    GenerationScored,
    HeadPromoted,
    HeadRefused,
    HeadTrained,
    LogAccepted,
    LogSigned,
    ModelPromoted,
    ModelTrained,
    PartCopied,
    PartImported,
    PartTransposed,
    Payload,
    PreferenceStated,
    RetrainingPlanned,
    RunFinished,
    RunStarted,
    SongArchived,
    SongForked,
    SongRestored,
    WordsGiven,
    WordsTakenBack,
)
from store.log import EventLog
from store.projections import Projections
from store.records import NewEvent
from tests.store.old_logs.make import FOLDER, make
from tests.store.samples import SAMPLES, notes
from tests.store.test_projections import rows
from tests.store.views import LastNote, Tally

OLD_LOGS = sorted(path.stem for path in FOLDER.glob("*.db"))
V0001_HEAD = "14 498f3ae9ad50396e48e6d9de5fa3e870b102ce55e4bf4fc4ffdf0f512d7269df"


@pytest.fixture(params=OLD_LOGS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    """A copy of an old log: opening migrates."""
    shutil.copy(FOLDER / f"{request.param}.db", tmp_path / "studio.db")
    shutil.copy(FOLDER / f"{request.param}.HEAD", tmp_path / "HEAD")
    with EventLog.open(tmp_path / "studio.db") as log:
        yield log


def test_there_are_old_logs() -> None:
    assert {"v0001", "v0002", "v0003"} <= set(OLD_LOGS)


def test_it_verifies(old: EventLog) -> None:
    assert old.verify() == []


def test_it_is_projected(old: EventLog) -> None:
    views = Projections(old, [Tally(), LastNote()])
    views.catch_up()
    stored = rows(old)
    views.rebuild()
    assert rows(old) == stored
    counted = sum(sum(each.kinds.values()) for each in views.all(Tally()).values())
    assert counted == old.head().position


def test_it_is_appended_to(old: EventLog) -> None:
    before = list(old.read())
    old.append("run/run-2", notes(3), 0)
    assert list(old.read(limit=len(before))) == before
    assert old.verify() == []


def test_its_events_are_recognised(old: EventLog) -> None:
    first = next(iter(old.read()))
    again = NewEvent(first.payload, actor=first.actor, event_id=first.event_id)
    assert old.append(first.stream, [again], 0) == [first]


# Kinds that the first release didn't know.
LATER = (
    ArrangementAssembled,
    CandidateBrought,
    CandidatePlayed,
    CandidateUsed,
    CompositionFinished,
    CompositionStarted,
    DecisionRedone,
    ModelPromoted,
    ModelTrained,
    PartCopied,
    PartImported,
    PartTransposed,
    PreferenceStated,
    SongArchived,
    SongForked,
    SongRestored,
    WordsGiven,
    WordsTakenBack,
    HeadTrained,
    RetrainingPlanned,
    HeadPromoted,
    HeadRefused,
    LogAccepted,
    LogSigned,
)


def in_the_first_release() -> list[Payload]:
    """The samples as the first release knew them."""
    return [as_first_known(sample) for sample in SAMPLES if not isinstance(sample, LATER)]


def as_first_known(sample: Payload) -> Payload:
    """Without what later versions of its kind added."""
    if isinstance(sample, RunFinished):
        survivors = [msgspec.structs.replace(each, heard=None) for each in sample.survivors]
        return msgspec.structs.replace(sample, survivors=survivors, stopped_for=None)
    if isinstance(sample, RunStarted):
        later = ("source", "locks", "likeness", "under", "head_sha256")
        return msgspec.structs.replace(sample, **dict.fromkeys(later))
    if isinstance(sample, GenerationScored):
        return msgspec.structs.replace(sample, judged=None)
    if isinstance(sample, CandidatesPresented):
        return CandidatesPresented(candidates=sample.candidates, where="terminal")
    return sample


def test_the_first_release_wrote_these_bytes(tmp_path: Path) -> None:
    # The hash covers everything stored, so that this one line stands for all of it.
    assert (FOLDER / "v0001.HEAD").read_text().strip() == V0001_HEAD
    shutil.copy(FOLDER / "v0001.db", tmp_path / "studio.db")
    with EventLog.open(tmp_path / "studio.db") as log:
        assert [event.payload for event in log.read()] == in_the_first_release()
        assert log.head().hash == V0001_HEAD.split()[1]


def test_the_script_makes_the_same_log_each_time(tmp_path: Path) -> None:
    heads = set()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        make(tmp_path / name)
        heads.add((tmp_path / name / "HEAD").read_text())
    assert len(heads) == 1
