"""What a lock keeps of the drums."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from genomes.context import Context
from genomes.drums.fills import FILLS, NO_CRASH, NO_FILL
from genomes.drums.genome import Bar, DrumGenome, audible_genome
from genomes.drums.patterns import ACCENT, FLAM, REST, Pattern, clashing, legal
from genomes.drums.rendering import render
from genomes.drums.voices import BY_NOTE, RANK, VOICES
from genomes.locks import Locks, with_locked_bars

Strokes = list[tuple[str, str]]  # voices and their levels


def with_locks(
    genome: DrumGenome, source: DrumGenome, locks: Locks, context: Context
) -> DrumGenome:
    """A copy that keeps what is locked of the source.

    A locked rhythm keeps every moment at which anything is struck, and frees what strikes it and
    how loudly; a locked pitch keeps the set of voices, and frees when they are struck; locked
    voices keep each of their strokes, and free how loud these are. Beside locked bars, rhythm or
    voices, all swing as the source does.
    """
    if locks.bars or locks.rhythm or locks.voices:
        genome = replace(genome, swing_percent=source.swing_percent)
    bars = with_locked_bars(genome.bars, source.bars, locks)
    kept = _rebuilt(genome, bars)
    free = [index for index in range(len(bars)) if index not in locks.bars]
    if locks.rhythm:
        kept = _with_rhythm_of(kept, source, free, context)
    elif locks.pitch:
        kept = _with_voices_of(kept, source, free, context)
    return _with_strokes_of(kept, source, free, locks, context) if locks.voices else kept


def _rebuilt(genome: DrumGenome, bars: Sequence[Bar]) -> DrumGenome:
    return audible_genome(genome.meter, bars, genome.swing_percent, genome.dynamic, genome.shape)


def _with_rhythm_of(
    genome: DrumGenome, source: DrumGenome, free: Sequence[int], context: Context
) -> DrumGenome:
    bars = list(genome.bars)
    for index in free:
        bars[index] = _with_onsets_of(genome, source, index)

    def lost(part_of: DrumGenome) -> set[int]:
        return _lost_onsets(part_of, source, context)

    return _restored(_rebuilt(genome, bars), source, free, lost)


def _lost_onsets(genome: DrumGenome, source: DrumGenome, context: Context) -> set[int]:
    """Numbers of the bars in which onsets of the source are missing, or others are heard."""
    wanted, found = _onsets(source, context), _onsets(genome, context)
    return {onset // context.meter.bar_ticks for onset in wanted ^ found}


def _onsets(genome: DrumGenome, context: Context) -> set[int]:
    return set(render(genome, context).notes["onset_ticks"].tolist())


def _with_onsets_of(genome: DrumGenome, source: DrumGenome, index: int) -> Bar:
    """A bar with the source's onsets, played by the genome's voices where those play there too."""
    theirs, own = source.played(index), genome.played(index)
    if theirs == own:
        return source.bars[index]
    ours = _strokes(own) if own.division == theirs.division else []
    lines: dict[str, list[str]] = {}
    for cell, strokes in enumerate(_strokes(theirs)):
        taken = ours[cell] if ours and ours[cell] else strokes
        if any(level == FLAM for _, level in strokes):
            taken = strokes
        elif taken is not strokes:
            taken = [(voice, ACCENT if level == FLAM else level) for voice, level in taken]
        for voice, level in taken if strokes else ():
            line = lines.setdefault(voice, [REST] * len(theirs.lines[0][1]))
            line[cell] = level
    letters = {voice: "".join(line) for voice, line in lines.items()}
    return Bar(legal(theirs.division, letters))


def _strokes(pattern: Pattern) -> list[Strokes]:
    """For each cell, what is struck there."""
    columns = zip(*(line for _, line in pattern.lines), strict=True)
    return [
        [(v, level) for v, level in zip(pattern.voices, column, strict=True) if level != REST]
        for column in columns
    ]


def _with_voices_of(
    genome: DrumGenome, source: DrumGenome, free: Sequence[int], context: Context
) -> DrumGenome:
    known = sorted(set().union(*_voices_by_bar(source, context)), key=RANK.__getitem__)
    bars = list(genome.bars)
    for index in free:
        if bars[index] != source.bars[index]:
            bars[index] = _with_voices(bars[index], known)

    def lost(part_of: DrumGenome) -> set[int]:
        return _lost_voices(part_of, source, free, context)

    return _restored(_rebuilt(genome, bars), source, free, lost)


def _lost_voices(
    genome: DrumGenome, source: DrumGenome, free: Sequence[int], context: Context
) -> set[int]:
    """Numbers of the source's bars with voices that are missing; the free ones if others sound."""
    wanted, found = _voices_by_bar(source, context), _voices_by_bar(genome, context)
    missing = set().union(*wanted) ^ set().union(*found)
    return {index for index, voices in enumerate(wanted) if voices & missing} or (
        set(free) if missing else set()
    )


def _with_strokes_of(
    genome: DrumGenome, source: DrumGenome, free: Sequence[int], locks: Locks, context: Context
) -> DrumGenome:
    """The genome with every stroke of the source's locked voices, and no other of theirs."""
    bars = list(genome.bars)
    for index in free:
        bars[index] = _with_lines_of(genome, source, index, locks.voices)
    notes = [VOICES[voice].note for voice in locks.voices]
    wanted = _struck(source, notes, context)

    def lost(part_of: DrumGenome) -> set[int]:
        changed = wanted ^ _struck(part_of, notes, context)
        found = {onset // context.meter.bar_ticks for onset, _ in changed}
        if locks.rhythm:
            found |= _lost_onsets(part_of, source, context)
        return found | _lost_voices(part_of, source, free, context) if locks.pitch else found

    return _restored(_rebuilt(genome, bars), source, free, lost)


def _struck(genome: DrumGenome, notes: Sequence[int], context: Context) -> set[tuple[int, int]]:
    """Onset and note of each stroke on one of these."""
    struck = render(genome, context).notes[["onset_ticks", "pitch"]].tolist()
    return {stroke for stroke in struck if stroke[1] in notes}


def _with_lines_of(
    genome: DrumGenome, source: DrumGenome, index: int, voices: Sequence[str]
) -> Bar:
    """A bar with the source's lines of some voices; others leave out what clashes with these."""
    theirs, own = source.played(index), genome.played(index)
    taken = {voice: theirs.line(voice) for voice in voices if theirs.line(voice)}
    lines = {voice: line for voice, line in own.lines if voice not in voices}
    if taken and own.division != theirs.division:
        return source.bars[index]
    for cell in range(max(map(len, taken.values()), default=0)):
        strokes = [(voice, line[cell]) for voice, line in taken.items() if line[cell] != REST]
        others = [(voice, line[cell]) for voice, line in lines.items() if line[cell] != REST]
        if strokes and clashing((*strokes, *others)):
            lines = {
                voice: f"{line[:cell]}{REST}{line[cell + 1 :]}" for voice, line in lines.items()
            }
    return Bar(legal(own.division, lines | taken))


def _voices_by_bar(genome: DrumGenome, context: Context) -> list[set[str]]:
    notes = render(genome, context).notes
    found: list[set[str]] = [set() for _ in genome.bars]
    bars = (notes["onset_ticks"] // context.meter.bar_ticks).tolist()
    for bar, note in zip(bars, notes["pitch"].tolist(), strict=True):
        found[bar].add(BY_NOTE[note])
    return found


def _with_voices(bar: Bar, known: Sequence[str]) -> Bar:
    """A bar with only the known voices; others go to a known one of their role, if there is one."""
    lines: dict[str, str] = {}
    for voice, line in bar.pattern.lines:
        takes = voice if voice in known else _replacement(voice, known)
        if takes and takes not in lines:
            lines[takes] = line
    fill = bar.fill and set(FILLS[bar.fill].voices) <= set(known)
    return Bar(
        legal(bar.pattern.division, lines),
        bar.fill if fill else NO_FILL,
        bar.crash if bar.crash in known else NO_CRASH,
    )


def _replacement(voice: str, known: Sequence[str]) -> str:
    own = VOICES[voice]
    alike = (v for v in known if (VOICES[v].role, VOICES[v].limb) == (own.role, own.limb))
    return next(alike, "")


def _restored(
    genome: DrumGenome,
    source: DrumGenome,
    free: Sequence[int],
    lost: Callable[[DrumGenome], set[int]],
) -> DrumGenome:
    """The source's bars put back one after another, until nothing locked is lost.

    Args:
        genome: to put them into.
        source: whose they are.
        free: numbers of the bars that may still come from the genome.
        lost: numbers of bars in which something locked is missing; none once all of it is there.
    """
    candidates = list(free)
    while wrong := lost(genome):
        if not candidates:
            return replace(source, dynamic=genome.dynamic, shape=genome.shape)
        index = next((i for i in candidates if i in wrong), candidates[0])
        candidates.remove(index)
        bars = list(genome.bars)
        bars[index] = source.bars[index]
        genome = _rebuilt(genome, bars)
    return genome
