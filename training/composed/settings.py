"""What a song is before it has a colour: key, meter, tempo, singer and length of its sections.

None of it depends on the colour, so that nothing but the music can tell it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fitness.roll import WINDOW_SECONDS
from genomes.context import Context, Section
from genomes.keys import PLAIN_NAMES, Key
from genomes.melody.singers import VOICES
from genomes.time import Meter
from training.composed.tendency import choose

LOWEST_BPM, HIGHEST_BPM = 60, 155
MODES = {
    "minor": 0.60,
    "dorian": 0.06,
    "harmonic_minor": 0.02,
    "phrygian": 0.02,
    "major": 0.22,
    "mixolydian": 0.05,
    "lydian": 0.03,
}
METERS = {"4/4": 0.47, "7/8": 0.30, "3/4": 0.10, "6/8": 0.08, "5/4": 0.05}

SECTIONS = 3
MIN_BARS, MAX_BARS = 4, 16
MIN_CLIP_BARS = 2


def draw_context(rng: np.random.Generator) -> Context:
    """A song's key, meter, tempo and singer, with a section that the model can see whole."""
    tonic = int(rng.integers(12))
    key = Key(tonic, choose(MODES, rng), PLAIN_NAMES[tonic])
    meter = Meter.parse(choose(METERS, rng))
    tempo_bpm = float(rng.integers(LOWEST_BPM, HIGHEST_BPM + 1))
    singer = tuple(VOICES)[int(rng.integers(len(VOICES)))]
    context = Context(key, meter, tempo_bpm, Section("section", MIN_BARS), singer=singer)
    return with_bars(context, min(MAX_BARS, bars_in_window(context)))


def with_bars(context: Context, bars: int) -> Context:
    """The same song, a section of another length."""
    return replace(context, section=Section("section", bars))


def bars_in_window(context: Context) -> int:
    """Whole bars that the model's window holds, at least the shortest clip's."""
    bar_seconds = float(context.tempo_map.seconds(context.meter.bar_ticks))
    return max(MIN_CLIP_BARS, int(WINDOW_SECONDS / bar_seconds))
