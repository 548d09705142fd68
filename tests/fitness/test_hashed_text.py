import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.encoders import text_encoder
from fitness.errors import ScoringFailed
from fitness.fusion import DEFAULT_MODEL
from fitness.hashed_text import (
    LIGHT_TEXT_ENCODER,
    LIGHT_TEXT_POOLING,
    HashedTextEncoder,
    has_words,
)
from fitness.manifest import Encoders, EncoderSpec
from fitness.scorer import ChromaticScorer
from tests.fitness import models
from tests.fitness.test_scorer import midi, part

ENCODER = HashedTextEncoder()
HEAVY = ("torch", "transformers", "tokenizers", "sentencepiece", "librosa", "soundfile")

ASK = f"""
import sys
from pathlib import Path
from fitness.scorer import ChromaticScorer
model, file, concept = sys.argv[1:]
scorer = ChromaticScorer(model)
scorer.score(Path(file).read_bytes(), None, concept or None)
scorer.score_batch([Path(file).read_bytes()], "Green", concept_text=concept or None)
print([name for name in {HEAVY!r} if name in sys.modules])
"""


@given(st.text().filter(has_words))
def test_every_text_with_words_has_a_vector_of_length_1(text):
    vector = ENCODER.encode([text])
    assert vector.shape == (1, 768)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(vector, ENCODER.encode([text]))


def test_a_text_does_not_depend_on_its_neighbours():
    texts = ["rust", "a lighthouse keeper counts the waves"]
    np.testing.assert_array_equal(ENCODER.encode(texts)[1], ENCODER.encode(texts[1:])[0])


def test_texts_that_share_words_are_nearer():
    keeper, keepers, other = ENCODER.encode(
        [
            "a lighthouse keeper counts the waves",
            "the lighthouse keepers count a wave",
            "rust in that archive, patient and blue",
        ]
    )
    assert keeper @ keepers > 0.4
    assert abs(keeper @ other) < 0.2


def test_case_and_apostrophes_say_nothing_and_order_does():
    plain, typeset, turned = ENCODER.encode(["Don’t go", "don't GO", "go don't"])
    np.testing.assert_array_equal(plain, typeset)
    assert not np.array_equal(plain, turned)


def test_its_vectors_are_those_that_models_learned_from():
    # Another result here asks for another LIGHT_TEXT_POOLING.
    vector = ENCODER.encode(["Round and round the city of dead dreams"])[0]
    assert LIGHT_TEXT_POOLING == "hashed-words-and-pieces-l2-1"
    places = np.argsort(-np.abs(vector), kind="stable")[:4]
    assert places.tolist() == [317, 8, 14, 57]
    np.testing.assert_allclose(vector[places], [0.394481, 0.232987, -0.232987, 0.232987], atol=1e-6)


@pytest.mark.parametrize("text", ["", "  ", "…", "--- !", "_"])
def test_a_text_of_no_words_is_refused(text):
    assert not has_words(text)
    with pytest.raises(ScoringFailed, match="no words"):
        ENCODER.encode(["fine", text])


def test_it_is_found_by_its_name():
    assert text_encoder(LIGHT_TEXT_ENCODER) == ENCODER


def light_model(folder):
    spec = EncoderSpec(LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING)
    return models.write(folder, "fusion", manifest={"encoders": Encoders(concept=spec, lyric=spec)})


def test_a_model_that_learned_with_it_is_asked_with_it(tmp_path):
    scorer = ChromaticScorer(light_model(tmp_path))
    file = midi(part(1))
    readings = [
        scorer.score(file),
        scorer.score(file, None, "rust"),
        scorer.score(file, None, "the sea"),
        scorer.score(file, lyric_text="rust"),
    ]
    assert len({str(reading.modes) for reading in readings}) == len(readings)


@pytest.mark.parametrize(("is_light", "concept"), [(False, ""), (True, ""), (True, "rust")])
def test_what_is_not_needed_is_not_loaded(tmp_path, is_light, concept):
    file = tmp_path / "part.mid"
    file.write_bytes(midi(part(1)))
    model = light_model(tmp_path) if is_light else DEFAULT_MODEL
    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(model), str(file), concept],
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip() == "[]"
