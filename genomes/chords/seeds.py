"""First genomes: from what songs do, counted transitions, plain guitar progressions, or chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from genomes.chords.comping import PLAIN_PATTERNS, by_strokes
from genomes.chords.figures import Comping, draw_section, draw_varied, of_pattern
from genomes.chords.functions import functions, tonic
from genomes.chords.genome import DYNAMICS, Bar, Change, ChordGenome
from genomes.chords.harmony import Chord, extensions, max_inversion
from genomes.chords.song_chords import song_chords
from genomes.chords.tables import followers, guitar_progressions, inversion_weights
from genomes.chords.tune_chords import draw_functions
from genomes.chords.voicing import REGISTERS, SPREADS, Voicing
from genomes.context import Context
from genomes.variation import draw, draw_by_energy, pick

# How likely each extension is where a chord can take it: plain triads most.
EXTENSION_WEIGHTS = {
    "triad": 8.0,
    "5": 0.5,
    "6": 0.5,
    "7": 3.0,
    "9": 0.7,
    "add9": 1.0,
    "sus2": 0.7,
    "sus4": 0.7,
}
# What some seeds take wherever they can: a style's own vocabulary.
FAVOURITES = ("5", "6", "7", "9", "add9", "sus2", "sus4")
FAVOURITE_WEIGHT = 30.0
FAVOURITE_SHARE = 0.4
# How many chords a bar begins, by the pace of a section; the share of bars with 0, 1, 2 and 3.
PACES: dict[str, tuple[float, float, float, float]] = {
    "patient": (0.55, 0.45, 0.0, 0.0),
    "steady": (0.0, 0.95, 0.05, 0.0),
    "walking": (0.05, 0.50, 0.45, 0.0),
    "busy": (0.0, 0.25, 0.55, 0.20),
}
# What songs do, as a source beside the others: a loop of so many bars, four most often, and how
# often the section closes otherwise than the loop.
SONGS = "songs"
SONG_LOOP_BARS = (4, 4, 4, 8, 2)
OTHER_CLOSE_SHARE = 0.4
# Chords drawn for a melody that is there already, and how many first genomes are of this source.
MELODY = "melody"
MELODY_SHARE = 0.75
# How often a chord takes an inversion as often as the choir pieces do that were counted; songs
# have .09 of their chords over another bass than the root.
INVERTED_SHARE = 0.3
# Bars that come round again; 0 runs on to the end.
LOOP_BARS = (0, 0, 2, 4, 4, 8)
# How often a section is played by the table's patterns, not by the figures of pianos.
PATTERN_SHARE = 0.05
# Of sections that begin as figures of one pattern, some beats of them drawn again.
VARIED_PATTERN_SHARE = 0.6
# How likely a random chord comes from each kind of function.
SOURCE_WEIGHTS = {
    "diatonic": 10.0,
    "leading tone": 4.0,
    "borrowed": 1.5,
    "neapolitan": 1.0,
    "applied": 1.0,
}


@dataclass(frozen=True, slots=True)
class _Style:
    """What a seed decides once for the whole section."""

    pace: str
    patterns: tuple[str, ...]
    spread: str
    plain: bool
    favourite: str
    loop_bars: int


def random_genome(context: Context, rng: np.random.Generator) -> tuple[ChordGenome, str]:
    """A first genome and its source: ``songs``, ``transitions``, ``guitar`` or ``random``.

    Where the context has a melody that the chords are for, it is ``melody`` for most.
    """
    melody = context.part("melody")
    for_melody = melody is not None and rng.random() < MELODY_SHARE
    source = MELODY if for_melody else pick(rng, (SONGS, *SOURCES))
    style = _draw_style(context, rng, plain=source in {SONGS, MELODY, "guitar"})
    slots = draw_slots(context, style.pace, rng)
    mode = context.key.mode
    if melody is not None and for_melody:
        tokens = draw_functions(context, melody, slots, rng)
        bars = _bars(mode, slots, tokens, replace(style, loop_bars=0), rng)
    elif source == SONGS:
        bars = _song_bars(mode, slots, style, rng)
    else:
        tokens = SOURCES[source](mode, sum(map(len, slots)), rng)
        bars = _bars(mode, slots, tokens, style, rng)
    register = draw_by_energy(rng, REGISTERS, context.section.energy)
    dynamic = draw_by_energy(rng, DYNAMICS, context.section.energy)
    comping = draw_comping(context, rng)
    genome = ChordGenome(mode, len(context.meter.groups), bars, register, dynamic, comping)
    return genome, source


def draw_comping(context: Context, rng: np.random.Generator) -> tuple[Comping, ...]:
    """Figures for every bar of a section, or none, so that its bars are played by patterns."""
    drawn = rng.random()
    if drawn < PATTERN_SHARE:
        return ()
    if drawn >= PATTERN_SHARE + VARIED_PATTERN_SHARE:
        return draw_section(context, rng)
    name = draw_by_energy(rng, by_strokes(context.meter), context.section.energy)
    return draw_varied((of_pattern(name, context.meter),), context, rng)


def _draw_style(context: Context, rng: np.random.Generator, *, plain: bool) -> _Style:
    energy = context.section.energy
    patterns = by_strokes(context.meter)
    if plain:
        patterns = tuple(name for name in patterns if name in PLAIN_PATTERNS)
    main, other = draw_by_energy(rng, patterns, energy), draw_by_energy(rng, patterns, energy)
    pace = "steady" if plain and rng.random() < 0.6 else draw_by_energy(rng, tuple(PACES), energy)
    both = (main, main, main, other) if rng.random() < 0.4 else (main,)
    favourite = pick(rng, FAVOURITES) if not plain and rng.random() < FAVOURITE_SHARE else ""
    loop_bars = LOOP_BARS[int(rng.integers(len(LOOP_BARS)))]
    return _Style(pace, both, pick(rng, SPREADS), plain, favourite, loop_bars)


def draw_slots(context: Context, pace: str, rng: np.random.Generator) -> list[list[int]]:
    """Beat groups that begin a chord, for each bar; the first bar begins on its downbeat.

    Phrases of two bars share a rhythm, so that a section has a shape one can remember.
    """
    groups = len(context.meter.groups)
    phrase = [_bar_slots(groups, context, pace, rng) for _ in range(min(2, context.section.bars))]
    slots = [list(phrase[bar % len(phrase)]) for bar in range(context.section.bars)]
    if rng.random() < 0.5:
        slots[-1] = _bar_slots(groups, context, pace, rng)
    if not slots[0] or slots[0][0] != 0:
        slots[0] = [0, *(group for group in slots[0] if group)]
    return slots


def _bar_slots(groups: int, context: Context, pace: str, rng: np.random.Generator) -> list[int]:
    count = min(int(rng.choice(4, p=PACES[pace])), groups)
    if count == 0:
        return []
    accents = np.array(context.meter.accents[1:])
    others = [] if count == 1 else _drawn(count - 1, accents, rng)
    return [0, *sorted(others)]


def _drawn(count: int, accents: NDArray[np.float64], rng: np.random.Generator) -> list[int]:
    """Groups after the downbeat, the accented ones more likely."""
    weights = accents**2 / (accents**2).sum()
    chosen = rng.choice(len(accents), size=min(count, len(accents)), replace=False, p=weights)
    return [int(index) + 1 for index in chosen]


def _song_bars(
    mode: str, slots: Sequence[Sequence[int]], style: _Style, rng: np.random.Generator
) -> tuple[Bar, ...]:
    """A loop as in songs that comes round, sometimes with another close; see ``song_chords``."""
    loop_bars = pick(rng, SONG_LOOP_BARS)
    source = [bar % loop_bars for bar in range(len(slots))]
    if rng.random() < OTHER_CLOSE_SHARE:
        source[-1] = len(slots) - 1
    drawn = song_chords(mode, [slots[bar] for bar in source], source, rng)
    bars = []
    voicing = Voicing(style.spread, int(rng.integers(3)))
    patterns = cycle(style.patterns)
    for index, chords in enumerate(drawn):
        changes = (
            Change.of(g, c, voicing) for g, c in zip(slots[source[index]], chords, strict=True)
        )
        bars.append(Bar(tuple(changes), next(patterns)))
    return tuple(bars)


def _bars(
    mode: str,
    slots: Sequence[Sequence[int]],
    tokens: Sequence[str],
    style: _Style,
    rng: np.random.Generator,
) -> tuple[Bar, ...]:
    remaining = iter(tokens)
    bars = []
    for groups, pattern in zip(slots, cycle(style.patterns), strict=False):
        changes = [
            Change.of(group, _styled_chord(mode, next(remaining), style, rng), voicing)
            for group, voicing in zip(groups, _voicings(style, rng), strict=False)
        ]
        bars.append(Bar(tuple(changes), pattern))
    loop_bars = style.loop_bars or len(bars)
    return tuple(bars[index % loop_bars] for index in range(len(bars)))


def _styled_chord(mode: str, token: str, style: _Style, rng: np.random.Generator) -> Chord:
    return draw_chord(mode, token, rng, plain=style.plain, favourite=style.favourite)


def _voicings(style: _Style, rng: np.random.Generator) -> Iterator[Voicing]:
    while True:
        yield Voicing(style.spread, int(rng.integers(3)))


def draw_chord(
    mode: str,
    token: str,
    rng: np.random.Generator,
    *,
    plain: bool = False,
    favourite: str = "",
) -> Chord:
    """A chord on a function: a plain triad in root position, or extended and inverted by chance."""
    options = extensions(mode, token)
    if plain and "triad" in options:
        return Chord(token)
    likely_by_name = EXTENSION_WEIGHTS | ({favourite: FAVOURITE_WEIGHT} if favourite else {})
    weights = np.array([likely_by_name[option] for option in options])
    extension = options[int(rng.choice(len(options), p=weights / weights.sum()))]
    if rng.random() >= INVERTED_SHARE:
        return Chord(token, extension)
    likely = inversion_weights(mode, token, max_inversion(extension))
    return Chord(token, extension, int(rng.choice(len(likely), p=likely)))


def _walk_transitions(mode: str, count: int, rng: np.random.Generator) -> list[str]:
    """A walk over counted transitions that begins on the tonic."""
    tokens = [tonic(mode)]
    while len(tokens) < count:
        tokens.append(draw(rng, *followers(mode, tokens[-1])))
    return tokens


def _plain_loop(mode: str, count: int, rng: np.random.Generator) -> list[str]:
    """A guitar progression, repeated or cut to length."""
    loops = guitar_progressions(mode)
    loop = loops[int(rng.integers(len(loops)))]
    return [loop[index % len(loop)] for index in range(count)]


def _by_chance(mode: str, count: int, rng: np.random.Generator) -> list[str]:
    """Any functions of the mode, the diatonic ones more likely."""
    table = tuple(functions(mode).values())
    weights = np.array([SOURCE_WEIGHTS[function.source] for function in table])
    drawn = rng.choice(len(table), size=count, p=weights / weights.sum())
    return [table[int(index)].token for index in drawn]


SOURCES: dict[str, Callable[[str, int, np.random.Generator], list[str]]] = {
    "transitions": _walk_transitions,
    "guitar": _plain_loop,
    "random": _by_chance,
}
