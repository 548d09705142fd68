"""Files of an arrangement other than MIDI: sheet music, charts, recordings and a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from subprocess import SubprocessError

from engine.arrangement.assemble import Arrangement
from engine.arrangement.charts import CHARTS_VERSION, chord_pro, lyric_sheet
from engine.arrangement.files import File, Writer, made_in, source_of
from engine.arrangement.recordings import audio_writer
from engine.errors import Refused
from engine.execution.executor import SERIAL, Executor
from engine.execution.graph import Graph, Step
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


# What making a file costs beside the others: about the seconds on a small machine.
SCORE_COST, PICTURE_COST = 3.0, 0.2


def score_writer(singer: str, graph: Graph) -> Writer:
    """Writes a MusicXML file of the song, the words in the clef of this singer."""

    def write(arrangement: Arrangement) -> Iterator[File]:
        step = Step(_score, (arrangement, singer), cost=SCORE_COST)
        yield made_in(graph, arrangement, "song.musicxml", step, SOFTWARE)

    return write


def _score(arrangement: Arrangement, singer: str) -> bytes:
    conductor = arrangement.conductor((source_of(arrangement),))
    return musicxml(arrangement.tracks, conductor, arrangement.length_ticks, singer=singer)


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


def picture_writer(colour: str, graph: Graph) -> Writer:
    """Writes a piano roll of the song in the ink of this colour."""

    def write(arrangement: Arrangement) -> Iterator[File]:
        step = Step(song_picture, (arrangement, colour), cost=PICTURE_COST)
        yield made_in(graph, arrangement, "song.png", step)

    return write


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


def writers_of(kind: WriterKind, executor: Executor = SERIAL) -> list[Writer]:
    """The writers of all files other than MIDI that every arrangement has.

    Args:
        kind: what decides on them.
        executor: makes them, on this machine: the recordings sound as its instruments do.

    Raises:
        Refused: if its audio is none of ``AUDIO_FORMATS``.
    """
    check_audio(kind.audio)
    graph = Graph(executor)
    recordings = [] if kind.audio == NO_AUDIO else [audio_writer(kind.audio, graph)]
    return [score_writer(kind.singer, graph), picture_writer(kind.colour, graph), *recordings]


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
        "stems": audio_writer(audio, Graph(SERIAL), with_mix=False),
    }
    return [made[kind] for kind in kinds]


def check_audio(audio: str) -> None:
    """Refuse a format that is none of ``AUDIO_FORMATS``."""
    if audio not in AUDIO_FORMATS:
        raise Refused(f"--audio {audio}: expected {', '.join(AUDIO_FORMATS)}")
