"""Taste and models on the page: what was learned, and what runs use."""

from __future__ import annotations

import pytest

from tests.engine.command_line import Shell
from tests.engine.web.client import Client


def unseen(shell: Shell, song: str) -> tuple[str, str]:
    """A run of a song, and something that it scored and didn't keep."""
    run = next(row["id"] for row in shell.json("runs") if row["song_id"].startswith(song))
    cells = [cell for cell in shell.json("map", run)["cells"] if not cell["shown"]]
    return run, cells[-1]["best"]["id"]


@pytest.fixture
def learned(shell: Shell) -> str:
    """The hash of a head that was trained on decisions about two songs."""
    shell.do("bring", *unseen(shell, "cellar"))
    by_song: dict[str, list[str]] = {}
    for row in shell.json("review", "--all"):
        by_song.setdefault(row["song"], []).append(row["id"])
    for song, (good, *bad) in by_song.items():
        shell.do("approve", good, "--song", song)
        for each in bad:
            shell.do("reject", each, "--song", song)
    (trained,) = shell.json("retrain")
    return str(trained["sha256"])


def test_what_was_learned_is_told_and_every_promotion_can_be_taken_back(
    shell: Shell, learned: str, client: Client
) -> None:
    (trained,) = shell.events("HeadTrained")
    text = client.get("/taste")
    assert f"head <code>{learned[:8]}" in text or f"Use head {learned[:8]}" in text
    value = trained.comparison["accuracy"]["value"]
    assert f"{value:.2f} [" in text
    assert "2 parts: " in client.get("/taste/effort")
    assert client.post("/taste/use", sha256=learned)[0] == 200
    used = shell.events("HeadPromoted")[-1]
    assert (used.sha256, used.stage) == (learned, "chords")
    status, line = client.post("/taste/back")
    assert (status, line) == (200, "runs of chords go by the shipped total from here on")
    assert shell.events("HeadPromoted")[-1].takes_back is not None


def test_only_known_models_are_used_and_no_file_is_named(shell: Shell, client: Client) -> None:
    (model, *_) = shell.json("models")
    sha256 = model["sha256"]
    assert client.post("/taste/use", sha256=sha256[:8])[1].endswith("already")
    assert "Model" in client.get(f"/taste/card?model={sha256}")
    before = shell.head
    for wanted in ("", "/etc/passwd", "fitness/data/fusion.onnx", "<script>", "0" * 64):
        for path in ("/taste/use", "/taste/audit"):
            assert client.post(path, sha256=wanted)[0] == 404, (path, wanted)
    assert client.post("/taste/back")[0] == 422  # nothing was promoted
    assert shell.head == before


def test_retraining_by_itself_is_planned(shell: Shell, client: Client) -> None:
    assert client.post("/taste/plan", every="5") == (200, "from now on after every 5 decisions")
    assert client.post("/taste/plan", every="many")[0] == 422
    assert client.post("/taste/plan", every="0") == (200, "no longer by itself")
    assert [event.every for event in shell.events("RetrainingPlanned")] == [5, 0]
