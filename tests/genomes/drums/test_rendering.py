"""Laws of every rendered part: whole bars, playable by one drummer, ghosts soft."""

import json
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from genomes.context import Section
from genomes.drums import DRUMS, DrumGenome
from genomes.drums.dynamics import DYNAMICS, SHAPES, bar_velocities, velocity
from genomes.drums.fills import CRASHES, FILLS
from genomes.drums.genome import Bar
from genomes.drums.rendering import GRACE_TICKS, bar_strokes, swing_of
from genomes.drums.voices import BY_NOTE, LEAST_GAP_SECONDS, VOICES
from genomes.grid import SIXTEENTH_TICKS
from genomes.time import Meter, seconds_per_tick
from tests.genomes.drums.conftest import (
    PLAIN,
    context_of,
    drums_in_context,
    groove,
    pattern,
    struck,
)
from tests.strategies import law

SLACK_SECONDS = 1e-9


def strokes(part):
    return [(onset, VOICES[BY_NOTE[note]]) for onset, _, note, _, _ in part.notes.tolist()]


@law
@given(drums_in_context())
def test_one_drummer_can_play_it(made):
    """Two hands and two feet, none faster than its limit, at any tempo and in any meter."""
    genome, context = made
    found = strokes(genome.render(context))
    tick = seconds_per_tick(context.tempo_bpm)
    for limb, gap in LEAST_GAP_SECONDS.items():
        at = [onset * tick for onset, voice in found if voice.limb == limb]
        limbs = 2 if limb == "hand" else 1
        assert all(b - a >= gap - SLACK_SECONDS for a, b in zip(at, at[limbs:], strict=False))
    for onset in {onset for onset, _ in found}:
        bodies = [voice.body for other, voice in found if other == onset]
        assert len(set(bodies)) == len(bodies)  # so no open hi-hat with a closed one


@law
@given(drums_in_context())
def test_one_body_is_struck_no_faster_than_a_roll(made):
    genome, context = made
    tick = seconds_per_tick(context.tempo_bpm)
    last = {}
    for onset, voice in strokes(genome.render(context)):
        if voice.body in last and onset - last[voice.body] != GRACE_TICKS:
            assert (onset - last[voice.body]) * tick >= 0.06 - SLACK_SECONDS
        last[voice.body] = onset


@law
@given(drums_in_context())
def test_whole_bars_of_short_percussion_and_never_silence(made):
    genome, context = made
    part = genome.render(context)
    assert part.length_ticks == context.length_ticks
    assert len(part.notes) > 0
    assert part.notes["is_drum"].all()
    assert 35 <= part.notes["pitch"].min() <= part.notes["pitch"].max() <= 81
    assert part.notes["duration_ticks"].max() <= SIXTEENTH_TICKS
    assert 0 <= part.swing <= 1


@law
@given(drums_in_context())
def test_no_note_is_struck_while_it_sounds(made):
    genome, context = made
    ends = {}
    for onset, duration, note, _, _ in genome.render(context).notes.tolist():
        assert ends.get(note, 0) <= onset
        ends[note] = onset + duration


@law
@given(drums_in_context())
def test_rendering_again_or_from_json_gives_the_same(made):
    genome, context = made
    read = DrumGenome.from_payload(json.loads(json.dumps(genome.to_payload())))
    assert read == genome
    assert hash(read) == hash(genome)
    assert read.render(context) == genome.render(context)


@law
@given(drums_in_context())
def test_the_description_is_plain_and_tells_every_bar(made):
    genome, context = made
    told = genome.describe(context)
    assert json.loads(json.dumps(told)) == told
    assert len(told["form"]) == len(told["fills"]) == context.section.bars
    for bar, letter in zip(genome.bars, told["form"], strict=True):
        assert told["patterns"][letter]["lines"] == dict(bar.pattern.lines)


def test_global_chance_is_left_alone(drum_pool):
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    rng = np.random.default_rng(4)
    for made in drum_pool[:30]:
        genome, _ = DRUMS.mutate(made.genome, made.context, rng)
        DRUMS.mate(genome, made.genome, made.context, rng).render(made.context)
    assert states == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002


@pytest.mark.parametrize("dynamic", DYNAMICS)
@pytest.mark.parametrize("shape", SHAPES)
def test_ghosts_are_soft_and_accents_loud_at_every_dynamic(dynamic, shape):
    for added in bar_velocities(shape, 8):
        ghost, normal, accent = (velocity(level, 0.1, dynamic, added) for level in "gxX")
        assert 1 <= ghost <= 65
        assert ghost < normal < accent <= 127


def test_every_ghost_of_a_pool_is_soft(drum_pool):
    found = 0
    for made in drum_pool:
        velocities = {(onset, note): v for onset, _, note, v, _ in made.part.notes.tolist()}
        for index, bar in enumerate(made.genome.bars):
            start, swing = index * made.context.meter.bar_ticks, swing_of(made.genome)
            drawn = bar_strokes(bar.pattern, bar.fill, bar.crash, made.genome.meter, swing)
            ghosts = [(start + onset, note) for onset, _, note, level, _ in drawn if level == "g"]
            heard = [velocities[ghost] for ghost in ghosts if ghost in velocities]
            assert max(heard, default=0) <= 65
            found += len(heard)
    assert found > 1000


@pytest.mark.parametrize("shape", SHAPES)
def test_not_every_bar_is_equally_loud(shape):
    part = groove(*[PLAIN] * 8, shape=shape).render(context_of(bars=8))
    bars = part.notes["onset_ticks"] // 1920
    means = [part.notes["velocity"][bars == bar].mean() for bar in range(8)]
    assert np.ptp(means) >= 3


def test_swing_is_written_and_heard():
    genome, context = groove(PLAIN, swing_percent=67), context_of(bars=1)
    part = genome.render(context)
    assert part.swing == 0.67
    hats = part.notes["onset_ticks"][part.notes["pitch"] == 42]
    assert hats.tolist()[:3] == [0, 294, 480]


def test_meters_without_whole_quarters_stay_straight():
    genome = groove({"kick": "x.x..........."}, meter="7/8", swing_percent=100)
    part = genome.render(context_of("7/8", bars=1))
    assert part.swing == 0
    assert part.notes["onset_ticks"].tolist() == [0, 240]


def test_triplets_are_swung_already():
    bar = Bar(pattern({"ride": "x.xx.xx.xx.x"}, "triplet"))
    part = groove(bar, swing_percent=100).render(context_of(bars=1))
    assert part.notes["onset_ticks"].tolist()[:4] == [0, 320, 480, 800]


def test_a_flam_has_a_soft_note_before_it():
    part = groove({"snare": "....f..........."}).render(context_of(bars=1))
    (grace, stroke) = part.notes.tolist()
    assert (grace[0], stroke[0]) == (480 - GRACE_TICKS, 480)
    assert grace[3] < 65 < stroke[3]
    assert grace[0] + grace[1] <= stroke[0]


def test_strokes_too_fast_for_a_hand_are_left_out_only_at_a_fast_tempo():
    genome = groove({"closed_hat": "x" * 16, "kick": "xx.............."})
    slow, fast = (genome.render(context_of(bars=1, tempo_bpm=bpm)) for bpm in (100, 300))
    assert len(slow.notes) == 18
    assert 4 <= len(fast.notes) < 18
    assert (fast.notes["pitch"] == 36).sum() == 1
    assert struck(fast) < struck(slow)


@pytest.mark.parametrize("meter", ["4/4", "7/8", "3/4", "6/8", "1/32", "1/1"])
@pytest.mark.parametrize("name", FILLS)
def test_a_fill_changes_the_end_of_its_bar_alone(name, meter):
    full = "x" * len(genome_cells(meter))
    bare = groove({"shaker": full}, {"shaker": full}, meter=meter)
    filled = replace(bare, bars=(bare.bars[0], replace(bare.bars[0], fill=name)))
    context = context_of(meter, bars=2, tempo_bpm=60)
    before, after = struck(bare.render(context)), struck(filled.render(context))
    bar_ticks = context.meter.bar_ticks
    changed = {onset for onset, _ in before ^ after}
    assert changed or len(full) == 1
    assert min(changed, default=bar_ticks) >= bar_ticks * (1 if len(full) == 1 else 1.4)


def genome_cells(meter):
    from genomes.grid import cells

    return cells(Meter.parse(meter))


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_falls_on_the_downbeat(crash):
    bar = Bar(pattern(PLAIN), crash=crash)
    part = groove(bar, PLAIN).render(context_of(bars=2))
    added = struck(part) - struck(groove(PLAIN, PLAIN).render(context_of(bars=2)))
    assert added == {(0, VOICES[crash].note)}


@pytest.mark.parametrize(
    "change", [{"meter": Meter(3, 4)}, {"section": Section("verse", 5)}], ids=["meter", "bars"]
)
def test_a_context_it_was_not_made_for_is_refused(change):
    context = context_of()
    genome, _ = DRUMS.random(context, np.random.default_rng(0))
    with pytest.raises(ValueError, match="made for"):
        genome.render(replace(context, **change))


def test_voices_are_general_midi_and_each_note_has_one():
    notes = [voice.note for voice in VOICES.values()]
    assert len(set(notes)) == len(notes)
    assert all(35 <= note <= 81 for note in notes)
    assert len(set(map(frozenset, pairwise(sorted(notes))))) == len(notes) - 1
