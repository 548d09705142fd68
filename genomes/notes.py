"""Parts: notes in integer ticks, with the chords that sound under them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.keys import pitch_name

NOTE_DTYPE = np.dtype(
    [
        ("onset_ticks", "<i4"),
        ("duration_ticks", "<i4"),
        ("pitch", "u1"),
        ("velocity", "u1"),
        ("is_drum", "?"),
    ]
)
Notes = NDArray[np.void]
Word = tuple[int, str]  # when it is sung, in ticks, and its text

# Sums of onsets and durations stay well inside the 32 bits of a tick.
MAX_TICKS = 2**30


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """One chord, for as long as it holds.

    Attributes:
        onset_ticks: where it begins, from the start of the part.
        duration_ticks: how long it holds; spans of a part tile it without gaps.
        root_pitch_class: 0 to 11.
        bass_pitch_class: 0 to 11; differs from the root in an inversion.
        pitch_classes: the chord's notes, root first, each once.
        numeral: its function in the key, such as ``"V7/ii"``.
        name: its everyday name, such as ``"A7/C#"``.
    """

    onset_ticks: int
    duration_ticks: int
    root_pitch_class: int
    bass_pitch_class: int
    pitch_classes: tuple[int, ...]
    numeral: str
    name: str

    @property
    def end_ticks(self) -> int:
        """Where the next chord begins."""
        return self.onset_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Notes, with the harmony they were made for: what is played, scored and written to files.

    Attributes:
        notes: ``(n,)`` of ``NOTE_DTYPE``, sorted, read-only.
        length_ticks: whole bars; no note ends after it.
        harmony: the chords that sound, empty where the part says nothing about them.
        lyrics: ``(onset_ticks, text)`` of what is sung, in order; a text ends with a space where
            its word ends.
        swing: how late its off-beats come, 0 (straight) to 1 (triplets).
    """

    notes: Notes
    length_ticks: int
    harmony: tuple[ChordSpan, ...] = ()
    lyrics: tuple[Word, ...] = ()
    swing: float = 0.0

    @classmethod
    def of(
        cls,
        notes: Iterable[tuple[int, int, int, int]] | Notes,
        length_ticks: int,
        harmony: Sequence[ChordSpan] = (),
        *,
        is_drum: bool = False,
        lyrics: Sequence[Word] = (),
        swing: float = 0.0,
    ) -> Part:
        """Build a part from ``(onset_ticks, duration_ticks, pitch, velocity)`` rows.

        Raises:
            ValueError: if a note lies outside the part or outside MIDI's ranges.
        """
        if not isinstance(notes, np.ndarray):
            rows = [(*note, is_drum) for note in notes]
            _check_midi_ranges(rows)
            notes = np.array(rows, dtype=NOTE_DTYPE)
        else:
            _check_midi_ranges(notes.tolist())
        # As np.sort with these fields as its order, which takes several times as long.
        last_first = ("velocity", "duration_ticks", "pitch", "is_drum", "onset_ticks")
        ordered = notes[np.lexsort([notes[name] for name in last_first])]
        _check_bounds(ordered, length_ticks)
        ordered.flags.writeable = False
        return cls(ordered, length_ticks, tuple(harmony), tuple(lyrics), swing)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Part):
            return NotImplemented
        return self.to_bytes() == other.to_bytes() and self._metadata() == other._metadata()

    def _metadata(self) -> tuple[Any, ...]:
        """Everything besides notes and length."""
        return self.harmony, self.lyrics, self.swing

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def to_bytes(self) -> bytes:
        """The music alone, byte for byte: equal exactly when the notes and the length are."""
        return self.length_ticks.to_bytes(4, "little") + self.notes.tobytes()

    def digest(self) -> str:
        """SHA-256 of the music, as hex."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_payload(self) -> dict[str, Any]:
        """Plain values, exact: ``Part.from_payload(part.to_payload()) == part``."""
        payload = {
            "length_ticks": self.length_ticks,
            "notes": [list(row) for row in self.notes.tolist()],
            "harmony": [[*astuple(span)[:4], *_chord_names(span)] for span in self.harmony],
        }
        if self.lyrics:
            payload["lyrics"] = [list(word) for word in self.lyrics]
        if self.swing:
            payload["swing"] = self.swing
        return payload

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Part:
        """The part that gave this payload."""
        rows = [tuple(row) for row in payload["notes"]]
        _check_midi_ranges(rows)
        harmony = [
            ChordSpan(onset, duration, root, bass, tuple(pitch_classes), numeral, name)
            for onset, duration, root, bass, pitch_classes, numeral, name in payload["harmony"]
        ]
        return cls.of(
            np.array(rows, dtype=NOTE_DTYPE),
            payload["length_ticks"],
            harmony,
            lyrics=[(onset, text) for onset, text in payload.get("lyrics", ())],
            swing=payload.get("swing", 0.0),
        )


def names_by_bar(part: Part, bar_ticks: int) -> list[list[str]]:
    """The notes that begin in each bar, in order, by their names."""
    bars: list[list[str]] = [[] for _ in range(part.length_ticks // bar_ticks)]
    for onset, _, pitch, _, _ in part.notes.tolist():
        bars[onset // bar_ticks].append(pitch_name(pitch))
    return bars


def mixed(parts: Sequence[Part]) -> Part:
    """Several parts of one length together, with the harmony of the first that has one."""
    joined = np.frombuffer(b"".join(part.notes.tobytes() for part in parts), dtype=NOTE_DTYPE)
    harmony = next((part.harmony for part in parts if part.harmony), ())
    return Part.of(joined, max(part.length_ticks for part in parts), harmony)


def _chord_names(span: ChordSpan) -> tuple[list[int], str, str]:
    return list(span.pitch_classes), span.numeral, span.name


def _check_midi_ranges(rows: Sequence[tuple[int, int, int, int, bool]]) -> None:
    for onset, duration, pitch, velocity, _ in rows:
        in_time = 0 <= onset < onset + duration <= MAX_TICKS
        if not (in_time and 0 <= pitch <= 127 and 1 <= velocity <= 127):
            raise ValueError(
                f"note at tick {onset}: expected duration >= 1, pitch 0-127 and velocity 1-127, "
                f"got {duration}, {pitch} and {velocity}"
            )


def _check_bounds(notes: Notes, length_ticks: int) -> None:
    if len(notes) and int((notes["onset_ticks"] + notes["duration_ticks"]).max()) > length_ticks:
        raise ValueError(f"a note ends after the part's {length_ticks} ticks")
