"""Reads a sheet of lyrics, row by row."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from documents.findings import one_line, shown
from documents.lyrics.chords import chord_row, is_chord
from documents.lyrics.markup import (
    EMPHASIS,
    MARKUP,
    Header,
    asides,
    header_of,
    is_aside,
    repeats_of,
    singer_mark,
)
from documents.lyrics.values import (
    LyricSheet,
    PlacedChord,
    PlacedTime,
    SheetLine,
    SheetSection,
)
from documents.text_files import read_bytes, read_text, text_of
from documents.timecodes import Timecode
from genomes.lyrics.syllables import is_sung, line_of
from genomes.midi import MidiError, is_midi, read_midi

MAX_BYTES = 2**20
MAX_LINE = 500  # characters; what is sung in one breath has a fifth of that
MAX_LINES = 20_000
COMMENT = "#"
# Milliseconds that a tag may move a whole song by.
MAX_OFFSET = 600_000.0
TAB_COLUMNS = 8

# What of one kind is named in a note; the rest is counted.
MAX_NAMED = 4

_TAG = re.compile(
    r"\[\s*(ti|ar|al|au|by|re|ve|la|lr|id|tool|length|offset|#|key|total|lang)\s*:([^\[\]]*)\]",
    re.IGNORECASE,
)
# What people write above the words, without brackets.
_HEAD = re.compile(
    r"\s*(title|artist|by|album|key|tempo|bpm|time|meter|tuning|capo|composer|writers?|words|music"
    r"|copyright)\s*(?::\s*(\S.*)|\s(\d+))",
    re.IGNORECASE,
)
_STAMP = re.compile(r"[\[<]\s*(\d{1,3}:\d[\d:.,\s]{0,16})[\]>]")
_LINE_STAMP = r"\[\s*\d[\d:.,\s]{0,20}\]\s*"
_STAMPS = re.compile(rf"\s*(?:{_LINE_STAMP})+")
_INSIDE = re.compile(r"\[([^\[\]]*)\]")
_WORD_STAMP = re.compile(r"\s*<\s*(\d{1,3}:\d[\d:.,\s]{0,16})>")
_SPAN = re.compile(r"\s*((?:\d{1,2}:)?\d{1,3}:\d{2}[.,]\d{1,3})\s*-->.*")
_NUMBER = re.compile(r"\s*\d{1,6}\s*")
_DIRECTIVE = re.compile(r"\s*\{\s*([^\s{}:=]+)\s*(?:[:\s]\s*([^{}]*?))?\s*\}\s*")
_ENVIRONMENT = re.compile(r"(?P<edge>start_of_|end_of_|[se]o(?=[vcbtg]$))(?P<kind>\w+)")
_DIRECTIVE_LABEL = re.compile(r"label\s*=\s*[\"']([^\"']*)[\"']")
_BACKGROUND = re.compile(r"\[\s*bg\s*:.*\]", re.IGNORECASE)
_CHORD = re.compile(r"\[([^\[\]]{1,20})\]")

# Short names of ChordPro's environments; what stands in some of them is no words.
ENVIRONMENTS = {"v": "verse", "c": "chorus", "b": "bridge", "t": "tab", "g": "grid"}
WORDLESS = frozenset({"tab", "grid", "abc", "ly", "svg", "textblock", "strum"})
COMMENTS = frozenset(
    {"comment", "c", "comment_italic", "ci", "comment_box", "cb", "highlight", "x_comment"}
)
# ChordPro's short names for what it says of the song.
SONG_TAGS = {"t": "title", "st": "subtitle"}
TAGS = frozenset(
    {"title", "subtitle", "artist", "composer", "lyricist", "copyright", "album", "year", "key"}
    | {"time", "tempo", "duration", "capo", "meta", "sorttitle", "arranger", "define", "chord"}
    | {"new_song", "ns", "new_page", "np", "new_physical_page", "column_break", "columns", "col"}
    | {"transpose", "diagrams", "grid", "no_grid", "g", "ng", "image", "titles", "pagetype"}
    | {"textfont", "textsize", "textcolour", "chordfont", "chordsize", "chordcolour", "keyword"}
)

# Kinds of notes: what is said of them.
ASIDE, SINGER, MARK, UNKNOWN, BACKGROUND, TABLATURE, LINE_AGAIN, SECTION_AGAIN, WORD_TIME = (
    "asides are left out",
    "who sings is left out",
    "markup is left out",
    "directives that are not known are left out",
    "background vocals are left out",
    "tablature and the like is left out",
    "lines are sung as often as it says",
    "sections come as often as it says",
    "times of words that can't be read are left out",
)


def read_sheet(path: Path) -> LyricSheet:
    """Read a file of lyrics, or the words of a MIDI file.

    Raises:
        ValueError: what is wrong with it; see ``sheet_text``.
    """
    return sheet_of(_checked(_words_of(read_bytes(path, MAX_BYTES))))


def _words_of(data: bytes) -> str:
    if not is_midi(data):
        return text_of(data)
    try:
        return read_midi(data).sung_text
    except MidiError as error:
        raise ValueError(f"can't be read: {error}") from error


def sheet_text(path: Path) -> str:
    """The text of a file of lyrics.

    Raises:
        ValueError: what is wrong with it: it can't be read, is no text, or is larger than lyrics
            are.
    """
    return _checked(read_text(path, MAX_BYTES))


def _checked(text: str) -> str:
    rows = text.splitlines()
    if len(rows) > MAX_LINES:
        raise ValueError(f"holds {len(rows)} lines (accepted: up to {MAX_LINES})")
    for number, row in enumerate(rows, start=1):
        if len(row) > MAX_LINE:
            raise ValueError(f"has {len(row)} characters in line {number}")
    return text


def sheet_of(text: str) -> LyricSheet:
    """The sheet of a text; of one that has no words, or anything else, an empty one."""
    rows = unicodedata.normalize("NFC", text.removeprefix("\ufeff")).splitlines()
    reader = _Reader(has_chords=any(map(_has_chords, rows)))
    for number, row in enumerate(rows, start=1):
        following = rows[number] if number < len(rows) else ""
        if not (_NUMBER.fullmatch(row) and _SPAN.fullmatch(following)):  # of a subtitle
            plain = html.unescape(row) if "&" in row else row
            reader.take(plain.expandtabs(TAB_COLUMNS), number)
    return reader.sheet()


def _has_chords(row: str) -> bool:
    """Whether a row has chords that nobody takes for anything else."""
    if any(len(name) > 1 and is_chord(name) for name in _CHORD.findall(row)):
        return True
    bare = _CHORD.sub("", row)
    if bare.strip() and any(map(is_chord, _CHORD.findall(row))):
        return True
    found = chord_row(row) or []
    return len(found) > 1 or any(len(name) > 1 for _, name in found)


@dataclass
class _Section:
    label: str
    repeats: int = 1
    lines: list[SheetLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Written:
    """A row, and the column of the file that each of its characters stands in."""

    text: str
    columns: tuple[int, ...]

    @classmethod
    def of(cls, row: str) -> _Written:
        return cls(row, tuple(range(len(row))))

    def without(self, spans: Sequence[tuple[int, int]]) -> _Written:
        """The row without some stretches of it, which are in order."""
        if not spans:
            return self
        bounds = pairwise([0, *(edge for span in spans for edge in span), len(self.text)])
        kept = [slice(start, end) for index, (start, end) in enumerate(bounds) if index % 2 == 0]
        columns = tuple(column for each in kept for column in self.columns[each])
        return _Written("".join(self.text[each] for each in kept), columns)

    def with_single_spaces(self) -> _Written:
        """The row on one line, with single spaces and none around it."""
        clean = [
            (" " if not one_line(sign) else sign, column)
            for sign, column in zip(self.text, self.columns, strict=True)
        ]
        kept = [
            pair
            for before, pair in zip([(" ", 0), *clean], clean, strict=False)
            if pair[0] != " " or before[0] != " "
        ]
        while kept and kept[-1][0] == " ":
            kept.pop()
        return _Written("".join(s for s, _ in kept), tuple(column for _, column in kept))

    def place_of(self, column: int) -> int:
        """The index of the first character at or after a column that is no space."""
        places = (i for i, at in enumerate(self.columns) if at >= column and self.text[i] != " ")
        return next(places, len(self.text))


class _Reader:
    """Collects sections; what follows a header belongs to it until the next."""

    def __init__(self, *, has_chords: bool) -> None:
        self._has_chords = has_chords
        self._sections = [_Section("")]
        self._tags: dict[str, str] = {}
        self._said: dict[str, list[tuple[int, str]]] = {}
        self._problems: list[tuple[int, str]] = []
        self._chords_above: tuple[int, list[tuple[int, str]]] | None = None
        self._wordless = ""
        self._is_chordpro = False

    def take(self, row: str, number: int) -> None:
        """The next row of the file."""
        if not row.strip():
            return
        if directive := _DIRECTIVE.fullmatch(row):
            self._direct(directive[1].casefold(), directive[2] or "", number)
        elif self._wordless:
            self._say(TABLATURE, number, row)
        elif not self._is_about_the_song(row, number):
            self._read(row, number)

    def _is_about_the_song(self, row: str, number: int) -> bool:
        """Whether a row is a comment or a tag, or a time of subtitles, which is taken."""
        stripped = row.strip()
        if span := _SPAN.fullmatch(row):
            self._close()
            self._add(SheetLine("", number, self._codes([span[1]], number), is_timed=True))
            return True
        if tag := _TAG.fullmatch(stripped):
            self._tags.setdefault(tag[1].strip().casefold(), tag[2].strip())
            return True
        if stripped == "WEBVTT" and number == 1:
            return True
        head = _HEAD.fullmatch(stripped)
        if head and len(self._sections) == 1 and not self._sections[0].lines:
            self._tags.setdefault(head[1].casefold(), head[2] or head[3])
            return True
        if _BACKGROUND.fullmatch(stripped):
            self._say(BACKGROUND, number, stripped)
            return True
        is_comment = stripped.startswith(COMMENT)
        return is_comment and header_of(stripped) is None and chord_row(stripped) is None

    def _read(self, row: str, number: int) -> None:
        """A row with times, a header, chords or words."""
        stamps, first_word = _STAMPS.match(row), _WORD_STAMP.match(row)
        is_timed = stamps is not None or first_word is not None
        written = _INSIDE.findall(stamps.group()) if stamps else []
        if is_timed:
            self._close()
        times = self._codes(written or ([first_word[1]] if first_word else []), number)
        end = stamps.end() if stamps else 0
        rest = " " * end + row[end:]  # every column stays where it is
        if rest.strip() and not self._took_chords_or_header(rest, number):
            self._sing(rest, number, times, is_timed=is_timed)
        elif is_timed:
            self._add(SheetLine("", number, times, is_timed=True))

    def _took_chords_or_header(self, row: str, number: int) -> bool:
        if self._took_chords(row, number):
            return True
        header = self._header(row, number)
        if header is None:
            return False
        self._open(header.label, header.repeats)
        if header.rest and not self._took_chords(header.rest, number):
            self._sing(header.rest, number, (), is_timed=False)
        return True

    def _took_chords(self, row: str, number: int) -> bool:
        chords = chord_row(row)
        if chords is None or not self._is_of_chords(chords):
            return False
        self._close()
        self._chords_above = (number, chords)
        return True

    def _is_of_chords(self, chords: list[tuple[int, str]]) -> bool:
        """A letter alone may be a word or a header: it is a chord where there are others."""
        return self._has_chords or len(chords) != 1 or len(chords[0][1]) > 1

    def _header(self, row: str, number: int) -> Header | None:
        header = header_of(row)
        if header is not None:
            is_direction = row.strip().startswith("[") and is_aside(header.label)
            return None if is_direction and header_of(header.label) is None else header
        found = [match for match in asides(row) if not is_chord((match[3] or "").strip())]
        rest = _Written.of(row).without([match.span() for match in found]).text
        header = header_of(rest) if found and is_sung(rest) else None
        for match in found if header else ():
            self._say(ASIDE, number, match.group())
        return header

    def _sing(self, row: str, number: int, times: tuple[Timecode, ...], *, is_timed: bool) -> None:
        """A row of words: what isn't sung is cut out of it, and its place kept."""
        line = _Written.of(row)
        word_stamps = list(_STAMP.finditer(line.text))
        stamped = [(line.columns[m.start()], m[1]) for m in word_stamps]
        line = line.without([m.span() for m in word_stamps])
        found = [m for m in _CHORD.finditer(line.text) if is_chord(m[1].strip())]
        chords = [(line.columns[m.start()], m[1].strip()) for m in found]
        line = line.without([m.span() for m in found])
        line = self._without_markup(line, number)
        line, repeats, is_alone = self._without_asides(line, number)
        line = line.with_single_spaces()
        if is_alone and repeats > 1:
            self._sections[-1].repeats = repeats
        above = self._chords_above[1] if self._chords_above and is_sung(line.text) else []
        if above:
            self._chords_above = None
        if not is_sung(line.text):
            if chords:
                self._close()
                self._chords_above = (number, chords)
            if is_timed:
                self._add(SheetLine("", number, times, is_timed=True))
            return
        places = _syllable_places(line, [*above, *chords])
        codes = [
            (code, column) for column, text in stamped for code in self._word_code(text, number)
        ]
        timed = _syllable_places(line, [(column, "") for _, column in codes])
        self._add(
            SheetLine(
                line.text,
                number,
                times,
                is_timed,
                tuple(PlacedTime(c, at) for (c, _), (at, _) in zip(codes, timed, strict=True)),
                tuple(PlacedChord(name, at) for at, name in sorted(places, key=_first)),
                repeats,
            )
        )

    def _without_markup(self, line: _Written, number: int) -> _Written:
        """A line without tags, signs of emphasis, and who sings it."""
        tags = list(MARKUP.finditer(line.text))
        for tag in tags:
            self._say(MARK, number, tag.group())
        line = line.without([tag.span() for tag in tags])
        if mark := singer_mark(line.text):
            self._say(SINGER, number, mark.group().strip())
            line = line.without([mark.span()])
        return line

    def _without_asides(self, line: _Written, number: int) -> tuple[_Written, int, bool]:
        """A line without asides; how often they have it sung; whether nothing else is sung."""
        found = asides(line.text)
        rest = line.without([match.span() for match in found])
        repeats = max((repeats_of(match.group()) for match in found), default=1)
        is_alone = not is_sung(rest.text)
        for match in found:
            is_repeat = repeats_of(match.group()) > 1
            kind = (SECTION_AGAIN if is_alone else LINE_AGAIN) if is_repeat else ASIDE
            self._say(kind, number, match.group())
        pairs = list(EMPHASIS.finditer(rest.text))
        rest = rest.without(
            [span for m in pairs for span in ((m.start(), m.start(2)), (m.end(2), m.end()))]
        )
        return rest, repeats, is_alone

    def _direct(self, name: str, value: str, number: int) -> None:
        """A directive of ChordPro."""
        if edge := _ENVIRONMENT.fullmatch(name):
            kind = ENVIRONMENTS.get(edge["kind"], edge["kind"])
            self._environment(kind, value, is_end=edge["edge"].startswith("e"))
        elif name == "chorus":
            self._is_chordpro = True
            self._open(value or "Chorus", 1)
            self._open("", 1)
        elif name in COMMENTS:
            self._comment(value, number)
        elif name in TAGS or name in SONG_TAGS:
            self._tags.setdefault(SONG_TAGS.get(name, name), one_line(value))
        else:
            self._say(UNKNOWN, number, f"{{{name}}}")

    def _environment(self, kind: str, value: str, *, is_end: bool) -> None:
        self._is_chordpro = True
        if kind in WORDLESS:
            self._wordless = "" if is_end else kind
            return
        label = _DIRECTIVE_LABEL.search(value)
        named = one_line(label[1] if label else value)
        header = header_of(named) if named else None
        title = kind.replace("_", " ").capitalize()
        self._open("" if is_end else header.label if header else named or title, 1)

    def _comment(self, value: str, number: int) -> None:
        header = header_of(value)
        if header is None:
            self._say(ASIDE, number, f"({one_line(value)})")
        else:
            self._open(header.label, header.repeats)

    def _open(self, label: str, repeats: int) -> None:
        self._close()
        self._sections.append(_Section(one_line(label), repeats))

    def _add(self, line: SheetLine) -> None:
        self._sections[-1].lines.append(line)

    def _close(self) -> None:
        """Keep chords that no words follow."""
        if self._chords_above:
            number, chords = self._chords_above
            self._chords_above = None
            self._add(
                SheetLine("", number, chords=tuple(PlacedChord(name, 0) for _, name in chords))
            )

    def _codes(self, stamps: Sequence[str], number: int) -> tuple[Timecode, ...]:
        """The times before a line, of those that can be read."""
        codes = []
        for stamp in stamps:
            try:
                codes.append(Timecode.parse(stamp))
            except ValueError as error:
                self._problems.append((number, str(error)))
        return tuple(codes)

    def _word_code(self, stamp: str, number: int) -> list[Timecode]:
        try:
            return [Timecode.parse(stamp)]
        except ValueError:
            self._say(WORD_TIME, number, stamp)
            return []

    def _say(self, kind: str, number: int, text: str) -> None:
        self._said.setdefault(kind, []).append((number, text))

    def sheet(self) -> LyricSheet:
        """What was read."""
        self._close()
        sections = self._verses_named() if self._is_chordpro else self._sections
        kept = tuple(
            SheetSection(each.label, tuple(each.lines), each.repeats)
            for each in sections
            if each.label or each.lines
        )
        offset = self._offset_seconds()
        notes = tuple(_note(kind, said) for kind, said in self._said.items())
        return LyricSheet(kept, tuple(self._tags.items()), notes, tuple(self._problems), offset)

    def _offset_seconds(self) -> float:
        """What the tag ``offset`` says in milliseconds."""
        written = self._tags.get("offset", "0")
        try:
            milliseconds = float(written)
        except ValueError:
            milliseconds = float("nan")
        if abs(milliseconds) <= MAX_OFFSET:
            return milliseconds / 1000
        self._problems.append((0, f"offset: {shown(written)} is no number of milliseconds"))
        return 0.0

    def _verses_named(self) -> list[_Section]:
        """Sections of ChordPro, which calls by no name what is a verse."""
        unnamed = [s for s in self._sections if not s.label and any(line.text for line in s.lines)]
        for number, section in enumerate(unnamed, start=1):
            section.label = f"Verse {number}" if len(unnamed) > 1 else "Verse"
        return self._sections


def _first(pair: tuple[int, str]) -> int:
    return pair[0]


def _syllable_places(line: _Written, placed: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """What stands in columns, by the syllable of the line that it comes with."""
    if not placed:
        return []
    starts = list(_syllable_starts(line.text))
    found = []
    for column, name in placed:
        place = line.place_of(column)
        is_after = place >= len(line.text)
        at = len(starts) if is_after else sum(start <= place for start in starts[1:])
        found.append((at, name))
    return found


def _syllable_starts(text: str) -> Iterator[int]:
    sung = line_of(text)
    start = 0
    for syllable in sung.syllables if sung else ():
        yield start
        start += len(syllable.text) + syllable.ends_word


def _note(kind: str, said: Sequence[tuple[int, str]]) -> str:
    """All that is said of one kind, on one line."""
    texts = list(dict.fromkeys(shown(text) for _, text in said))
    numbers = list(dict.fromkeys(number for number, _ in said))
    lines = f"line {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} lines from {numbers[0]}"
    more = f" and {len(texts) - MAX_NAMED} more" if len(texts) > MAX_NAMED else ""
    return f"{lines}: {kind}: {', '.join(texts[:MAX_NAMED])}{more}"
