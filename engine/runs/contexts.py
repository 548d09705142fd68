"""Musical values from recorded events: sections, locks, contexts, and the inputs of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.stages import Stage, find_stage
from engine.state.songs import APPROVED, REJECTED, Song
from engine.state.studio import Studio
from fitness.colours import Colour, find_colour
from fitness.embedding import Texts
from genomes import Context, Key, LockedBars, Meter, Part, Section
from genomes.locks import Locks
from genomes.lyrics import Lyrics
from genomes.stage import LockedGenomes, StageGenomes
from store import events

# Both have a song's title, key, meter, tempo, colour, genres and singer.
SongFacts = Song | events.SongProposed


def song_context(song: SongFacts, section: Section) -> Context:
    """The context of a section of a song before anything of it is approved."""
    return Context(
        Key.parse(song.key),
        Meter.parse(song.meter),
        float(song.tempo_bpm),
        section,
        genres=tuple(song.genres),
        singer=song.singer or "",
    )


def song_colour(song: SongFacts) -> Colour:
    """The target colour of a song."""
    return find_colour(song.colour)


def section_of(recorded: events.Section) -> Section:
    """A section from its recorded form."""
    return Section(recorded.label, recorded.bars, recorded.energy)


def recorded_section(section: Section) -> events.Section:
    """The recorded form of a section."""
    return events.Section(label=section.label, bars=section.bars, energy=section.energy)


def locks_of(recorded: events.Locks) -> Locks:
    """Locks from their recorded form."""
    return Locks(tuple(recorded.bars), recorded.rhythm, recorded.pitch, tuple(recorded.voices))


def recorded_locks(locks: Locks) -> events.Locks:
    """The recorded form of locks."""
    return events.Locks(
        bars=list(locks.bars),
        rhythm=locks.rhythm,
        pitch=locks.pitch,
        voices=list(locks.voices),
    )


@dataclass(frozen=True, slots=True)
class RunInputs:
    """The inputs of a run, read from the log at its start.

    Attributes:
        song: the song's proposal.
        context: the context that its genomes are rendered in.
        genomes: the genomes of its stage, which keep what is locked.
        decided: candidates of its stage -> their decision, approved or rejected.
        like: the genome that its parts must be like, or unlike; None where they needn't.
    """

    song: events.SongProposed
    context: Context
    genomes: StageGenomes[Any]
    decided: dict[str, str]
    like: Any | None = None


def inputs_of(studio: Studio, started: events.RunStarted) -> RunInputs:
    """The inputs of a run from the events that it read; the studio's log has them."""
    return run_inputs(started, read_by(studio, started), find_stage(started.stage))


def read_by(studio: Studio, started: events.RunStarted) -> list[events.Payload]:
    """The events that a run reads: a run needs nothing else of a studio."""
    return [studio.event(position).payload for position in started.positions_read]


def run_inputs(
    started: events.RunStarted, read: Sequence[events.Payload], stage: Stage
) -> RunInputs:
    """Rebuild the inputs of a run.

    Args:
        started: its first event.
        read: the events at the positions that it read, the song's proposal first.
        stage: its stage.
    """
    song = read[0]
    assert isinstance(song, events.SongProposed)  # noqa: S101 - the first position is the song's
    context = _context(started, song, read)
    genomes = stage.genomes
    if started.source is not None:
        added = _added(started.source, read)
        notes = recorded_notes(read).get(started.source, added.part)
        locks = locks_of(started.locks) if started.locks else Locks()
        locked = LockedBars(Part.from_payload(notes), locks.bars)
        context = replace(context, locked=locked)
        genomes = LockedGenomes.of(genomes, genomes.from_payload(added.genome), locks)
    like = None
    if started.likeness is not None:
        like = genomes.from_payload(_added(started.likeness.candidate, read).genome)
    return RunInputs(song, context, genomes, _decisions(read[1:], stage.name), like)


def texts_of(song: SongFacts, context: Context) -> Texts:
    """What the song says in words of a section: its concept, what is sung in it, its label.

    What is sung are the lyrics that a melody is set to, or those of the approved melody.
    """
    sung = [part for _, part in context.parts if part.lyrics]
    if context.lyrics is not None:
        lyric = "\n".join(line.text for line in context.lyrics.lines)
    else:
        lyric = "".join(text for part in sung[:1] for _, text in part.lyrics).strip()
    return Texts(song.concept, lyric, context.section.label)


# How ``RunStarted.versions`` names the inputs that accompany a run's notes: ``input.concept``.
INPUT = "input."


def given_texts(started: events.RunStarted, inputs: RunInputs) -> Texts:
    """The texts that a run gave its model: none where its versions name none, as in old runs."""
    known = texts_of(inputs.song, inputs.context)
    named = {name: f"{INPUT}{name}" in started.versions for name in ("concept", "lyric", "section")}
    return Texts(**{name: getattr(known, name) if given else "" for name, given in named.items()})


def recorded_notes(read: Iterable[events.Payload]) -> dict[str, events.Plain]:
    """Candidate -> its notes, by the last of these approvals and transpositions that has them."""
    holders = (events.CandidateApproved, events.PartTransposed)
    return {event.candidate: event.part for event in read if isinstance(event, holders)}


def parent_parts(
    started: events.RunStarted, read: Sequence[events.Payload]
) -> list[tuple[str, Part]]:
    """Stage and notes of the parents of a run, and of the melody over it, from what it read."""
    stages = {e.candidate: e.stage for e in read if isinstance(e, events.CandidateApproved)}
    notes = recorded_notes(read)
    heard = (*started.parents, *filter(None, [started.under]))
    return [(stages[each], Part.from_payload(notes[each])) for each in heard]


def _context(
    started: events.RunStarted, song: events.SongProposed, read: Sequence[events.Payload]
) -> Context:
    before = recorded_notes(read)[started.follows] if started.follows else None
    plain = song_context(song, section_of(started.section))
    return replace(
        plain,
        parts=tuple(parent_parts(started, read)),
        singer=started.singer or plain.singer,
        lyrics=Lyrics.from_payload(started.lyrics) if started.lyrics else None,
        before=Part.from_payload(before) if before else None,
    )


def _added(
    candidate: str, read: Sequence[events.Payload]
) -> events.Survivor | events.PartCopied | events.PartImported:
    """A candidate from the run that it came from, or as it was copied or written."""
    for event in read:
        if isinstance(event, events.PartCopied | events.PartImported):
            if event.candidate == candidate:
                return event
            continue
        survivors = event.survivors if isinstance(event, events.RunFinished) else []
        if isinstance(event, events.CandidateBrought):
            survivors = [event.survivor]
        for survivor in survivors:
            if survivor.id == candidate:
                return survivor
    raise AssertionError("a run reads the event that added its source")


def _decisions(read: Sequence[events.Payload], stage: str) -> dict[str, str]:
    decided = {}
    for event in read:
        if isinstance(event, events.CandidateApproved) and event.stage == stage:
            decided[event.candidate] = APPROVED
        elif isinstance(event, events.CandidateRejected) and event.stage == stage:
            decided[event.candidate] = REJECTED
    return decided
