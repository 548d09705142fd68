"""Prosody means what it says, varies over real songs, and is finite for any text."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from fitness.prosody import FEATURES, PROSODY_NAMES, PROSODY_VERSION, prosody_matrix
from fitness.rhymes import rhyme
from genomes.lyrics.syllables import line_of
from tests.training.embedding.folders import write_folder
from training.__main__ import main

CATALOGUE = Path(__file__).parents[4] / "shared" / "data" / "catalogue"


def word(text):
    return line_of(text).syllables


def measured(text):
    return dict(zip(PROSODY_NAMES, prosody_matrix([text])[0].tolist(), strict=True))


# The feature, a text where it is high, its value, a text where it is low, its value.
MEANINGS = [
    ("line_count", "one\ntwo\n\nthree", 3, "one two three", 1),
    ("words_per_line", "cold iron river\nsalt", 2, "salt\nrust", 1),
    ("syllables_per_line", "remember the river\nsalt", 3.5, "salt\nrust", 1),
    ("syllables_per_line_sd", "remember the river\nsalt and", 2, "salt\nrust", 0),
    ("syllables_per_word", "imagination", 5, "salt and rust", 1),
    ("stressed_share", "cold dark night", 1, "and the night", 1 / 3),
    ("stress_gap", "cold in the night", 3, "cold night", 1),
    ("stress_gap_sd", "cold night of the sea", 1, "cold dark night", 0),
    ("duple_share", "the cold, the dark, the night", 1, "cold dark night wind", 0.5),
    ("triple_share", "light of the moon in the dark", 1, "cold dark night", 1 / 3),
    ("opening_stress_share", "night and day\nthe sea", 0.5, "the sea\nthe night", 0),
    ("closing_stress_share", "the sea\nthe river", 0.5, "the river", 0),
    ("end_rhyme_share", "a cold night\nthe white light\nrust", 2 / 3, "night\nnight", 0),
    ("internal_rhyme_share", "a cold night, a light\nrust", 0.5, "night after night", 0),
    ("alliteration_share", "silver salt and the sea", 1, "salt rust light", 0),
    ("repeated_line_share", "Go home\nsalt\ngo home!\nrust", 0.25, "go home\nsalt", 0),
    ("distinct_word_share", "salt rust light", 1, "salt salt salt Salt", 0.25),
    ("weak_word_share", "the sea and I", 0.75, "salt rust", 0),
    ("question_share", "Who goes there?\nrust", 0.5, "rust", 0),
]


def test_every_feature_is_shown():
    assert tuple(row[0] for row in MEANINGS) == PROSODY_NAMES


@pytest.mark.parametrize(("name", "high", "above", "low", "below"), MEANINGS)
def test_a_feature_means_what_it_says(name, high, above, low, below):
    assert measured(high)[name] == pytest.approx(above)
    assert measured(low)[name] == pytest.approx(below)


@given(st.lists(st.text(alphabet="aeinrst hcTé'’.?!\n好7-", max_size=40), max_size=3))
def test_any_text_is_measured(texts):
    matrix = prosody_matrix(texts)
    assert matrix.shape == (len(texts), len(FEATURES))
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    assert (matrix >= 0).all()
    shares = [place for place, name in enumerate(PROSODY_NAMES) if name.endswith("_share")]
    assert (matrix[:, shares] <= 1).all()


@pytest.mark.parametrize("text", ["", "\n \n", "…"])
def test_a_text_of_no_words_has_zeros(text):
    assert not prosody_matrix([text]).any()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("light", "white"),
        ("day", "they"),
        ("bleed", "feed"),
        ("wide", "bride"),
        ("dreams", "seems"),
        ("feeling", "dealing"),
        ("shattering", "scattering"),
        ("key", "flee"),
        ("sea", "me"),
        ("fly", "high"),
        ("too", "queue"),
        ("air", "declare"),
        ("renovate", "bait"),
        ("home", "foam"),
        ("started", "departed"),
    ],
)
def test_these_rhyme(one, other):
    assert rhyme(word(one), word(other))
    assert rhyme(word(other), word(f"{one}!".capitalize()))


@pytest.mark.parametrize(
    ("one", "other"),
    [("light", "light"), ("light", "late"), ("river", "liver's"), ("sea", "day"), ("7", "7th")],
)
def test_these_do_not_rhyme(one, other):
    assert not rhyme(word(one), word(other))


@pytest.mark.skipif(not CATALOGUE.exists(), reason="no songs beside the repository")
def test_features_vary_over_real_lyrics():
    texts = []
    for path in sorted(CATALOGUE.glob("*/*.lrc")):
        lines = path.read_text("utf-8").splitlines()
        texts.append("\n".join(line for line in lines if not line.startswith("[")))
    matrix = prosody_matrix(texts)
    assert len(texts) > 30
    for name, column in zip(PROSODY_NAMES, matrix.T, strict=True):
        assert len(np.unique(column)) >= 8, name


def test_the_command_writes_a_table(tmp_path, capsys):
    folder = write_folder(tmp_path)
    assert main(["prosody", str(folder)]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said == {"rows": 18, "with_lyric": 12, "features": list(PROSODY_NAMES)}
    table = parquet.read_table(folder / "prosody.parquet")
    assert table.schema.metadata[b"prosody_version"] == PROSODY_VERSION.encode()
    texts = parquet.read_table(folder / "training_segments.parquet")["lyric_text"].to_pylist()
    columns = [table[name].to_numpy() for name in PROSODY_NAMES]
    np.testing.assert_array_equal(np.stack(columns, axis=1), prosody_matrix(texts))
    assert table["has_lyric"].to_pylist() == [bool(text) for text in texts]


def test_a_folder_without_lyrics_is_refused(tmp_path, capsys):
    assert main(["prosody", "--out", str(tmp_path)]) == 2
    assert "training_segments.parquet: no such table" in capsys.readouterr().err
