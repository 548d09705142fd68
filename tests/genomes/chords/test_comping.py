"""Every way of playing, in every meter that can be read."""

from itertools import pairwise

import pytest

from genomes.chords.comping import (
    ALL,
    BASS,
    PATTERNS,
    PLAIN_PATTERNS,
    RUN,
    UPPER,
    pulses,
    run_order,
)
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.time import Meter
from tests.genomes.calls import render, replace
from tests.genomes.chords.conftest import progression
from tests.strategies import EVERY_METER

RUNS = [
    name
    for name, pattern in PATTERNS.items()
    if pattern.strokes(Meter(4, 4))[:1] and pattern.strokes(Meter(4, 4))[0].voices == RUN
]
BLOCKS = [name for name in PATTERNS if name not in RUNS]


def played(pattern, meter, text="I -"):
    bars = len(text.split())
    genome = progression(text, groups_per_bar=len(meter.groups), pattern=pattern)
    context = Context(Key.parse("C major"), meter, 100, Section("verse", bars))
    return render(genome, context)


def struck(part):
    """Pitches by onset."""
    found = {}
    for onset, _, pitch, _, _ in part.notes.tolist():
        found.setdefault(onset, []).append(pitch)
    return found


@pytest.mark.parametrize("name", PATTERNS)
def test_strokes_lie_in_order_inside_the_bar_and_all_but_held_chords_begin_it(name):
    for meter in EVERY_METER:
        strokes = PATTERNS[name].strokes(meter)
        onsets = [stroke.onset_ticks for stroke in strokes]
        assert onsets == sorted(set(onsets)), str(meter)
        assert all(0 <= onset < meter.bar_ticks for onset in onsets), str(meter)
        assert all(stroke.voices in {ALL, BASS, UPPER, RUN} for stroke in strokes)
        assert all(0 <= stroke.accent <= 1 for stroke in strokes)
        assert onsets[:1] == ([] if name == "held" else [0])


@pytest.mark.parametrize("name", PATTERNS)
def test_every_bar_is_heard_in_every_meter(name):
    for meter in EVERY_METER:
        part = played(name, meter)
        ends = part.notes["onset_ticks"] + part.notes["duration_ticks"]
        for start in (0, meter.bar_ticks):
            heard = (part.notes["onset_ticks"] < start + meter.bar_ticks) & (ends > start)
            assert heard.any(), str(meter)


@pytest.mark.parametrize("name", BLOCKS)
def test_the_whole_chord_is_heard_in_every_meter(name):
    for meter in EVERY_METER:
        part = played(name, meter)
        assert set((part.notes["pitch"] % 12).tolist()) == {0, 4, 7}, str(meter)


@pytest.mark.parametrize("name", RUNS)
def test_runs_play_one_note_at_a_time_and_reach_every_note(name):
    part = played(name, Meter(4, 4), "I - - -")
    assert all(len(pitches) == 1 for pitches in struck(part).values())
    assert set((part.notes["pitch"] % 12).tolist()) == {0, 4, 7}


def test_runs_go_where_their_names_say():
    up, down, wave = (
        [pitches[0] for _, pitches in sorted(struck(played(name, Meter(4, 4), "I")).items())]
        for name in ("run_up", "run_down", "run_wave")
    )
    assert up[:4] == sorted(up[:4])
    assert up[:4] == up[4:]
    assert down[:4] == up[3::-1]
    assert wave[:7] == [*up[:4], up[2], up[1], up[0]]


@pytest.mark.parametrize(
    ("name", "text", "pulses_struck"),
    [
        ("bars", "4/4", [0]),
        ("halves", "4/4", [0, 4]),
        ("halves", "6/8", [0, 3]),
        ("beats", "7/8", [0, 2, 4]),
        ("eighths", "7/8", [0, 1, 2, 3, 4, 5, 6]),
        ("offbeats", "4/4", [0, 1, 3, 5, 7]),
        ("offbeats", "7/8", [0, 1, 3, 5, 6]),
        ("push", "4/4", [0, 1, 5]),
        ("charleston", "4/4", [0, 3]),
        ("charleston", "7/8", [0, 3]),
    ],
)
def test_where_the_strokes_fall(name, text, pulses_struck):
    strokes = PATTERNS[name].strokes(Meter.parse(text))
    assert [stroke.onset_ticks // 240 for stroke in strokes] == pulses_struck


@pytest.mark.parametrize(
    ("run", "order"),
    [("up", (0, 1, 2, 3)), ("down", (3, 2, 1, 0)), ("wave", (0, 1, 2, 3, 2, 1))],
)
def test_the_order_of_runs(run, order):
    assert run_order(4, run) == order
    assert run_order(1, run) == (0,)
    assert set(run_order(5, run)) == set(range(5))


def test_a_run_begins_again_with_every_chord():
    part = played("run_up", Meter(7, 8), "I IV")
    first, second = (min(p for o, p in pairs) for pairs in _by_bar(part, 1680))
    onsets = struck(part)
    assert onsets[0] == [first]
    assert onsets[1680] == [second]


def _by_bar(part, bar_ticks):
    bars = {}
    for onset, _, pitch, _, _ in part.notes.tolist():
        bars.setdefault(onset // bar_ticks, []).append((onset, pitch))
    return bars.values()


def test_held_chords_are_struck_once_and_last():
    part = played("held", Meter(3, 4), "I - V -")
    assert sorted(struck(part)) == [0, 2 * 1440]
    assert set(part.notes["duration_ticks"].tolist()) == {2 * 1440}


@pytest.mark.parametrize(
    ("text", "voices"),
    [
        ("4/4", "bubu"),
        ("3/4", "buu"),
        ("6/8", "bu"),
        ("7/8", "buu"),
        ("5/4", "buubu"),
        ("1/4", "a"),
    ],
)
def test_bass_and_chord_take_turns(text, voices):
    strokes = PATTERNS["bass_chord"].strokes(Meter.parse(text))
    assert "".join(stroke.voices[0] for stroke in strokes) == voices


def test_a_chord_that_enters_on_a_weak_group_brings_its_bass():
    meter = Meter(3, 4)
    genome = progression("I", groups_per_bar=3, pattern="bass_chord")
    change = genome.bars[0].changes[0]
    entering = replace(change, group=1, function="IV", extension="triad", inversion=1)
    genome = genome.with_changes(0, (change, entering))
    part = render(genome, Context(Key.parse("C major"), meter, 100, Section("verse", 1)))
    assert min(struck(part)[480]) % 12 == 9  # the A of F/A
    assert len(struck(part)[0]) > 1  # and the chord before it has no time but for one stroke


def test_pulses_are_eighths_or_the_shorter_unit():
    assert [onset for onset, _ in pulses(Meter(3, 4))] == [0, 240, 480, 720, 960, 1200]
    assert len(pulses(Meter(7, 8))) == 7
    assert len(pulses(Meter(16, 16))) == 16
    for meter in EVERY_METER:
        onsets = [onset for onset, _ in pulses(meter)]
        assert len({b - a for a, b in pairwise([*onsets, meter.bar_ticks])}) == 1
        assert set(meter.group_onsets_ticks) <= set(onsets)


def test_plain_patterns_are_patterns():
    assert set(PLAIN_PATTERNS) < set(PATTERNS)
