"""The layout of a demo song: sections, the parts that play in each, and stems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genomes.context import Context
from genomes.notes import NOTE_DTYPE, Part
from training.composed.compose import compose_parts
from training.composed.draws import bars_in_window, draw_context, with_bars
from training.composed.examples import PART_STAGES

# Section name, which of the composed sections it plays, the stages that play, whether it is sung.
FORM: tuple[tuple[str, int, tuple[str, ...], bool], ...] = (
    ("Intro", 0, ("chords", "drums"), False),
    ("Verse 1", 0, ("chords", "drums", "bass", "melody"), True),
    ("Chorus 1", 1, PART_STAGES, True),
    ("Verse 2", 0, ("chords", "drums", "bass", "melody", "harmony"), True),
    ("Chorus 2", 1, PART_STAGES, True),
    ("Outro", 1, ("chords", "harmony"), False),
)
COMPOSED = 1 + max(which for _, which, _, _ in FORM)
SHORTEST_BARS = 2

# Drum stems: description, and the General MIDI notes that are in them. The last takes the rest.
DRUM_STEMS: tuple[tuple[str, frozenset[int]], ...] = (
    ("Kick", frozenset({35, 36})),
    ("Snare", frozenset({37, 38, 39, 40})),
    ("Percussion", frozenset()),
)
# Stage, description, voice, General MIDI program.
INSTRUMENTS = (
    ("chords", "Piano", "keys", 0),
    ("bass", "Synth Bass", "bass", 38),
    ("melody", "Vocal 1", "lead", 85),
    ("harmony", "Strings", "strings", 48),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A section at its place in the song; ``is_sung`` where it has lines."""

    name: str
    onset_ticks: int
    length_ticks: int
    is_sung: bool


@dataclass(frozen=True, slots=True)
class Stem:
    """One instrument through the whole song.

    Attributes:
        description: as a manifest has it.
        part: its notes.
        voice: how it sounds; a name of ``training.demo.sound.VOICES``.
        program: General MIDI program.
        is_drums: whether it is one of the kit's.
    """

    description: str
    part: Part
    voice: str
    program: int = 0
    is_drums: bool = False


@dataclass(frozen=True, slots=True)
class DemoSong:
    """A composed song: sections in order without gaps, stems all of one length."""

    context: Context
    sections: tuple[Placed, ...]
    stems: tuple[Stem, ...]

    @property
    def length_ticks(self) -> int:
        """From the beginning to the end of the last section."""
        return self.sections[-1].onset_ticks + self.sections[-1].length_ticks


def compose_song(colour: str, seconds: float, rng: np.random.Generator) -> DemoSong:
    """A song in the style of a colour, of about the given length."""
    context = draw_context(rng)
    bar_seconds = float(context.tempo_map.seconds(context.meter.bar_ticks))
    bars = round(seconds / len(FORM) / bar_seconds)
    context = with_bars(context, min(max(SHORTEST_BARS, bars), bars_in_window(context)))
    composed = compose_parts(colour, context, COMPOSED, rng)
    length = context.length_ticks
    sections = tuple(
        Placed(name, index * length, length, sung) for index, (name, _, _, sung) in enumerate(FORM)
    )
    played = {
        stage: _joined(
            [composed[which][stage] if stage in stages else None for _, which, stages, _ in FORM],
            length,
        )
        for stage in PART_STAGES
    }
    stems = [Stem(name, played[stage], voice, gm) for stage, name, voice, gm in INSTRUMENTS]
    return DemoSong(context, sections, (*_drum_stems(played["drums"]), *stems))


def _joined(parts: Sequence[Part | None], length_ticks: int) -> Part:
    """Parts one after the other; None is silence of the same length."""
    rows = [np.empty(0, NOTE_DTYPE)]
    for index, part in enumerate(parts):
        if part is not None:
            notes = part.notes.copy()
            notes["onset_ticks"] += index * length_ticks
            rows.append(notes)
    return Part.of(np.concatenate(rows), len(parts) * length_ticks)


def _drum_stems(drums: Part) -> list[Stem]:
    """The kit by instruments, as it is recorded."""
    pitches = drums.notes["pitch"]
    taken = np.zeros(len(pitches), bool)
    stems = []
    for name, wanted in DRUM_STEMS:
        chosen = np.isin(pitches, sorted(wanted)) if wanted else ~taken
        taken |= chosen
        part = Part.of(drums.notes[chosen], drums.length_ticks)
        stems.append(Stem(name, part, "", is_drums=True))
    return stems
