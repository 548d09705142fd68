"""Meters as people write them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from documents.wording import one_line
from genomes.time import DENOMINATORS, MAX_NUMERATOR, Meter

A_METER = f"N/D with N from 1 to {MAX_NUMERATOR} and D one of {', '.join(map(str, DENOMINATORS))}"

# A text is a tempo marking if one of these is among its words and no digit is in it.
_ITALIAN = (
    "grave largo larghetto lento adagio adagietto andante andantino moderato allegretto allegro "
    "vivace vivo presto prestissimo rubato sostenuto maestoso tranquillo"
)
_ENGLISH = (
    "slow slowly fast quick quickly moderate moderately medium mid midtempo uptempo downtempo "
    "brisk briskly lively steady driving languid languidly contemplative meditative relaxed "
    "gentle gently flowing drifting floating urgent unhurried walking marching swing swung "
    "shuffle ballad waltz freely"
)
_OTHERS = "langsam mäßig bewegt lebhaft schnell lent modéré animé vif vite"
TEMPO_WORDS = frozenset(f"{_ITALIAN} {_ENGLISH} {_OTHERS}".casefold().split())
MAX_MARKING = 80

_METER = re.compile(r"\s*([0-9]{1,3})\s*/\s*([0-9]{1,3})\s*")


def meter_from_text(text: str) -> Meter | None:
    """The meter written as ``"7/8"``, or None if the text is none."""
    match = _METER.fullmatch(unicodedata.normalize("NFKC", text).replace("⁄", "/"))
    return _checked(int(match[1]), int(match[2])) if match else None


def meter_of(value: Any) -> Meter | None:
    """The meter that a field holds, a text or ``{numerator, denominator}``, or None."""
    if isinstance(value, str):
        return meter_from_text(value)
    if isinstance(value, dict):
        return _checked(value.get("numerator"), value.get("denominator"))
    return None


def _checked(numerator: Any, denominator: Any) -> Meter | None:
    if not all(type(number) is int for number in (numerator, denominator)):
        return None
    try:
        return Meter(numerator, denominator)
    except ValueError:
        return None


def marking_of(value: Any) -> str | None:
    """The text if it is a tempo marking."""
    if not isinstance(value, str) or len(value) > MAX_MARKING or re.search(r"\d", value):
        return None
    words = re.findall(r"\w+", value.casefold())
    return one_line(value) if TEMPO_WORDS.intersection(words) else None
