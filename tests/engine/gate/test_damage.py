"""Damaged studios: verify names what is wrong, in words, with exit code 1."""

from __future__ import annotations

import sqlite3

import pytest


def tamper(shell, *statements):
    """Change the database behind the log's back."""
    connection = sqlite3.connect(shell.folder / "studio.db", isolation_level=None)
    try:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()


@pytest.fixture
def approved(shell):
    """The approval as the log lists it."""
    shell.do("approve", shell.candidates()[0])
    return next(event for event in shell.json("log") if event["kind"] == "CandidateApproved")


def test_a_sound_studio(shell, approved):
    assert f"{shell.head} events, chain and HEAD are sound" in shell.do("verify")
    assert shell.json("verify")["problems"] == []
    assert approved


@pytest.mark.parametrize("command", ["verify", "doctor", "review", "runs", "log"])
def test_a_file_that_is_no_database_is_one_line(shell, command):
    (shell.folder / "studio.db").write_bytes(b"a song, not a database" * 100)
    said = shell.type(command)
    assert said.code in {1, 2}
    assert "database" in said.error


def test_a_damaged_database_is_one_line_or_named_problems(shell):
    path = shell.folder / "studio.db"
    data = bytearray(path.read_bytes())
    for start in range(8192, len(data), 16384):
        data[start : start + 64] = b"\xff" * 64
    path.write_bytes(data)
    said = shell.type("verify")
    assert said.code in {1, 2}
    assert said.out or said.error


def test_an_event_from_the_future_is_one_line(shell, approved):
    tamper(shell, f"UPDATE events SET kind = 'Later' WHERE position = {approved['position']}")
    for command in ("doctor", "log", "replay"):
        words = [command] if command != "replay" else [command, shell.folder.name]
        said = shell.type(*words)
        assert said.code in {1, 2}
        assert "Traceback" not in said.err
        assert f"event {approved['position']}" in said.out + said.err


CHANGES = (
    "payload = replace(payload, '\"verse\"', '\"chorus\"')",
    "actor = 'somebody else'",
    "recorded_at = '2001-01-01T00:00:00.000000+00:00'",
    "kind = 'CandidateUnheardOf'",
    "payload = 'not json'",
    "hash = 'aa'",
)
DROPPED = (
    "DELETE FROM events WHERE position >= {approved}",
    "UPDATE log_head SET (position, hash) = (SELECT max(position), hash FROM events)",
)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        *(((f"UPDATE events SET {change} WHERE position = {{approved}}",),
           "event {approved} ({id}): ") for change in CHANGES),
        (("DELETE FROM events WHERE position = {approved}",), "events before it are missing"),
        (DROPPED, "its tail was dropped"),
    ],
)  # fmt: skip
def test_a_changed_or_missing_event_is_named(shell, approved, statements, said):
    names = {"approved": approved["position"], "id": approved["event_id"]}
    tamper(shell, *(statement.format(**names) for statement in statements))
    answer = shell.type("verify")
    assert (answer.code, answer.err) == (1, "")
    assert said.format(**names) in answer.out


@pytest.mark.parametrize("text", ["garbage", "", "999 " + "0" * 64, "1 " + "0" * 64, None])
def test_a_wrong_or_lost_head_file_is_named(shell, text):
    head = shell.folder / "HEAD"
    head.unlink() if text is None else head.write_text(text)
    said = shell.type("verify")
    assert said.code == 1
    assert "HEAD" in said.out
    assert shell.type("doctor").code == 1
