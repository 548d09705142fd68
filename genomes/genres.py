"""From a song's genres, in anybody's words, to families, and to the groove that they share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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


def main_family(genres: Sequence[str]) -> str | None:
    """The family of the first genre that names one; None if none does.

    Of the words of a genre the last ones count, as folk rock is rock; of those that end alike the
    longest, as post rock isn't.
    """
    for genre in genres:
        said = f" {_words(genre)} "
        found = [
            (said.rfind(f" {phrase} ") + len(phrase), len(phrase), -place, family)
            for place, (family, phrases) in enumerate(FAMILIES.items())
            for phrase in phrases
            if f" {phrase} " in said
        ]
        if found:
            return max(found)[-1]
    return None


@dataclass(frozen=True, slots=True)
class Groove:
    """What the drums of a song do by its genres.

    Attributes:
        backbeat: whether the snare, or what stands for it, answers on the backbeat.
        half_time: whether a backbeat at half time, once in a bar, serves as well.
        swing_percent: how late off-beats come in percent of the way to triplets, for all parts.
        density: strokes, against those of a rock or pop song of the same energy.
        time_kept: how often a hi-hat, a ride or another such voice plays every pulse, 0 to 1; in
            the other songs of the style the time-keeper is sparse or left out on purpose.
        ride_share: how often the ride keeps time where a cymbal does, 0 to 1; else the hi-hat.
            In rock files a quarter of their strokes are the ride's.
    """

    backbeat: bool
    half_time: bool = False
    swing_percent: int = 0
    density: float = 1.0
    time_kept: float = 0.8
    ride_share: float = 0.25


GROOVES: dict[str, Groove] = {
    "ambient": Groove(backbeat=False, density=0.6, time_kept=0.5, ride_share=0.5),
    "electronic": Groove(backbeat=True, time_kept=0.85, ride_share=0.1),
    "krautrock": Groove(backbeat=True, time_kept=0.95),
    "rock": Groove(backbeat=True, half_time=True),
    "classical": Groove(backbeat=False, density=0.6, time_kept=0.5, ride_share=0.5),
    "experimental": Groove(backbeat=False, density=0.8, time_kept=0.7, ride_share=0.4),
    "folk": Groove(backbeat=True, density=0.8, time_kept=0.7),
    "americana": Groove(backbeat=True, time_kept=0.75),
    "jazz": Groove(backbeat=False, swing_percent=100, time_kept=0.9, ride_share=0.75),
    "breakbeat": Groove(
        backbeat=True, half_time=True, swing_percent=33, time_kept=0.9, ride_share=0.15
    ),
    "post_rock": Groove(backbeat=True, half_time=True, time_kept=0.75),
    "pop": Groove(backbeat=True),
}


@cache
def groove_of(genres: tuple[str, ...]) -> Groove:
    """The groove of a song of these genres: what at least half of their families have.

    Half time serves where any family has it; density, time-keeping and the ride's share are their
    means. The swing
    is the least of those families that swing, where they are at least half.
    """
    grooves = [GROOVES[family] for family in families_of(genres)[0]]
    swings = [groove.swing_percent for groove in grooves if groove.swing_percent]
    return Groove(
        backbeat=2 * sum(groove.backbeat for groove in grooves) >= len(grooves),
        half_time=any(groove.half_time for groove in grooves),
        swing_percent=min(swings) if 2 * len(swings) >= len(grooves) else 0,
        density=sum(groove.density for groove in grooves) / len(grooves),
        time_kept=sum(groove.time_kept for groove in grooves) / len(grooves),
        ride_share=sum(groove.ride_share for groove in grooves) / len(grooves),
    )


def _words(text: str) -> str:
    """Its words in lower case, one space between them, without signs."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
