"""Parts: notes in integer ticks, with the chords that sound under them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.keys import UnreadableMusic, pitch_name

NOTE_DTYPE = np.dtype(
    [
        ("onset_ticks", "<i4"),
        ("duration_ticks", "<i4"),
        ("pitch", "u1"),
        ("velocity", "u1"),
        ("is_drum", "?"),
    ]
)
ROW_FIELDS = ("onset_ticks", "duration_ticks", "pitch", "velocity")
MAX_PITCH = MAX_VELOCITY = 127
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
        if isinstance(notes, np.ndarray):
            _check_midi_ranges(notes)
        else:
            notes = _table(list(notes), is_drum=is_drum)
        ordered = notes[_order(notes)]
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
        """The part that gave this payload.

        Raises:
            UnreadableMusic: if no part gave it.
        """
        try:
            return cls._from_plain(payload)
        except (ValueError, TypeError, LookupError, OverflowError, AttributeError) as error:
            what = " ".join(str(error).split())
            raise UnreadableMusic(f"a part can't be read as music: {what}") from error

    @classmethod
    def _from_plain(cls, payload: dict[str, Any]) -> Part:
        rows = [tuple(row) for row in payload["notes"]]
        _refuse_midi_ranges(rows)
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


def mixed_with(backing: Part, parts: Sequence[Part]) -> list[Part]:
    """Each part ``mixed`` with the same backing, all of them sorted at once."""
    behind = backing.notes.tobytes()
    joined = np.frombuffer(
        b"".join(part.notes.tobytes() + behind for part in parts), dtype=NOTE_DTYPE
    )
    counts = [len(part.notes) + len(backing.notes) for part in parts]
    ordered = joined[_order(joined, np.repeat(np.arange(len(parts)), counts))]
    ordered.flags.writeable = False
    ends = np.cumsum(counts).tolist()
    return [
        Part(
            ordered[end - count : end],
            max(part.length_ticks, backing.length_ticks),
            part.harmony or backing.harmony,
        )
        for part, count, end in zip(parts, counts, ends, strict=True)
    ]


def _chord_names(span: ChordSpan) -> tuple[list[int], str, str]:
    return list(span.pitch_classes), span.numeral, span.name


def _table(rows: Sequence[tuple[int, int, int, int]], *, is_drum: bool) -> Notes:
    """Rows as notes, column by column: NumPy takes several times as long to read row by row.

    Raises:
        ValueError: if a number is outside MIDI's ranges.
    """
    table = np.zeros(len(rows), dtype=NOTE_DTYPE)
    if not rows:
        return table
    columns = list(zip(*rows, strict=True))
    onsets, durations, pitches, velocities = columns
    if (
        min(onsets) < 0
        or min(durations) < 1
        or max(onsets) + max(durations) > MAX_TICKS
        or not 0 <= min(pitches) <= max(pitches) <= MAX_PITCH
        or not 1 <= min(velocities) <= max(velocities) <= MAX_VELOCITY
    ):
        _refuse_midi_ranges(rows)
    for name, column in zip(ROW_FIELDS, columns, strict=True):
        table[name] = column
    table["is_drum"] = is_drum
    return table


def _order(notes: Notes, owners: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
    """As np.argsort of notes, those of each owner together; it takes several times as long."""
    keys = [notes[name] for name in ("velocity", "duration_ticks", "pitch", "is_drum")]
    keys.append(notes["onset_ticks"])
    return np.lexsort(keys if owners is None else [*keys, owners])


def _check_midi_ranges(notes: Notes) -> None:
    if not len(notes):
        return
    ends = notes["onset_ticks"].astype(np.int64) + notes["duration_ticks"]
    pitches, velocities = notes["pitch"], notes["velocity"]
    if (
        notes["onset_ticks"].min() < 0
        or notes["duration_ticks"].min() < 1
        or ends.max() > MAX_TICKS
        or pitches.max() > MAX_PITCH
        or not 1 <= velocities.min() <= velocities.max() <= MAX_VELOCITY
    ):
        _refuse_midi_ranges(notes.tolist())


def _refuse_midi_ranges(rows: Sequence[Sequence[int]]) -> None:
    """Name the first note that is outside MIDI's ranges."""
    for onset, duration, pitch, velocity, *_ in rows:
        in_time = 0 <= onset < onset + duration <= MAX_TICKS
        if not (in_time and 0 <= pitch <= MAX_PITCH and 1 <= velocity <= MAX_VELOCITY):
            raise ValueError(
                f"note at tick {onset}: expected duration >= 1, pitch 0-127 and velocity 1-127, "
                f"got {duration}, {pitch} and {velocity}"
            )


def _check_bounds(notes: Notes, length_ticks: int) -> None:
    if len(notes) and int((notes["onset_ticks"] + notes["duration_ticks"]).max()) > length_ticks:
        raise ValueError(f"a note ends after the part's {length_ticks} ticks")
