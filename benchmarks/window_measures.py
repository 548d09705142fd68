"""Measures of eight bars of 4/4 that no term of the fitness reads, for telling ours from real.

Everything is read on a grid of sixteenths and without velocities, so that neither a player's
timing nor a file's loudness tells anything. Shares are 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from genomes import Part
from genomes.time import TICKS_PER_QUARTER

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIXTEENTH = TICKS_PER_QUARTER // 4
BAR = 16  # sixteenths of a bar of 4/4
LAGS = {"half a bar": 8, "a bar": 16, "two bars": 32, "four bars": 64}
MOVES = ("down far", "down", "same", "up", "up far")
STEP = 2  # semitones that aren't far
GAPS = (1, 2, 3, 4, 6, 8, 12, 16)
HELD = (0.3, 0.6, 0.9)  # edges of how much of the time to the next onset a note is held

KITS = {
    "kick": {35, 36},
    "snare": {37, 38, 39, 40},
    "hat": {42, 44, 46},
    "ride": {51, 53, 59},
    "crash": {49, 52, 55, 57},
    "toms": {41, 43, 45, 47, 48, 50},
}


def measured(part: Part, role: str) -> dict[str, float]:
    """All measures of a part of whole bars of 4/4; ``role`` is ``drums`` or another."""
    steps = on_grid(part)
    length = part.length_ticks // SIXTEENTH
    onsets = np.unique(steps)
    found = _rhythm(onsets, length)
    if role == "drums":
        return found | _kit(steps, part.notes["pitch"].astype(int), length)
    pitches = part.notes["pitch"].astype(int)
    top = np.array([pitches[steps == step].max() for step in onsets])
    return found | _held(part, onsets) | _line(top, onsets) | _repeats(steps, pitches, length)


def on_grid(part: Part) -> Ints:
    """The nearest sixteenth of each note's onset; what comes late at the end is the last."""
    steps = np.rint(part.notes["onset_ticks"] / SIXTEENTH).astype(np.int64)
    return np.minimum(steps, part.length_ticks // SIXTEENTH - 1)


def _rhythm(onsets: Ints, length: int) -> dict[str, float]:
    """Where onsets stand in the bar, how far apart they are, and how they come again."""
    places = np.bincount(onsets % BAR, minlength=BAR) / max(1, len(onsets))
    found = {f"onsets on sixteenth {place + 1}": float(v) for place, v in enumerate(places)}
    gaps = np.diff(onsets)
    for gap in GAPS:
        found[f"gaps of {gap} sixteenths"] = _mean(gaps == gap)
    found["longer or uneven gaps"] = _mean(~np.isin(gaps, GAPS))
    found["gaps that repeat"] = _mean(gaps[1:] == gaps[:-1])
    grid = np.zeros(length)
    grid[onsets] = 1
    for name, lag in LAGS.items():
        found[f"onsets again after {name}"] = correlation(grid[:-lag], grid[lag:])
    rows = {tuple(row) for row in grid.reshape(-1, BAR)}
    found["distinct rhythms of a bar"] = len(rows) / (length / BAR)
    found["bars without onsets"] = _mean(~grid.reshape(-1, BAR).any(axis=1))
    return found


def _held(part: Part, onsets: Ints) -> dict[str, float]:
    """How much of the time to the next onset notes are held, the longest at each onset."""
    steps, durations = on_grid(part), part.notes["duration_ticks"] / SIXTEENTH
    longest = np.array([durations[steps == step].max() for step in onsets])
    ratios = longest[:-1] / np.diff(onsets) if len(onsets) > 1 else np.zeros(0)
    shares = np.bincount(np.digitize(ratios, HELD), minlength=4) / max(1, len(ratios))
    names = ("short", "half held", "nearly held", "held to the next onset")
    found = {f"notes {name}": float(v) for name, v in zip(names, shares, strict=True)}
    found["distinct durations"] = len(np.unique(np.rint(longest))) / max(1, len(longest))
    return found


def _line(top: Ints, onsets: Ints) -> dict[str, float]:
    """How the highest notes move: pairs of moves, turns, slope and arch, what follows what."""
    moves = np.diff(top)
    kinds = np.digitize(moves, (-STEP - 0.5, -0.5, 0.5, STEP + 0.5))
    pairs = np.bincount(kinds[:-1] * 5 + kinds[1:], minlength=25) / max(1, len(kinds) - 1)
    found = {
        f"{MOVES[place // 5]}, then {MOVES[place % 5]}": float(v) for place, v in enumerate(pairs)
    }
    signs = np.sign(moves[moves != 0])
    found["turns"] = _mean(signs[1:] != signs[:-1])
    time = onsets / max(1, onsets.max(initial=0))
    found["slope"] = correlation(time, top)
    found["arch"] = -correlation((time - 0.5) ** 2, top)
    found["entropy of what pitch class follows which"] = _transition_entropy(top % 12)
    found["pitch again after two onsets"] = _mean(top[2:] == top[:-2])
    found["highest place"] = float(time[top.argmax()]) if len(top) else 0.0
    found["distinct pitches by onset"] = len(np.unique(top)) / max(1, len(top))
    return found


def _transition_entropy(classes: Ints) -> float:
    """Bits of the next pitch class where the last one is known, weighed by how often it is."""
    table = np.zeros((12, 12))
    for last, following in pairwise(classes.tolist()):
        table[last, following] += 1
    totals = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, totals, out=np.zeros_like(table), where=totals > 0)
    bits = -(shares * np.log2(shares, out=np.zeros_like(shares), where=shares > 0)).sum(axis=1)
    return float(bits @ totals[:, 0] / max(1.0, totals.sum()))


def _repeats(steps: Ints, pitches: Ints, length: int) -> dict[str, float]:
    """How much of a bar's pitch classes, and of its notes, an earlier bar has too."""
    bars = [steps // BAR == bar for bar in range(length // BAR)]
    classes = [set((pitches[bar] % 12).tolist()) for bar in bars]
    notes = [set(zip((steps[b] % BAR).tolist(), pitches[b].tolist(), strict=True)) for b in bars]
    found = {}
    for lag in (1, 2, 4):
        found[f"pitch classes of {lag} bars before"] = _overlap(classes, lag)
        found[f"notes of {lag} bars before"] = _overlap(notes, lag)
    return found


def _overlap(bars: Sequence[set[int]] | Sequence[set[tuple[int, int]]], lag: int) -> float:
    pairs = [(a, b) for a, b in zip(bars, bars[lag:], strict=False) if a | b]
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs])) if pairs else 0.0


def _kit(steps: Ints, pitches: Ints, length: int) -> dict[str, float]:
    """For each group of drums its share, its places in the bar, and how it comes again."""
    found = {}
    grids = {}
    for name, drums in KITS.items():
        struck = np.unique(steps[np.isin(pitches, list(drums))])
        grid = np.zeros(length)
        grid[struck] = 1
        grids[name] = grid
        found[f"{name} in a bar"] = len(struck) / (length / BAR)
        found[f"{name} again after a bar"] = correlation(grid[:-BAR], grid[BAR:])
        beats = grid.reshape(-1, 4, 4)
        for place, label in enumerate(("the beat", "e", "and", "a")):
            found[f"{name} on {label}"] = float(beats[:, :, place].mean())
        for beat in range(4):
            row = grid.reshape(-1, BAR)[:, 4 * beat]
            found[f"{name} on beat {beat + 1}"] = float(row.mean())
    found["kick and snare together"] = float((grids["kick"] * grids["snare"]).mean())
    return found


def correlation(first: Floats | Ints, second: Floats | Ints) -> float:
    """Pearson's; 0 where either doesn't vary."""
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _mean(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if flags.size else 0.0
