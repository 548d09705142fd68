"""One payload of every kind, and small helpers to append them."""

from pathlib import Path

from store.events import (
    KINDS,
    ArrangementAssembled,
    CandidateApproved,
    CandidateBrought,
    CandidateLabelled,
    CandidateNoted,
    CandidatePlayed,
    CandidateRejected,
    CandidatesPresented,
    CandidateUsed,
    CompositionFinished,
    CompositionStarted,
    CurvePoint,
    DecisionRedone,
    DecisionUndone,
    ExportWritten,
    FirstPool,
    GenerationScored,
    HeadPromoted,
    HeadRefused,
    HeadTrained,
    Heard,
    KeptPart,
    Locks,
    LogAccepted,
    ModelPromoted,
    ModelRegistered,
    ModelTrained,
    Offspring,
    PartCopied,
    PartImported,
    PartTransposed,
    Payload,
    PreferenceStated,
    Ranked,
    RetrainingPlanned,
    RunAbandoned,
    RunFinished,
    RunResumed,
    RunStarted,
    Section,
    SongArchived,
    SongForked,
    SongProposed,
    SongRestored,
    Source,
    Survivor,
    WordsGiven,
    WordsTakenBack,
)
from store.log import EventLog
from store.records import NewEvent

DIGEST = "0123456789abcdef" * 4
TERMS = {"axes": 0.75, "colour": 0.5}

SONG = SongProposed(
    song_id="song-1",
    revision=1,
    title="Café at the Tide’s Edge ♭",
    colour="Indigo",
    key="F♯ minor",
    tonic_pitch_class=6,
    mode="minor",
    meter="7/8",
    tempo_bpm=96.5,
    tempo_marking="Moderate driving",
    concept="A letter that was never sent.",
    moods=["wistful"],
    genres=["dream pop"],
    source=Source(file="proposals/tide.yml", thread_id="t1", content_sha256=DIGEST),
    raw={"title": "Café", "bpm": 96.5, "nested": {"list": [1, None, True, -0.0]}},
    warnings=[],
)

SAMPLES: tuple[Payload, ...] = (
    SONG,
    RunStarted(
        song_id="song-1",
        stage="chords",
        section=Section(label="verse", bars=8, energy=0.5),
        parents=[],
        seed=2**100,  # entropy is wider than a machine word
        settings={"population": 50, "weights": {"theory": 0.3}},
        model_sha256=DIGEST,
        versions={"engine": "0.1.0"},
        positions_read=[1],
        source="a",
        locks=Locks(bars=[0, 1], rhythm=True, pitch=False),
    ),
    GenerationScored(
        generation=0,
        offspring=[
            Offspring(
                id="a",
                genome={"roots": [0, 5, 7]},
                parents=["b"],
                operator="substitute",
                terms=TERMS,
                total=0.625,
                passes=True,
            )
        ],
        population=["a"],
        discarded=2,
    ),
    RunFinished(
        song_id="song-1",
        stage="chords",
        section=Section(label="verse", bars=8, energy=0.5),
        context_position=1,
        survivors=[
            Survivor(
                id="a",
                genome={"roots": [0, 5, 7]},
                part={"notes": [[0, 480, 60, 90]]},
                terms=TERMS,
                total=0.625,
                description={"numerals": ["i", "VI"], "text": "goes down"},
                heard=Heard(
                    modes={"temporal": {"past": 0.75, "present": 0.25}},
                    colour={"Green": 0.5, "Red": 0.5},
                    passes=True,
                ),
            )
        ],
        already_decided={"b": "rejected"},
        first_pool=FirstPool(spread=TERMS, median_distance=0.25, total_p95=0.5),
        curve=[CurvePoint(generation=0, best=0.625, median=0.5)],
        distances=[[0.0, 0.25], [0.25, 0.0]],
    ),
    RunResumed(after_generation=3),
    RunAbandoned(reason="not what I wanted"),
    CandidatesPresented(
        candidates=["a"],
        where="arrangement",
        command="compose",
        places=[2],
        shown=3,
        arrangements=["arrangement-1"],
        order_seed=7,
    ),
    CandidatePlayed(candidate="a", seconds=12.5, where="listen", alone=False),
    PreferenceStated(candidate="a", stage="chords", preference="least", among=["b", "c"]),
    CandidateApproved(
        candidate="a",
        run="run-1",
        stage="chords",
        section=Section(label="verse", bars=8, energy=0.5),
        label="verse-chords",
        display_label="Verse: chords",
        part={"notes": [[0, 480, 60, 90]]},
        genome={"roots": [0, 5, 7]},
        description={},
        context_position=1,
        parents=[],
    ),
    PartImported(
        candidate="c",
        stage="chords",
        section=Section(label="verse", bars=8, energy=0.5),
        part={"length_ticks": 1920, "notes": []},
        parents=["b"],
        context_position=1,
        file="by hand.mid",
        content_sha256=DIGEST,
        warnings=[],
    ),
    CompositionStarted(
        composition="composition-1",
        seed=7,
        settings={"population": 50},
        beam=3,
        arrangements=3,
        sections=[Section(label="verse", bars=8, energy=0.5)],
        model_sha256=DIGEST,
        lyrics=[["verse", ["la la", "lo"]]],
        singer=None,
    ),
    CompositionFinished(
        composition="composition-1",
        ranking=[Ranked(arrangement="arrangement-1", total=0.75, terms=TERMS)],
    ),
    CandidateRejected(candidate="b", run="run-1", stage="chords", reason="too busy"),
    CandidateLabelled(candidate="a", label="the slow one"),
    CandidateNoted(candidate="a", text="Keep for the bridge?"),
    CandidateUsed(
        candidate="a",
        stage="bass",
        section="verse",
        keeps=[KeptPart(candidate="b", parents=["c", "a"])],
    ),
    DecisionUndone(candidate="a", undoes="event-0008"),
    ExportWritten(candidate="a", label="verse", path="exports/verse.mid", sha256=DIGEST),
    ModelRegistered(sha256=DIGEST, name="fusion", profile="fusion-1", manifest={"roll": 2}),
    ModelTrained(sha256=DIGEST, command="run", result={"accuracy": {"all": 0.75}}),
    ModelPromoted(sha256=DIGEST, note="hears my choruses", takes_back=None),
    ArrangementAssembled(
        arrangement="arrangement-1",
        name="draft",
        plan={"sections": [{"name": "Verse", "play": 2, "parts": {"chords": "a"}}]},
        parts=["a"],
        positions_read=[1, 8],
        length_ticks=26_880,
    ),
    PartTransposed(
        candidate="a",
        semitones=-2,
        key="E minor",
        tonic_pitch_class=4,
        part={"length_ticks": 1920, "notes": [[0, 480, 64, 80, False]]},
        description={"chords": [["Em"]]},
    ),
    PartCopied(
        candidate="a",
        run="run-1",
        rank=1,
        stage="chords",
        section=Section(label="verse", bars=8, energy=0.5),
        parents=[],
        total=0.75,
        terms=TERMS,
        heard=None,
        description={"chords": [["Em"]]},
        part={"length_ticks": 1920, "notes": [[0, 480, 64, 80, False]]},
        genome={"mode": "minor"},
        lyrics=None,
        singer="alto",
    ),
    SongArchived(song_id="song-1"),
    SongRestored(song_id="song-1", takes_back="event-0024"),
    CandidateBrought(
        run="run-1",
        rank=4,
        stage="chords",
        section=Section(label="verse", bars=8, energy=0.5),
        context_position=1,
        survivor=Survivor(
            id="c",
            genome={"roots": [0, 5, 7]},
            part={"notes": [[0, 480, 60, 90]]},
            terms=TERMS,
            total=0.5,
            description={},
            heard=None,
        ),
    ),
    WordsGiven(file="sheet.txt", lyrics=[["Verse 1", ["la la"]], ["Chorus", ["lo"], 2]]),
    HeadTrained(
        sha256=DIGEST,
        stage="chords",
        training="training-1",
        facts={"songs": 9, "pairs": 201},
        comparison={"accuracy": {"now": 0.52, "then": 0.71}},
    ),
    HeadPromoted(sha256=DIGEST, stage="chords", training="training-1", note="not worse"),
    HeadRefused(sha256=DIGEST, stage="chords", training="training-1", reason="worse by 0.2"),
    RetrainingPlanned(every=10),
    SongForked(song_id="song-2", origin="song-1", position=1),
    WordsTakenBack(takes_back="event-0028"),
    DecisionRedone(candidate="a", redoes="event-0011"),
    LogAccepted(position=1, hash=DIGEST, head_position=2, head_hash=DIGEST, backup="tide.backup"),
)

assert {type(sample) for sample in SAMPLES} == {kind.struct for kind in KINDS.values()}


def noted(text: str = "a note", **fields: str) -> NewEvent:
    """A small event."""
    return NewEvent(CandidateNoted(candidate="a", text=text), actor="ana", **fields)


def notes(count: int, text: str = "a note") -> list[NewEvent]:
    """A batch of small events."""
    return [noted(f"{text} {number}") for number in range(count)]


def path_of(log: EventLog) -> Path:
    assert log.database.path is not None
    return log.database.path
