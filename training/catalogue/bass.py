"""Bass of a card: a line under the chords."""

from __future__ import annotations

import numpy as np

from genomes.context import Context
from genomes.notes import ChordSpan, Part
from training.catalogue.cards import BassCard
from training.catalogue.harmony import Harmony
from training.catalogue.rhythm import Stroke, gated_ticks, strokes
from training.catalogue.tables import HIGHEST_BASS, LOWEST_BASS
from training.catalogue.tendency import choose

ACCENT_VELOCITY = 12


def compose_bass(card: BassCard, context: Context, chords: Part, rng: np.random.Generator) -> Part:
    """A section's bass; a new chord is met on its root."""
    harmony = Harmony.of(chords, context.key)
    placed = _placed(card, context, rng)
    lowest = choose(card.register, rng)
    dynamic = choose(card.dynamic, rng)
    onsets = [onset for onset, _, _ in placed]
    lengths = gated_ticks(onsets, context.length_ticks, card.gate[0])
    rows = []
    previous: ChordSpan | None = None
    for index, (onset, stroke, tone) in enumerate(placed):
        chord = harmony.chord_at(onset)
        following = harmony.chord_at(onsets[index + 1]) if index + 1 < len(onsets) else chord
        wanted = "root" if chord is not previous else tone
        pitch = _pitch(wanted, chord, following, harmony, lowest)
        velocity = min(127, dynamic + round(ACCENT_VELOCITY * stroke.accent))
        rows.append((onset, lengths[index], pitch, velocity))
        previous = chord
    return Part.of(rows, context.length_ticks, chords.harmony)


def _placed(
    card: BassCard, context: Context, rng: np.random.Generator
) -> list[tuple[int, Stroke, str]]:
    """Onsets in the section, with what each plays of its chord: a loop of bars."""
    rhythm = choose(card.rhythm, rng)
    loop = []
    for _ in range(choose(card.loop_bars, rng)):
        bar = strokes(context.meter, rhythm, rng, shifted=card.syncopation, left_out=card.rests)
        loop.append([(stroke, choose(card.tones, rng)) for stroke in bar or [Stroke(0, 1.0)]])
    return [
        (bar * context.meter.bar_ticks + stroke.onset_ticks, stroke, tone)
        for bar in range(context.section.bars)
        for stroke, tone in loop[bar % len(loop)]
    ]


def _pitch(tone: str, chord: ChordSpan, following: ChordSpan, harmony: Harmony, lowest: int) -> int:
    root = lowest + (chord.bass_pitch_class - lowest) % 12
    above = [(other - root) % 12 for other in chord.pitch_classes]
    third = next((step for step in (3, 4, 2, 5) if step in above), 0)
    fifth = next((step for step in (7, 6, 8) if step in above), 7)
    if tone == "approach":
        target = lowest + (following.bass_pitch_class - lowest) % 12
        pitch = target - 1 if target > lowest else target + 2
    elif tone == "scale":
        pitch = harmony.stepped(root, 1)
    else:
        pitch = root + {"root": 0, "third": third, "fifth": fifth, "octave": 12}[tone]
    while pitch > HIGHEST_BASS:
        pitch -= 12
    return max(LOWEST_BASS, pitch)
