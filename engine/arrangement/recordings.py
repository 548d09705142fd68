"""Recordings of an arrangement, as steps: tracks are played, mixed and balanced, and compressed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.arrangement.assemble import Arrangement
from engine.arrangement.files import File, Writer, made_in, source_of
from engine.audio import MAX_SECONDS, Audio, Tags, audio_bytes
from engine.audio.rendering import find_player
from engine.audio.samples import SAMPLE_RATE, Samples
from engine.audio.takes import Balanced, Session, balanced, take
from engine.execution.graph import Graph, Step

# What a step costs beside the others: about the seconds on a small machine.
TRACK_COST, MIX_COST, FILE_COST = 1.5, 0.7, 0.5


def audio_writer(file_format: str, graph: Graph, *, with_mix: bool = True) -> Writer:
    """Writes recordings of the mix and of each stem; none if the song exceeds ``MAX_SECONDS``.

    Args:
        file_format: ``flac`` or ``wav``.
        graph: makes them.
        with_mix: whether the mix is among them.
    """

    def write(arrangement: Arrangement) -> Iterator[File]:
        if arrangement.seconds > MAX_SECONDS:
            return
        stems = [
            (place, f"stems/{track.name.lower()}.{file_format}")
            for place, track in enumerate(arrangement.tracks)
        ]
        song = _add_song(graph, arrangement)
        for stem, name in [(None, f"song.{file_format}")][not with_mix :] + stems:
            step = Step(_recording, (arrangement, name, stem), (song,), FILE_COST)
            yield made_in(graph, arrangement, name, step, played_by(str(find_player())))

    return write


def _add_song(graph: Graph, arrangement: Arrangement) -> str:
    """Add the steps of a song as sound; returns the name of the last.

    What a track's sound depends on is its name, so that one that several arrangements have is
    played once.
    """
    player = find_player()
    session = Session(
        arrangement.tracks, arrangement.tempo_map, arrangement.length_ticks, graph.folder
    )
    taken = []
    for tracks in session.together(player):
        names = " and ".join(track.name for track in tracks)
        taken.append(f"{names} as sound ({session.name(player, tracks)})")
        cost = TRACK_COST * len(tracks)
        graph.add(taken[-1], Step(take, (session, player, tracks), cost=cost))
    song = f"the mix of arrangement {arrangement.id}"
    graph.add(song, Step(balanced, (session, player), tuple(taken), MIX_COST))
    return song


def _recording(arrangement: Arrangement, name: str, stem: int | None, song: Balanced) -> bytes:
    """A recording that says its title, what played it, and what it is a recording of.

    Args:
        arrangement: the song.
        name: of the file.
        stem: place of the track that it records; None for the mix.
        song: as sound.
    """
    part = "" if stem is None else f": {arrangement.tracks[stem].name}"
    comment = f"{played_by(song.player)}{source_of(arrangement)}"
    level = song.mix if stem is None else song.stems[stem]
    audio = Audio(_faded(level.samples(), arrangement))
    return audio_bytes(audio, name, Tags(f"{arrangement.title}{part}", comment))


def played_by(name: str) -> str:
    """How a recording names its player."""
    return f"played by {name}; "


def _faded(samples: Samples, arrangement: Arrangement) -> Samples:
    """Samples of a song that fades out; those of others as they are."""
    if arrangement.fade is None:
        return samples
    ticks = [arrangement.fade.start_ticks, arrangement.fade.end_ticks]
    times = np.arange(len(samples)) / SAMPLE_RATE
    gain = np.interp(times, arrangement.tempo_map.seconds(ticks), [1.0, 0.0]).astype(np.float32)
    return samples * gain[:, np.newaxis]
