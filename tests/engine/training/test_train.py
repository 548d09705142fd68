"""``engine train``: the real training, as a process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.models.promotion import in_use
from engine.models.registry import CARD_NAME, ModelRegistry
from engine.models.training_process import is_chosen_by_song, next_step
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from store.events import ModelPromoted, ModelTrained
from tests.fitness.models import write

ROOT = Path(__file__).parents[3]


def engine(folder: Path, *words: object) -> subprocess.Popen[str]:
    """The command line in a process of its own, in a folder that isn't the project's."""
    command = [sys.executable, "-m", "engine", "--studio", "studio", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip


def said(folder: Path, *words: object) -> tuple[int, str, str]:
    process = engine(folder, *words)
    out, err = process.communicate()
    return process.returncode, out, err


def test_a_trained_model_is_recorded_promoted_and_used(tmp_path: Path) -> None:
    (tmp_path / "training.py").write_text("raise AssertionError('not this one')")
    asked = ("train", "bootstrap", "--quick", "--seeds", "1", "--out", "made", "--promote")
    code, out, err = said(tmp_path, *asked, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert "composing" in err
    model = FusionModel.load(tmp_path / "made" / "fusion.onnx")
    assert (result["sha256"], result["promoted"]) == (model.sha256, True)
    with Studio.open(tmp_path / "studio") as studio:
        payloads = [event.payload for event in studio.log.read()]
        assert in_use(studio) == model.sha256
        card = ModelRegistry(studio).card_path(model.sha256)
        assert card.read_text() == (tmp_path / "made" / CARD_NAME).read_text()
    (trained,) = (event for event in payloads if isinstance(event, ModelTrained))
    assert (trained.sha256, trained.command) == (model.sha256, "bootstrap")
    assert trained.result["accuracy"] == result["accuracy"]
    assert "made" not in json.dumps(trained.result)
    (promoted,) = (event for event in payloads if isinstance(event, ModelPromoted))
    assert promoted.sha256 == model.sha256
    shown = said(tmp_path, "models", "show", model.sha256[:8])[1]
    assert "trained by: engine train bootstrap" in shown


def test_what_training_says_of_itself_passes_through(tmp_path: Path) -> None:
    code, out, err = said(tmp_path, "train", "bootstrap", "--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: training bootstrap")
    code, out, err = said(tmp_path, "train", "card", "gone.onnx")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in err
    code, _, err = said(tmp_path, "train", "frobnicate", "--out", "x")
    assert (code, "Traceback" in err) == (2, False)
    assert "frobnicate" in err
    assert not (tmp_path / "studio").exists()


def test_nothing_to_promote_is_said_before_it_begins(tmp_path: Path) -> None:
    code, out, err = said(tmp_path, "train", "manifest", "songs", "--out", "x", "--promote")
    assert (code, out) == (2, "")
    assert err.startswith("error: training manifest makes no model to promote")


@pytest.fixture
def heeded() -> Iterator[None]:
    """A shell's background jobs ignore SIGINT, and so would what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_interrupt_ends_the_process_and_says_how_to_go_on(
    tmp_path: Path, is_terminal: bool
) -> None:
    """A terminal interrupts both processes; ``kill -INT`` only ours."""
    process = engine(tmp_path, "train", "bootstrap", "--quick", "--out", "a b")
    child = child_of(process.pid)
    before, after = "", libraries(child)
    while process.poll() is None and ("libtorch" not in after or before != after):
        time.sleep(3)
        before, after = after, libraries(child)
    (os.killpg if is_terminal else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert not Path(f"/proc/{child}").exists()
    assert "Traceback" not in err
    assert out == ""
    (going_on,) = re.findall(r"^next: (.*)$", err, re.MULTILINE)
    assert going_on == 'engine --studio studio train bootstrap --quick --out "a b"'


def child_of(pid: int) -> int:
    """The process that a process has started, once it has."""
    for _ in range(600):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if found:
            return int(found[0])
        time.sleep(0.1)
    raise AssertionError("no child")


def libraries(pid: int) -> str:
    """What a process has loaded; it works when that no longer changes."""
    maps = Path(f"/proc/{pid}/maps")
    lines = maps.read_text().splitlines() if maps.exists() else []
    return " ".join(sorted({line.split()[-1] for line in lines if ".so" in line}))


def test_only_what_was_chosen_by_song_is_promoted(tmp_path: Path) -> None:
    by_song = FusionModel.load(write(tmp_path, "fusion")).manifest
    assert is_chosen_by_song({}, by_song)
    assert is_chosen_by_song({"chosen": "song split"}, by_song)
    assert not is_chosen_by_song({"chosen": False}, by_song)
    assert not is_chosen_by_song({"chosen": "row split"}, by_song)
    assert not is_chosen_by_song({"chosen": "song"}, None)
    by_row = FusionModel.load(
        write(tmp_path, "fusion", seed=1, manifest={"split": {"by": "row"}})
    ).manifest
    assert not is_chosen_by_song({}, by_row)


def test_the_next_step_is_in_the_same_folder() -> None:
    assert next_step(["manifest", "songs", "--out", "t"]) == ["segments", "songs", "--out", "t"]
    assert next_step(["segments", "songs", "--out", "t", "--no-media"]) == ["embed", "--out", "t"]
    assert next_step(["fit", "--out", "t"]) == ["export", "--out", "t"]
    assert next_step(["export", "--out", "t"]) == next_step(["fit"]) == []
