"""Progressions that a style card names: loops, cadences, and chords borrowed from other modes.

Everything is written for major and for minor and translated to the song's own mode, so that a
card's taste is heard in whatever key and mode a song is.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from genomes.chords.functions import Function, functions, sounds_diatonic
from genomes.chords.seeds import SOURCES
from genomes.chords.tables import family_of_mode, in_mode
from genomes.keys import SCALES

# Loops as songs have them, by kind: for major and for minor.
LOOPS: dict[str, dict[str, tuple[str, ...]]] = {
    # Home and the fourth degree, without a dominant: folk, gospel.
    "plagal": {
        "major": ("I IV I IV", "I IV ii IV", "I vi IV I", "I ii IV I"),
        "minor": ("i iv i iv", "i iv VI iv", "i VI iv i", "i iv III iv"),
    },
    # First, fourth and fifth degree, as in country and blues.
    "three_chords": {
        "major": ("I IV V IV", "I IV I V", "I V IV I", "I V I IV"),
        "minor": ("i iv v i", "i iv i v", "i v iv i", "i v i iv"),
    },
    # The loops of chart pop since the 1990s.
    "four_chords": {
        "major": ("I V vi IV", "I vi IV V", "I IV vi V", "I iii vi IV"),
        "minor": ("i VI III VII", "i III VII VI", "i VII iv VI", "i VI iv VII"),
    },
    # Natural minor's sixth and seventh degree, borrowed in major: rock.
    "aeolian": {
        "major": ("I bVI bVII I", "I bVII bVI bVII", "I bIII bVII bVI", "I bVI I bVII"),
        "minor": ("i VI VII i", "i VII VI VII", "i VII VI VI", "i VI i VII"),
    },
    # A major chord on the fourth degree above a minor home; blues-rock thirds in major.
    "dorian": {
        "major": ("I bIII IV I", "I bIII bVII IV", "I bVII IV I", "I bIII I IV"),
        "minor": ("i IV i IV", "i ii III IV", "i IV VII i", "i IV III ii"),
    },
    # A major chord a whole tone above home; in minor, home is heard on the sixth degree.
    "lydian": {
        "major": ("I V/V I V/V", "I V/V IV I", "I V/V vi I", "I vi V/V IV"),
        "minor": ("VI VII VI VII", "VI VII i VI", "i V/v i VI", "VI v i VII"),
    },
    # The flat second degree.
    "phrygian": {
        "major": ("I bII I bII", "I bVI bII I", "I bII bVII I", "I bIII bII I"),
        "minor": ("i bII i bII", "i VI bII i", "i bII VII i", "i III bII i"),
    },
    # Roots that fall by fifths.
    "circle_of_fifths": {
        "major": ("I vi ii V", "I ii V I", "I iii vi ii", "I IV viio iii vi ii V I"),
        "minor": ("i VI iio V", "i iio V i", "i iv iio V", "i iv VII III VI iio V i"),
    },
    # Dominants of other degrees than home.
    "secondary_dominants": {
        "major": ("I V/vi vi V", "I V/IV IV V", "I V/ii ii V", "I V/ii V/V V"),
        "minor": ("i V/iv iv V", "i V V/iv iv", "i V/VI VI V", "i V/v V i"),
    },
    # A bass that goes down from home to the fifth degree.
    "lament": {
        "major": ("I V vi iii", "I iii vi V", "I V vi iii IV I IV V", "I V/IV IV iv"),
        "minor": ("i VII VI V", "i v VI V", "i VII iv V", "i v iv V"),
    },
    # Roots thirds apart that aren't of one key.
    "chromatic_thirds": {
        "major": ("I bVI I bIII", "I bIII bVI I", "I V/vi bVI V", "I V/ii bIII bVI"),
        "minor": ("i I VI bII", "i VI I iv", "i bII I VI", "I VI i V/v"),
    },
    # Diminished chords between others.
    "diminished": {
        "major": ("I viio/ii ii viio/iii", "I viio/V V viio/vi", "I iio I viio", "I viio/ii ii V"),
        "minor": ("i viio/iv iv viio", "i viio/v V viio", "i iio i viio", "i iio V viio"),
    },
    # One chord that is left for a moment.
    "pedal": {
        "major": ("I I bVII I", "I I IV I", "I I ii I", "I I I IV"),
        "minor": ("i i VII i", "i i iv i", "i i VI i", "i i i v"),
    },
    # The same chord moved up and down by steps.
    "planing": {
        "major": ("I ii iii ii", "I ii I bVII", "I bVII bVI bVII", "IV iii ii I"),
        "minor": ("i VII VI VII", "i iv v VI", "i VII VI v", "i VI v iv"),
    },
    # The minor chord on the fourth degree after or instead of the major one.
    "minor_fourth": {
        "major": ("I IV iv I", "I V/vi IV iv", "I iv I iv", "I vi iv I"),
        "minor": ("i IV iv i", "I iv I iv", "i IV iv V", "i VI IV iv"),
    },
}
# How a loop ends before it comes round: its last chords.
NO_CADENCE = "none"
CADENCES: dict[str, dict[str, tuple[str, ...]]] = {
    NO_CADENCE: {"major": (), "minor": ()},
    "authentic": {"major": ("V",), "minor": ("V",)},
    "half": {"major": ("ii", "V"), "minor": ("iio", "V")},
    "plagal": {"major": ("IV",), "minor": ("iv",)},
    "deceptive": {"major": ("V", "bVI"), "minor": ("V", "VI")},
    "modal": {"major": ("bVII",), "minor": ("VII",)},
    "phrygian": {"major": ("bII",), "minor": ("bII",)},
}
# What a chord is swapped for: the chords of another mode over the same tonic that the song's own
# mode doesn't have, or one of these two kinds.
DOMINANTS, DIMINISHED = "dominants", "diminished"
LENDERS = (
    *("minor", "dorian", "phrygian", "lydian", "mixolydian", "harmonic_minor"),
    *(DOMINANTS, DIMINISHED),
)
# Where functions come from: a kind of loop, or a source of first genomes.
PROGRESSIONS = (*LOOPS, *SOURCES)


def progression(name: str, mode: str, count: int, rng: np.random.Generator) -> list[str]:
    """Functions of the mode from one of ``PROGRESSIONS``; a loop is repeated or cut to length."""
    if name in SOURCES:
        return SOURCES[name](mode, count, rng)
    loops = _loops(name, mode)
    loop = loops[int(rng.integers(len(loops)))]
    return [loop[index % len(loop)] for index in range(count)]


def with_cadence(tokens: list[str], name: str, mode: str) -> list[str]:
    """The functions with one of ``CADENCES`` at their end; the first one stays."""
    family = family_of_mode(mode)
    ending = [translated(token, family, mode) for token in CADENCES[name][family]]
    ending = ending[: max(0, len(tokens) - 1)]
    return [*tokens[: len(tokens) - len(ending)], *ending]


@cache
def lent(lender: str, mode: str) -> tuple[Function, ...]:
    """The functions of a mode that one of ``LENDERS`` stands for; none where it lends nothing."""
    table = functions(mode).values()
    if lender == DOMINANTS:
        leads = {"applied", "leading tone"}
        return tuple(f for f in table if f.source in leads and f.quality == "major")
    if lender == DIMINISHED:
        return tuple(f for f in table if f.quality == "diminished")
    foreign = (f for f in table if not sounds_diatonic(mode, f.token))
    sounding = {
        (SCALES[lender][function.degree - 1], function.triad)
        for function in functions(lender).values()
        if function.source == "diatonic"
    }
    return tuple(f for f in foreign if (f.root_semitones, f.triad) in sounding)


@cache
def translated(token: str, family: str, mode: str) -> str:
    """The function of a mode that sounds like one of major or minor, or stands for its degree."""
    meant = functions(family)[token]
    table = functions(mode)
    alike = [
        function.token
        for function in table.values()
        if (function.root_semitones, function.triad) == (meant.root_semitones, meant.triad)
    ]
    if token in alike:
        return token
    return alike[0] if alike else in_mode(token, mode)


@cache
def _loops(name: str, mode: str) -> tuple[tuple[str, ...], ...]:
    family = family_of_mode(mode)
    return tuple(
        tuple(translated(token, family, mode) for token in loop.split())
        for loop in LOOPS[name][family]
    )
