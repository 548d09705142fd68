"""Nuclei: which letters of a written word a syllable is sung on.

Letters say less than sounds, so every letter that may be one has a strength. A word of which the
number of syllables is known takes its strongest; of any other, those count that mostly do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

# Strengths: the more, the later a letter is given up.
SURE = 6
WEAK_E = 5  # before a consonant, as in "hundred"; silent in "lonely"
SWALLOWED_E = 4  # before a liquid and a vowel, as in "interest"
HIATUS = 3  # as in "piano"
DIPHTHONG = 2  # two syllables in "poem", one in "shoe"
SILENT = 1  # as in "home"

# What counts where nothing is known of a word.
COUNTS = HIATUS

LATIN_VOWELS = "aeiouyæøœı"
OTHER_VOWELS = "аеёиоуыэюяіїєαεηιουω"
VOWELS = frozenset(LATIN_VOWELS + OTHER_VOWELS)

# A second vowel that mostly begins a syllable, by what stands before it.
HIATUS_PAIRS = re.compile(r"(?<![cgstxq])i[aou]|eo|(?<![gq])u[ao]|ao")

# Vowels that an accent tells from the one before, as in "naïve" and "baúl".
APART_UNDER_AN_ACCENT = "iu"

# Consonants of which the last ones begin a syllable together.
ONSETS = """
    bl br ch chr cl cr dr fl fr gl gr kh kl kn kr ph phr pl pr qu rh sh shr th thr tr tw wh wr
"""
MAX_ONSET = 3
_ONSETS = frozenset(ONSETS.split())

_SILENT_E = re.compile(
    r"(?:e|(?<![td])ed|(?<![sxzcg])(?<![cs]h)es)$"
    r"|(?<=[^\Waeiouy])e(?=(?:ly|less|ness|ful|fully|ments?|some|thing|where|times?|body)$)"
)
_SPOKEN_U = re.compile(r"(?<![gq])u|(?<=g)u(?![eiy])")
_SYLLABIC_L = re.compile(r"(?:(?<=c)k|[^\Waeiouylr])l(e)(?:d|s)?$")
_SYLLABIC_M = re.compile(r"(?:s|th)(m)s?$")
_CONTRACTED = re.compile(
    r"(?<=[^\Waeiouy])(?:(n)'t|'(?:l(l)|(v)e|(d)|(r)e))$|(?:(?<=[sxz])|(?<=[cs]h))'(s)$"
)
_WEAK_E = re.compile(r"(?<=[^\Waeiouy])e(?=[^\Waeiouy])")
_SWALLOWED_E = re.compile(r"(?<=[^\Waeiouy])[eo](?=[rl](?!e[ds]?$)[aeiouy])")


@dataclass(frozen=True, slots=True, order=True)
class Nucleus:
    """A letter that a syllable may be sung on.

    Attributes:
        index: of the letter in its word.
        strength: how surely it is one.
        begins: where its syllable begins, if that is known.
    """

    index: int
    strength: int
    begins: int | None = None


def nuclei(word: str, accented: frozenset[int], count: int | None) -> list[Nucleus]:
    """The letters that the syllables of a word are sung on, in order.

    Args:
        word: letters in lower case and without accents, and straight apostrophes.
        accented: places of letters that are written with an accent, which are not silent.
        count: how many syllables it has, or None where that is not known.

    Returns:
        at most ``count``, fewer where its letters have no more to sing on.
    """
    found = _candidates(word, accented)
    if count is None:
        chosen = [nucleus for nucleus in found if nucleus.strength >= COUNTS] or found[:1]
    else:
        ranked = sorted(found[1:], key=lambda nucleus: (-nucleus.strength, -nucleus.index))
        chosen = [*found[:1], *ranked][:count]
    return sorted(chosen)


def onset(word: str, after: int, nucleus: int) -> int:
    """Where a syllable begins, by its consonants alone.

    Args:
        word: as ``nuclei`` takes it.
        after: where the vowels of the syllable before it end.
        nucleus: the letter that it is sung on.
    """
    start = nucleus
    while start > after and word[start - 1] not in VOWELS:
        start -= 1
    for begins in range(max(start, nucleus - MAX_ONSET), nucleus):
        if nucleus - begins == 1 or word[begins:nucleus] in _ONSETS:
            return begins
    return nucleus


def vowels_end(word: str, nucleus: int) -> int:
    """Where the vowels end that begin with a nucleus."""
    end = nucleus + 1
    while end < len(word) and is_vowel(word, end):
        end += 1
    return end


def is_vowel(word: str, index: int) -> bool:
    """Whether a letter is a vowel where it stands, unlike the ``y`` of "yes"."""
    if word[index] not in "yu":
        return word[index] in VOWELS
    if word[index] == "y":
        return word[index + 1 : index + 2] not in VOWELS
    return _SPOKEN_U.match(word, index) is not None


def _candidates(word: str, accented: frozenset[int]) -> list[Nucleus]:
    strengths = dict(_vowel_strengths(word, accented))
    found = {index: Nucleus(index, strength) for index, strength in strengths.items()}
    for match in _SYLLABIC_L.finditer(word):
        found[match.start(1)] = Nucleus(match.start(1), SURE, match.start())
    for match in _SYLLABIC_M.finditer(word):
        found[match.start(1)] = Nucleus(match.start(1), HIATUS)
    for match in _CONTRACTED.finditer(word):
        index = match.start(match.lastindex or 0)
        found[index] = Nucleus(index, HIATUS, match.start())
    return [found[index] for index in sorted(found)]


def _vowel_strengths(word: str, accented: frozenset[int]) -> list[tuple[int, int]]:
    lowered = {match.start(): WEAK_E for match in _WEAK_E.finditer(word)}
    lowered |= {match.start(): SWALLOWED_E for match in _SWALLOWED_E.finditer(word)}
    lowered |= {match.start(): SILENT for match in _SILENT_E.finditer(word)}
    hiatus = {match.end() - 1 for match in HIATUS_PAIRS.finditer(word)}
    places = [index for index in range(len(word)) if word[index] in VOWELS]
    found = []
    for before, index in pairwise([-2, *places]):
        strength = lowered.get(index, SURE)
        is_joined = before == index - 1
        if not is_vowel(word, index):
            strength = DIPHTHONG if word[index] == "y" and index and not is_joined else 0
        elif is_joined and is_vowel(word, before):
            strength = min(strength, _second_of_two(word, index, hiatus))
        if index in accented and (not is_joined or word[index] in APART_UNDER_AN_ACCENT):
            strength = SURE
        if strength:
            found.append((index, strength))
    return found


def _second_of_two(word: str, index: int, hiatus: set[int]) -> int:
    """How surely a vowel that follows another is sung on a syllable of its own."""
    if index in hiatus:
        return HIATUS
    if word[index] == "y":
        return 0
    return SILENT if word[index] == word[index - 1] else DIPHTHONG
