"""The pop songs: melody, chords, form and arrangement on one grid of sixteenths."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from genomes.midi import read_midi
from genomes.notes import NOTE_DTYPE, Part
from genomes.time import COMMON_TIME, TICKS_PER_QUARTER
from tools.real_songs.chord_names import ChartedChord, pitch_class

SIXTEENTH_TICKS = TICKS_PER_QUARTER // 4
VELOCITY = 80  # the melody's grid has none

_FORM = re.compile(r"([A-Za-z]\'*)(\d+)")
_CHORD = re.compile(r"(\S+) \[([^\]]*)\] (-?\d+) (\d+)")
_NO_CHORD = re.compile(r"N .*?(\d+)\s*$")


@dataclass(frozen=True, slots=True)
class FormLabel:
    """A stretch of a song's form.

    Attributes:
        letter: ``i`` intro, ``o`` outro, capitals with melody, small letters without.
        first_bar: from the song's first bar, 0.
        bars: how many.
    """

    letter: str
    first_bar: int
    bars: int


@dataclass(frozen=True, slots=True)
class PopSong:
    """One song in 4/4.

    Attributes:
        name: of its folder.
        tonic_pitch_class: of the first key, as analysed, 0 to 11.
        mode: of the first key, ``major`` or ``minor``.
        tempo_bpm: quarters per minute.
        chords: for each quarter the chord that sounds; None for none.
        melody: on the grid of sixteenths.
        form: by the first of the two people who labelled it.
    """

    name: str
    tonic_pitch_class: int
    mode: str
    tempo_bpm: float
    chords: tuple[ChartedChord | None, ...]
    melody: Part
    form: tuple[FormLabel, ...]

    @property
    def bars(self) -> tuple[tuple[ChartedChord | None, ...], ...]:
        """Chords by bar, four to each; what is left over at the end is not a bar."""
        whole = len(self.chords) // 4
        return tuple(self.chords[4 * bar : 4 * bar + 4] for bar in range(whole))


def read_pop_song(folder: Path) -> PopSong:
    """One song from its folder.

    Raises:
        ValueError: if a chord or a label can't be read.
        FileNotFoundError: if a file is missing.
    """
    keys = (folder / "analyzed_key.txt").read_text().split()  # more than one where it changes
    tonic, _, mode = keys[0].partition(":")
    return PopSong(
        folder.name,
        pitch_class(tonic),
        {"maj": "major", "min": "minor"}[mode],
        float((folder / "tempo.txt").read_text()),
        _chords((folder / "finalized_chord.txt").read_text()),
        _melody((folder / "melody.txt").read_text()),
        _form((folder / "human_label1.txt").read_text()),
    )


def read_tracks(folder: Path) -> dict[str, Part]:
    """Melody, second voice and piano as played, on the beats of the song: ``name -> part``.

    Onsets are moved from the file's clock to the grid by its beats and rounded to 1/48 of a
    quarter; the first downbeat is tick 0 and what comes before it is left out.
    """
    song = read_midi((folder / f"{folder.name}.mid").read_bytes())
    rows = [line.split() for line in (folder / "beat_midi.txt").read_text().splitlines()]
    beats = [float(row[0]) for row in rows]
    downbeats = [index for index, row in enumerate(rows) if float(row[2]) == 1.0]
    first = downbeats[0] if downbeats else 0
    quarters = len(beats) - 1 - first
    length_ticks = quarters // 4 * COMMON_TIME.bar_ticks
    parts = {}
    for track in song.tracks:
        onsets = song.tempo_map.seconds(track.notes["onset_ticks"])
        ends = song.tempo_map.seconds(track.notes["onset_ticks"] + track.notes["duration_ticks"])
        placed = []
        for note, onset, end in zip(track.notes.tolist(), onsets, ends, strict=True):
            start = _tick(float(onset), beats, first)
            stop = min(_tick(float(end), beats, first), length_ticks)
            if 0 <= start < stop:
                placed.append((start, stop - start, note[2], max(1, note[3]), False))
        parts[track.name] = Part.of(np.array(placed, dtype=NOTE_DTYPE), length_ticks)
    return parts


def _tick(seconds: float, beats: list[float], first: int) -> int:
    index = min(max(bisect_right(beats, seconds) - 1, 0), len(beats) - 2)
    share = (seconds - beats[index]) / (beats[index + 1] - beats[index])
    return round((index - first + share) * 48) * (TICKS_PER_QUARTER // 48)


def _chords(text: str) -> tuple[ChartedChord | None, ...]:
    quarters: list[ChartedChord | None] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if match := _CHORD.fullmatch(line):
            quarters += [_chord(match[1], match[2], int(match[3]))] * int(match[4])
        elif match := _NO_CHORD.fullmatch(line):
            quarters += [None] * int(match[1])
        else:
            raise ValueError(f"chord line {line!r}")
    return tuple(quarters)


def _chord(label: str, pitch_classes: str, bass: int) -> ChartedChord | None:
    """A chord by the notes that the line spells out: its label may be cut at a comma."""
    if label == "N" or not pitch_classes.strip():
        return None
    root = pitch_class(re.match(r"[A-G][#b]*", label)[0])  # type: ignore[index]
    notes = {int(number) for number in pitch_classes.split(",")}
    intervals = tuple(sorted({(note - root) % 12 for note in notes} | {0}))
    return ChartedChord(root, intervals, bass % 12)


def _melody(text: str) -> Part:
    rows, tick = [], 0
    for line in filter(None, map(str.strip, text.splitlines())):
        pitch, sixteenths = map(int, line.split())
        ticks = sixteenths * SIXTEENTH_TICKS
        if pitch:
            rows.append((tick, ticks, pitch, VELOCITY, False))
        tick += ticks
    bars = -(-tick // COMMON_TIME.bar_ticks)
    return Part.of(np.array(rows, dtype=NOTE_DTYPE), bars * COMMON_TIME.bar_ticks)


def _form(text: str) -> tuple[FormLabel, ...]:
    labels, bar = [], 0
    for letter, bars in _FORM.findall(text.strip()):
        labels.append(FormLabel(letter, bar, int(bars)))
        bar += int(bars)
    return tuple(labels)
