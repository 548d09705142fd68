"""Damaged files of every kind that people bring: read, or refused in one line, nothing appended."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.arrangement.arranging import import_clips
from engine.errors import EngineError
from engine.gate.review_file import apply_review, review_text
from engine.models.promotion import add
from engine.proposals import read
from engine.proposals.lyrics import lyrics_of, notes_on, read_lyrics
from engine.proposals.songs import add_songs
from engine.state.studio import Studio
from fitness import fusion
from tests.damage import damaged
from tests.documents.test_lyrics import CHORDPRO, LRC, SRT
from tests.engine.lyrics.test_matching import SHEET
from tests.engine.proposals.documents import song as a_proposal
from tests.fitness import models
from tests.training.catalogue.songs import LYRICS, manifest
from training.catalogue.lyrics import read_lyrics as read_timed
from training.catalogue.manifests import read_manifest
from training.catalogue.timeline import timeline

# Damaged files of each example of Hypothesis: 20,000 of every kind in the deep profile.
A_FEW = 20

CLIPS = (
    "Position\tName\tTrack\tLength\n1 1 1 1\tverse\t1\t3 0 0 0\n4.1.1.1\tverse\t4\t3.0.0.0\n",
    "01:00:00:00.00\tverse\t1\t00:00:10:00.40\n01:00:10;00\tverse\t1\t01:00:20;02\n",
)
SHEETS = (SHEET, CHORDPRO, SRT, "Am  F\nOut on the water\n[Chorus]\n[C]la (x2)\n")


def one_line(error: Exception) -> None:
    text = str(error)
    assert text
    assert len(text.splitlines()) == 1, text


class Damage:
    """A studio and a file that is damaged again and again."""

    def __init__(self, folder: Path, studio: Studio) -> None:
        self.folder = folder
        self.studio = studio
        (self.song,) = studio.songs().values()

    def done(self, act: Callable[[], Any]) -> bool:
        """Whether something is done; else it is refused in one line, with nothing appended."""
        before = self.studio.log.head()
        try:
            act()
        except EngineError as error:
            one_line(error)
            assert self.studio.log.head() == before
            return False
        return True

    def sheet(self, path: Path) -> bool:
        """A sheet of lyrics."""

        def reading() -> None:
            sheet = read_lyrics(path)
            assert all(len(note.splitlines()) == 1 for note in notes_on(sheet))
            for label, _ in sheet.words:
                if label or not sheet.headers:
                    assert lyrics_of(sheet, label).lines

        return self.done(reading)

    def lrc(self, path: Path) -> bool:
        """Lyrics with times, of a song of a catalogue."""
        song = read_manifest(self.folder / "02_01.yml", "02_01.yml").value
        try:
            lyrics = read_timed(path)
        except ValueError as error:
            one_line(error)
            return False
        times = timeline(song, lyrics)
        assert all(line.begin_seconds >= 0 for line in times.lines)
        assert all(len(text.splitlines()) == 1 for text in (*lyrics.problems, *times.repairs))
        return True

    def proposal(self, path: Path) -> bool:
        """A song's proposal."""
        before = self.studio.log.head()
        reading = read([path])
        for refusal in reading.refusals:
            one_line(refusal)  # type: ignore[arg-type]
        assert reading.proposals or reading.refusals
        added = add_songs(self.studio, reading.proposals)
        appended = bool(added.added or added.revised)
        assert appended == (self.studio.log.head() != before)
        return bool(reading.proposals)

    def clips(self, path: Path) -> bool:
        """A DAW's list of clips."""
        return self.done(
            lambda: import_clips(self.studio, self.studio.song(self.song.song_id), path)
        )

    def review(self, path: Path) -> bool:
        """A review file."""
        return self.done(lambda: apply_review(self.studio, path))

    def model(self, path: Path) -> bool:
        """A model."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", fusion.AbsentConcept)
            is_added = self.done(lambda: add(self.studio, path))
        fusion._sessions.clear()
        return is_added


@pytest.fixture(scope="module")
def damage(tmp_path_factory, snapshots):
    """A studio with approved chords and pending ones."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "02_01.yml").write_text(yaml.safe_dump(manifest()), "utf-8")
    shutil.copytree(snapshots / "chords", folder / "studio")
    with Studio.open(folder / "studio") as studio:
        yield Damage(folder, studio)


@pytest.fixture(scope="module")
def whole(damage, tmp_path_factory):
    """Files that are whole, by kind."""
    made = models.write(tmp_path_factory.mktemp("model"), "legacy-7")
    return {
        "sheet": [text.encode() for text in SHEETS],
        "lrc": [LRC.encode(), LYRICS.encode()],
        "proposal": [yaml.safe_dump(a_proposal()).encode()],
        "clips": [text.encode() for text in CLIPS],
        "review": [review_text(damage.song).encode()],
        "model": [made.read_bytes()],
    }


NAMES = {
    "sheet": "words.txt",
    "lrc": "words.lrc",
    "proposal": "song.yml",
    "clips": "clips.txt",
    "review": "review.yml",
    "model": "model.onnx",
}


@pytest.mark.parametrize("kind", NAMES)
@given(start=st.integers(0, 2**40))
def test_a_damaged_file_is_read_or_refused_in_one_line(damage, whole, kind, start):
    path = damage.folder / NAMES[kind]
    for seed in range(start, start + A_FEW):
        data = whole[kind][seed % len(whole[kind])]
        path.write_bytes(damaged(data, seed))
        getattr(damage, kind)(path)


@pytest.mark.parametrize("kind", NAMES)
def test_whole_files_are_read(damage, whole, kind):
    """So that the damaged ones are refused for their damage."""
    path = damage.folder / NAMES[kind]
    for data in whole[kind]:
        path.write_bytes(data)
        assert getattr(damage, kind)(path)
