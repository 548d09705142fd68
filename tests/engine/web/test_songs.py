"""Songs from the page: added, changed, copied, put away; their chords, words and runs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.engine.command_line import Shell, demo
from tests.engine.web.client import Client

TINY = {"population": 8, "generations": 2, "keep": 3, "no_model": "1"}
PROPOSAL = """title: Kites above the Quay
rainbow_color: Red
key: D minor
bpm: 96
tempo: 3/4
concept: A line that is paid out.
"""


def until(is_so: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def _process_of(command: str) -> int:
    """Id of the child process that works on a command."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            status, words = (folder / "stat").read_text(), (folder / "cmdline").read_bytes()
            parent = int(status.rpartition(")")[2].split()[1])
            if parent == os.getpid() and command.encode() in words.split(b"\0"):
                return int(folder.name)
    raise AssertionError(f"no process of {command}")


def test_songs_are_added_changed_copied_and_put_away(client: Client, shell: Shell) -> None:
    new = {"title": "Ferry", "key": "D minor", "meter": "4/4", "tempo": "96", "colour": "Blue"}
    status, line = client.post("/songs", **new)
    assert (status, line.split(";")[0]) == (200, "added Ferry")
    assert client.post("/songs", **new) == (200, "this song is there already")
    ferry = shell.song("ferry").song_id
    form = {"title": "Ferry", "was_title": "Ferry", "key": "E minor", "was_key": "D minor"}
    assert client.post(f"/songs/{ferry}/edit", **form) == (200, "key: D minor → E minor")
    # A field that the person left as it was doesn't take back what was typed elsewhere.
    shell.do("songs", "edit", ferry, "--tempo", "120")
    form = {"tempo": "96", "was_tempo": "96", "concept": "A rope.", "was_concept": ""}
    assert client.post(f"/songs/{ferry}/edit", **form) == (200, "concept changed")
    assert shell.song("ferry").tempo_bpm == 120
    last = shell.song("ferry").changes[-1].event_id
    undo = f"/songs/{ferry}/undo-change?event={last}"
    assert client.post(undo) == (200, "concept changed")
    assert "was undone already" in client.post(undo)[1]
    assert client.post(f"/songs/{ferry}/duplicate")[1] == "copied as Ferry (copy)"
    assert client.post(f"/songs/{ferry}/archive")[1] == "archived Ferry"
    assert "Ferry (copy)" in client.get("/")
    assert f"/songs/{ferry}/restore" in client.get("/?archived=1")
    assert client.post(f"/songs/{ferry}/restore")[1] == "Ferry is back from the archive"
    kinds = [event.key for event in shell.events("SongProposed") if event.song_id == ferry]
    assert kinds == ["D minor", *["E minor"] * 4]


def test_a_proposal_is_uploaded_or_pasted(client: Client, shell: Shell) -> None:
    given = PROPOSAL.encode()
    assert client.upload("/songs/read", "kites.yml", given) == (200, "added Kites above the Quay")
    kites = shell.song("kites")
    assert (kites.source.file, kites.meter) == ("kites.yml", "3/4")
    again = PROPOSAL.replace("96", "132")
    assert client.post("/songs/read", text=again)[1] == "revised Kites above the Quay"
    answer = client.post("/songs/read", **{"text": again, "as": "new", "key": "G minor"})
    assert answer[1].startswith("added Kites above the Quay; note: key: G minor")
    status, line = client.post("/songs/read", text=PROPOSAL.replace("96", "80"))
    assert status == 422
    assert "a new version of" in line
    for refused, words in (
        ("title: [", "pasted-"),
        ("a: 1", "is not a song proposal"),
        (demo("red").read_text().replace("key:", "key: H flat\nwas:"), "key"),
    ):
        status, line = client.post("/songs/read", text=refused)
        assert (status, words in line) == (422, True), line
    assert client.post("/songs/read") == (
        422,
        "nothing was added: choose a file, or paste a proposal",
    )
    assert len(shell.json("songs", "list")) == 4


def test_chords_are_previewed_and_taken_in_and_what_cannot_be_is_said(
    client: Client, shell: Shell
) -> None:
    song = shell.song("cellar").song_id
    at = f"/songs/{song}/chords"
    assert client.post(at, chords="Em | Xm7q")[0] == 422
    assert client.post(at, chords="") == (422, "expected chords, such as Am F | C G/B")
    shown = client.post(at, chords="Em C | G D", section="bridge", preview="1")
    assert shown == (200, "bridge (2 bars): Em C | G D")
    client.post(at, chords="Em C | G D", section="bridge", no_model="1")
    until(lambda: any(each.section.label == "bridge" for each in shell.events("PartImported")))
    until(lambda: "waits" not in client.get("/jobs"))
    assert client.post(f"/songs/{song}/words", words="row the boat")[0] == 422
    assert "sizes" in client.get(f"/songs/{song}")


def test_a_run_that_cannot_be_is_refused_before_a_process_begins(
    client: Client, shell: Shell
) -> None:
    song = shell.song("meadow").song_id
    for asked, words in (
        ({"stage": "drums"}, "no approved chords"),
        ({"stage": "lutes"}, "lutes"),
        ({"population": "3"}, "--population 3: expected 4 to 5000"),
        ({"seed": "-1"}, "expected a whole number"),
        ({"lock": "bars=1"}, "--lock keeps something of a candidate"),
        ({"redo": "first"}, "expected bars=1-2"),
        ({"stage": "melody", "words": "la"}, "no approved chords"),
    ):
        status, line = client.post(f"/songs/{song}/evolve", **asked)
        assert (status in {404, 422}, words in line) == (True, True), line
    for asked in ({"sections": "verse"}, {"beam": "99"}, {"audio": "mp3"}, {"singer": "nobody"}):
        assert client.post(f"/songs/{song}/compose", **asked)[0] == 422, asked
    assert "<li" not in client.get("/jobs")


def test_a_killed_run_shows_so_and_goes_on_from_the_page(opened: Page, shell: Shell) -> None:
    song = shell.song("cellar").song_id
    opened.get_by_role("link", name="The Cellar").click()
    opened.get_by_label("Population").fill("8")
    opened.get_by_label("Generations").fill("40")
    opened.get_by_text("Evolve a stage").click()
    opened.locator("#evolve-section").fill("bridge")
    opened.get_by_role("button", name="Evolve", exact=True).click()
    runs = opened.locator("#runs li")
    expect(opened.locator("#runs svg")).to_be_visible(timeout=60_000)
    os.killpg(_process_of("evolve"), signal.SIGKILL)
    stopped = runs.filter(has_text="unfinished, not running")
    expect(stopped).to_be_visible(timeout=20_000)
    opened.keyboard.press("c")
    expect(stopped).to_have_count(0, timeout=30_000)
    until(lambda: shell.events("RunResumed"))
    opened.get_by_role("button", name="Pause").click(timeout=30_000)
    expect(stopped).to_be_visible(timeout=30_000)
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.get_by_role("button", name="Give up").click()
    expect(runs.filter(has_text="abandoned")).to_be_visible()
    assert [each["status"] for each in shell.json("runs", "--song", song)][-1] == "abandoned"
