"""How different supporting parts are."""

import numpy as np
import pytest

from genomes.harmony import HARMONY
from genomes.harmony.genome import TEXTURES, Layer, textures_of
from genomes.harmony.similarity import TEXTURE_SHARE
from tests.genomes.calls import distance, replace
from tests.genomes.harmony.songs import supported


def test_another_texture_in_the_same_rhythm_is_a_distance():
    context = supported()
    rng = np.random.default_rng(4)
    genome = next(
        made
        for made, _ in (HARMONY.random(context, rng) for _ in range(200))
        if {name for bar in made.bars for name in textures_of(bar)} == {"echo"}
    )
    bars = tuple(tuple(Layer("line", layer.tones) for layer in bar) for bar in genome.bars)
    assert set(TEXTURES) > {"line", "echo"}
    assert distance(genome, replace(genome, bars=bars)) == pytest.approx(TEXTURE_SHARE)
