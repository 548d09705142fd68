"""Moments of a studio: an event of its log, or a time."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta

from engine.errors import NotFound
from engine.ids import resolve
from engine.state.songs import Song
from engine.state.studio import Studio

NOW = "now"

SEE_HISTORY = "see engine history"


def position_of(studio: Studio, typed: str, song: Song) -> int:
    """The position in the log that a moment is.

    Args:
        studio: the studio.
        typed: ``now``; the position of an event, or the beginning of its id; or a time in ISO
            8601, such as ``2026-11-28T19:05``, in the zone of this computer unless it names one.
            A day means its end, a time alone that of today.
        song: the song whose events are meant by ids.

    Raises:
        NotFound: if there is no such event, or nothing was recorded by then.
        Ambiguous: if several ids begin so.
    """
    head = studio.log.head().position
    if typed == NOW:
        return head
    if typed.isdecimal():
        if not 0 < int(typed) <= head:
            raise NotFound(f"no event {typed}: the log has {head}", _see(song))
        return int(typed)
    when = _time(typed)
    if when is None:
        ids = {event.event_id: event.position for event in studio.song_events(song)}
        return ids[resolve(typed, ids, "event", _see(song))]
    position = studio.position_at(when)
    if not position:
        raise NotFound(f"nothing was recorded by {when:%Y-%m-%d %H:%M:%S}", _see(song))
    return position


def song_as_of(studio: Studio, song: Song, position: int) -> Song:
    """A song as of an event.

    Raises:
        NotFound: if it wasn't there yet.
    """
    then = studio.song_at(song.song_id, position)
    if then is None:
        raise NotFound(f"{song.title} was not there yet at event {position}", _see(song))
    return then


def find_side(studio: Studio, typed: str, moment: str = NOW) -> Song:
    """A song as of a moment.

    Args:
        studio: the studio.
        typed: the song, as a person names it; ``SONG@MOMENT`` names a moment too.
        moment: the moment, where none is named; see ``position_of``.

    Raises:
        NotFound, Ambiguous: if there is no such song or moment.
    """
    name, at, named = typed.rpartition("@")
    try:
        song = studio.song(typed)
    except NotFound:
        if not at:
            raise
        song, moment = studio.song(name), named
    return song_as_of(studio, song, position_of(studio, moment, song))


def _see(song: Song) -> str:
    return f"{SEE_HISTORY} {song.song_id}"


def _time(typed: str) -> datetime | None:
    """The time that is meant; None if it isn't one."""
    with suppress(ValueError):
        return _end_of(date.fromisoformat(typed))
    with suppress(ValueError):
        return datetime.fromisoformat(typed).astimezone()
    with suppress(ValueError):
        return datetime.combine(date.today(), time.fromisoformat(typed)).astimezone()
    return None


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time()).astimezone() - timedelta.resolution
