"""Compose the catalogue: songs of every colour, fakes and real music, as examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.execution.choice import in_processes
from fitness.colours import COLOUR_NAMES
from fitness.features import FEATURE_NAMES, feature_matrix
from fitness.roll import ROWS, STEPS, rolls
from genomes.context import Context
from genomes.keys import Key
from genomes.notes import Part, mixed
from genomes.splicing import cut
from training.composed.corpus import (
    STAGE_OF_ROLE,
    chosen_pieces,
    is_held_out,
    piece_windows,
    played,
)
from training.composed.draws import SECTIONS, bars_in_window, draw_context, draw_stretch, with_bars
from training.composed.examples import KINDS, NO_COLOUR, PART_STAGES, STAGES, Examples
from training.composed.fakes import CORRUPTIONS, FAKES, corrupted, damaged_as, make_fake
from training.composed.songs import Parts, compose_cutups, compose_sections

MIXES_PER_SECTION = 3
# Share of the mixes that hold a part with every part composed before it, as evolution scores them.
LINEAGE_SHARE = 0.5
# Fakes and corrupted parts of each kind, for each song of a colour. A corrupted part is much harder
# to recognise than noise.
FAKES_PER_SONG, CORRUPTIONS_PER_SONG = 2, 12
REAL_PIECES = 60
MIN_PITCHES = MIN_ONSETS = 2
TRIES = 4
CHUNK_SIZE = 8


@dataclass(frozen=True, slots=True)
class Job:
    """One song, fake or real piece; its clips stay together when the examples are split.

    Attributes:
        song: its number.
        seed: of its own random generator.
        kind: one of ``KINDS``.
        name: of the colour or the piece; empty for a fake.
    """

    song: int
    seed: tuple[int, int]
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """A part of one of ``STAGES``, with the context that says its meter and tempo."""

    stage: str
    part: Part
    context: Context

    @property
    def bars(self) -> int:
        """Length in bars."""
        return self.part.length_ticks // self.context.meter.bar_ticks


def compose(
    seed: int, songs_per_colour: int, processes: int = 1, real_pieces: int = REAL_PIECES
) -> Examples:
    """Compose songs, cut them into clips, and compute each clip's piano roll and features.

    Args:
        seed: equal seeds give equal examples, with any number of processes.
        songs_per_colour: for each of the nine colours.
        processes: number of worker processes.
        real_pieces: scores of music21's corpus; 0 works without music21.
    """
    jobs = plan(seed, songs_per_colour, real_pieces)
    return Examples.join(list(in_processes(examples_of, jobs, processes, CHUNK_SIZE)))


def plan(seed: int, songs_per_colour: int, real_pieces: int) -> list[Job]:
    """The jobs of a catalogue: songs, fakes, corrupted parts and real pieces."""
    named = [("song", colour) for colour in COLOUR_NAMES for _ in range(songs_per_colour)]
    for kinds, per_song in ((FAKES, FAKES_PER_SONG), (CORRUPTIONS, CORRUPTIONS_PER_SONG)):
        named += [(kind, "") for kind in kinds for _ in range(per_song * songs_per_colour)]
    if real_pieces:
        pieces = chosen_pieces(real_pieces, np.random.default_rng(seed))
        named += [("real", name) for name in pieces]
    return [Job(song, (seed, song), kind, name) for song, (kind, name) in enumerate(named)]


def examples_of(job: Job) -> Examples:
    """The labelled examples of one job."""
    rng = np.random.default_rng(job.seed)
    return measured(list(_clips(job, rng)), job)


def _clips(job: Job, rng: np.random.Generator) -> Iterator[Clip]:
    if job.kind == "song":
        yield from song_clips(job.name, rng)
    elif job.kind == "real":
        yield from _real_clips(job.name, rng)
    elif job.kind in FAKES:
        context = clip_context(rng)
        stage = STAGES[int(rng.integers(len(STAGES)))]
        yield Clip(stage, make_fake(job.kind, context, rng), context)
    else:
        yield from _corrupted_clips(job.kind, rng)


def song_clips(colour: str, rng: np.random.Generator) -> Iterator[Clip]:
    """Clips of one song: every part of each section, and mixes of several parts."""
    context = draw_context(rng)
    for parts in compose_parts(colour, context, SECTIONS, rng):
        for stage in PART_STAGES:
            yield from _clip(stage, parts[stage], context, rng)
        for _ in range(MIXES_PER_SECTION):
            chosen = [parts[stage] for stage in _drawn_stages(rng)]
            yield from _clip("mix", mixed(chosen), context, rng)


def compose_parts(
    colour: str, context: Context, count: int, rng: np.random.Generator
) -> list[Parts]:
    """The sections of one song, as parts by stage."""
    if colour == "White":
        return [cutup.section.parts for cutup in compose_cutups(context, count, rng)]
    return [section.parts for section in compose_sections(colour, context, count, rng)]


def _drawn_stages(rng: np.random.Generator) -> list[str]:
    """The chords and some of the later stages, in order."""
    first, *others = PART_STAGES
    count = int(rng.integers(1, len(others) + 1))
    chosen = range(count) if rng.random() < LINEAGE_SHARE else rng.permutation(len(others))[:count]
    return [first, *(others[index] for index in sorted(chosen))]


def _clip(stage: str, part: Part, context: Context, rng: np.random.Generator) -> Iterator[Clip]:
    """A few bars of a part that have more than one note; none where ``TRIES`` draws find none."""
    bar_ticks = context.meter.bar_ticks
    for _ in range(TRIES):
        first, bars = draw_stretch(context.section.bars, rng)
        stretch = cut(part, first * bar_ticks, bars * bar_ticks)
        if moves(stretch):
            yield Clip(stage, stretch, context)
            return


def moves(part: Part) -> bool:
    """Whether a part has several onsets and pitches, and isn't one note or chord repeated."""
    notes = part.notes
    pitched = len(np.unique(notes["pitch"])) >= MIN_PITCHES or bool(notes["is_drum"].any())
    struck = len(np.unique(notes["onset_ticks"])) >= MIN_ONSETS
    return pitched and (struck or len(notes) > MIN_PITCHES)


def clip_context(rng: np.random.Generator) -> Context:
    """A random song's context, its section as long as a clip."""
    context = draw_context(rng)
    return with_bars(context, draw_stretch(context.section.bars, rng)[1])


def _corrupted_clips(kind: str, rng: np.random.Generator) -> Iterator[Clip]:
    """One corrupted part of a song of any colour."""
    context = clip_context(rng)
    colour = COLOUR_NAMES[int(rng.integers(len(COLOUR_NAMES)))]
    (parts,) = compose_parts(colour, context, 1, rng)
    stages = [stage for stage in PART_STAGES if kind in damaged_as(stage)]
    stage = stages[int(rng.integers(len(stages)))]
    yield Clip(stage, corrupted(kind, parts[stage], context, rng), context)


def _real_clips(piece: str, rng: np.random.Generator) -> Iterator[Clip]:
    for window in piece_windows(piece, rng):
        drawn = draw_context(rng)
        context = Context(Key(0, "major", "C"), window.meter, drawn.tempo_bpm, drawn.section)
        context = with_bars(context, window.bars)
        if window.bars <= bars_in_window(context):
            part = played(window.part, window.meter, rng)
            yield Clip(STAGE_OF_ROLE[window.role], part, context)


def measured(clips: Sequence[Clip], job: Job) -> Examples:
    """Clips of one job as rows."""
    count = len(clips)
    colour = COLOUR_NAMES.index(job.name) if job.kind == "song" else NO_COLOUR
    return Examples(
        rolls=_rows([_roll(clip) for clip in clips], (0, ROWS, STEPS), np.uint8),
        features=_rows([_features(clip) for clip in clips], (0, len(FEATURE_NAMES)), np.float32),
        colour=np.full(count, colour, np.int8),
        song=np.full(count, job.song, np.int32),
        stage=np.array([STAGES.index(clip.stage) for clip in clips], np.int8),
        kind=np.full(count, KINDS.index(job.kind), np.int8),
        bars=np.array([clip.bars for clip in clips], np.int16),
        held_out=np.full(count, job.kind == "real" and is_held_out(job.name), np.bool_),
    )


def _rows(
    rows: Sequence[NDArray[Any]], empty: tuple[int, ...], dtype: type[np.generic]
) -> NDArray[Any]:
    """The rows stacked; an array of shape ``empty`` where there are none."""
    return np.stack(rows) if rows else np.zeros(empty, dtype)


def _roll(clip: Clip) -> NDArray[np.uint8]:
    """Piano roll of a clip, ``(128, 256)`` uint8, 0 to 127."""
    roll = rolls([clip.part], clip.context.tempo_map)[0, 0]
    return np.asarray(np.rint(roll * 127), dtype=np.uint8)


def _features(clip: Clip) -> NDArray[np.float32]:
    """Features of a clip, ``(F,)`` float."""
    measured = feature_matrix([clip.part], clip.context.meter, clip.context.tempo_map)
    return np.asarray(measured[0])
