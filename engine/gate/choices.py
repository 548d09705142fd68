"""Choices: which approved candidate a section stands on, and which later parts fit it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.errors import Refused
from engine.gate.decisions import decide, music_of
from engine.gate.labels import as_named
from engine.gate.waiting import Entry
from engine.ids import short
from engine.runs.parents import check_parents
from engine.stages import STAGES, find_stage
from engine.state.lineages import ByStage, approved, in_use, is_revised, is_stale
from engine.state.song_events import with_use
from engine.state.songs import Song, Use
from engine.state.studio import Studio
from genomes import ChordSpan, Part
from store import events
from store.records import Recorded


def use(
    studio: Studio,
    prefix: str,
    section: str | None = None,
    *,
    recheck: bool = False,
    song_id: str | None = None,
) -> Recorded:
    """Make a section stand on an approved candidate, and on what that was built on.

    Args:
        studio: the studio.
        prefix: beginning of the candidate's id.
        section: label of the section; needed if the candidate is approved for several.
        recheck: whether the section's later parts that fit the candidate stay with it; the others
            are stale either way.
        song_id: the song, if several have the same music.

    Raises:
        Refused: if it isn't approved or is stale, or if nothing would change.
    """
    return decide(studio, prefix, lambda entry: [_using(studio, entry, section, recheck)], song_id)


def _using(
    studio: Studio, entry: Entry, section: str | None, recheck: bool
) -> events.CandidateUsed:
    label = approved_section(entry, section)
    check_parents(entry.song, entry.id)
    choice = Use("", 0, entry.id, label)
    keeps = parts_that_fit(studio, entry.song, choice) if recheck else []
    if not keeps and in_use(entry.song, label).get(entry.state.stage) == entry.id:
        fits = "no other part of it fits" if recheck else "nothing changes"
        raise Refused(f"{label} uses {short(entry.id)} already: {fits}", "see engine status")
    return events.CandidateUsed(
        candidate=entry.id, stage=entry.state.stage, section=label, keeps=keeps
    )


def approved_section(entry: Entry, section: str | None) -> str:
    """The label of the section that is meant: the only one that a candidate is approved for.

    Raises:
        Refused: if it is approved for none, for several of which none is named, or not for this.
    """
    labels = [approval.section.label for approval in entry.state.approvals]
    if not labels:
        raise Refused(
            f"{short(entry.id)} is {entry.status}: a section stands on what is approved",
            f"run engine approve {short(entry.id)} first",
        )
    if section is None and len(labels) > 1:
        raise Refused(
            f"{short(entry.id)} is approved for {' and '.join(labels)}", "name one with --section"
        )
    label = labels[0] if section is None else as_named(labels, section)
    if label not in labels:
        raise Refused(f"{short(entry.id)} is approved for {' and '.join(labels)}, not {section}")
    return label


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a choice means for the section's other parts; ids of candidates.

    Attributes:
        stale: approved parts that became stale with the choice.
        kept: parts that it kept.
        fitting: stale parts that would fit, if they were rechecked.
    """

    stale: tuple[str, ...]
    kept: tuple[str, ...]
    fitting: tuple[str, ...]


def consequences(studio: Studio, recorded: Recorded, song_id: str) -> Consequences:
    """What a recorded choice meant for the other parts of its section."""
    event = recorded.payload
    assert isinstance(event, events.CandidateUsed)  # noqa: S101 - the caller's own
    song, before = studio.song(song_id), studio.song_at(song_id, recorded.position - 1)
    assert before is not None  # noqa: S101 - a candidate of it was approved
    was_stale = set(_stale(before, event.section))
    rechecked = parts_that_fit(studio, song, Use("", 0, event.candidate, event.section))
    return Consequences(
        stale=tuple(each for each in _stale(song, event.section) if each not in was_stale),
        kept=tuple(each.candidate for each in event.keeps),
        fitting=tuple(each.candidate for each in rechecked),
    )


def _stale(song: Song, section: str) -> list[str]:
    """The approved candidates that are stale for a section, in stage order."""
    return [
        each
        for stage in STAGES
        for each in approved(song, stage, section)
        if is_stale(song, song.candidates[each], section)
    ]


def parts_that_fit(studio: Studio, song: Song, choice: Use) -> list[events.KeptPart]:
    """The parts of later stages that fit a choice, for each stage that lacks one at most one.

    Of several that fit it is the one that the section used last, else the first approved.
    """
    section = choice.section
    after = with_use(song, choice)
    used, kept = in_use(after, section), []
    for stage in STAGES:
        if stage in used:
            continue
        for candidate in _last_used_first(song, stage, section):
            parents = _parents_in_use(song, candidate, used)
            if parents is not None and _fits(studio, song, candidate, parents):
                used[stage] = candidate
                kept.append(events.KeptPart(candidate=candidate, parents=list(parents)))
                break
    return kept


def _last_used_first(song: Song, stage: str, section: str) -> list[str]:
    """The approved candidates of a stage that were made for the song as it is."""
    used = [in_use(song, section).get(stage)]
    used += [each.candidate for each in reversed(song.uses) if each.section == section]
    found = [
        each
        for each in approved(song, stage, section)
        if not is_revised(song, song.candidates[each])
    ]
    return sorted(found, key=lambda each: used.index(each) if each in used else len(used))


def _parents_in_use(song: Song, candidate: str, used: ByStage) -> tuple[str, ...] | None:
    """The parts in use of the stages of a candidate's parents; None if a needed one is missing."""
    state = song.candidates[candidate]
    stages = {song.candidates[parent].stage for parent in state.parents}
    if not set(find_stage(state.stage).needs) <= stages & set(used):
        return None
    return tuple(used[stage] for stage in STAGES if stage in stages and stage in used)


def _fits(studio: Studio, song: Song, candidate: str, parents: Sequence[str]) -> bool:
    """Whether what a part needs is the same with other parents.

    Of the chords that is the harmony wherever the part has notes of a pitch, unless they were
    made for this part; of any other stage, such as the melody that a harmony accompanies, the
    candidate itself.
    """
    state = song.candidates[candidate]
    before = {song.candidates[parent].stage: parent for parent in state.parents}
    after = {song.candidates[parent].stage: parent for parent in parents}
    part = _part(studio, song, candidate)
    for needed in find_stage(state.stage).needs:
        if before[needed] == after[needed]:
            continue
        if needed != "chords":
            return False
        if _made_under(song, after[needed]) == candidate:
            continue
        old, new = (_part(studio, song, each[needed]) for each in (before, after))
        if old.length_ticks != new.length_ticks or not same_harmony(part, old.harmony, new.harmony):
            return False
    return True


def _made_under(song: Song, chords: str) -> str | None:
    """The melody that chords were made for."""
    run = song.runs.get(song.candidates[chords].run or "")
    return run.under if run else None


def _part(studio: Studio, song: Song, candidate: str) -> Part:
    entry = Entry(candidate, song, song.candidates[candidate])
    return Part.from_payload(music_of(studio, entry).part)


def same_harmony(part: Part, old: Sequence[ChordSpan], new: Sequence[ChordSpan]) -> bool:
    """Whether root, bass and chord notes are the same wherever a part has notes of a pitch."""
    notes = part.notes[~part.notes["is_drum"]]
    onsets = notes["onset_ticks"]
    ends = onsets + notes["duration_ticks"]
    return not any(
        bool(((onsets < end) & (ends > start)).any()) for start, end in _differences(old, new)
    )


def _differences(old: Sequence[ChordSpan], new: Sequence[ChordSpan]) -> Iterator[tuple[int, int]]:
    """Start and end in ticks of the stretches in which two progressions differ."""
    spans = (*old, *new)
    edges = sorted({edge for span in spans for edge in (span.onset_ticks, span.end_ticks)})
    for start, end in pairwise(edges):
        if _sounding(old, start) != _sounding(new, start):
            yield start, end


def _sounding(harmony: Sequence[ChordSpan], tick: int) -> tuple[int, int, frozenset[int]] | None:
    """Root, bass and notes of the chord at a tick, as pitch classes; None where there is none."""
    for span in harmony:
        if span.onset_ticks <= tick < span.end_ticks:
            return span.root_pitch_class, span.bass_pitch_class, frozenset(span.pitch_classes)
    return None
