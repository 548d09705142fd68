"""The events: one frozen struct per kind, named in the past tense, holding plain values only.

A struct is the *current* version of its kind. To change one: raise its number in `KINDS`, add a
small function to `store.upcasts` that turns the old payload into the new one, and commit a log
written by the old release to `tests/store/old_logs`.

Types hold always; a `Checked` constraint holds when an event is appended, never when it is read.
"""

from typing import Annotated, Any, NamedTuple

import msgspec

from store.plain import Checked

Id = Annotated[str, Checked(min_length=1, max_length=200)]
Name = Annotated[str, Checked(min_length=1, max_length=500)]
Sha256 = Annotated[str, Checked(pattern=r"^[0-9a-f]{64}\Z")]
# A log travels between computers: no absolute path, no drive, no backslash, no way upwards.
RelativePath = Annotated[
    str, Checked(pattern=r"^(?![/~])(?![A-Za-z]:)(?!(?:.*/)?\.\.(?:/|\Z))[^\\\x00-\x1f]+\Z")
]
# One path component that every file system takes.
FileLabel = Annotated[
    str, Checked(pattern=r'^[^\s./\\:*?"<>|\x00-\x1f][^/\\:*?"<>|\x00-\x1f]*\Z', max_length=200)
]
# How a candidate compares with others.
Comparison = Annotated[str, Checked(pattern=r"^(more|less|least|cant-tell)\Z")]
Count = Annotated[int, Checked(ge=0)]
Plain = dict[str, Any]  # plain JSON values, all the way down
Terms = dict[str, float]  # term name -> its finite number


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payload of one event."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of a payload."""


class Source(Part, frozen=True, kw_only=True):
    """Where a proposal was read from."""

    file: RelativePath
    thread_id: str | None = None
    iteration_id: str | None = None
    content_sha256: Sha256


class Fork(Part, frozen=True, kw_only=True):
    """The song that another one is a copy of."""

    song_id: Id
    version: Annotated[int, Checked(ge=1)]  # of its stream, when it was copied


class Section(Part, frozen=True, kw_only=True):
    """The stretch of the song that a run composes."""

    label: Name
    bars: Annotated[int, Checked(ge=1)]
    energy: Annotated[float, Checked(ge=0, le=1)]


class Locks(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The locks of a run on its source."""

    bars: list[Count]  # 0 the first
    rhythm: bool
    pitch: bool
    voices: list[Name] = []  # drums whose strokes stay; left out of the log where there are none


class Likeness(Part, frozen=True, kw_only=True):
    """How near to a candidate, or how far from it, the parts of a run must be."""

    candidate: Id
    radius: Annotated[float, Checked(ge=0, le=1)]
    within: bool


class Offspring(Part, frozen=True, kw_only=True):
    """A genome that was made and scored in a generation."""

    id: Id
    genome: Plain
    parents: list[str]
    operator: Name
    terms: Terms
    total: float
    passes: bool  # whether the model knows it as music; True where no model was asked


class Heard(Part, frozen=True, kw_only=True):
    """The predictions of the run's model for a survivor."""

    modes: dict[str, Terms]  # axis -> mode -> probability
    colour: Terms | None  # colour -> probability; None where the model doesn't tell them apart
    passes: bool  # whether the model knows it as music


class Survivor(Part, frozen=True, kw_only=True):
    """A candidate that a run presents for a decision."""

    id: Id
    genome: Plain
    part: Plain
    terms: Terms
    total: float
    description: Plain
    heard: Heard | None  # None where no model was asked


class FirstPool(Part, frozen=True, kw_only=True):
    """Statistics of the first scored pool, which survivors are compared with to be different."""

    spread: Terms
    median_distance: Annotated[float, Checked(ge=0)]
    total_p95: float


class Reality(Part, frozen=True, kw_only=True):
    """Whether a population's best few are music, by what no total is made of: means and spreads."""

    music: float  # the judge's probability of music of any colour
    music_deviation: float
    outside: float  # share of the plain features outside the bands of real music
    outside_deviation: float


class CurvePoint(Part, frozen=True, kw_only=True):
    """How good a generation's population was."""

    generation: Count
    best: float
    median: float
    elite: float | None = None  # mean total of its best few
    judged: float | None = None  # the judge's mean probability of them
    reality: Reality | None = None


class SongProposed(Payload, frozen=True, kw_only=True):
    """A song was added or copied, or became another by an edited proposal or a typed value."""

    song_id: Id
    revision: Annotated[int, Checked(ge=1)]
    title: str
    colour: Name
    key: Name  # as the person wrote it
    tonic_pitch_class: Annotated[int, Checked(ge=0, le=11)]
    mode: Name
    meter: Annotated[str, Checked(pattern=r"^[1-9][0-9]*/[1-9][0-9]*\Z")]
    tempo_bpm: Annotated[float, Checked(gt=0)]
    tempo_marking: str | None = None
    concept: str
    moods: list[str]
    genres: list[str]
    singer: str | None = None
    source: Source
    raw: Plain
    warnings: list[str]
    edited: list[str] = []  # fields that were typed, whatever the document says
    copied_from: Fork | None = None
    takes_back: Id | None = None  # event_id of the revision that no longer holds
    redoes: Id | None = None  # event_id of the revision that holds again


class SongForked(Payload, frozen=True, kw_only=True):
    """A branch of a song began: the song up to an event is its past too, and nothing is copied."""

    song_id: Id
    origin: Id  # the song
    position: Annotated[int, Checked(ge=1)]  # of the last event that both have


class PartTransposed(Payload, frozen=True, kw_only=True):
    """A candidate was transposed to the song's new key. Its id and its parents stay."""

    candidate: Id
    semitones: int  # from the notes as they were composed, or imported
    key: Name
    tonic_pitch_class: Annotated[int, Checked(ge=0, le=11)]
    part: Plain
    description: Plain


class PartCopied(Payload, frozen=True, kw_only=True):
    """A part of the song that this one is a copy of became a candidate of this one."""

    candidate: Id
    run: Id | None  # None where it was imported
    rank: Annotated[int, Checked(ge=1)]
    stage: Name
    section: Section
    parents: list[str]
    total: float | None
    terms: Terms
    heard: Heard | None
    description: Plain
    part: Plain
    genome: Plain  # empty where it was imported
    lyrics: Plain | None  # that its run set
    singer: str | None  # of its run
    under: Id | None = None  # the melody that its run made chords for


class SongArchived(Payload, frozen=True, kw_only=True):
    """A song was put away: lists leave it out."""

    song_id: Id


class SongRestored(Payload, frozen=True, kw_only=True):
    """A song that was put away is back."""

    song_id: Id
    takes_back: Id  # event_id of the archiving that no longer holds


class RunStarted(Payload, frozen=True, kw_only=True):
    """An evolution began. Holds no id, time or ordinal: equal runs have equal payloads."""

    song_id: Id
    stage: Name
    section: Section
    parents: list[str]  # approved candidates it stands on, in the order of their stages
    seed: Count
    settings: Plain
    model_sha256: Sha256 | None = None
    versions: dict[str, str]
    positions_read: list[Count]
    source: Id | None = None  # the candidate it starts from
    locks: Locks | None = None  # what of the source stays
    follows: Id | None = None  # the approved candidate that ends the section before
    lyrics: Plain | None = None
    singer: str | None = None
    likeness: Likeness | None = None  # what every part of it must be like, or unlike
    under: Id | None = None  # the approved melody that its chords are for
    head_sha256: Sha256 | None = None  # the preference head that its totals go by


class GenerationScored(Payload, frozen=True, kw_only=True):
    """A generation's genomes were scored and its population chosen."""

    generation: Count
    offspring: list[Offspring]
    population: list[str]
    discarded: Count
    judged: float | None = None  # mean probability, by the judge, of the population's best few
    reality: Reality | None = None


class RunFinished(Payload, frozen=True, kw_only=True):
    """An evolution ended with candidates for the gate."""

    song_id: Id
    stage: Name
    section: Section
    context_position: Annotated[int, Checked(ge=1)]  # of the SongProposed it was built on
    survivors: list[Survivor]
    already_decided: dict[str, str]
    first_pool: FirstPool
    curve: list[CurvePoint]
    distances: list[list[Annotated[float, Checked(ge=0)]]]
    stopped_for: int | None = None  # generation of the judge's peak, if its fall ended the run


class RunResumed(Payload, frozen=True, kw_only=True):
    """A run that had stopped went on."""

    after_generation: Count


class RunAbandoned(Payload, frozen=True, kw_only=True):
    """A run was given up."""

    reason: str


class CandidatesPresented(Payload, frozen=True, kw_only=True):
    """Candidates were shown to a person, in this order, beside each other."""

    candidates: list[str]
    where: Name  # terminal, json, yaml, sound, file or arrangement
    command: Name | None = None  # that showed them; None in old logs
    places: list[Count] = []  # in all that was shown, 1 the first; empty in old logs
    shown: Count = 0  # how many were shown at once, of all songs; 0 in old logs
    arrangements: list[Id] = []  # in which they were shown, best first
    order_seed: Count | None = None  # of which their order is made; None where they are ranked


class CandidatePlayed(Payload, frozen=True, kw_only=True):
    """A person heard a candidate."""

    candidate: Id
    seconds: Annotated[float, Checked(ge=0)]  # that it sounded
    where: Name  # the command that played it
    alone: bool  # without what it is built on


class PreferenceStated(Payload, frozen=True, kw_only=True):
    """A person compared a candidate with others, without deciding about it."""

    candidate: Id
    stage: Name
    preference: Comparison
    among: list[Id]  # the others: those that were shown beside it, or were named with it


class CandidateBrought(Payload, frozen=True, kw_only=True):
    """Something that a run scored and didn't keep became a candidate, because a person asked."""

    run: Id
    rank: Annotated[int, Checked(ge=1)]  # after the run's survivors, and what was brought before
    stage: Name
    section: Section
    context_position: Annotated[int, Checked(ge=1)]  # of the SongProposed it was built on
    survivor: Survivor


class CandidateApproved(Payload, frozen=True, kw_only=True):
    """A candidate became part of the song. Carries the notes: they are never rendered again."""

    candidate: Id
    run: Id | None  # None where it was imported
    stage: Name
    section: Section
    label: FileLabel
    display_label: str
    part: Plain
    genome: Plain
    description: Plain
    context_position: Annotated[int, Checked(ge=1)]  # of the SongProposed it was built on
    parents: list[str]
    policy: str | None = None  # who decided, when it was not a person


class PartImported(Payload, frozen=True, kw_only=True):
    """A part that was made by hand became a candidate."""

    candidate: Id
    stage: Name
    section: Section
    part: Plain
    parents: list[str]
    context_position: Annotated[int, Checked(ge=1)]  # of the SongProposed it is meant for
    file: Name  # its name alone, or what it is where it was typed
    content_sha256: Sha256
    warnings: list[str]
    genome: Plain = {}  # of chords that were written down; empty where notes were imported
    description: Plain = {}  # by its stage, where it has a genome or was given words


class CandidateRejected(Payload, frozen=True, kw_only=True):
    """A candidate was turned down."""

    candidate: Id
    run: Id | None  # None where it was imported
    stage: Name
    reason: str | None = None


class CandidateLabelled(Payload, frozen=True, kw_only=True):
    """A candidate got a name."""

    candidate: Id
    label: Name


class CandidateNoted(Payload, frozen=True, kw_only=True):
    """A person wrote a note about a candidate."""

    candidate: Id
    text: str


class KeptPart(Part, frozen=True, kw_only=True):
    """A part that stays where its section uses other parents than those it was composed to."""

    candidate: Id
    parents: list[str]  # that it stands on from now, in the order of their stages


class CandidateUsed(Payload, frozen=True, kw_only=True):
    """A section was made to stand on an approved candidate, and on what that was built on."""

    candidate: Id
    stage: Name
    section: Name  # its label
    keeps: list[KeptPart]  # found to fit by the same decision


class DecisionUndone(Payload, frozen=True, kw_only=True):
    """An earlier decision no longer holds."""

    candidate: Id
    undoes: Id  # event_id of the decision


class DecisionRedone(Payload, frozen=True, kw_only=True):
    """An earlier decision that was undone holds again, in its old place."""

    candidate: Id | None  # None where it is about the song
    redoes: Id  # event_id of the decision


class ExportWritten(Payload, frozen=True, kw_only=True):
    """An approved candidate, an arrangement or a plan of one was written to a file."""

    candidate: Id  # or the arrangement's, or the plan's
    label: Name
    path: RelativePath
    sha256: Sha256


class WordsGiven(Payload, frozen=True, kw_only=True):
    """A person gave the words of a song; they replace those that it had."""

    file: Name  # its name alone
    lyrics: list[list[Any]]  # label, lines and, if over 1, repeats of each section of the words


class WordsTakenBack(Payload, frozen=True, kw_only=True):
    """Words that were given no longer count; those from before do."""

    takes_back: Id  # event_id of the words


class ArrangementAssembled(Payload, frozen=True, kw_only=True):
    """Approved parts were put together to a whole song."""

    arrangement: Id  # equal exactly when the song's facts, the plan and the parts are
    name: Name
    plan: Plain
    parts: list[Id]  # the candidates that play, in the order that they come in
    positions_read: list[Count]
    length_ticks: Annotated[int, Checked(ge=1)]


class Ranked(Part, frozen=True, kw_only=True):
    """One of the arrangements that a composition ends with."""

    arrangement: Id
    total: float
    terms: Terms


class CompositionStarted(Payload, frozen=True, kw_only=True):
    """The engine began to compose a whole song by itself."""

    composition: Id
    seed: Count
    settings: Plain
    beam: Annotated[int, Checked(ge=1)]  # lineages kept for each section and stage
    arrangements: Annotated[int, Checked(ge=1)]  # how many it ends with
    sections: list[Section]
    model_sha256: Sha256 | None
    lyrics: list[list[Any]]  # label, lines and, if over 1, repeats of each section of the words
    singer: str | None
    heads: dict[str, Sha256] = {}  # stage -> the preference head that its runs go by


class CompositionFinished(Payload, frozen=True, kw_only=True):
    """It ended with arrangements for a person to judge, best first."""

    composition: Id
    ranking: list[Ranked]


class LogAccepted(Payload, frozen=True, kw_only=True):
    """A person accepted the log although HEAD did not vouch for it: a backup was put back, say."""

    position: Count  # of the last event before this one
    hash: Sha256  # of that event
    head_position: Count | None  # what HEAD said; None where it was lost or could not be read
    head_hash: Sha256 | None
    backup: Name | None = None  # name of the file that was put back


class LogSigned(Payload, frozen=True, kw_only=True):
    """A person signed the log, by Ed25519; the event is not among those that are signed."""

    position: Count  # of the last event that is signed
    hash: Sha256  # of that event
    public_key: Sha256  # no hash, but 32 bytes as hex as well
    signature: Name  # of both, as hex


class ModelRegistered(Payload, frozen=True, kw_only=True):
    """A model file became known to the studio."""

    sha256: Sha256
    name: Name
    profile: Name
    manifest: Plain


class ModelTrained(Payload, frozen=True, kw_only=True):
    """Training made a model file, of which the studio keeps a copy."""

    sha256: Sha256
    command: Name  # of training, such as run
    result: Plain  # what it said of the model, without the names of files


class ModelPromoted(Payload, frozen=True, kw_only=True):
    """From here on, runs use this model unless another is named."""

    sha256: Sha256 | None  # None: the one that ships
    note: str | None = None
    takes_back: Id | None = None  # event_id of the promotion that no longer holds
    audit: Plain | None = None  # figures that it was promoted on; None before audits were asked for


class HeadTrained(Payload, frozen=True, kw_only=True):
    """A preference head of a stage was fitted to decisions, and is kept in the studio."""

    sha256: Sha256
    stage: Name
    training: Id  # equal for the heads that one training fitted
    facts: Plain  # what it was fitted on, and what it weighs
    comparison: Plain  # with the head in use, on held-out songs
    audit: Plain | None = None  # by fakes, the judge and searches; None before audits were made


class HeadPromoted(Payload, frozen=True, kw_only=True):
    """From here on, runs of a stage go by this head; or by the one before, if it takes back."""

    sha256: Sha256 | None  # None: the shipped total
    stage: Name
    training: Id | None  # that fitted it; None where a person named the head
    note: str | None = None
    takes_back: Id | None = None  # event_id of the promotion that no longer holds
    audit: Plain | None = None  # that it was promoted on; None before audits were asked for


class HeadRefused(Payload, frozen=True, kw_only=True):
    """A head was found worse than the one in use, which stays in use."""

    sha256: Sha256
    stage: Name
    training: Id
    reason: Name


class RetrainingPlanned(Payload, frozen=True, kw_only=True):
    """From here on, heads are fitted again after so many decisions; not by themselves if 0."""

    every: Count


class Kind(NamedTuple):
    """The struct and version of a stored kind name."""

    struct: type[Payload]
    version: int


# The names are stored: they never change, whatever becomes of the classes.
KINDS: dict[str, Kind] = {
    "SongProposed": Kind(SongProposed, 3),
    "RunStarted": Kind(RunStarted, 4),
    "GenerationScored": Kind(GenerationScored, 1),
    "RunFinished": Kind(RunFinished, 2),
    "RunResumed": Kind(RunResumed, 1),
    "RunAbandoned": Kind(RunAbandoned, 1),
    "CandidatesPresented": Kind(CandidatesPresented, 3),
    "CandidatePlayed": Kind(CandidatePlayed, 1),
    "PreferenceStated": Kind(PreferenceStated, 1),
    "CandidateBrought": Kind(CandidateBrought, 1),
    "CandidateApproved": Kind(CandidateApproved, 2),
    "CandidateRejected": Kind(CandidateRejected, 2),
    "PartImported": Kind(PartImported, 1),
    "CandidateLabelled": Kind(CandidateLabelled, 1),
    "CandidateNoted": Kind(CandidateNoted, 1),
    "DecisionUndone": Kind(DecisionUndone, 1),
    "ExportWritten": Kind(ExportWritten, 1),
    "ModelRegistered": Kind(ModelRegistered, 1),
    "ModelTrained": Kind(ModelTrained, 1),
    "ModelPromoted": Kind(ModelPromoted, 1),
    "ArrangementAssembled": Kind(ArrangementAssembled, 1),
    "CompositionStarted": Kind(CompositionStarted, 2),
    "CompositionFinished": Kind(CompositionFinished, 1),
    "CandidateUsed": Kind(CandidateUsed, 1),
    "PartTransposed": Kind(PartTransposed, 1),
    "PartCopied": Kind(PartCopied, 1),
    "SongArchived": Kind(SongArchived, 1),
    "SongRestored": Kind(SongRestored, 1),
    "WordsGiven": Kind(WordsGiven, 1),
    "WordsTakenBack": Kind(WordsTakenBack, 1),
    "SongForked": Kind(SongForked, 1),
    "DecisionRedone": Kind(DecisionRedone, 1),
    "HeadTrained": Kind(HeadTrained, 2),
    "HeadPromoted": Kind(HeadPromoted, 2),
    "HeadRefused": Kind(HeadRefused, 1),
    "RetrainingPlanned": Kind(RetrainingPlanned, 1),
    "LogAccepted": Kind(LogAccepted, 1),
    "LogSigned": Kind(LogSigned, 1),
}
