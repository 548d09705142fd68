"""First genomes: phrases from named sources, plain ones with few notes most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.grid import STRAIGHT, TRIPLET, in_quarters
from genomes.melody.contours import CONTOURS, kept_within, pentatonic
from genomes.melody.form import draw_form, phrase_lengths
from genomes.melody.genes import (
    DYNAMICS,
    HOMES,
    REGISTERS,
    Material,
    Phrase,
    Tone,
)
from genomes.melody.genome import MelodyGenome, Piece, numbered
from genomes.melody.rhythm import DENSITIES, Pace, draw_rhythm
from genomes.melody.syllables import spread
from genomes.variation import draw, pick

PENTATONIC = "pentatonic"


@dataclass(frozen=True, slots=True)
class Source:
    """A source of phrases.

    Attributes:
        likely: relative weight of the source.
        densities: weights of sparse, medium and busy, in a section of medium energy.
        speaks: share of its rhythms that are runs of even notes, as in speech.
    """

    likely: float
    densities: tuple[float, float, float]
    speaks: float


SOURCES: dict[str, Source] = {
    "conversational": Source(5.5, (0.15, 0.50, 0.35), 0.7),
    "drone_and_step": Source(3.0, (0.30, 0.45, 0.25), 0.4),
    "leap_step": Source(2.5, (0.30, 0.50, 0.20), 0.2),
    "long_notes": Source(2.0, (0.90, 0.10, 0.00), 0.0),
    "call_response": Source(4.0, (0.20, 0.50, 0.30), 0.4),
    "arch": Source(3.5, (0.25, 0.50, 0.25), 0.2),
    "walk": Source(5.0, (0.20, 0.50, 0.30), 0.3),
    PENTATONIC: Source(1.5, (0.20, 0.50, 0.30), 0.3),
}
_SOURCE_NAMES = tuple(SOURCES)
_LIKELY = np.array([seed.likely for seed in SOURCES.values()])
_SOURCE_SHARES = _LIKELY / _LIKELY.sum()

# At full energy busy phrases are this many times as likely as in the middle, and sparse ones this
# many times less; at rest the other way round.
ENERGY_TILT = 3.0
TRIPLET_SHARE = 0.08

# Phrases that come again as they were, and how the others are varied, the plain way most.
RETURN_SHARE = 0.5
VARIED_TAILS = ("plain", "plain", "up", "down", "lower", "turned", "level")
VARIED_ENDINGS = ("plain", "plain", "held", "short", "joined")
VARIED_ORNAMENTS = ("none", "none", "none", "lean", "turn", "again")
VARIED_LIFTS = (0, 0, 0, 0, 1, -1, 2, -2)
OPEN_CADENCES = ("free", "root", "third", "fifth")
CLOSING_CADENCES = ("root", "root", "root", "third", "free")
CLOSING_ENDINGS = ("held", "plain", "joined")
FIRST_LIFTS = (0, 0, 0, 1, 2, -1, -2)
OTHER_LIFTS = (0, 0, 1, 1, 2, 3, -1, -2)
NOT_TONIC_SHARE = 0.45
# How likely each dissonance treatment is.
TREATMENT_SHARES = {"settled": 0.1, "plain": 0.2, "passing": 0.25, "leaning": 0.25, "free": 0.2}


def random_genome(context: Context, rng: np.random.Generator) -> tuple[MelodyGenome, str]:
    """A first genome and its source, one of ``SOURCES``."""
    source = draw(rng, _SOURCE_NAMES, _SOURCE_SHARES)
    return seeded(source, context, rng), source


def seeded(source: str, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A first genome from one source."""
    lengths = phrase_lengths(context, rng)
    form = draw_form(len(lengths), rng)
    materials = _materials(source, context, form, lengths, rng)
    pieces = _varied(form, lengths, materials, rng)
    is_tonic = source == PENTATONIC or rng.random() > NOT_TONIC_SHARE
    dynamic = DYNAMICS[min(len(DYNAMICS) - 1, int((context.section.energy + rng.random()) * 2.5))]
    return MelodyGenome(
        str(context.meter),
        *numbered(pieces),
        home=0 if is_tonic else pick(rng, HOMES[1:]),
        register=_register(context.section.energy, rng),
        leaning=draw(rng, tuple(TREATMENT_SHARES), tuple(TREATMENT_SHARES.values())),
        dynamic=dynamic,
        melismas=int(context.lyrics is not None and rng.random() < 0.3),
    )


def _register(energy: float, rng: np.random.Generator) -> str:
    names = tuple(REGISTERS)
    return names[min(len(names) - 1, int((0.5 * energy + rng.random()) * 2))]


def _materials(
    source: str,
    context: Context,
    form: str,
    lengths: Sequence[int],
    rng: np.random.Generator,
) -> dict[str, Material]:
    """Material for every letter, as long as the longest phrase that sings it."""
    division = STRAIGHT
    if in_quarters(context.meter) and rng.random() < TRIPLET_SHARE:
        division = TRIPLET
    density = draw_density(SOURCES[source].densities, context.section.energy, rng)
    made = {}
    for letter in dict.fromkeys(form):
        bars = max(length for own, length in zip(form, lengths, strict=True) if own == letter)
        pace = _pace(source, context, density, bars, rng, _most_syllables(context, form, letter))
        made[letter] = draw_material(source, context, division, bars, pace, rng)
    return made


def draw_density(shares: Sequence[float], energy: float, rng: np.random.Generator) -> str:
    """Sparse, medium or busy, by the energy of the section."""
    tilt = ENERGY_TILT ** (2 * energy - 1)
    weighted = np.array(shares) * (1 / tilt, 1.0, tilt)
    return draw(rng, tuple(DENSITIES), weighted / weighted.sum())


def _most_syllables(context: Context, form: str, letter: str) -> int:
    """Syllables of the fullest phrase that sings some material."""
    if context.lyrics is None:
        return 0
    syllables = spread(context.lyrics.lines, len(form))
    return max(len(words) for own, words in zip(form, syllables, strict=True) if own == letter)


def _pace(
    source: str,
    context: Context,
    density: str,
    bars: int,
    rng: np.random.Generator,
    syllables: int,
) -> Pace:
    """The pace of a phrase: from its density, or from the number of its syllables."""
    seconds = bars * context.meter.bar_quarters * 60 / context.tempo_bpm
    onsets = max(1, round(rng.uniform(*DENSITIES[density]) * seconds))
    if syllables:
        onsets = syllables + int(rng.integers(1, 4))
    return Pace(onsets, bool(rng.random() < SOURCES[source].speaks))


def draw_material(
    source: str,
    context: Context,
    division: str,
    bars: int,
    pace: Pace,
    rng: np.random.Generator,
) -> Material:
    """Material from one source: a rhythm, and a contour on it."""
    rhythm = draw_rhythm(context, division, bars, pace, rng)
    heights = draw_contour(source, len(rhythm), context, rng)
    tones = tuple(
        Tone(cell, length, height) for (cell, length), height in zip(rhythm, heights, strict=True)
    )
    return Material(tones, bars, division)


def draw_contour(source: str, count: int, context: Context, rng: np.random.Generator) -> list[int]:
    """Heights of ``count`` tones, the first 0."""
    if source == PENTATONIC:
        return pentatonic(count, rng, is_minor=context.key.is_minor)
    heights = kept_within(CONTOURS[source](count, rng))
    return kept_within([height - heights[0] for height in heights])


def _varied(
    form: str,
    lengths: Sequence[int],
    materials: dict[str, Material],
    rng: np.random.Generator,
) -> list[Piece]:
    """The phrases: the first of each letter plain, the others varied, the last one closing."""
    heard: dict[str, Phrase] = {}
    pieces: list[Piece] = []
    for index, (letter, bars) in enumerate(zip(form, lengths, strict=True)):
        known = heard.get(letter)
        if known is None:
            lifts = OTHER_LIFTS if index else FIRST_LIFTS
            phrase = Phrase(0, bars, pick(rng, lifts), cadence=pick(rng, OPEN_CADENCES))
            heard[letter] = phrase
        else:
            phrase = _variant(known, bars, rng)
        if index == len(form) - 1:
            phrase = replace(
                phrase, cadence=pick(rng, CLOSING_CADENCES), ending=pick(rng, CLOSING_ENDINGS)
            )
        pieces.append((phrase, materials[letter]))
    return pieces


def _variant(phrase: Phrase, bars: int, rng: np.random.Generator) -> Phrase:
    """The same phrase another time, often without any change."""
    if bars == phrase.bars and rng.random() < RETURN_SHARE:
        return phrase
    lift = max(-2, min(3, phrase.lift + pick(rng, VARIED_LIFTS)))
    return Phrase(
        phrase.material,
        bars,
        lift,
        pick(rng, VARIED_TAILS),
        pick(rng, VARIED_ENDINGS),
        pick(rng, OPEN_CADENCES),
        pick(rng, VARIED_ORNAMENTS),
    )
