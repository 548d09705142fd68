"""Variants of a concept: some of its sentences, most of their words, always the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.hashed_text import has_words
from training.text.variants import VARIANTS, variants

CONCEPT = "A man rows his father across. The tide turns! He tells him what he kept on land."
TEXTS = st.text(alphabet="abc .!?\n", min_size=1, max_size=60).filter(has_words)


def test_they_keep_sentences_and_words_in_order():
    found = variants(CONCEPT)
    assert len(found) == VARIANTS
    assert found == variants(CONCEPT)
    assert len({*found, CONCEPT}) > VARIANTS / 2
    words = CONCEPT.split()
    for text in found:
        left = iter(words)
        assert all(word in left for word in text.split())  # a subsequence
        assert len(text.split()) >= 2


@given(TEXTS, st.integers(1, 4))
def test_every_variant_has_words_of_the_text(text, count):
    found = variants(text, count)
    assert len(found) == count
    for one in found:
        assert has_words(one)
        assert set(one.split()) <= set(text.split())


@pytest.mark.parametrize("text", ["rust", "Rust. "])
def test_a_single_word_stays(text):
    assert {one.strip() for one in variants(text)} == {text.strip()}
