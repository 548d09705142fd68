"""One supporting part, written as MIDI, event by event.

If this test fails, the renderer or the writer has changed, and its diff says what. If that was
meant, raise ``renderer_version`` in ``genomes/harmony/__init__.py`` and write the file again:

    python -m tests.genomes.harmony.test_golden_midi > tests/genomes/golden/harmony_7_8.txt
"""

import sys
from pathlib import Path

from genomes.context import Context, Section
from genomes.harmony import HarmonyGenome
from genomes.keys import Key
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import ChordSpan, Part
from genomes.time import Meter
from tests.genomes.test_golden_midi import listing

GOLDEN = Path(__file__).parents[1] / "golden" / "harmony_7_8.txt"

BAR = 1680
SPANS = (
    ChordSpan(0, BAR, 6, 6, (6, 9, 1), "i", "F#m"),
    ChordSpan(BAR, BAR, 2, 2, (2, 6, 9), "VI", "D"),
    ChordSpan(2 * BAR, BAR, 1, 1, (1, 5, 8), "V", "C#"),
    ChordSpan(3 * BAR, BAR, 6, 6, (6, 9, 1), "i", "F#m"),
)
MELODY = [
    (0, 480, 73, 80),
    (480, 480, 71, 80),
    (960, 720, 69, 80),
    (BAR, 960, 69, 80),
    (BAR + 960, 720, 66, 80),
    (2 * BAR, 960, 68, 80),
    (2 * BAR + 960, 480, 65, 80),
    (3 * BAR, BAR, 66, 80),
]
CONTEXT = Context(
    Key.parse("F# minor"),
    Meter(7, 8),
    97.3,
    Section("verse", 4),
    (
        ("chords", Part.of([(0, 4 * BAR, 42, 60)], 4 * BAR, SPANS)),
        ("bass", Part.of([(span.onset_ticks, BAR, 36, 90) for span in SPANS], 4 * BAR)),
        ("melody", Part.of(MELODY, 4 * BAR)),
    ),
)
PAYLOAD = {
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
}


def written():
    """The part and its file."""
    part = HarmonyGenome.from_payload(PAYLOAD).render(CONTEXT)
    conductor = Conductor(
        "Golden",
        CONTEXT.key,
        CONTEXT.meter,
        CONTEXT.tempo_bpm,
        markers=((0, CONTEXT.section.label),),
        texts=("made by hand",),
    )
    return part, write_midi([Track("harmony", part, program=48)], conductor)


def test_the_file_is_the_one_that_was_agreed_on():
    assert listing(*written()).splitlines() == GOLDEN.read_text("utf-8").splitlines()


def test_the_fixture_has_a_tie_and_a_suspension():
    """Guards the guard: what is most easily lost is in it."""
    rows = [tuple(row)[:3] for row in written()[0].notes.tolist()]
    assert (0, 2 * BAR + 480, 54) in rows
    assert (2 * BAR + 480, 1200, 53) in rows


if __name__ == "__main__":
    sys.stdout.write(listing(*written()))
