"""Real lyrics with times, as a songwriter's catalogue has them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.proposals.lyrics import lyrics_of, read_lyrics
from genomes.lyrics.words import stresses

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "catalogue"
PATHS = sorted(FOLDER.rglob("*.lrc"))

pytestmark = pytest.mark.skipif(not PATHS, reason=f"needs a folder of real songs: {FOLDER.name}")


def bare_lines(path):
    """The lines of a file as they stand there, without what is in brackets."""
    lines = (re.sub(r"\[.*?\]", "", line) for line in path.read_text("utf-8").splitlines())
    return [" ".join(line.split()) for line in lines if line.strip()]


def test_every_line_comes_out_as_it_is_written():
    written = {path.name: bare_lines(path) for path in PATHS}
    read = {
        path.name: [line.text for line in lyrics_of(read_lyrics(path), "verse").lines]
        for path in PATHS
    }
    assert read == written
    assert sum(map(len, read.values())) > 400


def test_words_have_the_syllables_that_a_dictionary_gives_them():
    words = [word for path in PATHS for line in bare_lines(path) for word in line.split()]
    lines = [line for path in PATHS for line in lyrics_of(read_lyrics(path), "").lines]
    plain = [re.sub(r"[^\w'’‘-]", "", word).replace("’", "'").casefold() for word in words]
    known = [stresses(word) for word in plain]
    assert sum(map(bool, known)) / len(words) > 0.98
    syllables = [syllable for line in lines for syllable in line.syllables]
    assert sum(syllable.ends_word for syllable in syllables) == len(words)
    expected = sum(
        len(each) if each else 1 + word.count("-") for each, word in zip(known, plain, strict=True)
    )
    assert len(syllables) == pytest.approx(expected, rel=0.01)
    assert 0.35 < sum(syllable.is_stressed for syllable in syllables) / len(syllables) < 0.65
