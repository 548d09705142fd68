"""The common form in which real songs, survivors and random genomes are measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.survivors import SUFFIX, SongMusic, read_songs
from engine.arrangement.approved import approved_parts
from engine.arrangement.arranging import conductor_of
from engine.arrangement.assemble import ArrangedSection, assemble
from engine.arrangement.plan_text import parse_plan
from engine.state.location import Location
from engine.state.songs import Song
from engine.state.studio import Studio
from genomes import ChordSpan, Context, Key, Meter, Part
from genomes.keys import SCALES
from genomes.time import COMMON_TIME, TICKS_PER_QUARTER
from tools.real_songs import names
from tools.real_songs.billboard import ChartedBar, read_charted_song
from tools.real_songs.chord_names import ChartedChord
from tools.real_songs.pop import PopSong, read_pop_song, read_tracks
from tools.real_songs.rock import read_rock_song

WINDOW_BARS = 8
MIN_WINDOW_NOTES = 6  # a window with fewer is one in which the part rests
PITCHED_STAGES = ("chords", "melody", "harmony")


class Chord(NamedTuple):
    """A chord by its pitch classes.

    Attributes:
        root: pitch class, 0 to 11.
        intervals: semitones above the root, sorted, 0 among them.
        bass: pitch class, 0 to 11.
    """

    root: int
    intervals: tuple[int, ...]
    bass: int


class Held(NamedTuple):
    """A chord where it stands in its bar.

    Attributes:
        onset: where it begins, or goes on from the bar before, as a share of the bar.
        share: of the bar that it takes.
        chord: None where none sounds.
        is_new: whether it begins here.
    """

    onset: float
    share: float
    chord: Chord | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Progression:
    """The chords of a section.

    Attributes:
        tonic: pitch class of the key.
        modes: the key's mode; where nobody says it, those that it may be.
        bars: what is held in each.
        label: of the section, lower case; empty where it has none.
    """

    tonic: int
    modes: tuple[str, ...]
    bars: tuple[tuple[Held, ...], ...]
    label: str = ""

    @property
    def chords(self) -> list[Chord]:
        """The chords in order, each change once."""
        return [held.chord for bar in self.bars for held in bar if held.chord and held.is_new]


@dataclass(frozen=True, slots=True)
class Voice:
    """One part beside what sounds with it.

    Attributes:
        part: its notes.
        meter: of all its bars.
        others: the other pitched parts.
        chords: what it stands on; empty where that isn't known.
        home: pitch classes of the key's triad; empty where the key isn't known.
    """

    part: Part
    meter: Meter
    others: tuple[Part, ...] = ()
    chords: tuple[ChordSpan, ...] = ()
    home: frozenset[int] = frozenset()


@dataclass(slots=True)
class Music:
    """What is measured of one song.

    Attributes:
        progressions: chords of its sections.
        voices: role -> its parts: ``chords``, ``bass``, ``drums``, ``melody``.
        is_whole: whether the progressions are a whole song in order.
        labels: of its sections in order, ``intro`` and ``outro`` among them.
        tonic: pitch class of its key at the end.
    """

    progressions: list[Progression] = field(default_factory=list)
    voices: dict[str, list[Voice]] = field(default_factory=dict)
    is_whole: bool = False
    labels: list[str] = field(default_factory=list)
    tonic: int = 0


def home_triad(tonic: int, mode: str) -> frozenset[int]:
    """Pitch classes of the triad on a key's tonic."""
    return frozenset((tonic + SCALES[mode][degree]) % 12 for degree in (0, 2, 4))


def bars_of(
    spans: Sequence[ChordSpan], length_ticks: int, bar_ticks: int
) -> tuple[tuple[Held, ...], ...]:
    """The bars of a part's chords."""
    bars: list[list[Held]] = [[] for _ in range(length_ticks // bar_ticks)]
    for span in spans:
        above = sorted({(pc - span.root_pitch_class) % 12 for pc in span.pitch_classes} | {0})
        chord = Chord(span.root_pitch_class, tuple(above), span.bass_pitch_class)
        tick = span.onset_ticks
        while tick < min(span.end_ticks, length_ticks):
            bar = tick // bar_ticks
            stop = min(span.end_ticks, (bar + 1) * bar_ticks)
            onset, share = (tick - bar * bar_ticks) / bar_ticks, (stop - tick) / bar_ticks
            bars[bar].append(Held(onset, share, chord, tick == span.onset_ticks))
            tick = stop
    return _merged(bars)


def _merged(bars: Sequence[Sequence[Held]]) -> tuple[tuple[Held, ...], ...]:
    """What goes on unchanged is no new chord."""
    found, previous = [], None
    for bar in bars:
        row: list[Held] = []
        for held in bar:
            if row and row[-1].chord == held.chord:
                row[-1] = row[-1]._replace(share=row[-1].share + held.share)
            else:
                row.append(held._replace(is_new=held.chord != previous))
            previous = held.chord
        found.append(tuple(row))
    return tuple(found)


def _beats(chords: Sequence[ChartedChord | None]) -> list[Held]:
    share = 1 / len(chords)
    return [Held(beat * share, share, _chord(chord), True) for beat, chord in enumerate(chords)]


def _chord(chord: ChartedChord | None) -> Chord | None:
    if chord is None:
        return None
    return Chord(chord.root_pitch_class, chord.intervals, chord.bass_pitch_class)


def _charted(bars: Sequence[ChartedBar]) -> tuple[tuple[Held, ...], ...]:
    return _merged([_beats(bar.chords) for bar in bars])


def charted_music(path: Path) -> Music:
    """A song of the charts: chords and form."""
    song = read_charted_song(path)
    modes = ("major", "minor")
    progressions = [
        Progression(tonic, modes, _charted(section.bars), section.label)
        for section, tonic in zip(song.sections, song.tonics, strict=True)
    ]
    labels = [section.label for section in song.sections]
    if song.sections and song.sections[-1].is_fading:
        labels.append("outro")
    return Music(progressions, {}, True, labels, song.tonics[-1] if song.tonics else 0)


def pop_music(folder: Path) -> Music:
    """A pop song: chords, form, melody and piano."""
    song = read_pop_song(folder)
    bars = _merged([_beats(bar) for bar in song.bars])
    names = {"i": "intro", "o": "outro"}
    progressions, labels = [], []
    for label in song.form:
        held = bars[label.first_bar : label.first_bar + label.bars]
        name = names.get(label.letter, label.letter)
        labels.append(name)
        if held:
            progressions.append(Progression(song.tonic_pitch_class, (song.mode,), held, name))
    tracks = read_tracks(folder)
    home = home_triad(song.tonic_pitch_class, song.mode)
    spans = _spans(song)
    voices = {
        "melody": list(windows(song.melody, COMMON_TIME, spans, home=home)),
        "chords": list(windows(tracks["PIANO"], COMMON_TIME, spans)) if "PIANO" in tracks else [],
    }
    return Music(progressions, voices, True, labels, song.tonic_pitch_class)


def _spans(song: PopSong) -> list[ChordSpan]:
    """The chords of a pop song as spans; quarters without one have none."""
    spans: list[ChordSpan] = []
    for quarter, chord in enumerate(song.chords):
        if chord is None:
            continue
        onset, before = quarter * TICKS_PER_QUARTER, spans[-1] if spans else None
        facts = (chord.root_pitch_class, chord.bass_pitch_class, chord.pitch_classes)
        if (
            before
            and before.end_ticks == onset
            and facts == (before.root_pitch_class, before.bass_pitch_class, before.pitch_classes)
        ):
            spans.pop()
            onset = before.onset_ticks
        spans.append(ChordSpan(onset, (quarter + 1) * TICKS_PER_QUARTER - onset, *facts, "", ""))
    return spans


def rock_music(path: Path) -> Music:
    """A rock file: bass and drums."""
    song = read_rock_song(path)
    voices: dict[str, list[Voice]] = {}
    if song.bass is not None:
        others = [song.others] if song.others is not None else []
        voices["bass"] = list(windows(song.bass, song.meter, others=others))
    if song.drums is not None:
        voices["drums"] = list(windows(song.drums, song.meter))
    return Music(voices=voices)


def windows(
    part: Part,
    meter: Meter,
    chords: Sequence[ChordSpan] = (),
    others: Sequence[Part] = (),
    home: frozenset[int] = frozenset(),
) -> Iterator[Voice]:
    """Windows of eight bars one after the other in which the part plays."""
    size = WINDOW_BARS * meter.bar_ticks
    for start in range(0, part.length_ticks - size + 1, size):
        cut = clipped(part, start, size)
        if len(cut.notes) >= MIN_WINDOW_NOTES:
            yield Voice(
                cut,
                meter,
                tuple(clipped(other, start, size) for other in others),
                _clipped_spans(chords, start, size),
                home,
            )


def clipped(part: Part, start: int, size: int) -> Part:
    """The notes that begin in a window, ending in it at the latest."""
    onsets = part.notes["onset_ticks"]
    notes = part.notes[(onsets >= start) & (onsets < start + size)].copy()
    notes["onset_ticks"] -= start
    room = size - notes["onset_ticks"]
    notes["duration_ticks"] = notes["duration_ticks"].clip(max=room)
    return Part.of(notes, size, swing=part.swing)


def _clipped_spans(spans: Sequence[ChordSpan], start: int, size: int) -> tuple[ChordSpan, ...]:
    found = []
    for span in spans:
        onset, end = max(span.onset_ticks - start, 0), min(span.end_ticks - start, size)
        if onset < end:
            facts = (span.root_pitch_class, span.bass_pitch_class, span.pitch_classes)
            found.append(ChordSpan(onset, end - onset, *facts, span.numeral, span.name))
    return tuple(found)


def evolved_music(song: SongMusic, *, random: bool) -> Music:
    """The survivors, or the first genomes, of all stages of a song."""
    music = Music()
    for stage, found in song.stages.items():
        parts = found.random if random else found.survivors
        add_parts(music, stage, found.context, parts)
    return music


def add_parts(music: Music, stage: str, context: Context, parts: Sequence[Part]) -> None:
    """Add parts of a stage as voices, those of chords as progressions too."""
    meter, beside, key = context.meter, dict(context.parts), context.key
    home = home_triad(key.tonic_pitch_class, key.mode)
    others = tuple(beside[name] for name in PITCHED_STAGES if name in beside)
    for part in parts:
        spans = part.harmony if stage == "chords" else beside["chords"].harmony
        music.voices.setdefault(stage, []).append(Voice(part, meter, others, spans, home))
        if stage == "chords":
            bars = bars_of(part.harmony, part.length_ticks, meter.bar_ticks)
            label = context.section.label
            music.progressions.append(Progression(key.tonic_pitch_class, (key.mode,), bars, label))


def real_music(folder: Path, *, held_out: bool) -> dict[str, list[Music]]:
    """The real songs by set, in the order of their names."""
    return {
        "charted": [
            charted_music(folder / "billboard" / name)
            for name in names(folder / "billboard", held_out=held_out)
        ],
        "pop": [
            pop_music(folder / "pop909" / name)
            for name in names(folder / "pop909", held_out=held_out)
        ],
        "rock": [
            rock_music(folder / "rock" / name) for name in names(folder / "rock", held_out=held_out)
        ],
    }


def composed_music(folder: Path) -> list[Music]:
    """The whole songs of a studio: of each the one that its last composition ranks first.

    Of a song that wasn't composed but arranged, the last arrangement.
    """
    if not Location(folder).is_made():
        raise FileNotFoundError(f"{folder}: neither a studio nor a folder of survivors")
    with Studio.open(folder) as studio:
        return [_arranged(studio, song) for song in studio.songs().values() if song.arrangements]


def _arranged(studio: Studio, song: Song) -> Music:
    compositions = sorted(song.compositions.values(), key=lambda each: each.position)
    ranked = [each.ranking for each in compositions if each.ranking]
    name = ranked[-1][0].arrangement if ranked else list(song.arrangements)[-1]
    plan = parse_plan(song.arrangements[name].plan)
    arrangement = assemble(plan, approved_parts(studio, song), conductor_of(song))
    tracks = {track.name.lower(): track.part for track in arrangement.tracks}
    key, meter = arrangement.key, arrangement.meter
    music = Music(is_whole=True, tonic=key.tonic_pitch_class)
    for section in arrangement.sections:
        music.labels.append(section.name.lower())
        _add_section(music, tracks, section, key, meter)
    return music


def _add_section(
    music: Music, tracks: dict[str, Part], section: ArrangedSection, key: Key, meter: Meter
) -> None:
    start, size = section.start_ticks, section.end_ticks - section.start_ticks
    chords = tracks["chords"].harmony if "chords" in tracks else ()
    spans = _clipped_spans(chords, start, size)
    cut = {name: clipped(part, start, size) for name, part in tracks.items()}
    playing = {name: part for name, part in cut.items() if len(part.notes)}
    home = home_triad(key.tonic_pitch_class, key.mode)
    if spans:
        bars = bars_of(spans, size, meter.bar_ticks)
        label = section.name.lower()
        music.progressions.append(Progression(key.tonic_pitch_class, (key.mode,), bars, label))
    for name, part in playing.items():
        others = tuple(playing[each] for each in PITCHED_STAGES if each in playing and each != name)
        music.voices.setdefault(name, []).append(Voice(part, meter, others, spans, home))


def ours(folder: Path) -> dict[str, list[Music]]:
    """What a folder holds of ours: random genomes and survivors, or composed songs."""
    if any(folder.glob(f"*{SUFFIX}")):
        songs = read_songs(folder)
        return {
            kind: [evolved_music(song, random=kind == "random") for song in songs]
            for kind in ("random", "survivors")
        }
    return {"composed": composed_music(folder)}


def columns_of(folders: Sequence[Path]) -> dict[str, list[Music]]:
    """What several folders hold of ours; their names tell them apart where there are several."""
    found = [
        (folder.name, name, songs) for folder in folders for name, songs in ours(folder).items()
    ]
    kinds = [name for _, name, _ in found]
    return {
        f"{name} {folder}" if kinds.count(name) > 1 else name: songs
        for folder, name, songs in found
    }
