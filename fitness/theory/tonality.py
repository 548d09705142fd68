"""Rules of the chord stage that ask whether a progression speaks the language of its key."""

from __future__ import annotations

from functools import cache
from math import sqrt

from fitness.theory.reading import chords_of, mean, same_chord, seams
from genomes.chords.functions import functions, tonic
from genomes.chords.tables import followers
from genomes.context import Context
from genomes.keys import Key
from genomes.notes import ChordSpan, Part

# Share of the time that songs spend on their tonic chord; how far outside is half as good.
HOME_FROM, HOME_TO = 0.15, 0.5
HOME_MARGIN = 0.15

# A chord that no counted piece puts there may still be the right one now and then.
UNHEARD = 0.0


def function_of(chord: ChordSpan, key: Key) -> str | None:
    """The function of the key that a chord is, by its root and triad; None if it is none.

    A chord without a third counts as the first function on its root that has its fifth.
    """
    root = (chord.root_pitch_class - key.tonic_pitch_class) % 12
    return _function_on(key.mode, root, chord.root_pitch_class, chord.pitch_classes)


@cache
def _function_on(
    mode: str, root_semitones: int, root_pitch_class: int, pitch_classes: tuple[int, ...]
) -> str | None:
    above = {(pitch_class - root_pitch_class) % 12 for pitch_class in pitch_classes}
    on_root = [f for f in functions(mode).values() if f.root_semitones == root_semitones]
    for wanted in ((0, 1), (1,)):
        for function in on_root:
            if all(function.triad[index] in above for index in wanted):
                return function.token
    return None


def home(part: Part, context: Context) -> float:
    """The tonic chord is heard, and not all the time.

    1 while it holds for 15 to 50 % of the part, falling as far as the share lies outside: to half
    at 15 % points.
    """
    held_ticks = sum(
        chord.duration_ticks
        for chord in chords_of(part)
        if function_of(chord, context.key) == tonic(context.key.mode)
    )
    share = held_ticks / part.length_ticks
    outside = max(HOME_FROM - share, share - HOME_TO, 0.0)
    return 1 / (1 + outside / HOME_MARGIN)


def idiom(part: Part, context: Context) -> float:
    """Chords follow each other as they do in counted music, the last one to the first included.

    Per change, the square root of how often this chord came next, relative to the one that came
    next most often.
    """
    key = context.key
    steps = [
        _likelihood(key.mode, function_of(first, key), function_of(second, key))
        for first, second in seams(part)
        if not same_chord(first, second)
    ]
    return mean(steps, of_nothing=UNHEARD)


@cache
def _likelihood(mode: str, here: str | None, there: str | None) -> float:
    if here is None or there is None:
        return UNHEARD
    options, shares = followers(mode, here)
    chances = dict(zip(options, shares, strict=True))
    return sqrt(chances.get(there, UNHEARD) / max(shares))
