"""How the events of a song change its state: the projection that rebuilds it from the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from engine.state.runs import run_of, run_stream
from engine.state.songs import (
    ARCHIVED,
    LESS,
    MORE,
    REVISED,
    WORDED,
    Approved,
    Basis,
    Candidate,
    Change,
    Decision,
    ExportedFile,
    GivenWords,
    Kept,
    Past,
    Rejected,
    Remark,
    Song,
    SongArrangement,
    SongComposition,
    SongRun,
    Stated,
    Transposed,
    Use,
    song_of,
    song_stream,
)
from engine.state.undone import (
    with_decision,
    with_remark,
    with_words,
    without_change,
    without_decision,
)
from store import events
from store.branches import Origin, Streams
from store.records import Recorded


class SongProjection:
    """One document per song."""

    name = "songs"
    version = 11
    document: type[Song] = Song

    def route(self, recorded: Recorded) -> str | None:
        """Id of the song that an event is about; None if it is about none."""
        if isinstance(recorded.payload, events.RunStarted | events.RunFinished):
            return recorded.payload.song_id
        song = song_of(recorded.stream) if recorded.kind in SONG_KINDS else None
        return song if named_song(recorded) in {None, song} else None

    def apply(self, document: Song | None, recorded: Recorded) -> Song | None:
        """The song after the event; None before its first proposal."""
        event = recorded.payload
        if isinstance(event, events.SongProposed):
            return _proposed(document, recorded, event)
        if isinstance(event, events.SongForked) and (
            document is None or document.song_id == event.song_id
        ):
            raise KeyError(event.origin)  # it is no branch of a song that was there
        if document is None:
            return None
        song: Song = APPLY[recorded.kind](document, recorded, event)
        return replace(song, touched=recorded.position)

    def origin(self, recorded: Recorded) -> Origin | None:
        """The song that a branch begins as, and up to which event."""
        event = recorded.payload
        if isinstance(event, events.SongForked):
            return Origin(event.origin, event.position)
        return None

    def streams(self, key: str, document: Song) -> Streams:
        """The streams of a song's events, from its state or that of a branch of it."""
        runs = (run_stream(run) for run in document.runs)
        return {song_stream(key): None, **dict.fromkeys(runs, RUN_KINDS)}

    def reached(self, document: Song) -> int:
        """Position of the last event about a song."""
        return document.touched


def named_song(recorded: Recorded) -> str | None:
    """Id of the song that an event begins or revises, as it says; None for all other events."""
    event = recorded.payload
    return event.song_id if isinstance(event, events.SongProposed | events.SongForked) else None


# Events of a run that a song's state is made of.
RUN_KINDS = ("RunStarted", "RunFinished")


# What a revision leaves as it is.
KEPT_IN_REVISIONS = (
    "proposed_at",
    "copied_from",
    "past",
    "began",
    "changes",
    "candidates",
    "runs",
    "labels",
    "uses",
    "preferences",
    "remarks",
    "undone",
    "exports",
    "compositions",
    "arrangements",
    "words",
    "earlier_words",
)


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
        proposed_at=recorded.position,
        edited=tuple(event.edited),
        copied_from=event.copied_from,
        bases={**(song.bases if song else {}), str(recorded.position): basis},
        touched=recorded.position,
    )
    if song is None:
        return fresh
    revised = replace(fresh, **{name: getattr(song, name) for name in KEPT_IN_REVISIONS})
    if song.position < song.began:  # a branch says its own title: no revision of it
        return revised
    if event.takes_back is not None:
        return without_change(revised, event.takes_back, recorded)
    if event.redoes is not None:
        return with_decision(revised, event.redoes)
    return _with_change(revised, recorded, REVISED)


def _with_change(song: Song, recorded: Recorded, kind: str) -> Song:
    change = Change(kind, recorded.event_id, recorded.position)
    return replace(song, changes=(*song.changes, change))


def _forked(song: Song, recorded: Recorded, event: events.SongForked) -> Song:
    """A branch, from the state of what it is one of; its files are its own, and it is in use."""
    in_use = song
    for change in song.changes:
        if change.kind == ARCHIVED:
            in_use = without_change(in_use, change.event_id, recorded)
    return replace(
        in_use,
        song_id=event.song_id,
        past=(*song.past, Past(song.song_id, song.began, event.position)),
        began=recorded.position,
        exports={},
    )


def _archived(song: Song, recorded: Recorded, _: events.SongArchived) -> Song:
    return _with_change(song, recorded, ARCHIVED)


def _restored(song: Song, recorded: Recorded, event: events.SongRestored) -> Song:
    return without_change(song, event.takes_back, recorded)


def _words_taken_back(song: Song, recorded: Recorded, event: events.WordsTakenBack) -> Song:
    return without_change(song, event.takes_back, recorded)


def _transposed(song: Song, recorded: Recorded, event: events.PartTransposed) -> Song:
    known = song.candidates[event.candidate]
    transposition = Transposed(recorded.position, event.key, event.tonic_pitch_class)
    moved = replace(known, transposed=transposition, description=event.description)
    return _changed(song, event.candidate, moved)


def _copied(song: Song, recorded: Recorded, event: events.PartCopied) -> Song:
    candidate = Candidate(
        run=event.run,
        rank=event.rank,
        stage=event.stage,
        section=event.section,
        total=event.total,
        terms=event.terms,
        description=event.description,
        heard=event.heard,
        position=recorded.position,
        built_on=song.position,
        parents=tuple(event.parents),
        begun=recorded.position,
        has_genome=bool(event.genome),
    )
    song = _with_candidate(song, event.candidate, candidate)
    if event.run is None:
        return song
    return replace(song, runs={event.run: _song_run(recorded, event), **song.runs})


def _run_started(song: Song, recorded: Recorded, event: events.RunStarted) -> Song:
    run = _song_run(recorded, event)
    song = replace(song, runs={**song.runs, run_of(recorded.stream) or "": run})
    if event.likeness is None:
        return song
    preference = MORE if event.likeness.within else LESS
    return _with_preference(song, recorded, event.likeness.candidate, preference)


def _song_run(recorded: Recorded, event: events.RunStarted | events.PartCopied) -> SongRun:
    return SongRun(
        position=recorded.position,
        parents=tuple(event.parents),
        lyrics=event.lyrics,
        singer=event.singer,
        under=event.under,
    )


def _run_finished(song: Song, recorded: Recorded, event: events.RunFinished) -> Song:
    run = run_of(recorded.stream) or ""
    for rank, survivor in enumerate(event.survivors, start=1):
        song = _with_survivor(song, recorded, event, survivor, run, rank)
    return song


def _brought(song: Song, recorded: Recorded, event: events.CandidateBrought) -> Song:
    return _with_survivor(song, recorded, event, event.survivor, event.run, event.rank)


def _with_survivor(
    song: Song,
    recorded: Recorded,
    event: events.RunFinished | events.CandidateBrought,
    survivor: events.Survivor,
    run: str,
    rank: int,
) -> Song:
    """The song with a candidate of one of its runs."""
    begun = song.runs.get(run)
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
        has_genome=True,
    )
    return _with_candidate(song, survivor.id, candidate)


def _imported(song: Song, recorded: Recorded, event: events.PartImported) -> Song:
    return _with_candidate(song, event.candidate, imported_candidate(event, recorded.position))


def imported_candidate(event: events.PartImported, position: int) -> Candidate:
    """The candidate that an import adds, from its event and the event's position."""
    return Candidate(
        run=None,
        rank=1,
        stage=event.stage,
        section=event.section,
        total=None,
        terms={},
        description={"imported": event.file, **event.description},
        heard=None,
        position=position,
        built_on=event.context_position,
        parents=tuple(event.parents),
        begun=position,
        has_genome=bool(event.genome),
    )


def _with_candidate(song: Song, identifier: str, fresh: Candidate) -> Song:
    """The song with a candidate added; decisions and notes on a known candidate are kept."""
    known = song.candidates.get(identifier)
    if known is None:
        return _changed(song, identifier, fresh)
    if known.decisions:
        return song
    kept = {name: getattr(known, name) for name in KEPT_OF_CANDIDATES}
    return _changed(song, identifier, replace(fresh, **kept))


# What stays of a candidate that no decision holds about when another run brings it again.
KEPT_OF_CANDIDATES = ("notes", "wanted_label", "presented", "plays", "seconds_played")


def _changed(song: Song, identifier: str, candidate: Candidate) -> Song:
    return replace(song, candidates={**song.candidates, identifier: candidate})


def _presented(song: Song, _: Recorded, event: events.CandidatesPresented) -> Song:
    for identifier in event.candidates:
        known = song.candidates[identifier]
        song = _changed(song, identifier, replace(known, presented=known.presented + 1))
    return song


def _played(song: Song, _: Recorded, event: events.CandidatePlayed) -> Song:
    known = song.candidates[event.candidate]
    seconds = known.seconds_played + event.seconds
    played = replace(known, plays=known.plays + 1, seconds_played=seconds)
    return _changed(song, event.candidate, played)


def _stated(song: Song, recorded: Recorded, event: events.PreferenceStated) -> Song:
    among = tuple(event.among)
    return _with_preference(song, recorded, event.candidate, event.preference, among)


def _with_preference(
    song: Song, recorded: Recorded, candidate: str, preference: str, among: tuple[str, ...] = ()
) -> Song:
    stated = Stated(recorded.event_id, recorded.position, candidate, preference, among)
    return replace(song, preferences=(*song.preferences, stated))


def _approved(song: Song, recorded: Recorded, event: events.CandidateApproved) -> Song:
    decision = Approved(
        event_id=recorded.event_id,
        position=recorded.position,
        section=event.section,
        label=event.label,
        display_label=event.display_label,
        policy=event.policy,
    )
    return _decided(with_label(song, event), event.candidate, decision)


def with_label(song: Song, event: events.CandidateApproved) -> Song:
    """The song with the label of an approval taken."""
    of_stage = {**song.labels.get(event.stage, {}), event.label: event.candidate}
    return replace(song, labels={**song.labels, event.stage: of_stage})


def _rejected(song: Song, recorded: Recorded, event: events.CandidateRejected) -> Song:
    decision = Rejected(event_id=recorded.event_id, position=recorded.position, reason=event.reason)
    return _decided(song, event.candidate, decision)


def _decided(song: Song, identifier: str, decision: Decision) -> Song:
    known = song.candidates[identifier]
    return _changed(song, identifier, replace(known, decisions=(*known.decisions, decision)))


def _used(song: Song, recorded: Recorded, event: events.CandidateUsed) -> Song:
    use = Use(recorded.event_id, recorded.position, event.candidate, event.section)
    return with_use(song, use, event.keeps)


def with_use(song: Song, use: Use, keeps: Sequence[events.KeptPart] = ()) -> Song:
    """The song after a choice of what a section stands on."""
    for each in keeps:
        known = song.candidates[each.candidate]
        kept = Kept(use.event_id, tuple(each.parents))
        song = _changed(song, each.candidate, replace(known, kept=(*known.kept, kept)))
    return replace(song, uses=(*song.uses, use))


def _undone(song: Song, recorded: Recorded, event: events.DecisionUndone) -> Song:
    return without_decision(song, event.undoes, recorded, event.candidate)


def _redone(song: Song, _: Recorded, event: events.DecisionRedone) -> Song:
    return with_decision(song, event.redoes)


def _labelled(song: Song, recorded: Recorded, event: events.CandidateLabelled) -> Song:
    remark = Remark(recorded.event_id, recorded.position, event.candidate, label=event.label)
    return with_remark(song, remark)


def _noted(song: Song, recorded: Recorded, event: events.CandidateNoted) -> Song:
    remark = Remark(recorded.event_id, recorded.position, event.candidate, note=event.text)
    return with_remark(song, remark)


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
    words = _words_of(recorded, event.lyrics)
    composition = SongComposition(
        composition=event.composition,
        seed=event.seed,
        settings=event.settings,
        beam=event.beam,
        arrangements=event.arrangements,
        sections=tuple(event.sections),
        model_sha256=event.model_sha256,
        lyrics=words.sections,
        lyric_repeats=words.repeats,
        singer=event.singer,
        ranking=None,
        position=recorded.position,
        heads=event.heads,
    )
    song = _with_composition(song, composition)
    return with_words(song, words) if words.sections else song


def _words_given(song: Song, recorded: Recorded, event: events.WordsGiven) -> Song:
    song = _with_change(song, recorded, WORDED)
    return with_words(song, _words_of(recorded, event.lyrics))


def _words_of(recorded: Recorded, rows: Sequence[Sequence[Any]]) -> GivenWords:
    repeats = tuple(sum(counts) or 1 for _, _, *counts in rows)
    return GivenWords(
        recorded.position,
        tuple((label, tuple(lines)) for label, lines, *_ in rows),
        repeats if max(repeats, default=1) > 1 else (),
    )


def _composition_finished(song: Song, _: Recorded, event: events.CompositionFinished) -> Song:
    composition = song.compositions[event.composition]
    return _with_composition(song, replace(composition, ranking=tuple(event.ranking)))


def _with_composition(song: Song, composition: SongComposition) -> Song:
    return replace(song, compositions={**song.compositions, composition.composition: composition})


APPLY: dict[str, Callable[[Song, Recorded, Any], Song]] = {
    "SongForked": _forked,
    "SongArchived": _archived,
    "SongRestored": _restored,
    "WordsGiven": _words_given,
    "WordsTakenBack": _words_taken_back,
    "PartTransposed": _transposed,
    "PartCopied": _copied,
    "RunStarted": _run_started,
    "RunFinished": _run_finished,
    "CandidateBrought": _brought,
    "PartImported": _imported,
    "CandidatesPresented": _presented,
    "CandidatePlayed": _played,
    "PreferenceStated": _stated,
    "CandidateApproved": _approved,
    "CandidateRejected": _rejected,
    "CandidateUsed": _used,
    "DecisionUndone": _undone,
    "DecisionRedone": _redone,
    "CandidateLabelled": _labelled,
    "CandidateNoted": _noted,
    "ExportWritten": _exported,
    "ArrangementAssembled": _assembled,
    "CompositionStarted": _composition_started,
    "CompositionFinished": _composition_finished,
}

SONG_KINDS = {"SongProposed", *APPLY}
