"""Hidden tastes of simulated people, by code of their own: nothing here reads a feature or a score.

A taste is a weighted sum of a few variables, each in units of its spread over all pools. Where it
is linear, the variables are plain counts and means; where it isn't, they have an optimum, a
threshold or a product in them. The tastes that nothing measures listen to something that no feature
has. Learners were chosen on the tastes marked ``tuning`` and are reported on the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from genomes import Context, Part

QUARTER = 480

LINEAR, NONLINEAR, UNMEASURED = "linear", "nonlinear", "unmeasured"


@dataclass(frozen=True)
class Heard:
    """A part as a listener takes it in."""

    part: Part
    context: Context

    @cached_property
    def notes(self) -> list[tuple[int, int, int, int]]:
        """Onset, duration, pitch and velocity of each note, in order."""
        return [row[:4] for row in self.part.notes.tolist()]

    @cached_property
    def top(self) -> list[tuple[int, int]]:
        """The highest pitch at each time that something begins: onset and pitch."""
        highest: dict[int, int] = {}
        for onset, _, pitch, _ in self.notes:
            highest[onset] = max(pitch, highest.get(onset, 0))
        return sorted(highest.items())

    @property
    def bar(self) -> int:
        """Ticks of a bar."""
        return self.context.meter.bar_ticks

    @property
    def bars(self) -> int:
        """How many bars there are."""
        return self.part.length_ticks // self.bar

    def bar_of(self, number: int) -> list[tuple[int, int]]:
        """Onset within the bar and pitch of the top line in one bar."""
        return [(on - number * self.bar, p) for on, p in self.top if on // self.bar == number]


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def density(h: Heard) -> float:
    return len(h.top) / h.bars


def pitch(h: Heard) -> float:
    return mean([float(p) for _, _, p, _ in h.notes])


def loudness(h: Heard) -> float:
    return mean([float(v) for _, _, _, v in h.notes])


def length(h: Heard) -> float:
    return mean([d / QUARTER for _, d, _, _ in h.notes])


def stacks(h: Heard) -> list[list[int]]:
    """The pitches that begin together, for each time."""
    found: dict[int, list[int]] = {}
    for onset, _, p, _ in h.notes:
        found.setdefault(onset, []).append(p)
    return [sorted(each) for _, each in sorted(found.items())]


def width(h: Heard) -> float:
    return mean([float(s[-1] - s[0]) for s in stacks(h)])


def thickness(h: Heard) -> float:
    return mean([float(len(s)) for s in stacks(h)])


def chords(h: Heard) -> list[tuple[int, frozenset[int]]]:
    """Root and semitones above it of each chord."""
    return [
        (s.root_pitch_class, frozenset((c - s.root_pitch_class) % 12 for c in s.pitch_classes))
        for s in h.part.harmony
    ]


def plain(h: Heard) -> float:
    return mean([float(tones in ({0, 4, 7}, {0, 3, 7})) for _, tones in chords(h)])


def minor(h: Heard) -> float:
    return mean([float(3 in tones) for _, tones in chords(h)])


def sevenths(h: Heard) -> float:
    return mean([float(bool(tones & {10, 11})) for _, tones in chords(h)])


def hanging(h: Heard) -> float:
    """Chords without a third."""
    return mean([float(not tones & {3, 4}) for _, tones in chords(h)])


def strange(h: Heard) -> float:
    """How many chords have a tone outside the key."""
    scale = h.context.key.scale_pitch_classes
    return float(sum(any((root + t) % 12 not in scale for t in ts) for root, ts in chords(h)))


def at_home(h: Heard) -> float:
    tonic = h.context.key.tonic_pitch_class
    return mean([float(root == tonic) for root, _ in chords(h)])


def changes(h: Heard) -> float:
    return len(h.part.harmony) / h.bars


def kinds(h: Heard) -> float:
    return float(len(set(chords(h))))


def tritones(h: Heard) -> float:
    return mean([float(any((a - b) % 12 == 6 for a in s for b in s)) for s in stacks(h)])


def falls_of_fifth(h: Heard) -> float:
    roots = [root for root, _ in chords(h)]
    return mean([float((b - a) % 12 == 5) for a, b in pairwise(roots)])


def upside_down(h: Heard) -> float:
    return mean([float(s.bass_pitch_class != s.root_pitch_class) for s in h.part.harmony])


def peak(h: Heard) -> float:
    """Where the highest note first comes, 0 to 1."""
    if not h.top:
        return 0.5
    return max(h.top, key=lambda each: (each[1], -each[0]))[0] / h.part.length_ticks


def last_height(h: Heard) -> float:
    line = [p for _, p in h.top]
    return line[-1] - mean([float(p) for p in line]) if line else 0.0


def climb(h: Heard) -> float:
    """The last quarter of the line above its first."""
    line = [float(p) for _, p in h.top]
    quarter = max(1, len(line) // 4)
    return mean(line[-quarter:]) - mean(line[:quarter])


def middle_lift(h: Heard) -> float:
    line = [float(p) for _, p in h.top]
    third = max(1, len(line) // 3)
    return mean(line[third:-third] or line) - mean(line[:third] + line[-third:])


def moves(h: Heard) -> list[int]:
    return [b - a for (_, a), (_, b) in pairwise(h.top)]


def steps(h: Heard) -> float:
    return mean([float(1 <= abs(m) <= 2) for m in moves(h)])


def leaps(h: Heard) -> float:
    return mean([float(abs(m) >= 5) for m in moves(h)])


def same(h: Heard) -> float:
    return mean([float(m == 0) for m in moves(h)])


def offbeat(h: Heard) -> float:
    beats = set(h.context.meter.group_onsets_ticks)
    return mean([float(on % h.bar not in beats) for on, _ in h.top])


def silence(h: Heard) -> float:
    """Quarters between one note's end and the next one's begin, per bar."""
    rests = [max(0, b[0] - a[0] - a[1]) for a, b in pairwise(h.notes)]
    return sum(rests) / QUARTER / h.bars


def ambitus(h: Heard) -> float:
    line = [p for _, p in h.top]
    return float(max(line) - min(line)) if line else 0.0


def agreeing(h: Heard) -> float:
    """Notes that belong to the chord under them."""
    spans = h.context.harmony if h.context.part("chords") else ()
    found = []
    for onset, _, p, _ in h.notes:
        under = [s for s in spans if s.onset_ticks <= onset < s.end_ticks]
        found.append(float(bool(under) and p % 12 in under[0].pitch_classes))
    return mean(found)


def comes_back(h: Heard) -> float:
    """The second half begins as the first did."""
    half = h.bars // 2
    return float(half > 0 and h.bar_of(0) == h.bar_of(half) and bool(h.bar_of(0)))


def rhythm_back(h: Heard) -> float:
    """Bars with the rhythm of the bar two before."""
    rhythms = [tuple(on for on, _ in h.bar_of(number)) for number in range(h.bars)]
    return mean([float(a == b) for a, b in zip(rhythms, rhythms[2:], strict=False)])


def other_close(h: Heard) -> float:
    """The halves close differently."""
    half = h.bars // 2
    return float(half > 0 and h.bar_of(half - 1) != h.bar_of(h.bars - 1))


def last_fill(h: Heard) -> float:
    return len(h.bar_of(h.bars - 1)) - density(h)


def ending(h: Heard) -> float:
    """Quarters from the last onset to the end."""
    return (h.part.length_ticks - h.top[-1][0]) / QUARTER if h.top else 0.0


def answer(h: Heard) -> float:
    """How near the second half begins to where the first ended."""
    half = h.bars // 2 * h.bar
    before = [p for on, p in h.top if on < half]
    after = [p for on, p in h.top if on >= half]
    return -abs(after[0] - before[-1]) if before and after else -12.0


def sighs(h: Heard) -> float:
    """A step down right after a longer step up: how often."""
    return float(sum(a >= 3 and -2 <= b < 0 for a, b in pairwise(moves(h))))


def held_tones(h: Heard) -> float:
    """Tones that a chord has in common with the chord before, of the same voice or not."""
    spans = [set(s.pitch_classes) for s in h.part.harmony]
    return mean([float(len(a & b)) for a, b in pairwise(spans)])


def third_on_top(h: Heard) -> float:
    """How often the highest note is the third of the chord."""
    found = []
    for onset, p in h.top:
        under = [s for s in h.part.harmony if s.onset_ticks <= onset < s.end_ticks]
        found.append(float(bool(under) and (p - under[0].root_pitch_class) % 12 in {3, 4}))
    return mean(found)


Variable = Callable[[Heard], float]


def near(variable: Variable, wanted: float) -> Variable:
    """Least far from a wanted value."""
    return lambda h: -abs(variable(h) - wanted)


def apart(variable: Variable, disliked: float) -> Variable:
    """Far from a disliked value, on either side."""
    return lambda h: abs(variable(h) - disliked)


def both(first: Variable, second: Variable) -> Variable:
    """One thing only where there is the other."""
    return lambda h: first(h) * second(h)


def more_than(variable: Variable, threshold: float) -> Variable:
    """Enough of it; more than enough is no better."""
    return lambda h: min(variable(h), threshold)


@dataclass(frozen=True)
class Taste:
    """What a simulated person likes.

    Attributes:
        name: in words.
        stage: what it judges.
        kind: linear, nonlinear or unmeasured.
        noise: share of the decisions that are made the other way round.
        variables: what it listens to, with their weights.
        tuning: whether learners were chosen on it.
    """

    name: str
    stage: str
    kind: str
    noise: float
    variables: tuple[tuple[float, Variable], ...]
    tuning: bool = False

    @property
    def weights(self) -> tuple[float, ...]:
        """How much each variable counts."""
        return tuple(weight for weight, _ in self.variables)

    def values(self, part: Part, context: Context) -> list[float]:
        """What each variable hears."""
        heard = Heard(part, context)
        return [variable(heard) for _, variable in self.variables]


C, M = "chords", "melody"
TASTES: tuple[Taste, ...] = (
    # Learners were chosen on these.
    Taste("minor, slow", C, LINEAR, 0.15, ((1, minor), (-1, changes)), True),
    Taste("thick and loud", C, LINEAR, 0.20, ((1, thickness), (0.7, loudness)), True),
    Taste("fifths at home", C, LINEAR, 0.10, ((1, falls_of_fifth), (0.7, at_home)), True),
    Taste("five kinds", C, NONLINEAR, 0.15, ((1, near(kinds, 5)),), True),
    Taste("middle register", C, NONLINEAR, 0.20, ((1, near(pitch, 58)), (0.5, plain)), True),
    Taste("common tones", C, UNMEASURED, 0.15, ((1, held_tones),), True),
    Taste("leaps, loud", M, LINEAR, 0.15, ((1, leaps), (0.6, loudness)), True),
    Taste("long endings, in chord", M, LINEAR, 0.20, ((1, ending), (1, agreeing)), True),
    Taste("busy off the beat", M, LINEAR, 0.10, ((1, density), (1, offbeat)), True),
    Taste("an octave of range", M, NONLINEAR, 0.15, ((1, near(ambitus, 12)),), True),
    Taste("a rhythm that comes back", M, NONLINEAR, 0.20, ((1, both(rhythm_back, steps)),), True),
    Taste("sighs", M, UNMEASURED, 0.15, ((1, sighs),), True),
    # The figures are of these.
    Taste("plain, no tritones", C, LINEAR, 0.10, ((1, plain), (-1, tritones))),
    Taste("slow and wide", C, LINEAR, 0.15, ((-1, changes), (1, width))),
    Taste(
        "sevenths and hanging, soft",
        C,
        LINEAR,
        0.20,
        ((1, sevenths), (1, hanging), (-0.7, loudness)),
    ),
    Taste("sparse, high endings", C, LINEAR, 0.25, ((-1, density), (1, last_height))),
    Taste("a chord and a half a bar", C, NONLINEAR, 0.15, ((1, near(changes, 1.5)),)),
    Taste(
        "arch on top", C, NONLINEAR, 0.10, ((1, near(peak, 0.6)), (1, more_than(middle_lift, 2)))
    ),
    Taste("one strange chord", C, NONLINEAR, 0.20, ((1, near(strange, 1)), (0.5, at_home))),
    Taste("the third on top", C, UNMEASURED, 0.10, ((1, third_on_top), (0.5, upside_down))),
    Taste("steps, low, few notes", M, LINEAR, 0.15, ((1, steps), (-1, pitch), (-1, density))),
    Taste("climbs to a high ending", M, LINEAR, 0.10, ((1, climb), (1, last_height))),
    Taste("repeats and off beats", M, LINEAR, 0.25, ((1, same), (1, offbeat))),
    Taste("long notes and rests", M, LINEAR, 0.20, ((1, length), (1, silence))),
    Taste("a peak two thirds in", M, NONLINEAR, 0.15, ((1, near(peak, 0.66)), (0.5, steps))),
    Taste("sparse or busy", M, NONLINEAR, 0.10, ((1, apart(density, 3.5)), (0.4, agreeing))),
    Taste("A and A'", M, NONLINEAR, 0.20, ((1, both(comes_back, other_close)), (0.7, rhythm_back))),
    Taste("call and answer", M, UNMEASURED, 0.15, ((1, answer), (0.5, last_fill))),
)
