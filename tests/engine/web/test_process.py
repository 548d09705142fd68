"""``engine serve`` as a process: Ctrl-C ends it at once, and what it began can go on."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.child_process import environment
from engine.cli.errors import INTERRUPTED
from engine.runs.lifecycle import resume
from engine.state.studio import Studio
from tests.engine.command_line import Shell
from tests.engine.web.client import Client
from tests.engine.web.test_songs import until

# What is noted by the command line while the page notes four times as much.
NOTES = 8


@contextmanager
def _served(shell: Shell) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    command = [sys.executable, "-u", "-m", "engine", "--studio", str(shell.folder)]
    with subprocess.Popen(
        [*command, "serve", "--port", "0"],
        text=True, env=environment(), stdout=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            address = next(line for line in process.stdout if "token=" in line).strip()
            parts = urlsplit(address)
            yield process, Client(parts.port or 0, parse_qs(parts.query)["token"][0])
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="a process of Windows can't be sent SIGINT")
def test_ctrl_c_ends_it_though_a_stream_is_open_and_a_run_at_work(shell: Shell) -> None:
    song = shell.song("cellar").song_id
    with _served(shell) as (process, client):
        stream = socket.create_connection(("127.0.0.1", client.port), timeout=20)
        headers = "".join(f"{name}: {value}\r\n" for name, value in client.own.items())
        stream.sendall(f"GET /events HTTP/1.1\r\n{headers}\r\n".encode())
        assert b"event: ready" in stream.recv(4096) + stream.recv(4096)
        sizes = {"population": 8, "generations": 900, "no_model": "1", "section": "bridge"}
        status, line = client.post(f"/songs/{song}/evolve", seed=7, **sizes)
        assert (status, line.rpartition(": ")[2]) == (200, "begun, seed 7")
        until(lambda: any(run["generation"] for run in _unfinished(shell)))
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in {0, INTERRUPTED, -signal.SIGINT}
        stream.close()
    (run,) = _unfinished(shell)
    with Studio.open(shell.folder) as studio:
        taken_up = resume(studio, str(run["id"]))
    assert taken_up.next_generation == run["generation"] + 1


def _unfinished(shell: Shell) -> list[dict[str, Any]]:
    return [run for run in shell.json("runs") if run["status"] == "unfinished"]


def test_deciding_from_the_page_and_the_command_line_at_once_loses_neither(
    client: Client, shell: Shell
) -> None:
    song, candidate = shell.song("meadow").song_id, shell.candidates()[0]
    typed = [["--studio", str(shell.folder), "note", candidate, f"typed {n}"] for n in range(NOTES)]
    program = f"from engine.cli import run\nfor words in {typed}: assert run(words) == 0"
    command = [sys.executable, "-c", program]
    noted = f"/songs/{song}/candidates/{candidate}/note"
    with (
        subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL) as process,
        ThreadPoolExecutor(4) as threads,
    ):
        clicked = [f"clicked {n}" for n in range(4 * NOTES)]
        answers = list(threads.map(lambda text: client.post(noted, note=text), clicked))
        assert process.wait(60) == 0
    assert {status for status, _ in answers} == {200}
    kept = shell.song("meadow").candidates[candidate].notes
    assert sorted(kept) == sorted([*clicked, *(words[-1] for words in typed)])
    shell.do("verify")
