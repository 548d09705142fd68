"""Syllables: a line of text as it is sung.

English is divided by what is known of its words; any other word by the order of its letters. A
script that writes whole syllables, such as Hangul or Kana, is sung sign by sign.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import pyphen

from genomes.lyrics.nuclei import Nucleus, is_vowel, nuclei, onset, vowels_end
from genomes.lyrics.values import Line, Syllable
from genomes.lyrics.words import NONE, PRIMARY, SECONDARY, WEAK_WORDS, stresses

APOSTROPHES = "'’‘ʼ`´"

# Signs that are sung with the one before them, and those that are sung as a word.
CARRIED_SIGNS = frozenset("ァィゥェォャュョヮぁぃぅぇぉゃゅょゎーｰ")
SPOKEN_SIGNS = "&"

# Kinds of signs: a letter, a sign that is a syllable, a digit, a mark on the sign before,
# an apostrophe, and what is not sung.
LETTER, BLOCK, DIGIT, MARK, APOSTROPHE, SILENT = "lbdma."
KINDS = {"Lo": BLOCK, "Lm": MARK, "L": LETTER, "N": DIGIT, "M": MARK}
OPENING = frozenset({"Ps", "Pi"})

# Words whose syllables are remembered: most of a song's come again.
MAX_REMEMBERED = 2**14

_PIECE = re.compile(r"bm*|dm*|a*l[lma]*")


class _Sung(NamedTuple):
    """Where in its word a syllable begins, and how it is sung."""

    start: int
    is_stressed: bool


def line_of(text: str) -> Line | None:
    """A line of text as it is sung.

    The line's own text is the text again, with single spaces; the syllables of a word joined are
    the word with all its signs. What can't be sung, such as a dash of its own, goes with the word
    before it.

    Returns:
        None if there is nothing to sing.
    """
    words = _with_what_is_silent(unicodedata.normalize("NFC", text).split())
    syllables = tuple(syllable for word in words for syllable in _syllables(word))
    return Line(syllables) if syllables else None


def _with_what_is_silent(words: list[str]) -> list[str]:
    """The words, each with the signs around it that stand alone and are not sung."""
    sung = [index for index, word in enumerate(words) if is_sung(word)]
    bounds = [0, *sung[1:], len(words)] if sung else []
    return [" ".join(words[start:end]) for start, end in pairwise(bounds)]


def is_sung(text: str) -> bool:
    """Whether there is anything in a text to sing."""
    return _PIECE.search(_kinds(text)) is not None


def _kinds(word: str) -> str:
    return "".join(map(_kind, word))


@cache
def _kind(sign: str) -> str:
    if sign in APOSTROPHES:
        return APOSTROPHE
    if sign in CARRIED_SIGNS:
        return MARK
    if sign in SPOKEN_SIGNS:
        return DIGIT
    category = unicodedata.category(sign)
    return KINDS.get(category) or KINDS.get(category[0], SILENT)


@lru_cache(maxsize=MAX_REMEMBERED)
def _syllables(word: str) -> tuple[Syllable, ...]:
    """The syllables of what stands between two spaces; signs go with the one before."""
    sung = [syllable for piece in _PIECE.finditer(_kinds(word)) for syllable in _sung(word, piece)]
    bounds = pairwise([0, *(syllable.start for syllable in sung[1:]), len(word)])
    return tuple(
        Syllable(word[start:end], syllable.is_stressed, end == len(word))
        for (start, end), syllable in zip(bounds, sung, strict=True)
    )


def _sung(word: str, piece: re.Match[str]) -> list[_Sung]:
    start, end = piece.span()
    if piece.group().startswith(BLOCK):
        is_first = piece.string[max(0, start - 1) : start] not in {BLOCK, MARK}
        return [_Sung(_opened(word, start), is_first)]
    first, *others = _sung_letters(word[start:end])
    moved = [_Sung(start + syllable.start, syllable.is_stressed) for syllable in others]
    return [_Sung(_opened(word, start), first.is_stressed), *moved]


def _opened(word: str, start: int) -> int:
    """Where a piece of a word begins with the brackets and quotes that open before it."""
    while start and unicodedata.category(word[start - 1]) in OPENING:
        start -= 1
    return start


def _sung_letters(piece: str) -> list[_Sung]:
    """The syllables of letters and apostrophes."""
    plain = "".join(map(_plain, piece))
    accented = frozenset(i for i, sign in enumerate(piece) if _is_accented(sign))
    known = stresses(plain)
    found = nuclei(plain, accented, len(known) if known else None)
    starts = [0, *_breaks(plain, found)]
    weights = _weights(plain, known, len(starts))
    return [_Sung(start, weight) for start, weight in zip(starts, weights, strict=True)]


@cache
def _plain(sign: str) -> str:
    """A letter in lower case, without its accent; an apostrophe straight."""
    if sign in APOSTROPHES:
        return "'"
    return unicodedata.normalize("NFKD", sign)[0].lower()[0]


@cache
def _is_accented(sign: str) -> bool:
    return len(unicodedata.normalize("NFD", sign)) > 1


def _weights(plain: str, known: str | None, count: int) -> list[bool]:
    """Which syllables are stressed; the first of a word that is not known."""
    if count == 1:
        return [plain not in WEAK_WORDS and plain.strip("'") not in WEAK_WORDS]
    marks = (known or PRIMARY).ljust(count, NONE)[:count]
    if PRIMARY not in marks:
        marks = PRIMARY + marks[1:]
    return [
        mark == PRIMARY or (mark == SECONDARY and PRIMARY not in marks[max(0, i - 1) : i + 2])
        for i, mark in enumerate(marks)
    ]


def _breaks(plain: str, found: list[Nucleus]) -> list[int]:
    """Where the second and later syllables of a word begin."""
    hyphens = _hyphenation().positions(plain) if len(found) > 1 else []
    return [_break(plain, one.index, other, hyphens) for one, other in pairwise(found)]


def _break(plain: str, nucleus: int, after: Nucleus, hyphens: list[int]) -> int:
    """Where the syllable of one nucleus ends and that of the next begins."""
    if after.begins is not None:
        return after.begins
    end = min(vowels_end(plain, nucleus), after.index)
    last = after.index if is_vowel(plain, after.index) else after.index - 1
    printed = [hyphen for hyphen in hyphens if end <= hyphen <= last]
    return printed[0] if printed else onset(plain, end, after.index)


@cache
def _hyphenation() -> pyphen.Pyphen:
    """Where printers break English words, at their very ends too."""
    return pyphen.Pyphen(lang="en_US", left=1, right=1)
