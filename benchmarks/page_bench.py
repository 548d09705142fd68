"""How quick is the page with much in the studio: ``python -m benchmarks page [FOLDER]``.

The studio has a thousand runs of a hundred songs, and one run with generations of 200 candidates.
Most of these runs are copies of a real one under other ids, appended through the log. The page is
served by a process of its own; every view is asked ten times without a browser, then opened in
Chromium, and the time is taken from a decision by another process until an open page shows it.
"""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import sync_playwright

from benchmarks.many import copy_run, more_songs
from engine.child_process import environment
from engine.evolution.settings import Settings
from engine.gate import decisions
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.evolve import evolve
from engine.runs.requests import EvolveOptions
from engine.state.runs import run_stream
from engine.state.studio import Studio

SONGS, RUNS, GENERATION = 100, 1000, 200
SECTIONS = ("verse", "chorus", "bridge", "intro", "outro")
ROUNDS = 10
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def make_studio(folder: Path) -> str:
    """Make the studio; returns the id of the run with large generations."""
    with Studio.open(folder) as studio:
        proposals = read(demo_paths()).proposals
        (first, *_) = add_songs(studio, proposals).added
        small = EvolveOptions("chords", Settings(8, 2, 3), "verse", 4)
        (summary,) = evolve(studio, first, small, seed=1, use_model=False)
        template = list(studio.log.read(stream=run_stream(summary.run)))
        songs = [first, *more_songs(studio, proposals, SONGS - 1)]
        for number in range(RUNS):
            song, label = songs[number % SONGS], SECTIONS[number % len(SECTIONS)]
            position = studio.song(song).position
            copy_run(studio, template, song, position, label, f"bench{number:05}", number)
        for song in songs:
            decisions.approve(studio, next(iter(studio.song(song).candidates)), "opening", song)
        large = EvolveOptions("chords", Settings(GENERATION, 1, 6), "verse", 4)
        (summary,) = evolve(studio, first, large, seed=2, use_model=False)
        return summary.run


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The page as a process, and its address."""
    command = [sys.executable, "-u", "-m", "engine", "--studio", str(folder), "serve", "--port=0"]
    with subprocess.Popen(
        command, text=True, env=environment(), stdout=subprocess.PIPE
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield process, next(line for line in process.stdout if "token=" in line).strip()
        process.terminate()


def ask(address: str, path: str) -> tuple[int, int, float]:
    """Status, size in bytes and milliseconds of a request."""
    parts = urlsplit(address)
    cookie = f"engine_{parts.port}={parse_qs(parts.query)['token'][0]}"
    begun = time.perf_counter()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", path, headers={"Cookie": cookie, "Sec-Fetch-Site": "same-origin"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, len(body), 1000 * (time.perf_counter() - begun)


def memory_mb(process: subprocess.Popen[str]) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


def report_views(address: str, paths: dict[str, str]) -> None:
    for name, path in paths.items():
        rounds = [ask(address, path) for _ in range(ROUNDS)]
        status, size, first = rounds[0]
        times = [each for *_, each in rounds]
        print(
            f"{name:9} {status} {size / 1024:6.0f} kB   first {first:5.0f} ms, "
            f"median {median(times):5.0f}, most {max(times):5.0f}"
        )


def report_browser(address: str, paths: dict[str, str], folder: Path, song: str) -> None:
    program = next(filter(None, map(shutil.which, CHROMIUM)))
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        for name, path in paths.items():
            page = browser.new_context().new_page()
            page.goto(address)
            page.goto(address.partition("/?")[0] + path)
            page.wait_for_timeout(300)
            print(f"{name:9} first paint {page.evaluate(paint) or float('nan'):5.0f} ms")
        page.goto(address.partition("/?")[0] + f"/songs/{song}")
        page.wait_for_timeout(1000)
        latencies = []
        with Studio.open(folder) as studio:
            waiting = [
                name
                for name, each in studio.song(song).candidates.items()
                if each.status == "pending"
            ]
            for number, candidate in enumerate(waiting[:ROUNDS]):
                begun = time.perf_counter()
                decisions.approve(studio, candidate, f"live {number}", song)
                page.get_by_text(f"live_{number}").first.wait_for()
                latencies.append(1000 * (time.perf_counter() - begun))
        slowest = max(latencies)
        print(f"a decision elsewhere is shown after {median(latencies):.0f} ms, most {slowest:.0f}")
        browser.close()


def main(arguments: list[str]) -> None:
    """Make the studio unless the folder has one, and measure."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments[0] if arguments else temporary)
        marker = folder / "large-run.txt"
        if not marker.exists():
            begun = time.perf_counter()
            run = make_studio(folder)
            marker.write_text(run)
            print(f"the studio took {time.perf_counter() - begun:.0f} s to make")
        run = marker.read_text()
        with Studio.open(folder) as studio:
            song = studio.run(run)[1].song_id
            print(f"{len(studio.runs())} runs of {len(studio.songs())} songs, "
                  f"{studio.log.head().position} events")  # fmt: skip
        paths = {
            "songs": "/", "song": f"/songs/{song}", "gate": f"/songs/{song}/gate",
            "gate, all": f"/songs/{song}/gate?stage=chords&section=verse&all=1",
            "map": f"/songs/{song}/map?run={run}", "whole": f"/songs/{song}/whole",
            "history": f"/songs/{song}/history", "taste": "/taste",
            "effort": "/taste/effort", "jobs": "/jobs",
        }  # fmt: skip
        with served(folder) as (process, address):
            print(f"memory at first {memory_mb(process):.0f} MB")
            report_views(address, paths)
            print(f"memory after them {memory_mb(process):.0f} MB")
            report_browser(address, paths, folder, song)
            print(f"memory at last {memory_mb(process):.0f} MB")
