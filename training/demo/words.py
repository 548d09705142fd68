"""Words for the demo songs: a small table for every colour, and how lines are made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Words:
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


WORDS = {
    "Black": Words(
        "The Cellar Clock",
        ("the candle", "a black thread", "the crow", "my shadow", "the key", "an old spell"),
        ("burns", "turns over", "answers", "forgets its name", "knocks twice"),
        ("under the stairs", "below the ground", "at the third hour", "behind the wall"),
        ("dark", "restless"),
        ("Art Rock", "Psychedelic"),
        ("The Lanternists", "Mother Ink"),
    ),
    "Red": Words(
        "Last Year's Paper",
        ("the printed page", "a letter", "the ledger", "my father's book", "a red brick"),
        ("was read aloud", "was folded", "lay open", "was true", "had been signed"),
        ("in the old house", "that winter", "years ago", "before the fire"),
        ("defiant", "bookish"),
        ("Electro Rock", "Post-Punk"),
        ("Paper Hammers", "The Red Clerks"),
    ),
    "Orange": Words(
        "Fairground Ruins",
        ("the lost machine", "a paper crown", "the carousel", "a copper sun", "the toy train"),
        ("might have run", "was dreamed", "rusted slowly", "pretended", "used to glow"),
        ("in a town we made up", "once upon a time", "by the dry canal", "in August"),
        ("nostalgic", "hazy"),
        ("Alternative", "Dream Pop"),
        ("Canal Twins", "Halide"),
    ),
    "Yellow": Words(
        "Halls of Glass",
        ("the crystal hall", "a bright machine", "the tower", "a far planet", "the engine"),
        ("will open", "will hum", "shall rise", "is going to bloom", "will be invented"),
        ("on the other side", "beyond the dome", "tomorrow morning", "among the stars"),
        ("bright", "curious"),
        ("Electronic", "Kosmische"),
        ("Sol Department", "Pulse Garden"),
    ),
    "Green": Words(
        "After the Meadow",
        ("the field", "a drowned road", "the moss", "an empty orchard", "the tide"),
        ("will cover it", "will outlast us", "will grow back", "is going to wait"),
        ("where no one lives", "when the maps are gone", "after the rain", "over the fences"),
        ("still", "vast"),
        ("Contemporary Classical", "Ambient"),
        ("Fen Ensemble", "Quiet Acre"),
    ),
    "Blue": Words(
        "Recorded Over",
        ("your voice", "my brother", "the neighbour", "a stranger", "your coat"),
        ("slips my mind", "is humming", "leaves the room", "looks away", "forgets me"),
        ("on the kitchen tape", "this evening", "in the hallway", "as I speak"),
        ("wistful", "intimate"),
        ("Folk Rock", "Americana"),
        ("Anna Wren", "The Back Porch Choir"),
    ),
    "Indigo": Words(
        "Names Below Names",
        ("a hidden name", "the cipher", "my twin", "the low hum", "an unsent word"),
        ("spells itself", "comes apart", "hides in plain sight", "means something else"),
        ("between the letters", "under the noise", "in the other version", "upside down"),
        ("secretive", "patient"),
        ("Post-Rock", "Drone"),
        ("Anagram", "Sub Rosa Five"),
    ),
    "Violet": Words(
        "Known By Sight",
        ("everybody", "my own face", "the singer", "your sister", "the crowd"),
        ("dances now", "is laughing", "knows the tune", "signs my arm", "calls me back"),
        ("in the mirror", "tonight", "right here", "under the lights"),
        ("glamorous", "wry"),
        ("Pop", "New Wave"),
        ("Vera Vane", "The Compliments"),
    ),
}
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
