"""What people write between and around the words: headers, who sings, asides, markup."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_REPEATS = 16
MAX_HEADER = 80  # characters

# What people call a section. These are headers on a line of their own, without any sign.
BARE_WORDS = """
    verse chorus refrain bridge intro outro coda interlude prelude instrumental
    pre-?chorus post-?chorus
    strophe strophen couplet estribillo coro verso estrofa puente strofa ritornello bruecke brücke
"""
# These are words of songs too: they need a colon, brackets, a number or another sign.
OTHER_WORDS = """
    hook breakdown break middle-?(?:8|eight) middle part section solo tag vamp ending drop build
    pre post rap reprise
"""
QUALITIES = """
    final last double half main first second third fourth fifth instrumental guitar piano drum bass
    sax vocal big quiet extended acoustic
"""
# Ordinals before a header's word, and the numbers that are written after one.
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
ROMAN = {
    word: number
    for number, word in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), start=1
    )
}

# Directions between words, such as (hum): they say what the singer does, and are not sung.
ASIDES = """
    hum hums humming hummed whistle whistles whistling spoken speaking whisper whispers
    whispered whispering shout shouts shouted softly quietly louder loud slowly fast faster slower
    pause pauses beat silence fade fades fading out in instrumental guitar piano drum drums bass
    sax organ strings horn horns solo break music clap claps clapping snap snaps applause laugh
    laughs laughing laughter sigh sighs sighing breath breathes breathing scat scatting ad lib libs
    adlib adlibs ad-lib ad-libs
    backing vocals background vocal vocals bgv repeat repeats repeated bis twice to end a cappella
    acappella falsetto echo reverb stop key change modulation chorus verse bridge cheering crowd
    x1 x2 x3 x4 x5 x6 x7 x8 1x 2x 3x 4x 5x 6x 7x 8x ×2 ×3 ×4 2× 3× 4× times the 2 3 4 ♪ ♫
"""
# Of these alone nothing is an aside: people sing "(the beat)" and "(out)".
SUNG_WORDS = "out in to the a end 2 3 4 stop change key loud fast slowly beat echo"

# Who sings, before a colon: the marks of duets and of players' files, and plain words.
SINGER_LETTERS = "F M D B"
SINGER_WORDS = r"""
    v\d{1,2} voice\s?\d{1,2} singer\s?\d{1,2} male female man woman men women boy boys girl girls
    he she both duet all together everyone group lead choir bg backing background
"""

_NUMBER = rf"\d{{1,3}}|\b(?:[ivx]{{1,4}}|[a-h]|{'|'.join(NUMBER_WORDS)})\b"


def _any(words: str) -> str:
    return "|".join(word.replace("-?", r"[\s_-]?") for word in words.split())


_WORD = rf"(?:{_any(BARE_WORDS + OTHER_WORDS)})"
_NAME = (
    rf"(?:(?P<ordinal>\d{{1,2}})(?:st|nd|rd|th)\s+|(?:(?:{_any(QUALITIES)})\s+)?)"
    rf"{_WORD}(?:s\b)?(?:[\s_.#-]*(?:{_NUMBER}))?"
)
_OPEN, _CLOSE = r"[#*_=~<>({«|\s–—-]*", r"[#*_=~<>)}»|\s–—-]*"
_REPEATS = re.compile(
    r"[\s:,–—-]*[(\[]?\s*(?:repeat(?:ed)?\s+)?"
    r"(?:[x×*]\s?(?P<after>\d{1,2})|(?P<before>\d{1,2})\s?(?:[x×]|times)|(?P<twice>twice|bis))"
    r"\s*[)\]]?\s*:?\s*$",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"(?:repeat|rpt\.?|rep\.)\s+(?:the\s+)?", re.IGNORECASE)
_HEADER = re.compile(rf"{_OPEN}(?P<name>{_NAME}){_CLOSE}(?P<colon>:?){_CLOSE}", re.IGNORECASE)
_WITH_WORDS = re.compile(
    rf"(?P<name>(?:{_any(BARE_WORDS)})(?:[\s_.#-]*(?:{_NUMBER}))?)\s*:\s*(?P<rest>\S.*)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?:(?:{_any(QUALITIES)})\s+)?(?:{_any(BARE_WORDS)})", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\[\]]+)\]\s*:?")
_IN_BRACKETS = re.compile(rf"(?P<name>{_NAME})\s*[:,(–—/|-].*", re.IGNORECASE)

_SINGER = re.compile(
    rf"\s*[(\[]?(?:(?:{'|'.join(SINGER_LETTERS.split())})|(?i:{_any(SINGER_WORDS)}))[)\]]?\s?:\s*"
)
_ASIDE = re.compile(
    r"\(([^()]{1,60})\)|\*([^*]{1,60})\*|\[([^\[\]]{1,60})\]|(?<!\S)([x×]\d{1,2}|\d{1,2}[x×])\s*$"
)
_ASIDE_WORDS = frozenset(ASIDES.split())
_SUNG_WORDS = frozenset(SUNG_WORDS.split())

MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,80}>|\{[^{}]{0,80}\}")
EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~)([^*_~]+)\1(?!\w)")


@dataclass(frozen=True, slots=True)
class Header:
    """A line that says what stands below it.

    Attributes:
        label: such as ``Verse 1``.
        repeats: how many times the section comes.
        rest: what follows on the same line, such as the words of ``Chorus: La la``.
    """

    label: str
    repeats: int = 1
    rest: str = ""


def header_of(line: str) -> Header | None:
    """The header that a line is, in brackets or with any other sign of one; else None."""
    line = " ".join(line.split())
    if len(line) > MAX_HEADER:
        begun = _WITH_WORDS.fullmatch(line)
        return Header(_label(begun["name"]), rest=begun["rest"]) if begun else None
    text, repeats = (line, 1) if _BRACKETED.fullmatch(line) else _without_repeats(line)
    if bracketed := _BRACKETED.fullmatch(text):
        inner, inside = _without_repeats(bracketed[1].strip())
        return Header(_label(inner), max(repeats, inside)) if inner else None
    again = _AGAIN.match(text.lstrip("([*_ "))
    name = _HEADER.fullmatch(_AGAIN.sub("", text, count=1) if again else text)
    if name and _is_marked(name, text, is_repeated=repeats > 1 or again is not None):
        return Header(_label(name["name"]), repeats)
    if begun := _WITH_WORDS.fullmatch(line):
        return Header(_label(begun["name"]), rest=begun["rest"])
    return None


def _is_marked(name: re.Match[str], text: str, *, is_repeated: bool) -> bool:
    """Whether something says that a section's name is a header, and isn't sung."""
    has_sign = text != name["name"] and not text.startswith(("(", "-", "–", "—"))
    has_number = name["name"][-1:].isdigit()
    is_bare = _BARE.match(name["name"].strip()) is not None
    return has_sign or has_number or is_repeated or is_bare


def _label(name: str) -> str:
    """A header's name without who sings it, an ordinal as a number."""
    known = re.fullmatch(_NAME, name, re.IGNORECASE) or _IN_BRACKETS.fullmatch(name)
    if known is None:
        return " ".join(name.partition(":")[0].split()) or name
    text = known.groupdict().get("name") or known.group()
    if known["ordinal"]:
        word = re.sub(r"^\d{1,2}(?:st|nd|rd|th)\s+", "", text, flags=re.IGNORECASE)
        return f"{word} {known['ordinal']}"
    first, _, rest = text.partition(" ")
    if first.casefold() in ORDINALS and rest:
        return f"{rest} {ORDINALS[first.casefold()]}"
    return " ".join(text.split())


def _without_repeats(text: str) -> tuple[str, int]:
    match = _REPEATS.search(text)
    if match is None:
        return text, 1
    return text[: match.start()], _times(match)


def _times(match: re.Match[str]) -> int:
    times = 2 if match["twice"] else int(match["after"] or match["before"])
    return times if 1 <= times <= MAX_REPEATS else 1


def repeats_of(aside: str) -> int:
    """How often an aside such as ``(x2)`` has a line sung; 1 for any other."""
    match = _REPEATS.fullmatch(aside)
    return _times(match) if match else 1


def singer_mark(line: str) -> re.Match[str] | None:
    """The mark of who sings at the beginning of a line, such as ``F:``."""
    return _SINGER.match(line)


def asides(line: str) -> list[re.Match[str]]:
    """What stands in brackets in a line and isn't sung."""
    return [match for match in _ASIDE.finditer(line) if _is_aside(match)]


def _is_aside(match: re.Match[str]) -> bool:
    """Whether all words in it are directions; in square brackets anything is one."""
    if match[3] is not None or match[4] is not None:
        return True
    return is_aside(match[1] or match[2] or "")


def is_aside(text: str) -> bool:
    """Whether a text is a direction and nothing to sing, such as ``hum`` or ``guitar solo``."""
    words = re.findall(r"[^\s,.;:!&/]+", text.casefold())
    known = all(word in _ASIDE_WORDS for word in words)
    return bool(words) and known and not _SUNG_WORDS.issuperset(words)
