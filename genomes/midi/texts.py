"""Texts of MIDI files: names in any encoding, and the words that are sung."""

from __future__ import annotations

import re
from collections.abc import Sequence

from genomes.notes import Word

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
KARAOKE_MARK = "@"  # of what a karaoke file says of itself: @KMIDI, @T and the title, @L ...
# Before a text they begin a paragraph or a line (karaoke), behind it they end one (lyric events).
_LINE_BEGINS = re.compile(r"[\\/\r\n]+")
_LINE_ENDS = re.compile(r"[\r\n]+\s*$")
_KARAOKE = re.compile(r"@K|[\\/]")


def decode_text(data: bytes) -> str:
    """A text as its bytes say: UTF-16 where it begins with a mark, UTF-8, else Latin-1."""
    if data[:2] in UTF_16_MARKS:
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.rstrip("\0")


def is_karaoke(texts: Sequence[Word]) -> bool:
    """Whether the text events of a file are words to be sung, by the signs that such files have."""
    return any(_KARAOKE.match(text) for _, text in texts)


def sung_words(texts: Sequence[Word]) -> tuple[Word, ...]:
    """The texts of a track as what is sung, in order.

    Returns:
        ``(onset_ticks, text)``; a text ends with a space where its word ends, with a line feed
        where its line ends.
    """
    pieces: list[tuple[int, str, bool]] = []  # onset, text, whether it begins a line
    begins_line = False
    for onset, text in texts:
        if text.startswith(KARAOKE_MARK):
            continue
        mark = _LINE_BEGINS.match(text)
        begins_line = begins_line or mark is not None
        rest = text[mark.end() :] if mark else text
        sung = _LINE_ENDS.sub("", rest)
        if sung.strip():
            pieces.append((onset, sung, begins_line))
            begins_line = sung != rest
    if not any(text[0].isspace() or text[-1].isspace() for _, text, _ in pieces):
        pieces = [(onset, _whole_word(text), begins) for onset, text, begins in pieces]
    following = [*pieces[1:], (0, " ", True)]
    return tuple(
        (onset, text.strip() + _boundary(text, *then[1:]))
        for (onset, text, _), then in zip(pieces, following, strict=False)
    )


def _whole_word(text: str) -> str:
    """A text of a file without spaces: a word, or with a hyphen behind it a part of one."""
    return text[:-1] if text.endswith("-") and len(text) > 1 else f"{text} "


def _boundary(text: str, then: str, begins_line: bool) -> str:
    """What ends with a text, by itself and by what is sung after it."""
    if begins_line:
        return "\n"
    return " " if text[-1].isspace() or then[0].isspace() else ""
