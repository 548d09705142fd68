"""Styles: what bass players play under songs, as a table."""

from __future__ import annotations

from dataclasses import dataclass

# How long plucks last: until the next one, a beat, or a pulse.
RINGING, A_BEAT, A_PULSE = "ringing", "a beat", "a pulse"


@dataclass(frozen=True, slots=True)
class Style:
    """A way to play a whole section.

    Attributes:
        weight: how likely a first genome is played so.
        rhythms: names of ``RHYTHMS``, from still to full.
        line: a name of ``LINES``.
        lengths: how long plucks may last.
        gates: names of ``GATES`` it may be played with.
        loops: bars that come round again; 0 goes on to the end.
        strikes_changes: whether every new chord is plucked.
        spans: of how many bars one is plucked, the others held.
        rest_share: share of bars that rest.
        ghost_share: how likely ghost notes are.
        needs_drums: whether it follows the kick.
    """

    weight: float
    rhythms: tuple[str, ...]
    line: str
    lengths: tuple[str, ...] = (RINGING,)
    gates: tuple[str, ...] = ("legato", "legato", "detached")
    loops: tuple[int, ...] = (0,)
    strikes_changes: bool = True
    spans: tuple[int, ...] = (1,)
    rest_share: float = 0.0
    ghost_share: float = 0.0
    needs_drums: bool = False


# What people keep is mostly plain: roots and octaves before anything that walks.
STYLES: dict[str, Style] = {
    "whole_notes": Style(0.5, ("bars",), "roots"),
    "changes": Style(0.8, ("none", "none", "bars"), "roots", (RINGING, RINGING, A_BEAT)),
    "pulse": Style(
        3.0,
        ("halves", "beats", "pulses", "pulses", "pulses"),
        "roots",
        (RINGING, A_PULSE),
        ("detached", "short", "staccato", "legato"),
    ),
    "root_fifth": Style(1.0, ("pickup", "halves", "beats", "beats"), "fifths", (RINGING, A_BEAT)),
    "octaves": Style(
        0.8,
        ("halves", "pickup", "threes", "beats", "pulses"),
        "octaves",
        (RINGING, A_PULSE),
        ("legato", "detached", "short"),
    ),
    "pedal": Style(
        0.6,
        ("bars", "bars", "halves", "beats", "pulses"),
        "pedal",
        loops=(1, 2),
        strikes_changes=False,
        spans=(1, 1, 2, 4),
    ),
    "arpeggio": Style(
        1.0, ("halves", "threes", "beats", "pulses"), "arpeggio", (RINGING, RINGING, A_BEAT)
    ),
    "leading": Style(
        1.3, ("pickup", "halves", "halves", "beats"), "leading", (RINGING, RINGING, A_BEAT)
    ),
    "walking": Style(0.5, ("halves", "pickup", "beats", "beats"), "walking", loops=(0, 0, 4)),
    "syncopated": Style(
        0.6,
        ("charleston", "pushes", "threes", "figure"),
        "riff",
        (RINGING, A_PULSE),
        ("detached", "short"),
        loops=(1, 2),
        ghost_share=0.25,
    ),
    "riff": Style(
        0.9,
        ("figure",),
        "riff",
        (RINGING, A_PULSE),
        ("detached", "short", "legato"),
        loops=(1, 1, 2, 2),
        strikes_changes=False,
        ghost_share=0.15,
    ),
    "sparse": Style(
        0.8,
        ("bars", "pickup", "charleston"),
        "fifths",
        (A_BEAT, A_PULSE, RINGING),
        loops=(0, 2, 4),
        strikes_changes=False,
        rest_share=0.35,
    ),
    "kick": Style(
        1.8,
        ("kick",),
        "roots",
        (RINGING, A_PULSE, A_BEAT),
        ("detached", "short", "legato"),
        strikes_changes=False,
        ghost_share=0.15,
        needs_drums=True,
    ),
    "kick_octaves": Style(
        0.25,
        ("kick",),
        "octaves",
        (RINGING, A_PULSE),
        ("detached", "short"),
        strikes_changes=False,
        ghost_share=0.25,
        needs_drums=True,
    ),
    "random": Style(
        0.2,
        ("figure",),
        "any",
        (RINGING, A_BEAT, A_PULSE),
        ("legato", "detached", "short", "staccato"),
        loops=(0, 1, 2, 4),
        strikes_changes=False,
        rest_share=0.1,
        ghost_share=0.15,
    ),
}
