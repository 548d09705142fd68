"""Segments as rows: one for each window of a song and each of its tracks."""

from __future__ import annotations

from typing import Any

from training.catalogue.base_rows import in_folder
from training.catalogue.drum_names import is_drum_stem
from training.catalogue.songs import Song, Stem
from training.catalogue.windows import DECIMALS, Window

SLICES = "slices"
AUDIO_SUFFIX, MIDI_SUFFIX = ".flac", ".mid"

CONTENT = {
    (True, True): "audio_midi",
    (True, False): "audio_only",
    (False, True): "midi_only",
    (False, False): "empty",
}


def segment_id(song: Song, window: Window, stem: Stem) -> str:
    """Such as ``02_01_seg_0001_track_03``."""
    return f"{song.name}_seg_{window.number:04}_track_{stem.number:02}"


def slice_file(name: str, suffix: str) -> str:
    """Where a segment's slice lies in the training folder."""
    return f"{SLICES}/{name}{suffix}"


def segment_row(
    song: Song, window: Window, stem: Stem, *, has_audio: bool, has_midi: bool, is_cut: bool
) -> dict[str, Any]:
    """The row of a window and a track.

    Args:
        song: its song.
        window: its stretch.
        stem: its track.
        has_audio: whether its recording sounds there.
        has_midi: whether notes are played there.
        is_cut: whether there are slices of what it has.
    """
    name = segment_id(song, window, stem)
    begin, end = window.begin_seconds, window.end_seconds
    written_begin, written_end = (round(place, DECIMALS) for place in window.written_seconds)
    is_part = bool(window.part)
    return {
        "segment_id": name,
        "segment_index": window.number - 1,
        "track_id": song.name,
        "track_number": stem.number,
        "track_description": stem.description or None,
        "track_group": stem.group or None,
        "track_player": stem.player or None,
        "source_audio_file": in_folder(song, stem.audio_file),
        "segment_audio_file": slice_file(name, AUDIO_SUFFIX) if is_cut and has_audio else None,
        "midi_file": slice_file(name, MIDI_SUFFIX) if is_cut and has_midi else None,
        "source_midi_file": in_folder(song, stem.midi_source),
        "is_drums": is_drum_stem(stem),
        "start_seconds": begin,
        "end_seconds": end,
        "duration_seconds": round(end - begin, DECIMALS),
        "has_audio": has_audio,
        "has_midi": has_midi,
        "lyric_text": window.text,
        "structure_section": window.section or None,
        "segment_type": window.kind,
        "original_start_seconds": written_begin,
        "original_end_seconds": written_end,
        "has_structure_adjustments": bool(window.adjustments),
        "structure_adjustments": " | ".join(window.adjustments),
        "is_sub_segment": is_part,
        "sub_segment_info": window.part or None,
        "lrc_line_number": window.line_number,
        "lyric_char_count": len(window.text),
        "lyric_word_count": len(window.text.split()),
        # A part of a long stretch begins elsewhere than it does, which is no adjustment.
        "start_adjustment_seconds": 0.0 if is_part else round(begin - written_begin, DECIMALS),
        "end_adjustment_seconds": 0.0 if is_part else round(end - written_end, DECIMALS),
        "content_type": CONTENT[has_audio, has_midi],
    }
