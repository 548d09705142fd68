"""From a song's genres, in anybody's words, to the families that drum templates are kept in."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Words and phrases of each family, matched whole: "can" is a band, "americana" is not.
FAMILIES: dict[str, tuple[str, ...]] = {
    "ambient": (
        *("ambient", "drone", "atmospheric", "soundscape", "soundscapes", "new age"),
        *("dungeon synth", "lowercase", "slowcore", "dream pop", "shoegaze"),
    ),
    "electronic": (
        *("electronic", "electronica", "electro", "synth", "synthpop", "synthwave", "idm"),
        *("glitch", "microsound", "techno", "house", "trance", "edm", "vaporwave", "ebm"),
        *("darkwave", "chiptune", "dub techno", "electroacoustic"),
    ),
    "krautrock": ("krautrock", "motorik", "kosmische", "neu", "can", "space rock", "kraut"),
    "rock": (
        *("rock", "post punk", "punk", "garage", "alternative", "indie", "grunge", "metal"),
        *("hardcore", "new wave", "emo", "power pop"),
    ),
    "classical": (
        *("classical", "neoclassical", "orchestral", "chamber", "minimalism", "minimalist"),
        *("baroque", "new music", "cinematic", "score", "soundtrack", "choral"),
    ),
    "experimental": (
        *("experimental", "noise", "industrial", "avant garde", "musique concrete"),
        *("field recording", "field recordings", "sound art", "free improvisation", "art rock"),
    ),
    "folk": (
        *("folk", "acoustic", "singer songwriter", "freak folk", "folktronica", "ballad"),
        *("traditional", "lo fi", "lofi", "bedroom"),
    ),
    "americana": ("americana", "country", "bluegrass", "waltz", "alt country", "western", "roots"),
    "jazz": ("jazz", "swing", "bebop", "fusion", "bossa nova", "blues", "big band"),
    "breakbeat": (
        *("breakbeat", "hip hop", "boom bap", "breaks", "funk", "soul", "r b", "rnb", "trip hop"),
        *("drum and bass", "jungle", "downtempo", "disco", "afrobeat", "reggae", "dub"),
    ),
    "post_rock": ("post rock", "post metal", "math rock", "slowcore", "shoegaze", "crescendo"),
    "pop": ("pop", "synthpop", "dream pop", "chamber pop", "indie pop", "vocal", "dance"),
}
# What a song is given whose genres name no family; as ``families_of`` reports.
DEFAULT_FAMILIES = ("rock", "folk")


def families_of(genres: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The families of a song's genres, in the table's order, all of them that are named.

    Returns:
        The families, and whether any was found; ``DEFAULT_FAMILIES`` where none was.
    """
    said = " ".join(f" {_words(genre)} " for genre in genres)
    found = tuple(
        family
        for family, phrases in FAMILIES.items()
        if any(f" {phrase} " in said for phrase in phrases)
    )
    return (found, True) if found else (DEFAULT_FAMILIES, False)


def _words(text: str) -> str:
    """Its words in lower case, one space between them, without signs."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
