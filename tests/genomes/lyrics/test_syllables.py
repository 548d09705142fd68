"""A line of text as it is sung: its syllables, and which of them are stressed."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.lyrics import Line, Lyrics
from genomes.lyrics.nuclei import nuclei
from genomes.lyrics.syllables import is_sung, line_of
from genomes.lyrics.words import _table

# Stressed syllables in capitals.
GOLD = """
    a-BOUT a-GAIN A-ny AP-ple BEAU-ti-ful be-CAUSE be-TWEEN be-YOND BRO-ken cre-AT-ed DAN-ger-ous
    DID-n't EV-ery FAM-i-ly FIRE FLOW-ing for-EV-er FRIEND-ly GAR-den good-BYE gui-TAR HEAV-en
    ho-RI-zon i-DE-a LIGHT-house LIT-tle LONE-ly MAY-be MEM-o-ry NEV-er PHO-to-GRAPH PI-lot QUI-et
    re-MEM-ber RHY-thm SEE-ing SOME-thing SOUL to-GETH-er to-MOR-row UN-der-STAND WORLD
"""

# Words that no dictionary of English has, by the order of their letters.
OTHERS = """
    BLIM-ber-ly GLOO-ming STRELL-less ZON-dle TRAN-di-o KER-va-tion SPLAM GRIND-wor-thy VOR-tle
    LLE-na-bas TAM-bién BA-úl FRÜH-ling FLO-rné ПРИ-вет HOP-per-'ll
"""


def divided(text):
    line = line_of(text)
    words, syllables = [], []
    for syllable in line.syllables:
        syllables.append(syllable.text.upper() if syllable.is_stressed else syllable.text.lower())
        if syllable.ends_word:
            words.append("-".join(syllables))
            syllables = []
    assert not syllables
    return " ".join(words)


@pytest.mark.parametrize("gold", GOLD.split())
def test_english_words(gold):
    word = gold.replace("-", "").lower()
    assert divided(word) == gold
    assert divided(word.upper()) == gold
    assert divided(word.capitalize()) == gold


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I walked to the end of the line", "i WALKED to the END of the LINE"),
        ("you and me", "you and me"),
        ("'Cause we're lovin' it, darlin'!", "'cause we're LOV-in' it, DAR-lin'!"),
        ("rock’n’roll", "ROCK-’n’roll"),
        ("the listener's sorrow's reasons'", "the LIS-ten-er's SOR-row's REA-sons'"),
        ("church's hiss's", "CHURCH-'s HISS-'s"),
        ("I couldn’t, it'll", "i COULD-n’t, IT-'ll"),
        ("café naïve", "ca-FÉ na-ÏVE"),
    ],
)
def test_lines(text, said):
    assert divided(text) == said


@pytest.mark.parametrize("gold", OTHERS.split())
def test_words_that_are_not_known(gold):
    """The first syllable is stressed; an accent is never silent."""
    word = re.sub(r"(?<!')-(?!$)", "", gold).lower()
    found = [syllable.text for syllable in line_of(word).syllables]
    assert len(found) == len(gold.split("-")), found
    assert line_of(word).syllables[0].is_stressed


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("사랑해요 나의 별", ["사", "랑", "해", "요", "나", "의", "별"]),
        ("きょう、サビー", ["きょ", "う、", "サ", "ビー"]),
        ("愛してるbaby", ["愛", "し", "て", "る", "ba", "by"]),
        ("— (oh) my — «well-known» ♪", ["— (oh)", "my —", "«well-", "known» ♪"]),
        ("you—and (me)", ["you—", "and", "(me)"]),
        ("9 & 10", ["9", "&", "1", "0"]),
        ("Hmm... TV, shh", ["Hmm...", "TV,", "shh"]),
    ],
)
def test_signs_and_scripts(text, syllables):
    assert [syllable.text for syllable in line_of(text).syllables] == syllables


def test_the_first_sign_of_a_word_is_stressed():
    stressed = [syllable.is_stressed for syllable in line_of("사랑 나의").syllables]
    assert stressed == [True, False, True, False]


@pytest.mark.parametrize("text", ["", "   ", "♪♪", "— … !?", "'", "\u0301", "ー"])
def test_nothing_to_sing(text):
    assert line_of(text) is None
    assert not is_sung(text)


def words_of(line: Line) -> list[str]:
    words = [""]
    for syllable in line.syllables:
        words[-1] += syllable.text
        words += [""] * syllable.ends_word
    return words[:-1]


LETTERS = st.text("abceghilmnorstuwy'’-éßиの한", max_size=12)


@given(text=st.text(max_size=60) | st.lists(LETTERS, max_size=8).map(" ".join))
def test_any_text_is_whole_again(text):
    line = line_of(text)
    tidy = " ".join(unicodedata.normalize("NFC", text).split())
    assert (line is not None) == is_sung(text)
    if line is not None:
        assert line.text == tidy
        assert " ".join(words_of(line)) == tidy
        assert all(map(is_sung, (syllable.text for syllable in line.syllables)))
        assert line.syllables[-1].ends_word
        assert line_of(text) == line
        assert Lyrics.from_payload(Lyrics((line,)).to_payload()) == Lyrics((line,))


def test_every_known_word_is_whole_again_and_has_its_syllables():
    """Fewer only where there are no letters to sing them on, as in ``mr``; seldom."""
    seldom, seen = 0, list(_table().items())[::20]
    for word, known in seen:
        line = line_of(word)
        assert line.text == word
        seldom += len(line.syllables) != len(known)
    assert len(seen) > 5000
    assert seldom / len(seen) < 0.02


def test_letters_alone_tell_how_many_syllables_most_words_have():
    seen = list(_table().items())[::20]
    right = sum(len(nuclei(word, frozenset(), None)) == len(known) for word, known in seen)
    assert right / len(seen) > 0.9
