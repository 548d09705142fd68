"""First melodies: their sources, their forms, and how full they are."""

from collections import Counter

import numpy as np
import pytest

from genomes.melody import MELODY
from genomes.melody.contours import CONTOURS, INTERVALS, WALK
from genomes.melody.form import FORMS, phrase_lengths
from genomes.melody.genes import DISSONANCE_TREATMENTS
from genomes.melody.seeds import SOURCES, TREATMENT_SHARES, seeded
from tests.genomes.calls import describe, render, replace
from tests.genomes.contexts import with_parts
from tests.genomes.melody.conftest import chorded, words
from tests.strategies import ODD_METERS, SONG_METERS

POOL = 300


def four(meter="4/4", energy=0.5, bars=8):
    return chorded(
        " ".join(["I", "IV", "V", "I", "vi", "IV", "V", "I"][:bars]), meter=meter, energy=energy
    )


@pytest.fixture(scope="module")
def pool():
    context, rng = four(), np.random.default_rng(1)
    return context, [MELODY.random(context, rng) for _ in range(POOL)]


def test_every_source_occurs_and_plain_ones_most(pool):
    counts = Counter(source for _, source in pool[1])
    assert set(counts) == set(SOURCES)
    assert counts["conversational"] > counts["pentatonic"]
    assert min(counts.values()) >= 5


def test_melodies_have_phrases_that_come_again(pool):
    """Most share material, and what comes again is hardly ever the same."""
    context, made = pool
    shared = [len(genome.materials) < len(genome.phrases) for genome, _ in made]
    assert np.mean(shared) > 0.8
    copies = []
    for genome, _ in made:
        described = describe(genome, context)["phrases"]
        texts = [(phrase["bars"], phrase["notes"]) for phrase in described]
        copies.append(len(set(texts)) < len(texts))
    assert np.mean(copies) < 0.35


@pytest.mark.parametrize("bars", [1, 2, 3, 5, 7, 8, 12, 16])
@pytest.mark.parametrize("tempo_bpm", [50, 100, 180])
def test_phrases_fill_any_number_of_bars(bars, tempo_bpm):
    context = replace(four(), tempo_bpm=tempo_bpm)
    context = replace(context, section=replace(context.section, bars=bars))
    for seed in range(10):
        lengths = phrase_lengths(context, np.random.default_rng(seed))
        assert sum(lengths) == bars
        assert min(lengths) >= 1


def test_a_phrase_to_a_line_of_words():
    context = replace(four(), lyrics=words("a b", "c", "d", "e"))
    assert phrase_lengths(context, np.random.default_rng(0)) == [2, 2, 2, 2]
    context = replace(context, lyrics=words("a", "b", "c"))
    assert phrase_lengths(context, np.random.default_rng(0)) == [2, 3, 3]


@pytest.mark.parametrize("meter", SONG_METERS + ODD_METERS, ids=str)
@pytest.mark.parametrize("source", SOURCES)
def test_every_source_sings_in_every_meter(source, meter):
    rng = np.random.default_rng(4)
    plain = replace(four(bars=1), meter=meter, parts=())
    for bars in (1, 5):
        context = with_parts(replace(plain, section=replace(plain.section, bars=bars)), rng)
        assert len(render(seeded(source, context, rng), context).notes)


@pytest.mark.parametrize("name", CONTOURS)
def test_contours_begin_anywhere_and_have_every_length(name):
    rng = np.random.default_rng(5)
    for count in (*range(1, 9), 30):
        assert len(CONTOURS[name](count, rng)) == count


def test_the_walk_is_a_table_of_shares():
    assert set(WALK) == set(INTERVALS)
    for row in WALK.values():
        assert sum(row) == pytest.approx(1)


def test_every_leaning_has_its_share():
    assert set(TREATMENT_SHARES) == set(DISSONANCE_TREATMENTS)
    assert sum(TREATMENT_SHARES.values()) == pytest.approx(1)


def test_an_arch_climbs_by_step():
    """As few notes as there are may leap by a third and no farther."""
    rng = np.random.default_rng(6)
    for count in range(2, 16):
        for _ in range(40):
            heights = CONTOURS["arch"](count, rng)
            assert max(heights) <= max(2, count)


def test_forms_have_a_letter_for_every_phrase():
    for count, forms in FORMS.items():
        assert all(len(form) == count and form[0] == "A" for form in forms)
