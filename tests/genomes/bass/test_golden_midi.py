"""One bass line, written as MIDI, event by event.

If this test fails, the renderer or the writer has changed, and its diff says what. If that was
meant, raise ``renderer_version`` in ``genomes/bass/__init__.py`` and write the file again:

    python -m tests.genomes.bass.test_golden_midi > tests/genomes/golden/bass_7_8.txt
"""

import io
import sys
from pathlib import Path

import mido

from genomes.bass import BassGenome
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Part
from tests.genomes.bass.conftest import over, with_drums

GOLDEN = Path(__file__).parents[1] / "golden" / "bass_7_8.txt"

CONTEXT = with_drums(over("F#m D/F# A E7", key="F# minor", meter="7/8"), 0, 600, 960)
PAYLOAD = {
    "cells_per_bar": 14,
    "register": 38,
    "gate": "detached",
    "dynamic": 72,
    "kick_lock": True,
    "bars": [
        [[0, "root", 0, 0, "plain"], [4, "fifth", -1, 2, "soft"], [8, "root", 1, 0, "accent"]],
        [[0, "bass", 0, 0, "plain"], [7, "third", 0, 1, "ghost"], [8, "third", 0, 0, "plain"]],
        [[4, "tonic", 0, 0, "plain"]],
        [[2, "colour", -1, 4, "plain"], [10, "half_above", 0, 0, "plain"]],
    ],
}


def written():
    """The part and its file."""
    part = BassGenome.from_payload(PAYLOAD).render(CONTEXT)
    conductor = Conductor("Golden", CONTEXT.key, CONTEXT.meter, CONTEXT.tempo_bpm)
    return part, write_midi([Track("bass", part, program=33)], conductor)


def listing(data: bytes) -> str:
    """Every event of the file on a line."""
    file = mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
    lines = [f"# type {file.type}, {file.ticks_per_beat} ticks per quarter"]
    for number, track in enumerate(file.tracks):
        lines += ["", f"# track {number}"]
        tick = 0
        for message in track:
            tick += message.time
            lines.append(f"{tick:6} {_event(message)}")
    return "\n".join(lines) + "\n"


def _event(message):
    values = {k: v for k, v in message.dict().items() if k not in {"type", "time", "is_meta"}}
    return " ".join([message.type, *(f"{name}={value}" for name, value in values.items())])


def test_the_file_is_the_one_that_was_agreed_on():
    _, data = written()
    assert listing(data).splitlines() == GOLDEN.read_text("utf-8").splitlines()


def test_the_listing_tells_every_note():
    """Guards the guard: another note makes another listing."""
    part, data = written()
    rows = [row[:4] for row in part.notes.tolist()]
    rows[3] = (*rows[3][:3], rows[3][3] + 1)
    other = Part.of(rows, part.length_ticks)
    conductor = Conductor("Golden", CONTEXT.key, CONTEXT.meter, CONTEXT.tempo_bpm)
    assert listing(data) != listing(write_midi([Track("bass", other, program=33)], conductor))
    assert sum("note_on" in line for line in listing(data).splitlines()) == len(rows)


if __name__ == "__main__":
    sys.stdout.write(listing(written()[1]))
