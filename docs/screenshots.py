"""Pictures of every view of the page, for the documentation: ``python docs/screenshots.py``.

A small song of the tutorial is composed and decided in a new studio, served, and looked at in
Chromium. The pictures go into ``docs/page``; look at them before they are committed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from engine.cli import run
from engine.proposals import demo_paths, tutorial_paths
from engine.state.studio import Studio
from engine.web.server import PageServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parent / "page"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SIZES = ("--population", "24", "--generations", "6", "--keep", "3", "--seed", "3")
DESK, PHONE = {"width": 1120, "height": 760}, {"width": 390, "height": 780}


def main() -> None:
    """Make the studio, and a picture of each view."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        song, last_run = _studio(Path(folder))
        server = PageServer(Path(folder))
        ready = threading.Event()
        thread = threading.Thread(target=server.run, args=(ready.set,))
        thread.start()
        ready.wait()
        try:
            with sync_playwright() as playwright:
                program = next(filter(None, map(shutil.which, PROGRAMS)))
                browser = playwright.chromium.launch(executable_path=program)
                _take(browser, server.address, song, last_run)
                browser.close()
        finally:
            server.stop()
            thread.join()


def _studio(folder: Path) -> tuple[str, str]:
    """A song with decisions on chords, drums and bass, and melodies that wait."""

    def engine(*words: str | Path) -> None:
        if run(["--studio", str(folder), *map(str, words)]) != 0:
            sys.exit(f"engine {words} failed")

    engine("songs", "add", *(path for path in tutorial_paths() if path.suffix == ".yml"))
    engine("songs", "add", *demo_paths()[:4])
    with Studio.open(folder) as studio:
        song = studio.song("ferry").song_id
    engine("evolve", "--song", song, "--section", "verse", "--bars", "4", *SIZES)
    _decide(folder, song, engine, ["opening", "tide"])
    engine("evolve", "--song", song, "--section", "chorus", "--bars", "4", *SIZES)
    _decide(folder, song, engine, ["over"])
    for stage in ("drums", "bass"):
        engine("evolve", "--song", song, "--stage", stage, *SIZES)
        _decide(folder, song, engine, [f"{stage} one", f"{stage} two"])
    engine("evolve", "--song", song, "--stage", "melody", *SIZES)
    with Studio.open(folder) as studio:
        runs = studio.song(song).runs
        return song, max(runs, key=lambda name: runs[name].position)


def _decide(folder: Path, song: str, engine, labels: list[str]) -> None:
    """Approve a waiting candidate of each section for each label."""
    with Studio.open(folder) as studio:
        known = studio.song(song).candidates
        waiting = [name for name, each in known.items() if each.status == "pending"]
    for label, name in zip(labels, waiting[:: max(1, len(waiting) // len(labels))], strict=False):
        engine("approve", name, "--label", label)


def _take(browser: Browser, address: str, song: str, last_run: str) -> None:
    start = address.partition("/?")[0]
    home = f"/songs/{song}"
    views = {
        "songs": ("/", "light", DESK),
        "song": (home, "light", DESK),
        "gate": (f"{home}/gate", "light", DESK),
        "gate-dark": (f"{home}/gate?stage=chords&section=verse&all=1", "dark", DESK),
        "gate-phone": (f"{home}/gate", "light", PHONE),
        "map": (f"{home}/map?run={last_run}", "light", DESK),
        "whole": (f"{home}/whole", "light", DESK),
        "history": (f"{home}/history", "light", DESK),
        "taste": ("/taste", "light", DESK),
        "keys": (f"{home}/gate", "light", DESK),
    }
    for name, (path, scheme, size) in views.items():
        context = browser.new_context(color_scheme=scheme, viewport=size, reduced_motion="reduce")
        page = context.new_page()
        page.goto(address)
        page.goto(start + path)
        page.wait_for_load_state("load")
        page.wait_for_timeout(1500)
        if name == "keys":
            page.keyboard.press("?")
        page.screenshot(path=FOLDER / f"{name}.png")
        context.close()


if __name__ == "__main__":
    main()
