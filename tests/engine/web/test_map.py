"""The map of a run on the page: all that it scored, looked at, heard and brought to the gate."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.reports.run_points import similarity_plane
from tests.engine.command_line import Shell
from tests.engine.web.client import Client


@pytest.fixture
def run(shell: Shell) -> str:
    return str(shell.json("runs")[0]["id"])


def test_all_that_a_run_scored_is_on_the_map(shell: Shell, run: str, client: Client) -> None:
    song = shell.song("meadow").song_id
    path = f"/songs/{song}/map"
    (state,) = [each for each in shell.json("runs") if each["id"] == run]
    assert f"{path}?run={run}" in client.get(path)
    for query in ("", "&by=features&across=tension&up=motion"):
        text = client.get(f"{path}/points?run={run}{query}")
        ids = re.findall(r'data-id="([0-9a-f]+)"', text)
        assert len(set(ids)) == len(ids) == state["scored"]
    places = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', text)
    assert {min(float(x) for x, _ in places), max(float(x) for x, _ in places)} == {20, 1020}
    bred = next(each for each in ids if each not in shell.song(song).candidates)
    assert "<svg" in client.get(f"{path}/roll?run={run}&id={bred}")
    heard = json.loads(client.get(f"{path}/audition?run={run}&id={bred}"))
    assert heard["alternatives"][0]["name"] == bred
    assert "Bring it to the gate" in client.get(f"{path}/one?run={run}&id={bred}")
    assert client.post(f"/songs/{song}/bring", run=run, candidate=bred)[0] == 200
    assert "See it at the gate" in client.get(f"{path}/one?run={run}&id={bred}")
    assert shell.song(song).candidates[bred].run == run
    assert "The total of the best" in client.get(f"{path}/report?run={run}")
    early = shell.json("fork", song, "--as", "Another way", "--at", "1")["id"]
    assert client.post(f"/songs/{early}/bring", run=run, candidate=bred)[0] == 422
    late = shell.json("fork", song, "--as", "One more way")["id"]
    another = next(each for each in ids if each not in shell.song(song).candidates)
    assert client.post(f"/songs/{late}/bring", run=run, candidate=another)[0] == 200
    assert another in shell.song(late).candidates
    assert another not in shell.song(song).candidates
    other = shell.json("runs")[-1]["id"]
    for asked, status in (
        (f"{path}?run={other}", 404),
        (f"{path}/points?run=../{run}", 404),
        (f"{path}/points?run={run}&by=features&across=<b>", 422),
        (f"{path}/one?run={run}&id=", 404),
        (f"{path}/roll?run={run}&id=<script>", 404),
    ):
        assert client.ask(asked, client.own)[0] == status, asked


def test_what_lies_in_a_plane_keeps_its_distances() -> None:
    rng = np.random.default_rng(1)
    points = list(rng.normal(size=(120, 2)) * (3, 1))

    def distances(rows: Sequence[Any], columns: Sequence[Any]) -> NDArray[np.float64]:
        between = np.array(rows)[:, None] - np.array(columns)[None]
        return np.asarray(np.linalg.norm(between, axis=2))

    plane = similarity_plane(points, distances)
    assert np.allclose(distances(plane, plane), distances(points, points))
    alike = similarity_plane(points[:1] * 5, distances)
    assert np.allclose(alike, 0)
