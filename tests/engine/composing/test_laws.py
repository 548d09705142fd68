"""Laws of what a composition weighs: distances, contrasts, joins, and which lineages are kept."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.composing.contrast import contrast, contrasts, mean_contrast, smoothness
from engine.composing.lineages import Member, best_distinct
from genomes.chords import CHORDS
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.time import Meter
from tests.engine.composing.compositions import lineage, member

CONTEXT = Context(Key.parse("D minor"), Meter(4, 4), 120, Section("verse", 2))
TOTALS = st.floats(-1, 2) | st.none()
KEEP = st.integers(1, 5)


def _chords(seed):
    genome, _ = CHORDS.random(CONTEXT, np.random.default_rng(seed))
    return Member(f"chords{seed}", "chords", 0.5, genome, CHORDS.render(genome, CONTEXT))


CHORD_MEMBERS = [_chords(seed) for seed in range(12)]


@st.composite
def lineages(draw, name="a"):
    """Chords, and often a melody of the same length."""
    chords = draw(st.sampled_from(CHORD_MEMBERS))
    pitches = draw(st.lists(st.integers(30, 90), max_size=8))
    total = draw(TOTALS)
    length = CHORD_MEMBERS[0].part.length_ticks
    melody = member(f"melody{name}", pitches=pitches, total=total, length_ticks=length)
    return lineage(*([chords, melody] if draw(st.booleans()) else [chords]), section=name)


@st.composite
def companies(draw, names="abcdefgh"):
    """Up to eight lineages of one section, each with an end of its own."""
    count = draw(st.integers(0, len(names)))
    return [
        lineage(draw(st.sampled_from(CHORD_MEMBERS)), member(name, total=draw(TOTALS)))
        for name in names[:count]
    ]


@given(lineages("a"), lineages("b"))
def test_distance(one, other):
    assert 0 <= one.distance(other) <= 1
    assert one.distance(other) == pytest.approx(other.distance(one))
    assert one.distance(one) == 0


def test_what_cannot_be_compared_differs_wholly():
    mine, longer = member("a"), member("b", length_ticks=3840)
    drums = member("c", stage="drums")
    for other in (longer, drums, member("d")):
        assert lineage(mine).distance(lineage(other)) == 1
    chords = CHORD_MEMBERS[:2]
    apart = lineage(chords[0]).distance(lineage(chords[1]))
    assert 0 < apart < 1
    same, another = lineage(chords[0], mine), lineage(chords[0], member("e"))
    assert same.distance(another) == pytest.approx(0.5)


@given(companies(), KEEP, companies("uvw"))
def test_the_best_that_differ(company, keep, others):
    chosen = best_distinct(company, keep, others)
    leaves = [each.leaf for each in chosen]
    assert len(leaves) == len(set(leaves)) == min(keep, len(company))
    assert set(leaves) <= {each.leaf for each in company}
    assert [each.leaf for each in best_distinct(company[::-1], keep, others)] == leaves
    far = median([a.distance(b) for a, b in combinations(company, 2)] or [0.0])
    free = [each for each in company if all(each.distance(other) >= far for other in others)]
    if chosen:
        assert chosen[0].total == max(each.total for each in free or company)


def test_one_that_is_far_comes_before_one_that_is_better():
    """Of four, two and two alike, the best of each kind is kept."""
    near, far = CHORD_MEMBERS[0], CHORD_MEMBERS[1]
    crowd = [
        lineage(chords, member(name, total=total))
        for name, chords, total in (
            ("best", near, 0.9), ("second", near, 0.8), ("third", far, 0.7), ("last", far, 0.6),
        )
    ]  # fmt: skip
    assert [each.leaf for each in best_distinct(crowd, 2, [])] == ["best", "third"]
    assert [each.leaf for each in best_distinct(crowd, 3, [])] == ["best", "third", "second"]


def test_one_that_is_near_another_section_comes_last():
    better, worse = replace(CHORD_MEMBERS[0], total=0.9), CHORD_MEMBERS[1]
    crowd = [lineage(better), lineage(worse)]
    chorus = [lineage(replace(better, candidate="another"), section="chorus")]
    assert best_distinct(crowd, 1, [])[0].leaf == better.candidate
    assert best_distinct(crowd, 1, chorus)[0].leaf == worse.candidate


def test_totals_of_parts_made_by_hand_are_left_out():
    assert lineage(member("a", total=0.4), member("b", total=None)).total == 0.4
    assert lineage(member("a", total=None)).total == 0


@given(lineages("a"), lineages("b"))
def test_contrast(one, other):
    found = contrast(one, other)
    assert found == contrast(other, one)
    for value in (found.progression, found.density, found.register, found.mean):
        assert 0 <= value <= 1
    itself = contrast(one, one)
    assert (itself.progression, itself.density, itself.register) == (0, 0, 0)


def test_contrast_measures_what_it_says():
    low = lineage(member("a", "chords", [48]), section="verse")
    high = lineage(member("b", "chords", [60, 60]), section="chorus")
    third = lineage(member("c", "chords", [54]), section="bridge")
    found = contrast(low, high)
    assert (found.density, found.register) == (1, 1)
    assert contrast(low, third).register == pytest.approx(0.5)
    assert contrast(low, third).density == 0
    pairs = contrasts([low, high, third])
    assert list(pairs) == ["verse-chorus", "verse-bridge", "chorus-bridge"]
    mean = sum(each.mean for each in pairs.values()) / 3
    assert mean_contrast([low, high, third]) == pytest.approx(mean)
    assert mean_contrast([low]) == 0
    assert found.to_json() == {"progression": 1.0, "density": 1.0, "register": 1.0}


def test_drums_have_no_register():
    plain = lineage(member("a", "chords", [48, 48]))
    drummed = lineage(member("b", "chords", [48]), member("c", "drums", [80]))
    assert contrast(plain, drummed).register == 0


@pytest.mark.parametrize(
    ("pitches", "smooth"),
    [
        (([60], [60]), 1.0),
        (([60, 64], [60]), 1.0),  # a third
        (([60], [70]), 0.5),
        (([60], [76]), 0.0),
        (([60], [90]), 0.0),
        (([60], [70], [70]), 0.75),
        (([60],), 1.0),
        (([60], [], [90]), 1.0),  # silence costs nothing
    ],
)
def test_smoothness(pitches, smooth):
    song = [lineage(member(str(n), pitches=each)) for n, each in enumerate(pitches)]
    assert smoothness(song) == pytest.approx(smooth)


@given(st.lists(lineages(), max_size=5))
def test_smoothness_lies_between_0_and_1(song):
    assert 0 <= smoothness(song) <= 1
