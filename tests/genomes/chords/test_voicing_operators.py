"""The operators on how chords are voiced: the same chords, laid out otherwise."""

from itertools import pairwise

import numpy as np
import pytest

from genomes.chords import CHORDS
from genomes.chords.operators.voicing import (
    invert,
    move_register,
    respread,
    revoice,
    revoice_all,
)
from genomes.chords.voicing import pitches
from tests.genomes.calls import render, replace
from tests.genomes.contexts import spread_contexts


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(11)
    return [(CHORDS.random(context, rng)[0], context, rng) for context in spread_contexts(200, rng)]


def sounding(genome, change, context):
    tonic = context.key.tonic_pitch_class
    return pitches(genome.mode, tonic, change.chord, change.voicing, genome.register)


def movement(first, second):
    """Mean way from each note to the nearest of the other chord, both ways."""
    ways = [min(abs(a - b) for b in second) for a in first]
    ways += [min(abs(a - b) for b in first) for a in second]
    return sum(ways) / len(ways)


def without_layout(genome):
    """The progression with inversions and voicings taken out."""
    return [(i, c.group, c.chord.function, c.chord.extension) for i, c in genome.changes()]


def changed_places(before, after):
    pairs = zip(before.changes(), after.changes(), strict=True)
    return [index for index, (old, new) in enumerate(pairs) if old != new]


def test_revoice_never_moves_the_voices_further(made):
    nearer = 0
    for genome, context, rng in made:
        after = revoice(genome, context, rng)
        assert without_layout(after) == without_layout(genome)
        for index in changed_places(genome, after):
            before = sounding(genome, genome.changes()[index - 1][1], context)
            old, new = (sounding(g, g.changes()[index][1], context) for g in (genome, after))
            assert movement(before, new) < movement(before, old)
            nearer += 1
    assert nearer > 50


def test_revoice_changes_one_chord_at_most(made):
    assert all(len(changed_places(g, revoice(g, c, rng))) <= 1 for g, c, rng in made)


def test_revoice_all_leads_every_chord_from_the_one_before(made):
    smoother = 0
    for genome, context, rng in made:
        after = revoice_all(genome, context, rng)
        assert without_layout(after) == without_layout(genome)
        assert after.changes()[0] == genome.changes()[0]
        for (before, new), (_, old) in zip(
            pairwise(c for _, c in after.changes()), genome.changes()[1:], strict=True
        ):
            led, left = (
                movement(sounding(after, before, context), sounding(after, c, context))
                for c in (new, old)
            )
            assert led <= left
            smoother += led < left
    assert smoother > 200


def test_respread_gives_one_layout_to_one_chord_or_to_all(made):
    kinds = set()
    for genome, context, rng in made:
        after = respread(genome, context, rng)
        pairs = list(zip(genome.changes(), after.changes(), strict=True))
        spreads = {new.voicing.spread for (_, old), (_, new) in pairs if old != new}
        assert len(spreads) <= 1
        for (_, old), (_, new) in pairs:
            same = replace(new.voicing, spread=old.voicing.spread) == old.voicing
            assert same
            assert new.chord == old.chord
        if len(pairs) > 2:
            kinds.add(len(changed_places(genome, after)))
    assert {0, 1} < kinds


def test_invert_changes_the_bass_of_one_chord(made):
    inverted = 0
    for genome, context, rng in made:
        after = invert(genome, context, rng)
        assert without_layout(after) == without_layout(genome)
        for index in changed_places(genome, after):
            old, new = (sounding(g, g.changes()[index][1], context) for g in (genome, after))
            assert old[0] % 12 != new[0] % 12
            inverted += 1
        assert len(changed_places(genome, after)) <= 1
    assert inverted > 50


def test_move_register_moves_everything_and_changes_nothing_else(made):
    moved = []
    for genome, context, rng in made:
        after = move_register(genome, context, rng)
        assert replace(after, register=genome.register) == genome
        means = [render(g, context).notes["pitch"].mean() for g in (genome, after)]
        moved.append((after.register - genome.register) * (means[1] - means[0]) >= 0)
    assert sum(moved) / len(moved) > 0.9
