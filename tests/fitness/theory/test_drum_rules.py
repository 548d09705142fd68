"""Each drum rule shown by two grooves that differ in what the rule is about."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.theory import RULES, theory, theory_terms
from fitness.theory.drum_reading import drums_of
from genomes import ChordSpan, Context, Key, Meter, Part, Section
from genomes.chords import CHORDS
from genomes.drums import DRUMS
from genomes.drums.voices import VOICES
from genomes.grid import cells
from tests.genomes.calls import render
from tests.strategies import contexts, rngs

VELOCITIES = {"g": 40, "x": 76, "X": 104}
POOL_SIZE = 50

Written = tuple[Part, Context]


def beat(
    text: str,
    *,
    meter: str = "4/4",
    energy: float = 0.5,
    tempo_bpm: float = 100,
    chords_at: tuple[int, ...] = (),
) -> Written:
    """Bars such as ``"kick X...x... snare ....X... | kick X......."``, a letter a cell.

    Args:
        text: voices and their letters, bars between strokes.
        meter: of the context.
        energy: of the section.
        tempo_bpm: of the context.
        chords_at: cells of the whole part at which chords change; none are known without.
    """
    time = Meter.parse(meter)
    onsets = [cell.onset_ticks for cell in cells(time)]
    bars = [bar.split() for bar in text.split("|")]
    rows = [
        (number * time.bar_ticks + onsets[cell], 60, VOICES[voice].note, VELOCITIES[letter])
        for number, bar in enumerate(bars)
        for voice, line in zip(bar[::2], bar[1::2], strict=True)
        for cell, letter in enumerate(line)
        if letter != "."
    ]
    length = len(bars) * time.bar_ticks
    context = Context(
        Key.parse("C major"),
        time,
        tempo_bpm,
        Section("verse", len(bars), energy),
        _chords(chords_at, length),
    )
    return Part.of(rows, length, is_drum=True), context


def _chords(cells_at: tuple[int, ...], length: int) -> tuple[tuple[str, Part], ...]:
    if not cells_at:
        return ()
    edges = [*(cell * 120 for cell in cells_at), length]
    spans = [
        ChordSpan(start, end - start, 0, 0, (0, 4, 7), "I", "C") for start, end in pairwise(edges)
    ]
    return (("chords", Part.of([], length, spans)),)


KICK = "kick X.......x......."
SNARE = "snare ....X.......X..."
HATS = "closed_hat x.g.x.g.x.g.x.g."
VERSE = f"{KICK} {SNARE} {HATS}"
FILL = f"{KICK} snare ....X.....gxxXXX closed_hat x.g.x.g.x......."
SPARSE = "soft_kick x............... rim ........x......."

PAIRS: dict[str, list[tuple[str, Written, Written]]] = {
    "anchors": [
        (
            "the kick is under the chords, or beside them",
            beat(VERSE, chords_at=(0, 8)),
            beat(VERSE, chords_at=(0, 6)),
        ),
        (
            "downbeats have a kick, or a hat alone",
            beat(VERSE),
            beat(f"kick ..X............. snare ....X.......X... {HATS}"),
        ),
        (
            "silence under a change suits a still section rather than a full one",
            beat("rim ....x...........", energy=0.0),
            beat("rim ....x...........", energy=1.0),
        ),
    ],
    "backbeat": [
        (
            "the snare answers on two and four, or on sixteenths",
            beat(f"{VERSE} | {VERSE}"),
            beat(f"{KICK} snare .X...X.....X...X {HATS} | {KICK} snare .X...X.....X...X {HATS}"),
        ),
        (
            "every bar answers in one place, or each elsewhere",
            beat(f"{VERSE} | {VERSE}"),
            beat(f"{VERSE} | {KICK} snare ........X....... {HATS}"),
        ),
        (
            "no answer suits a still section rather than a full one",
            beat(KICK, energy=0.1),
            beat(KICK, energy=0.9),
        ),
    ],
    "steady_time": [
        (
            "even eighths, or hats anywhere",
            beat(f"{VERSE} | {VERSE}"),
            beat(f"{KICK} closed_hat x..x.xx....x..x. | {KICK} closed_hat .xx...x..x.xx..."),
        ),
        (
            "a pulse that comes again, or another in every bar",
            beat("floor_tom x...x...x...x... | floor_tom x...x...x...x..."),
            beat("floor_tom x...x...x...x... | floor_tom ..x....x..x....."),
        ),
        (
            "beats, or as many strokes beside them",
            beat(f"ride x...x...x...x... | {HATS}"),
            beat(f"ride .x...x...x...x.. | {HATS}"),
        ),
        (
            "one stroke a bar keeps the time of a still section rather than of a full one",
            beat("ride x............... | ride x...............", energy=0.1),
            beat("ride x............... | ride x...............", energy=0.9),
        ),
        (
            "in 7/8 the groups of the bar, or any cells",
            beat("ride x...x...x..... | ride x...x...x.....", meter="7/8"),
            beat("ride x..x......x.x. | ride .x..x....xx...", meter="7/8"),
        ),
    ],
    "loop": [
        (
            "a loop that varies, or four bars that never meet",
            beat(f"{VERSE} | {VERSE} | {VERSE} | {FILL}"),
            beat(
                f"{VERSE} | ride xxx............. "
                "| clap ..x.x.x........x | floor_tom .x.x.x.x.x......"
            ),
        ),
        (
            "a loop that varies, or one bar for ever in a full section",
            beat(f"{VERSE} | {VERSE} | {VERSE} | {FILL}", energy=0.9),
            beat(" | ".join([VERSE] * 4), energy=0.9),
        ),
        (
            "one bar for ever in a still section, or in a full one",
            beat(" | ".join([SPARSE] * 4), energy=0.1),
            beat(" | ".join([SPARSE] * 4), energy=0.9),
        ),
    ],
    "phrase_ends": [
        (
            "the fourth bar has a fill, or is the third again",
            beat(f"{VERSE} | {VERSE} | {VERSE} | {FILL}"),
            beat(" | ".join([VERSE] * 4)),
        ),
        (
            "the fill ends the phrase, or comes in its middle",
            beat(f"{VERSE} | {VERSE} | {VERSE} | {FILL}"),
            beat(f"{VERSE} | {FILL} | {VERSE} | {VERSE}"),
        ),
    ],
    "accents": [
        (
            "loud on the groups, or between them",
            beat("kick X...X...X...X... closed_hat ..g...g...g...g."),
            beat("kick g...g...g...g... closed_hat ..X...X...X...X."),
        ),
        (
            "in 7/8 loud on the groups, or between them",
            beat("ride X.g.X.g.X.g.g.", meter="7/8"),
            beat("ride g.X.g.X.g.X.X.", meter="7/8"),
        ),
    ],
    "energy": [
        ("sparse where it is still", beat(SPARSE, energy=0.1), beat(VERSE, energy=0.1)),
        ("busy where it is full", beat(FILL, energy=0.9), beat(SPARSE, energy=0.9)),
        (
            "soft where it is still",
            beat("rim g...........g...", energy=0.0),
            beat("rim X...........X...", energy=0.0),
        ),
    ],
    "room": [
        (
            "one stroke a bar, or sixteen",
            beat("kick X..............."),
            beat("closed_hat " + "x" * 16),
        ),
        (
            "a silent bar, or another full one",
            beat(f"{VERSE} | kick X..............."),
            beat(f"{VERSE} | {VERSE}"),
        ),
    ],
    "dynamics": [
        (
            "ghosts and accents, or all alike",
            beat(VERSE),
            beat(VERSE.replace("X", "x").replace("g", "x")),
        ),
        (
            "a softer bar, or all alike",
            beat(f"{VERSE} | {VERSE.replace('X', 'x')}"),
            beat(f"{VERSE} | {VERSE}"),
        ),
    ],
    "comfort": [
        (
            "one hand stays where it is, or both run about",
            beat("snare xxxxxxxx........"),
            beat("snare x.x.x.x......... floor_tom .x.x.x.x........"),
        ),
        (
            "two limbs, or four at once",
            beat(KICK + " snare X......." + "." * 8),
            beat(
                "kick X............... snare X............... "
                "crash X............... pedal_hat X..............."
            ),
        ),
        (
            "the same way at ease, or in a hurry",
            beat("snare x...x........... floor_tom ..x...x.........", tempo_bpm=60),
            beat("snare x...x........... floor_tom ..x...x.........", tempo_bpm=200),
        ),
    ],
}


def test_every_rule_has_a_pair() -> None:
    assert set(PAIRS) == set(RULES["drums"])


@pytest.mark.parametrize(
    ("rule", "better", "worse"),
    [
        pytest.param(rule, better, worse, id=f"{rule}: {what}")
        for rule, pairs in PAIRS.items()
        for what, better, worse in pairs
    ],
)
def test_direction(rule: str, better: Written, worse: Written) -> None:
    assert RULES["drums"][rule](*better) > RULES["drums"][rule](*worse)


@pytest.mark.parametrize(
    ("rule", "written", "value"),
    [
        ("anchors", beat(VERSE, chords_at=(0, 8)), 1.0),
        ("anchors", beat(VERSE, chords_at=(0, 4)), 0.75),  # a snare and a hat are something
        ("backbeat", beat(f"{VERSE} | {VERSE}"), 1.0),
        ("steady_time", beat(f"{VERSE} | {VERSE}"), 1.0),
        ("loop", beat(VERSE), 1.0),
        ("loop", beat(" | ".join([VERSE] * 4), energy=1.0), 0.4),
        ("phrase_ends", beat(" | ".join([VERSE] * 4), energy=1.0), 0.0),
        ("accents", beat("ride x...x...x...x..."), 0.5),
        ("room", beat("ride x.x.x.x.x.x.x.x."), 0.5),
        ("dynamics", beat("ride x...x...x...x..."), 0.0),
        ("comfort", beat("snare x...x...x...x..."), 1.0),
    ],
)
def test_by_hand(rule: str, written: Written, value: float) -> None:
    assert RULES["drums"][rule](*written) == pytest.approx(value)


def song(meter: str, bars: int, energy: float, tempo_bpm: float, *, chords: bool) -> Context:
    """A context, with chords or without."""
    section = Section("verse", bars, energy)
    context = Context(Key.parse("D minor"), Meter.parse(meter), tempo_bpm, section, (), ("rock",))
    if not chords:
        return context
    part = render(CHORDS.random(context, np.random.default_rng(1))[0], context)
    return Context(context.key, context.meter, tempo_bpm, section, (("chords", part),))


CONTEXTS = (
    song("4/4", 8, 0.5, 100, chords=True),
    song("7/8", 4, 0.5, 110, chords=True),
    song("3/4", 8, 0.2, 70, chords=False),
    song("6/8", 4, 0.9, 140, chords=True),
    song("11/8", 8, 0.7, 120, chords=False),
)


@pytest.fixture(scope="module", params=CONTEXTS, ids=lambda context: str(context.meter))
def pool_terms(request: pytest.FixtureRequest) -> list[dict[str, float]]:
    """Every rule's value for each part of a random pool."""
    rng = np.random.default_rng(11)
    context: Context = request.param
    parts = [render(DRUMS.random(context, rng)[0], context) for _ in range(POOL_SIZE)]
    return [theory_terms("drums", part, context) for part in parts]


@pytest.mark.parametrize("rule", RULES["drums"])
def test_varies_over_a_random_pool(pool_terms: list[dict[str, float]], rule: str) -> None:
    values = np.array([terms[rule] for terms in pool_terms])
    assert values.std() > 0.03
    assert (values == values.max()).mean() < 0.95


def test_the_mean_varies_too(pool_terms: list[dict[str, float]]) -> None:
    assert np.std([theory(terms) for terms in pool_terms]) > 0.04


@given(context=contexts(max_bars=6), rng=rngs())
def test_every_term_lies_between_0_and_1(context: Context, rng: np.random.Generator) -> None:
    genome, _ = DRUMS.random(context, rng)
    for _ in range(3):
        genome, _ = DRUMS.mutate(genome, context, rng)
    terms = theory_terms("drums", render(genome, context), context)
    assert list(terms) == list(RULES["drums"])
    assert all(0 <= value <= 1 for value in terms.values())


@given(
    context=contexts(max_bars=4),
    rows=st.lists(
        st.tuples(st.integers(0, 3000), st.integers(0, 127), st.integers(1, 127)), max_size=20
    ),
    is_drum=st.booleans(),
)
def test_a_part_made_by_hand_has_numbers_too(
    context: Context, rows: list[tuple[int, int, int]], is_drum: bool
) -> None:
    """Off the grid, of any note, silent, or no drums at all."""
    length = context.length_ticks
    notes = [(onset % length, 1, note, velocity) for onset, note, velocity in rows]
    part = Part.of(notes, length, is_drum=is_drum)
    assert all(0 <= value <= 1 for value in theory_terms("drums", part, context).values())


def test_swung_strokes_are_read_where_they_are_meant() -> None:
    part, context = beat("closed_hat x.x.x.x.x.x.x.x.")
    notes = part.notes.copy()
    notes["onset_ticks"] += (notes["onset_ticks"] % 480 == 240) * np.int32(80)
    swung = Part.of(notes, part.length_ticks, swing=1.0)
    straight = drums_of(part, context)
    read = drums_of(swung, context)
    assert read.grid.straight_ticks[np.flatnonzero(read.any_struck[0])].tolist() == [
        *range(0, 1920, 240)
    ]
    assert read.densities.tolist() == straight.densities.tolist()
