"""A few kills and faults of every check; ``python -m benchmarks.crash`` tries many more."""

from __future__ import annotations

import pytest

from benchmarks.crash.__main__ import disturb
from benchmarks.crash.scenarios import SCENARIOS, named
from benchmarks.crash.shim import compiler
from benchmarks.crash.table import report

pytestmark = pytest.mark.skipif(compiler() is None, reason="no Linux, or no C compiler")

COMMANDS, KILLS, FAULTS, SEED = ("approve", "undo"), 5, 3, 3


def test_nothing_is_lost_doubled_or_torn() -> None:
    trials = disturb(named(COMMANDS), KILLS, FAULTS, SEED)
    assert len(trials) == KILLS + FAULTS
    assert [trial.wrongs for trial in trials] == [[]] * len(trials), report(trials)


def test_scenarios_have_names_of_their_own() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
