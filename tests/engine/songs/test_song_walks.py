"""Any sequence of decisions on a song and its parts: all of it is taken back, nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.gate import decisions, revising, undoing
from engine.gate.decisions import music_of
from engine.gate.edits import edited_values
from engine.gate.waiting import Entry
from engine.state.studio import Studio

TYPED = {
    "key": st.sampled_from(["C minor", "Eb minor", "A major", "F# minor"]),
    "tempo_bpm": st.sampled_from([60, 84, 120.5]),
    "meter": st.sampled_from(["7/8", "4/4"]),
    "colour": st.sampled_from(["Green", "Red"]),
    "title": st.sampled_from(["One", "Two"]),
}
edits = st.one_of(
    [st.tuples(st.just("edit"), st.just(name), value) for name, value in TYPED.items()]
)
on_candidates = st.tuples(st.sampled_from(["approve", "reject"]), st.integers(0, 2))
steps = st.lists(edits | on_candidates | st.just(("archive",)), min_size=1, max_size=6)


def take(studio, song_id, step):
    """Carry out a step; whether it changed anything."""
    song = studio.all_songs()[song_id]
    before = studio.log.head().position
    try:
        if step[0] == "edit":
            revising.edit(studio, song_id, edited_values(song, **{step[1]: step[2]}))
        elif step[0] == "archive":
            revising.archive(studio, song_id)
        else:
            candidate = sorted(song.candidates)[step[1]]
            getattr(decisions, step[0])(studio, candidate, song_id=song_id)
    except Refused:
        return False
    return studio.log.head().position > before


def seen(studio, song_id):
    """What a person knows of the song: its facts, its decisions, the notes of its parts."""
    song = studio.all_songs()[song_id]
    music = {
        name: (state.decisions, state.parents, music_of(studio, Entry(name, song, state)))
        for name, state in song.candidates.items()
    }
    return revising.facts_of(song), song.is_archived, music


@settings(max_examples=15, deadline=None)
@given(steps)
def test_as_many_undos_lead_back_and_the_log_gives_the_same_state(finished, walk):
    with TemporaryDirectory() as folder:
        shutil.copytree(finished, f"{folder}/studio")
        with Studio.open(Path(folder, "studio")) as studio:
            song_id = studio.song("meadow").song_id
            states = [seen(studio, song_id)]
            states += [seen(studio, song_id) for step in walk if take(studio, song_id, step)]
            for expected in reversed(states[:-1]):
                undoing.undo(studio, None, song_id)
                assert seen(studio, song_id) == expected
            kept = studio.all_songs()
            studio.rebuild()
            assert studio.all_songs() == kept
            assert studio.log.verify() == []
