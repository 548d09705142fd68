"""Each chord rule shown by two loops that differ in what the rule is about."""

from __future__ import annotations

import pytest

from fitness.theory import RULES
from genomes import Context, Part
from tests.fitness.theory.writing import loop

C = "C: C3 G3 E4 C5"
DM = "D: D3 A3 F4 D5"
F = "F: F2 A3 F4 C5"
G = "G: G2 B3 G4 D5"
AM = "A: A2 A3 E4 C5"
G7 = "G7: G2 B3 F4 D5"

Written = tuple[Part, Context]

# rule -> (what is better, the better loop, the worse loop)
PAIRS: dict[str, list[tuple[str, Written, Written]]] = {
    "resolution": [
        (
            "the tritone of G7 opens into C, or is left hanging before A in the bass of D minor",
            loop(f"{C} | {F} | {G7} | {C}"),
            loop(f"{C} | {G7} | {DM} | {C}"),
        ),
        (
            "a suspended fourth falls to its third, or stays",
            loop("Gsus4: G2 D4 G4 C5 | G: G2 D4 G4 B4"),
            loop("Gsus4: G2 D4 G4 C5 | C: C3 E4 G4 C5"),
        ),
        (
            "no tension at all is better than tension that never resolves",
            loop(f"{C} | {AM}"),
            loop("F#: F#2 C4 F#4 | F: F2 B3 F4"),
        ),
    ],
    "turnaround": [
        (
            "the end leads back like a dominant, or stands still",
            loop(f"{C} | {AM} | {F} | {G}"),
            loop(f"{C} | {AM} | {F} | {C}", key="G major"),
        ),
        (
            "the end arrives at home from the dominant, or drifts up a third",
            loop(f"{C} | {F} | {G} | {C}"),
            loop(f"{C} | {F} | {G} | {AM}"),
        ),
    ],
    "plain_ground": [
        (
            "plain chords and a seventh, or nothing but rare ones",
            loop(f"{C} | {AM} | {F} | {G7}"),
            loop("Cmaj9#11: C3 E3 B3 D4 F#4 | Bdim7: B2 D4 F4 Ab4"),
        ),
        (
            "a rarer chord between triads, or only triads",
            loop(f"{C} | Am7: A2 G3 E4 C5 | Fmaj9: F2 A3 E4 G4 C5 | {G}"),
            loop(f"{C} | {AM} | {F} | {G}"),
        ),
    ],
    "steady_changes": [
        (
            "chords change on the downbeats, or a beat late",
            loop(f"{C} | {F} | {G} | {C}"),
            loop(f"{C} | {F} | {G} | {C}", quarters=(5, 4, 4, 3)),
        ),
        (
            "chords hold equally long, or anyhow",
            loop(f"{C} | {F} | {G} | {C}", quarters=(8, 8, 8, 8)),
            loop(f"{C} | {F} | {G} | {C}", quarters=(4, 16, 8, 4)),
        ),
        (
            "in 7/8 a change falls on a beat group, or between them",
            loop(f"{C} | {F}", quarters=(2, 1.5), meter="7/8"),
            loop(f"{C} | {F}", quarters=(1.5, 2), meter="7/8"),
        ),
    ],
    "last_bar": [
        (
            "the last bar moves, or repeats the one before",
            loop(f"{C} | {F} | {G} | {C}"),
            loop(f"{C} | {F} | {C} | {C}"),
        ),
        (
            "the last bar changes one note, or none",
            loop(f"{C} | {F} | {F} | F: F2 A3 F4 D5"),
            loop(f"{C} | {F} | {F} | {F}"),
        ),
    ],
    "bass_line": [
        (
            "the bass walks, or stands",
            loop(f"{C} | {DM} | {F} | {G}"),
            loop("C: C3 G3 E4 | F: C3 A3 F4 | G: C3 B3 G4 | C: C3 G3 E4"),
        ),
        (
            "the bass takes fourths and fifths, or tritones",
            loop(f"{C} | {F} | {G}"),
            loop("C: C3 E4 G4 | F#: F#2 A#3 C#4 | C: C3 E4 G4"),
        ),
    ],
    "top_line": [
        (
            "the top voice steps, or leaps",
            loop("C: C3 E4 G4 | F: F2 C4 A4 | C: C3 E4 G4"),
            loop("C: C3 E4 G4 | F: F2 C4 F5 | C: C3 E4 G4"),
        ),
    ],
    "clean_sound": [
        (
            "a major ninth, or a minor one",
            loop("C: C3 E4 G4 D5"),
            loop("C: C3 E4 G4 F5"),
        ),
        (
            "a third around middle C, or the same third in the cellar",
            loop("C: C3 C4 E4"),
            loop("C: C2 E2 C4"),
        ),
    ],
    "space": [
        (
            "one stroke a bar, or eight",
            loop(f"{C} | {F}"),
            loop(f"{C} | {F}", strokes=8),
        ),
    ],
    "home": [
        (
            "the tonic comes by, or never",
            loop(f"{C} | {F} | {G} | {AM}"),
            loop(f"{DM} | {F} | {G} | {AM}"),
        ),
        (
            "the tonic gives way, or holds nearly throughout",
            loop(f"{C} | {F} | {G} | {C}"),
            loop(f"{C} | {C} | {C} | {G}"),
        ),
        (
            "home is the key's tonic chord, not its parallel",
            loop(f"{C} | {F} | {G} | {AM}"),
            loop("Cm: C3 G3 Eb4 C5 | " + f"{F} | {G} | {AM}"),
        ),
    ],
    "idiom": [
        (
            "the fifth goes home, or to a chord that seldom follows it",
            loop(f"{C} | {F} | {G} | {C}"),
            loop(f"{C} | {F} | {G} | Em: E3 B3 G4 E5"),
        ),
        (
            "chords of the key, or strangers to it",
            loop(f"{C} | {AM} | {F} | {G}"),
            loop(f"{C} | Ebm: Eb3 Bb3 Gb4 Eb5 | {F} | F#m: F#2 A3 F#4 C#5"),
        ),
        (
            "a change, or one chord for ever",
            loop(f"{C} | {G}"),
            loop(f"{C} | {C}"),
        ),
    ],
}


def test_every_rule_has_a_pair() -> None:
    assert set(PAIRS) == set(RULES["chords"])


@pytest.mark.parametrize(
    ("rule", "better", "worse"),
    [
        pytest.param(rule, better, worse, id=f"{rule}: {what}")
        for rule, pairs in PAIRS.items()
        for what, better, worse in pairs
    ],
)
def test_direction(rule: str, better: Written, worse: Written) -> None:
    assert RULES["chords"][rule](*better) > RULES["chords"][rule](*worse)


@pytest.mark.parametrize(
    ("rule", "written", "value"),
    [
        # B rises to C and F falls to E in one chord of two; C has no tension.
        ("resolution", loop(f"{G7} | {C}"), (1.0 + 0.8) / 2),
        ("turnaround", loop(f"{C} | {G}"), 1.0),
        ("turnaround", loop(f"{C}"), 0.1),
        ("plain_ground", loop(f"{C} | {F}"), 0.7),
        ("steady_changes", loop(f"{C} | {F} | {G} | {C}"), 1.0),
        # Of four pitches over four beats, the third and the fifth move: 4 of 12 are shared.
        ("last_bar", loop("C: C3 E4 G4 C5 | A: C3 E4 A4 A5"), 1 - 8 / 24),
        ("bass_line", loop("C: C3 E4 G4 | D: D3 F4 A4"), 1.0),
        ("top_line", loop("C: C3 E4 G4 | F: F3 C4 A4"), 1.0),
        ("clean_sound", loop("C: C3 E4 G4"), 1.0),
        ("clean_sound", loop("C: C3 C#4 C5"), 1 / 3),
        ("space", loop(f"{C}", strokes=4), 0.5),
    ],
)
def test_by_hand(rule: str, written: Written, value: float) -> None:
    assert RULES["chords"][rule](*written) == pytest.approx(value)
