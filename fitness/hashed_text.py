"""A text encoder that needs no download: words and their pieces, hashed to numbers.

Every word ``w``, every two neighbours ``v w`` and every piece of three to five letters of ``<w>``
is a feature ``f`` with the weight of its kind. Its hash says where it goes and with what sign, and
the sum is brought to length 1::

    x[h(f) mod 768] += sign(f) · weight(f) · (1 + ln count(f))

Signed hashing is Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (2009);
pieces of marked words are Bojanowski et al., "Enriching Word Vectors with Subword Information"
(2017). It knows which words two texts share and how near they are spelled, and no meaning. It
learns nothing from the texts it is shown: a text's vector is the same wherever it is made.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fitness.errors import ScoringFailed
from fitness.profiles import TEXT_DIMENSIONS

# What a manifest calls it. A folder of this name is reached as ``./light``.
LIGHT_TEXT_ENCODER = "light"
# Raised whenever a text's vector changes.
LIGHT_TEXT_POOLING = "hashed-words-and-pieces-l2-1"

WORD_WEIGHT, PAIR_WEIGHT = 1.0, 0.5
# All pieces of one word together weigh as much as the word.
PIECES_WEIGHT = 1.0
PIECE_LETTERS = (3, 4, 5)

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def has_words(text: str) -> bool:
    """Whether there is anything in a text that an encoder could read."""
    return _WORD.search(text) is not None


@dataclass(frozen=True, slots=True)
class HashedTextEncoder:
    """Concepts and lyrics to vectors, by their words alone.

    Attributes:
        name: what manifests call it.
    """

    name: str = LIGHT_TEXT_ENCODER

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts, ``(n, 768)`` float32 of length 1; a text of no words is refused."""
        if not all(map(has_words, texts)):
            raise ScoringFailed("a text of no words has no embedding")
        vectors = np.zeros((len(texts), TEXT_DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = _vector(text)
        return vectors


def _vector(text: str) -> NDArray[np.float64]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    counts = Counter(_features(_WORD.findall(folded)))
    vector = np.zeros(TEXT_DIMENSIONS)
    for (feature, weight), count in sorted(counts.items()):
        place, sign = _hashed(feature)
        vector[place] += sign * weight * (1 + math.log(count))
    return vector / np.linalg.norm(vector)


def _features(words: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Each with the weight of its kind."""
    for word in words:
        yield f"word {word}", WORD_WEIGHT
        pieces = _pieces(word)
        for piece in pieces:
            yield f"piece {piece}", PIECES_WEIGHT / math.sqrt(len(pieces))
    for before, word in pairwise(words):
        yield f"pair {before} {word}", PAIR_WEIGHT


def _pieces(word: str) -> list[str]:
    marked = f"<{word}>"
    return [
        marked[start : start + size]
        for size in PIECE_LETTERS
        for start in range(len(marked) - size + 1)
    ]


def _hashed(feature: str) -> tuple[int, int]:
    """A feature's place and sign."""
    number = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
    return (number >> 1) % TEXT_DIMENSIONS, 1 - 2 * (number & 1)
