"""What each operator changes, and nothing else."""

import numpy as np

from genomes.chords import CHORDS
from genomes.drums import DRUMS
from genomes.drums.genome import Bar
from genomes.drums.operators import form, playing, strokes, voicing
from genomes.drums.patterns import Pattern
from genomes.drums.positions import positions
from genomes.drums.voices import VOICES
from tests.genomes.calls import distance, payload_of, render, replace
from tests.genomes.chords.conftest import progression
from tests.genomes.contexts import context_of
from tests.genomes.drums.conftest import PLAIN, groove, outcomes, pattern
from tests.genomes.test_mate import families

CONTEXT = context_of()
FILLED = {**PLAIN, "kick": "X..............."}
VERSE = groove(PLAIN, PLAIN, FILLED, Bar(pattern(PLAIN), "tom_run", ""))


def counts(found):
    """How many strokes each voice has in a pattern."""
    return {voice: len(line) - line.count(".") for voice, line in found.lines}


def changed_patterns(after):
    """The patterns before and after of bars that changed."""
    return [
        (old.pattern, new.pattern)
        for old, new in zip(VERSE.bars, after.bars, strict=True)
        if old != new
    ]


def same_feel(after):
    return replace(after, bars=VERSE.bars) == VERSE


def test_add_stroke_adds_one_to_a_voice_that_sounds():
    for after in outcomes(strokes.add_stroke, VERSE, CONTEXT):
        assert same_feel(after)
        for before, now in changed_patterns(after):
            more = {v: n - counts(before)[v] for v, n in counts(now).items()}
            assert max(more.values()) == 1  # another may have given way
            assert sum(step > 0 for step in more.values()) == 1


def test_drop_stroke_takes_one_away():
    for after in outcomes(strokes.drop_stroke, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            assert sum(counts(before).values()) - sum(counts(now).values()) == 1


def test_move_stroke_moves_one_by_a_cell():
    for after in outcomes(strokes.move_stroke, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            (voice,) = [v for v in counts(before) if before.line(v) != now.line(v)][:1]
            gone = [c for c in range(16) if before.line(voice)[c] != "." == now.line(voice)[c]]
            new = [c for c in range(16) if before.line(voice)[c] == "." != now.line(voice)[c]]
            assert [abs(a - b) for a, b in zip(gone, new, strict=True)] == [1]


def test_relevel_stroke_keeps_every_place():
    for after in outcomes(strokes.relevel_stroke, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            assert counts(before) == counts(now)


def test_relevel_stroke_gives_a_flam_where_both_hands_are_free():
    bare = groove({"kick": "X...............", "snare": "....X..........."})
    found = outcomes(strokes.relevel_stroke, bare, context_of(bars=1))
    assert {after.bars[0].pattern.line("snare")[4] for after in found} >= {"g", "x", "f"}
    assert all("f" not in after.bars[0].pattern.line("kick") for after in found)


def test_thin_out_takes_the_lightest_away():
    for after in outcomes(strokes.thin_out, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            assert sum(counts(now).values()) < sum(counts(before).values())
            if now.line("closed_hat") != before.line("closed_hat"):
                assert now.line("closed_hat") == "x...x...x...x..."


def test_add_ghosts_strikes_softly_where_nobody_does():
    for after in outcomes(strokes.add_ghosts, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            for voice, line in now.lines:
                for cell, letter in enumerate(line):
                    if letter != before.line(voice)[cell]:
                        assert letter == "g"
                        assert not before.columns()[cell]
                        assert cell % 4


def test_rotate_voice_turns_one_line():
    for after in outcomes(strokes.rotate_voice, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            turned = [v for v in counts(before) if now.line(v) != before.line(v)]
            rotations = {
                v: {before.line(v)[-by:] + before.line(v)[:-by] for by in range(16)} for v in turned
            }
            assert any(now.line(v) in rotations[v] for v in turned)


def test_spread_evenly_keeps_about_as_many():
    for after in outcomes(strokes.spread_evenly, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            steps = [abs(counts(now).get(v, 0) - counts(before)[v]) for v in counts(before)]
            assert max(steps) <= 1


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


def test_add_voice_brings_one_that_was_not_there():
    for after in outcomes(voicing.add_voice, VERSE, CONTEXT):
        for before, now in changed_patterns(after):
            assert len(set(now.voices) - set(before.voices)) == 1


def test_drop_voice_silences_one_everywhere():
    for after in outcomes(voicing.drop_voice, VERSE, CONTEXT):
        (gone,) = set(VERSE.voices) - set(after.voices)
        for before, now in zip(VERSE.bars, after.bars, strict=True):
            assert dict(now.pattern.lines) == {
                v: line for v, line in before.pattern.lines if v != gone
            }


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


def test_vary_bar_leaves_the_loop():
    for after in outcomes(form.vary_bar, VERSE, CONTEXT):
        assert len(changed_patterns(after)) == 1


def test_rest_bar_silences_whole_bars_and_never_all():
    for after in outcomes(form.rest_bar, VERSE, CONTEXT):
        silent = [bar for bar in after.bars if not bar.pattern.lines]
        assert 1 <= len(silent) < 4
        assert all(not bar.fill and not bar.crash for bar in silent)
    one = groove(PLAIN)
    assert form.rest_bar(one, context_of(bars=1), np.random.default_rng(0)) == one


def test_repeat_bar_copies_a_pattern():
    for after in outcomes(form.repeat_bar, VERSE, CONTEXT):
        (changed,) = changed_patterns(after)
        assert changed[1] in VERSE.patterns
        assert [bar.fill for bar in after.bars] == [bar.fill for bar in VERSE.bars]


def test_swap_bars_is_a_permutation():
    for after in outcomes(form.swap_bars, VERSE, CONTEXT):
        assert sorted(map(hash, after.bars)) == sorted(map(hash, VERSE.bars))


def test_repeat_phrase_plays_bars_again():
    sparse = groove(PLAIN, FILLED, {"kick": "X..............."}, {"rim": "....x..........."})
    for after in outcomes(form.repeat_phrase, sparse, CONTEXT):
        assert after.bars == (*sparse.bars[:2], *sparse.bars[:2])


def test_fill_bar_changes_one_fill_mostly_at_the_end():
    ends = []
    for after in outcomes(form.fill_bar, VERSE, CONTEXT):
        changed = [i for i in range(4) if after.bars[i].fill != VERSE.bars[i].fill]
        assert len(changed) == 1
        assert [bar.pattern for bar in after.bars] == [bar.pattern for bar in VERSE.bars]
        ends += changed
    assert np.mean(np.array(ends) == 3) > 0.5


def test_crash_bar_changes_one_crash_mostly_at_the_start():
    starts = []
    for after in outcomes(form.crash_bar, VERSE, CONTEXT):
        changed = [i for i in range(4) if after.bars[i].crash != VERSE.bars[i].crash]
        assert len(changed) == 1
        assert [bar.pattern for bar in after.bars] == [bar.pattern for bar in VERSE.bars]
        starts += changed
    assert np.mean(np.array(starts) == 0) > 0.5


def test_swing_changes_the_swing_alone():
    for after in outcomes(playing.swing, VERSE, CONTEXT):
        assert replace(after, swing_percent=0) == VERSE
    in_sevens = groove({"kick": "X............."}, meter="7/8")
    context = context_of(meter="7/8", bars=1)
    assert playing.swing(in_sevens, context, np.random.default_rng(0)) == in_sevens


def test_divide_brings_strokes_to_the_nearest_triplet():
    for after in outcomes(playing.divide, VERSE, CONTEXT):
        assert after.swing_percent == 100
        assert after.bars[0].pattern == pattern(
            {"kick": "X.....x.....", "snare": "...X.....X..", "closed_hat": "xg.xg.xg.xg."},
            "triplet",
        )


def test_loudness_operators_change_no_onset():
    for operator in (playing.play_louder_or_softer, playing.reshape):
        for after in outcomes(operator, VERSE, CONTEXT):
            assert after.bars == VERSE.bars
            assert distance(after, VERSE) == 0


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
    for first, second, child, _ in families("drums"):
        assert child.swing_percent in {first.swing_percent, second.swing_percent}
