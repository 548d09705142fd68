"""Words on notes: every syllable once, stresses on strong places, and what is reported."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from genomes.melody import MELODY
from genomes.melody.genes import Phrase
from genomes.melody.setting import report
from genomes.melody.syllables import spread
from genomes.notes import Part
from tests.genomes.calls import render, replace
from tests.genomes.melody.conftest import chorded, melody, phrase_of, with_words, words

QUARTERS = phrase_of("0+4:0 4+4:1 8+4:2 12+3:1")


def sung(text, *, material=QUARTERS, chords="I", **genes):
    """One phrase with one line of words, and its report."""
    bars = len(chords.split())
    context = replace(chorded(chords), lyrics=words(text))
    genome = melody([replace(material, bars=bars)], [Phrase(0, bars)], **genes)
    part = render(genome, context)
    (row,) = report(part, context.lyrics, context)
    return part, row


@given(with_words())
def test_every_syllable_is_sung_once_and_in_order(made):
    """Unless there are more of them than ticks to sing them in."""
    genome, context = made
    part = render(genome, context)
    syllables = [syllable for line in context.lyrics.lines for syllable in line.syllables]
    texts = [syllable.text + " " * syllable.ends_word for syllable in syllables]
    onsets = [onset for onset, _ in part.lyrics]
    assert onsets == sorted(set(onsets))
    assert set(onsets) <= set(part.notes["onset_ticks"].tolist())
    if context.length_ticks >= 64 * len(syllables) * context.section.bars:
        assert [text for _, text in part.lyrics] == texts
    rows = report(part, context.lyrics, context)
    assert sum(row["unsung"] for row in rows) == len(texts) - len(part.lyrics)


@given(with_words())
def test_every_note_is_sung_on_a_syllable(made):
    """Its own, or one that is drawn on: nothing is sung before the first."""
    genome, context = made
    part = render(genome, context)
    onsets = {onset for onset, _ in part.lyrics}
    drawn = [onset for onset in part.notes["onset_ticks"].tolist() if onset not in onsets]
    assert len(drawn) <= genome.melismas * len(genome.phrases)
    assert not drawn or min(drawn) > min(onsets)


def test_lines_are_spread_over_the_phrases():
    lines = words("a b", "c", "d", "e").lines

    def texts(phrases):
        return ["".join(s.text for s in syllables) for syllables in spread(lines, phrases)]

    assert texts(4) == ["ab", "c", "d", "e"]
    assert texts(2) == ["abc", "de"]
    assert texts(8) == ["ab", "", "c", "", "d", "", "e", ""]
    assert texts(1) == ["abcde"]


def test_one_note_to_a_syllable():
    part, row = sung("LOVE me TEN- der".replace("- ", "-"))
    assert [text for _, text in part.lyrics] == ["love ", "me ", "ten", "der "]
    assert row == {
        "line": "love me tender",
        "syllables": 4,
        "notes": 4,
        "split": 0,
        "ratio": 1.0,
        "verdict": "fits",
        "melismas": 0,
        "stressed_on_strong": 1.0,
        "unsung": 0,
    }


def test_notes_without_a_syllable_are_left_out_or_drawn_on():
    plain, row = sung("STILL here")
    assert (len(plain.notes), row["melismas"], row["verdict"]) == (2, 0, "fits")
    drawn, row = sung("STILL here", melismas=2)
    assert (len(drawn.notes), row["melismas"], row["verdict"]) == (4, 2, "spacious")


@pytest.mark.parametrize("line", ["a b c d e", "a b c d e f", "a b c d e f g h i j"])
def test_notes_are_split_where_syllables_are_many(line):
    """What is sung is counted: as many notes as syllables, some of them struck again."""
    part, row = sung(line)
    count = len(line.split())
    assert len(part.lyrics) == len(part.notes) == count
    assert (row["notes"], row["split"], row["unsung"]) == (count, count - 4, 0)
    assert (row["ratio"], row["verdict"]) == (1.0, "fits")
    pitches = [pitch for _, _, pitch, _, _ in part.notes.tolist()]
    changes = sum(a != b for a, b in pairwise(pitches))
    assert changes <= 3


def test_stressed_syllables_take_the_strong_places():
    eighths = phrase_of(" ".join(f"{cell}+2:0" for cell in range(0, 16, 2)))
    part, row = sung("the RAIN is FALL-ing", material=eighths)
    stressed = [onset % 480 for onset, text in part.lyrics if text.strip() in {"rain", "fall"}]
    assert stressed == [0, 0]
    assert row["stressed_on_strong"] == 1.0


def test_a_short_melody_with_many_words_is_held_to_make_room():
    """One note of a beat, ten syllables, and two bars to sing them in."""
    part, _ = sung("a b c d e f g h i j", material=phrase_of("0+4:0"), chords="I I")
    assert len(part.lyrics) == 10
    assert part.notes["duration_ticks"].min() >= 240


def test_words_that_no_one_could_sing_are_told():
    context = replace(chorded("I", meter="1/32"), lyrics=words(" ".join(["la"] * 90)))
    genome = melody([phrase_of("0+1:0", cells_per_bar=1)], [Phrase(0, 1)], meter="1/32")
    part = render(genome, context)
    (row,) = report(part, context.lyrics, context)
    assert 0 < len(part.lyrics) < 90
    assert row["unsung"] == 90 - len(part.lyrics)
    assert row["verdict"] == "overpacked"


def test_a_part_without_words_is_reported_as_unsung(verse):
    part = Part.of([(0, 480, 60, 80)], verse.length_ticks)
    (row,) = report(part, words("LA la"), verse)
    assert (row["unsung"], row["notes"], row["ratio"]) == (2, 0, 2.0)


def test_first_melodies_have_room_for_their_words(verse):
    """Most lines fit, and most stresses fall on beats."""
    lyrics = words(
        "the RI-ver KEEPS its OWN time", "and I keep MINE", "the HOUSE is FULL of RAIN", "ah HOME"
    )
    context = replace(verse, lyrics=lyrics)
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(60):
        part = render(MELODY.random(context, rng)[0], context)
        rows += report(part, lyrics, context)
    assert np.mean([row["verdict"] == "fits" for row in rows]) > 0.6
    assert np.mean([row["stressed_on_strong"] for row in rows]) > 0.7
    assert all(row["unsung"] == 0 for row in rows)
