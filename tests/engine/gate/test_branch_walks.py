"""Any decisions on a song and its branches: each is what its own decisions say, at any moment."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.arrangement.words import give_words
from engine.errors import EngineError
from engine.gate import branches, choices, comparing, decisions, revising, undoing
from engine.gate.decisions import music_of
from engine.gate.waiting import Entry
from engine.proposals.lyrics import LyricSheet
from engine.reports.history import history
from engine.state.lineages import in_use, is_stale, sections
from engine.state.location import DATABASE_NAME
from engine.state.studio import Studio
from store.log import EventLog
from store.records import NewEvent

KEYS = {
    "C minor": {"key": "C minor", "tonic_pitch_class": 0, "mode": "minor"},
    "A major": {"key": "A major", "tonic_pitch_class": 9, "mode": "major"},
}
MOVES = (
    *("approve", "approve", "reject", "use", "note", "label", "less", "key", "tempo", "words"),
    *("archive", "undo", "redo", "fork"),
)
WALKS = st.tuples(st.lists(st.sampled_from(MOVES), min_size=8, max_size=16), st.integers(0, 2**16))


def move_log(source: Path, target: EventLog) -> None:
    """Append every event of a log to another."""
    with EventLog.open(source) as log:
        for each in log.read():
            new = NewEvent(each.payload, actor=each.actor, event_id=each.event_id)
            target.append(each.stream, [new], each.stream_version - 1)


class Walk:
    """Takes decisions at random and remembers what every song was after each."""

    def __init__(self, studio: Studio, seed: int) -> None:
        self.studio, self.random = studio, random.Random(seed)
        self.then: list[tuple[int, dict]] = []

    def songs(self):
        return self.studio.all_songs()

    def step(self, move: str) -> None:
        song = self.random.choice([song for song in self.songs().values() if song.title != "C"])
        before = self.songs()
        with suppress(EngineError):
            self.take(move, song)
        after = self.songs()
        assert {name: each for name, each in after.items() if name != song.song_id} == {
            name: each for name, each in before.items() if name != song.song_id
        } | {name: each for name, each in after.items() if name not in before}
        self.then.append((self.studio.log.head().position, after))

    def take(self, move: str, song) -> None:
        studio, song_id = self.studio, song.song_id
        candidate = self.random.choice(sorted(song.candidates) or ["none"])
        if move == "fork":
            at = self.random.randint(song.proposed_at, studio.log.head().position)
            branches.fork(studio, song_id, f"Branch {len(self.songs())}", at)
        elif move in {"approve", "reject"}:
            getattr(decisions, move)(studio, candidate, song_id=song_id)
        elif move == "use":
            choices.use(studio, candidate, song_id=song_id)
        elif move in {"note", "label"}:
            how = decisions.note if move == "note" else decisions.label_candidate
            how(studio, candidate, f"{move} {self.random.random():.2f}", song_id)
        elif move == "less":
            comparing.compare(studio, [candidate], "less", song_id)
        elif move == "key":
            revising.edit(studio, song_id, KEYS[self.random.choice(sorted(KEYS))])
        elif move == "tempo":
            revising.edit(studio, song_id, {"tempo_bpm": float(self.random.randint(60, 120))})
        elif move == "words":
            give_words(
                studio,
                song_id,
                "w.txt",
                LyricSheet.of_words((("verse", (f"{self.random.random()}",)),), ()),
            )
        elif move == "archive":
            revising.archive(studio, song_id)
        else:
            change(studio, song_id, move, self.random)


def change(studio: Studio, song_id: str, move: str, chance: random.Random) -> bool:
    """Undo or redo any decision; whether that was accepted."""
    song = studio.all_songs()[song_id]
    is_undo = move == "undo"
    known = [
        each for each in undoing.decision_positions(song) if (each not in song.undone) == is_undo
    ]
    if not known:
        return False
    how = undoing.undo_decision if is_undo else undoing.redo_decision
    try:
        how(studio, song_id, chance.choice(known))
    except EngineError:
        return False
    return True


def seen(studio: Studio, song_id: str):
    """What a person knows of a song: its values, decisions, notes, and what is in use or stale."""
    song = studio.all_songs()[song_id]
    return (
        revising.facts_of(song),
        (song.uses, song.preferences, song.remarks, song.words, song.earlier_words),
        {change.event_id for change in song.changes},
        {
            name: (
                *(state.decisions, state.kept, state.notes, state.wanted_label),
                music_of(studio, Entry(name, song, state)),
                is_stale(song, state),
            )
            for name, state in song.candidates.items()
        },
        {label: in_use(song, label) for label in sections(song)},
    )


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(walk=WALKS, in_memory=st.booleans())
def test_songs_and_branches_are_what_their_own_decisions_say(finished, in_memory, walk):
    moves, seed = walk
    with TemporaryDirectory() as folder:
        where = ":memory:" if in_memory else Path(folder, DATABASE_NAME)
        with Studio(Path(folder), EventLog.open(where)) as studio:
            move_log(finished / DATABASE_NAME, studio.log)
            walker = Walk(studio, seed)
            for move in moves:
                walker.step(move)
            for song_id in walker.songs():
                check_any_order(walker, song_id)
            check_everything(walker)


def check_everything(walker: Walk) -> None:
    """The state kept is the state rebuilt, now and at every moment; the log is sound."""
    studio = walker.studio
    kept = walker.songs()
    studio.rebuild()
    assert walker.songs() == kept
    for position, songs in walker.then:
        for song_id, then in songs.items():
            if then.touched >= then.began:
                assert studio.song_at(song_id, position) == then
    assert studio.log.verify() == []
    for song in kept.values():
        listed = history(studio, song)
        assert {each.event for each in listed if not each.holds} == set(song.undone)
        standing = set(undoing.decision_positions(song)) - set(song.undone)
        assert standing == {each.event for each in listed if each.holds and each.can_be_undone}


def check_any_order(walker: Walk, song_id: str) -> None:
    """Decisions that are undone in any order, and redone in any, are as before."""
    studio, chance = walker.studio, walker.random
    before, others = seen(studio, song_id), walker.songs()
    undone_before = set(others[song_id].undone)
    for _ in range(6):
        change(studio, song_id, "undo", chance)
    while left := set(walker.songs()[song_id].undone) - undone_before:
        redone = [each for each in sorted(left, key=lambda _: chance.random())
                  if accepted(studio, song_id, each)]  # fmt: skip
        assert redone, [refusal(studio, song_id, each) for each in left]
    assert seen(studio, song_id) == before
    del others[song_id]
    now = walker.songs()
    assert {name: now[name] for name in others} == others


def refusal(studio: Studio, song_id: str, event_id: str) -> str:
    with pytest.raises(EngineError) as error:
        undoing.redo_decision(studio, song_id, event_id)
    return str(error.value)


def accepted(studio: Studio, song_id: str, event_id: str) -> bool:
    try:
        undoing.redo_decision(studio, song_id, event_id)
    except EngineError as refusal:
        advice = refusal.advice
    else:
        return True
    assert "engine " in advice
    return False
