"""Rules of the bass stage: on the chords, with the kick, a line, a riff, and room."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log2

import numpy as np

from fitness.sonorities import CACHED_PARTS
from fitness.theory.common import Rule, beats, by_size, chord_at, chords_at, jaccard, mean
from genomes.bass.backing import kick_onsets_ticks
from genomes.context import Context
from genomes.genres import groove_of
from genomes.grid import SIXTEENTH_TICKS, cells
from genomes.keys import Key
from genomes.notes import NOTE_DTYPE, ChordSpan, Part
from genomes.time import TICKS_PER_QUARTER, Meter

# Score of a chord by the bass note at its start.
CHORD_START_SCORES = {
    "root": 1.0,
    "fifth": 0.5,
    "chord tone": 0.4,
    "pedal": 0.3,
    "in key": 0.15,
    "outside": 0.0,
}
LATE = 0.75  # of that, where the bass comes after the chord
NO_BASS = 0.3  # a chord without any bass: not wrong, but not supported either

# How a note sounds over its chord.
CHORD_NOTE_SCORES = {
    "root": 1.0,
    "fifth": 1.0,
    "chord tone": 0.9,
    "pedal": 0.5,
    "in key": 0.3,
    "outside": 0.0,
}
CLEAR = 0.9  # from here on a note needs no excuse
RESOLVED = 0.8  # a note on its way, by step, to one that fits
STEPS = {1, 2}
LONG_TICKS = TICKS_PER_QUARTER  # a sour note is noticed at once; holding it adds nothing
LIGHT_PLACE = 0.25  # what a note off the beat weighs beside its metrical weight

# Of the rule, for notes that meet the kick; the rest for kicks that are met. In rock files the bass
# meets four of five kicks (median), while under a half of its notes, often eighths, meet one.
MEETING_SHARE = 0.3

# How well a bass moves, by the size of its interval: 0 to 12 semitones. In rock files half of the
# moves repeat the note, mostly while a chord lasts, and a tenth are octaves.
MOVE_SCORES = (0.95, 1.0, 1.0, 0.85, 0.8, 0.85, 0.3, 0.85, 0.5, 0.5, 0.4, 0.2, 0.95)
WIDER_MOVE = 0.1
STANDS = 0.5  # the same note again where the chord has changed

# A rhythm that comes again: mostly, and not without any change.
REPEATED = 0.85
ALL_REPEATED = 0.7

# How strongly a last note leads back to the first, by the size of its interval in semitones.
LEAD_SCORES = {1: 1.0, 2: 1.0, 5: 0.9, 7: 0.9, 3: 0.6, 4: 0.6, 0: 0.4, 12: 0.4}
NO_LEAD = 0.2

# Notes for each quarter note that a still section has room for, and that energy adds, in rock and
# pop: half of the bass lines of real rock have 1.6 to 2.6.
STILL_DENSITY, ADDED_DENSITY = 0.3, 3.0

# Where a bass is at home, and how far outside is half as good, in semitones; and its compass.
HOME_FROM, HOME_TO, HOME_MARGIN = 28, 41, 6
MAX_RANGE, RANGE_MARGIN = 12, 8


@dataclass(frozen=True, slots=True)
class BassLine:
    """The notes of a part, one number each.

    Attributes:
        onsets_ticks: in order.
        ends_ticks: where each stops.
        pitches: MIDI.
        weights: metrical weight of the cell that each begins in.
    """

    onsets_ticks: tuple[int, ...]
    ends_ticks: tuple[int, ...]
    pitches: tuple[int, ...]
    weights: tuple[float, ...]

    @staticmethod
    def of(part: Part, meter: Meter) -> BassLine:
        """The line of a part; every rule of the same part reads one."""
        return _line(part.notes.tobytes(), meter)

    def moves(self) -> list[int]:
        """Semitones from each note to the next, the last one back to the first."""
        closed = (*self.pitches[1:], *self.pitches[:1])
        return [there - here for here, there in zip(self.pitches, closed, strict=True)]


@lru_cache(maxsize=CACHED_PARTS)
def _line(note_bytes: bytes, meter: Meter) -> BassLine:
    rows = np.frombuffer(note_bytes, dtype=NOTE_DTYPE).tolist()
    weights = _weights(meter)
    bar_ticks = meter.bar_ticks
    return BassLine(
        tuple(row[0] for row in rows),
        tuple(row[0] + row[1] for row in rows),
        tuple(row[2] for row in rows),
        tuple(weights[row[0] % bar_ticks * len(weights) // bar_ticks] for row in rows),
    )


@cache
def _weights(meter: Meter) -> tuple[float, ...]:
    return tuple(cell.weight for cell in cells(meter))


def weight_at(onset_ticks: int, meter: Meter) -> float:
    """Metrical weight of the cell that a time of the part lies in."""
    weights = _weights(meter)
    return weights[onset_ticks % meter.bar_ticks * len(weights) // meter.bar_ticks]


def by_bar(line: BassLine, meter: Meter, bars: int) -> list[list[int]]:
    """The indices of the notes that begin in each bar."""
    found: list[list[int]] = [[] for _ in range(bars)]
    for index, onset in enumerate(line.onsets_ticks):
        found[onset // meter.bar_ticks].append(index)
    return found


@cache
def note_role(
    pitch_class: int, root: int, bass: int, pitch_classes: tuple[int, ...], key: Key
) -> str:
    """The role of a note over a chord: a key of ``CHORD_NOTE_SCORES``."""
    if pitch_class in {root, bass}:
        return "root"
    if pitch_class in pitch_classes:
        return "fifth" if (pitch_class - root) % 12 == 7 else "chord tone"
    if pitch_class == key.tonic_pitch_class:
        return "pedal"
    return "in key" if pitch_class in key.scale_pitch_classes else "outside"


def role_over(pitch: int, span: ChordSpan, key: Key) -> str:
    """The role of a pitch over a chord; see ``note_role``."""
    root, bass = span.root_pitch_class, span.bass_pitch_class
    return note_role(pitch % 12, root, bass, span.pitch_classes, key)


def _note_scores(span: ChordSpan, key: Key) -> tuple[float, ...]:
    """How well each pitch class sounds over a chord; see ``CHORD_NOTE_SCORES``."""
    return _scores_over(span.root_pitch_class, span.bass_pitch_class, span.pitch_classes, key)


@cache
def _scores_over(
    root: int, bass: int, pitch_classes: tuple[int, ...], key: Key
) -> tuple[float, ...]:
    roles = (note_role(each, root, bass, pitch_classes, key) for each in range(12))
    return tuple(CHORD_NOTE_SCORES[role] for role in roles)


def grounding(part: Part, context: Context) -> float:
    """The bass plays the root or the slash bass where each chord begins.

    Per chord: the score of what sounds at its onset, or begins within a sixteenth of it (see
    ``CHORD_START_SCORES``); less where the bass comes later, little where it doesn't come at all.
    """
    read = BassLine.of(part, context.meter)
    return mean(
        [_chord_start_score(read, span, context) for span in context.harmony], of_nothing=0.0
    )


def _chord_start_score(read: BassLine, span: ChordSpan, context: Context) -> float:
    at_once = bisect_right(read.onsets_ticks, span.onset_ticks + SIXTEENTH_TICKS) - 1
    if at_once >= 0 and read.ends_ticks[at_once] > span.onset_ticks:
        return CHORD_START_SCORES[role_over(read.pitches[at_once], span, context.key)]
    if at_once + 1 < len(read.onsets_ticks) and read.onsets_ticks[at_once + 1] < span.end_ticks:
        return LATE * CHORD_START_SCORES[role_over(read.pitches[at_once + 1], span, context.key)]
    return NO_BASS


def no_sour_notes(part: Part, context: Context) -> float:
    """Notes fit the chords that they sound over, above all long ones on strong beats.

    Per note and chord, weighted by the time they share (a beat at most) and the metrical weight:
    see ``CHORD_NOTE_SCORES``. A note that doesn't fit counts more if it moves by step to one that
    does.
    """
    read, meter = BassLine.of(part, context.meter), context.meter
    harmony = [
        (span.onset_ticks, span.end_ticks, _note_scores(span, context.key))
        for span in context.harmony
    ]
    first_chords = chords_at(context.harmony, read.onsets_ticks)
    notes = zip(read.onsets_ticks, read.ends_ticks, read.pitches, first_chords, strict=True)
    total = weighed = 0.0
    for index, (onset, end, pitch, chord) in enumerate(notes):
        while chord < len(harmony) and harmony[chord][0] < end:
            chord_onset, chord_end, scores = harmony[chord]
            begins = max(onset, chord_onset)
            score = scores[pitch % 12]
            if score < CLEAR and end <= chord_end and _resolves(read, index, context):
                score = max(score, RESOLVED)
            weight = LIGHT_PLACE + weight_at(begins, meter)
            shared = min(end - begins, chord_end - begins, LONG_TICKS) * weight
            total += shared
            weighed += shared * score
            chord += 1  # noqa: PLW2901 - it sounds on in the next one
    return weighed / total if total else 0.0


def _resolves(read: BassLine, index: int, context: Context) -> bool:
    """Whether a note goes by step to one that fits its own chord; the last one to the first."""
    following = (index + 1) % len(read.pitches)
    if abs(read.pitches[following] - read.pitches[index]) not in STEPS:
        return False
    there = chord_at(context.harmony, read.onsets_ticks[following])
    return _note_scores(there, context.key)[read.pitches[following] % 12] >= CLEAR


def with_the_kick(part: Part, context: Context) -> float:
    """Bass and kick play together, within a sixteenth.

    Mostly the share of notes that meet a kick, by their metrical weight, and besides the share of
    kicks that are met. Without drums the beat groups stand for the kick, by their accents.
    """
    read, wanted = BassLine.of(part, context.meter), _wanted_beats(context)
    when = list(wanted)
    notes = [LIGHT_PLACE + weight for weight in read.weights]
    meeting = sum(
        weight
        for onset, weight in zip(read.onsets_ticks, notes, strict=True)
        if _meets(onset, when)
    )
    met = sum(weight for beat, weight in wanted.items() if _meets(beat, read.onsets_ticks))
    if not notes:
        return 0.0
    return MEETING_SHARE * meeting / sum(notes) + (1 - MEETING_SHARE) * met / sum(wanted.values())


def _wanted_beats(context: Context) -> dict[int, float]:
    """When a bass should play, and how much: with the kick, or on the beats without one."""
    kicks = kick_onsets_ticks(context)
    return dict.fromkeys(kicks, 1.0) if kicks else dict(beats(context.meter, context.section.bars))


def _meets(onset_ticks: int, others_ticks: Sequence[int]) -> bool:
    nearest = bisect_left(others_ticks, onset_ticks - SIXTEENTH_TICKS)
    return nearest < len(others_ticks) and others_ticks[nearest] <= onset_ticks + SIXTEENTH_TICKS


def line(part: Part, context: Context) -> float:
    """The line moves by step, repeats a note within a chord or leaps an octave, rarely elsewhere.

    Per move, the last note back to the first; see ``MOVE_SCORES`` and ``STANDS``.
    """
    read = BassLine.of(part, context.meter)
    chords = chords_at(context.harmony, read.onsets_ticks)
    following = [*chords[1:], *chords[:1]]
    scores = [
        by_size(abs(move), MOVE_SCORES, WIDER_MOVE) if move or here == there else STANDS
        for move, here, there in zip(read.moves(), chords, following, strict=True)
    ]
    return mean(scores, of_nothing=0.0)


def riff(part: Part, context: Context) -> float:
    """A memorable rhythm: bars are repeated, and not all of them unchanged.

    Per bar, how much of its rhythm one of the two bars before it had; best where most comes again
    (see ``REPEATED``). A single bar counts as repeated.
    """
    rhythms = _rhythms(part, context)
    repeated = [
        max(jaccard(rhythm, earlier) for earlier in rhythms[max(0, index - 2) : index])
        for index, rhythm in enumerate(rhythms)
        if index
    ]
    share = mean(repeated, of_nothing=1.0)
    if share <= REPEATED:
        return share / REPEATED
    return 1 - (1 - ALL_REPEATED) * (share - REPEATED) / (1 - REPEATED)


def _rhythms(part: Part, context: Context) -> list[frozenset[int]]:
    """When each bar is played, in ticks from its bar line."""
    read, bar_ticks = BassLine.of(part, context.meter), context.meter.bar_ticks
    bars = by_bar(read, context.meter, context.section.bars)
    return [frozenset(read.onsets_ticks[i] % bar_ticks for i in bar) for bar in bars]


def last_bar(part: Part, context: Context) -> float:
    """The end leads back to the start: the last bar is new, and its last note leads to the first.

    Half is the share of the last two bars' notes that they don't share, half the lead of the last
    note of the part to its first (see ``LEAD_SCORES``). A single bar repeats none.
    """
    read, bar_ticks = BassLine.of(part, context.meter), context.meter.bar_ticks
    bars = by_bar(read, context.meter, context.section.bars)
    contents = [
        frozenset((read.onsets_ticks[i] % bar_ticks, read.pitches[i]) for i in bar)
        for bar in bars[-2:]
    ]
    new = 1 - jaccard(*contents) if len(contents) == 2 else 1.0
    back = [LEAD_SCORES.get(abs(move), NO_LEAD) for move in read.moves()[-1:]]
    return (new + mean(back, of_nothing=0.0)) / 2


def room(part: Part, context: Context) -> float:
    """As many notes as suit the section's energy, and rests where the energy is low.

    Per bar: 1 at a density that grows with the energy, a half at twice or half of it. A bar in
    which nothing begins is worth the more, the stiller the section.
    """
    energy, quarters = context.section.energy, context.meter.bar_quarters
    density = (STILL_DENSITY + ADDED_DENSITY * energy) * groove_of(context.genres).density
    wanted = density * quarters
    counts = map(len, by_bar(BassLine.of(part, context.meter), context.meter, context.section.bars))
    return mean(
        [1 / (1 + log2(count / wanted) ** 2) if count else 1 - energy for count in counts],
        of_nothing=0.0,
    )


def low_end(part: Part, context: Context) -> float:
    """The line lies where a bass sounds, under the chords, and within a hand's compass.

    A third is how near notes are to the low register, in time; a third the share of notes above
    none that the chords sound as they begin; a third how little more than an octave it spans.
    """
    read = BassLine.of(part, context.meter)
    if not read.pitches:
        return 0.0
    lengths = [end - onset for onset, end in zip(read.onsets_ticks, read.ends_ticks, strict=True)]
    at_home = sum(
        length / (1 + max(HOME_FROM - pitch, pitch - HOME_TO, 0) / HOME_MARGIN)
        for pitch, length in zip(read.pitches, lengths, strict=True)
    )
    wider = max(0, max(read.pitches) - min(read.pitches) - MAX_RANGE)
    compass = 1 / (1 + wider / RANGE_MARGIN)
    return (at_home / sum(lengths) + _lowest_share(read, context) + compass) / 3


def _lowest_share(read: BassLine, context: Context) -> float:
    """Share of the notes with no lower note of the chords sounding as they begin."""
    chords = context.part("chords")
    if chords is None or not len(chords.notes):
        return 1.0
    edges, pitches = _lowest_pitches(chords.notes.tobytes())
    there = [pitches[bisect_right(edges, onset) - 1] for onset in read.onsets_ticks]
    lower = sum(p <= low for p, low in zip(read.pitches, there, strict=True))
    return lower / len(there)


@lru_cache(maxsize=16)
def _lowest_pitches(note_bytes: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """When the lowest sounding pitch changes, from tick 0 on, and what it is; 128 for silence."""
    notes = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    onsets, ends = notes["onset_ticks"], notes["onset_ticks"] + notes["duration_ticks"]
    edges = np.unique(np.concatenate(([0], onsets, ends)))
    sounds = (onsets[None, :] <= edges[:, None]) & (ends[None, :] > edges[:, None])
    lowest = np.where(sounds, notes["pitch"][None, :].astype(int), 128).min(axis=1)
    return tuple(edges.tolist()), tuple(lowest.tolist())


RULES: dict[str, Rule] = {
    "grounding": grounding,
    "no_sour_notes": no_sour_notes,
    "with_the_kick": with_the_kick,
    "line": line,
    "riff": riff,
    "last_bar": last_bar,
    "room": room,
    "low_end": low_end,
}
