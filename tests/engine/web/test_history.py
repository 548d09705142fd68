"""A song's past on the page: any decision undone and redone, moments compared, branches."""

from __future__ import annotations

import json
from urllib.parse import quote

from engine.state.songs import APPROVED, PENDING
from tests.engine.command_line import Shell
from tests.engine.web.client import Client


def test_any_decision_is_undone_and_redone(shell: Shell, client: Client) -> None:
    verse, chorus = shell.candidates()[0], shell.candidates(section="chorus")[0]
    song = shell.song("meadow").song_id
    for each in (verse, chorus):
        shell.do("approve", each)
    shell.do("songs", "edit", song, "--key", "A")
    path = f"/songs/{song}/history"
    decided = shell.json("history", song)
    by_candidate = {each["candidate"]: each for each in decided if each["kind"] != "SongProposed"}
    first = by_candidate[verse]["event"]
    status, line = client.post(f"{path}/undo", event=first)
    assert (status, "decision taken back: approved as verse" in line) == (200, True)
    assert shell.song(song).candidates[verse].status == PENDING
    assert shell.song(song).candidates[chorus].status == APPROVED
    assert not shell.approved_file("verse").exists()
    assert f'"event": "{first}"' in client.get(path).partition("/redo")[2]
    assert client.post(f"{path}/undo", event=first)[0] == 422
    assert client.post(f"{path}/redo?event={first}")[0] == 200
    assert shell.song(song).candidates[verse].status == APPROVED
    assert shell.approved_file("verse").exists()
    revised = decided[-1]["event"]
    status, line = client.post(f"{path}/undo", event=revised)
    assert (status, shell.song(song).key) == (200, "F# minor"), line
    assert client.post(f"{path}/redo", event=revised)[0] == 200
    assert shell.song(song).key.startswith("A")
    for unknown in ("", "nothing", "../..", decided[0]["event"]):
        assert client.post(f"{path}/undo", event=unknown)[0] in {404, 422}, unknown


def test_moments_and_branches_are_shown_compared_and_heard(shell: Shell, client: Client) -> None:
    verse, other = shell.candidates()
    song = shell.song("meadow").song_id
    path = f"/songs/{song}/history"
    shell.do("approve", verse)
    early = shell.head
    status, line = client.post(f"{path}/fork", name="The other meadow", at=str(early))
    assert (status, line.startswith("The other meadow begins from event")) == (200, True)
    (forked,) = shell.events("SongForked")
    assert (forked.origin, forked.song_id != song) == (song, True)
    shell.do("approve", other, "--song", forked.song_id)
    shell.do("use", other, "--song", forked.song_id)
    assert forked.song_id in client.get(path)
    assert "A branch of" in client.get(f"/songs/{forked.song_id}/history")
    then, _, _ = client.get(f"{path}?at=1").partition('id="decisions"')
    assert ("As of event 1" in then, "verse" in then) == (True, False)
    compared = client.get(f"{path}?a={quote(forked.song_id)}&b=now")
    assert f"verse chords: verse_2 ({other[:8]}) → verse ({verse[:8]})" in compared
    heard = f"{path}/audition?section=verse&at={quote(forked.song_id)}&at=now"
    audition = json.loads(client.get(heard))
    files = [stem["file"] for each in audition["alternatives"] for stem in each["stems"]]
    assert len(set(files)) == 2
    for asked in ("section=verse", "section=bridge&at=now", "section=verse&at=999999", "at=x@y"):
        status, text = client.ask(f"{path}/audition?{asked}", client.own)
        assert (status, "error" in json.loads(text)) == (422, True), asked
    assert client.post(f"{path}/fork", name="The other meadow")[0] == 422
    assert client.post(f"{path}/fork", name=" ")[0] == 422
