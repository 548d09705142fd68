"""What is composed: playable, in range, whole bars, in any meter; White from other colours."""

from __future__ import annotations

import numpy as np
import pytest

from fitness.colours import COLOUR_NAMES
from genomes.chords.genome import ChordGenome
from genomes.chords.voicing import HIGHEST_PITCH, LOWEST_PITCH
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter
from training.catalogue.cards import cards
from training.catalogue.clips import cut, draw_stretch, laid_end_to_end, laid_over
from training.catalogue.compose import compose_parts, moves
from training.catalogue.corruption import CORRUPTIONS, corrupted
from training.catalogue.cutup import compose_cutups
from training.catalogue.fakes import FAKES, make_fake
from training.catalogue.rhythm import strokes
from training.catalogue.settings import METERS, bars_in_window, draw_context
from training.catalogue.songs import compose_sections
from training.catalogue.tables import (
    CONTOURS,
    DRUM_NOTES,
    HIGHEST_BASS,
    HIGHEST_MELODY,
    LOWEST_BASS,
    LOWEST_MELODY,
    RHYTHMS,
)

MODES = ("minor", "major", "phrygian", "locrian", "melodic_minor")
RANGES = {
    "chords": (LOWEST_PITCH, HIGHEST_PITCH),
    "drums": (min(DRUM_NOTES.values()), max(DRUM_NOTES.values())),
    "bass": (LOWEST_BASS, HIGHEST_BASS),
    "melody": (LOWEST_MELODY, HIGHEST_MELODY),
}


def context_of(meter: str, mode: str = "minor", bars: int = 8) -> Context:
    return Context(Key(9, mode, "A"), Meter.parse(meter), 100.0, Section("verse", bars))


@pytest.mark.parametrize("meter", [*METERS, "11/8", "2/4"])
@pytest.mark.parametrize("colour", COLOUR_NAMES)
def test_every_part_is_playable_in_every_meter(colour: str, meter: str) -> None:
    rng = np.random.default_rng(3)
    for mode in MODES:
        context = context_of(meter, mode)
        for parts in compose_parts(colour, context, 2, rng):
            for stage, part in parts.items():
                assert part.length_ticks == context.length_ticks
                assert len(part.notes)
                assert (part.notes["is_drum"] == (stage == "drums")).all()
                low, high = RANGES[stage]
                assert low <= part.notes["pitch"].min() <= part.notes["pitch"].max() <= high


@pytest.mark.parametrize("stage", ["bass", "melody"])
def test_lines_sound_one_note_at_a_time(stage: str) -> None:
    rng = np.random.default_rng(4)
    for colour in cards():
        for section in compose_sections(colour, context_of("7/8"), 3, rng):
            notes = section.parts[stage].notes
            ends = notes["onset_ticks"] + notes["duration_ticks"]
            assert (ends[:-1] <= notes["onset_ticks"][1:]).all()


def test_the_bass_meets_each_chord_on_its_root() -> None:
    rng = np.random.default_rng(5)
    for colour in cards():
        (section,) = compose_sections(colour, context_of("4/4"), 1, rng)
        notes = section.parts["bass"].notes
        heard = set()
        for onset, pitch in zip(notes["onset_ticks"], notes["pitch"], strict=True):
            spans = section.parts["chords"].harmony
            span = next(s for s in spans if s.onset_ticks <= onset < s.end_ticks)
            if span.onset_ticks not in heard:
                assert pitch % 12 == span.bass_pitch_class
            heard.add(span.onset_ticks)


def test_chords_are_genomes_that_evolution_can_hold() -> None:
    rng = np.random.default_rng(6)
    for colour in cards():
        context = draw_context(rng)
        for section in compose_sections(colour, context, 3, rng):
            assert ChordGenome.from_payload(section.genome.to_payload()) == section.genome
            assert section.genome.render(context) == section.parts["chords"]


def test_white_is_cut_from_whole_bars_of_other_colours() -> None:
    rng = np.random.default_rng(7)
    for _ in range(10):
        context = draw_context(rng)
        for cutup in compose_cutups(context, 2, rng):
            assert len(cutup.donors) >= 3
            assert "White" not in cutup.donors
            check_bars(cutup.section.parts, [d.parts for d in cutup.donors.values()], context)
            genes = {bar for d in cutup.donors.values() for bar in d.genome.bars}
            assert set(cutup.section.genome.bars[1:]) <= genes


def check_bars(parts: dict[str, Part], donors: list[dict[str, Part]], context: Context) -> None:
    bar_ticks = context.meter.bar_ticks
    for stage in ("drums", "bass", "melody"):
        sources = set()
        for bar in range(context.section.bars):
            stretch = cut(parts[stage], bar * bar_ticks, bar_ticks)
            same = [
                index
                for index, donor in enumerate(donors)
                if cut(donor[stage], bar * bar_ticks, bar_ticks) == stretch
            ]
            assert same
            sources.add(same[0])
        assert len(sources) > 1


def test_a_cut_keeps_what_sounds_in_it() -> None:
    part = Part.of([(0, 1000, 60, 80), (480, 240, 64, 80), (960, 960, 67, 80)], 1920)
    stretch = cut(part, 480, 480)
    assert stretch.length_ticks == 480
    assert stretch.notes[["onset_ticks", "duration_ticks", "pitch"]].tolist() == [
        (0, 240, 64),
        (0, 480, 60),
    ] or sorted(stretch.notes["pitch"].tolist()) == [60, 64]
    assert laid_end_to_end([cut(part, 0, 480), cut(part, 480, 1440)]).length_ticks == 1920
    assert len(laid_over([part, stretch]).notes) == 5


def test_clips_have_every_length_and_half_begin_with_the_section() -> None:
    rng = np.random.default_rng(8)
    drawn = np.array([draw_stretch(8, rng) for _ in range(3000)])
    assert set(drawn[:, 1]) == set(range(2, 9))
    assert (drawn.sum(axis=1) <= 8).all()
    assert 0.4 < (drawn[:, 0] == 0).mean() < 0.8
    assert draw_stretch(2, rng) == (0, 2)


def test_what_says_nothing_is_no_clip() -> None:
    assert not moves(Part.of([(0, 480, 60, 80), (480, 480, 60, 80)], 1920))
    assert not moves(Part.of([(0, 480, 60, 80)], 1920))
    assert moves(Part.of([(0, 480, 60, 80), (480, 480, 62, 80)], 1920))
    assert moves(Part.of([(0, 1920, pitch, 80) for pitch in (48, 60, 64)], 1920))


@pytest.mark.parametrize("meter", [*METERS, "13/8"])
@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_rhythms_stay_in_their_bar(rhythm: str, meter: str) -> None:
    rng = np.random.default_rng(9)
    bar = strokes(Meter.parse(meter), rhythm, rng, shifted=(0.5, 0.5), left_out=(0.2, 0.2))
    onsets = [stroke.onset_ticks for stroke in bar]
    assert onsets == sorted(set(onsets))
    assert all(0 <= onset < Meter.parse(meter).bar_ticks for onset in onsets)


def test_contours_stay_between_low_and_high() -> None:
    for contour in CONTOURS.values():
        heights = [contour(x) for x in np.linspace(0, 1, 33)]
        assert min(heights) > -1e-9
        assert max(heights) < 1 + 1e-9


@pytest.mark.parametrize("kind", FAKES)
def test_fakes_are_whole_bars_of_sound(kind: str) -> None:
    rng = np.random.default_rng(10)
    for _ in range(20):
        context = draw_context(rng)
        part = make_fake(kind, context, rng)
        assert part.length_ticks == context.length_ticks
        assert len(part.notes)
    pitches = np.unique(make_fake(kind, context, rng).notes["pitch"]).astype(int)
    if kind == "one_note":
        assert len(pitches) == 1
    if kind == "clusters":
        assert 1 in np.diff(pitches)


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_corrupted_parts_are_other_parts_of_the_same_length(kind: str) -> None:
    rng = np.random.default_rng(11)
    context = context_of("7/8")
    (parts,) = compose_parts("Blue", context, 1, rng)
    for part in parts.values():
        damaged = corrupted(kind, part, context, rng)
        assert damaged != part
        assert damaged.length_ticks == part.length_ticks
        assert len(damaged.notes)


def test_a_section_fits_the_window() -> None:
    rng = np.random.default_rng(12)
    for _ in range(200):
        context = draw_context(rng)
        assert 4 <= context.section.bars <= max(4, bars_in_window(context))
