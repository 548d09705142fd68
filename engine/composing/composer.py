"""The composer: evolves every stage of every section and approves the best lineages itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from engine.composing.composition import Composition, can_build_on
from engine.composing.lineages import Reader, ScoredLineage, best_distinct
from engine.gate.decisions import approval
from engine.gate.exports import export_song, update_exports
from engine.gate.waiting import Entry
from engine.runs.lifecycle import Request, carry_on, load_or_resume, start_or_find
from engine.runs.requests import EvolveOptions, requests
from engine.stages import STAGES, Stage
from engine.state.lineages import approved, eligible
from engine.state.runs import ABANDONED, FINISHED
from engine.state.runs import Run as RunState
from engine.state.song_events import with_label
from engine.state.songs import PENDING, Song, song_stream
from engine.state.studio import Studio
from genomes import Section
from store import events
from store.records import NewEvent


class Observer(Protocol):
    """Receives the progress of a composition, and may stop it."""

    def begin(self, stage: str, section: str, runs: int) -> None:
        """Called before each stage of a section, with its number of runs."""
        ...

    def report(self, point: events.CurvePoint) -> None:
        """Called after each recorded generation."""
        ...

    def is_stopped(self) -> bool:
        """Whether to stop now; the composition can be continued later."""
        ...


def compose(studio: Studio, song_id: str, composition: Composition, observer: Observer) -> bool:
    """Compose all stages of all sections.

    Stages of sections that have approved parts are not composed again; later stages build on
    these parts. Parts that a composition with another seed approved are ignored. Missing files
    of approved parts, left by a killed process, are written too.

    Returns:
        whether everything is composed; False if ``observer`` stopped it.
    """
    for stage in STAGES.values():
        for section in composition.sections:
            if _lacks_stage(studio.song(song_id), composition, stage, section):
                runs = _run(studio, song_id, composition, stage, section, observer)
                if runs is None:
                    return False
                _decide(studio, song_id, composition, section, runs)
    export_song(studio, studio.song(song_id))
    return True


def runs_of(studio: Studio, song_id: str, composition: Composition) -> dict[str, RunState]:
    """The runs of a composition that weren't given up, by id, oldest first."""
    seeds = {
        (stage, section.label): composition.run_seed(stage, section)
        for stage in STAGES
        for section in composition.sections
    }
    found = {
        identifier: run
        for identifier, run in studio.runs().items()
        if run.song_id == song_id
        and run.status != ABANDONED
        and seeds.get((run.stage, run.section.label)) == run.seed
    }
    return dict(sorted(found.items(), key=lambda item: item[1].position))


def generations_done(studio: Studio, song_id: str, composition: Composition) -> int:
    """Number of recorded generations of all runs of a composition."""
    runs = runs_of(studio, song_id, composition).values()
    return sum(run.generation + 1 for run in runs if run.generation is not None)


def _lacks_stage(song: Song, composition: Composition, stage: Stage, section: Section) -> bool:
    """Whether a section has no approved part of a stage that it and the composition may use."""
    return not any(
        can_build_on(song, composition, each) for each in eligible(song, stage.name, section.label)
    )


def _usable(song: Song, composition: Composition, stage: str) -> list[str]:
    """Ids of the approved candidates of a stage that a composition may build on."""
    return [each for each in approved(song, stage) if can_build_on(song, composition, each)]


def _run(
    studio: Studio,
    song_id: str,
    composition: Composition,
    stage: Stage,
    section: Section,
    observer: Observer,
) -> list[str] | None:
    """Finish the runs of a stage of a section; returns their ids, None if it was stopped."""
    song = studio.song(song_id)
    options = EvolveOptions(
        stage.name,
        composition.settings,
        section.label,
        None if stage.needs else section.bars,
        None if stage.needs else section.energy,
        lyrics=composition.lyrics_for(section) if stage.sings else None,
        singer=composition.singer if stage.sings else None,
        every_lineage=True,
    )
    section_requests = [
        request
        for request in requests(song, options, composition.run_seed(stage.name, section))
        if all(can_build_on(song, composition, parent) for parent in request.parents)
    ]
    observer.begin(stage.name, section.label, len(section_requests))
    finished = []
    for request in section_requests:
        scored_request = replace(
            request,
            model_sha256=composition.model_sha256,
            head_sha256=composition.heads.get(stage.name),
            follows=_part_before(song, composition, request),
        )
        identifier = start_or_find(studio, scored_request)
        if studio.run(identifier)[1].status != FINISHED:
            run = load_or_resume(studio, identifier)
            if not carry_on(studio, run, observer.report, observer.is_stopped):
                return None
        finished.append(identifier)
        if observer.is_stopped():
            return None
    return finished


def _part_before(song: Song, composition: Composition, request: Request) -> str | None:
    """The part of the section before that a run continues: the best one that was approved."""
    if request.follows is None:
        return None
    known = song.candidates
    section_before = known[request.follows].section.label
    by_policy = [
        candidate
        for candidate in approved(song, request.stage)
        if known[candidate].section.label == section_before
        and known[candidate].policy == composition.policy
    ]
    return by_policy[0] if by_policy else request.follows


def _decide(
    studio: Studio, song_id: str, composition: Composition, section: Section, runs: list[str]
) -> None:
    """Approve the best lineages of a section in one batch; the others stay pending."""
    song = studio.song(song_id)
    chosen = _chosen(studio, song, composition, section, runs)

    def deciding() -> list[NewEvent]:
        fresh = studio.song(song_id)
        return [NewEvent(event, actor=studio.actor) for event in _approvals(studio, fresh, chosen)]

    def _approvals(
        studio: Studio, song: Song, chosen: list[ScoredLineage]
    ) -> Iterator[events.CandidateApproved]:
        for lineage in chosen:
            entry = Entry(lineage.leaf, song, song.candidates[lineage.leaf])
            event = approval(studio, entry, policy=composition.policy)
            song = with_label(song, event)
            yield event

    if chosen:
        for recorded in studio.decide(song_stream(song_id), deciding):
            update_exports(studio, recorded)


def _chosen(
    studio: Studio, song: Song, composition: Composition, section: Section, runs: list[str]
) -> list[ScoredLineage]:
    """The lineages to approve among the survivors of a section's runs."""
    known = studio.runs()
    reader = Reader(studio)
    survivors = [
        reader.read(song, candidate)
        for run in runs
        for candidate in known[run].survivors
        if song.candidates[candidate].status == PENDING
    ]
    if not survivors:
        return []
    stage = survivors[0].members[-1].stage
    others = [
        reader.read(song, candidate)
        for candidate in _usable(song, composition, stage)
        if song.candidates[candidate].section.label != section.label
    ]
    return best_distinct(survivors, composition.beam, others)
