"""The encoders through transformers, with tiny models of the real shapes, made in place."""

import shutil

import numpy as np
import pytest

pytest.importorskip("transformers", reason="needs composition-engine[encoders]")
pytest.importorskip("torch", reason="needs composition-engine[encoders]")

import transformers

from fitness.encoders import (
    AUDIO_POOLING,
    TEXT_POOLING,
    AudioEncoder,
    TextEncoder,
    audio_encoder,
    encoder_sha256,
    text_encoder,
)
from fitness.errors import EncoderMissing, ManifestRefused, ScoringFailed
from fitness.fusion import FusionModel
from fitness.manifest import Encoders, EncoderSpec
from fitness.scorer import ChromaticScorer
from tests.fitness import models as fusion_models
from tests.fitness.test_scorer import midi, part
from tests.fitness.tiny_encoders import TEXTS, write_audio_encoder, write_text_encoder


@pytest.fixture(scope="module")
def text_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("text-encoder")
    write_text_encoder(folder)
    return folder


@pytest.fixture(scope="module")
def audio_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audio-encoder")
    write_audio_encoder(folder)
    return folder


def noise(seconds, seed=0, rate=48_000):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, int(seconds * rate)).astype(np.float32)


def test_texts_become_vectors_of_768(text_folder):
    encoder = text_encoder(str(text_folder))
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (3, 768)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, encoder.encode(TEXTS))
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-3


def test_a_text_does_not_depend_on_its_batch(text_folder):
    encoder = text_encoder(str(text_folder))
    together = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)


def test_a_text_of_no_words_is_refused(text_folder):
    with pytest.raises(ScoringFailed, match="no words"):
        TextEncoder.load(str(text_folder)).encode(["fine", " … "])


def test_recordings_become_vectors_of_512_and_length_1(audio_folder):
    encoder = audio_encoder(str(audio_folder))
    vectors = encoder.encode([noise(2), noise(30)], 48_000)
    assert vectors.shape == (2, 512)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_long_recording_gives_the_same_vector_every_time(audio_folder):
    encoder = audio_encoder(str(audio_folder))
    clip = noise(25)
    first = encoder.encode([clip], 48_000)
    np.testing.assert_array_equal(first, encoder.encode([clip], 48_000))
    np.testing.assert_allclose(first[0], encoder.encode([noise(2), clip], 48_000)[1], atol=1e-6)


def test_another_sample_rate_is_brought_to_48_khz(audio_folder):
    encoder = audio_encoder(str(audio_folder))
    time = np.arange(48_000 * 4) / 48_000
    tone = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    vector = encoder.encode([tone], 48_000)[0]
    assert encoder.encode([tone[::2]], 24_000)[0] @ vector > 0.99


@pytest.mark.parametrize(
    ("waveform", "said"),
    [
        (np.zeros(0), "expected one channel"),
        (np.zeros((2, 100)), "expected one channel"),
        (np.full(100, np.nan), "not finite"),
    ],
)
def test_what_is_no_recording_is_refused(audio_folder, waveform, said):
    with pytest.raises(ScoringFailed, match=said):
        AudioEncoder.load(str(audio_folder)).encode([waveform], 48_000)


@pytest.mark.parametrize("encoder", [TextEncoder, AudioEncoder])
def test_missing_weights_are_a_named_error(tmp_path, monkeypatch, encoder):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        EncoderMissing, match=r"encoder '.*nothing' can't be opened, here or on the hub: "
    ):
        encoder.load(str(tmp_path / "nothing"))


def test_a_tokenizer_without_vocabulary_is_refused(tmp_path, text_folder):
    for name in ("config.json", "model.safetensors"):
        shutil.copy(text_folder / name, tmp_path)
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "DebertaV2Tokenizer"}')
    with pytest.raises(EncoderMissing, match="tokenizer"):
        TextEncoder.load(str(tmp_path))


def test_weights_that_the_file_lacks_are_not_made_up(tmp_path, text_folder, audio_folder):
    shutil.copytree(audio_folder, tmp_path / "mixed")
    shutil.copy(text_folder / "model.safetensors", tmp_path / "mixed")
    with pytest.raises(EncoderMissing, match="has no weights for"):
        AudioEncoder.load(str(tmp_path / "mixed"))


def test_broken_weights_are_a_named_error(tmp_path, text_folder):
    shutil.copytree(text_folder, tmp_path / "broken")
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(EncoderMissing, match="can't be opened"):
        TextEncoder.load(str(tmp_path / "broken"))


def test_a_device_that_is_not_here_is_a_named_error(text_folder):
    with pytest.raises(EncoderMissing, match="can't be opened"):
        TextEncoder.load(str(text_folder), "abacus")


def test_an_encoder_of_another_width_is_refused(text_folder):
    encoder = text_encoder(str(text_folder))
    small = transformers.DebertaV2Config(
        vocab_size=200, hidden_size=64, num_hidden_layers=1, num_attention_heads=2
    )
    narrow = TextEncoder("narrow", encoder.processor, transformers.DebertaV2Model(small).eval())
    with pytest.raises(ScoringFailed, match="expected 768"):
        narrow.encode(TEXTS)


def test_the_scorer_takes_the_encoders_of_the_manifest(tmp_path, text_folder, audio_folder):
    encoders = Encoders(
        concept=EncoderSpec(str(text_folder), TEXT_POOLING),
        lyric=EncoderSpec(str(text_folder), TEXT_POOLING),
        audio=EncoderSpec(str(audio_folder), AUDIO_POOLING),
    )
    path = fusion_models.write(tmp_path, "fusion", manifest={"encoders": encoders})
    scorer = ChromaticScorer(path)
    file = midi(part(1))
    readings = [
        scorer.score(file),
        scorer.score(file, noise(3)),
        scorer.score(file, None, TEXTS[0]),
        scorer.score(file, None, TEXTS[1]),
        scorer.score(file, lyric_text=TEXTS[0]),
    ]
    assert len({str(reading.modes) for reading in readings}) == len(readings)
    assert scorer.score(file, noise(3), TEXTS[0]) == scorer.score(file, noise(3), TEXTS[0])
    ranked = scorer.score_batch([file, midi(part(2))], "Green", concept_text=TEXTS[0])
    assert FusionModel.load(path).manifest.encoders == encoders
    assert {match.index for match in ranked} == {0, 1}


@pytest.mark.parametrize("kind", ["concept", "lyric", "audio"])
def test_an_encoder_whose_files_changed_is_refused(tmp_path, text_folder, audio_folder, kind):
    folder = tmp_path / "encoder"
    shutil.copytree(audio_folder if kind == "audio" else text_folder, folder)
    pooling = AUDIO_POOLING if kind == "audio" else TEXT_POOLING
    spec = EncoderSpec(str(folder), pooling, encoder_sha256(str(folder)))
    path = fusion_models.write(tmp_path, "fusion", manifest={"encoders": Encoders(**{kind: spec})})
    given = {
        "concept": {"concept_text": TEXTS[0]},
        "lyric": {"lyric_text": TEXTS[0]},
        "audio": {"audio_waveform": noise(2)},
    }[kind]
    assert ChromaticScorer(path).score(midi(part(1)), **given).confidence > 0
    config = folder / "config.json"
    config.write_text(config.read_text().replace("{", "{ ", 1))
    with pytest.raises(ManifestRefused, match=rf"encoders\.{kind}\.sha256 of .* expected .* found"):
        ChromaticScorer(path).score(midi(part(1)), **given)
    shutil.rmtree(folder)
    with pytest.raises(EncoderMissing, match="no such folder"):
        ChromaticScorer(path).score(midi(part(1)), **given)
