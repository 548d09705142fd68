"""Real songs to measure: charted chords, pop songs with melody and form, rock files with drums.

The songs themselves never stand in the project; what is made from them (counts, bands, weights)
does, with its source. Every fifth song of each set is held out: nothing that ships is made
from it, so that figures can be quoted on it.
"""

from __future__ import annotations

from pathlib import Path

HELD_OUT_ONE_IN = 5

CREDITS = {
    "billboard": (
        "McGill Billboard annotations (Burgoyne, Wild and Fujinaga, ISMIR 2011), CC0: chords "
        "and sections of songs of the American charts, 1958-1991"
    ),
    "pop909": (
        "POP909 (Wang et al., ISMIR 2020) with the structure labels of Dai et al., both MIT: "
        "melody, chords, arrangement and form of Chinese pop songs"
    ),
    "rock": (
        "Freedoom's music (BSD-3-Clause) and OpenTTD's OpenMSX (GPL-2.0, measured only): "
        "multitrack rock, metal, ambient, funk and jazz"
    ),
}


def names(folder: Path, *, held_out: bool) -> list[str]:
    """The songs of one set that are held out, or the others, by the names of their files.

    Args:
        folder: of one set, with a file or folder for each song.
        held_out: True for every fifth song in the order of their names, False for the rest.

    Raises:
        FileNotFoundError: if the folder doesn't exist.
    """
    found = sorted(path.name for path in folder.iterdir())
    return [
        name
        for number, name in enumerate(found, start=1)
        if (number % HELD_OUT_ONE_IN == 0) == held_out
    ]
