"""A person's songs as examples, and what is drawn of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fitness.colours import COLOURS
from fitness.manifest import Encoders
from tests.training.examples import some_examples
from training.composed.examples import NO_COLOUR, STAGES
from training.dataset.catalogue import Catalogue, assembled
from training.dataset.examples import MODALITIES, MultimodalExamples
from training.dataset.rows import by_song, read_rows
from training.dataset.sampling import CLIPS_PER_SEGMENT, ClipSampler
from training.embedding.tables import Vectors, read_vectors
from training.fusion.batches import batch_of
from training.fusion.network import Size
from training.fusion.train import Settings, logits, train

MIX = STAGES.index("mix")


@pytest.fixture(scope="module")
def examples(catalogue: Catalogue) -> MultimodalExamples:
    return catalogue.examples()


def test_every_track_alone_and_every_segment_whole(
    catalogue: Catalogue, examples: MultimodalExamples
):
    whole = [segment for segment in catalogue.segments if len(segment) > 1]
    assert len(examples) == len(catalogue.tracks()) + len(whole)
    assert (examples.stage == MIX).sum() == len(whole)
    alone = examples.select(examples.stage != MIX)
    rows = [catalogue.rows[place] for place in catalogue.tracks()]
    assert alone.colour.tolist() == [row.colour for row in rows]
    for place in np.flatnonzero(alone.has_midi)[:20]:
        stored = catalogue.slices[rows[place].segment_id]
        assert np.array_equal(alone.rolls[place], stored.roll)
        assert np.array_equal(alone.features[place], stored.features)


def test_training_targets_are_the_scoring_targets(examples: MultimodalExamples):
    batch = batch_of(examples, np.arange(len(examples)), None)
    wanted = np.array([COLOURS[colour].targets for colour in examples.colour], np.float32)
    assert np.array_equal(batch.axes.numpy(), wanted)
    assert batch.has_colour.all()


def test_a_mixs_recording_lies_between_its_tracks(
    catalogue: Catalogue, examples: MultimodalExamples
):
    place = int(np.flatnonzero((examples.stage == MIX) & examples.has_audio)[0])
    assert np.linalg.norm(examples.audio[place]) == pytest.approx(1, abs=1e-5)
    segment = next(one for one in catalogue.segments if len(one) > 1)
    own = catalogue.vectors.vectors["audio"][[p for p in segment if catalogue.rows[p].has_audio]]
    mean = own.mean(axis=0)
    assert np.allclose(examples.audio[place], mean / np.linalg.norm(mean), atol=1e-6)


def test_what_is_absent_is_zeros(examples: MultimodalExamples):
    for name, array in (
        ("midi", examples.rolls),
        *((n, getattr(examples, n)) for n in MODALITIES[1:]),
    ):
        has = getattr(examples, f"has_{name}")
        assert has.any()
        assert not array[~has].any()


def test_showing_hides_everything_else(examples: MultimodalExamples):
    alone = examples.with_only(frozenset({"audio"}))
    assert np.array_equal(alone.has_any, examples.has_audio)
    assert not (alone.has_midi | alone.has_concept | alone.has_lyric).any()


def test_only_some_rows(catalogue: Catalogue):
    split = by_song(catalogue.rows)
    sides = [catalogue.only(mask) for mask in (split.train, split.validation, split.test)]
    songs = [set(one.examples().song.tolist()) for one in sides]
    assert not (songs[0] & songs[1])
    assert not (songs[0] & songs[2])
    assert not (songs[1] & songs[2])
    assert sum(len(one.tracks()) for one in sides) == len(catalogue.tracks())


def test_the_digest_is_of_everything(catalogue: Catalogue, folder: Path):
    again = assembled(catalogue.rows, catalogue.slices, catalogue.vectors)
    assert again.digest() == catalogue.digest()
    rows = read_rows(folder)
    vectors = read_vectors(folder, [row.segment_id for row in rows])
    vectors.vectors["lyric"][0] += 1
    assert assembled(rows, catalogue.slices, vectors).digest() != catalogue.digest()


def test_nothing_to_learn_from_is_refused(folder: Path):
    rows = read_rows(folder)[:2]
    nothing = {name: np.zeros((2, 1), np.float32) for name in ("audio", "concept", "lyric")}
    has = {name: np.zeros(2, np.bool_) for name in nothing}
    with pytest.raises(ValueError, match="to learn from"):
        assembled(rows, {}, Vectors(nothing, has, Encoders()))


class TestDrawing:
    def test_parts_alone_and_mixes_are_drawn(self, catalogue: Catalogue):
        clips = MultimodalExamples.join(
            list(ClipSampler(catalogue).epoch(16, 0.25, np.random.default_rng(0)))
        )
        mixes = (clips.stage == MIX).mean()
        assert 0.3 < mixes < 0.7
        assert len(clips) <= CLIPS_PER_SEGMENT * len(catalogue.segments)

    def test_every_epoch_is_another_and_a_seed_says_which(self, catalogue: Catalogue):
        def epochs(seed: int) -> list[bytes]:
            rng = np.random.default_rng(seed)
            drawn = ClipSampler(catalogue)
            return [
                b"".join(clips.rolls.tobytes() for clips in drawn.epoch(32, 0, rng))
                for _ in range(2)
            ]

        first, second = epochs(1)
        assert first != second
        assert [first, second] == epochs(1)

    def test_composed_songs_and_fakes_are_beside_them(self, catalogue: Catalogue):
        bundle = MultimodalExamples.from_midi(some_examples(60))
        drawn = ClipSampler(catalogue, bundle)
        batches = list(drawn.epoch(16, 0.25, np.random.default_rng(0)))
        assert len(batches) == drawn.steps(16, 0.25)
        assert all(int((clips.colour == NO_COLOUR).sum()) == 4 for clips in batches)
        songs = np.concatenate([clips.song for clips in batches])
        assert len(set(songs.tolist()) & set(bundle.song[bundle.colour >= 0].tolist())) > 30
        assert len(drawn.features) > len(catalogue.tracks())

    def test_a_catalogue_smaller_than_a_batch_still_has_a_step(self, catalogue: Catalogue):
        small = catalogue.only(np.arange(len(catalogue.rows)) < 3)
        (clips,) = ClipSampler(small).epoch(512, 0.25, np.random.default_rng(0))
        assert len(clips) == CLIPS_PER_SEGMENT * len(small.segments)

    def test_songs_of_texts_alone_are_drawn_too(self, catalogue: Catalogue):
        texts = assembled(catalogue.rows, {}, catalogue.vectors)
        drawn = ClipSampler(texts)
        clips = MultimodalExamples.join(list(drawn.epoch(16, 0, np.random.default_rng(0))))
        assert not len(drawn.features)
        assert not clips.has_midi.any()
        assert clips.has_concept.all()
        settings = Settings(epochs=1, batch_size=32, size=Size(8, 16, 16, 16, 4, 16))
        said = logits(train(drawn, settings, 0), texts.examples())
        assert said.colour.isfinite().all()
