"""What is made of an arrangement besides MIDI: sheet music, recordings, a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from engine.arrangement.assemble import Arrangement
from engine.arrangement.files import File, Writer
from engine.audio import MAX_SECONDS, Rendering, audio_bytes, render_stems
from engine.errors import Refused
from engine.notation import musicxml
from engine.reports.pictures import song_picture
from genomes import TempoMap

NO_AUDIO = "none"
AUDIO_FORMATS = ("flac", "wav", NO_AUDIO)


def write_score(arrangement: Arrangement) -> Iterator[File]:
    """The song as MusicXML."""

    def score() -> bytes:
        return musicxml(arrangement.tracks, arrangement.conductor(), arrangement.length_ticks)

    yield File("song.musicxml", score)


def picture_writer(colour: str) -> Writer:
    """The song as one piano roll, in the ink of its colour."""

    def write(arrangement: Arrangement) -> Iterator[File]:
        yield File("song.png", lambda: song_picture(arrangement, colour))

    return write


def sound_writer(file_format: str) -> Writer:
    """Recordings of the mix and of each stem; none of a song that is too long for one.

    Args:
        file_format: ``flac`` or ``wav``.
    """

    def write(arrangement: Arrangement) -> Iterator[File]:
        if arrangement.seconds > MAX_SECONDS:
            return

        @cache
        def rendering() -> Rendering:
            tempo_map = TempoMap.constant(arrangement.tempo_bpm)
            return render_stems(arrangement.tracks, tempo_map, arrangement.length_ticks)

        song = f"song.{file_format}"
        yield File(song, lambda: audio_bytes(rendering().mix, song))
        for index, track in enumerate(arrangement.tracks):
            yield _stem(rendering, index, f"stems/{track.name.lower()}.{file_format}")

    def _stem(rendering: Callable[[], Rendering], index: int, name: str) -> File:
        return File(name, lambda: audio_bytes(rendering().stems[index], name))

    return write


def writers(colour: str, audio: str) -> list[Writer]:
    """Everything that an arrangement is written as.

    Args:
        colour: the song's.
        audio: one of ``AUDIO_FORMATS``.

    Raises:
        Refused: if it is none of these.
    """
    if audio not in AUDIO_FORMATS:
        raise Refused(f"--audio {audio}: expected {', '.join(AUDIO_FORMATS)}")
    sound = [] if audio == NO_AUDIO else [sound_writer(audio)]
    return [write_score, picture_writer(colour), *sound]
