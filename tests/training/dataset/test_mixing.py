"""Laws of tracks that are heard together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fitness.excerpts import Excerpt, excerpt_features
from fitness.roll import rolls
from genomes.notes import Part
from genomes.time import Meter, TempoMap
from tests.strategies import law
from training.dataset.catalogue import at_tempo, faster, mix_of

FIVE_EIGHT = Meter(5, 8)
BAR = FIVE_EIGHT.bar_ticks

notes = st.lists(
    st.tuples(
        st.integers(0, 3 * BAR), st.integers(1, BAR - 1), st.integers(30, 90), st.integers(1, 127)
    ),
    min_size=1,
    max_size=8,
)
parts = st.builds(lambda rows, drum: Part.of(rows, 4 * BAR, is_drum=drum), notes, st.booleans())
tempo_maps = st.lists(
    st.tuples(st.integers(1, 4 * BAR), st.integers(200_000, 1_500_000)), max_size=3
).map(lambda changes: TempoMap.from_changes(changes, 480))


def heard(part: Part, tempo_map: TempoMap) -> Excerpt:
    return Excerpt(part, tempo_map, FIVE_EIGHT)


@law
@given(st.lists(parts, min_size=1, max_size=4), tempo_maps)
def test_a_mix_is_the_scorers_roll_of_all_notes(tracks: list[Part], tempo_map: TempoMap):
    mix = mix_of([heard(part, tempo_map) for part in tracks])
    rows = np.concatenate([part.notes for part in tracks])
    whole = Part.of(rows, 4 * BAR)
    assert np.array_equal(rolls([mix.part], mix.tempo_map), rolls([whole], tempo_map))
    assert np.array_equal(
        excerpt_features([mix])[0], excerpt_features([heard(whole, tempo_map)])[0]
    )


def test_a_mix_is_not_the_louder_of_its_rolls():
    held = Part.of([(0, 1920, 60, 80)], 1920)
    struck = Part.of([(960, 480, 60, 80)], 1920)
    tempo_map = TempoMap.constant(120)
    one, other, mix = (
        rolls([part], tempo_map)[0, 0]
        for part in (
            held,
            struck,
            mix_of([Excerpt(held, tempo_map), Excerpt(struck, tempo_map)]).part,
        )
    )
    assert not np.array_equal(np.maximum(one, other), mix)
    assert mix[60, 9] == 0  # the second strike ends the first


@law
@given(parts, tempo_maps, tempo_maps)
def test_another_tempo_leaves_every_note_at_its_second(part: Part, own: TempoMap, other: TempoMap):
    moved = at_tempo(heard(part, own), other)
    before = np.sort(own.seconds(part.notes["onset_ticks"]))
    after = np.sort(other.seconds(moved.notes["onset_ticks"]))
    slowest_tick = 1.5e6 / 1e6 / 480
    assert np.abs(before - after).max() <= slowest_tick
    assert len(moved.notes) == len(part.notes)


@law
@given(parts, tempo_maps, st.floats(0.8, 1.25))
def test_faster_plays_the_same_notes_sooner(part: Part, tempo_map: TempoMap, factor: float):
    quick = faster(heard(part, tempo_map), factor)
    assert quick.part is part
    assert np.allclose(
        quick.tempo_map.seconds([4 * BAR]) * factor, tempo_map.seconds([4 * BAR]), rtol=1e-5
    )
