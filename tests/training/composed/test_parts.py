"""What is composed: playable, in range, whole bars, in any meter; White from other colours."""

from __future__ import annotations

import numpy as np
import pytest

from fitness.colours import COLOUR_NAMES
from genomes import STAGE_GENOMES
from genomes.context import Context, Section
from genomes.grid import cells
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter
from training.composed.cards import cards
from training.composed.compose import compose_parts, moves
from training.composed.draws import METERS, bars_in_window, draw_context, draw_stretch
from training.composed.examples import KINDS, NO_COLOUR, STAGES
from training.composed.fakes import (
    CORRUPTIONS,
    FAKES,
    NEAR_MUSIC,
    corrupted,
    make_fake,
    near_music_of,
    off_key,
    reordered,
    scale_run,
)
from training.composed.gate_examples import nearly_music
from training.composed.rhythm_section import struck
from training.composed.rhythms import RHYTHMS, cells_of, onsets_ticks
from training.composed.songs import (
    ComposedSection,
    CutUp,
    compose_cutups,
    compose_sections,
    with_parts,
)

MODES = ("minor", "major", "phrygian", "locrian", "melodic_minor")


def context_of(meter: str, mode: str = "minor", bars: int = 8) -> Context:
    return Context(Key(9, mode, "A"), Meter.parse(meter), 100.0, Section("verse", bars))


@pytest.mark.parametrize("meter", [*METERS, "11/8", "2/4"])
@pytest.mark.parametrize("colour", COLOUR_NAMES)
def test_every_part_is_playable_in_every_meter(colour, meter):
    rng = np.random.default_rng(3)
    for mode in MODES:
        context = context_of(meter, mode)
        for parts in compose_parts(colour, context, 2, rng):
            for stage, part in parts.items():
                assert part.length_ticks == context.length_ticks
                assert len(part.notes)
                assert (part.notes["is_drum"] == (stage == "drums")).all()


@pytest.mark.parametrize("stage", ["bass", "melody"])
def test_lines_sound_one_note_at_a_time(stage):
    rng = np.random.default_rng(4)
    for colour in cards():
        for section in compose_sections(colour, context_of("7/8"), 3, rng):
            notes = section.parts[stage].notes
            ends = notes["onset_ticks"] + notes["duration_ticks"]
            assert (ends[:-1] <= notes["onset_ticks"][1:]).all()


@pytest.mark.parametrize("colour", COLOUR_NAMES)
def test_every_part_is_a_genome_that_evolution_can_hold(colour):
    rng = np.random.default_rng(6)
    context = draw_context(rng)
    for section in sections_of(colour, context, 3, rng):
        before: dict[str, Part] = {}
        for stage, genomes in STAGE_GENOMES.items():
            genome = section.genomes[stage]
            assert genomes.from_payload(genome.to_payload()) == genome
            assert genomes.render(genome, with_parts(context, before)) == section.parts[stage]
            before[stage] = section.parts[stage]
        assert section.parts == before


def sections_of(
    colour: str, context: Context, count: int, rng: np.random.Generator
) -> list[ComposedSection]:
    if colour == "White":
        return [cutup.section for cutup in compose_cutups(context, count, rng)]
    return compose_sections(colour, context, count, rng)


def test_white_is_cut_from_whole_bars_of_other_colours():
    rng = np.random.default_rng(7)
    for _ in range(10):
        context = draw_context(rng)
        for cutup in compose_cutups(context, 2, rng):
            assert len(cutup.donors) >= 3
            assert "White" not in cutup.donors
            for stage in ("chords", "drums", "bass", "harmony"):
                check_bars(stage, cutup)


def check_bars(stage: str, cutup: CutUp) -> None:
    """All bars but the first, which some genomes complete, are a donor's at the same place."""
    donors = [donor.genomes[stage].bars for donor in cutup.donors.values()]
    bars = cutup.section.genomes[stage].bars
    for index in range(1, len(bars)):
        assert any(bars[index] == donor[index] for donor in donors)


def test_white_sings_the_phrases_of_several():
    rng = np.random.default_rng(8)
    context = context_of("4/4")
    for cutup in compose_cutups(context, 6, rng):
        melody = cutup.section.genomes["melody"]
        donors = [donor.genomes["melody"] for donor in cutup.donors.values()]
        assert len(melody.materials) > max(len(donor.materials) for donor in donors) / 2
        assert melody not in donors


def test_clips_have_every_length_and_half_begin_with_the_section():
    rng = np.random.default_rng(8)
    drawn = np.array([draw_stretch(8, rng) for _ in range(3000)])
    assert set(drawn[:, 1]) == set(range(2, 9))
    assert (drawn.sum(axis=1) <= 8).all()
    assert 0.4 < (drawn[:, 0] == 0).mean() < 0.8
    assert draw_stretch(2, rng) == (0, 2)


def test_what_says_nothing_is_no_clip():
    assert not moves(Part.of([(0, 480, 60, 80), (480, 480, 60, 80)], 1920))
    assert not moves(Part.of([(0, 480, 60, 80)], 1920))
    assert moves(Part.of([(0, 480, 60, 80), (480, 480, 62, 80)], 1920))
    assert moves(Part.of([(0, 1920, pitch, 80) for pitch in (48, 60, 64)], 1920))


@pytest.mark.parametrize("meter", [*METERS, "13/8", "2/4"])
@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_rhythms_stay_in_their_bar(rhythm, meter):
    rng = np.random.default_rng(9)
    there = Meter.parse(meter)
    whole = cells_of(rhythm, there)
    bar = struck(whole, there, rng, shifted=(0.5, 0.5), left_out=(0.2, 0.2))
    assert list(bar) == sorted(set(bar))
    assert len(bar) <= len(whole)
    assert set(bar) | set(whole) <= set(range(len(cells(there))))
    assert all(0 <= onset < there.bar_ticks for onset in onsets_ticks(rhythm, there))


def test_rhythms_are_told_apart_where_a_bar_has_room():
    every = [cells_of(rhythm, Meter(4, 4)) for rhythm in RHYTHMS]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("kind", FAKES)
def test_fakes_are_whole_bars_of_sound(kind):
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
def test_corrupted_parts_are_other_parts_of_the_same_length(kind):
    rng = np.random.default_rng(11)
    context = context_of("7/8")
    (parts,) = compose_parts("Blue", context, 1, rng)
    for part in parts.values():
        damaged = corrupted(kind, part, context, rng)
        assert damaged != part
        assert damaged.length_ticks == part.length_ticks
        assert len(damaged.notes)


def test_a_section_fits_the_window():
    rng = np.random.default_rng(12)
    for _ in range(200):
        context = draw_context(rng)
        assert 4 <= context.section.bars <= max(4, bars_in_window(context))


class TestNearMusic:
    CONTEXT = context_of("4/4", "major", 4)

    def scale(self) -> Part:
        rows = [(480 * beat, 480, 60 + (0, 2, 4, 5, 7)[beat % 5], 80) for beat in range(16)]
        return Part.of(rows, self.CONTEXT.length_ticks)

    def test_one_half_stands_off_the_key_of_the_other(self):
        part, rng = self.scale(), np.random.default_rng(1)
        for _ in range(8):
            moves = off_key(part, self.CONTEXT, rng).notes["pitch"] - part.notes["pitch"].astype(
                int
            )
            halves = {tuple(set(moves[half].tolist())) for half in (slice(8), slice(8, 16))}
            assert len(halves) == 2
            assert (0,) in halves

    def test_another_order_has_the_same_notes(self):
        part = self.scale()
        dealt = reordered(part, self.CONTEXT, np.random.default_rng(2))
        assert dealt.length_ticks == part.length_ticks
        assert sorted(dealt.notes["pitch"]) == sorted(part.notes["pitch"])
        assert dealt.notes["pitch"].tolist() != part.notes["pitch"].tolist()

    @pytest.mark.parametrize("stage", ["chords", "bass", "melody", "harmony"])
    def test_a_run_goes_on_throughout(self, stage):
        part = scale_run(stage, self.CONTEXT, np.random.default_rng(3))
        assert part.length_ticks == self.CONTEXT.length_ticks
        assert np.diff(np.unique(part.notes["onset_ticks"])).max() <= 480

    def test_drums_have_none(self):
        assert near_music_of("drums") == ()
        assert "scale_run" not in near_music_of("mix")

    def test_what_the_gate_learns_is_the_same_for_a_seed(self):
        made, again = nearly_music(1, 1), nearly_music(1, 1)
        assert np.array_equal(made.rolls, again.rolls)
        assert {KINDS[kind] for kind in made.kind} == set(NEAR_MUSIC)
        assert (made.colour == NO_COLOUR).all()
        assert "mix" in {STAGES[stage] for stage in made.stage}
