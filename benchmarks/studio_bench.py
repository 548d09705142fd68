"""Is a large studio as quick as a small one: ``python -m benchmarks studio [FOLDER]``.

Both studios hold songs with a thousand events each: runs of a hundred generations, copies of a
real one under other ids, of whose candidates most are decided. The small one has one such song and
as many empty ones as make a page of the list, the large one has a thousand. Commands are run in
this process by turns in both, and their processor time is compared: ``status``, ``approve``,
``undo``, ``review``, the first page of ``songs list``, and others. Then the state of the large one
is made again from its log, and the most memory that took is measured. The studios are kept in
FOLDER, and made where they are not there yet: 2 GB, and a quarter of an hour.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path
from statistics import median
from typing import NamedTuple

from msgspec.structs import replace

from benchmarks.many import copy_run, more_songs
from engine.child_process import environment
from engine.cli import run
from engine.cli.songs import PAGE_SONGS
from engine.evolution.settings import Settings
from engine.gate.waiting import waiting
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.evolve import evolve
from engine.runs.requests import EvolveOptions
from engine.state.runs import run_stream
from engine.state.songs import song_stream
from engine.state.studio import Studio
from store.events import (
    CandidateApproved,
    CandidateRejected,
    CandidatesPresented,
    GenerationScored,
    Payload,
    RunFinished,
)
from store.records import NewEvent, Recorded

EVENTS_PER_SONG = 1000
SONGS = 1000
SECTIONS = ("verse", "chorus", "bridge", "intro", "outro")
GENERATIONS = 100
OFFSPRING = 1  # kept of each generation, so that a million events fit on a disk
ROUNDS = 9
DECISIONS_PER_RUN = 4  # shown, approved, and two rejected
WAITING_RUNS = 2  # of the one song with candidates that wait


def make_studio(folder: Path, songs: int, filled: int) -> None:
    """Make a studio of songs; so many have a thousand events, and one candidates that wait."""
    with Studio.open(folder) as studio:
        proposals = read(demo_paths()).proposals
        (first, *_) = add_songs(studio, proposals[:1]).added
        options = EvolveOptions("chords", Settings(8, GENERATIONS, 3), "verse", 4)
        (summary,) = evolve(studio, first, options, seed=1, use_model=False)
        template = [_small(each) for each in studio.log.read(stream=run_stream(summary.run))]
        everything = [first, *more_songs(studio, proposals, songs - 1)]
        for number, song in enumerate(everything[:filled]):
            _fill(studio, template, song, number)


def _small(recorded: Recorded) -> Recorded:
    """An event of a run with fewer offspring."""
    event = recorded.payload
    if not isinstance(event, GenerationScored):
        return recorded
    fewer = replace(event, offspring=event.offspring[:OFFSPRING])
    return replace(recorded, payload=fewer)


def _fill(studio: Studio, template: list[Recorded], song: str, number: int) -> None:
    """Give a song a thousand events: runs, decided but for the last ones of the first song."""
    position = studio.song(song).position
    runs = ceil(EVENTS_PER_SONG / (len(template) + DECISIONS_PER_RUN))
    decided: list[Payload] = []
    for index in range(runs):
        label = SECTIONS[index % len(SECTIONS)]
        identifier = f"{number:06x}{index:06x}"
        finished = copy_run(studio, template, song, position, label, identifier, index)
        if number or index < runs - WAITING_RUNS:
            decided += _decisions(identifier, finished, f"{label}_{index}")
    new = [NewEvent(payload, actor=studio.actor) for payload in decided]
    studio.append(song_stream(song), new, studio.log.version(song_stream(song)))


def _decisions(run: str, finished: RunFinished, label: str) -> Iterator[Payload]:
    """The survivors of a run are shown; the first is approved, the others are rejected."""
    first, *others = finished.survivors
    names = [each.id for each in finished.survivors]
    yield CandidatesPresented(candidates=names, where="terminal", command="review")
    yield CandidateApproved(
        candidate=first.id, run=run, stage=finished.stage, section=finished.section, label=label,
        display_label=label, part=first.part, genome=first.genome, description=first.description,
        context_position=finished.context_position, parents=[],
    )  # fmt: skip
    for other in others:
        yield CandidateRejected(candidate=other.id, run=run, stage=finished.stage)


def measure(folders: dict[str, Path]) -> None:
    """Print the processor time of each command in each studio, and how many times the first's."""
    songs, left = {}, {}
    for name, folder in folders.items():
        with Studio.open(folder) as studio:
            (song,) = [each for each in studio.songs().values() if waiting([each])]
            songs[name], left[name] = song.song_id, [each.id for each in waiting([song])]
            print(f"{name}: {studio.log.head().position} events, {len(studio.songs())} songs")
    for title, command in commands(folders, songs, left).items():
        took: dict[str, list[float]] = {name: [] for name in folders}
        for _ in range(ROUNDS):
            for name, folder in folders.items():
                for words in command.before(name):
                    processor_seconds(folder, words)
                took[name].append(processor_seconds(folder, command.timed(name)))
                for words in command.after(name):
                    processor_seconds(folder, words)
        small, large = (1000 * median(times[1:]) for times in took.values())
        print(f"{title:16}{small:8.1f} ms{large:10.1f} ms{large / small:8.2f} x", flush=True)


class Command(NamedTuple):
    """A command line that is timed.

    Attributes:
        timed: its words in the studio of a name.
        before: command lines that are run before it, untimed.
        after: command lines that are run after it, untimed.
    """

    timed: Callable[[str], list[str]]
    before: Callable[[str], list[list[str]]] = lambda _: []
    after: Callable[[str], list[list[str]]] = lambda _: []


def commands(
    folders: dict[str, Path], songs: dict[str, str], left: dict[str, list[str]]
) -> dict[str, Command]:
    """What is timed, by name.

    Args:
        folders: the studios, by name.
        songs: of each studio the song that has candidates which wait.
        left: the ids of these.
    """
    proposal = str(demo_paths()[0])

    def approve(name: str) -> list[str]:
        return ["approve", left[name][0]]

    def undo(name: str) -> list[str]:
        return ["undo", left[name][0]]

    def exported(name: str) -> list[str]:
        return ["trace", str(next(folders[name].glob("exports/*/*/approved/*.mid")))]

    return {
        "status --song": Command(lambda name: ["status", "--song", songs[name]]),
        "status": Command(lambda _: ["status"]),
        "approve": Command(approve, after=lambda name: [undo(name)]),
        "undo": Command(lambda _: ["undo"], before=lambda name: [approve(name)]),
        "redo": Command(
            lambda _: ["redo"],
            before=lambda name: [approve(name), undo(name)],
            after=lambda name: [undo(name)],
        ),
        "trace": Command(exported, before=lambda name: [approve(name)], after=lambda n: [undo(n)]),
        "review": Command(lambda _: ["review"]),
        "review --song": Command(lambda name: ["review", "--song", songs[name]]),
        "songs list": Command(lambda _: ["songs", "list"]),
        "songs add": Command(lambda _: ["songs", "add", proposal]),
        "songs stats": Command(lambda _: ["songs", "stats"]),
        "history": Command(lambda name: ["history", songs[name]]),
        "log --limit": Command(lambda _: ["log", "--limit", "20"]),
    }


def processor_seconds(folder: Path, words: list[str]) -> float:
    """What a command line takes in this process, which has everything imported."""
    quiet = io.StringIO()
    begun = time.process_time()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        code = run(["--studio", str(folder), *words])
    taken = time.process_time() - begun
    assert code == 0, quiet.getvalue()
    return taken


def rebuild(folder: Path) -> None:
    """Make the state of a studio again; prints how long that took, and the most memory."""
    begun = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Studio.open(folder) as studio:
        studio.rebuild()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = time.process_time() - begun
    print(f"rebuild: {taken:.0f} s of processor time, {before // 1024} to {after // 1024} MB")


def main(arguments: list[str]) -> None:
    """Make the studios unless they are there, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks studio", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the studios are kept")
    parser.add_argument("--songs", type=int, default=SONGS, help="of the large one")
    parser.add_argument("--rebuild", action="store_true", help="only make state again, and say how")
    asked = parser.parse_args(arguments)
    if asked.rebuild:
        rebuild(asked.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        base = asked.folder or Path(temporary)
        folders = {"small": base / "small", "large": base / f"large-{asked.songs}"}
        for (name, folder), filled in zip(folders.items(), (1, asked.songs), strict=True):
            marker = folder / "whole.txt"
            if not marker.exists():
                begun = time.perf_counter()
                make_studio(folder, max(filled, PAGE_SONGS + 1), filled)
                marker.write_text("made\n")
                print(
                    f"the {name} one took {time.perf_counter() - begun:.0f} s to make", flush=True
                )
        print(f"load {os.getloadavg()[0]:.1f}")
        measure(folders)
        again = [sys.executable, "-m", "benchmarks", "studio", folders["large"], "--rebuild"]
        subprocess.run(again, check=True, env=environment())
