from __future__ import annotations

import pytest

from engine.errors import Refused
from engine.evolution.settings import MAX_SEED, Settings, checked_seed
from tests.engine.runs.short_runs import GREEN


@pytest.mark.parametrize("asked", [("--bars", "0"), ("--seed", "-1"), ("--section", "")])
def test_no_model_is_recorded_for_what_is_refused(refused, models, asked):
    assert refused("evolve", "--song", GREEN, "--model", models["fusion"], *asked)


def test_no_studio_is_made_for_what_is_refused(engine, tmp_path):
    folder = tmp_path / "none"
    said = engine("evolve", "--song", GREEN, "--population", "1", folder=folder)
    assert said.code == 2
    assert not folder.exists()


def test_messages_name_the_option_and_its_range(engine):
    for words, said in (
        (("--population", "3"), "--population 3: expected 4 to 5000"),
        (("--keep", "9", "--population", "8"), "--keep 9: expected 1 to 8"),
        (("--seed", "-1"), f"--seed -1: expected 0 to {MAX_SEED}"),
        (("--bars", "65"), "section of 65 bars: expected 1 to 64"),
        (("--stage", "kazoo"), "no stage 'kazoo'; stages are chords, drums, bass, melody, harmony"),
    ):
        assert engine("evolve", "--song", GREEN, *words).err == f"error: {said}\n"


@pytest.mark.parametrize(
    "asked",
    [
        {"population": 4, "generations": 0, "keep": 1},
        {"population": 4, "keep": 4},
        {"population": 5000, "generations": 1000, "keep": 5000},
        {"bred_per_child": 8, "open_share": 1.0},
    ],
)
def test_the_ends_of_the_ranges_are_in(asked):
    settings = Settings(**asked)
    assert settings.niches <= settings.population
    assert Settings.from_payload(settings.to_payload()) == settings


@pytest.mark.parametrize(
    ("name", "value", "outside"), [("bred_per_child", 2, (0, 9)), ("open_share", 0.5, (-0.1, 1.1))]
)
def test_settings_that_runs_once_lacked_are_said_where_they_are_used(name, value, outside):
    assert name not in Settings().to_payload()
    assert Settings(**{name: value}).to_payload()[name] == value
    for wrong in outside:
        with pytest.raises(Refused, match=f"--{name.replace('_', '-')} {wrong}: expected"):
            Settings(**{name: wrong})


def test_seeds():
    assert [checked_seed(seed) for seed in (0, MAX_SEED)] == [0, MAX_SEED]
    for seed in (-1, MAX_SEED + 1):
        with pytest.raises(Refused):
            checked_seed(seed)


@pytest.mark.parametrize("asked", [("--seed", "0"), ("--seed", str(MAX_SEED)), ()])
def test_the_seed_is_printed_and_kept(studio, engine, asked):
    small = ("--population", "4", "--generations", "0", "--bars", "1")
    said = engine("evolve", "--song", GREEN, "--no-model", *small, *asked)
    assert said.code == 0
    ((_, state),) = studio.runs().items()
    assert f"seed {state.seed}\n" in said.err
    assert not asked or state.seed == int(asked[1])
