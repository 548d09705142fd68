"""Cards: one for each colour but White, inside the tables, overlapping."""

from __future__ import annotations

from importlib import resources

import msgspec
import numpy as np
import pytest

from fitness.colours import COLOUR_NAMES
from training.composed.cards import NAMES, cards, read_card
from training.composed.draws import choose, song_card
from training.composed.examples import PART_STAGES


def card_text(name: str) -> str:
    return (resources.files("training.composed") / "cards" / f"{name}.yml").read_text("utf-8")


def test_every_colour_but_white_has_a_card():
    assert tuple(cards()) == COLOUR_NAMES[:-1]


@pytest.mark.parametrize(
    ("wrong", "instead", "named"),
    [
        ("eighths: 6", "ninths: 6", "ninths"),
        ("eighths: 6", "eighths: 0", "above 0"),
        ("inverted: [0.0, 0.2]", "inverted: [0.3, 0.2]", "low, high"),
        ("register: {54: 4", "register: {55: 4", "55"),
        ("colour: Orange", "colour: Octarine", "Octarine"),
        ("colour: Orange", "color: Orange", "color"),
        ("colour: Orange", "colour: [", "orange.yml"),
    ],
)
def test_a_card_outside_the_tables_is_refused(wrong, instead, named):
    text = card_text("orange")
    assert wrong in text
    with pytest.raises(ValueError, match=named):
        read_card(text.replace(wrong, instead, 1), "orange.yml")


def test_no_card_speaks_of_what_belongs_to_the_song():
    fields = {name for card in NAMES for name in card.__struct_fields__}
    assert not fields & {"tempo", "meter", "key", "mode", "tempo_bpm", "bars", "singer"}


@pytest.mark.parametrize("stage", PART_STAGES)
def test_every_card_shares_most_of_its_fields_with_several_others(stage):
    for card in cards().values():
        own = getattr(card, stage)
        fields = NAMES[type(own)]
        near = [
            sum(bool(set(getattr(own, name)) & set(getattr(other, name))) for name in fields)
            for other in (getattr(known, stage) for known in cards().values())
            if other is not own
        ]
        assert min(near) > 0, card.colour
        assert sum(shared > len(fields) / 2 for shared in near) >= 3, card.colour


@pytest.mark.parametrize("stage", PART_STAGES)
def test_no_table_entry_belongs_to_one_colour_alone_everywhere(stage):
    """What only one card may do must be rare: a colour is a tendency, not a password."""
    kinds = [getattr(card, stage) for card in cards().values()]
    for field in NAMES[type(kinds[0])]:
        for card in kinds:
            weights = getattr(card, field)
            alone = [
                weight
                for name, weight in weights.items()
                if not any(name in getattr(other, field) for other in kinds if other is not card)
            ]
            assert sum(alone) <= 0.35 * sum(weights.values()), (field, weights)


def test_a_song_keeps_to_its_card_most_of_the_time():
    rng = np.random.default_rng(1)
    card = cards()["Green"]
    kept = []
    for _ in range(200):
        own = song_card(card, rng)
        for stage in PART_STAGES:
            drawn, known = getattr(own, stage), getattr(card, stage)
            for field, value in msgspec.structs.asdict(drawn).items():
                bounds = getattr(known, field)
                if isinstance(value, tuple):
                    kept.append(bounds[0] <= value[0] == value[1] <= bounds[1])
                else:
                    kept.append(set(value) <= set(bounds))
    assert 0.8 < np.mean(kept) < 1


def test_choices_follow_their_weights():
    rng = np.random.default_rng(2)
    drawn = [choose({"a": 3.0, "b": 1.0}, rng) for _ in range(2000)]
    assert drawn.count("a") / 2000 == pytest.approx(0.75, abs=0.03)
    assert choose({"only": 0.1}, rng) == "only"
