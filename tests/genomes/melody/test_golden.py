"""One melody, written as MIDI, event by event.

If this test fails, the renderer or the writer has changed, and its diff says what. If that was
meant, raise ``renderer_version`` in ``genomes/melody/__init__.py`` and write the file again:

    python -m tests.genomes.melody.test_golden > tests/genomes/golden/melody_d_minor_4_4.txt
"""

import sys
from dataclasses import replace
from pathlib import Path

from genomes.melody import MelodyGenome
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Part
from tests.genomes.melody.conftest import chorded, words
from tests.genomes.test_golden_midi import listing

GOLDEN = Path(__file__).parents[1] / "golden" / "melody_d_minor_4_4.txt"

CONTEXT = replace(
    chorded("i VI iv V", key="D minor", tempo_bpm=92),
    singer="Shirley",
    lyrics=words("the RI-ver KEEPS its TIME", "and I keep MINE a-LONG the SHORE till MOR-ning"),
    before=Part.of([(0, 480, 62, 80)], 1920),
)
PAYLOAD = {
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
}


def written():
    """The part and its file."""
    part = MelodyGenome.from_payload(PAYLOAD).render(CONTEXT)
    conductor = Conductor("Golden", CONTEXT.key, CONTEXT.meter, CONTEXT.tempo_bpm)
    return part, write_midi([Track("melody", part, program=52)], conductor)


def test_the_file_is_the_one_that_was_agreed_on():
    assert listing(*written()).splitlines() == GOLDEN.read_text("utf-8").splitlines()


def test_the_words_are_the_ones_that_were_agreed_on():
    part, _ = written()
    text = "".join(text for _, text in part.lyrics)
    assert text == "the river keeps its time and i keep mine along the shore till morning "
    assert part.lyrics[0][0] == part.notes["onset_ticks"][0]


if __name__ == "__main__":
    sys.stdout.write(listing(*written()))
