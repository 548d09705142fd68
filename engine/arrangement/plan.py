"""The plan of an arrangement: its sections, their approved parts, repeats and loudness."""

from __future__ import annotations

from dataclasses import dataclass

DRAFT = "draft"

# How a song stops: on a last chord that is held, slowing down to it, fading out, or as it is.
HELD, RITARDANDO, FADE, NO_ENDING = "held", "ritardando", "fade", "none"
ENDINGS = (HELD, RITARDANDO, FADE, NO_ENDING)

MAX_SEED = 2**32 - 1

MAX_PLAY = 64

# Longer than any song; a MIDI file can hold that many bars of every meter.
MAX_SONG_BARS = 4096


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section of the song and the parts that play in it.

    Attributes:
        name: such as ``Verse 2``; also the text of its marker in the MIDI files.
        section: label of the section that its parts were approved for.
        parts: ``(stage, reference)`` in the order of the stages. A reference is the label of an
            approved part, or the beginning of its candidate id. Stages that are missing rest.
        play: how many times it is played in a row, 1 to ``MAX_PLAY``.
        bars: length of one repeat; only informative, except if no stage plays.
        energy: loudness, 0 (quietest) to 1 (loudest).
        vocals: whether its words are sung.
        notes: a person's comments.
        excerpt: first and last bar of the parts that are played, from 1; all of them if None.
        vary: whether it is played with its energy's texture, differs when it comes again, and
            leads into the next section; otherwise every repeat is an exact copy.
        words: lines that are sung to its melody in place of those that it was composed to; none
            if empty.
    """

    name: str
    section: str
    parts: tuple[tuple[str, str], ...]
    play: int = 1
    bars: int | None = None
    energy: float = 0.5
    vocals: bool = True
    notes: str = ""
    excerpt: tuple[int, int] | None = None
    vary: bool = False
    words: tuple[str, ...] = ()

    def part(self, stage: str) -> str | None:
        """The reference of a stage's part; None if the stage rests."""
        return dict(self.parts).get(stage)


@dataclass(frozen=True, slots=True)
class Plan:
    """The sections of a whole song.

    Attributes:
        sections: in playing order.
        name: name of the folder for the arrangement's files.
        title: title of the song; this and the next three are only informative.
        key: such as ``F# minor``.
        bpm: quarter notes per minute.
        time_sig: such as ``7/8``.
        ending: how the song stops, one of ``ENDINGS``.
        seed: the variations of sections that come again are drawn with it.
        instruments: ``(stage, program)`` of the stages that it names, in their order; programs of
            General MIDI, 0 to 127, of drums a kit.
    """

    sections: tuple[PlannedSection, ...]
    name: str = DRAFT
    title: str = ""
    key: str = ""
    bpm: float | None = None
    time_sig: str = ""
    ending: str = NO_ENDING
    seed: int = 0
    instruments: tuple[tuple[str, int], ...] = ()
