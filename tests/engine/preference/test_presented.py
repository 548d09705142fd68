"""What is shown and heard is recorded, by every command that shows it, and never in its way."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from engine.gate.waiting import present, record_play, waiting
from engine.state.studio import Studio

QUICK = ("--population", "8", "--generations", "1", "--bars", "4", "--seed", "9")


def presented(shell):
    return shell.events("CandidatesPresented")


@pytest.mark.parametrize(("flags", "where"), [((), "terminal"), (("--json",), "json")])
def test_a_run_shows_its_survivors(shell, flags, where):
    before = len(presented(shell))
    shell.do("evolve", "--song", "meadow", *QUICK, *flags)
    (event,) = presented(shell)[before:]
    assert (event.where, event.command) == (where, "evolve")
    (*_, finished) = shell.events("RunFinished")
    assert event.candidates == [each.id for each in finished.survivors]
    assert event.places == list(range(1, len(finished.survivors) + 1))


def test_places_go_through_all_that_was_shown(shell):
    shell.do("review")
    events = presented(shell)
    places = sorted(place for event in events for place in event.places)
    assert places == list(range(1, len(places) + 1))
    assert {event.shown for event in events} == {len(places)}
    assert {event.command for event in events} == {"review"}


def test_an_export_shows_what_is_approved_where_files_are_new(shell):
    first = shell.candidates()[0]
    shell.do("approve", first)
    before = presented(shell)
    shell.do("export")
    assert presented(shell) == before
    shell.approved_file("verse").unlink()
    shell.do("export")
    assert [(each.where, each.candidates) for each in presented(shell)[-1:]] == [("file", [first])]


def test_what_explains_a_candidate_shows_it(shell):
    first = shell.candidates()[0]
    run = shell.row(first)["run"]
    for words in (("why", first), ("why", first, "--json"), ("map", run), ("explain", first)):
        before = len(presented(shell))
        shell.do(*words)
        (event,) = presented(shell)[before:]
        assert (event.command, first in event.candidates) == (words[0], True)
        assert event.where == ("json" if "--json" in words else "terminal")


def test_every_showing_counts(shell):
    shell.do("review", "--song", "meadow")
    first = next(iter(shell.song("meadow").candidates))
    before = shell.song("meadow").candidates[first].presented
    shell.do("review", "--song", "meadow")
    assert shell.song("meadow").candidates[first].presented == before + 1


def test_a_play_is_added_up(shell):
    with Studio.open(shell.folder) as studio:
        entry = waiting(studio.songs().values())[0]
        record_play(studio, entry, 2.5, "listen", alone=False)
        record_play(studio, entry, 1.0, "listen", alone=True)
        state = studio.song(entry.song.song_id).candidates[entry.id]
        assert (state.plays, state.seconds_played) == (2, 3.5)
        studio.rebuild()
        assert studio.song(entry.song.song_id).candidates[entry.id] == state


def test_what_sounds_is_recorded_until_ctrl_c(shell, monkeypatch):
    heard = []

    def stopped(blocks):
        heard.append(np.concatenate(list(blocks)))
        if len(heard) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("engine.audio.playback.play", stopped)
    candidates = [*shell.candidates(), *shell.candidates("meadow", "chorus")]
    assert len(candidates) > 2
    shell.do("listen", *candidates)
    assert [each.candidate for each in shell.events("CandidatePlayed")] == candidates[:2]
    assert all(each.seconds >= 0 for each in shell.events("CandidatePlayed"))
    assert presented(shell)[-1].candidates == candidates[:2]
    assert presented(shell)[-1].where == "sound"


def test_a_studio_that_cannot_be_written_is_read_all_the_same(shell):
    with Studio.open(shell.folder) as studio:
        shown = waiting(studio.songs().values())
        before = studio.log.head()
        with studio.log.database.read() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
        present(studio, shown, "terminal", "review")
        record_play(studio, shown[0], 1.0, "listen", alone=False)
        assert studio.log.head() == before


def test_others_who_write_are_not_waited_for(shell):
    shell.do("review", "--all")
    head = shell.head
    writer = sqlite3.connect(shell.folder / "studio.db", isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        shown = shell.do("review", "--all")
    finally:
        writer.close()
    assert shell.head == head
    assert "meadow" in shown.casefold()
