"""Count what charted songs and pop songs do with chords, for ``genomes.chords.song_model``.

``python -m tools.chord_model FOLDER`` counts the songs that aren't held out and writes the table;
with ``--check`` it cross-validates by song instead and says how often a real section of the
charts is preferred to itself in another order or off its key.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import genomes.chords
from genomes.chords.song_model import SongModel, Step, histories, place_of, step_of
from tools.real_songs import CREDITS, names
from tools.real_songs.billboard import read_charted_song
from tools.real_songs.chord_names import ChartedChord
from tools.real_songs.pop import read_pop_song

OUTPUT = Path(genomes.chords.__file__).parent / "data" / "song_chords.json"
# Chords of the pop songs were found by a program: each counts less than a charted one.
WEIGHTS = {"billboard": 1.0, "pop909": 0.3}
FEWEST_SEEN = 0.6  # histories of two functions seen less often than this are left out
FOLDS = 5
SHUFFLES = 4
OFF_KEY = {"tritone": 6, "semitone": 1, "whole tone": 2, "fourth": 5, "fifth": 7}

# Thirds and sixths that tell the mode of a section in which the tonic chord doesn't sound.
MAJOR_SIGNS = {"9 minor", "4 minor", "2 minor", "5 major"}
MINOR_SIGNS = {"3 major", "8 major", "5 minor", "10 major"}

Beats = Sequence[Sequence[ChartedChord | None]]


@dataclass(frozen=True)
class Section:
    """A section's chords, in its mode."""

    mode: str
    bars: int
    steps: tuple[Step, ...]


def read_songs(folder: Path, *, held_out: bool = False) -> list[tuple[str, list[Section]]]:
    """Different sections of each song with at least two chords, with the song's set."""
    songs = []
    for name in names(folder / "billboard", held_out=held_out):
        charted = read_charted_song(folder / "billboard" / name)
        rows = [
            (tonic, [bar.chords for bar in section.bars])
            for section, tonic in zip(charted.sections, charted.tonics, strict=True)
        ]
        songs.append(("billboard", sections_of(rows)))
    for name in names(folder / "pop909", held_out=held_out):
        pop = read_pop_song(folder / "pop909" / name)
        cuts = [pop.bars[label.first_bar :][: label.bars] for label in pop.form]
        found = sections_of([(pop.tonic_pitch_class, list(cut)) for cut in cuts])
        songs.append(("pop909", [replace(section, mode=pop.mode) for section in found]))
    return [song for song in songs if song[1]]


def sections_of(rows: Sequence[tuple[int, Beats]]) -> list[Section]:
    """Each different section of one song; a section without a clear mode has the song's."""
    found = [(len(bars), tuple(_steps(tonic, bars))) for tonic, bars in rows]
    of_song = mode_of([step for _, steps in found for step in steps]) or "major"
    different = dict.fromkeys(row for row in found if len(row[1]) > 1)
    return [Section(mode_of(steps) or of_song, bars, steps) for bars, steps in different]


def mode_of(steps: Sequence[Step]) -> str:
    """``major`` or ``minor`` by the chord on the tonic, else by the thirds; empty if neither."""
    functions = [step.function for step in steps]
    balance = functions.count("0 major") - functions.count("0 minor") or sum(
        (function in MAJOR_SIGNS) - (function in MINOR_SIGNS) for function in functions
    )
    return "" if balance == 0 else "major" if balance > 0 else "minor"


def _steps(tonic: int, bars: Beats) -> Iterator[Step]:
    last = None
    for bar, beats in enumerate(bars):
        for chord in beats:
            if chord is not None and chord != last:
                classes = chord.pitch_classes
                yield step_of(tonic, chord.root_pitch_class, chord.bass_pitch_class, classes, bar)
                last = chord


def count(songs: Sequence[tuple[str, list[Section]]]) -> dict[str, dict[str, Any]]:
    """Weighted counts by family of modes."""
    tables: dict[str, Any] = {
        mode: {part: defaultdict(Counter) for part in ("functions", "kinds", "basses")}
        for mode in ("major", "minor")
    }
    for source, sections in songs:
        for section in sections:
            _add(tables[section.mode], section, WEIGHTS[source])
    return {mode: _plain(table) for mode, table in tables.items()}


def _add(table: dict[str, Any], section: Section, weight: float) -> None:
    before_each = histories(section.steps)
    for index, (step, (before, earlier)) in enumerate(zip(section.steps, before_each, strict=True)):
        place = place_of(index, step.bar, section.bars)
        contexts = ("", before, f"{earlier}|{before}", f"@{place}", f"@{place}|{before}")
        for context in contexts:
            table["functions"][context][step.function] += weight
        for key in (step.function, step.function.split(" ")[1]):
            table["kinds"][key][step.kind] += weight
            table["basses"][key][str(step.bass)] += weight


def _plain(table: dict[str, Any]) -> dict[str, Any]:
    return {
        part: {
            key: {name: round(row[name], 1) for name in sorted(row)}
            for key, row in sorted(rows.items())
            if "|" not in key or sum(row.values()) > FEWEST_SEEN
        }
        for part, rows in table.items()
    }


def check(songs: Sequence[tuple[str, list[Section]]]) -> str:
    """How often a charted section of a song not counted is preferred to its twins."""
    rng = np.random.default_rng(7)
    order = rng.permutation(len(songs))
    wins: dict[str, list[float]] = defaultdict(list)
    values = []
    for fold in range(FOLDS):
        tested = set(order[fold::FOLDS].tolist())
        counted = count([song for index, song in enumerate(songs) if index not in tested])
        models = {m: SongModel(t["functions"], t["kinds"], t["basses"]) for m, t in counted.items()}
        for index in tested:
            source, sections = songs[index]
            for section in sections if source == "billboard" else ():
                model = models[section.mode]
                real = model.log2_likelihood(section.steps, section.bars)
                values.append(real)
                for name, twin in _twins(section, rng):
                    other = model.log2_likelihood(twin, section.bars)
                    wins[name].append((real > other) + 0.5 * (real == other))
    percentiles = np.percentile(values, [5, 25, 50, 75, 95]).round(2).tolist()
    lines = [f"{len(values)} sections, bits per chord at 5, 25, 50, 75, 95 %: {percentiles}"]
    lines += [f"{name:14}{np.mean(found):.3f}" for name, found in wins.items()]
    return "\n".join(lines)


def _twins(section: Section, rng: np.random.Generator) -> Iterator[tuple[str, list[Step]]]:
    for name, semitones in OFF_KEY.items():
        yield name, [_moved(step, semitones) for step in section.steps]
    for _ in range(SHUFFLES):
        drawn = rng.permutation(len(section.steps))
        yield (
            "another order",
            [
                replace(section.steps[index], bar=step.bar)
                for index, step in zip(drawn.tolist(), section.steps, strict=True)
            ],
        )


def _moved(step: Step, semitones: int) -> Step:
    root, family = step.function.split(" ")
    return replace(step, function=f"{(int(root) + semitones) % 12} {family}")


def main() -> None:
    """Count and write, or check."""
    songs = read_songs(Path(sys.argv[1]))
    if "--check" in sys.argv:
        print(check(songs))  # noqa: T201
        return
    sets = Counter(source for source, _ in songs)
    document = {
        "sources": {name: CREDITS[name] for name in sets},
        "licence": "counts only; the songs themselves are not part of the project",
        "songs": dict(sets),
        "sections": sum(len(sections) for _, sections in songs),
        "chords": sum(len(s.steps) for _, sections in songs for s in sections),
        "weights": WEIGHTS,
        "counted": datetime.now(UTC).date().isoformat(),
        "counts": count(songs),
    }
    text = json.dumps(document, indent=0, separators=(",", ":"))
    OUTPUT.write_text(text + "\n", encoding="utf-8")
    print(f"{sum(sets.values())} songs, {document['chords']} chords -> {OUTPUT.name}")  # noqa: T201


if __name__ == "__main__":
    main()
