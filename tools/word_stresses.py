"""Pack the stresses of the words in a pronouncing dictionary.

Run ``python -m tools.word_stresses cmudict.dict`` to pack them again. The dictionary is
the CMU Pronouncing Dictionary of Carnegie Mellon University; its licence lies beside the table.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import genomes.lyrics

OUTPUT = Path(genomes.lyrics.__file__).parent / "data" / "stresses.json.gz"

# Words that people sing; entries for signs, and second and later pronunciations, have other signs.
_WORD = re.compile(r"[a-z']+")


def stresses_by_word(lines: Iterable[str]) -> dict[str, str]:
    """The stress of each syllable of a word, in its first pronunciation.

    Args:
        lines: such as ``about AH0 B AW1 T``; what follows ``#`` is a comment.
    """
    found: dict[str, str] = {}
    for line in lines:
        word, *sounds = line.partition("#")[0].split() or [""]
        stresses = "".join(sound[-1] for sound in sounds if sound[-1].isdigit())
        if _WORD.fullmatch(word) and stresses:
            found.setdefault(word, stresses)
    return found


def packed(stresses: dict[str, str]) -> bytes:
    """The table: words by their stresses; the same bytes for the same words."""
    words = defaultdict(list)
    for word, known in sorted(stresses.items()):
        words[known].append(word)
    table = {known: " ".join(words[known]) for known in sorted(words)}
    return gzip.compress(json.dumps(table).encode(), mtime=0)


def main(arguments: list[str]) -> None:
    """Read a dictionary, write the table, report."""
    (path,) = arguments
    with Path(path).open(encoding="utf-8") as lines:
        stresses = stresses_by_word(lines)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_bytes(packed(stresses))
    sys.stdout.write(f"{len(stresses)} words -> {OUTPUT.name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
