"""Which disturbances are tried: drawn by a seed, so that every kind of operation has its turn."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from benchmarks.crash.scenarios import Scenario
from benchmarks.crash.shim import KILLS, OPERATIONS, Arming, Operation

KILL, FAULT = "kill", "fault"

# Of the kills, so many are at a moment and the others at an operation; so many are followed by
# another at a moment of the command that goes on.
AT_A_MOMENT, KILLED_AGAIN = 0.4, 0.2

# Of the faults of a command with a database's server, so many are a crash of that.
SERVER_CRASHES = 0.6

WRITES = ("write", "pwrite")

# Action, error, and the operations that it can happen at.
FAULTS = (
    ("fail", "EIO", OPERATIONS),
    ("full", "ENOSPC", ("open", "write", "pwrite", "mkdir")),
    ("full", "EDQUOT", ("open", "write", "pwrite", "mkdir")),
    ("fail", "ENOSPC", ("open", "write", "pwrite", "mkdir")),
    ("clock back", "EIO", OPERATIONS),
)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What happens to one command.

    Attributes:
        scenario: the command.
        kind: ``kill`` or ``fault``.
        moment: share of the command's time at which it is killed, or its server crashes and starts
            again; None: at an operation.
        arming: what happens at which operation.
        at: that operation, in words.
        again: share of its time at which the command that goes on is killed, too.
    """

    scenario: Scenario
    kind: str
    moment: float | None
    arming: Arming
    at: str
    again: float | None = None

    @property
    def crashes_server(self) -> bool:
        """Whether the database's server crashes, and starts again."""
        return self.kind == FAULT and self.moment is not None

    @property
    def words(self) -> str:
        """What it is, for people."""
        if self.crashes_server:
            return f"its server crashes after {self.moment:.0%} of its time"
        if self.moment is not None:
            return f"killed after {self.moment:.0%} of its time"
        error = f" {self.arming.error}" if self.kind == FAULT else ""
        return f"{self.arming.action}{error}, operation {self.arming.at}: {self.at}"


def kills(
    scenarios: Sequence[tuple[Scenario, Sequence[Operation]]], number: int, rng: random.Random
) -> list[Disturbance]:
    """So many kills, at moments and at operations."""
    drawn = {scenario.name: _operations(found, rng) for scenario, found in scenarios}
    return [
        _kill(scenario, drawn[scenario.name], rng)
        for scenario in _shared([scenario for scenario, _ in scenarios], number)
    ]


def faults(
    scenarios: Sequence[tuple[Scenario, Sequence[Operation]]], number: int, rng: random.Random
) -> list[Disturbance]:
    """So many faults, of each kind alike."""
    drawn = {
        (scenario.name, index): _operations([op for op in found if op.what in possible], rng)
        for scenario, found in scenarios
        for index, (_, _, possible) in enumerate(FAULTS)
    }
    turns: dict[str, Iterator[int]] = {
        scenario.name: cycle(range(len(FAULTS))) for scenario, _ in scenarios
    }
    made: list[Disturbance] = []
    for scenario in _shared([scenario for scenario, _ in scenarios], number):
        if scenario.is_on_a_server and rng.random() < SERVER_CRASHES:
            made.append(Disturbance(scenario, FAULT, rng.random(), Arming(), ""))
            continue
        index = next(turns[scenario.name])
        action, error, _ = FAULTS[index]
        operation = next(drawn[scenario.name, index])
        arming = Arming(operation.number, action, error)
        made.append(Disturbance(scenario, FAULT, None, arming, _told(operation)))
    return made


def _kill(scenario: Scenario, operations: Iterator[Operation], rng: random.Random) -> Disturbance:
    again = rng.random() if rng.random() < KILLED_AGAIN else None
    if rng.random() < AT_A_MOMENT:
        return Disturbance(scenario, KILL, rng.random(), Arming(), "", again)
    operation = next(operations)
    action = rng.choice(KILLS if operation.what in WRITES else KILLS[:2])
    return Disturbance(
        scenario, KILL, None, Arming(operation.number, action), _told(operation), again
    )


def _told(operation: Operation) -> str:
    return " ".join(operation.group)


def _operations(found: Sequence[Operation], rng: random.Random) -> Iterator[Operation]:
    """One operation of each kind and kind of file in turn, so that rare ones are drawn too."""
    groups: dict[tuple[str, str], list[Operation]] = defaultdict(list)
    for operation in found:
        groups[operation.group].append(operation)
    names = sorted(groups)
    while names:
        rng.shuffle(names)
        yield from (rng.choice(groups[name]) for name in names)


def _shared(scenarios: Sequence[Scenario], number: int) -> list[Scenario]:
    """So many scenarios, by their weights, one after the other."""
    turns = max(scenario.weight for scenario in scenarios)
    a_round = [each for turn in range(turns) for each in scenarios if each.weight > turn]
    return list(islice(cycle(a_round), number))
