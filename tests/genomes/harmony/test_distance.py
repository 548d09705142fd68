"""How different supporting parts are."""

from dataclasses import replace

import numpy as np
import pytest

from genomes.harmony import HARMONY
from genomes.harmony.genes import Bar, Layer
from genomes.harmony.similarity import TEXTURE_SHARE
from genomes.harmony.tables import TEXTURES
from tests.genomes.calls import distance
from tests.genomes.harmony.songs import supported


def test_another_texture_in_the_same_rhythm_is_a_distance():
    context = supported()
    rng = np.random.default_rng(4)
    genome = next(
        made
        for made, _ in (HARMONY.random(context, rng) for _ in range(200))
        if {name for bar in made.bars for name in bar.textures} == {"echo"}
    )
    bars = tuple(
        Bar(tuple(Layer("line", layer.tones) for layer in bar.layers)) for bar in genome.bars
    )
    assert set(TEXTURES) > {"line", "echo"}
    assert distance(genome, replace(genome, bars=bars)) == pytest.approx(TEXTURE_SHARE)
