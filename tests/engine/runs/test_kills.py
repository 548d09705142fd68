"""Runs that are killed with SIGKILL at any moment and gone on with."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pytest

from engine.state.studio import Studio
from tests.engine.runs.forked_commands import ROOT, Forks
from tests.engine.runs.short_runs import GREEN, Fact, facts, open_with

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and no SIGKILL")

WORDS = [
    *("evolve", "--song", GREEN, "--seed", "7", "--bars", "4", "--no-model"),
    *("--population", "20", "--generations", "10"),
]
AT_ONCE = 2
# Kills after an event of the run, and at a moment of a command with or without its imports.
EVENT_KILLS, FORKED_KILLS, FRESH_KILLS, KILLED_AGAIN = (1, 2, 5, 8, 12), 10, 3, 3


@dataclass(frozen=True)
class Unbroken:
    """A run that nothing disturbed, and how long it took each way."""

    facts: list[Fact]
    template: Path
    forked_seconds: float
    fresh_seconds: float


def fresh(words, kill_after):
    """The command line as a person starts it, imports and all."""
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "engine", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
    return time.monotonic() - began, process.returncode


@pytest.fixture(scope="module")
def forks():
    """As many as there are processors to use; take one and put it back."""
    with ExitStack() as stack:
        free: SimpleQueue[Forks] = SimpleQueue()
        for _ in range(AT_ONCE):
            free.put(stack.enter_context(Forks()))
        yield free


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory, forks):
    folder = tmp_path_factory.mktemp("unbroken")
    template = folder / "template"
    open_with(template).__exit__(None, None, None)
    one = forks.get()
    seconds = []
    for name, command in (("forked", one.run), ("fresh", fresh)):
        shutil.copytree(template, folder / name)
        took, code = command([*WORDS, "--studio", str(folder / name)], None)
        assert code == 0
        seconds.append(took)
    forks.put(one)
    with Studio.open(folder / "forked") as studio:
        (identifier,) = studio.runs()
        return Unbroken(facts(studio, identifier), template, *seconds)


def test_a_run_that_is_killed_at_any_moment_ends_as_if_it_never_was(tmp_path, unbroken, forks):
    moments = random.Random(20)
    plans: list[tuple[str, float, bool]] = [
        *(("event", number, True) for number in EVENT_KILLS),
        *(
            (way, (index + moments.random()) / count, index < KILLED_AGAIN)
            for way, count in (("forked", FORKED_KILLS), ("fresh", FRESH_KILLS))
            for index in range(count)
        ),
    ]

    def kill_and_go_on(plan):
        way, moment, is_killed_again = plan
        folder = tmp_path / f"{way} {moment:.4f}"
        shutil.copytree(unbroken.template, folder)
        words = [*WORDS, "--studio", str(folder)]
        one = forks.get()
        try:
            if way == "event":
                one.run(words, end_at=("event", int(moment), signal.SIGKILL))
            elif way == "forked":
                one.run(words, moment * unbroken.forked_seconds)
            else:
                fresh(words, moment * unbroken.fresh_seconds)
            reached = check(folder, unbroken)
            if is_killed_again and reached != "finished":
                one.run(next_words(folder), 0.3 * unbroken.forked_seconds)
                check(folder, unbroken)
            if check(folder, unbroken) != "finished":
                assert one.run(next_words(folder))[1] == 0
            assert check(folder, unbroken) == "finished"
        finally:
            forks.put(one)
        return reached

    with ThreadPoolExecutor(AT_ONCE) as pool:
        reached = list(pool.map(kill_and_go_on, plans))

    # Where the others are killed depends on how busy the machine is.
    assert reached[: len(EVENT_KILLS)] == ["unfinished"] * len(EVENT_KILLS)


def next_words(folder):
    """What a person types after a crash."""
    with Studio.open(folder) as studio:
        runs = list(studio.runs())
    return [*(["resume", runs[0]] if runs else WORDS), "--studio", str(folder)]


def check(folder, unbroken):
    """The log is sound and says a part of the unbroken run; how far it came."""
    with Studio.open(folder) as studio:
        assert studio.log.verify() == []
        runs = studio.runs()
        if not runs:
            return "not begun"
        ((identifier, state),) = runs.items()
        recorded = facts(studio, identifier)
    assert recorded == unbroken.facts[: len(recorded)]
    assert (state.status == "finished") == (len(recorded) == len(unbroken.facts))
    return str(state.status)
