"""``python -m benchmarks.crash``: commands that are killed, or whose disk fails."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.crash.databases import databases
from benchmarks.crash.disturbing import faults, kills
from benchmarks.crash.scenarios import SCENARIOS, Scenario, named
from benchmarks.crash.server import server
from benchmarks.crash.shim import build, compiler
from benchmarks.crash.table import report, write_json
from benchmarks.crash.trial import Trial, prepare, try_out

KILLS, FAULTS = 500, 250


def main(arguments: Sequence[str] | None = None) -> int:
    """Disturb commands; the exit code is 1 if anything was wrong afterwards."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how many [{KILLS}]")
    parser.add_argument("--faults", type=int, default=FAULTS, help=f"how many [{FAULTS}]")
    parser.add_argument("--seed", type=int, default=0, help="of what is disturbed when [0]")
    parser.add_argument("--scenario", help="only commands whose names begin so")
    parser.add_argument("--json", type=Path, help="write every disturbance to this file, too")
    asked = parser.parse_args(arguments)
    scenarios = named(asked.scenario) if asked.scenario else list(SCENARIOS)
    if not scenarios:
        parser.error(f"no command begins so: {', '.join(each.name for each in SCENARIOS)}")
    if compiler() is None:
        print("this needs Linux and a C compiler called cc", file=sys.stderr)
        return 2
    load, began = os.getloadavg()[0], time.monotonic()
    trials = disturb(scenarios, asked.kills, asked.faults, asked.seed)
    print(report(trials))
    print(f"\n{time.monotonic() - began:.0f} s; the load was {load:.1f} when it began")
    if asked.json is not None:
        write_json(trials, asked.json)
    return int(any(trial.wrongs for trial in trials))


def disturb(
    scenarios: Sequence[Scenario], number_of_kills: int, number_of_faults: int, seed: int
) -> list[Trial]:
    """Disturb commands so often; what came of each."""
    rng = random.Random(seed)  # noqa: S311 - draws what is disturbed when
    is_served = any(scenario.is_on_a_server for scenario in scenarios)
    with (
        TemporaryDirectory() as scratch,
        server(build(Path(scratch))) as started,
        databases() if is_served else nullcontext() as served,
    ):
        ready = [
            prepare(scenario, Path(scratch, "prepared", scenario.name), started, served)
            for scenario in scenarios
            if served is not None or not scenario.is_on_a_server
        ]
        by_name = {each.scenario.name: each for each in ready}
        found = [(each.scenario, each.operations) for each in ready]
        planned = kills(found, number_of_kills, rng) + faults(found, number_of_faults, rng)
        trials = []
        for index, disturbance in enumerate(planned):
            prepared = by_name[disturbance.scenario.name]
            trials.append(try_out(prepared, disturbance, Path(scratch, "trial"), started, served))
            if sys.stderr.isatty():
                print(f"\r{index + 1} of {len(planned)}", end="", file=sys.stderr)
        return trials


if __name__ == "__main__":
    sys.exit(main())
