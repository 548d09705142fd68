"""Damaged studios: verify names what is wrong, in words, with exit code 1."""

from __future__ import annotations

import sqlite3

import pytest


def tamper(desk, *statements):
    """Change the database behind the log's back."""
    connection = sqlite3.connect(desk.folder / "studio.db", isolation_level=None)
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
def approved(desk):
    """The approval as the log lists it."""
    desk.do("approve", desk.candidates()[0])
    return next(event for event in desk.json("log") if event["kind"] == "CandidateApproved")


def test_a_sound_studio(desk, approved):
    assert f"{desk.head} events, chain and HEAD are sound" in desk.do("verify")
    assert desk.json("verify")["problems"] == []
    assert approved


@pytest.mark.parametrize(
    "change",
    [
        "payload = replace(payload, '\"verse\"', '\"chorus\"')",
        "actor = 'somebody else'",
        "recorded_at = '2001-01-01T00:00:00.000000+00:00'",
        "kind = 'CandidateUnheardOf'",
        "payload = 'not json'",
        "hash = 'aa'",
    ],
)
def test_a_changed_event_is_named(desk, approved, change):
    tamper(desk, f"UPDATE events SET {change} WHERE position = {approved['position']}")  # noqa: S608
    said = desk.type("verify")
    assert said.code == 1
    assert f"event {approved['position']} ({approved['event_id']}): " in said.out
    assert said.err == ""


def test_a_missing_event_is_noticed(desk, approved):
    tamper(desk, f"DELETE FROM events WHERE position = {approved['position']}")  # noqa: S608
    said = desk.type("verify")
    assert said.code == 1
    assert "events before it are missing" in said.out


def test_a_dropped_tail_shows_against_head(desk, approved):
    last = approved["position"] - 1
    tamper(
        desk,
        f"DELETE FROM events WHERE position > {last}",  # noqa: S608
        f"UPDATE log_head SET position = {last}, hash = "  # noqa: S608
        f"(SELECT hash FROM events WHERE position = {last})",
    )
    said = desk.type("verify")
    assert said.code == 1
    assert "its tail was dropped" in said.out


@pytest.mark.parametrize("text", ["garbage", "", "999 " + "0" * 64, "1 " + "0" * 64])
def test_a_wrong_head_file_is_named(desk, approved, text):
    (desk.folder / "HEAD").write_text(text)
    said = desk.type("verify")
    assert said.code == 1
    assert "HEAD" in said.out
    assert approved


def test_a_lost_head_file_is_named(desk):
    (desk.folder / "HEAD").unlink()
    assert desk.type("verify").code == 1
    assert desk.type("doctor").code == 1


@pytest.mark.parametrize("command", ["verify", "doctor", "review", "runs", "log"])
def test_a_file_that_is_no_database_is_one_line(desk, command):
    (desk.folder / "studio.db").write_bytes(b"a song, not a database" * 100)
    said = desk.type(command)
    assert said.code in {1, 2}
    assert "database" in said.error


def test_a_damaged_database_is_one_line_or_named_problems(desk):
    path = desk.folder / "studio.db"
    data = bytearray(path.read_bytes())
    for start in range(8192, len(data), 16384):
        data[start : start + 64] = b"\xff" * 64
    path.write_bytes(data)
    said = desk.type("verify")
    assert said.code in {1, 2}
    assert said.out or said.error


def test_an_event_from_the_future_is_one_line(desk, approved):
    tamper(desk, f"UPDATE events SET kind = 'Later' WHERE position = {approved['position']}")  # noqa: S608
    for command in ("doctor", "log", "replay"):
        words = [command] if command != "replay" else [command, desk.folder.name]
        said = desk.type(*words)
        assert said.code in {1, 2}
        assert f"event {approved['position']}" in said.error
