"""The harmony genome: bars of textures whose tones rendering fits around the melody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Self

import msgspec
from msgspec.structs import replace

from genomes.grid import DIVISIONS, cells
from genomes.stage import Genome
from genomes.time import Meter

# Voices of the part, the lowest 0: never more than these sound at once.
VOICES = 4
LINE_VOICE = 3

# How a tone follows the tone before it in its voice: struck; held on if its pitch still fits; held
# over the change of chord, to resolve down a step on the next beat group.
STRUCK, TIED, SUSPENDED = "struck", "tied", "suspended"
LINKS = (STRUCK, TIED, SUSPENDED)

# Velocity of an unaccented note, from barely there to full; all below a melody's.
DYNAMICS = (36, 44, 52, 60, 68)


@dataclass(frozen=True, slots=True)
class Texture:
    """A way of accompanying.

    Attributes:
        voices: which voices it may use; two textures sound together if they share none.
        lowest_pitch: no note lies below.
        highest_pitch: no note lies above.
        needs_melody: whether it is made from the melody's notes.
    """

    voices: tuple[int, ...]
    lowest_pitch: int
    highest_pitch: int
    needs_melody: bool = False


PAD, LINE, THIRDS, SIXTHS, DRONE, ECHO = "pad", "line", "thirds", "sixths", "drone", "echo"

TEXTURES: dict[str, Texture] = {
    PAD: Texture((0, 1, 2, 3), 43, 76),
    LINE: Texture((LINE_VOICE,), 48, 79),
    THIRDS: Texture((LINE_VOICE,), 48, 79, needs_melody=True),
    SIXTHS: Texture((2,), 48, 79, needs_melody=True),
    DRONE: Texture((0,), 43, 64),
    ECHO: Texture((LINE_VOICE,), 48, 79, needs_melody=True),
}

# Voices of a pad, by their number; beside a line or a drone a pad does without its voice.
PAD_VOICES = {2: (1, 2), 3: (0, 1, 2), 4: (0, 1, 2, 3)}


class Tone(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, cache_hash=True
):
    """A target note of a voice; rendering takes the nearest pitch that fits.

    Attributes:
        onset_ticks: from the bar line, before any swing.
        duration_ticks: how long; it ends within its bar.
        voice: 0 (lowest) to 3.
        pitch: target MIDI pitch, within the range of its texture.
        link: one of ``LINKS``: how it follows what its voice sang right before.
    """

    onset_ticks: int
    duration_ticks: int
    voice: int
    pitch: int
    link: str = STRUCK

    @property
    def end_ticks(self) -> int:
        """Where it ends, from the bar line."""
        return self.onset_ticks + self.duration_ticks


class Layer(msgspec.Struct, frozen=True, cache_hash=True):
    """The tones of one texture in one bar.

    Attributes:
        texture: one of ``TEXTURES``.
        tones: at least one, in order of onset and voice; none overlaps another of its voice.

    Raises:
        ValueError: if a tone is outside what its texture allows, or overlaps another.
    """

    texture: str
    tones: tuple[Tone, ...]

    def __post_init__(self) -> None:
        texture = TEXTURES.get(self.texture)
        if texture is None or not self.tones:
            raise ValueError(f"layer {self.texture!r} of {len(self.tones)} tones")
        for tone in self.tones:
            in_range = texture.lowest_pitch <= tone.pitch <= texture.highest_pitch
            if not in_range or tone.voice not in texture.voices or tone.link not in LINKS:
                raise ValueError(f"{tone}: not for a {self.texture}")
        if any(_order(first) >= _order(second) for first, second in pairwise(self.tones)):
            raise ValueError(f"{self.texture}: tones out of order")
        ends: dict[int, int] = {}
        for tone in self.tones:
            if tone.onset_ticks < ends.get(tone.voice, 0):
                raise ValueError(f"{self.texture}: {tone} begins before its voice is free")
            ends[tone.voice] = tone.end_ticks

    @property
    def voices(self) -> frozenset[int]:
        """The voices it uses."""
        return frozenset(tone.voice for tone in self.tones)


def _order(tone: Tone) -> tuple[int, int]:
    return tone.onset_ticks, tone.voice


def layer_of(texture: str, tones: Iterable[Tone]) -> Layer:
    """A layer from tones in any order."""
    return Layer(texture, tuple(sorted(tones, key=_order)))


Bar = tuple[Layer, ...]  # none (silence), one, or two that share no voice


def textures_of(bar: Bar) -> tuple[str, ...]:
    """The names of a bar's textures."""
    return tuple(layer.texture for layer in bar)


def tones_of(bar: Bar) -> Iterator[Tone]:
    """All tones of a bar, layer by layer."""
    for layer in bar:
        yield from layer.tones


class HarmonyGenome(Genome, frozen=True):
    """A supporting part for one section.

    Attributes:
        meter: as it is written; the meter it was made for.
        bars: one entry per bar of the section; at least one is not empty.
        dynamic: velocity of an unaccented note, one of ``DYNAMICS``; a soft melody lowers it.

    Raises:
        ValueError: if any gene is outside its table, a tone lies off the grid, two layers of a
            bar share a voice, or nothing sounds.
    """

    meter: str
    bars: tuple[Bar, ...]
    dynamic: int

    def __post_init__(self) -> None:
        if not any(self.bars):
            raise ValueError("a part needs a bar in which something sounds")
        if self.dynamic not in DYNAMICS:
            raise ValueError(f"dynamic {self.dynamic}: expected one of {DYNAMICS}")
        ends = _ends_by_onset(self.meter)
        for index, bar in enumerate(self.bars):
            if len(bar) > 2 or (len(bar) == 2 and bar[0].voices & bar[1].voices):
                raise ValueError(f"layers {textures_of(bar)}: at most two, each in its own voices")
            for tone in tones_of(bar):
                if tone.end_ticks not in ends.get(tone.onset_ticks, ()):
                    raise ValueError(f"bar {index + 1}: {tone} is not on the grid of {self.meter}")

    def with_bars(self, bars: Sequence[Bar]) -> Self:
        """A copy with other bars, or the genome itself where nothing of them sounds."""
        return replace(self, bars=tuple(bars)) if any(bars) else self

    def repeated(self, source: int, target: int) -> Bar:
        """The bar that replaces the target bar when the source bar is repeated there."""
        del target
        return self.bars[source]


@cache
def cell_onsets(meter: Meter) -> tuple[int, ...]:
    """Every onset of a bar at which a tone may begin, in ticks from the bar line."""
    divisions = (cells(meter, division) for division in DIVISIONS)
    return tuple(sorted({cell.onset_ticks for grid in divisions for cell in grid}))


@cache
def _ends_by_onset(meter: str) -> dict[int, frozenset[int]]:
    """For every onset of a bar, where a tone from there may end."""
    read = Meter.parse(meter)
    if str(read) != meter:
        raise ValueError(f"meter {meter!r}: expected {str(read)!r}")
    onsets = cell_onsets(read)
    edges = (*onsets, read.bar_ticks)
    return {onset: frozenset(edges[index + 1 :]) for index, onset in enumerate(onsets)}
