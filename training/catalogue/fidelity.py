"""Whether slices are what their sources say: sample by sample, note by note."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genomes.midi import MidiError, MidiSong, read_midi
from genomes.notes import Notes
from training.catalogue.audio_slices import SILENCE_DB, frames_of
from training.catalogue.cutting import CutSong, stem_midi
from training.catalogue.songs import Song, Stem
from training.schemas import SegmentRow

# A step of 24 bits, in which floating recordings are rounded.
SAMPLE_TOLERANCE = 2**-22
# A tick of a coarse file at a slow tempo is longer than a millisecond.
NOTE_TICKS = 1

Struck = tuple[int, int, bool]  # pitch, velocity, whether a drum
Sounding = dict[Struck, list[tuple[float, float]]]  # seconds at which they begin and end
Seconds = NDArray[np.float64]


def differences(row: SegmentRow, song: Song, stem: Stem, catalogue: Path, out: Path) -> list[str]:
    """What is wrong with the slices of a row; empty where they are what they should be."""
    found = [*_of_audio(row, stem, catalogue, out), *_of_midi(row, song, stem, catalogue, out)]
    return [f"{row.segment_id}: {what}" for what in found]


def _of_audio(row: SegmentRow, stem: Stem, catalogue: Path, out: Path) -> Iterator[str]:
    import soundfile

    if not stem.audio_file:
        return
    source = catalogue / row.track_id / stem.audio_file
    try:
        with soundfile.SoundFile(source) as file:
            sample_rate, frames = file.samplerate, file.frames
            bounds = frames_of(row.start_seconds, row.end_seconds, sample_rate)
            first, after = (min(bound, frames) for bound in bounds)
            file.seek(first)
            expected = np.clip(file.read(after - first, "float64", always_2d=True), -1, 1)
    except (OSError, RuntimeError) as error:
        if row.has_audio:
            yield f"the source of its audio can't be read: {error}"
        return
    if not row.has_audio:
        power = float(np.mean(expected**2)) if expected.size else 0.0
        if power >= 10 ** (SILENCE_DB / 10):
            yield f"said to be silent, but its source has {10 * np.log10(power):.1f} dB"
        return
    try:
        samples, slice_rate = soundfile.read(
            out / str(row.segment_audio_file), dtype="float64", always_2d=True
        )
    except (OSError, RuntimeError, TypeError) as error:
        yield f"its audio slice can't be read: {error}"
        return
    yield from _compared(samples, expected, slice_rate, sample_rate)


def _compared(
    samples: NDArray[np.float64],
    expected: NDArray[np.float64],
    slice_rate: int,
    sample_rate: int,
) -> Iterator[str]:
    if slice_rate != sample_rate:
        yield f"{slice_rate} frames a second; the source has {sample_rate}"
    elif samples.shape != expected.shape:
        yield f"audio of {samples.shape} frames and channels; the source has {expected.shape}"
    else:
        apart = float(np.abs(samples - expected).max(initial=0.0))
        if apart > SAMPLE_TOLERANCE:
            yield f"audio differs from its source by {apart:.6f} of full scale"


def _of_midi(row: SegmentRow, song: Song, stem: Stem, catalogue: Path, out: Path) -> Iterator[str]:
    source = stem_midi(song, stem, catalogue / song.name, CutSong())
    if source is None:
        if row.has_midi:
            yield "the source of its MIDI can't be read"
        return
    expected = _notes_inside(source, row.start_seconds, row.end_seconds)
    if not row.has_midi:
        if expected:
            yield f"said to have no notes, but its source has {sum(map(len, expected.values()))}"
        return
    try:
        found = read_midi((out / str(row.midi_file)).read_bytes())
    except (OSError, MidiError, TypeError) as error:
        yield f"its MIDI slice can't be read: {error}"
        return
    tick = source.tempo_map.seconds([0, 1])[1]
    slowest = max((us for _, us in found.tempo_map.changes), default=500_000)
    tolerance = (NOTE_TICKS + 0.5) * max(tick, slowest / 1e6 / found.tempo_map.ticks_per_quarter)
    onsets, ends = (seconds + row.start_seconds for seconds in _onsets_and_ends(found, found.notes))
    played: Sounding = {}
    for note, *times in zip(found.notes.tolist(), onsets, ends, strict=True):
        played.setdefault((note[2], note[3], note[4]), []).append((times[0], times[1]))
    counts = [{key: len(times) for key, times in notes.items()} for notes in (played, expected)]
    if counts[0] != counts[1]:
        count = sum(map(len, expected.values()))
        yield f"{len(found.notes)} notes; the source has {count}, or other ones"
        return
    yield from islice(_apart(played, expected, tolerance), 1)


def _apart(played: Sounding, expected: Sounding, tolerance_seconds: float) -> Iterator[str]:
    """The notes that begin or end elsewhere than in their source; both have as many of each."""
    for note, times in expected.items():
        seconds_apart = np.abs(np.subtract(sorted(times), sorted(played[note]))).max(axis=0)
        for seconds, edge in zip(seconds_apart, ("begins", "ends"), strict=True):
            if seconds > tolerance_seconds:
                yield f"note {note[0]} {edge} {1000 * seconds:.1f} ms away from its source"


def _onsets_and_ends(source: MidiSong, notes: Notes) -> tuple[Seconds, Seconds]:
    """When notes of a file begin and end, in seconds."""
    ends_ticks = notes["onset_ticks"] + notes["duration_ticks"]
    return source.tempo_map.seconds(notes["onset_ticks"]), source.tempo_map.seconds(ends_ticks)


def _notes_inside(source: MidiSong, begin: float, end: float) -> Sounding:
    """When the source's notes begin and end in a stretch, in seconds, by what they are.

    Worked out in seconds, note by note, and not in the ticks that slices are cut in.
    """
    half_tick = source.tempo_map.seconds([0, 1])[1] / 2
    found: Sounding = {}
    for track in source.tracks:
        onsets, ends = _onsets_and_ends(source, track.notes)
        for note, onset, ending in zip(track.notes.tolist(), onsets, ends, strict=True):
            _, _, pitch, velocity, is_drum = note
            starts_late = onset >= end - half_tick
            is_over = ending <= begin + half_tick or (is_drum and onset < begin - half_tick)
            if not starts_late and not is_over:
                times = max(onset, begin), min(ending, end)
                found.setdefault((pitch, velocity, is_drum), []).append(times)
    return found
