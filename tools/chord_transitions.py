"""Count how chords follow each other in the RomanText analyses that music21 carries.

Run ``python -m tools.chord_transitions`` to measure again. The analyses (Bach chorales
and Monteverdi madrigals) stay in the installed package; only the counts are written.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from music21 import converter, corpus, roman

import genomes.chords
from genomes.chords.functions import functions

OUTPUT = Path(genomes.chords.__file__).parent / "data" / "transitions.json"
START, END = "start", "end"


def measure() -> dict[str, Any]:
    """Counts per mode: transitions between functions, and inversions of each function."""
    transitions: dict[str, dict[str, Counter[str]]] = {"major": {}, "minor": {}}
    inversions: dict[str, dict[str, Counter[int]]] = {"major": {}, "minor": {}}
    works = sorted(str(path) for path in corpus.getPaths() if path.suffix == ".rntxt")
    unnamed = total = 0
    with ProcessPoolExecutor() as pool:
        for phrases in pool.map(_phrases, works):
            for mode, phrase in phrases:
                total += len(phrase)
                unnamed += sum(token is None for token, _ in phrase)
                _count(transitions[mode], inversions[mode], phrase)
    return {
        "source": "RomanText analyses distributed with music21 (Bach chorales, Monteverdi)",
        "works": len(works),
        "chords": total,
        "chords_without_a_named_function": unnamed,
        "transitions": _plain(transitions),
        "inversions": _plain(inversions),
    }


Phrase = list[tuple[str | None, int]]


def _phrases(path: str) -> list[tuple[str, Phrase]]:
    """Stretches of a work in one key, as ``(token or None, inversion)`` without repetitions."""
    score = converter.parse(path, format="romantext")
    numerals = list(score.recurse().getElementsByClass(roman.RomanNumeral))
    found = []
    for (_, mode), stretch in groupby(numerals, key=_key_of):
        if mode in {"major", "minor"}:
            chords = [(_token(numeral, mode), numeral.inversion()) for numeral in stretch]
            found.append((mode, [next(same) for _, same in groupby(chords, key=lambda c: c[0])]))
    return found


def _key_of(numeral: roman.RomanNumeral) -> tuple[str, str]:
    return numeral.key.tonic.name, numeral.key.mode


def _token(numeral: roman.RomanNumeral, mode: str) -> str | None:
    """The function with the numeral's root and triad; applied ones only where it says so."""
    root = (numeral.root().pitchClass - numeral.key.tonic.pitchClass) % 12
    third, fifth = numeral.semitonesFromChordStep(3), numeral.semitonesFromChordStep(5)
    for function in functions(mode).values():
        applied = function.source == "applied"
        if applied == bool(numeral.secondaryRomanNumeral) and (
            (function.root_semitones, function.triad) == (root, (third, fifth))
        ):
            return function.token
    return None


def _count(
    transitions: dict[str, Counter[str]], inversions: dict[str, Counter[int]], phrase: Phrase
) -> None:
    """Add one stretch; a chord without a name breaks the chain on both of its sides."""
    chain: list[str | None] = [START, *(token for token, _ in phrase), END]
    for first, second in pairwise(chain):
        if first is not None and second is not None:
            transitions.setdefault(first, Counter())[second] += 1
    for token, inversion in phrase:
        if token is not None:
            inversions.setdefault(token, Counter())[inversion] += 1


def _plain(counts: dict[str, dict[str, Counter[Any]]]) -> dict[str, Any]:
    plain: dict[str, Any] = defaultdict(dict)
    for mode, table in counts.items():
        for token, counter in sorted(table.items()):
            plain[mode][token] = {str(key): counter[key] for key in sorted(counter)}
    return dict(plain)


def main() -> None:
    """Measure and write the table."""
    OUTPUT.parent.mkdir(exist_ok=True)
    table = measure()
    OUTPUT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(f"{table['works']} works, {table['chords']} chords -> {OUTPUT.name}")  # noqa: T201


if __name__ == "__main__":
    main()
