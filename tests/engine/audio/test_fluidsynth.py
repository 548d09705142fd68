"""FluidSynth: real where it is installed; where it isn't, or fails, the song is heard anyway."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from engine.audio import TAIL_SECONDS, render_stems
from engine.audio.fluidsynth import FluidSynthFailed, find_fluidsynth
from engine.audio.rendering import BUILT_IN
from engine.audio.samples import PEAK, SAMPLE_RATE
from genomes.midi import Track
from genomes.notes import Part
from genomes.time import TempoMap
from tests.engine.audio.tracks import BAND, BAR, DRUMS, EMPTY, TEMPO

TEMPOS = TempoMap(((0, 500_000), (960, 1_000_000)))


@pytest.fixture
def installed():
    try:
        return find_fluidsynth()
    except FluidSynthFailed as missing:
        pytest.skip(str(missing))


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    """A machine with no program and no soundfont but those put there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.delenv("XDG_DATA_DIRS", raising=False)
    monkeypatch.delenv("ENGINE_SOUNDFONT", raising=False)
    (tmp_path / "bin").mkdir()
    return tmp_path


def install(machine, script):
    program, source = machine / "bin" / "fluidsynth", machine / "fluidsynth.py"
    source.write_text(f"{script}\n", "utf-8")
    # The path of Python may have spaces, which the first line of a script can't name.
    program.write_text(f"""#!/bin/sh\nexec '{sys.executable}' '{source}' "$@"\n""", "utf-8")
    program.chmod(0o755)


def put_soundfont(machine, name):
    path = machine / "share" / "sounds" / "sf2" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")
    return path


def test_the_real_one_plays(installed):
    played = render_stems(BAND, TEMPOS, BAR)
    assert (played.player, played.note) == (str(installed), "")
    seconds = float(TEMPOS.seconds(BAR)) + TAIL_SECONDS
    assert played.mix.seconds == pytest.approx(seconds, abs=1 / SAMPLE_RATE)
    assert np.abs(played.mix.samples).max() == pytest.approx(PEAK, rel=1e-5)
    together = sum(stem.samples for stem in played.stems)
    assert np.abs(together - played.mix.samples).max() < 1e-5
    for track, stem in zip(BAND, played.stems, strict=True):
        assert (np.abs(stem.samples).max() > 0.01) == (track is not EMPTY)


def test_the_real_one_plays_the_same_again(installed):
    assert installed.soundfont.is_file()
    one, two = (render_stems(BAND[:1], TEMPOS, BAR).mix.samples for _ in range(2))
    assert one.tobytes() == two.tobytes()


def test_the_real_one_follows_the_tempo_map(installed):
    part = Part.of([(1440, 240, 60, 100)], BAR)  # a second, and half of the slow one after it
    samples = next(installed.render([Track("late", part)], TEMPOS, 4 * SAMPLE_RATE))
    first = int(np.argmax(np.abs(samples).max(axis=1) > 1e-3)) / SAMPLE_RATE
    assert first == pytest.approx(2.0, abs=0.05)


def test_many_tracks_share_a_process_and_none_hears_another(installed):
    rows = [(0, 1800, 60, 100)]
    many = [Track(f"{n}", Part.of(rows, BAR), program=n) for n in range(17)]
    many.insert(8, replace(DRUMS, program=0))
    frames = 3 * SAMPLE_RATE
    together = list(installed.render(many, TEMPO, frames))
    assert len(together) == len(many)
    for place in (0, 7, 8, 9, 17):
        (alone,) = installed.render([many[place]], TEMPO, frames)
        # Modulators run freely, so their phases may differ; onsets and levels may not.
        first, second = (np.abs(each).max(axis=1) for each in (alone, together[place]))
        onsets = [int(np.argmax(each > 1e-3)) for each in (first, second)]
        assert abs(onsets[0] - onsets[1]) < 64
        assert first.mean() == pytest.approx(second.mean(), rel=0.2)


def test_without_it_the_note_says_so(bare_machine):
    assert not (bare_machine / "bin" / "fluidsynth").exists()
    played = render_stems(BAND, TEMPO, BAR)
    assert (played.player, played.note) == (BUILT_IN, "FluidSynth isn't installed")
    wanted = render_stems(BAND, TEMPO, BAR, built_in=True)
    assert played.mix.samples.tobytes() == wanted.mix.samples.tobytes()
    assert wanted.note == ""


def test_without_a_soundfont_the_note_names_the_variable(bare_machine, monkeypatch):
    install(bare_machine, "")
    with pytest.raises(FluidSynthFailed, match="no soundfont; ENGINE_SOUNDFONT names one"):
        find_fluidsynth()
    monkeypatch.setenv("ENGINE_SOUNDFONT", "nowhere.sf2")
    with pytest.raises(FluidSynthFailed, match=r"no file nowhere\.sf2; ENGINE_SOUNDFONT"):
        find_fluidsynth()


def test_the_best_soundfont_is_found(bare_machine, monkeypatch):
    install(bare_machine, "")
    for name in ("aaa.sf2", "FluidR3_GM.sf2", "readme.txt"):
        put_soundfont(bare_machine, name)
    assert find_fluidsynth().soundfont.name == "FluidR3_GM.sf2"
    mine = bare_machine / "mine.sf2"
    mine.write_bytes(b"RIFF")
    monkeypatch.setenv("ENGINE_SOUNDFONT", str(mine))
    assert find_fluidsynth().soundfont == mine


SILENCE = """
import sys, wave
with wave.open(sys.argv[-3], "wb") as file:
    file.setparams((2, 2, 44100, 0, "NONE", ""))
    file.writeframes(bytes(44100))
"""


TONE = """
import sys, wave
with open(__file__ + ".log", "a") as log:
    print(*sys.argv[1:], file=log)
with wave.open(sys.argv[-3], "wb") as file:
    file.setparams((2, 2, 44100, 0, "NONE", ""))
    file.writeframes(bytes(range(100)) * 100_000)
"""


def test_one_process_plays_all_parts_and_loads_only_what_they_need(bare_machine):
    install(bare_machine, TONE)
    put_soundfont(bare_machine, "some.sf2")
    assert render_stems(BAND, TEMPO, BAR).note == ""
    lines = (bare_machine / "fluidsynth.py.log").read_text("utf-8").splitlines()
    (line,) = [each for each in lines if each != "--version"]
    assert "-o synth.dynamic-sample-loading=1" in line


def test_another_soundfont_is_another_sound(bare_machine):
    install(bare_machine, "")
    first = put_soundfont(bare_machine, "some.sf2")
    before = find_fluidsynth().identity
    assert find_fluidsynth().identity == before
    first.write_bytes(b"RIFF and more")
    assert find_fluidsynth().identity != before


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("raise SystemExit(3)", "FluidSynth failed: .*exit status 3"),
        ("", "FluidSynth wrote no sound"),
        (SILENCE, "FluidSynth played nothing"),
        ("import sys; open(sys.argv[-3], 'w').close()", "FluidSynth wrote no sound"),
    ],
)
def test_when_it_fails_the_song_is_heard_anyway(bare_machine, script, reason):
    install(bare_machine, script)
    put_soundfont(bare_machine, "some.sf2")
    played = render_stems(BAND, TEMPO, BAR)
    assert played.player == BUILT_IN
    assert np.abs(played.mix.samples).max() == pytest.approx(PEAK, rel=1e-5)
    with pytest.raises(FluidSynthFailed, match=reason):
        raise FluidSynthFailed(played.note)
