"""What is measured of a song beside real songs: one small function for each figure.

Each gives the song's own mean, or None where the song has nothing to measure; a table is the
mean over songs. Shares are 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from benchmarks.song_form import Chord, Music, Progression, Voice
from genomes import ChordSpan, Meter, Part
from genomes.keys import SCALES
from genomes.time import TICKS_PER_QUARTER

Floats = NDArray[np.float64]
Measure = Callable[[Music], float | None]

TRIADS = {(0, 4, 7), (0, 3, 7)}
SUSPENDED = {(0, 2, 7), (0, 5, 7), (0, 5, 7, 10), (0, 2, 7, 10)}
SEVENTHS = {9, 10, 11}  # above a triad; the 9 of a diminished chord alone counts
LOOP_BARS = 4
SHORTEST_LOOPED = 8
# How well each pitch class above the tonic fits a major and a minor key, by listeners' ratings:
# Krumhansl and Kessler 1982.
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

SNARES = {37, 38, 39, 40}
TIME_KEEPERS = {42, 44, 46, 51, 53, 59}
TIME_KEPT = 0.75  # of a bar's eighths that are struck where time is kept
NEAR = TICKS_PER_QUARTER // 12  # a stroke so close to a beat is on it
SWUNG = 2 / 3
PHRASE_REST = TICKS_PER_QUARTER  # a rest so long, or longer, ends a phrase


def mean(values: Iterable[float]) -> float | None:
    """The mean; None of nothing."""
    found = list(values)
    return fmean(found) if found else None


def _over(
    sections: Iterable[Progression], value: Callable[[Progression], float | None]
) -> float | None:
    return mean(found for each in sections if (found := value(each)) is not None)


def _voices(music: Music, role: str, value: Callable[[Voice], float | None]) -> float | None:
    voices = music.voices.get(role, [])
    return mean(found for each in voices if (found := value(each)) is not None)


# Harmony.


def loops(music: Music) -> float | None:
    """Share of bars whose chords equal those four bars earlier, in sections of 8 bars or more."""
    return _over(music.progressions, _loops)


def _loops(section: Progression) -> float | None:
    bars = [tuple(held[:3] for held in bar) for bar in section.bars]
    if len(bars) < SHORTEST_LOOPED:
        return None
    return mean(now == then for then, now in zip(bars, bars[LOOP_BARS:], strict=False))


def _share(chords: Sequence[Chord], is_one: Callable[[Chord], bool]) -> float | None:
    return mean(is_one(chord) for chord in chords)


def inversions(music: Music) -> float | None:
    """Share of chords over another bass than their root."""
    return _over(music.progressions, lambda s: _share(s.chords, lambda c: c.bass != c.root))


def begins_at_home(music: Music) -> float | None:
    """Share of sections whose first chord stands on the tonic."""
    return _over(music.progressions, lambda s: s.chords[0].root == s.tonic if s.chords else None)


def distinct_chords(music: Music) -> float | None:
    """Distinct roots and qualities of a section, the median over sections."""
    counts = [len({chord[:2] for chord in s.chords}) for s in music.progressions if s.chords]
    return median(counts) if counts else None


def changes_per_bar(music: Music) -> float | None:
    """New chords in a bar."""
    return _over(music.progressions, lambda s: len(s.chords) / len(s.bars) if s.chords else None)


def triads(music: Music) -> float | None:
    """Share of chords that are plain major or minor triads."""
    return _over(music.progressions, lambda s: _share(s.chords, lambda c: c.intervals in TRIADS))


def sevenths(music: Music) -> float | None:
    """Share of chords with a third and a seventh."""
    return _over(music.progressions, lambda s: _share(s.chords, _is_seventh))


def _is_seventh(chord: Chord) -> bool:
    above = set(chord.intervals)
    diminished = {3, 6, 9} <= above
    return bool(above & {3, 4}) and (bool(above & {10, 11}) or diminished)


def suspended(music: Music) -> float | None:
    """Share of chords with a fourth or a second in the third's place."""
    return _over(music.progressions, lambda s: _share(s.chords, lambda c: c.intervals in SUSPENDED))


def stated_key_best(music: Music) -> float | None:
    """Share of sections whose chords match no other key of the mode better than the stated one.

    The correlation of the time of each pitch class in the chords with the listeners' profile of
    major or minor, whichever has the mode's third, on each of the 12 tonics. Where nobody states
    the mode, it is the one that matches the whole song better at the stated tonic.
    """
    mode = _mode(music.progressions)
    return _over(music.progressions, lambda s: _is_best(s, mode))


def _mode(sections: Sequence[Progression]) -> str:
    if not sections or len(sections[0].modes) == 1:
        return sections[0].modes[0] if sections else "major"
    weights = sum((np.roll(_weights(s), -s.tonic) for s in sections), np.zeros(12))
    return max(sections[0].modes, key=lambda mode: _match(profile(mode), weights, 0))


def _is_best(section: Progression, mode: str) -> float | None:
    weights = _weights(section)
    if weights.std() == 0:
        return None
    matches = [_match(profile(mode), weights, tonic) for tonic in range(12)]
    return matches.index(max(matches)) == section.tonic


def _match(key: Floats, weights: Floats, tonic: int) -> float:
    return float(np.corrcoef(np.roll(key, tonic), weights)[0, 1])


def _weights(section: Progression) -> Floats:
    """Share of a bar for which each pitch class sounds in the chords of a section."""
    weights = np.zeros(12)
    for bar in section.bars:
        for held in bar:
            if held.chord:
                notes = {(held.chord.root + above) % 12 for above in held.chord.intervals}
                weights[[*notes]] += held.share
    return weights


def profile(mode: str) -> Floats:
    """How well each pitch class above the tonic fits a key of a mode: by its third."""
    return np.array(MAJOR_PROFILE if SCALES[mode][2] == 4 else MINOR_PROFILE)


def chord_motion(music: Music) -> float | None:
    """Semitones from each note of a chord to the nearest of the chord before, as they are played.

    A chord is all that begins while it holds.
    """
    return _voices(music, "chords", _motion)


def _motion(voice: Voice) -> float | None:
    onsets, pitches = voice.part.notes["onset_ticks"], voice.part.notes["pitch"].astype(int)
    sets = []
    for span in voice.chords:
        inside = pitches[(onsets >= span.onset_ticks) & (onsets < span.end_ticks)]
        if len(inside):
            sets.append(np.unique(inside))
    return mean(
        float(np.abs(new[:, None] - old[None, :]).min(axis=1).mean()) for old, new in pairwise(sets)
    )


# Bass.


def bass_pitch(music: Music) -> float | None:
    """Mean MIDI pitch of the bass."""
    return _voices(
        music, "bass", lambda v: float(v.part.notes["pitch"].mean()) if len(v.part.notes) else None
    )


def bass_is_lowest(music: Music) -> float | None:
    """Share of the bass's onsets at which no other pitched part sounds lower."""
    return _voices(music, "bass", _lowest)


def _lowest(voice: Voice) -> float | None:
    if not voice.others:
        return None
    others = np.concatenate([part.notes for part in voice.others])
    begin, end = others["onset_ticks"], others["onset_ticks"] + others["duration_ticks"]
    found = []
    for onset, _, pitch, _, _ in voice.part.notes.tolist():
        sounding = others["pitch"][(begin <= onset) & (onset < end)]
        found.append(not len(sounding) or pitch <= int(sounding.min()))
    return mean(found)


# Drums.


def backbeat(music: Music) -> float | None:
    """Share of bars of 4/4 with a snare on the second and the fourth beat."""
    return _voices(music, "drums", _backbeat)


def _backbeat(voice: Voice) -> float | None:
    if voice.meter != Meter(4, 4):
        return None
    bars = _strokes(voice, SNARES)
    beats = (TICKS_PER_QUARTER, 3 * TICKS_PER_QUARTER)
    return mean(all((np.abs(bar - beat) <= NEAR).any() for beat in beats) for bar in bars)


def time_keeper(music: Music) -> float | None:
    """Share of bars in which a cymbal keeps the eighths: at least three of four are struck."""
    return _voices(music, "drums", _kept)


def _kept(voice: Voice) -> float | None:
    eighths = np.arange(0, voice.meter.bar_ticks, TICKS_PER_QUARTER // 2)
    late = voice.part.swing * TICKS_PER_QUARTER / 6  # of every second one
    eighths = eighths + np.where(eighths % TICKS_PER_QUARTER, late, 0)
    bars = _strokes(voice, TIME_KEEPERS)
    return mean(
        fmean([(np.abs(bar - eighth) <= NEAR).any() for eighth in eighths]) >= TIME_KEPT
        for bar in bars
    )


def _strokes(voice: Voice, pitches: set[int]) -> list[NDArray[np.int64]]:
    """Ticks from the bar line of the strokes of some drums, bar by bar."""
    size = voice.meter.bar_ticks
    notes = voice.part.notes[np.isin(voice.part.notes["pitch"], list(pitches))]
    bars, ticks = np.divmod(notes["onset_ticks"].astype(np.int64), size)
    return [ticks[bars == bar] for bar in range(voice.part.length_ticks // size)]


def strokes_per_bar(music: Music) -> float | None:
    """Drum notes in a bar."""
    return _voices(
        music, "drums", lambda v: len(v.part.notes) * v.meter.bar_ticks / v.part.length_ticks
    )


def swung(music: Music) -> float | None:
    """Share of drum parts that swing by two thirds of the way to triplets or more.

    From the notes: where their off-beats between a straight eighth and a triplet lie.
    """
    return _voices(music, "drums", lambda v: heard_swing(v.part) >= SWUNG)


def heard_swing(part: Part) -> float:
    """How late the off-beats come, 0 (straight) to 1 (triplets): the median of those near it."""
    places = part.notes["onset_ticks"] % TICKS_PER_QUARTER / TICKS_PER_QUARTER
    near = places[(places > 0.46) & (places < 0.71)]
    return float(np.clip((np.median(near) - 0.5) * 6, 0, 1)) if len(near) else 0.0


# Melody.


def steps(music: Music) -> float | None:
    """Share of a melody's intervals that are one or two semitones."""
    return _voices(music, "melody", _steps)


def _steps(voice: Voice) -> float | None:
    intervals = np.abs(np.diff(voice.part.notes["pitch"].astype(int)))
    return mean(((intervals >= 1) & (intervals <= 2)).tolist())


def rests(music: Music) -> float | None:
    """Share of the time in which the melody is silent."""
    return _voices(music, "melody", _rests)


def _rests(voice: Voice) -> float | None:
    sounding = np.zeros(voice.part.length_ticks, dtype=bool)
    for onset, duration, *_ in voice.part.notes.tolist():
        sounding[onset : onset + duration] = True
    return 1 - float(sounding.mean())


def off_beat(music: Music) -> float | None:
    """Share of the melody's onsets that are on no beat of the meter."""
    return _voices(music, "melody", _off_beat)


def _off_beat(voice: Voice) -> float | None:
    beat = TICKS_PER_QUARTER
    places = voice.part.notes["onset_ticks"] % voice.meter.bar_ticks % beat
    return mean((np.minimum(places, beat - places) > NEAR).tolist())


def exact_returns(music: Music) -> float | None:
    """Share of the bars with notes that equal an earlier one of the section, note for note."""
    return _voices(music, "melody", _returns)


def _returns(voice: Voice) -> float | None:
    size = voice.meter.bar_ticks
    bars: dict[int, list[tuple[int, int]]] = {}
    for onset, _, pitch, _, _ in voice.part.notes.tolist():
        bars.setdefault(onset // size, []).append((onset % size, pitch))
    seen: set[tuple[tuple[int, int], ...]] = set()
    found = []
    for _, notes in sorted(bars.items()):
        found.append(tuple(notes) in seen)
        seen.add(tuple(notes))
    return mean(found)


def phrase_ends(music: Music) -> float | None:
    """Share of phrases whose last note is in the triad on the key's tonic.

    A rest of a quarter or more ends a phrase, and so does the end.
    """
    return _voices(music, "melody", _phrase_ends)


def _phrase_ends(voice: Voice) -> float | None:
    notes = voice.part.notes.tolist()
    if not voice.home:
        return None
    last = [
        pitch
        for (onset, duration, pitch, _, _), (following, *_) in pairwise(notes)
        if following - onset - duration >= PHRASE_REST
    ]
    last += [notes[-1][2]] if notes else []
    return mean(pitch % 12 in voice.home for pitch in last)


def _chord_at(spans: Sequence[ChordSpan], tick: int) -> ChordSpan | None:
    return next((span for span in spans if span.onset_ticks <= tick < span.end_ticks), None)


def clashes(music: Music) -> float | None:
    """Share of the notes on strong beats that are a semitone above or below a note of the chord.

    Strong are the beginnings of a bar and, in bars of four quarters, their middle. A note of the
    chord clashes too, where the chord has a semitone in itself.
    """
    return _voices(music, "melody", _clashes)


def _clashes(voice: Voice) -> float | None:
    strong = voice.meter.bar_ticks // (2 if voice.meter.bar_quarters == 4 else 1)
    found = []
    for onset, _, pitch, _, _ in voice.part.notes.tolist():
        chord = _chord_at(voice.chords, onset) if onset % strong == 0 else None
        if chord:
            near = {(pc + move) % 12 for pc in chord.pitch_classes for move in (-1, 1)}
            found.append(pitch % 12 in near)
    return mean(found)


# Whole songs.

INTROS = ("intro", "pre-intro")
ENDINGS = ("outro", "coda", "ending", "fade")


def has_intro(music: Music) -> float | None:
    """Whether the first labelled section is an intro."""
    labels = [label for label in music.labels if label]
    return float(labels[0].startswith(INTROS)) if music.is_whole and labels else None


def has_ending(music: Music) -> float | None:
    """Whether the last labelled section is an outro, a coda or a fade."""
    labels = [label for label in music.labels if label]
    return float(labels[-1].startswith(ENDINGS)) if music.is_whole and labels else None


def ends_at_home(music: Music) -> float | None:
    """Whether the last chord stands on the tonic."""
    last = [section.chords for section in music.progressions if section.chords]
    return float(last[-1][-1].root == music.tonic) if music.is_whole and last else None


def next_verse_equal(music: Music) -> float | None:
    """Share of verses with the same first eight bars of chords as the verse before."""
    return _next_equal(music, "verse")


def next_chorus_equal(music: Music) -> float | None:
    """Share of choruses with the same first eight bars of chords as the chorus before."""
    return _next_equal(music, "chorus")


def _next_equal(music: Music, label: str) -> float | None:
    if not music.is_whole:
        return None
    same = [s.bars for s in music.progressions if s.label.split(" ")[0] == label]
    heads = [[[held[:3] for held in bar] for bar in bars[:SHORTEST_LOOPED]] for bars in same]
    return mean(_equal_heads(*pair) for pair in pairwise(heads))


def _equal_heads(
    first: list[list[tuple[object, ...]]], second: list[list[tuple[object, ...]]]
) -> bool:
    length = min(len(first), len(second))
    return first[:length] == second[:length]


MEASURES: dict[str, dict[str, Measure]] = {
    "harmony": {
        "bars equal to the bar four earlier": loops,
        "chords over another bass than the root": inversions,
        "a section begins on the tonic's root": begins_at_home,
        "stated key is the best-matching key": stated_key_best,
        "distinct chords of a section": distinct_chords,
        "changes per bar": changes_per_bar,
        "plain triads": triads,
        "sevenths": sevenths,
        "suspended chords": suspended,
        "motion per chord, semitones": chord_motion,
    },
    "bass": {
        "mean pitch": bass_pitch,
        "lowest part, share of onsets": bass_is_lowest,
    },
    "drums": {
        "backbeat, share of bars in 4/4": backbeat,
        "time-keeper on eighths, share of bars": time_keeper,
        "strokes per bar": strokes_per_bar,
        "swing two thirds or more": swung,
    },
    "melody": {
        "steps": steps,
        "rests": rests,
        "off-beat onsets": off_beat,
        "bars that return exactly": exact_returns,
        "phrase ends on a note of the triad": phrase_ends,
        "clashes on strong beats": clashes,
    },
    "song": {
        "intro": has_intro,
        "outro, coda or fade": has_ending,
        "ends on the tonic's root": ends_at_home,
        "next verse has the same chords": next_verse_equal,
        "next chorus has the same chords": next_chorus_equal,
    },
}
