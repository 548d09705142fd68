"""Assembly: a plan and approved parts become the tracks of a whole song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np

from engine.arrangement.approved import ApprovedPart, find_part
from engine.arrangement.dynamics import energy_velocities
from engine.arrangement.endings import Fade, fade, final_chord, hold_bars, ritardando
from engine.arrangement.plan import FADE, HELD, MAX_SONG_BARS, RITARDANDO, Plan, PlannedSection
from engine.arrangement.playing import PlacedPass, ResolvedSection, played
from engine.errors import EngineError, Refused
from engine.gate.labels import compared_label
from engine.ids import CANDIDATE_ID_CHARS, digest, short
from engine.stages import STAGES
from genomes import ChordSpan, Key, Meter, Part, TempoMap
from genomes.chord_symbols import chord_changes, harmony_of
from genomes.midi import Conductor, Controls, Track
from genomes.notes import Notes, Word

# Part of every arrangement's id: raise it when the same plan and parts give other notes.
ASSEMBLY_VERSION = 3


@dataclass(frozen=True, slots=True)
class ArrangedSection:
    """A section at its position in the song.

    Attributes:
        name: such as ``Verse 2``.
        section: label of the section that its parts were approved for.
        start_ticks: its onset in the song.
        end_ticks: its end, which is the onset of the next section.
        bars: its length with all repeats.
        play: how many times it is played in a row.
        energy: loudness, 0 (quietest) to 1 (loudest).
        vocals: whether its words are sung.
        candidates: ``(stage, candidate id)`` of each part that plays.
        excerpt: first and last bar of its parts that are played, from 1; all if None.
        vary: whether it is varied when it comes again, and leads into the next section.
        words: lines that are sung in place of those that its melody was composed to.
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
    excerpt: tuple[int, int] | None = None
    vary: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A whole song.

    Attributes:
        title: title of the song.
        key: key of the song.
        meter: the meter of all bars.
        tempo_bpm: quarter notes per minute.
        length_ticks: length of the song and of every track.
        bars: length of the song.
        markers: ``(onset_ticks, name)`` of every section.
        tracks: one for each stage that plays, in stage order. The harmony of a track's part has
            gaps where the stage rests.
        sections: in playing order, without gaps or overlaps; the last chord, if one is held, is
            a section of its own.
        ending: how it stops, one of ``ENDINGS``.
        seed: its variations were drawn with it.
        tempo_map: the tempo over the whole song.
        fade: where it fades out; None if it doesn't.
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
    ending: str
    seed: int
    tempo_map: TempoMap
    fade: Fade | None = None

    @property
    def id(self) -> str:
        """Hash of title, key, meter, tempo, form, parts and instruments."""
        facts = (self.title, str(self.key), str(self.meter), float(self.tempo_bpm))
        played = [
            [
                *(s.name, s.bars, s.play, s.energy, s.vocals, s.excerpt and list(s.excerpt)),
                *(s.vary, list(s.words), [list(pair) for pair in s.candidates]),
            ]
            for s in self.sections
        ]
        form = [self.ending, self.seed if any(s.vary for s in self.sections) else 0]
        programs = [[track.name, track.program] for track in self.tracks]
        return digest(ASSEMBLY_VERSION, facts, form, played, programs)[:CANDIDATE_ID_CHARS]

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of the candidates that play, in the order of their first appearance."""
        played = (candidate for section in self.sections for _, candidate in section.candidates)
        return tuple(dict.fromkeys(played))

    @property
    def seconds(self) -> float:
        """Length of the song in seconds."""
        return float(self.tempo_map.seconds(self.length_ticks))

    @property
    def length(self) -> str:
        """Its length for people, such as ``89 bars, 3:44``."""
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{self.bars} bars, {minutes}:{seconds:02}"

    def conductor(self, texts: tuple[str, ...] = ()) -> Conductor:
        """The conductor track of its MIDI files and scores, with these texts."""
        return Conductor(
            *(self.title, self.key, self.meter, self.tempo_bpm, self.markers, texts),
            tempo_changes=self.tempo_map.changes[1:],
            chords=chord_changes(harmony_of(track.part for track in self.tracks)),
        )


def assemble(plan: Plan, approved: Sequence[ApprovedPart], song: Conductor) -> Arrangement:
    """Concatenate the parts of a plan's sections, and end the song.

    A section that the plan doesn't vary is played as it was approved, and its repeats are exact
    copies.

    Args:
        plan: the sections and the references of their parts.
        approved: the parts that the plan may name.
        song: title, key, meter and tempo of the song.

    Raises:
        Refused: if the plan names no part, or one that isn't approved, the parts of a section
            differ in length, or the song would be longer than ``MAX_SONG_BARS``.
    """
    resolved = [
        _resolve(number, section, approved, song.meter)
        for number, section in enumerate(plan.sections, start=1)
    ]
    sections = _arranged_sections(resolved, song.meter.bar_ticks)
    bars = sum(section.bars for section in sections)
    if bars > MAX_SONG_BARS:
        raise Refused(f"an arrangement of {bars} bars: expected at most {MAX_SONG_BARS}")
    placed = played(resolved, song, plan.seed)
    if not placed:
        raise Refused("no section plays anything", "name an approved part under parts")
    tempo_map = TempoMap.constant(song.tempo_bpm)
    if plan.ending in {HELD, RITARDANDO}:
        last = sections[-1]
        sections.append(_ending_section(last, song))
        final = final_chord(placed[-1].music, sections[-1].bars)
        placed.append(PlacedPass(last.end_ticks, final, vocals=False))
        if plan.ending == RITARDANDO:
            tempo_map = ritardando(song.tempo_bpm, song.meter, last.end_ticks)
    length_ticks = sections[-1].end_ticks
    fading = fade(tempo_map, length_ticks) if plan.ending == FADE else None
    expression = fading.expression(song.meter.unit_ticks) if fading else ()
    playing = {stage for each in placed for stage in each.music.parts}
    return Arrangement(
        title=song.title,
        key=song.key,
        meter=song.meter,
        tempo_bpm=song.tempo_bpm,
        length_ticks=length_ticks,
        bars=sum(section.bars for section in sections),
        markers=tuple((section.start_ticks, section.name) for section in sections),
        tracks=tuple(
            _track(stage, placed, length_ticks, expression, plan)
            for stage in STAGES
            if stage in playing
        ),
        sections=tuple(sections),
        ending=plan.ending,
        seed=plan.seed,
        tempo_map=tempo_map,
        fade=fading,
    )


def _ending_section(last: ArrangedSection, song: Conductor) -> ArrangedSection:
    bars = hold_bars(song.meter, song.tempo_bpm)
    return ArrangedSection(
        name="Ending",
        section=last.section,
        start_ticks=last.end_ticks,
        end_ticks=last.end_ticks + bars * song.meter.bar_ticks,
        bars=bars,
        play=1,
        energy=last.energy,
        vocals=False,
        candidates=(),
    )


def _resolve(
    number: int, section: PlannedSection, approved: Sequence[ApprovedPart], meter: Meter
) -> ResolvedSection:
    try:
        parts = tuple(_part(stage, reference, approved) for stage, reference in section.parts)
        if parts:
            _refuse_unknown_section(section.section, approved)
        return ResolvedSection(section, parts, _bars(section, parts, meter))
    except EngineError as error:
        raise Refused(f"section {number} ({section.name}): {error}") from error


def _refuse_unknown_section(section: str, approved: Sequence[ApprovedPart]) -> None:
    """Refuse a section that no part is approved for; where nothing plays it can be any."""
    labels = [*(part.section_label for part in approved), *(part.label for part in approved)]
    known = {compared_label(label): label for label in reversed(labels)}
    if compared_label(section) in known:
        return
    near = get_close_matches(compared_label(section), known, n=1)
    meant = f", did you mean {known[near[0]]}?" if near else ""
    accepted = ", ".join(dict.fromkeys(part.section_label for part in approved))
    raise Refused(f"section: no approved section {section!r}{meant} (accepted: {accepted})")


def _part(stage: str, reference: str, approved: Sequence[ApprovedPart]) -> ApprovedPart:
    found = find_part(stage, reference, approved)
    if found is None:
        labels = ", ".join([*(part.label for part in approved if part.stage == stage), "null"])
        raise Refused(f"{stage}: no approved part {reference!r} (accepted: {labels})")
    return found


def _bars(section: PlannedSection, parts: Sequence[ApprovedPart], meter: Meter) -> int:
    """Length of one time through."""
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
    if section.excerpt is None:
        return bars
    first, last = section.excerpt
    if last > bars:
        raise Refused(f"excerpt {first}-{last} of parts that have {bars} bars")
    return last - first + 1


def _arranged_sections(
    resolved: Sequence[ResolvedSection], bar_ticks: int
) -> list[ArrangedSection]:
    arranged: list[ArrangedSection] = []
    for planned in resolved:
        section, bars = planned.section, planned.bars * planned.section.play
        start_ticks = arranged[-1].end_ticks if arranged else 0
        arranged.append(
            ArrangedSection(
                name=section.name,
                section=section.section,
                start_ticks=start_ticks,
                end_ticks=start_ticks + bars * bar_ticks,
                bars=bars,
                play=section.play,
                energy=section.energy,
                vocals=section.vocals,
                candidates=tuple((part.stage, part.candidate) for part in planned.parts),
                excerpt=section.excerpt,
                vary=section.vary,
                words=section.words,
            )
        )
    return arranged


def _track(
    stage: str,
    placed: Sequence[PlacedPass],
    length_ticks: int,
    expression: Controls,
    plan: Plan,
) -> Track:
    """The track of a stage: its parts one after the other."""
    notes: list[Notes] = []
    harmony: list[ChordSpan] = []
    lyrics: list[Word] = []
    swings: set[float] = set()
    for each in placed:
        part = each.music.parts.get(stage)
        if part is None:
            continue
        swings.add(part.swing)
        scaled = part.notes.copy()
        scaled["velocity"] = energy_velocities(part.notes, each.music.energy)
        scaled["onset_ticks"] += each.start_ticks
        notes.append(scaled)
        harmony += [
            replace(span, onset_ticks=span.onset_ticks + each.start_ticks) for span in part.harmony
        ]
        if each.vocals:
            lyrics += [(onset + each.start_ticks, text) for onset, text in part.lyrics]
    joined = Part.of(
        np.concatenate(notes),
        length_ticks,
        harmony,
        lyrics=lyrics,
        swing=swings.pop() if len(swings) == 1 else 0.0,
    )
    row = STAGES[stage]
    program = dict(plan.instruments).get(stage, row.program)
    return Track(stage.capitalize(), joined, program, row.channel, expression)
