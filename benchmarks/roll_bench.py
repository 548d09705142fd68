"""How fast parts become piano rolls: ``python -m benchmarks.roll_bench``.

Three ways to the roll that a fusion model takes, from the same music: the batched path, the
plain reference it must equal to the bit, and reading a MIDI file into the older models' roll.
They take turns round by round in one process, so that the ratios hold on a busy machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.turns import Compared, Turns, compared, take_turns
from fitness.legacy_roll import legacy_roll
from fitness.roll import EDGE_STEPS, ROW_TABLE, ROWS, STEPS, STEPS_PER_SECOND, VALUE_TABLE, rolls
from genomes.keys import Key
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Notes, Part
from genomes.time import Meter, TempoMap

POOL = 50  # parts scored together
TEMPO_BPM = 96
BAR_TICKS = 4 * 480


def reference_roll(notes: Notes, tempo_map: TempoMap) -> NDArray[np.float32]:
    """The roll of one part, note by note: what ``rolls`` must equal to the bit.

    Args:
        notes: ``(n,)`` of ``NOTE_DTYPE``, in any order.
        tempo_map: turns their ticks into seconds.

    Returns:
        ``(128, 256)``, float32, 0 to 1.
    """
    roll = np.zeros((ROWS, STEPS), dtype=np.float32)
    strikes: set[tuple[int, int]] = set()
    for onset_ticks, duration_ticks, pitch, velocity, is_drum in notes.tolist():
        first = _step_of(onset_ticks, tempo_map)
        if first >= STEPS:
            continue
        row = int(ROW_TABLE[int(is_drum), pitch])
        after = first + 1 if is_drum else _step_of(onset_ticks + duration_ticks, tempo_map)
        for step in range(first, min(max(after, first + 1), STEPS)):
            roll[row, step] = max(roll[row, step], VALUE_TABLE[velocity])
        if not is_drum:
            strikes.add((row, first))
    for row, step in strikes:
        if step > 0:
            roll[row, step - 1] *= np.float32(0.5 if (row, step - 1) in strikes else 0)
    return roll


def _step_of(tick: int, tempo_map: TempoMap) -> int:
    return math.floor(float(tempo_map.seconds(tick)) * STEPS_PER_SECOND + EDGE_STEPS)


def chords(rng: np.random.Generator) -> Part:
    """Four bars of triads, one a bar: the smallest part that is scored."""
    notes = [
        (bar * BAR_TICKS, BAR_TICKS, int(pitch), 80)
        for bar in range(4)
        for pitch in rng.choice(np.arange(48, 80), 3, replace=False)
    ]
    return Part.of(notes, 4 * BAR_TICKS)


def melody(rng: np.random.Generator) -> Part:
    """Four bars of eighths with repeated notes."""
    pitches = 60 + np.cumsum(rng.integers(-2, 3, 32)) % 24
    notes = [(i * 240, 240, int(pitch), 90) for i, pitch in enumerate(pitches)]
    return Part.of(notes, 4 * BAR_TICKS)


def drums(rng: np.random.Generator) -> Part:
    """Four bars of a beat in sixteenths."""
    notes = [(i * 120, 60, 42, int(rng.integers(60, 100))) for i in range(64)]
    notes += [(i * 480, 60, 36 + 2 * (i % 2), 110) for i in range(16)]
    return Part.of(notes, 4 * BAR_TICKS, is_drum=True)


KINDS: dict[str, Callable[[np.random.Generator], Part]] = {
    "chords (12 notes)": chords,
    "melody (32 notes)": melody,
    "drums (80 notes)": drums,
}


def to_midi(part: Part) -> bytes:
    conductor = Conductor("bench", Key.parse("C major"), Meter(4, 4), TEMPO_BPM)
    return write_midi([Track("part", part)], conductor)


def turns_of(kind: str, rounds: int) -> Turns:
    """What the batched path, the reference and the older models' took, by turns."""
    rng = np.random.default_rng(0)
    tempo_map = TempoMap.constant(TEMPO_BPM)
    parts = [KINDS[kind](rng) for _ in range(POOL)]
    files = [to_midi(part) for part in parts]
    fast = rolls(parts, tempo_map)[:, 0]
    slow = np.stack([reference_roll(part.notes, tempo_map) for part in parts])
    assert np.array_equal(fast, slow)
    ways = {
        "batched": lambda: rolls(parts, tempo_map),
        "reference": lambda: [reference_roll(part.notes, tempo_map) for part in parts],
        "legacy": lambda: [legacy_roll(file) for file in files],
    }
    return take_turns(ways, rounds, {"batched": 20})


def line(kind: str, rounds: int) -> str:
    taken = turns_of(kind, rounds)
    batched, *others = ([turn.seconds / POOL for turn in turns] for turns in taken.values())
    rates = [1 / median(way) for way in (batched, *others)]
    ratios = [median(np.divide(way, batched).tolist()) for way in others]
    return (
        f"{kind:20} {1e6 / rates[0]:7.1f} "
        + " ".join(f"{rate:11,.0f}" for rate in rates)
        + "".join(f" {ratio:9.1f}x" for ratio in ratios)
    )


def rows(rounds: int = 10) -> list[Compared]:
    """The batched path beside reading a MIDI file into the older models' roll."""
    found = []
    for kind in KINDS:
        taken = turns_of(kind, rounds)
        names = (f"piano rolls, {kind}", "MIDI files, read by mido, painted note by note")
        turns = (taken["batched"], taken["legacy"])
        found.append(compared(names, "parts/s", turns, (POOL, POOL)))
    return found


def report(rounds: int = 20) -> str:
    """A table of parts per second, and how many times the batched path is faster."""
    head = f"{'':20} {'µs each':>7} {'batched/s':>11} {'reference/s':>11} {'mido+old/s':>11}"
    head += f" {'reference':>10} {'mido+old':>10}"
    title = f"piano rolls, {POOL} parts at once, batched equal to the reference to the bit"
    return "\n".join([title, head, *(line(kind, rounds) for kind in KINDS)])


if __name__ == "__main__":
    print(report())
