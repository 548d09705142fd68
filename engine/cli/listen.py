"""``engine listen``: candidates as sound, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next

if TYPE_CHECKING:
    from engine.gate.waiting import Entry
    from engine.reports.comparing import Mix
    from engine.reports.listening import Recording
    from engine.state.studio import Studio

SoundT = TypeVar("SoundT", "Recording", "Mix")


def listen(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Ids of candidates or runs, or their beginnings "
            "[default: what waits of the newest run].",
        ),
    ] = None,
    song: Annotated[str | None, typer.Option(help="Of this song.")] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Without what they are built on.")] = False,
    times: Annotated[
        int, typer.Option(min=1, max=99, help="How often each is played, without a gap.")
    ] = 2,
    as_json: Json = False,
) -> None:
    """Play candidates one after another, equally loud, with what they are built on.

    Ctrl-C ends it. Where nothing can be played, it names the recordings.
    """
    from engine.gate.decisions import with_song
    from engine.gate.waiting import present
    from engine.reports.listening import entries_to_hear, recordings_of

    with open_studio(context) as studio:
        wanted = entries_to_hear(studio, ids or [], song)
        recordings = recordings_of(studio, wanted, alone=alone)
        if as_json:
            say_json([{"id": each.entry.id, "path": str(each.path)} for each in recordings])
        else:
            reached = play_entries(studio, recordings, times, "listen", alone=alone)
            say_next(next_command(context, with_song(studio, wanted[0].song, _next(wanted))))
            wanted = reached
        present(studio, wanted, "json" if as_json else "sound", "listen")


def play_entries(
    studio: Studio, recordings: list[Recording], times: int, command: str, *, alone: bool
) -> list[Entry]:
    """Play recordings one after another, each under what is said of it, and record how long.

    Args:
        studio: the studio.
        recordings: what to play.
        times: how often each.
        command: the command that plays them.
        alone: whether they sound without what they are built on.

    Returns:
        the candidates that were shown before the end, or before Ctrl-C.
    """
    from engine.cli.summary import say_entry
    from engine.gate.waiting import record_play

    reached: list[Entry] = []

    def said(recording: Recording) -> None:
        say_entry(studio, recording.entry, with_terms=False)
        reached.append(recording.entry)

    def heard(recording: Recording, seconds: float) -> None:
        record_play(studio, recording.entry, seconds, command, alone=alone)

    with suppress(KeyboardInterrupt):
        play_each(recordings, times, said, heard)
    return reached


def play_each(
    recordings: Sequence[SoundT],
    times: int,
    said: Callable[[SoundT], None],
    heard: Callable[[SoundT, float], None],
) -> None:
    """Play recordings one after another; where nothing can be played, name them.

    Args:
        recordings: what to play.
        times: how often each.
        said: says what comes.
        heard: takes how many seconds of it sounded.
    """
    from engine.audio.loops import looped
    from engine.audio.playback import NoPlayer, play
    from engine.reports.listening import sounds

    silent = ""
    for recording, samples in zip(recordings, sounds(recordings), strict=True):
        say()
        said(recording)
        if not silent:
            begun = perf_counter()
            try:
                play(looped(samples, recording.loop_frames, times))
            except NoPlayer as reason:
                silent = str(reason)
            finally:
                if not silent:
                    heard(recording, round(perf_counter() - begun, 3))
        if silent:
            say(f"   {recording.path}")
    if silent:
        say(f"\n{silent}; the files named above can be played by any other program")


def _next(heard: list[Entry]) -> str:
    """Approve the first that waits."""
    from engine.gate.waiting import is_passed_over
    from engine.ids import short
    from engine.state.songs import PENDING

    waiting = [each for each in heard if each.status == PENDING and not is_passed_over(each)]
    return (
        f"approve {short(waiting[0].id)}" if waiting else f"status --song {heard[0].song.song_id}"
    )
