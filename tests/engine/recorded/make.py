"""Makes the studio that a release leaves behind, to be opened and run again by all that come after.

    python -m tests.engine.recorded.make FOLDER

The commands below fill a studio through the command line: two songs, runs of every stage with and
without a model, with locks, words, singers and a section that carries on another, decisions, an
import, an arrangement. A studio made by an older release is never made again.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import mido
import yaml

from engine.cli import run

SMALL = ("--population", "12", "--generations", "4")
WORDS = """\
[Verse]
The river keeps the letters that I never meant to send
And every lamp along the shore goes out before the end
[Chorus]
Carry me over
"""
PROPOSALS = {
    "lamp": {
        "title": "A Lamp on the Far Shore",
        "rainbow_color": "Green",
        "key": "G major",
        "bpm": 104,
        "tempo": "4/4",
        "concept": "A keeper lights the lamp for boats that stopped coming years ago.",
        "mood": ["patient", "hopeful"],
        "genres": ["indie folk"],
    },
    "rails": {
        "title": "Counting the Rails",
        "rainbow_color": "Indigo",
        "key": "C# minor",
        "bpm": 138,
        "tempo": "7/8",
        "concept": "A child counts sleepers from the last carriage of a night train.",
        "mood": ["restless"],
        "genres": ["post-punk", "electronic"],
    },
    "mill": {
        "title": "The Mill Turns Twice",
        "rainbow_color": "White",
        "key": "E dorian",
        "bpm": 76,
        "tempo": "6/8",
        "concept": "A mill turns once for the grain and once for the dead.",
        "mood": ["solemn"],
        "genres": ["folk"],
    },
}


class Shell:
    """A studio, asked and told by command lines."""

    def __init__(self, studio: Path) -> None:
        self.studio = studio

    def do(self, *words: object) -> str:
        """Type a command; returns what it printed."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["--studio", str(self.studio), *map(str, words)])
        if code:
            raise RuntimeError(f"engine {words}: exit {code}: {err.getvalue()}")
        return out.getvalue()

    def evolve(self, song: str, stage: str, seed: int, *options: str) -> list[str]:
        """Evolve a stage; returns the survivors' ids, best first, run by run."""
        words = ("evolve", "--song", song, "--stage", stage, "--seed", seed, *SMALL, *options)
        told = json.loads(self.do(*words, "--json"))
        return [survivor["id"] for each in told for survivor in each["survivors"]]


def fill(studio: Path, folder: Path) -> None:
    """Fill a studio; files that a person would write are written to the folder."""
    shell = Shell(studio)
    words = folder / "words.txt"
    words.write_text(WORDS, "utf-8")
    for name, proposal in PROPOSALS.items():
        path = folder / f"{name}.yml"
        path.write_text(yaml.safe_dump(proposal), "utf-8")
        shell.do("songs", "add", path)
    _with_model(shell, words)
    _without_model(shell, words)
    _varied(shell, folder)


def _with_model(shell: Shell, words: Path) -> None:
    song = "a-lamp"
    verse = shell.evolve(song, "chords", 1, "--bars", "4")
    shell.do("approve", verse[0], "--label", "verse", "--note", "the turn in bar 3")
    shell.do("reject", verse[-1], "--reason", "no resolution")
    shell.do("undo")
    chorus = shell.evolve(
        song, "chords", 2, "--section", "chorus", "--bars", "4", "--energy", "0.8"
    )
    shell.do("approve", chorus[-1], "--label", "chorus")
    for stage in ("drums", "bass"):
        found = shell.evolve(song, stage, 3, "--section", "verse")
        shell.do("approve", found[0])
    sung = shell.evolve(song, "melody", 4, "--section", "verse", "--lyrics", str(words),
                       "--singer", "alto")  # fmt: skip
    shell.do("approve", sung[0])
    carried = shell.evolve(song, "melody", 5, "--section", "chorus", "--lyrics", str(words))
    shell.do("approve", carried[0])
    harmony = shell.evolve(song, "harmony", 6, "--section", "verse")
    shell.do("label", harmony[0], "choir")
    shell.do("approve", harmony[0])
    locked = shell.evolve(song, "melody", 7, "--from", sung[0], "--lock", "bars=1-2")
    shell.do("note", locked[0], "closer")
    shell.evolve(song, "chords", 8, "--from", verse[0], "--lock", "bars=1-2")
    shell.do("arrange", "--song", song, "--audio", "none")


def _without_model(shell: Shell, words: Path) -> None:
    song = "counting"
    chords = shell.evolve(song, "chords", 11, "--bars", "5", "--no-model")
    shell.do("approve", chords[0])
    for stage in ("drums", "bass"):
        found = shell.evolve(song, stage, 12, "--no-model")
        shell.do("approve", found[0])
    melody = shell.evolve(song, "melody", 13, "--no-model", "--lyrics", str(words))
    shell.do("approve", melody[0])
    harmony = shell.evolve(song, "harmony", 14, "--no-model")
    for source, lock in ((chords, "rhythm"), (melody, "rhythm"), (harmony, "pitch")):
        options = ("--from", source[0], "--lock", lock, "--no-model")
        stage = {id(chords): "chords", id(melody): "melody", id(harmony): "harmony"}[id(source)]
        shell.evolve(song, stage, 15, *options)
    shell.do("reject", harmony[0])
    shell.do("undo")


def _varied(shell: Shell, folder: Path) -> None:
    song = "the-mill"
    chords = shell.evolve(song, "chords", 21, "--bars", "6", "--no-model")
    shell.do("approve", chords[0])
    shell.do(
        "import",
        _by_hand(folder / "mine.mid"),
        "--song",
        song,
        "--stage",
        "chords",
        "--label",
        "bridge",
    )
    bass = shell.evolve(song, "bass", 22, "--section", "verse", "--no-model")
    shell.do("approve", bass[0])
    drums = shell.evolve(song, "drums", 23, "--section", "bridge", "--no-model")
    shell.do("approve", drums[0])
    options = {"bass": (bass, "pitch", "rhythm"), "drums": (drums, "bars=1", "rhythm")}
    for stage, (source, *locks) in options.items():
        for lock in locks:
            shell.evolve(song, stage, 24, "--from", source[0], "--lock", lock, "--no-model")
    melody = shell.evolve(song, "melody", 25, "--section", "verse", "--singer", "bass")
    shell.do("approve", melody[0])
    shell.evolve(song, "harmony", 26, "--section", "verse")
    shell.evolve(song, "melody", 27, "--from", melody[0], "--lock", "pitch", "--lock", "bars=2-3")


def _by_hand(path: Path) -> Path:
    """Four bars of 6/8, a chord each."""
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track := mido.MidiTrack())
    track.append(mido.MetaMessage("time_signature", numerator=6, denominator=8))
    for chord in ((52, 59, 64, 67), (57, 61, 64, 69), (50, 57, 62, 66), (52, 59, 64, 67)):
        track.extend(mido.Message("note_on", note=note, velocity=80) for note in chord)
        for index, note in enumerate(chord):
            track.append(mido.Message("note_off", note=note, time=0 if index else 1440))
    file.save(path)
    return path


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        fill(Path(sys.argv[1]), Path(scratch))
