"""Melody of a card: phrases with a contour, that come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genomes.context import Context
from genomes.notes import Part
from training.catalogue.cards import MelodyCard
from training.catalogue.harmony import Harmony
from training.catalogue.rhythm import Stroke, gated_ticks, strokes
from training.catalogue.tables import CONTOURS, HIGHEST_MELODY, LOWEST_MELODY
from training.catalogue.tendency import chance, choose

ACCENT_VELOCITY = 14
LEAP_SEMITONES = (4, 10)
STRONG = 0.5  # accents from which a note belongs to the chord


@dataclass(frozen=True, slots=True)
class _Idea:
    """One note of a phrase, before it meets the harmony.

    Attributes:
        bar: of the phrase.
        stroke: when, in its bar.
        height: semitones from the middle of the line.
        stays: keeps the pitch before.
        chromatic: slides in from a semitone below.
    """

    bar: int
    stroke: Stroke
    height: float
    stays: bool
    chromatic: bool


def compose_melody(
    card: MelodyCard, context: Context, chords: Part, rng: np.random.Generator
) -> Part:
    """A section's melody over its chords."""
    harmony = Harmony.of(chords, context.key)
    middle, dynamic = choose(card.register, rng), choose(card.dynamic, rng)
    ideas = _section(card, context, rng)
    onsets = [idea.bar * context.meter.bar_ticks + idea.stroke.onset_ticks for idea in ideas]
    lengths = gated_ticks(onsets, context.length_ticks, card.gate[0])
    longest = 2 * context.meter.bar_ticks
    rows: list[tuple[int, int, int, int]] = []
    pitch = middle
    for idea, onset, length in zip(ideas, onsets, lengths, strict=True):
        if not (idea.stays and rows):
            pitch = _pitch(idea, middle, onset, harmony)
        velocity = min(127, dynamic + round(ACCENT_VELOCITY * idea.stroke.accent))
        rows.append((onset, min(length, longest), pitch, velocity))
    return Part.of(rows, context.length_ticks, chords.harmony)


def _section(card: MelodyCard, context: Context, rng: np.random.Generator) -> list[_Idea]:
    """A phrase, again and again, some of its bars new each time."""
    bars = context.section.bars
    length = choose(card.phrase_bars, rng)
    rhythm, contour = choose(card.rhythm, rng), choose(card.contour, rng)
    phrase = [_bar(card, context, rhythm, contour, (bar, length), rng) for bar in range(length)]
    found = []
    for bar in range(bars):
        place = bar % length
        ideas = phrase[place]
        if bar >= length and chance(card.varied, rng):
            ideas = _bar(card, context, rhythm, contour, (place, length), rng)
        found += [
            _Idea(bar, idea.stroke, idea.height, idea.stays, idea.chromatic) for idea in ideas
        ]
    return found or [_Idea(0, Stroke(0, 1.0), 0.0, stays=False, chromatic=False)]


def _bar(
    card: MelodyCard,
    context: Context,
    rhythm: str,
    contour: str,
    place: tuple[int, int],
    rng: np.random.Generator,
) -> list[_Idea]:
    """One bar of a phrase, the so-manieth of so many."""
    meter = context.meter
    drawn = strokes(meter, rhythm, rng, shifted=card.syncopation, left_out=card.rests)
    ideas = []
    for stroke in drawn:
        course = (place[0] + stroke.onset_ticks / meter.bar_ticks) / place[1]
        height = (CONTOURS[contour](course) - 0.5) * card.span[0] + float(rng.normal(0, 1))
        if chance(card.leaps, rng):
            height += float(rng.uniform(*LEAP_SEMITONES)) * (1 if rng.random() < 0.5 else -1)
        stays, slides = chance(card.repeats, rng), chance(card.chromatic, rng)
        ideas.append(_Idea(0, stroke, height, stays, slides))
    return ideas


def _pitch(idea: _Idea, middle: int, onset_ticks: int, harmony: Harmony) -> int:
    strong = idea.stroke.accent >= STRONG
    height = float(np.clip(middle + idea.height, LOWEST_MELODY + 7, HIGHEST_MELODY - 7))
    pitch = harmony.nearest(height, onset_ticks, chord_tone=strong)
    return pitch - 1 if idea.chromatic and not strong else pitch
