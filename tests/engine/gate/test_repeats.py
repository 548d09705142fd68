"""Typed again after a crash, a decision is not taken twice."""

from __future__ import annotations

from functools import partial

import pytest

from engine.gate import decisions
from engine.gate.repeats import FILE, once
from engine.state.studio import Studio


def crashed(shell, command, append, *, recorded=True):
    """What a process leaves that is killed before it says what it did."""

    def append_or_die(event_id):
        if not recorded:
            raise KeyboardInterrupt
        return append(event_id)

    with (
        Studio.open(shell.folder) as studio,
        pytest.raises(KeyboardInterrupt),
        once(studio, command, append_or_die),
    ):
        raise KeyboardInterrupt


def undoing(shell):
    def append(event_id):
        with Studio.open(shell.folder) as studio:
            return decisions.undo(studio, event_id=event_id)

    return append


@pytest.fixture
def decided(shell):
    """Two candidates approved; their ids."""
    first, second, *_ = shell.candidates()
    shell.do("approve", first)
    shell.do("approve", second)
    return first, second


def test_undo_typed_again_takes_back_one_decision(shell, decided):
    first, second = decided
    crashed(shell, "undo  ", undoing(shell))
    said = shell.do("undo")
    assert said.startswith(f"{second[:8]} decision taken back")
    assert "removed" in said  # its file, which the first process did not get to
    assert (shell.row(first)["status"], shell.row(second)["status"]) == ("approved", "pending")
    assert not (shell.folder / FILE).exists()
    shell.do("undo")
    assert shell.row(first)["status"] == "pending"


def test_a_process_that_died_before_it_recorded_anything_leaves_all_to_the_next(shell, decided):
    crashed(shell, "undo  ", undoing(shell), recorded=False)
    shell.do("undo")
    assert [shell.row(each)["status"] for each in decided] == ["approved", "pending"]


def test_after_another_decision_undo_is_a_new_command(shell, decided):
    first, second = decided
    crashed(shell, "undo  ", undoing(shell))
    shell.do("reject", second)
    shell.do("undo")
    assert shell.row(second)["status"] == "pending"
    assert shell.row(first)["status"] == "approved"
    assert len(shell.events("DecisionUndone")) == 2


def test_a_note_typed_again_is_written_once(shell):
    first, *_ = shell.candidates()
    with Studio.open(shell.folder) as studio:
        append = partial(decisions.note, studio, first, "slower", None)
        crashed(shell, f"note {first}  slower", append)
    assert "noted" in shell.do("note", first, "slower")
    assert shell.row(first)["notes"] == ["slower"]
    shell.do("note", first, "slower")
    assert shell.row(first)["notes"] == ["slower", "slower"]


def test_a_refused_command_leaves_nothing_behind(shell):
    shell.refused("undo")
    assert not (shell.folder / FILE).exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"command": "undo  "}', "\udcff"])
def test_a_damaged_file_is_no_obstacle(shell, decided, text):
    (shell.folder / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    shell.do("undo")
    assert [shell.row(each)["status"] for each in decided] == ["approved", "pending"]
