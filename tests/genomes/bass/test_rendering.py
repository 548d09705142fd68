"""How long, how loud and when notes are played, and how they meet the kick."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.bass import BassGenome
from genomes.bass.backing import REACH_TICKS, kick_onsets_ticks, moved_to_kicks
from genomes.bass.genome import GATES, LEVELS, Pluck
from genomes.notes import Part
from tests.genomes.bass.conftest import PLAYED, line, notes_of
from tests.genomes.calls import describe, render, replace
from tests.genomes.contexts import with_drums
from tests.genomes.stages import genomes_in_context


def test_a_note_rings_until_the_next_over_the_bar_line(plain):
    rows = notes_of(line("0:root 12:fifth | 8:root | |"), plain)
    assert [(onset, duration) for onset, duration, _ in rows] == [
        (0, 1440),
        (1440, 480 + 960),
        (2880, 7680 - 2880),
    ]


def test_a_length_is_in_cells_and_never_into_the_next_note(plain):
    rows = notes_of(line("0:root/2 2:root/8 4:root/8 | | |"), plain)
    assert [duration for _, duration, _ in rows] == [240, 240, 960]


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_shortens_every_note(plain, gate):
    rows = notes_of(line("0:root 8:root | | |", gate=gate), plain)
    assert rows[0][1] == round(960 * GATES[gate])


def test_levels_and_accents_are_heard(plain):
    bar = tuple(Pluck(cell, "root", level=level) for cell, level in enumerate(LEVELS, start=1))
    genome = BassGenome(16, (bar, (), (), ()), **PLAYED)
    velocities = render(genome, plain).notes["velocity"].tolist()
    assert velocities == sorted(velocities)
    assert len(set(velocities)) == len(LEVELS)
    beats = render(line("0:root 4:root 8:root 9:root | | |"), plain).notes["velocity"].tolist()
    assert beats[0] > beats[2] > beats[1] > beats[3]


def test_the_line_swings_with_the_drums(plain):
    genome = line("0:root 2:root 4:root | | |")
    onsets = [row[0] for row in notes_of(genome, with_drums(plain, 0, swing=1.0))]
    assert onsets == [0, 320, 480]


def test_a_locked_line_meets_the_kick(plain):
    genome = line("0:root 4:fifth 8:root 14:fifth | | |", kick_lock=True)
    drums = with_drums(plain, 0, 600, 1200)
    assert [row[0] for row in notes_of(genome, drums)] == [0, 600, 1200, 1680]
    assert [row[0] for row in notes_of(genome, plain)] == [0, 480, 960, 1680]
    free = replace(genome, kick_lock=False)
    assert [row[0] for row in notes_of(free, drums)] == [0, 480, 960, 1680]


def test_only_kicks_are_kicks(plain):
    rows = [(0, 1, 35, 90), (480, 1, 38, 90), (960, 1, 36, 90), (960, 1, 42, 90)]
    drums = Part.of(rows, plain.length_ticks, is_drum=True)
    assert kick_onsets_ticks(replace(plain, parts=(*plain.parts, ("drums", drums)))) == (0, 960)
    assert kick_onsets_ticks(plain) == ()


@given(
    st.sets(st.integers(0, 3839), min_size=1, max_size=20).map(sorted),
    st.sets(st.integers(0, 3839), max_size=20).map(sorted),
)
def test_meeting_keeps_order_bars_and_reach(onsets, kicks):
    found = moved_to_kicks(onsets, kicks, 1920)
    assert len(found) == len(onsets)
    assert all(a < b for a, b in pairwise(found))
    for onset, moved in zip(onsets, found, strict=True):
        assert moved == onset or moved in kicks
        assert abs(moved - onset) <= REACH_TICKS
        assert moved // 1920 == onset // 1920


def test_a_line_needs_chords(plain):
    with pytest.raises(ValueError, match="no chords"):
        render(line("0:root | | |"), replace(plain, parts=()))


@given(genomes_in_context("bass"))
def test_every_pluck_is_one_note_and_is_told(made):
    genome, context = made
    assert len(render(genome, context).notes) == len(genome.plucks())
    told = describe(genome, context)
    assert sum(map(len, told["notes"])) == len(genome.plucks())
    assert [len(bar) for bar in told["tones"]] == [len(bar) for bar in genome.bars]


def test_the_description_reads_like_music(plain):
    told = describe(line("0:root 12:half_above | 0:root 8:root+ | 0:bass |"), plain)
    assert told["notes"] == [["C2", "Bb1"], ["A1", "A2"], ["A1"], []]
    assert told["tones"] == [["root", "half_above"], ["root", "root up"], ["bass"], []]
    assert told["gate"] == "legato"
