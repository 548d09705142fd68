"""Real music beside the composed: windows of music21's scores, played in some tempo."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from genomes.notes import Part
from genomes.time import Meter
from training.composed.corpus import Window, piece_names, read_windows
from training.composed.rhythms import VELOCITIES

WINDOWS_PER_PIECE = 15
STAGE_OF_ROLE = {
    "full": "chords",
    "top_voice": "melody",
    "bass_voice": "bass",
    "inner_voices": "harmony",
}
ACCENTS = (0, 20)  # velocity between light and heavy beats
LARGEST_BYTES = 40_000  # a long score takes minutes to read


def corpus_root() -> Path:
    """Where music21 keeps its scores."""
    import music21

    return Path(music21.__file__).parent / "corpus"


def chosen_pieces(count: int, rng: np.random.Generator) -> list[str]:
    """Pieces that are quick to read, from every collection alike."""
    root = corpus_root()
    names = [name for name in piece_names(root) if (root / name).stat().st_size <= LARGEST_BYTES]
    by_collection: dict[str, list[str]] = {}
    for name in rng.permutation(names).tolist():
        by_collection.setdefault(name.split("/")[0], []).append(name)
    turns = [
        (turn, collection, name)
        for collection, pieces in by_collection.items()
        for turn, name in enumerate(pieces)
    ]
    return [name for _, _, name in sorted(turns)[:count]]


def piece_windows(name: str, rng: np.random.Generator) -> list[Window]:
    """A few windows of a piece, none where music21 can't read it."""
    try:
        windows = read_windows(corpus_root() / name)
    except Exception:
        return []
    chosen = rng.permutation(len(windows))[:WINDOWS_PER_PIECE]
    return [windows[index] for index in sorted(chosen)]


def played(part: Part, meter: Meter, rng: np.random.Generator) -> Part:
    """A score's notes with a dynamic and accents: scores tell neither."""
    accents = dict(zip(meter.group_onsets_ticks, meter.accents, strict=True))
    depth = float(rng.uniform(*ACCENTS))
    notes = part.notes.copy()
    in_bar = notes["onset_ticks"] % meter.bar_ticks
    weights = np.array([accents.get(int(onset), 0.0) for onset in in_bar])
    notes["velocity"] = np.clip(rng.choice(VELOCITIES) + np.rint(depth * weights), 1, 127)
    return Part.of(notes, part.length_ticks)
