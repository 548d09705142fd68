"""Writing one bar of a texture; tones that break a constraint are corrected by rendering."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from genomes.context import Context
from genomes.grid import EIGHTH_TICKS
from genomes.harmony.constraints import Constraints, constraints_of
from genomes.harmony.genome import (
    DRONE,
    ECHO,
    LINE,
    LINE_VOICE,
    PAD,
    PAD_VOICES,
    SIXTHS,
    STRUCK,
    SUSPENDED,
    TEXTURES,
    THIRDS,
    TIED,
    Layer,
    Tone,
    cell_onsets,
    layer_of,
)
from genomes.harmony.style import ANEW, EVERY, LATE, LINE_TIE_SHARE, TAIL, Style, draw_line_onsets
from genomes.time import TICKS_PER_QUARTER

# Steps of a counter-line, in semitones: mostly small.
LINE_STEPS, LINE_STEP_WEIGHTS = (1, 2, 3, 4, 5), (0.2, 0.4, 0.2, 0.1, 0.1)
# Semitones that a line may lie from its register before it turns back.
MAX_DRIFT_SEMITONES = 8
SAME_RHYTHM_SHARE = 0.6
SUSPENSION_SHARE = 0.15
# An echo: how many notes it repeats, and how many scale steps it transposes them by.
ECHO_NOTES = (2, 3, 4)
ECHO_STEPS = (-7, -2, -5)


@dataclass(frozen=True, slots=True)
class Arranger:
    """What is needed to write a bar.

    Attributes:
        context: of the section.
        constraints: the context's.
        style: what bars have in common.
        rng: all chance.
    """

    context: Context
    constraints: Constraints
    style: Style
    rng: np.random.Generator


def arranger_for(context: Context, style: Style, rng: np.random.Generator) -> Arranger:
    """The arranger of a context; raises ValueError where the context has no chords."""
    return Arranger(context, constraints_of(context), style, rng)


def write(texture: str, arranger: Arranger, bar: int, before: Layer | None) -> Layer | None:
    """A bar of a texture, or None where it gives no tones there.

    Args:
        texture: one of ``TEXTURES``.
        arranger: context, style and randomness.
        bar: its number in the section.
        before: the same texture in the bar before, which is continued.
    """
    known = TEXTURES[texture]
    onsets = (*cell_onsets(arranger.context.meter), arranger.context.meter.bar_ticks)
    tones = []
    for tone in WRITERS[texture](arranger, bar, before):
        onset, end = (_snapped(at, onsets) for at in (tone.onset_ticks, tone.end_ticks))
        pitch = _folded(tone.pitch, known.lowest_pitch, known.highest_pitch)
        if onset < end:
            tones.append(Tone(onset, end - onset, tone.voice, pitch, tone.link))
    return layer_of(texture, tones) if tones else None


def _snapped(ticks: int, onsets: tuple[int, ...]) -> int:
    return onsets[bisect_right(onsets, ticks) - 1]


def _folded(pitch: int, lowest_pitch: int, highest_pitch: int) -> int:
    """The same note by octaves, inside a range of at least one."""
    if pitch < lowest_pitch:
        pitch += -(-(lowest_pitch - pitch) // 12) * 12
    if pitch > highest_pitch:
        pitch -= -(-(pitch - highest_pitch) // 12) * 12
    return pitch


def _chords_in(arranger: Arranger, bar: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Onset and end of each chord of a bar, from its bar line, and its pitch classes."""
    bar_ticks = arranger.context.meter.bar_ticks
    start = bar * bar_ticks
    for span in arranger.context.harmony:
        onset, end = max(span.onset_ticks - start, 0), min(span.end_ticks - start, bar_ticks)
        if onset < end:
            yield onset, end, span.pitch_classes


def _pad(arranger: Arranger, bar: int, before: Layer | None) -> Iterator[Tone]:
    """Every chord held in a few voices, each near where it was."""
    style = arranger.style
    voices = PAD_VOICES[style.pad_voices]
    middle = (len(voices) - 1) / 2
    sung = {tone.voice: tone.pitch for tone in before.tones} if before else {}
    aims = [
        sung.get(v, round(style.register + (i - middle) * style.spread))
        for i, v in enumerate(voices)
    ]
    for onset, end, classes in _chords_in(arranger, bar):
        aims = _voiced(aims, classes)
        is_late = style.entry == LATE and end - onset > _first_group_ticks(arranger)
        begin = onset + _first_group_ticks(arranger) if is_late else onset
        link = STRUCK if style.entry in {ANEW, LATE} else TIED
        for voice, pitch in zip(voices, aims, strict=True):
            is_suspended = link == TIED and arranger.rng.random() < SUSPENSION_SHARE
            yield Tone(begin, end - begin, voice, pitch, SUSPENDED if is_suspended else link)


def _first_group_ticks(arranger: Arranger) -> int:
    meter = arranger.context.meter
    return (*meter.group_onsets_ticks, meter.bar_ticks)[1] % meter.bar_ticks


def _voiced(aims: list[int], pitch_classes: tuple[int, ...]) -> list[int]:
    """Chord tones near where the voices aim, upwards, each tone of the chord before any twice."""
    voiced: list[int] = []
    for aim in aims:
        lowest = voiced[-1] + 2 if voiced else 0
        near = [
            p for p in range(max(aim - 6, lowest), max(aim, lowest) + 8) if p % 12 in pitch_classes
        ]
        taken = {pitch % 12 for pitch in voiced}
        costs = [(abs(p - aim) + 4 * (p % 12 in taken), p) for p in near]
        voiced.append(min(costs)[1] if costs else max(aim, lowest))
    return voiced


def _line(arranger: Arranger, bar: int, before: Layer | None) -> Iterator[Tone]:
    """A counter-line: its own rhythm, mostly in contrary motion to the melody."""
    constraints, style, rng = arranger.constraints, arranger.style, arranger.rng
    start = bar * constraints.meter.bar_ticks
    onsets = style.line_onsets
    if rng.random() > SAME_RHYTHM_SHARE:
        onsets = draw_line_onsets(arranger.context, _sung_onsets(constraints, bar), rng)
    pitch = before.tones[-1].pitch if before else style.register
    heard_before = start - 1
    for onset, following in pairwise((*onsets, constraints.meter.bar_ticks)):
        pitch = _contrary_pitch(pitch, constraints, (heard_before, start + onset), arranger)
        heard_before = start + onset
        length = round((following - onset) * style.gate)
        is_held = onset == 0 and rng.random() < LINE_TIE_SHARE
        yield Tone(onset, length, LINE_VOICE, pitch, TIED if is_held else STRUCK)


def _sung_onsets(constraints: Constraints, bar: int) -> frozenset[int]:
    start, end = bar * constraints.meter.bar_ticks, (bar + 1) * constraints.meter.bar_ticks
    return frozenset(onset - start for onset, _, _ in constraints.melody if start <= onset < end)


def _contrary_pitch(
    pitch: int, constraints: Constraints, times: tuple[int, int], arranger: Arranger
) -> int:
    """The next pitch of a line: in contrary motion to the melody, or back to the register."""
    first, second = (constraints.sung_at(ticks) for ticks in times)
    step = int(arranger.rng.choice(LINE_STEPS, p=LINE_STEP_WEIGHTS))
    motion = 0 if first is None or second is None else (second > first) - (second < first)
    direction = -motion or (1 if arranger.rng.random() < 0.5 else -1)
    drift = pitch - arranger.style.register
    if abs(drift) > MAX_DRIFT_SEMITONES:
        direction = -1 if drift > 0 else 1
    return pitch + direction * step


def _doubled(steps: int, voice: int, arranger: Arranger, bar: int) -> Iterator[Tone]:
    """The melody transposed by some scale steps, note by note."""
    constraints, bar_ticks = arranger.constraints, arranger.context.meter.bar_ticks
    start = bar * bar_ticks
    sung = [note for note in constraints.melody if start <= note[0] < start + bar_ticks]
    if arranger.style.doubles == TAIL:
        sung = sung[-2:]
    elif arranger.style.doubles != EVERY:
        sung = [note for note in sung if note[1] - note[0] > EIGHTH_TICKS]
    edges = [*(onset for onset, _, _ in sung[1:]), start + bar_ticks]
    for (onset, end, pitch), edge in zip(sung, edges, strict=False):
        cell = constraints.cell_at(onset) - start
        end_cell = min(_cell_of_end(min(end, edge), constraints) - start, bar_ticks)
        yield Tone(cell, end_cell - cell, voice, _stepped(pitch, steps, constraints))


def _cell_of_end(ticks: int, constraints: Constraints) -> int:
    return (
        constraints.cell_at(ticks) if ticks < constraints.length_ticks else constraints.length_ticks
    )


def _stepped(pitch: int, steps: int, constraints: Constraints) -> int:
    """A pitch moved by some steps of the scale."""
    index = bisect_right(constraints.scale, pitch) - 1 + steps
    return constraints.scale[max(0, min(index, len(constraints.scale) - 1))]


def _thirds(arranger: Arranger, bar: int, before: Layer | None) -> Iterator[Tone]:
    del before
    return _doubled(arranger.style.third_steps, LINE_VOICE, arranger, bar)


def _sixths(arranger: Arranger, bar: int, before: Layer | None) -> Iterator[Tone]:
    del before
    return _doubled(arranger.style.sixth_steps, TEXTURES[SIXTHS].voices[0], arranger, bar)


def _drone(arranger: Arranger, bar: int, before: Layer | None) -> Iterator[Tone]:
    """One low tone, held on as long as the chords allow."""
    del bar
    key = arranger.context.key
    pitch_class = key.tonic_pitch_class + (key.scale[4] if arranger.style.drone_fifth else 0)
    lowest = TEXTURES[DRONE].lowest_pitch
    pitch = before.tones[-1].pitch if before else lowest + (pitch_class - lowest) % 12
    link = STRUCK if arranger.style.entry == ANEW else TIED
    yield Tone(0, arranger.context.meter.bar_ticks, 0, pitch, link)


def _echo(arranger: Arranger, bar: int, before: Layer | None) -> Iterator[Tone]:
    """The melody's last notes, repeated in its longest rest."""
    del before
    constraints, rng = arranger.constraints, arranger.rng
    rest = _longest_rest(constraints, bar)
    if rest is None:
        return
    begin, end = rest
    count, steps = int(rng.choice(ECHO_NOTES)), int(rng.choice(ECHO_STEPS))
    sung = [note for note in constraints.melody if note[0] < begin][-count:]
    start = bar * constraints.meter.bar_ticks
    for (onset, stop, pitch), following in zip(sung, [*sung[1:], None], strict=True):
        at = begin + onset - sung[0][0]
        until = begin + (following[0] if following else stop) - sung[0][0]
        until = min(until, end, begin + stop - sung[0][0])
        if at < until:
            cell, end_cell = (
                constraints.cell_at(at) - start,
                _cell_of_end(until, constraints) - start,
            )
            yield Tone(cell, end_cell - cell, LINE_VOICE, _stepped(pitch, steps, constraints))


def _longest_rest(constraints: Constraints, bar: int) -> tuple[int, int] | None:
    """Where the melody is silent for at least a quarter, after it has begun."""
    bar_ticks = constraints.meter.bar_ticks
    start, stop = bar * bar_ticks, (bar + 1) * bar_ticks
    silences = []
    free_from = 0
    for onset, end, _ in constraints.melody:
        if free_from < onset and free_from:
            silences.append((max(free_from, start), min(onset, stop)))
        free_from = max(free_from, end)
    if free_from:
        silences.append((max(free_from, start), stop))
    begin, end = max(silences, key=lambda rest: rest[1] - rest[0], default=(0, 0))
    return (begin, end) if end - begin >= TICKS_PER_QUARTER else None


WRITERS: dict[str, Callable[[Arranger, int, Layer | None], Iterator[Tone]]] = {
    PAD: _pad,
    LINE: _line,
    THIRDS: _thirds,
    SIXTHS: _sixths,
    DRONE: _drone,
    ECHO: _echo,
}
