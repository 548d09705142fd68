"""A long section: parts that come in after the model's window are bred again, not scored."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.songs import own_song, song_studio
from engine.evolution.settings import Settings
from fitness.errors import SilentPart
from fitness.roll import rolls
from tests.fitness.models import write

LONG = own_song("Black", "Ab major", "12/8", 40)  # 8 bars take 72 seconds
SETTINGS = Settings(population=60, generations=2)


def test_a_stage_that_may_come_in_late_is_evolved_all_the_same(tmp_path):
    with song_studio(LONG, write(tmp_path, "fusion")) as bench:
        bench.approve_before("harmony")
        run = bench.begin("harmony", SETTINGS, 1)
        rng = np.random.default_rng(3)
        parts = [
            run.genomes.render(run.genomes.random(run.context, rng)[0], run.context)
            for _ in range(200)
        ]
        painted = rolls(parts, run.context.tempo_map).any(axis=(1, 2, 3)).tolist()
        assert [run.fitness.is_audible(part, run.context) for part in parts] == painted
        late = parts[painted.index(False)]
        with pytest.raises(SilentPart):
            run.fitness.score([late], run.context)
        assert len(bench.finish(run)) >= 1
