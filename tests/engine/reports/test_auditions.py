"""Candidates on one clock: after a run all of it is there to be heard, at one length and tempo."""

from __future__ import annotations

import pytest

from engine.errors import Refused
from engine.gate.waiting import entries_of
from engine.reports.auditions import MAX_COMPARED, comparison
from engine.state.studio import Studio
from tests.engine.stages.snapshots import SONG, evolve_words, evolved


@pytest.mark.usefixtures("real_files")
def test_after_a_run_its_candidates_are_heard_without_rendering(at):
    shell = at("chords")
    told = shell.json(*evolve_words("bass"))
    ids = [survivor["id"] for run in told for survivor in run["survivors"]]
    with Studio.open(shell.folder) as studio:
        entries = entries_of(studio, studio.song(SONG).song_id, reversed(ids[:3]))
        found = comparison(studio, entries).known()
        assert [each.name for each in found.alternatives] == list(reversed(ids[:3]))
        parts = [[stem.part for stem in each.stems] for each in found.alternatives]
        assert parts == [["chords", "bass"]] * len(entries)
        other = comparison(studio, entries, found.tempo_bpm * 1.5)
        assert other.quick_known() is None
        assert other.scene.frames == pytest.approx(found.frames / 1.5, abs=1)


def test_what_does_not_fit_on_one_clock(shell):
    verse, chorus = shell.candidates()[0], shell.candidates("meadow", "chorus")[0]
    longer = evolved(shell, "chords", "--section", "bridge", bars=5)[0]
    with Studio.open(shell.folder) as studio:
        song = shell.song("meadow").song_id
        one, other, third = entries_of(studio, song, [verse, chorus, longer])
        assert len(comparison(studio, [one, other]).alternatives) == 2
        with pytest.raises(Refused, match="one clock"):
            comparison(studio, [one, third])
        for entries, tempo in (([], None), ([one] * (MAX_COMPARED + 1), None), ([one], 19.0)):
            with pytest.raises(Refused, match="expected"):
                comparison(studio, entries, tempo)
