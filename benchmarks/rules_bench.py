"""How well the theory rules agree with a person's decisions about chord loops.

``python -m benchmarks.rules_bench FOLDER`` reads review files (YAML: a key, a meter and
candidates with chords, bars per chord, a strum pattern, scores and a status) and prints, for
each rule, how often it ranks an approved candidate above a rejected one of the same song.

The rules were chosen with a look at such decisions, so the numbers on those very decisions are
a description, not a promise. Intervals come from drawing whole songs again and again; songs
that were offered the same chords are not independent, so the true ones are wider.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from fitness.theory import RULES, theory
from genomes import ChordSpan, Context, Key, Meter, Part, Section
from genomes.keys import PLAIN_NAMES

APPROVED = {"approved", "accepted"}
REJECTED = {"rejected"}

RESAMPLES = 4000
INTERVAL_PERCENT = (2.5, 97.5)
SEED = 7

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SIGNS = {"": 0, "#": 1, "b": -1}
VELOCITY = 80


@dataclass(frozen=True)
class Decision:
    """A candidate that a person decided about.

    Attributes:
        part: as it was heard: its chords, their lengths and the way of strumming.
        context: with the key that the chords are in, whatever the file says.
        approved: the decision.
        composite: the score that the file itself carries.
    """

    part: Part
    context: Context
    approved: bool
    composite: float


Scorer = Callable[[Decision], float]


def read_songs(folder: Path) -> dict[str, list[Decision]]:
    """Decided candidates with chords, by review file; files without any are left out."""
    songs = {}
    for path in sorted(folder.glob("*.yml")):
        review = yaml.safe_load(path.read_text(encoding="utf-8"))
        decided = [c for c in review["candidates"] if _status(c) in APPROVED | REJECTED]
        decided = [candidate for candidate in decided if candidate.get("chords")]
        if decided:
            key, meter = _key(review, decided), Meter.parse(review.get("time_sig") or "4/4")
            songs[path.stem] = [_decision(c, key, meter, float(review["bpm"])) for c in decided]
    return songs


def _status(candidate: dict[str, Any]) -> str:
    return str(candidate["status"]).casefold()


def _key(review: dict[str, Any], candidates: list[dict[str, Any]]) -> Key:
    """The tonic is the bass of the chords labelled as the first degree.

    The stated key is no help for minor songs, whose chords lie a minor third lower.
    """
    firsts = Counter(
        min(map(_pitch, chord["notes"])) % 12
        for candidate in candidates
        for chord in candidate["chords"]
        if chord["function"] in {"I", "i"}
    )
    tonic = firsts.most_common(1)[0][0]
    return Key(tonic, "minor" if "minor" in review["key"] else "major", PLAIN_NAMES[tonic])


def _pitch(name: str) -> int:
    letter, sign, octave = re.fullmatch(r"([A-G])([#b]?)(-?\d+)", name).groups()  # type: ignore[union-attr]
    return LETTERS[letter] + SIGNS[sign] + 12 * (int(octave) + 1)


def _root(name: str) -> int:
    """Pitch class of the root in ``"Bb7;D"`` or ``"bII - Fb9(#11)"``."""
    letter, sign = re.match(r"(?:.* - )?([A-G])([#b]?)", name).groups()  # type: ignore[union-attr]
    return (LETTERS[letter] + SIGNS[sign]) % 12


def _decision(candidate: dict[str, Any], key: Key, meter: Meter, tempo_bpm: float) -> Decision:
    part = _part(candidate, meter)
    section = Section("review", part.length_ticks // meter.bar_ticks)
    context = Context(key, meter, tempo_bpm, section)
    composite = float(candidate["scores"]["composite"])
    return Decision(part, context, _status(candidate) in APPROVED, composite)


def _part(candidate: dict[str, Any], meter: Meter) -> Part:
    chords = candidate["chords"]
    bars = [round(b) for b in candidate.get("hr_distribution") or [1] * len(chords)]
    spans, notes, onset = [], [], 0
    for chord, length in zip(chords, bars, strict=True):
        pitches = sorted({_pitch(name) for name in chord["notes"]})
        spans.append(_span(chord, pitches, onset, length * meter.bar_ticks))
        for bar_onset in range(onset, onset + length * meter.bar_ticks, meter.bar_ticks):
            notes += [
                (bar_onset + begin, end - begin, pitch, VELOCITY)
                for begin, end, struck in _strokes(candidate.get("strum_pattern"), pitches, meter)
                for pitch in struck
            ]
        onset += length * meter.bar_ticks
    return Part.of(notes, onset, spans)


def _span(chord: dict[str, Any], pitches: list[int], onset: int, length: int) -> ChordSpan:
    root = _root(chord["name"])
    classes = sorted({pitch % 12 for pitch in pitches}, key=lambda pc: (pc - root) % 12)
    function = chord["function"] or "?"
    return ChordSpan(onset, length, root, pitches[0] % 12, tuple(classes), function, chord["name"])


def _strokes(
    pattern: str | None, pitches: list[int], meter: Meter
) -> Iterator[tuple[int, int, list[int]]]:
    """Begin, end and pitches of each stroke of a bar."""
    bar, eighth = meter.bar_ticks, 240
    if pattern in {"arp_up", "arp_down"}:
        order = pitches if pattern == "arp_up" else pitches[::-1]
        for index, begin in enumerate(range(0, bar, eighth)):
            yield begin, begin + eighth, [order[index % len(order)]]
        return
    onsets = {
        "half": (0, bar // 2),
        "push": (0, bar - eighth),
        "grouped_322": (0, 3 * eighth, 5 * eighth),
        "beat": tuple(range(0, bar, 2 * eighth)),
    }.get(pattern or "whole", (0,))
    for begin, end in pairwise((*onsets, bar)):
        yield begin, end, pitches


def wins(decisions: list[Decision], scorer: Scorer) -> tuple[float, int]:
    """Pairs of an approved and a rejected candidate ranked right (ties half), and all pairs."""
    approved = [scorer(decision) for decision in decisions if decision.approved]
    rejected = [scorer(decision) for decision in decisions if not decision.approved]
    right = sum((a > r) + 0.5 * (a == r) for a in approved for r in rejected)
    return right, len(approved) * len(rejected)


def agreement(songs: dict[str, list[Decision]], scorer: Scorer) -> tuple[float, float, float]:
    """Share of pairs ranked right, and its bootstrap interval over songs."""
    counts = np.array([wins(decisions, scorer) for decisions in songs.values()])
    rng = np.random.default_rng(SEED)
    drawn = counts[rng.integers(len(counts), size=(RESAMPLES, len(counts)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], INTERVAL_PERCENT)
    right, pairs = counts.sum(axis=0)
    return float(right / pairs), float(low), float(high)


def scorers() -> dict[str, Scorer]:
    """Each rule, their mean, and the score in the files."""
    rules = RULES["chords"]
    every: dict[str, Scorer] = {
        name: lambda decision, rule=rule: rule(decision.part, decision.context)  # type: ignore[misc]
        for name, rule in rules.items()
    }
    every["theory (mean)"] = lambda decision: theory(
        {name: rule(decision.part, decision.context) for name, rule in rules.items()}
    )
    every["composite in the files"] = lambda decision: decision.composite
    return every


def report(folder: str) -> str:
    """The table, or one kind line where there is nothing to read."""
    songs = read_songs(Path(folder)) if Path(folder).is_dir() else {}
    songs = {name: found for name, found in songs.items() if len({d.approved for d in found}) == 2}
    if not songs:
        return f"No review files with approved and rejected chords in {folder}: nothing to compare."
    pairs = sum(wins(found, lambda _: 0.0)[1] for found in songs.values())
    decisions = sum(map(len, songs.values()))
    lines = [
        f"{decisions} decisions, {len(songs)} songs, {pairs} pairs; chance is .500",
        f"{'':24}{'agreement':>9}  95 % interval (songs resampled)",
    ]
    for name, scorer in scorers().items():
        share, low, high = agreement(songs, scorer)
        lines.append(f"{name:24}{share:9.3f}  {low:.2f} to {high:.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.rules_bench FOLDER_OF_REVIEW_FILES")
    print(report(sys.argv[1]))
