"""First genomes: their sources, the templates, and how sparse or busy they are."""

import numpy as np
import pytest

from genomes.drums import DRUMS, every_template, render_template, templates_for
from genomes.drums.fills import FILLS
from genomes.drums.seeds import SOURCES
from genomes.drums.templates import ENERGIES, energy_name, template_genome, template_patterns
from genomes.drums.timekeeping import keeps_time
from genomes.drums.voices import BACK, LOW, VOICES
from genomes.genres import DEFAULT_FAMILIES, FAMILIES, families_of
from genomes.time import Meter
from tests.genomes.calls import describe, render, replace
from tests.genomes.contexts import context_of
from tests.strategies import ODD_METERS, SONG_METERS


def density(part):
    return len(set(part.notes["onset_ticks"].tolist())) / (part.length_ticks / 480)


def test_every_source_is_drawn_and_named():
    rng, context = np.random.default_rng(2), context_of()
    assert {DRUMS.random(context, rng)[1] for _ in range(60)} == set(SOURCES)


@pytest.mark.parametrize(
    ("genres", "swing"),
    [((), 0), (("dark ambient", "rock"), 0), (("jazz",), 1), (("hip-hop",), 0.33)],
)
def test_the_swing_is_that_of_the_genres(genres, swing):
    rng, context = np.random.default_rng(1), context_of(genres=genres)
    played = [render(DRUMS.random(context, rng)[0], context) for _ in range(40)]
    assert {part.swing for part in played} == {swing}


def test_drums_swing_as_what_is_approved():
    rng, context = np.random.default_rng(1), context_of()
    part = replace(render(DRUMS.random(context, rng)[0], context), swing=0.67)
    swinging = replace(context, parts=(("bass", part),))
    assert {render(DRUMS.random(swinging, rng)[0], swinging).swing for _ in range(20)} == {0.67}


@pytest.mark.parametrize("energy", [0.2, 0.5, 0.8])
def test_a_kit_has_a_kick_and_the_backbeat_of_its_genres(energy):
    for genres, has_backbeat in ((("rock",), True), (("ambient",), False)):
        context = context_of(genres=genres, energy=energy)
        made = [DRUMS.random(context, np.random.default_rng(seed)) for seed in range(60)]
        for genome in (genome for genome, source in made if source == "kit"):
            roles = {VOICES[voice].role for voice in genome.voices}
            assert LOW in roles
            assert (BACK in roles) == has_backbeat


@pytest.mark.parametrize("meter", ["4/4", "7/8", "12/8"])
def test_most_first_genomes_of_rock_keep_time_and_some_do_not(meter):
    context = context_of(meter=meter, genres=("rock",), bars=8)
    shares = []
    for seed in range(120):
        genome, _ = DRUMS.random(context, np.random.default_rng(seed))
        shares.append(np.mean([keeps_time(bar.pattern, context.meter) for bar in genome.bars]))
    assert 0.65 < np.mean(shares) < 0.9


GENRES = {
    "americana": {"americana"},
    "Can": {"krautrock"},
    "dark ambient": {"ambient"},
    "neo-classical, post-rock": {"classical", "rock", "post_rock"},
    "hip-hop / R&B": {"breakbeat"},
    "breakfast": set(DEFAULT_FAMILIES),
    "gas station sushi": set(DEFAULT_FAMILIES),
    "Popcorn": set(DEFAULT_FAMILIES),
    "post-punk": {"rock"},
    "KOSMISCHE musik": {"krautrock"},
}


@pytest.mark.parametrize("genre", GENRES)
def test_genres_are_read_by_whole_words(genre):
    assert set(families_of((genre,))[0]) == GENRES[genre]


def test_families_are_united_and_a_default_is_told():
    assert families_of(("jazz", "folk", "jazz")) == (("folk", "jazz"), True)
    assert families_of(()) == (DEFAULT_FAMILIES, False)
    assert families_of(("sushi",)) == (DEFAULT_FAMILIES, False)
    context = context_of(genres=("sushi",))
    told = describe(DRUMS.random(context, np.random.default_rng(0))[0], context)
    assert told["genres_known"] is False
    assert told["genre_families"] == list(DEFAULT_FAMILIES)


def test_words_do_not_run_together_over_two_genres():
    assert families_of(("hip", "hop")) == (DEFAULT_FAMILIES, False)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("energy", [0.0, 0.34, 0.35, 0.5, 0.65, 1.0])
def test_templates_are_of_the_energy_first_and_its_neighbours_then(family, energy):
    found = templates_for((FAMILIES[family][0],), energy)
    wanted = ENERGIES.index(energy_name(energy))
    steps = [abs(ENERGIES.index(template.energy) - wanted) for template in found]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert max(steps) <= 1


def test_there_are_many_templates_and_each_is_of_known_things():
    every = every_template()
    assert len({template.name for template in every}) == len(every) >= 25
    for template in every:
        assert set(template.families) <= set(FAMILIES)
        assert set(template.fills) <= {"", *FILLS}
        assert set(template.form) <= {"-", *(letter for letter, _ in template.recipes)}
    for energy in ENERGIES:
        assert sum(template.energy == energy for template in every) >= 8


@pytest.mark.parametrize("template", every_template(), ids=lambda template: template.name)
def test_every_template_plays_in_every_meter(template):
    for meter in SONG_METERS + ODD_METERS:
        part = render_template(template, meter, 90, bars=4)
        assert part.length_ticks == 4 * meter.bar_ticks
        assert len(part.notes) > 0
        assert part.notes["is_drum"].all()


@pytest.mark.parametrize("meter", ["4/4", "7/8", "3/4", "6/8"])
def test_templates_differ_from_each_other(meter):
    genomes = [template_genome(t, Meter.parse(meter), 8) for t in every_template()]
    apart = DRUMS.distances(genomes, genomes) + np.eye(len(genomes))
    assert apart.min() > 0


@pytest.mark.parametrize("meter", ["4/4", "7/8", "5/4", "11/8", "9/8"])
def test_busier_templates_are_of_higher_energy(meter):
    means = [
        np.mean(
            [
                density(render_template(t, Meter.parse(meter), 100))
                for t in every_template()
                if t.energy == energy
            ]
        )
        for energy in ENERGIES
    ]
    assert means == sorted(means)


def test_what_may_be_left_out_comes_and_goes_by_chance():
    template = next(t for t in every_template() if t.name == "cross_stick")
    drawn = {
        template_patterns(template, Meter(4, 4), np.random.default_rng(seed))["A"].line(
            "closed_hat"
        )
        for seed in range(30)
    }
    assert drawn == {"x...x...x...x...", "x.g.x.g.x.g.x.g."}
    assert template_patterns(template, Meter(4, 4))["A"].line("closed_hat") == "x...x...x...x..."
