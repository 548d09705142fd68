"""How well the theory rules agree with a person's decisions about chord loops.

``python -m benchmarks.rules_bench FOLDER`` reads review files (YAML: a key, a meter and
candidates with chords, bars per chord, a strum pattern, scores and a status) and prints, for
each rule, how often it ranks an approved candidate above a rejected one of the same song.

The rules were chosen with a look at such decisions, so the numbers on those very decisions are
a description, not a promise. In the lines ``theory``, ``total`` and ``as ranked`` (gate, then
total: the order of a run) the rules' weights are fitted without the song that
they rank. Intervals come from drawing whole songs again and again; songs that were offered the
same chords are not independent, so the true ones are wider.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.rule_weights import fitted, without
from fitness.colours import Colour, find_colour
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.theory import RULES, WEIGHTS
from fitness.total import Fitness, Weights
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
        colour: the song's.
    """

    part: Part
    context: Context
    approved: bool
    composite: float
    colour: Colour


Scorer = Callable[[Decision], float]
# Song -> a value for each of its decisions; larger ranks higher.
Songs = Mapping[str, list[Decision]]
Values = Mapping[str, Sequence[Any]]


def read_songs(folder: Path) -> dict[str, list[Decision]]:
    """Decided candidates with chords, by review file; files without any are left out."""
    songs = {}
    for path in sorted(folder.glob("*.yml")):
        review = yaml.safe_load(path.read_text(encoding="utf-8"))
        decided = [c for c in review["candidates"] if _status(c) in APPROVED | REJECTED]
        decided = [candidate for candidate in decided if candidate.get("chords")]
        if decided:
            key, meter = _key(review, decided), Meter.parse(review.get("time_sig") or "4/4")
            songs[path.stem] = [
                _decision(c, key, meter, float(review["bpm"]), _colour(review)) for c in decided
            ]
    return songs


def _colour(review: dict[str, Any]) -> Colour:
    return find_colour(str(review.get("color") or "White"))


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


def _decision(
    candidate: dict[str, Any], key: Key, meter: Meter, tempo_bpm: float, colour: Colour
) -> Decision:
    part = _part(candidate, meter)
    section = Section("review", part.length_ticks // meter.bar_ticks)
    context = Context(key, meter, tempo_bpm, section)
    composite = float(candidate["scores"]["composite"])
    return Decision(part, context, _status(candidate) in APPROVED, composite, colour)


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


def wins(decisions: Sequence[Decision], values: Sequence[Any]) -> tuple[float, int]:
    """Pairs of an approved and a rejected candidate ranked right (ties half), and all pairs."""
    both = list(zip(decisions, values, strict=True))
    approved = [value for decision, value in both if decision.approved]
    rejected = [value for decision, value in both if not decision.approved]
    right = sum((a > r) + 0.5 * (a == r) for a in approved for r in rejected)
    return right, len(approved) * len(rejected)


def agreement(songs: Songs, values: Values) -> tuple[float, float, float]:
    """Share of pairs ranked right, and its bootstrap interval over songs."""
    counts = np.array([wins(decisions, values[name]) for name, decisions in songs.items()])
    rng = np.random.default_rng(SEED)
    drawn = counts[rng.integers(len(counts), size=(RESAMPLES, len(counts)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], INTERVAL_PERCENT)
    right, pairs = counts.sum(axis=0)
    return float(right / pairs), float(low), float(high)


def of_each(songs: Songs, scorer: Scorer) -> dict[str, list[float]]:
    """What a scorer gives every decision."""
    return {name: [scorer(decision) for decision in found] for name, found in songs.items()}


def left_out_theory(songs: Songs) -> dict[str, list[float]]:
    """The theory term of every decision, its weights fitted to the other songs' decisions."""
    rules = RULES["chords"]
    terms = {
        name: np.array([[rule(d.part, d.context) for rule in rules.values()] for d in found])
        for name, found in songs.items()
    }
    kept = {name: np.array([d.approved for d in found]) for name, found in songs.items()}
    differences = {
        name: (rows[kept[name]][:, None] - rows[~kept[name]][None]).reshape(-1, len(rules))
        for name, rows in terms.items()
    }
    given = np.array([WEIGHTS["chords"][name][0] for name in rules])
    theories = {}
    for name, rows in terms.items():
        others = without(differences, name)
        weights = fitted(others, given) if len(others) > 1 else given
        theories[name] = (rows @ weights / weights.sum()).tolist()
    return theories


def columns(songs: Songs) -> dict[str, Values]:
    """Each rule, the terms of the fitness, the order of a run, and the score in the files."""
    found: dict[str, Values] = {
        name: of_each(songs, lambda d, rule=rule: rule(d.part, d.context))  # type: ignore[misc]
        for name, rule in RULES["chords"].items()
    }
    model, weights = FusionModel.load(DEFAULT_MODEL), Weights()
    scores = {
        name: [
            Fitness("chords", d.colour, weights, model).score([d.part], d.context)[0]
            for d in decisions
        ]
        for name, decisions in songs.items()
    }
    theories = left_out_theory(songs)
    totals = {
        name: [
            weights.total(score.terms.get("chromatic"), mean, score.terms["prior"])
            for score, mean in zip(scores[name], theories[name], strict=True)
        ]
        for name in songs
    }
    found["theory"] = theories
    found["chromatic"] = {
        name: [score.terms.get("chromatic", 0.0) for score in row] for name, row in scores.items()
    }
    found["prior"] = {name: [-s.terms["prior"] for s in row] for name, row in scores.items()}
    found["total"] = totals
    found["as ranked"] = {
        name: [(s.passes, t) for s, t in zip(row, totals[name], strict=True)]
        for name, row in scores.items()
    }
    found["composite in the files"] = of_each(songs, lambda decision: decision.composite)
    return found


def report(folder: str) -> str:
    """The table, or one kind line where there is nothing to read."""
    songs = read_songs(Path(folder)) if Path(folder).is_dir() else {}
    songs = {name: found for name, found in songs.items() if len({d.approved for d in found}) == 2}
    if not songs:
        return f"No review files with approved and rejected chords in {folder}: nothing to compare."
    pairs = sum(wins(found, [0.0] * len(found))[1] for found in songs.values())
    decisions = sum(map(len, songs.values()))
    lines = [
        f"{decisions} decisions, {len(songs)} songs, {pairs} pairs; chance is .500",
        f"{'':24}{'agreement':>9}  95 % interval (songs resampled)",
    ]
    for name, values in columns(songs).items():
        share, low, high = agreement(songs, values)
        lines.append(f"{name:24}{share:9.3f}  {low:.2f} to {high:.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.rules_bench FOLDER_OF_REVIEW_FILES")
    print(report(sys.argv[1]))
