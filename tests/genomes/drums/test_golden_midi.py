"""One drum part, written as MIDI, event by event.

If this test fails, the renderer or the writer has changed, and its diff says what. If that was
meant, raise ``renderer_version`` in ``genomes/drums/__init__.py`` and write the file again:

    python -m tests.genomes.drums.test_golden_midi > tests/genomes/drums/golden/break_7_8.txt
"""

import io
import sys
from pathlib import Path

import mido

from genomes.context import Context, Section
from genomes.drums import DrumGenome
from genomes.keys import Key
from genomes.midi import Conductor, Track, write_midi
from genomes.time import Meter

GOLDEN = Path(__file__).parent / "golden" / "break_7_8.txt"

CONTEXT = Context(Key.parse("F# minor"), Meter(7, 8), 97.3, Section("verse", 4))
PAYLOAD = {
    "meter": "7/8",
    "swing_percent": 33,
    "dynamic": 70,
    "shape": "breath",
    "patterns": [
        [
            "straight",
            [
                ["kick", "X...x........."],
                ["snare", ".......gX...f."],
                ["closed_hat", "x.g.x.g.x.g..."],
            ],
        ],
        ["straight", []],
    ],
    "bars": [[0, "", "crash"], [0, "", ""], [1, "", ""], [0, "tom_run", ""]],
}


def listing() -> str:
    """Every event of the file on a line."""
    part = DrumGenome.from_payload(PAYLOAD).render(CONTEXT)
    conductor = Conductor("Golden", CONTEXT.key, CONTEXT.meter, CONTEXT.tempo_bpm)
    data = write_midi([Track("drums", part, channel=9)], conductor)
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
    assert listing().splitlines() == GOLDEN.read_text("utf-8").splitlines()


def test_the_listing_tells_every_note():
    part = DrumGenome.from_payload(PAYLOAD).render(CONTEXT)
    assert sum("note_on" in line for line in listing().splitlines()) == len(part.notes)


if __name__ == "__main__":
    sys.stdout.write(listing())
