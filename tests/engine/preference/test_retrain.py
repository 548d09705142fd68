"""Retraining: good heads are promoted, bad ones refused, and every step can be taken back."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.evolution.settings import Settings
from engine.evolution.survivors import choose_survivors
from engine.gate import decisions
from engine.models.registry import STREAM
from engine.preference.audit import Estimate, Fakes, HeadAudit, Music, Search
from engine.preference.card import audit_lines
from engine.preference.heads import HeadRegistry
from engine.preference.retrain import in_use
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, carry_on, load, start
from engine.runs.replay import verify_run
from engine.state.studio import Studio
from fitness.preference.head import PreferenceHead
from genomes import Part, Section
from store.events import HeadTrained
from store.records import NewEvent
from tests.engine.command_line import Shell

SETTINGS = Settings(population=14, generations=1, keep=6)
SEEDS = (1, 2, 3)


def decide(studio: Studio, approves) -> None:
    """Decide every candidate; ``approves`` takes the mean pitches of a song's candidates."""
    for song_id, song in studio.songs().items():
        names = list(song.candidates)
        pitches = np.array([mean_pitch(studio, song, name) for name in names])
        for name, is_approved in zip(names, approves(pitches), strict=True):
            if is_approved:
                decisions.approve(studio, name, song_id=song_id)
            else:
                decisions.reject(studio, name, song_id=song_id)


def mean_pitch(studio: Studio, song, name: str) -> float:
    event = studio.event(song.candidates[name].position).payload
    (survivor,) = [each for each in event.survivors if each.id == name]
    return float(Part.from_payload(survivor.part).notes["pitch"].mean())


@cache
def evolved(folder: Path) -> Path:
    """A studio with runs of all demonstration songs, nothing decided."""
    with Studio.open(folder) as studio:
        add_songs(studio, read(demo_paths()).proposals)
        for song in studio.songs().values():
            for seed in SEEDS:
                request = Request(song, "chords", Section("verse", 4), seed, SETTINGS, None)
                carry_on(studio, load(studio, start(studio, request)), lambda _: None)
    return folder


@pytest.fixture
def studio_folder(tmp_path_factory, tmp_path):
    made = evolved(tmp_path_factory.getbasetemp() / "evolved-for-retraining")
    return Path(shutil.copytree(made, tmp_path / "studio"))


@pytest.fixture
def shell(studio_folder, capsys):
    return Shell(studio_folder, capsys)


def lower_half(pitches):
    return pitches < np.median(pitches)


def retrained(shell: Shell):
    (result,) = json.loads(shell.do("retrain", "--json"))
    return result


def audited(shell, result, words):
    """The audit is kept with the head and its promotion, and a named command prints it again."""
    short, audit = result["sha256"][:8], result["audit"]
    assert (audit["music"]["songs"], audit["search"]["songs"]) == (9, 3)
    assert len(audit["search"]["by_head"]) == len(audit["search"]["by_shipped"]) > 2
    assert audit["fakes"]["count"] > 0
    for kind in ("HeadTrained", "HeadPromoted"):
        (event,) = shell.events(kind)
        assert event.audit == audit
    card = shell.do("models", "show", short)
    before = shell.head
    (again,) = shell.json("taste", "--head", short, "--audit", "3", "--picture")
    assert shell.head == before
    in_use = {"above_in_use": audit["fakes"]["above"]}  # which is the head itself by now
    assert again["audit"] == audit | {"fakes": audit["fakes"] | in_use}
    for line in audit_lines(msgspec.convert(audit, HeadAudit)):
        assert line in card
        assert line in words
    assert f"engine taste --head {short} --audit 3" in card
    assert short in shell.do("models")


def test_without_an_audit_no_head_is_promoted(shell):
    with Studio.open(shell.folder) as studio:
        sha256 = HeadRegistry(studio).keep(PreferenceHead.untrained("chords"))
        facts = {"sha256": sha256, "stage": "chords", "training": "old", "facts": {}}
        event = NewEvent(HeadTrained(**facts, comparison={}), actor="engine")
        studio.decide(STREAM, lambda: [event])
    line = shell.refused("models", "promote", sha256[:8])
    assert line == f"head {sha256[:8]} has no audit; make another with engine retrain"


def surely(value):
    return Estimate(value, value - 0.01, value + 0.01)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, None),
        ({"fakes": Fakes(24, 0.6, 0.2, 0.2)}, "60% of planted fakes"),
        ({"fakes": Fakes(24, 0.6, 0.2, 0.7)}, None),
        ({"music": Music(5, 0.5, 0.7, surely(-0.2))}, "in 50%"),
        ({"music": Music(2, 0.5, 0.7, surely(-0.2))}, None),
        ({"music": Music(5, 0.5, 0.7, Estimate(-0.2, -0.5, 0.1))}, None),
        ({"search": Search(3, [0.4, 0.1], [0.4, 0.6], 1.0, surely(-0.5))}, "ends at 10%"),
        ({"search": Search(3, [0.4, 0.5], [0.4, 0.55], 0.0, surely(-0.05))}, None),
    ],
)  # fmt: skip
def test_what_fools_a_head_speaks_against_it(found, said):
    parts = {
        "fakes": Fakes(24, 0.1, 0.1, 0.1),
        "music": Music(5, 0.7, 0.7, surely(0.0)),
        "search": Search(3, [0.4, 0.6], [0.4, 0.6], 0.0, surely(0.0)),
    }
    objection = HeadAudit(**parts | found).objection
    assert (objection is None) if said is None else (said in objection)


def test_it_retrains_by_itself_after_so_many_decisions(shell):
    assert "after every 5 decisions" in shell.do("retrain", "--auto", "5")
    with Studio.open(shell.folder) as studio:
        rich = [song for song in studio.songs().values() if len(song.candidates) > 2]
    names = [list(song.candidates)[:3] for song in rich[:2]]
    (one, two, three), (four, five, _) = names
    for words in (("approve", one), ("reject", two), ("reject", three), ("approve", four)):
        assert "chords: head" not in shell.do(*words)
    assert "chords: head" in shell.do("reject", five)
    assert len(shell.events("HeadTrained")) == 1
    assert "no longer by itself" in shell.do("retrain", "--auto", "0")
    for words in (("note", one, "hm"), *(("undo", each) for each in (one, two, three, four, five))):
        assert "chords: head" not in shell.do(*words)
    assert "--auto -1" in shell.refused("retrain", "--auto", "-1")


def survivors_explore(run, survivors):
    """The last of three is chosen by how unsure the head of the run is, not as without one."""

    def chosen(doubts=None):
        found = choose_survivors(
            run.pool.scored.values(), 3, run.first_pool, (), run.genomes, run.archive().cells,
            doubts,
        )  # fmt: skip
        return [each.id for each in found]

    assert list(survivors) == chosen(run.doubts)
    assert chosen()[:2] == list(survivors[:2])


def run_by(shell, sha256, population, generations):
    """The id of a run that goes by a head, and gives the same again."""
    sizes = ("--population", str(population), "--generations", str(generations))
    (found,) = shell.json("evolve", "--song", "meadow", "--no-model", *sizes, "--seed", "9")
    with Studio.open(shell.folder) as studio:
        assert studio.run(found["run"])[1].head_sha256 == sha256
        assert verify_run(studio, found["run"]).holds
    return found["run"]


def taken_back(shell, run):
    """The head's promotion, but neither a run by it nor, in a replay, what was said of it."""
    assert "shipped total" in shell.do("models", "rollback")
    with Studio.open(shell.folder) as studio:
        assert studio.heads().promoted("chords") is None
        before = studio.heads()
        assert verify_run(studio, run).holds  # by the head that it names
        studio.rebuild()
        assert studio.heads() == before


def test_a_head_of_a_real_taste_is_promoted_runs_by_it_replay_and_it_is_taken_back(
    shell, monkeypatch
):
    with Studio.open(shell.folder) as studio:
        decide(studio, lower_half)
    result = retrained(shell)
    assert result["promoted"], result
    accuracy = result["comparison"]["accuracy"]
    assert accuracy["low"] > result["comparison"]["accuracy_shipped"]["value"]
    words = shell.do("taste")
    assert "pitch" in words or "height" in words
    audited(shell, result, words)
    with monkeypatch.context() as patch:
        patch.setattr("fitness.preference.head.FORMAT", 99)  # an update of the engine
        assert "engine retrain" in shell.refused("taste")
        assert "engine retrain" in shell.refused("evolve", "--song", "meadow", "--no-model")
        with Studio.open(shell.folder) as studio:
            assert in_use(studio, "chords")[0] is None  # which retraining compares with
    run = run_by(shell, result["sha256"], population=24, generations=4)
    with Studio.open(shell.folder) as studio:
        survivors_explore(load(studio, run), studio.run(run)[1].survivors)
    taken_back(shell, run)
    assert "ships already" in shell.refused("models", "rollback")


def test_a_head_of_shuffled_decisions_is_refused_and_can_be_used_and_taken_back_all_the_same(shell):
    rng = np.random.default_rng(4)  # one shuffle in ten gains by chance, as SURE allows
    with Studio.open(shell.folder) as studio:
        decide(studio, lambda pitches: rng.permutation(lower_half(pitches)))
    result = retrained(shell)
    assert not result["promoted"]
    assert result["refused"]
    with Studio.open(shell.folder) as studio:
        heads = studio.heads()
        assert heads.promoted("chords") is None
        assert heads.known[result["sha256"]].refused == result["refused"]
    assert len(shell.events("HeadRefused")) == 1
    assert "from here on" in shell.do("models", "promote", result["sha256"][:8])
    taken_back(shell, run_by(shell, result["sha256"], population=6, generations=1))
    with Studio.open(shell.folder) as studio:
        assert studio.heads().known[result["sha256"]].refused == result["refused"]


def test_few_songs_are_said_to_be_too_few(shell):
    with Studio.open(shell.folder) as studio:
        for song in list(studio.songs().values())[:3]:
            for index, name in enumerate(song.candidates):
                decide_one = decisions.approve if index % 2 else decisions.reject
                decide_one(studio, name, song_id=song.song_id)
    assert "too few to be sure" in shell.do("retrain")
