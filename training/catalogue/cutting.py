"""Cutting one song: every window of every track, as sound and as MIDI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from genomes.midi import (
    MAX_FILE_BYTES,
    MidiError,
    MidiSong,
    MidiTrack,
    read_midi,
    write_song,
)
from training.atomic_files import replacing
from training.catalogue.audio_slices import Recording, UnreadableAudio, write_slice
from training.catalogue.drum_names import as_drums, is_drum_stem, of_stem
from training.catalogue.midi_slices import cut, with_defaults
from training.catalogue.rows import AUDIO_SUFFIX, MIDI_SUFFIX, segment_id, segment_row, slice_file
from training.catalogue.songs import Song, Stem
from training.catalogue.windows import Window
from training.schemas import SegmentRow

# A tempo that is further from the manifest's than this share of it is reported.
TEMPO_SHARE = 0.01


class CutSong(msgspec.Struct):
    """The segments of a song.

    Attributes:
        rows: in order.
        errors: files that could not be read, one line each, with the path.
        notes: assumptions and repairs, one line each.
        dropped: how many segments were left out because they are silent and without notes.
    """

    rows: list[SegmentRow] = []
    errors: list[str] = []
    notes: list[str] = []
    dropped: int = 0


def assumed_rows(song: Song, windows: Sequence[Window]) -> list[SegmentRow]:
    """The rows of a song without its media: every listed file is taken to sound throughout."""
    return [
        segment_row(
            song,
            window,
            stem,
            has_audio=bool(stem.audio_file),
            has_midi=bool(stem.midi_source),
            is_cut=False,
        )
        for window in windows
        for stem in song.stems
        if stem.audio_file or stem.midi_source
    ]


def cut_song(song: Song, windows: Sequence[Window], catalogue: Path, out: Path) -> CutSong:
    """Write the slices of a song.

    A track that is silent in a window and has no notes there gets no row. A file that can't be read
    is an error and not silence.
    """
    result = CutSong()
    folder = catalogue / song.name
    rows: dict[tuple[int, int], SegmentRow] = {}
    for stem in song.stems:
        audio = _cut_audio(song, stem, windows, folder, out, result)
        midi = _cut_midi(song, stem, windows, folder, out, result)
        for window in windows:
            has = {"has_audio": window.number in audio, "has_midi": window.number in midi}
            if not any(has.values()):
                result.dropped += 1
                continue
            row = segment_row(song, window, stem, **has, is_cut=True)
            rows[window.number, stem.number] = row
    order = [(window.number, stem.number) for window in windows for stem in song.stems]
    result.rows = [rows[place] for place in order if place in rows]
    return result


def _cut_audio(
    song: Song,
    stem: Stem,
    windows: Sequence[Window],
    folder: Path,
    out: Path,
    result: CutSong,
) -> set[int]:
    """Write a track's audio slices; gives the numbers of the windows that are not silent."""
    if not stem.audio_file:
        return set()
    shown = f"{song.name}/{stem.audio_file}"
    if not (folder / stem.audio_file).is_file():
        result.errors.append(f"{shown}: no such file (track {stem.number})")
        return set()
    sounding: set[int] = set()
    clipped = 0
    try:
        with Recording(folder / stem.audio_file) as recording:
            for window in windows:
                stretch = recording.stretch(window.begin_seconds, window.end_seconds)
                if not stretch.is_silent:
                    name = segment_id(song, window, stem)
                    write_slice(out / slice_file(name, AUDIO_SUFFIX), stretch)
                    sounding.add(window.number)
                    clipped += stretch.clipped
    except UnreadableAudio as error:
        result.errors.append(f"{shown}: unreadable: {error} (track {stem.number})")
        for window in windows:
            name = segment_id(song, window, stem)
            (out / slice_file(name, AUDIO_SUFFIX)).unlink(missing_ok=True)
        return set()
    if clipped:
        result.notes.append(f"{shown}: {clipped} samples above full scale; cut off")
    return sounding


def _cut_midi(
    song: Song,
    stem: Stem,
    windows: Sequence[Window],
    folder: Path,
    out: Path,
    result: CutSong,
) -> set[int]:
    """Write a track's MIDI slices; gives the numbers of the windows that have notes."""
    source = stem_midi(song, stem, folder, result)
    if source is None:
        return set()
    with_notes: set[int] = set()
    for window in windows:
        piece = cut(source, window.begin_seconds, window.end_seconds)
        if piece.tracks:
            name = segment_id(song, window, stem)
            with replacing(out / slice_file(name, MIDI_SUFFIX)) as waiting:
                waiting.write_bytes(write_song(piece))
            with_notes.add(window.number)
    return with_notes


def stem_midi(song: Song, stem: Stem, folder: Path, result: CutSong) -> MidiSong | None:
    """A track's MIDI as it is cut: with tempo and meter, drums as drums; None where it has none."""
    if not stem.midi_source:
        return None
    shown = f"{song.name}/{stem.midi_source}"
    path = folder / stem.midi_source
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise MidiError(f"{path.stat().st_size} bytes: expected at most {MAX_FILE_BYTES}")
        found = read_midi(path.read_bytes())
    except FileNotFoundError:
        result.errors.append(f"{shown}: no such file (track {stem.number})")
        return None
    except (OSError, MidiError) as error:
        reason = getattr(error, "strerror", None) or error
        result.errors.append(f"{shown}: unreadable: {reason} (track {stem.number})")
        return None
    result.notes += [f"{shown}: {remark}" for remark in (*found.remarks, *_omissions(found))]
    if not found.tracks:
        result.notes.append(f"{shown}: holds no notes (track {stem.number})")
        return None
    _compare_tempo(song, found, shown, result)
    tracks = of_stem(found.tracks, stem)
    change = as_drums if is_drum_stem(stem) else _as_pitched
    played = tuple(change(track, stem) for track in tracks)
    whole = with_defaults(found, song.tempo_bpm, song.meter)
    return MidiSong(
        played, whole.length_ticks, whole.tempo_changes, whole.meters, whole.ticks_per_quarter
    )


def _omissions(found: MidiSong) -> Iterator[str]:
    """What a file says that its slices don't."""
    left_out = [*(["words"] if found.words else []), *found.left_out]
    if left_out:
        yield f"left out: {', '.join(left_out)}"


def _as_pitched(track: MidiTrack, _stem: Stem) -> MidiTrack:
    """An instrument's notes, whatever channel they are on."""
    if not track.notes["is_drum"].any():
        return track
    notes = track.notes.copy()
    notes["is_drum"] = False
    return MidiTrack(track.name, np.sort(notes, order=["onset_ticks", "pitch"]), track.program)


def _compare_tempo(song: Song, found: MidiSong, shown: str, result: CutSong) -> None:
    if not found.tempo_changes:
        result.notes.append(f"{shown}: says no tempo; {song.tempo_bpm:g} bpm of the manifest")
        return
    file_bpm = 60e6 / found.tempo_changes[0][1]
    if abs(file_bpm - song.tempo_bpm) > TEMPO_SHARE * song.tempo_bpm:
        result.notes.append(f"{shown}: {file_bpm:.2f} bpm, in the manifest {song.tempo_bpm:g}")
