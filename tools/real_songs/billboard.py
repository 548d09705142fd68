"""The charted songs: chords bar by bar, with sections, meter and tonic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from genomes.time import Meter
from tools.real_songs.chord_names import ChartedChord, parse_chord, pitch_class

_LINE = re.compile(r"^[\d.]+\t(.*)$")
_BARS = re.compile(r"\|(.*)\|\s*(?:x(\d+))?")
_METER = re.compile(r"\((\d+)/(\d+)\)")
NO_FORM = {"silence", "end"}
# Words beside a section's label that name no section of their own.
FADES = {"fadeout", "fade out", "fadein", "fade in"}


@dataclass(frozen=True, slots=True)
class ChartedBar:
    """One bar.

    Attributes:
        meter: the bar's own.
        chords: for each beat of the meter (its numerator) the chord that sounds; None for none.
    """

    meter: Meter
    chords: tuple[ChartedChord | None, ...]


@dataclass(frozen=True, slots=True)
class ChartedSection:
    """A stretch of a song under one label.

    Attributes:
        label: such as ``"verse"``; empty where the annotators gave a letter alone.
        letter: sections of one letter have the same music; empty where they gave none.
        bars: in order, repetitions written out.
        is_fading: whether it is marked as fading.
    """

    label: str
    letter: str
    bars: tuple[ChartedBar, ...]
    is_fading: bool = False


@dataclass(frozen=True, slots=True)
class ChartedSong:
    """One song.

    Attributes:
        name: of its file, without suffix.
        tonic_pitch_class: at its beginning, 0 to 11.
        sections: in order, each with at least one bar.
        tonics: pitch class of the tonic in each section; the annotations tell changes of key.
    """

    name: str
    tonic_pitch_class: int
    sections: tuple[ChartedSection, ...]
    tonics: tuple[int, ...]


def read_charted_song(path: Path) -> ChartedSong:
    """One file of the ``salami_chords`` format.

    Raises:
        ValueError: if a chord or a bar can't be read.
    """
    meter, tonic = Meter(4, 4), 0
    found: list[tuple[str, str, list[ChartedBar], bool, int]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# metre:"):
            numerator, denominator = map(int, line.split(":")[1].split("/"))
            meter = Meter(numerator, denominator)
        elif line.startswith("# tonic:"):
            tonic = pitch_class(line.split(":")[1].strip())
        elif (match := _LINE.match(line)) and match[1].split(",")[0] not in NO_FORM:
            words, _, music = match[1].partition("|")
            label, letter, fades = _heading(words)
            bars = _bars("|" + music, meter) if music else []
            if label or letter or not found:
                found.append((label, letter, bars, fades, tonic))
            else:
                found[-1][2].extend(bars)
    kept = [row for row in found if row[2]]
    sections = tuple(
        ChartedSection(label, letter, tuple(bars), f) for label, letter, bars, f, _ in kept
    )
    tonics = tuple(row[4] for row in kept)
    return ChartedSong(path.stem, tonics[0] if tonics else tonic, sections, tonics)


def _heading(words: str) -> tuple[str, str, bool]:
    """A line's ``A', verse, fadeout,`` as label, letter and whether it fades."""
    told = [word.strip() for word in words.split(",") if word.strip()]
    letter = next((word for word in told if re.fullmatch(r"[A-Z]+'*", word)), "")
    labels = [word for word in told if word != letter and word not in FADES]
    return (labels[0] if labels else ""), letter, any(word in FADES for word in told)


def _bars(music: str, meter: Meter) -> list[ChartedBar]:
    match = _BARS.search(music)
    if match is None:
        return []
    bars: list[ChartedBar] = []
    previous: ChartedChord | None = None
    for text in match[1].split("|"):
        bar = _bar(text, meter, previous)
        if bar is not None:
            bars.append(bar)
            previous = bar.chords[-1]
    return bars * int(match[2] or 1)


def _bar(text: str, meter: Meter, previous: ChartedChord | None) -> ChartedBar | None:
    """One bar: a chord for all of it, two for half of it each, or one (or a dot) for each beat."""
    if changed := _METER.search(text):
        meter = Meter(int(changed[1]), int(changed[2]))
        text = _METER.sub("", text)
    symbols = [symbol for symbol in text.split() if symbol != "->"]
    if not symbols:
        return None
    chords: list[ChartedChord | None] = []
    for symbol in symbols:
        chords.append(previous if symbol == "." else parse_chord(symbol))
        previous = chords[-1]
    beats = meter.numerator
    return ChartedBar(meter, tuple(chords[beat * len(chords) // beats] for beat in range(beats)))
