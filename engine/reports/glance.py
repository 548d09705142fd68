"""A part in a few lines of text: chords over bars, drums as a grid, notes with their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.notation.percussion import drum_sign
from engine.stages import STAGES
from genomes import Meter, Part
from genomes.drums.rendering import onsets_ticks
from genomes.drums.voices import BY_NOTE
from genomes.grid import DIVISIONS
from genomes.keys import Key, name_and_octave

# Characters of a line where no terminal says how wide it is.
WIDTH = 80

# Lines that a part may take, so that a few candidates fit a screen.
MAX_LINES = 4

# As in lead sheets: the bar before once more. A bar in which no note begins has a point.
SAME_BAR = "%"
NO_ONSET = "·"

BAR_LINE, NARROW_BAR_LINE = " | ", "|"
BARS_PER_ROW = (8, 4, 2, 1)
CUT = "…"

LEVELS = "▁▂▃▄▅▆▇█"
MELISMA = "~"

# Velocities of a drum's strokes: an accent from here, a ghost note below.
ACCENT_VELOCITY = 100
GHOST_VELOCITY = 50
ACCENT, STROKE, GHOST, REST = "X", "x", "g", "-"

# What a drummer's grid has on its first line, and on its last; everything else is between them.
CYMBALS = frozenset({42, 44, 46, 49, 51, 52, 53, 54, 55, 57, 59, 69, 70, 80, 81, 82})
KICKS = frozenset({35, 36})

Lines = tuple[str, ...]
Note = tuple[int, int, int, int]  # onset and duration in ticks, pitch, velocity


@dataclass(frozen=True, slots=True)
class Glance:
    """A part as text.

    Attributes:
        lines: without a line break; none is longer than the width.
        shown_bars: how many bars from the first they show.
        bars: how many bars the part has.
    """

    lines: Lines
    shown_bars: int
    bars: int


def glance(
    stage: str,
    part: Part,
    meter: Meter,
    width: int = WIDTH,
    max_lines: int | None = MAX_LINES,
    key: Key | None = None,
) -> Glance:
    """A part as a person reads it.

    Args:
        stage: name of its stage: drums are a grid, chords their names, anything else its notes,
            with the words under them if it is sung.
        part: the notes.
        meter: of all its bars.
        width: characters of a line.
        max_lines: where the whole part takes more, its first bars are shown; None shows them all.
        key: spells the names of the notes.
    """
    if STAGES[stage].is_drums:
        return _drum_grid(part, meter, width)
    found = [
        _in_rows(list(bars), width, max_lines, bar_line)
        for bars, bar_line in _ways(stage, part, meter, key)
    ]
    return max(found, key=lambda each: each.shown_bars)


def drum_name(note: int) -> str:
    """What a person calls a drum of General MIDI, in small letters."""
    return BY_NOTE[note].replace("_", " ") if note in BY_NOTE else drum_sign(note).name.casefold()


def chord_line(part: Part, meter: Meter, width: int = WIDTH) -> str:
    """The chords of a part over its bars in one line, cut where it is full."""
    return _cut(_row_text([(text,) for text in _chord_texts(part, meter)])[0], width)


def _ways(
    stage: str, part: Part, meter: Meter, key: Key | None
) -> Iterator[tuple[Iterable[Lines], str]]:
    """Ways to write a part's bars, the one that says most first, and what stands between bars."""
    if stage == "chords" and part.harmony:
        yield ((text,) for text in _chord_texts(part, meter)), BAR_LINE
    elif part.lyrics:
        yield _sung_bars(part, meter, key), BAR_LINE
        yield _contour_bars(part, meter), NARROW_BAR_LINE
    else:
        yield ((text,) for text in _without_repeats(_note_texts(part, meter, key))), BAR_LINE


def _chord_texts(part: Part, meter: Meter) -> list[str]:
    """The chords that sound in each bar, or that they are those of the bar before."""
    texts = []
    for start, end in _bar_edges(part, meter):
        sounding = [s.name for s in part.harmony if s.onset_ticks < end and s.end_ticks > start]
        names = [name for name, before in zip(sounding, [None, *sounding], strict=False)
                 if name != before]  # fmt: skip
        texts.append(" ".join(names) or NO_ONSET)
    return _without_repeats(texts)


def _without_repeats(texts: list[str]) -> list[str]:
    return [
        SAME_BAR if text == before and text != NO_ONSET else text
        for text, before in zip(texts, [None, *texts], strict=False)
    ]


def _bar_edges(part: Part, meter: Meter) -> list[tuple[int, int]]:
    return list(pairwise(range(0, part.length_ticks + 1, meter.bar_ticks)))


def notes_by_bar(part: Part, meter: Meter) -> list[list[Note]]:
    """The notes that begin in each bar of a part."""
    bars: list[list[Note]] = [[] for _ in range(part.length_ticks // meter.bar_ticks)]
    for onset, duration, pitch, velocity, _ in part.notes.tolist():
        bars[onset // meter.bar_ticks].append((onset, duration, pitch, velocity))
    return bars


def _note_texts(part: Part, meter: Meter, key: Key | None) -> list[str]:
    """The notes of each bar; what begins together is joined by a plus sign."""
    texts = []
    for notes in notes_by_bar(part, meter):
        names = _names([pitch for _, _, pitch, _ in notes], key)
        struck: dict[int, list[str]] = {}
        for (onset, _, _, _), name in zip(notes, names, strict=True):
            struck.setdefault(onset, []).append(name)
        texts.append(" ".join("+".join(together) for together in struck.values()) or NO_ONSET)
    return texts


def _names(pitches: Sequence[int], key: Key | None) -> list[str]:
    """Names of the notes of a bar; the octave stands where it isn't that of the note before."""
    spelled = [name_and_octave(pitch, key) for pitch in pitches]
    octaves = [None, *(octave for _, octave in spelled)]
    return [
        name if octave == before else f"{name}{octave}"
        for (name, octave), before in zip(spelled, octaves, strict=False)
    ]


def _sung_bars(part: Part, meter: Meter, key: Key | None) -> Iterator[Lines]:
    """The notes' names, and under each what is sung on it."""
    words = dict(part.lyrics)
    for notes in notes_by_bar(part, meter):
        names = _names([pitch for _, _, pitch, _ in notes], key)
        sung = [_syllable(words.get(onset, MELISMA)) for onset, _, _, _ in notes]
        widths = [max(len(name), len(text)) for name, text in zip(names, sung, strict=True)]
        yield _padded((_columns(names, widths) or NO_ONSET, _columns(sung, widths)))


def _syllable(text: str) -> str:
    return text.strip() if text.endswith(" ") or text == MELISMA else f"{text}-"


def _columns(texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = [text.ljust(width) for text, width in zip(texts, widths, strict=True)]
    return " ".join(cells).rstrip()


def _contour_bars(part: Part, meter: Meter) -> Iterator[Lines]:
    """How high each note lies in the part, as wide as the words under it."""
    words = dict(part.lyrics)
    pitches = part.notes["pitch"].tolist()
    low, high = min(pitches), max(pitches)
    scale = (len(LEVELS) - 1) / (high - low) if high > low else 0.0
    for notes in notes_by_bar(part, meter):
        contour = text = ""
        for onset, _, pitch, _ in notes:
            syllable = words.get(onset, f"{MELISMA} ")
            level = LEVELS[round((pitch - low) * scale)] * len(syllable.rstrip())
            contour += level.ljust(len(syllable))
            text += syllable
        yield _padded((contour.rstrip() or NO_ONSET, text.rstrip()))


def _padded(lines: Lines) -> Lines:
    width = max(map(len, lines))
    return tuple(line.ljust(width) for line in lines)


def _in_rows(bars: list[Lines], width: int, max_lines: int | None, bar_line: str) -> Glance:
    """Bars in rows that fit: of eight, four or two if there are few lines, else as many as fit."""
    rows = _even_rows(bars, width, bar_line)
    if max_lines is not None:
        packed = _packed_rows(bars, width, bar_line)
        if len(rows) * len(bars[0]) > max_lines:
            rows = packed
        rows = rows[: max(1, max_lines // len(bars[0]))]
    lines = tuple(_cut(line, width) for row in rows for line in _row_text(row, bar_line))
    return Glance(lines, sum(map(len, rows)), len(bars))


def _even_rows(bars: list[Lines], width: int, bar_line: str) -> list[list[Lines]]:
    """Rows of the same number of bars, under each other where there is room."""
    for per_row in BARS_PER_ROW:
        for each in (_aligned(bars, per_row), bars):
            rows = [each[start : start + per_row] for start in range(0, len(each), per_row)]
            if all(_row_width(row, bar_line) <= width for row in rows):
                return rows
    return [[bar] for bar in bars]


def _packed_rows(bars: list[Lines], width: int, bar_line: str) -> list[list[Lines]]:
    rows: list[list[Lines]] = [[]]
    for bar in bars:
        if rows[-1] and _row_width([*rows[-1], bar], bar_line) > width:
            rows.append([])
        rows[-1].append(bar)
    return rows


def _aligned(bars: list[Lines], per_row: int) -> list[Lines]:
    """The bars, made as wide as the widest that stands in the same place of a row."""
    widths = [max(len(bar[0]) for bar in bars[place::per_row]) for place in range(per_row)
              if place < len(bars)]  # fmt: skip
    return [
        tuple(line.ljust(widths[index % per_row]) for line in bar) for index, bar in enumerate(bars)
    ]


def _row_width(row: list[Lines], bar_line: str) -> int:
    return len(_row_text([bar[:1] for bar in row], bar_line)[0])


def _row_text(row: list[Lines], bar_line: str = BAR_LINE) -> Lines:
    edges = bar_line.lstrip(), bar_line.rstrip()
    return tuple(bar_line.join(cells).join(edges) for cells in zip(*row, strict=True))


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - len(CUT)] + CUT


def _drum_grid(part: Part, meter: Meter, width: int) -> Glance:
    """Every different bar once, under the numbers of the bars that play it.

    A line each for what is struck above, between and by the right foot; its name is that of the
    drum it has most of, and the letters of the others are explained at the end of the first line.
    """
    rows = _drum_rows(part)
    letters = {note: letter for row in rows for note, letter in _letters(row).items()}
    bars = notes_by_bar(part, meter)
    alike: dict[frozenset[tuple[int, int]], list[int]] = {}
    for index, notes in enumerate(bars):
        here = frozenset((onset % meter.bar_ticks, pitch) for onset, _, pitch, _ in notes)
        alike.setdefault(here, []).append(index)
    names = [drum_name(row[0]) for row in rows]
    indent = max(map(len, (*names, "bars"))) + 2
    columns = [_drum_column(bars, numbers, rows, letters, meter, part.swing)
               for numbers in alike.values()]  # fmt: skip
    shown = _fitting(columns, [len(numbers) for numbers in alike.values()], width - indent)
    lines = [
        label.ljust(indent) + "  ".join(columns[index][place] for index in shown)
        for place, label in enumerate(("bars", *names))
    ]
    left_out = sorted(set(range(len(columns))) - set(shown))
    numbers = [number for index in left_out for number in list(alike.values())[index]]
    remarks = [f"not here: {_ranges(numbers)}"] if numbers else []
    remarks += [f"{letter} {drum_name(note)}" for note, letter in letters.items() if letter]
    lines[0] = f"{lines[0].rstrip()}  {', '.join(remarks)}".rstrip()
    return Glance(tuple(_cut(line, width) for line in lines), len(bars), len(bars))


def _drum_rows(part: Part) -> list[list[int]]:
    """The drums of each line of the grid, those with most strokes first; no empty line."""
    counts = Counter(part.notes["pitch"].tolist())
    ordered = sorted(counts, key=lambda note: (-counts[note], note))
    cymbals = [note for note in ordered if note in CYMBALS]
    kicks = [note for note in ordered if note in KICKS]
    between = [note for note in ordered if note not in CYMBALS | KICKS]
    return [row for row in (cymbals, between, kicks) if row]


def _letters(row: list[int]) -> dict[int, str]:
    """A letter for each drum of a line but the first, which has signs for how loud it is."""
    letters = {row[0]: ""}
    taken = {STROKE, GHOST}
    for note in row[1:]:
        name = drum_name(note).replace(" ", "")
        letters[note] = next((c for c in name + "abcdefhijklmnopqrstuvwyz" if c not in taken), "?")
        taken.add(letters[note])
    return letters


def _drum_column(
    bars: list[list[Note]],
    numbers: list[int],
    rows: list[list[int]],
    letters: dict[int, str],
    meter: Meter,
    swing: float,
) -> Lines:
    """The numbers of bars that are alike, and the first of them, line by line."""
    notes = [(onset % meter.bar_ticks, pitch, velocity)
             for onset, _, pitch, velocity in bars[numbers[0]]]  # fmt: skip
    grid = _grid_of([onset for onset, _, _ in notes], meter, swing)
    lines = []
    for row in rows:
        cells = [REST] * len(grid)
        for pitch in row:  # the rarer one is seen
            for onset, struck, velocity in notes:
                if struck == pitch:
                    cells[_nearest(grid, onset)] = letters[pitch] or _stroke(velocity)
        lines.append("".join(cells))
    return _padded((_ranges(numbers), *lines))


def _grid_of(onsets: list[int], meter: Meter, swing: float) -> tuple[int, ...]:
    """The onsets of sixteenths or of triplets, whichever a bar's notes lie nearer to."""
    grids = [onsets_ticks(meter, division, swing) for division in DIVISIONS]
    return min(grids, key=lambda grid: sum(abs(grid[_nearest(grid, o)] - o) for o in onsets))


def _nearest(grid: tuple[int, ...], onset_ticks: int) -> int:
    return min(range(len(grid)), key=lambda cell: abs(grid[cell] - onset_ticks))


def _stroke(velocity: int) -> str:
    if velocity >= ACCENT_VELOCITY:
        return ACCENT
    return STROKE if velocity >= GHOST_VELOCITY else GHOST


def _fitting(columns: list[Lines], weights: list[int], width: int) -> list[int]:
    """The columns that fit side by side, in order; those of most bars are chosen first."""
    shown: list[int] = []
    for index in sorted(range(len(columns)), key=lambda each: (-weights[each], each)):
        taken = sum(len(columns[each][0]) + 2 for each in [*shown, index]) - 2
        if taken <= width or not shown:
            shown.append(index)
    return sorted(shown)


def _ranges(indices: Sequence[int]) -> str:
    """Numbers of bars from 1, such as ``1-3 5``."""
    runs: list[list[int]] = []
    for index in sorted(indices):
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return " ".join(
        f"{run[0] + 1}" if len(run) == 1 else f"{run[0] + 1}–{run[-1] + 1}" for run in runs
    )
