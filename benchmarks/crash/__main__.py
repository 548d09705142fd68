"""``python -m benchmarks.crash``: commands that are killed, or whose disk fails."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.crash.databases import databases
from benchmarks.crash.disturbing import FAULT, KILL, faults, kills
from benchmarks.crash.scenarios import SCENARIOS, Scenario, named
from benchmarks.crash.server import server
from benchmarks.crash.shim import build, compiler
from benchmarks.crash.table import add_trial, read_trials, report, write_page
from benchmarks.crash.trial import Trial, prepare, try_out

KILLS, FAULTS = 500, 250


def main(arguments: Sequence[str] | None = None) -> int:
    """Disturb commands; the exit code is 1 if anything was wrong afterwards."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how many [{KILLS}]")
    parser.add_argument("--faults", type=int, default=FAULTS, help=f"how many [{FAULTS}]")
    parser.add_argument("--seed", type=int, default=0, help="of what is disturbed when [0]")
    parser.add_argument(
        "--scenario", action="append", help="only commands whose names begin so; may be repeated"
    )
    parser.add_argument(
        "--log", type=Path, help="write each disturbance to this file, and go on with what it has"
    )
    parser.add_argument("--with", dest="others", action="append", type=Path, default=[],
                        help="count those of such a file, too; may be repeated")  # fmt: skip
    parser.add_argument("--page", type=Path, help="write the table as a page of the documentation")
    asked = parser.parse_args(arguments)
    scenarios = named(asked.scenario) if asked.scenario else list(SCENARIOS)
    if not scenarios:
        parser.error(f"no command begins so: {', '.join(each.name for each in SCENARIOS)}")
    if compiler() is None:
        print("this needs Linux and a C compiler called cc", file=sys.stderr)
        return 2
    load, began = os.getloadavg()[0], time.monotonic()
    trials = disturb(scenarios, asked.kills, asked.faults, asked.seed, asked.log)
    trials += [trial for path in asked.others for trial in read_trials(path)]
    print(report(trials))
    print(f"\n{time.monotonic() - began:.0f} s; the load was {load:.1f} when it began")
    if asked.page is not None:
        kinds = Counter(trial.kind for trial in trials)
        again = f"--kills {kinds[KILL]} --faults {kinds[FAULT]} --page {asked.page}"
        write_page(trials, asked.page, f"python -m benchmarks.crash {again}")
    return int(any(trial.wrongs for trial in trials))


def disturb(
    scenarios: Sequence[Scenario],
    number_of_kills: int,
    number_of_faults: int,
    seed: int,
    log: Path | None = None,
) -> list[Trial]:
    """Disturb commands so often; what came of each.

    Args:
        scenarios: the commands.
        number_of_kills: so often they are killed.
        number_of_faults: so often something else happens to them.
        seed: of what is disturbed when.
        log: a file that each is written to; those that it has aren't tried again.
    """
    trials = read_trials(log) if log is not None else []
    if len(trials) >= number_of_kills + number_of_faults:
        return trials
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
        rng.shuffle(planned)  # so that what was tried before the end is a fair part
        for disturbance in planned[len(trials) :]:
            prepared = by_name[disturbance.scenario.name]
            trials.append(try_out(prepared, disturbance, Path(scratch, "trial"), started, served))
            if log is not None:
                add_trial(trials[-1], log)
            if sys.stderr.isatty():
                print(f"\r{len(trials)} of {len(planned)}", end="", file=sys.stderr)
        return trials


if __name__ == "__main__":
    sys.exit(main())
