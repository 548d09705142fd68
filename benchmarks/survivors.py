"""Survivors of all stages for a seeded draw of song proposals, written down as plain JSON.

``python -m benchmarks survivors PROPOSALS OUT [--songs 40] [--small] [--processes N]`` evolves
every stage of each song, or those up to ``--last STAGE``, each on the best survivors of the stages
before it, and writes one file for each song: the context, every survivor, and first genomes of the
same run. It needs
neither a network nor anything that reads scores or draws, so it can run on another machine;
``read_songs`` gives the songs back wherever the code can read parts. Songs that are written
already are left alone, so an interrupted batch goes on where it stopped.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.songs import SongStudio, song_studio
from engine.evolution.settings import Settings
from engine.gate.decisions import approve
from engine.proposals import Proposal, read
from engine.runs.run import Run
from engine.stages import STAGES
from fitness.fusion import DEFAULT_MODEL
from genomes import Context, Key, Meter, Part, Section

SMALL = Settings(population=30, generations=12)
DRAW_SEED = 11
SONGS = 40
RANDOM = 24  # first genomes kept of each run
POLICY = "benchmark: the best survivor"
SUFFIX = ".json.gz"


@dataclass(frozen=True, slots=True)
class StageMusic:
    """What one stage of a song gave.

    Attributes:
        context: what its parts were made in: the best survivors of the earlier stages are parts
            of it.
        survivors: the best first.
        random: first genomes of the same run, rendered.
    """

    context: Context
    survivors: tuple[Part, ...]
    random: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class SongMusic:
    """What all stages of a song gave.

    Attributes:
        name: of the song.
        stages: by name, in order.
    """

    name: str
    stages: dict[str, StageMusic]


def drawn(folder: Path, songs: int, seed: int = DRAW_SEED) -> list[Proposal]:
    """A seeded draw of the readable proposals of a folder, the same wherever it is made."""
    known = {proposal.content_sha256: proposal for proposal in read([folder]).proposals}
    ordered = [known[digest] for digest in sorted(known)]
    order = np.random.default_rng(seed).permutation(len(ordered))
    return [ordered[place] for place in order[:songs]]


def evolve(
    proposal: Proposal,
    settings: Settings,
    model: Path = DEFAULT_MODEL,
    names: Sequence[str] = tuple(STAGES),
) -> dict[str, Any]:
    """Stages of a song as plain values, each on the best survivor of every one before."""
    with song_studio(proposal, model) as studio:
        seed = int(proposal.content_sha256[:8], 16)  # one seed for all would draw alike everywhere
        stages = {name: _evolved(studio, name, settings, seed) for name in names}
    return {**plain_facts(proposal), "stages": stages}


def plain_facts(proposal: Proposal) -> dict[str, Any]:
    """What a song's stages are evolved for, as plain values."""
    return {
        "key": str(proposal.key),
        "meter": str(proposal.meter),
        "tempo_bpm": float(proposal.tempo_bpm),
        "colour": proposal.colour.name,
        "genres": list(proposal.genres),
        "singer": proposal.singer or "",
    }


def _evolved(studio: SongStudio, stage: str, settings: Settings, seed: int) -> dict[str, Any]:
    began = perf_counter()
    run = studio.begin(stage, settings, seed)
    survivors = studio.finish(run)
    seconds = perf_counter() - began
    approve(studio.studio, survivors[0], policy=POLICY, song_id=studio.song_id)
    section = run.context.section
    return {
        "section": [section.label, section.bars, section.energy],
        "survivors": [_survivor(run, name) for name in survivors],
        "random": [
            run.genomes.render(first.genome, run.context).to_payload()
            for first in run.pool.first()[:RANDOM]
        ],
        "scored": len(run.pool.scored),
        "seconds": round(seconds, 2),
    }


def _survivor(run: Run, name: str) -> dict[str, Any]:
    individual = run.pool.scored[name]
    return {
        "part": run.genomes.render(individual.genome, run.context).to_payload(),
        "genome": individual.genome.to_payload(),
        "total": individual.total,
        "passes": individual.passes,
        "terms": dict(individual.score.terms),
    }


def revision() -> str:
    """The commit that is checked out here; empty where that can't be told."""
    try:
        asked = ["git", "describe", "--always", "--dirty"]
        found = subprocess.run(asked, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


def _write(
    proposal: Proposal, settings: Settings, path: Path, code: str, names: Sequence[str]
) -> float:
    """Evolve a song and write it; returns the seconds that its stages took."""
    found = evolve(proposal, settings, names=names)
    text = json.dumps({"revision": code, "settings": settings.to_payload(), **found})
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(gzip.compress(text.encode()))
    unfinished.replace(path)
    return sum(stage["seconds"] for stage in found["stages"].values())


def write_all(
    proposals: Sequence[Proposal],
    settings: Settings,
    out: Path,
    processes: int,
    code: str,
    names: Sequence[str] = tuple(STAGES),
) -> None:
    """Write the file of every song that has none yet, songs side by side."""
    out.mkdir(parents=True, exist_ok=True)
    paths = {out / f"{proposal.content_sha256[:12]}{SUFFIX}": proposal for proposal in proposals}
    wanted = {path: proposal for path, proposal in paths.items() if not path.exists()}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as workers:
        jobs = {
            workers.submit(_write, proposal, settings, path, code, names): path.name
            for path, proposal in wanted.items()
        }
        for number, job in enumerate(as_completed(jobs), start=1):
            print(f"{number}/{len(jobs)} {jobs[job]}: {job.result():.0f} s", flush=True)


def read_songs(folder: Path) -> list[SongMusic]:
    """The songs that were written to a folder.

    Raises:
        FileNotFoundError: if there are none.
    """
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no files of survivors ({SUFFIX})")
    return [_song(path) for path in paths]


def _song(path: Path) -> SongMusic:
    told = json.loads(gzip.decompress(path.read_bytes()))
    best: list[tuple[str, Part]] = []
    stages = {}
    for name, stage in told["stages"].items():
        context = Context(
            Key.parse(told["key"]),
            Meter.parse(told["meter"]),
            told["tempo_bpm"],
            Section(*stage["section"]),
            tuple(best),
            tuple(told["genres"]),
            told["singer"],
        )
        survivors = tuple(Part.from_payload(each["part"]) for each in stage["survivors"])
        random = tuple(Part.from_payload(each) for each in stage["random"])
        stages[name] = StageMusic(context, survivors, random)
        best.append((name, survivors[0]))
    return SongMusic(path.name.removesuffix(SUFFIX), stages)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks survivors")
    parser.add_argument("proposals", type=Path, help="a folder of song proposals")
    parser.add_argument("out", type=Path, help="a folder for one file for each song")
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--seed", type=int, default=DRAW_SEED, help="of the draw")
    parser.add_argument("--small", action="store_true", help="30 individuals, 12 generations")
    parser.add_argument("--last", choices=tuple(STAGES), default=tuple(STAGES)[-1])
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    proposals = drawn(options.proposals, options.songs, options.seed)
    settings = SMALL if options.small else Settings()
    names = tuple(STAGES)[: tuple(STAGES).index(options.last) + 1]
    write_all(proposals, settings, options.out, options.processes, revision(), names)


if __name__ == "__main__":
    main()
