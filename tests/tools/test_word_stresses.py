"""The words' stresses, from a pronouncing dictionary to the table that ships."""

from __future__ import annotations

import gzip
import json

from genomes.lyrics.words import _table
from tools import word_stresses

DICTIONARY = """\
about AH0 B AW1 T
every EH1 V ER0 IY0
every(2) EH1 V R IY0
hmm HH M
o'clock AH0 K L AA1 K # adverb
u.s. Y UW1 EH1 S

lantern L AE1 N T ER0 N
""".splitlines()


def test_the_first_pronunciation_of_words_counts():
    assert word_stresses.stresses_by_word(DICTIONARY) == {
        "about": "01",
        "every": "100",
        "o'clock": "01",
        "lantern": "10",
    }


def test_the_same_words_give_the_same_bytes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(word_stresses, "OUTPUT", tmp_path / "data" / "table.gz")
    path = tmp_path / "dictionary"
    path.write_text("\n".join(DICTIONARY), "utf-8")
    word_stresses.main([str(path)])
    table = json.loads(gzip.decompress(word_stresses.OUTPUT.read_bytes()))
    assert table == {
        "01": "about o'clock",
        "10": "lantern",
        "100": "every",
    }
    assert "4 words" in capsys.readouterr().out
    stresses = word_stresses.stresses_by_word(reversed(DICTIONARY[1:2] + DICTIONARY[:1]))
    assert word_stresses.packed(stresses) == word_stresses.packed(dict(reversed(stresses.items())))


def test_the_shipped_table_is_as_it_is_packed():
    packed = gzip.decompress(word_stresses.packed(_table()))
    assert packed == gzip.decompress(word_stresses.OUTPUT.read_bytes())
