"""What a search found and a person rejected, as examples of what is no music for the gate.

Planted fakes are drawn; these are what a search makes of a model's mistakes. A rejection may also
be a matter of taste: the gate weighs it less (``training.fusion.gate.WEIGHTS``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.preference.pools import candidates_by_id
from engine.state.location import DATABASE_NAME, Location
from engine.state.songs import REJECTED
from engine.state.studio import Studio
from training.composed.compose import Clip, Job, measured
from training.composed.examples import EVOLVED, Examples

# Numbers of songs, above those of the catalogue, of near music and of real songs.
FIRST_REJECTED_SONG = 30_000_000


def evolved_rejects(studio: Path) -> Examples:
    """The candidates of a studio's runs that a person rejected; those of one song stay together.

    Raises:
        ValueError: if there is no studio, or nothing that was evolved is rejected there.
    """
    if not Location(studio).is_made():
        raise ValueError(f"{studio} is no studio: it has no {DATABASE_NAME}")
    with Studio.open(studio) as opened:
        songs = [list(_clips(opened, song)) for song in sorted(opened.all_songs())]
    found = [
        measured(clips, Job(FIRST_REJECTED_SONG + number, (0, number), EVOLVED))
        for number, clips in enumerate(songs)
        if clips
    ]
    if not found:
        raise ValueError(f"{studio}: no evolved candidate is rejected there")
    return Examples.join(found)


def _clips(studio: Studio, song_id: str) -> Iterator[Clip]:
    song = studio.song(song_id)
    rejected = [
        name
        for name, state in song.candidates.items()
        if state.status == REJECTED and state.run is not None
        if state.decided_at > song.began  # what a branch has in common is the song's
    ]
    for found in candidates_by_id(studio, song, rejected).values():
        yield Clip(found.stage, found.part, found.context)
