"""Clefs, the hands of a keyboard, and the order of the parts in a score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from genomes.melody.singers import singer_of
from genomes.midi import DRUM_CHANNEL, Track
from genomes.notes import Notes, Part

TREBLE, BASS, PERCUSSION = "treble", "bass", "percussion"
# Sounding an octave higher or lower than written.
TREBLE_8VA, TREBLE_8VB, BASS_8VB = "treble 8va", "treble 8vb", "bass 8vb"

# Lowest and highest MIDI pitch between the lines of a staff, the usual clefs first.
STAFF_PITCHES = {
    TREBLE: (64, 77),
    BASS: (43, 57),
    BASS_8VB: (31, 45),
    TREBLE_8VA: (76, 89),
}

# Programs of General MIDI, 0 the first, that are written in a clef whatever they play.
PROGRAM_CLEFS = {
    **dict.fromkeys(range(24, 32), TREBLE_8VB),  # guitars
    **dict.fromkeys((*range(32, 40), 43), BASS_8VB),  # basses, double bass
}
VOICE_CLEFS = {"tenor": TREBLE_8VB, "baritone": BASS, "bass-baritone": BASS, "bass": BASS}

# What is written on two staves: pianos, organs, harp and the synthesizer's pads.
KEYBOARDS = frozenset((*range(8), *range(16, 21), 46, *range(88, 96)))

# The order of the parts, from the top; all others come between harmony and bass.
HIGHEST_PARTS = ("melody", "harmony")
LOWEST_PARTS = ("bass", "drums")

# Notes struck together that span more than this are played by both hands; else they are in the
# right hand from this middle on, a third under middle C.
HAND_SEMITONES = 12
LOWEST_MIDDLE_OF_RIGHT_HAND = 57


@dataclass(frozen=True, slots=True)
class Staff:
    """What is written on one staff: a track, or a hand of it."""

    track: Track
    clef: str
    is_hand: bool = False

    @property
    def is_drums(self) -> bool:
        """Whether it is percussion."""
        return self.track.channel == DRUM_CHANNEL


def score_order(track: Track) -> int:
    """Sorts the tracks of a song as its score has them: the lead on top, the drums at the foot."""
    name = track.name.casefold()
    if name in HIGHEST_PARTS:
        return HIGHEST_PARTS.index(name)
    place = LOWEST_PARTS.index(name) + 1 if name in LOWEST_PARTS else 0
    return len(HIGHEST_PARTS) + place


def staves_of(track: Track, singer: str) -> tuple[Staff, ...]:
    """The one or two staves of a track.

    Args:
        track: a track of the song.
        singer: who sings the track that has words; empty if nobody is named.
    """
    if track.channel == DRUM_CHANNEL:
        return (Staff(track, PERCUSSION),)
    if track.part.lyrics and singer:
        return (Staff(track, VOICE_CLEFS.get(singer_of(singer).voice, TREBLE)),)
    if track.program in KEYBOARDS:
        right, left = _hands(track.part.notes)
        return (
            Staff(_with_notes(track, right), TREBLE, is_hand=True),
            Staff(_with_notes(track, left, with_words=False), BASS, is_hand=True),
        )
    return (Staff(track, PROGRAM_CLEFS.get(track.program) or _fewest_ledger_lines(track.part)),)


def _fewest_ledger_lines(part: Part) -> str:
    """The clef whose staff the notes leave least."""
    pitches = part.notes["pitch"].astype(int)

    def outside(name: str) -> int:
        low, high = STAFF_PITCHES[name]
        return int(np.maximum(low - pitches, 0).sum() + np.maximum(pitches - high, 0).sum())

    return min(STAFF_PITCHES, key=outside)


def _with_notes(track: Track, notes: Notes, *, with_words: bool = True) -> Track:
    part = track.part
    lyrics = part.lyrics if with_words else ()
    return replace(track, part=Part.of(notes, part.length_ticks, part.harmony, lyrics=lyrics))


def _hands(notes: Notes) -> tuple[Notes, Notes]:
    """The notes of the right hand and those of the left.

    What spans an octave at most is in one hand; wider chords are divided between both.
    """
    is_right = np.zeros(len(notes), dtype=bool)
    for onset in np.unique(notes["onset_ticks"]):
        struck = np.flatnonzero(notes["onset_ticks"] == onset)
        pitches = sorted(notes["pitch"][struck].tolist())
        lowest = _lowest_of_right_hand(pitches)
        is_right[struck] = notes["pitch"][struck] >= lowest
    return notes[is_right].copy(), notes[~is_right].copy()


def _lowest_of_right_hand(pitches: list[int]) -> int:
    """Where the right hand begins, of pitches from the lowest; above all if it plays nothing."""
    if pitches[-1] - pitches[0] <= HAND_SEMITONES:
        middle = sum(pitches) / len(pitches)
        return pitches[0] if middle >= LOWEST_MIDDLE_OF_RIGHT_HAND else pitches[-1] + 1
    # The wider hand is as narrow as it can be; of equal ways the one with the wider gap.
    _, _, lowest = min(
        (max(low - pitches[0], pitches[-1] - high), low - high, high)
        for low, high in pairwise(pitches)
    )
    return lowest
