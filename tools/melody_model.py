"""Count what pop songs do from note to note, for ``fitness.theory.melody_model``.

``python -m tools.melody_model FOLDER`` counts the melodies of the songs in ``FOLDER`` that aren't
held out (see ``tools.real_songs``) and writes the table.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from fitness.theory.melody_line import Note
from fitness.theory.melody_model import MOVES_FILE, OUTCOMES, Pair, by_degree, by_interval, by_place
from genomes.keys import PLAIN_NAMES, Key
from genomes.time import COMMON_TIME
from tools.real_songs import CREDITS, names
from tools.real_songs.pop import PopSong, read_pop_song

Counts = dict[str, dict[str, dict[str, int]]]


def count(songs: Iterable[PopSong]) -> Counts:
    """Counts by table, condition and outcome."""
    counts: dict[str, defaultdict[str, Counter[str]]] = {
        name: defaultdict(Counter) for name in OUTCOMES
    }
    for song in songs:
        for name, (condition, outcome) in _pairs(song):
            counts[name][condition][outcome] += 1
    return {
        name: {condition: dict(sorted(row.items())) for condition, row in sorted(table.items())}
        for name, table in counts.items()
    }


def _pairs(song: PopSong) -> Iterator[tuple[str, Pair]]:
    key = Key(song.tonic_pitch_class, song.mode, PLAIN_NAMES[song.tonic_pitch_class])
    notes = [Note(row[0], row[0] + row[1], row[2]) for row in song.melody.notes.tolist()]
    yield from (("degrees", pair) for pair in by_degree(notes, key))
    yield from (("intervals", pair) for pair in by_interval(notes))
    yield from (("places", pair) for pair in by_place(notes, COMMON_TIME))


def main() -> None:
    """Count and write."""
    folder = Path(sys.argv[1]) / "pop909"
    songs = [read_pop_song(folder / name) for name in names(folder, held_out=False)]
    document = {
        "sources": {"pop909": CREDITS["pop909"]},
        "licence": "counts only; the songs themselves are not part of the project",
        "songs": len(songs),
        "notes": sum(len(song.melody.notes) for song in songs),
        "counted": datetime.now(UTC).date().isoformat(),
        "counts": count(songs),
    }
    text = json.dumps(document, indent=0, separators=(",", ":"))
    MOVES_FILE.write_text(text + "\n", encoding="utf-8")
    print(f"{len(songs)} songs, {document['notes']} notes -> {MOVES_FILE.name}")  # noqa: T201


if __name__ == "__main__":
    main()
