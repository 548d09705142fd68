"""Parts as a few lines of text, and run summaries that fit a screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.glance import LEVELS, MAX_LINES, chord_line, glance
from engine.stages import STAGES
from genomes import Key, Meter, Part
from genomes.notes import ChordSpan
from tests.engine.command_line import demo
from tests.engine.stages.snapshots import SONG, TINY
from tests.genomes.stages import every_stage, genomes_in_context

FOUR_FOUR = Meter(4, 4)
BAR = FOUR_FOUR.bar_ticks
MOST_SUMMARY_LINES = 25

LYRICS = """[verse]
I row you over where the water is wide
and the rope is wet in my hand
I never told you a thing from my side
when both of us stood on the land
"""


def chords(*spans):
    """A part of C major's triads: names with their lengths in quarters."""
    harmony, onset = [], 0
    for name, quarters in spans:
        ticks = quarters * 480
        harmony.append(ChordSpan(onset, ticks, 0, 0, (0, 4, 7), "I", name))
        onset += ticks
    return Part.of([(0, 480, 60, 80)], onset, harmony)


def line(*pitches, words=()):
    """A note to each quarter; None rests."""
    notes = [(480 * i, 480, pitch, 80) for i, pitch in enumerate(pitches) if pitch is not None]
    return Part.of(notes, -(-len(pitches) // 4) * BAR, lyrics=words)


def drums(*strokes, bars=1, swing=0.0):
    """Strokes as sixteenth, note and velocity."""
    notes = [(120 * at, 60, note, velocity) for at, note, velocity in strokes]
    return Part.of(notes, bars * BAR, is_drum=True, swing=swing)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([("C", 4), ("F", 4)], "| C | F |"),
        ([("C", 8), ("F", 2), ("G", 2)], "| C | % | F G |"),
        ([("C", 2), ("F", 6), ("C", 4)], "| C F | F | C |"),  # held on from a bar with two
        ([("C", 4), ("C", 4), ("C", 4)], "| C | % | % |"),
        ([("C", 2), ("F", 2), ("C", 2), ("F", 2)], "| C F | % |"),
    ],
)
def test_chords_stand_over_their_bars(spans, expected):
    part = chords(*spans)
    assert " ".join(glance("chords", part, FOUR_FOUR).lines[0].split()) == expected
    assert chord_line(part, FOUR_FOUR) == expected


def test_more_chords_than_a_line_holds_are_cut():
    part = chords(*[("Cmaj7", 4), ("Dm7", 4)] * 8)
    assert chord_line(part, FOUR_FOUR, 30).endswith("…")
    assert len(chord_line(part, FOUR_FOUR, 30)) == 30
    assert len(glance("chords", part, FOUR_FOUR).lines) == 2


def test_the_octave_is_named_where_it_changes():
    (text,) = glance("bass", line(38, 41, 34, None), FOUR_FOUR).lines
    assert text == "| D2 F Bb1 |"


def test_notes_are_spelled_by_the_key():
    part = line(54, 56, 53, 60)
    for key, expected in (
        ("F# minor", "| F#3 G# E# C4 |"),
        ("Ab major", "| Gb3 Ab F C4 |"),
        ("D minor", "| F#3 Ab F C4 |"),
    ):
        assert glance("bass", part, FOUR_FOUR, key=Key.parse(key)).lines == (expected,)
    assert glance("bass", line(71, 72), FOUR_FOUR, key=Key.parse("Gb major")).lines == (
        "| Cb5 C |",
    )


def test_bars_that_come_again_and_bars_without_a_note():
    part = line(38, 38, 38, 38, 38, 38, 38, 38, *[None] * 8)
    assert glance("bass", part, FOUR_FOUR).lines == ("| D2 D D D | % | · | · |",)


def test_notes_of_a_chord_are_joined():
    part = Part.of([(0, 480, 57, 80), (0, 480, 60, 80), (480, 480, 62, 80)], BAR)
    assert glance("harmony", part, FOUR_FOUR).lines == ("| A3+C4 D |",)


def test_words_stand_under_their_notes():
    words = [(0, "o"), (480, "ver "), (1440, "me ")]
    assert glance("melody", line(69, 71, 72, 74, words=words), FOUR_FOUR).lines == (
        "| A4 B   C5 D  |",
        "| o- ver ~  me |",
    )


def test_many_words_have_the_contour_over_them():
    words = [(480 * i, "wandering ") for i in range(16)]
    pitches = [60 + i for i in range(16)]
    seen = glance("melody", line(*pitches, words=words), FOUR_FOUR, width=82)
    assert seen.shown_bars == 4
    assert seen.lines[0].startswith(f"|{LEVELS[0] * 9} ")
    assert LEVELS[-1] * 9 in seen.lines[2]
    assert seen.lines[1].count("wandering") == 8


def test_drums_are_a_grid_of_different_bars():
    beat = [(0, 36, 110), (4, 38, 80), (8, 36, 80), (12, 38, 30), (0, 42, 70), (8, 42, 70)]
    fill = [(16 + 12, 45, 90), (16, 49, 100), (16 + 4, 42, 70)]
    again = [(32 + at, note, velocity) for at, note, velocity in beat]
    seen = glance("drums", drums(*beat, *fill, *again, bars=3), FOUR_FOUR)
    assert seen.lines == (
        "bars        1 3               2  c crash, l low tom",
        "closed hat  x-------x-------  c---x-----------",
        "snare       ----x-------g---  ------------l---",
        "kick        X-------x-------  ----------------",
    )


def test_swung_drums_stand_where_they_are_meant():
    swung = Part.of([(0, 60, 42, 80), (320, 60, 42, 80)], BAR, is_drum=True, swing=1.0)
    assert glance("drums", swung, FOUR_FOUR).lines[1].endswith("x-x-------------")
    triplets = Part.of([(160 * i, 60, 42, 80) for i in range(3)], BAR, is_drum=True)
    assert glance("drums", triplets, FOUR_FOUR).lines[1].endswith("xxx---------")


def test_bars_without_room_in_the_grid_are_named():
    rng = range(12)
    part = drums(*[(16 * bar + bar, 36, 80) for bar in rng], bars=12)
    first = glance("drums", part, FOUR_FOUR, width=60).lines[0]
    assert "not here: 4–12" in first


@every_stage
@given(data=st.data())
def test_any_part_is_a_few_lines_that_fit(name, data):
    genome, context = data.draw(genomes_in_context(name))
    part = STAGES[name].genomes.render(genome, context)
    width = data.draw(st.integers(60, 120))
    seen = glance(name, part, context.meter, width)
    assert 1 <= len(seen.lines) <= MAX_LINES
    assert all(0 < len(text) <= width for text in seen.lines)
    assert 1 <= seen.shown_bars <= seen.bars == context.section.bars
    whole = glance(name, part, context.meter, width, None)
    assert whole.shown_bars == whole.bars
    if name == "chords":
        text = "".join(whole.lines)
        assert all(span.name in text or "…" in text for span in part.harmony)


def test_a_summary_fits_a_screen_and_speaks_of_music(empty_shell, tmp_path):
    lyrics = tmp_path / "ferry.txt"
    lyrics.write_text(LYRICS, "utf-8")
    empty_shell.do("songs", "add", demo("green"))
    for stage in STAGES:
        words = ["--lyrics", lyrics] if stage == "melody" else []
        evolve = ("evolve", "--stage", stage, "--song", SONG, "--seed", "1")
        out = empty_shell.do(*evolve, *TINY, *words)
        (finished,) = [e for e in empty_shell.events("RunFinished") if e.stage == stage]
        assert len(out.splitlines()) <= MOST_SUMMARY_LINES
        for word in ("total", "term", "theory", "score", "chromatic", "confidence", "0."):
            assert word not in out
        for survivor in finished.survivors:
            assert survivor.id[:8] in out
        assert not words or "I row you" in out or "I   row" in " ".join(out.split(" "))
        empty_shell.do("approve", finished.survivors[0].id)
