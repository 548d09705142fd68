"""Finding a song by what a person types: its id, its title, or words of the title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from engine.errors import Ambiguous, NotFound
from engine.state.listing import ListedSong
from engine.state.songs import Song

SEE_LIST = "see engine songs list"
SHOWN_SONGS = 4

# How alike a title or a word of it must be to what was typed to be suggested, 0 to 1.
MIN_LIKENESS = 0.6


def find_song(typed: str, songs: Mapping[str, ListedSong]) -> str:
    """The id of the only song that is meant; archived ones only where no other fits.

    Raises:
        NotFound: if nothing fits; suggests the song with the most similar title.
        Ambiguous: if several fit equally well.
    """
    everything = songs.values()
    for pool in ([s for s in everything if not s.is_archived], everything):
        matches = _matches(typed, pool)
        if len(matches) == 1:
            return matches[0].song_id
        if matches:
            raise Ambiguous(
                f"song {typed!r} could be {len(matches)} ({_listed(matches)})",
                f"type more of it, {SEE_LIST}",
            )
    suggested = _most_similar(typed, everything)
    did_you_mean = f"did you mean {named(suggested)}? " if suggested else ""
    raise NotFound(f"no song {typed!r}", f"{did_you_mean}{SEE_LIST}")


def named(song: ListedSong | Song) -> str:
    """A song's title and id, for messages."""
    return f"{song.title} ({song.song_id})"


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: without case, accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(re.findall(r"\w+", re.sub("['’‘]", "", kept)))


def _matches(typed: str, songs: Iterable[ListedSong]) -> list[ListedSong]:
    """The songs of the first way of matching that any fits."""
    wanted = words_of(typed)
    if not wanted:
        return []
    songs = list(songs)
    ways = (
        lambda song: words_of(song.title) == wanted,
        lambda song: set(wanted) <= set(words_of(song.title)),
        lambda song: song.song_id.startswith(typed),
        lambda song: all(_begins_a_word(each, song) for each in wanted),
    )
    return next((found for way in ways if (found := [s for s in songs if way(s)])), [])


def _begins_a_word(beginning: str, song: ListedSong) -> bool:
    return any(word.startswith(beginning) for word in words_of(song.title))


def _listed(songs: list[ListedSong]) -> str:
    shown = ", ".join(named(song) for song in songs[:SHOWN_SONGS])
    return shown + (" …" if len(songs) > SHOWN_SONGS else "")


def _most_similar(typed: str, songs: Iterable[ListedSong]) -> ListedSong | None:
    wanted = " ".join(words_of(typed))
    scored = [(_likeness(wanted, song), song.song_id, song) for song in songs]
    best = max(scored, default=None)
    return best[2] if best and best[0] >= MIN_LIKENESS else None


def _likeness(wanted: str, song: ListedSong) -> float:
    """How alike the typed text is to the title, to a word of it or to the id, 0 to 1."""
    words = words_of(song.title)
    texts = (" ".join(words), song.song_id, *words)
    return max(SequenceMatcher(None, wanted, text).ratio() for text in texts)
