"""Effort of approved parts, and how often a person agrees with themselves."""

from __future__ import annotations

import pytest

from engine.gate import decisions
from engine.gate.comparing import compare
from engine.gate.waiting import entries, present, record_play
from engine.preference.effort import consistency, efforts
from engine.state.studio import Studio


@pytest.fixture
def studio(shell):
    with Studio.open(shell.folder) as opened:
        yield opened


def verse(studio):
    return [
        each for each in entries([studio.song("meadow")]) if each.state.section.label == "verse"
    ]


def test_what_a_part_took(studio):
    first, second = verse(studio)[:2]
    present(studio, [first, second], "terminal", "evolve")
    present(studio, [first], "sound", "listen")
    record_play(studio, first, 4.0, "listen", alone=False)
    record_play(studio, second, 1.5, "listen", alone=False)
    compare(studio, [second.id], "least")
    decisions.reject(studio, second.id)
    decisions.approve(studio, first.id)
    present(studio, [first, second], "terminal", "review")  # after it: not what it took
    (part,) = efforts(studio, studio.songs().values())
    assert (part.candidate, part.stage, part.section, part.label) == (
        *(first.id, "chords", "verse", "verse"),
    )
    assert (part.shown, part.showings, part.plays, part.seconds_played) == (2, 3, 2, 5.5)
    assert part.decisions == 3
    assert part.wall_seconds >= 0


def test_the_next_part_of_a_place_counts_from_the_last(studio):
    first, second = verse(studio)[:2]
    present(studio, [first, second], "terminal", "evolve")
    decisions.approve(studio, first.id)
    decisions.approve(studio, second.id)
    one, other = efforts(studio, studio.songs().values())
    assert (one.shown, one.decisions) == (2, 1)
    assert (other.shown, other.decisions, other.wall_seconds) == (0, 1, None)
    assert other.label == "verse_2"


def test_what_a_rule_approves_took_nobody_anything(studio):
    decisions.approve(studio, verse(studio)[0].id, policy="compose")
    assert efforts(studio, studio.songs().values()) == []


def test_judging_again_what_is_shown_again(studio):
    first, second = verse(studio)[:2]
    songs = list(studio.songs().values())
    both = [first, second]
    present(studio, both, "terminal", "review")
    decisions.approve(studio, first.id)
    decisions.undo(studio, first.id)
    decisions.reject(studio, first.id)  # a slip: it wasn't shown in between
    compare(studio, [second.id], "more")
    found = consistency(studio, songs)
    assert (found.repeats, found.share, found.low) == (0, None, None)
    present(studio, both, "terminal", "review")
    decisions.approve(studio, first.id)
    decisions.approve(studio, second.id)
    found = consistency(studio, songs)
    assert (found.repeats, found.agreed, found.share) == (2, 1, 0.5)
    # Wilson's interval of 1 in 2 at 95 %, as tables have it.
    assert (found.low, found.high) == pytest.approx((0.0945, 0.9055), abs=1e-3)


def test_another_section_is_no_other_judgement(studio):
    first = verse(studio)[0]
    decisions.approve(studio, first.id)
    present(studio, [first], "terminal", "review")
    decisions.approve(studio, first.id, section="chorus")
    assert consistency(studio, studio.songs().values()).repeats == 0


def test_at_the_command_line(shell):
    assert "nothing is approved by you yet" in shell.do("effort")
    first = shell.candidates()[0]
    shell.do("approve", first)
    told = shell.json("effort", "--song", "meadow")
    assert [part["candidate"] for part in told["parts"]] == [first]
    assert told["consistency"]["repeats"] == 0
    out = shell.do("effort")
    assert "1 part: " in out
    assert "shown and judged again yet" in out
