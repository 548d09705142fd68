"""Songs as rows of tables: of the manifest for each track, of the segments for each window too."""

from __future__ import annotations

import re
from typing import Any

from fitness.colours import AXES, Colour
from training.catalogue.drum_names import is_drum_stem
from training.catalogue.reading import FiledSong
from training.catalogue.songs import Song, Stem
from training.catalogue.timeline import Timeline
from training.catalogue.windows import DECIMALS, Window
from training.schemas import SegmentRow, TrackRow, TrainingData

SLICES = "slices"
AUDIO_SUFFIX, MIDI_SUFFIX = ".flac", ".mid"
# Content type by whether there is audio and MIDI.
CONTENT = {
    (True, True): "audio_midi",
    (True, False): "audio_only",
    (False, True): "midi_only",
    (False, False): "empty",
}

ARROW = " ➡️ "
# Colours whose songs move from one thing to another.
TRANSMIGRATIONS = {
    "Black": ("Space", "Time", "Information"),
    "White": ("Information", "Time", "Space"),
}

_SENTENCE_ENDS = re.compile(r"[.!?]+(?:\s|$)")


def track_rows(filed: FiledSong) -> list[TrackRow]:
    """A row of the manifest for each track of a song."""
    song, times = filed.song, filed.times
    of_song = _of_song(filed)
    training_data = _training_data(song, times)
    return [
        TrackRow(
            **of_song,
            training_data=training_data,
            track_id=stem.number,
            description=stem.description or None,
            audio_file=in_catalogue(song, stem.audio_file),
            midi_file=in_catalogue(song, stem.midi_file),
            group=stem.group or None,
            midi_group_file=stem.midi_group_file or None,
            player=stem.player or None,
        )
        for stem in song.stems
    ]


def _of_song(filed: FiledSong) -> dict[str, Any]:
    song, lyrics, times = filed.song, filed.lyrics, filed.times
    temporal, objectional, ontological = _modes(song.colour)
    return {
        "id": song.name,
        "bpm": round(song.tempo_bpm),
        "tempo_bpm": song.tempo_bpm,
        "tempo_numerator": song.meter.numerator,
        "tempo_denominator": song.meter.denominator,
        "key_signature_note": song.key.tonic_name,
        "key_signature_mode": song.key.mode,
        "rainbow_color": song.colour.name,
        "rainbow_color_temporal_mode": temporal,
        "rainbow_color_objectional_mode": objectional,
        "rainbow_color_ontological_mode": ontological,
        "transmigrational_mode": ARROW.join(TRANSMIGRATIONS.get(song.colour.name, ())) or None,
        "title": song.title,
        "release_date": song.release_date or None,
        "total_running_time": song.running_time or None,
        "total_seconds": times.total_seconds or None,
        "vocals": song.vocals,
        "lyrics": song.lyrics,
        "lrc_lyrics": lyrics.text if lyrics else None,
        "sounds_like": ", ".join(
            f"{like.name}, discogs_id: {like.discogs_id}" if like.discogs_id else like.name
            for like in song.sounds_like
        ),
        "mood": ", ".join(song.moods),
        "genres": ", ".join(song.genres),
        "lrc_file": in_catalogue(song, song.lrc_file) if lyrics else None,
        "concept": song.concept,
        "song_structure": " | ".join(
            f"{section.name} : {section.description}, {section.begin}-{section.end}"
            for section in song.sections
        ),
    }


def in_catalogue(song: Song, file: str) -> str | None:
    """The path of a song's file in its catalogue; None where there is none."""
    return f"{song.name}/{file}" if file else None


def _modes(colour: Colour) -> list[str | None]:
    """The likeliest modes of a colour on each axis; None where all are equally likely."""
    found: list[str | None] = []
    for names, shares in zip(AXES.values(), colour.targets, strict=True):
        pairs = zip(names, shares, strict=True)
        likeliest = [name.capitalize() for name, share in pairs if share == max(shares)]
        found.append(", ".join(likeliest) if len(likeliest) < len(names) else None)
    return found


def _training_data(song: Song, times: Timeline) -> TrainingData:
    words = song.concept.split()
    return TrainingData(
        concept_length=len(song.concept),
        word_count=len(words),
        sentence_count=len(_SENTENCE_ENDS.findall(song.concept)),
        avg_word_length=sum(map(len, words)) / len(words) if words else None,
        question_marks=song.concept.count("?"),
        exclamation_marks=song.concept.count("!"),
        track_duration=times.total_seconds or None,
        track_position=song.album_sequence,
        album_sequence=song.album_sequence,
        track_id=song.name,
    )


def segment_id(song: Song, window: Window, stem: Stem) -> str:
    """Such as ``02_01_seg_0001_track_03``."""
    return f"{song.name}_seg_{window.number:04}_track_{stem.number:02}"


def slice_file(name: str, suffix: str) -> str:
    """Path of a segment's slice in the training folder."""
    return f"{SLICES}/{name}{suffix}"


def segment_row(
    song: Song, window: Window, stem: Stem, *, has_audio: bool, has_midi: bool, is_cut: bool
) -> SegmentRow:
    """The row of one track in one window.

    Args:
        song: that the track is of.
        window: of the song.
        stem: the track.
        has_audio: whether its recording is not silent there.
        has_midi: whether it has notes there.
        is_cut: whether slices were written.
    """
    name = segment_id(song, window, stem)
    begin, end = window.begin_seconds, window.end_seconds
    written_begin, written_end = (round(place, DECIMALS) for place in window.written_seconds)
    is_part = bool(window.part)
    return SegmentRow(
        segment_id=name,
        segment_index=window.number - 1,
        track_id=song.name,
        track_number=stem.number,
        track_description=stem.description or None,
        track_group=stem.group or None,
        track_player=stem.player or None,
        source_audio_file=in_catalogue(song, stem.audio_file),
        segment_audio_file=slice_file(name, AUDIO_SUFFIX) if is_cut and has_audio else None,
        midi_file=slice_file(name, MIDI_SUFFIX) if is_cut and has_midi else None,
        source_midi_file=in_catalogue(song, stem.midi_source),
        is_drums=is_drum_stem(stem),
        start_seconds=begin,
        end_seconds=end,
        duration_seconds=round(end - begin, DECIMALS),
        has_audio=has_audio,
        has_midi=has_midi,
        lyric_text=window.text,
        structure_section=window.section or None,
        segment_type=window.kind,
        original_start_seconds=written_begin,
        original_end_seconds=written_end,
        has_structure_adjustments=bool(window.adjustments),
        structure_adjustments=" | ".join(window.adjustments),
        is_sub_segment=is_part,
        sub_segment_info=window.part or None,
        lrc_line_number=window.line_number,
        lyric_char_count=len(window.text),
        lyric_word_count=len(window.text.split()),
        # A part of a long stretch begins elsewhere than it does, which is no adjustment.
        start_adjustment_seconds=0.0 if is_part else round(begin - written_begin, DECIMALS),
        end_adjustment_seconds=0.0 if is_part else round(end - written_end, DECIMALS),
        content_type=CONTENT[has_audio, has_midi],
    )
