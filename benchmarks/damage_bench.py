"""Damage to each file of a studio: ``python -m benchmarks damage [--times N] [--only TEXT]``.

A studio has approved parts with their files, a model, an arrangement and a signature. Each of its
files but the cache is damaged N times, in a copy: random bytes in a page, a bit, zeros, a cut, the
file gone. Then ``engine doctor`` must mend it, so that it is well the next
time, or say in a line what is wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np

from engine.cli import run
from engine.models.promotion import model_for_runs
from engine.proposals import demo_paths
from engine.state.location import DATABASE_NAME
from engine.state.studio import Studio

TIMES = 100
PAGE_BYTES = 4096  # of SQLite
SAID = ("problem: ", "error: ", "warning: ")

# What became of a damage.
MENDED, NAMED, UNNOTICED, UNCHANGED = "mended", "named", "not noticed", "not changed"
OUTCOMES = (MENDED, NAMED, UNNOTICED, UNCHANGED)

SMALL = ("--bars", "4", "--population", "8", "--generations", "1", "--keep", "4", "--no-model")


class Wrong(AssertionError):
    """What the doctor must not make of a damaged studio."""


def type_in(folder: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command line."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("default")
        code = run(["--studio", str(folder), *words])
    return code, out.getvalue(), err.getvalue()


def log_of(folder: Path) -> tuple[int, str, str]:
    """The events of a studio, as the command line shows them."""
    return type_in(folder, "log", "--json", "--limit", "999")


def _page(data: bytearray, at: int, rng: np.random.Generator) -> None:
    start = at // PAGE_BYTES * PAGE_BYTES
    page = slice(start, start + PAGE_BYTES)
    data[page] = rng.bytes(len(data[page]))


def _bits(data: bytearray, at: int, rng: np.random.Generator) -> None:
    data[at] ^= int(rng.integers(1, 256))


def _zeros(data: bytearray, at: int, _: np.random.Generator) -> None:
    data[at : at + 64] = bytes(len(data[at : at + 64]))


def _cut(data: bytearray, at: int, _: np.random.Generator) -> None:
    del data[at:]


WAYS: dict[str, Callable[[bytearray, int, np.random.Generator], None] | None] = {
    "page": _page,
    "bits": _bits,
    "zeros": _zeros,
    "cut": _cut,
    "gone": None,
}


def damage(path: Path, way: str, rng: np.random.Generator) -> bool:
    """Damage a file; returns whether that changed it."""
    before = path.read_bytes()
    data = bytearray(before)
    change = WAYS[way]
    path.unlink()
    if change is None:
        return True
    if data:
        change(data, int(rng.integers(len(data))), rng)
    path.write_bytes(data)
    return bytes(data) != before


@dataclass(frozen=True, slots=True)
class Whole:
    """A studio that nothing is wrong with.

    Attributes:
        folder: where it is.
        log: its events, as the command line shows them.
        said: what the doctor says of it.
    """

    folder: Path
    log: tuple[int, str, str]
    said: frozenset[str]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Look at a studio."""
        code, out, err = type_in(folder, "doctor")
        if code:
            raise Wrong(f"nothing was damaged, and doctor ended with {code}: {out}{err}")
        return cls(folder, log_of(folder), frozenset(_lines(folder, out + err)))


def examine(folder: Path, whole: Whole) -> str:
    """Let the doctor look at a damaged studio; returns what became of the damage.

    Raises:
        Wrong: if it fails, is silent, says that all is well and the log is another one, or mends
            something again the next time.
    """
    code, out, err = type_in(folder, "doctor")
    if "Traceback" in out + err or "again with --debug" in out + err or code not in {0, 1, 2}:
        raise Wrong(f"doctor failed: {code} {err.strip()[-300:]}")
    lines = [line for line in _lines(folder, out + err) if line not in whole.said]
    said = [line for line in lines if line.startswith(SAID)]
    if code:
        if not said:
            raise Wrong(f"doctor ended with {code} and named nothing: {lines}")
        return NAMED
    again, out, err = type_in(folder, "doctor")
    mended = [line for line in out.splitlines() if line.startswith("mended")]
    if again or mended:
        raise Wrong(f"doctor called it well, and the next time {again}: {(out + err)[-300:]}")
    if log_of(folder) != whole.log:
        raise Wrong("doctor called it well, and the log is another one")
    if said:
        return NAMED
    return MENDED if any(line.startswith("mended") for line in lines) else UNNOTICED


def _lines(folder: Path, text: str) -> list[str]:
    return [line.replace(str(folder), "") for line in text.splitlines()]


def try_file(whole: Whole, name: str, way: str, seed: int) -> str:
    """Damage one file of a copy of a studio; returns what became of it. See ``examine``."""
    with TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(whole.folder, Path(scratch) / "studio"))
        if not damage(folder / name, way, np.random.default_rng(seed)):
            return UNCHANGED
        found = examine(folder, whole)
        if found != UNNOTICED or not (folder / name).is_file():
            return found
        is_back = (folder / name).read_bytes() == (whole.folder / name).read_bytes()
        return MENDED if is_back else UNNOTICED


def files_of(whole: Path) -> list[str]:
    """The files of a studio by their paths from its folder, without what can be made again."""
    paths = [path for path in sorted(whole.rglob("*")) if path.is_file()]
    names = [path.relative_to(whole).as_posix() for path in paths]
    return [name for name in names if not name.startswith((".", f"{DATABASE_NAME}-", "cache"))]


def make_studio(folder: Path) -> None:
    """Make the studio in a new folder."""
    green = next(path for path in demo_paths() if path.stem == "green")
    _done(folder, "songs", "add", str(green))
    for seed, section in enumerate(("verse", "chorus"), 1):
        evolve = ("evolve", "--song", "meadow", "--section", section, "--seed", str(seed), *SMALL)
        _done(folder, *evolve)
        listed = json.loads(_done(folder, "review", "--all", "--json"))
        of_section = [row["id"] for row in listed if row["section"]["label"] == section]
        _done(folder, "approve", of_section[0])
    _done(folder, "arrange", "--song", "meadow", "--audio", "none")
    with Studio.open(folder) as studio:
        model_for_runs(studio, None)
    _done(folder, "sign", "--key", str(folder.with_name("key.pem")))
    _done(folder, "doctor")


def _done(folder: Path, *words: str) -> str:
    code, out, err = type_in(folder, *words)
    if code:
        raise RuntimeError(f"engine {' '.join(words)}: {err}")
    return out


def damages(times: int, seed: int, whole: Whole, only: str) -> Iterator[tuple[str, str]]:
    """Damage each file of a studio so often; gives its name and what became of each damage."""
    ways = list(WAYS)
    for name in (each for each in files_of(whole.folder) if only in each):
        for number in range(times):
            # A file is gone in one way only: the other damages are of the other kinds.
            way = "gone" if number == 0 else ways[number % (len(ways) - 1)]
            try:
                yield name, try_file(whole, name, way, seed + number)
            except Wrong as wrong:
                yield name, f"{way}, seed {seed + number}: {wrong}"


def main(arguments: Sequence[str]) -> None:
    """Print a table with a line for each file, and everything that was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks damage")
    parser.add_argument("--times", type=int, default=TIMES, help=f"of each file [{TIMES}]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="only files whose paths hold this")
    asked = parser.parse_args(arguments)
    print(
        f"| file | {' | '.join(OUTCOMES)} | wrong |\n|{' --- |' * (len(OUTCOMES) + 2)}", flush=True
    )
    wrong: list[str] = []
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "studio")
        make_studio(folder)
        tried = damages(asked.times, asked.seed, Whole.of(folder), asked.only)
        for name, results in groupby(tried, itemgetter(0)):
            counts = Counter(what for _, what in results)
            known = [counts.pop(what, 0) for what in OUTCOMES]
            wrong += [f"{name}, {what}" for what in counts]
            print(
                f"| {name} | {' | '.join(map(str, known))} | {sum(counts.values())} |", flush=True
            )
    print("", *wrong, sep="\n")
    sys.exit(bool(wrong))
