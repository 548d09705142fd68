"""Steps that need others: each once, what is asked for, and the longest way first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

import pytest

from engine.execution.executor import SERIAL, Serial, TaskFailed
from engine.execution.graph import Graph, Step
from tests.engine.execution.tasks import fail, joined


class Elsewhere(Serial):
    """Does tasks in this process as if it were another, and notes their names in their order."""

    is_here = False

    def __init__(self) -> None:
        self.begun: list[Hashable] = []

    def submit(
        self, near: Hashable, function: Callable[..., Any], /, *arguments: object
    ) -> Future[Any]:
        self.begun.append(near)
        return super().submit(near, function, *arguments)


def song(executor: Serial) -> Graph:
    """A short way of one costly step, and a longer one of two."""
    graph = Graph(executor)
    graph.add("picture", Step(joined, ("picture",), cost=1.0))
    graph.add("bass", Step(joined, ("bass",), cost=2.0))
    graph.add("score", Step(joined, ("score",), cost=3.0))
    graph.add("drums", Step(joined, ("drums",), cost=2.5))
    graph.add("mix", Step(joined, ("mix",), ("drums", "bass"), cost=2.0))
    return graph


@pytest.mark.parametrize("executor", [SERIAL, Elsewhere()])
def test_a_step_gets_the_results_of_those_that_it_needs(executor: Serial):
    graph = song(executor)
    assert graph.take("mix") == "mix(drums(),bass())"
    assert graph.take("picture") == "picture()"
    assert graph.take("mix") == "mix(drums(),bass())"  # forgotten, and made again
    graph.add("mix", Step(joined, ("another",)))
    assert graph.take("mix") == "mix(drums(),bass())"


def test_in_this_process_only_what_is_asked_for_is_done():
    here = Elsewhere()
    here.is_here = True
    graph = song(here)
    graph.take("score")
    assert here.begun == ["score"]
    graph.take("mix")
    assert sorted(map(str, here.begun[1:])) == ["bass", "drums", "mix"]


def test_elsewhere_the_longest_way_is_first_and_nothing_is_done_twice():
    executor = Elsewhere()
    graph = song(executor)
    assert graph.take("picture") == "picture()"
    assert executor.begun[:2] == ["drums", "bass"]  # 4.5 and 4: what the mix needs
    assert executor.begun[2:4] == ["score", "mix"]
    for name in ("mix", "score"):
        graph.take(name)
    assert len(executor.begun) == len(set(executor.begun)) == 5


def test_a_step_that_fails_is_told_by_its_name():
    graph = Graph(SERIAL)
    graph.add("stems/bass.flac", Step(fail, ("too low",)))
    with pytest.raises(TaskFailed, match=r"^stems/bass.flac: LookupError: too low in two lines"):
        graph.take("stems/bass.flac")
