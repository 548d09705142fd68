"""Laws of every rendered part: whole bars, playable by one drummer, ghosts soft."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from genomes.drums.dynamics import DYNAMICS, SHAPES, bar_velocities, velocity
from genomes.drums.fills import CRASHES, FILLS
from genomes.drums.genome import Bar
from genomes.drums.rendering import GRACE_TICKS, bar_strokes, swing_of
from genomes.drums.voices import BY_NOTE, LEAST_GAP_SECONDS, VOICES
from genomes.grid import SIXTEENTH_TICKS, cells
from genomes.time import Meter, seconds_per_tick
from tests.genomes.calls import describe, render, replace
from tests.genomes.contexts import context_of
from tests.genomes.drums.conftest import PLAIN, groove, pattern, struck
from tests.genomes.stages import genomes_in_context, pool

SLACK_SECONDS = 1e-9


def strokes(part):
    return [(onset, VOICES[BY_NOTE[note]]) for onset, _, note, _, _ in part.notes.tolist()]


@given(genomes_in_context("drums"))
def test_one_drummer_can_play_it(made):
    """Two hands and two feet, none faster than its limit, at any tempo and in any meter."""
    genome, context = made
    part = render(genome, context)
    assert part.notes["duration_ticks"].max() <= SIXTEENTH_TICKS
    found = strokes(part)
    tick = seconds_per_tick(context.tempo_bpm)
    for limb, gap in LEAST_GAP_SECONDS.items():
        at = [onset * tick for onset, voice in found if voice.limb == limb]
        limbs = 2 if limb == "hand" else 1
        assert all(b - a >= gap - SLACK_SECONDS for a, b in zip(at, at[limbs:], strict=False))
    for onset in {onset for onset, _ in found}:
        bodies = [voice.body for other, voice in found if other == onset]
        assert len(set(bodies)) == len(bodies)  # so no open hi-hat with a closed one


@given(genomes_in_context("drums"))
def test_one_body_is_struck_no_faster_than_a_roll(made):
    genome, context = made
    tick = seconds_per_tick(context.tempo_bpm)
    last = {}
    for onset, voice in strokes(render(genome, context)):
        if voice.body in last and onset - last[voice.body] != GRACE_TICKS:
            assert (onset - last[voice.body]) * tick >= 0.06 - SLACK_SECONDS
        last[voice.body] = onset


@given(genomes_in_context("drums"))
def test_the_description_is_plain_and_tells_every_bar(made):
    genome, context = made
    told = describe(genome, context)
    assert json.loads(json.dumps(told)) == told
    assert len(told["form"]) == len(told["fills"]) == context.section.bars
    for bar, letter in zip(genome.bars, told["form"], strict=True):
        assert told["patterns"][letter]["lines"] == dict(bar.pattern.lines)


@pytest.mark.parametrize("dynamic", DYNAMICS)
@pytest.mark.parametrize("shape", SHAPES)
def test_ghosts_are_soft_and_accents_loud_at_every_dynamic(dynamic, shape):
    for added in bar_velocities(shape, 8):
        ghost, normal, accent = (velocity(level, 0.1, dynamic, added) for level in "gxX")
        assert 1 <= ghost <= 65
        assert ghost < normal < accent <= 127


def test_every_ghost_of_a_pool_is_soft():
    found = 0
    for made in pool("drums"):
        velocities = {(onset, note): v for onset, _, note, v, _ in made.part.notes.tolist()}
        for index, bar in enumerate(made.genome.bars):
            start, swing = index * made.context.meter.bar_ticks, swing_of(made.genome)
            drawn = bar_strokes(bar.pattern, bar.fill, bar.crash, made.genome.meter, swing)
            ghosts = [(start + onset, note) for onset, _, note, level, _ in drawn if level == "g"]
            heard = [velocities[ghost] for ghost in ghosts if ghost in velocities]
            assert max(heard, default=0) <= 65
            found += len(heard)
    assert found > 300


@pytest.mark.parametrize("shape", SHAPES)
def test_not_every_bar_is_equally_loud(shape):
    part = render(groove(*[PLAIN] * 8, shape=shape), context_of(bars=8))
    bars = part.notes["onset_ticks"] // 1920
    means = [part.notes["velocity"][bars == bar].mean() for bar in range(8)]
    assert np.ptp(means) >= 3


def test_swing_is_written_and_heard():
    genome, context = groove(PLAIN, swing_percent=67), context_of(bars=1)
    part = render(genome, context)
    assert part.swing == 0.67
    hats = part.notes["onset_ticks"][part.notes["pitch"] == 42]
    assert hats.tolist()[:3] == [0, 294, 480]


def test_meters_without_whole_quarters_stay_straight():
    genome = groove({"kick": "x.x..........."}, meter="7/8", swing_percent=100)
    part = render(genome, context_of(meter="7/8", bars=1))
    assert part.swing == 0
    assert part.notes["onset_ticks"].tolist() == [0, 240]


def test_triplets_are_swung_already():
    bar = Bar(pattern({"ride": "x.xx.xx.xx.x"}, "triplet"))
    part = render(groove(bar, swing_percent=100), context_of(bars=1))
    assert part.notes["onset_ticks"].tolist()[:4] == [0, 320, 480, 800]


def test_a_flam_has_a_soft_note_before_it():
    part = render(groove({"snare": "....f..........."}), context_of(bars=1))
    (grace, stroke) = part.notes.tolist()
    assert (grace[0], stroke[0]) == (480 - GRACE_TICKS, 480)
    assert grace[3] < 65 < stroke[3]
    assert grace[0] + grace[1] <= stroke[0]


def test_strokes_too_fast_for_a_hand_are_left_out_only_at_a_fast_tempo():
    genome = groove({"closed_hat": "x" * 16, "kick": "xx.............."})
    slow, fast = (render(genome, context_of(bars=1, tempo_bpm=bpm)) for bpm in (100, 300))
    assert len(slow.notes) == 18
    assert 4 <= len(fast.notes) < 18
    assert (fast.notes["pitch"] == 36).sum() == 1
    assert struck(fast) < struck(slow)


@pytest.mark.parametrize("meter", ["4/4", "7/8", "3/4", "6/8", "1/32", "1/1"])
@pytest.mark.parametrize("name", FILLS)
def test_a_fill_changes_the_end_of_its_bar_alone(name, meter):
    full = "x" * len(cells(Meter.parse(meter)))
    bare = groove({"shaker": full}, {"shaker": full}, meter=meter)
    filled = replace(bare, bars=(bare.bars[0], replace(bare.bars[0], fill=name)))
    context = context_of(meter=meter, bars=2, tempo_bpm=60)
    before, after = struck(render(bare, context)), struck(render(filled, context))
    bar_ticks = context.meter.bar_ticks
    changed = {onset for onset, _ in before ^ after}
    assert changed or len(full) == 1
    assert min(changed, default=bar_ticks) >= bar_ticks * (1 if len(full) == 1 else 1.4)


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_falls_on_the_downbeat(crash):
    bar = Bar(pattern(PLAIN), crash=crash)
    part = render(groove(bar, PLAIN), context_of(bars=2))
    added = struck(part) - struck(render(groove(PLAIN, PLAIN), context_of(bars=2)))
    assert added == {(0, VOICES[crash].note)}


def test_voices_are_general_midi_and_each_note_has_one():
    notes = [voice.note for voice in VOICES.values()]
    assert len(set(notes)) == len(notes)
    assert all(35 <= note <= 81 for note in notes)
    assert len(set(map(frozenset, pairwise(sorted(notes))))) == len(notes) - 1
