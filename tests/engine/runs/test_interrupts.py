"""Ctrl-C, going on, giving up, and several processes on one run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from engine.errors import Refused
from engine.runs.lifecycle import abandon, carry_on, recorded_run, resume
from engine.runs.run import Run
from engine.state.studio import Studio
from tests.engine.runs.forked_commands import ROOT
from tests.engine.runs.short_runs import (
    GREEN,
    SHORT,
    begin,
    count_events,
    evolved,
    facts,
    generations,
    open_with,
)

WORDS = (
    *("evolve", "--song", GREEN, "--seed", "1", "--bars", "4", "--no-model"),
    *("--population", str(SHORT.population), "--generations", str(SHORT.generations)),
)
unix = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and no SIGINT")


@pytest.fixture
def press(monkeypatch):
    """Presses Ctrl-C while a generation is bred and scored for the first time."""
    honest = Run.evolve

    def in_generation(generation, times=1):
        pressed = iter([signal.SIGINT] * times)

        def interrupted(run):
            if run.next_generation == generation:
                for signal_number in pressed:
                    signal.raise_signal(signal_number)
            return honest(run)

        monkeypatch.setattr(Run, "evolve", interrupted)

    return in_generation


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The stream of the run that nothing disturbs."""
    with open_with(tmp_path_factory.mktemp("undisturbed")) as other:
        return facts(other, evolved(other))


def stopped(studio, after=1):
    """The id of a run that stopped after a generation."""
    run = begin(studio)
    assert not carry_on(studio, run, lambda _: None, lambda: run.next_generation > after)
    assert len(generations(studio, run.id)) == after + 1
    return run.id


def at_once(words):
    """Exit codes of two processes that are given the same command."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "engine", *words]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) for _ in range(2)
    ]
    for process in both:
        _, err = process.communicate()
        assert "Traceback" not in err
        is_error = err.rstrip().rpartition("\n")[2].startswith("error: ")
        assert (process.returncode == 2) == is_error
    return [process.returncode for process in both]


def test_ctrl_c_finishes_the_generation_and_says_how_to_go_on(
    studio, engine, refused, press, whole
):
    handler = signal.getsignal(signal.SIGINT)
    press(2)
    said = engine(*WORDS)
    assert signal.getsignal(signal.SIGINT) is handler
    (identifier,) = studio.runs()
    assert said.code == 130
    assert "stopped after generation 2; nothing recorded is lost" in said.err
    assert f"next: engine --studio {studio.folder} resume {identifier}\n" in said.out
    assert facts(studio, identifier) == whole[:4]

    assert engine("resume", identifier[:6]).code == 0
    assert facts(studio, identifier) == whole
    assert [event.kind for event in recorded_run(studio, identifier)].count("RunResumed") == 1

    assert "is finished" in refused("resume", identifier)
    assert refused("abandon", identifier) == f"error: run {identifier} is finished\n"


def test_ctrl_c_twice_interrupts_at_once(studio, engine, press, whole):
    press(2, times=2)
    said = engine(*WORDS)
    (identifier,) = studio.runs()
    assert said.code == 130
    assert "stopped after generation 1; nothing recorded is lost" in said.err
    assert f"resume {identifier}\n" in said.out
    assert facts(studio, identifier) == whole[:3]
    assert engine("resume", identifier).code == 0
    assert facts(studio, identifier) == whole


def test_ctrl_c_twice_in_the_first_pool(studio, engine, press):
    press(0, times=2)
    said = engine(*WORDS)
    (identifier,) = studio.runs()
    assert said.code == 130
    assert "stopped before the first generation; nothing recorded is lost" in said.err
    assert engine("resume", identifier).code == 0


def test_ctrl_c_in_the_last_generation_lets_the_run_end(studio, engine, press, whole):
    press(SHORT.generations)
    assert engine(*WORDS).code == 0
    assert facts(studio, next(iter(studio.runs()))) == whole


@unix
def test_ctrl_c_in_the_terminal(studio):
    words = [*WORDS, "--generations", "400", "--studio", str(studio.folder)]
    command = [sys.executable, "-m", "engine", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        while count_events(studio) < 6 and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    (identifier,) = studio.runs()
    assert process.returncode == 130
    assert f"resume {identifier}" in out
    assert "Traceback" not in err
    assert studio.log.verify() == []
    assert 4 <= len(generations(studio, identifier)) < 400


def test_going_on_twice_over(studio, whole):
    identifier = stopped(studio, after=0)
    for _ in range(2):
        run = resume(studio, identifier)
        carry_on(studio, run, lambda _: None, lambda: True)
    run = resume(studio, identifier)
    assert carry_on(studio, run, lambda _: None)
    assert facts(studio, identifier) == whole
    told = [event.payload for event in recorded_run(studio, identifier)]
    assert [one.after_generation for one in told if hasattr(one, "after_generation")] == [0, 1, 2]


def test_a_run_that_lacks_only_its_end_gets_it(studio, whole, monkeypatch):
    run = begin(studio)
    with monkeypatch.context() as patch:
        patch.delattr(Run, "finish")
        with pytest.raises(AttributeError):
            carry_on(studio, run, lambda _: None)
    assert facts(studio, run.id) == whole[:-1]
    assert carry_on(studio, resume(studio, run.id), lambda _: None)
    assert facts(studio, run.id) == whole


def test_giving_up_keeps_what_was_scored(studio, engine, refused):
    identifier = stopped(studio)
    lines = engine("abandon", identifier[:8], "--reason", "too slow").out.splitlines()
    assert lines[0] == "abandoned"
    assert lines[-1].startswith(f"next: engine --studio {studio.folder} evolve --stage chords")
    assert studio.run(identifier)[1].reason == "too slow"
    assert len(generations(studio, identifier)) == 2
    for command in ("resume", "abandon", "replay"):
        said = refused(command, identifier)
        assert "abandoned" in said
        assert "resume" not in said


def test_of_two_who_carry_a_run_on_the_later_goes_on(studio, whole):
    identifier = stopped(studio)
    with Studio.open(studio.folder) as elsewhere:
        ours, theirs = resume(studio, identifier), resume(elsewhere, identifier)
        with pytest.raises(Refused, match=r"carried on or was given up elsewhere; see engine runs"):
            carry_on(studio, ours, lambda _: None)
        assert carry_on(elsewhere, theirs, lambda _: None)
    assert facts(studio, identifier) == whole


@pytest.mark.parametrize("how_far", range(SHORT.generations + 1))
def test_nothing_is_recorded_twice(studio, whole, how_far):
    """One process overtakes the other, which sees it at its next generation."""
    run = begin(studio)
    with Studio.open(studio.folder) as elsewhere:
        first, second = resume(studio, run.id), resume(elsewhere, run.id)
        carry_on(studio, first, lambda _: None, lambda: first.next_generation > how_far)
        with pytest.raises(Refused):
            carry_on(elsewhere, second, lambda _: None)
    if how_far < SHORT.generations:
        carry_on(studio, first, lambda _: None)
    assert facts(studio, run.id) == whole


def test_a_run_that_is_given_up_elsewhere_stops(studio):
    run = begin(studio)
    with Studio.open(studio.folder) as elsewhere:

        def give_up(_):
            if run.next_generation == 2:
                abandon(elsewhere, run.id, "")

        with pytest.raises(Refused, match="given up"):
            carry_on(studio, run, give_up)
    assert recorded_run(studio, run.id)[-1].kind == "RunAbandoned"
    assert studio.run(run.id)[1].status == "abandoned"


@unix
@pytest.mark.parametrize("is_begun", [True, False])
def test_two_processes_at_once(studio, whole, is_begun):
    """Of two that resume a run one is refused; two that start the same have a run each."""
    words = ["resume", stopped(studio)] if is_begun else WORDS
    codes = at_once([*words, "--studio", str(studio.folder)])
    assert sorted(codes) == ([0, 2] if is_begun else [0, 0])
    assert studio.log.verify() == []
    found = [facts(studio, identifier) for identifier in studio.runs()]
    assert found == [whole] * codes.count(0)


@unix
@pytest.mark.parametrize("loaded", ["typer.core", "click.core", "engine.cli.opening"])
def test_ctrl_c_while_the_command_line_is_loaded_is_quiet(tmp_path, loaded):
    """Python itself names each module that it has loaded, so that the moment is known."""
    command = [sys.executable, "-X", "importtime", "-m", "engine", "songs", "list"]
    words = [*command, "--studio", str(tmp_path / "studio")]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if line.rstrip().endswith(loaded):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    said = [line for line in err.splitlines() if not line.startswith("import time:")]
    assert (said, out) == (["interrupted"], "")
    # Python itself ends by the signal if it came while the source of a dataclass was evaluated.
    assert process.returncode in {130, -signal.SIGINT}


@unix
def test_an_interrupt_in_a_finalizer_is_not_lost():
    program = """
import os, signal, time
from engine.interrupts import keep_interrupts

class Dropped:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)

keep_interrupts()
try:
    dropped = Dropped()
    del dropped
    for _ in range(600):
        time.sleep(0.1)
except KeyboardInterrupt:
    print("interrupted")
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
