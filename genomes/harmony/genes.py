"""The genes of a supporting part: tones, their layers, bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from genomes.harmony.tables import LINKS, STRUCK, TEXTURES
from genomes.payloads import rows_of, whole_numbers


@dataclass(frozen=True, slots=True)
class Tone:
    """A note that a voice aims at; rendering takes the nearest one that fits.

    Attributes:
        onset_ticks: from the bar line, before any swing.
        duration_ticks: how long; it ends within its bar.
        voice: 0 (lowest) to 3.
        pitch: MIDI pitch aimed at, within the range of its texture.
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


@dataclass(frozen=True, slots=True)
class Layer:
    """The tones of one texture in one bar.

    Attributes:
        texture: one of ``TEXTURES``.
        tones: at least one, in order of onset and voice; none overlaps another of its voice.

    Raises:
        ValueError: if a tone is outside what its texture allows, or in another's way.
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
        if any(_place(first) >= _place(second) for first, second in pairwise(self.tones)):
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


def _place(tone: Tone) -> tuple[int, int]:
    return tone.onset_ticks, tone.voice


def layer_of(texture: str, tones: Iterator[Tone] | list[Tone]) -> Layer:
    """A layer from tones in any order."""
    return Layer(texture, tuple(sorted(tones, key=_place)))


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        layers: none (silence), one, or two that share no voice.
    """

    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        if len(self.layers) > 2 or (
            len(self.layers) == 2 and self.layers[0].voices & self.layers[1].voices
        ):
            raise ValueError(f"layers {self.textures}: at most two, each in its own voices")

    @property
    def textures(self) -> tuple[str, ...]:
        """The names of its textures."""
        return tuple(layer.texture for layer in self.layers)

    def tones(self) -> Iterator[Tone]:
        """All its tones, layer by layer."""
        for layer in self.layers:
            yield from layer.tones


def bar_row(bar: Bar) -> list[Any]:
    """Plain values: for each layer its texture and its tones as rows."""
    return [
        {
            "texture": layer.texture,
            "tones": [
                [tone.onset_ticks, tone.duration_ticks, tone.voice, tone.pitch, tone.link]
                for tone in layer.tones
            ],
        }
        for layer in bar.layers
    ]


def bar_of(row: Any) -> Bar:
    """The bar that gave this row; raises ValueError, KeyError or TypeError if it is none."""
    return Bar(
        tuple(
            Layer(layer["texture"], tuple(map(_tone_of, rows_of(layer["tones"]))))
            for layer in rows_of(row)
        )
    )


def _tone_of(row: Any) -> Tone:
    *numbers, link = rows_of(row)
    onset_ticks, duration_ticks, voice, pitch = whole_numbers(*numbers)
    return Tone(onset_ticks, duration_ticks, voice, pitch, link)
