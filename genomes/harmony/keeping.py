"""What stays of a supporting part when something of it is locked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

from genomes.context import Context
from genomes.harmony.genes import Bar, Tone, layer_of
from genomes.harmony.genome import HarmonyGenome, sounds
from genomes.harmony.rendering import settled
from genomes.locks import Locks
from genomes.notes import Part

Kept = Callable[[Part], object]


def keep(
    genome: HarmonyGenome, source: HarmonyGenome, locks: Locks, context: Context
) -> HarmonyGenome:
    """A copy that keeps what is locked of the source.

    A locked rhythm keeps the set of onsets and durations that sound: the source's tones take the
    genome's pitches. A locked pitch keeps the sequence of pitches that sound, by onset and then
    upwards, repetitions joined: they take the genome's times. Where a bar's change would cost
    what is locked, it stays as it is in the source.
    """
    if locks.rhythm:
        genome = _changed_where_kept(genome, source, locks, context, _with_pitches, rhythm)
    if locks.pitch:
        genome = _changed_where_kept(genome, source, locks, context, _with_times, melody)
    if locks.rhythm or locks.pitch:
        return genome
    bars = _locked(genome.bars, source, locks)
    return replace(genome, bars=bars) if sounds(bars) else source


def rhythm(part: Part) -> object:
    """What a locked rhythm keeps: onsets with their durations."""
    return {(onset, duration) for onset, duration, *_ in part.notes.tolist()}


def melody(part: Part) -> object:
    """What a locked pitch keeps: pitches in order, each once however often it is repeated."""
    return [pitch for pitch, _ in groupby(part.notes["pitch"].tolist())]


def _locked(bars: tuple[Bar, ...], source: HarmonyGenome, locks: Locks) -> tuple[Bar, ...]:
    return tuple(
        source.bars[index] if index in locks.bars else bar for index, bar in enumerate(bars)
    )


def _changed_where_kept(
    genome: HarmonyGenome,
    source: HarmonyGenome,
    locks: Locks,
    context: Context,
    changed: Callable[[Bar, Bar], Bar],
    kept: Kept,
) -> HarmonyGenome:
    """The source with as much of the genome as leaves what is kept."""
    wanted = kept(source.render(context))
    still = settled(source, context)
    pairs = zip(still.bars, genome.bars, strict=True)
    bars = _locked(tuple(changed(*pair) for pair in pairs), source, locks)
    if sounds(bars):
        whole = replace(genome, bars=bars)
        if kept(whole.render(context)) == wanted:
            return whole
    found = replace(source, dynamic=genome.dynamic)
    for index, bar in enumerate(bars):
        tried = found.with_bar(index, bar)
        if bar != found.bars[index] and kept(tried.render(context)) == wanted:
            found = tried
    return found


def _with_pitches(still: Bar, bar: Bar) -> Bar:
    """A bar's times with another's pitches: of the same voice, or the nearest tone in time."""
    tones = list(bar.tones())
    layers = []
    for layer in still.layers:
        moved = [replace(tone, pitch=_pitch_there(tone, tones)) for tone in layer.tones]
        try:
            layers.append(layer_of(layer.texture, moved))
        except ValueError:  # out of the texture's range
            layers.append(layer)
    return Bar(tuple(layers))


def _pitch_there(tone: Tone, tones: list[Tone]) -> int:
    near = [other for other in tones if other.voice == tone.voice]
    if not near:
        return tone.pitch
    return min(near, key=lambda other: abs(other.onset_ticks - tone.onset_ticks)).pitch


def _with_times(still: Bar, bar: Bar) -> Bar:
    """A bar's pitches at another's times, where the other has as many tones in each layer."""
    layers = []
    others = {layer.texture: layer for layer in bar.layers}
    for layer in still.layers:
        other = others.get(layer.texture)
        if other is None or len(other.tones) != len(layer.tones):
            layers.append(layer)
            continue
        tones = [
            replace(there, pitch=here.pitch, voice=here.voice)
            for here, there in zip(layer.tones, other.tones, strict=True)
        ]
        try:
            layers.append(layer_of(layer.texture, tones))
        except ValueError:  # two tones of one voice in each other's way
            layers.append(layer)
    return Bar(tuple(layers))
