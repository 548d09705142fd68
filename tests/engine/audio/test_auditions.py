"""Auditions: what is compared is equally loud, loops exactly, and is played only once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio import SAMPLE_RATE
from engine.audio import stems as stems_module
from engine.audio.auditions import (
    CLICK_PEAK,
    Alternative,
    audition,
    click_track,
    find_audition,
    mixes,
)
from engine.audio.cache import SoundCache
from engine.audio.loops import folded, looped
from engine.audio.loudness import STAGE_LOUDNESS_LU, TARGET_LUFS, integrated_lufs
from engine.audio.rendering import BuiltIn
from engine.audio.samples import PEAK, peak, read_back
from engine.audio.stems import Scene, stem_name, stems_of
from engine.errors import Refused
from genomes.midi import Track
from genomes.notes import Part
from genomes.time import Meter
from tests.engine.audio.tracks import BAR, BASS, CHORDS, DRUMS, EMPTY, MELODY, STRINGS

SCENE = Scene(97.0, Meter(4, 4), 2)


def softer(track, velocity):
    rows = [(o, d, p, velocity) for o, d, p, *_ in track.part.notes.tolist()]
    return replace(track, part=Part.of(rows, BAR))


CHOICES = [
    Alternative("a", BASS, (CHORDS, DRUMS)),
    Alternative("b", softer(BASS, 20), (CHORDS, DRUMS)),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return SoundCache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def made(cache):
    return audition(cache, CHOICES, SCENE, BuiltIn())


def loop(cache, stem):
    """A loop's samples, as loud as they are heard."""
    return read_back(cache.read(stem.file))[0] * stem.gain


def test_loops_are_as_long_as_their_bars_and_share_their_parents(cache, made):
    assert made.frames == round(2 * 4 * 60 / 97 * SAMPLE_RATE)
    assert {len(read_back(cache.read(file))[0]) for file in made.files} == {made.frames}
    a, b = made.alternatives
    assert [each.name for each in (a, b)] == ["a", "b"]
    assert [(stem.part, stem.is_parent) for stem in a.stems] == [
        ("chords", True),
        ("drums", True),
        ("bass", False),
    ]
    assert a.stems[:2] == b.stems[:2]
    assert a.stems[2].file != b.stems[2].file


def test_one_gain_for_all_and_each_part_as_loud_as_its_stage_asks(cache, made):
    heard = [[loop(cache, stem) for stem in each.stems] for each in made.alternatives]
    for each, parts in zip(made.alternatives, heard, strict=True):
        lufs = {stem.part: integrated_lufs(s) for stem, s in zip(each.stems, parts, strict=True)}
        over = {part: lufs[part] - lufs["bass"] for part in lufs}
        wanted = {p: STAGE_LOUDNESS_LU[p] - STAGE_LOUDNESS_LU["bass"] for p in lufs}
        assert over == pytest.approx(wanted, abs=0.7)
    mixed = [sum(parts) for parts in heard]
    first, second = map(integrated_lufs, mixed)
    assert first == pytest.approx(second, abs=0.3)  # though one is written much softer
    assert max(first, second) <= TARGET_LUFS + 0.1
    assert max(map(peak, mixed)) <= PEAK + 1e-3
    assert max(max(map(peak, mixed)) - PEAK, max(first, second) - TARGET_LUFS) > -0.1  # not softer


def test_what_sounds_on_is_heard_at_the_beginning(cache):
    bar = replace(SCENE, bars=1)
    (stem,) = stems_of(cache, [STRINGS], bar, BuiltIn()).values()
    assert len(stem.samples) > bar.frames
    wanted = folded(stem.samples, bar.frames)
    made = audition(cache, [Alternative("a", STRINGS)], bar, BuiltIn())
    found = read_back(cache.read(made.alternatives[0].stems[0].file))[0]
    assert np.abs(found - wanted).max() < 1e-4
    assert np.abs(wanted - stem.samples[: bar.frames]).max() > 1e-3


@given(frames=st.integers(1, 60), length=st.integers(1, 40), seed=st.integers(0, 9))
def test_a_loop_is_what_a_recording_sounds_like_after_a_while(frames, length, seed):
    samples = np.random.default_rng(seed).normal(size=(frames, 2)).astype(np.float32)
    turns = frames // length + 2
    last = list(looped(samples, length, turns))[turns - 1]
    np.testing.assert_allclose(folded(samples, length), last, atol=1e-5)


def test_clicks_are_on_the_beats_and_never_loud(cache, made):
    click = loop(cache, made.click)
    assert peak(click) == pytest.approx(CLICK_PEAK, rel=1e-3)
    beat = round(60 / 97 * SAMPLE_RATE)
    strokes = [np.abs(click[n * beat : n * beat + 2000]).max() for n in range(8)]
    assert strokes[0] == pytest.approx(strokes[4], rel=0.01)
    assert min(strokes[0], strokes[4]) > 1.2 * max(strokes[1:4] + strokes[5:])
    seven = click_track(Scene(97.0, Meter(7, 8), 1))
    assert seven.part.notes["onset_ticks"].tolist() == [0, 480, 960]


def test_nothing_is_played_twice(cache, made, monkeypatch):
    def never(_player, tracks, *_):
        assert not tracks
        return []

    monkeypatch.setattr(stems_module, "played", never)
    assert audition(cache, CHOICES, SCENE, BuiltIn()) == made
    # In any order, under any name, each is found.
    renamed = [replace(each, name=each.name.upper()) for each in reversed(CHOICES)]
    found = find_audition(cache, renamed, SCENE, BuiltIn())
    assert [each.name for each in found.alternatives] == ["B", "A"]
    assert found.alternatives[0].stems == made.alternatives[1].stems
    assert find_audition(cache, CHOICES[:1], SCENE, BuiltIn()).click == made.click
    assert len(mixes(cache, [CHOICES[0]], SCENE, BuiltIn())) == 1
    with pytest.raises(AssertionError):
        audition(cache, CHOICES, replace(SCENE, tempo_bpm=98.0), BuiltIn())


@pytest.mark.parametrize("damage", [None, b"", b"not a sound", b"{}"])
def test_what_was_lost_is_made_again(tmp_path, damage):
    cache, choice = SoundCache(tmp_path), [Alternative("a", MELODY)]
    first = audition(cache, choice, SCENE, BuiltIn())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for path in tmp_path.iterdir():
        if damage is None or path.name not in first.files:  # what it was made of
            path.unlink() if damage is None else path.write_bytes(damage)
    assert audition(cache, choice, SCENE, BuiltIn()) == first
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_name_says_all_that_decides_the_sound():
    class Other(BuiltIn):
        identity = "another version"

    names = [
        stem_name(MELODY, SCENE, BuiltIn()),
        stem_name(softer(MELODY, 20), SCENE, BuiltIn()),
        stem_name(replace(MELODY, program=1), SCENE, BuiltIn()),
        stem_name(replace(MELODY, channel=9), SCENE, BuiltIn()),
        stem_name(MELODY, replace(SCENE, tempo_bpm=98.0), BuiltIn()),
        stem_name(MELODY, replace(SCENE, bars=3), BuiltIn()),
        stem_name(MELODY, SCENE, Other()),
    ]
    assert len(set(names)) == len(names)
    assert stem_name(replace(MELODY, name="lead", channel=3), SCENE, BuiltIn()) == names[0]


def test_what_cannot_be_heard(tmp_path):
    with pytest.raises(Refused, match="no note"):
        mixes(SoundCache(tmp_path), [Alternative("a", EMPTY)], SCENE, BuiltIn())
    silent = Track("bass", Part.of([], BAR), 33, 1)
    one = audition(SoundCache(tmp_path), [Alternative("a", silent, (CHORDS,))], SCENE, BuiltIn())
    assert [stem.gain > 0 for stem in one.alternatives[0].stems] == [True, False]
