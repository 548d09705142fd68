"""Variants of a text for training: some of its sentences, with some of their words left out.

A song's concept is the same in every clip of it, so that a network learns it by heart. Of each
variant, every sentence stays with a chance of 70 % and every word of those with 90 %; one sentence
and half of its words at least. (Word dropout is Iyyer et al., "Deep Unordered Composition Rivals
Syntactic Methods", 2015.)
"""

from __future__ import annotations

import hashlib
import re

import numpy as np

from fitness.hashed_text import has_words

# Raised whenever a text gets other variants.
TEXT_VARIANTS_VERSION = "1"
VARIANTS = 8  # of each concept
SENTENCE_SHARE, WORD_SHARE = 0.7, 0.9
LEAST_WORDS_SHARE = 0.5

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def variants(text: str, count: int = VARIANTS) -> list[str]:
    """Variants of a text with words, always the same ones.

    Args:
        text: that has words.
        count: how many.
    """
    return [_variant(text, number) for number in range(count)]


def _variant(text: str, number: int) -> str:
    seed = hashlib.sha256(f"{number} {text}".encode()).digest()[:8]
    rng = np.random.default_rng(int.from_bytes(seed, "big"))
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if has_words(sentence)]
    kept = [s for s in sentences if rng.random() < SENTENCE_SHARE]
    kept = kept or [sentences[int(rng.integers(len(sentences)))]]
    varied = " ".join(_with_fewer_words(sentence, rng) for sentence in kept)
    return varied if has_words(varied) else text


def _with_fewer_words(sentence: str, rng: np.random.Generator) -> str:
    words = sentence.split()
    stays = rng.random(len(words)) < WORD_SHARE
    enough = stays.mean() >= LEAST_WORDS_SHARE
    return " ".join(word for word, stay in zip(words, stays, strict=True) if stay or not enough)
