"""Plain loops that people really play: pads, strums and broken chords over common progressions.

Scores of quartets and chorales never repeat a bar and rarely hold one chord for two; a songwriter's
loop does both. These are the second, declared source of the prior's bands for chords.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice, product

from genomes.keys import SCALES
from genomes.notes import Part
from genomes.time import Meter

METERS = (Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8))
TONIC_PITCHES = (36, 41, 45)  # C2, F2 and A2 in the bass
LOWEST_HAND_PITCHES = (48, 57)  # the chord above it: as low as a guitar's, or around middle C
VELOCITY = 80

# Degrees of the scale, one chord a bar or one for two bars.
PROGRESSIONS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("major", (1, 5, 6, 4)),
    ("major", (1, 6, 4, 5)),
    ("major", (1, 4, 5, 4)),
    ("major", (2, 5, 1, 1)),
    ("minor", (1, 7, 6, 7)),
    ("minor", (1, 6, 3, 7)),
    ("minor", (1, 4, 5, 1)),
)

# Scale steps above the root.
TRIAD = (0, 2, 4)
SEVENTH = (0, 2, 4, 6)


@dataclass(frozen=True, slots=True)
class Texture:
    """How a chord is played.

    Attributes:
        name: for people.
        division: notes or strokes per quarter; 0 for one stroke a bar.
        gate: share of each stroke that sounds.
        style: ``"all"`` at once; ``"broken"``, one note after the other; ``"bass first"``, the
            bass alone and then what is above it.
        first: the first stroke that is played; 1 leaves out the downbeat.
        every: plays each first, or each second stroke.
        bars_per_chord: how long a chord lasts.
    """

    name: str
    division: int
    gate: float = 1.0
    style: str = "all"
    first: int = 0
    every: int = 1
    bars_per_chord: int = 1


TEXTURES = (
    Texture("pad", 0),
    Texture("slow pad", 0, bars_per_chord=2),
    Texture("stab", 0, gate=0.25),
    Texture("quarter strum", 1),
    Texture("eighth strum", 2),
    Texture("muted eighths", 2, gate=0.5),
    Texture("sixteenth strum", 4),
    Texture("off-beat strum", 2, gate=0.5, first=1, every=2),
    Texture("bass and chord", 1, style="bass first"),
    Texture("eighths, one by one", 2, style="broken"),
    Texture("sixteenths, one by one", 4, style="broken"),
)


def loops(bars: int) -> Iterator[tuple[Meter, Part]]:
    """Every combination of texture, progression, meter, key and hand, with and without a bass."""
    for texture, (mode, degrees), steps, meter, tonic, hand, bass in product(
        TEXTURES,
        PROGRESSIONS,
        (TRIAD, SEVENTH),
        METERS,
        TONIC_PITCHES,
        LOWEST_HAND_PITCHES,
        (True, False),
    ):
        held = (degree for degree in cycle(degrees) for _ in range(texture.bars_per_chord))
        rows: list[tuple[int, int, int, int]] = []
        for bar, degree in enumerate(islice(held, bars)):
            pitches = _voicing(tonic, hand, SCALES[mode], degree, steps)
            rows += _bar(texture, pitches if bass else pitches[1:], meter, bar)
        yield meter, Part.of(rows, bars * meter.bar_ticks)


def _voicing(
    tonic: int, lowest: int, scale: tuple[int, ...], degree: int, steps: tuple[int, ...]
) -> list[int]:
    """A root in the bass and the chord in close position above the hand's lowest pitch."""
    classes = [_scale_pitch(scale, degree - 1 + step) for step in steps]
    hand = sorted(lowest + (tonic + pitch - lowest) % 12 for pitch in classes)
    return [tonic + classes[0] % 12, *(pitch for pitch in hand if pitch > tonic + classes[0] % 12)]


def _scale_pitch(scale: tuple[int, ...], step: int) -> int:
    octave, degree = divmod(step, len(scale))
    return scale[degree] + 12 * octave


def _bar(
    texture: Texture, pitches: list[int], meter: Meter, bar: int
) -> Iterator[tuple[int, int, int, int]]:
    stroke_ticks = 480 // texture.division if texture.division else meter.bar_ticks
    strokes = range(texture.first, -(-meter.bar_ticks // stroke_ticks), texture.every)
    for index, stroke in enumerate(strokes):
        onset = bar * meter.bar_ticks + stroke * stroke_ticks
        room = min(stroke_ticks, (bar + 1) * meter.bar_ticks - onset)
        for pitch in _struck(texture.style, pitches, index):
            yield onset, max(1, round(room * texture.gate)), pitch, VELOCITY


def _struck(style: str, pitches: list[int], index: int) -> list[int]:
    if style == "broken":
        return [pitches[index % len(pitches)]]
    if style == "bass first":
        return pitches[1:] if index else pitches[:1]
    return pitches
