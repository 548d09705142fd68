"""The form of a song: what comes again differs, sections lead on, and the song ends at home."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import music21
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arrangement.approved import ApprovedPart
from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.files import WHOLE_SONG, midi_files
from engine.arrangement.passes import excerpt
from engine.arrangement.plan import Plan, PlannedSection
from engine.arrangement.recordings import audio_writer
from engine.arrangement.turnarounds import LEADING_ROOTS_SEMITONES
from engine.errors import Refused
from engine.execution.executor import SERIAL
from engine.execution.graph import Graph
from engine.notation.score import score_bytes
from engine.stages import STAGES
from genomes import Context, Key, Meter, Section
from genomes.drums.voices import VOICES
from genomes.midi import Conductor
from genomes.time import MICROSECONDS_PER_MINUTE
from tests.engine.arrangement.approved_parts import approved_part, lineage_of
from tests.engine.arrangement.other_programs import (
    check_musicxml,
    check_with_mido,
    check_with_music21,
    check_with_symusic,
    opened,
)

KEYS = ("A minor", "Eb major", "D dorian", "G mixolydian", "F# phrygian", "C harmonic minor")
METERS = ("4/4", "3/4", "6/8", "7/8", "5/4")
BARS = 4


@cache
def composed(key, meter, tempo_bpm, seed=0):
    """Random genomes of every stage for a verse and a chorus, each on those before it."""
    parts: list[ApprovedPart] = []
    for number, (label, energy) in enumerate((("verse", 0.35), ("chorus", 0.75))):
        context = Context(
            Key.parse(key), Meter.parse(meter), tempo_bpm, Section(label, BARS, energy)
        )
        parents: list[str] = []
        for place, (stage, row) in enumerate(STAGES.items()):
            rng = np.random.default_rng([seed, number, place])
            genome = row.genomes.random(context, rng)[0]
            part = row.genomes.render(genome, context)
            made = approved_part(
                stage, label, meter=context.meter, bars=BARS, parents=parents,
                position=1 + 10 * number + place, part=part,
            )  # fmt: skip
            parts.append(replace(made, energy=energy))
            parents = [*parents, made.candidate]
            context = replace(context, parts=(*context.parts, (stage, part)))
    return parts, Conductor("Song", Key.parse(key), Meter.parse(meter), tempo_bpm)


songs = st.builds(
    composed,
    st.sampled_from(KEYS),
    st.sampled_from(METERS),
    st.sampled_from([63.0, 97.3, 140.0]),
    st.integers(0, 2),
)


def notes_between(song, start, end):
    """Of each track its notes that begin between two ticks: onset, pitch and whether a drum."""
    return {
        track.name: [
            (row[0] - start, row[2]) for row in track.part.notes.tolist() if start <= row[0] < end
        ]
        for track in song.tracks
    }


def passes(song, name):
    """What is played each time a section of this name is played, in order."""
    return [
        notes_between(song, start, start + length)
        for section in song.sections
        if section.name.startswith(name)
        for length in [(section.end_ticks - section.start_ticks) // section.play]
        for start in range(section.start_ticks, section.end_ticks, length)
    ]


@settings(max_examples=12)
@given(songs)
def test_no_repeat_of_a_section_is_the_time_before(made):
    parts, conductor = made
    song = assemble(draft(parts, conductor), parts, conductor)
    for name in ("Verse", "Chorus"):
        played = passes(song, name)
        assert len(played) >= 4
        assert all(first != second for first, second in pairwise(played))


@settings(max_examples=12)
@given(songs)
def test_the_first_time_is_what_was_approved_but_for_what_leads_on(made):
    parts, conductor = made
    song = assemble(draft(parts, conductor), parts, conductor)
    verse = next(section for section in song.sections if section.name == "Verse 1")
    bar = conductor.meter.bar_ticks
    for part in parts[:4]:
        track = next(each for each in song.tracks if each.name == part.stage.capitalize())
        first = [
            (row[0] - verse.start_ticks, row[2])
            for row in track.part.notes.tolist()
            if verse.start_ticks <= row[0] < verse.start_ticks + BARS * bar
        ]
        assert first == [(row[0], row[2]) for row in part.part.notes.tolist()]


@settings(max_examples=12)
@given(songs)
def test_sections_come_back_with_the_same_chords(made):
    parts, conductor = made
    song = assemble(draft(parts, conductor), parts, conductor)
    harmony = next(track.part.harmony for track in song.tracks if track.name == "Chords")
    for label in ("Verse", "Chorus"):
        heads = [
            [
                (span.onset_ticks - section.start_ticks, span.name)
                for span in harmony
                if section.start_ticks <= span.onset_ticks < section.end_ticks
            ]
            for section in song.sections
            if section.name.startswith(label)
        ]
        assert heads[0]
        assert all(head == heads[0] for head in heads)


@settings(max_examples=12)
@given(songs)
def test_every_song_ends_on_the_chord_of_its_key(made):
    parts, conductor = made
    song = assemble(draft(parts, conductor), parts, conductor)
    last = song.sections[-1]
    assert (last.name, last.end_ticks) == ("Ending", song.length_ticks)
    assert song.seconds - float(song.tempo_map.seconds(last.start_ticks)) >= 2.5
    sounding = [
        row
        for track in song.tracks
        for row in track.part.notes.tolist()
        if row[0] >= last.start_ticks and not row[4]
    ]
    key = conductor.key
    assert {row[2] % 12 for row in sounding} <= key.tonic_triad_pitch_classes
    assert min(row[2] for row in sounding) % 12 == key.tonic_pitch_class
    assert {row[0] for row in sounding} == {last.start_ticks}
    assert {row[0] + row[1] for row in sounding} == {song.length_ticks}
    chords = next(track.part for track in song.tracks if track.name == "Chords")
    assert chords.harmony[-1].root_pitch_class == key.tonic_pitch_class


@settings(max_examples=12)
@given(songs, st.integers(0, 3))
def test_no_pitch_of_a_part_sounds_twice_at_once(made, seed):
    parts, conductor = made
    plan = replace(draft(parts, conductor), seed=seed)
    for track in assemble(plan, parts, conductor).tracks:
        notes = sorted((row[2], row[0], row[0] + row[1]) for row in track.part.notes.tolist())
        for before, after in pairwise(notes):
            assert before[0] != after[0] or before[2] <= after[1]


@settings(max_examples=12)
@given(songs)
def test_a_section_leads_to_the_chord_of_the_next(made):
    parts, conductor = made
    sections = tuple(
        PlannedSection(label, label, tuple((stage, label) for stage in STAGES), vary=True)
        for label in ("verse", "chorus")
    )
    song = assemble(Plan(sections), parts, conductor)
    harmony = next(track.part.harmony for track in song.tracks if track.name == "Chords")
    chorus = song.sections[1].start_ticks
    target = next(span for span in harmony if span.onset_ticks == chorus)
    last = next(span for span in harmony if span.end_ticks == chorus)
    leads = (last.root_pitch_class - target.root_pitch_class) % 12
    at_home = target.root_pitch_class == conductor.key.tonic_pitch_class
    assert leads in LEADING_ROOTS_SEMITONES or not at_home
    spans = [(span.onset_ticks, span.end_ticks) for span in harmony]
    assert spans[0][0] == 0
    assert all(before[1] == after[0] for before, after in pairwise(spans))


@settings(max_examples=12)
@given(songs, st.sets(st.integers(0, BARS - 1), min_size=1), st.integers(0, 3))
def test_locked_bars_are_never_changed(made, locked, seed):
    parts, conductor = made
    kept = [replace(part, locked_bars=frozenset(locked)) for part in parts]
    section = PlannedSection(
        "verse", "verse", tuple((stage, "verse") for stage in STAGES), 3, energy=0.9, vary=True
    )
    song = assemble(Plan((section, section), seed=seed), kept, conductor)
    bar = conductor.meter.bar_ticks
    for part in kept[: len(STAGES)]:
        track = next(each for each in song.tracks if each.name == part.stage.capitalize())
        for start in range(0, song.length_ticks, BARS * bar):
            for index in locked:
                heard = in_bar(track.part.notes, start + index * bar, bar)
                assert heard == in_bar(part.part.notes, index * bar, bar)


def in_bar(notes, start, bar_ticks):
    rows = notes.tolist()
    return [(row[0] - start, row[2]) for row in rows if start <= row[0] < start + bar_ticks]


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_part_alone_differs_when_it_comes_again(stage):
    parts = lineage_of("verse", ["chords", stage] if stage != "chords" else ["chords"])
    section = PlannedSection("verse", "verse", ((stage, "verse"),), 4, vary=True)
    conductor = Conductor("Song", Key.parse("A minor"), Meter(4, 4), 120)
    played = passes(assemble(Plan((section,)), parts, conductor), "verse")
    assert all(first != second for first, second in pairwise(played))


def test_the_seed_draws_other_variations_and_the_same_seed_the_same():
    parts, conductor = composed("A minor", "4/4", 97.3)
    plan = draft(parts, conductor)
    first, again = (assemble(plan, parts, conductor) for _ in range(2))
    other = assemble(replace(plan, seed=1), parts, conductor)
    assert dict(midi_files(first)) == dict(midi_files(again))
    assert first.id == again.id != other.id
    assert passes(first, "Verse") != passes(other, "Verse")


def test_more_energy_than_composed_is_fuller_and_less_is_sparser():
    parts, conductor = composed("A minor", "4/4", 97.3)
    counts, means = [], []
    for energy in (0.0, 0.35, 1.0):
        planned = PlannedSection(
            "verse", "verse", (("chords", "verse"), ("drums", "verse")), energy=energy, vary=True
        )
        song = assemble(Plan((planned, planned)), parts, conductor)
        first = notes_between(song, 0, song.length_ticks // 2)
        counts.append(sum(map(len, first.values())))
        means.append(np.mean([pitch for _, pitch in first["Chords"]]))
    assert counts[0] < counts[1] < counts[2]
    assert means[1] < means[2]


def test_a_section_of_energy_opens_with_a_crash():
    parts, conductor = composed("A minor", "4/4", 97.3)
    song = assemble(draft(parts, conductor), parts, conductor)
    drums = next(track.part.notes for track in song.tracks if track.name == "Drums")
    for section in song.sections:
        struck = drums["pitch"][drums["onset_ticks"] == section.start_ticks].tolist()
        if section.name.startswith("Chorus"):
            assert VOICES["crash"].note in struck


@given(songs, st.integers(1, BARS), st.integers(0, BARS - 1))
def test_an_excerpt_is_these_bars(made, first, more):
    parts, conductor = made
    bar, last = conductor.meter.bar_ticks, min(BARS, first + more)
    for part in (each.part for each in parts):
        cut = excerpt(part, first, last, bar)
        assert cut.length_ticks == (last - first + 1) * bar
        start = (first - 1) * bar
        expected = [row for row in part.notes.tolist() if start <= row[0] < last * bar]
        assert [(row[0] + start, row[2]) for row in cut.notes.tolist()] == [
            (row[0], row[2]) for row in expected
        ]
        edges = [(span.onset_ticks, span.end_ticks) for span in cut.harmony]
        if part.harmony:
            assert (edges[0][0], edges[-1][1]) == (0, cut.length_ticks)
            assert all(before[1] == after[0] for before, after in pairwise(edges))


def test_an_excerpt_that_a_part_does_not_have_is_refused():
    parts, conductor = composed("A minor", "4/4", 97.3)
    section = PlannedSection("A", "verse", (("chords", "verse"),), excerpt=(2, BARS + 1))
    with pytest.raises(Refused, match=r"section 1 \(A\): excerpt 2-5 of parts that have 4 bars"):
        assemble(Plan((section,)), parts, conductor)


@pytest.mark.parametrize("meter", METERS)
def test_a_ritardando_slows_down_to_the_last_chord(meter):
    parts, conductor = composed("A minor", meter, 97.3)
    plan = draft(parts, conductor)
    held, slowing = (
        assemble(replace(plan, ending=ending), parts, conductor)
        for ending in ("held", "ritardando")
    )
    assert (held.length_ticks, len(held.tempo_map.changes)) == (slowing.length_ticks, 1)
    assert held.seconds < slowing.seconds
    tempos = [tempo for _, tempo in slowing.tempo_map.changes]
    assert tempos == sorted(tempos)
    data = dict(midi_files(slowing))[WHOLE_SONG]
    read = [message.tempo for message in opened(data).tracks[0] if message.type == "set_tempo"]
    assert read == tempos


@pytest.mark.parametrize("check", [check_with_mido, check_with_symusic, check_with_music21])
@pytest.mark.parametrize("ending", ["ritardando", "fade"])
def test_other_programs_read_its_endings(ending, check):
    parts, conductor = composed("Eb major", "7/8", 97.3)
    song = assemble(replace(draft(parts, conductor), ending=ending), parts, conductor)
    check(song, dict(midi_files(song))[WHOLE_SONG])


def test_a_song_fades_in_its_files_and_in_its_recordings():
    parts, conductor = composed("A minor", "4/4", 140.0)
    section = PlannedSection("A", "verse", (("chords", "verse"), ("drums", "verse")), play=3)
    song = assemble(Plan((section,), ending="fade"), parts, conductor)
    assert len(song.sections) == 1
    tracks = opened(dict(midi_files(song))[WHOLE_SONG]).tracks[1:]
    for track in tracks:
        values = [m.value for m in track if m.type == "control_change" and m.control == 11]
        assert (values[0], values[-1]) == (127, 0)
        assert values == sorted(values, reverse=True)
    assert float(song.tempo_map.seconds(song.fade.start_ticks)) == pytest.approx(
        song.seconds - 12, abs=0.1
    )
    files = {file.name: file for file in audio_writer("wav", Graph(SERIAL))(song)}
    samples = np.frombuffer(files["song.wav"].make()[44:], "<i2").astype(float)
    frames = len(samples) // 2
    rate = frames / (song.seconds + 1.5)
    loud = np.abs(samples[: int(2 * rate * (song.seconds - 13))]).max()
    late = samples[int(2 * rate * (song.seconds - 0.1)) :]
    assert np.abs(late).max() < loud / 30


def test_an_approved_section_that_is_silent_has_no_ending_chord():
    parts, conductor = composed("A minor", "4/4", 97.3)
    sections = (
        PlannedSection("A", "verse", (("chords", "verse"),)),
        PlannedSection("Rest", "verse", (), bars=2),
    )
    song = assemble(Plan(sections, ending="held"), parts, conductor)
    assert song.sections[-1].start_ticks == 6 * conductor.meter.bar_ticks


def test_a_ritardando_is_written_in_the_score():
    parts, conductor = composed("Eb major", "7/8", 63.0)
    song = assemble(replace(draft(parts, conductor), ending="ritardando"), parts, conductor)
    data = score_bytes(song.tracks, song.conductor(), song.length_ticks)
    check_musicxml(song, data)
    read = music21.converter.parseData(data, format="musicxml")
    tempi = [mark.number for mark in read.parts[0].flatten()[music21.tempo.MetronomeMark]]
    assert tempi == [
        pytest.approx(MICROSECONDS_PER_MINUTE / tempo, abs=0.06)
        for _, tempo in song.tempo_map.changes
    ]
    assert b"rit." in data
