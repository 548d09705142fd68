"""Variations: how a section that comes back differs from the time before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.arrangement.drum_fills import filled, on_ride
from engine.arrangement.passes import Pass, Row, ends_ticks, with_notes, with_rows
from engine.arrangement.textures import doubled_chords, held_chords
from genomes import Meter, Part
from genomes.notes import Notes

# The chance that two parts are varied, and not one.
SECOND_VARIATION = 0.5

HIGHEST_BASS = 55
SHORTEST_SPLIT_TICKS = 480  # a note that lasts this long can take a neighbour note


@dataclass(frozen=True, slots=True)
class Variation:
    """One way to play a part otherwise.

    Attributes:
        name: for people.
        stage: the stage of the part.
        change: from a part and the meter to the varied part; an equal one where it can't be.
        energies: lowest and highest energy of the sections that it suits.
    """

    name: str
    stage: str
    change: Callable[[Part, Meter], Part]
    energies: tuple[float, float] = (0.0, 1.0)


def _silent_at_first(part: Part, meter: Meter) -> Part:
    """Nothing in the first half, in whole bars."""
    bars = part.length_ticks // meter.bar_ticks
    start = bars // 2 * meter.bar_ticks
    return with_notes(part, part.notes[part.notes["onset_ticks"] >= start])


def _octave_up_at_the_end(part: Part, meter: Meter) -> Part:
    """The last bar an octave higher, where that stays in a bass's range."""
    notes = part.notes.copy()
    last = notes["onset_ticks"] >= part.length_ticks - meter.bar_ticks
    if last.any() and int(notes["pitch"][last].max()) + 12 <= HIGHEST_BASS:
        notes["pitch"][last] += 12
    return with_notes(part, notes)


def _octave_up(part: Part, meter: Meter) -> Part:  # noqa: ARG001 - one signature for all
    notes = part.notes.copy()
    if len(notes) and int(notes["pitch"].max()) + 12 <= 127:
        notes["pitch"] += 12
    return with_notes(part, notes)


def _struck_twice(part: Part, meter: Meter) -> Part:
    """Each of the last bar's notes that lasts a beat or longer struck again at its middle."""
    notes = part.notes
    is_long = notes["duration_ticks"] >= meter.bar_ticks // len(meter.groups)
    split = is_long & (notes["onset_ticks"] >= part.length_ticks - meter.bar_ticks)
    return with_rows(part, notes[~split], _halves(notes[split]))


def _last_struck_twice(part: Part, meter: Meter) -> Part:  # noqa: ARG001 - one signature for all
    """The notes that begin last struck again at their middle."""
    notes = part.notes
    is_last = notes["onset_ticks"] == notes["onset_ticks"].max(initial=0)
    return with_rows(part, notes[~is_last], _halves(notes[is_last]))


def _halves(notes: Notes) -> list[Row]:
    rows: list[Row] = []
    for onset, duration, pitch, velocity, _ in notes.tolist():
        half = max(1, duration // 2)
        rows.append((onset, half, pitch, velocity))
        if duration > half:
            rows.append((onset + half, duration - half, pitch, velocity))
    return rows


def _pick_up(part: Part, meter: Meter) -> Part:
    """The part's first note, a step below it before, in the rest at the end of the part."""
    if not len(part.notes):
        return part
    beat = meter.bar_ticks - meter.group_onsets_ticks[-1]
    onset = part.length_ticks - beat // 2
    if int(ends_ticks(part.notes).max()) > onset or part.lyrics:
        return part
    first = part.notes[0]
    row = (onset, beat // 2, max(0, int(first["pitch"]) - 2), int(first["velocity"]))
    return with_rows(part, part.notes, [row])


def _turned(part: Part, meter: Meter) -> Part:  # noqa: ARG001 - one signature for all
    """The longest note of the second half with its upper neighbour in its middle."""
    notes = part.notes
    later = np.flatnonzero(notes["onset_ticks"] >= part.length_ticks // 2)
    if not len(later):
        return part
    index = int(later[np.argmax(notes["duration_ticks"][later])])
    onset, duration, pitch, velocity, _ = notes[index].tolist()
    if duration < SHORTEST_SPLIT_TICKS:
        return part
    third = duration // 4
    rows = [
        (onset, duration - 2 * third, pitch, velocity),
        (onset + duration - 2 * third, third, min(127, pitch + 2), velocity),
        (onset + duration - third, third, pitch, velocity),
    ]
    return with_rows(part, np.delete(notes, index), rows)


VARIATIONS = (
    Variation("time on another cymbal", "drums", on_ride),
    Variation("drums enter later", "drums", _silent_at_first, (0.0, 0.45)),
    Variation("last bar an octave higher", "bass", _octave_up_at_the_end),
    Variation("long notes struck twice", "bass", _struck_twice),
    Variation("chords held", "chords", held_chords, (0.0, 0.45)),
    Variation("top note doubled", "chords", doubled_chords, (0.3, 1.0)),
    Variation("last chords struck twice", "chords", _struck_twice),
    Variation("counter-line enters later", "harmony", _silent_at_first),
    Variation("counter-line an octave higher", "harmony", _octave_up, (0.6, 1.0)),
)

# What varies a section in which nothing else can be; the tune comes last, and as little as can be.
LAST_RESORTS = (
    Variation("fill", "drums", partial(filled, "snare_pulses")),
    *(
        Variation("last notes struck twice", stage, _last_struck_twice)
        for stage in ("chords", "bass", "harmony")
    ),
    Variation("pick-up", "melody", _pick_up),
    Variation("neighbour note", "melody", _turned),
    Variation("last note struck twice", "melody", _last_struck_twice),
)


def varied(section: Pass, before: Pass, rng: np.random.Generator) -> Pass:
    """A pass that differs from the time before in at least one part, if any part can.

    Args:
        section: to be varied.
        before: the time before, as it is played.
        rng: draws the variations.
    """
    suited = [
        variation
        for index in rng.permutation(len(VARIATIONS))
        if (variation := VARIATIONS[index]).energies[0] <= section.energy <= variation.energies[1]
    ]
    wanted = 1 + int(rng.random() < SECOND_VARIATION)
    result, stages = section, set[str]()
    for variation in suited:
        if len(stages) >= wanted and differs(result, before):
            return result
        changed = _with(result, variation)
        if variation.stage not in stages and differs(changed, result):
            result = changed
            stages.add(variation.stage)
    for variation in LAST_RESORTS:
        if not differs(result, before):
            result = _with(result, variation)
    return result


def _with(section: Pass, variation: Variation) -> Pass:
    part = section.parts.get(variation.stage)
    if part is None or not len(part.notes):
        return section
    return section.with_part(variation.stage, variation.change(part, section.meter))


def differs(section: Pass, before: Pass) -> bool:
    """Whether any part has other pitches or onsets than the time before."""
    return any(
        stage not in before.parts or not _equal(part.notes, before.parts[stage].notes)
        for stage, part in section.parts.items()
    ) or bool(set(before.parts) - set(section.parts))


def _equal(first: Notes, second: Notes) -> bool:
    fields = ("onset_ticks", "pitch")
    return len(first) == len(second) and all(
        np.array_equal(first[name], second[name]) for name in fields
    )
