"""Which stream each kind of event belongs to."""

from __future__ import annotations

from engine.state.heads import HEADS_KINDS
from engine.state.models import MODELS_KINDS
from engine.state.runs import RUN_KINDS, RUN_STREAM
from engine.state.song_events import SONG_KINDS, named_song
from engine.state.songs import SONG_STREAM, song_stream
from store.log import STUDIO
from store.records import Recorded

STREAM_OF: dict[str, str] = {
    **dict.fromkeys(SONG_KINDS, SONG_STREAM),
    **dict.fromkeys(RUN_KINDS, RUN_STREAM),
    "RunFinished": RUN_STREAM,
    **dict.fromkeys(MODELS_KINDS | HEADS_KINDS | {"LogAccepted", "LogSigned"}, STUDIO),
}


def misplaced(recorded: Recorded) -> str:
    """That an event stands in a stream that its kind has no place in; empty if it has.

    Such an event is left out of the state.
    """
    song = named_song(recorded)
    expected = STREAM_OF.get(recorded.kind) if song is None else song_stream(song)
    if expected is None or _is_in(recorded.stream, expected):
        return ""
    return (
        f"event {recorded.position} ({recorded.event_id}): {recorded.kind} is in the wrong place, "
        f"stream {recorded.stream!r}; it belongs to {expected.rstrip('/')!r}"
    )


def _is_in(stream: str, expected: str) -> bool:
    """Whether a stream is the expected one, or one of the expected kind."""
    return stream.startswith(expected) if expected.endswith("/") else stream == expected
