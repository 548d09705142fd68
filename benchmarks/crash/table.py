"""What came of all disturbances, as a table for people and as JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.crash.disturbing import FAULT, KILL
from benchmarks.crash.trial import WRONGS, Trial

COLUMNS = ("command", "kills", "faults", *WRONGS)
TOLD, OF_EACH = 40, 3


def report(trials: Sequence[Trial]) -> str:
    """A Markdown table with a line for each command, and what was wrong."""
    by_scenario: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_scenario[trial.disturbance.scenario.name].append(trial)
    rows = [_row(name, some) for name, some in by_scenario.items()]
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *rows, _row("all", trials)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    wrong = [trial for trial in trials if trial.wrongs]
    told = [f"{_named(trial)}: {_told(trial)}" for trial in wrong]
    meaning = [f"{name}: {words}" for name, words in WRONGS.items()]
    return "\n".join([table, "", *meaning, "", *told[:TOLD]])


def write_json(trials: Sequence[Trial], path: Path) -> None:
    """Write every disturbance and what came of it."""
    told = [
        {
            "command": trial.disturbance.scenario.name,
            "kind": trial.disturbance.kind,
            "disturbance": trial.disturbance.words,
            "killed_again": trial.disturbance.again,
            "code": trial.code,
            "wrongs": [list(wrong) for wrong in trial.wrongs],
        }
        for trial in trials
    ]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told)))


def _told(trial: Trial) -> str:
    first, more = trial.wrongs[:OF_EACH], len(trial.wrongs) - OF_EACH
    return "; ".join(map(": ".join, first)) + (f"; and {more} more" if more > 0 else "")


def _named(trial: Trial) -> str:
    again = "" if trial.disturbance.again is None else f", again at {trial.disturbance.again:.0%}"
    return f"{trial.disturbance.scenario.name}, {trial.disturbance.words}{again}"


def _row(name: str, trials: Sequence[Trial]) -> tuple[str, ...]:
    kinds = Counter(trial.disturbance.kind for trial in trials)
    wrongs = Counter(wrong for trial in trials for wrong in {what for what, _ in trial.wrongs})
    counts = (kinds[KILL], kinds[FAULT], *(wrongs[wrong] for wrong in WRONGS))
    return (name, *map(str, counts))
