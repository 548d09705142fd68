"""Pools of real runs, for simulated people to decide on: evolved once, kept as plain JSON.

Each song of a seeded draw of proposals is evolved stage by stage, each stage on the best survivor
of those before; everything that a run scored is written down with its genome and its terms. Songs
that are written already are left alone, so an interrupted batch goes on where it stopped.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.songs import SongStudio, song_studio
from benchmarks.survivors import POLICY, SMALL, SUFFIX, drawn, plain_facts
from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from engine.evolution.survivors import FirstPoolFacts, first_pool_facts
from engine.gate.decisions import approve
from engine.proposals import Proposal
from engine.stages import STAGES
from fitness.fusion import DEFAULT_MODEL
from fitness.total import Score
from genomes import Context, Key, Meter, Part, Section

POOL_STAGES = ("chords", "melody")


@dataclass(frozen=True, eq=False)
class ScoredPool:
    """Everything that one run scored.

    Attributes:
        song: name of the song's file.
        stage: the run's stage.
        colour: name of the song's colour.
        context: what its parts were made in.
        individuals: in the order in which they were bred.
    """

    song: str
    stage: str
    colour: str
    context: Context
    individuals: tuple[Individual, ...]

    @cached_property
    def parts(self) -> list[Part]:
        """The music of each individual."""
        genomes = STAGES[self.stage].genomes
        return [genomes.render(each.genome, self.context) for each in self.individuals]

    @cached_property
    def first(self) -> NDArray[np.bool_]:
        """Whether each individual is of the first pool."""
        return np.array([each.generation == 0 for each in self.individuals])

    @cached_property
    def facts(self) -> FirstPoolFacts:
        """Facts of the first pool."""
        first = [each for each in self.individuals if each.generation == 0]
        return first_pool_facts(first, STAGES[self.stage].genomes)


def read_pools(folder: Path) -> list[ScoredPool]:
    """The pools that were written to a folder, in the order of their songs.

    Raises:
        FileNotFoundError: if there are none.
    """
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no pools ({SUFFIX})")
    return [pool for path in paths for pool in _pools(path)]


def write_pools(proposals: Path, folder: Path, songs: int, settings: Settings = SMALL) -> None:
    """Evolve the songs of a draw that have no file yet, one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    for proposal in drawn(proposals, songs):
        path = folder / f"{proposal.content_sha256[:12]}{SUFFIX}"
        if path.exists():
            continue
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(gzip.compress(json.dumps(_evolved(proposal, settings)).encode()))
        unfinished.replace(path)
        print(f"evolved {path.name}", flush=True)


def _evolved(proposal: Proposal, settings: Settings) -> dict[str, Any]:
    with song_studio(proposal, DEFAULT_MODEL) as studio:
        seed = int(proposal.content_sha256[:8], 16)
        stages = {name: _scored(studio, name, settings, seed) for name in POOL_STAGES}
    return {**plain_facts(proposal), "stages": stages}


def _scored(studio: SongStudio, stage: str, settings: Settings, seed: int) -> dict[str, Any]:
    run = studio.begin(stage, settings, seed)
    best, *_ = studio.finish(run)
    approve(studio.studio, best, policy=POLICY, song_id=studio.song_id)
    section = run.context.section
    return {
        "section": [section.label, section.bars, section.energy],
        "parts": [[name, part.to_payload()] for name, part in run.context.parts],
        "scored": [_row(each) for each in run.pool.scored.values()],
    }


def _row(individual: Individual) -> dict[str, Any]:
    return {
        "id": individual.id,
        "genome": individual.genome.to_payload(),
        "terms": dict(individual.score.terms),
        "total": individual.total,
        "passes": individual.passes,
        "generation": individual.generation,
    }


def _pools(path: Path) -> list[ScoredPool]:
    told = json.loads(gzip.decompress(path.read_bytes()))
    return [_pool(path.name.removesuffix(SUFFIX), told, name) for name in told["stages"]]


def _pool(song: str, told: dict[str, Any], stage: str) -> ScoredPool:
    facts = told["stages"][stage]
    context = Context(
        Key.parse(told["key"]),
        Meter.parse(told["meter"]),
        told["tempo_bpm"],
        Section(*facts["section"]),
        tuple((name, Part.from_payload(part)) for name, part in facts["parts"]),
        tuple(told["genres"]),
        told["singer"],
    )
    individuals = tuple(_individual(row, stage) for row in facts["scored"])
    return ScoredPool(song, stage, told["colour"], context, individuals)


def _individual(row: dict[str, Any], stage: str) -> Individual:
    genome = STAGES[stage].genomes.from_payload(row["genome"])
    score = Score(row["terms"], row["total"], row["passes"])
    return Individual(row["id"], genome, score, row["generation"])


def pools_of(folder: Path, stages: Sequence[str] = POOL_STAGES) -> list[ScoredPool]:
    """The kept pools of some stages."""
    return [pool for pool in read_pools(folder) if pool.stage in stages]
