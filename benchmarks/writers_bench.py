"""Many processes that decide at once: ``python -m benchmarks writers``.

So many processes take so many decisions each, all of the same four songs: they approve, reject,
note and undo, each time with a studio that they open and close, and with the files that a decision
writes. Beside them two processes evolve one run after the other, one asks ``doctor`` and one
``verify`` again and again. Printed is how long decisions took, whether any was refused or lost, and
what the two that check had to say. The exit code is 1 if anything was wrong.

It is measured on SQLite, on the database of ``--url``, or with ``--postgresql`` on a server that is
started as the tests start theirs, which doesn't wait for the disk.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from functools import partial
from importlib import import_module
from itertools import cycle, islice
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

from benchmarks.many import copy_run, more_songs
from engine.cli import run
from engine.doctor.findings import MENDED, PROBLEM, WARNING
from engine.errors import EngineError
from engine.evolution.settings import Settings
from engine.gate import decisions
from engine.gate.exports import update_exports
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.evolve import evolve
from engine.runs.requests import EvolveOptions
from engine.state.runs import run_stream
from engine.state.studio import Studio
from store.errors import StoreError
from store.records import Recorded

WRITERS, DECISIONS, SONGS, EVOLVING = 8, 500, 4, 2
CANDIDATES = 3  # of each writer in each song
UNTIMED = 5  # decisions of each writer before
LONGEST_WAIT_S = 5.0

# How lines begin that neither doctor nor verify may say. That a term of the fitness did not vary in
# a run of few is true.
ALARMING = (PROBLEM, MENDED, f"{WARNING}: exports")

# Started anew, so that none shares a connection with another.
_PROCESSES = multiprocessing.get_context("spawn")


class Place(NamedTuple):
    """A studio: its folder, and the address of its database if that isn't in the folder."""

    folder: Path
    url: str | None

    def open(self) -> Studio:
        """Open it, as a command does."""
        return Studio.open(self.folder, self.url)

    def words(self) -> list[str]:
        """The options by which a command line names it."""
        if self.url is None:
            return ["--studio", str(self.folder)]
        return ["--studio", self.url, "--folder", str(self.folder)]


class Decided(NamedTuple):
    """What a process that decides tells.

    Attributes:
        recorded: id and position of each event that it was told is recorded, in order.
        waits_s: how long each decision took, files included.
        refusals: what it was told where it was refused.
    """

    recorded: list[tuple[str, int]]
    waits_s: list[float]
    refusals: list[str]


class Said(NamedTuple):
    """What a process that repeats a command tells.

    Attributes:
        command: its name.
        times: how often it ran.
        alarms: what it said that must not be.
    """

    command: str
    times: int
    alarms: list[str]


def make_studio(place: Place, writers: int) -> list[list[tuple[str, str]]]:
    """Make the studio; returns the song and the id of the candidates that each writer decides."""
    with place.open() as studio:
        proposals = read(demo_paths()).proposals
        (first, *_) = add_songs(studio, proposals[:1]).added
        options = EvolveOptions("chords", Settings(8, 2, CANDIDATES), "verse", 4)
        (summary,) = evolve(studio, first, options, seed=1, use_model=False)
        template = list(studio.log.read(stream=run_stream(summary.run)))
        songs = [first, *more_songs(studio, proposals, SONGS - 1)]
        theirs: list[list[tuple[str, str]]] = []
        for writer in range(writers):
            owned = []
            for number, song in enumerate(songs):
                position = studio.song(song).position
                name = f"{writer:06x}{number:06x}"
                finished = copy_run(studio, template, song, position, "verse", name, writer)
                owned += [(song, survivor.id) for survivor in finished.survivors]
            theirs.append(owned)
        return theirs


def decide(place: Place, candidates: list[tuple[str, str]], wanted: int, start: Barrier) -> Decided:
    """Take so many decisions, one after the other; the time of the first few isn't told."""
    told, acts = Decided([], [], []), _decisions(candidates)
    _decide_each(place, islice(acts, UNTIMED), told)  # which import what they need
    told.waits_s.clear()
    start.wait()
    _decide_each(place, islice(acts, wanted), told)
    return told


def _decide_each(place: Place, acts: Iterator[Callable[[Studio], Recorded]], told: Decided) -> None:
    for act in acts:
        began = time.monotonic()
        try:
            with place.open() as studio:
                recorded = act(studio)
                update_exports(studio, recorded)
        except (EngineError, StoreError) as error:
            told.refusals.append(f"{type(error).__name__}: {error}")
        else:
            told.recorded.append((recorded.event_id, recorded.position))
        told.waits_s.append(time.monotonic() - began)


def _decisions(candidates: list[tuple[str, str]]) -> Iterator[Callable[[Studio], Recorded]]:
    """Decisions that are all possible one after the other, without end."""
    for song, candidate in cycle(candidates):
        yield partial(decisions.approve, prefix=candidate, song_id=song)
        yield partial(decisions.note, prefix=candidate, text="the fourth bar", song_id=song)
        yield partial(decisions.undo, prefix=candidate, song_id=song)
        yield partial(decisions.reject, prefix=candidate, reason="too busy", song_id=song)
        yield partial(decisions.undo, prefix=candidate, song_id=song)


def repeat(place: Place, command: list[str], start: Barrier, end: Event) -> Said:
    """Run a command line again and again until the others are done."""
    name, times, alarms = command[0], 0, []
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries of the sound card say
    start.wait()
    while not end.is_set():
        seeded = ["--seed", str(1000 * os.getpid() + times)] if name == "evolve" else []
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*place.words(), *command, *seeded])
        said = out.getvalue().splitlines()
        alarms += [line for line in said if line.startswith(ALARMING)]
        alarms += [] if name == "evolve" else err.getvalue().splitlines()
        alarms += [f"{name} ended with {code}: {' '.join(said)} {err.getvalue()}"] if code else []
        times += 1
    return Said(name, times, alarms)


def wrongs(place: Place, decided: list[Decided]) -> list[str]:
    """What is wrong with the log after all have ended, in words."""
    found: list[str] = []
    with place.open() as studio:
        positions: dict[str, int] = {}
        for number, event in enumerate(studio.log.read(), start=1):
            if event.position != number:
                found.append(f"event {event.position} is where event {number} should be")
            positions[event.event_id] = event.position
        for told in decided:
            lost = [name for name, at in told.recorded if positions.get(name) != at]
            found += [f"decision {name} is lost" for name in lost]
        if studio.log.head().position != len(positions):
            found.append("the log does not end at its last event")
        found += map(str, studio.log.verify())
        found += studio.differences()
    return found


class Report(NamedTuple):
    """What was measured."""

    decided: list[Decided]
    said: list[Said]
    wrongs: list[str]
    seconds: float
    load: float

    def facts(self) -> dict[str, Any]:
        """The figures by name."""
        waits = sorted(wait for told in self.decided for wait in told.waits_s)
        return {
            "writers": len(self.decided),
            "decisions": len(waits),
            "seconds": round(self.seconds, 1),
            "load": round(self.load, 1),
            "wait_s": {
                "median": round(median(waits), 3),
                "95th": round(quantiles(waits, n=20)[-1], 3),
                "longest": round(waits[-1], 3),
            },
            "over_5_s": sum(wait > LONGEST_WAIT_S for wait in waits),
            "refusals": [line for told in self.decided for line in told.refusals],
            "beside": [said._asdict() for said in self.said],
            "wrong": self.wrongs,
        }

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, refused or alarming; how long it took depends on the load."""
        alarms = [alarm for said in self.said for alarm in said.alarms]
        return not (alarms or self.wrongs or any(told.refusals for told in self.decided))


def say(report: Report) -> None:
    """Print a report for people."""
    facts = report.facts()
    wait = facts["wait_s"]
    print(
        f"{facts['writers']} processes, {facts['decisions']} decisions in {facts['seconds']} s, "
        f"load {facts['load']}"
    )
    print(
        f"a decision took {wait['median']} s (median), {wait['95th']} s (95th percentile), "
        f"{wait['longest']} s (longest); {facts['over_5_s']} took over {LONGEST_WAIT_S:.0f} s"
    )
    for said in report.said:
        print(f"{said.command}: {said.times} times, {len(said.alarms)} alarms")
        for alarm in said.alarms[:5]:
            print(f"  {alarm}")
    for title in ("refusals", "wrong"):
        print(f"{title}: {len(facts[title])}")
        for line in facts[title][:5]:
            print(f"  {line}")


def measure(place: Place, writers: int, wanted: int) -> Report:
    """Let all decide at once, with the others beside them."""
    theirs = make_studio(place, writers)
    song, _ = theirs[0][0]
    evolving = ["evolve", "--song", song, "--stage", "chords", "--section", "verse", "--bars", "4"]
    evolving += ["--population", "16", "--generations", "12", "--no-model"]
    beside = [*[evolving] * EVOLVING, ["doctor"], ["verify"]]
    end, start = _PROCESSES.Event(), _PROCESSES.Barrier(writers + len(beside) + 1)
    with _PROCESSES.Manager() as manager:
        told, said = manager.list(), manager.list()
        deciding = [
            _PROCESSES.Process(target=_tell, args=(told, decide, place, owned, wanted, start))
            for owned in theirs
        ]
        others = [
            _PROCESSES.Process(target=_tell, args=(said, repeat, place, command, start, end))
            for command in beside
        ]
        for process in (*deciding, *others):
            process.start()
        start.wait()
        began = time.monotonic()
        for process in deciding:
            process.join()
        seconds, load = time.monotonic() - began, os.getloadavg()[0]
        end.set()
        for process in others:
            process.join()
        decided, repeated = list(told), list(said)
    found = wrongs(place, decided)
    if (len(decided), len(repeated)) != (writers, len(beside)):
        found.append("a process broke off")
    return Report(decided, repeated, found, seconds, load)


def _tell(answers: Any, work: Callable[..., object], *arguments: Any) -> None:
    answers.append(work(*arguments))


def main(arguments: list[str]) -> None:
    """Make a studio, let all decide, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks writers", description=__doc__)
    parser.add_argument("--writers", type=int, default=WRITERS, help=f"how many [{WRITERS}]")
    parser.add_argument("--decisions", type=int, default=DECISIONS, help=f"of each [{DECISIONS}]")
    parser.add_argument("--url", help="of an empty PostgreSQL database")
    parser.add_argument("--postgresql", action="store_true", help="start a server for it")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = asked.url
        if asked.postgresql:
            started = import_module("tests.postgresql")  # needs what is an extra
            stack.callback(started.stop_server)
            url = started.server().empty()
        report = measure(Place(Path(folder, "studio"), url), asked.writers, asked.decisions)
    if asked.json:
        print(json.dumps(report.facts(), indent=2))
    else:
        say(report)
    if not report.is_good:
        sys.exit(1)
