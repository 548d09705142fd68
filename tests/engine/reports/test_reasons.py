"""Why a candidate was chosen, in a musician's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.reasons import BROKEN, KEPT, PHRASES, reason
from fitness.colours import AXES
from fitness.theory import RULES
from fitness.theory.weights import WEIGHTS_IN_CONTEXT
from store.events import Heard

NOTHING_ELSE: list[dict[str, float]] = []


def heard(colour, *, passes=True):
    return Heard(modes={axis: {"known": 1.0} for axis in AXES}, colour={colour: 0.9}, passes=passes)


def terms(stage, **values):
    return {f"theory.{name}": values.get(name, 0.6) for name in RULES[stage]}


def test_every_rule_has_its_words():
    assert {stage: set(rules) for stage, rules in PHRASES.items()} == {
        stage: {*rules, *WEIGHTS_IN_CONTEXT.get(stage, ())} for stage, rules in RULES.items()
    }


def test_what_it_does_better_than_the_others_comes_first():
    mine = terms("chords", home=0.9, loops=0.8, key=0.95, space=0.2)
    other = terms("chords", home=0.1, loops=0.2, key=0.95)
    said = reason("chords", mine, [other], None, "Blue")
    assert said == "starts and ends at home, comes round; but busy playing"


def test_without_others_the_highest_comes_first():
    said = reason("bass", terms("bass", line=0.9, riff=1.0), NOTHING_ELSE, None, "Blue")
    assert said == "a riff that returns, smooth line"


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (heard("Blue"), ""),
        (heard("Green"), "sounds Green more than Blue"),
        (heard("Blue", passes=False), "unlike the music that the model knows"),
    ],
)
def test_the_model_speaks_against_another_colour(model, expected):
    assert reason("bass", terms("bass"), NOTHING_ELSE, model, "Blue") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("fits", 0), ("spacious", 0)], ""),
        ([("fits", 0), ("overpacked", 0)], "crowded words"),
        ([("overpacked", 2), ("fits", 1)], "3 syllables unsung"),
        ([("fits", 1)], "1 syllable unsung"),
    ],
)
def test_words_that_do_not_fit_are_said(lines, expected):
    sung = [{"verdict": verdict, "unsung": unsung} for verdict, unsung in lines]
    assert reason("melody", terms("melody"), NOTHING_ELSE, None, "Blue", sung) == expected


def test_rules_of_another_version_are_left_out():
    assert reason("chords", {"theory.gone": 1.0, "total": 1.0}, NOTHING_ELSE, None, "Blue") == ""


@given(data=st.data())
def test_strengths_are_kept_rules_and_weaknesses_broken_ones(data):
    stage = data.draw(st.sampled_from(sorted(PHRASES)))
    values = st.fixed_dictionaries({name: st.floats(0, 1) for name in RULES[stage]})
    mine, *others = [terms(stage, **each) for each in data.draw(st.lists(values, min_size=1))]
    said = reason(stage, mine, others, None, "Blue")
    strengths, _, weaknesses = said.rpartition("; but ") if "; but " in said else (said, "", "")
    for name, (kept, broken) in PHRASES[stage].items():
        if kept in strengths.split(", "):
            assert mine[f"theory.{name}"] >= KEPT or broken == kept
        if broken == weaknesses:
            assert mine[f"theory.{name}"] <= BROKEN
