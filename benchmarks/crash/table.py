"""What came of all disturbances: a line of JSON for each, and a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.crash.disturbing import FAULT, KILL
from benchmarks.crash.scenarios import SCENARIOS
from benchmarks.crash.trial import WRONGS, Trial

COLUMNS = ("command", "kills", "faults", *WRONGS)
TOLD, OF_EACH = 40, 3

PAGE = """# Kills and faults

Commands that were killed, whose disk failed, or whose database's server crashed, each in a studio
of its own, gone on with as a person would, and compared with the same command undisturbed; see
[what is guaranteed](guarantees.md#kills-and-faults). This page is written by

    {command}

{table}
"""


def report(trials: Sequence[Trial]) -> str:
    """The table, what its columns mean, and what was wrong."""
    told = [f"{_named(trial)}: {_told(trial)}" for trial in trials if trial.wrongs]
    return "\n".join([table(trials), "", *told[:TOLD]])


def table(trials: Sequence[Trial]) -> str:
    """A Markdown table with a line for each command, and what its columns mean."""
    by_command: dict[str, list[Trial]] = {scenario.name: [] for scenario in SCENARIOS}
    for trial in trials:
        by_command[trial.command].append(trial)
    rows = [_row(name, some) for name, some in by_command.items() if some]
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *rows, _row("all", trials)]
    drawn = [f"| {' | '.join(line)} |" for line in lines]
    meaning = [f"- {name}: {words}" for name, words in WRONGS.items()]
    return "\n".join([*drawn, "", *meaning])


def write_page(trials: Sequence[Trial], path: Path, command: str) -> None:
    """Write the table as a page of the documentation, with the command that makes it."""
    path.write_text(PAGE.format(command=command, table=table(trials)), "utf-8")


def read_trials(path: Path) -> list[Trial]:
    """The disturbances that were written to a file; none where there is no file."""
    lines = path.read_bytes().splitlines() if path.is_file() else []
    return [msgspec.json.decode(line, type=Trial) for line in lines]


def add_trial(trial: Trial, path: Path) -> None:
    """Write a disturbance behind those that are in a file."""
    with path.open("ab") as file:
        file.write(msgspec.json.encode(trial) + b"\n")


def _told(trial: Trial) -> str:
    first, more = trial.wrongs[:OF_EACH], len(trial.wrongs) - OF_EACH
    return "; ".join(map(": ".join, first)) + (f"; and {more} more" if more > 0 else "")


def _named(trial: Trial) -> str:
    again = "" if trial.again is None else f", again at {trial.again:.0%}"
    return f"{trial.command}, {trial.disturbance}{again}"


def _row(name: str, trials: Sequence[Trial]) -> tuple[str, ...]:
    kinds = Counter(trial.kind for trial in trials)
    wrongs = Counter(wrong for trial in trials for wrong in {what for what, _ in trial.wrongs})
    counts = (kinds[KILL], kinds[FAULT], *(wrongs[wrong] for wrong in WRONGS))
    return (name, *map(str, counts))
