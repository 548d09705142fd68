"""Finds proposals in files, lists, thread folders, folders with an index, and other folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

from documents.findings import UnreadableError, one_line, shown
from documents.yaml_files import A_FILE
from engine.proposals.overrides import NO_OVERRIDES, Overrides
from engine.proposals.reader import MANIFEST, THREAD_SONGS, Reader, Reading, Update
from engine.proposals.shapes import (
    INDEX_FIELD,
    REQUIRED_FIELD,
    THREAD_FIELD,
    index_rows,
    thread_id_in,
)

INDEX = "index.yml"
YAML_SUFFIXES = frozenset({".yml", ".yaml"})
A_THREAD = f"the name of a folder beside {INDEX}"


def read(
    paths: Iterable[str | os.PathLike[str]],
    overrides: Overrides = NO_OVERRIDES,
    update: Update = lambda _count, _file: None,
) -> Reading:
    """Read every song proposal in these files and folders.

    Args:
        paths: proposals, list documents, thread folders, roots with an index, or other folders.
        overrides: values that replace fields of every song, even unreadable ones.
        update: called with how many files were looked at, and the one that is next.

    Returns:
        proposals, refusals and skipped files. Unreadable files are refusals, not errors.
    """
    reader = Reader(overrides, update)
    for given in paths:
        path = Path(given)
        if _is_folder(path):
            _read_given_folder(reader, path)
        else:
            reader.read_file(path, printable(_label(path)), is_named=True)
    return reader.reading()


def printable(name: str | PurePosixPath) -> str:
    """A file name as one line of valid Unicode, for terminals and databases."""
    return one_line(os.fsencode(str(name)).decode(errors="replace"))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder, its name for messages, and its visible YAML files, sorted."""

    path: Path
    label: PurePosixPath
    files: tuple[str, ...]

    def read_file(self, reader: Reader, name: str, thread_id: str | None) -> int:
        return reader.read_file(self.path / name, self.name_of(name), thread_id=thread_id)

    def name_of(self, name: str) -> str:
        return printable(self.label / name)


def _read_given_folder(reader: Reader, path: Path) -> None:
    label = _label(path)
    seen = reader.files_seen
    _read_tree(reader, path, label, None)
    if reader.files_seen == seen:
        nothing = UnreadableError("file", "is a folder without YAML files", A_FILE)
        reader.refuse(printable(label), nothing)


def _read_tree(reader: Reader, root: Path, label: PurePosixPath, thread_id: str | None) -> int:
    """Read a folder and its subfolders; returns the number of songs, readable or not."""
    songs = 0
    for folder, subfolders in _walk(reader, root, label):
        if INDEX in folder.files and _read_index(reader, folder):
            subfolders.clear()
            continue
        found = _read_thread(reader, folder, thread_id) if MANIFEST in folder.files else None
        if found is not None:
            subfolders.clear()
        else:
            found = sum(folder.read_file(reader, name, thread_id) for name in folder.files)
        songs += found
    return songs


def _walk(reader: Reader, root: Path, label: PurePosixPath) -> Iterator[tuple[_Folder, list[str]]]:
    """Walk a folder tree from the top; clear the list of subfolders to skip them."""

    def refuse(error: OSError) -> None:
        place = label / Path(error.filename).relative_to(root).as_posix()
        problem = UnreadableError("file", f"can't be read: {error.strerror}", A_FILE)
        reader.refuse(printable(place), problem)

    for place, subfolders, names in os.walk(root, onerror=refuse):
        path = Path(place)
        here = label / path.relative_to(root).as_posix()
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        yield _Folder(path, here, tuple(sorted(filter(_is_visible_yaml, names)))), subfolders
        for name in subfolders:
            if (path / name).is_symlink():  # it could be a cycle
                reader.skip(printable(here / name))


def _read_thread(reader: Reader, folder: _Folder, thread_id: str | None) -> int | None:
    """Read a thread folder and return its number of songs; None if it is no thread folder.

    Its songs are in the subfolder ``yml``, and the manifest is a summary of them; without songs,
    the manifest itself is the song.
    """
    manifest = reader.load_with(
        folder.path / MANIFEST, folder.name_of(MANIFEST), THREAD_FIELD, REQUIRED_FIELD
    )
    thread_songs = folder.path / THREAD_SONGS
    if thread_id_in(manifest) is None and not thread_songs.is_dir():
        return None
    thread_id = thread_id_in(manifest) or thread_id
    other_files = [name for name in folder.files if name != MANIFEST]
    songs = sum(folder.read_file(reader, name, thread_id) for name in other_files)
    if thread_songs.is_dir():
        songs += _read_tree(reader, thread_songs, folder.label / THREAD_SONGS, thread_id)
    if songs or manifest is None:
        return songs
    return folder.read_file(reader, MANIFEST, thread_id)


def _read_index(reader: Reader, folder: _Folder) -> bool:
    """Read the threads that an index lists; False if it is no index."""
    rows = index_rows(reader.load_with(folder.path / INDEX, folder.name_of(INDEX), INDEX_FIELD))
    if rows is None:
        return False
    for item, row in enumerate(rows, start=1):
        try:
            _read_row(reader, folder, row)
        except UnreadableError as problem:
            reader.refuse(folder.name_of(INDEX), problem, item)
    for name in folder.files:
        if name != INDEX:
            reader.skip(folder.name_of(name))
    return True


def _read_row(reader: Reader, folder: _Folder, row: Any) -> None:
    name = row.get("directory") if isinstance(row, dict) else row
    if not isinstance(name, str) or name in {"", ".", ".."} or {"/", "\\", "\0"} & set(name):
        raise UnreadableError("directory", shown(name), A_THREAD)
    if not _is_folder(folder.path / name):
        raise UnreadableError("directory", f"{shown(name)} does not exist", A_THREAD)
    if (folder.path / name).is_symlink():  # it could be a cycle
        raise UnreadableError("directory", f"{shown(name)} is a link", A_THREAD)
    _read_tree(reader, folder.path / name, folder.label / name, thread_id_in(row))


def _is_visible_yaml(name: str) -> bool:
    return Path(name).suffix.lower() in YAML_SUFFIXES and not name.startswith(".")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no permission for its parent, or no valid path
        return False


def _label(path: Path) -> PurePosixPath:
    """Name of a path for messages: a relative path as given; of any other path only the name."""
    if not path.is_absolute() and ".." not in path.parts:
        return PurePosixPath(path.as_posix())
    return PurePosixPath(path.name if path.name != ".." else path.resolve().name)


def demo_paths() -> tuple[Path, ...]:
    """Files of the nine demo proposals, sorted by name."""
    return tuple(sorted(_shipped("demo_songs").glob("*.yml")))


def tutorial_paths() -> tuple[Path, ...]:
    """The files that the tutorial uses, sorted by name: a proposal, its words, and a bass part."""
    return tuple(sorted(path for path in _shipped("tutorial").iterdir() if path.is_file()))


def _shipped(folder: str) -> Path:
    return Path(str(files("engine.proposals").joinpath(folder)))
