"""What the gate alone learns from: parts that are nearly music, and windows of real songs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.execution.choice import in_processes
from fitness.colours import COLOUR_NAMES
from genomes.notes import Part, mixed
from training.composed.compose import (
    CHUNK_SIZE,
    Clip,
    Job,
    clip_context,
    compose_parts,
    measured,
    moves,
)
from training.composed.examples import PART_STAGES, Examples
from training.composed.fakes import NEAR_MUSIC, near_music, near_music_of, off_the_others
from training.composed.songs import Parts

# Far from the songs of a catalogue and from the planted fakes.
GATE_SEED = 4_000_000
# Numbers of songs, above every catalogue's.
FIRST_GATE_SONG, FIRST_REAL_SONG = 10_000_000, 20_000_000


def nearly_music(seed: int, songs_per_colour: int, processes: int = 1) -> Examples:
    """Parts of composed songs off their key, in another order, and runs in their place.

    Args:
        seed: the same one gives the same examples.
        songs_per_colour: of each of the nine.
        processes: how many work at once.
    """
    jobs = [
        Job(FIRST_GATE_SONG + number, (GATE_SEED + seed, number), kind, colour)
        for number, (colour, kind) in enumerate(
            (colour, kind)
            for colour in COLOUR_NAMES
            for _ in range(songs_per_colour)
            for kind in NEAR_MUSIC
        )
    ]
    return Examples.join(list(in_processes(_examples_of, jobs, processes, CHUNK_SIZE)))


def _examples_of(job: Job) -> Examples:
    rng = np.random.default_rng(job.seed)
    return measured(list(_clips(job, rng)), job)


def _clips(job: Job, rng: np.random.Generator) -> Iterator[Clip]:
    """One fake of each stage that has the kind, from one section."""
    context = clip_context(rng)
    (parts,) = compose_parts(job.name, context, 1, rng)
    for stage in PART_STAGES:
        if job.kind in near_music_of(stage) and moves(parts[stage]):
            yield Clip(stage, near_music(job.kind, stage, parts[stage], context, rng), context)
    if job.kind == "off_key":
        yield Clip("mix", off_key_mix(parts, rng), context)
    elif job.kind in near_music_of("mix"):
        whole = mixed(list(parts.values()))
        yield Clip("mix", near_music(job.kind, "mix", whole, context, rng), context)


def off_key_mix(parts: Parts, rng: np.random.Generator) -> Part:
    """Chords and some of what stands on them, one part of them off the key of the others."""
    others = [stage for stage in PART_STAGES if stage not in {"chords", "drums"}]
    moved = str(rng.choice(others))
    kept = ["chords", *(stage for stage in ("drums", *others) if rng.random() < 0.5)]
    every = [parts[stage] for stage in kept if stage != moved]
    return mixed([*every, off_the_others(parts[moved], rng)])
