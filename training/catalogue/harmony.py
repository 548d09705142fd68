"""The harmony that lines follow: chords and scale, read from a part's spans."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from genomes.keys import Key
from genomes.notes import ChordSpan, Part


@dataclass(frozen=True, slots=True)
class Harmony:
    """The chords of a part.

    Attributes:
        spans: in order, without gaps.
        onsets_ticks: where each begins.
        scale: pitch classes of the key.
    """

    spans: tuple[ChordSpan, ...]
    onsets_ticks: tuple[int, ...]
    scale: frozenset[int]

    @classmethod
    def of(cls, chords: Part, key: Key) -> Harmony:
        """The harmony of a chord part in its key."""
        onsets = tuple(span.onset_ticks for span in chords.harmony)
        return cls(chords.harmony, onsets, key.scale_pitch_classes)

    def chord_at(self, ticks: int) -> ChordSpan:
        """What sounds at a time."""
        return self.spans[max(0, bisect_right(self.onsets_ticks, ticks) - 1)]

    def stepped(self, pitch: int, steps: int) -> int:
        """A pitch moved by steps of the scale, up or down."""
        direction = 1 if steps > 0 else -1
        for _ in range(abs(steps)):
            pitch += direction
            while pitch % 12 not in self.scale:
                pitch += direction
        return pitch

    def nearest(self, height: float, ticks: int, *, chord_tone: bool) -> int:
        """The pitch of the scale (or of the chord that sounds) nearest to a height."""
        classes = self.chord_at(ticks).pitch_classes if chord_tone else self.scale
        middle = round(height)
        options = [pitch for pitch in range(middle - 7, middle + 8) if pitch % 12 in classes]
        return min(options, key=lambda pitch: (abs(pitch - height), pitch))
