"""A plain context, how to write progressions down, and what operators make of them."""

from __future__ import annotations

import pytest

from genomes.chords import ChordGenome
from genomes.chords.genome import Bar, Change
from genomes.chords.harmony import Chord
from genomes.chords.voicing import Voicing
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.time import Meter
from tests.genomes.calls import replace
from tests.genomes.stages import MANY, Made
from tests.genomes.stages import pool as pool_of


@pytest.fixture(scope="session")
def evolved_pool() -> list[Made]:
    """Progressions after some mutations and matings, each in its own context."""
    return list(pool_of("chords", MANY))


@pytest.fixture(scope="session")
def random_pool(evolved_pool: list[Made]) -> list[Made]:
    """First progressions, each in its own context."""
    return [replace(made, genome=made.other) for made in evolved_pool]


@pytest.fixture(scope="session")
def pool(random_pool: list[Made], evolved_pool: list[Made]) -> list[Made]:
    """Both."""
    return random_pool + evolved_pool


@pytest.fixture
def c_major() -> Context:
    """Four bars of 4/4 in C major."""
    return Context(Key.parse("C major"), Meter(4, 4), 120, Section("verse", 4))


PLAYED = {"register": 60, "dynamic": 64}


def progression(
    text: str, mode: str = "major", groups_per_bar: int = 4, pattern: str = "bars", **genes: int
) -> ChordGenome:
    """One chord a bar on the downbeat, such as ``"I V:7 vi IV"``; ``-`` holds the last one."""
    bars = [
        Bar(() if chord == "-" else (Change.of(0, _chord(chord), Voicing()),), pattern)
        for chord in text.split()
    ]
    return ChordGenome(mode, groups_per_bar, tuple(bars), **(PLAYED | genes))


def _chord(text: str) -> Chord:
    function, _, extension = text.partition(":")
    return Chord(function, extension or "triad")
