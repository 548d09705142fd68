"""Charts: every word that is sung stands in them once, with the chords where they sound."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from documents.chord_charts import chart_of
from engine.arrangement.assemble import assemble
from engine.arrangement.charts import chord_pro, lyric_sheet
from engine.arrangement.draft import draft
from engine.arrangement.plan import Plan, PlannedSection
from engine.arrangement.writers import lead_sheet
from engine.proposals.lyrics import read_lyrics
from genomes import ChordSpan, Key, Meter, Part
from genomes.chord_symbols import chord_changes, harmony_of
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import approved_part
from tests.engine.arrangement.test_form import composed
from tests.engine.notation import scores

pytestmark = pytest.mark.usefixtures("real_files")

WORDS = {
    "Verse 1": ("The river keeps a lantern for the men", "and I am walking home again"),
    "Verse 2": ("There's rain on every window of the town", "and nobody is looking down"),
    "Verse 3": ("Above the hill the swallows fly", "a line of other words"),
    "Chorus 1": ("Oh ferry me over", "over the water", "carry me, (carry me) home"),
    "Chorus 2": ("Oh ferry me under", "under the water", "carry me, carry me on"),
}
LINES = [line for lines in WORDS.values() for line in lines]
FOUR = Meter(4, 4)

_SUNG = re.compile(r"\{start_of_(verse|chorus|bridge): ([^}]*)\}\n(.*?)\n\{end_of_\1\}", re.DOTALL)
_CHORD = re.compile(r"\[[^\]]*\]")


def with_words(meter="4/4"):
    """A song of three verses and two choruses, each with words of its own."""
    parts, conductor = composed("Eb major", meter, 97.3)
    sections = [
        PlannedSection(
            name,
            name.split()[0].casefold(),
            tuple((stage, name.split()[0].casefold()) for stage in ("chords", "melody")),
            words=lines,
        )
        for name, lines in WORDS.items()
    ]
    return assemble(Plan(tuple(sections)), parts, conductor)


@pytest.mark.parametrize("meter", ["4/4", "7/8"])
def test_every_line_given_stands_once_in_the_chart_and_in_the_words(meter, tmp_path):
    song = with_words(meter)
    chart = chord_pro(song, LINES, "x")
    bodies = {name: body for _, name, body in _SUNG.findall(chart)}
    words, ours = tmp_path / "lyrics.txt", tmp_path / "chart.cho"
    words.write_text(lyric_sheet(song, LINES), "utf-8")
    ours.write_text(chart, "utf-8")
    for name, lines in WORDS.items():
        assert [_CHORD.sub("", line) for line in bodies[name].splitlines()] == list(lines)
        for path in (words, ours):
            assert dict(read_lyrics(path).words)[name] == lines


def test_signs_of_chord_pro_in_words_are_written_as_others():
    lyrics = [(0, "#1 "), (480, "a {b} "), (960, "[c] ")]
    melody = Part.of([(on, 240, 60, 80) for on, _ in lyrics], 1920, lyrics=lyrics)
    section = PlannedSection("Verse", "verse", (("melody", "verse"),))
    facts = Conductor("T", Key.parse("C major"), FOUR, 90.0)
    song = assemble(
        Plan((section,)), [approved_part("melody", "verse", bars=1, part=melody)], facts
    )
    assert "\n #1 a (b) (c)\n" in chord_pro(song, [], "x")


@pytest.mark.parametrize("meter", ["4/4", "7/8"])
def test_every_syllable_stands_once_in_midi_and_in_the_lead_sheet(meter):
    song = with_words(meter)
    (melody,) = (track for track in song.tracks if track.name == "Melody")
    sung = "".join(text for _, text in melody.part.lyrics)
    assert sung.split() == " ".join(LINES).split()
    (part,) = scores.reopened(lead_sheet(song, "")).parts
    written = [lyric.text for note in scores.sounding_elements(part) for lyric in note.lyrics]
    assert written == [text.strip() for _, text in melody.part.lyrics]


def test_chords_stand_before_the_syllables_on_which_they_begin():
    spans = [("Am", 0, 1680), ("F", 1680, 1200), ("C/G", 2880, 960)]
    harmony = [ChordSpan(on, length, 0, 0, (0, 4, 7), "I", name) for name, on, length in spans]
    chords = Part.of([(0, 480, 60, 80)], 2 * 1920, harmony)
    lyrics = [(0, "hel"), (480, "lo "), (1680, "riv"), (1920, "er "), (2400, "home ")]
    melody = Part.of([(on, 240, 60, 80) for on, _ in lyrics], 2 * 1920, lyrics=lyrics)
    parts = [
        approved_part("chords", "verse", bars=2, part=chords),
        approved_part("melody", "verse", bars=2, part=melody),
    ]
    section = PlannedSection("Verse", "verse", (("chords", "verse"), ("melody", "verse")))
    facts = Conductor("T {1}", Key.parse("D dorian"), FOUR, 90.0)
    song = assemble(Plan((section, replace(section, name="Solo", vocals=False))), parts, facts)
    assert chord_pro(song, ["hello river"], "made by hand").splitlines()[1:] == [
        "{title: T (1)}",
        "{key: Dm}",
        "{tempo: 90}",
        "{time: 4/4}",
        "",
        "# bars: | Am . . F | . . C/G . |",
        "{start_of_verse: Verse}",
        "[Am]hello [F]river",
        "home [C/G]",
        "{end_of_verse}",
        "",
        "{start_of_grid: Solo}",
        "| Am . . F | . . C/G . |",
        "{end_of_grid}",
    ]


def test_a_song_without_melody_has_chords_over_rests():
    parts, conductor = composed("A minor", "4/4", 97.3)
    chords = [part for part in parts if part.stage == "chords"]
    song = assemble(draft(chords, conductor), chords, conductor)
    (part,) = scores.reopened(lead_sheet(song, "")).parts
    assert scores.symbols(part)
    assert scores.sounding_elements(part) == []
    assert lyric_sheet(song, LINES) == ""
    assert "{start_of_grid: Intro}" in chord_pro(song, LINES, "x")


@pytest.mark.parametrize("meter", ["4/4", "7/8"])
def test_the_chords_of_a_chart_are_read_back_in_their_bars(meter):
    song = with_words(meter)
    sections = chart_of(chord_pro(song, LINES, "x"), song.meter).sections
    assert [section.label for section in sections] == list(WORDS)
    groups = song.meter.group_onsets_ticks
    read = [
        (section.start_ticks + index * song.meter.bar_ticks + groups[group], name)
        for section, chart in zip(song.sections, sections, strict=True)
        for index, bar in enumerate(chart.bars)
        for group, name in bar.chords
    ]
    spans = harmony_of(track.part for track in song.tracks)
    starts = {section.start_ticks for section in song.sections}
    changes = dict(chord_changes(spans))
    assert {
        onset: name for onset, name in read if onset not in starts or onset in changes
    } == changes
    assert len(read) == len(changes.keys() | starts)
