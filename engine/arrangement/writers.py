"""Files of an arrangement other than MIDI: sheet music, charts, recordings and a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from subprocess import SubprocessError

import numpy as np

from engine.arrangement.assemble import Arrangement
from engine.arrangement.charts import CHARTS_VERSION, chord_pro, lyric_sheet
from engine.arrangement.files import File, Writer, source_of
from engine.audio import MAX_SECONDS, Audio, Rendering, Tags, audio_bytes, player, render_stems
from engine.errors import Refused
from engine.notation import SOFTWARE, engraved, find_engraver, musicxml
from engine.reports.song_picture import song_picture
from engine.state.songs import Song, last_composition
from genomes import Part
from genomes.chord_symbols import harmony_of
from genomes.lyrics import Lyrics
from genomes.midi import Track

NO_AUDIO = "none"
AUDIO_FORMATS = ("flac", "wav", NO_AUDIO)

# What the melody of a lead sheet is where a song has none: one staff.
FLUTE = 73

LEAD_SHEET_BARS_PER_LINE = 4


def score_writer(singer: str) -> Writer:
    """Writes a MusicXML file of the song, the words in the clef of this singer."""

    def write(arrangement: Arrangement) -> Iterator[File]:
        def score() -> bytes:
            conductor = arrangement.conductor((source_of(arrangement),))
            return musicxml(arrangement.tracks, conductor, arrangement.length_ticks, singer=singer)

        yield File("song.musicxml", score, SOFTWARE)

    return write


def chart_writer(song: Song) -> Writer:
    """Writes a lead sheet, as PDF too where MuseScore is installed, and ChordPro."""
    lines, singer = lines_of(song), singer_name(song)

    def write(arrangement: Arrangement) -> Iterator[File]:
        @cache
        def sheet() -> bytes:
            return lead_sheet(arrangement, singer)

        chart = chord_pro(arrangement, lines, source_of(arrangement))
        yield File("chart.cho", chart.encode, CHARTS_VERSION)
        yield File("lead-sheet.musicxml", sheet, SOFTWARE)
        engraver = find_engraver()
        if engraver is not None:
            yield File("lead-sheet.pdf", lambda: _pdf(sheet(), engraver))

    return write


def _pdf(score: bytes, engraver: str) -> bytes:
    try:
        return engraved(score, engraver)
    except (OSError, SubprocessError) as error:
        raise Refused(f"MuseScore made no PDF: {error}") from error


def lead_sheet(arrangement: Arrangement, singer: str) -> bytes:
    """The melody with its words and the names of the chords, as MusicXML."""
    length_ticks = arrangement.length_ticks
    melodies = [track for track in arrangement.tracks if track.name.casefold() == "melody"]
    return musicxml(
        melodies or [Track("Melody", Part.of([], length_ticks), FLUTE)],
        arrangement.conductor((source_of(arrangement),)),
        length_ticks,
        singer=singer,
        chords=harmony_of(track.part for track in arrangement.tracks),
        bars_per_line=LEAD_SHEET_BARS_PER_LINE,
    )


def lyrics_writer(song: Song) -> Writer:
    """Writes the words as they are sung, under the names of the sections; none if nobody sings."""
    lines = lines_of(song)

    def write(arrangement: Arrangement) -> Iterator[File]:
        sheet = lyric_sheet(arrangement, lines)
        if sheet:
            yield File("lyrics.txt", sheet.encode)

    return write


def lines_of(song: Song) -> frozenset[str]:
    """Every line that a melody of a song may have been set to."""
    composed = (
        line.text
        for run in song.runs.values()
        if run.lyrics
        for line in Lyrics.from_payload(run.lyrics).lines
    )
    given = (
        line
        for composition in song.compositions.values()
        for _, lines in composition.lyrics
        for line in lines
    )
    planned = (
        line
        for arrangement in song.arrangements.values()
        for section in arrangement.plan["sections"]
        for line in section.get("words") or ()
    )
    return frozenset((*composed, *given, *planned))


def singer_name(song: Song) -> str:
    """Who sings a song: the singer of its last composition or run that names one, or its own."""
    last = last_composition(song)
    named = [run.singer for run in song.runs.values() if run.singer]
    return (last and last.singer) or (named and named[-1]) or song.singer or ""


def picture_writer(colour: str) -> Writer:
    """Writes a piano roll of the song in the ink of this colour."""

    def write(arrangement: Arrangement) -> Iterator[File]:
        yield File("song.png", lambda: song_picture(arrangement, colour))

    return write


def audio_writer(file_format: str, *, with_mix: bool = True) -> Writer:
    """Writes recordings of the mix and of each stem; none if the song exceeds ``MAX_SECONDS``.

    Args:
        file_format: ``flac`` or ``wav``.
        with_mix: whether the mix is among them.
    """

    def write(arrangement: Arrangement) -> Iterator[File]:
        if arrangement.seconds > MAX_SECONDS:
            return

        @cache
        def rendering() -> Rendering:
            tracks, length_ticks = arrangement.tracks, arrangement.length_ticks
            return _faded(render_stems(tracks, arrangement.tempo_map, length_ticks), arrangement)

        if with_mix:
            yield _recording(arrangement, f"song.{file_format}", rendering)
        for index, track in enumerate(arrangement.tracks):
            name = f"stems/{track.name.lower()}.{file_format}"
            yield _recording(arrangement, name, rendering, index)

    return write


def _recording(
    arrangement: Arrangement,
    name: str,
    rendering: Callable[[], Rendering],
    stem: int | None = None,
) -> File:
    """A recording that says its title, what played it, and what it is a recording of.

    Args:
        arrangement: the song.
        name: of the file.
        rendering: returns the song as sound.
        stem: place of the track that it records; None for the mix.
    """
    part = "" if stem is None else f": {arrangement.tracks[stem].name}"

    def data() -> bytes:
        played = rendering()
        comment = f"{played_by(played.player)}{source_of(arrangement)}"
        audio = played.mix if stem is None else played.stems[stem]
        return audio_bytes(audio, name, Tags(f"{arrangement.title}{part}", comment))

    return File(name, data, played_by(player()))


def played_by(name: str) -> str:
    """How a recording names its player."""
    return f"played by {name}; "


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


@dataclass(frozen=True, slots=True)
class WriterKind:
    """What decides on the files other than MIDI that every arrangement of a song has.

    Attributes:
        singer: who sings the song; empty for nobody in particular.
        colour: of the song.
        audio: one of ``AUDIO_FORMATS``.
    """

    singer: str
    colour: str
    audio: str


def writers_of(kind: WriterKind) -> list[Writer]:
    """The writers of all files other than MIDI that every arrangement has.

    Raises:
        Refused: if its audio is none of ``AUDIO_FORMATS``.
    """
    check_audio(kind.audio)
    recordings = [] if kind.audio == NO_AUDIO else [audio_writer(kind.audio)]
    return [score_writer(kind.singer), picture_writer(kind.colour), *recordings]


def writers(song: Song, audio: str) -> list[Writer]:
    """The writers of all files other than MIDI of a song's arrangements; see ``writers_of``."""
    return writers_of(WriterKind(singer_name(song), song.colour, audio))


def export_writers(song: Song, kinds: Sequence[str], audio: str) -> list[Writer]:
    """The writers of what is exported of a whole song only if it is asked for.

    Args:
        song: state of the song.
        kinds: some of ``chart``, ``lyrics`` and ``stems``.
        audio: the format of the stems, ``flac`` or ``wav``.

    Raises:
        Refused: if ``audio`` is neither.
    """
    if audio == NO_AUDIO:
        raise Refused(f"--audio {audio}: expected {' or '.join(AUDIO_FORMATS[:-1])}")
    check_audio(audio)
    made: dict[str, Writer] = {
        "chart": chart_writer(song),
        "lyrics": lyrics_writer(song),
        "stems": audio_writer(audio, with_mix=False),
    }
    return [made[kind] for kind in kinds]


def check_audio(audio: str) -> None:
    """Refuse a format that is none of ``AUDIO_FORMATS``."""
    if audio not in AUDIO_FORMATS:
        raise Refused(f"--audio {audio}: expected {', '.join(AUDIO_FORMATS)}")
