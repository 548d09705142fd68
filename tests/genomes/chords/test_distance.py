"""How different progressions are, against a slow and plain second writing of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.chords import CHORDS
from genomes.chords.genes import DYNAMICS
from genomes.chords.operators.voicing import invert, respread, revoice_all
from genomes.chords.similarity import CHANGES_SHARE, HARMONY_SHARE, PLAYING_SHARE
from genomes.chords.voicing import REGISTERS
from tests.genomes.chords.conftest import progression
from tests.strategies import chord_genomes, contexts, law


@st.composite
def families(draw, size=2):
    """Some genomes of one context, which may be relatives."""
    context = draw(contexts(max_bars=8))
    genomes = [draw(chord_genomes(context)) for _ in range(size)]
    if draw(st.booleans()):
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        genomes[-1] = CHORDS.mutate(genomes[0], context, rng)[0]
    return genomes, context


def plain_distance(first, second, context):
    """Harmony, changes and playing by their shares, from rendered chords, one group at a time."""
    grids = [_grid(genome.render(context).harmony, context) for genome in (first, second)]
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
    playing = np.mean(
        [a.pattern != b.pattern for a, b in zip(first.bars, second.bars, strict=True)]
    )
    return HARMONY_SHARE * nearest + CHANGES_SHARE * changes + PLAYING_SHARE * playing


def _jaccard(first, second):
    return 1 - len(first & second) / len(first | second)


def _grid(harmony, context):
    """For every beat group: the pitch classes that hold, and whether the chord begins there."""
    cells = []
    for bar in range(context.section.bars):
        for onset in context.meter.group_onsets_ticks:
            tick = bar * context.meter.bar_ticks + onset
            span = next(s for s in harmony if s.onset_ticks <= tick < s.end_ticks)
            cells.append((set(span.pitch_classes), span.onset_ticks == tick))
    return cells


@law
@given(families())
def test_agrees_with_the_plain_writing(family):
    (first, second), context = family
    assert first.distance(second) == pytest.approx(plain_distance(first, second, context))


def test_harmony_weighs_most_and_the_shares_are_a_whole():
    assert pytest.approx(1) == HARMONY_SHARE + CHANGES_SHARE + PLAYING_SHARE
    assert HARMONY_SHARE > 0.5 > CHANGES_SHARE + PLAYING_SHARE > 0


@law
@given(families())
def test_nothing_to_itself_symmetric_and_within_0_and_1(family):
    (first, second), _ = family
    assert first.distance(first) == 0
    assert first.distance(second) == second.distance(first)
    assert 0 <= first.distance(second) <= 1


@law
@given(families(size=4))
def test_the_matrix_holds_the_pairwise_distances(family):
    genomes, _ = family
    matrix = CHORDS.distances(genomes[:3], genomes)
    assert matrix.shape == (3, 4)
    assert matrix.tolist() == [[row.distance(column) for column in genomes] for row in genomes[:3]]


@law
@given(families(size=1), st.sampled_from(REGISTERS), st.sampled_from(DYNAMICS), st.integers(0, 99))
def test_register_dynamic_and_voicing_are_no_distance(family, register, dynamic, seed):
    (genome,), context = family
    rng = np.random.default_rng(seed)
    other = replace(genome, register=register, dynamic=dynamic)
    for operator in (invert, respread, revoice_all):
        other = operator(other, context, rng)
    assert genome.distance(other) == 0


@pytest.mark.parametrize(
    ("first", "second", "mode"),
    [
        ("I IV I V", "IV bVII IV I", "major"),  # a fourth higher
        ("I IV I V", "V I V V/V", "major"),  # a fifth higher
        ("i VI i VII", "iv bII iv III", "minor"),  # a fourth higher
    ],
)
def test_transposing_a_progression_is_no_distance(first, second, mode):
    assert progression(first, mode).distance(progression(second, mode)) == 0


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
    assert 0 < progression("I V vi IV").distance(progression(text)) < HARMONY_SHARE


def test_other_playing_is_a_distance_and_smaller_than_other_harmony():
    genome = progression("I V vi IV")
    replayed = progression("I V vi IV", pattern="run_up")
    assert genome.distance(replayed) == pytest.approx(PLAYING_SHARE)
    assert genome.distance(replayed) < genome.distance(progression("I bVI I bII"))


def test_one_changed_chord_is_nearer_than_two():
    genome = progression("I V vi IV")
    one, two = progression("I V vi ii"), progression("I iii vi ii")
    assert genome.distance(one) < genome.distance(two)


def test_distances_vary_within_a_pool(c_major):
    rng = np.random.default_rng(13)
    genomes = [CHORDS.random(c_major, rng)[0] for _ in range(40)]
    distances = CHORDS.distances(genomes, genomes)[np.triu_indices(40, 1)]
    assert distances.std() > 0.05
    assert (distances > 0).mean() > 0.99
