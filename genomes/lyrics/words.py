"""What is known of English words: which syllables of a word are stressed, and how many it has."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import resources

PRIMARY, SECONDARY, NONE = "1", "2", "0"

# One syllable, and no weight of its own in a line.
FUNCTION_WORDS = """
    a an the this that these those some such & 'n 'n'
    i me my we us our you your ya y' he him his she her it its they them their who whom whose which
    i'm i'll i've i'd we're we'll we've we'd you're you'll you've you'd he's he'll he'd
    she's she'll she'd it's that's that'll that'd they're they'll they've they'd who's who'll who'd
    there's here's what's where's let's
    am is are was were be been 's has have had do does did can could will would shall should may
    might must
    at by for from in of on to with as than through like per via till 'til 'em
    and or but nor so if yet then though when while where what since 'cause there
"""
WEAK_WORDS = frozenset(FUNCTION_WORDS.split())

# Sung with fewer syllables than a dictionary gives them.
SUNG = {
    "every": "10",
    "fire": "1",
    "fires": "1",
    "hire": "1",
    "wire": "1",
    "hour": "1",
    "hours": "1",
    "our": "1",
    "ours": "1",
    "different": "10",
    "differently": "100",
    "interest": "10",
    "tired": "1",
    "favorite": "10",
    "favourite": "10",
}

# Ends of a word after which an "s" is a syllable.
HISSING = ("s", "z", "x", "ch", "sh", "ce", "ge")


def stresses(word: str) -> str | None:
    """The stress of each syllable of a word, ``1`` primary, ``2`` secondary, ``0`` none.

    Args:
        word: in lower case and without accents; apostrophes are straight.

    Returns:
        None for a word that is not known.
    """
    known = next(filter(None, map(_known, _spellings(word))), None)
    owner = word.removesuffix("'s")
    if known or owner == word:
        return known
    known = _known(owner)
    return known and known + NONE * owner.endswith(HISSING)


def _known(word: str) -> str | None:
    return SUNG.get(word) or _table().get(word)


def _spellings(word: str) -> tuple[str, ...]:
    """Under what the table may have a word: also without its quotes, and with a dropped ``g``."""
    bare = word.strip("'")
    return word, bare, f"{bare}g" if bare.endswith("in") else bare


@cache
def _table() -> dict[str, str]:
    """Stresses by word; made by ``python -m tools.word_stresses``."""
    packed = resources.files("genomes.lyrics").joinpath("data/stresses.json.gz").read_bytes()
    words_by_stresses: dict[str, str] = json.loads(gzip.decompress(packed))
    return {word: known for known, words in words_by_stresses.items() for word in words.split()}
