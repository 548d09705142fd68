"""All figures in one table, each beside a yardstick that took turns with it.

``python -m benchmarks [--json FILE] [--cache FILE]`` measures for some minutes and prints;
``python -m benchmarks --page FILE`` draws the page of the documentation from such a file and
measures nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.turns import Compared, shown, table

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "compared.md"
EXTRA = "pip install 'composition-engine[benchmarks]'"
# Modules with ``rows``: each is imported when its turn comes, and may need a library that is
# an extra.
MODULES = ("scoring_bench", "limits_bench", "roll_bench", "store_bench", "evaluations_bench")
# Yardsticks that a module leaves out by itself where they aren't installed.
OPTIONAL = ("eventsourcing",)

INTRODUCTION = """\
# Beside others

Drawn by `python -m benchmarks --page FILE` from what `python -m benchmarks --json FILE` measured.
Every figure and its yardstick took turns in one process: the ratio is the median of the ratios
round by round, its spread the lowest and the highest, so that it holds on a busy machine too.
*Processor* is the same in processor time, in which nobody waits for the disk or for another
program. Of parts scored fewer are better, and the ratios and intervals are over songs, of
`python -m benchmarks evaluations`; of everything else more is better.
"""

Report = dict[str, Any]


def load() -> float | None:
    """How many processes want a processor, mean of the last minute; None where none tells."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def measured(sources: dict[str, Callable[[], list[Compared]]]) -> Report:
    """Everything, with the machine and what was left out and why."""
    began, rows, left_out = load(), [], []
    for name, source in sources.items():
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        try:
            rows += source()
        except ModuleNotFoundError as error:
            left_out.append(f"{name}: it needs {error.name}: {EXTRA}")
    left_out += [f"{name}: {EXTRA}" for name in OPTIONAL if not find_spec(name)]
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}",
        "load": [began, load()],
        "rows": [asdict(row) for row in rows],
        "left out": left_out,
    }


def sources(cache: Path | None, *, is_full: bool) -> dict[str, Callable[[], list[Compared]]]:
    """What is measured, by name; modules are imported when they are called."""

    def rows_of(module: str) -> list[Compared]:
        given = {"cache": cache, "is_full": is_full} if module == "evaluations_bench" else {}
        found: list[Compared] = import_module(f"benchmarks.{module}").rows(**given)
        return found

    return {module: partial(rows_of, module) for module in MODULES}


def rows_of(report: Report) -> list[Compared]:
    """The rows of a report."""
    return [Compared(**row) for row in report["rows"]]


def conditions(report: Report) -> str:
    """Where and when it was measured, and beside how much else."""
    began, ended = ("unknown" if each is None else each for each in report["load"])
    return f"Measured {report['day']} on {report['machine']}; load {began} before, {ended} after."


def printed(report: Report) -> str:
    """The report for the terminal."""
    left_out = [f"left out: {each}" for each in report["left out"]]
    return "\n".join([conditions(report), table(rows_of(report)), *left_out])


def page(report: Report) -> str:
    """The page of the documentation."""
    lines = [
        INTRODUCTION,
        conditions(report),
        "",
        "| what | ours | beside | theirs | unit | ratio (spread) | processor | wanted |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows_of(report):
        busy = "" if row.processor is None else f"{row.processor:.2f}"
        lines.append(
            f"| {row.what} | {shown(row.ours)} | {row.beside} | {shown(row.theirs)} | {row.unit} | "
            f"{row.ratio:.2f} ({row.lowest:.2f} to {row.highest:.2f}) | {busy} | {row.wanted} |"
        )
    lines += ["", *(f"Left out: {each}." for each in report["left out"])]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file for what is measured")
    parser.add_argument("--cache", type=Path, metavar="FILE", help="of `evaluations --cache`")
    parser.add_argument("--full", action="store_true", help="evaluations in full; hours")
    parser.add_argument("--page", type=Path, metavar="FILE", help="draw the page from such a file")
    options = parser.parse_args(arguments)
    if options.page:
        PAGE.write_text(page(json.loads(options.page.read_text("utf-8"))), "utf-8")
        return
    report = measured(sources(options.cache, is_full=options.full))
    print(printed(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")
