from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evolution.niches import best_first
from engine.evolution.settings import Settings
from engine.evolution.survivors import (
    APART,
    FirstPoolFacts,
    choose_survivors,
    first_pool_facts,
    mutual_distances,
)
from engine.gate import decisions
from tests.engine.runs.populations import LINE, PLACES, TOTALS, crowds, individual
from tests.engine.runs.short_runs import begin, ending, evolved, generations

yardsticks = st.builds(FirstPoolFacts, st.just({}), PLACES, TOTALS)


def cells_of_crowd(crowd, width):
    """Cells of a width in sixteenths, as points on a line have them."""
    return {one.id: (int(one.genome.place * 16) // width,) for one in crowd}


@given(crowds(0), st.integers(1, 5), yardsticks, st.integers(0, 6), st.sampled_from((1, 4, 32)))
def test_survivors(crowd, keep, facts, decided_count, width):
    decided = {one.id for one in crowd[:decided_count]}
    ordered = [one for one in best_first(crowd) if one.id not in decided]
    cells = cells_of_crowd(crowd, width)
    chosen = choose_survivors(crowd, keep, facts, decided, LINE, cells)

    assert len(chosen) <= keep
    assert [one.id for one in chosen[:1]] == [one.id for one in ordered[:1]]
    assert [one for one in ordered if one in chosen] == chosen
    for one, other in combinations(chosen, 2):
        assert abs(one.genome.place - other.genome.place) >= APART[-1] * facts.median_distance
        assert one.genome.place != other.genome.place
    for one in chosen[1:]:
        assert one.total > facts.total_p95
        assert one.passes
    # As many are shown as without cells, and two of a cell only where there aren't enough cells.
    alone = choose_survivors(crowd, keep, facts, decided, LINE, dict.fromkeys(cells, (0,)))
    assert len(chosen) == len(alone)
    if len({cells[one.id] for one in chosen}) < len(chosen):
        assert chosen == alone


@given(crowds(0), st.integers(1, 5), yardsticks, st.sampled_from((1, 4, 32)))
def test_who_explores(crowd, keep, facts, width):
    """The last of three or more is one that the head is unsure of; everything else stays."""
    cells = cells_of_crowd(crowd, width)
    plain = choose_survivors(crowd, keep, facts, set(), LINE, cells)

    def doubts(individuals):
        return [one.genome.place for one in individuals]

    exploring = choose_survivors(crowd, keep, facts, set(), LINE, cells, doubts)
    if len(plain) < 3:
        assert exploring == plain
        return
    assert exploring[:-1] == plain[:-1]
    explorer = exploring[-1]
    assert explorer.passes
    assert explorer.total > facts.total_p95
    if cells[plain[-1].id] not in {cells[one.id] for one in plain[:-1]}:
        assert explorer.genome.place >= plain[-1].genome.place


TOGETHER = [individual(*each, 0.5) for each in (("a", 0.5), ("b", 0.7), ("c", 0.9))]
REFUSED_BY_THE_GATE = individual("a", 0.1, 0.9, passes=False)


@pytest.mark.parametrize(
    ("crowd", "keep", "median_distance", "chosen"),
    [
        ([individual(*each, 0.5) for each in (("b", 0.9), ("c", 0.1), ("a", 0.5))], 2, 0.3, "ab"),
        # Nearer ones are shown only where there aren't as many that lie apart.
        (TOGETHER, 2, 0.3, "ac"),
        (TOGETHER, 3, 0.3, "abc"),
        (TOGETHER, 3, 0.9, "a"),
        # Half of the first pool is alike, and equals are not shown twice all the same.
        ([individual(*each, 0.5) for each in (("a", 0.4), ("b", 0.4), ("c", 0.5))], 3, 0.0, "ac"),
        # What does not pass comes only where nothing does.
        ([REFUSED_BY_THE_GATE, individual("b", 0.9, 0.1)], 3, 0.2, "b"),
        ([REFUSED_BY_THE_GATE], 3, 0.2, "a"),
    ],
)
def test_who_survives(crowd, keep, median_distance, chosen):
    facts = FirstPoolFacts({}, median_distance, 0.0)
    cells = {one.id: (index,) for index, one in enumerate(crowd)}
    found = choose_survivors(crowd, keep, facts, set(), LINE, cells)
    assert "".join(one.id for one in found) == chosen


def test_the_facts_of_a_first_pool():
    crowd = [individual(f"i{i}", i / 10, total) for i, total in enumerate((0.0, 0.2, 0.4))]
    facts = first_pool_facts(crowd, LINE)
    assert facts.median_distance == pytest.approx(0.1)
    assert facts.total_p95 == pytest.approx(0.38)
    assert facts.spread == pytest.approx(
        {"t": np.std([0, 0.2, 0.4]), "total": np.std([0, 0.2, 0.4])}
    )
    assert first_pool_facts(crowd[:1], LINE).median_distance == 0
    assert mutual_distances(crowd[:2], LINE).tolist() == [[0, 0.1], [0.1, 0]]


def test_the_survivors_of_a_real_run_follow_from_its_log(studio):
    identifier = evolved(studio, settings=Settings(16, 6))
    end = ending(studio, identifier)
    run = begin(studio, settings=Settings(16, 6))
    run.pool.apply_all(generations(studio, identifier))
    everyone = run.pool.scored
    assert end.survivors[0].total == max(one.total for one in everyone.values())
    for survivor in end.survivors:
        bred = everyone[survivor.id]
        assert survivor.terms == bred.score.terms
        assert survivor.genome == bred.genome.to_payload()
        assert survivor.part == run.genomes.render(bred.genome, run.context).to_payload()
    first = [x.total for x in generations(studio, identifier)[0].offspring]
    assert end.first_pool.total_p95 == np.percentile(first, 95)


def test_all_survivors_decided_again_and_again(studio):
    """Every run brings new ones, and names those before that it met again."""
    seen: dict[str, str] = {}
    for _ in range(3):
        end = ending(studio, evolved(studio))
        assert end.already_decided == seen
        fresh = [survivor.id for survivor in end.survivors]
        assert fresh
        assert not seen.keys() & set(fresh)
        decisions.approve(studio, fresh[0])
        seen[fresh[0]] = "approved"
