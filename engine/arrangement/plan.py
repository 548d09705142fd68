"""The plan of an arrangement: which approved parts play when, how often and how loud."""

from __future__ import annotations

from dataclasses import dataclass

DRAFT = "draft"

MAX_PLAY = 64

# More bars than any song has; the ticks of so many bars of any meter fit a MIDI file.
MAX_SONG_BARS = 4096


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A stretch of the song.

    Attributes:
        name: what it is called in this song, such as ``Verse 2``; the marker in the files.
        section: label of the approved section that it is made of.
        parts: ``(stage, reference)`` in the order of the stages. A reference is the label of an
            approved part, or the beginning of its candidate's id. Stages that are not named rest.
        play: how often it is played in a row, 1 to ``MAX_PLAY``.
        bars: of one time through; for reading, except where nothing plays.
        energy: 0 (still) to 1 (full).
        vocals: whether its words are sung.
        notes: a person's.
    """

    name: str
    section: str
    parts: tuple[tuple[str, str], ...]
    play: int = 1
    bars: int | None = None
    energy: float = 0.5
    vocals: bool = True
    notes: str = ""

    def part(self, stage: str) -> str | None:
        """The reference of a stage's part; None where the stage rests."""
        return dict(self.parts).get(stage)


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole song.

    Attributes:
        sections: in playing order.
        name: of the folder that the arrangement's files go to.
        title: the song's; like the next three, for reading only.
        key: such as ``F# minor``.
        bpm: quarter notes per minute.
        time_sig: such as ``7/8``.
    """

    sections: tuple[PlannedSection, ...]
    name: str = DRAFT
    title: str = ""
    key: str = ""
    bpm: float | None = None
    time_sig: str = ""
