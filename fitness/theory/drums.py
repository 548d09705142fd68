"""Rules of the drum stage: downbeats, backbeat, timekeeping, phrases, dynamics and density."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fitness.theory.common import Rule
from fitness.theory.drum_reading import (
    ROLES,
    Booleans,
    Drums,
    Floats,
    Integers,
    drums_of,
    metrical_grid,
    nearest_positions,
)
from genomes.context import Context
from genomes.drums.dynamics import LOUDEST_GHOST, PHRASE_BARS
from genomes.drums.positions import positions
from genomes.drums.voices import BY_NOTE, HAND, LOW, TIME, VOICES
from genomes.genres import Groove, groove_of
from genomes.grid import STRAIGHT, cells
from genomes.notes import Part
from genomes.time import Meter, seconds_per_tick

GROUP_WEIGHT = 0.25  # from here on a position begins a beat group

# Under a change of chord: the ground, anything else, or nothing, which suits a still section.
LOW_DRUM, ANY_DRUM, NO_DRUM = 1.0, 0.5, 0.3

# Low strokes per quarter note that ground a bar without filling it, at least and at most, in a
# still section and in a full one; half of the windows of rock files have 0.6 to 1.4.
KICKS_FROM_STILL, KICKS_FROM_FULL = 0.2, 1.1
KICKS_TO_STILL, KICKS_TO_FULL = 0.8, 1.9

# A bar whose backbeat is missing, in a still section and in a full one; a bar without an answer
# in a genre that has no backbeat.
NO_ANSWER_STILL, NO_ANSWER_FULL = 0.5, 0.0
FREE_NO_ANSWER = 0.6
HALF_TIME = 0.95  # score of a bar that answers once, in its middle
STRAY_ANSWER = 0.7  # what is left of a bar for each loud answer beside the backbeat

# Share of a bar's pulses that a time-keeper plays, in a still section and in a full one; real rock
# and pop plays at least three of four in half of its bars.
PULSES_STILL, PULSES_FULL = 0.5, 1.25
# What is left where shakers and tambourines keep time, and where other drums do: in rock and pop
# it is mostly the hi-hat or the ride.
SHAKEN, OTHER_KEEPER = 0.7, 0.6
UNUSUAL_CYMBAL = 0.7  # what is left for the ride where a style never has it, or for the hi-hat
LEFT_OUT = 0.4  # worth of a bar without a time-keeper in a style that never has one
PULSE_SHARE = 0.7

SILENT_BAR_STEADY = 0.6  # a rest is no stumble, and no time either

# How much of a bar its likeliest forerunner had: a loop one can learn that still lives.
LOOP_FROM, LOOP_TO = 0.6, 0.92
SAME_STILL, SAME_FULL = 0.8, 0.4  # one bar for ever, in a still section and in a full one

PHRASE_END_DIFFERENCE = 0.3  # of a phrase's last bar from the one before it
UNMARKED_STILL = 0.5  # a phrase that ends as it went on, in a still section

# Positions struck per quarter note, and mean velocity, of a still section and of a full one. Real
# rock and pop has about 2.2 (8.7 a bar, 14 to 18 strokes).
DENSITY_STILL, DENSITY_FULL = 0.6, 3.8
DENSITY_SOFTENING = 0.25
VELOCITY_STILL, VELOCITY_FULL = 55.0, 95.0
VELOCITY_MARGIN = 30.0

# Positions struck per quarter note that halve a bar's room, in a still section and in a full one.
ROOM_STILL, ROOM_FULL = 2.0, 6.0

# Standard deviations of velocity that make a bar, and a section, alive.
LIVELY_BAR, LIVELY_SECTION = 16.0, 4.0
BAR_SHARE = 0.7

# Worth of a moment by how many limbs it takes; and how fast a hand gets to another body.
LIMBS_SCORES = (1.0, 1.0, 1.0, 0.7, 0.4)
REACH_SECONDS, HARDEST_REACH = 0.2, 0.5


def anchors(part: Part, context: Context) -> float:
    """A low drum is struck on the downbeats and where the chords change, and not much more.

    Half is, per downbeat or change, 1 for a low voice, half for any other, less for nothing; half,
    per bar, how near its low strokes come to as many as suit the section's energy and genres.
    """
    drums = drums_of(part, context)
    chords = context.part("chords")
    low = drums.struck[:, ROLES.index(LOW)]
    onsets = np.arange(len(low), dtype=np.int32) * context.meter.bar_ticks
    if chords is not None and chords.harmony:
        changes = np.array([span.onset_ticks for span in chords.harmony], dtype=np.int32)
        onsets = np.union1d(onsets, changes)
    there = nearest_positions(onsets, context.meter, part.swing)
    nothing = NO_DRUM * (1 - context.section.energy)
    any_score = np.where(drums.any_struck.reshape(-1)[there], ANY_DRUM, nothing)
    placed = np.where(low.reshape(-1)[there], LOW_DRUM, any_score)
    energy = context.section.energy
    density = groove_of(context.genres).density
    least = density * (KICKS_FROM_STILL + energy * (KICKS_FROM_FULL - KICKS_FROM_STILL))
    most = density * (KICKS_TO_STILL + energy * (KICKS_TO_FULL - KICKS_TO_STILL))
    rates = low.sum(axis=1) / drums.bar_quarters
    few, many = np.minimum(1.0, rates / least), most / np.maximum(rates, most)
    return float((placed.mean() + (few * many).mean()) / 2)


def backbeat(part: Part, context: Context) -> float:
    """The backbeat is answered, where the song's genres have one, and nowhere else as loudly.

    Per bar, the share of the backbeats on which a loud answering stroke falls (at half time the
    one of the bar, where the genres allow it), times what other loud answers leave. A bar without
    any is worth less the fuller the section is. Genres without a backbeat (ambient, classical,
    jazz ...) ask only for answers that fall on beat groups, the same in every bar.
    """
    drums = drums_of(part, context)
    loud = drums.answers > LOUDEST_GHOST
    counts = loud.sum(axis=1)
    groove = groove_of(context.genres)
    energy = context.section.energy
    missing = NO_ANSWER_STILL + energy * (NO_ANSWER_FULL - NO_ANSWER_STILL)
    if groove.backbeat:
        back = _positions_of("back", context.meter, part.swing)
        kept = _answered(loud, counts, back)
        if groove.half_time:
            half = _positions_of("half", context.meter, part.swing)
            kept = np.maximum(kept, HALF_TIME * _answered(loud, counts, half))
    else:
        kept, missing = _clear_answers(loud, counts, drums), FREE_NO_ANSWER
    return float(np.where(counts > 0, kept, missing).mean())


def _answered(loud: Booleans, counts: Integers, wanted: Integers) -> Floats:
    """Per bar, how well its loud answers fall on the wanted positions and nowhere else."""
    hits = loud[:, wanted].sum(axis=1)
    others = counts - hits
    return np.asarray(hits / max(1, len(wanted)) * STRAY_ANSWER**others)


def _clear_answers(loud: Booleans, counts: Integers, drums: Drums) -> Floats:
    """Per bar, the share of loud answers on later beat groups that other bars have too."""
    clear = drums.grid.weights >= GROUP_WEIGHT
    clear[0] = False
    recurring = (loud.sum(axis=0) > 1) | (len(loud) == 1)
    score = clear * (0.5 + 0.5 * recurring)
    return np.asarray((loud @ score) / np.maximum(counts, 1))


@lru_cache(maxsize=256)
def _positions_of(role: str, meter: Meter, swing: float) -> Integers:
    """The positions of the metrical grid where the straight cells of a role lie."""
    straight = cells(meter, STRAIGHT)
    onsets = [straight[cell].onset_ticks for cell in positions(role, meter, STRAIGHT)]
    return np.flatnonzero(np.isin(metrical_grid(meter, swing).straight_ticks, onsets))


def steady_time(part: Part, context: Context) -> float:
    """A time-keeper plays on: every pulse of the bar, and every bar like the one before.

    Read in the voices that keep time, or else, for less, in those that strike most. Most is, per
    bar, the square of the share of the pulses (eighths) that are struck, against what a section of
    this energy needs, where sixteenths between them cost nothing as long as all pulses are struck;
    a bar that leaves them out is worth the more the rarer the song's genres keep time. The rest is
    how alike neighbouring bars are.
    """
    drums = drums_of(part, context)
    keeper = _timekeeper(drums)
    time = drums.struck[:, keeper]
    strokes = time.sum(axis=1)
    on_pulse = (time & drums.grid.are_pulses).sum(axis=1)
    pulses = (drums.grid.weights > 0).sum()
    wanted = PULSES_STILL + context.section.energy * (PULSES_FULL - PULSES_STILL)
    kept = np.minimum(1.0, on_pulse / pulses / min(1.0, wanted)) ** 2
    clear = np.where(on_pulse == pulses, 1.0, on_pulse / np.maximum(strokes, 1))
    groove = groove_of(context.genres)
    usual = _usual_keeper(part, groove) if keeper == ROLES.index(TIME) else OTHER_KEEPER
    steady = kept * clear * usual
    left_out = LEFT_OUT * (1 - groove.time_kept)
    worth = steady + (1 - steady) * left_out
    return float(PULSE_SHARE * worth.mean() + (1 - PULSE_SHARE) * _neighbours_alike(time))


def _usual_keeper(part: Part, groove: Groove) -> float:
    """1 for the style's usual cymbal, less for its rarer one, least where something is shaken.

    The rarer cymbal is worth the less the rarer it is; see ``Groove.ride_share``.
    """
    notes = part.notes["pitch"]
    hats, rides = int(_IS_HAT[notes].sum()), int(_IS_RIDE[notes].sum())
    if 2 * (hats + rides) < _IS_TIME[notes].sum():
        return SHAKEN
    own = groove.ride_share if rides > hats else 1 - groove.ride_share
    return UNUSUAL_CYMBAL + (1 - UNUSUAL_CYMBAL) * min(1.0, 2 * own)


def _timekeeper(drums: Drums) -> int:
    counts = drums.struck.sum(axis=(0, 2))
    time = ROLES.index(TIME)
    return time if 2 * counts[time] >= counts.max() else int(counts.argmax())


def _neighbours_alike(struck: np.ndarray) -> float:
    """Mean Jaccard index of neighbouring bars' struck positions."""
    if len(struck) == 1:
        return 1.0
    both = (struck[1:] & struck[:-1]).sum(axis=1)
    either = (struck[1:] | struck[:-1]).sum(axis=1)
    shares = np.where(either > 0, both / np.maximum(either, 1), SILENT_BAR_STEADY)
    return float(shares.mean())


def loop(part: Part, context: Context) -> float:
    """A loop with variation: bars are neither all different nor all equal.

    Per bar after the first, how much it shares with the most alike of those before; the mean
    against a band, less outside it. A still section may stay the same.
    """
    likeness = drums_of(part, context).likeness
    if len(likeness) == 1:
        return 1.0
    earlier = np.where(np.tri(len(likeness), k=-1, dtype=np.bool_), likeness, 0.0)
    known = float(earlier.max(axis=1)[1:].mean())
    if known <= LOOP_TO:
        return min(1.0, known / LOOP_FROM)
    same = SAME_STILL + context.section.energy * (SAME_FULL - SAME_STILL)
    return 1 - (1 - same) * (known - LOOP_TO) / (1 - LOOP_TO)


def phrase_ends(part: Part, context: Context) -> float:
    """The last bar of four, or of the section, differs from the bar before it.

    Per such bar, 1 from a difference of about a third on, and less below, though a still section
    needs no mark; 1 for a single bar.
    """
    likeness = drums_of(part, context).likeness
    ends = {*range(PHRASE_BARS - 1, len(likeness), PHRASE_BARS), len(likeness) - 1} - {0}
    if not ends:
        return 1.0
    differences = [1 - likeness[end, end - 1] for end in ends]
    unmarked = UNMARKED_STILL * (1 - context.section.energy)
    return float(np.clip(np.array(differences) / PHRASE_END_DIFFERENCE, unmarked, 1.0).mean())


def accents(part: Part, context: Context) -> float:
    """Accents on strong beats: per bar, the correlation of velocity and metrical weight.

    Half of one plus their correlation; a half where either never changes. Silent bars don't
    count.
    """
    drums = drums_of(part, context)
    struck = drums.any_struck
    counts = struck.sum(axis=1)
    sounding = counts > 0
    if not sounding.any():
        return 0.0
    weights = np.where(struck, np.sqrt(drums.grid.weights), 0.0)
    means = [each.sum(axis=1) / np.maximum(counts, 1) for each in (drums.velocities, weights)]
    loud = np.where(struck, drums.velocities - means[0][:, None], 0.0)
    heavy = np.where(struck, weights - means[1][:, None], 0.0)
    together = (loud * heavy).sum(axis=1)
    spreads = np.sqrt((loud**2).sum(axis=1) * (heavy**2).sum(axis=1))
    correlations = np.where(spreads > 1e-9, together / np.maximum(spreads, 1e-9), 0.0)
    return float((0.5 + 0.5 * np.clip(correlations[sounding], -1.0, 1.0)).mean())


def energy(part: Part, context: Context) -> float:
    """Density and loudness follow the section's energy, per bar; a silent bar has loudness 0."""
    drums = drums_of(part, context)
    full = context.section.energy
    density = DENSITY_STILL + full * (DENSITY_FULL - DENSITY_STILL)
    density = density * groove_of(context.genres).density + DENSITY_SOFTENING
    away = np.abs(np.log2((drums.densities + DENSITY_SOFTENING) / density))
    velocity = VELOCITY_STILL + full * (VELOCITY_FULL - VELOCITY_STILL)
    off = np.abs(_bar_means(drums) - velocity) / VELOCITY_MARGIN
    return float(((1 / (1 + away) + 1 / (1 + off)) / 2).mean())


def _bar_means(drums: Drums) -> Floats:
    """Mean velocity of each bar's positions; 0 for silence."""
    counts = drums.any_struck.sum(axis=1)
    return np.asarray(drums.velocities.sum(axis=1) / np.maximum(counts, 1))


def room(part: Part, context: Context) -> float:
    """Few strokes: the more positions of a bar are struck, the lower the score.

    Per bar, halved by each stroke a quarter in a still section, by each three in a full one.
    """
    half = ROOM_STILL + context.section.energy * (ROOM_FULL - ROOM_STILL)
    return float((0.5 ** (drums_of(part, context).densities / half)).mean())


def dynamics(part: Part, context: Context) -> float:
    """Neither every stroke nor every bar is equally loud.

    The spread of velocities within the bars, and of the bars' means, each up to what is lively.
    """
    drums = drums_of(part, context)
    counts = drums.any_struck.sum(axis=1)
    sounding = counts > 0
    if not sounding.any():
        return 0.0
    means = _bar_means(drums)
    apart = np.where(drums.any_struck, drums.velocities - means[:, None], 0.0)
    within = np.sqrt((apart**2).sum(axis=1) / np.maximum(counts, 1))[sounding]
    in_bars = float(np.minimum(1.0, within / LIVELY_BAR).mean())
    between = min(1.0, float(means[sounding].std()) / LIVELY_SECTION)
    return BAR_SHARE * in_bars + (1 - BAR_SHARE) * between


def comfort(part: Part, context: Context) -> float:
    """Easy to play: few limbs at once, and time for a hand to move between drums.

    Per stroke of the hands, the score of how many limbs strike with it, less what the way from
    the stroke before costs in the time there is.
    """
    tick_seconds = seconds_per_tick(context.tempo_bpm)
    struck = part.notes[part.notes["is_drum"]]
    moments: dict[int, tuple[int, ...]] = {}
    for onset, note in zip(struck["onset_ticks"].tolist(), struck["pitch"].tolist(), strict=True):
        moments[onset] = (*moments.get(onset, ()), note)
    scores, before, bodies_before = [], float("-inf"), frozenset[str]()
    for onset, notes in moments.items():
        limbs, bodies = _limbs_and_bodies(notes)
        cost = 0.0
        if bodies:
            is_other = not bodies & bodies_before
            gap = (onset - before) * tick_seconds
            cost = HARDEST_REACH * min(1.0, REACH_SECONDS / gap) if is_other else 0.0
            before, bodies_before = onset, bodies
        scores.append(limbs - cost)
    return max(0.0, sum(scores) / len(scores)) if scores else 0.0


@lru_cache(maxsize=2**12)
def _limbs_and_bodies(notes: tuple[int, ...]) -> tuple[float, frozenset[str]]:
    """The score of how many limbs strike notes at once, and what the hands strike."""
    limbs = LIMBS_SCORES[min(len(notes), len(LIMBS_SCORES) - 1)]
    return limbs, frozenset(_HAND_BODIES[note] for note in notes if note in _HAND_BODIES)


_IS_TIME = np.isin(np.arange(128), [v.note for v in VOICES.values() if v.role == TIME])
_IS_HAT = np.isin(np.arange(128), [v.note for v in VOICES.values() if v.body == "hi-hat"])
_IS_RIDE = np.isin(np.arange(128), [v.note for v in VOICES.values() if v.body == "ride"])
_HAND_BODIES = {
    note: VOICES[name].body for note, name in BY_NOTE.items() if VOICES[name].limb == HAND
}

RULES: dict[str, Rule] = {
    "anchors": anchors,
    "backbeat": backbeat,
    "steady_time": steady_time,
    "loop": loop,
    "phrase_ends": phrase_ends,
    "accents": accents,
    "energy": energy,
    "room": room,
    "dynamics": dynamics,
    "comfort": comfort,
}
