"""Style cards: for each colour, weights and ranges of every stage's genes.

A weight says how likely an entry of a table is, a range holds a share from 0 to 1 (or what its
comment says). No card says anything of tempo, meter, key or mode: they belong to the song, not to
its colour. Which chords, loops, cadences and borrowed modes a colour likes is heard in any key.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
import yaml

from fitness.colours import COLOUR_NAMES
from genomes.bass import genome as bass
from genomes.bass.lines import LINES
from genomes.bass.rhythms import RHYTHMS as BASS_RHYTHMS
from genomes.bass.styles import A_BEAT, A_PULSE, RINGING
from genomes.chords.comping import PATTERNS
from genomes.chords.genome import DYNAMICS
from genomes.chords.harmony import EXTENSIONS
from genomes.chords.seeds import PACES
from genomes.chords.voicing import REGISTERS, SPREADS
from genomes.drums import dynamics as drums
from genomes.drums.fills import CRASHES, FILLS
from genomes.drums.genome import SWINGS_PERCENT
from genomes.drums.voices import VOICES
from genomes.harmony import genome as harmony
from genomes.harmony.forms import FORMS
from genomes.harmony.style import DOUBLES, ENTRIES, HIGH_REGISTERS, LOW_REGISTERS
from genomes.harmony.style import SPREADS as HARMONY_SPREADS
from genomes.melody import genes as melody
from genomes.melody.rhythm import DENSITIES
from genomes.melody.seeds import SOURCES as MELODY_SOURCES
from training.composed import progressions, rhythms
from training.composed.examples import PART_STAGES

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
    progression: Weights  # where functions come from: kinds of loops, counted transitions, chance
    cadence: Weights  # how the loop ends before it comes round
    mixture: Range  # share of chords that are swapped for one that a mode below lends
    lender: Weights
    extension: Weights
    inverted: Range
    led: Range  # chance that voices move as little as they can
    spread: Weights
    pattern: Weights
    second_pattern: Range  # chance that every fourth bar is played otherwise
    loop_bars: Numbers


class DrumCard(_Card, frozen=True):
    """Drums, in the tables of the drum genome; rhythms in ``tables``."""

    kick: Weights
    kick_voice: Weights
    snare: Weights
    snare_voice: Weights
    time: Weights
    time_voice: Weights
    syncopation: Range
    ghosts: Range
    missing: Range  # share of strokes that are left out
    rests: Range  # share of a loop's bars that are silent
    accents: Range  # chance that a voice accents the beats
    soft: Range  # chance that a voice plays ghost notes between the beats
    fills: Range  # chance at the end of four bars
    fill: Weights
    crash: Range
    crash_voice: Weights
    dynamic: Numbers
    shape: Weights
    swing: Numbers
    loop_bars: Numbers


class BassCard(_Card, frozen=True):
    """Bass, in the tables of the bass genome."""

    register: Numbers
    dynamic: Numbers
    rhythm: Weights
    line: Weights
    length: Weights
    gate: Weights
    span: Numbers  # of how many bars one is plucked
    changes: Range  # chance that every new chord is plucked
    rests: Range  # share of bars that rest
    ghosts: Range
    kick_lock: Range
    loop_bars: Numbers


class MelodyCard(_Card, frozen=True):
    """Melody, in the tables of the melody genome."""

    register: Weights
    dynamic: Numbers
    home: Numbers
    contour: Weights
    width: Range  # of the contour's steps, 1 as it is drawn
    density: Weights
    speaks: Range  # chance that a rhythm runs evenly, as speech does
    syncopation: Range
    rests: Range  # share of tones that are left out
    repeats: Range  # share of tones that stay on the one before
    gate: Range  # share of its length that a tone is held
    leaning: Weights
    phrase_bars: Numbers
    varied: Range  # share of phrases that change when they come back
    tail: Weights
    ending: Weights
    ornament: Weights


class HarmonyCard(_Card, frozen=True):
    """Harmony, in the tables of the harmony genome."""

    texture: Weights
    form: Weights
    motion: Weights
    dynamic: Numbers
    register: Numbers
    pad_voices: Numbers
    spread: Numbers
    entry: Weights
    doubles: Weights
    hold: Weights
    above: Range  # chance that the melody is doubled from above


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The style of a colour, stage by stage."""

    colour: str
    chords: ChordCard
    drums: DrumCard
    bass: BassCard
    melody: MelodyCard
    harmony: HarmonyCard


StageCard = ChordCard | DrumCard | BassCard | MelodyCard | HarmonyCard

# What every weighted field may name.
NAMES: dict[type[StageCard], dict[str, tuple[str | int, ...]]] = {
    ChordCard: {
        "register": REGISTERS,
        "dynamic": DYNAMICS,
        "pace": tuple(PACES),
        "progression": progressions.PROGRESSIONS,
        "cadence": tuple(progressions.CADENCES),
        "lender": progressions.LENDERS,
        "extension": tuple(EXTENSIONS),
        "spread": SPREADS,
        "pattern": tuple(PATTERNS),
        "loop_bars": rhythms.LOOP_BARS,
    },
    DrumCard: {
        "kick": tuple(rhythms.RHYTHMS),
        "kick_voice": tuple(VOICES),
        "snare": tuple(rhythms.RHYTHMS),
        "snare_voice": tuple(VOICES),
        "time": tuple(rhythms.RHYTHMS),
        "time_voice": tuple(VOICES),
        "fill": tuple(FILLS),
        "crash_voice": CRASHES,
        "dynamic": drums.DYNAMICS,
        "shape": tuple(drums.SHAPES),
        "swing": SWINGS_PERCENT,
        "loop_bars": rhythms.LOOP_BARS,
    },
    BassCard: {
        "register": bass.REGISTERS,
        "dynamic": bass.DYNAMICS,
        "rhythm": tuple(BASS_RHYTHMS),
        "line": tuple(LINES),
        "length": (RINGING, A_BEAT, A_PULSE),
        "gate": tuple(bass.GATES),
        "span": rhythms.SPANS,
        "loop_bars": rhythms.LOOP_BARS,
    },
    MelodyCard: {
        "register": tuple(melody.REGISTERS),
        "dynamic": melody.DYNAMICS,
        "home": melody.HOMES,
        "contour": tuple(MELODY_SOURCES),
        "density": tuple(DENSITIES),
        "leaning": tuple(melody.DISSONANCE_TREATMENTS),
        "phrase_bars": rhythms.LOOP_BARS,
        "tail": tuple(melody.TAILS),
        "ending": melody.ENDINGS,
        "ornament": tuple(melody.ORNAMENTS),
    },
    HarmonyCard: {
        "texture": tuple(harmony.TEXTURES),
        "form": (*FORMS, rhythms.ENDS_ONLY),
        "motion": tuple(rhythms.MOTIONS),
        "dynamic": harmony.DYNAMICS,
        "register": (*LOW_REGISTERS, *HIGH_REGISTERS),
        "pad_voices": tuple(harmony.PAD_VOICES),
        "spread": HARMONY_SPREADS,
        "entry": ENTRIES,
        "doubles": DOUBLES,
        "hold": tuple(rhythms.HOLDS),
    },
}


@cache
def cards() -> dict[str, Card]:
    """Every card by colour, in the order of the colours; White has none."""
    folder = resources.files("training.composed").joinpath("cards")
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
    for stage in PART_STAGES:
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
