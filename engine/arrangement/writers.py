"""Files of an arrangement other than MIDI: sheet music, recordings and a picture."""

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
