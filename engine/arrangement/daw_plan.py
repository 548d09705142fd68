"""From a DAW's list of clips to a plan."""

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

# What the tracks hold, by convention. The chords say what the sections are.
TRACKS = {1: "chords", 2: "drums", 3: "bass", 4: "melody"}
SECTIONS_TRACK, VOCALS_TRACK = 1, 4

# A clip plays in a section if so much of the shorter of them lies in both.
PLAYING_SHARE = 0.5

Warnings = dict[str, None]  # each once, in the order that they came up


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """What a list of clips comes to.

    Attributes:
        plan: one section for each clip of the chords' track.
        warnings: what had to be assumed or left out, one line each.
    """

    plan: Plan
    warnings: tuple[str, ...]


def plan_of_clips(
    listed: ClipList, approved: Sequence[ApprovedPart], song: Conductor
) -> ImportedPlan:
    """The plan that a person made in a DAW.

    Every clip of track 1 is a section; a clip of track 4 in it means vocals. Clips are matched to
    approved parts by their names; energies are those that labels suggest.

    Raises:
        Refused: if track 1 is empty.
    """
    heads = [clip for clip in listed.clips if clip.track == SECTIONS_TRACK]
    if not heads:
        raise Refused(
            f"no clip on track {SECTIONS_TRACK}, where the chords say what the sections are"
        )
    warnings: Warnings = dict.fromkeys(listed.warnings)
    _warn_of_tracks(listed.clips, warnings)
    _warn_of_seams(heads, warnings)
    sections = tuple(_section(head, listed.clips, approved, warnings) for head in heads)
    plan = Plan(sections, IMPORTED, song.title, str(song.key), song.tempo_bpm, str(song.meter))
    return ImportedPlan(plan, tuple(warnings))


def _warn_of_tracks(clips: Sequence[Clip], warnings: Warnings) -> None:
    for track in sorted({clip.track for clip in clips} - set(TRACKS)):
        names = dict.fromkeys(shown(clip.name) for clip in clips if clip.track == track)
        known = ", ".join(f"{number} {stage}" for number, stage in TRACKS.items())
        warnings[f"track {track} ({', '.join(names)}): ignored (known: {known})"] = None


def _warn_of_seams(heads: Sequence[Clip], warnings: Warnings) -> None:
    if heads[0].start_bar:
        warnings[f"bars 1 to {heads[0].start_bar}: no chords, left out"] = None
    for before, after in pairwise(heads):
        if before.end_bar < after.start_bar:
            warnings[f"bars {before.end_bar + 1} to {after.start_bar}: no chords, left out"] = None
        elif before.end_bar > after.start_bar:
            warnings[
                f"lines {before.line} and {after.line}: {shown(before.name)} and "
                f"{shown(after.name)} overlap, played one after the other"
            ] = None


def _section(
    head: Clip, clips: Sequence[Clip], approved: Sequence[ApprovedPart], warnings: Warnings
) -> PlannedSection:
    playing = {
        stage: clip
        for track, stage in TRACKS.items()
        if (clip := _playing(head, [clip for clip in clips if clip.track == track]))
    }
    parts = [
        part
        for stage, clip in playing.items()
        if (part := _approved(stage, clip, approved, warnings))
    ]
    play, bars = _repeats(head, parts, warnings)
    return PlannedSection(
        name=head.name or "?",
        section=section_label(head.name),
        parts=tuple((part.stage, part.label) for part in parts),
        play=play,
        bars=bars,
        energy=role_of(head.name).energy,
        vocals=TRACKS[VOCALS_TRACK] in playing,
    )


def _playing(head: Clip, clips: Sequence[Clip]) -> Clip | None:
    """The clip of a track that plays in a section; the section's own on its track."""
    if head in clips:
        return head
    shares = {clip: _share(head, clip) for clip in clips}
    best = max(shares, key=lambda clip: shares[clip], default=None)
    return best if best is not None and shares[best] >= PLAYING_SHARE else None


def _share(head: Clip, clip: Clip) -> float:
    both = min(head.end_bar, clip.end_bar) - max(head.start_bar, clip.start_bar)
    return both / min(head.bars, clip.bars)


def _approved(
    stage: str, clip: Clip, approved: Sequence[ApprovedPart], warnings: Warnings
) -> ApprovedPart | None:
    label = section_label(clip.name)
    mine = [part for part in approved if part.stage == stage]
    found = next((part for part in mine if part.label == label), None)
    if found is None:
        labels = ", ".join(part.label for part in mine) or "nothing"
        warnings[f"{stage} {shown(clip.name)}: not approved, left out (approved: {labels})"] = None
    return found


def _repeats(head: Clip, parts: Sequence[ApprovedPart], warnings: Warnings) -> tuple[int, int]:
    """How often the parts play in the clip, and how many bars they have."""
    if not parts:
        return 1, head.bars
    bars = parts[0].bars
    play = min(MAX_PLAY, max(1, round(head.bars / bars)))
    if play * bars != head.bars:
        warnings[
            f"line {head.line}: {shown(head.name)} is {head.bars} bars long, and {parts[0].stage} "
            f"{parts[0].label} has {bars}: played {play} times"
        ] = None
    return play, bars
