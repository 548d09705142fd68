"""First genomes: named, plain and patient as often as busy, and moved by the section's energy."""

import numpy as np
import pytest

from genomes.harmony import HARMONY
from genomes.harmony.forms import FORMS
from genomes.harmony.genome import TEXTURES
from genomes.harmony.genome import textures_of as names_of
from genomes.harmony.rendering import voices
from genomes.harmony.seeds import FULL_SHARES, SOURCE_WEIGHTS, SOURCES
from tests.genomes.contexts import song
from tests.genomes.harmony.songs import plain_song, supported

POOL = 200


def pool(context, seed=1, count=POOL):
    rng = np.random.default_rng(seed)
    return [HARMONY.random(context, rng) for _ in range(count)]


def textures_of(genome):
    return {name for bar in genome.bars for name in names_of(bar)}


def test_every_source_is_drawn_and_named():
    assert set(SOURCES) == set(SOURCE_WEIGHTS)
    assert sum(SOURCE_WEIGHTS.values()) == pytest.approx(1)
    assert sum(FULL_SHARES.values()) == pytest.approx(1)
    assert set(FULL_SHARES) < set(FORMS)
    assert {source for _, source in pool(supported())} == set(SOURCES)


@pytest.mark.parametrize("source", ["pad", "line", "thirds", "drone", "echo"])
def test_a_source_gives_its_texture(source):
    given = [textures_of(genome) for genome, name in pool(plain_song()) if name == source]
    assert np.mean([source in textures for textures in given]) > 0.6


def test_every_texture_and_pairs_of_them_are_reached():
    genomes = [genome for genome, _ in pool(supported(seed=3))]
    assert set().union(*map(textures_of, genomes)) == set(TEXTURES)
    together = {frozenset(names_of(bar)) for g in genomes for bar in g.bars if len(bar) > 1}
    assert len(together) >= 5


def test_many_bars_may_be_silent():
    sounding = [np.mean([bool(bar) for bar in genome.bars]) for genome, _ in pool(supported())]
    assert np.mean(np.array(sounding) <= 0.5) > 0.3
    assert np.mean(np.array(sounding) == 1) > 0.1


def test_without_a_melody_there_are_pads_lines_and_drones():
    genomes = [genome for genome, _ in pool(song(stages=("chords", "bass")))]
    assert set().union(*map(textures_of, genomes)) == {"pad", "line", "drone"}


def test_pads_hold_their_common_tones():
    """A pad voice is struck far less often than there are chords."""
    context = plain_song()
    held = []
    for genome, _ in pool(context, seed=2, count=2 * POOL):
        if textures_of(genome) == {"pad"} and all(bar for bar in genome.bars):
            lines = [line for line in voices(genome, context) if line]
            held.append(np.mean([len(line) for line in lines]) / len(context.harmony))
    assert len(held) >= 5
    assert np.median(held) < 0.85
