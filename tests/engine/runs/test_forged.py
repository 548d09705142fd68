"""Logs whose hashes hold but whose events were changed: only verifying a run sees it."""

from __future__ import annotations

import re
import shutil

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.evolution.settings import Settings
from engine.runs.replay import require_holds, verify_run
from engine.state.studio import Studio
from store.errors import InvalidEvent
from store.records import NewEvent
from tests.engine.runs.short_runs import evolved, open_with

TINY = Settings(6, 2)
GENERATION = 1


class Forge:
    """An honest run, and studios in which its log was changed."""

    def __init__(self, folder, model=None):
        self.folder = folder
        self.made = 0
        with open_with(folder / "honest") as honest:
            self.run = evolved(honest, bars=2, settings=TINY, model=model)
            self.events = list(honest.log.read())

    def index(self, kind, generation=GENERATION):
        found = [i for i, event in enumerate(self.events) if event.kind == kind]
        return found[generation] if kind == "GenerationScored" else found[0]

    def changed(self, index, change):
        payload = self.events[index].payload
        plain = msgspec.to_builtins(payload)
        change(plain)
        return msgspec.convert(plain, type(payload))

    def studio(self, payloads, without=None):
        """A studio in which some events have other payloads, and one event may be missing."""
        self.made += 1
        forged = Studio.open(self.folder / f"forged {self.made}")
        if (models := self.folder / "honest" / "models").exists():
            shutil.copytree(models, forged.folder / "models")
        for index, event in enumerate(self.events):
            if index != without:
                payload = payloads.get(index, event.payload)
                new = NewEvent(payload, actor=event.actor, event_id=event.event_id)
                forged.append(event.stream, [new], forged.log.version(event.stream))
        return forged


@pytest.fixture(scope="module")
def forge(tmp_path_factory):
    return Forge(tmp_path_factory.mktemp("forge"))


@pytest.fixture(scope="module")
def model_forge(tmp_path_factory, models):
    """The run that a model scored."""
    return Forge(tmp_path_factory.mktemp("model"), models["fusion"])


def differences(forge, kind, change, generation=GENERATION):
    """What verifying says of the run with one payload changed."""
    index = forge.index(kind, generation)
    with forge.studio({index: forge.changed(index, change)}) as forged:
        assert forged.log.verify() == []
        return verify_run(forged, forge.run).differences


def loser(plain):
    """A child that is not in the population, so that its score decides nothing."""
    return next(child for child in plain["offspring"] if child["id"] not in plain["population"])


def swapped(values):
    values[0], values[1] = values[1], values[0]


def predicted(plain):
    """What the model predicted of the first survivor."""
    return plain["survivors"][0]["heard"]


def lower_a_total(plain, by):
    loser(plain)["total"] -= by


def raise_a_term(plain, by):
    plain["offspring"][2]["terms"]["theory"] += by


BRED = "the genomes, parents or operators differ"
SELECTED = "another population was selected"
OTHERS = "^generation 1: other candidates were bred"
SONG = "^generation 0: other candidates were bred$"
END = "^the end of the run: "
SCORED = r"generation 1: candidate \w{20} scores otherwise"
SURVIVOR = "the end of the run: survivor .*heard otherwise"


# Kind of event, what is changed in it: the change, and what verifying says first.
FORGERIES = {
    "GenerationScored": {
        "term": (lambda p: raise_a_term(p, 2e-5), rf"{SCORED} \(by 2e-05\)$"),
        "total": (lambda p: lower_a_total(p, 0.25), rf"{SCORED} \(by 0\.25\)$"),
        "missing term": (lambda p: p["offspring"][0]["terms"].popitem(), rf"{SCORED} \(by inf\)"),
        "genome": (lambda p: p["offspring"][0].update(genome=p["offspring"][1]["genome"]), BRED),
        "parents": (lambda p: p["offspring"][1]["parents"].append("nobody"), BRED),
        "operator": (lambda p: p["offspring"][1].update(operator="magic"), BRED),
        "gate": (lambda p: loser(p).update(passes=False), SCORED),
        "order of the population": (lambda p: swapped(p["population"]), SELECTED),
        "size of the population": (lambda p: p["population"].pop(), SELECTED),
        "discarded": (lambda p: p.update(discarded=3), "0 places stayed empty, the log says 3"),
        "order of the offspring": (lambda p: swapped(p["offspring"]), OTHERS),
        "child left out": (lambda p: p["offspring"].pop(), OTHERS),
        "child twice": (lambda p: p["offspring"].append(p["offspring"][-1]), OTHERS),
        "number": (lambda p: p.update(generation=2), "expected generation 1 of 2"),
    },
    "RunFinished": {
        "total": (lambda p: p["survivors"][0].update(total=1.0), END + "other survivors$"),
        "part": (lambda p: p["survivors"][0]["part"]["notes"].pop(), END + "other survivors$"),
        "genome": (
            lambda p: p["survivors"][0]["genome"].update(dynamic=1),
            END + "other survivors$",
        ),
        "description": (
            lambda p: p["survivors"][0].update(description={}),
            END + "other survivors$",
        ),
        "none": (lambda p: p["survivors"].clear(), END + "other survivors$"),
        "decided": (
            lambda p: p["already_decided"].update(x="approved"),
            END + "other already decided$",
        ),
        "spread": (
            lambda p: p["first_pool"]["spread"].update(total=0.5),
            END + "other first pool$",
        ),
        "percentile": (lambda p: p["first_pool"].update(total_p95=0.0), END + "other first pool$"),
        "curve": (lambda p: p["curve"][0].update(best=2.0), END + "other curve$"),
        "distances": (lambda p: p["distances"].append([1.0]), END + "other distances$"),
        "position": (lambda p: p.update(context_position=9), END + "other context position$"),
        "section": (lambda p: p["section"].update(bars=3), END + "other section$"),
    },
    "RunStarted": {
        "seed": (lambda p: p.update(seed=p["seed"] + 1), ""),
        "mate share": (lambda p: p["settings"].update(mate_share=0.9), ""),
        "weight": (lambda p: p["settings"]["weights"].update(prior=0.5), ""),
        "bars": (lambda p: p["section"].update(bars=3), ""),
    },
    "SongProposed": {
        "key": (lambda p: p.update(key="G minor"), SONG),
        "meter": (lambda p: p.update(meter="3/4"), SONG),
        "tempo": (lambda p: p.update(tempo_bpm=85.0), SONG),
    },
}


@pytest.mark.parametrize(
    ("kind", "what"), [(kind, what) for kind, table in FORGERIES.items() for what in table]
)
def test_what_is_changed_is_named_first(forge, kind, what):
    change, said = FORGERIES[kind][what]
    assert re.search(said, differences(forge, kind, change)[0])


def test_scores_within_the_tolerance_hold(forge):
    for by in (0, 1e-6):
        assert differences(forge, "GenerationScored", lambda p, by=by: lower_a_total(p, by)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: predicted(p)["modes"]["temporal"].update(past=2.0), ""),
        (lambda p: predicted(p)["colour"].update(Green=-1.0), r" \(by "),
        (lambda p: predicted(p)["modes"].pop("spatial"), r" \(by inf\)"),
        (lambda p: predicted(p).update(colour=None), r" \(by inf\)"),
        (lambda p: predicted(p).update(passes=not predicted(p)["passes"]), r" \(by 1\)"),
        (lambda p: p["survivors"][0].update(heard=None), r" \(by inf\)"),
    ],
    ids=["mode", "colour", "axis left out", "no colours", "gate", "nothing"],
)
def test_what_the_model_predicted_is_compared(model_forge, change, said):
    (difference,) = differences(model_forge, "RunFinished", change)
    assert re.match(SURVIVOR + said, difference)


def test_predictions_within_the_tolerance_hold(model_forge):
    def change(plain):
        predicted(plain)["modes"]["temporal"]["past"] += 1e-6

    assert differences(model_forge, "RunFinished", change) == []


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (1, "generation 2: expected generation 1 of 2"),
        (2, "the end of the run: after generation 1 of 2"),
    ],
)
def test_a_generation_left_out(forge, left_out, said):
    with forge.studio({}, without=forge.index("GenerationScored", left_out)) as forged:
        assert forged.log.verify() == []
        found = verify_run(forged, forge.run)
    assert (found.differences, found.finished_again) == ([said], False)


def test_the_first_difference_is_named(forge, engine):
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


def leaves(value, path=()):
    """The places of all numbers and texts in plain data; what is absent can't be changed."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list):
            yield from leaves(inner, (*path, key))
        elif inner is not None:
            yield (*path, key)


def another(value):
    if isinstance(value, bool):
        return not value
    return value + {str: "x", int: 1, float: 1e-3}[type(value)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_whatever_is_changed_is_seen(forge, data):
    """Any one number or text of what a run computed; nothing but the log's own hash covers it."""
    kind = data.draw(st.sampled_from(["GenerationScored", "RunFinished"]))
    generation = data.draw(st.integers(0, TINY.generations))
    index = forge.index(kind, generation)
    places = list(leaves(msgspec.to_builtins(forge.events[index].payload)))
    *path, last = data.draw(st.sampled_from(places))

    def change(plain):
        for key in path:
            plain = plain[key]
        plain[last] = another(plain[last])

    try:
        found = differences(forge, kind, change, generation)
    except InvalidEvent:
        assume(False)
    assert found
