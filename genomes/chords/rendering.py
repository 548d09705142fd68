"""From a chord genome to the part that is heard, scored and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from genomes.chords.comping import ALL, BASS, PATTERNS, RUN, UPPER, Pattern, Stroke, run_order
from genomes.chords.functions import functions
from genomes.chords.genome import Change, ChordGenome
from genomes.chords.harmony import Chord, name, numeral, pitch_classes
from genomes.chords.voicing import pitches
from genomes.context import Context
from genomes.keys import Key
from genomes.notes import ChordSpan, Part
from genomes.time import Meter

ACCENT_VELOCITY = 14
_VOICE_SLICES = {BASS: slice(1), UPPER: slice(1, None)}


@dataclass(frozen=True, slots=True)
class _Sounding:
    """A chord while it holds."""

    onset_ticks: int
    end_ticks: int
    change: Change
    pitches: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Attack:
    """A stroke at its place in the part."""

    onset_ticks: int
    stroke: Stroke
    pattern: Pattern


def render(genome: ChordGenome, context: Context) -> Part:
    """Play the genome's bars in the context's key and meter."""
    _check_fits(genome, context)
    sounding = _sounding(genome, context)
    attacks = list(_attacks(genome, context))
    notes = list(_notes(attacks, sounding, genome.dynamic, context.length_ticks))
    spans = [_span(chord, context.key) for chord in sounding]
    return Part.of(notes, context.length_ticks, spans)


def _check_fits(genome: ChordGenome, context: Context) -> None:
    made_for = (genome.mode, genome.groups_per_bar, len(genome.bars))
    given = (context.key.mode, len(context.meter.groups), context.section.bars)
    if made_for != given:
        raise ValueError(f"made for (mode, groups, bars) {made_for}, the context has {given}")


def _change_onsets_ticks(genome: ChordGenome, context: Context) -> list[int]:
    onsets = context.meter.group_onsets_ticks
    bar_ticks = context.meter.bar_ticks
    return [index * bar_ticks + onsets[change.group] for index, change in genome.changes()]


def _sounding(genome: ChordGenome, context: Context) -> list[_Sounding]:
    edges = [*_change_onsets_ticks(genome, context), context.length_ticks]
    tonic = context.key.tonic_pitch_class
    return [
        _Sounding(
            onset,
            end,
            change,
            pitches(genome.mode, tonic, change.chord, change.voicing, genome.register),
        )
        for (onset, end), (_, change) in zip(pairwise(edges), genome.changes(), strict=True)
    ]


def chord_span(
    chord: Chord, key: Key, onset_ticks: int, duration_ticks: int, bass: int | None = None
) -> ChordSpan:
    """A chord of a key for as long as it holds.

    Args:
        chord: the chord.
        key: names it and gives its pitch classes.
        onset_ticks: where it begins.
        duration_ticks: how long it holds.
        bass: pitch class of its lowest note; the root's if None.
    """
    root, classes, written, chord_name = _in_key(chord, key)
    lowest = root if bass is None else bass
    return ChordSpan(onset_ticks, duration_ticks, root, lowest, classes, written, chord_name)


def _span(sounding: _Sounding, key: Key) -> ChordSpan:
    duration_ticks = sounding.end_ticks - sounding.onset_ticks
    bass = sounding.pitches[0] % 12
    return chord_span(sounding.change.chord, key, sounding.onset_ticks, duration_ticks, bass)


@cache
def _in_key(chord: Chord, key: Key) -> tuple[int, tuple[int, ...], str, str]:
    """Root and pitch classes of a chord, its numeral and its name."""
    mode, tonic = key.mode, key.tonic_pitch_class
    classes = [(tonic + pc) % 12 for pc in pitch_classes(mode, chord.function, chord.extension)]
    root = (tonic + functions(mode)[chord.function].root_semitones) % 12
    return root, tuple(dict.fromkeys(classes)), numeral(chord, mode), name(chord, key)


def _attacks(genome: ChordGenome, context: Context) -> Iterator[_Attack]:
    """The strokes of every bar; a chord that would enter between them, or bassless, is struck."""
    meter = context.meter
    bar_ticks, groups, accents = meter.bar_ticks, meter.group_onsets_ticks, meter.accents
    previous_pattern = ""
    for index, bar in enumerate(genome.bars):
        pattern = PATTERNS[bar.pattern]
        strokes = dict(_strokes_by_onset(bar.pattern, meter))
        for change in bar.changes:
            onset = groups[change.group]
            if onset not in strokes or strokes[onset].voices == UPPER:
                strokes[onset] = Stroke(onset, ALL, accents[change.group])
        if not strokes and previous_pattern != bar.pattern:
            strokes[0] = Stroke(0, ALL, 1.0)
        for onset in sorted(strokes):
            yield _Attack(index * bar_ticks + onset, strokes[onset], pattern)
        previous_pattern = bar.pattern


@cache
def _strokes_by_onset(pattern: str, meter: Meter) -> dict[int, Stroke]:
    return {stroke.onset_ticks: stroke for stroke in PATTERNS[pattern].strokes(meter)}


def _notes(
    attacks: Sequence[_Attack], sounding: Sequence[_Sounding], dynamic: int, length_ticks: int
) -> Iterator[tuple[int, int, int, int]]:
    edges = [attack.onset_ticks for attack in attacks[1:]] + [length_ticks]
    chords = iter(sounding)
    chord = next(chords)
    run_index = 0
    for attack, edge in zip(attacks, edges, strict=True):
        while attack.onset_ticks >= chord.end_ticks:
            chord, run_index = next(chords), 0
        end = min(edge, chord.end_ticks)
        duration = max(1, round((end - attack.onset_ticks) * attack.pattern.gate))
        velocity = min(127, dynamic + round(ACCENT_VELOCITY * attack.stroke.accent))
        # A chord with time for one stroke is struck whole: part of it would not identify it.
        is_single = attack.onset_ticks == chord.onset_ticks and edge >= chord.end_ticks
        voices = ALL if is_single else attack.stroke.voices
        for pitch in _struck(voices, attack.pattern.run, chord.pitches, run_index):
            yield attack.onset_ticks, duration, pitch, velocity
        run_index += voices == RUN


def _struck(voices: str, run: str, chord: tuple[int, ...], run_index: int) -> tuple[int, ...]:
    if voices == RUN:
        order = run_order(len(chord), run)
        return (chord[order[run_index % len(order)]],)
    return chord if voices == ALL else chord[_VOICE_SLICES[voices]]


def describe(
    genome: ChordGenome,
    part: Part,  # noqa: ARG001 - its chords say more than its notes
    context: Context,
) -> dict[str, Any]:
    """Numerals and names bar by bar (an empty bar holds the chord before it), and the playing."""
    numerals = [[numeral(c.chord, genome.mode) for c in bar.changes] for bar in genome.bars]
    names = [[name(c.chord, context.key) for c in bar.changes] for bar in genome.bars]
    return {
        "numerals": numerals,
        "chords": names,
        "patterns": [bar.pattern for bar in genome.bars],
        "register": genome.register,
        "dynamic": genome.dynamic,
    }
