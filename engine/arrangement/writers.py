"""Files of an arrangement other than MIDI: sheet music, recordings and a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from engine.arrangement.assemble import Arrangement
from engine.arrangement.files import File, Writer
from engine.audio import MAX_SECONDS, Audio, Rendering, audio_bytes, render_stems
from engine.errors import Refused
from engine.notation import musicxml
from engine.reports.pictures import song_picture

NO_AUDIO = "none"
AUDIO_FORMATS = ("flac", "wav", NO_AUDIO)


def write_score(arrangement: Arrangement) -> Iterator[File]:
    """A MusicXML file of the song."""

    def score() -> bytes:
        return musicxml(arrangement.tracks, arrangement.conductor(), arrangement.length_ticks)

    yield File("song.musicxml", score)


def picture_writer(colour: str) -> Writer:
    """Writes a piano roll of the song in the ink of this colour."""

    def write(arrangement: Arrangement) -> Iterator[File]:
        yield File("song.png", lambda: song_picture(arrangement, colour))

    return write


def audio_writer(file_format: str) -> Writer:
    """Writes recordings of the mix and of each stem; none if the song exceeds ``MAX_SECONDS``.

    Args:
        file_format: ``flac`` or ``wav``.
    """

    def write(arrangement: Arrangement) -> Iterator[File]:
        if arrangement.seconds > MAX_SECONDS:
            return

        @cache
        def rendering() -> Rendering:
            tracks, length_ticks = arrangement.tracks, arrangement.length_ticks
            return _faded(render_stems(tracks, arrangement.tempo_map, length_ticks), arrangement)

        song = f"song.{file_format}"
        yield File(song, lambda: audio_bytes(rendering().mix, song))
        for index, track in enumerate(arrangement.tracks):
            yield _stem(rendering, index, f"stems/{track.name.lower()}.{file_format}")

    def _stem(rendering: Callable[[], Rendering], index: int, name: str) -> File:
        return File(name, lambda: audio_bytes(rendering().stems[index], name))

    return write


def _faded(rendering: Rendering, arrangement: Arrangement) -> Rendering:
    """The recordings of a song that fades out, the others as they are."""
    fade, tempo_map = arrangement.fade, arrangement.tempo_map
    if fade is None:
        return rendering
    start, end = tempo_map.seconds([fade.start_ticks, fade.end_ticks]).tolist()
    mix, *stems = (_with_fade(each, start, end) for each in (rendering.mix, *rendering.stems))
    return replace(rendering, mix=mix, stems=tuple(stems))


def _with_fade(audio: Audio, start_seconds: float, end_seconds: float) -> Audio:
    times = np.arange(len(audio.samples)) / audio.sample_rate
    gain = np.interp(times, [start_seconds, end_seconds], [1.0, 0.0]).astype(np.float32)
    return replace(audio, samples=audio.samples * gain[:, np.newaxis])


def writers(colour: str, audio: str) -> list[Writer]:
    """The writers of all files other than MIDI.

    Args:
        colour: colour of the song.
        audio: one of ``AUDIO_FORMATS``.

    Raises:
        Refused: if ``audio`` is none of these.
    """
    if audio not in AUDIO_FORMATS:
        raise Refused(f"--audio {audio}: expected {', '.join(AUDIO_FORMATS)}")
    recordings = [] if audio == NO_AUDIO else [audio_writer(audio)]
    return [write_score, picture_writer(colour), *recordings]
