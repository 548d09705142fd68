"""Chord parts of composed songs, measured as the judge measures them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitness.colours import COLOUR_NAMES
from fitness.judge.measures import measure_matrix, measure_names
from genomes.context import Context
from genomes.notes import Part
from training.composed.compose import compose_parts
from training.composed.draws import draw_context, with_bars

STAGE = "chords"
SECTIONS_PER_SONG = 3
BARS = (4, 8, 16)  # lengths of a section, every one as likely
TEST_SHARE = 0.25
MEASURE_NAMES = measure_names(STAGE)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredParts:
    """Parts by their measures.

    Attributes:
        measures: ``(n, len(MEASURE_NAMES))``.
        colour: ``(n,)`` index into ``COLOURS``.
        song: ``(n,)`` number of the song that each is from.
    """

    measures: NDArray[np.float64]
    colour: NDArray[np.int64]
    song: NDArray[np.int64]

    def of_songs(self, songs: set[int]) -> MeasuredParts:
        """Only the parts of these songs."""
        rows = np.isin(self.song, sorted(songs))
        return MeasuredParts(self.measures[rows], self.colour[rows], self.song[rows])


def compose_measured(seed: int, songs_per_colour: int) -> MeasuredParts:
    """Compose and measure the chords of some songs of every colour.

    Args:
        seed: the same one gives the same parts.
        songs_per_colour: of each of the nine.
    """
    rows, colours, songs = [np.zeros((0, len(MEASURE_NAMES)))], [], []
    for song in range(songs_per_colour * len(COLOUR_NAMES)):
        colour = song % len(COLOUR_NAMES)
        rng = np.random.default_rng([seed, song])
        context = draw_section(rng)
        parts = list(chord_parts(COLOUR_NAMES[colour], context, SECTIONS_PER_SONG, rng))
        rows.append(measure_matrix(parts, context.meter))
        colours += [colour] * len(parts)
        songs += [song] * len(parts)
    return MeasuredParts(np.concatenate(rows), np.array(colours), np.array(songs))


def chord_parts(
    colour: str, context: Context, sections: int, rng: np.random.Generator
) -> Iterator[Part]:
    """The chords of some sections of one song."""
    for parts in compose_parts(colour, context, sections, rng):
        yield parts[STAGE]


def draw_section(rng: np.random.Generator) -> Context:
    """A song's key, meter and tempo, with a section of one of the lengths."""
    return with_bars(draw_context(rng), int(rng.choice(BARS)))


def split(parts: MeasuredParts) -> tuple[MeasuredParts, MeasuredParts]:
    """Parts to train on and parts to test on, never of one song; each colour in equal shares."""
    test: set[int] = set()
    for colour in range(len(COLOUR_NAMES)):
        songs = sorted(set(parts.song[parts.colour == colour].tolist()), key=_shuffled)
        test |= set(songs[: max(1, round(TEST_SHARE * len(songs)))])
    return parts.of_songs(set(parts.song.tolist()) - test), parts.of_songs(test)


def _shuffled(song: int) -> bytes:
    return hashlib.sha256(f"judge {song}".encode()).digest()
