from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.evolution import breeding
from engine.evolution.breeding import Breeder, ask
from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from engine.ids import candidate_id
from fitness.total import Score
from genomes import Context, Key, Meter, Part, Section
from genomes.chords import CHORDS, ChordGenome
from tests.engine.runs.short_runs import begin, evolved, generations

CONTEXT = Context(Key.parse("F# minor"), Meter(7, 8), 84.0, Section("verse", 4))
BREEDER = Breeder("chords", CHORDS, CONTEXT, (), Settings(40, 3), 1)


def pool():
    children, _ = ask(BREEDER, [], (), 0)
    return [
        Individual(child.id, child.genome, Score({"t": 0.5}, 0.5), 0) for child in children[:10]
    ]


def test_every_id_stands_for_the_rendered_part(studio):
    identifier = evolved(studio)
    context = begin(studio).context
    seen: set[str] = set()
    for generation in generations(studio, identifier):
        for child in generation.offspring:
            part = CHORDS.render(ChordGenome.from_payload(child.genome), context)
            assert child.id == candidate_id("chords", context, (), part)
            assert child.id not in seen
            assert set(child.parents) <= seen
            seen.add(child.id)
        assert set(generation.population) <= seen


def test_an_id_is_one_piece_of_music_for_ever():
    part = CHORDS.render(CHORDS.random(CONTEXT, np.random.default_rng(1))[0], CONTEXT)
    here = candidate_id("chords", CONTEXT, (), part)
    elsewhere = replace(CONTEXT, section=Section("chorus", 4, 0.9))
    enharmonic = replace(CONTEXT, key=Key.parse("Gb minor"))
    for context in (elsewhere, enharmonic):
        assert candidate_id("chords", context, (), part) == here
    assert len(here) == 20
    others = {
        candidate_id("bass", CONTEXT, (), part),
        candidate_id("chords", replace(CONTEXT, key=Key.parse("G minor")), (), part),
        candidate_id("chords", replace(CONTEXT, key=Key.parse("F# dorian")), (), part),
        candidate_id("chords", replace(CONTEXT, meter=Meter(7, 4)), (), part),
        candidate_id("chords", replace(CONTEXT, tempo_bpm=85.0), (), part),
        candidate_id("chords", CONTEXT, ("parent",), part),
        candidate_id("chords", CONTEXT, (), Part(part.notes[1:], part.length_ticks)),
        candidate_id("chords", CONTEXT, (), Part(part.notes, part.length_ticks + 480)),
    }
    assert len(others | {here}) == 9


def test_what_was_scored_is_not_bred_again():
    children, discarded = ask(BREEDER, [], (), 0)
    assert discarded == 0
    known = {child.id for child in children}
    again, discarded = ask(BREEDER, [], known, 0)
    assert not known & {child.id for child in again}
    assert len(again) + discarded == BREEDER.settings.population


def test_a_place_stays_empty_when_only_known_music_comes_up(monkeypatch):
    class Stubborn:
        def random(self, context, rng):
            del rng
            return CHORDS.random(context, np.random.default_rng(0))[0], "stubborn"

        mutate = mate = random
        render = CHORDS.render

    stubborn: Any = Stubborn()
    children, discarded = ask(replace(BREEDER, genomes=stubborn), [], (), 0)
    assert [child.operator for child in children] == ["stubborn"]
    assert discarded == 39
    monkeypatch.setattr(breeding, "MAX_TRIES", 0)
    assert ask(BREEDER, [], (), 0) == ([], 40)


def test_places_are_bred_independently():
    """So a larger population begins with the smaller one."""
    larger, _ = ask(replace(BREEDER, settings=Settings(60, 3)), [], (), 0)
    smaller, _ = ask(BREEDER, [], (), 0)
    assert [child.id for child in larger[:40]] == [child.id for child in smaller]


def test_shares_of_fresh_ones_and_of_mating():
    def operators(**shares):
        breeder = replace(BREEDER, settings=Settings(40, 3, **shares))
        children, _ = ask(breeder, [pool()], (), 1)
        return [(len(child.parents), child.operator) for child in children]

    assert {parents for parents, _ in operators(fresh_share=1.0)} == {0}
    assert {parents for parents, _ in operators(fresh_share=0.0, mate_share=0.0)} == {1}
    mated = operators(fresh_share=0.0, mate_share=1.0)
    assert {parents for parents, _ in mated} == {2}
    assert all(operator.startswith("mate+") for _, operator in mated)


def test_every_niche_is_as_likely_whatever_its_size():
    everyone = pool()
    breeder = replace(BREEDER, settings=Settings(200, 3, fresh_share=0.0, mate_share=0.0))
    children, _ = ask(breeder, [everyone[:1], everyone[1:]], (), 1)
    alone = sum(child.parents == (everyone[0].id,) for child in children)
    assert 70 < alone < 130


def test_the_better_ones_have_more_children():
    everyone = [
        Individual(one.id, one.genome, Score({"t": i / 10}, i / 10, i != 9), 0)
        for i, one in enumerate(pool())
    ]
    breeder = replace(BREEDER, settings=Settings(200, 3, fresh_share=0.0, mate_share=0.0))
    children, _ = ask(breeder, [everyone], (), 1)
    counts = [sum(child.parents == (one.id,) for child in children) for one in everyone]
    assert max(counts) == counts[8]
    # The last has the best total, but the model doesn't know it as music.
    assert counts[9] <= min(counts[5:9])


@pytest.mark.parametrize("generation", [0, 1, 2**31])
def test_the_same_place_is_the_same_child(generation):
    parents = [pool()] if generation else []
    once = ask(BREEDER, parents, (), generation)
    assert [child.id for child in once[0]] == [
        child.id for child in ask(BREEDER, parents, (), generation)[0]
    ]


def test_of_several_bred_for_a_child_the_most_promising_is_scored():
    def promise(part):
        return -float(part.notes["pitch"].mean())

    several = replace(BREEDER, settings=Settings(40, 3, bred_per_child=4), promise=promise)
    lower, _ = ask(several, [], (), 0)
    first, _ = ask(BREEDER, [], (), 0)
    assert len({child.id for child in lower}) == len(lower) == len(first)
    pairs = list(zip(lower, first, strict=True))
    # Among those bred for a place is the one that would have been it; unless it was taken.
    assert sum(promise(a.part) >= promise(b.part) for a, b in pairs) >= 38
    assert sum(promise(a.part) > promise(b.part) for a, b in pairs) >= 20
    alike, _ = ask(replace(several, promise=lambda _: 0.0), [], (), 0)
    assert [child.id for child in alike] == [child.id for child in first]


def test_a_share_of_the_parents_is_of_the_whole_population():
    everyone = pool()
    settings = Settings(200, 3, fresh_share=0.0, mate_share=0.0, open_share=0.5, tournament=1)
    breeder = replace(BREEDER, settings=settings)
    children, _ = ask(breeder, [everyone[:1]], (), 1, everyone)
    alone = sum(child.parents == (everyone[0].id,) for child in children)
    assert 90 < alone < 130  # half of its niche, and a tenth of the other half
    closed = replace(breeder, settings=replace(settings, open_share=0.0))
    children, _ = ask(closed, [everyone[:1]], (), 1, everyone)
    assert {child.parents for child in children} == {(everyone[0].id,)}
