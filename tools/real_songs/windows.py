"""Windows of real songs by role: what the prior's bands and the gate's examples are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from genomes.midi import MidiError
from genomes.notes import Part, mixed
from genomes.splicing import cut
from genomes.time import COMMON_TIME, Meter
from tools.real_songs import names
from tools.real_songs.billboard import read_charted_song
from tools.real_songs.chord_names import ChartedChord
from tools.real_songs.pop import read_pop_song, read_tracks
from tools.real_songs.rock import RockSong, read_rock_song

WINDOW_BARS = (2, 4, 8)
# Of one length and role from one song, evenly spread, so that a long song doesn't outweigh others.
MAX_WINDOWS_PER_SONG = 12
MIN_ONSETS = 2

# Track of a pop song's arrangement -> the role that it plays.
POP_ROLES = {"BRIDGE": "inner_voices", "PIANO": "chords"}
# How the chords of a chart are played, which tells no notes.
LOWEST_BASS, LOWEST_UPPER = 36, 55
PLAIN_VELOCITY, PLAIN_TEMPO_BPM = (60, 101), (60, 161)

MIX, MIX_WITH_DRUMS = "full", "full_with_drums"
# Role -> the sets that have it.
SETS_OF_ROLES = {
    "bass_voice": ("rock",),
    "chords": ("pop909",),
    "drums": ("rock",),
    MIX: ("pop909", "rock"),
    MIX_WITH_DRUMS: ("rock",),
    "inner_voices": ("pop909",),
    "top_voice": ("pop909",),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SongPart:
    """All that one role plays in one song.

    Attributes:
        song: set and name, such as ``"rock/a song"``.
        role: one of ``SETS_OF_ROLES``.
        meter: of the song.
        tempo_bpm: quarters per minute.
        part: from the first bar to the last.
    """

    song: str
    role: str
    meter: Meter
    tempo_bpm: float
    part: Part

    def windows(self, bars: int, most: int = MAX_WINDOWS_PER_SONG) -> list[Part]:
        """Stretches side by side, evenly chosen; what is nearly empty is no window."""
        length = bars * self.meter.bar_ticks
        starts = range(0, self.part.length_ticks - length + 1, length)
        sounding = [one for start in starts if _is_music(one := cut(self.part, start, length))]
        return spread(sounding, most)


def song_parts(root: Path, *, held_out: bool) -> Iterator[SongPart]:
    """Every part of the pop songs and the rock files, song by song.

    Args:
        root: the folder that holds the sets' folders.
        held_out: whether of the songs that nothing may learn from, or of the others.

    Raises:
        FileNotFoundError: if a set is missing.
    """
    for name in names(root / "pop909", held_out=held_out):
        yield from pop_parts(root / "pop909" / name)
    for name in names(root / "rock", held_out=held_out):
        yield from rock_parts(root / "rock" / name)


def pop_parts(folder: Path) -> Iterator[SongPart]:
    """Melody, second voice, piano and all of them together, of one song; 4/4 throughout."""
    song = read_pop_song(folder)
    tracks = {name: part for name, part in read_tracks(folder).items() if len(part.notes)}
    parts = [("top_voice", song.melody)]
    parts += [(role, tracks[name]) for name, role in POP_ROLES.items() if name in tracks]
    parts.append((MIX, mixed(list(tracks.values()))))
    for role, part in parts:
        yield SongPart(f"pop909/{song.name}", role, COMMON_TIME, song.tempo_bpm, part)


def rock_parts(path: Path) -> Iterator[SongPart]:
    """Bass, drums and everything together with and without the drums, of one file."""
    try:
        song = read_rock_song(path)
    except MidiError:
        return
    pitched = [part for part in (song.bass, song.others) if part is not None]
    found = {"bass_voice": song.bass if _is_lowest(song) else None, "drums": song.drums}
    found[MIX] = mixed(pitched) if pitched else None
    found[MIX_WITH_DRUMS] = mixed([*pitched, song.drums]) if pitched and song.drums else None
    for role, part in found.items():
        if part is not None:
            yield SongPart(f"rock/{song.name}", role, song.meter, song.tempo_bpm, part)


def charted_part(path: Path, rng: np.random.Generator) -> SongPart | None:
    """The chords of a charted song, played as plain as can be; None if it has none.

    The chart tells chords alone: how often they are struck, how loud and how fast is drawn. Bars
    of another meter than most are left out.
    """
    song = read_charted_song(path)
    bars = [bar for section in song.sections for bar in section.bars]
    if not bars:
        return None
    meter = Counter(bar.meter for bar in bars).most_common(1)[0][0]
    inside = [bar for bar in bars if bar.meter == meter]
    beat_ticks = meter.bar_ticks // meter.numerator
    beats = [chord for bar in inside for chord in bar.chords]
    every_beats = int(rng.choice((1, meter.numerator)))
    velocity = int(rng.integers(*PLAIN_VELOCITY))
    rows, start = [], 0
    for beat, chord in enumerate(beats):
        is_last = beat + 1 == len(beats) or beats[beat + 1] != chord
        if is_last or (beat + 1) % every_beats == 0:
            length = (beat + 1 - start) * beat_ticks
            pitches = plain_voicing(chord) if chord else ()
            rows += [(start * beat_ticks, length, pitch, velocity) for pitch in pitches]
            start = beat + 1
    if not rows:
        return None
    part = Part.of(rows, len(inside) * meter.bar_ticks)
    tempo_bpm = float(rng.integers(*PLAIN_TEMPO_BPM))
    return SongPart(f"billboard/{song.name}", "chords", meter, tempo_bpm, part)


def plain_voicing(chord: ChartedChord) -> tuple[int, ...]:
    """The bass low, and the chord's notes close together around middle C."""
    bass = LOWEST_BASS + (chord.bass_pitch_class - LOWEST_BASS) % 12
    upper = {
        LOWEST_UPPER + (chord.root_pitch_class + interval - LOWEST_UPPER) % 12
        for interval in chord.intervals
    }
    return (bass, *sorted(upper))


def _is_lowest(song: RockSong) -> bool:
    """Whether the bass lies below the rest: some files lend its program to a tune."""
    if song.bass is None or song.others is None:
        return song.bass is not None
    return bool(song.bass.notes["pitch"].mean() < song.others.notes["pitch"].mean())


def spread(found: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly from the first to the last."""
    if len(found) <= most:
        return list(found)
    return [found[round(index)] for index in np.linspace(0, len(found) - 1, most)]


def _is_music(part: Part) -> bool:
    return len(np.unique(part.notes["onset_ticks"])) >= MIN_ONSETS
