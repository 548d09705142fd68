import dataclasses
import io
import json

import mido
import numpy as np
import pytest

from fitness.colours import AXES, COLOUR_NAMES, COLOURS
from fitness.errors import EncoderMissing, FitnessError, SilentPart, UnreadablePart
from fitness.excerpts import Excerpt, as_excerpt
from fitness.fusion import AbsentConcept, FusionModel
from fitness.hashed_text import LIGHT_TEXT_ENCODER
from fitness.manifest import Encoders
from fitness.scorer import ChromaticScorer
from genomes.keys import Key
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Part
from genomes.time import Meter, TempoMap
from tests.fitness import models

AT_90 = TempoMap.constant(90)
FOUR_FOUR = Meter(4, 4)
C_MAJOR = Key.parse("C major")


def part(seed, notes=24, meter=FOUR_FOUR):
    rng = np.random.default_rng(seed)
    length = 2 * meter.bar_ticks
    onsets = np.sort(rng.integers(0, length // 120, notes)) * 120
    rows = [(int(t), 120, int(rng.integers(40, 88)), int(rng.integers(50, 120))) for t in onsets]
    # The last note ends with the part, so that a file of it is as long.
    return Part.of([*rows, (length - 240, 240, 60, 90)], length)


def midi(music, meter=FOUR_FOUR, bpm=90.0, channel=0):
    track = Track("part", music, channel=channel)
    return write_midi([track], Conductor("song", C_MAJOR, meter, bpm))


def saved(file):
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def one_note(ticks_per_beat, then):
    track = mido.MidiTrack([mido.Message("note_on", note=60), then])
    return saved(mido.MidiFile(type=0, ticks_per_beat=ticks_per_beat, tracks=[track]))


# --- score ------------------------------------------------------------------------------------


def test_a_reading_names_modes_and_colours(scorer):
    reading = scorer.score(midi(part(1)))
    assert {axis: tuple(modes) for axis, modes in reading.modes.items()} == AXES
    assert tuple(reading.colour) == COLOUR_NAMES
    assert all(sum(modes.values()) == pytest.approx(1) for modes in reading.modes.values())
    assert 0 <= reading.confidence <= 1
    assert reading.passes
    assert reading.warnings == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        reading.confidence = 1.0
    json.dumps(dataclasses.asdict(reading))  # plain values only


@pytest.mark.parametrize("meter", [FOUR_FOUR, Meter(7, 8), Meter(3, 4)], ids=str)
def test_a_file_and_its_part_are_one_thing(scorer, meter):
    music = part(2, meter=meter)
    from_file = scorer.score(midi(music, meter))
    (from_part,) = scorer.score_batch([Excerpt(music, AT_90, meter)], "Green")
    assert from_part.modes == from_file.modes
    assert from_part.confidence == from_file.confidence


def test_the_resolution_and_the_tempo_of_a_file_count(scorer):
    music = part(3)
    file = mido.MidiFile(file=io.BytesIO(midi(music)))
    file.ticks_per_beat = 960
    for track in file.tracks:
        for message in track:
            message.time *= 2
    assert scorer.score(saved(file)).modes == scorer.score(midi(music)).modes
    assert scorer.score(midi(music, bpm=60)).modes != scorer.score(midi(music)).modes


def test_drums_are_heard_as_drums(scorer):
    kicks = [(i * 480, 120, 36, 100) for i in range(8)]
    drums, bass = Part.of(kicks, 3840, is_drum=True), Part.of(kicks, 3840)
    assert scorer.score(midi(drums, channel=9)).modes != scorer.score(midi(bass)).modes


def test_a_long_part_is_cut_with_a_warning(scorer):
    long = Part.of([(i * 480, 480, 60, 90) for i in range(64)], 480 * 64)
    (warning,) = scorer.score(midi(long)).warnings
    assert warning == "42.7 seconds long: only 25.6 are scored"


def test_a_mended_file_is_scored_with_a_warning(scorer):
    file = one_note(480, mido.MetaMessage("end_of_track", time=480))
    assert scorer.score(file).warnings == (
        "a note that never ends is closed where its track ends (track 1, tick 0)",
    )


# --- what is no score -------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"RIFF", midi(part(1))[:40], bytes(500)])
def test_broken_midi_is_an_error_that_names_the_candidate(scorer, data):
    with pytest.raises(UnreadablePart, match="candidate 1: not a readable MIDI file"):
        scorer.score_batch([midi(part(1)), data], "Green")
    with pytest.raises(UnreadablePart, match=r"verse\.mid: "):
        scorer.score_batch([data], "Green", names=["verse.mid"])
    with pytest.raises(UnreadablePart, match="this file: "):
        scorer.score(data)


def test_times_beyond_all_bounds_are_an_error(scorer):
    with pytest.raises(UnreadablePart):
        scorer.score(one_note(1, mido.Message("note_off", note=60, time=2**27)))


SILENT = {
    "no notes": Part.of([], 1920),
    "all after the window": Part.of([(480 * 60, 480, 60, 90)], 480 * 64),
}


@pytest.mark.parametrize("silent", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("name", models.PROFILE_BY_NAME)
def test_silence_is_refused_before_the_model(tmp_path, monkeypatch, silent, name):
    def never(*_):
        raise AssertionError("the model was asked")

    monkeypatch.setattr(FusionModel, "predict", never)
    scorer = ChromaticScorer(models.write(tmp_path, name))
    with pytest.raises(SilentPart, match=r"candidate 1: nothing sounds in the first 25\.6"):
        scorer.score_batch([(part(1), AT_90), (silent, AT_90)], "Green")
    with pytest.raises(SilentPart, match="this file: nothing sounds"):
        scorer.score(midi(silent))


def test_an_unknown_colour_is_an_error(scorer):
    with pytest.raises(ValueError, match="colour 'mauve': expected one of"):
        scorer.score_batch([midi(part(1))], "mauve")


# --- score_batch ------------------------------------------------------------------------------


def test_the_best_match_comes_first(scorer):
    candidates = [(part(seed), AT_90) for seed in range(12)]
    for colour in ("Green", "Black", "W"):
        ranked = scorer.score_batch(candidates, colour)
        assert [match.rank for match in ranked] == list(range(1, 13))
        assert sorted(match.index for match in ranked) == list(range(12))
        values = [match.chromatic for match in ranked]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) > 6


def test_the_order_changes_with_the_colour(scorer):
    candidates = [(part(seed), AT_90) for seed in range(12)]
    orders = {
        tuple(match.index for match in scorer.score_batch(candidates, colour)) for colour in COLOURS
    }
    assert len(orders) > 5


def test_a_batch_mixes_files_and_parts_of_any_tempo(scorer):
    tempo_maps = [TempoMap.constant(bpm) for bpm in (60, 90, 120)]
    mixed = [(part(i), tempo_maps[i % 3]) for i in range(6)] + [midi(part(6))]
    ranked = scorer.score_batch(mixed, "Red")
    for match in ranked:
        (alone,) = scorer.score_batch([mixed[match.index]], "Red")
        assert alone.chromatic == pytest.approx(match.chromatic, abs=1e-6)


def test_what_the_model_is_not_confident_of_never_ranks_above_what_passes(scorer, tmp_path):
    candidates = [(part(seed), AT_90) for seed in range(12)]
    free = scorer.score_batch(candidates, "Green")
    middle = sorted(match.confidence for match in free)[6]
    gated = models.write(tmp_path, "fusion", manifest={"confidence_threshold": middle})
    ranked = ChromaticScorer(gated).score_batch(candidates, "Green")
    assert [match.passes for match in ranked] == [True] * 6 + [False] * 6
    assert all(match.passes is (match.confidence >= middle) for match in ranked)
    for half in (ranked[:6], ranked[6:]):
        values = [match.chromatic for match in half]
        assert values == sorted(values, reverse=True)
    assert max(m.chromatic for m in ranked[6:]) > min(m.chromatic for m in ranked[:6])


def test_equals_stay_in_the_order_they_came_in(scorer):
    other, same = (part(1), AT_90), (part(2), AT_90)
    ranked = scorer.score_batch([same, other, same, same], "Green")
    assert [match.index for match in ranked if match.index != 1] == [0, 2, 3]


def test_nothing_in_nothing_out(scorer):
    assert scorer.score_batch([], "Green") == []


def test_large_batches_are_painted_piece_by_piece(scorer, monkeypatch):
    candidates = [(part(seed), AT_90) for seed in range(5)]
    whole = scorer.score_batch(candidates, "Blue")
    monkeypatch.setattr("fitness.fusion.ROLLS_AT_ONCE", 2)
    pieces = scorer.score_batch(candidates, "Blue")
    assert [m.index for m in pieces] == [m.index for m in whole]
    assert [m.chromatic for m in pieces] == pytest.approx([m.chromatic for m in whole], abs=1e-6)


# --- older models -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["legacy-7", "legacy-9"])
def test_an_older_model_ranks_by_the_axes_and_says_what_it_lacks(tmp_path, name):
    scorer = ChromaticScorer(models.write(tmp_path, name))
    with pytest.warns(AbsentConcept):
        ranked = scorer.score_batch([(part(seed), AT_90) for seed in range(4)], "Green")
    values = [match.chromatic for match in ranked]
    assert values == sorted(values, reverse=True)
    assert all(match.colour is None and match.passes for match in ranked)
    assert "learned with a concept text" in ranked[0].warnings[0]
    even = scorer.score_batch([midi(part(seed)) for seed in range(4)], "Black")
    assert [match.index for match in even] == [0, 1, 2, 3]
    assert all(match.chromatic is None for match in even)
    assert "Black is even" in even[0].warnings[-1]


# --- text -------------------------------------------------------------------------------------


def test_text_that_a_model_did_not_learn_from_is_refused(tmp_path):
    path = models.write(tmp_path, "fusion", manifest={"encoders": Encoders()})
    with pytest.raises(EncoderMissing, match=r"fusion\.onnx learned without concept"):
        ChromaticScorer(path).score(midi(part(1)), concept_text="a lighthouse")


class FakeEncoder:
    """Stands for an encoder; what it is given decides what it gives."""

    def encode(self, items, *_):
        rng = np.random.default_rng(len(items[0]))
        return rng.normal(size=(len(items), 768)).astype(np.float32)


def test_the_concept_reaches_the_model_by_the_encoder_of_its_manifest(scorer, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "fitness.embedding.text_encoder", lambda name: asked.append(name) or FakeEncoder()
    )
    plain = scorer.score(midi(part(1)))
    told = scorer.score(midi(part(1)), concept_text="a lighthouse")
    assert asked == [LIGHT_TEXT_ENCODER]
    assert plain.modes != told.modes


def test_every_error_is_one_of_ours():
    with pytest.raises(FitnessError):
        as_excerpt(b"", "x")
