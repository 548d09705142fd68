"""Taste features of chords and voicings, and of how a part lies beside the other parts.

One value a part; shares from 0 to 1; 0 where nothing sounds or there are no chords, unless they say
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fitness.part_batch import Floats, ratios
from fitness.preference.taste_batch import BASS, LENGTH, MASK, ONSET, OWNER, ROOT, TasteBatch
from fitness.sonorities import Booleans, Integers, Sonorities, distinct
from genomes.notes import Notes

MINOR_THIRD, MAJOR_THIRD, DIMINISHED_FIFTH, FIFTH, AUGMENTED_FIFTH = 3, 4, 6, 7, 8
TRITONE = 6
SEVENTHS = (10, 11)
PLAIN = (0b10010001, 0b10001001)  # a major and a minor triad
NINTHS = (1, 2, 5)

# Of each set of pitch classes as 12 bits: whether two are a semitone or a tritone apart, whether it
# is a plain triad, counted from its root, and how many there are.
_SETS = np.arange(1 << 12)
_HAS_SEMITONE = (_SETS & (_SETS << 1 | _SETS >> 11)) != 0
_HAS_TRITONE = (_SETS & _SETS >> TRITONE) != 0
_IS_PLAIN = np.isin(_SETS, PLAIN)
_COUNTS = (_SETS[:, None] >> np.arange(12) & 1).sum(axis=1)


def voicing_width(taste: TasteBatch) -> Floats:
    """Semitones from the lowest to the highest sounding pitch, mean over the sounding time."""
    return taste.sounding_mean(_widths(taste))


def voicing_gap(taste: TasteBatch) -> Floats:
    """Semitones between neighbouring voices, mean over the sounding time."""
    gaps = _widths(taste) / np.maximum(1, taste.batch.sonorities.polyphony - 1)
    return taste.sounding_mean(gaps)


def bottom_gap(taste: TasteBatch) -> Floats:
    """Semitones from the lowest voice to the next, mean over the sounding time."""
    sonorities = taste.batch.sonorities
    above = sonorities.sounding.copy()
    above[np.arange(len(above)), sonorities.lowest] = False
    has_two = sonorities.polyphony > 1
    return taste.sounding_mean(has_two * (above.argmax(axis=1) - sonorities.lowest))


def doubled_share(taste: TasteBatch) -> Floats:
    """Share of the sounding pitches that double a pitch class."""
    polyphony = taste.batch.sonorities.polyphony
    classes = _COUNTS[taste.batch.pitch_class_masks]
    return taste.sounding_mean((polyphony - classes) / np.maximum(1, polyphony))


def tritone_share(taste: TasteBatch) -> Floats:
    """Share of the sounding time with a tritone in it."""
    return taste.sounding_mean(_HAS_TRITONE[taste.batch.pitch_class_masks])


def semitone_share(taste: TasteBatch) -> Floats:
    """Share of the sounding time with two pitch classes a semitone apart."""
    return taste.sounding_mean(_HAS_SEMITONE[taste.batch.pitch_class_masks])


def outside_key_share(taste: TasteBatch) -> Floats:
    """Share of the notes outside the song's scale."""
    outside = np.ones(12, dtype=np.bool_)
    outside[sorted(taste.context.key.scale_pitch_classes)] = False
    batch = taste.batch
    return batch.means(outside[batch.pitches % 12], batch.pitched_owners)


def root_moves_per_bar(taste: TasteBatch) -> Floats:
    """How often the root of the heard chords changes in a bar, from 0."""
    _, owners = taste.batch.root_moves
    return ratios(taste.batch.counts(owners), taste.batch.bars)


def root_tritone_share(taste: TasteBatch) -> Floats:
    """Of the moves of the heard roots, those by a tritone."""
    rises, owners = taste.batch.root_moves
    return taste.batch.means(rises == TRITONE, owners)


def ends_on_tonic(taste: TasteBatch) -> Floats:
    """1 where the last lowest sounding pitch is the song's tonic, 0 where it isn't."""
    return _bass_is_tonic(taste, last=True)


def begins_on_tonic(taste: TasteBatch) -> Floats:
    """1 where the first lowest sounding pitch is the song's tonic, 0 where it isn't."""
    return _bass_is_tonic(taste, last=False)


def top_ends_on_tonic(taste: TasteBatch) -> Floats:
    """1 where the last note of the top line is the song's tonic, 0 where it isn't."""
    is_tonic = (taste.last_top() - taste.context.key.tonic_pitch_class) % 12 == 0
    return np.asarray(is_tonic & (taste.top_counts > 0), dtype=np.float64)


def plain_triad_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time of plain major and minor triads."""
    return taste.span_share(_IS_PLAIN[taste.spans[:, MASK]])


def suspended_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time of chords without a third."""
    return taste.span_share(~_has(taste, MINOR_THIRD, MAJOR_THIRD))


def seventh_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time of chords with a seventh."""
    return taste.span_share(_has(taste, *SEVENTHS))


def ninth_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time of chords with a second or fourth beside a third."""
    return taste.span_share(_has(taste, *NINTHS) & _has(taste, MINOR_THIRD, MAJOR_THIRD))


def altered_fifth_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time of diminished and augmented chords."""
    is_altered = _has(taste, DIMINISHED_FIFTH, AUGMENTED_FIFTH) & ~_has(taste, FIFTH)
    return taste.span_share(is_altered)


def minor_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time of chords with a minor third."""
    return taste.span_share(_has(taste, MINOR_THIRD) & ~_has(taste, MAJOR_THIRD))


def borrowed_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time of chords with a tone outside the song's scale."""
    scale = sum(1 << each for each in taste.context.key.scale_pitch_classes)
    roots, masks = taste.spans[:, ROOT], taste.spans[:, MASK]
    turned = (masks << roots | masks >> (12 - roots)) & 0xFFF
    return taste.span_share((turned & ~scale) != 0)


def slash_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time over another bass than the root."""
    return taste.span_share(taste.spans[:, BASS] != taste.spans[:, ROOT])


def tonic_share(taste: TasteBatch) -> Floats:
    """Share of the chords' time on the song's tonic."""
    return taste.span_share(taste.spans[:, ROOT] == taste.context.key.tonic_pitch_class)


def chord_bars(taste: TasteBatch) -> Floats:
    """Mean length of a chord in bars: harmonic rhythm."""
    spans = taste.spans
    means = taste.batch.means(spans[:, LENGTH], spans[:, OWNER])
    return means / taste.batch.meter.bar_ticks


def chord_bars_sd(taste: TasteBatch) -> Floats:
    """Standard deviation of the chords' lengths in bars: 0 for an even harmonic rhythm."""
    spans = taste.spans
    return taste.batch.deviations(spans[:, LENGTH], spans[:, OWNER]) / taste.batch.meter.bar_ticks


def chord_off_bar_share(taste: TasteBatch) -> Floats:
    """Share of the chords that begin within a bar."""
    spans = taste.spans
    is_inside = spans[:, ONSET] % taste.batch.meter.bar_ticks != 0
    return taste.batch.means(is_inside, spans[:, OWNER])


def distinct_chords(taste: TasteBatch) -> Floats:
    """How many different chords there are: roots with their tones."""
    spans = taste.spans
    chords = distinct(np.sort((spans[:, OWNER] * 12 + spans[:, ROOT]) << 12 | spans[:, MASK]))
    return taste.batch.counts((chords >> 12) // 12).astype(np.float64)


def chord_tone_share(taste: TasteBatch) -> Floats:
    """Share of the pitched notes that belong to the approved chord under them."""
    chords = taste.context.part("chords")
    if chords is None or not chords.harmony:
        return np.zeros(len(taste.batch.parts))
    begins = np.array([span.onset_ticks for span in chords.harmony])
    tones = np.zeros((len(begins), 12), dtype=np.bool_)
    for row, span in enumerate(chords.harmony):
        tones[row, list(span.pitch_classes)] = True
    batch = taste.batch
    onsets = batch.notes["onset_ticks"][batch.is_pitched]
    rows = np.maximum(0, np.searchsorted(begins, onsets, side="right") - 1)
    return batch.means(tones[rows, batch.pitches % 12], batch.pitched_owners)


def register_gap(taste: TasteBatch) -> Floats:
    """Semitones to the nearest approved part, by their mean edges; negative where they overlap."""
    others = [_register(part.notes) for _, part in taste.context.parts]
    edges = [edge for edge in others if edge is not None]
    if not edges:
        return np.zeros(len(taste.batch.parts))
    low = taste.sounding_mean(taste.batch.sonorities.lowest)
    high = taste.sounding_mean(taste.batch.sonorities.highest)
    gaps = [np.maximum(low - other_high, other_low - high) for other_low, other_high in edges]
    return np.where(taste.time_means > 0, np.min(gaps, axis=0), 0.0)


def above_others_share(taste: TasteBatch) -> Floats:
    """Share of the pitched notes above the mean of every approved part's highest pitch."""
    edges = [_register(part.notes) for _, part in taste.context.parts]
    highest = max((edge[1] for edge in edges if edge is not None), default=None)
    if highest is None:
        return np.zeros(len(taste.batch.parts))
    return taste.batch.means(taste.batch.pitches > highest, taste.batch.pitched_owners)


def words_per_beat(taste: TasteBatch) -> Floats:
    """Words that are sung per beat group, from 0."""
    words = np.array([_words(part.lyrics) for part in taste.batch.parts], dtype=np.float64)
    return ratios(words, taste.batch.bars * len(taste.batch.meter.groups))


def syllables_per_note(taste: TasteBatch) -> Floats:
    """Syllables per note, 0 to 1: less than 1 where syllables are drawn over several notes."""
    syllables = np.array([len(part.lyrics) for part in taste.batch.parts])
    return ratios(syllables, taste.batch.counts(taste.batch.pitched_owners))


def _words(lyrics: tuple[tuple[int, str], ...]) -> int:
    """A text ends with a space where its word ends; so does the last."""
    return sum(text.endswith(" ") for _, text in lyrics[:-1]) + bool(lyrics)


def _widths(taste: TasteBatch) -> Integers:
    sonorities = taste.batch.sonorities
    return np.where(sonorities.polyphony > 1, sonorities.highest - sonorities.lowest, 0)


def _has(taste: TasteBatch, *semitones: int) -> Booleans:
    """Of each chord span, whether any of these sounds above its root."""
    bits = sum(1 << semitone for semitone in semitones)
    return np.asarray((taste.spans[:, MASK] & bits) != 0)


def _bass_is_tonic(taste: TasteBatch, *, last: bool) -> Floats:
    sounds = taste.batch.sonorities.polyphony > 0
    owners = taste.batch.slice_owners[sounds]
    lowest = taste.batch.sonorities.lowest[sounds]
    counts = taste.batch.counts(owners)
    if not len(owners):
        return np.zeros(len(counts))
    ends = np.cumsum(counts)
    rows = np.clip(ends - 1 if last else ends - counts, 0, len(owners) - 1)
    is_tonic = lowest[rows] % 12 == taste.context.key.tonic_pitch_class
    return np.asarray(is_tonic & (counts > 0), dtype=np.float64)


def _register(notes: Notes) -> tuple[float, float] | None:
    """Mean of the lowest and of the highest sounding pitch, over the sounding time."""
    pitched = notes[~notes["is_drum"]]
    if not len(pitched):
        return None
    onsets, pitches = (pitched[name].astype(np.int64) for name in ("onset_ticks", "pitch"))
    cut = Sonorities.cut(onsets, onsets + pitched["duration_ticks"], pitches)
    ticks = cut.length_ticks * (cut.polyphony > 0)
    low, high = (float((line * ticks).sum() / ticks.sum()) for line in (cut.lowest, cut.highest))
    return low, high


MEASURES: tuple[Callable[[TasteBatch], Floats], ...] = (
    voicing_width,
    voicing_gap,
    bottom_gap,
    doubled_share,
    tritone_share,
    semitone_share,
    outside_key_share,
    root_moves_per_bar,
    root_tritone_share,
    ends_on_tonic,
    begins_on_tonic,
    top_ends_on_tonic,
)
SPAN_MEASURES: tuple[Callable[[TasteBatch], Floats], ...] = (
    plain_triad_share,
    suspended_share,
    seventh_share,
    ninth_share,
    altered_fifth_share,
    minor_share,
    borrowed_share,
    slash_share,
    tonic_share,
    chord_bars,
    chord_bars_sd,
    chord_off_bar_share,
    distinct_chords,
)
BESIDE_MEASURES: tuple[Callable[[TasteBatch], Floats], ...] = (
    chord_tone_share,
    register_gap,
    above_others_share,
)
SUNG_MEASURES: tuple[Callable[[TasteBatch], Floats], ...] = (words_per_beat, syllables_per_note)
