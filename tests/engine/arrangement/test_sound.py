"""What an arrangement sounds like: its parts are balanced, and its energy is heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.arrangement.assemble import assemble
from engine.arrangement.balance import MAX_CHANGE_LU, balanced, estimated_lu
from engine.arrangement.plan import Plan, PlannedSection
from engine.audio import SAMPLE_RATE, render_stems
from engine.audio.fluidsynth import FluidSynthFailed, find_fluidsynth
from engine.audio.loudness import STAGE_LOUDNESS_LU, integrated_lufs, loudness_lu
from genomes import Key, Meter, Part, TempoMap
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import ROWS, lineage_of

FOUR = Meter(4, 4)
TEMPO = TempoMap.constant(120)
STAGES = tuple(ROWS)


def arranged(energies, stages=STAGES):
    """Two bars of everything at each of some energies."""
    parts = lineage_of("verse", stages, meter=FOUR, bars=2)
    named = tuple((stage, "verse") for stage in stages)
    sections = tuple(PlannedSection("V", "verse", named, energy=energy) for energy in energies)
    return assemble(Plan(sections), parts, Conductor("S", Key.parse("A minor"), FOUR, 120))


def find_player(name):
    """Whether the built-in synthesis plays; skips where FluidSynth isn't installed."""
    if name == "FluidSynth":
        try:
            find_fluidsynth()
        except FluidSynthFailed as missing:
            pytest.skip(str(missing))
    return name != "FluidSynth"


PLAYERS = pytest.mark.parametrize("player", ["built-in", "FluidSynth"])


@PLAYERS
@pytest.mark.parametrize("stages", [STAGES, ("chords",), ("drums",), ("melody", "bass")])
def test_from_no_energy_to_all_of_it_the_same_parts_are_nine_decibels_louder(player, stages):
    song = arranged((0, 0.25, 0.5, 0.75, 1), [s for s in STAGES if s in stages])
    built_in = find_player(player)
    rendering = render_stems(song.tracks, TEMPO, song.length_ticks, built_in=built_in)
    seconds = [TEMPO.seconds(section.start_ticks) for section in song.sections]
    for audio in (rendering.mix, *rendering.stems):
        levels = [
            integrated_lufs(audio.samples[round((at + 0.5) * SAMPLE_RATE) :][: 3 * SAMPLE_RATE])
            for at in seconds
        ]
        assert levels[-1] - levels[0] >= 9
        assert (np.diff(levels) > 0.2).all()


@PLAYERS
def test_recordings_are_balanced(player):
    song = arranged((0.3, 0.8))
    built_in = find_player(player)
    rendering = render_stems(song.tracks, TEMPO, song.length_ticks, built_in=built_in)
    lufs = {
        track.name.lower(): integrated_lufs(stem.samples)
        for track, stem in zip(song.tracks, rendering.stems, strict=True)
    }
    against = {stage: value - lufs["melody"] for stage, value in lufs.items()}
    assert against == pytest.approx(STAGE_LOUDNESS_LU, abs=0.3)


def test_the_midi_files_carry_the_same_balance():
    tracks = balanced(arranged((0.3, 0.8)).tracks, TEMPO)
    lu = {track.name.lower(): estimated_lu(track, TEMPO) for track in tracks}
    against = {stage: value - lu["melody"] for stage, value in lu.items()}
    assert against == pytest.approx(STAGE_LOUDNESS_LU, abs=1.5)


def test_fluidsynth_plays_the_midi_files_in_that_balance():
    find_player("FluidSynth")
    song = arranged((0.3, 0.8))
    player, frames = find_fluidsynth(), 10 * SAMPLE_RATE
    lufs = {
        track.name.lower(): integrated_lufs(player.render(track, TEMPO, frames))
        for track in balanced(song.tracks, TEMPO)
        if track.name != "Drums"  # strokes as short as these are cut off by some soundfonts
    }
    for stage, value in lufs.items():  # soundfonts differ by some decibels
        assert value - lufs["melody"] == pytest.approx(loudness_lu(stage), abs=5)


def test_balanced_tracks_keep_all_but_the_level_of_their_velocities():
    song = arranged((0.2, 0.9))
    for before, after in zip(song.tracks, balanced(song.tracks, TEMPO), strict=True):
        assert replace(after, part=before.part) == before
        columns = ["onset_ticks", "duration_ticks", "pitch", "is_drum"]
        assert (before.part.notes[columns] == after.part.notes[columns]).all()
        old, new = (track.part.notes["velocity"].astype(float) for track in (before, after))
        order = np.argsort(old, kind="stable")
        assert (np.diff(new[order]) >= 0).all()
        assert len(set(new)) >= len(set(old)) - 1
        assert (40 * np.abs(np.log10(new / old)) <= MAX_CHANGE_LU + 1).all()


@pytest.mark.parametrize("stages", [("drums",), ("melody",)])
def test_a_part_alone_is_written_as_it_is(stages):
    song = arranged((0.4,), stages)
    assert balanced(song.tracks, TEMPO) == song.tracks


def test_a_silent_track_is_no_part_of_the_balance():
    song = arranged((0.4,))
    silent = replace(song.tracks[0], name="tacet", part=Part.of([], song.length_ticks))
    assert balanced((*song.tracks, silent), TEMPO)[:-1] == balanced(song.tracks, TEMPO)


def test_more_louder_and_longer_notes_are_estimated_louder():
    def lu(*rows):
        track = replace(arranged((0.5,), ("melody",)).tracks[0], part=Part.of(rows, 3840))
        return estimated_lu(track, TEMPO)

    plain = lu((0, 960, 60, 80))
    assert lu((0, 960, 60, 100)) == pytest.approx(plain + 40 * np.log10(100 / 80), abs=0.01)
    assert lu((0, 960, 60, 80), (0, 960, 64, 80)) == pytest.approx(plain + 3.01, abs=0.01)
    assert lu((0, 100, 60, 80)) < plain
