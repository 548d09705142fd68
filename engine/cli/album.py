"""``engine compose --songs``: several songs, unattended, with one display."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.cli.output import say, say_json, say_note, say_table
from engine.errors import Refused

if TYPE_CHECKING:
    from engine.arrangement.arranging import ArrangedSong
    from engine.cli.progress import CompositionProgress
    from engine.composing.composition import Asked, Composition
    from engine.composing.ending import Ending, Ranked
    from engine.execution.executor import Executor
    from engine.state.studio import Studio

ALL = "all"

_SHARE = re.compile(r"(\d{1,4})/(\d{1,4})")


def songs_of(studio: Studio, named: Sequence[str], share: str | None) -> list[str]:
    """Ids of the songs that are named, or of all, oldest first; of a share only its own.

    Raises:
        NotFound, Ambiguous: if there is no such song, or several.
        Refused: if the share can't be read.
    """
    known = studio.songs()
    found = [studio.song(each).song_id for each in named if each != ALL]
    if ALL in named:
        found = sorted(known, key=lambda each: known[each].position)
    found = list(dict.fromkeys(found))
    if share is None:
        return found
    match = _SHARE.fullmatch(share)
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= of:
        raise Refused(f"--share {share}", "expected such as 2/3, the second of three shares")
    return found[number - 1 :: of]


def begin_album(studio: Studio, songs: Sequence[str], asked: Asked) -> dict[str, Composition]:
    """Begin the composition of each song, or go on with it; those that are finished are left out.

    Returns:
        the compositions, by song.
    """
    compositions = {}
    for song_id in songs:
        composition, _ = asked.of_song(studio, studio.song(song_id), is_one_of_many=True)
        if studio.song(song_id).compositions[composition.id].ranking is None:
            compositions[song_id] = composition
    return compositions


def compose_album(
    studio: Studio,
    compositions: Mapping[str, Composition],
    ending: Ending,
    observer: CompositionProgress,
    workers: Executor,
) -> dict[str, list[tuple[Ranked, ArrangedSong]]]:
    """Compose songs and finish each; returns what came of those that are done, by song."""
    from engine.composing.composer import compose_songs
    from engine.composing.ending import finish_composition

    done: dict[str, list[tuple[Ranked, ArrangedSong]]] = {}
    for song_id in compose_songs(studio, compositions, observer, workers):
        composition = compositions[song_id]
        done[song_id] = finish_composition(studio, song_id, composition, ending, workers)
        observer.songs = f"{len(done)} of {len(compositions)} songs done; "
    return done


def say_album(
    studio: Studio,
    done: Mapping[str, list[tuple[Ranked, ArrangedSong]]],
    left_out: int,
    *,
    as_json: bool,
) -> None:
    """Say which songs were composed, and where they are."""
    rows: list[dict[str, Any]] = [
        {
            "song": song_id,
            "title": studio.song(song_id).title,
            "total": songs[0][0].total,
            "folder": str(songs[0][1].folder),
        }
        for song_id, songs in done.items()
    ]
    if as_json:
        say_json(rows)
        return
    if left_out:
        say_note(f"{left_out} songs are composed already; another --seed composes them again")
    if rows:
        say_table(
            ("song", "title", "to hear"), [[r["song"], r["title"], r["folder"]] for r in rows]
        )
    else:
        say("nothing was composed")
