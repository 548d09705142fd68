"""From a plan and approved parts to a whole song's tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrangement.approved import ApprovedPart, find_part
from engine.arrangement.plan import MAX_SONG_BARS, Plan, PlannedSection
from engine.errors import EngineError, Refused
from engine.ids import CANDIDATE_ID_CHARS, digest, short
from engine.stages import STAGES
from genomes import ChordSpan, Key, Meter, Part, TempoMap
from genomes.midi import Conductor, Track
from genomes.notes import Notes, Word

# Another arrangement of the same plan and parts: raise it when what is assembled changes.
ASSEMBLY_VERSION = 1

# Energy -> factor of every velocity, straight lines between; parts are composed at 0.5.
CURVE = ((0.0, 0.80), (0.5, 1.00), (1.0, 1.12))

# A drum note up to here is a ghost note, and stays one however full the section is.
GHOST_VELOCITY = 65

MIN_VELOCITY, MAX_VELOCITY = 1, 127


@dataclass(frozen=True, slots=True)
class ArrangedSection:
    """A section where it is in the song.

    Attributes:
        name: such as ``Verse 2``.
        section: label of the approved section that it is made of.
        start_ticks: where it begins.
        end_ticks: where the next one begins.
        bars: how long it is, its repeats included.
        play: how often it is played in a row.
        energy: 0 (still) to 1 (full).
        vocals: whether its words are sung.
        candidates: ``(stage, candidate)`` of what plays.
    """

    name: str
    section: str
    start_ticks: int
    end_ticks: int
    bars: int
    play: int
    energy: float
    vocals: bool
    candidates: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A whole song.

    Attributes:
        title: the song's.
        key: the song's.
        meter: of all bars.
        tempo_bpm: quarter notes per minute, throughout.
        length_ticks: of the song, and of every track.
        bars: of the song.
        markers: ``(onset_ticks, name)`` of every section.
        tracks: one for each stage that plays, in the order of the stages. Its part's harmony has
            gaps where the stage rests.
        sections: in playing order; they tile the song.
    """

    title: str
    key: Key
    meter: Meter
    tempo_bpm: float
    length_ticks: int
    bars: int
    markers: tuple[tuple[int, str], ...]
    tracks: tuple[Track, ...]
    sections: tuple[ArrangedSection, ...]

    @property
    def id(self) -> str:
        """Equal exactly when the song's facts, what plays when, and the parts are."""
        facts = (self.title, str(self.key), str(self.meter), float(self.tempo_bpm))
        played = [
            [s.name, s.bars, s.play, s.energy, s.vocals, [list(pair) for pair in s.candidates]]
            for s in self.sections
        ]
        return digest(ASSEMBLY_VERSION, facts, played)[:CANDIDATE_ID_CHARS]

    @property
    def candidates(self) -> tuple[str, ...]:
        """The candidates that play, in the order that they come in."""
        played = (candidate for section in self.sections for _, candidate in section.candidates)
        return tuple(dict.fromkeys(played))

    @property
    def seconds(self) -> float:
        """How long the song plays."""
        return float(TempoMap.constant(self.tempo_bpm).seconds(self.length_ticks))

    def conductor(self, texts: tuple[str, ...] = ()) -> Conductor:
        """What every file of it says besides notes."""
        return Conductor(self.title, self.key, self.meter, self.tempo_bpm, self.markers, texts)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A planned section with the parts that it names, and the bars of one time through."""

    section: PlannedSection
    parts: tuple[ApprovedPart, ...]
    bars: int


def assemble(plan: Plan, approved: Sequence[ApprovedPart], song: Conductor) -> Arrangement:
    """Put the parts together, section by section, repeats note for note.

    Args:
        plan: what plays when.
        approved: the parts that it may name.
        song: its title, key, meter and tempo.

    Raises:
        Refused: if the plan names no part, or one that isn't approved, the parts of a section
            differ in length, or the song would be longer than ``MAX_SONG_BARS``.
    """
    chosen = [
        _chosen(number, section, approved, song.meter)
        for number, section in enumerate(plan.sections, start=1)
    ]
    sections = _placed(chosen, song.meter.bar_ticks)
    bars = sum(section.bars for section in sections)
    if bars > MAX_SONG_BARS:
        raise Refused(f"an arrangement of {bars} bars: expected at most {MAX_SONG_BARS}")
    length_ticks = bars * song.meter.bar_ticks
    playing = {part.stage for choice in chosen for part in choice.parts}
    if not playing:
        raise Refused("no section plays anything", "name an approved part under parts")
    return Arrangement(
        title=song.title,
        key=song.key,
        meter=song.meter,
        tempo_bpm=song.tempo_bpm,
        length_ticks=length_ticks,
        bars=bars,
        markers=tuple((section.start_ticks, section.name) for section in sections),
        tracks=tuple(
            _track(stage, sections, chosen, length_ticks) for stage in STAGES if stage in playing
        ),
        sections=tuple(sections),
    )


def _chosen(
    number: int, section: PlannedSection, approved: Sequence[ApprovedPart], meter: Meter
) -> _Choice:
    try:
        parts = tuple(_part(stage, reference, approved) for stage, reference in section.parts)
        return _Choice(section, parts, _bars(section, parts, meter))
    except EngineError as error:
        raise Refused(f"section {number} ({section.name}): {error}") from error


def _part(stage: str, reference: str, approved: Sequence[ApprovedPart]) -> ApprovedPart:
    found = find_part(stage, reference, approved)
    if found is None:
        labels = ", ".join([*(part.label for part in approved if part.stage == stage), "null"])
        raise Refused(f"{stage}: no approved part {reference!r} (accepted: {labels})")
    return found


def _bars(section: PlannedSection, parts: Sequence[ApprovedPart], meter: Meter) -> int:
    if not parts:
        if section.bars is None:
            raise Refused("nothing plays, and no bars say how long")
        return section.bars
    if len({part.bars for part in parts}) > 1:
        lengths = ", ".join(f"{part.stage} {part.label} {part.bars} bars" for part in parts)
        raise Refused(f"parts of different lengths: {lengths}")
    bars = parts[0].bars
    for part in parts:
        if part.part.length_ticks != bars * meter.bar_ticks:
            raise Refused(
                f"{part.stage} {part.label} was composed in another meter than {meter}",
                f"run engine undo {short(part.candidate)} and compose it again",
            )
    return bars


def _placed(chosen: Sequence[_Choice], bar_ticks: int) -> list[ArrangedSection]:
    placed: list[ArrangedSection] = []
    for choice in chosen:
        section, bars = choice.section, choice.bars * choice.section.play
        start_ticks = placed[-1].end_ticks if placed else 0
        placed.append(
            ArrangedSection(
                name=section.name,
                section=section.section,
                start_ticks=start_ticks,
                end_ticks=start_ticks + bars * bar_ticks,
                bars=bars,
                play=section.play,
                energy=section.energy,
                vocals=section.vocals,
                candidates=tuple((part.stage, part.candidate) for part in choice.parts),
            )
        )
    return placed


def _track(
    stage: str,
    sections: Sequence[ArrangedSection],
    chosen: Sequence[_Choice],
    length_ticks: int,
) -> Track:
    """A stage's parts one after the other."""
    notes: list[Notes] = []
    harmony: list[ChordSpan] = []
    lyrics: list[Word] = []
    swings: set[float] = set()
    for section, choice in zip(sections, chosen, strict=True):
        for part in (each.part for each in choice.parts if each.stage == stage):
            swings.add(part.swing)
            louder = part.notes.copy()
            louder["velocity"] = scaled_velocities(part.notes, section.energy)
            for start in range(section.start_ticks, section.end_ticks, part.length_ticks):
                notes.append(_shifted(louder, start))
                harmony += [replace(s, onset_ticks=s.onset_ticks + start) for s in part.harmony]
                if section.vocals:
                    lyrics += [(onset + start, text) for onset, text in part.lyrics]
    whole = Part.of(
        np.concatenate(notes),
        length_ticks,
        harmony,
        lyrics=lyrics,
        swing=swings.pop() if len(swings) == 1 else 0.0,
    )
    row = STAGES[stage]
    return Track(stage.capitalize(), whole, row.program, row.channel)


def _shifted(notes: Notes, start_ticks: int) -> Notes:
    shifted = notes.copy()
    shifted["onset_ticks"] += start_ticks
    return shifted


def scaled_velocities(notes: Notes, energy: float) -> NDArray[np.uint8]:
    """The velocities of notes in a section of this energy, 0 (still) to 1 (full).

    Softer notes stay at most as loud as louder ones, and ghost notes of drums stay ghost notes.
    """
    energies, factors = zip(*CURVE, strict=True)
    velocities = notes["velocity"]
    wanted = np.rint(velocities * np.interp(energy, energies, factors))
    is_ghost = notes["is_drum"] & (velocities <= GHOST_VELOCITY)
    most = np.where(is_ghost, GHOST_VELOCITY, MAX_VELOCITY)
    return np.clip(wanted, MIN_VELOCITY, most).astype(np.uint8)
