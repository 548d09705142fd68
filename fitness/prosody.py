"""Prosody of lyrics: line lengths, stresses, rhymes and repetitions of a text.

Syllables and their stresses are those that the engine sings (``genomes.lyrics``). Each feature is
one row of ``FEATURES``; a text of no words has zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fitness.rhymes import any_rhyme, rhyme, spelled
from genomes.lyrics import Line, Syllable
from genomes.lyrics.nuclei import is_vowel
from genomes.lyrics.syllables import line_of
from genomes.lyrics.words import WEAK_WORDS

# Raised whenever a name, the order or a definition changes; tables and models carry it.
PROSODY_VERSION = "1"

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
    def syllable_counts(self) -> list[int]:
        """Syllables of each line."""
        return [len(line.syllables) for line in self.lines]

    @property
    def all_words(self) -> list[str]:
        """Every word's letters, in order."""
        words = (spelled(word) for line in self.words for word in line)
        return [word for word in words if word]

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


def _end_rhymes(verse: Verse) -> list[bool]:
    """Whether each line rhymes with one of the four before or after it."""
    ends = [words[-1] for words in verse.words]
    return [
        any(rhyme(end, other) for other in _neighbours(ends, place, RHYMING_LINES))
        for place, end in enumerate(ends)
    ]


def _neighbours(ends: Sequence[Word], place: int, reach: int) -> list[Word]:
    return [*ends[max(0, place - reach) : place], *ends[place + 1 : place + 1 + reach]]


def _alliterations(verse: Verse) -> list[bool]:
    """Whether neighbours, weak words aside, begin with the same consonant."""
    neighbours = [pair for words in verse.words for pair in pairwise(_weighty(words))]
    return [_onset(one) != "" and _onset(one) == _onset(other) for one, other in neighbours]


def _repeated(verse: Verse) -> float:
    lines = [tuple(map(spelled, words)) for words in verse.words]
    return 1 - len(set(lines)) / len(lines)


# Every feature by its name; what ends in ``_share`` is 0 to 1.
FEATURES: dict[str, Callable[[Verse], float]] = {
    "line_count": lambda verse: len(verse.lines),
    "words_per_line": lambda verse: _mean([len(words) for words in verse.words]),
    "syllables_per_line": lambda verse: _mean(verse.syllable_counts),
    "syllables_per_line_sd": lambda verse: _sd(verse.syllable_counts),
    "syllables_per_word": lambda verse: (
        _mean(verse.syllable_counts) / _mean([len(words) for words in verse.words])
    ),
    "stressed_share": lambda verse: _mean(
        [syllable.is_stressed for line in verse.lines for syllable in line.syllables]
    ),
    # Syllables from one stress to the next of its line; 0 without two.
    "stress_gap": lambda verse: _mean(verse.gaps),
    "stress_gap_sd": lambda verse: _sd(verse.gaps),
    # Syllables that fit a stress on every second or third, each line at its best.
    "duple_share": lambda verse: _mean([_fit(line, 2) for line in verse.lines]),
    "triple_share": lambda verse: _mean([_fit(line, 3) for line in verse.lines]),
    "opening_stress_share": lambda verse: _mean(
        [line.syllables[0].is_stressed for line in verse.lines]
    ),
    "closing_stress_share": lambda verse: _mean(
        [line.syllables[-1].is_stressed for line in verse.lines]
    ),
    "end_rhyme_share": lambda verse: _mean(_end_rhymes(verse)),
    # Lines of which two words rhyme, weak words aside.
    "internal_rhyme_share": lambda verse: _mean(
        [any_rhyme(_weighty(words)) for words in verse.words]
    ),
    "alliteration_share": lambda verse: _mean(_alliterations(verse)),
    "repeated_line_share": _repeated,
    "distinct_word_share": lambda verse: len(set(verse.all_words)) / max(len(verse.all_words), 1),
    # Words that carry no weight of their own, such as "the".
    "weak_word_share": lambda verse: _mean(
        [_is_weak(word) for words in verse.words for word in words]
    ),
    "question_share": lambda verse: _mean(
        [line.text.rstrip("\"'”’)] ").endswith("?") for line in verse.lines]
    ),
}
PROSODY_NAMES: tuple[str, ...] = tuple(FEATURES)


def prosody_matrix(texts: Sequence[str]) -> NDArray[np.float32]:
    """Measure texts, one row each.

    Args:
        texts: any number; a line of the text is a line of the lyric.

    Returns:
        ``(n, len(PROSODY_NAMES))``, float32, finite; a text of no words has zeros.
    """
    rows = np.array([_row(text) for text in texts], dtype=np.float32)
    return rows.reshape(len(texts), len(FEATURES))


@lru_cache(maxsize=2**14)
def _row(text: str) -> tuple[float, ...]:
    """A line is mostly sung by many tracks."""
    verse = verse_of(text)
    if verse is None:
        return (0.0,) * len(FEATURES)
    return tuple(float(feature(verse)) for feature in FEATURES.values())


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
    """Share of a line's syllables that fit a regular stress pattern, at its best offset."""
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
    letters = spelled(word)
    return letters[:1] if letters and not is_vowel(letters, 0) else ""


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _sd(values: Sequence[float]) -> float:
    return float(np.std(values)) if values else 0.0
