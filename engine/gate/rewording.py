"""Other words to an approved melody: the tune stays, and a new candidate sings them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import NotFound, Refused
from engine.gate.choices import approved_section
from engine.gate.decisions import CandidateMusic, approval, find_entry, music_of
from engine.gate.labels import as_named
from engine.gate.waiting import Entry
from engine.ids import candidate_id, short
from engine.proposals.lyrics import LyricSheet, lyrics_of
from engine.runs.contexts import section_of, song_context
from engine.runs.parents import check_parents
from engine.stages import STAGES, find_stage
from engine.state.lineages import in_use, parents_of, section_for, sections
from engine.state.song_events import imported_candidate
from engine.state.songs import Candidate, Song, song_stream
from engine.state.studio import Studio
from genomes import Part
from genomes.melody.rewording import reworded
from genomes.melody.setting import report
from store import events
from store.records import NewEvent, Recorded

MELODY = "melody"


@dataclass(frozen=True, slots=True)
class NewWords:
    """Words for an approved melody.

    Attributes:
        sheet: the words.
        file: name of their file.
        content_sha256: SHA-256 of the file.
    """

    sheet: LyricSheet
    file: str
    content_sha256: str


def find_melody(
    studio: Studio, typed: str, section: str | None = None, song_id: str | None = None
) -> tuple[Entry, str]:
    """An approved melody, and the section that it is approved for.

    Args:
        studio: the studio.
        typed: the beginning of its id, or a song, whose melody in use is meant.
        section: label of the section; needed if there are several.
        song_id: the song, if several have the same music.

    Raises:
        NotFound: if there is none.
        Refused: if it isn't approved or is no melody, or the section isn't clear.
    """
    try:
        entry = find_entry(studio, typed, song_id)
    except NotFound:
        entry = _in_use(_song(studio, typed), section)
    if not find_stage(entry.state.stage).sings:
        raise Refused(
            f"{short(entry.id)} is {entry.state.stage}: nobody sings it", "name a melody or a song"
        )
    return entry, approved_section(entry, section)


def _song(studio: Studio, typed: str) -> Song:
    try:
        return studio.song(typed)
    except NotFound as error:
        raise NotFound(f"no candidate or song {typed!r}", "see engine review --all") from error


def _in_use(song: Song, section: str | None) -> Entry:
    used = {label: in_use(song, label).get(MELODY) for label in sections(song)}
    melodies = {label: candidate for label, candidate in used.items() if candidate is not None}
    if not melodies:
        raise Refused(
            f"no section of {song.title} has an approved melody",
            f"run engine evolve --stage melody --song {song.song_id}",
        )
    if section is None and len(melodies) > 1:
        raise Refused(f"{' and '.join(melodies)} have melodies", "name one with --section")
    label = next(iter(melodies)) if section is None else as_named(melodies, section)
    if label not in melodies:
        raise Refused(f"{section} has no approved melody", f"those are of {', '.join(melodies)}")
    return Entry(melodies[label], song, song.candidates[melodies[label]])


def reword(
    studio: Studio,
    typed: str,
    words: NewWords,
    section: str | None = None,
    song_id: str | None = None,
) -> list[Recorded]:
    """Set words to an approved melody; a new candidate sings them, and its section uses it.

    Its parts of later stages stay, as the tune does. Taking back the choice, which is the last
    event, brings the former words back.

    Args:
        studio: the studio.
        typed: what the melody is; see ``find_melody``.
        words: the words; of those under headers, what the section sings the first time.
        section: label of the section; see ``find_melody``.
        song_id: the song, if several have the same music.

    Raises:
        NotFound: if there is no such melody.
        Refused: if there are no words for it, it sings them already, or is stale.
    """
    found, label = find_melody(studio, typed, section, song_id)
    owner = found.song.song_id

    def rewording() -> list[NewEvent]:
        song = studio.song(owner)
        entry = Entry(found.id, song, song.candidates[found.id])
        made = _reworded(studio, entry, words, label)
        return [NewEvent(event, actor=studio.actor) for event in _decision(studio, entry, made)]

    return studio.decide(song_stream(owner), rewording)


def _reworded(studio: Studio, entry: Entry, words: NewWords, label: str) -> events.PartImported:
    """The event that adds the melody with its new words."""
    check_parents(entry.song, entry.id)
    section = section_for(entry.song, entry.id, label)
    context = song_context(entry.song, section_of(section))
    lyrics = lyrics_of(words.sheet, label)
    before = Part.from_payload(music_of(studio, entry).part)
    locked_bars = _locked_bars(studio, entry.state)
    part = reworded(before, lyrics, context.meter, context.tempo_bpm, locked_bars)
    if part.lyrics == before.lyrics:
        raise Refused(f"{short(entry.id)} sings these words already", "see engine status")
    parents = parents_of(entry.song, entry.id, label)
    return events.PartImported(
        candidate=candidate_id(entry.state.stage, context, parents, part),
        stage=entry.state.stage,
        section=section,
        part=part.to_payload(),
        parents=list(parents),
        context_position=entry.song.position,
        file=words.file,
        content_sha256=words.content_sha256,
        warnings=[],
        description={"lyrics": report(part, lyrics, context), "tune_of": entry.id},
    )


def _locked_bars(studio: Studio, state: Candidate) -> tuple[int, ...]:
    locks = studio.run(state.run)[1].locks if state.run else None
    return tuple(locks.bars) if locks else ()


def _decision(studio: Studio, entry: Entry, made: events.PartImported) -> list[events.Payload]:
    """The melody if it is new, its approval if it has none, and the choice of it."""
    song, label = entry.song, made.section.label
    known = song.candidates.get(made.candidate)
    state = known or imported_candidate(made, position=0)
    decided: list[events.Payload] = [] if known else [made]
    if state.approval_for(label) is None:
        sung = Entry(made.candidate, song, state)
        music = None if known else CandidateMusic(made.part, {})
        former = entry.state.approval_for(label)
        name = former.display_label if former else label
        decided.append(approval(studio, sung, name, music=music, section=label))
    elif in_use(song, label).get(made.stage) == made.candidate:
        raise Refused(f"{label} is sung to these words already", "see engine status")
    kept = _parts_on(song, entry.id, made.candidate, label)
    return [
        *decided,
        events.CandidateUsed(candidate=made.candidate, stage=made.stage, section=label, keeps=kept),
    ]


def _parts_on(song: Song, melody: str, sung: str, label: str) -> list[events.KeptPart]:
    """The parts in use that stand on a melody, as they stand on it with its new words."""
    used = in_use(song, label)
    found = [
        (used[stage], parents_of(song, used[stage], label)) for stage in STAGES if stage in used
    ]
    return [
        events.KeptPart(
            candidate=candidate, parents=[sung if each == melody else each for each in parents]
        )
        for candidate, parents in found
        if melody in parents
    ]
