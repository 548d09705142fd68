"""Documents as a songwriter wrote them over a year, where this machine has them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.proposals import Reading, read
from tests.engine.proposals.documents import assert_one_line

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PROPOSALS, CATALOGUE = DATA / "proposals", DATA / "catalogue"

needs_proposals = pytest.mark.skipif(not PROPOSALS.is_dir(), reason=f"no documents in {PROPOSALS}")
needs_catalogue = pytest.mark.skipif(not CATALOGUE.is_dir(), reason=f"no documents in {CATALOGUE}")


@pytest.fixture(scope="module")
def readings() -> dict[Path, Reading]:
    return {path: read([path]) for path in sorted(PROPOSALS.glob("*.yml"))}


@needs_proposals
def test_every_proposal_is_taken_or_refused_in_one_line(readings: dict[Path, Reading]) -> None:
    for path, reading in readings.items():
        assert len(reading.proposals) + len(reading.refusals) == 1
        for refusal in reading.refusals:
            line = str(refusal)
            assert_one_line(line)
            assert line.startswith(f"{path.name}: {refusal.field}: {refusal.value} (")


@needs_proposals
def test_as_many_as_can_be_read_are_read(readings: dict[Path, Reading]) -> None:
    songs = [song for reading in readings.values() for song in reading.proposals]
    refusals = [refusal for reading in readings.values() for refusal in reading.refusals]

    assert (len(songs), len(refusals)) == (328, 32)
    assert Counter(refusal.field for refusal in refusals) == {"tempo": 29, "key": 3}
    assert Counter(refusal.value for refusal in refusals if refusal.field == "tempo") == {
        "1/64": 15,
        "18/21": 10,
        "null": 4,
    }
    assert sum(song.tempo_marking is not None for song in songs) == 18
    assert sum(song.title.startswith("Untitled (") for song in songs) == 17


@needs_proposals
def test_one_song_for_each_content_in_the_whole_folder(readings: dict[Path, Reading]) -> None:
    songs = [song for reading in readings.values() for song in reading.proposals]
    together = read([PROPOSALS])

    assert len(together.proposals) == len({song.content_sha256 for song in songs})
    assert len({song.song_id for song in together.proposals}) == len(together.proposals)
    assert len(together.refusals) == 32
    assert together.skipped == ()


@needs_catalogue
def test_finished_songs_can_be_read_as_proposals() -> None:
    reading = read([CATALOGUE])

    assert len(reading.proposals) == len(list(CATALOGUE.glob("*/*.yml")))
    assert reading.refusals == reading.skipped == ()
