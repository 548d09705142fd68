"""Hostile files for every reader: ``python -m benchmarks.fuzz [READER …] [--seconds N]``.

A file is read or refused: no traceback, no message of several lines, no event and no other file of
what was refused, no hang and no more than some memory. Files are made by atheris (libFuzzer), which
changes whole ones and goes on with those that reach code that none before had reached. What is
found is kept in a folder, one file for each fault, to become a fixture in ``tests/engine/fuzzed``.
atheris is there for Linux: ``pip install composition-engine[fuzz]``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fuzz.readers import READERS
from benchmarks.fuzz.room import make_studio
from engine.child_process import environment

SECONDS, RUNS = 60, 20_000  # of each reader, at most
MEMORY = Path("/dev/shm")  # noqa: S108 - where files cost little

_COVERED = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+)")


def outcome(out: Path, code: int) -> tuple[int, int, list[str]]:
    """How many files a reader read, how many edges of the code they reached, and what was found.

    Args:
        out: its folder.
        code: that its process ended with.
    """
    said = (out / "said.txt").read_text("utf-8", "replace")
    covered = _COVERED.findall(said)
    read, edges = map(int, covered[-1]) if covered else (0, 0)
    found = [path.read_text("utf-8").splitlines()[0] for path in sorted(out.glob("found-*.txt"))]
    found += [path.name for kind in ("crash", "timeout", "oom") for path in out.glob(f"{kind}-*")]
    if code and not found:
        found.append(f"it ended with {code}: see {out / 'said.txt'}")
    return read, edges, found


def main() -> None:
    """Fuzz the readers, and print a row for each; exit code 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("reader", nargs="*", help=", ".join(READERS))
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each reader, at most")
    parser.add_argument("--runs", type=int, default=RUNS, help="files for each reader, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="where files that were found are kept")
    asked = parser.parse_args()
    out = asked.out or Path(tempfile.mkdtemp(prefix="fuzz-"))
    limits = f"-runs={asked.runs} -max_total_time={asked.seconds} -seed={asked.seed}"
    out.mkdir(parents=True, exist_ok=True)
    total, faults = 0, 0
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        whole = Path(folder) / "whole"
        make_studio(whole)
        words = [str(whole), str(out), limits, *(asked.reader or READERS)]
        command = [sys.executable, "-u", "-m", "benchmarks.fuzz.guided", *words]
        within = {**environment(), "TMPDIR": folder}
        print(f"{'reader':16}{'files':>8}{'edges':>8}{'found':>8}{'seconds':>9}", flush=True)
        begun = time.perf_counter()
        with (
            (out / "said.txt").open("w") as said,
            subprocess.Popen(
                command, env=within, stdout=subprocess.PIPE, stderr=said, text=True
            ) as running,
        ):
            for line in running.stdout or ():
                code, _, name = line.strip().partition(" ")
                read, edges, found = outcome(out / name.replace(" ", "-"), int(code))
                seconds, begun = time.perf_counter() - begun, time.perf_counter()
                print(f"{name:16}{read:8}{edges:8}{len(found):8}{seconds:9.0f}", flush=True)
                for fault in found:
                    print(f"  {fault}", flush=True)
                total, faults = total + read, faults + len(found)
    print(f"{'all':16}{total:8}{'':8}{faults:8}   in {out}")
    sys.exit(bool(faults or running.returncode))


if __name__ == "__main__":
    main()
