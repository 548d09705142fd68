"""Short recordings of candidates, with what they are built on, all equally loud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.audio import SAMPLE_RATE, Audio, audio_bytes, render_stems
from engine.audio.loudness import integrated_lufs
from engine.audio.samples import PEAK, Samples, peak
from engine.state.files import write_whole
from genomes import Context, Part
from genomes.midi import Track

SUFFIX = ".flac"
WITH_PARENTS = "_mix"

# Of a longer section, as many whole bars are recorded as fit.
MAX_RECORDED_SECONDS = 60.0

# Loudness of every recording; all are softer where the peaks of one don't allow it.
TARGET_LUFS = -16.0


def recording_name(stem: str, *, has_parents: bool) -> str:
    """Name of the recording of a candidate whose MIDI file is ``<stem>.mid``."""
    return f"{stem}{WITH_PARENTS if has_parents else ''}{SUFFIX}"


def record(parents: Sequence[Track], candidates: Sequence[Track], context: Context) -> list[Audio]:
    """Each candidate together with the parents: its bars, and what sounds on after them.

    Args:
        parents: named by their stages, which decide how loud each is.
        candidates: alternatives, each named by its stage.
        context: of all of them.

    Raises:
        Refused: if no note begins in what is recorded.
    """
    length_ticks = recorded_bars(context) * context.meter.bar_ticks
    tracks = [replace(track, part=_first(track.part, length_ticks))
              for track in (*parents, *candidates)]  # fmt: skip
    rendering = render_stems(tracks, context.tempo_map, length_ticks)
    stems = [stem.samples for stem in rendering.stems]
    below = sum(stems[: len(parents)], np.zeros_like(stems[0]))
    mixes = equally_loud([below + stem for stem in stems[len(parents) :]])
    return [Audio(mix) for mix in mixes]


def recorded_bars(context: Context) -> int:
    """How many bars of a section are recorded: all, or the first that fit."""
    bar_seconds = float(context.tempo_map.seconds(context.meter.bar_ticks))
    return max(1, min(context.section.bars, int(MAX_RECORDED_SECONDS / bar_seconds)))


def loop_frames(context: Context) -> int:
    """Frames of the bars that are recorded, without what sounds on after them."""
    ticks = recorded_bars(context) * context.meter.bar_ticks
    return round(float(context.tempo_map.seconds(ticks)) * SAMPLE_RATE)


def equally_loud(recordings: Sequence[Samples]) -> list[Samples]:
    """The recordings at one loudness, ``TARGET_LUFS`` or less, none above the peak."""
    measured = [integrated_lufs(samples) for samples in recordings]
    possible = [
        lufs + 20 * np.log10(PEAK / peak(samples))
        for lufs, samples in zip(measured, recordings, strict=True)
        if np.isfinite(lufs)
    ]
    target = min([TARGET_LUFS, *possible])
    return [
        samples * np.float32(10 ** ((target - lufs) / 20)) if np.isfinite(lufs) else samples
        for lufs, samples in zip(measured, recordings, strict=True)
    ]


def write_recording(path: Path, audio: Audio) -> None:
    """Write a recording."""
    write_whole(path, audio_bytes(audio, path.name))


def _first(part: Part, length_ticks: int) -> Part:
    """The beginning of a part."""
    if part.length_ticks <= length_ticks:
        return part
    notes = part.notes[part.notes["onset_ticks"] < length_ticks].copy()
    room = length_ticks - notes["onset_ticks"]
    notes["duration_ticks"] = np.minimum(notes["duration_ticks"], room)
    return Part.of(notes, length_ticks)
