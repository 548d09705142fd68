"""The state of a song: its proposal, its candidates, what was decided, what was written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import msgspec
from msgspec.structs import replace

from engine.state.runs import run_of
from store import events
from store.records import Recorded

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"
SONG_STREAM = "song/"


def song_stream(song_id: str) -> str:
    """The stream of a song's events."""
    return SONG_STREAM + song_id


def song_of(stream: str) -> str | None:
    """The song that a stream belongs to; None for a stream of another sort."""
    return stream.removeprefix(SONG_STREAM) if stream.startswith(SONG_STREAM) else None


class _Decision(msgspec.Struct, frozen=True, kw_only=True, tag_field="status"):
    event_id: str
    position: int


class Approved(_Decision, frozen=True, kw_only=True, tag=APPROVED):
    """An approval.

    Attributes:
        event_id: of its event.
        position: of its event in the log.
        label: name of the part's file, unique in its stage.
        display_label: the same as the person wrote it.
        policy: the rule that decided; None for a person.
    """

    status: ClassVar[str] = APPROVED

    label: str
    display_label: str
    policy: str | None


class Rejected(_Decision, frozen=True, kw_only=True, tag=REJECTED):
    """A rejection.

    Attributes:
        event_id: of its event.
        position: of its event in the log.
        reason: why, if that was said.
    """

    status: ClassVar[str] = REJECTED

    reason: str | None


Decision = Approved | Rejected


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Music that a run ended with, or that was imported; its notes stay in the log.

    Attributes:
        run: that ended with it; None for an import.
        rank: its place in that run, 1 the best.
        stage: such as ``chords``.
        section: that it is for.
        total: its fitness; None for an import.
        terms: of which the total is made.
        description: what it is, in the words of its stage.
        heard: what the run's model predicts of it; None without a model.
        position: of the event that brought it.
        built_on: position of the proposal that it was composed for.
        parents: approved candidates that it stands on, in the order of their stages.
        begun: position of the event that began its run.
        decisions: those that hold, the last one last.
        notes: people's, oldest first.
        wanted_label: what it shall be called when it is approved.
        presented: how often it was shown.
    """

    run: str | None
    rank: int
    stage: str
    section: events.Section
    total: float | None
    terms: events.Terms
    description: events.Plain
    heard: events.Heard | None
    position: int
    built_on: int
    parents: tuple[str, ...]
    begun: int
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()
    wanted_label: str | None = None
    presented: int = 0

    @property
    def status(self) -> str:
        """``pending``, ``approved`` or ``rejected``: the last decision that holds."""
        return self.decisions[-1].status if self.decisions else PENDING

    @property
    def approval(self) -> Approved | None:
        """The approval that holds, if one does."""
        last = self.decisions[-1] if self.decisions else None
        return last if isinstance(last, Approved) else None

    @property
    def policy(self) -> str | None:
        """The rule by which it is approved; None by a person's choice, or if it isn't."""
        return self.approval.policy if self.approval else None

    @property
    def decided_at(self) -> int:
        """Position of the decision that holds; 0 where there is none."""
        return self.decisions[-1].position if self.decisions else 0


class SongRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a song knows of one of its runs.

    Attributes:
        position: where it began, in the log.
        parents: approved candidates that it stands on.
        lyrics: words that it sets.
        singer: for whom, instead of the song's singer.
    """

    position: int
    parents: tuple[str, ...]
    lyrics: events.Plain | None
    singer: str | None


class ExportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was last written.

    Attributes:
        candidate: whose it is; or an arrangement's or plan's id.
        label: what that is called.
        sha256: of the file.
        position: of the event in the log.
    """

    candidate: str
    label: str
    sha256: str
    position: int


class SongArrangement(msgspec.Struct, frozen=True, kw_only=True):
    """An arrangement that was assembled.

    Attributes:
        name: of its plan.
        plan: the plan, as in its file.
        parts: the candidates that play, in the order that they come in.
        length_ticks: of the whole song.
        position: of the event in the log.
        event_id: of the event.
    """

    name: str
    plan: events.Plain
    parts: tuple[str, ...]
    length_ticks: int
    position: int
    event_id: str


class SongComposition(msgspec.Struct, frozen=True, kw_only=True):
    """A composition of the whole song, with the fields of ``CompositionStarted``.

    Attributes:
        ranking: the arrangements that it ended with, best first; None until it did.
        position: where it began, in the log.
    """

    composition: str
    seed: int
    settings: events.Plain
    beam: int
    arrangements: int
    sections: tuple[events.Section, ...]
    model_sha256: str | None
    lyrics: tuple[tuple[str, tuple[str, ...]], ...]
    singer: str | None
    ranking: tuple[events.Ranked, ...] | None
    position: int


class Basis(NamedTuple):
    """What of a proposal its parts are built on."""

    tonic_pitch_class: int
    mode: str
    meter: str
    tempo_bpm: float
    colour: str


class Song(msgspec.Struct, frozen=True, kw_only=True):
    """A song, with the fields of its last ``SongProposed``.

    Attributes:
        position: of that event in the log.
        event_id: of that event.
        bases: position of each proposal of the song -> what parts of that time are built on.
        candidates: by id.
        runs: by id.
        labels: stage -> label -> the candidate that has it, for good.
        exports: by the file's path in the studio.
        compositions: by id.
        arrangements: by id.
        touched: position of the last event about the song.
    """

    song_id: str
    revision: int
    title: str
    colour: str
    key: str
    tonic_pitch_class: int
    mode: str
    meter: str
    tempo_bpm: float
    tempo_marking: str | None
    concept: str
    moods: tuple[str, ...]
    genres: tuple[str, ...]
    singer: str | None
    source: events.Source
    warnings: tuple[str, ...]
    position: int
    event_id: str
    bases: dict[str, Basis] = msgspec.field(name="grounds")
    candidates: dict[str, Candidate] = {}
    runs: dict[str, SongRun] = {}
    labels: dict[str, dict[str, str]] = {}
    exports: dict[str, ExportedFile] = {}
    compositions: dict[str, SongComposition] = {}
    arrangements: dict[str, SongArrangement] = {}
    touched: int


class SongProjection:
    """One document per song."""

    name = "songs"
    version = 5
    document: type[Song] = Song

    def route(self, recorded: Recorded) -> str | None:
        """The song that an event is about, if it is about one."""
        if isinstance(recorded.payload, events.RunStarted | events.RunFinished):
            return recorded.payload.song_id
        return song_of(recorded.stream)

    def apply(self, document: Song | None, recorded: Recorded) -> Song | None:
        """The song after the event; none before it is proposed."""
        event = recorded.payload
        if isinstance(event, events.SongProposed):
            return _proposed(document, recorded, event)
        if document is None:
            return None
        song: Song = APPLY[recorded.kind](document, recorded, event)
        return replace(song, touched=recorded.position)


def _proposed(song: Song | None, recorded: Recorded, event: events.SongProposed) -> Song:
    basis = Basis(*(getattr(event, name) for name in Basis._fields))
    fresh = Song(
        song_id=event.song_id,
        revision=event.revision,
        title=event.title,
        colour=event.colour,
        key=event.key,
        tonic_pitch_class=event.tonic_pitch_class,
        mode=event.mode,
        meter=event.meter,
        tempo_bpm=event.tempo_bpm,
        tempo_marking=event.tempo_marking,
        concept=event.concept,
        moods=tuple(event.moods),
        genres=tuple(event.genres),
        singer=event.singer,
        source=event.source,
        warnings=tuple(event.warnings),
        position=recorded.position,
        event_id=recorded.event_id,
        bases={**(song.bases if song else {}), str(recorded.position): basis},
        touched=recorded.position,
    )
    if song is None:
        return fresh
    return replace(
        fresh,
        candidates=song.candidates,
        runs=song.runs,
        labels=song.labels,
        exports=song.exports,
        compositions=song.compositions,
        arrangements=song.arrangements,
    )


def _run_started(song: Song, recorded: Recorded, event: events.RunStarted) -> Song:
    run = SongRun(
        position=recorded.position,
        parents=tuple(event.parents),
        lyrics=event.lyrics,
        singer=event.singer,
    )
    return replace(song, runs={**song.runs, run_of(recorded.stream) or "": run})


def _run_finished(song: Song, recorded: Recorded, event: events.RunFinished) -> Song:
    run = run_of(recorded.stream) or ""
    begun = song.runs.get(run)
    for rank, survivor in enumerate(event.survivors, start=1):
        candidate = Candidate(
            run=run,
            rank=rank,
            stage=event.stage,
            section=event.section,
            total=survivor.total,
            terms=survivor.terms,
            description=survivor.description,
            heard=survivor.heard,
            position=recorded.position,
            built_on=event.context_position,
            parents=begun.parents if begun else (),
            begun=begun.position if begun else recorded.position,
        )
        song = _with_candidate(song, survivor.id, candidate)
    return song


def _imported(song: Song, recorded: Recorded, event: events.PartImported) -> Song:
    return _with_candidate(song, event.candidate, imported_candidate(event, recorded.position))


def imported_candidate(event: events.PartImported, position: int) -> Candidate:
    """The candidate that an import brings, at a position of the log."""
    return Candidate(
        run=None,
        rank=1,
        stage=event.stage,
        section=event.section,
        total=None,
        terms={},
        description={"imported": event.file},
        heard=None,
        position=position,
        built_on=event.context_position,
        parents=tuple(event.parents),
        begun=position,
    )


def _with_candidate(song: Song, identifier: str, fresh: Candidate) -> Song:
    """The song with a candidate; what people did with one that was known already is kept."""
    known = song.candidates.get(identifier)
    if known is None:
        return _changed(song, identifier, fresh)
    if known.decisions:
        return song
    kept = {name: getattr(known, name) for name in ("notes", "wanted_label", "presented")}
    return _changed(song, identifier, replace(fresh, **kept))


def _changed(song: Song, identifier: str, candidate: Candidate) -> Song:
    return replace(song, candidates={**song.candidates, identifier: candidate})


def _presented(song: Song, _: Recorded, event: events.CandidatesPresented) -> Song:
    for identifier in event.candidates:
        known = song.candidates[identifier]
        song = _changed(song, identifier, replace(known, presented=known.presented + 1))
    return song


def _approved(song: Song, recorded: Recorded, event: events.CandidateApproved) -> Song:
    decision = Approved(
        event_id=recorded.event_id,
        position=recorded.position,
        label=event.label,
        display_label=event.display_label,
        policy=event.policy,
    )
    return _decided(with_label(song, event), event.candidate, decision)


def with_label(song: Song, event: events.CandidateApproved) -> Song:
    """The song once the label of an approval is taken."""
    of_stage = {**song.labels.get(event.stage, {}), event.label: event.candidate}
    return replace(song, labels={**song.labels, event.stage: of_stage})


def _rejected(song: Song, recorded: Recorded, event: events.CandidateRejected) -> Song:
    decision = Rejected(event_id=recorded.event_id, position=recorded.position, reason=event.reason)
    return _decided(song, event.candidate, decision)


def _decided(song: Song, identifier: str, decision: Decision) -> Song:
    known = song.candidates[identifier]
    return _changed(song, identifier, replace(known, decisions=(*known.decisions, decision)))


def _undone(song: Song, _: Recorded, event: events.DecisionUndone) -> Song:
    known = song.candidates[event.candidate]
    kept = tuple(decision for decision in known.decisions if decision.event_id != event.undoes)
    return _changed(song, event.candidate, replace(known, decisions=kept))


def _labelled(song: Song, _: Recorded, event: events.CandidateLabelled) -> Song:
    known = song.candidates[event.candidate]
    return _changed(song, event.candidate, replace(known, wanted_label=event.label))


def _noted(song: Song, _: Recorded, event: events.CandidateNoted) -> Song:
    known = song.candidates[event.candidate]
    return _changed(song, event.candidate, replace(known, notes=(*known.notes, event.text)))


def _exported(song: Song, recorded: Recorded, event: events.ExportWritten) -> Song:
    file = ExportedFile(
        candidate=event.candidate,
        label=event.label,
        sha256=event.sha256,
        position=recorded.position,
    )
    return replace(song, exports={**song.exports, event.path: file})


def _assembled(song: Song, recorded: Recorded, event: events.ArrangementAssembled) -> Song:
    arrangement = SongArrangement(
        name=event.name,
        plan=event.plan,
        parts=tuple(event.parts),
        length_ticks=event.length_ticks,
        position=recorded.position,
        event_id=recorded.event_id,
    )
    return replace(song, arrangements={**song.arrangements, event.arrangement: arrangement})


def _composition_started(song: Song, recorded: Recorded, event: events.CompositionStarted) -> Song:
    composition = SongComposition(
        composition=event.composition,
        seed=event.seed,
        settings=event.settings,
        beam=event.beam,
        arrangements=event.arrangements,
        sections=tuple(event.sections),
        model_sha256=event.model_sha256,
        lyrics=tuple((label, tuple(lines)) for label, lines in event.lyrics),
        singer=event.singer,
        ranking=None,
        position=recorded.position,
    )
    return _with_composition(song, composition)


def _composition_finished(song: Song, _: Recorded, event: events.CompositionFinished) -> Song:
    composition = song.compositions[event.composition]
    return _with_composition(song, replace(composition, ranking=tuple(event.ranking)))


def _with_composition(song: Song, composition: SongComposition) -> Song:
    return replace(song, compositions={**song.compositions, composition.composition: composition})


APPLY: dict[str, Callable[[Song, Recorded, Any], Song]] = {
    "RunStarted": _run_started,
    "RunFinished": _run_finished,
    "PartImported": _imported,
    "CandidatesPresented": _presented,
    "CandidateApproved": _approved,
    "CandidateRejected": _rejected,
    "DecisionUndone": _undone,
    "CandidateLabelled": _labelled,
    "CandidateNoted": _noted,
    "ExportWritten": _exported,
    "ArrangementAssembled": _assembled,
    "CompositionStarted": _composition_started,
    "CompositionFinished": _composition_finished,
}
