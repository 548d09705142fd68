"""What each operator changes, and nothing else."""

import numpy as np
import pytest

from genomes.chords import CHORDS
from genomes.drums import DRUMS
from genomes.drums.genome import Bar
from genomes.drums.operators import OPERATORS, form, playing, strokes, voicing
from genomes.drums.patterns import Pattern
from genomes.drums.positions import positions
from genomes.drums.timekeeping import draw_time_keeper
from genomes.drums.voices import TIME, VOICES
from genomes.variation import repeat_bar, repeat_phrase
from tests.genomes.calls import payload_of, render, replace
from tests.genomes.chords.conftest import progression
from tests.genomes.contexts import context_of
from tests.genomes.drums.conftest import PLAIN, groove, pattern
from tests.genomes.stages import outcomes
from tests.genomes.test_mate import families

CONTEXT = context_of()
FILLED = {**PLAIN, "kick": "X..............."}
VERSE = groove(PLAIN, PLAIN, FILLED, Bar(pattern(PLAIN), "tom_run", ""))


def counts(found):
    """How many strokes each voice has in a pattern."""
    return {voice: len(line) - line.count(".") for voice, line in found.lines}


def total(found):
    return sum(counts(found).values())


def changed_patterns(after):
    """The patterns before and after of bars that changed."""
    return [
        (old.pattern, new.pattern)
        for old, new in zip(VERSE.bars, after.bars, strict=True)
        if old != new
    ]


def adds_one(old, new):
    """To one voice; another may have given way."""
    more = [number - counts(old)[voice] for voice, number in counts(new).items()]
    return max(more) == 1 and sum(step > 0 for step in more) == 1


def thins_out(old, new):
    hats = new.line("closed_hat")
    lightest = hats in {old.line("closed_hat"), "x...x...x...x..."}
    return total(new) < total(old) and lightest


def turns_one_line(old, new):
    return any(
        new.line(voice) in {old.line(voice)[-by:] + old.line(voice)[:-by] for by in range(16)}
        for voice in old.voices
        if new.line(voice) != old.line(voice)
    )


# What becomes of every pattern that is changed.
PATTERNS = {
    strokes.add_stroke: adds_one,
    strokes.drop_stroke: lambda old, new: (
        sum(counts(old).values()) - sum(counts(new).values()) == 1
    ),
    strokes.relevel_stroke: lambda old, new: counts(old) == counts(new),
    strokes.thin_out: thins_out,
    strokes.rotate_voice: turns_one_line,
    strokes.spread_evenly: lambda old, new: all(
        abs(counts(new).get(voice, 0) - number) <= 1 for voice, number in counts(old).items()
    ),
    voicing.add_voice: lambda old, new: len({*new.voices} - {*old.voices}) == 1,
    voicing.drop_voice: lambda old, new: set(new.lines) < set(old.lines),
    repeat_bar: lambda _, new: new in VERSE.patterns,
}
# What holds for every genome that is made.
GENOMES = {
    strokes.add_stroke: lambda after: replace(after, bars=VERSE.bars) == VERSE,
    voicing.drop_voice: lambda after: len(set(VERSE.voices) - set(after.voices)) == 1,
    form.vary_bar: lambda after: len(changed_patterns(after)) == 1,
    repeat_bar: lambda after: [bar.fill for bar in after.bars] == ["", "", "", "tom_run"],
    form.swap_bars: lambda after: (
        sorted(hash(bar.pattern) for bar in after.bars)
        == sorted(hash(bar.pattern) for bar in VERSE.bars)
        and [bar.fill for bar in after.bars] == [bar.fill for bar in VERSE.bars]
    ),
    playing.play_louder_or_softer: lambda after: after.bars == VERSE.bars,
    playing.reshape: lambda after: after.bars == VERSE.bars,
}


@pytest.mark.parametrize("operator", PATTERNS, ids=lambda operator: operator.__name__)
def test_what_becomes_of_a_pattern(operator):
    for after in outcomes(operator, VERSE, CONTEXT):
        assert all(PATTERNS[operator](*pair) for pair in changed_patterns(after))


@pytest.mark.parametrize("operator", GENOMES, ids=lambda operator: operator.__name__)
def test_what_becomes_of_the_drums(operator):
    assert all(map(GENOMES[operator], outcomes(operator, VERSE, CONTEXT)))


@pytest.mark.parametrize(
    ("operator", "gene", "mostly"), [(form.fill_bar, "fill", 3), (form.crash_bar, "crash", 0)]
)
def test_fills_are_mostly_at_the_end_and_crashes_at_the_start(operator, gene, mostly):
    places = []
    for after in outcomes(operator, VERSE, CONTEXT):
        pairs = list(zip(after.bars, VERSE.bars, strict=True))
        changed = [
            i for i, (new, old) in enumerate(pairs) if getattr(new, gene) != getattr(old, gene)
        ]
        assert len(changed) == 1
        assert all(new.pattern == old.pattern for new, old in pairs)
        places += changed
    assert np.mean(np.array(places) == mostly) > 0.5


def test_move_stroke_moves_one_by_a_cell():
    for after in outcomes(strokes.move_stroke, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            (voice,) = [v for v in counts(before) if before.line(v) != now.line(v)][:1]
            gone = [c for c in range(16) if before.line(voice)[c] != "." == now.line(voice)[c]]
            new = [c for c in range(16) if before.line(voice)[c] == "." != now.line(voice)[c]]
            assert [abs(a - b) for a, b in zip(gone, new, strict=True)] == [1]


def test_relevel_stroke_gives_a_flam_where_both_hands_are_free():
    bare = groove({"kick": "X...............", "snare": "....X..........."})
    found = outcomes(strokes.relevel_stroke, bare, context_of(bars=1))
    assert {after.bars[0].pattern.line("snare")[4] for after in found} >= {"g", "x", "f"}
    assert all("f" not in after.bars[0].pattern.line("kick") for after in found)


def test_add_ghosts_strikes_softly_where_nobody_does():
    for after in outcomes(strokes.add_ghosts, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            for voice, line in now.lines:
                for cell, letter in enumerate(line):
                    if letter != before.line(voice)[cell]:
                        assert letter == "g"
                        assert not before.columns()[cell]
                        assert cell % 4


def test_kick_on_changes_follows_the_chords():
    row = [[group, name, "triad", 0, "close", 0] for group, name in ((0, "I"), (3, "V"))]
    payload = payload_of(progression("I I I I")) | {
        "bars": [{"pattern": "bars", "changes": row}] * 4
    }
    chords = render(CHORDS.from_payload(payload), CONTEXT)
    context = replace(CONTEXT, parts=(("chords", chords),))
    for after in outcomes(strokes.kick_on_changes, VERSE, context):
        for before, now in changed_patterns(after):
            assert now.line("kick") == "x...........x..."
            assert now.line("snare") == before.line("snare")
    assert strokes.kick_on_changes(VERSE, CONTEXT, np.random.default_rng(0)) == VERSE


def test_swap_voice_hands_a_line_to_another_of_its_role():
    for after in outcomes(voicing.swap_voice, VERSE, CONTEXT):
        (gone,) = set(VERSE.voices) - set(after.voices)
        (new,) = set(after.voices) - set(VERSE.voices)
        assert VOICES[gone].role == VOICES[new].role
        assert after.bars[0].pattern.line(new) == PLAIN[gone]


def test_keep_time_changes_who_keeps_time_alone():
    lines = set()
    for after in outcomes(voicing.keep_time, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            assert now.line("kick") == before.line("kick")
            assert now.line("snare") == before.line("snare")
            lines.add(now.line("closed_hat"))
    assert {"", "x...x...x...x...", "xgggxgggxgggxggg"} <= lines


def test_half_or_full_time_moves_the_answer():
    lines = set()
    for after in outcomes(voicing.half_or_full_time, VERSE, CONTEXT):
        for now in after.patterns:
            assert now.line("closed_hat") == PLAIN["closed_hat"]
            lines.add(now.line("snare"))
    assert lines == {"........X.......", "......X.......X."}


def test_rest_bar_silences_bars_or_leaves_the_time_keeper_alone_there():
    left = set()
    for after in outcomes(form.rest_bar, VERSE, CONTEXT):
        rested = [bar for bar, old in zip(after.bars, VERSE.bars, strict=True) if bar != old]
        assert 1 <= len(rested) < 4
        assert all(not bar.fill and not bar.crash for bar in rested)
        left |= {bar.pattern.lines for bar in rested}
    assert left == {(), (("closed_hat", PLAIN["closed_hat"]),)}


def test_rest_bar_never_silences_all():
    one = groove({"kick": PLAIN["kick"]})
    assert form.rest_bar(one, context_of(bars=1), np.random.default_rng(0)) == one


# Exchanges, rests or leaves out the time-keeper as a whole, or goes from one division to another.
OF_THE_TIME_KEEPER = {"keep_time", "swap_voice", "rest_bar", "divide"}


@pytest.mark.parametrize("operator", sorted({*OPERATORS} - OF_THE_TIME_KEEPER))
def test_the_time_keeper_strikes_as_before(operator):
    full = {**PLAIN, "clap": "..x..........x..", "closed_hat": "xgxgxgxgxgxgxgxg"}
    verse = groove(full, full, {**full, "kick": "X..............."}, full)
    for seed in range(60):
        after = OPERATORS[operator](verse, CONTEXT, np.random.default_rng(seed))
        for bar in after.bars:
            assert "." not in bar.pattern.line("closed_hat")


def test_a_time_keeper_is_the_same_in_every_bar():
    for after in outcomes(voicing.keep_time, VERSE, CONTEXT):
        kept = {
            tuple((v, line) for v, line in p.lines if VOICES[v].role == TIME)
            for p in after.patterns
        }
        assert len(kept) == 1


@pytest.mark.parametrize(("genres", "share"), [(("rock",), 0.8), (("dark ambient",), 0.5)])
def test_time_is_kept_as_often_as_the_genres_do(genres, share):
    context = context_of(genres=genres)
    drawn = [draw_time_keeper(context, np.random.default_rng(seed)) for seed in range(200)]
    assert np.mean([keeper.keeps_time for keeper in drawn]) == pytest.approx(share, abs=0.1)


def test_repeat_phrase_plays_bars_again():
    sparse = groove(PLAIN, FILLED, {"kick": "X..............."}, {"rim": "....x..........."})
    for after in outcomes(repeat_phrase, sparse, CONTEXT):
        assert after.bars == (*sparse.bars[:2], *sparse.bars[:2])


def test_divide_brings_strokes_to_the_nearest_triplet():
    context = replace(CONTEXT, genres=("jazz",))
    for after in outcomes(playing.divide, VERSE, context):
        assert after.bars[0].pattern == pattern(
            {"kick": "X.....x.....", "snare": "...X.....X..", "closed_hat": "xg.xg.xg.xg."},
            "triplet",
        )


def test_nothing_is_divided_where_nothing_swings():
    assert playing.divide(VERSE, CONTEXT, np.random.default_rng(0)) == VERSE


def test_silent_bars_of_both_parents_make_no_silent_child():
    silent = Bar(Pattern("straight"))
    first, second = groove(PLAIN, silent), groove(silent, PLAIN)
    context = context_of(bars=2)
    children = [
        DRUMS.mate(first, second, context, np.random.default_rng(seed)) for seed in range(60)
    ]
    assert all(len(render(child, context).notes) for child in children)
    assert any(child.bars[0].pattern.voices == ("soft_kick",) for child in children)


def test_roles_of_half_and_full_time_are_what_musicians_call_so():
    meter = VERSE.meter
    assert positions("half", meter, "straight") == (8,)
    assert positions("back", meter, "straight") == (4, 12)


def test_a_child_swings_as_a_parent_does():
    for first, _, child, _ in families("drums"):
        assert child.swing_percent == first.swing_percent
