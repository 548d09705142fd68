"""What is locked stays as it is, note for note, in whatever a run brings."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from itertools import groupby

import pytest

from engine.runs.replay import verify_run
from engine.stages import STAGES
from engine.state.studio import Studio
from genomes import Meter
from genomes.drums.voices import VOICES
from tests.engine.runs.forked_commands import ROOT
from tests.engine.runs.short_runs import facts
from tests.engine.stages.snapshots import approved, evolve_words, evolved, payload, told_next

SHEET = "Hold the line\nand let it go\nbefore the morning\n"


@pytest.fixture(scope="module")
def bar_ticks():
    return Meter.parse("7/8").bar_ticks


@pytest.fixture
def source(at):
    """A shell, and the approved candidate of any stage."""

    def made(stage):
        shell = at("harmony")
        (candidate,) = approved(shell, stage)
        return shell, candidate

    return made


def notes(part):
    return [tuple(row) for row in part["notes"]]


def in_bars(part, bars, bar_ticks):
    return [row for row in notes(part) if row[0] // bar_ticks in bars]


def verified(shell, run):
    with Studio.open(shell.folder) as studio:
        return verify_run(studio, run).holds


@pytest.mark.parametrize("stage", STAGES)
def test_a_locked_rhythm_keeps_when_notes_begin(source, stage):
    shell, candidate = source(stage)
    found = evolved(shell, stage, "--from", candidate, "--lock", "rhythm", seed=5)
    assert found
    onsets = {row[0] for row in notes(payload(shell, candidate))}
    for each in found:
        assert {row[0] for row in notes(payload(shell, each))} == onsets


@pytest.mark.parametrize("stage", STAGES)
def test_a_locked_pitch_keeps_what_is_played_in_order(source, stage):
    shell, candidate = source(stage)
    found = evolved(shell, stage, "--from", candidate, "--lock", "pitch", seed=5)

    def kept(name):
        part = payload(shell, name)
        if stage == "chords":
            return [span[-1] for span in part["harmony"]]
        pitches = [row[2] for row in sorted(notes(part), key=lambda row: (row[0], row[2]))]
        return set(pitches) if stage == "drums" else [pitch for pitch, _ in groupby(pitches)]

    assert found
    assert {str(kept(each)) for each in found} == {str(kept(candidate))}


def test_locked_drums_are_struck_when_they_were(source):
    shell, candidate = source("drums")
    drum, note = next(
        (name, voice.note)
        for name, voice in VOICES.items()
        if voice.note in {row[2] for row in notes(payload(shell, candidate))}
    )
    lock = ("--from", candidate, "--lock", f"voices={drum.replace('_', ' ')}")
    (run,) = shell.json(*evolve_words("drums", *lock, seed=5))

    def strokes(name):
        return [row[:3:2] for row in notes(payload(shell, name)) if row[2] == note]

    assert run["survivors"]
    for survivor in run["survivors"]:
        assert strokes(survivor["id"]) == strokes(candidate)
    assert shell.events("RunStarted")[-1].locks.voices == [drum]
    assert verified(shell, run["run"])
    for stage, word, said in (
        ("drums", "voices=gong", "no drum 'gong'"),
        ("bass", f"voices={drum}", "bass have none"),
    ):
        source_of = approved(shell, stage)[0]
        words = evolve_words(stage, "--from", source_of, "--lock", word)
        assert said in shell.refused(*words)


def test_a_source_without_locks_is_where_a_run_begins(source):
    shell, candidate = source("bass")
    (run,) = shell.json(*evolve_words("bass", "--from", candidate, seed=5))
    started = shell.events("RunStarted")[-1]
    assert (started.source, started.locks) == (
        candidate,
        type(started.locks)(bars=[], rhythm=False, pitch=False),
    )
    operators = {child.operator for child in shell.events("GenerationScored")[-2].offspring}
    assert "source" in operators
    assert verified(shell, run["run"])


def test_a_pending_and_a_rejected_candidate_can_be_gone_on_from(at):
    shell = at("chords")
    pending, rejected = evolved(shell, "bass")[0], evolved(shell, "bass", seed=9)[0]
    shell.do("reject", rejected)
    for candidate in (pending, rejected):
        assert evolved(shell, "bass", "--from", candidate, "--lock", "bars=1", seed=5)


def sung(tmp_path, *options, seed=4):
    """Words of a melody run with lyrics, to be typed."""
    path = tmp_path / "words.txt"
    path.write_text(SHEET, "utf-8")
    return evolve_words("melody", "--lyrics", str(path), *options, seed=seed)


@pytest.mark.parametrize("locks", [(), ("--lock", "bars=1")])
def test_a_variation_sings_the_words_of_its_source_in_the_same_range(at, tmp_path, locks):
    shell = at("bass")
    (run,) = shell.json(*sung(tmp_path, "--singer", "baritone"))
    variation = evolve_words("melody", "--from", run["survivors"][0]["id"], *locks, seed=6)
    (again,) = shell.json(*variation)
    first, second = shell.events("RunStarted")[-2:]
    assert (second.lyrics, second.singer) == (first.lyrics, "baritone")
    assert all("lyrics" in survivor["description"] for survivor in again["survivors"])
    shell.do(*variation, "--singer", "alto")
    assert shell.events("RunStarted")[-1].singer == "alto"


def test_locked_bars_without_words_get_none(source, tmp_path):
    shell, candidate = source("melody")
    said = shell.refused(*sung(tmp_path, "--from", candidate, "--lock", "bars=1"))
    assert said.endswith("leave --lyrics or the locked bars out")
    assert shell.json(*sung(tmp_path, "--from", candidate, "--lock", "pitch"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_and_gone_on_with_it_ends_as_if_it_never_was(at, tmp_path):
    shell = at("bass")
    (run,) = shell.json(*sung(tmp_path))
    words = sung(tmp_path, "--from", run["survivors"][0]["id"], "--lock", "bars=1", seed=8)
    words += ["--generations", "12"]
    other = at("song")
    killed_in = other.folder.parent / "killed"
    shutil.copytree(shell.folder, killed_in)
    (whole,) = shell.json(*words)
    command = [sys.executable, "-m", "engine", "--studio", str(killed_in), *words]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            with Studio.open(killed_in) as studio:
                run = studio.runs().get(whole["run"])
                if run is not None and run.generation:
                    process.kill()
                    break
    assert process.returncode == -signal.SIGKILL
    other.folder = killed_in
    (state,) = (each for each in other.json("runs") if each["id"] == whole["run"])
    assert state["status"] == "unfinished"
    out = other.do("resume", whole["run"])
    assert told_next(out)[0] == "review"
    with Studio.open(shell.folder) as one, Studio.open(killed_in) as two:
        assert facts(one, whole["run"]) == facts(two, whole["run"])
        assert two.log.verify() == []
    assert verified(other, whole["run"])


@pytest.mark.parametrize("stage", STAGES)
def test_locked_bars_are_those_of_the_source_and_told_as_they_sound(source, stage, bar_ticks):
    shell, candidate = source(stage)
    (run,) = shell.json(*evolve_words(stage, "--from", candidate, "--lock", "bars=1-2", seed=5))
    locked, was, edge = (0, 1), payload(shell, candidate), 2 * bar_ticks
    assert run["survivors"]
    for survivor in run["survivors"]:
        part, told = payload(shell, survivor["id"]), survivor["description"]
        kept, before = (in_bars(each, locked, bar_ticks) for each in (part, was))
        assert kept == [(on, min(length, edge - on), *rest) for on, length, *rest in before]
        assert notes(part) != notes(was)
        assert shell.row(survivor["id"])["parents"] == shell.row(candidate)["parents"]
        if stage == "melody":
            count = sum(len(phrase["notes"].split()) for phrase in told["phrases"])
            assert count == len(notes(part))
        elif stage in {"bass", "harmony"}:
            sounding = [len(in_bars(part, [bar], bar_ticks)) for bar in range(3)]
            assert [len(bar) for bar in told["notes"]] == sounding
    assert verified(shell, run["run"])


def test_the_words_of_locked_bars_stay_and_are_sung_on_notes(at, tmp_path, bar_ticks):
    shell = at("bass")
    (run,) = shell.json(*sung(tmp_path))
    candidate = run["survivors"][0]["id"]
    (again,) = shell.json(*sung(tmp_path, "--from", candidate, "--lock", "bars=1", seed=6))

    def first_bar(part):
        return [word for word in part["lyrics"] if word[0] < bar_ticks]

    for survivor in again["survivors"]:
        part = payload(shell, survivor["id"])
        assert {word[0] for word in part["lyrics"]} <= {row[0] for row in notes(part)}
        assert first_bar(part) == first_bar(payload(shell, candidate))
    assert verified(shell, run["run"])
    assert verified(shell, again["run"])
