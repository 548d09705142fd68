"""Comping by figures: what is struck when, for how long, in every meter and at every energy."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.chords import CHORDS, ChordGenome
from genomes.chords.comping import PATTERNS
from genomes.chords.figures import (
    FASTEST_PER_SECOND,
    LENGTHS_PERCENT,
    NONE,
    RUNS,
    SILENT,
    SIXTEENTH_TICKS,
    STEPS,
    Comping,
    comping_fault,
    draw_bar,
    draw_section,
    draw_varied,
    of_pattern,
    step_ticks,
    strokes,
)
from genomes.context import Context, LockedBars, Section
from genomes.keys import Key
from genomes.locks import Locks
from genomes.time import Meter
from tests.genomes.calls import distance, render, replace
from tests.genomes.chords.conftest import progression
from tests.genomes.stages import STAGES, contexts_for, genomes_in_context
from tests.strategies import EVERY_METER, rngs

HELD = 100


def played(text, figures, *, lengths=HELD, run="up", genres=(), meter="4/4"):
    """A part of chords, all bars with the same figures."""
    meter = Meter.parse(meter)
    count = len(text.split())
    groups = figures.split()
    how = Comping(tuple(groups), (lengths,) * len(groups), run)
    genome = progression(text, groups_per_bar=len(groups)).played((how,) * count)
    context = Context(Key.parse("C major"), meter, 100, Section("verse", count), genres=genres)
    return render(genome, context)


def by_onset(part):
    found = {}
    for onset, duration, pitch, _, _ in part.notes.tolist():
        found.setdefault(onset, []).append((pitch, duration))
    return found


def test_each_letter_strikes_its_notes():
    part = played("I", "a... b... c... d.r.")
    struck = {onset: [pitch for pitch, _ in notes] for onset, notes in by_onset(part).items()}
    bass, *upper = struck[0]
    assert struck == {
        0: [bass, *upper],
        480: [bass],
        960: upper,
        1440: upper[:2],
        1680: [upper[2]],  # the second was the top note just before
    }


def test_each_hand_holds_its_notes_to_its_own_next_stroke():
    found = by_onset(played("I", "b.c. ..c. a... ...."))
    assert [duration for _, duration in found[0]] == [960]
    assert {duration for _, duration in found[240]} == {480}
    assert {duration for _, duration in found[720]} == {240}
    assert {duration for _, duration in found[960]} == {960}


@pytest.mark.parametrize("percent", LENGTHS_PERCENT)
def test_notes_sound_for_a_share_of_the_time_to_the_next_stroke(percent):
    found = by_onset(played("I", "a... a... a... a...", lengths=percent))
    assert {duration for notes in found.values() for _, duration in notes} == {480 * percent // 100}


def test_no_note_outlasts_its_chord():
    found = by_onset(played("I V", "a... .... .... ...."))
    assert {duration for notes in found.values() for _, duration in notes} == {1920}


@pytest.mark.parametrize(("letter", "struck"), [("b", "a"), ("c", "a"), ("d", "a"), ("r", "b")])
def test_a_chord_enters_with_its_bass(letter, struck):
    """One that is struck again is not struck whole where only its bass was to come."""
    text, rest = "I V", "c... .... ...."
    expected = played(text, f"{struck}... {rest}") if letter != "b" else None
    part = played(text, f"{letter}... {rest}")
    assert expected is None or part == expected
    for onset in (0, 1920):
        span = part.harmony[onset // 1920]
        assert by_onset(part)[onset][0][0] % 12 == span.bass_pitch_class


def test_a_chord_of_its_bass_alone_is_struck_whole():
    found = by_onset(played("I V", "b... .... b... ...."))
    assert [len(notes) > 1 for notes in found.values()] == [True, False, True, False]


def test_a_bar_of_silence_is_struck_once():
    assert list(by_onset(played("I - -", " ".join([SILENT] * 4)))) == [0, 1920, 3840]


def test_single_notes_go_on_where_they_would_repeat_the_top_note():
    tops = [max(p for p, _ in n) for n in by_onset(played("I", "c.r. r.r. r.r. r.r.")).values()]
    assert all(first != second for first, second in itertools.pairwise(tops))


@pytest.mark.parametrize("run", RUNS)
def test_runs_reach_every_note_above_the_bass(run):
    part = played("I", "brrr rrrr .... ....", run=run)
    whole = played("I", "a... .... .... ....")
    assert set(part.notes["pitch"].tolist()) == set(whole.notes["pitch"].tolist())


@pytest.mark.parametrize(
    ("meter", "onsets"),
    [
        ("4/4", [0, 240, 360, 480]),
        ("6/8", [0, 480, 600, 720]),
        ("2/2", [0, 480, 720, 960]),
        ("7/8", [0, 240, 360, 480]),
    ],
)
def test_where_steps_fall(meter, onsets):
    meter = Meter.parse(meter)
    figures = ("r.rr", "r...", *[SILENT] * (len(meter.groups) - 2))
    assert [onset for onset, _, _ in strokes(figures, meter)] == onsets


def test_steps_lie_in_order_inside_their_group_in_every_meter():
    for meter in EVERY_METER:
        edges = (*meter.group_onsets_ticks, meter.bar_ticks)
        for start, end in itertools.pairwise(edges):
            places = [place for place in step_ticks(end - start) if place is not None]
            assert places == sorted(set(places))
            assert places[0] == 0
            assert places[-1] < end - start


@given(st.sampled_from(EVERY_METER), st.floats(0, 1), st.floats(40, 220), rngs())
def test_what_is_drawn_can_be_played_in_every_meter(meter, energy, tempo_bpm, rng):
    context = Context(Key.parse("C major"), meter, tempo_bpm, Section("verse", 4, energy))
    drawn = draw_section(context, rng)
    assert len(drawn) == 4
    most = max(1, FASTEST_PER_SECOND * 60 / tempo_bpm)
    for how in drawn:
        assert not comping_fault(how, len(meter.groups))
        assert all(STEPS - figure.count(NONE) <= most for figure in how.figures)


def count_strokes(energy, genres=()):
    rng = np.random.default_rng(0)
    section = Section("verse", 8, energy)
    context = Context(Key.parse("C major"), Meter(4, 4), 100, section, genres=genres)
    bars = [how for _ in range(40) for how in draw_section(context, rng)]
    return sum(STEPS - f.count(NONE) for how in bars for f in how.figures) / len(bars)


def test_more_energy_is_more_strokes_and_ambient_has_fewer():
    calm, middle, full = map(count_strokes, (0.0, 0.5, 1.0))
    assert calm < middle < full
    assert count_strokes(0.5, ("ambient",)) < middle


def test_bars_mostly_differ_and_some_return():
    rng = np.random.default_rng(0)
    context = Context(Key.parse("C major"), Meter(4, 4), 100, Section("verse", 8, 0.5))
    distinct = [len({how.figures for how in draw_section(context, rng)}) / 8 for _ in range(100)]
    assert 0.5 < np.mean(distinct) < 0.85  # .67 in pop songs


def test_a_bar_is_drawn_from_the_same_chance():
    context = Context(Key.parse("C major"), Meter(4, 4), 100, Section("verse", 4))
    first, second = (draw_bar(context, None, np.random.default_rng(3)) for _ in range(2))
    assert first == second


def test_off_beats_swing_with_the_section_and_those_of_patterns_stay_straight():
    straight = by_onset(played("I V", "a.r. a... a.r. a..."))
    late = played("I V", "a.r. a... a.r. a...", genres=("bebop",))
    assert late.swing == 1
    assert [o for o in straight if o % 480] == [240, 1200, 2160, 3120]
    assert [o for o in by_onset(late) if o % 480] == [320, 1280, 2240, 3200]
    context = Context(
        Key.parse("C major"), Meter(4, 4), 100, Section("verse", 1), genres=("bebop",)
    )
    part = render(progression("I", pattern="eighths"), context)
    assert part.swing == 0
    assert sorted(by_onset(part))[:2] == [0, 240]


def test_a_genome_stored_without_comping_is_the_same_and_is_stored_in_the_same_words():
    genome = progression("I V vi IV", pattern="offbeats")
    payload = genome.to_payload()
    assert "comping" not in payload
    assert ChordGenome.from_payload(payload) == genome


@given(genomes_in_context("chords"))
def test_round_trip(made):
    genome, context = made
    again = ChordGenome.from_payload(genome.to_payload())
    assert again == genome
    assert render(again, context) == render(genome, context)


@pytest.mark.parametrize(
    "how",
    [
        Comping(("a...",), (100,)),
        Comping(("a..", "a...", "a...", "a..."), (100,) * 4),
        Comping(("x...", "a...", "a...", "a..."), (100,) * 4),
        Comping(("a...",) * 4, (100,) * 3),
        Comping(("a...",) * 4, (30,) * 4),
        Comping(("a...",) * 4, (100,) * 4, "sideways"),
    ],
)
def test_what_is_no_way_to_play_is_refused(how):
    with pytest.raises(ValueError, match=r"figures|lengths"):
        progression("I").played((how,))


def test_comping_is_for_every_bar():
    with pytest.raises(ValueError, match="comping of 1 bars, not of 2"):
        progression("I V").played((Comping(("a...",) * 4, (100,) * 4),))


@given(contexts_for("chords"), rngs(), st.data())
def test_locks_keep_the_comping(context, rng, data):
    source, other = (STAGES["chords"].evolved(context, rng, 2) for _ in range(2))
    kept = CHORDS.lock(other, source, Locks(rhythm=True), context)
    assert kept.comping == source.comping
    freed = CHORDS.lock(other, source, Locks(pitch=True), context)
    assert freed.comping == other.comping
    bars = tuple(sorted(data.draw(st.sets(st.integers(0, context.section.bars - 1)))))
    partly = CHORDS.lock(other, source, Locks(bars), context)
    for bar in range(context.section.bars):
        origin = source if bar in bars else other
        assert partly.comping_by_bar()[bar] == origin.comping_by_bar()[bar]
    part = render(source, context)
    locked = replace(context, locked=LockedBars(part, bars))
    assert CHORDS.render(partly, locked).length_ticks == part.length_ticks


def test_other_figures_are_a_distance_and_other_lengths_are_none():
    first = progression("I V").played((Comping(("a.r.",) * 4, (100,) * 4),) * 2)
    shorter = first.played((Comping(("a.r.",) * 4, (50,) * 4),) * 2)
    other = first.played((Comping(("a.r.", "a.r.", "b.c.", "a.r."), (100,) * 4),) * 2)
    assert distance(first, shorter) == 0
    assert 0 < distance(first, other) < distance(first, progression("I V"))


@pytest.mark.parametrize("meter", ["4/4", "3/4", "6/8", "7/8", "5/4"])
@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_as_figures_strikes_when_the_pattern_does(name, meter):
    """Two strokes that share a step, and those between steps, are struck at the nearest."""
    meter = Meter.parse(meter)
    how = of_pattern(name, meter)
    assert not comping_fault(how, len(meter.groups))
    asked = [stroke.onset_ticks for stroke in PATTERNS[name].strokes(meter)]
    played = [onset for onset, _, _ in strokes(how.figures, meter)]
    assert len(played) == len(asked)
    assert all(
        abs(one - other) <= SIXTEENTH_TICKS for one, other in zip(asked, played, strict=True)
    )


def test_a_varied_phrase_keeps_most_of_its_beats():
    meter = Meter.parse("4/4")
    context = Context(Key.parse("C major"), meter, 100, Section("verse", 8))
    phrase = [of_pattern(name, meter) for name in ("halves", "halves", "halves", "push")]
    rng = np.random.default_rng(3)
    kept = []
    for _ in range(40):
        played = draw_varied(phrase, context, rng)
        assert len(played) == 8
        beats = [
            own == other
            for index, bar in enumerate(played)
            for own, other in zip(bar.figures, phrase[index % 4].figures, strict=True)
        ]
        kept.append(np.mean(beats))
    assert 0.6 < np.mean(kept) < 0.95
    assert min(kept) < 0.75
    assert max(kept) > 0.95
