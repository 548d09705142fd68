"""Rules of the melody stage: how singable it is, and how it fits its chords."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import log2
from statistics import median
from typing import NamedTuple

from fitness.theory import melody_model
from fitness.theory.common import (
    Limits,
    Rule,
    beats,
    by_limit,
    by_size,
    chords_at,
    jaccard,
    mean,
    up_to,
    within,
)
from fitness.theory.melody_line import MelodyLine, Note, Phrase, chords_under, weight_at
from genomes.context import Context
from genomes.notes import ChordSpan, Part
from genomes.time import TICKS_PER_QUARTER, Meter

STEP_SEMITONES = 2
STRONG_WEIGHT = 0.25

# How easily an interval is sung, by its size: 0 to 12 semitones.
SINGABLE = (0.8, 0.95, 1.0, 0.9, 0.8, 0.7, 0.15, 0.6, 0.3, 0.35, 0.1, 0.0, 0.35)
HARDLY_SINGABLE = 0.0
# A leap of at least so many semitones that isn't turned back from keeps this share of its worth.
LEAP_SEMITONES = 5
LEFT_OPEN = 0.6

# A strong beat's note: of the chord, or leaning on the next by step, or neither.
SETTLED, LEANING, SOUR = 1.0, 0.7, 0.0

# A dissonance, by how it is left and reached; a melody without any is plain.
PASSED, TOUCHED, UNRESOLVED = 1.0, 0.4, 0.0
PLAIN = 0.75

# Shape of a phrase: one peak, somewhere inside.
ONE_PEAK, PEAKS_AGAIN, FLAT = 1.0, 0.6, 0.3
PEAK_AT_EDGE = 0.6
TOO_SHORT = 0.5  # phrases of one or two notes
# Semitones that a section's melody spans, from and to; how far outside is half as good.
SPAN_FROM, SPAN_TO, SPAN_MARGIN = 5, 14, 4

# How alike a phrase is to an earlier one to count as its return; and the worth of a stranger.
ALIKE_FROM = 0.5
UNRELATED = 0.1
ONE_PHRASE = 0.4
SAME_BY_SEMITONES = 2

# Onsets a second over the section, at rest and at full energy; doubling costs more than halving.
# Half of the sung sections of real pop songs have 1.5 to 2.3.
STILL_RATE, FULL_RATE = 0.7, 3.2
TOO_DENSE, TOO_SPARSE = 1.5, 0.8
# Share of the time without a note.
REST_FROM, REST_TO, REST_MARGIN = 0.36, 0.48, 0.1
# Share of the onsets that lie on no beat; half of the sung sections of pop have 0.45 to 0.63.
OFF_BEAT_FROM, OFF_BEAT_TO, OFF_BEAT_MARGIN = 0.4, 0.65, 0.15
# How often notes begin in the last quarter of a bar, which leads to the next downbeat, against the
# mean of all quarters; half of the sung sections of pop have 0.75 to 1.3.
PICKUPS_FROM, PICKUPS_TO, PICKUPS_MARGIN = 0.7, 1.6, 0.3
# Share of the bars that repeat an earlier one exactly.
FEWEST_RETURNING = 4  # sung bars among which one is expected to return
RETURNS_FROM, RETURNS_TO, RETURNS_MARGIN = 0.25, 0.55, 0.1

# How well a phrase rests on a note of its chord, by semitones above the root.
REST_SCORES: Mapping[int, float] = {0: 1.0, 3: 0.8, 4: 0.8, 7: 0.75}
OTHER_CHORD_TONE, NO_CHORD_TONE = 0.4, 0.0
FINAL_TONIC, FINAL_OTHER = 1.0, 0.7
LONG_ENDING = 1.5
# What the end of a phrase is judged by: its chord, the tonic triad, and its length.
CHORD_SHARE, TRIAD_SHARE, LENGTH_SHARE = 0.4, 0.35, 0.25

# How easily a phrase begins, by the semitones from the last note before it.
SEAMS: Limits = ((2, 1.0), (4, 0.9), (5, 0.65), (7, 0.5), (9, 0.25))
WIDER_SEAM = 0.0

# How well a long note stands on a place, by its metrical weight at least.
POSITIONS: tuple[tuple[float, float], ...] = ((0.5, 1.0), (0.25, 0.9), (0.1, 0.75), (0.0, 0.3))


def _is_chord_tone(pitch: int, chord: ChordSpan) -> bool:
    return pitch % 12 in chord.pitch_classes


def strong_beats(part: Part, context: Context) -> float:
    """Strong beats have notes of the chord, or dissonances that resolve by step.

    Per beat group in which a note sounds, weighed by the group's metrical weight.
    """
    notes, harmony = MelodyLine.of(part, context).notes, context.harmony
    onsets = [note.onset_ticks for note in notes]
    every = beats(context.meter, context.section.bars)
    chords = chords_at(harmony, (beat for beat, _ in every))
    score = total = 0.0
    for (beat, weight), chord in zip(every, chords, strict=True):
        index = bisect_right(onsets, beat) - 1
        if index < 0 or notes[index].end_ticks <= beat:
            continue
        total += weight
        score += weight * _on_beat(notes, index, harmony[max(0, chord)])
    return score / total if total else PLAIN


def _on_beat(notes: Sequence[Note], index: int, chord: ChordSpan) -> float:
    if _is_chord_tone(notes[index].pitch, chord):
        return SETTLED
    if index + 1 == len(notes):
        return SOUR
    following = notes[index + 1]
    resolves = _is_chord_tone(following.pitch, chord) and _is_step(notes[index], following)
    return LEANING if resolves else SOUR


def _is_step(first: Note, second: Note) -> bool:
    return 0 < abs(second.pitch - first.pitch) <= STEP_SEMITONES


def consonance(part: Part, context: Context) -> float:
    """The share of a melody's time in which it is on a note of the chord that sounds with it.

    No rule of melodies: a tune of passing notes is no worse; chords are found for it by this.
    """
    heard = inside = 0
    for note in MelodyLine.of(part, context).notes:
        for chord in context.harmony:
            both = min(note.end_ticks, chord.end_ticks) - max(note.onset_ticks, chord.onset_ticks)
            if both > 0:
                heard += both
                inside += both * _is_chord_tone(note.pitch, chord)
    return inside / heard if heard else PLAIN


def dissonance(part: Part, context: Context) -> float:
    """Notes outside the chord are reached and left by step: passing and neighbour notes.

    Per such note: all for a step on, less for a step to it alone. Notes that neither the chord
    nor the key has are sour.
    """
    judged = []
    for phrase in MelodyLine.of(part, context).phrases:
        for index, chord in enumerate(chords_under(phrase, context)):
            if not _is_chord_tone(phrase[index].pitch, chord):
                judged.append(_handled(phrase, index, context))
    return mean(judged, of_nothing=PLAIN)


def _handled(phrase: Phrase, index: int, context: Context) -> float:
    if phrase[index].pitch % 12 not in context.key.scale_pitch_classes:
        return UNRESOLVED
    if index + 1 < len(phrase) and _is_step(phrase[index], phrase[index + 1]):
        return PASSED
    return TOUCHED if index and _is_step(phrase[index - 1], phrase[index]) else UNRESOLVED


def intervals(part: Part, context: Context) -> float:
    """Easy to sing: steps, thirds and few leaps, each followed by motion the other way.

    Per interval inside a phrase; see ``SINGABLE``.
    """
    return mean(
        [
            _singable(phrase, index)
            for phrase in MelodyLine.of(part, context).phrases
            for index in range(len(phrase) - 1)
        ],
        of_nothing=SINGABLE[0],
    )


def _singable(phrase: Phrase, index: int) -> float:
    move = phrase[index + 1].pitch - phrase[index].pitch
    score = by_size(abs(move), SINGABLE, HARDLY_SINGABLE)
    if abs(move) < LEAP_SEMITONES or index + 2 == len(phrase):
        return score
    after = phrase[index + 2].pitch - phrase[index + 1].pitch
    return score if after * move <= 0 else LEFT_OPEN * score


def shape(part: Part, context: Context) -> float:
    """Every phrase has one peak, inside it, and the whole spans a fourth to a ninth or so.

    Half is the mean of the phrases, half the span of the section.
    """
    line = MelodyLine.of(part, context)
    phrases = [_shape(phrase) for phrase in line.phrases]
    pitches = [note.pitch for note in line.notes]
    span = max(pitches) - min(pitches) if pitches else 0
    return (mean(phrases, of_nothing=0.0) + within(span, SPAN_FROM, SPAN_TO, SPAN_MARGIN)) / 2


def _shape(phrase: Phrase) -> float:
    if len(phrase) < 3:
        return TOO_SHORT
    pitches = [note.pitch for note in phrase]
    top = max(pitches)
    if min(pitches) == top:
        return FLAT
    peaks = sum(
        pitch == top and (not i or pitches[i - 1] != top) for i, pitch in enumerate(pitches)
    )
    at_edge = top in {pitches[0], pitches[-1]}
    return (ONE_PEAK if peaks == 1 else PEAKS_AGAIN) * (PEAK_AT_EDGE if at_edge else 1.0)


def motif(part: Part, context: Context) -> float:
    """Phrases take up earlier ones, exactly or varied, in rhythm and in intervals.

    Per phrase after the first, by how alike it is to the earlier one that is most like it.
    """
    motifs = [_motif_of(phrase) for phrase in MelodyLine.of(part, context).phrases]
    return mean(
        [
            _taken_up(max(_alike(own, earlier) for earlier in motifs[:index]))
            for index, own in enumerate(motifs)
            if index
        ],
        of_nothing=ONE_PHRASE,
    )


class _Motif(NamedTuple):
    """A phrase: its onsets counted from the first, its first pitch, and its intervals in order."""

    onsets_ticks: frozenset[int]
    pitch: int
    moves: tuple[int, ...]


def _motif_of(phrase: Phrase) -> _Motif:
    first = phrase[0]
    return _Motif(
        frozenset(note.onset_ticks - first.onset_ticks for note in phrase),
        first.pitch,
        tuple(after.pitch - note.pitch for note, after in pairwise(phrase)),
    )


def _taken_up(alike: float) -> float:
    return min(1.0, UNRELATED + (1 - UNRELATED) * alike / ALIKE_FROM)


@lru_cache(maxsize=2**14)
def _alike(first: _Motif, second: _Motif) -> float:
    """Share of onsets, and of intervals in order, that are the same."""
    rhythm = jaccard(first.onsets_ticks, second.onsets_ticks)
    longest = max(len(first.moves), len(second.moves))
    if not longest:
        return rhythm if first.pitch == second.pitch else 0.0
    apart = [abs(a - b) for a, b in zip(first.moves, second.moves, strict=False)]
    alike = sum((size == 0) + (size <= SAME_BY_SEMITONES) for size in apart) / 2
    return (rhythm + alike / longest) / 2


def room(part: Part, context: Context) -> float:
    """As many notes as suit the section's energy, and rests to breathe between them.

    Half is the rate of onsets against ``STILL_RATE`` to ``FULL_RATE``, in octaves; half the share
    of the time without a note.
    """
    notes = MelodyLine.of(part, context).notes
    seconds = float(context.tempo_map.seconds(part.length_ticks))
    wanted: float = STILL_RATE * (FULL_RATE / STILL_RATE) ** context.section.energy
    octaves = log2(max(1, len(notes)) / seconds / wanted)
    rate = 1 / (1 + (octaves * (TOO_DENSE if octaves > 0 else TOO_SPARSE)) ** 2)
    rests = 1 - sum(note.length_ticks for note in notes) / part.length_ticks
    return (rate + within(rests, REST_FROM, REST_TO, REST_MARGIN)) / 2


def endings(part: Part, context: Context) -> float:
    """Phrases come to rest: on a stable note of their chord, of the tonic triad, and a long one.

    Per phrase, by ``CHORD_SHARE`` and so on; the last counts twice and wants the tonic.
    """
    phrases = MelodyLine.of(part, context).phrases
    if not phrases:
        return 0.0
    chords = chords_under([phrase[-1] for phrase in phrases], context)
    triad = context.key.tonic_triad_pitch_classes
    judged = [
        CHORD_SHARE * _rest(phrase[-1].pitch, chord)
        + TRIAD_SHARE * (phrase[-1].pitch % 12 in triad)
        + LENGTH_SHARE * _length(phrase)
        for phrase, chord in zip(phrases, chords, strict=True)
    ]
    is_tonic = phrases[-1][-1].pitch % 12 == context.key.tonic_pitch_class
    final = judged[-1] * (FINAL_TONIC if is_tonic else FINAL_OTHER)
    return mean([*judged[:-1], final, final], of_nothing=0.0)


def _rest(pitch: int, chord: ChordSpan) -> float:
    if not _is_chord_tone(pitch, chord):
        return NO_CHORD_TONE
    return REST_SCORES.get((pitch - chord.root_pitch_class) % 12, OTHER_CHORD_TONE)


def _length(phrase: Phrase) -> float:
    typical = median(note.length_ticks for note in phrase)
    return min(1.0, phrase[-1].length_ticks / (LONG_ENDING * typical))


def entries(part: Part, context: Context) -> float:
    """Phrases begin near the last note of the phrase before, without large leaps.

    Per phrase, by the semitones from the note before; see ``SEAMS``. The first goes on from the
    section before, or where there is none begins on a stable note of its chord.
    """
    phrases = MelodyLine.of(part, context).phrases
    if not phrases:
        return 0.0
    seams = [
        by_limit(abs(second[0].pitch - first[-1].pitch), SEAMS, WIDER_SEAM)
        for first, second in pairwise(phrases)
    ]
    opening = phrases[0][0]
    if context.before is not None and len(context.before.notes):
        last = int(context.before.notes["pitch"][-1])
        return mean(
            [by_limit(abs(opening.pitch - last), SEAMS, WIDER_SEAM), *seams], of_nothing=0.0
        )
    (chord,) = chords_under([opening], context)
    return mean([_rest(opening.pitch, chord), *seams], of_nothing=0.0)


def prosody(part: Part, context: Context) -> float:
    """Long notes and stressed syllables are on strong beats.

    With words, the share of syllables whose stress agrees with their place, stressed ones
    counting twice; without, every note by its length and its place, see ``POSITIONS``.
    """
    if context.lyrics is not None and part.lyrics:
        return _stresses(part, context)
    notes = MelodyLine.of(part, context).notes
    total = sum(note.length_ticks for note in notes)
    score = sum(_position_score(note, context.meter) * note.length_ticks for note in notes)
    return score / total if total else 0.0


def _stresses(part: Part, context: Context) -> float:
    lines = context.lyrics.lines if context.lyrics is not None else ()
    syllables = [syllable for line in lines for syllable in line.syllables]
    score = total = 0
    for (onset, _), syllable in zip(part.lyrics, syllables, strict=False):
        is_strong = weight_at(onset, context.meter) >= STRONG_WEIGHT
        counts = 2 if syllable.is_stressed else 1
        total += counts
        score += counts * (is_strong == syllable.is_stressed)
    return score / total if total else 0.0


def _position_score(note: Note, meter: Meter) -> float:
    weight = weight_at(note.onset_ticks, meter)
    return next(score for least, score in POSITIONS if weight >= least)


def syncopation(part: Part, context: Context) -> float:
    """As many notes come between the beats as in songs: see ``OFF_BEAT_FROM``."""
    notes = MelodyLine.of(part, context).notes
    if not notes:
        return 0.0
    meter = context.meter
    off = sum(weight_at(note.onset_ticks, meter) < STRONG_WEIGHT for note in notes)
    return within(off / len(notes), OFF_BEAT_FROM, OFF_BEAT_TO, OFF_BEAT_MARGIN)


def pickups(part: Part, context: Context) -> float:
    """Notes lead from the end of a bar to the next downbeat: see ``PICKUPS_FROM``."""
    notes = MelodyLine.of(part, context).notes
    if not notes:
        return 0.0
    meter = context.meter
    last_quarter = meter.bar_ticks - TICKS_PER_QUARTER
    leading = sum(note.onset_ticks % meter.bar_ticks >= last_quarter for note in notes)
    rate = leading / len(notes) * float(meter.bar_quarters)
    return within(rate, PICKUPS_FROM, PICKUPS_TO, PICKUPS_MARGIN)


def returns(part: Part, context: Context) -> float:
    """Some bars come again note for note: see ``RETURNS_FROM`` and ``RETURNS_TO``."""
    bars: list[list[tuple[int, int]]] = [[] for _ in range(context.section.bars)]
    for note in MelodyLine.of(part, context).notes:
        bar, within_bar = divmod(note.onset_ticks, context.meter.bar_ticks)
        bars[bar].append((within_bar, note.pitch))
    sung = [tuple(bar) for bar in bars if bar]
    if len(sung) < FEWEST_RETURNING:
        return ONE_PHRASE
    share = (len(sung) - len(set(sung))) / len(sung)
    return within(share, RETURNS_FROM, RETURNS_TO, RETURNS_MARGIN)


# What the median of real pop reaches by the rules of consonance, line and form: more is no better.
RULES: dict[str, Rule] = {
    "strong_beats": strong_beats,
    "dissonance": up_to(0.55, dissonance),
    "intervals": up_to(0.87, intervals),
    "shape": up_to(0.85, shape),
    "motif": up_to(0.7, motif),
    "returns": returns,
    "moves": melody_model.moves,
    "rhythm": melody_model.rhythm,
    "pickups": pickups,
    "syncopation": syncopation,
    "room": room,
    "endings": endings,
    "entries": up_to(0.85, entries),
    "prosody": prosody,
}
