"""The composer: every stage of every section, and the policy that decides in a person's place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from engine.composing.composition import Composition, is_ground
from engine.composing.lineages import Reader, Weighed, best_apart
from engine.gate.decisions import approval
from engine.gate.exports import export_song, update_exports
from engine.gate.waiting import Entry
from engine.runs.lifecycle import Request, carry_on, load, resume, start_or_find
from engine.runs.requests import EvolveOptions, requests
from engine.runs.run import Run
from engine.stages import STAGES, Stage
from engine.state.lineages import approved, is_stale
from engine.state.runs import ABANDONED, FINISHED
from engine.state.songs import PENDING, Song, song_stream, with_label
from engine.state.studio import Studio
from genomes import Section
from store import events
from store.records import NewEvent


class Watch(Protocol):
    """Who looks on while a song is composed."""

    def begin(self, stage: str, section: str, runs: int) -> None:
        """A stage of a section begins, with so many runs."""
        ...

    def report(self, point: events.CurvePoint) -> None:
        """A generation is recorded."""
        ...

    def is_stopped(self) -> bool:
        """Whether to stop; what is begun can be gone on with."""
        ...


def compose(studio: Studio, song_id: str, composition: Composition, watch: Watch) -> bool:
    """Compose all stages of all sections; what is approved already is ground and stays.

    What a composition of another seed approved is no ground, and stays as it is.

    Files of approved parts that are missing, because it was killed before, are written too.

    Returns:
        whether all is composed; false if ``watch`` stopped it.
    """
    for stage in STAGES.values():
        for section in composition.sections:
            if _is_open(studio.song(song_id), composition, stage, section):
                runs = _run(studio, song_id, composition, stage, section, watch)
                if runs is None:
                    return False
                _decide(studio, song_id, composition, section, runs)
    export_song(studio, studio.song(song_id))
    return True


def generations_done(studio: Studio, song_id: str, composition: Composition) -> int:
    """How many generations of a composition's runs are recorded."""
    seeds = {
        (stage, section.label): composition.run_seed(stage, section)
        for stage in STAGES
        for section in composition.sections
    }
    return sum(
        run.generation + 1
        for run in studio.runs().values()
        if run.song_id == song_id
        and run.generation is not None
        and run.status != ABANDONED
        and seeds.get((run.stage, run.section.label)) == run.seed
    )


def _is_open(song: Song, composition: Composition, stage: Stage, section: Section) -> bool:
    """Whether a section has nothing of a stage yet that still stands."""
    candidates = song.candidates
    return not any(
        candidates[each].section.label == section.label and not is_stale(song, candidates[each])
        for each in _ground(song, composition, stage.name)
    )


def _ground(song: Song, composition: Composition, stage: str) -> list[str]:
    """What is approved of a stage and counts for a composition."""
    return [each for each in approved(song, stage) if is_ground(song, composition, each)]


def _run(
    studio: Studio,
    song_id: str,
    composition: Composition,
    stage: Stage,
    section: Section,
    watch: Watch,
) -> list[str] | None:
    """Ids of the finished runs of a stage of a section; None if it was stopped before."""
    song = studio.song(song_id)
    options = EvolveOptions(
        stage.name,
        composition.settings,
        section.label,
        None if stage.needs else section.bars,
        None if stage.needs else section.energy,
        lyrics=composition.words_for(section) if stage.sings else None,
        singer=composition.singer if stage.sings else None,
    )
    wanted = [
        request
        for request in requests(song, options, composition.run_seed(stage.name, section))
        if all(is_ground(song, composition, parent) for parent in request.parents)
    ]
    watch.begin(stage.name, section.label, len(wanted))
    finished = []
    for request in wanted:
        asked = replace(
            request,
            model_sha256=composition.model_sha256,
            follows=_followed(song, composition, request),
        )
        identifier = start_or_find(studio, asked)
        if studio.run(identifier)[1].status != FINISHED:
            run = _taken_up(studio, identifier)
            if not carry_on(studio, run, watch.report, watch.is_stopped):
                return None
        finished.append(identifier)
        if watch.is_stopped():
            return None
    return finished


def _followed(song: Song, composition: Composition, request: Request) -> str | None:
    """What a run carries on from: the best that was kept of the section before, not the last."""
    if request.follows is None:
        return None
    known = song.candidates
    before = known[request.follows].section.label
    kept = [
        candidate
        for candidate in approved(song, request.stage)
        if known[candidate].section.label == before
        and known[candidate].policy == composition.policy
    ]
    return kept[0] if kept else request.follows


def _taken_up(studio: Studio, identifier: str) -> Run:
    """A run that is just begun, or one that was left in the middle."""
    is_new = studio.run(identifier)[1].generation is None
    return load(studio, identifier) if is_new else resume(studio, identifier)


def _decide(
    studio: Studio, song_id: str, composition: Composition, section: Section, runs: list[str]
) -> None:
    """Approve the best lineages of a section, all of them at once; the others stay as they are."""
    song = studio.song(song_id)
    chosen = _chosen(studio, song, composition, section, runs)

    def deciding() -> list[NewEvent]:
        fresh = studio.song(song_id)
        return [NewEvent(event, actor=studio.actor) for event in _approvals(studio, fresh, chosen)]

    def _approvals(
        studio: Studio, song: Song, chosen: list[Weighed]
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
) -> list[Weighed]:
    """The lineages of a section's new candidates that are kept."""
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
        for candidate in _ground(song, composition, stage)
        if song.candidates[candidate].section.label != section.label
    ]
    return best_apart(survivors, composition.beam, others)
