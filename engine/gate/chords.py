"""Chords that a person already has: read into a section's progression, played, and approved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from documents.chord_charts import Chart, ChartBar, ChartSection, read_bars, read_chart
from engine.errors import NotFound, Refused
from engine.gate.imports import record_import
from engine.gate.labels import as_named, compared_label
from engine.ids import candidate_id
from engine.runs.contexts import recorded_section, song_colour, song_context
from engine.runs.requests import DEFAULT_ENERGY
from engine.stages import find_stage
from engine.state.lineages import sections
from engine.state.songs import Song
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from fitness.total import Fitness, Weights
from genomes import Context, Part, Section
from genomes.chords import ChordGenome
from genomes.chords.genome import Bar
from genomes.chords.given import draw_playing, given_bars, play_otherwise
from genomes.context import MAX_BARS
from genomes.time import Meter
from store import events
from store.records import Recorded

TYPED = "chords as typed"
CHORDS = "chords"

# A small search for how a progression is played: so many ways drawn, then rounds in which each of
# the best is changed so many times.
DRAWN, ROUNDS, BEST, CHANGES = 32, 4, 6, 4
DEFAULT_SEED = 1

_NUMBERED = re.compile(r"(.*?)[\s_.#-]*\d{1,3}")


@dataclass(frozen=True, slots=True)
class GivenChords:
    """The chords of one section as a person gave them.

    Attributes:
        section: label of the section.
        bars: in order, with their repeats.
        file: name of the file, or what it is where they were typed.
        content_sha256: SHA-256 of what was read.
    """

    section: str
    bars: tuple[ChartBar, ...]
    file: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Playing:
    """How a progression is to be played.

    Attributes:
        pattern: one of ``genomes.chords.comping.PATTERNS``; None to look for what scores best.
        seed: of the search.
        energy: of the section, 0 to 1.
        model: that scores; None to score by theory and prior.
    """

    pattern: str | None = None
    seed: int = DEFAULT_SEED
    energy: float = DEFAULT_ENERGY
    model: FusionModel | None = None


def typed_chords(song: Song, text: str, section: str, per_bar: int = 1) -> GivenChords:
    """The chords of a text.

    Raises:
        ValueError: if a bar can't be read.
    """
    bars = read_bars(text, Meter.parse(song.meter), per_bar)
    if not bars:
        raise ValueError("no chords: expected bars such as Am F | C G/B")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return GivenChords(section, bars, TYPED, digest)


def chords_of_file(
    song: Song, path: Path, section: str | None = None, per_bar: int = 1
) -> tuple[list[GivenChords], list[str]]:
    """The chords of a file by sections, and what a person should know of how it was read.

    A verse that has the chords of the first one is the same section; one of its own number is
    another section.

    Args:
        song: that they are for.
        path: of the file.
        section: only what stands under this header; what stands under none, where there is none.
        per_bar: how many chords a bar has where no bar lines are written.

    Raises:
        NotFound: if the section isn't in it.
        ValueError: if it can't be read.
    """
    try:
        chart = read_chart(path, Meter.parse(song.meter), per_bar)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    if not chart.sections:
        raise ValueError(
            f"{path.name} has no chords: expected ChordPro, chords over words, or bars"
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    chosen, remarks = _labelled(chart, section)
    if chart.is_barless:
        remarks.append(
            f"where no bar lines are written, a bar has {per_bar} "
            f"chord{'' if per_bar == 1 else 's'} (--per-bar says how many)"
        )
    given = [GivenChords(label, each.bars, path.name, digest) for label, each in chosen]
    return given, remarks


def _labelled(
    chart: Chart, section: str | None
) -> tuple[list[tuple[str, ChartSection]], list[str]]:
    """Sections by the label that they get in the song, and remarks about the others."""
    if section is not None:
        return [(section, _named(chart, section))], []
    found: dict[str, ChartSection] = {}
    remarks = [f"{label}: no chords under this header" for label in chart.without]
    for each in chart.sections:
        label = each.label or "verse"
        base = _NUMBERED.fullmatch(label)
        short_label = (base[1] if base and base[1].strip() else label).strip().lower()
        known = found.setdefault(short_label, each)
        if known is each:
            continue
        if _played(known) == _played(each):
            remarks.append(f"{label}: the chords of {known.label or short_label} again")
        elif label.lower() in found:
            remarks.append(f"{label}: other chords than above under the same header, left out")
        else:
            found[label.lower()] = each
    return list(found.items()), remarks


def _played(section: ChartSection) -> list[tuple[tuple[int, str], ...]]:
    return [bar.chords for bar in section.bars]


def _named(chart: Chart, section: str) -> ChartSection:
    wanted = compared_label(section)
    fitting = [
        each
        for each in chart.sections
        if wanted in {compared_label(each.label), _without_number(compared_label(each.label))}
    ]
    if fitting:
        return fitting[0]
    if [each.label for each in chart.sections] == [""]:
        return chart.sections[0]
    known = ", ".join(each.label or "(no header)" for each in chart.sections)
    raise NotFound(f"no chords under {section!r}", f"sections with chords are {known}")


def _without_number(label: str) -> str:
    match = _NUMBERED.fullmatch(label)
    return match[1] if match and match[1] else label


def add_chords(
    studio: Studio, song_id: str, given: Sequence[GivenChords], playing: Playing
) -> tuple[list[Recorded], list[str]]:
    """Record the chords of sections, each with a way of playing them, and their approval.

    Nothing is recorded if one of them can't be read.

    Returns:
        the approvals, and lines about what is left as it was.

    Raises:
        ValueError: if a chord can't be read, or there is no such way of playing.
        Refused: if all of them are approved already.
    """
    song = studio.song(song_id)
    made = [_event(song, each, playing) for each in given]

    def recording(each: GivenChords, event: events.PartImported) -> Recorded:
        def make(now: Song) -> events.PartImported:
            return event if now.position == song.position else _event(now, each, playing)

        return record_import(studio, song_id, None, make)

    recorded, left = [], []
    for each, event in zip(given, made, strict=True):
        try:
            recorded.append(recording(each, event))
        except Refused as error:
            if len(given) == 1:
                raise
            left.append(f"{each.section}: {error}")
    if not recorded:
        raise Refused("all of these chords are approved already", "see engine status")
    return recorded, left


def progression(
    song: Song, given: GivenChords, energy: float = DEFAULT_ENERGY
) -> tuple[Context, Sequence[Bar]]:
    """The section that chords are for, in its song, and their bars.

    Raises:
        ValueError: if a chord can't be read, or the energy is out of range.
        Refused: if there are too many bars, or the section has no label.
    """
    if not given.section.strip():
        raise Refused("--section: expected a label, such as verse")
    label = as_named(sections(song), given.section)
    if len(given.bars) > MAX_BARS:
        raise Refused(
            f"{given.section}: {len(given.bars)} bars, a section has up to {MAX_BARS}",
            "give a part of them, under a label of its own",
        )
    context = song_context(song, Section(label, len(given.bars), energy))
    return context, given_bars([(bar.number, bar.chords) for bar in given.bars], context.key)


def _event(song: Song, given: GivenChords, playing: Playing) -> events.PartImported:
    context, bars = progression(song, given, playing.energy)
    genomes = find_stage(CHORDS).genomes
    genome = best_playing(bars, song, context, playing)
    part = genomes.render(genome, context)
    return events.PartImported(
        candidate=candidate_id(CHORDS, context, (), part),
        stage=CHORDS,
        section=recorded_section(context.section),
        part=part.to_payload(),
        parents=[],
        context_position=song.position,
        file=given.file,
        content_sha256=given.content_sha256,
        warnings=[],
        genome=genome.to_payload(),
        description=genomes.describe(genome, context),
    )


def best_playing(
    bars: Sequence[Bar], song: Song, context: Context, playing: Playing
) -> ChordGenome:
    """The way of playing a progression that scores best of a few hundred; its chords stay.

    Ways in which more of the chords' notes are heard come before those that leave some out.
    """
    rng = np.random.default_rng(playing.seed)
    fitness = Fitness(CHORDS, song_colour(song), Weights(), playing.model)
    render = find_stage(CHORDS).genomes.render
    scored: dict[ChordGenome, tuple[int, float]] = {}

    def score(drawn: Sequence[ChordGenome]) -> None:
        fresh = [each for each in dict.fromkeys(drawn) if each not in scored]
        parts: list[Part] = [render(each, context) for each in fresh]
        for each, part, found in zip(fresh, parts, fitness.score(parts, context), strict=True):
            scored[each] = _unplayed(part), -found.total

    def best() -> list[ChordGenome]:
        return sorted(scored, key=lambda each: scored[each])[:BEST]

    score([draw_playing(tuple(bars), context, playing.pattern, rng) for _ in range(DRAWN)])
    for _ in range(ROUNDS):
        score(
            [
                play_otherwise(each, context, playing.pattern, rng)
                for each in best()
                for _ in range(CHANGES)
            ]
        )
    return best()[0]


def _unplayed(part: Part) -> int:
    """How many notes of the chords don't sound while their chord holds."""
    notes = part.notes
    ends_ticks = notes["onset_ticks"] + notes["duration_ticks"]
    missing = 0
    for chord in part.harmony:
        sounds = (notes["onset_ticks"] < chord.end_ticks) & (ends_ticks > chord.onset_ticks)
        missing += len(set(chord.pitch_classes) - set((notes["pitch"][sounds] % 12).tolist()))
    return missing
