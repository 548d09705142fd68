"""Songs as rows of the base manifest, one for each track."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fitness.colours import AXES, Colour, Distribution
from training.catalogue.lyrics import Lyrics
from training.catalogue.songs import Song, Stem
from training.catalogue.tables import TRAINING_DATA
from training.catalogue.timeline import Timeline

ARROW = " ➡️ "
# Colours whose songs move from one thing to another.
TRANSMIGRATIONS = {
    "Black": ("Space", "Time", "Information"),
    "White": ("Information", "Time", "Space"),
}

_SENTENCE_ENDS = re.compile(r"[.!?]+(?:\s|$)")


def base_rows(song: Song, lyrics: Lyrics | None, times: Timeline) -> Iterator[dict[str, Any]]:
    """A row for each track of a song."""
    of_song = _of_song(song, lyrics, times)
    training_data = _training_data(song, times)
    for stem in song.stems:
        yield {**of_song, "training_data": training_data, **_of_stem(song, stem)}


def _of_song(song: Song, lyrics: Lyrics | None, times: Timeline) -> dict[str, Any]:
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
        "lrc_file": in_folder(song, song.lrc_file) if lyrics else None,
        "concept": song.concept,
        "song_structure": " | ".join(
            f"{section.name} : {section.description}, {section.begin}-{section.end}"
            for section in song.sections
        ),
    }


def _of_stem(song: Song, stem: Stem) -> dict[str, Any]:
    return {
        "track_id": stem.number,
        "description": stem.description or None,
        "audio_file": in_folder(song, stem.audio_file),
        "midi_file": in_folder(song, stem.midi_file),
        "group": stem.group or None,
        "midi_group_file": stem.midi_group_file or None,
        "player": stem.player or None,
    }


def in_folder(song: Song, file: str) -> str | None:
    """A song's file as it is called from the catalogue's folder; None where there is none."""
    return f"{song.name}/{file}" if file else None


def _modes(colour: Colour) -> list[str | None]:
    """What a colour leans to on each axis; None where it leans nowhere."""
    return [
        _leaning(names, shares) for names, shares in zip(AXES.values(), colour.targets, strict=True)
    ]


def _leaning(names: tuple[str, str, str], shares: Distribution) -> str | None:
    most = max(shares)
    if most == min(shares):
        return None
    pairs = zip(names, shares, strict=True)
    return ", ".join(name.capitalize() for name, share in pairs if share == most)


def _training_data(song: Song, times: Timeline) -> dict[str, Any]:
    """What can be counted in the concept; the rest is nobody's to say here."""
    words = song.concept.split()
    counted = {
        "concept_length": len(song.concept),
        "word_count": len(words),
        "sentence_count": len(_SENTENCE_ENDS.findall(song.concept)),
        "avg_word_length": sum(map(len, words)) / len(words) if words else None,
        "question_marks": song.concept.count("?"),
        "exclamation_marks": song.concept.count("!"),
        "track_duration": times.total_seconds or None,
        "track_position": song.album_sequence,
        "album_sequence": song.album_sequence,
        "track_id": song.name,
    }
    return {name: counted.get(name) for name in TRAINING_DATA}
