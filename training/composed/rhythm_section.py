"""Chords, drums and bass of a style card, as genomes that evolution could have made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from msgspec.structs import replace

from genomes.bass.backing import Backing
from genomes.bass.genome import BassGenome
from genomes.bass.seeds import bars_in_style
from genomes.bass.styles import Style
from genomes.chords.figures import draw_varied, of_pattern
from genomes.chords.functions import functions, tonic
from genomes.chords.genome import Bar as ChordBar
from genomes.chords.genome import Change, ChordGenome
from genomes.chords.harmony import Chord, extensions, max_inversion
from genomes.chords.operators.voicing import revoice_all
from genomes.chords.seeds import draw_slots
from genomes.chords.voicing import Voicing
from genomes.context import Context
from genomes.drums.fills import NO_CRASH, NO_FILL
from genomes.drums.genome import Bar as DrumBar
from genomes.drums.genome import DrumGenome, audible_genome
from genomes.drums.patterns import ACCENT, GHOST, NORMAL, REST, Pattern, cell_count, legal
from genomes.grid import EIGHTH_TICKS, STRAIGHT, cells
from genomes.time import Meter
from training.composed.cards import BassCard, ChordCard, DrumCard, Range
from training.composed.draws import chance, choose, with_bars
from training.composed.progressions import lent, progression, with_cadence
from training.composed.rhythms import Cells, cells_of

FEWEST_CHANGES = 2
# Chance that a loop is made to begin on the tonic, whatever it was drawn from.
HOME_SHARE = 0.6

# Chance that patterns are played as they are; else as figures, some beats drawn again, so that the
# colour is what varied playing has in common.
PLAIN_SHARE = 0.3

PHRASE_BARS = 4  # of drums, from a crash to a fill
ON_BEAT_WEIGHT = 0.25  # metrical weight from which a stroke counts as on the beat
GHOST_NOTE_VOICE = "snare"
NEVER: Range = (0.0, 0.0)


def compose_chords(card: ChordCard, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A section's progression: a loop, played over and over."""
    bars = context.section.bars
    loop = _chord_loop(card, context, rng)
    patterns = [choose(card.pattern, rng)] * 4
    if chance(card.second_pattern, rng):
        patterns[-1] = choose(card.pattern, rng)
    played = [
        replace(loop[index % len(loop)], pattern=patterns[index % 4]) for index in range(bars)
    ]
    figures = [of_pattern(name, context.meter) for name in patterns]
    is_plain = rng.random() < PLAIN_SHARE
    genome = ChordGenome(
        context.key.mode,
        len(context.meter.groups),
        tuple(played),
        choose(card.register, rng),
        choose(card.dynamic, rng),
        () if is_plain else draw_varied(figures, context, rng),
    )
    return revoice_all(genome, context, rng) if chance(card.led, rng) else genome


def _chord_loop(card: ChordCard, context: Context, rng: np.random.Generator) -> list[ChordBar]:
    slots = _chord_slots(card, context, rng)
    tokens = _chord_functions(card, context.key.mode, sum(map(len, slots)), rng)
    spread = choose(card.spread, rng)
    chords = iter([_chord(card, context.key.mode, token, rng) for token in tokens])
    return [
        ChordBar(
            tuple(
                Change.of(group, next(chords), Voicing(spread, int(rng.integers(3))))
                for group in groups
            )
        )
        for groups in slots
    ]


def _chord_slots(card: ChordCard, context: Context, rng: np.random.Generator) -> list[list[int]]:
    """Beat groups that begin a chord, bar by bar of a loop that has at least two chords."""
    pace = choose(card.pace, rng)
    bars = min(context.section.bars, choose(card.loop_bars, rng))
    slots = draw_slots(with_bars(context, bars), pace, rng)
    while sum(map(len, slots)) < FEWEST_CHANGES and len(slots) < context.section.bars:
        slots += draw_slots(with_bars(context, len(slots)), pace, rng)
    return slots[: context.section.bars]


def _chord_functions(card: ChordCard, mode: str, count: int, rng: np.random.Generator) -> list[str]:
    """Functions from the card's progressions, closed by its cadence, some swapped for others."""
    tokens = progression(choose(card.progression, rng), mode, count, rng)
    if rng.random() < HOME_SHARE:
        tokens[0] = tonic(mode)
    tokens = with_cadence(tokens, choose(card.cadence, rng), mode)
    for index in range(1, count):
        if chance(card.mixture, rng):
            after = tokens[(index + 1) % count]
            tokens[index] = _swapped(card, mode, tokens[index], after, rng)
    return tokens


def _swapped(card: ChordCard, mode: str, token: str, after: str, rng: np.random.Generator) -> str:
    """A function that the card borrows: one that leads on, or on the same degree, or any."""
    options = lent(choose(card.lender, rng), mode)
    leading = [f for f in options if f.token.endswith(f"/{after}")]
    same_degree = [f for f in options if f.degree == functions(mode)[token].degree]
    fitting = leading or same_degree or options
    return fitting[int(rng.integers(len(fitting)))].token if fitting else token


def _chord(card: ChordCard, mode: str, token: str, rng: np.random.Generator) -> Chord:
    extension = choose(card.extension, rng, among=extensions(mode, token))
    highest = min(2, max_inversion(extension))
    inversion = int(rng.integers(1, highest + 1)) if highest and chance(card.inverted, rng) else 0
    return Chord(token, extension, inversion)


@cache
def eighth_cells(meter: Meter) -> int:
    """Cells of an eighth, or of the meter's unit where that is shorter."""
    return max(1, min(EIGHTH_TICKS, meter.unit_ticks) * len(cells(meter)) // meter.bar_ticks)


def struck(
    struck_cells: Cells,
    meter: Meter,
    rng: np.random.Generator,
    *,
    shifted: Range = NEVER,
    left_out: Range = NEVER,
) -> Cells:
    """One bar of a rhythm as it is played.

    Args:
        struck_cells: as the rhythm has them.
        meter: of the bar.
        rng: the source of chance.
        shifted: share of the strokes after the downbeat that come early by an eighth or a cell.
        left_out: share of the strokes that are silent.
    """
    found: set[int] = set()
    for cell in struck_cells:
        early = cell - (eighth_cells(meter) if rng.random() < 0.5 else 1)
        if not chance(left_out, rng):
            found.add(early if early > 0 and chance(shifted, rng) else cell)
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one limb does throughout.

    Attributes:
        voice: of ``genomes.drums.voices``.
        rhythm: one of ``RHYTHMS``.
        on_beat: level of its strokes on the beat groups.
        off_beat: level of the others.
        shifted: share of its strokes that come early.
    """

    voice: str
    rhythm: str
    on_beat: str
    off_beat: str
    shifted: Range = NEVER


def compose_drums(card: DrumCard, context: Context, rng: np.random.Generator) -> DrumGenome:
    """A section's drums, on the meter's beat groups."""
    meter, count = context.meter, context.section.bars
    loop = _drum_loop(card, meter, min(count, choose(card.loop_bars, rng)), rng)
    bars = [_drum_bar(card, loop[index % len(loop)], index, count, rng) for index in range(count)]
    swing_percent, dynamic = choose(card.swing, rng), choose(card.dynamic, rng)
    return audible_genome(meter, bars, swing_percent, dynamic, choose(card.shape, rng))


def _drum_bar(
    card: DrumCard, pattern: Pattern, index: int, count: int, rng: np.random.Generator
) -> DrumBar:
    """A bar at its place: phrases end with fills and begin with crashes."""
    place = index % PHRASE_BARS
    ends, begins = place == PHRASE_BARS - 1 or index == count - 1, place == 0
    fill = choose(card.fill, rng) if ends and chance(card.fills, rng) else NO_FILL
    crash = choose(card.crash_voice, rng) if begins and chance(card.crash, rng) else NO_CRASH
    return DrumBar(pattern, fill, crash)


def _drum_loop(card: DrumCard, meter: Meter, bars: int, rng: np.random.Generator) -> list[Pattern]:
    """Bars that share their rhythms; each later one leaves out and shifts its own strokes."""
    layers = [
        _layer(card, choose(card.kick_voice, rng), choose(card.kick, rng), card.syncopation, rng),
        _layer(card, choose(card.snare_voice, rng), choose(card.snare, rng), NEVER, rng),
        _layer(card, choose(card.time_voice, rng), choose(card.time, rng), NEVER, rng),
    ]
    return [
        Pattern(STRAIGHT)
        if index and chance(card.rests, rng)
        else _pattern(card, layers, meter, rng)
        for index in range(bars)
    ]


def _layer(
    card: DrumCard, voice: str, rhythm: str, shifted: Range, rng: np.random.Generator
) -> _Layer:
    on_beat = ACCENT if chance(card.accents, rng) else NORMAL
    off_beat = GHOST if chance(card.soft, rng) else NORMAL
    return _Layer(voice, rhythm, on_beat, off_beat, shifted)


def _pattern(
    card: DrumCard, layers: list[_Layer], meter: Meter, rng: np.random.Generator
) -> Pattern:
    lines: dict[str, list[str]] = {}
    for cell in range(1, cell_count(meter, STRAIGHT), 2):
        if chance(card.ghosts, rng):
            _put(lines, GHOST_NOTE_VOICE, cell, GHOST, meter)
    for layer in layers:
        at = cells_of(layer.rhythm, meter)
        for cell in struck(at, meter, rng, shifted=layer.shifted, left_out=card.missing):
            is_on_beat = cells(meter)[cell].weight >= ON_BEAT_WEIGHT
            level = layer.on_beat if is_on_beat else layer.off_beat
            _put(lines, layer.voice, cell, level, meter)
    return legal(STRAIGHT, {voice: "".join(line) for voice, line in lines.items()})


def _put(lines: dict[str, list[str]], voice: str, cell: int, level: str, meter: Meter) -> None:
    lines.setdefault(voice, [REST] * cell_count(meter, STRAIGHT))[cell] = level


def compose_bass(card: BassCard, context: Context, rng: np.random.Generator) -> BassGenome:
    """A section's bass under the chords of the context, and with its drums' kick."""
    backing = Backing.of(context)
    style = Style(
        weight=1.0,
        rhythms=(choose(card.rhythm, rng),),
        line=choose(card.line, rng),
        lengths=(choose(card.length, rng),),
        loops=(choose(card.loop_bars, rng),),
        strikes_changes=chance(card.changes, rng),
        spans=(choose(card.span, rng),),
        rest_share=card.rests[0],
        ghost_share=float(chance(card.ghosts, rng)),
    )
    return BassGenome(
        backing.cells_per_bar,
        bars_in_style(style, backing, rng),
        choose(card.register, rng),
        choose(card.gate, rng),
        choose(card.dynamic, rng),
        kick_lock=chance(card.kick_lock, rng),
    )
