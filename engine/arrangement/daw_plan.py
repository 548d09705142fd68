"""Import of a plan from a DAW's list of clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from documents.findings import shown
from engine.arrangement.approved import ApprovedPart
from engine.arrangement.daw import Clip, ClipList
from engine.arrangement.plan import MAX_PLAY, Plan, PlannedSection
from engine.arrangement.roles import role_of
from engine.errors import Refused
from engine.gate.labels import section_label
from genomes.midi import Conductor

IMPORTED = "imported"

# The stage of each track, by convention. Every clip of the chords' track is a section.
TRACKS = {1: "chords", 2: "drums", 3: "bass", 4: "melody"}
SECTIONS_TRACK, VOCALS_TRACK = 1, 4

# A clip plays in a section if they share at least this fraction of the shorter one.
MIN_OVERLAP = 0.5

Warnings = dict[str, None]  # used as an ordered set


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """The plan from a list of clips.

    Attributes:
        plan: one section for each clip of the chords' track.
        warnings: assumptions and omissions, one line each.
    """

    plan: Plan
    warnings: tuple[str, ...]


def plan_of_clips(
    listed: ClipList, approved: Sequence[ApprovedPart], song: Conductor
) -> ImportedPlan:
    """The plan that a list of clips describes.

    Every clip of track 1 is a section; it has vocals if a clip of track 4 plays in it. Clips are
    matched to approved parts by name. The energy of a section is that of its role.

    Raises:
        Refused: if track 1 is empty.
    """
    section_clips = [clip for clip in listed.clips if clip.track == SECTIONS_TRACK]
    if not section_clips:
        raise Refused(
            f"no clip on track {SECTIONS_TRACK}, where the chords say what the sections are"
        )
    warnings: Warnings = dict.fromkeys(listed.warnings)
    _warn_of_tracks(listed.clips, warnings)
    _warn_of_gaps(section_clips, warnings)
    sections = tuple(
        _section(section_clip, listed.clips, approved, warnings) for section_clip in section_clips
    )
    plan = Plan(sections, IMPORTED, song.title, str(song.key), song.tempo_bpm, str(song.meter))
    return ImportedPlan(plan, tuple(warnings))


def _warn_of_tracks(clips: Sequence[Clip], warnings: Warnings) -> None:
    for track in sorted({clip.track for clip in clips} - set(TRACKS)):
        names = dict.fromkeys(shown(clip.name) for clip in clips if clip.track == track)
        known = ", ".join(f"{number} {stage}" for number, stage in TRACKS.items())
        warnings[f"track {track} ({', '.join(names)}): ignored (known: {known})"] = None


def _warn_of_gaps(section_clips: Sequence[Clip], warnings: Warnings) -> None:
    if section_clips[0].start_bar:
        warnings[f"bars 1 to {section_clips[0].start_bar}: no chords, left out"] = None
    for before, after in pairwise(section_clips):
        if before.end_bar < after.start_bar:
            warnings[f"bars {before.end_bar + 1} to {after.start_bar}: no chords, left out"] = None
        elif before.end_bar > after.start_bar:
            warnings[
                f"lines {before.line} and {after.line}: {shown(before.name)} and "
                f"{shown(after.name)} overlap, played one after the other"
            ] = None


def _section(
    section_clip: Clip, clips: Sequence[Clip], approved: Sequence[ApprovedPart], warnings: Warnings
) -> PlannedSection:
    playing = {
        stage: clip
        for track, stage in TRACKS.items()
        if (clip := _clip_in(section_clip, [clip for clip in clips if clip.track == track]))
    }
    parts = [
        part
        for stage, clip in playing.items()
        if (part := _approved(stage, clip, approved, warnings))
    ]
    play, bars = _repeats(section_clip, parts, warnings)
    label = section_label(section_clip.name)
    if parts and parts[0].label != label:  # nothing is approved under the clip's own name
        label = parts[0].section_label
    return PlannedSection(
        name=section_clip.name or "?",
        section=label,
        parts=tuple((part.stage, part.label) for part in parts),
        play=play,
        bars=bars,
        energy=role_of(section_clip.name).energy,
        vocals=TRACKS[VOCALS_TRACK] in playing,
    )


def _clip_in(section_clip: Clip, clips: Sequence[Clip]) -> Clip | None:
    """The clip of one track that plays in a section; None if no clip overlaps it enough."""
    if section_clip in clips:
        return section_clip
    overlaps = {clip: _overlap(section_clip, clip) for clip in clips}
    best = max(overlaps, key=lambda clip: overlaps[clip], default=None)
    return best if best is not None and overlaps[best] >= MIN_OVERLAP else None


def _overlap(section_clip: Clip, clip: Clip) -> float:
    shared_bars = min(section_clip.end_bar, clip.end_bar) - max(
        section_clip.start_bar, clip.start_bar
    )
    return shared_bars / min(section_clip.bars, clip.bars)


def _approved(
    stage: str, clip: Clip, approved: Sequence[ApprovedPart], warnings: Warnings
) -> ApprovedPart | None:
    label = section_label(clip.name)
    of_stage = [part for part in approved if part.stage == stage]
    found = next((part for part in of_stage if part.label == label), None)
    if found is None:
        labels = ", ".join(part.label for part in of_stage) or "nothing"
        warnings[f"{stage} {shown(clip.name)}: not approved, left out (approved: {labels})"] = None
    return found


def _repeats(
    section_clip: Clip, parts: Sequence[ApprovedPart], warnings: Warnings
) -> tuple[int, int]:
    """How many times the parts are played in the clip, and the bars of one repeat."""
    if not parts:
        return 1, section_clip.bars
    bars = parts[0].bars
    play = min(MAX_PLAY, max(1, round(section_clip.bars / bars)))
    if play * bars != section_clip.bars:
        warnings[
            f"line {section_clip.line}: {shown(section_clip.name)} is "
            f"{section_clip.bars} bars long, and {parts[0].stage} "
            f"{parts[0].label} has {bars}: played {play} times"
        ] = None
    return play, bars
