"""Random files of many tracks: read as other readers read them, note by note."""

from __future__ import annotations

import io
from collections import Counter
from itertools import accumulate

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genomes.midi import DRUM_CHANNEL, read_midi
from genomes.time import DENOMINATORS

symusic = pytest.importorskip("symusic")

EXAMPLES = 5 * settings.default.max_examples  # 5000 in the deep profile

Row = tuple[int, int, int, int, bool]

deltas = st.integers(0, 3) | st.integers(0, 1000)
pitches, channels = st.integers(58, 61), st.sampled_from((0, 1, 2, DRUM_CHANNEL, 15))
notes = st.builds(
    mido.Message,
    st.sampled_from(("note_on", "note_on", "note_off")),
    note=pitches,
    velocity=st.integers(0, 127),
    channel=channels,
    time=deltas,
)
others = st.one_of(
    st.builds(mido.MetaMessage, st.just("set_tempo"), tempo=st.integers(1, 2**24 - 1), time=deltas),
    st.builds(
        mido.MetaMessage,
        st.just("time_signature"),
        numerator=st.integers(1, 32),
        denominator=st.sampled_from(DENOMINATORS),
        time=deltas,
    ),
    st.builds(
        mido.Message,
        st.just("control_change"),
        control=st.integers(0, 127),
        value=st.integers(0, 127),
        channel=channels,
        time=deltas,
    ),
    st.builds(mido.MetaMessage, st.just("text"), text=st.text("ab ", max_size=3), time=deltas),
    st.builds(
        mido.Message,
        st.just("sysex"),
        data=st.lists(st.integers(0, 127), max_size=3),
        time=deltas,
    ),
)
tracks = st.lists(st.one_of(notes, notes, notes, others), max_size=40)
resolutions = st.sampled_from((1, 24, 96, 480, 960, 32767))
Made = list[list[mido.Message]]


def written(made: Made, resolution: int) -> bytes:
    file = mido.MidiFile(type=1, ticks_per_beat=resolution)
    file.tracks.extend(mido.MidiTrack(messages) for messages in made)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def read_by_hand(made: Made) -> tuple[Counter[Row], Counter[Row]]:
    """The notes by the messages themselves, and those that never end.

    Each off ends the note of its channel and pitch that has sounded longest.
    """
    found: Counter[Row] = Counter()
    hung: Counter[Row] = Counter()
    for messages in made:
        tick, sounding = 0, []
        for message in messages:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                sounding.append((tick, message))
            elif message.type in {"note_on", "note_off"}:
                own = [
                    note
                    for note in sounding
                    if (note[1].channel, note[1].note) == (message.channel, message.note)
                ]
                if own:
                    sounding.remove(own[0])
                    found[row(*own[0], tick)] += 1
        hung.update(row(*note, tick) for note in sounding)
    return found, hung


def row(onset: int, message: mido.Message, end: int) -> Row:
    is_drum = message.channel == DRUM_CHANNEL
    return onset, max(1, end - onset), message.note, message.velocity, is_drum


def changes_by_hand(made: Made, kind: str) -> dict[int, mido.MetaMessage]:
    """What holds from each tick on: the last message there, in the order of the file."""
    found = {
        tick: message
        for messages in made
        for tick, message in zip(accumulate(it.time for it in messages), messages, strict=True)
        if message.type == kind
    }
    return dict(sorted(found.items()))


@settings(max_examples=EXAMPLES)
@given(st.lists(tracks, min_size=1, max_size=4), resolutions)
def test_files_are_read_as_other_readers_read_them(made: Made, resolution: int) -> None:
    data = written(made, resolution)
    song = read_midi(data)
    notes, hung = read_by_hand(made)
    tempi, meters = (changes_by_hand(made, kind) for kind in ("set_tempo", "time_signature"))
    assert Counter(song.notes.tolist()) == notes + hung
    assert dict(song.tempo_changes) == {tick: it.tempo for tick, it in tempi.items()}
    assert [(tick, meter.numerator, meter.denominator) for tick, meter in song.meters] == [
        (tick, it.numerator, it.denominator) for tick, it in meters.items()
    ]
    other = symusic.Score.from_midi(data)
    assert other.ticks_per_quarter == song.ticks_per_quarter == resolution
    assert notes == Counter(
        (it.time, max(1, it.duration), it.pitch, it.velocity, track.is_drum)
        for track in other.tracks
        for it in track.notes
    )
    # It keeps every change, in no order within a tick.
    assert set(song.tempo_changes) <= {(it.time, it.mspq) for it in other.tempos}
    assert dict(song.tempo_changes).keys() == {it.time for it in other.tempos}
    stated = {(it.time, it.numerator, it.denominator) for it in other.time_signatures}
    assert {(tick, it.numerator, it.denominator) for tick, it in song.meters} <= stated
    assert dict(song.meters).keys() == {tick for tick, *_ in stated}


@given(st.lists(tracks, min_size=2, max_size=4))
def test_sequences_follow_each_other(made: Made) -> None:
    """Of a file of type 2: as if each track began where the one before it ends."""
    data = written(made, 480)
    starts = [0, *accumulate(sum(each.time for each in messages) for messages in made)]
    expected = Counter(
        (onset + start, *others)
        for start, messages in zip(starts, made, strict=False)
        for notes in read_by_hand([messages])
        for onset, *others in notes.elements()
    )
    found = read_midi(data[:9] + b"\x02" + data[10:])
    assert Counter(found.notes.tolist()) == expected
