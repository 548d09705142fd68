"""First genomes: grooves of the song's genres, kits by role, and free rhythms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from genomes.context import Context
from genomes.drums.dynamics import DYNAMICS, SHAPES
from genomes.drums.fills import CRASHES, FILLS, NO_CRASH, NO_FILL
from genomes.drums.genome import SWINGS_PERCENT, Bar, DrumGenome, audible_genome
from genomes.drums.patterns import ACCENT, GHOST, NORMAL, REST, Pattern, cell_count, legal
from genomes.drums.positions import euclidean, layout
from genomes.drums.templates import (
    SILENT_BAR,
    energy_name,
    energy_steps,
    parse_recipe,
    recipe_pattern,
    template_patterns,
    templates_for,
)
from genomes.drums.timekeeping import (
    TimeKeeper,
    draw_time_keeper,
    keeps_time,
    with_time_keeper,
)
from genomes.drums.voices import BACK, COLOUR, LOW, TIME, VOICES, of_role
from genomes.genres import groove_of
from genomes.grid import STRAIGHT, TRIPLET, cells, in_quarters
from genomes.variation import draw, pick

SOURCE_SHARES = (0.45, 0.4, 0.08, 0.07)
NEIGHBOUR_SHARE = 0.35  # of a template of the energy next to the section's, against its own
TRIPLET_SHARE = 0.5

# A letter a bar, to be repeated; "-" is a bar of silence.
FORMS = ("A", "AB", "AAAB", "AABA", "A-", "A-B-", "AAB-", "AABB", "ABAC")
FORM_SHARES = (0.18, 0.14, 0.22, 0.1, 0.06, 0.06, 0.06, 0.08, 0.1)
VARIED_SHARE = 0.4  # of the voices, in a pattern that varies the first

PHRASES = (2, 4, 8)
PHRASE_SHARES = (0.2, 0.6, 0.2)
FILL_SHARES = {"low": 0.2, "medium": 0.4, "high": 0.6}
CRASH_SHARES = {"low": 0.05, "medium": 0.4, "high": 0.7}
OPENING_CRASH_SHARE = 0.5  # of the phrases' crashes, those on the first only
DYNAMIC_SPREAD = 1.2  # steps of the table around the section's energy

# What a kick may do, as a template's recipe; each begins on the downbeat.
KICKS: tuple[str, ...] = (
    "downbeat:X strong:x",
    "downbeat:X strong:x off_back:x",
    "downbeat:X strong:x off_strong:x",
    "downbeat:X before_half:x off_half:x",
    "downbeat:X off_strong:x off_back:x",
    "downbeat:X strong:x before_half:g",
    "strong:X off_weak:x",
    "strong:X off_strong:x",
    "beats:X",
)
BACK_VOICES: dict[str, tuple[str, ...]] = {
    "low": ("rim", "snare", "rim", "clap"),
    "medium": ("snare", "snare", "rim", "clap"),
    "high": ("snare",),
}
HALF_TIME_SHARE = 0.2  # of the kits whose groove allows it
GHOSTED_SHARE = 0.3  # of the kits have a ghost note around the backbeat
GHOSTS = ("before_back:g", "after_back:g", "before_half:g")
KIT_FORMS = ("AAAB", "A", "AB", "AABA")

# Chance of each role in a free rhythm, by energy.
ROLE_SHARES: dict[str, dict[str, float]] = {
    "low": {LOW: 0.8, BACK: 0.4, TIME: 0.45, COLOUR: 0.2},
    "medium": {LOW: 0.9, BACK: 0.7, TIME: 0.7, COLOUR: 0.2},
    "high": {LOW: 1.0, BACK: 0.9, TIME: 0.9, COLOUR: 0.3},
}
# Strokes a quarter that a role is drawn around, by energy.
ROLE_RATES: dict[str, dict[str, float]] = {
    "low": {LOW: 0.35, BACK: 0.25, TIME: 0.7, COLOUR: 0.25},
    "medium": {LOW: 0.6, BACK: 0.4, TIME: 1.2, COLOUR: 0.35},
    "high": {LOW: 0.9, BACK: 0.6, TIME: 1.9, COLOUR: 0.5},
}
RATE_SPREAD = 0.6  # standard deviation of a rate's logarithm, base 2

# How likely the weakest cells are struck in a rhythm by weight; a downbeat has 1.
LIGHTEST = 0.04
DOWNBEAT_SHARE = 0.85  # of the low voices have a stroke on the downbeat

# The voices of a standard drum kit, which any fill may use.
KIT = ("kick", "snare", "high_tom", "mid_tom", "low_tom", "floor_tom", "deep_tom", "open_hat")
ACCENTED_WEIGHT, PLAIN_WEIGHT = 0.5, 0.1


@dataclass(frozen=True)
class _Groove:
    """Patterns from one source, their order, and the fills and swing that suit them."""

    patterns: dict[str, Pattern]
    form: str
    fills: tuple[str, ...]


def random_genome(context: Context, rng: np.random.Generator) -> tuple[DrumGenome, str]:
    """A first genome and the name of the source of its rhythm."""
    source = draw(rng, tuple(SOURCES), SOURCE_SHARES)
    groove = SOURCES[source](context, rng)
    keeper = draw_time_keeper(context, rng)
    if source == "kit" or keeper.keeps_time:
        groove = _with_time(groove, keeper, context)
    bars = _bars(groove, context, rng)
    shape = pick(rng, tuple(SHAPES))
    dynamic = draw_dynamic(context.section.energy, rng)
    return audible_genome(context.meter, bars, swing_percent(context), dynamic, shape), source


def draw_dynamic(energy: float, rng: np.random.Generator) -> int:
    """A dynamic, those near a section's energy more likely."""
    distance = np.arange(len(DYNAMICS)) - energy * (len(DYNAMICS) - 1)
    weights = np.exp(-((distance / DYNAMIC_SPREAD) ** 2))
    return DYNAMICS[int(rng.choice(len(DYNAMICS), p=weights / weights.sum()))]


def _with_time(groove: _Groove, keeper: TimeKeeper, context: Context) -> _Groove:
    """The groove with a time-keeper in all bars that sound, unless time is kept in them all."""
    sounding = {letter: each for letter, each in groove.patterns.items() if each.lines}
    if all(keeps_time(pattern, context.meter) for pattern in sounding.values()):
        return groove
    kept = {
        letter: with_time_keeper(pattern, keeper, context.meter)
        for letter, pattern in sounding.items()
    }
    return replace(groove, patterns=groove.patterns | kept)


def _bars(groove: _Groove, context: Context, rng: np.random.Generator) -> list[Bar]:
    """The bars of the form, with fills and crashes where phrases end and begin."""
    count, energy = context.section.bars, energy_name(context.section.energy)
    phrase = draw(rng, PHRASES, PHRASE_SHARES)
    crash = pick(rng, CRASHES[:2]) if rng.random() < CRASH_SHARES[energy] else NO_CRASH
    opening_only = rng.random() < OPENING_CRASH_SHARE
    bars = []
    for index in range(count):
        pattern = groove.patterns[groove.form[index % len(groove.form)]]
        ends = (index + 1) % phrase == 0 or index == count - 1
        has_fill = ends and bool(pattern.lines) and rng.random() < FILL_SHARES[energy]
        begins = index == 0 or (index % phrase == 0 and not opening_only)
        bars.append(
            Bar(
                pattern,
                pick(rng, groove.fills) if has_fill else NO_FILL,
                crash if begins and pattern.lines else NO_CRASH,
            )
        )
    return bars


def _from_template(context: Context, rng: np.random.Generator) -> _Groove:
    """A groove of the song's genres, near the section's energy."""
    can_play_triplets = swings_in_triplets(context) or not in_quarters(context.meter)
    options = [
        template
        for template in templates_for(context.genres, context.section.energy)
        if template.division == STRAIGHT or can_play_triplets
    ]
    wanted = energy_name(context.section.energy)
    weights = np.array([NEIGHBOUR_SHARE ** energy_steps(each, wanted) for each in options])
    template = options[int(rng.choice(len(options), p=weights / weights.sum()))]
    patterns = template_patterns(template, context.meter, rng)
    return _Groove(patterns, template.form, template.fills)


def _kit(context: Context, rng: np.random.Generator) -> _Groove:
    """A kick and a backbeat; every second or fourth bar another kick."""
    energy = energy_name(context.section.energy)
    groove = groove_of(context.genres)
    half = groove.half_time and rng.random() < HALF_TIME_SHARE
    lines = {}
    if groove.backbeat:
        ghosts = f" {pick(rng, GHOSTS)}" if rng.random() < GHOSTED_SHARE else ""
        lines[pick(rng, BACK_VOICES[energy])] = ("half:X" if half else "back:X") + ghosts
    kick = "soft_kick" if energy == "low" else "kick"
    division = TRIPLET if swings_in_triplets(context) and rng.random() < TRIPLET_SHARE else STRAIGHT

    def pattern(kicks: str) -> Pattern:
        recipes = {kick: parse_recipe(kicks), **{v: parse_recipe(r) for v, r in lines.items()}}
        return recipe_pattern(recipes, context.meter, division)

    patterns = {letter: pattern(pick(rng, KICKS)) for letter in "AB"}
    return _Groove(patterns, pick(rng, KIT_FORMS), _fills_for(patterns["A"].voices))


def swing_percent(context: Context) -> int:
    """The section's swing as a gene: the nearest of ``SWINGS_PERCENT``."""
    return min(SWINGS_PERCENT, key=lambda percent: abs(percent - 100 * context.swing))


def swings_in_triplets(context: Context) -> bool:
    """Whether a bar may be divided into triplets: only where the section swings fully."""
    return in_quarters(context.meter) and swing_percent(context) == SWINGS_PERCENT[-1]


def _by_euclid(context: Context, rng: np.random.Generator) -> _Groove:
    """A few voices, each spread evenly over the cells, the pulses or the beat groups."""
    return _free(context, rng, _euclidean_line)


def _by_weight(context: Context, rng: np.random.Generator) -> _Groove:
    """A few voices, struck by chance; strong beats are more likely."""
    return _free(context, rng, _weighted_line)


_LineOf = Callable[[str, float, Context, str, np.random.Generator], str]


def _free(context: Context, rng: np.random.Generator, line_of: _LineOf) -> _Groove:
    """A groove of drawn voices, and answers to its first bar that change some of them."""
    division = TRIPLET if swings_in_triplets(context) and rng.random() < TRIPLET_SHARE else STRAIGHT
    form = draw(rng, FORMS, FORM_SHARES)
    lines: dict[str, str] = {}
    for voice in _draw_voices(context, rng):
        lines[voice] = line_of(voice, _rate(voice, context, rng), context, division, rng)
    patterns = {"A": legal(division, lines), SILENT_BAR: Pattern(division)}
    for letter in sorted(set(form) - set(patterns)):
        varied = dict(lines)
        for voice in lines:
            if rng.random() < VARIED_SHARE:
                rate = _rate(voice, context, rng)
                varied[voice] = line_of(voice, rate, context, division, rng)
        patterns[letter] = legal(division, varied)
    return _Groove(patterns, form, _fills_for(lines))


def _fills_for(voices: Iterable[str]) -> tuple[str, ...]:
    """Fills on voices of the kit and on those that the groove plays."""
    known = {*KIT, *voices}
    return tuple(name for name, fill in FILLS.items() if set(fill.voices) <= known)


def _draw_voices(context: Context, rng: np.random.Generator) -> list[str]:
    shares = ROLE_SHARES[energy_name(context.section.energy)]
    return [
        draw_voice(of_role(role), rng) for role, share in shares.items() if rng.random() < share
    ]


def draw_voice(options: Sequence[str], rng: np.random.Generator) -> str:
    """One of some voices, the usual ones more often."""
    weights = np.array([VOICES[voice].usual for voice in options])
    return options[int(rng.choice(len(options), p=weights / weights.sum()))]


def _rate(voice: str, context: Context, rng: np.random.Generator) -> float:
    """Strokes a quarter for a voice."""
    around = ROLE_RATES[energy_name(context.section.energy)][VOICES[voice].role]
    return around * groove_of(context.genres).density * float(2 ** rng.normal(0, RATE_SPREAD))


def euclidean_line(
    strokes: int, grid: Sequence[int], rotation: int, context: Context, division: str
) -> str:
    """Letters of a voice struck evenly over some cells, the heavier ones louder."""
    weights = [cell.weight for cell in cells(context.meter, division)]
    letters = [REST] * len(weights)
    for index in euclidean(min(strokes, len(grid)), len(grid), rotation % len(grid)):
        letters[grid[index]] = _level(weights[grid[index]])
    return "".join(letters)


def _level(weight: float) -> str:
    if weight >= ACCENTED_WEIGHT:
        return ACCENT
    return NORMAL if weight >= PLAIN_WEIGHT else GHOST


def _euclidean_line(
    voice: str, rate: float, context: Context, division: str, rng: np.random.Generator
) -> str:
    bar = layout(context.meter, division)
    grid = pick(rng, (tuple(range(bar.count)), bar.pulses, bar.pulses, bar.starts))
    strokes = min(len(grid), max(1, round(rate * context.meter.bar_quarters)))
    late = VOICES[voice].role == BACK or rng.random() < 0.3
    rotation = int(rng.integers(len(grid))) if late else 0
    return euclidean_line(strokes, grid, rotation, context, division)


def _weighted_line(
    voice: str, rate: float, context: Context, division: str, rng: np.random.Generator
) -> str:
    weights = np.array([cell.weight for cell in cells(context.meter, division)])
    wanted = rate * context.meter.bar_quarters
    likely = np.sqrt(weights) + LIGHTEST
    if VOICES[voice].role == BACK:
        likely[0] = LIGHTEST
    chances = np.minimum(0.95, likely * wanted / likely.sum())
    if VOICES[voice].role == LOW:
        chances[0] = DOWNBEAT_SHARE
    struck = rng.random(cell_count(context.meter, division)) < chances
    if not struck.any():
        struck[int(likely.argmax())] = True
    letters = [_level(w) if s else REST for w, s in zip(weights.tolist(), struck, strict=True)]
    return "".join(letters)


SOURCES: dict[str, Callable[[Context, np.random.Generator], _Groove]] = {
    "template": _from_template,
    "kit": _kit,
    "euclid": _by_euclid,
    "weight": _by_weight,
}
