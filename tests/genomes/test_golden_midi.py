"""One part of every stage, written as MIDI, event by event.

If this test fails, a renderer or the writer has changed, and its diff says what. If that was
meant, raise the stage's ``renderer_version`` and write its file again:

    python -m tests.genomes.test_golden_midi chords > tests/genomes/golden/chords.txt
"""

import io
import sys
from pathlib import Path

import mido
import pytest

from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Part
from tests.genomes.calls import render, replace
from tests.genomes.contexts import context_of, over, with_drums
from tests.genomes.melody.conftest import chorded, words
from tests.genomes.stages import STAGES

GOLDEN = Path(__file__).parent / "golden"

BAR = 1680
IN_SEVENS = {"key": "F# minor", "meter": "7/8"}
# Onset, duration and pitch, bar by bar.
MELODY = (
    ((0, 480, 73), (480, 480, 71), (960, 720, 69)),
    ((0, 960, 69), (960, 720, 66)),
    ((0, 960, 68), (960, 480, 65)),
    ((0, BAR, 66),),
)


def _supported():
    """F#m D C# F#m with a held bass and a melody."""
    context = replace(over("F#m D C# F#m", **IN_SEVENS), tempo_bpm=97.3)
    spans = dict(context.parts)["chords"].harmony
    numerals = ("i", "VI", "V", "i")
    spans = [replace(s, numeral=numeral) for s, numeral in zip(spans, numerals, strict=True)]
    melody = [(i * BAR + on, *rest, 80) for i, bar in enumerate(MELODY) for on, *rest in bar]
    parts = (
        ("chords", Part.of([(0, 4 * BAR, 42, 60)], 4 * BAR, spans)),
        ("bass", Part.of([(span.onset_ticks, BAR, 36, 90) for span in spans], 4 * BAR)),
        ("melody", Part.of(melody, 4 * BAR)),
    )
    return replace(context, parts=parts)


CONTEXTS = {
    "chords": context_of(**IN_SEVENS, tempo_bpm=97.3),
    "drums": context_of(**IN_SEVENS, tempo_bpm=97.3),
    "bass": with_drums(over("F#m D/F# A E7", **IN_SEVENS), 0, 600, 960),
    "melody": replace(
        chorded("i VI iv V", key="D minor", tempo_bpm=92),
        singer="Shirley",
        lyrics=words("the RI-ver KEEPS its TIME", "and I keep MINE a-LONG the SHORE till MOR-ning"),
        before=Part.of([(0, 480, 62, 80)], 1920),
    ),
    "harmony": _supported(),
}
PAYLOADS = {
    "chords": {
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
    },
    "drums": {
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
    },
    "bass": {
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
    },
    "melody": {
        "meter": "4/4",
        "materials": [
            {
                "bars": 2,
                "division": "straight",
                "tones": [[2, 2, 0], [4, 4, 2], [8, 3, 1], [12, 4, 0], [16, 4, 1], [20, 8, -1]],
            }
        ],
        "phrases": [
            [0, 2, 1, "plain", "plain", "third", "none"],
            [0, 2, 0, "up", "held", "root", "lean"],
        ],
        "home": 0,
        "register": "middle",
        "leaning": "leaning",
        "dynamic": 76,
        "melismas": 1,
    },
    "harmony": {
        "meter": "7/8",
        "dynamic": 52,
        "bars": [
            [{"texture": "pad", "tones": [[0, 1680, 1, 54, "struck"], [0, 1680, 2, 61, "struck"]]}],
            [
                {"texture": "pad", "tones": [[0, 1680, 1, 54, "tied"], [0, 1680, 2, 61, "tied"]]},
                {"texture": "line", "tones": [[480, 1200, 3, 62, "struck"]]},
            ],
            [
                {
                    "texture": "pad",
                    "tones": [[0, 1680, 1, 53, "suspended"], [0, 1680, 2, 60, "struck"]],
                }
            ],
            [{"texture": "thirds", "tones": [[0, 1680, 3, 63, "struck"]]}],
        ],
    },
}
TRACKS = {
    "chords": {"program": 4},
    "drums": {"channel": 9},
    "bass": {"program": 33},
    "melody": {"program": 52},
    "harmony": {"program": 48},
}
WITH_TEXTS = {"chords", "harmony"}


def part_of(name):
    """The part that its file is of."""
    return render(STAGES[name].genomes.from_payload(PAYLOADS[name]), CONTEXTS[name])


def listing(name, part):
    """Every event of the file on a line, with bars and chords as comments between."""
    context = CONTEXTS[name]
    words = {"markers": ((0, context.section.label),), "texts": ("made by hand",)}
    conductor = Conductor(
        *("Golden", context.key, context.meter, context.tempo_bpm),
        **words if name in WITH_TEXTS else {},
    )
    data = write_midi([Track(name, part, **TRACKS[name])], conductor)
    file = mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
    lines = [f"# type {file.type}, {file.ticks_per_beat} ticks per quarter"]
    for number, track in enumerate(file.tracks):
        lines += ["", f"# track {number}"]
        comments = dict(_comments(part, context.meter.bar_ticks)) if number else {}
        tick = 0
        for message in track:
            tick += message.time
            lines += [comments.pop(at) for at in sorted(comments) if at <= tick]
            lines.append(f"{tick:6} {_event(message)}")
    return "\n".join(lines) + "\n"


def _comments(part, bar_ticks):
    for span in part.harmony:
        bar, within = divmod(span.onset_ticks, bar_ticks)
        place = f"# bar {bar + 1}, eighth {within // 240 + 1}"
        yield span.onset_ticks, f"{place}: {span.numeral}, {span.name}"


def _event(message):
    values = {k: v for k, v in message.dict().items() if k not in {"type", "time", "is_meta"}}
    return " ".join([message.type, *(f"{name}={value}" for name, value in values.items())])


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_file_is_the_one_that_was_agreed_on(name):
    written = (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert listing(name, part_of(name)).splitlines() == written.splitlines()


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_listing_tells_every_note(name):
    """Guards the guard: another note makes another listing."""
    part = part_of(name)
    notes = part.notes.copy()
    notes["velocity"][3] += 1
    assert listing(name, part) != listing(name, replace(part, notes=notes))
    lines = listing(name, part).splitlines()
    assert sum("note_on" in line for line in lines) == len(part.notes)


def test_the_words_are_the_ones_that_were_agreed_on():
    part = part_of("melody")
    text = "".join(text for _, text in part.lyrics)
    assert text == "the river keeps its time and i keep mine along the shore till morning "
    assert part.lyrics[0][0] == part.notes["onset_ticks"][0]


def test_the_harmony_has_a_tie_and_a_suspension():
    """Guards the guard: what is most easily lost is in it."""
    rows = [tuple(row)[:3] for row in part_of("harmony").notes.tolist()]
    assert (0, 2 * BAR + 480, 54) in rows
    assert (2 * BAR + 480, 1200, 53) in rows


if __name__ == "__main__":
    sys.stdout.write(listing(sys.argv[1], part_of(sys.argv[1])))
