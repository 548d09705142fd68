"""A person's songs as examples, and what is drawn of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.colours import COLOURS
from fitness.excerpts import Excerpt, excerpt_features
from fitness.manifest import Encoders
from fitness.roll import rolls
from genomes.notes import Part
from genomes.time import Meter, TempoMap
from tests.training.examples import SMALL, some_examples
from training.composed.examples import NO_COLOUR, STAGES
from training.dataset.catalogue import Catalogue, assembled, at_tempo, faster, mix_of
from training.dataset.examples import MODALITIES, MultimodalExamples
from training.dataset.rows import Row, by_song, read_rows, sung_in_sections
from training.dataset.sampling import BY_SONG, CLIPS_PER_SEGMENT, WEIGHTS, ClipSampler, weights_of
from training.embedding.tables import ConceptVariants, Vectors, read_vectors
from training.fusion.batches import AUGMENTATIONS, MIXES, TEMPO, TEXTS, batch_of
from training.fusion.train import Settings, logits, train

MIX = STAGES.index("mix")


@pytest.fixture(scope="module")
def examples(catalogue: Catalogue) -> MultimodalExamples:
    return catalogue.examples()


def test_every_track_alone_and_every_segment_whole(catalogue, examples):
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


def test_training_targets_are_the_scoring_targets(examples):
    batch = batch_of(examples, np.arange(len(examples)), None)
    wanted = np.array([COLOURS[colour].targets for colour in examples.colour], np.float32)
    assert np.array_equal(batch.axes.numpy(), wanted)
    assert batch.has_colour.all()


def test_a_mixs_recording_lies_between_its_tracks(catalogue, examples):
    place = int(np.flatnonzero((examples.stage == MIX) & examples.has_audio)[0])
    assert np.linalg.norm(examples.audio[place]) == pytest.approx(1, abs=1e-5)
    segment = next(one for one in catalogue.segments if len(one) > 1)
    own = catalogue.vectors.vectors["audio"][[p for p in segment if catalogue.rows[p].has_audio]]
    mean = own.mean(axis=0)
    assert np.allclose(examples.audio[place], mean / np.linalg.norm(mean), atol=1e-6)


def test_what_is_absent_is_zeros(examples):
    for name, array in (
        ("midi", examples.rolls),
        *((n, getattr(examples, n)) for n in MODALITIES[1:]),
    ):
        has = getattr(examples, f"has_{name}")
        assert has.any()
        assert not array[~has].any()


def test_showing_hides_everything_else(examples):
    alone = examples.with_only(frozenset({"audio"}))
    assert np.array_equal(alone.has_any, examples.has_audio)
    assert not (alone.has_midi | alone.has_concept | alone.has_lyric).any()


def test_only_some_rows(catalogue):
    split = by_song(catalogue.rows)
    sides = [catalogue.only(mask) for mask in (split.train, split.validation, split.test)]
    songs = [set(one.examples().song.tolist()) for one in sides]
    assert not (songs[0] & songs[1])
    assert not (songs[0] & songs[2])
    assert not (songs[1] & songs[2])
    assert sum(len(one.tracks()) for one in sides) == len(catalogue.tracks())


def test_the_digest_is_of_everything(catalogue, folder):
    again = assembled(catalogue.rows, catalogue.slices, catalogue.vectors)
    assert again.digest() == catalogue.digest()
    rows = read_rows(folder)
    vectors = read_vectors(folder, [row.segment_id for row in rows])
    vectors.vectors["lyric"][0] += 1
    assert assembled(rows, catalogue.slices, vectors).digest() != catalogue.digest()


def test_nothing_to_learn_from_is_refused(folder):
    rows = read_rows(folder)[:2]
    nothing = {name: np.zeros((2, 1), np.float32) for name in ("audio", "concept", "lyric")}
    has = {name: np.zeros(2, np.bool_) for name in nothing}
    with pytest.raises(ValueError, match="to learn from"):
        assembled(rows, {}, Vectors(nothing, has, Encoders()))


class TestDrawing:
    def test_parts_alone_and_mixes_are_drawn(self, catalogue):
        clips = MultimodalExamples.join(
            list(ClipSampler(catalogue).epoch(16, 0.25, np.random.default_rng(0)))
        )
        mixes = (clips.stage == MIX).mean()
        assert 0.3 < mixes < 0.7
        assert len(clips) <= CLIPS_PER_SEGMENT * len(catalogue.segments)

    def test_every_epoch_is_another_and_a_seed_says_which(self, catalogue):
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

    def test_composed_songs_and_fakes_are_beside_them(self, catalogue):
        bundle = MultimodalExamples.from_midi(some_examples(60))
        drawn = ClipSampler(catalogue, bundle)
        batches = list(drawn.epoch(16, 0.25, np.random.default_rng(0)))
        assert len(batches) == drawn.steps(16, 0.25)
        assert all(int((clips.colour == NO_COLOUR).sum()) == 4 for clips in batches)
        songs = np.concatenate([clips.song for clips in batches])
        assert len(set(songs.tolist()) & set(bundle.song[bundle.colour >= 0].tolist())) > 30
        assert len(drawn.features) > len(catalogue.tracks())

    def test_a_catalogue_smaller_than_a_batch_still_has_a_step(self, catalogue):
        small = catalogue.only(np.arange(len(catalogue.rows)) < 3)
        (clips,) = ClipSampler(small).epoch(512, 0.25, np.random.default_rng(0))
        assert len(clips) == CLIPS_PER_SEGMENT * len(small.segments)

    def test_songs_of_texts_alone_are_drawn_too(self, catalogue):
        texts = assembled(catalogue.rows, {}, catalogue.vectors)
        drawn = ClipSampler(texts)
        clips = MultimodalExamples.join(list(drawn.epoch(16, 0, np.random.default_rng(0))))
        assert not len(drawn.features)
        assert not clips.has_midi.any()
        assert clips.has_concept.all()
        settings = Settings(epochs=1, batch_size=32, size=SMALL)
        said = logits(train(drawn, settings, 0), texts.examples())
        assert said.colour.isfinite().all()


FIVE_EIGHT = Meter(5, 8)
BAR = FIVE_EIGHT.bar_ticks

notes = st.lists(
    st.tuples(
        st.integers(0, 3 * BAR), st.integers(1, BAR - 1), st.integers(30, 90), st.integers(1, 127)
    ),
    min_size=1,
    max_size=8,
)
parts = st.builds(lambda rows, drum: Part.of(rows, 4 * BAR, is_drum=drum), notes, st.booleans())
tempo_maps = st.lists(
    st.tuples(st.integers(1, 4 * BAR), st.integers(200_000, 1_500_000)), max_size=3
).map(lambda changes: TempoMap.from_changes(changes, 480))


def heard(part: Part, tempo_map: TempoMap) -> Excerpt:
    return Excerpt(part, tempo_map, FIVE_EIGHT)


@given(st.lists(parts, min_size=1, max_size=4), tempo_maps)
def test_a_mix_is_the_scorers_roll_of_all_notes(tracks, tempo_map):
    mix = mix_of([heard(part, tempo_map) for part in tracks])
    rows = np.concatenate([part.notes for part in tracks])
    whole = Part.of(rows, 4 * BAR)
    assert np.array_equal(rolls([mix.part], mix.tempo_map), rolls([whole], tempo_map))
    assert np.array_equal(
        excerpt_features([mix])[0], excerpt_features([heard(whole, tempo_map)])[0]
    )


def test_a_mix_is_not_the_louder_of_its_rolls():
    held = Part.of([(0, 1920, 60, 80)], 1920)
    struck = Part.of([(960, 480, 60, 80)], 1920)
    tempo_map = TempoMap.constant(120)
    one, other, mix = (
        rolls([part], tempo_map)[0, 0]
        for part in (
            held,
            struck,
            mix_of([Excerpt(held, tempo_map), Excerpt(struck, tempo_map)]).part,
        )
    )
    assert not np.array_equal(np.maximum(one, other), mix)
    assert mix[60, 9] == 0  # the second strike ends the first


@given(parts, tempo_maps, tempo_maps)
def test_another_tempo_leaves_every_note_at_its_second(part, own, other):
    moved = at_tempo(heard(part, own), other)
    before = np.sort(own.seconds(part.notes["onset_ticks"]))
    after = np.sort(other.seconds(moved.notes["onset_ticks"]))
    slowest_tick = 1.5e6 / 1e6 / 480
    assert np.abs(before - after).max() <= slowest_tick
    assert len(moved.notes) == len(part.notes)


@given(parts, tempo_maps, st.floats(0.8, 1.25))
def test_faster_plays_the_same_notes_sooner(part, tempo_map, factor):
    quick = faster(heard(part, tempo_map), factor)
    assert quick.part is part
    assert np.allclose(
        quick.tempo_map.seconds([4 * BAR]) * factor, tempo_map.seconds([4 * BAR]), rtol=1e-5
    )


class TestWeights:
    def test_every_colour_and_every_song_of_it_counts_alike(self, catalogue):
        weights = weights_of(catalogue, WEIGHTS)
        sums: dict[str, float] = {}
        for segment in catalogue.segments:
            song = catalogue.rows[segment[0]].song_id
            sums[song] = sums.get(song, 0) + float(weights[segment[0]])
        assert np.ptp(list(sums.values())) < 1e-4  # three songs of every colour
        firsts = [segment[0] for segment in catalogue.segments]
        assert weights[firsts].mean() == pytest.approx(1)

    def test_by_song_alone_a_long_song_counts_as_much_as_a_short_one(self, catalogue):
        own, others = (
            [s for s in catalogue.segments if (catalogue.rows[s[0]].song_id == "01_01") is is_own]
            for is_own in (True, False)
        )
        longer = replace(catalogue, segments=(*own, *own, *others))
        weights = weights_of(longer, frozenset({BY_SONG}))
        other = next(p for p in longer.tracks() if longer.rows[p].song_id == "01_02")
        assert weights[other] == pytest.approx(2 * weights[own[0][0]])
        assert (weights_of(longer, frozenset()) == 1).all()

    def test_clips_are_drawn_with_the_weights_of_their_songs(self, catalogue):
        few = catalogue.only(np.array([row.colour < 2 for row in catalogue.rows]))
        drawn = ClipSampler(few, weighted=WEIGHTS)
        clips = MultimodalExamples.join(list(drawn.epoch(16, 0, np.random.default_rng(0))))
        assert clips.weight.min() > 0
        assert clips.weight.mean() == pytest.approx(1, abs=0.2)


def test_variants_of_a_concept_are_drawn_where_there_are_some(catalogue):
    marks = np.full((1, 2, 768), 7, np.float32)
    of = np.zeros(len(catalogue.rows), np.int64)
    vectors = replace(catalogue.vectors, variants=ConceptVariants(marks, of))
    varied = replace(catalogue, vectors=vectors)

    def share(augmented: frozenset[str]) -> float:
        drawn = ClipSampler(varied, augmented=augmented)
        clips = MultimodalExamples.join(list(drawn.epoch(16, 0, np.random.default_rng(0))))
        return float((clips.concept == 7).all(axis=1).mean())

    assert 0.3 < share(AUGMENTATIONS) < 0.7
    assert share(AUGMENTATIONS - {TEXTS}) == 0
    assert varied.digest() != catalogue.digest()


@pytest.mark.parametrize("name", [MIXES, TEMPO])
def test_mixes_and_tempo_have_a_switch(catalogue, name):
    drawn = ClipSampler(catalogue, augmented=AUGMENTATIONS - {name})
    clips = MultimodalExamples.join(list(drawn.epoch(16, 0, np.random.default_rng(0))))
    assert (clips.stage == MIX).any() is np.bool_(name != MIXES)
    if name == TEMPO:
        alone = clips.rolls[(clips.stage != MIX) & clips.has_midi]
        slices = {one.roll.tobytes() for one in catalogue.slices.values()}
        assert {roll.tobytes() for roll in alone} <= slices


def test_prosody_is_of_all_that_is_sung_in_a_section():
    rows = [
        Row(f"s_seg_{n}_track_1", "s", 0, -1, "", False, text, section, float(n))
        for n, (text, section) in enumerate(
            [("first", "Verse 1"), ("second", "Verse 1"), ("", "Verse 1"), ("third", "")]
        )
    ]
    assert sung_in_sections(rows) == ["first\nsecond", "first\nsecond", "", "third"]
