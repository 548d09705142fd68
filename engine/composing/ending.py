"""The end of a composition: whole songs are scored, and the best few arranged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from statistics import fmean

from engine.arrangement.ahead import Report, announce, reporting
from engine.arrangement.approved import ApprovedPart, approved_parts
from engine.arrangement.arranging import ArrangedSong, arrange, conductor_of
from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.instruments import song_instruments
from engine.arrangement.plan import Plan
from engine.arrangement.writers import WriterKind, singer_name, writers_of
from engine.audio import render
from engine.composing.composition import Composition, can_build_on
from engine.composing.contrast import Contrast, contrasts, mean_contrast, smoothness
from engine.composing.lineages import Reader, ScoredLineage
from engine.execution.executor import SERIAL, Executor
from engine.models.registry import ModelRegistry
from engine.proposals.lyrics import LyricSheet
from engine.runs.contexts import song_colour
from engine.runs.parents import leaves
from engine.stages import STAGES
from engine.state.lineages import eligible
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from fitness.scorer import ChromaticScorer
from fitness.whole_song import SongScorer
from genomes.midi import Conductor
from genomes.notes import mixed
from store import events
from store.records import NewEvent

# Weights of the terms that are added to a song's mean lineage total and colour match.
CONTRAST_WEIGHT = 0.3
SMOOTHNESS_WEIGHT = 0.2

# Limits on the combinations of lineages: how many are estimated, and how many of the best of
# these are scored by the model.
MAX_COMBINATIONS = 4096
MAX_SCORED_COMBINATIONS = 12

# Subtracted from the total of a song that uses the same lineages as a song chosen before.
SHARED_LINEAGES_PENALTY = 0.15


@dataclass(frozen=True, slots=True)
class Ranked:
    """A whole song with its score.

    Attributes:
        plan: its plan.
        sections: the lineage of each section.
        terms: its measures, each 0 to 1.
        total: the weighted sum that it is ranked by.
        notes: remarks on how it was measured, for people.
    """

    plan: Plan
    sections: tuple[ScoredLineage, ...]
    terms: dict[str, float]
    total: float
    notes: tuple[str, ...] = ()

    @property
    def contrasts(self) -> dict[str, Contrast]:
        """The contrast of each pair of its sections."""
        return contrasts(list(self.sections))


@dataclass(frozen=True, slots=True)
class Ending:
    """How songs are arranged in the end.

    Attributes:
        audio: format of the recordings, one of ``AUDIO_FORMATS``.
        ending: how the songs end, one of ``ENDINGS``; the usual way if None.
        instruments: stage -> program that a person chose; the rest are the usual ones.
    """

    audio: str
    ending: str | None = None
    instruments: Mapping[str, int] | None = None


def finish_composition(
    studio: Studio,
    song_id: str,
    composition: Composition,
    ending: Ending,
    executor: Executor = SERIAL,
    report: Report | None = None,
) -> list[tuple[Ranked, ArrangedSong]]:
    """Arrange the best songs that differ, record their ranking, and write their files.

    Args:
        studio: the studio.
        song_id: id of the song.
        composition: what was composed.
        ending: how the songs are arranged.
        executor: makes their files, where its workers are on this machine.
        report: is told of each file of a composition that ends for the first time.
    """
    song = studio.song(song_id)
    ranking = best_songs(studio, song, composition, ending.ending, ending.instruments)
    plans = [ranked.plan for ranked in ranking]
    kind = WriterKind(singer_name(song), song.colour, ending.audio)
    is_new = song.compositions[composition.id].ranking is None
    writers = writers_of(kind, executor if is_new and executor.is_local else SERIAL)
    if is_new:
        files = announce(studio, song, plans, writers)
        writers = reporting(writers, files, report) if report else writers
    done = [
        (ranked, arrange(studio, studio.song(song_id), ranked.plan, writers)) for ranked in ranking
    ]
    finished = events.CompositionFinished(
        composition=composition.id,
        ranking=[
            events.Ranked(
                arrangement=arranged.arrangement.id, total=ranked.total, terms=ranked.terms
            )
            for ranked, arranged in done
        ],
    )

    def finishing() -> list[NewEvent]:
        begun = studio.song(song_id).compositions[composition.id]
        is_open = begun.ranking is None
        return [NewEvent(finished, actor="engine")] if is_open else []

    studio.decide(song_stream(song_id), finishing)
    return done


def best_songs(
    studio: Studio,
    song: Song,
    composition: Composition,
    ending: str | None = None,
    instruments: Mapping[str, int] | None = None,
) -> list[Ranked]:
    """The best combinations of the sections' lineages, best first.

    Each is the one with the highest total after ``SHARED_LINEAGES_PENALTY``.
    """
    material = _Material(
        conductor_of(song),
        approved_parts(studio, song),
        song_instruments(song, instruments),
        ending,
        composition.lyrics,
    )
    estimated = [_estimated(material, each) for each in _combinations(studio, song, composition)]
    by_estimate = sorted(estimated, key=lambda it: (-it.total, [each.leaf for each in it.sections]))
    scorer = _song_scorer(studio, song, composition)
    ranked = [
        _with_colour_match(material, each, scorer, song.concept)
        for each in by_estimate[:MAX_SCORED_COMBINATIONS]
    ]
    chosen: list[Ranked] = []
    while ranked and len(chosen) < composition.arrangements:
        best = max(ranked, key=lambda each: each.total - _shared_penalty(each, chosen))
        ranked.remove(best)
        chosen.append(best)
    return [_with_plan_name(each, composition, rank) for rank, each in enumerate(chosen, start=1)]


def _combinations(
    studio: Studio, song: Song, composition: Composition
) -> list[tuple[ScoredLineage, ...]]:
    """All combinations of one lineage per section."""
    reader = Reader(studio)
    options = [
        [
            reader.read(song, leaf, section.label)
            for leaf in _finished(song, composition, section.label)
        ]
        for section in composition.sections
    ]
    return list(islice(product(*options), MAX_COMBINATIONS))


def _finished(song: Song, composition: Composition, section: str) -> list[str]:
    """The lineages of a section with all stages that it may use; else those with the most."""
    last = list(STAGES)[-1]
    complete = [
        candidate
        for candidate in eligible(song, last, section)
        if can_build_on(song, composition, candidate)
    ]
    return complete or [leaf.candidate for leaf in leaves(song, STAGES[last], section, every=True)]


@dataclass(frozen=True, slots=True)
class _Material:
    """What arrangements are made of.

    Attributes:
        conductor: title, key, meter and tempo.
        parts: the approved parts.
        instruments: ``(stage, program)`` of every stage.
        ending: how the songs end; the usual way if None.
        lyrics: lyrics of the song.
    """

    conductor: Conductor
    parts: tuple[ApprovedPart, ...]
    instruments: tuple[tuple[str, int], ...]
    ending: str | None
    lyrics: LyricSheet | None


def _estimated(material: _Material, sections: tuple[ScoredLineage, ...]) -> Ranked:
    """The drafted song of these lineages, with its total before the model scores it."""
    playing = {
        (lineage.section, member.candidate) for lineage in sections for member in lineage.members
    }
    playing_parts = [
        replace(part, is_in_use=True)
        for part in material.parts
        if (part.section_label, part.candidate) in playing
    ]
    drafted = draft(playing_parts, material.conductor, material.ending, material.lyrics)
    plan = replace(drafted, instruments=material.instruments)
    terms = {
        "lineages": fmean(lineage.total for lineage in sections),
        "contrast": mean_contrast(list(sections)),
        "smoothness": smoothness(_in_playing_order(plan, playing_parts, sections)),
    }
    others = CONTRAST_WEIGHT * terms["contrast"] + SMOOTHNESS_WEIGHT * terms["smoothness"]
    return Ranked(plan, sections, terms, terms["lineages"] + others)


def _in_playing_order(
    plan: Plan, parts: Sequence[ApprovedPart], sections: tuple[ScoredLineage, ...]
) -> list[ScoredLineage]:
    """The lineages in the order in which the song plays them, with repeats."""
    section_of_part = {(part.stage, part.label): part.section_label for part in parts}
    lineage_of_section = {lineage.section: lineage for lineage in sections}
    return [
        lineage_of_section[section_of_part[section.parts[0]]]
        for section in plan.sections
        for _ in range(section.play)
    ]


def _song_scorer(studio: Studio, song: Song, composition: Composition) -> SongScorer | None:
    if composition.model_sha256 is None:
        return None
    path = ModelRegistry(studio).path(composition.model_sha256)
    return SongScorer(ChromaticScorer(path), song_colour(song))


def _with_colour_match(
    material: _Material, song: Ranked, scorer: SongScorer | None, concept: str
) -> Ranked:
    """Add to a song how well it matches its colour, if there is a model that can tell."""
    if scorer is None:
        return song
    arrangement = assemble(song.plan, material.parts, material.conductor)
    mix = mixed([track.part for track in arrangement.tracks])
    tempo_map = arrangement.tempo_map
    audio = (
        render(arrangement.tracks, tempo_map, arrangement.length_ticks)
        if scorer.takes_audio
        else None
    )
    recording = (audio.samples.mean(axis=1), audio.sample_rate) if audio else None
    match = scorer.chromatic(mix, arrangement.meter, tempo_map, concept, recording)
    with_notes = replace(song, notes=tuple(scorer.notes))
    if match is None:
        return with_notes
    return replace(with_notes, terms=song.terms | {"chromatic": match}, total=song.total + match)


def _shared_penalty(song: Ranked, chosen: Sequence[Ranked]) -> float:
    """The penalty for the lineages that a song shares with a chosen one."""
    leaves_of_song = {lineage.leaf for lineage in song.sections}
    shared = [
        len(leaves_of_song & {other.leaf for other in each.sections}) / len(leaves_of_song)
        for each in chosen
    ]
    return SHARED_LINEAGES_PENALTY * max(shared, default=0.0)


def _with_plan_name(song: Ranked, composition: Composition, rank: int) -> Ranked:
    return replace(song, plan=replace(song.plan, name=f"{composition.id}_{rank}"))
