"""Charts: a song's words with its chords above them, as ChordPro, and its words alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from documents.chord_charts import BARS_COMMENT
from engine.arrangement.assemble import ArrangedSection, Arrangement
from engine.gate.labels import compared_label
from genomes.chord_symbols import harmony_of
from genomes.grid import EIGHTH_TICKS
from genomes.keys import Key
from genomes.notes import Word
from genomes.time import TICKS_PER_QUARTER, Meter

# Named in every chart: raise it when the same song gives another chart.
CHARTS_VERSION = "composition-engine, charts 2"

ENVIRONMENTS = ("chorus", "bridge")
VERSE, GRID = "verse", "grid"

BARS_PER_LINE = 4

# Where nobody knows the lines, one ends before a rest of at least this.
BREATH_TICKS = TICKS_PER_QUARTER

# Signs that mean something to ChordPro, and what is written in their place.
_PLAIN = str.maketrans("[]{}", "()()")

Chord = tuple[int, str]  # onset in ticks, and name
Line = tuple[Word, ...]


def lyric_sheet(arrangement: Arrangement, lines: Collection[str]) -> str:
    """The words as they are sung, a header for each section that has any.

    Args:
        arrangement: the song.
        lines: the lines that its melodies may have been set to.
    """
    blocks = [
        "\n".join([f"[{section.name}]", *(_text(line) for line in sung)])
        for section in arrangement.sections
        if (sung := sung_lines(arrangement, section, lines))
    ]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def chord_pro(arrangement: Arrangement, lines: Collection[str], provenance: str) -> str:
    """The song as ChordPro: chords above its words, and grids of chords where nobody sings.

    Args:
        arrangement: the song.
        lines: the lines that its melodies may have been set to.
        provenance: a comment, such as which parts it is made of.
    """
    head = [
        f"# {CHARTS_VERSION}: {provenance}",
        f"{{title: {_plain(arrangement.title)}}}",
        f"{{key: {_key_name(arrangement.key)}}}",
        f"{{tempo: {arrangement.tempo_bpm:g}}}",
        f"{{time: {arrangement.meter}}}",
    ]
    blocks = [_section(arrangement, section, lines) for section in arrangement.sections]
    return "\n\n".join("\n".join(block) for block in [head, *blocks]) + "\n"


def _key_name(key: Key) -> str:
    """The key as ChordPro knows keys, which has no modes: by its tonic chord."""
    return key.tonic_name + "m" * key.is_minor


def _section(
    arrangement: Arrangement, section: ArrangedSection, known: Collection[str]
) -> list[str]:
    chords = _chords(arrangement, section)
    lines = sung_lines(arrangement, section, known)
    if lines:
        label = compared_label(section.section)
        environment = next((name for name in ENVIRONMENTS if label.startswith(name)), VERSE)
        bars = list(_bars(section, chords, arrangement.meter))
        body = list(_with_chords(lines, chords))
    elif chords:
        environment, bars = GRID, []
        body = list(_grid(section, chords, arrangement.meter))
    else:
        return [f"{{comment: {_plain(section.name)}, {section.bars} bars}}"]
    return [
        *bars,
        f"{{start_of_{environment}: {_plain(section.name)}}}",
        *body,
        f"{{end_of_{environment}}}",
    ]


def _chords(arrangement: Arrangement, section: ArrangedSection) -> list[Chord]:
    """The chords of a section where they change, the first as it begins."""
    spans = harmony_of(track.part for track in arrangement.tracks)
    sounding = [
        (max(span.onset_ticks, section.start_ticks), span.name)
        for span in spans
        if span.onset_ticks < section.end_ticks and span.end_ticks > section.start_ticks
    ]
    before = ["", *(name for _, name in sounding)]
    return [each for each, name in zip(sounding, before, strict=False) if each[1] != name]


def sung_lines(
    arrangement: Arrangement, section: ArrangedSection, known: Collection[str]
) -> list[Line]:
    """The syllables that are sung in a section, line by line.

    Args:
        arrangement: the song.
        section: one of its sections.
        known: the lines that its melodies may have been set to. What is in none of them ends
            where the singer rests.
    """
    words = _words(
        [
            (onset, text)
            for track in arrangement.tracks
            for onset, text in track.part.lyrics
            if section.start_ticks <= onset < section.end_ticks
        ]
    )
    texts = {" ".join(line.split()) for line in (*known, *section.words)}
    longest = max((len(text) for text in texts), default=0)
    lines: list[Line] = []
    unknown: list[Line] = []
    place = 0
    while place < len(words):
        count = _known_words(words[place:], texts, longest)
        if not count:
            unknown.append(words[place])
            place += 1
            continue
        lines += [*_breaths(unknown), sum(words[place : place + count], ())]
        unknown, place = [], place + count
    return [*lines, *_breaths(unknown)]


def _words(syllables: Sequence[Word]) -> list[Line]:
    """The syllables of each word."""
    words: list[Line] = []
    inside = False
    for onset, text in syllables:
        words[-1:] = [(*words[-1], (onset, text))] if inside else [*words[-1:], ((onset, text),)]
        inside = not text.endswith(" ")
    return words


def _known_words(words: Sequence[Line], texts: Collection[str], longest: int) -> int:
    """How many words the longest known line has that they begin with; 0 if it is none."""
    found, text = 0, ""
    for count, word in enumerate(words, start=1):
        text += "".join(syllable for _, syllable in word)
        if len(text.strip()) > longest:
            break
        found = count if text.strip() in texts else found
    return found


def _breaths(words: Sequence[Line]) -> Iterator[Line]:
    """Words as lines that end before a long time without a syllable."""
    line: Line = ()
    for word in words:
        if line and word[0][0] - line[-1][0] > BREATH_TICKS + EIGHTH_TICKS:
            yield line
            line = ()
        line += word
    if line:
        yield line


def _text(line: Line) -> str:
    return "".join(text for _, text in line).strip()


def _plain(text: str) -> str:
    """A text without the signs that mean something to ChordPro."""
    return " ".join(text.translate(_PLAIN).split())


def _with_chords(lines: Sequence[Line], chords: Sequence[Chord]) -> Iterator[str]:
    """Each line with its chords before the syllables on which they begin."""
    shared = _by_line(lines, chords)
    sounding = ""
    for line, own in zip(lines, shared, strict=True):
        before: dict[int, list[str]] = {}
        for onset, name in own or ([(line[0][0], sounding)] if sounding else []):
            before.setdefault(_syllable_at(line, onset), []).append(f"[{name}]")
        sounding = own[-1][1] if own else sounding
        texts = [*(text.translate(_PLAIN) for _, text in line), ""]
        texts[-2] = texts[-2].rstrip() + " " * (len(line) in before)
        written = "".join(
            " ".join(before.get(index, ())) + text for index, text in enumerate(texts)
        )
        yield f" {written}" if written.startswith("#") else written


def _by_line(lines: Sequence[Line], chords: Sequence[Chord]) -> list[list[Chord]]:
    """The chords of each line: one between two lines belongs to the nearer."""
    ends = [(line[-1][0] + following[0][0]) / 2 for line, following in pairwise(lines)]
    shared: list[list[Chord]] = [[] for _ in lines]
    for onset, name in chords:
        shared[sum(onset >= end for end in ends)].append((onset, name))
    return shared


def _syllable_at(line: Line, onset: int) -> int:
    """The place of the syllable that a chord stands before, the line's length if none.

    The nearest within an eighth, as singers anticipate; else the next.
    """
    near = [
        (abs(sung - onset), index)
        for index, (sung, _) in enumerate(line)
        if abs(sung - onset) < EIGHTH_TICKS
    ]
    if near:
        return min(near)[1]
    return sum(sung < onset for sung, _ in line)


def _bars(section: ArrangedSection, chords: Sequence[Chord], meter: Meter) -> Iterator[str]:
    """Comments that say in which bars the chords over words stand, for programs."""
    if chords:
        yield from (f"{BARS_COMMENT} {row}" for row in _grid(section, chords, meter))


def _grid(section: ArrangedSection, chords: Sequence[Chord], meter: Meter) -> Iterator[str]:
    """Bars of chords, a cell for each beat."""
    starts = (*meter.group_onsets_ticks, meter.bar_ticks)
    bars = [
        " ".join(
            "~".join(name for onset, name in chords if bar + start <= onset < bar + end) or "."
            for start, end in pairwise(starts)
        )
        for bar in range(section.start_ticks, section.end_ticks, meter.bar_ticks)
    ]
    for first in range(0, len(bars), BARS_PER_LINE):
        yield f"| {' | '.join(bars[first : first + BARS_PER_LINE])} |"
