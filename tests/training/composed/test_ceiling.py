"""The reader of the cards: its laws on cards made by hand, and that it sees what there is."""

from __future__ import annotations

import hashlib
import inspect
import re
from math import comb, exp, log

import msgspec
import numpy as np
import pytest

from fitness.colours import COLOUR_NAMES
from training.composed import ceiling, draws, rhythm_section, voices
from training.composed.cards import Card, cards
from training.composed.ceiling import (
    CARD_OF_STAGE,
    FIELDS,
    NUMBERS,
    READERS,
    Field,
    chances_log_likelihood,
    choices_log_likelihood,
    log_likelihoods,
    measure,
    number_log_likelihood,
    song_seen,
    together,
    value_of,
    with_other_cards,
)
from training.composed.compose import compose_parts
from training.composed.draws import (
    CONCENTRATION,
    OTHER_CARD_CHANCE,
    SECTIONS,
    Draw,
    RecordingGenerator,
    choose,
    draw_context,
    song_card,
)
from training.composed.songs import compose_sections

STAGE_OF_CARD = {card.__name__.removesuffix("Card"): stage for stage, card in CARD_OF_STAGE.items()}
EVERY_FIELD = {field for group in FIELDS.values() for field in group}

# The notes of one song of each colour, as they were when the first model was trained: a model
# measured again must find its own catalogue.
COMPOSED = "b95c128b5750cd1d00c175a86685d8701b46439b5d21d4e7c07f03975cab37ba"


def names(*answers: str, among: tuple[str, ...] = ()) -> list[Draw]:
    return [Draw({}, answer, among) for answer in answers]


def happenings(happened: int, trials: int) -> list[Draw]:
    return [Draw((0.0, 0.0), index < happened) for index in range(trials)]


def with_other_names(card: Card) -> Card:
    """The same weights, of names that the card does not know."""
    stages = {}
    for stage in FIELDS:
        own = getattr(card, stage)
        weights = {
            name: {f"not {entry}": weight for entry, weight in value.items()}
            for name, value in msgspec.structs.asdict(own).items()
            if isinstance(value, dict)
        }
        stages[stage] = msgspec.structs.replace(own, **weights)
    return msgspec.structs.replace(card, **stages)


def drawn_around(card: Card) -> dict[Field, list[Draw]]:
    """A few choices of every name of every weighted field."""
    return {
        field: [Draw({}, name) for name in value_of(card, field)] * 3
        for field in EVERY_FIELD
        if isinstance(value_of(card, field), dict)
    }


class TestChoices:
    def test_three_choices_by_hand(self):
        """Shares 3 to 1 of a closeness of 5: a, b, a by Pólya's urn."""
        a, b = 3 * CONCENTRATION / 4, CONCENTRATION / 4
        by_hand = a / CONCENTRATION * b / (CONCENTRATION + 1) * (a + 1) / (CONCENTRATION + 2)
        found = choices_log_likelihood({"a": 6.0, "b": 2.0}, names("a", "b", "a"))
        assert exp(found) == pytest.approx(by_hand)

    def test_it_is_the_mean_over_drawn_weights(self):
        weights = {"a": 3.0, "b": 1.0, "c": 2.0}
        shares = np.array(list(weights.values())) / 6
        p = np.random.default_rng(1).dirichlet(CONCENTRATION * shares, 200_000)
        for answers in ("aab", "cccc", "abc"):
            drawn = np.prod([p[:, "abc".index(name)] for name in answers], axis=0)
            found = exp(choices_log_likelihood(weights, names(*answers)))
            assert found == pytest.approx(drawn.mean(), rel=0.02)

    def test_what_is_possible_is_shared_among_the_possible(self):
        weights = {"a": 3.0, "b": 1.0, "c": 1.0}
        assert exp(choices_log_likelihood(weights, names("b", among=("c", "b")))) == 0.5
        assert choices_log_likelihood(weights, names("b", among=("b", "d"))) == 0

    def test_what_a_card_does_not_name_it_cannot_choose(self):
        assert choices_log_likelihood({"a": 1.0}, names("b")) == -np.inf
        assert choices_log_likelihood({"a": 1.0}, names("b", among=("a", "b"))) == -np.inf

    def test_where_nothing_has_a_weight_the_first_is_certain(self):
        assert choices_log_likelihood({"a": 1.0}, names("b", among=("b", "c"))) == 0
        assert choices_log_likelihood({"a": 1.0}, names("c", among=("b", "c"))) == -np.inf
        assert choose({"a": 1.0}, np.random.default_rng(0), among=("b", "c")) == "b"

    def test_no_choice_says_nothing(self):
        assert choices_log_likelihood({"a": 1.0}, []) == 0


class TestRanges:
    @pytest.mark.parametrize(("happened", "trials"), [(0, 0), (1, 1), (3, 10), (40, 200)])
    def test_over_all_chances_every_count_is_as_likely(self, happened, trials):
        """The integral of Bayes's billiard: 1 in trials + 1 for every count."""
        found = chances_log_likelihood((0.0, 1.0), happenings(happened, trials))
        assert found == pytest.approx(-log((trials + 1) * comb(trials, happened)))

    def test_two_of_two_in_a_narrow_range_by_hand(self):
        by_hand = (0.4**3 - 0.1**3) / 3 / (0.4 - 0.1)
        assert exp(chances_log_likelihood((0.1, 0.4), happenings(2, 2))) == pytest.approx(by_hand)

    def test_a_range_of_one_point_is_that_chance(self):
        found = chances_log_likelihood((0.2, 0.2), happenings(1, 3))
        assert exp(found) == pytest.approx(0.2 * 0.8**2)
        assert chances_log_likelihood((0.0, 0.0), happenings(0, 5)) == pytest.approx(0)
        assert chances_log_likelihood((0.0, 0.0), happenings(1, 5)) == -np.inf
        assert chances_log_likelihood((1.0, 1.0), happenings(4, 5)) == -np.inf

    def test_a_number_is_as_likely_anywhere_in_its_range(self):
        assert exp(number_log_likelihood((8.0, 18.0), 9.5)) == pytest.approx(0.1)
        assert number_log_likelihood((8.0, 18.0), 7.9) == -np.inf
        assert number_log_likelihood((0.5, 0.5), 0.5) > number_log_likelihood((0.4, 0.6), 0.5) + 9


class TestStrays:
    def test_what_only_one_of_two_cards_can_do_is_the_others_by_straying_alone(self):
        found = np.exp(with_other_cards(np.array([log(0.3), -np.inf])))
        assert found == pytest.approx(
            [0.3 * (1 - OTHER_CARD_CHANCE / 2), 0.3 * OTHER_CARD_CHANCE / 2]
        )

    def test_cards_that_agree_say_nothing(self):
        assert np.ptp(with_other_cards(np.log([0.2, 0.2, 0.2]))) == 0


class TestReaders:
    def test_the_same_card_twice_is_told_by_chance(self, monkeypatch):
        known = {"Red": cards()["Red"], "Blue": cards()["Red"]}
        monkeypatch.setattr(draws, "cards", lambda: known)
        monkeypatch.setattr(ceiling, "cards", lambda: known)
        found = measure(1, 3)
        assert set(found["section"].values()) == set(found["song"].values()) == {0.5}

    def test_cards_with_nothing_in_common_are_told_but_for_strays(self):
        card = cards()["Red"]
        both = card, with_other_names(card)
        likelier = (1 - OTHER_CARD_CHANCE / 2) / (OTHER_CARD_CHANCE / 2)
        for field, what in drawn_around(card).items():
            of_first, of_second = np.exp(log_likelihoods(field, what, both))
            assert of_first / of_second == pytest.approx(likelier), field

    def test_without_strays_they_are_always_told(self, monkeypatch):
        monkeypatch.setattr(ceiling, "OTHER_CARD_CHANCE", 0.0)
        card = cards()["Red"]
        both = card, with_other_names(card)
        for field, what in drawn_around(card).items():
            assert log_likelihoods(field, what, both)[1] == -np.inf, field

    def test_a_seed_gives_the_same_figures(self):
        assert measure(5, 2) == measure(5, 2)
        assert set(measure(6, 1)["song"]) == set(READERS)

    def test_the_cards_overlap_but_can_be_told(self):
        found = measure(7, 4)
        for name in READERS:
            assert 0.6 < found["section"][name] <= 1, name
        assert found["section"]["mix"] > found["section"]["bass alone"]


class TestWhatIsSeen:
    def test_every_field_of_every_card_is_seen(self):
        seen = set()
        for colour in cards():
            for seed in range(3):
                seen |= set(together(song_seen(colour, (seed,))))
        assert seen == EVERY_FIELD

    def test_nothing_of_a_card_is_used_but_by_a_draw_or_as_a_number(self):
        used = set()
        for module in (rhythm_section, voices):
            for function in re.split(r"^def ", inspect.getsource(module), flags=re.MULTILINE):
                for stage in re.findall(r"card: (\w+)Card", function):
                    names = re.findall(r"card\.(\w+)\[", function)
                    used |= {(STAGE_OF_CARD[stage], name) for name in names}
        assert used == set(NUMBERS)

    def test_choices_of_a_song_add_up_and_numbers_do_not(self):
        sections = song_seen("Green", (4,))
        whole = together(sections)
        assert len(sections) == SECTIONS
        for field, what in whole.items():
            parts = [section[field] for section in sections if field in section]
            if isinstance(what, list):
                assert len(what) == sum(map(len, parts))
            else:
                assert {what} == set(parts)

    def test_recording_changes_no_song(self):
        plain, recording = np.random.default_rng((3, 1)), RecordingGenerator((3, 1))
        for colour in cards():
            context = draw_context(plain)
            assert draw_context(recording) == context
            sections = compose_sections(colour, context, 2, plain)
            assert compose_sections(colour, context, 2, recording) == sections
        assert recording.draws

    def test_a_songs_tendencies_are_objects_of_their_own(self):
        card = song_card(cards()["Red"], np.random.default_rng(1))
        assert len({id(value_of(card, field)) for field in EVERY_FIELD}) == len(EVERY_FIELD)

    def test_the_catalogue_is_composed_as_it_was(self):
        digest = hashlib.sha256()
        for index, colour in enumerate(COLOUR_NAMES):
            rng = np.random.default_rng((11, index))
            for parts in compose_parts(colour, draw_context(rng), SECTIONS, rng):
                for stage, part in parts.items():
                    digest.update(f"{stage} {part.notes.tolist()}".encode())
        assert digest.hexdigest() == COMPOSED
