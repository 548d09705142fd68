"""From a melody genome to the part that is heard, scored and written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from genomes.context import Context
from genomes.grid import swung
from genomes.keys import pitch_name
from genomes.melody.genes import LockedPitches, Phrase
from genomes.melody.genome import MelodyGenome
from genomes.melody.pitches import Harmony, PitchedNote, pitched
from genomes.melody.setting import report
from genomes.melody.singers import in_range, range_of, singer_of
from genomes.melody.syllables import performed, spread
from genomes.melody.timing import (
    LONGEST_BREATH_SECONDS,
    SungNote,
    pickup_count,
    ticks_of,
)
from genomes.notes import Part, Word
from genomes.time import Meter

ACCENT_VELOCITY = 14

Phrases = list[tuple[Phrase, list[SungNote]]]


def render(genome: MelodyGenome, context: Context) -> Part:
    """Sing the genome's phrases over the context's chords."""
    phrases = timed(genome, context)
    harmony = Harmony.of(context, genome.leaning)
    if genome.line:
        notes = _on_locked_pitches(phrases, genome.line, context)
    else:
        before = _last_pitch(context)
        notes = pitched(phrases, harmony, genome.home, genome.register, before)
        notes = _ended_differently(notes, harmony, context)
    return _part(notes, genome.dynamic, context, _words(phrases, context))


def timed(genome: MelodyGenome, context: Context) -> Phrases:
    """Every phrase with its notes, in ticks from the start of the part.

    Depends on the rhythm's genes and the context alone: on no pitch.

    Raises:
        ValueError: if the genome wasn't made for the context's meter and bars.
    """
    made_for, given = (genome.meter, genome.bars), (str(context.meter), context.section.bars)
    if made_for != given:
        raise ValueError(f"made for (meter, bars) {made_for}, the context has {given}")
    stresses = _stresses(context, len(genome.phrases))
    meter, tempo_bpm = context.meter, context.tempo_bpm
    phrases: Phrases = []
    start_ticks = 0
    for (phrase, material), words in zip(genome.pieces(), stresses, strict=True):
        notes = performed(phrase, material, meter, tempo_bpm, words, genome.melismas)
        phrases.append((phrase, [_moved(note, start_ticks) for note in notes]))
        start_ticks += phrase.bars * meter.bar_ticks
    return phrases if context.lyrics else _with_pickups(phrases, tempo_bpm)


def _with_pickups(phrases: Phrases, tempo_bpm: float) -> Phrases:
    """Pick-ups only where a phrase follows that can be sung with them in one breath."""
    longest_ticks = ticks_of(LONGEST_BREATH_SECONDS, tempo_bpm)
    found: Phrases = []
    for (phrase, notes), (_, following) in pairwise([*phrases, (phrases[-1][0], [])]):
        count = pickup_count(notes)
        if count and following:
            closing = following[len(following) - 1 - pickup_count(following)]
            fits = closing.end_ticks - notes[-count].onset_ticks <= longest_ticks
        else:
            fits = not count
        found.append((phrase, notes if fits else notes[: len(notes) - count]))
    return found


def _moved(note: SungNote, ticks: int) -> SungNote:
    onset, end, height, weight, syllable, is_split = note
    return SungNote(onset + ticks, end + ticks, height, weight, syllable, is_split)


def _stresses(context: Context, phrases: int) -> Sequence[tuple[bool, ...] | None]:
    """For each phrase, whether its syllables are stressed; None without words."""
    if context.lyrics is None:
        return [None] * phrases
    sung_there = spread(context.lyrics.lines, phrases)
    return [tuple(syllable.is_stressed for syllable in words) for words in sung_there]


def _last_pitch(context: Context) -> int | None:
    """Where the section before ends, in the octave of this singer."""
    if context.before is None or not len(context.before.notes):
        return None
    return in_range(int(context.before.notes["pitch"][-1]), *range_of(context.singer))


def _on_locked_pitches(
    phrases: Phrases, line: Sequence[LockedPitches], context: Context
) -> list[PitchedNote]:
    """The notes on locked pitches, in their order; each is sung on one note or on several."""
    low, high = range_of(context.singer)
    bar_ticks = context.meter.bar_ticks
    notes = [note for _, sung_notes in phrases for note in sung_notes]
    edges = [*(segment.bar * bar_ticks for segment in line[1:]), context.length_ticks]
    made: list[PitchedNote] = []
    for segment, end in zip(line, edges, strict=True):
        start = segment.bar * bar_ticks
        inside = [note for note in notes if start <= note.onset_ticks < end]
        if segment.pitches:
            count = len(segment.pitches)
            made += [
                (note, in_range(segment.pitches[index * count // len(inside)], low, high))
                for index, note in enumerate(inside)
            ]
    return made


def _ended_differently(
    notes: list[PitchedNote], harmony: Harmony, context: Context
) -> list[PitchedNote]:
    """The last bar never repeats an earlier one: its last note goes elsewhere in the chord."""
    bar_ticks = context.meter.bar_ticks
    bars: dict[int, list[tuple[int, int]]] = {}
    for note, pitch in notes:
        bar, within = divmod(note.onset_ticks, bar_ticks)
        bars.setdefault(bar, []).append((within, pitch))
    last = bars.pop(context.section.bars - 1, [])
    if not last:
        return notes
    within, pitch = last[-1]
    taken = {bar[-1][1] for bar in bars.values() if bar[:-1] == last[:-1] and bar[-1][0] == within}
    if pitch not in taken:
        return notes
    note = notes[-1][0]
    chord_scale = harmony.scales[harmony.chords_under(note)[0][0]]
    options = [
        (not chord_scale.is_chord[scale_step % 7], abs(other - pitch), other)
        for scale_step, other in enumerate(chord_scale.pitches)
        if harmony.fits(other) and other not in taken
    ]
    return [*notes[:-1], (note, min(options)[2])] if options else notes


def _words(phrases: Phrases, context: Context) -> list[Word]:
    """When each syllable is sung, before any swing."""
    if context.lyrics is None:
        return []
    syllables = spread(context.lyrics.lines, len(phrases))
    return [
        (note.onset_ticks, words[note.syllable].text + " " * words[note.syllable].ends_word)
        for (_, notes), words in zip(phrases, syllables, strict=True)
        for note in notes
        if note.syllable >= 0
    ]


def _part(
    notes: Sequence[PitchedNote], dynamic: int, context: Context, words: Sequence[Word]
) -> Part:
    meter, swing = context.meter, context.swing
    rows = []
    for note, pitch in notes:
        onset, end = note.onset_ticks, note.end_ticks
        if swing:
            onset, end = swung(onset, meter, swing), swung(end, meter, swing)
        velocity = min(127, dynamic + round(ACCENT_VELOCITY * note.weight))
        rows.append((onset, max(1, end - onset), pitch, velocity))
    lyrics = [(swung(onset, meter, swing), text) for onset, text in words]
    return Part.of(rows, context.length_ticks, lyrics=lyrics, swing=swing)


def describe(genome: MelodyGenome, part: Part, context: Context) -> dict[str, Any]:
    """What a person reads: who sings, the form, each phrase's notes, and how the words fit."""
    singer = singer_of(context.singer)
    described: dict[str, Any] = {
        "singer": singer.name,
        "range": [pitch_name(singer.low), pitch_name(singer.high)],
        "form": form_of(genome.phrases),
        "phrases": _phrase_texts(part, genome.phrases, context.meter),
        "notes_per_bar": round(len(part.notes) / genome.bars, 2),
        "register": genome.register,
        "leaning": genome.leaning,
        "dynamic": genome.dynamic,
    }
    if context.lyrics is not None:
        described["lyrics"] = report(part, context.lyrics, context)
    return described


def form_of(phrases: Sequence[Phrase]) -> str:
    """The form in letters, such as ``"A A' B A''"``; a prime for every new variant."""
    variants: dict[int, list[Phrase]] = {}
    names = []
    for phrase in phrases:
        known = variants.setdefault(phrase.material, [])
        if phrase not in known:
            known.append(phrase)
        names.append(_letters(phrase.material) + "'" * known.index(phrase))
    return " ".join(names)


def _letters(index: int) -> str:
    return chr(ord("A") + index % 26) + (str(index // 26) if index >= 26 else "")


def _phrase_texts(part: Part, phrases: Sequence[Phrase], meter: Meter) -> list[dict[str, Any]]:
    texts, bar = [], 0
    for phrase in phrases:
        start, end = (index * meter.bar_ticks for index in (bar, bar + phrase.bars))
        inside = (part.notes["onset_ticks"] >= start) & (part.notes["onset_ticks"] < end)
        names = " ".join(pitch_name(pitch) for pitch in part.notes["pitch"][inside].tolist())
        texts.append({"from_bar": bar + 1, "bars": phrase.bars, "notes": names})
        bar += phrase.bars
    return texts
