"""Parts out of people's MIDI files: the notes of whole bars in a song's meter, and what was cut."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from documents.text_files import read_bytes
from engine.errors import Refused
from engine.proposals.sources import printable
from engine.stages import Stage
from engine.state.songs import Song
from genomes import Meter, Part
from genomes.midi import MidiSong, in_whole_bars, overhang, read_midi, rescaled
from genomes.notes import Notes, Word
from genomes.time import (
    SIXTEENTH_TICKS,
    MeterMap,
    microseconds_per_quarter,
    rescale_ticks,
)

MAX_FILE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class MidiPart:
    """A part from a person's MIDI file.

    Attributes:
        part: its notes, and its words where its stage is sung; the length is whole bars.
        file: name of the file.
        content_sha256: SHA-256 of its bytes.
        warnings: repairs and omissions while reading, one line each.
        first_bar: the bar of the file in which its first note begins; the first is 1.
    """

    part: Part
    file: str
    content_sha256: str
    warnings: tuple[str, ...]
    first_bar: int = 1


def read_midi_part(path: Path, song: Song, stage: Stage, from_bar: int = 1) -> MidiPart:
    """Read a MIDI file as one part in the song's meter.

    Args:
        path: of the file.
        song: that it joins.
        stage: of the part.
        from_bar: the first bar of the file that is taken, as the file counts; the first is 1.

    Raises:
        Refused: if the file can't be read, has no notes there, or is in another meter.
    """
    meter = Meter.parse(song.meter)
    try:
        data = read_bytes(path, MAX_FILE_BYTES)
    except ValueError as error:
        raise Refused(f"{path} {error}") from error
    try:
        played = read_midi(data)
    except ValueError as error:
        raise Refused(f"{path.name}: {error}") from error
    meters = played.meter_map if played.meters else MeterMap.constant(meter)
    start = meters.bar_line(from_bar)
    every = rescaled(played.notes, played.ticks_per_quarter)
    notes = _from(every, start)
    if not len(notes):
        where = f"from bar {from_bar} on" if len(every) else "in it"
        raise Refused(f"{path.name}: no notes {where}")
    if meters.meter_at(start) != meter:
        raise Refused(f"{path.name} is in {meters.meter_at(start)}, the song in {meter}")
    tracks_end = int(rescale_ticks(played.tracks_end_ticks, played.ticks_per_quarter))
    whole, length_ticks = in_whole_bars(notes, meter, tracks_end - start)
    in_turn = _ended_in_turn(whole)
    words = _words(played, in_turn, start, length_ticks) if stage.sings else ()
    first_bar = meters.bar_at(start + int(notes["onset_ticks"].min()))
    remarks = (
        *played.remarks,
        *_cut(len(every) - len(notes), from_bar, first_bar),
        *_changed(notes, whole, in_turn),
        *_other_meters(meters, start, length_ticks, meter),
        *_merged(played),
        *_other_tempo(played, float(song.tempo_bpm)),
        *_left_out(played, len(words)),
    )
    part = Part.of(in_turn, length_ticks, lyrics=words)
    return MidiPart(part, path.name, hashlib.sha256(data).hexdigest(), remarks, first_bar)


def _from(notes: Notes, start_ticks: int) -> Notes:
    """The notes from a bar line on; one that rings over it by more than a sixteenth is cut."""
    begins = np.maximum(notes["onset_ticks"], start_ticks)
    ends = notes["onset_ticks"] + notes["duration_ticks"]
    inside = (notes["onset_ticks"] >= start_ticks) | (ends > start_ticks + SIXTEENTH_TICKS)
    found: Notes = notes[inside].copy()
    found["onset_ticks"] = (begins - start_ticks)[inside]
    found["duration_ticks"] = (ends - begins)[inside]
    return found


def _ended_in_turn(notes: Notes) -> Notes:
    """The notes of each pitch ended in the order in which they begin.

    No single channel can say otherwise, so that only such notes stay what they are when they are
    written and read again.
    """
    ends = notes["onset_ticks"] + notes["duration_ticks"]
    begun = np.lexsort((ends, notes["onset_ticks"], notes["pitch"], notes["is_drum"]))
    ended = np.lexsort((ends, notes["pitch"], notes["is_drum"]))
    found: Notes = notes[begun].copy()
    found["duration_ticks"] = ends[ended] - found["onset_ticks"]
    return found


def _words(played: MidiSong, notes: Notes, start_ticks: int, length_ticks: int) -> tuple[Word, ...]:
    """What is sung in the part; a text near a note is sung on it."""
    onsets = np.unique(notes["onset_ticks"])
    found = []
    for tick, text in played.words:
        onset = int(rescale_ticks(tick, played.ticks_per_quarter)) - start_ticks
        nearest = int(onsets[np.abs(onsets - onset).argmin()])
        onset = nearest if abs(nearest - onset) <= SIXTEENTH_TICKS else onset
        if 0 <= onset < length_ticks:
            found.append((onset, text.replace("\n", " ")))
    return tuple(found)


def _cut(notes_before: int, from_bar: int, first_bar: int) -> Iterator[str]:
    """Lines about bars without notes and notes outside the bars that are taken."""
    if notes_before:
        yield f"{_counted(notes_before, 'note')} before bar {from_bar} left out"
    if empty := first_bar - from_bar:
        yield (
            f"its first note is in bar {first_bar}, with {_counted(empty, 'empty bar')} in front: "
            f"--from-bar {first_bar} leaves them out"
        )


def _changed(notes: Notes, whole: Notes, in_turn: Notes) -> Iterator[str]:
    """Lines about notes that end elsewhere than in the file."""
    yield from overhang(notes, whole)
    if nested := (Counter(whole.tolist()) - Counter(in_turn.tolist())).total():
        yield (
            f"{_counted(nested, 'note')} of a pitch that sounds twice at once "
            "ended in the order in which they begin"
        )


def _other_meters(
    meters: MeterMap, start_ticks: int, length_ticks: int, meter: Meter
) -> Iterator[str]:
    for tick, other in meters.changes:
        if start_ticks < tick < start_ticks + length_ticks:
            bar = meters.bar_at(tick)
            yield f"its meter changes to {other} in bar {bar}; its bars are counted in {meter}"


def _merged(played: MidiSong) -> Iterator[str]:
    if len(played.tracks) > 1:
        names = ", ".join(printable(name) for name, _ in played.named_tracks)
        yield f"{len(played.tracks)} tracks are merged into one part: {names}"
    elif len(played.channels) > 1:
        yield f"channels {', '.join(map(str, played.channels))} are merged into one part"


def _other_tempo(played: MidiSong, tempo_bpm: float) -> Iterator[str]:
    song_tempo = microseconds_per_quarter(tempo_bpm)
    if any(abs(tempo - song_tempo) > 1 for _, tempo in played.tempo_changes):
        yield f"its tempo is left out: the song's is {tempo_bpm:g} bpm"


def _left_out(played: MidiSong, words_taken: int) -> Iterator[str]:
    """Lines about what is not in the part; words are in it where its stage is sung."""
    is_silent = bool(played.words) and not words_taken
    if left_out := [*(["words"] if is_silent else []), *played.left_out]:
        yield f"left out: {', '.join(left_out)}"
    if words_taken:
        outside = len(played.words) - words_taken
        others = f"; {outside} outside its bars left out" if outside else ""
        yield f"{_counted(words_taken, 'syllable')} of words taken as its lyrics{others}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
