"""Whether a text rebrackets something, and in which domain, by a table of words.

Rebracketing moves a boundary: what was one thing is heard, remembered or imagined as another, as
"a napron" became "an apron". Songs carry no such label, so these are made from the words of the
text itself, by rules that anybody can read:

- a text **has** rebracketing where one of ``MARKERS`` begins a word of it;
- it is **of** every domain of which at least ``ENOUGH`` of its words begin with a stem;
- its **one** domain is that with the most such words, the first in the table of those that are
  even, and ``none`` where no domain has enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NONE = "none"
ENOUGH = 2

MARKERS = """
    rebracket re-bracket misremember misheard misread mistak mistook misdirect confus illusion
    imagin dream instead reorder reverse transform mutat shift pivot turn becom became alternat
    parallel mirror reflect reality strange surreal used\\sto as\\sif seem
"""

DOMAINS: Mapping[str, str] = {
    "temporal": """
        time past future present again before after once year decade century hour day night moment
        memor remember misremember forg nostalg age aging birthday old young child still while
        until begin end loop history yesterday tomorrow
    """,
    "spatial": """
        space place room house home city town street road world land outside inside outer inner
        across through around between edge border boundar wall door window garden ground universe
        landmark north south east west palace landscape
    """,
    "causal": """
        because caus effect result reason why lead led made make depend turn becom became chang
        force forcing reflect transform mutat consequen decision decid respons so\\sthat
        due\\sto bring brought
    """,
    "perceptual": """
        see saw seen look watch hear heard sound listen light dark colo blue vision blind eye
        touch cold image imagin picture film photograph illusion mirror flicker noise perce taste
        smell
    """,
    "experiential": """
        feel felt myself self mind thought think conscious mood emotion fear love desire lust
        longing obsess paranoi alien lonel grief remorse apolog doubt dread hope want experience
    """,
}
# Words this short are meant whole: "end" is no beginning of "endure".
WHOLE_WORD_LETTERS = 3


def has_rebracketing(text: str) -> bool:
    """Whether a marker begins a word of the text."""
    return _MARKED.search(text) is not None


def domain_counts(text: str) -> dict[str, int]:
    """How many words of the text belong to each domain."""
    return {name: len(pattern.findall(text)) for name, pattern in _PATTERNS.items()}


def domains_of(text: str) -> tuple[str, ...]:
    """Every domain that the text has enough words of, in the order of the table."""
    return tuple(name for name, count in domain_counts(text).items() if count >= ENOUGH)


def domain_of(text: str) -> str:
    """The domain that the text has most words of, or ``none``."""
    counts = domain_counts(text)
    most = max(counts, key=lambda name: counts[name])
    return most if counts[most] >= ENOUGH else NONE


def _pattern(stems: str) -> re.Pattern[str]:
    starts = (
        rf"{stem}\b" if len(stem) <= WHOLE_WORD_LETTERS else rf"{stem}[\w'’-]*"
        for stem in stems.split()
    )
    return re.compile(rf"\b(?:{'|'.join(starts)})", re.IGNORECASE)


_MARKED = _pattern(MARKERS)
_PATTERNS = {name: _pattern(stems) for name, stems in DOMAINS.items()}
