"""Runs a training step on a remote machine: sends its inputs, calls it, fetches its outputs.

The remote machine keeps the folder between runs, so that an interrupted step resumes there and only
changed files are sent.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from fitness.errors import FitnessError
from training.atomic_files import replacing
from training.commands import data, models
from training.progress import Progress

HELD = "held.json"  # what was sent: the hash of each file
TABLES = ("base_manifest.parquet", "training_segments.parquet", "training_full.parquet")
VECTORS = ("training_data_*.parquet", "concept_variants.npz", "embeddings.json")
ROLLS = ("rolls.npz", "rolls.json")
# What was encoded of one folder before; a kill leaves files of other names beside it.
CACHED = "embeddings/*/vectors.npy"
HASH_CHARS = 12  # of a folder's path, in its remote name

FOLDER = "FOLDER:"  # stands for the training folder in what is sent back

Hashes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """The files of a step, as patterns in the training folder.

    Attributes:
        takes: what it reads.
        gives: what it makes.
        local: options that name files of this machine, which can't be sent.
    """

    takes: tuple[str, ...]
    gives: tuple[str, ...]
    local: tuple[str, ...] = ()


STEPS = {
    "embed": Moved(
        takes=(*TABLES, "slices/*.flac", "slices/*.wav", CACHED),
        gives=(*VECTORS, CACHED),
        local=("text_encoder", "audio_encoder"),
    ),
    "rolls": Moved(takes=(*TABLES, "slices/*.mid"), gives=ROLLS),
    "fit": Moved(
        takes=(*TABLES, *VECTORS, *ROLLS, "tuned.json"),
        gives=("fit/model.pt", "report/*"),
        local=("settings",),
    ),
    "export": Moved(takes=("fit/model.pt",), gives=("fusion.*", "MODEL_CARD.md")),
}


COMMANDS = {step.name: step for step in (data.EMBED, data.ROLLS, models.FIT, models.EXPORT)}


class Machine(Protocol):
    """Where a step is done."""

    def read(self, path: str) -> Iterator[bytes]:
        """A file that lies there.

        Raises:
            FileNotFoundError: if there is none.
        """

    def put(self, files: Mapping[str, Path | bytes]) -> None:
        """Put files there, or bytes, by the path that they have there."""

    def work(self, command: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """Do ``perform`` there, in the folder with this name; gives what it gives."""


def perform(
    command: str, folder: Path, options: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Do a step in a folder: what is called on the other machine, and by tests on this one.

    Returns:
        ``result`` of the step, and ``files``: the hash of each that it gives; or ``refused``, the
        reason why it can't be done, which trying again wouldn't change.
    """
    here = {"folder": folder, "out": None, "on": "local", "no_track": True}
    folder.mkdir(parents=True, exist_ok=True)  # where nothing was there to send
    try:
        result = COMMANDS[command].run(argparse.Namespace(**{**options, **here}), progress)
    except (FileNotFoundError, ValueError, FitnessError) as error:
        return {"refused": str(error).replace(str(folder), FOLDER)}
    return {
        "result": _with_folder(result, str(folder), ""),
        "files": hashes(folder, STEPS[command].gives),
    }


def run_remotely(
    command: str, folder: Path, options: argparse.Namespace, machine: Machine, progress: Progress
) -> dict[str, Any]:
    """Do a step on another machine, as if it were done here.

    Raises:
        ValueError: if an option names a file that is only here, or the step was refused there.
        OSError: if what comes back isn't what was made.
    """
    moved = STEPS[command]
    sent = _sent(moved, options)
    name = name_of(folder)
    wanted = hashes(folder, moved.takes)
    held = _held(machine, name)
    changed = {path: folder / path for path, found in wanted.items() if held.get(path) != found}
    if changed:
        progress(f"sending {len(changed)} files")
        machine.put({f"{name}/{path}": source for path, source in changed.items()})
        _hold(machine, name, held | wanted)
    progress(f"{command} on another machine")
    answer = machine.work(command, name, sent)
    if "refused" in answer:
        raise ValueError(answer["refused"].replace(FOLDER, str(folder)))
    files: Hashes = answer["files"]
    here = hashes(folder, moved.gives)
    missing = [path for path, found in files.items() if here.get(path) != found]
    progress(f"fetching {len(missing)} files")
    for path in missing:
        _fetch(machine, name, path, folder, files[path])
    _hold(machine, name, held | wanted | files)
    result: dict[str, Any] = _with_folder(answer["result"], "", str(folder))
    return result


def name_of(folder: Path) -> str:
    """Of a folder, on the other machine: others of the same name have another."""
    where = folder.resolve()
    return f"{where.name}-{hashlib.sha256(where.as_posix().encode()).hexdigest()[:HASH_CHARS]}"


def hashes(folder: Path, patterns: Iterable[str]) -> Hashes:
    """SHA-256 of every file that a pattern finds, by its path in the folder."""
    found: Hashes = {}
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                found[path.relative_to(folder).as_posix()] = digest
    return found


def _sent(moved: Moved, options: argparse.Namespace) -> dict[str, Any]:
    """What was typed, as plain values."""
    for name in moved.local:
        value = getattr(options, name, None)
        if value is not None and Path(value).exists():
            option = name.replace("_", "-")
            raise ValueError(f"--{option} {value}: lies on this machine alone; not with --on modal")
    plain = str | int | float | None
    return {name: value for name, value in vars(options).items() if isinstance(value, plain)}


def _held(machine: Machine, name: str) -> Hashes:
    try:
        return msgspec.json.decode(b"".join(machine.read(f"{name}/{HELD}")), type=Hashes)
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _hold(machine: Machine, name: str, held: Hashes) -> None:
    machine.put({f"{name}/{HELD}": msgspec.json.encode(held, order="sorted")})


def _fetch(machine: Machine, name: str, path: str, folder: Path, expected: str) -> None:
    target = (folder / path).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise OSError(f"{path}: not a file of {folder}")
    found = hashlib.sha256()
    with replacing(target) as waiting:
        with waiting.open("wb") as file:
            for piece in machine.read(f"{name}/{path}"):
                found.update(piece)
                file.write(piece)
        if found.hexdigest() != expected:
            raise OSError(f"{path}: what came back isn't what was made; run it again")


def _with_folder(value: Any, before: str, after: str) -> Any:
    """A result with its folder taken out, or with another one put in."""
    if isinstance(value, dict):
        return {name: _with_folder(one, before, after) for name, one in value.items()}
    if isinstance(value, str) and before and value.startswith(before):
        return FOLDER + value[len(before) :]
    if isinstance(value, str) and after and value.startswith(FOLDER):
        return after + value[len(FOLDER) :]
    return value
