"""How different two genomes are: what holds for every stage, then stage by stage."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.bass import similarity as bass_shares
from genomes.bass.genome import GATES
from genomes.chords import similarity as chord_shares
from genomes.drums import similarity as drum_shares
from genomes.drums.voices import VOICES
from genomes.grid import cells, in_quarters
from genomes.harmony import HARMONY
from genomes.harmony import similarity as harmony_shares
from genomes.harmony.genome import TEXTURES, Layer, textures_of
from tests.genomes.bass.conftest import line
from tests.genomes.calls import distance, render, replace
from tests.genomes.chords.conftest import progression
from tests.genomes.contexts import context_of
from tests.genomes.drums.conftest import PLAIN, groove
from tests.genomes.harmony.songs import supported
from tests.genomes.stages import STAGES, contexts_for, every_stage, genomes_in_context, pool
from tests.strategies import rngs


@every_stage
@given(data=st.data())
def test_nothing_to_itself_symmetric_within_0_and_1_and_as_pairs(name, data):
    stage = STAGES[name]
    context, rng = data.draw(contexts_for(name)), data.draw(rngs())
    family = [stage.evolved(context, rng, steps) for steps in (0, 2, 4)]
    family.append(stage.genomes.mutate(family[0], context, rng)[0])
    matrix = stage.genomes.distances(family[:3], family)
    assert matrix.shape == (3, 4)
    assert matrix == pytest.approx(stage.genomes.distances(family, family[:3]).T)
    assert (np.diag(matrix) == 0).all()
    assert ((matrix >= 0) & (matrix <= 1)).all()
    pairs = [[distance(row, column) for column in family] for row in family[:3]]
    assert matrix == pytest.approx(np.array(pairs))


@every_stage
@given(data=st.data())
def test_transposing_revoicing_and_loudness_are_no_distance(name, data):
    genome, context = data.draw(genomes_in_context(name))
    other = STAGES[name].alike(genome, context, data.draw(rngs()))
    assert distance(genome, other) == pytest.approx(0, abs=1e-6)


@every_stage
def test_the_same_music_is_often_another_genome(name):
    """Guards the guard: what is said to be alike is not the same genome."""
    rng = np.random.default_rng(5)
    others = [STAGES[name].alike(made.genome, made.context, rng) for made in pool(name)]
    assert np.mean([a != b.genome for a, b in zip(others, pool(name), strict=True)]) > 0.5


@every_stage
def test_distances_vary_within_a_pool(name):
    stage, rng = STAGES[name], np.random.default_rng(13)
    context = stage.placed(context_of(bars=8), rng)
    genomes = [stage.genomes.random(context, rng)[0] for _ in range(40)]
    pairs = stage.genomes.distances(genomes, genomes)[np.triu_indices(40, 1)]
    assert pairs.std() > 0.05
    assert (pairs > 0).mean() > 0.97


@every_stage
def test_a_mutant_is_mostly_nearer_than_another_genome(name):
    stage, rng = STAGES[name], np.random.default_rng(2)
    nearer = []
    for made in pool(name):
        mutant, _ = stage.genomes.mutate(made.other, made.context, rng)
        nearer.append(distance(made.other, mutant) <= distance(made.other, made.genome))
    assert np.mean(nearer) > 0.8


@every_stage
def test_the_shares_of_a_distance_are_a_whole(name):
    similarity = vars(import_module(f"genomes.{name}.similarity"))
    shares = [value for word, value in similarity.items() if word.endswith("_SHARE")]
    assert len(shares) > 1
    assert sum(shares) == pytest.approx(1)


def _jaccard(first, second):
    return 1 - len(first & second) / len(first | second) if first | second else 0.0


def plain_chords_distance(first, second, context):
    """Harmony, changes and playing by their shares, from rendered chords, one group at a time."""
    grids = [_chord_grid(render(genome, context).harmony, context) for genome in (first, second)]
    nearest = min(
        np.mean(
            [
                _jaccard(a, {(pc + up) % 12 for pc in b})
                for (a, _), (b, _) in zip(*grids, strict=True)
            ]
        )
        for up in range(12)
    )
    changes = np.mean([a != b for (_, a), (_, b) in zip(*grids, strict=True)])
    ways = [_ways_of_playing(genome) for genome in (first, second)]
    playing = np.mean([a != b for a, b in zip(*ways, strict=True)])
    return (
        chord_shares.HARMONY_SHARE * nearest
        + chord_shares.CHANGES_SHARE * changes
        + chord_shares.PLAYING_SHARE * playing
    )


def _ways_of_playing(genome):
    """For every beat group its figure, or the pattern of its bar."""
    groups = range(genome.groups_per_bar)
    bars = list(zip(genome.bars, genome.comping_by_bar(), strict=True))
    return [how.figures[g] if how.figures else bar.pattern for bar, how in bars for g in groups]


def _chord_grid(harmony, context):
    """For every beat group: the pitch classes that hold, and whether the chord begins there."""
    cells = []
    for bar in range(context.section.bars):
        for onset in context.meter.group_onsets_ticks:
            tick = bar * context.meter.bar_ticks + onset
            span = next(s for s in harmony if s.onset_ticks <= tick < s.end_ticks)
            cells.append((set(span.pitch_classes), span.onset_ticks == tick))
    return cells


def plain_drums_distance(first, second, _context):
    """Strokes, rhythm, voices and feel, one bar at a time."""
    bars = [[_strokes(genome, i) for i in range(len(genome.bars))] for genome in (first, second)]
    strokes = np.mean([_jaccard(a, b) for a, b in zip(*bars, strict=True)])
    rhythm = np.mean(
        [_jaccard({s[0] for s in a}, {s[0] for s in b}) for a, b in zip(*bars, strict=True)]
    )
    voices = [
        {v for i in range(len(genome.bars)) for v in genome.played(i).voices}
        for genome in (first, second)
    ]
    swings = in_quarters(first.meter)
    feel = swings * abs(first.swing_percent - second.swing_percent) / 100
    return (
        drum_shares.STROKES_SHARE * strokes
        + drum_shares.RHYTHM_SHARE * rhythm
        + drum_shares.VOICES_SHARE * _jaccard(*voices)
        + drum_shares.FEEL_SHARE * feel
    )


def _strokes(genome, index):
    """Where, before any swing, which role is struck."""
    played = genome.played(index)
    onsets = [cell.onset_ticks for cell in cells(genome.meter, played.division)]
    return {
        (onsets[cell], VOICES[voice].role)
        for voice, line in played.lines
        for cell, letter in enumerate(line)
        if letter != "."
    }


def plain_bass_distance(first, second, _context):
    """The shares, one cell at a time."""
    onsets, sounding = zip(*map(_bass_cells, (first, second)), strict=True)
    rhythm = 1 - len(onsets[0] & onsets[1]) / len(onsets[0] | onsets[1])
    tones = np.mean([a != b for a, b in zip(*sounding, strict=True)])
    gates = abs(GATES[first.gate] - GATES[second.gate]) / (
        max(GATES.values()) - min(GATES.values())
    )
    return (
        bass_shares.RHYTHM_SHARE * rhythm
        + bass_shares.TONES_SHARE * tones
        + bass_shares.GATE_SHARE * gates
    )


def _bass_cells(genome):
    plucks = {bar * genome.cells_per_bar + p.cell: p for bar, p in genome.plucks()}
    sounding, pluck, age = [], None, 0
    for cell in range(len(genome.bars) * genome.cells_per_bar):
        pluck, age = (plucks[cell], 0) if cell in plucks else (pluck, age + 1)
        stopped = pluck is None or (pluck.length and age >= pluck.length)
        sounding.append(None if stopped else (pluck.tone, pluck.octave))
    return set(plucks), sounding


PLAINLY = {
    "chords": plain_chords_distance,
    "drums": plain_drums_distance,
    "bass": plain_bass_distance,
}


@pytest.mark.parametrize("name", PLAINLY)
def test_distances_agree_with_a_slow_and_plain_writing(name):
    for made in pool(name):
        slow = PLAINLY[name](made.genome, made.other, made.context)
        assert distance(made.genome, made.other) == pytest.approx(slow)


def test_harmony_weighs_most():
    assert chord_shares.HARMONY_SHARE > 0.5
    assert min(chord_shares.CHANGES_SHARE, chord_shares.PLAYING_SHARE) > 0


@pytest.mark.parametrize(
    ("first", "second", "mode"),
    [
        ("I IV I V", "IV bVII IV I", "major"),  # a fourth higher
        ("I IV I V", "V I V V/V", "major"),  # a fifth higher
        ("i VI i VII", "iv bII iv III", "minor"),  # a fourth higher
    ],
)
def test_transposing_a_progression_is_no_distance(first, second, mode):
    assert distance(progression(first, mode), progression(second, mode)) == 0


DIFFERENT = {
    "another chord": "I V vi ii",
    "another quality": "I V vi iv",
    "a seventh more": "I V vi IV:7",
    "another order": "I vi V IV",
    "one chord held": "I V vi -",
    "one change repeated": "I I vi IV",
}


@pytest.mark.parametrize("text", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_other_chords_are_a_distance(text):
    assert 0 < distance(progression("I V vi IV"), progression(text)) < chord_shares.HARMONY_SHARE


def test_other_playing_is_a_distance_and_smaller_than_other_harmony():
    genome = progression("I V vi IV")
    replayed = progression("I V vi IV", pattern="run_up")
    assert distance(genome, replayed) == pytest.approx(chord_shares.PLAYING_SHARE)
    assert distance(genome, replayed) < distance(genome, progression("I bVI I bII"))


def test_levels_of_drums_are_no_distance():
    softer = {voice: line.replace("X", "g") for voice, line in PLAIN.items()}
    assert distance(groove(PLAIN), groove(softer)) == 0


# A genome, and genomes that differ from it more and more.
MORE_AND_MORE = {
    "chords": [progression(text) for text in ("I V vi IV", "I V vi ii", "I iii vi ii")],
    "drums": [
        groove(PLAIN),
        groove({**PLAIN, "kick": "X.....x.x......."}),
        groove({"kick": "X...............", "rim": "........X......."}),
    ],
    "bass": [
        line("0:root 8:root | 0:root 8:root"),
        line("0:root 8:fifth | 0:root 8:root"),
        line("0:root 8:fifth | 0:root 8:fifth"),
        line("2:fifth 6:third | 5:fifth 8:third", gate="staccato"),
    ],
}


@pytest.mark.parametrize("name", MORE_AND_MORE)
def test_more_change_is_more_distance(name):
    first, *others = MORE_AND_MORE[name]
    found = [0.0, *(distance(first, other) for other in others), 1.0]
    assert found == sorted(set(found))


def test_another_texture_in_the_same_rhythm_is_a_distance():
    context = supported()
    rng = np.random.default_rng(4)
    genome = next(
        made
        for made, _ in (HARMONY.random(context, rng) for _ in range(200))
        if {name for bar in made.bars for name in textures_of(bar)} == {"line"}
    )
    bars = tuple(tuple(Layer("echo", layer.tones) for layer in bar) for bar in genome.bars)
    assert set(TEXTURES) > {"line", "echo"}
    found = distance(genome, replace(genome, bars=bars))
    assert found == pytest.approx(harmony_shares.TEXTURE_SHARE)
