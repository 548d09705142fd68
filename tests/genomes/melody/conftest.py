"""Plain contexts, melodies written down, and what operators make of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import strategies as st

from genomes.chords import ChordGenome
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.lyrics import Line, Lyrics, Syllable
from genomes.melody import MelodyGenome
from genomes.melody.genes import Material, Phrase, Tone
from genomes.time import Meter
from tests.genomes.calls import render
from tests.genomes.chords.conftest import progression
from tests.genomes.stages import genomes_in_context

SUNG = {"home": 0, "register": "middle", "leaning": "plain", "dynamic": 76, "melismas": 0}


def chorded(
    text: str,
    key: str = "C major",
    meter: str = "4/4",
    tempo_bpm: float = 100,
    energy: float = 0.5,
) -> Context:
    """A section of one chord a bar, such as ``"I V:7 vi IV"``; ``-`` holds the last one."""
    time, home = Meter.parse(meter), Key.parse(key)
    chords: ChordGenome = progression(text, home.mode, len(time.groups))
    plain = Context(home, time, tempo_bpm, Section("verse", len(chords.bars), energy))
    return Context(home, time, tempo_bpm, plain.section, parts=(("chords", render(chords, plain)),))


@pytest.fixture
def verse() -> Context:
    """Eight bars of 4/4 in C major."""
    return chorded("I V vi IV I V IV I")


def phrase_of(text: str, bars: int = 1, cells_per_bar: int = 16) -> Material:
    """Material of tones such as ``"0+4:0 4+4:2"``: cell, length and height."""
    tones = []
    for word in text.split():
        place, _, height = word.partition(":")
        cell, _, length = place.partition("+")
        tones.append(Tone(int(cell), int(length), int(height)))
    material = Material(tuple(tones), bars)
    material.check(cells_per_bar)
    return material


def melody(
    materials: Sequence[Material], phrases: Sequence[Phrase], meter: str = "4/4", **genes: object
) -> MelodyGenome:
    """A melody of these phrases."""
    return MelodyGenome(meter, tuple(materials), tuple(phrases), **(SUNG | genes))  # type: ignore[arg-type]


def words(*lines: str) -> Lyrics:
    """Lines such as ``"the GAR-den IS still"``: stressed syllables in capitals."""
    return Lyrics(tuple(Line(tuple(_syllables(line))) for line in lines))


def _syllables(line: str) -> list[Syllable]:
    return [
        Syllable(text.lower(), text.isupper(), index == word.count("-"))
        for word in line.split()
        for index, text in enumerate(word.split("-"))
    ]


def wordless(max_bars: int = 8) -> st.SearchStrategy[tuple[MelodyGenome, Context]]:
    """Melodies that no words are sung to, and their contexts."""
    return genomes_in_context("melody", max_bars).filter(lambda made: made[1].lyrics is None)


def with_words(max_bars: int = 8) -> st.SearchStrategy[tuple[MelodyGenome, Context]]:
    """Melodies that words are sung to, and their contexts."""
    return genomes_in_context("melody", max_bars).filter(lambda made: made[1].lyrics is not None)
