"""Written, taken in by ``engine import`` and written again: the notes of every stage stay."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.files import midi_files, midi_tracks
from engine.gate.midi_parts import read_midi_part
from engine.stages import STAGES
from genomes import Key, Meter, Part
from genomes.midi import Conductor, Track, read_midi, write_midi
from tests.engine.arrangement.approved_parts import ROWS, lineage_of
from tests.genomes import stages
from tests.genomes.calls import render, replace
from tests.genomes.contexts import spread_contexts

PARTS = 200 if stages.IS_DEEP else 45  # of each of the five stages
METERS = ("4/4", "3/4", "6/8", "7/8", "5/4")


def taken_in(folder: Path, data: bytes, stage: str, meter: Meter, tempo_bpm: float) -> Part:
    path = folder / f"{stage}.mid"
    path.write_bytes(data)
    song = SimpleNamespace(meter=str(meter), tempo_bpm=tempo_bpm)
    return read_midi_part(path, song, STAGES[stage]).part


def unspaced(part: Part) -> list[tuple[int, str]]:
    return [(onset, text.strip()) for onset, text in part.lyrics]


@pytest.mark.parametrize("stage", STAGES)
def test_parts_come_back_as_they_were_written(tmp_path: Path, stage: str) -> None:
    rng = np.random.default_rng(2024)
    row = stages.STAGES[stage]
    compared = 0
    for bare in spread_contexts(PARTS, rng):
        context = row.placed(bare, rng)
        part = render(row.evolved(context, rng, 3), context)
        facts = Conductor("again", context.key, context.meter, context.tempo_bpm)

        def written(part: Part, facts: Conductor = facts) -> bytes:
            return write_midi([Track(stage, part, channel=STAGES[stage].channel)], facts)

        if not len(part.notes):
            continue
        data = written(part)
        again = taken_in(tmp_path, data, stage, context.meter, context.tempo_bpm)
        assert again.notes.tolist() == part.notes.tolist()
        assert unspaced(again) == unspaced(part)
        same = replace(again, length_ticks=part.length_ticks, lyrics=part.lyrics)
        assert written(same) == data
        compared += 1
    assert compared > 0.9 * PARTS


@pytest.mark.parametrize("meter", METERS)
def test_arrangements_come_back_as_they_were_written(tmp_path: Path, meter: str) -> None:
    in_meter = Meter.parse(meter)
    parts = [
        part
        for number, (label, bars) in enumerate((("verse", 4), ("chorus", 3)))
        for part in lineage_of(label, list(ROWS), meter=in_meter, bars=bars, first=1 + 10 * number)
    ]
    facts = Conductor("again", Key.parse("Bb minor"), in_meter, 97.3)
    song = assemble(draft(parts, facts), parts, facts)
    files = dict(midi_files(song))
    whole = dict(read_midi(files["song.mid"]).named_tracks)
    for track in midi_tracks(song):
        rows = track.part.notes.tolist()
        assert whole[track.name].notes.tolist() == rows
        stage = track.name.lower()
        again = taken_in(tmp_path, files[f"{stage}.mid"], stage, in_meter, 97.3)
        assert again.notes.tolist() == rows
        assert again.lyrics == track.part.lyrics
