"""Every operator changes what it says and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from genomes.bass import BASS, BassGenome
from genomes.bass.operators import OPERATORS
from genomes.bass.rhythms import groups
from genomes.bass.tones import LEADS
from genomes.grid import cells
from tests.genomes.bass.conftest import line
from tests.genomes.calls import replace
from tests.genomes.contexts import song
from tests.genomes.stages import Call, changes

GLOBALS = ("register", "gate", "dynamic", "kick_lock")


def genes(genome: BassGenome, *names: str) -> list[list[tuple[object, ...]]]:
    """These genes of every pluck, bar by bar."""
    return [[tuple(getattr(p, name) for name in names) for p in bar] for bar in genome.bars]


def count(genome: BassGenome) -> int:
    return len(genome.plucks())


def same(call: Call, *names: str) -> bool:
    return genes(call.before, *names) == genes(call.after, *names)


def changed_bars(call: Call) -> list[int]:
    pairs = enumerate(zip(call.before.bars, call.after.bars, strict=True))
    return [index for index, (old, new) in pairs if old != new]


def changed_plucks(call: Call) -> int:
    pairs = zip(call.before.plucks(), call.after.plucks(), strict=True)
    return sum(old != new for old, new in pairs)


def one_pluck(*changing: str) -> Callable[[Call], bool]:
    """Whether one pluck was changed, and only in these genes."""
    kept = {"cell", "tone", "octave", "length", "level"} - set(changing)
    return lambda call: changed_plucks(call) == 1 and same(call, *sorted(kept))


def in_every_pluck(*changing: str) -> Callable[[Call], bool]:
    kept = {"cell", "tone", "octave", "length", "level"} - set(changing)
    return lambda call: same(call, *sorted(kept))


def gained(number: int) -> Callable[[Call], bool]:
    """Whether one bar has so many plucks more, and all the others stayed."""

    def check(call: Call) -> bool:
        (bar,) = changed_bars(call)
        old, new = set(call.before.bars[bar]), set(call.after.bars[bar])
        return len(new) - len(old) == number and (old <= new or new <= old)

    return check


def subsets(smaller: BassGenome, larger: BassGenome) -> bool:
    """Whether every pluck of one is in the other, and not the other way round."""
    pairs = zip(smaller.bars, larger.bars, strict=True)
    return count(smaller) < count(larger) and all(set(a) <= set(b) for a, b in pairs)


def is_filled(call: Call) -> bool:
    return subsets(call.before, call.after)


def is_thinned(call: Call) -> bool:
    grid = cells(call.context.meter)
    for bar in changed_bars(call):
        kept = call.after.bars[bar]
        dropped = set(call.before.bars[bar]) - set(kept)
        lightest = min(grid[pluck.cell].weight for pluck in kept)
        if any(grid[pluck.cell].weight > lightest for pluck in dropped):
            return False
    return subsets(call.after, call.before)


def is_rest(call: Call) -> bool:
    (bar,) = changed_bars(call)
    return call.after.bars[bar] == ()


def is_ghost(call: Call) -> bool:
    larger = max(call.before, call.after, key=count)
    smaller = min(call.before, call.after, key=count)
    (bar,) = changed_bars(call)
    (pluck,) = set(larger.bars[bar]) - set(smaller.bars[bar])
    return pluck.level == "ghost" and count(larger) == count(smaller) + 1


def moved_cells(call: Call) -> set[int]:
    """Where the one pluck that was moved, and only moved, was and is; it may have passed others."""
    (bar,) = changed_bars(call)
    before, after = set(call.before.bars[bar]), set(call.after.bars[bar])
    (old,), (new,) = before - after, after - before
    return {old.cell, new.cell} if replace(new, cell=old.cell) == old else set()


def is_moved(call: Call) -> bool:
    return len(moved_cells(call)) == 2


def is_pushed(call: Call) -> bool:
    return bool(moved_cells(call) & set(groups(call.context.meter)))


def has_rhythm_of_a_bar(call: Call) -> bool:
    (bar,) = changed_bars(call)
    rhythm = [(p.cell, p.length, p.level) for p in call.after.bars[bar]]
    of_others = genes(call.before, "cell", "length", "level")
    tones = {(p.tone, p.octave) for p in call.before.bars[bar]}
    return rhythm in of_others and {(p.tone, p.octave) for p in call.after.bars[bar]} <= tones


def is_grounded(call: Call) -> bool:
    (bar,) = changed_bars(call)
    (new,) = set(call.after.bars[bar]) - set(call.before.bars[bar])
    return new.tone in {"root", "bass"} and new.octave == 0


def is_lead(call: Call) -> bool:
    (bar,) = changed_bars(call)
    before, after = call.before.bars[bar], call.after.bars[bar]
    new = set(after) - set(before)
    return len(new) <= 1 and any(pluck.tone in LEADS for pluck in new or after)


def is_all(tone: str) -> Callable[[Call], bool]:
    def check(call: Call) -> bool:
        bars = [call.after.bars[bar] for bar in changed_bars(call)]
        plucks = [pluck for bar in bars for pluck in bar]
        return all((p.tone, p.octave) == (tone, 0) for p in plucks)

    return lambda call: check(call) and in_every_pluck("tone", "octave")(call)


def is_renamed(call: Call) -> bool:
    tones = {pluck.tone for _, pluck in call.after.plucks()}
    return in_every_pluck("tone")(call) and len(tones & {"root", "bass"}) == 1


def are_swapped(call: Call) -> bool:
    first, second = changed_bars(call)
    before, after = call.before.bars, call.after.bars
    return (before[first], before[second]) == (after[second], after[first])


def is_bar_again(call: Call) -> bool:
    (bar,) = changed_bars(call)
    return call.after.bars[bar] in call.before.bars


def are_bars_again(call: Call) -> bool:
    known = set(call.before.bars)
    return all(bar in known for bar in call.after.bars)


def is_looped(call: Call) -> bool:
    bars = call.after.bars
    periods = (p for p in (1, 2, 4) if all(b == bars[i % p] for i, b in enumerate(bars)))
    return next(periods, None) is not None and are_bars_again(call)


def is_one_bar(call: Call) -> bool:
    return len(changed_bars(call)) == 1


def leads_back(call: Call) -> bool:
    last = len(call.after.bars) - 1
    return changed_bars(call) == [last] and call.after.bars[last][-1].tone in LEADS


def is_played(name: str) -> Callable[[Call], bool]:
    def check(call: Call) -> bool:
        back = replace(call.after, **{name: getattr(call.before, name)})
        return back == call.before

    return check


SAYS: dict[str, Callable[[Call], bool]] = {
    "add_pluck": gained(1),
    "drop_pluck": gained(-1),
    "thin": is_thinned,
    "fill": is_filled,
    "move_pluck": is_moved,
    "push": is_pushed,
    "change_length": one_pluck("length"),
    "change_lengths": in_every_pluck("length"),
    "rest_bar": is_rest,
    "ghost": is_ghost,
    "copy_rhythm": has_rhythm_of_a_bar,
    "change_tone": one_pluck("tone"),
    "change_octave": one_pluck("octave"),
    "ground": is_grounded,
    "lead": is_lead,
    "plain_roots": is_all("root"),
    "retune": in_every_pluck("tone", "octave"),
    "stand": is_all("tonic"),
    "follow_slashes": is_renamed,
    "swap_bars": are_swapped,
    "repeat_bar": is_bar_again,
    "repeat_phrase": are_bars_again,
    "loop": is_looped,
    "new_bar": is_one_bar,
    "lead_back": leads_back,
    "accent": one_pluck("level"),
    "regate": is_played("gate"),
    "play_louder_or_softer": is_played("dynamic"),
    "move_register": is_played("register"),
    "lock_to_kick": is_played("kick_lock"),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_changes_what_it_says_and_nothing_else(name):
    for call in changes("bass", name):
        assert SAYS[name](call), (call.before, call.after)
        if SAYS[name].__qualname__ != is_played("").__qualname__:
            assert all(getattr(call.before, g) == getattr(call.after, g) for g in GLOBALS)


def test_mutation_goes_both_ways():
    """Left alone, it neither crowds a line nor empties it."""
    rng = np.random.default_rng(6)
    context = song(kicks=(0, 960), stages=("chords", "drums"))
    genome, _ = BASS.random(context, rng)
    counts = []
    for _ in range(60):
        made = genome
        for _ in range(30):
            made, _ = BASS.mutate(made, context, rng)
        counts.append(count(made) / len(made.bars))
    assert 0.4 < np.median(counts) < 8
    assert min(counts) < 1.1
    assert max(counts) > 3


def test_two_halves_of_rest_still_make_a_sound(plain):
    first, second = line(" | | 0:root | "), line("0:root | | | ")
    for seed in range(60):
        assert BASS.mate(first, second, plain, np.random.default_rng(seed)).plucks()
