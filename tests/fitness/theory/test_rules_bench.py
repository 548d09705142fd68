"""The benchmark reads review files and counts pairs; here, on a folder of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.rules_bench import agreement, of_each, read_songs, report
from fitness.theory import RULES

REVIEW = """
key: A minor
bpm: 90
candidates:
- status: approved
  scores: {composite: 0.4}
  hr_distribution: [1.0, 1.0]
  strum_pattern: whole
  notes: ''
  chords:
  - {function: i, name: F# min, notes: [F#2, C#4, F#4, A4]}
  - {function: V, name: C# Maj, notes: [C#3, C#4, F4, G#4]}
- status: Rejected
  scores: {composite: 0.6}
  hr_distribution: [1.0, 2.0]
  strum_pattern: arp_up
  notes: stands still
  chords:
  - {function: i, name: F# min, notes: [F#2, C#4, F#4, A4]}
  - {function: i, name: F# min, notes: [F#2, C#4, F#4, A4]}
- status: pending
  scores: {composite: 0.9}
  chords:
  - {function: null, name: bII - G9(#11), notes: [G2, B3, F4, C#5]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "song.yml").write_text(REVIEW, encoding="utf-8")
    return tmp_path


def test_decisions_are_read_as_they_were_heard(folder: Path) -> None:
    approved, rejected = read_songs(folder)["song"]
    assert (approved.approved, rejected.approved) == (True, False)
    assert str(approved.context.key) == "F# minor"  # where the chords are, not what is stated
    assert approved.part.length_ticks == 2 * 1920
    assert [span.root_pitch_class for span in approved.part.harmony] == [6, 1]
    assert rejected.part.length_ticks == 3 * 1920
    assert rejected.part.notes["pitch"][:5].tolist() == [42, 61, 66, 69, 42]


def test_agreement_counts_pairs(folder: Path) -> None:
    songs = read_songs(folder)
    assert agreement(songs, of_each(songs, lambda d: d.composite)) == (0, 0, 0)
    assert agreement(songs, of_each(songs, lambda _: 0.5))[0] == 0.5


def test_the_report_names_every_rule_and_the_files_own_score(folder: Path) -> None:
    text = report(str(folder))
    assert "2 decisions, 1 songs, 1 pairs" in text
    names = [line[:24].strip() for line in text.splitlines()[2:]]
    assert names[: len(RULES["chords"])] == list(RULES["chords"])
    assert {"total", "chromatic", "prior", "as ranked"} <= set(names)
    assert "composite in the files" in text


def test_a_missing_folder_is_told_kindly(tmp_path: Path) -> None:
    assert "nothing to compare" in report(str(tmp_path / "nowhere"))
