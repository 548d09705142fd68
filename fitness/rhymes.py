"""Which words rhyme, as far as their spelling tells.

A word's rime is what sounds from the vowel of its last stressed syllable on. The rules below bring
common English spellings of one sound together: "light" and "white", "day" and "they". They don't
hear "love" and "of", and take "know" and "now" for a rhyme.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from genomes.lyrics import Syllable
from genomes.lyrics.nuclei import is_vowel

# Spellings that say another sound than the rules below, with their rimes.
_BY_SOUND = {
    "E": "key",
    "U": "you to do who two queue through",
    "O": "though",
    "I": "eye i",
    "ar": "are",
    "er": "there where their",
    "av": "have",
    "un": "one done",
    "on": "gone",
    "um": "come some",
    "uv": "love above",
    "ed": "said",
}
EXCEPTIONS = {word: sound for sound, words in _BY_SOUND.items() for word in words.split()}
# Capitals are long vowels. In this order, each on what the ones before left.
SPELLINGS = (
    (r"eigh", "A"),
    (r"igh", "I"),
    (r"dge", "j"),
    (r"ph", "f"),
    (r"ck", "k"),
    (r"x", "ks"),
    (r"q", "k"),
    (r"([^aeiou])\1", r"\1"),  # two of a consonant are one
    (r"tion|sion", "Sun"),
    (r"a([^aeiouy])e(?=s?$|d$)", r"A\1"),
    (r"i([^aeiouy])e(?=s?$|d$)", r"I\1"),
    (r"o([^aeiouy])e(?=s?$|d$)", r"O\1"),
    (r"u([^aeiouy])e(?=s?$|d$)", r"U\1"),
    (r"ai|ay|ey", "A"),
    (r"ee|ea|(?<=[a-z])ie", "E"),
    (r"^(?:ie|ye|y)(?=s?$)", "I"),
    (r"^ied", "Id"),
    (r"oo|ue|ew|ui", "U"),
    (r"oa|ow(?=s?$)|oe|o$", "O"),
    (r"ere(?=s?$)", "Er"),
    (r"ind$", "Ind"),
    (r"old$", "Old"),
    (r"^e$", "E"),
    (r"y$", "E"),
    (r"[eiu]r(?![aeiouy])", "R"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"e$", ""),
)
_RULES = tuple((re.compile(pattern), sound) for pattern, sound in SPELLINGS)


def spelled(word: tuple[Syllable, ...]) -> str:
    """The letters of a word alone, in lower case and without accents."""
    text = "".join(syllable.text for syllable in word)
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in split if sign.isalpha())


@lru_cache(maxsize=2**14)
def rime(word: tuple[Syllable, ...]) -> str:
    """What a word's last stressed syllable and those after it sound like, without the onset.

    Args:
        word: its syllables, at least one.

    Returns:
        empty for a word without letters to go by.
    """
    if (letters := spelled(word)) in EXCEPTIONS:
        return EXCEPTIONS[letters]
    stressed = [place for place, syllable in enumerate(word) if syllable.is_stressed]
    sung = word[stressed[-1] :] if stressed else word[-1:]
    tail = spelled(sung)
    start = next((place for place in range(len(tail)) if is_vowel(tail, place)), len(tail))
    sound = tail[start:]
    for pattern, becomes in _RULES:
        sound = pattern.sub(becomes, sound)
    return sound


def rhyme(one: tuple[Syllable, ...], other: tuple[Syllable, ...]) -> bool:
    """Whether two words rhyme; a word doesn't with itself."""
    sound = rime(one)
    return bool(sound) and sound == rime(other) and spelled(one) != spelled(other)


def any_rhyme(words: Sequence[tuple[Syllable, ...]]) -> bool:
    """Whether two of these words rhyme."""
    return any(rhyme(one, other) for at, one in enumerate(words) for other in words[:at])
