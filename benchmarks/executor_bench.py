"""How much faster two workers are than one, and whether anything but time changes.

One song is composed by each executor in turn, from the same beginning, several times over, and its
files are written. Beside the seconds stands the processor time of all processes and the load of the
machine: on one that does other work two workers can't be twice as fast. With ``--kill`` a worker is
killed every so many seconds meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.songs import Quiet, own_song
from engine.composing.composer import compose
from engine.composing.composition import begin, new_composition
from engine.composing.ending import Ending, finish_composition
from engine.evolution.settings import Settings
from engine.execution.choice import open_executor
from engine.models.registry import ModelRegistry
from engine.proposals.songs import add_songs
from engine.state.studio import Studio
from fitness.fusion import DEFAULT_MODEL
from store import events

SEED = 1
SECTIONS = "verse=8,chorus=8,bridge=8"
PAIRS = (("processes:1", "processes:2"), ("dask:1", "dask:2"))
AUDIO = "flac"


@dataclass(frozen=True, slots=True)
class Turn:
    """One composition.

    Attributes:
        wall_s: seconds until its files were written; starting the workers is part of it.
        processor_s: seconds of all processes that ended by then.
        load: of the machine, mean over the last minute.
        facts: hash of every run, decision and MIDI file.
        killed: how many workers were killed.
    """

    wall_s: float
    processor_s: float
    load: float
    facts: str
    killed: int


def main(arguments: list[str]) -> None:
    """Compose by turns, and print each turn and the ratios."""
    parser = ArgumentParser(prog="python -m benchmarks executor", description=__doc__)
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--population", type=int, default=Settings().population)
    parser.add_argument("--generations", type=int, default=Settings().generations)
    parser.add_argument("--sections", default=SECTIONS)
    parser.add_argument("--kill", type=float, help="a worker every so many seconds")
    parser.add_argument("--only", help="the pair that begins with this name, such as dask")
    options = parser.parse_args(arguments)
    settings = Settings(options.population, options.generations)
    pairs = [pair for pair in PAIRS if pair[0].startswith(options.only or "")]
    names = ["serial", *(name for pair in pairs for name in pair)]
    turns: dict[str, list[Turn]] = {name: [] for name in names}
    for number in range(options.turns):
        for name in names[:: 1 if number % 2 == 0 else -1]:
            kill = options.kill if name != "serial" else None
            turn = composed(name, settings, options.sections, kill)
            turns[name].append(turn)
            print(
                f"{name:12} {turn.wall_s:7.1f} s, {turn.processor_s:7.1f} s of processors, load "
                f"{turn.load:.1f}, {turn.killed} killed, {turn.facts}",
                flush=True,
            )
    for one, two in pairs:
        ratio = [
            first.wall_s / second.wall_s
            for first, second in zip(turns[one], turns[two], strict=True)
        ]
        spread = f"{min(ratio):.2f} to {max(ratio):.2f}"
        print(f"{two} against {one}: {median(ratio):.2f} times as fast ({spread})")
    found = {turn.facts for each in turns.values() for turn in each}
    print("all songs are the same" if len(found) == 1 else f"DIFFERENT SONGS: {len(found)}")


def composed(name: str, settings: Settings, sections: str, kill: float | None) -> Turn:
    """Compose one song from the beginning."""
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        (song_id,) = add_songs(studio, [own_song("Green", "D minor", "4/4", 120)]).added
        asked = new_composition(settings, sections, SEED, 3, 3)
        sha256 = ModelRegistry(studio).register(DEFAULT_MODEL)
        composition = begin(studio, studio.song(song_id), replace(asked, model_sha256=sha256))
        before, start = sum(os.times()[:4]), time.perf_counter()
        with killing(kill) as killed, open_executor(name) as workers:
            compose(studio, song_id, composition, Quiet(), workers)
            finish_composition(studio, song_id, composition, Ending(AUDIO), workers)
        wall_s = time.perf_counter() - start
        used = sum(os.times()[:4]) - before
        return Turn(wall_s, used, os.getloadavg()[0], facts_of(studio), len(killed))


@contextmanager
def killing(seconds: float | None) -> Iterator[list[int]]:
    """Kill one process that does tasks every so many seconds; gives those that were."""
    killed: list[int] = []
    is_over = threading.Event()

    def kill() -> None:
        while seconds is not None and not is_over.wait(seconds):
            workers = [each for each in descendants(os.getpid()) if is_worker(each)]
            if workers:
                killed.append(workers[len(killed) % len(workers)])
                os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        is_over.set()
        killer.join()


def descendants(process: int) -> list[int]:
    """The processes that a process and its children have begun; on Linux."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(word) for task in tasks for word in task.read_text("ascii").split()]
    return [*children, *(each for child in children for each in descendants(child))]


def is_worker(process: int) -> bool:
    """Whether a process was spawned to do tasks."""
    return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()


def facts_of(studio: Studio) -> str:
    """Hash of what runs and decisions say, less where in the log it is, and of the MIDI files."""
    found = hashlib.sha256()
    recorded: dict[str, list[bytes]] = {}
    for event in studio.log.read():
        plain = msgspec.to_builtins(event.payload)
        for place in ("positions_read", "context_position"):
            plain.pop(place, None)
        if isinstance(
            event.payload,
            events.RunStarted
            | events.GenerationScored
            | events.RunFinished
            | events.CandidateApproved
            | events.CompositionFinished,
        ):
            recorded.setdefault(event.stream, []).append(msgspec.json.encode(plain, order="sorted"))
    for stream in sorted(recorded):
        found.update(b"\n".join(recorded[stream]))
    for path in sorted(studio.exports.glob("*/arrangements/*/*.mid")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]
