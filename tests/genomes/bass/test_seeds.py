"""First lines: each style what it says, pools that differ, sparse as easy as busy."""

from collections import Counter

import numpy as np
import pytest

from genomes.bass import BASS
from genomes.bass.backing import Backing, kick_onsets_ticks
from genomes.bass.genome import check_bar
from genomes.bass.lines import (
    CYCLES,
    LEADING_LEADS,
    LEADING_STEPS,
    LINES,
    RIFF_STEPS,
    WALKING_LEADS,
    WALKING_STEPS,
)
from genomes.bass.rhythms import RHYTHMS
from genomes.bass.seeds import REGISTER_SHARES, TURNAROUND_TONES, bars_in_style, with_turnarounds
from genomes.bass.styles import STYLES
from genomes.bass.tones import TONES
from genomes.time import Meter
from tests.genomes.calls import render
from tests.genomes.contexts import over, song, with_drums
from tests.strategies import ODD_METERS, SONG_METERS

PLAIN_STYLES = ("whole_notes", "changes", "pulse", "root_fifth", "octaves", "arpeggio")


def pool(context, size=300, seed=1):
    rng = np.random.default_rng(seed)
    return [BASS.random(context, rng) for _ in range(size)]


def in_style(name, context, seed=0, count=30):
    rng = np.random.default_rng(seed)
    return [bars_in_style(STYLES[name], Backing.of(context), rng) for _ in range(count)]


def tones(bars):
    """What is played in all bars but the last, which may lead back."""
    return {pluck.tone for bar in bars[:-1] for pluck in bar}


def test_every_style_is_a_source_and_plain_ones_are_the_likeliest():
    counts = Counter(
        name for _, name in pool(song(stages=("chords", "drums"), kicks=(0, 960)), 800)
    )
    assert set(counts) == set(STYLES)
    assert sum(counts[name] for name in PLAIN_STYLES) > 0.4 * 800
    assert counts["walking"] < min(counts["whole_notes"], counts["octaves"])


def test_without_drums_nothing_follows_the_kick():
    made = pool(song())
    assert {name for _, name in made} == {n for n, s in STYLES.items() if not s.needs_drums}
    assert not any(genome.kick_lock for genome, _ in made)


def test_the_tables_name_what_there_is():
    for style in STYLES.values():
        assert set(style.rhythms) <= set(RHYTHMS)
        assert style.line in LINES
    steps = {step for cycles in CYCLES.values() for cycle in cycles for step in cycle}
    tables = (RIFF_STEPS, WALKING_STEPS, WALKING_LEADS, LEADING_STEPS, LEADING_LEADS)
    for table in tables:
        assert sum(table.values()) == pytest.approx(1)
    steps |= {step for table in tables for step in table}
    assert {tone for tone, _ in steps} | set(TURNAROUND_TONES) <= set(TONES)
    assert sum(REGISTER_SHARES) == pytest.approx(1)


@pytest.mark.parametrize(
    ("style", "played"),
    [
        ("whole_notes", {"root"}),
        ("changes", {"root"}),
        ("pulse", {"root"}),
        ("root_fifth", {"root", "fifth"}),
        ("octaves", {"root"}),
        ("arpeggio", {"root", "third", "fifth", "colour"}),
        ("pedal", {"tonic", "dominant"}),
    ],
)
def test_a_style_plays_its_tones(style, played):
    found = [tones(bars) for bars in in_style(style, over("C Am F G C Am F G"))]
    assert set().union(*found) == played


def test_whole_notes_and_changes_strike_what_they_say():
    context = over("C C Am F G C")
    for bars in in_style("whole_notes", context):
        assert all([p.cell for p in bar] == [0] for bar in bars[:-1])
    played = [[len(bar) for bar in bars[:-1]] for bars in in_style("changes", context)]
    assert [1, 0, 1, 1, 1] in played


def test_pedals_stay_through_the_changes():
    for bars in in_style("pedal", over("C Am F G")):
        assert len(tones(bars)) == 1


@pytest.mark.parametrize(
    ("style", "table"), [("walking", WALKING_LEADS), ("leading", LEADING_LEADS)]
)
def test_walking_and_leading_lines_lead_into_every_change(style, table):
    leads = {tone for tone, _ in table}
    walked = [bars for bars in in_style(style, over("C Am F G")) if len(bars[0]) > 1]
    assert walked
    assert all(
        bar[-1].tone in leads and bar[0].tone == "root" for bars in walked for bar in bars[:-1]
    )


@pytest.mark.parametrize("meter", [*SONG_METERS, *ODD_METERS], ids=str)
def test_a_turned_phrase_ends_otherwise_and_the_rest_of_it_stays(meter):
    scene = Backing.of(song(meter=str(meter), bars=7))
    rng = np.random.default_rng(4)
    for style in STYLES.values():
        bars = bars_in_style(style, scene, rng)
        made = with_turnarounds(bars, scene, 3, rng)
        others = [bar for bar in range(7) if bar not in {2, 5}]
        assert [made[bar] for bar in others] == [bars[bar] for bar in others]
        for before, after in ((bars[bar], made[bar]) for bar in (2, 5)):
            check_bar(after, scene.cells_per_bar)
            assert abs(len(after) - len(before)) <= 1
            assert after[: min(map(len, (before, after)))] == before[: len(after)]


def test_riffs_come_again():
    for bars in in_style("riff", over("C Am F G C Am F G")):
        assert bars[0] == bars[2] == bars[4]


def test_slash_basses_are_followed_by_some():
    feet = [tones(bars) for bars in in_style("whole_notes", over("C G/B Am F"))]
    assert {"bass"} in feet
    assert {"root"} in feet


def test_the_kick_is_followed():
    context = with_drums(over("C Am F G"), 0, 720, 1200)
    rng = np.random.default_rng(2)
    kicks = set(kick_onsets_ticks(context))
    made = [
        genome for genome, name in (BASS.random(context, rng) for _ in range(200)) if name == "kick"
    ]
    assert made
    for genome in made:
        part = render(genome, context)
        plain = [row[0] for row in part.notes.tolist() if row[3] >= genome.dynamic]
        assert np.mean([onset in kicks for onset in plain]) > 0.8


@pytest.mark.parametrize("meter", [*SONG_METERS, *ODD_METERS], ids=str)
def test_rhythms_are_places_of_their_bar(meter: Meter):
    context = song(meter=str(meter), bars=2, stages=("chords", "drums"))
    scene = Backing.of(context)
    rng = np.random.default_rng(3)
    for name, rhythm in RHYTHMS.items():
        places = list(rhythm(scene, 1, rng))
        assert places == sorted(set(places)), name
        assert set(places) <= set(range(scene.cells_per_bar)), name
        assert places or name == "none"
