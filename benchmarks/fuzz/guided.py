"""Readers under atheris: libFuzzer mutates their files, guided by what of the code they reach.

The code that is followed is imported once; each reader is a fork, which libFuzzer ends. Whatever is
found goes on, under a name made of where it was raised, so that one fault is found once and does
not hide the next.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import atheris

FOLLOWED = ["documents", "engine", "fitness", "genomes", "store", "training", "yaml"]
with atheris.instrument_imports(FOLLOWED):
    from benchmarks.fuzz.readers import READERS
    from benchmarks.fuzz.room import Reader, Room

HANG_S, MEMORY_MB, MOST_BYTES = 60, 3000, 1 << 19


def place_of(error: BaseException) -> str:
    """Where of our code an error was raised, and its type: names the fault."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame
        for frame in frames
        if "site-packages" not in frame.filename and Path(frame.filename).parent.name != "fuzz"
    ]
    last = (ours or frames)[-1]
    return f"{type(error).__name__} in {Path(last.filename).stem}.{last.name}:{last.lineno}"


def guided(reader: Reader, whole: Path, out: Path, limits: list[str]) -> None:
    """Let a reader read file after file; findings are written to a folder, one of each kind.

    Args:
        reader: the reader.
        whole: a studio that ``room.make_studio`` made.
        out: the folder.
        limits: options of libFuzzer.
    """
    room = Room(Path(tempfile.mkdtemp()), whole)
    corpus, words = out / "corpus", out / "words.txt"
    corpus.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(FOLLOWED):
        for data in reader.seeds(room):  # modules that are imported only now are followed too
            with suppress(Exception):
                room.take(reader, data)
            (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    escaped = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in reader.words)
    words.write_text("".join(f'"{line}"\n' for line in escaped))
    known: set[str] = set()

    def one(data: bytes) -> None:
        try:
            room.take(reader, data)
        except Exception as error:
            place = place_of(error)
            if place not in known:
                known.add(place)
                keep(out, place, data, error)

    options = [
        *(f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}", f"-max_len={MOST_BYTES}"),
        *(f"-dict={words}", f"-artifact_prefix={out}/", "-len_control=0", *limits),
    ]
    atheris.Setup(["fuzz", *options, str(corpus)], one)
    atheris.Fuzz()


def keep(out: Path, place: str, data: bytes, error: BaseException) -> None:
    """Write a file that was found, and what it leads to."""
    digest = hashlib.sha256(place.encode()).hexdigest()[:8]
    (out / f"found-{digest}.bin").write_bytes(data)
    text = "".join(traceback.format_exception(error))
    (out / f"found-{digest}.txt").write_text(f"{place}\n{text}", "utf-8", "replace")


def main(arguments: list[Any]) -> None:
    """Fork for each reader that is named, and print its name when it is done."""
    whole, out, limits, *names = arguments
    for name in names:
        folder = Path(out) / name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        child = os.fork()
        if child == 0:
            said = os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 2)
            os.dup2(2, 1)
            try:
                guided(READERS[name], Path(whole), folder, limits.split())
            except BaseException as error:
                keep(folder, place_of(error), b"", error)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        print(f"{os.waitstatus_to_exitcode(status)} {name}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
