"""What a lock keeps of a supporting part."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from msgspec.structs import replace

from genomes.context import Context
from genomes.harmony.genome import Bar, HarmonyGenome, Tone, layer_of, tones_of
from genomes.harmony.rendering import render, settled
from genomes.locks import Locks, changed_where_kept, with_locked_bars
from genomes.notes import Part

Kept = Callable[[Part], object]


def with_locks(
    genome: HarmonyGenome, source: HarmonyGenome, locks: Locks, context: Context
) -> HarmonyGenome:
    """A copy that keeps what is locked of the source.

    A locked rhythm keeps the set of onsets and durations that sound: the source's tones take the
    genome's pitches. A locked pitch keeps the sequence of pitches that sound, by onset and then
    upwards, repetitions joined: they take the genome's times. A bar whose change would
    break the lock stays as it is in the source.
    """
    if locks.rhythm:
        genome = _blended(genome, source, locks, context, _with_pitches, rhythm)
    if locks.pitch:
        genome = _blended(genome, source, locks, context, _with_times, melody)
    if locks.rhythm or locks.pitch:
        return genome
    bars = with_locked_bars(genome.bars, source.bars, locks)
    return replace(genome, bars=bars) if any(bars) else source


def rhythm(part: Part) -> object:
    """What a locked rhythm keeps: onsets with their durations."""
    return {(onset, duration) for onset, duration, *_ in part.notes.tolist()}


def melody(part: Part) -> object:
    """What a locked pitch keeps: pitches in order, each once however often it is repeated."""
    return [pitch for pitch, _ in groupby(part.notes["pitch"].tolist())]


def _blended(
    genome: HarmonyGenome,
    source: HarmonyGenome,
    locks: Locks,
    context: Context,
    blend: Callable[[Bar, Bar], Bar],
    kept: Kept,
) -> HarmonyGenome:
    """The source with as many of the genome's bars as the lock allows."""
    wanted = kept(render(source, context))
    pairs = zip(settled(source, context).bars, genome.bars, strict=True)
    bars = with_locked_bars([blend(*pair) for pair in pairs], source.bars, locks)

    def is_kept(changed: HarmonyGenome) -> bool:
        return kept(render(changed, context)) == wanted

    whole = genome.with_bars(bars)
    if any(bars) and is_kept(whole):
        return whole
    return changed_where_kept(replace(source, dynamic=genome.dynamic), bars, is_kept)


def _with_pitches(source: Bar, bar: Bar) -> Bar:
    """A bar's times with another's pitches: of the same voice, or the nearest tone in time."""
    tones = list(tones_of(bar))
    layers = []
    for layer in source:
        moved = [replace(tone, pitch=_nearest_pitch(tone, tones)) for tone in layer.tones]
        try:
            layers.append(layer_of(layer.texture, moved))
        except ValueError:  # out of the texture's range
            layers.append(layer)
    return tuple(layers)


def _nearest_pitch(tone: Tone, tones: list[Tone]) -> int:
    near = [other for other in tones if other.voice == tone.voice]
    if not near:
        return tone.pitch
    return min(near, key=lambda other: abs(other.onset_ticks - tone.onset_ticks)).pitch


def _with_times(source: Bar, bar: Bar) -> Bar:
    """A bar's pitches at another's times, where the other has as many tones in each layer."""
    layers = []
    others = {layer.texture: layer for layer in bar}
    for layer in source:
        other = others.get(layer.texture)
        if other is None or len(other.tones) != len(layer.tones):
            layers.append(layer)
            continue
        tones = [
            replace(other_tone, pitch=tone.pitch, voice=tone.voice)
            for tone, other_tone in zip(layer.tones, other.tones, strict=True)
        ]
        try:
            layers.append(layer_of(layer.texture, tones))
        except ValueError:  # two tones of one voice overlap
            layers.append(layer)
    return tuple(layers)
