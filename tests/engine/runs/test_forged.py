"""Logs that are sound to the last hash and say what never was: only verifying a run sees it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.evolution.settings import Settings
from engine.runs.replay import require_holds, verify_run
from engine.state.studio import Studio
from store import events
from store.errors import InvalidEvent
from store.records import NewEvent
from tests.engine.runs.conftest import Engine
from tests.engine.runs.short_runs import copy_log, evolved, open_with

TINY = Settings(6, 2)
GENERATION = 1

Plain = Any
Change = Callable[[Plain], None]


class Forge:
    """An honest run, and studios in which its log was changed."""

    def __init__(self, folder: Path, model: Path | None = None) -> None:
        self.folder = folder
        self.made = 0
        with open_with(folder / "honest") as honest:
            self.run = evolved(honest, bars=2, settings=TINY, model=model)
            self.events = list(honest.log.read())

    def index(self, kind: str, generation: int = GENERATION) -> int:
        found = [i for i, event in enumerate(self.events) if event.kind == kind]
        return found[generation] if kind == "GenerationScored" else found[0]

    def changed(self, index: int, change: Change) -> events.Payload:
        payload = self.events[index].payload
        plain = msgspec.to_builtins(payload)
        change(plain)
        return msgspec.convert(plain, type(payload))

    def studio(self, payloads: dict[int, events.Payload], without: tuple[int, ...] = ()) -> Studio:
        self.made += 1
        forged = Studio.open(self.folder / f"forged {self.made}")
        if (models := self.folder / "honest" / "models").exists():
            shutil.copytree(models, forged.folder / "models")
        with Studio.open(self.folder / "honest") as honest:
            if not without:
                told = [payloads.get(i, event.payload) for i, event in enumerate(self.events)]
                copy_log(honest, forged, told)
                return forged
        for index, event in enumerate(self.events):
            if index not in without:
                new = NewEvent(payloads.get(index, event.payload), actor=event.actor)
                forged.append(event.stream, [new], forged.log.version(event.stream))
        return forged


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    return Forge(tmp_path_factory.mktemp("forge"))


@pytest.fixture(scope="module")
def heard_forge(tmp_path_factory: pytest.TempPathFactory, models: dict[str, Path]) -> Forge:
    """The run that a model scored."""
    return Forge(tmp_path_factory.mktemp("heard"), models["fusion"])


def differences(forge: Forge, kind: str, change: Change, generation: int = GENERATION) -> list[str]:
    """What verifying says of the run with one payload changed."""
    index = forge.index(kind, generation)
    with forge.studio({index: forge.changed(index, change)}) as forged:
        assert forged.log.verify() == []
        return verify_run(forged, forge.run).differences


def test_the_honest_log_holds(forge: Forge) -> None:
    assert differences(forge, "GenerationScored", lambda _: None) == []


def loser(plain: Plain) -> Plain:
    """A child that found no place in the population, so that its score decides nothing."""
    return next(child for child in plain["offspring"] if child["id"] not in plain["population"])


def test_a_changed_term(forge: Forge) -> None:
    named = []

    def change(plain: Plain) -> None:
        child = plain["offspring"][2]
        child["terms"]["theory"] += 2e-5
        named.append(child["id"])

    assert differences(forge, "GenerationScored", change) == [
        f"generation 1: candidate {named[0]} scores otherwise (by 2e-05)"
    ]


def test_a_changed_total(forge: Forge) -> None:
    def change(plain: Plain) -> None:
        loser(plain)["total"] -= 0.25

    (difference,) = differences(forge, "GenerationScored", change)
    assert difference.startswith("generation 1: candidate")
    assert difference.endswith("scores otherwise (by 0.25)")


def test_a_missing_term(forge: Forge) -> None:
    (difference,) = differences(
        forge, "GenerationScored", lambda plain: plain["offspring"][0]["terms"].popitem()
    )
    assert "scores otherwise (by inf)" in difference


def test_scores_within_the_tolerance_hold(forge: Forge) -> None:
    def change(plain: Plain) -> None:
        loser(plain)["total"] -= 1e-6

    assert differences(forge, "GenerationScored", change) == []


def swapped(values: list[Plain]) -> None:
    values[0], values[1] = values[1], values[0]


GENERATION_FORGERIES: dict[str, tuple[Change, str]] = {
    "genome": (
        lambda p: p["offspring"][0].update(genome=p["offspring"][1]["genome"]),
        "the genomes, parents or operators differ",
    ),
    "parents": (
        lambda p: p["offspring"][1]["parents"].append("nobody"),
        "the genomes, parents or operators differ",
    ),
    "operator": (
        lambda p: p["offspring"][1].update(operator="magic"),
        "the genomes, parents or operators differ",
    ),
    "gate": (lambda p: loser(p).update(passes=False), "scores otherwise"),
    "order of the population": (
        lambda p: swapped(p["population"]),
        "another population was selected",
    ),
    "size of the population": (
        lambda p: p["population"].pop(),
        "another population was selected",
    ),
    "discarded": (lambda p: p.update(discarded=3), "0 places stayed empty, the log says 3"),
    "order of the offspring": (lambda p: swapped(p["offspring"]), "other candidates were bred"),
    "child left out": (lambda p: p["offspring"].pop(), "other candidates were bred"),
    "child told twice": (
        lambda p: p["offspring"].append(p["offspring"][-1]),
        "other candidates were bred",
    ),
    "number": (lambda p: p.update(generation=2), "expected generation 1 of 2"),
}


@pytest.mark.parametrize("what", GENERATION_FORGERIES)
def test_a_changed_generation(forge: Forge, what: str) -> None:
    change, said = GENERATION_FORGERIES[what]
    found = differences(forge, "GenerationScored", change)
    assert found
    assert found[0].startswith("generation ")
    assert said in found[0]


END_FORGERIES: dict[str, tuple[Change, str]] = {
    "total": (lambda p: p["survivors"][0].update(total=1.0), "other survivors"),
    "part": (lambda p: p["survivors"][0]["part"]["notes"].pop(), "other survivors"),
    "genome": (lambda p: p["survivors"][0]["genome"].update(dynamic=1), "other survivors"),
    "description": (lambda p: p["survivors"][0].update(description={}), "other survivors"),
    "none": (lambda p: p["survivors"].clear(), "other survivors"),
    "decided": (lambda p: p["already_decided"].update(x="approved"), "other already decided"),
    "spread": (lambda p: p["first_pool"]["spread"].update(total=0.5), "other first pool"),
    "percentile": (lambda p: p["first_pool"].update(total_p95=0.0), "other first pool"),
    "curve": (lambda p: p["curve"][0].update(best=2.0), "other curve"),
    "distances": (lambda p: p["distances"].append([1.0]), "other distances"),
    "position": (lambda p: p.update(context_position=9), "other context position"),
    "section": (lambda p: p["section"].update(bars=3), "other section"),
}


@pytest.mark.parametrize("what", END_FORGERIES)
def test_a_changed_end(forge: Forge, what: str) -> None:
    change, said = END_FORGERIES[what]
    found = differences(forge, "RunFinished", change)
    assert found[0] == f"the end of the run: {said}"


HEARD_FORGERIES: dict[str, tuple[Change, str]] = {
    "mode": (lambda h: h["modes"]["temporal"].update(past=2.0), "heard otherwise"),
    "colour": (lambda h: h["colour"].update(Green=-1.0), "heard otherwise (by "),
    "axis left out": (lambda h: h["modes"].pop("spatial"), "heard otherwise (by inf)"),
    "no colours": (lambda h: h.update(colour=None), "heard otherwise (by inf)"),
    "gate": (lambda h: h.update(passes=not h["passes"]), "heard otherwise (by 1)"),
}


@pytest.mark.parametrize("what", HEARD_FORGERIES)
def test_what_the_model_heard_is_asked_again(heard_forge: Forge, what: str) -> None:
    change, said = HEARD_FORGERIES[what]
    found = differences(heard_forge, "RunFinished", lambda p: change(p["survivors"][0]["heard"]))
    (difference,) = found
    assert difference.startswith("the end of the run: survivor ")
    assert said in difference


def test_what_the_model_heard_may_differ_within_the_tolerance(heard_forge: Forge) -> None:
    def change(plain: Plain) -> None:
        plain["survivors"][0]["heard"]["modes"]["temporal"]["past"] += 1e-6

    assert differences(heard_forge, "RunFinished", change) == []
    gone = differences(heard_forge, "RunFinished", lambda p: p["survivors"][0].update(heard=None))
    assert "heard otherwise (by inf)" in gone[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.update(seed=p["seed"] + 1),
        lambda p: p["settings"].update(mate_share=0.9),
        lambda p: p["settings"]["weights"].update(prior=0.5),
        lambda p: p["section"].update(bars=3),
    ],
    ids=["seed", "mate share", "weight", "bars"],
)
def test_a_changed_beginning(forge: Forge, change: Change) -> None:
    assert differences(forge, "RunStarted", change)


@pytest.mark.parametrize("change", [{"key": "G minor"}, {"meter": "3/4"}, {"tempo_bpm": 85.0}])
def test_a_changed_song(forge: Forge, change: dict[str, Plain]) -> None:
    found = differences(forge, "SongProposed", lambda plain: plain.update(change))
    assert found == ["generation 0: other candidates were bred"]


def test_a_generation_left_out(forge: Forge) -> None:
    with forge.studio({}, without=(forge.index("GenerationScored", 1),)) as forged:
        assert forged.log.verify() == []
        found = verify_run(forged, forge.run).differences
    assert found == ["generation 2: expected generation 1 of 2"]


def test_a_run_that_ends_too_early(forge: Forge) -> None:
    with forge.studio({}, without=(forge.index("GenerationScored", 2),)) as forged:
        found = verify_run(forged, forge.run)
    assert found.differences == ["the end of the run: after generation 1 of 2"]
    assert not found.finished_again


def test_the_first_difference_is_named(forge: Forge, engine: Engine) -> None:
    index, later = forge.index("GenerationScored", 1), forge.index("RunFinished")
    payloads = {
        index: forge.changed(index, lambda plain: loser(plain).update(total=0.0)),
        later: forge.changed(later, lambda plain: plain["curve"].clear()),
    }
    with forge.studio(payloads) as forged:
        said = engine("replay", forge.run, "--verify", folder=forged.folder)
        with pytest.raises(EngineError, match=rf"{forge.run} differs: generation 1: candidate"):
            require_holds(verify_run(forged, forge.run))
    assert said.code == 1
    assert said.out.splitlines()[0].startswith("differs: generation 1: candidate")
    assert "is verified" not in said.out


def leaves(value: Plain, path: tuple[Plain, ...] = ()) -> Iterator[tuple[Plain, ...]]:
    """The places of all numbers and texts in plain data; what is absent can't be changed."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list):
            yield from leaves(inner, (*path, key))
        elif inner is not None:
            yield (*path, key)


def another(value: Plain) -> Plain:
    if isinstance(value, bool):
        return not value
    return value + {str: "x", int: 1, float: 1e-3}[type(value)]


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(st.data())
def test_whatever_is_changed_is_seen(forge: Forge, data: st.DataObject) -> None:
    """Any one number or text of what a run computed; nothing but the log's own hash covers it."""
    kind = data.draw(st.sampled_from(["GenerationScored", "RunFinished"]))
    generation = data.draw(st.integers(0, TINY.generations))
    index = forge.index(kind, generation)
    places = list(leaves(msgspec.to_builtins(forge.events[index].payload)))
    *path, last = data.draw(st.sampled_from(places))

    def change(plain: Plain) -> None:
        for key in path:
            plain = plain[key]
        plain[last] = another(plain[last])

    try:
        found = differences(forge, kind, change, generation)
    except InvalidEvent:
        assume(False)
    assert found
