"""First genomes: sparse as easily as busy; the section's energy tilts that and forbids nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from genomes.context import Context
from tests.genomes.calls import render
from tests.genomes.contexts import context_of, song
from tests.genomes.harmony.songs import supported
from tests.genomes.stages import STAGES


@dataclass(frozen=True)
class Room:
    """How full the first parts of a stage are, in moments struck per quarter.

    Attributes:
        context: a function of meter, energy and bars.
        sparse: at most so many is sparse.
        medium: more than so many is medium.
        busy: more than so many is busy.
        shares: of sparse, medium and busy parts, at least.
        louder: how much louder a full section is played than a still one, at least.
    """

    context: Callable[..., Context]
    sparse: float
    medium: float
    busy: float
    shares: tuple[float, float, float]
    louder: float


ROOMS = {
    "drums": Room(context_of, 1.5, 1.5, 2.2, (0.15, 0.3, 0.02), 10),
    "bass": Room(song, 0.67, 0.34, 1.1, (0.3, 0.3, 0.05), 5),
    "melody": Room(song, 0.6, 0.6, 1.2, (0.25, 0.25, 0.02), 10),
    "harmony": Room(supported, 0.25, 0.25, 0.6, (0.3, 0.27, 0.05), 8),
}


def made_in(name, context, count=150):
    rng = np.random.default_rng(7)
    return [STAGES[name].genomes.random(context, rng)[0] for _ in range(count)]


def densities(genomes, context):
    quarters = context.section.bars * context.meter.bar_quarters
    parts = (render(genome, context) for genome in genomes)
    return np.array([len(np.unique(part.notes["onset_ticks"])) / quarters for part in parts])


@pytest.mark.parametrize("meter", ["4/4", "7/8", "3/4", "6/8"])
@pytest.mark.parametrize("name", ROOMS)
def test_sparse_and_medium_and_busy_parts_are_all_found(name, meter):
    room = ROOMS[name]
    contexts = [room.context(meter=meter, energy=energy, bars=8) for energy in (0.2, 0.5, 0.8)]
    found = np.concatenate([densities(made_in(name, c, 70), c) for c in contexts])
    assert (found <= room.sparse).mean() > room.shares[0]
    assert ((found > room.medium) & (found <= room.busy)).mean() > room.shares[1]
    assert (found > room.busy).mean() > room.shares[2]


@pytest.mark.parametrize("name", ROOMS)
def test_energy_tilts_density_and_loudness_and_forbids_neither(name):
    contexts = [ROOMS[name].context(energy=energy, bars=8) for energy in (0.0, 1.0)]
    pools = [made_in(name, context) for context in contexts]
    still, full = (densities(*pair) for pair in zip(pools, contexts, strict=True))
    assert still.mean() < 0.8 * full.mean()
    assert still.max() > np.median(full)
    assert full.min() < np.median(still)
    soft, loud = (np.mean([genome.dynamic for genome in pool]) for pool in pools)
    assert soft + ROOMS[name].louder < loud
