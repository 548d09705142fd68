"""From a chord genome to the part that is heard, scored and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from genomes.chords import figures
from genomes.chords.comping import ALL, BASS, PATTERNS, RUN, TWO, UPPER, Stroke, run_order
from genomes.chords.genome import Change, ChordGenome
from genomes.chords.harmony import Chord, name, numeral, pitch_classes
from genomes.chords.voicing import pitches
from genomes.chords.written import REST, function_named
from genomes.context import Context
from genomes.grid import swung
from genomes.keys import Key
from genomes.notes import ChordSpan, Part
from genomes.time import Meter

ACCENT_VELOCITY = 14
Row = tuple[int, int, int, int]  # onset and duration in ticks, pitch, velocity
_VOICE_SLICES = {BASS: slice(1), UPPER: slice(1, None)}


class _Sounding(NamedTuple):
    """A chord while it holds."""

    onset_ticks: int
    end_ticks: int
    change: Change
    pitches: tuple[int, ...]


class _Attack(NamedTuple):
    """A stroke of a bar.

    Attributes:
        onset_ticks: from the bar line.
        voices: ``all``, ``bass``, ``upper``, ``two`` or ``run``.
        louder: how much louder than the genome's dynamic, as a velocity.
        share: how much of the time to the next stroke its notes sound, 0 to 1.
        run: the order of single notes.
        is_figure: whether each hand holds its notes to its own next stroke, and single notes are
            taken from those above the bass.
    """

    onset_ticks: int
    voices: str
    louder: int
    share: float
    run: str
    is_figure: bool

    @classmethod
    def of(cls, stroke: Stroke, share: float, run: str, *, is_figure: bool) -> _Attack:
        """A stroke and how it is held."""
        louder = round(ACCENT_VELOCITY * stroke.accent)
        return cls(stroke.onset_ticks, stroke.voices, louder, share, run, is_figure)


def render(genome: ChordGenome, context: Context) -> Part:
    """Play the genome's bars in the context's key and meter."""
    _check_fits(genome, context)
    sounding = _sounding(genome, context)
    attacks = list(_attacks(genome, context))
    notes = list(_notes(attacks, sounding, genome.dynamic, context.length_ticks))
    spans = [_span(chord, context.key) for chord in sounding]
    swing = context.swing if genome.comping else 0.0  # chords of patterns alone stay straight
    if swing:
        notes = list(_swung(notes, context.meter, swing))
    return Part.of(notes, context.length_ticks, spans, swing=swing)


def _swung(notes: Sequence[Row], meter: Meter, swing: float) -> Iterator[Row]:
    for onset, duration, pitch, velocity in notes:
        late = swung(onset, meter, swing)
        yield late, max(1, swung(onset + duration, meter, swing) - late), pitch, velocity


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


@lru_cache(maxsize=2**14)
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
    root = (tonic + function_named(mode, chord.function).root_semitones) % 12
    return root, tuple(dict.fromkeys(classes)), numeral(chord, mode), name(chord, key)


_Placed = tuple[int, _Attack]  # from the start of the part


def _attacks(genome: ChordGenome, context: Context) -> Iterator[_Placed]:
    """The strokes of every bar; a chord that would enter between them, or bassless, is struck."""
    meter = context.meter
    previous_pattern = ""
    for index, (bar, how) in enumerate(zip(genome.bars, genome.comping_by_bar(), strict=True)):
        changes = tuple([change.group for change in bar.changes])
        if how.figures:
            attacks, pattern = _figure_attacks(how, changes, meter), ""
        else:
            pattern = bar.pattern
            attacks = _pattern_attacks(pattern, changes, previous_pattern != pattern, meter)
        start = index * meter.bar_ticks
        for attack in attacks:
            yield start + attack.onset_ticks, attack
        previous_pattern = pattern


@lru_cache(maxsize=2**12)
def _pattern_attacks(
    name: str,
    changes: tuple[int, ...],
    is_new: bool,
    meter: Meter,
) -> tuple[_Attack, ...]:
    pattern = PATTERNS[name]
    strokes = {stroke.onset_ticks: stroke for stroke in pattern.strokes(meter)}
    for group in changes:
        onset = meter.group_onsets_ticks[group]
        if onset not in strokes or strokes[onset].voices == UPPER:
            strokes[onset] = Stroke(onset, ALL, meter.accents[group])
    if not strokes and is_new:
        strokes[0] = Stroke(0, ALL, 1.0)
    ordered = (strokes[onset] for onset in sorted(strokes))
    return tuple(_Attack.of(each, pattern.gate, pattern.run, is_figure=False) for each in ordered)


# What a letter of a figure plays, and what it plays where its chord begins: the bass is heard.
_VOICES = {
    figures.BASS: BASS,
    figures.ALL: ALL,
    figures.UPPER: UPPER,
    figures.TWO: TWO,
    figures.SINGLE: RUN,
}
_ENTERING = {BASS: BASS, ALL: ALL, UPPER: ALL, TWO: ALL, RUN: BASS}


@lru_cache(maxsize=2**14)
def _figure_attacks(
    how: figures.Comping, changes: tuple[int, ...], meter: Meter
) -> tuple[_Attack, ...]:
    onsets, accents = meter.group_onsets_ticks, meter.accents
    found = {}
    for onset, group, letter in figures.strokes(how.figures, meter):
        accent = accents[group] if onset == onsets[group] else 0.0
        found[onset] = group, Stroke(onset, _VOICES[letter], accent)
    for group in changes or (() if found else (0,)):
        onset = onsets[group]
        voices = _ENTERING[found[onset][1].voices] if onset in found else ALL
        found[onset] = group, Stroke(onset, voices, accents[group])
    return tuple(
        _Attack.of(stroke, how.lengths_percent[group] / 100, how.run, is_figure=True)
        for _, (group, stroke) in sorted(found.items())
    )


def _notes(
    attacks: Sequence[_Placed], sounding: Sequence[_Sounding], dynamic: int, length_ticks: int
) -> Iterator[Row]:
    chords = iter(sounding)
    chord = next(chords)
    run_index, top = 0, -1
    edges = _edges(attacks, length_ticks)
    for (onset, attack), (edge, low_edge, high_edge) in zip(attacks, edges, strict=True):
        voices, share = attack.voices, attack.share
        while onset >= chord.end_ticks:
            chord, run_index = next(chords), 0
        if chord.change.extension == REST:
            continue
        velocity = min(127, dynamic + attack.louder)
        # A chord of one stroke, or of its bass alone, is struck whole: else nothing identifies it.
        last = high_edge if attack.is_figure and voices == BASS else edge
        if onset == chord.onset_ticks and last >= chord.end_ticks:
            voices = ALL
        if not attack.is_figure:
            duration = _duration(onset, min(edge, chord.end_ticks), share)
            for pitch in _struck(voices, attack.run, chord.pitches, run_index):
                yield onset, duration, pitch, velocity
            run_index += voices == RUN
            continue
        if voices in {BASS, ALL}:
            duration = _duration(onset, min(low_edge, chord.end_ticks), share)
            yield onset, duration, chord.pitches[0], velocity
        if voices != BASS:
            duration = _duration(onset, min(high_edge, chord.end_ticks), share)
            upper, run_index = _upper(voices, attack.run, chord.pitches, run_index, top)
            for pitch in upper:
                yield onset, duration, pitch, velocity
            top = upper[-1]


def _edges(attacks: Sequence[_Placed], length_ticks: int) -> list[tuple[int, int, int]]:
    """For each attack when the next one begins, the next with the bass, and with what is above."""
    edge = low = high = length_ticks
    found = []
    for onset, attack in reversed(attacks):
        found.append((edge, low, high))
        edge = onset
        voices, is_figure = attack.voices, attack.is_figure
        if not is_figure or voices in {BASS, ALL}:
            low = onset
        if not is_figure or voices != BASS:
            high = onset
    return found[::-1]


def _duration(onset_ticks: int, end_ticks: int, share: float) -> int:
    return max(1, round((end_ticks - onset_ticks) * share))


def _struck(voices: str, run: str, chord: tuple[int, ...], run_index: int) -> tuple[int, ...]:
    if voices == RUN:
        order = run_order(len(chord), run)
        return (chord[order[run_index % len(order)]],)
    return chord if voices == ALL else chord[_VOICE_SLICES[voices]]


def _upper(
    voices: str, run: str, chord: tuple[int, ...], run_index: int, top: int
) -> tuple[tuple[int, ...], int]:
    """What a stroke of a figure plays above the bass, and where the run goes on.

    A single note that would repeat the top note before it gives way to the next of the run.
    """
    upper = chord[1:] or chord
    if voices in {ALL, UPPER} or len(upper) == 1:
        return upper, run_index
    order = run_order(len(upper), run)
    first = upper[order[run_index % len(order)]]
    second = upper[order[(run_index + 1) % len(order)]]
    if voices == TWO:
        return tuple(sorted((first, second))), run_index + 1
    if first == top:
        return (second,), run_index + 2
    return (first,), run_index + 1


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
        **({"comping": _comping(genome)} if genome.comping else {}),
        "register": genome.register,
        "dynamic": genome.dynamic,
    }


def _comping(genome: ChordGenome) -> list[str]:
    """The figures of each bar, its pattern where it has none."""
    return [
        " ".join(how.figures) or bar.pattern
        for how, bar in zip(genome.comping, genome.bars, strict=True)
    ]
