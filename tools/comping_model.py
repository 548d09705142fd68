"""Count how the pianos of pop songs comp, beat by beat, for ``genomes.chords.figures``.

``python -m tools.comping_model FOLDER`` counts the songs that aren't held out and writes the table.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import genomes.chords
from genomes.chords.figures import (
    ALL,
    BASS,
    LENGTHS_PERCENT,
    NONE,
    PLACES,
    SINGLE,
    STEPS,
    TWO,
    UPPER,
)
from genomes.notes import Part
from tools.real_songs import CREDITS, names
from tools.real_songs.pop import SIXTEENTH_TICKS, read_tracks

OUTPUT = Path(genomes.chords.__file__).parent / "data" / "comping.json"
TRACK = "PIANO"
BAR_BEATS = 4
FEWEST_SEEN = 40  # figures seen less often are left out
FEWEST_TOGETHER = 3  # and so are histories of two figures
# The bass of half a bar is its lowest note and what lies at most this far above it.
BASS_SEMITONES = 2
OCTAVE = 12
# Edges between lengths, as shares of the time to the next stroke of the same hand.
LENGTH_EDGES = (0.35, 0.6, 0.78)


@dataclass(frozen=True)
class Beat:
    """What is struck in a beat, and the typical length of it as an entry of the table."""

    figure: str
    length: int


def read_beats(part: Part) -> list[Beat]:
    """The beats of a piano."""
    steps = np.rint(part.notes["onset_ticks"] / SIXTEENTH_TICKS).astype(int).tolist()
    struck: dict[int, list[tuple[int, float]]] = defaultdict(list)
    lowest: dict[int, int] = {}
    for step, pitch, ticks in zip(
        steps, part.notes["pitch"].tolist(), part.notes["duration_ticks"].tolist(), strict=True
    ):
        struck[step].append((pitch, ticks / SIXTEENTH_TICKS))
        half_bar = step // (2 * STEPS)
        lowest[half_bar] = min(lowest.get(half_bar, pitch), pitch)
    kinds = {
        step: _kind([p for p, _ in notes], lowest[step // 8]) for step, notes in struck.items()
    }
    shares = dict(_held(struck, kinds))
    beats = []
    for first in range(0, part.length_ticks // SIXTEENTH_TICKS, STEPS):
        places = range(first, first + STEPS)
        figure = "".join(kinds.get(place, NONE) for place in places)
        held = [shares[place] for place in places if place in shares]
        index = int(np.digitize(np.median(held), LENGTH_EDGES)) if held else -1
        beats.append(Beat(figure, LENGTHS_PERCENT[index]))
    return beats


def _kind(pitches: list[int], lowest: int) -> str:
    above = [p for p in pitches if p > lowest + BASS_SEMITONES and p != lowest + OCTAVE]
    if min(pitches) <= lowest + BASS_SEMITONES:
        return ALL if above else BASS
    return {1: SINGLE, 2: TWO}.get(len(pitches), UPPER)


def _held(
    struck: dict[int, list[tuple[int, float]]], kinds: dict[int, str]
) -> Iterator[tuple[int, float]]:
    """For each step the share of the time to the next stroke of the same hand."""
    steps = sorted(struck)
    for place, step in enumerate(steps):
        low = kinds[step] in {BASS, ALL}
        hand = {BASS, ALL} if low else {ALL, UPPER, TWO, SINGLE}
        following = next((s for s in steps[place + 1 :] if kinds[s] in hand), None)
        if following is not None:
            yield step, min(1.0, max(ticks for _, ticks in struck[step]) / (following - step))


def count(songs: list[list[Beat]]) -> dict[str, Any]:
    """Figures by what came just before and a bar before, lengths by the length before."""
    seen = Counter(beat.figure for song in songs for beat in song)
    known = {figure for figure, times in seen.items() if times >= FEWEST_SEEN}
    after: dict[str, Counter[str]] = defaultdict(Counter)
    above: dict[str, Counter[str]] = defaultdict(Counter)
    lengths: dict[str, Counter[str]] = defaultdict(Counter)
    for song in songs:
        for index in range(BAR_BEATS, len(song)):
            beat, before, bar_before = song[index], song[index - 1], song[index - BAR_BEATS]
            if {beat.figure, before.figure} <= known:
                place = PLACES[index % BAR_BEATS]
                after[f"{place} {before.figure}"][beat.figure] += 1
                above[f"{place} {before.figure} {bar_before.figure}"][beat.figure] += 1
            lengths[str(before.length)][str(beat.length)] += 1
    often = {name: row for name, row in above.items() if row.total() >= FEWEST_TOGETHER}
    return {
        name: {key: dict(row.most_common()) for key, row in sorted(table.items())}
        for name, table in (("after", after), ("above", often), ("lengths", lengths))
    }


def main() -> None:
    """Count and write."""
    folder = Path(sys.argv[1]) / "pop909"
    found = [read_tracks(folder / name) for name in names(folder, held_out=False)]
    songs = [read_beats(tracks[TRACK]) for tracks in found if TRACK in tracks]
    document = {
        "sources": {"pop909": CREDITS["pop909"]},
        "licence": "counts only; the songs themselves are not part of the project",
        "songs": len(songs),
        "beats": sum(map(len, songs)),
        "counted": datetime.now(UTC).date().isoformat(),
        "counts": count(songs),
    }
    text = json.dumps(document, indent=0, separators=(",", ":"))
    OUTPUT.write_text(text + "\n", encoding="utf-8")
    print(f"{len(songs)} songs, {document['beats']} beats -> {OUTPUT.name}")  # noqa: T201


if __name__ == "__main__":
    main()
