"""One progression, written as MIDI, event by event.

If this test fails, the renderer or the writer has changed, and its diff says what. If that was
meant, raise ``renderer_version`` in ``genomes/chords/__init__.py`` and write the file again:

    python -m tests.genomes.test_golden_midi > tests/genomes/golden/f_sharp_minor_7_8.txt
"""

import io
import sys
from pathlib import Path

import mido

from genomes.chords import ChordGenome
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Part
from genomes.time import Meter

GOLDEN = Path(__file__).parent / "golden" / "f_sharp_minor_7_8.txt"

CONTEXT = Context(Key.parse("F# minor"), Meter(7, 8), 97.3, Section("verse", 4))
PAYLOAD = {
    "mode": "minor",
    "groups_per_bar": 3,
    "register": 60,
    "dynamic": 64,
    "bars": [
        {"pattern": "bass_chord", "changes": [[0, "i", "add9", 0, "close", 0]]},
        {
            "pattern": "run_wave",
            "changes": [[0, "VI", "7", 0, "open", 1], [2, "V/VI", "7", 1, "shell", 0]],
        },
        {"pattern": "held", "changes": []},
        {
            "pattern": "push",
            "changes": [[0, "bII", "triad", 1, "full", 0], [2, "V", "7", 0, "wide", 2]],
        },
    ],
}


def written():
    """The part and its file."""
    part = ChordGenome.from_payload(PAYLOAD).render(CONTEXT)
    conductor = Conductor(
        "Golden",
        CONTEXT.key,
        CONTEXT.meter,
        CONTEXT.tempo_bpm,
        markers=((0, CONTEXT.section.label),),
        texts=("made by hand",),
    )
    return part, write_midi([Track("chords", part, program=4)], conductor)


def listing(part: Part, data: bytes) -> str:
    """Every event of the file on a line, with bars and chords as comments between."""
    file = mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
    lines = [f"# type {file.type}, {file.ticks_per_beat} ticks per quarter"]
    for number, track in enumerate(file.tracks):
        lines += ["", f"# track {number}"]
        comments = dict(_comments(part)) if number else {}
        tick = 0
        for message in track:
            tick += message.time
            for at in sorted(t for t in comments if t <= tick):
                lines.append(comments.pop(at))
            lines.append(f"{tick:6} {_event(message)}")
    return "\n".join(lines) + "\n"


def _comments(part):
    for span in part.harmony:
        bar, within = divmod(span.onset_ticks, CONTEXT.meter.bar_ticks)
        yield (
            span.onset_ticks,
            f"# bar {bar + 1}, eighth {within // 240 + 1}: {span.numeral}, {span.name}",
        )


def _event(message):
    values = {k: v for k, v in message.dict().items() if k not in {"type", "time", "is_meta"}}
    return " ".join([message.type, *(f"{name}={value}" for name, value in values.items())])


def test_the_file_is_the_one_that_was_agreed_on():
    assert listing(*written()).splitlines() == GOLDEN.read_text("utf-8").splitlines()


def test_the_listing_tells_every_note():
    """Guards the guard: another note makes another listing."""
    part, data = written()
    rows = [row[:4] for row in part.notes.tolist()]
    rows[3] = (*rows[3][:3], rows[3][3] + 1)
    other = Part.of(rows, part.length_ticks, part.harmony)
    conductor = Conductor("Golden", CONTEXT.key, CONTEXT.meter, CONTEXT.tempo_bpm)
    assert listing(part, data) != listing(other, write_midi([Track("chords", other)], conductor))
    assert sum("note_on" in line for line in listing(part, data).splitlines()) == len(rows)


if __name__ == "__main__":
    sys.stdout.write(listing(*written()))
