"""Parts that are not music: a model learns from them to give a low confidence.

Fakes are drawn at random. Corruptions take a composed part and shuffle its pitches or times, or
drop notes; they keep the number of notes in each bar, the pitches or the rhythm, so that simple
counts do not identify them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from fitness.roll import HIGHEST_ROW, LOWEST_ROW, STEPS_PER_SECOND
from genomes import splicing
from genomes.context import Context
from genomes.grid import SIXTEENTH_TICKS
from genomes.keys import SCALES
from genomes.notes import Notes, Part
from genomes.time import TICKS_PER_QUARTER
from training.composed.rhythms import VELOCITIES, onsets_ticks

Note = tuple[int, int, int, int]

# Share of a roll's cells that noise fills, low and high.
THIN_NOISE, THICK_NOISE = (0.004, 0.02), (0.08, 0.3)
PITCHES = (LOWEST_ROW, HIGHEST_ROW + 1)
FAKE_RHYTHMS = ("bars", "halves", "beats", "eighths", "sixteenths", "off_beats", "dotted")
CLUSTER_NOTES = (4, 13)
HELD_NOTES = (12, 89)
# Of a composed part: the share of its notes that survive a loss, and by how much pitches move.
KEPT_SHARE = (0.15, 0.4)
SHIFT_SEMITONES = 7


def _noise(fill: tuple[float, float]) -> Callable[[Context, np.random.Generator], Iterator[Note]]:
    def make(context: Context, rng: np.random.Generator) -> Iterator[Note]:
        """Any pitch at any time, a step of the roll long."""
        length = context.length_ticks
        step = round(context.tempo_bpm * TICKS_PER_QUARTER / 60 / STEPS_PER_SECOND)
        cells = (PITCHES[1] - PITCHES[0]) * length / step
        for onset in rng.integers(0, length - step, size=int(rng.uniform(*fill) * cells) + 1):
            yield int(onset), step, int(rng.integers(*PITCHES)), int(rng.integers(1, 128))

    return make


def _one_note(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """One pitch, repeated."""
    pitch = int(rng.integers(28, 91))
    for onset, length, velocity in _attacks(context, rng):
        yield onset, length, pitch, velocity


def _tritones(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """Stacked tritones, another stack at every attack."""
    notes = int(rng.integers(2, 6))
    for onset, length, velocity in _attacks(context, rng):
        lowest = int(rng.integers(34, 66))
        for step in range(notes):
            yield onset, length, lowest + 6 * step, velocity


def _clusters(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """Clusters of semitones, at another pitch with every attack."""
    notes = int(rng.integers(*CLUSTER_NOTES))
    for onset, length, velocity in _attacks(context, rng):
        lowest = int(rng.integers(30, 80))
        for step in range(notes):
            yield onset, length, lowest + step, velocity


def _held_keys(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """A chromatic cluster held through the whole section."""
    count = int(rng.integers(*HELD_NOTES))
    lowest = int(rng.integers(PITCHES[0], PITCHES[1] - count + 1))
    velocity = int(rng.choice(VELOCITIES))
    for pitch in range(lowest, lowest + count):
        yield 0, context.length_ticks, pitch, velocity


def _attacks(context: Context, rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Onset, length and velocity of the attacks of one rhythm throughout."""
    rhythm = FAKE_RHYTHMS[int(rng.integers(len(FAKE_RHYTHMS)))]
    velocity, gate = int(rng.choice(VELOCITIES)), float(rng.uniform(0.2, 1))
    meter = context.meter
    bar = onsets_ticks(rhythm, meter) or (0,)
    onsets = [
        index * meter.bar_ticks + onset for index in range(context.section.bars) for onset in bar
    ]
    for onset, edge in zip(onsets, [*onsets[1:], context.length_ticks], strict=True):
        yield onset, max(SIXTEENTH_TICKS // 4, round((edge - onset) * gate)), velocity


FAKES: dict[str, Callable[[Context, np.random.Generator], Iterator[Note]]] = {
    "noise_1": _noise(THIN_NOISE),
    "noise_20": _noise(THICK_NOISE),
    "one_note": _one_note,
    "tritones": _tritones,
    "clusters": _clusters,
    "held_keys": _held_keys,
}


def make_fake(kind: str, context: Context, rng: np.random.Generator) -> Part:
    """A fake of a kind, as long as the context's section."""
    return Part.of(list(FAKES[kind](context, rng)), context.length_ticks)


def _shuffled_bars(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """Pitches shuffled within every bar, and onsets moved to random sixteenths."""
    bar_ticks = context.meter.bar_ticks
    bars = notes["onset_ticks"] // bar_ticks
    cells = bar_ticks // SIXTEENTH_TICKS
    for bar in np.unique(bars):
        inside = np.flatnonzero(bars == bar)
        notes["pitch"][inside] = notes["pitch"][rng.permutation(inside)]
        moved = rng.integers(cells, size=len(inside)) * SIXTEENTH_TICKS
        notes["onset_ticks"][inside] = bar * bar_ticks + moved
    return notes


def _shuffled_pitches(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """The same rhythm; every pitch transposed at random, and the pitches shuffled."""
    del context
    shifts = rng.integers(-SHIFT_SEMITONES, SHIFT_SEMITONES + 1, size=len(notes))
    notes["pitch"] = np.clip(rng.permutation(notes["pitch"]) + shifts, 21, 108)
    return notes


def _shuffled_times(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """The same pitches at random times."""
    notes["onset_ticks"] = rng.integers(context.length_ticks - 1, size=len(notes))
    return notes


def _dropped_notes(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """Most notes dropped, the others moved slightly off the grid."""
    kept = notes[rng.random(len(notes)) < rng.uniform(*KEPT_SHARE)]
    kept = kept if len(kept) else notes[:1]
    jitter = rng.integers(-SIXTEENTH_TICKS, SIXTEENTH_TICKS + 1, size=len(kept))
    kept["onset_ticks"] = np.clip(kept["onset_ticks"] + jitter, 0, context.length_ticks - 1)
    return kept


CORRUPTIONS: dict[str, Callable[[Notes, Context, np.random.Generator], Notes]] = {
    "shuffled_bars": _shuffled_bars,
    "shuffled_pitches": _shuffled_pitches,
    "shuffled_times": _shuffled_times,
    "dropped_notes": _dropped_notes,
}


# Drums have no pitches to shuffle, and a few of their strokes are drums still.
OF_DRUMS = ("shuffled_times",)


def damaged_as(stage: str) -> tuple[str, ...]:
    """The ways in which a stage's parts are damaged."""
    return OF_DRUMS if stage == "drums" else tuple(CORRUPTIONS)


def corrupted(kind: str, part: Part, context: Context, rng: np.random.Generator) -> Part:
    """A part of the context's length, damaged in one way; it still has as many bars."""
    notes = CORRUPTIONS[kind](part.notes.copy(), context, rng)
    room = part.length_ticks - notes["onset_ticks"]
    notes["duration_ticks"] = np.minimum(notes["duration_ticks"], room)
    return Part.of(notes, part.length_ticks)


# Semitones by which a part stands off the key of the others, and half of a part off its own.
OFF_OTHERS = (-6, -4, -3, -1, 1, 3, 4, 6)
OFF_ITSELF = (-6, -1, 1, 6)
# What is dealt anew of a progression or a tune: bars, halves or quarters of bars.
DEALT_PER_BAR = (1, 2, 4)
MIN_DEALT = 4
RUN_SCALES = ("major", "minor", "harmonic_minor", "dorian", "mixolydian")
CHROMATIC_SCALE = tuple(range(12))
CHROMATIC_CHANCE = 0.2
RUN_TICKS = (TICKS_PER_QUARTER // 4, TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER)
RUN_DEGREES = (7, 15)  # from the first to the last, low and high
RUN_VOICES = {"chords": (0, 2, 4), "harmony": (0, 2)}  # scale steps above the run, others alone
RUN_LOWEST = {"bass": (28, 40), "chords": (48, 60), "harmony": (55, 67), "melody": (55, 67)}

# What only the gate learns to refuse, by stage: the notes are music's, their order or key is not.
NEAR_MUSIC = ("off_key", "reordered", "scale_run")


def near_music_of(stage: str) -> tuple[str, ...]:
    """The kinds that a stage's parts have: drums have no key, and their bars may come as they will.

    A mix of parts has no run of its own.
    """
    return {"drums": (), "mix": ("off_key", "reordered")}.get(stage, NEAR_MUSIC)


def off_key(part: Part, context: Context, rng: np.random.Generator) -> Part:
    """A part whose first or second half is moved off the key of the other."""
    notes = part.notes.copy()
    middle = part.length_ticks // context.meter.bar_ticks // 2 * context.meter.bar_ticks
    moved = notes["onset_ticks"] >= middle
    if rng.random() < 0.5:
        moved = ~moved
    return _moved(part, notes, moved, int(rng.choice(OFF_ITSELF)))


def off_the_others(part: Part, rng: np.random.Generator) -> Part:
    """A part moved off the key of those that it is mixed with."""
    every = np.ones(len(part.notes), dtype=np.bool_)
    return _moved(part, part.notes.copy(), every, int(rng.choice(OFF_OTHERS)))


def _moved(part: Part, notes: Notes, moved: np.ndarray, semitones: int) -> Part:
    moved = moved & ~notes["is_drum"]
    pitches = notes["pitch"][moved].astype(np.int64) + semitones
    notes["pitch"][moved] = np.clip(pitches, LOWEST_ROW, HIGHEST_ROW)
    return Part.of(notes, part.length_ticks)


def reordered(part: Part, context: Context, rng: np.random.Generator) -> Part:
    """A part whose bars, or halves or quarters of bars, come in another order."""
    bar_ticks = context.meter.bar_ticks
    unit = bar_ticks // int(rng.choice(DEALT_PER_BAR))
    count = max(1, part.length_ticks // unit)
    if count < MIN_DEALT:
        unit, count = bar_ticks // MIN_DEALT, MIN_DEALT * part.length_ticks // bar_ticks
    order = rng.permutation(count)
    pieces = []
    for place, source in enumerate(order.tolist()):
        notes = splicing.cut(part, source * unit, unit).notes.copy()
        notes["onset_ticks"] += place * unit
        pieces.append(notes)
    return Part.of(np.concatenate(pieces), part.length_ticks)


def scale_run(stage: str, context: Context, rng: np.random.Generator) -> Part:
    """A scale up and down, or up again and again, throughout."""
    is_chromatic = rng.random() < CHROMATIC_CHANCE
    scale = CHROMATIC_SCALE if is_chromatic else SCALES[str(rng.choice(RUN_SCALES))]
    voices = (0,) if is_chromatic else RUN_VOICES.get(stage, (0,))
    lowest, ticks = int(rng.integers(*RUN_LOWEST[stage])), int(rng.choice(RUN_TICKS))
    degrees = list(range(int(rng.integers(*RUN_DEGREES)) + 1))
    turns = rng.random() < 0.5  # where it doesn't turn, it begins anew
    run = degrees + degrees[-2:0:-1] if turns else degrees
    if rng.random() < 0.5:
        run = run[::-1]
    velocity, gate = int(rng.choice(VELOCITIES)), float(rng.uniform(0.4, 1))
    rows = [
        (
            onset,
            max(1, round(gate * min(ticks, context.length_ticks - onset))),
            _degree_pitch(lowest, scale, run[index % len(run)] + above),
            velocity,
        )
        for index, onset in enumerate(range(0, context.length_ticks, ticks))
        for above in voices
    ]
    return Part.of(rows, context.length_ticks)


def _degree_pitch(lowest: int, scale: Sequence[int], degree: int) -> int:
    octave, step = divmod(degree, len(scale))
    return lowest + 12 * octave + scale[step]


def near_music(
    kind: str, stage: str, part: Part, context: Context, rng: np.random.Generator
) -> Part:
    """A part of a stage that is nearly music, made from one that is; as long as the context."""
    if kind == "scale_run":
        return scale_run(stage, context, rng)
    return {"off_key": off_key, "reordered": reordered}[kind](part, context, rng)
