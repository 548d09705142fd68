"""Finished songs: one of every colour and of five meters, opened with other programs.

``python -m benchmarks.songs_bench [--full] [--out FOLDER]`` composes them unattended from proposals
of its own, with words, and looks at the best of each: whether mido, symusic and music21 read in its
files what was composed, and whether it can be heard. Prints a row for each song as it is finished;
``--full`` composes with the settings that ``engine compose`` has: minutes for each song.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from traceback import extract_tb

from benchmarks.songs import Quiet, own_song
from documents.lyrics import sheet_of
from engine.arrangement.arranging import ArrangedSong
from engine.arrangement.files import WHOLE_SONG
from engine.composing.composer import compose
from engine.composing.composition import ARRANGEMENTS, BEAM, begin, new_composition
from engine.composing.ending import Ending, Ranked, finish_composition
from engine.evolution.settings import Settings
from engine.models.registry import ModelRegistry
from engine.proposals import Proposal
from engine.proposals.songs import add_songs
from engine.state.studio import Studio
from fitness.fusion import DEFAULT_MODEL
from tests.engine.arrangement import other_programs as programs

COLOURS = (
    ("Black", "C# minor", "4/4", 72),
    ("Red", "E phrygian", "4/4", 148),
    ("Orange", "G mixolydian", "6/8", 96),
    ("Yellow", "D major", "4/4", 118),
    ("Green", "F lydian", "7/8", 84),
    ("Blue", "Bb minor", "3/4", 78),
    ("Indigo", "F# dorian", "5/4", 104),
    ("Violet", "A harmonic minor", "4/4", 128),
    ("White", "Eb major", "12/8", 66),
)
METERS = (
    ("Green", "D minor", "4/4", 132.5),
    ("Violet", "F# harmonic minor", "3/4", 176),
    ("Blue", "Bb dorian", "6/8", 160),
    ("Red", "E phrygian", "7/8", 168),
    ("White", "Db major", "5/4", 200),
)
SEED = 3
WORDS = sheet_of(
    "[Verse]\nThe kettle hums for nobody\nand nobody is home\n"
    "[Pre-Chorus]\nCount the stairs\n"
    "[Chorus]\nLeave the light on\nleave it on till I come in\n"
)
AUDIO = "flac"


@dataclass(frozen=True)
class Size:
    """How much is composed."""

    settings: Settings
    sections: str
    beam: int
    arrangements: int


SMALL = Size(Settings(8, 1), "verse=2,chorus=2,bridge=2", 2, 1)
FULL = Size(Settings(), "verse=8,chorus=8,bridge=8", BEAM, ARRANGEMENTS)


def best_song(
    folder: Path, proposal: Proposal, size: Size, model: Path | None = DEFAULT_MODEL
) -> tuple[Ranked, ArrangedSong]:
    """Compose a song in a studio of its own, and write the best with everything that is made."""
    with Studio.open(folder) as studio:
        add_songs(studio, [proposal])
        (song,) = studio.songs().values()
        asked = new_composition(size.settings, size.sections, SEED, size.beam, size.arrangements)
        sung = asked.with_vocals(None, WORDS)
        sha256 = None if model is None else ModelRegistry(studio).register(model)
        composition = begin(studio, song, replace(sung, model_sha256=sha256))
        compose(studio, song.song_id, composition, Quiet())
        return finish_composition(studio, song.song_id, composition, Ending(AUDIO))[0]


CHECKS: dict[str, Callable[[ArrangedSong], None]] = {
    "mido": lambda it: programs.check_with_mido(it.arrangement, _data(it, WHOLE_SONG)),
    "symusic": lambda it: programs.check_with_symusic(it.arrangement, _data(it, WHOLE_SONG)),
    "music21": lambda it: programs.check_with_music21(it.arrangement, _data(it, WHOLE_SONG)),
    "MusicXML": lambda it: programs.check_musicxml(it.arrangement, _data(it, "song.musicxml")),
    "audio": lambda it: programs.check_recordings(it.arrangement, it.folder, AUDIO),
}
COLUMNS = (
    *("song", "colour", "meter", "bars", "seconds"),
    *CHECKS,
    *("wall s", "chromatic", "contrasts"),
)
WIDTHS = (30, 7, 5, 4, 7, 4, 7, 7, 8, 5, 6, 9, 9)


def _data(song: ArrangedSong, name: str) -> bytes:
    return (song.folder / name).read_bytes()


def fault(check: Callable[[ArrangedSong], None], song: ArrangedSong) -> str:
    """What a check finds wrong, on one line; empty where nothing is."""
    try:
        check(song)
    except (AssertionError, ValueError, OSError) as wrong:
        line = extract_tb(wrong.__traceback__)[-1].line
        return f"{line}: {type(wrong).__name__} {' '.join(str(wrong).split())[:300]}"
    return ""


def walk(folder: Path, size: Size) -> int:
    """Compose and look at every song; returns how many have a fault."""
    faulty = 0
    print(_row(COLUMNS))
    for number, facts in enumerate((*COLOURS, *METERS), start=1):
        proposal = own_song(*facts)
        begun = perf_counter()
        ranked, song = best_song(folder / f"{number:02}", proposal, size)
        wall_seconds = perf_counter() - begun
        faults = {name: fault(check, song) for name, check in CHECKS.items()}
        faulty += any(faults.values())
        contrasts = ranked.contrasts.values()
        whole = song.arrangement
        row = (
            *(whole.title, facts[0], str(whole.meter), whole.bars, f"{whole.seconds:.1f}"),
            *("BAD" if wrong else "ok" for wrong in faults.values()),
            *(f"{wall_seconds:.0f}", f"{ranked.terms.get('chromatic', float('nan')):.3f}"),
            " ".join(f"{each.mean:.2f}" for each in contrasts),
        )
        print(_row(row), flush=True)
        for name, wrong in faults.items():
            if wrong:
                print(f"   {name}: {wrong}", flush=True)
    return faulty


def _row(cells: tuple[object, ...]) -> str:
    return "  ".join(
        f"{cell!s:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)
    ).rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="with the default settings")
    parser.add_argument("--out", type=Path, help="where the songs stay")
    asked = parser.parse_args()
    size = FULL if asked.full else SMALL
    if asked.out is not None:
        return int(walk(asked.out, size) > 0)
    with tempfile.TemporaryDirectory() as folder:
        return int(walk(Path(folder), size) > 0)


if __name__ == "__main__":
    sys.exit(main())
