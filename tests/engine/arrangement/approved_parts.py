"""Studios with approved parts of every stage, made by hand through the log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.songs import own_song
from engine.arrangement.approved import ApprovedPart
from engine.ids import digest
from engine.stages import STAGES, Stage
from engine.state.runs import run_stream
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from genomes import ChordSpan, Meter, Part
from store import events
from store.records import NewEvent
from tests.engine.runs.short_runs import open_with

# A stage's row, where the engine has none: what matters here is how it is played.
ROWS = {
    "chords": STAGES["chords"],
    "drums": Stage("drums", ("chords",), program=0, channel=9),
    "bass": Stage("bass", ("chords",), program=33, channel=1),
    "melody": Stage("melody", ("chords",), program=73, channel=2),
    "harmony": Stage("harmony", ("melody",), program=48, channel=3),
}
KEPT_SCORES: dict[str, Any] = {"terms": {"theory": 0.5}, "total": 0.5}

KICK, SNARE = 36, 38
LOUD, GHOST = 110, 40


def hand_made(stage: str, meter: Meter, bars: int, *, shift: int = 0, swing: float = 0.0) -> Part:
    """A plain part of a stage: something on every beat group, a chord a bar, words if sung."""
    starts = [bar * meter.bar_ticks for bar in range(bars)]
    groups = [(s + g, (s + e)) for s in starts for g, e in _groups(meter)]
    if stage == "drums":
        rows = [(on, 60, KICK, LOUD) for on in starts] + [
            (on, 30, SNARE, GHOST) for on, _ in groups
        ]
        return Part.of(rows, bars * meter.bar_ticks, is_drum=True, swing=swing)
    if stage == "chords":
        rows = [(on, meter.bar_ticks, 57 + shift + p, 80) for on in starts for p in (0, 3, 7)]
        return Part.of(rows, bars * meter.bar_ticks, [_span(on, meter) for on in starts])
    pitch = {"bass": 33, "melody": 69, "harmony": 65}[stage] + shift
    rows = [(on, end - on, pitch + index % 3, 90) for index, (on, end) in enumerate(groups)]
    words = [(on, f"la{n} ") for n, (on, _) in enumerate(groups)] if stage == "melody" else []
    return Part.of(rows, bars * meter.bar_ticks, lyrics=words, swing=swing)


def _groups(meter: Meter) -> list[tuple[int, int]]:
    onsets = meter.group_onsets_ticks
    return list(zip(onsets, (*onsets[1:], meter.bar_ticks), strict=True))


def _span(onset: int, meter: Meter) -> ChordSpan:
    return ChordSpan(onset, meter.bar_ticks, 9, 9, (9, 0, 4), "i", "Am")


def approved_part(
    stage: str,
    label: str,
    *,
    meter: Meter = Meter(4, 4),  # noqa: B008 - frozen
    bars: int = 4,
    parents: Sequence[str] = (),
    section: str = "",
    position: int = 1,
    is_stale: bool = False,
    part: Part | None = None,
) -> ApprovedPart:
    """An approved part by hand; its candidate's id is made of its stage and label."""
    return ApprovedPart(
        candidate=digest(stage, label)[:20],
        stage=stage,
        label=label,
        section_label=section or label,
        display_label=section or label,
        bars=bars,
        parents=tuple(parents),
        part=part or hand_made(stage, meter, bars),
        position=position,
        why_stale="the song was revised since" if is_stale else "",
    )


def lineage_of(
    section: str, stages: Sequence[str], *, first: int = 1, label: str = "", **facts: Any
) -> list[ApprovedPart]:
    """Approved parts of these stages, each standing on all before it."""
    made: list[ApprovedPart] = []
    for number, stage in enumerate(stages):
        parents = [part.candidate for part in made]
        named = approved_part(
            stage, label or section, section=section, parents=parents, position=first + number,
            **facts,
        )  # fmt: skip
        made.append(named)
    return made


def opened(folder: Path, meter: str = "4/4", key: str = "A minor", bpm: float = 120) -> Studio:
    """A studio with one song."""
    return open_with(folder, own_song("Green", key, meter, bpm))


def song_of(studio: Studio) -> Song:
    """The studio's only song."""
    (song,) = studio.songs().values()
    return song


def approve(
    studio: Studio,
    stage: str,
    label: str,
    *,
    bars: int = 4,
    parents: Sequence[str] = (),
    section: str = "",
    part: Part | None = None,
    policy: str | None = None,
) -> str:
    """Append a run that brought a part, and its approval; returns the candidate's id."""
    song = song_of(studio)
    made = part or hand_made(stage, Meter.parse(song.meter), bars)
    candidate = digest(stage, label, list(parents), made.digest())[:20]
    where = events.Section(label=section or label, bars=bars, energy=0.5)
    run, own = digest("run", candidate)[:12], song_stream(song.song_id)
    about: dict[str, Any] = {"song_id": song.song_id, "stage": stage, "section": where}
    started = events.RunStarted(
        **about, parents=list(parents), seed=1, settings={}, versions={}, positions_read=[1]
    )
    survivor = events.Survivor(
        id=candidate, genome={}, part=made.to_payload(), description={}, heard=None, **KEPT_SCORES
    )
    finished = events.RunFinished(
        **about,
        context_position=song.position,
        survivors=[survivor],
        already_decided={},
        first_pool=events.FirstPool(spread={}, median_distance=0.0, total_p95=0.5),
        curve=[],
        distances=[[0.0]],
    )
    approval = events.CandidateApproved(
        candidate=candidate, run=run, stage=stage, section=where, label=label,
        display_label=section or label, part=made.to_payload(), genome={}, description={},
        context_position=song.position, parents=list(parents), policy=policy,
    )  # fmt: skip
    for stream, event in ((run_stream(run), started), (run_stream(run), finished), (own, approval)):
        new = NewEvent(event, actor="ana")
        studio.append(stream, [new], studio.log.version(stream))
    return candidate


def approve_lineage(
    studio: Studio, section: str, bars: int = 4, label: str = "", policy: str | None = None
) -> list[str]:
    """A part of every stage for a section, each on all before it; returns the candidates."""
    made: list[str] = []
    for stage in STAGES:
        made.append(
            approve(
                studio,
                stage,
                label or section,
                bars=bars,
                parents=made,
                section=section,
                policy=policy,
            )
        )
    return made
