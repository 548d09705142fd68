"""A branch is what it begins as, and then its own events; nothing changes what it came from."""

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.branches import Origin, Streams
from store.log import EventLog
from store.projections import Projections
from store.records import Recorded
from tests.postgresql import Server
from tests.store.samples import noted
from tests.store.strategies import patient

FROM = re.compile(r"from (\w+) (\d+)")


class Line(msgspec.Struct, frozen=True):
    texts: list[str]
    last: int


@dataclass(frozen=True)
class Lines:
    """The notes of each stream; one that says ``from KEY POSITION`` begins a branch of another."""

    name: str = "lines"
    version: int = 1
    document: Any = Line

    def route(self, recorded: Recorded) -> str | None:
        return recorded.stream

    def apply(self, document: Line | None, recorded: Recorded) -> Line:
        texts = document.texts if document else []
        return Line([*texts, recorded.payload.text], recorded.position)  # type: ignore[attr-defined]

    def origin(self, recorded: Recorded) -> Origin | None:
        found = FROM.fullmatch(recorded.payload.text)  # type: ignore[attr-defined]
        return Origin(found[1], int(found[2])) if found else None

    def streams(self, key: str, _document: Line) -> Streams:
        return {key: None}

    def reached(self, document: Line) -> int:
        return document.last


def texts_at(history: list[tuple[str, str]], key: str, position: int) -> list[str] | None:
    """What the notes of a stream are up to a position, said plainly."""
    found: list[str] | None = None
    for number, (stream, text) in enumerate(history[:position], start=1):
        if stream == key:
            origin = FROM.fullmatch(text) if found is None else None
            if origin:
                found = texts_at(history, origin[1], min(int(origin[2]), number - 1))
            found = [*(found or []), text]
    return found


# A new stream from an earlier moment of a known one (both by index), or one more note.
STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 40)), min_size=2, max_size=25
)


@pytest.mark.parametrize("backend", ["memory", "file"])
@settings(patient, max_examples=8)
@given(steps=STEPS, readings=st.sets(st.integers(0, 25)))
def test_branches_are_the_fold_of_their_past_and_their_own(
    backend: str, steps: list[tuple[bool, int, int]], readings: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        where = ":memory:" if backend == "memory" else Path(folder, "studio.db")
        with EventLog.open(where) as log:
            check(log, steps, readings)


def test_branches_on_a_server(postgresql: Server, tmp_path: Path) -> None:
    steps = [(False, 0, 0), (True, 0, 1), (False, 1, 0), (True, 1, 3), (False, 0, 0), (True, 2, 2)]
    with EventLog.open(postgresql.fresh(), folder=tmp_path) as log:
        check(log, steps, {1, 4})


def check(log: EventLog, steps: list[tuple[bool, int, int]], readings: set[int]) -> None:
    keys, history = ["a"], [("a", "begun")]
    views = Projections(log, [Lines()])
    log.append("a", [noted("begun")], 0)
    for number, (is_branch, which, at) in enumerate(steps):
        key, text = keys[which % len(keys)], f"note {number}"
        if is_branch:
            text = f"from {key} {at}"
            key = f"branch{number}"
            keys.append(key)
        log.append(key, [noted(text)], log.version(key))
        history.append((key, text))
        if number in readings:  # others are caught up with several at once
            views.catch_up()
    kept = views.all(Lines())
    assert {key: line.texts for key, line in kept.items()} == {
        key: texts_at(history, key, len(history)) for key in keys
    }
    for key in keys:
        for position in range(1, len(history) + 1, 3):
            line = views.at(Lines(), key, position)
            assert (line.texts if line else None) == texts_at(history, key, position)
    views.rebuild()
    assert views.all(Lines()) == kept
