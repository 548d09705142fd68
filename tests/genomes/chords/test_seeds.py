"""First genomes: three sources, each what it says, and pools that differ."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from genomes.chords import CHORDS
from genomes.chords.functions import functions
from genomes.chords.harmony import Chord, pitch_classes
from genomes.chords.seeds import PACES, draw_slots
from genomes.chords.tables import followers, guitar_progressions, inversion_weights
from genomes.context import Context, Section
from genomes.keys import SCALES, Key
from genomes.time import Meter
from tests.strategies import SONG_METERS

MODES = tuple(SCALES)
TELLING_NOTES = {
    "dorian": {9},
    "phrygian": {1},
    "lydian": {6},
    "mixolydian": {10},
    "locrian": {6},
    "harmonic_minor": {11},
    "melodic_minor": {9, 11},
}


def context_of(mode="major", meter="4/4", bars=8):
    key = Key.parse(f"F# {mode.replace('_', ' ')}")
    return Context(key, Meter.parse(meter), 100, Section("verse", bars))


def chords(genome):
    return [change.chord for _, change in genome.changes()]


def once(genome):
    """The chords of a genome before its bars come round again."""
    bars = genome.bars
    period = next(p for p in range(1, 99) if all(b == bars[i % p] for i, b in enumerate(bars)))
    return [change.chord for bar in bars[:period] for change in bar.changes]


def test_all_four_sources_occur_about_as_often(random_pool):
    counts = Counter(made.source for made in random_pool)
    assert set(counts) == {"songs", "transitions", "guitar", "random"}
    assert min(counts.values()) > len(random_pool) / 5.5


def test_song_sections_come_round_or_close_otherwise(random_pool):
    """Every bar but the last is the bar so many bars earlier, in its chords."""
    for made in random_pool:
        if made.source == "songs" and len(made.genome.bars) > 8:
            changes = [bar.changes for bar in made.genome.bars][:-1]
            assert changes[8:] == changes[:-8]


def test_guitar_progressions_are_plain_triads_of_the_key(random_pool):
    """Diatonic, and in root position; in plain minor the dominant may be major."""
    plain = [made for made in random_pool if made.source == "guitar"]
    for made in plain:
        mode = made.genome.mode
        for chord in chords(made.genome):
            assert chord == Chord(chord.function)
            diatonic = functions(mode)[chord.function].source == "diatonic"
            assert diatonic or (mode, chord.function) == ("minor", "V")


@pytest.mark.parametrize("mode", TELLING_NOTES)
def test_guitar_progressions_tell_their_mode(mode):
    """Every loop sounds the note that sets the mode apart from plain major or minor."""
    for loop in guitar_progressions(mode):
        sounding = {step for token in loop for step in pitch_classes(mode, token, "triad")}
        assert sounding & TELLING_NOTES[mode], loop


@pytest.mark.parametrize("mode", MODES)
def test_guitar_progressions_are_chords_that_guitarists_play(mode):
    """Major and minor triads; only locrian has no other tonic than a diminished one."""
    loops = guitar_progressions(mode)
    assert len(set(loops)) == len(loops) >= 4
    qualities = {functions(mode)[token].quality for loop in loops for token in loop}
    assert qualities - {"major", "minor"} == ({"diminished"} if mode == "locrian" else set())
    tonics = {"i", "I", "io"}
    assert sum(bool(tonics & set(loop)) for loop in loops) >= len(loops) - 1


def test_walks_begin_on_the_tonic_and_go_where_music_went(random_pool):
    walks = [made for made in random_pool if made.source == "transitions"]
    for made in walks:
        tokens = [chord.function for chord in once(made.genome)]
        assert made.part.harmony[0].root_pitch_class == made.context.key.tonic_pitch_class
        assert tokens[0] in {"i", "I", "io"}
        for before, after in pairwise(tokens):
            assert after in followers(made.genome.mode, before)[0]


def test_minor_walks_begin_on_the_minor_tonic():
    rng = np.random.default_rng(21)
    drawn = [CHORDS.random(context_of("minor"), rng) for _ in range(60)]
    starts = {chords(genome)[0].function for genome, source in drawn if source == "transitions"}
    assert starts == {"i"}


@pytest.mark.parametrize("mode", MODES)
def test_what_follows_a_function_is_a_distribution_over_functions_of_the_mode(mode):
    for token in functions(mode):
        tokens, weights = followers(mode, token)
        assert set(tokens) <= set(functions(mode))
        assert len(set(tokens)) == len(tokens) > 0
        assert sum(weights) == pytest.approx(1)
        assert sum(inversion_weights(mode, token, 2)) == pytest.approx(1)


def test_dominants_mostly_resolve():
    tokens, weights = followers("major", "V")
    assert max(zip(weights, tokens, strict=True))[1] == "I"
    tokens, weights = followers("minor", "V")
    assert max(zip(weights, tokens, strict=True))[1] == "i"


def test_some_come_round_again_and_some_run_on(random_pool):
    shares = [len(once(made.genome)) / len(chords(made.genome)) for made in random_pool]
    assert 0.2 < np.mean([share < 1 for share in shares]) < 0.8


def test_some_have_a_favourite_extension():
    rng = np.random.default_rng(27)
    drawn = [CHORDS.random(context_of(), rng)[0] for _ in range(200)]
    shares = [
        max(Counter(c.extension for c in chords(g) if c.extension != "triad").values(), default=0)
        / len(chords(g))
        for g in drawn
    ]
    assert 0.1 < np.mean([share > 0.6 for share in shares]) < 0.5


@pytest.mark.parametrize("pace", PACES)
def test_slots_are_groups_of_their_bars_and_the_first_is_a_downbeat(pace):
    rng = np.random.default_rng(23)
    for meter in SONG_METERS:
        for bars in range(1, 9):
            slots = draw_slots(
                Context(Key.parse("C major"), meter, 100, Section("v", bars)), pace, rng
            )
            assert len(slots) == bars
            assert slots[0][0] == 0
            for groups in slots:
                assert groups == sorted(set(groups))
                assert set(groups) <= set(range(len(meter.groups)))


def test_two_bars_make_a_phrase_and_the_last_bar_may_close_otherwise():
    rng = np.random.default_rng(26)
    drawn = [draw_slots(context_of(bars=6), "busy", rng) for _ in range(100)]
    assert all(slots[:2] == slots[2:4] and slots[4] == slots[0] for slots in drawn)
    assert 0.2 < np.mean([slots[5] != slots[1] for slots in drawn]) < 0.6


def test_paces_are_slower_and_faster():
    rng = np.random.default_rng(24)
    means = {
        pace: np.mean([sum(map(len, draw_slots(context_of(), pace, rng))) / 8 for _ in range(200)])
        for pace in PACES
    }
    assert means["patient"] < means["steady"] < means["walking"] < means["busy"]
    assert means["patient"] < 0.7
    assert means["busy"] > 1.7


@pytest.mark.parametrize("mode", ["dorian", "phrygian", "lydian", "mixolydian"])
def test_walks_in_a_mode_speak_the_mode(mode):
    """Counted in major and minor, they keep the mode's own degrees and its telling note."""
    rng = np.random.default_rng(25)
    drawn = (CHORDS.random(context_of(mode), rng) for _ in range(400))
    walks = [once(genome) for genome, source in drawn if source == "transitions"]
    found = [functions(mode)[chord.function] for walk in walks for chord in walk]
    assert np.mean([function.source == "diatonic" for function in found]) > 0.85
    assert np.mean([function.quality == "diminished" for function in found]) < 0.05
    told = [
        any(
            TELLING_NOTES[mode] & set(pitch_classes(mode, chord.function, "triad"))
            for chord in walk
        )
        for walk in walks
        if len(walk) >= 6
    ]
    assert np.mean(told) > 0.7
