"""Words for the demo songs: a table for each colour, and the lines that are made of it."""

from __future__ import annotations

from importlib import resources

import msgspec
import numpy as np


class Words(msgspec.Struct, frozen=True):
    """What a colour's songs are about.

    Attributes:
        album: title of its record.
        nouns: things that its lines are about.
        verbs: what they do.
        places: where or when.
        moods: for the manifest.
        genres: for the manifest.
        likes: artists that do not exist.
    """

    album: str
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    places: tuple[str, ...]
    moods: tuple[str, ...]
    genres: tuple[str, ...]
    likes: tuple[str, ...]


_TABLE = resources.files("training.demo").joinpath("words.yml").read_bytes()
WORDS = msgspec.yaml.decode(_TABLE, type=dict[str, Words])  # by the colour's name
LINKS = ("", "and ", "still ", "oh, ", "so ")


def line(words: Words, rng: np.random.Generator) -> str:
    """One line to sing."""
    text = LINKS[int(rng.integers(len(LINKS)))] + _phrase(words, rng)
    return text[0].upper() + text[1:]


def _phrase(words: Words, rng: np.random.Generator) -> str:
    tables = (words.nouns, words.verbs, words.places)
    return " ".join(table[int(rng.integers(len(table)))] for table in tables)


def title(words: Words, rng: np.random.Generator) -> str:
    """What a song is called."""
    noun = words.nouns[int(rng.integers(len(words.nouns)))]
    place = words.places[int(rng.integers(len(words.places)))]
    return f"{noun} {place}".title().replace("'S", "'s")


def concept(words: Words, rng: np.random.Generator) -> str:
    """What a song is about, in two sentences."""
    first, second = _phrase(words, rng), _phrase(words, rng)
    return f"A song in which {first}. In the end {second}, and nobody says why."
