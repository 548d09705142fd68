"""Laws of what sections use, after any decisions in any order."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.stages import STAGES
from engine.state.lineages import approved, chosen, in_use, is_stale
from engine.state.song_events import APPLY, SongProjection
from engine.state.songs import Candidate, Song, decisions_on
from store import events
from store.records import Recorded
from tests.store.samples import SONG

SECTION = "verse"
TAKES = ("a", "b", "c")
NAMES = [f"{stage}-{take}" for stage in STAGES for take in TAKES]


def parents_of(name):
    """Take c of a stage was built on take b of the chords, the others on their own takes."""
    stage, take = name.split("-")
    before = list(STAGES)[: list(STAGES).index(stage)]
    if take == "c":
        return ("chords-b",) if before else ()
    return tuple(f"{each}-{take}" for each in before)


def recorded(payload, position):
    kind = type(payload).__name__
    return Recorded(
        position, f"event-{position}", "song/song-1", position, kind, 1, payload,
        "ana", "", None, "", "",
    )  # fmt: skip


def section(label=SECTION):
    return events.Section(label=label, bars=4, energy=0.5)


@dataclass
class World:
    """A song whose candidates are all there, and the decisions so far."""

    song: Song
    position: int = 1
    done: list[str] = field(default_factory=list)

    @classmethod
    def new(cls):
        song = SongProjection().apply(None, recorded(SONG, 1))
        assert song is not None
        candidates = {
            name: Candidate(
                has_genome=True,
                run="run", rank=1, stage=name.split("-")[0], section=section(), total=0.5,
                terms={}, description={}, heard=None, position=1, built_on=1,
                parents=parents_of(name), begun=1,
            )
            for name in NAMES
        }  # fmt: skip
        return cls(replace(song, candidates=candidates))

    def take(self, payload):
        self.position += 1
        event = recorded(payload, self.position)
        self.song = APPLY[event.kind](self.song, event, payload)

    def approve(self, name, policy=None):
        if self.song.candidates[name].approval_for(SECTION) is None:
            state = self.song.candidates[name]
            self.take(
                events.CandidateApproved(
                    candidate=name, run="run", stage=state.stage, section=section(), label=name,
                    display_label=name, part={}, genome={}, description={}, context_position=1,
                    parents=list(state.parents), policy=policy,
                )
            )  # fmt: skip

    def approve_by_rule(self, name):
        self.approve(name, "best")

    def reject(self, name):
        state = self.song.candidates[name]
        if state.status != "rejected":
            self.take(events.CandidateRejected(candidate=name, run="run", stage=state.stage))

    def label(self, name):
        self.take(events.CandidateLabelled(candidate=name, label="verse_2"))

    def use(self, name):
        state = self.song.candidates[name]
        stands = all(
            self.song.candidates[each].approval_for(SECTION) for each in (*state.parents, name)
        )
        if stands:
            self.take(
                events.CandidateUsed(candidate=name, stage=state.stage, section=SECTION, keeps=[])
            )

    def undo(self, name):
        decided = decisions_on(self.song, name)
        if decided:
            self.take(events.DecisionUndone(candidate=name, undoes=decided[-1][1]))


MOVES = ("approve", "approve", "approve_by_rule", "reject", "use", "use", "undo", "label")
STEPS = st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from(NAMES)), max_size=40)


def after(steps):
    world = World.new()
    for move, name in steps:
        getattr(world, move)(name)
    return world


def stale(song):
    return {name for name in NAMES if is_stale(song, song.candidates[name])}


@given(STEPS)
def test_what_is_in_use_is_approved_not_stale_and_one_lineage(steps):
    song = after(steps).song
    used = in_use(song, SECTION)
    for stage, name in used.items():
        candidate = song.candidates[name]
        assert candidate.stage == stage
        assert candidate.approval_for(SECTION)
        assert not is_stale(song, candidate)
        assert {used[song.candidates[each].stage] for each in candidate.parents} == set(
            candidate.parents
        )


@given(STEPS, st.sampled_from(NAMES))
@example([("approve_by_rule", "chords-a"), ("approve_by_rule", "chords-b")], "drums-b")
def test_approving_and_labelling_make_nothing_stale_and_replace_nothing(steps, name):
    world = after(steps)
    before, was_used = stale(world.song), in_use(world.song, SECTION)
    choices = chosen(world.song, SECTION)
    world.approve(name)
    world.label(name)
    assert stale(world.song) <= before
    if chosen(world.song, SECTION) == choices:  # else it brought back what a person had chosen
        used = in_use(world.song, SECTION)
        assert {stage: used.get(stage) for stage in was_used} == was_used


@given(STEPS, st.sampled_from(NAMES))
def test_a_used_candidate_is_in_use_with_its_parents_until_that_is_undone(steps, name):
    world = after(steps)
    before = world.song
    world.use(name)
    if world.song is before:
        return
    used = in_use(world.song, SECTION)
    for each in (*before.candidates[name].parents, name):
        assert used[before.candidates[each].stage] == each
    world.undo(name)
    assert in_use(world.song, SECTION) == in_use(before, SECTION)
    assert (world.song.uses, world.song.candidates) == (before.uses, before.candidates)


@given(STEPS)
def test_without_a_choice_the_first_approved_chords_are_in_use(steps):
    song = after([step for step in steps if step[0] not in {"use", "approve_by_rule"}]).song
    first = approved(song, "chords", SECTION)[:1]
    assert [in_use(song, SECTION).get("chords")] == (first or [None])
