"""Preferences from decisions: which, of which weight, and what undone decisions leave."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.gate import branches, decisions, undoing
from engine.gate.comparing import compare
from engine.gate.waiting import entries, present
from engine.preference.pairs import preferences
from engine.preference.pools import shown_candidates
from engine.reports.summary import summarise
from engine.runs.lifecycle import load
from engine.state.studio import Studio
from tests.engine.command_line import evolve


@pytest.fixture
def studio(shell):
    with Studio.open(shell.folder) as opened:
        for seed in (5, 6):  # so that enough candidates wait for the verse
            evolve(opened, "meadow", "verse", seed)
        yield opened


def meadow(studio):
    """The song's state, and the ids of its candidates for the verse, all shown once."""
    song = studio.song("meadow")
    verse = [each for each in entries([song]) if each.state.section.label == "verse"]
    assert len(verse) >= 3
    return song.song_id, [each.id for each in verse], verse


def found(studio):
    return {
        (each.preferred, each.other): (each.weight, each.reason) for each in preferences(studio)
    }


def test_approved_over_rejected(studio):
    song, (first, second, *_), _ = meadow(studio)
    decisions.approve(studio, first)
    rejected = decisions.reject(studio, second)
    assert found(studio) == {(first, second): (1.0, "approved over rejected")}
    (pair,) = preferences(studio)
    assert (pair.song, pair.stage, pair.section) == (song, "chords", "verse")
    assert pair.decided_at == rejected.position
    decisions.undo(studio, second)
    assert found(studio) == {}


def test_approved_over_what_was_shown_and_passed_by(studio):
    _, (first, second, *_), verse = meadow(studio)
    present(studio, verse[:2], "terminal", "review")
    decisions.approve(studio, first)
    present(studio, verse, "terminal", "review")  # too late to have been passed by
    assert found(studio) == {(first, second): (0.3, "approved over passed by")}
    decisions.reject(studio, second)
    assert found(studio) == {(first, second): (1.0, "approved over rejected")}


def test_files_of_what_is_approved_show_no_choice(studio):
    _, (first, *_), verse = meadow(studio)
    present(studio, verse, "file", "export")
    decisions.approve(studio, first)
    assert found(studio) == {}


def test_a_rule_is_nobodys_taste(studio):
    _, (first, second, *_), verse = meadow(studio)
    present(studio, verse, "terminal", "review")
    decisions.approve(studio, first, policy="compose")
    decisions.reject(studio, second)
    assert found(studio) == {}


def test_comparisons(studio):
    _, (first, second, third, *_), verse = meadow(studio)
    present(studio, verse[:3], "terminal", "review")
    compare(studio, [third], "least")
    assert found(studio) == {
        (first, third): (1.0, "least good"),
        (second, third): (1.0, "least good"),
    }
    compare(studio, [first], "more")
    assert found(studio)[first, second] == (0.5, "more like")
    assert found(studio)[first, third] == (1.0, "least good")
    compare(studio, [second], "less")
    assert found(studio)[third, second] == (0.5, "less like")
    compare(studio, [first, second], "cant-tell")
    assert len(found(studio)) == 4


def test_sections_and_songs_are_apart(studio):
    song = studio.song("meadow")
    for each in entries([song]):
        if each.state.section.label == "chorus":
            decisions.reject(studio, each.id)
    _, (first, *_), _ = meadow(studio)
    decisions.approve(studio, first)
    assert found(studio) == {}


def test_a_copy_of_a_song_tells_nothing_twice(studio, shell):
    _, (first, second, *_), verse = meadow(studio)
    present(studio, verse[:3], "terminal", "review")
    for each in (first, second):
        decisions.approve(studio, each)
    compare(studio, [second, first], "least")
    before = found(studio)
    shell.do("songs", "duplicate", "meadow", "--title", "Twin")
    copied = [each for each in studio.songs().values() if each.title == "Twin"]
    assert [each.preference for each in copied[0].preferences] == ["least"]
    assert found(studio) == before
    assert {each.song for each in preferences(studio)} == {meadow(studio)[0]}


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["approve", "reject", "more", "less", "least", "undo", "show"]),
        st.integers(0, 2),
    ),
    max_size=8,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MOVES)
def test_laws(studio, moves):
    """No candidate is preferred to itself; taking everything back leaves no preference."""
    _, ids, verse = meadow(studio)
    for move, place in moves:
        try:
            if move == "show":
                present(studio, verse[:3], "terminal", "review")
            elif move in ("more", "less", "least"):
                compare(studio, [ids[place]], move)
            else:
                getattr(decisions, move)(studio, ids[place])
        except decisions.Refused:
            continue
    pairs = preferences(studio)
    assert all(each.preferred != each.other and 0 < each.weight <= 1 for each in pairs)
    assert len({(each.preferred, each.other) for each in pairs}) == len(pairs)
    assert [each.decided_at for each in pairs] == sorted(each.decided_at for each in pairs)
    kept = studio.song("meadow")
    studio.rebuild()
    assert studio.song("meadow") == kept
    assert preferences(studio) == pairs
    for each in ids:
        while decisions.decisions_on(studio.song("meadow"), each):
            decisions.undo(studio, each)
    assert preferences(studio) == []


def test_candidates_are_looked_up_as_their_run_had_them(studio):
    song_id, ids, verse = meadow(studio)
    present(studio, verse, "terminal", "review")
    looked_up = shown_candidates(studio, studio.song(song_id), "chords", "verse")
    assert list(looked_up) == ids
    for each in verse:
        run = load(studio, each.state.run)
        candidate = looked_up[each.id]
        assert candidate.context == run.context
        scored = run.pool.scored[each.id]
        survivors = summarise(studio, run.id).finished.survivors
        survivor = next(one for one in survivors if one.id == each.id)
        assert (candidate.total, candidate.terms) == (survivor.total, survivor.terms)
        assert candidate.part.digest() == run.genomes.render(scored.genome, run.context).digest()
        assert candidate.first_pool.spread.keys() >= candidate.terms.keys()


def test_what_a_branch_has_in_common_counts_once(studio):
    song, (first, second, third, *_), _ = meadow(studio)
    decisions.approve(studio, first)
    decisions.reject(studio, second)
    before = preferences(studio)
    branch = branches.fork(studio, song, "Dark")
    assert preferences(studio) == before
    decisions.reject(studio, third, song_id=branch)
    (new,) = set(preferences(studio)) - set(before)
    assert (new.song, new.preferred, new.other) == (branch, first, third)
    undoing.undo_decision(studio, branch, studio.song(branch).candidates[first].approval.event_id)
    assert preferences(studio) == before
