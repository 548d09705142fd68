"""Style cards: what is known of each colour, as weights and ranges that a stage's genes can move.

A weight says how likely an entry of a table is, a range holds a share from 0 to 1 (or what its
comment says). No card says anything of tempo, meter, key or mode: they belong to the song, not to
its colour.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
import yaml

from fitness.colours import COLOUR_NAMES
from genomes.chords.comping import PATTERNS
from genomes.chords.functions import functions
from genomes.chords.genes import DYNAMICS
from genomes.chords.harmony import EXTENSIONS
from genomes.chords.rhythm import PACES
from genomes.chords.seeds import SOURCES
from genomes.chords.voicing import REGISTERS, SPREADS
from training.catalogue import tables

Weights = dict[str, float]
Numbers = dict[int, float]
Range = tuple[float, float]


class _Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage of a card; every field is weights or a range."""


class ChordCard(_Card, frozen=True):
    """Chords, in the tables of the chord genome."""

    register: Numbers
    dynamic: Numbers
    pace: Weights
    progression: Weights  # where functions come from: counted transitions, guitar loops, chance
    mixture: Range  # share of chords that are swapped for one of the sources below
    source: Weights
    extension: Weights
    inverted: Range
    led: Range  # chance that voices move as little as they can
    spread: Weights
    pattern: Weights
    second_pattern: Range  # chance that every fourth bar is played otherwise
    loop_bars: Numbers


class DrumCard(_Card, frozen=True):
    """Drums, in the tables of ``tables``."""

    kick: Weights
    snare: Weights
    snare_voice: Weights
    time: Weights
    time_voice: Weights
    syncopation: Range
    ghosts: Range
    missing: Range  # share of strokes that are left out
    fills: Range  # chance at the end of four bars
    crash: Range
    dynamic: Numbers
    accent: Range  # velocity between light and heavy strokes
    loop_bars: Numbers


class BassCard(_Card, frozen=True):
    """Bass."""

    register: Numbers
    dynamic: Numbers
    rhythm: Weights
    syncopation: Range
    rests: Range
    gate: Range  # share of the time to the next note that a note sounds
    tones: Weights
    loop_bars: Numbers


class MelodyCard(_Card, frozen=True):
    """Melody."""

    register: Numbers
    dynamic: Numbers
    rhythm: Weights
    syncopation: Range
    rests: Range
    gate: Range
    contour: Weights
    span: Range  # semitones from the lowest to the highest note of a phrase
    leaps: Range
    repeats: Range  # share of notes that stay on the pitch before
    chromatic: Range
    phrase_bars: Numbers
    varied: Range  # share of a phrase's bars that change when it comes back


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a colour tends to, stage by stage."""

    colour: str
    chords: ChordCard
    drums: DrumCard
    bass: BassCard
    melody: MelodyCard


StageCard = ChordCard | DrumCard | BassCard | MelodyCard

# What every weighted field may name.
NAMES: dict[type[StageCard], dict[str, tuple[str | int, ...]]] = {
    ChordCard: {
        "register": REGISTERS,
        "dynamic": DYNAMICS,
        "pace": tuple(PACES),
        "progression": tuple(SOURCES),
        "source": tuple(dict.fromkeys(f.source for f in functions("minor").values())),
        "extension": tuple(EXTENSIONS),
        "spread": SPREADS,
        "pattern": tuple(PATTERNS),
        "loop_bars": tables.LOOP_BARS,
    },
    DrumCard: {
        "kick": tuple(tables.RHYTHMS),
        "snare": tuple(tables.RHYTHMS),
        "snare_voice": tuple(tables.DRUM_NOTES),
        "time": tuple(tables.RHYTHMS),
        "time_voice": tuple(tables.DRUM_NOTES),
        "dynamic": tables.VELOCITIES,
        "loop_bars": tables.LOOP_BARS,
    },
    BassCard: {
        "register": tables.BASS_REGISTERS,
        "dynamic": tables.VELOCITIES,
        "rhythm": tuple(tables.RHYTHMS),
        "tones": tables.BASS_TONES,
        "loop_bars": tables.LOOP_BARS,
    },
    MelodyCard: {
        "register": tables.MELODY_REGISTERS,
        "dynamic": tables.VELOCITIES,
        "rhythm": tuple(tables.RHYTHMS),
        "contour": tuple(tables.CONTOURS),
        "phrase_bars": tables.LOOP_BARS,
    },
}


@cache
def cards() -> dict[str, Card]:
    """Every card by colour, in the order of the colours; White has none."""
    folder = resources.files("training.catalogue").joinpath("cards")
    found = (
        read_card(path.read_text("utf-8"), path.name)
        for path in folder.iterdir()
        if path.name.endswith(".yml")
    )
    return {card.colour: card for card in sorted(found, key=lambda c: COLOUR_NAMES.index(c.colour))}


def read_card(text: str, name: str) -> Card:
    """A card from YAML; raises ValueError naming the file and what is wrong in it."""
    try:
        card = msgspec.convert(yaml.safe_load(text), Card)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"{name}: {error}") from error
    if card.colour not in COLOUR_NAMES:
        raise ValueError(f"{name}: no colour {card.colour!r}")
    for stage in ("chords", "drums", "bass", "melody"):
        _check(getattr(card, stage), f"{name}, {stage}")
    return card


def _check(card: StageCard, where: str) -> None:
    for field, known in NAMES[type(card)].items():
        weights = getattr(card, field)
        unknown = set(weights) - set(known)
        if unknown or min(weights.values(), default=0) <= 0:
            raise ValueError(f"{where}, {field}: expected weights above 0 of {known}: {weights}")
    for field, value in msgspec.structs.asdict(card).items():
        if isinstance(value, tuple) and value[0] > value[1]:
            raise ValueError(f"{where}, {field}: expected low, high: {value}")
