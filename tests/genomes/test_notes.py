import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.notes import MAX_TICKS, NOTE_DTYPE, ChordSpan, Part
from tests.genomes.calls import render
from tests.genomes.stages import genomes_in_context
from tests.strategies import parts

ROWS = [(0, 480, 60, 64), (0, 480, 64, 64), (480, 960, 67, 80)]
BAR_TICKS = 1920


@given(parts() | parts(drums=True))
def test_payload_gives_back_the_same_part_even_through_json(part):
    read = Part.from_payload(json.loads(json.dumps(part.to_payload())))
    assert read == part
    assert read.digest() == part.digest()
    assert read.notes.dtype == NOTE_DTYPE


@given(genomes_in_context("chords"))
def test_payload_keeps_the_harmony(made):
    genome, context = made
    part = render(genome, context)
    read = Part.from_payload(json.loads(json.dumps(part.to_payload())))
    assert read.harmony == part.harmony
    assert all(isinstance(span.pitch_classes, tuple) for span in read.harmony)


def test_payload_holds_plain_values_only():
    part = Part.of(ROWS, BAR_TICKS, [ChordSpan(0, BAR_TICKS, 0, 0, (0, 4, 7), "I", "C")])
    assert part.to_payload() == {
        "length_ticks": 1920,
        "notes": [[0, 480, 60, 64, False], [0, 480, 64, 64, False], [480, 960, 67, 80, False]],
        "harmony": [[0, 1920, 0, 0, [0, 4, 7], "I", "C"]],
    }


@pytest.mark.parametrize("field", range(4))
@pytest.mark.parametrize("index", range(len(ROWS)))
def test_digest_changes_when_any_number_of_any_note_changes(index, field):
    changed = [list(row) for row in ROWS]
    changed[index][field] += 1
    before, after = Part.of(ROWS, BAR_TICKS), Part.of(map(tuple, changed), BAR_TICKS)
    assert before.digest() != after.digest()
    assert before != after


def test_digest_changes_with_a_note_more_a_bar_more_and_with_drums():
    part = Part.of(ROWS, BAR_TICKS)
    others = (
        Part.of(ROWS[:-1], BAR_TICKS),
        Part.of(ROWS, 2 * BAR_TICKS),
        Part.of(ROWS, BAR_TICKS, is_drum=True),
    )
    assert len({part.digest(), *(other.digest() for other in others)}) == 4


@given(parts(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_not_part_of_the_music(part, shuffler):
    rows = [row[:4] for row in part.notes.tolist()]
    shuffler.shuffle(rows)
    shuffled = Part.of(rows, part.length_ticks)
    assert shuffled == part
    assert hash(shuffled) == hash(part)
    assert shuffled.digest() == part.digest()


def test_notes_that_differ_in_velocity_alone_have_one_order_too():
    rows = [(0, 480, 60, 64), (0, 480, 60, 32)]
    assert Part.of(rows, BAR_TICKS).digest() == Part.of(rows[::-1], BAR_TICKS).digest()


def test_equality_asks_for_the_harmony_and_the_digest_for_the_music_alone():
    plain = Part.of(ROWS, BAR_TICKS)
    named = Part.of(ROWS, BAR_TICKS, [ChordSpan(0, BAR_TICKS, 0, 0, (0, 4, 7), "I", "C")])
    assert plain != named
    assert plain.digest() == named.digest()
    assert plain != "a part"
    assert len({plain, named, Part.of(ROWS, BAR_TICKS)}) == 2


BAD_ROWS = {
    "ends after the part": (1919, 2, 60, 64),
    "begins before it": (-1, 10, 60, 64),
    "no duration": (0, 0, 60, 64),
    "negative duration": (100, -50, 60, 64),
    "pitch above MIDI's": (0, 10, 128, 64),
    "pitch below MIDI's": (0, 10, -1, 64),
    "silent": (0, 10, 60, 0),
    "too loud": (0, 10, 60, 128),
    "wider than a byte": (0, 10, 60, 256 + 64),
    "wider than a tick": (2**32, 10, 60, 64),
    "wraps around": (2**31 - 1, 2**31 - 1, 60, 64),
    "longer than time": (0, MAX_TICKS + 1, 60, 64),
}


@pytest.mark.parametrize("row", BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_rows_outside_the_part_or_outside_midi_are_refused(row):
    with pytest.raises(ValueError, match="note"):
        Part.of([*ROWS, row], BAR_TICKS)


@pytest.mark.parametrize("row", BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_payloads_outside_the_part_or_outside_midi_are_refused(row):
    payload = {"length_ticks": BAR_TICKS, "notes": [[*row, False]], "harmony": []}
    with pytest.raises(ValueError, match="note"):
        Part.from_payload(payload)


def test_arrays_are_checked_like_rows():
    array = np.array([(0, 10, 200, 64, False)], dtype=NOTE_DTYPE)
    with pytest.raises(ValueError, match="pitch"):
        Part.of(array, BAR_TICKS)


@given(parts())
def test_notes_cannot_be_written_to(part):
    assert not part.notes.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        part.notes["pitch"] = 0


def test_a_part_keeps_nothing_of_the_array_it_was_made_from():
    array = np.array([(0, 10, 60, 64, False)], dtype=NOTE_DTYPE)
    part = Part.of(array, BAR_TICKS)
    array["pitch"] = 61
    assert part.notes["pitch"].tolist() == [60]
    assert array.flags.writeable


def test_attributes_cannot_be_set():
    part = Part.of(ROWS, BAR_TICKS)
    with pytest.raises(AttributeError):
        part.length_ticks = 0
