"""A studio in which one file after another is read, and what must hold whatever is in it."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import is_ours
from engine.evolution.settings import Settings
from engine.gate.decisions import approve
from engine.gate.exports import update_exports
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.evolve import evolve
from engine.runs.requests import EvolveOptions
from engine.state.studio import Studio


class Finding(AssertionError):
    """Something that a reader must not do with any file."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Something that reads a file.

    Attributes:
        file: name of the file, as a person might call it.
        seeds: whole files, which must be read.
        words: pieces that such files are made of.
        read: reads the file, and returns whether it could; or raises an error of ours.
    """

    file: str
    seeds: Callable[[Room], list[bytes]]
    words: tuple[str, ...]
    read: Callable[[Room, Path], Any]


def make_studio(folder: Path) -> None:
    """Make a studio with a song, approved chords and candidates that wait, in a new folder."""
    with Studio.open(folder) as studio:
        (song,) = add_songs(studio, read(demo_paths()[:1]).proposals).added
        options = EvolveOptions("chords", Settings(8, 2, 3), "verse", 4)
        evolve(studio, song, options, seed=1, use_model=False)
        approved = approve(studio, next(iter(studio.song(song).candidates)))
        update_exports(studio, approved)
        studio.songs()


class Room:
    """A studio with a song, approved chords and candidates that wait.

    Attributes:
        studio: the studio; put back as it was after an input that changed it.
        song: the state of its song.
        folder: of everything; readers may keep files of their own here.
        given: the folder of the file that is read.
    """

    def __init__(self, folder: Path, whole: Path) -> None:
        """Take an empty folder, and a studio that ``make_studio`` made; it stays as it is."""
        self.folder, self._whole, self._folder = folder, whole, folder / "studio"
        self.given, self._temporary = folder / "given", folder / "temporary"
        self.given.mkdir()
        self._temporary.mkdir()
        self._open()

    def _open(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._whole, self._folder)
        self.studio = Studio.open(self._folder)
        (self.song,) = self.studio.songs().values()
        self._before = self._state()

    def put_back(self) -> None:
        """Put the studio back as it was."""
        self.close()
        self._open()

    def close(self) -> None:
        """Close the studio."""
        self.studio.warns_of_head = False
        self.studio.__exit__(None, None, None)

    def take(self, reader: Reader, data: bytes) -> bool:
        """Let a reader read a file; returns whether it could.

        Raises:
            Finding: if it raised an error that isn't ours or isn't one line, or refused the file
                and yet left an event or a file.
            Exception: what it raised that isn't ours.
        """
        path = self.given / reader.file
        path.unlink(missing_ok=True)  # to write over it would wait for the disk
        path.write_bytes(data)
        try:
            with warnings.catch_warnings(), temporary_files_in(self._temporary):
                warnings.simplefilter("ignore")
                is_read = bool(reader.read(self, path))
        except Exception as error:
            if not is_ours(error):
                self._open()
                raise
            is_read = False
            require_a_line(error)
        after = self._state()
        if after != self._before:
            self.close()
            before, _ = self._before, self._open()
            if not is_read:
                changed = sorted(map(str, set(after) ^ set(before)))
                raise Finding(f"it was refused, and changed {', '.join(changed)}")
        return is_read

    def _state(self) -> tuple[object, ...]:
        """The end of the log, and the files that there are with their sizes."""
        roots = (self._folder, self.given, self._temporary)
        found = sorted(each for root in roots for each in _files(root))
        files = (each for each in found if Path(each[0]).parent != self.given)
        return (self.studio.log.head(), *files)


def _files(folder: str | Path) -> Iterator[tuple[str, int]]:
    """Path and size of each file below a folder, without the database's."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files(entry.path)
        elif ".db" not in entry.name:
            yield entry.path, entry.stat().st_size


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Let temporary files lie in a folder, where those that are left behind are found."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def require_a_line(error: Exception) -> None:
    """Require that an error is one of ours, and says what is wrong in one line."""
    if not is_ours(error):
        raise error
    text = str(error)
    if not text.strip() or len(text.splitlines()) != 1:
        raise Finding(f"{type(error).__name__} is {len(text.splitlines())} lines: {text!r}")
