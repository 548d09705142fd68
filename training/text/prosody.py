"""Prosody of lyrics: how a text moves, whatever it says.

Syllables and their stresses are those that the engine sings (``genomes.lyrics``). Each feature is
one row of ``FEATURES``; a text of no words has zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.lyrics import Line, Syllable
from genomes.lyrics.nuclei import is_vowel
from genomes.lyrics.syllables import line_of
from genomes.lyrics.words import WEAK_WORDS
from training.progress import Update
from training.schemas import PROSODY_FILE, SEGMENTS_FILE, read_parquet, write_table
from training.text.rhymes import any_rhyme, plain, rhyme

# Raised whenever a name, the order or a definition changes; tables and models carry it.
PROSODY_VERSION = "1"
VERSION_KEY = b"prosody_version"

# Lines that are further apart are not heard as a rhyme.
RHYMING_LINES = 4

Word = tuple[Syllable, ...]


@dataclass(frozen=True, slots=True)
class Verse:
    """A text as it is sung, at least one line.

    Attributes:
        lines: of syllables.
        words: of each line.
    """

    lines: tuple[Line, ...]
    words: tuple[tuple[Word, ...], ...]

    @property
    def all_words(self) -> list[str]:
        """Every word's letters, in order."""
        spelled = (_spelled(word) for line in self.words for word in line)
        return [word for word in spelled if word]

    @property
    def gaps(self) -> list[int]:
        """Syllables from each stress to the next of its line."""
        stressed = [
            [place for place, syllable in enumerate(line.syllables) if syllable.is_stressed]
            for line in self.lines
        ]
        return [after - before for places in stressed for before, after in pairwise(places)]


def verse_of(text: str) -> Verse | None:
    """A text as it is sung; None if there is nothing to sing."""
    lines = tuple(line for line in map(line_of, text.splitlines()) if line is not None)
    return Verse(lines, tuple(map(_words, lines))) if lines else None


def line_count(verse: Verse) -> float:
    """Lines, 1 and more."""
    return len(verse.lines)


def words_per_line(verse: Verse) -> float:
    """Words in a line, mean, 1 and more."""
    return _mean([len(words) for words in verse.words])


def syllables_per_line(verse: Verse) -> float:
    """Syllables in a line, mean, 1 and more."""
    return _mean([len(line.syllables) for line in verse.lines])


def syllables_per_line_sd(verse: Verse) -> float:
    """Standard deviation of the syllables in a line, 0 and more."""
    return _sd([len(line.syllables) for line in verse.lines])


def syllables_per_word(verse: Verse) -> float:
    """Syllables in a word, mean, 1 and more."""
    return syllables_per_line(verse) / words_per_line(verse)


def stressed_share(verse: Verse) -> float:
    """Share of syllables that are stressed, 0 to 1."""
    return _mean([syllable.is_stressed for line in verse.lines for syllable in line.syllables])


def stress_gap(verse: Verse) -> float:
    """Syllables from one stress to the next of its line, mean, 1 and more; 0 without two."""
    return _mean(verse.gaps)


def stress_gap_sd(verse: Verse) -> float:
    """Standard deviation of the syllables from stress to stress, 0 and more."""
    return _sd(verse.gaps)


def duple_share(verse: Verse) -> float:
    """Share of syllables that fit a stress on every second, each line at its best, 0.5 to 1."""
    return _mean([_fit(line, 2) for line in verse.lines])


def triple_share(verse: Verse) -> float:
    """Share of syllables that fit a stress on every third, each line at its best, 0 to 1."""
    return _mean([_fit(line, 3) for line in verse.lines])


def opening_stress_share(verse: Verse) -> float:
    """Share of lines that begin with a stress, 0 to 1."""
    return _mean([line.syllables[0].is_stressed for line in verse.lines])


def closing_stress_share(verse: Verse) -> float:
    """Share of lines that end with a stress, 0 to 1."""
    return _mean([line.syllables[-1].is_stressed for line in verse.lines])


def end_rhyme_share(verse: Verse) -> float:
    """Share of lines that rhyme with one of the four before or after, 0 to 1."""
    ends = [words[-1] for words in verse.words]
    return _mean(
        [
            any(
                rhyme(end, other)
                for place, other in enumerate(ends)
                if 0 < abs(place - at) <= RHYMING_LINES
            )
            for at, end in enumerate(ends)
        ]
    )


def internal_rhyme_share(verse: Verse) -> float:
    """Share of lines of which two words rhyme, weak words aside, 0 to 1."""
    return _mean([any_rhyme(_weighty(words)) for words in verse.words])


def alliteration_share(verse: Verse) -> float:
    """Share of neighbours, weak words aside, that begin with the same consonant, 0 to 1."""
    neighbours = [pair for words in verse.words for pair in pairwise(_weighty(words))]
    return _mean([_onset(one) != "" and _onset(one) == _onset(other) for one, other in neighbours])


def repeated_line_share(verse: Verse) -> float:
    """Share of lines that were there before, word for word, 0 to 1."""
    spelled = [tuple(map(_spelled, words)) for words in verse.words]
    return 1 - len(set(spelled)) / len(spelled)


def distinct_word_share(verse: Verse) -> float:
    """Distinct words by all words, 0 to 1."""
    words = verse.all_words
    return len(set(words)) / max(len(words), 1)


def weak_word_share(verse: Verse) -> float:
    """Share of words that carry no weight of their own, such as "the", 0 to 1."""
    return _mean([_is_weak(word) for words in verse.words for word in words])


def question_share(verse: Verse) -> float:
    """Share of lines that end with a question mark, 0 to 1."""
    return _mean([line.text.rstrip("\"'”’)] ").endswith("?") for line in verse.lines])


FEATURES: tuple[Callable[[Verse], float], ...] = (
    line_count,
    words_per_line,
    syllables_per_line,
    syllables_per_line_sd,
    syllables_per_word,
    stressed_share,
    stress_gap,
    stress_gap_sd,
    duple_share,
    triple_share,
    opening_stress_share,
    closing_stress_share,
    end_rhyme_share,
    internal_rhyme_share,
    alliteration_share,
    repeated_line_share,
    distinct_word_share,
    weak_word_share,
    question_share,
)
PROSODY_NAMES: tuple[str, ...] = tuple(feature.__name__ for feature in FEATURES)


def prosody_matrix(texts: Sequence[str]) -> NDArray[np.float32]:
    """Measure texts, one row each.

    Args:
        texts: any number; a line of the text is a line of the lyric.

    Returns:
        ``(n, len(PROSODY_NAMES))``, float32, finite; a text of no words has zeros.
    """
    rows = np.array([_row(text) for text in texts], dtype=np.float32)
    return rows.reshape(len(texts), len(FEATURES))


def write_prosody(folder: Path, update: Update) -> dict[str, Any]:
    """Measure every segment's lyric and write the table; gives a summary.

    Args:
        folder: with the segments' table.
        update: called with texts done.

    Raises:
        ValueError: if the table or a column isn't there.
    """
    import pyarrow

    segments = read_parquet(folder / SEGMENTS_FILE, ("segment_id", "lyric_text"))
    texts = [text or "" for text in segments["lyric_text"].to_pylist()]
    distinct = list(dict.fromkeys(texts))
    for done, text in enumerate(distinct, start=1):
        _row(text)
        update(done, len(distinct), "")
    matrix = prosody_matrix(texts)
    has_lyric = [verse_of(text) is not None for text in texts]
    columns = dict(zip(PROSODY_NAMES, np.ascontiguousarray(matrix.T), strict=True))
    table = pyarrow.table(
        {"segment_id": segments["segment_id"], "has_lyric": has_lyric} | columns,
        metadata={VERSION_KEY: PROSODY_VERSION.encode()},
    )
    write_table(table, folder / PROSODY_FILE)
    return {"rows": len(texts), "with_lyric": sum(has_lyric), "features": list(PROSODY_NAMES)}


@lru_cache(maxsize=2**14)
def _row(text: str) -> tuple[float, ...]:
    """A line is mostly sung by many tracks."""
    verse = verse_of(text)
    if verse is None:
        return (0.0,) * len(FEATURES)
    return tuple(float(feature(verse)) for feature in FEATURES)


def _words(line: Line) -> tuple[Word, ...]:
    words: list[Word] = []
    syllables: list[Syllable] = []
    for syllable in line.syllables:
        syllables.append(syllable)
        if syllable.ends_word:
            words.append(tuple(syllables))
            syllables = []
    return tuple(words)


def _fit(line: Line, every: int) -> float:
    """Share of a line's syllables that a regular stress explains, where it begins best."""
    stressed = [syllable.is_stressed for syllable in line.syllables]
    hits = (
        sum(mark == (place % every == phase) for place, mark in enumerate(stressed))
        for phase in range(every)
    )
    return max(hits) / len(stressed)


def _weighty(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if not _is_weak(word)]


def _is_weak(word: Word) -> bool:
    written = "".join(syllable.text for syllable in word).casefold().replace("’", "'")
    return written.strip('.,;:!?"()[]…—–-“”') in WEAK_WORDS


def _onset(word: Word) -> str:
    """The consonant that a word begins with; empty for a vowel."""
    spelled = _spelled(word)
    return spelled[:1] if spelled and not is_vowel(spelled, 0) else ""


def _spelled(word: Word) -> str:
    return plain("".join(syllable.text for syllable in word))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _sd(values: Sequence[float]) -> float:
    return float(np.std(values)) if values else 0.0
