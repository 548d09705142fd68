"""What a finished run leaves to hear and to see, and what its commands print."""

from __future__ import annotations

import mido
import pytest
import symusic

from engine.arrangement.instruments import usual_programs
from engine.evolution.settings import Settings
from engine.reports.summary import summarise
from engine.runs.checksums import CHECKSUMS
from engine.runs.files import write_files
from genomes import Part
from genomes.midi import read_midi
from tests.engine.runs.short_runs import begin, ending, evolved
from tests.engine.runs.test_pictures import picture_size

pytestmark = pytest.mark.usefixtures("real_files")


@pytest.fixture
def run(studio):
    return evolved(studio, settings=Settings(12, 5))


@pytest.fixture
def folder(studio, run):
    return write_files(studio, summarise(studio, run))


def rows(part):
    return sorted(list(row[:4]) for row in part.notes.tolist())


def test_every_survivor_can_be_heard_and_seen(studio, run, folder):
    names = [f"{rank}_{one.id[:8]}" for rank, one in enumerate(ending(studio, run).survivors, 1)]
    assert names
    expected = {
        "curve.png",
        CHECKSUMS,
        *(f"{name}.{kind}" for name in names for kind in ("mid", "png", "flac")),
    }
    assert {path.name for path in folder.iterdir()} == expected
    assert folder == studio.exports / begin(studio).started.song_id / "chords/runs" / run
    for path in folder.glob("*.png"):
        width, height = picture_size(path)
        assert 600 <= width <= 2000
        assert 300 <= height <= 800
        assert path.stat().st_size < 400_000


def test_files_hold_the_notes_that_were_logged(studio, run, folder):
    found = summarise(studio, run)
    for rank, survivor in enumerate(ending(studio, run).survivors, start=1):
        (path,) = folder.glob(f"{rank}_*.mid")
        logged = Part.from_payload(survivor.part)

        read = symusic.Score(path)
        assert read.ticks_per_quarter == 480
        (track,) = read.tracks
        notes = [[n.time, n.duration, n.pitch, n.velocity] for n in track.notes]
        assert sorted(notes) == rows(logged)
        assert track.program == usual_programs(found.song.genres, "")["chords"]

        file = mido.MidiFile(path, charset="utf-8")
        assert file.type == 1
        assert len(file.tracks) == 2
        for part in file.tracks:
            assert sum(message.time for message in part) == logged.length_ticks
        texts = [message.text for message in file.tracks[0] if message.type == "text"]
        assert texts[0] == f"composition-engine candidate={survivor.id} run={run}"
        assert texts[1:] == [span.name for span in logged.harmony]
        (signature,) = [m for m in file.tracks[0] if m.type == "time_signature"]
        assert (signature.numerator, signature.denominator) == (7, 8)
        assert rows(read_midi(path.read_bytes()).to_part(begin(studio).context.meter)) == rows(
            logged
        )


def test_what_is_scored_is_what_is_written(studio, run, folder):
    asked = begin(studio)
    for rank, survivor in enumerate(ending(studio, run).survivors, start=1):
        (path,) = folder.glob(f"{rank}_*.mid")
        written = read_midi(path.read_bytes()).to_part(asked.context.meter)
        harmony = Part.from_payload(survivor.part).harmony
        heard = Part.of(written.notes, asked.context.length_ticks, harmony)
        (score,) = asked.fitness.score([heard], asked.context)
        assert dict(score.terms) == survivor.terms
        assert score.total == survivor.total


def test_only_what_is_missing_is_written_again(studio, run, folder):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    files = sorted(before)
    edited, lost = (next(f for f in files if f.suffix == kind) for kind in (".mid", ".png"))
    edited.write_bytes(b"mine now")
    lost.unlink()
    write_files(studio, summarise(studio, run))
    after = {path: path.read_bytes() for path in folder.iterdir()}
    assert after == before | {edited: b"mine now"}
