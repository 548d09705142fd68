"""Parts laid end to end: each must be measured as if it were alone, to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fitness.features import MEASURED_AT_ONCE, feature_matrix
from fitness.part_batch import PartBatch, entropies
from genomes import Meter, Part, TempoMap
from tests.strategies import meters, parts

numbers = st.lists(st.integers(0, 127), max_size=40)
pools = st.lists(parts() | parts(drums=True), min_size=1, max_size=6)


@given(pools, meters())
def test_neighbours_change_nothing(pool: list[Part], meter: Meter) -> None:
    alone = np.concatenate([feature_matrix([part], meter) for part in pool])
    assert feature_matrix(pool, meter).tobytes() == alone.tobytes()


def test_more_than_are_measured_at_once() -> None:
    pool = [Part.of([(0, 480, 30 + n, 80)], 1920) for n in range(MEASURED_AT_ONCE + 3)]
    alone = np.concatenate([feature_matrix([part]) for part in pool])
    assert feature_matrix(pool).tobytes() == alone.tobytes()


@given(st.lists(numbers, min_size=1, max_size=5))
def test_statistics_are_those_of_numpy_to_the_bit(lists: list[list[int]]) -> None:
    view = PartBatch([Part.of([], 0)] * len(lists), Meter(4, 4), TempoMap.constant(120))
    owners = np.repeat(np.arange(len(lists)), [len(values) for values in lists])
    for kind in (np.int64, np.uint8):
        joined = np.array([value for values in lists for value in values], dtype=kind)
        means = [np.mean(values) if values else 0.0 for values in lists]
        deviations = [np.std(values) if values else 0.0 for values in lists]
        assert view.means(joined, owners).tolist() == means
        assert view.deviations(joined, owners).tolist() == deviations


def test_the_entropy_of_one_kind_is_plain_zero() -> None:
    found = entropies(np.array([[0, 4, 0], [0, 0, 0], [2, 2, 0]]))
    assert found.tolist() == [0, 0, 1]
    assert not np.signbit(found).any()
