"""Real music that comes with music21: which pieces, cut into windows and played in some tempo."""

from __future__ import annotations

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import music21
import numpy as np
from music21 import converter, stream

from genomes import splicing
from genomes.notes import Part
from genomes.time import TICKS_PER_QUARTER, Meter
from training.composed.rhythms import VELOCITIES

CORPUS_ROOT = Path(music21.__file__).parent / "corpus"
WINDOW_BARS = (2, 4, 8)

# What scores are heard as, by register: all of it, its outer voices, what lies between them.
OUTER_ROLES = ("full", "top_voice", "bass_voice")
EVERY_ROLE = (*OUTER_ROLES, "inner_voices")

# Windows of one length that one piece may give, so that a long movement doesn't outweigh others.
MAX_WINDOWS_PER_PIECE = 12
MIN_ONSETS = 2
MAX_SCORES_PER_PIECE = 10  # some files are books of tunes
MAX_INNER_VOICES = 2  # the highest below the top voice

# Pieces that one collection may give. The first word of a piece's path names its collection.
MAX_PIECES = {
    "bach": 160,
    "palestrina": 60,
    "monteverdi": 60,
    "trecento": 30,
    "ryansMammoth": 120,
    "oneills1850": 20,
    "essenFolksong": 8,
    "airdsAirs": 6,
}
DEFAULT_MAX_PIECES = 60
LEFT_OUT = {"choraleAnalyses", "demos", "theoryExercises", "schoenberg", "webern"}
SCORE_SUFFIXES = {".mxl", ".xml", ".musicxml", ".krn", ".abc"}

VELOCITY = 80  # scores don't tell
# Pieces that nothing may learn from: the shipped tables and models never saw them.
HELD_OUT_ONE_IN = 10

Note = tuple[int, int, int]  # onset_ticks, end_ticks, pitch
Voice = list[Note]
WINDOWS_PER_PIECE = 15
STAGE_OF_ROLE = {
    "full": "chords",
    "top_voice": "melody",
    "bass_voice": "bass",
    "inner_voices": "harmony",
}
ACCENTS = (0, 20)  # velocity between light and heavy beats
LARGEST_BYTES = 40_000  # a long score takes minutes to read


@dataclass(frozen=True, slots=True)
class Window:
    """A few whole bars of one piece.

    Attributes:
        role: one of ``EVERY_ROLE``.
        bars: how many.
        meter: the piece's own.
        part: the notes.
    """

    role: str
    bars: int
    meter: Meter
    part: Part


def piece_names(root: Path) -> list[str]:
    """Paths below the corpus folder of the pieces that are measured, in a fixed order."""
    collections = defaultdict(list)
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.suffix in SCORE_SUFFIXES and "_old" not in name:
            collections[name.split("/")[0]].append(name)
    chosen = []
    for collection, names in sorted(collections.items()):
        if collection not in LEFT_OUT:
            limit = MAX_PIECES.get(collection, DEFAULT_MAX_PIECES)
            chosen += sorted(names, key=_shuffled)[:limit]
    return chosen


def _shuffled(name: str) -> str:
    return hashlib.sha256(f"order {name}".encode()).hexdigest()


def is_held_out(piece: str) -> bool:
    """Whether a piece is kept for checks: the shipped tables never saw it.

    Args:
        piece: path below music21's corpus folder, with forward slashes.

    Returns:
        True for about one piece in ten, on every machine and for ever the same ones.
    """
    return int.from_bytes(hashlib.sha256(piece.encode()).digest()[:4]) % HELD_OUT_ONE_IN == 0


def read_windows(path: Path, roles: Collection[str] = OUTER_ROLES) -> list[Window]:
    """Every window of a piece in some roles.

    Raises:
        Exception: whatever music21 raises on a score that it can't read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # music21 mends many old scores, and says so
        parsed = converter.parse(path)
    scores = list(parsed.scores) if isinstance(parsed, stream.Opus) else [parsed]
    return [
        window for score in scores[:MAX_SCORES_PER_PIECE] for window in _windows_of(score, roles)
    ]


def cut(part: Part, meter: Meter, bars: int, min_onsets: int = MIN_ONSETS) -> Iterator[Part]:
    """Windows of a part side by side, cut as pieces are, without the nearly empty ones."""
    window_ticks = bars * meter.bar_ticks
    for start in range(0, part.length_ticks - window_ticks + 1, window_ticks):
        window = splicing.cut(part, start, window_ticks)
        if _is_music(window, min_onsets):
            yield window


def _windows_of(score: Any, wanted: Collection[str]) -> Iterator[Window]:
    parts = list(score.parts)
    voices = [voice for part in parts if (voice := _notes_of(part))]
    if not voices:
        return
    stretches = _stretches(parts[0])
    for role, notes in _roles(voices).items():
        for bars in WINDOW_BARS if role in wanted else ():
            yield from _cut(role, notes, stretches, bars)


def _roles(voices: list[Voice]) -> dict[str, Voice]:
    """The roles of a score's voices, by register; a single voice is a melody."""
    by_register = sorted(voices, key=lambda voice: sum(note[2] for note in voice) / len(voice))
    top = _single_line(by_register[-1], highest=True)
    if len(voices) == 1:
        return {"top_voice": top}
    everything = [note for voice in voices for note in voice]
    bass = _single_line(by_register[0], highest=False)
    roles = {"full": everything, "top_voice": top, "bass_voice": bass}
    if inner := by_register[1:-1][-MAX_INNER_VOICES:]:
        lines = (_single_line(voice, highest=True) for voice in inner)
        roles["inner_voices"] = [note for line in lines for note in line]
    return roles


def _notes_of(part: Any) -> Voice:
    """The notes of a staff, ties joined, ornaments without length left out."""
    notes: Voice = []
    open_ties: dict[int, int] = {}
    for element in part.flatten().notes:
        onset, end = _ticks(element.offset), _ticks(element.offset + element.quarterLength)
        for note in getattr(element, "notes", (element,)):
            pitch = getattr(getattr(note, "pitch", None), "midi", None)
            if pitch is None or end <= onset or "ChordSymbol" in element.classes:
                continue
            tie = note.tie.type if note.tie else None
            if tie in {"stop", "continue"} and pitch in open_ties:
                index = open_ties.pop(pitch)
                notes[index] = (notes[index][0], end, pitch)
            else:
                index = len(notes)
                notes.append((onset, end, pitch))
            if tie in {"start", "continue"}:
                open_ties[pitch] = index
    return notes


def _single_line(voice: Voice, *, highest: bool) -> Voice:
    """One note at a time: the outer one of each chord, cut where the next begins."""
    outer: dict[int, Note] = {}
    for note in sorted(voice, key=lambda note: note[2], reverse=not highest):
        outer[note[0]] = note
    line = [outer[onset] for onset in sorted(outer)]
    ends = [following[0] for _, following in pairwise(line)] + [line[-1][1]]
    return [
        (onset, min(end, limit), pitch)
        for (onset, end, pitch), limit in zip(line, ends, strict=True)
    ]


def _stretches(part: Any) -> list[tuple[int, int, Meter]]:
    """Onset, end and meter of each stretch in which bar follows bar; pickups are skipped.

    A bar that is written as two short measures, as around a repeat, is one bar.
    """
    stretches: list[tuple[int, int, Meter]] = []
    meter = None
    for measure in part.getElementsByClass("Measure"):
        onset, length = _ticks(measure.offset), _ticks(measure.duration.quarterLength)
        if measure.timeSignature is not None:
            meter = Meter(measure.timeSignature.numerator, measure.timeSignature.denominator)
        if meter is None:
            continue
        if length == meter.bar_ticks and not _continues(stretches, onset, meter):
            stretches.append((onset, onset, meter))
        if stretches and stretches[-1][2] == meter:
            stretches[-1] = (stretches[-1][0], onset + length, meter)
    return stretches


def _continues(stretches: list[tuple[int, int, Meter]], onset: int, meter: Meter) -> bool:
    """Whether a full bar falls on the bar lines of the stretch before it."""
    if not stretches or stretches[-1][2] != meter:
        return False
    return (onset - stretches[-1][0]) % meter.bar_ticks == 0


def _cut(
    role: str, notes: Voice, stretches: list[tuple[int, int, Meter]], bars: int
) -> Iterator[Window]:
    """Windows side by side, the first few of each piece, without the nearly empty ones."""
    parts = (
        (meter, _clip(notes, onset, bars * meter.bar_ticks))
        for start, end, meter in stretches
        for onset in range(start, end - bars * meter.bar_ticks + 1, bars * meter.bar_ticks)
    )
    windows = (Window(role, bars, meter, part) for meter, part in parts if _is_music(part))
    yield from islice(windows, MAX_WINDOWS_PER_PIECE)


def _is_music(part: Part, min_onsets: int = MIN_ONSETS) -> bool:
    return len(np.unique(part.notes["onset_ticks"])) >= min_onsets


def _clip(notes: Voice, onset: int, length_ticks: int) -> Part:
    """What sounds in a stretch of the piece; notes held into it begin with it."""
    inside = {
        (max(begin, onset) - onset, min(end, onset + length_ticks) - onset, pitch)
        for begin, end, pitch in notes
        if begin < onset + length_ticks and end > onset
    }
    rows = [(begin, end - begin, pitch, VELOCITY) for begin, end, pitch in sorted(inside)]
    return Part.of(rows, length_ticks)


def _ticks(quarters: Fraction | float) -> int:
    return round(quarters * TICKS_PER_QUARTER)


def chosen_pieces(count: int, rng: np.random.Generator) -> list[str]:
    """Pieces that are quick to read, from every collection alike."""
    names = [
        name
        for name in piece_names(CORPUS_ROOT)
        if (CORPUS_ROOT / name).stat().st_size <= LARGEST_BYTES
    ]
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
        windows = read_windows(CORPUS_ROOT / name)
    except Exception:
        return []
    chosen = rng.permutation(len(windows))[:WINDOWS_PER_PIECE]
    return [windows[index] for index in sorted(chosen)]


def played(part: Part, meter: Meter, rng: np.random.Generator) -> Part:
    """A score's notes with a random dynamic and accents, which scores lack."""
    accents = dict(zip(meter.group_onsets_ticks, meter.accents, strict=True))
    depth = float(rng.uniform(*ACCENTS))
    notes = part.notes.copy()
    in_bar = notes["onset_ticks"] % meter.bar_ticks
    weights = np.array([accents.get(int(onset), 0.0) for onset in in_bar])
    notes["velocity"] = np.clip(rng.choice(VELOCITIES) + np.rint(depth * weights), 1, 127)
    return Part.of(notes, part.length_ticks)
