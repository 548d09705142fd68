"""The state of a song: its proposal, candidates, decisions, arrangements and exported files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import msgspec

from genomes.keys import PLAIN_NAMES
from store import events

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"
REVISED, ARCHIVED, WORDED = "revised", "archived", "given words"
MORE, LESS, LEAST, CANT_TELL = "more", "less", "least", "cant-tell"
SONG_STREAM = "song/"


def last_composition(song: Song) -> SongComposition | None:
    """The composition of a song that began last; None if there is none."""
    states = song.compositions.values()
    return max(states, key=lambda each: each.position, default=None)


def last_arrangement(song: Song) -> SongArrangement | None:
    """The arrangement of a song that was made last; None if there is none."""
    return max(song.arrangements.values(), key=lambda each: each.position, default=None)


def song_stream(song_id: str) -> str:
    """The stream of a song's events."""
    return SONG_STREAM + song_id


def song_of(stream: str) -> str | None:
    """The song that a stream belongs to; None for a stream of another kind."""
    return stream.removeprefix(SONG_STREAM) if stream.startswith(SONG_STREAM) else None


class _Decision(msgspec.Struct, frozen=True, kw_only=True, tag_field="status"):
    event_id: str
    position: int


class Approved(_Decision, frozen=True, kw_only=True, tag=APPROVED):
    """An approval.

    Attributes:
        event_id: id of its event.
        position: position of its event in the log.
        section: the section that it is approved for.
        label: file name of the part, unique in its stage.
        display_label: the label as a person wrote it.
        policy: name of the rule that approved it; None if a person did.
    """

    status: ClassVar[str] = APPROVED

    section: events.Section
    label: str
    display_label: str
    policy: str | None


class Rejected(_Decision, frozen=True, kw_only=True, tag=REJECTED):
    """A rejection.

    Attributes:
        event_id: id of its event.
        position: position of its event in the log.
        reason: the reason, if one was given.
    """

    status: ClassVar[str] = REJECTED

    reason: str | None


Decision = Approved | Rejected


class Use(NamedTuple):
    """A person's choice of what a section stands on.

    Attributes:
        event_id: id of its event.
        position: position of its event in the log.
        candidate: id of the candidate that was chosen.
        section: label of the section.
    """

    event_id: str
    position: int
    candidate: str
    section: str


class Stated(NamedTuple):
    """A person's comparison of a candidate with others.

    Attributes:
        event_id: id of its event: of the statement, or of the run that was to be like it or unlike.
        position: position of its event in the log.
        candidate: id of the candidate.
        preference: ``more``, ``less``, ``least`` or ``cant-tell``.
        among: ids of the others; empty where none were shown or named.
    """

    event_id: str
    position: int
    candidate: str
    preference: str
    among: tuple[str, ...]

    def concerns(self, candidate: str) -> bool:
        """Whether it says something of a candidate, not only of another beside it."""
        named = self.among if self.preference == CANT_TELL else ()
        return candidate in (self.candidate, *named)


class Kept(NamedTuple):
    """Other parents that a candidate was found to fit.

    Attributes:
        event_id: id of the event of the choice that kept it.
        parents: ids of the parents, in stage order.
    """

    event_id: str
    parents: tuple[str, ...]


class Transposed(NamedTuple):
    """The transposition of a candidate to the song's key.

    Attributes:
        position: position of the event that holds its notes in the new key.
        key: the new key.
        tonic_pitch_class: tonic of that key, 0 to 11.
    """

    position: int
    key: str
    tonic_pitch_class: int


class Change(NamedTuple):
    """A decision on a song itself.

    Attributes:
        kind: ``revised``, ``archived`` or ``given words``.
        event_id: id of its event.
        position: position of its event in the log.
    """

    kind: str
    event_id: str
    position: int


class Remark(NamedTuple):
    """What a person wrote of a candidate.

    Attributes:
        event_id: id of its event.
        position: position of its event in the log.
        candidate: id of the candidate.
        note: a note; None if it is a label.
        label: the label that it was given before its approval; None if it is a note.
    """

    event_id: str
    position: int
    candidate: str
    note: str | None = None
    label: str | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A survivor of a run, or a part that was imported or written; only the log has its notes.

    Attributes:
        run: id of its run; None if it was imported.
        rank: its rank among the survivors of the run, from 1.
        stage: such as ``chords``.
        section: its section.
        total: its total score; None if it was imported.
        terms: the terms of the total.
        description: description by its stage.
        heard: prediction of the run's model; None without a model.
        position: position of the event that added it.
        built_on: position of the proposal that it was composed for.
        parents: ids of the approved candidates that it builds on, in stage order.
        begun: position of the event that started its run.
        has_genome: whether the log has its genome, so that it can be varied.
        transposed: its last transposition; None if it is as it was composed or imported.
        decisions: approvals and rejections that were not undone, oldest first.
        kept: other parents that it was found to fit, oldest first.
        notes: comments of people, oldest first.
        wanted_label: label that a person gave it before its approval.
        presented: number of times it was shown.
        plays: number of times it was played.
        seconds_played: how long it sounded then.
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
    has_genome: bool
    transposed: Transposed | None = None
    decisions: tuple[Decision, ...] = ()
    kept: tuple[Kept, ...] = ()
    notes: tuple[str, ...] = ()
    wanted_label: str | None = None
    presented: int = 0
    plays: int = 0
    seconds_played: float = 0.0

    @property
    def status(self) -> str:
        """``pending``, ``approved`` or ``rejected``, by the last decision that was not undone."""
        return self.decisions[-1].status if self.decisions else PENDING

    @property
    def approval(self) -> Approved | None:
        """The last approval, if it is approved."""
        last = self.decisions[-1] if self.decisions else None
        return last if isinstance(last, Approved) else None

    @property
    def approvals(self) -> tuple[Approved, ...]:
        """The approvals since it was last rejected, one for each section; none if it isn't."""
        found: list[Approved] = []
        for decision in reversed(self.decisions):
            if not isinstance(decision, Approved):
                break
            found.append(decision)
        return tuple(reversed(found))

    def approval_for(self, section: str) -> Approved | None:
        """The approval for the section with this label, if it is approved for it."""
        return next((each for each in self.approvals if each.section.label == section), None)

    @property
    def policy(self) -> str | None:
        """The rule that approved it; None if a person did, or if it isn't approved."""
        return self.approval.policy if self.approval else None

    @property
    def decided_at(self) -> int:
        """Position of the last decision that was not undone; 0 if there is none."""
        return self.decisions[-1].position if self.decisions else 0


class Past(NamedTuple):
    """A song whose beginning is that of a branch too.

    Attributes:
        song_id: id of the song.
        began: position of the song's first event, if it is a branch itself; else 0.
        until: position of the last event that the branch has of it.
    """

    song_id: str
    began: int
    until: int


class SongRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a song.

    Attributes:
        position: position of its first event in the log.
        parents: ids of the approved candidates that it builds on.
        lyrics: the lyrics that it sets.
        singer: a singer used instead of the song's singer.
        under: id of the melody that its chords are for.
    """

    position: int
    parents: tuple[str, ...]
    lyrics: events.Plain | None
    singer: str | None
    under: str | None


class ExportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the engine last wrote it.

    Attributes:
        candidate: id of its candidate, arrangement or plan.
        label: label or name of that.
        sha256: SHA-256 of the file.
        position: position of the event in the log.
    """

    candidate: str
    label: str
    sha256: str
    position: int


class SongArrangement(msgspec.Struct, frozen=True, kw_only=True):
    """An arrangement that was assembled.

    Attributes:
        name: name of its plan.
        plan: the plan, as in its file.
        parts: ids of the candidates that play, in the order of their first appearance.
        length_ticks: length of the song.
        position: position of its event in the log.
        event_id: id of its event.
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
        ranking: its final arrangements, best first; None if it isn't finished.
        position: position of its first event in the log.
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
    lyric_repeats: tuple[int, ...] = ()  # of each section of the lyrics; empty if all come once
    heads: dict[str, str] = {}


class GivenWords(NamedTuple):
    """The words of a song, as they were given last.

    Attributes:
        position: position of the event in the log.
        sections: label and lines of each section of them.
        repeats: how many times each of these comes; empty if all come once.
    """

    position: int
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    repeats: tuple[int, ...] = ()


class Basis(NamedTuple):
    """The values of a proposal that make parts stale when they change.

    Parts follow a change of the tempo as they are, and of the tonic by transposition.
    """

    tonic_pitch_class: int
    mode: str
    meter: str
    colour: str


# What a field of a basis is called, and how its values are.
BASIS_WORDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "tonic_pitch_class": ("tonic", lambda pitch_class: PLAIN_NAMES[pitch_class]),
    "mode": ("mode", lambda mode: mode.replace("_", " ")),
    "meter": ("meter", str),
    "colour": ("colour", str),
}


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that was undone, as it comes back when it is redone.

    Attributes:
        position: position of the event that took it back.
        candidate: id of the candidate that it is about; None if it is about the song.
        decision: the approval or rejection.
        use: the choice of what a section stands on.
        kept: of such a choice: id of each candidate that it kept -> the parents.
        stated: the comparison.
        remark: the note or the label.
        change: the revision, archiving or giving of words.
        words: the words that were given.
    """

    position: int
    candidate: str | None = None
    decision: Decision | None = None
    use: Use | None = None
    kept: dict[str, Kept] = {}
    stated: Stated | None = None
    remark: Remark | None = None
    change: Change | None = None
    words: GivenWords | None = None


class Song(msgspec.Struct, frozen=True, kw_only=True):
    """A song, with the fields of its last ``SongProposed``.

    Attributes:
        position: position of that event in the log.
        event_id: id of that event.
        proposed_at: position of its first ``SongProposed``.
        edited: names of the fields that a person typed, whatever the document says.
        copied_from: the song that it is a copy of.
        past: the songs that it has its beginning in common with, oldest first, if it is a branch.
        began: position of its own first event, if it is a branch; else 0.
        changes: revisions, archiving and words given that were not undone, oldest first.
        bases: position of each proposal of the song -> the basis of parts made from it.
        candidates: by id.
        runs: by id.
        labels: stage -> label -> id of the candidate that was approved with it first.
        uses: choices of what sections stand on that were not undone, oldest first.
        preferences: comparisons of candidates that were not undone, oldest first.
        remarks: notes and labels that were not undone, oldest first.
        undone: id of the event of each decision that was undone -> the decision.
        exports: by the file's path relative to the studio.
        compositions: by id.
        arrangements: by id.
        words: its words as they were given last, to a composition or by themselves.
        earlier_words: those that they replaced, oldest first.
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
    proposed_at: int
    edited: tuple[str, ...] = ()
    copied_from: events.Fork | None = None
    past: tuple[Past, ...] = ()
    began: int = 0
    changes: tuple[Change, ...] = ()
    bases: dict[str, Basis] = msgspec.field(name="grounds")
    candidates: dict[str, Candidate] = {}
    runs: dict[str, SongRun] = {}
    labels: dict[str, dict[str, str]] = {}
    uses: tuple[Use, ...] = ()
    preferences: tuple[Stated, ...] = ()
    remarks: tuple[Remark, ...] = ()
    undone: dict[str, Undone] = {}
    exports: dict[str, ExportedFile] = {}
    compositions: dict[str, SongComposition] = {}
    arrangements: dict[str, SongArrangement] = {}
    words: GivenWords | None = None
    earlier_words: tuple[GivenWords, ...] = ()
    touched: int

    @property
    def is_archived(self) -> bool:
        """Whether lists leave it out."""
        return any(change.kind == ARCHIVED for change in self.changes)

    @property
    def is_original(self) -> bool:
        """Whether it is no copy and no branch of another song."""
        return self.copied_from is None and not self.past

    @property
    def basis(self) -> Basis:
        """The basis of the parts that fit it."""
        return self.bases[str(self.position)]

    def has_run(self, run: str, song_id: str) -> bool:
        """Whether a run of a song is one of this song, or of what it is a branch of."""
        return run in self.runs and song_id in {self.song_id, *(past.song_id for past in self.past)}

    def brought_at(self, candidate: str) -> int:
        """Position of the event that made something a candidate of the song, or of its branch."""
        return max(self.candidates[candidate].position, self.began)

    def basis_of(self, candidate: Candidate) -> Basis | None:
        """The basis that a candidate was made for, in the key that it was transposed to."""
        made_for = self.bases.get(str(candidate.built_on))
        if made_for is None or candidate.transposed is None:
            return made_for
        return made_for._replace(tonic_pitch_class=candidate.transposed.tonic_pitch_class)


def why_revised(song: Song, candidate: Candidate) -> str:
    """Which values of the song changed since a candidate was made; empty if it fits the song."""
    before, now = song.basis_of(candidate), song.basis
    if before == now:
        return ""
    changed = [
        f"its {word} was {written(old)} and is {written(new)} now"
        for (word, written), old, new in zip(
            (BASIS_WORDS[field] for field in Basis._fields), before or (), now, strict=False
        )
        if old != new
    ]
    return ": ".join(["the song was revised since", *filter(None, [", ".join(changed)])])


def decisions_on(song: Song, identifier: str) -> list[tuple[int, str]]:
    """Position and event id of every decision on a candidate that was not undone, oldest first."""
    known = song.candidates[identifier].decisions
    uses = [use for use in song.uses if use.candidate == identifier]
    stated = [each for each in song.preferences if each.concerns(identifier)]
    return sorted((each.position, each.event_id) for each in (*known, *uses, *stated))
