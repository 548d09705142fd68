"""Occlusion: what hiding a piece of the music does to its match, and what it never does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitness.chromatic import chromatic
from fitness.colours import AXES, COLOURS, find_colour
from fitness.errors import ScoringFailed, SilentPart
from fitness.excerpts import Excerpt
from fitness.explaining import (
    BAR,
    MIDI,
    MODALITY,
    PART,
    REGISTER,
    Explanation,
    Subject,
    explain,
    occlusions,
    registers,
)
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.predictions import Embeddings
from genomes import Meter, Part
from genomes.notes import mixed
from genomes.time import TempoMap
from tests.fitness.models import write
from tests.strategies import meters, parts

TEMPO = TempoMap.constant(120)
GREEN = find_colour("green")
FOUR = Meter(4, 4)
BAR_TICKS = FOUR.bar_ticks


def alone(part: Part, meter: Meter = FOUR) -> Subject:
    return Subject((("melody", part),), meter, TEMPO, "melody")


def scale(bars: int = 4, low: int = 48, silent: tuple[int, ...] = ()) -> Part:
    rows = [
        (bar * BAR_TICKS + beat * 480, 480, low + 2 * beat + bar, 80)
        for bar in range(bars)
        if bar not in silent
        for beat in range(4)
    ]
    return Part.of(rows, bars * BAR_TICKS)


def drums(bars: int = 4) -> Part:
    rows = [(tick, 120, 36 if tick % 960 else 42, 100) for tick in range(0, bars * 1920, 480)]
    return Part.of(rows, bars * BAR_TICKS, is_drum=True)


def match_of(model: FusionModel, part: Part, meter: Meter = FOUR) -> float:
    values = chromatic(model.predict_excerpts([Excerpt(part, TEMPO, meter)]), GREEN).values
    assert values is not None
    return float(values[0])


def is_audible(part: Part) -> bool:
    return bool((TEMPO.seconds(part.notes["onset_ticks"]) < 25.5).any())


@settings(max_examples=30)
@given(part=parts(max_notes=10).filter(is_audible), meter=meters())
def test_laws(model: FusionModel, part: Part, meter: Meter) -> None:
    found = explain(model, alone(part, meter), GREEN)
    again = explain(model, alone(part, meter), GREEN)
    assert found == again
    bars = found.of(BAR)
    assert [effect.name for effect in bars] == [str(bar + 1) for bar in range(len(bars))]
    assert len(bars) == min(64, -(-part.length_ticks // meter.bar_ticks))
    counts = np.bincount(part.notes["onset_ticks"] // meter.bar_ticks, minlength=len(bars))
    assert [effect.notes for effect in bars] == counts[: len(bars)].tolist()
    assert sum(effect.notes for effect in found.of(REGISTER)) == len(part.notes)
    for effect in found.effects:
        assert effect.effect == pytest.approx(found.match - effect.match, abs=1e-9)
        assert 0 <= effect.match <= 1
        if effect.kind != MODALITY and effect.notes == 0:
            assert effect.effect == 0
            assert set(effect.axes.values()) == {0.0}
        if effect.is_all:
            assert (effect.match, effect.sounds) == (0, None)


def test_every_effect_is_what_the_model_says_without_it(model: FusionModel) -> None:
    part = scale()
    found = explain(model, alone(part), GREEN)
    assert found.match == pytest.approx(match_of(model, part), abs=1e-6)
    for bar, effect in enumerate(found.of(BAR)):
        kept = part.notes[part.notes["onset_ticks"] // BAR_TICKS != bar]
        left = match_of(model, Part.of(kept, part.length_ticks))
        assert effect.match == pytest.approx(left, abs=1e-6)
        assert effect.effect == pytest.approx(found.match - left, abs=1e-6)
    assert any(abs(effect.effect) > 1e-3 for effect in found.of(BAR))


def test_silent_bars_have_no_effect(model: FusionModel) -> None:
    effects = explain(model, alone(scale(6, silent=(1, 4))), GREEN).of(BAR)
    assert [effect.effect == 0 for effect in effects] == [False, True, False, False, True, False]


def test_registers_and_classes_of_drums_are_told_apart() -> None:
    part = mixed([scale(1, 30), scale(1, 60), drums(1)])
    named = [name for name, _ in registers(part.notes)]
    assert named == ["lowest register", "low register", "upper middle register", "kick",
                     "closed hi-hat"]  # fmt: skip
    assert sum(int(is_in.sum()) for _, is_in in registers(part.notes)) == len(part.notes)


def test_everything_in_one_bar_leaves_nothing(model: FusionModel) -> None:
    part = scale(3, silent=(0, 2))
    found = explain(model, alone(part), GREEN)
    first, second, third = found.of(BAR)
    assert (first.is_all, second.is_all, third.is_all) == (False, True, False)
    assert second.effect == found.match
    assert second.axes == found.axes


def test_a_part_is_heard_alone_and_in_the_mix(model: FusionModel) -> None:
    melody, beat = scale(), drums()
    subject = Subject((("drums", beat), ("melody", melody)), FOUR, TEMPO, "melody")
    found = explain(model, subject, GREEN)
    mix = match_of(model, mixed([melody, beat]))
    assert found.mix == pytest.approx(mix, abs=1e-6)
    assert found.match == pytest.approx((match_of(model, melody) + mix) / 2, abs=1e-6)
    of_drums, of_melody = found.of(PART)
    assert of_drums.match == pytest.approx(match_of(model, melody), abs=1e-6)
    assert of_melody.match == pytest.approx(match_of(model, beat), abs=1e-6)
    assert of_drums.effect == pytest.approx(mix - of_drums.match, abs=1e-6)
    hidden = [effect.name for effect in found.of(REGISTER)]
    assert hidden == [name for name, _ in registers(melody.notes)]


def test_all_parts_together(model: FusionModel) -> None:
    subject = Subject((("drums", drums()), ("melody", scale())), FOUR, TEMPO)
    found = explain(model, subject, GREEN)
    assert found.match == found.mix
    assert "kick" in [effect.name for effect in found.of(REGISTER)]
    assert [effect.name for effect in found.of(PART)] == ["drums", "melody"]


def test_a_part_that_says_what_others_say_is_dispensable(model: FusionModel) -> None:
    silent = Part.of([], 4 * BAR_TICKS)
    subject = Subject((("nothing", silent), ("melody", scale())), FOUR, TEMPO, "melody")
    nothing, _ = explain(model, subject, GREEN).of(PART)
    assert nothing.effect == 0


def test_modalities(model: FusionModel) -> None:
    (midi,) = explain(model, alone(scale()), GREEN).of(MODALITY)
    assert (midi.name, midi.is_all) == (MIDI, True)
    rng = np.random.default_rng(0)
    text = rng.normal(size=(1, 768)).astype(np.float32)
    given_too = Embeddings(None, text, None)
    found = explain(model, alone(scale()), GREEN, given_too)
    with_notes, concept = found.of(MODALITY)
    assert (with_notes.name, with_notes.is_all, concept.name) == (MIDI, False, "concept")
    assert concept.match == pytest.approx(match_of(model, scale()), abs=1e-6)
    assert found.match != pytest.approx(concept.match, abs=1e-4)
    other = explain(model, alone(scale(low=60)), GREEN, given_too).of(MODALITY)[0]
    assert other.match == pytest.approx(with_notes.match, abs=1e-2)


def test_every_modality_is_hidden_in_turn(model: FusionModel) -> None:
    rng = np.random.default_rng(1)
    sizes = {"audio": 512, "concept": 768, "lyric": 768}
    rows = {name: rng.normal(size=(1, size)).astype(np.float32) for name, size in sizes.items()}
    subject = Subject((("drums", drums()), ("melody", scale())), FOUR, TEMPO, "melody")
    found = explain(model, subject, GREEN, Embeddings(**rows)).of(MODALITY)
    assert [effect.name for effect in found] == [MIDI, *sizes]
    for effect in found[1:]:
        others = Embeddings(**{name: row for name, row in rows.items() if name != effect.name})
        assert effect.match == pytest.approx(explain(model, subject, GREEN, others).match, abs=1e-5)


def test_silence_is_refused(model: FusionModel) -> None:
    with pytest.raises(SilentPart):
        explain(model, alone(Part.of([], BAR_TICKS)), GREEN)
    late = Part.of([(100 * BAR_TICKS, 480, 60, 80)], 101 * BAR_TICKS)
    with pytest.raises(SilentPart):
        explain(model, alone(late), GREEN)


def test_a_colour_that_the_model_has_nothing_to_say_of(tmp_path: Path) -> None:
    legacy = FusionModel.load(write(tmp_path, "legacy-7"))
    with pytest.warns(UserWarning, match="learned with a concept"):
        found = explain(legacy, alone(scale()), GREEN)
    assert found.sounds is None
    assert all(effect.sounds is None for effect in found.effects)
    with pytest.raises(ScoringFailed, match="even on every axis"):
        explain(legacy, alone(scale()), find_colour("white"))


def test_of_long_music_the_first_bars_are_hidden(model: FusionModel) -> None:
    found = explain(model, alone(scale(70)), GREEN)
    assert len(found.of(BAR)) == 64
    assert found.warnings == ("70 bars: only the first 64 are hidden one by one",)


@settings(max_examples=10)
@given(colour=st.sampled_from(COLOURS))
def test_the_shipped_model_has_something_to_say(colour: object) -> None:
    shipped = FusionModel.load(DEFAULT_MODEL)
    found: Explanation = explain(shipped, alone(scale()), colour)  # type: ignore[arg-type]
    assert found.sounds is not None
    assert set(found.axes) == set(AXES)
    assert max(abs(effect.effect) for effect in found.of(BAR)) > 1e-3
    assert found.to_json()["effects"][0]["kind"] == BAR


def test_pieces_come_in_order() -> None:
    subject = Subject((("drums", drums(2)), ("melody", scale(2))), FOUR, TEMPO, "melody")
    kinds = [piece.kind for piece in occlusions(subject)]
    assert kinds == [BAR] * 2 + [REGISTER] * (len(kinds) - 4) + [PART] * 2
