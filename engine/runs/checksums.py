"""Checksums of the files of a run, in a file beside them that ``sha256sum --check`` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.state.files import file_sha256, write_whole

CHECKSUMS = ".sha256"

_LINE = re.compile(r"([0-9a-f]{64})  ([^/\\]+)")


@contextmanager
def listed(folder: Path, paths: Sequence[Path]) -> Iterator[None]:
    """List those of the files that the block writes, and those that aren't listed yet.

    A file that is listed and there isn't written anew, so its checksum stays: it may have been
    edited since.
    """
    known, _ = _read(folder)
    new = [path for path in paths if path.name not in known or not path.exists()]
    yield
    found = {path.name: file_sha256(path) for path in new}
    lines = known | {name: sha256 for name, sha256 in found.items() if sha256 is not None}
    if lines != known:
        text = "".join(f"{lines[name]}  {name}\n" for name in sorted(lines))
        write_whole(folder / CHECKSUMS, text.encode())


def list_anew(folder: Path, paths: Sequence[Path]) -> bool:
    """List those of the files that aren't, as they are; returns whether there were any.

    Their list is gone or was cut, or the folder was made before there were lists.
    """
    known, _ = _read(folder)
    if all(path.name in known or not path.exists() for path in paths):
        return False
    with listed(folder, paths):
        pass
    return True


def edited(folder: Path) -> list[str]:
    """Names of the listed files that are there and not as they were written.

    The list itself is among them if it was damaged.
    """
    known, is_whole = _read(folder)
    changed = [name for name in known if file_sha256(folder / name) not in {None, known[name]}]
    return changed if is_whole else [CHECKSUMS, *changed]


def _read(folder: Path) -> tuple[dict[str, str], bool]:
    """The checksums by the names of the files, and whether every line of the list is one."""
    path = folder / CHECKSUMS
    text = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    return {line[2]: line[1] for line in lines if line}, all(lines)
